package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/mailer/catcher"
	"github.com/glasnik/glasnik/templates"
)

// mailbox shows caught mail in a browser. Nothing in a mail is trusted: its HTML is in a frame without scripts, on a
// page whose policy lets it load nothing but pictures of this machine.
type mailbox struct {
	catcher *catcher.Catcher
	pages   *templates.Catcher
	panel   string // address of the panel
}

const mailsPerPage = 50

func newMailbox(c *catcher.Catcher, panel string) (http.Handler, error) {
	pages, err := templates.NewCatcher()
	if err != nil {
		return nil, err
	}
	m := &mailbox{catcher: c, pages: pages, panel: panel}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", m.list)
	mux.HandleFunc("GET /mail/{id}", m.mail)
	mux.HandleFunc("GET /mail/{id}/html", m.html)
	mux.HandleFunc("GET /mail/{id}/file/{number}", m.file)
	mux.HandleFunc("GET /catcher.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Write(pages.Style())
	})
	mux.HandleFunc("GET /site/{page}", m.site)
	return mux, nil
}

func (m *mailbox) list(w http.ResponseWriter, r *http.Request) {
	l := templates.CatcherList{Search: strings.TrimSpace(r.FormValue("q")), Page: 1, Panel: m.panel, Caught: m.catcher.Total()}
	if n, err := strconv.Atoi(r.FormValue("page")); err == nil && n > 0 && n < 1e6 {
		l.Page = n
	}
	mails, matching := m.catcher.List((l.Page-1)*mailsPerPage, mailsPerPage, l.Search)
	l.Matching, l.Pages = matching, max(1, (matching+mailsPerPage-1)/mailsPerPage)
	for _, mail := range mails {
		l.Rows = append(l.Rows, row(mail))
	}
	page, err := m.pages.List(l)
	m.show(w, page, err)
}

func row(mail catcher.Mail) templates.CatcherRow {
	return templates.CatcherRow{ID: mail.ID, From: mail.From, To: mail.To, Subject: mail.Subject, At: mail.ReceivedAt}
}

// get finds the mail a request is about, or answers that there is none.
func (m *mailbox) get(w http.ResponseWriter, r *http.Request) (catcher.Mail, bool) {
	mail, ok := m.catcher.Get(r.PathValue("id"))
	if !ok {
		http.Error(w, "There is no such mail, or no longer: the catcher forgets when the demo stops.", http.StatusNotFound)
	}
	return mail, ok
}

func (m *mailbox) mail(w http.ResponseWriter, r *http.Request) {
	mail, ok := m.get(w, r)
	if !ok {
		return
	}
	p := templates.CatcherMail{
		CatcherRow: row(mail), View: r.FormValue("view"), Envelope: mail.EnvelopeFrom + " → " + strings.Join(mail.EnvelopeTo, ", "),
		Date: mail.Date, HasHTML: mail.HTML != "", Text: mail.Text, Source: mail.Source, Size: mail.Size, Panel: m.panel,
		FrameTitle: "The mail as its reader sees it", HTMLSource: "/mail/" + mail.ID + "/html",
	}
	switch p.View {
	case "html", "text", "headers", "source":
	default:
		p.View = "html"
	}
	for _, h := range mail.Headers {
		p.Headers = append(p.Headers, templates.CatcherField{Name: h.Name, Value: h.Value})
		if strings.EqualFold(h.Name, "List-Unsubscribe") {
			p.Leave = m.leaveAddress(h.Value)
		}
	}
	for i, a := range mail.Attachments {
		p.Attachments = append(p.Attachments, templates.CatcherFile{
			Name: a.Name, MediaType: a.MediaType, Size: len(a.Data), URL: fmt.Sprintf("/mail/%s/file/%d", mail.ID, i),
		})
	}
	page, err := m.pages.Mail(p)
	m.show(w, page, err)
}

// leaveAddress returns the web address of a List-Unsubscribe field, if it leads to this program.
func (m *mailbox) leaveAddress(field string) string {
	for part := range strings.SplitSeq(field, ",") {
		address := strings.Trim(strings.TrimSpace(part), "<>")
		if strings.HasPrefix(address, m.panel+"/") {
			return address
		}
	}
	return ""
}

func (m *mailbox) show(w http.ResponseWriter, page []byte, err error) {
	if err != nil {
		http.Error(w, "This page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+m.panel)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.Write(page)
}

// html returns the HTML part alone, for the frame: links open in a new tab, inline images come from here.
func (m *mailbox) html(w http.ResponseWriter, r *http.Request) {
	mail, ok := m.get(w, r)
	if !ok {
		return
	}
	var images []string
	for i, a := range mail.Attachments {
		if a.ContentID != "" {
			images = append(images, "cid:"+a.ContentID, fmt.Sprintf("/mail/%s/file/%d", mail.ID, i), "cid:"+url.PathEscape(a.ContentID), fmt.Sprintf("/mail/%s/file/%d", mail.ID, i))
		}
	}
	body := strings.NewReplacer(images...).Replace(mail.HTML)
	const tabs = `<base target="_blank">`
	if at := strings.Index(strings.ToLower(body), "<head>"); at >= 0 {
		body = body[:at+len("<head>")] + tabs + body[at+len("<head>"):]
	} else {
		body = tabs + body
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: "+m.panel+"; frame-ancestors 'self'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	io.WriteString(w, body)
}

// file returns an attachment: pictures to be shown, everything else to be saved.
func (m *mailbox) file(w http.ResponseWriter, r *http.Request) {
	mail, ok := m.get(w, r)
	if !ok {
		return
	}
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || n < 0 || n >= len(mail.Attachments) {
		http.NotFound(w, r)
		return
	}
	a := mail.Attachments[n]
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	switch a.MediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		h.Set("Content-Type", a.MediaType)
	default:
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(a.Name))
	}
	w.Write(a.Data)
}

// site is where the links of the sample mails lead: a page that stands for the fictional organisation's own.
func (m *mailbox) site(w http.ResponseWriter, r *http.Request) {
	page, err := m.pages.Site(templates.CatcherSite{Name: r.PathValue("page"), Panel: m.panel})
	m.show(w, page, err)
}
