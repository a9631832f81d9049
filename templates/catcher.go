package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"time"
)

//go:embed catcher.html catcher_mail.html catcher_site.html catcher.css
var catcherFiles embed.FS

// Catcher are the pages of the demonstration's mail catcher. They hold no script.
type Catcher struct {
	pages map[string]*template.Template
	style []byte
}

// CatcherRow is one mail in the catcher's list.
type CatcherRow struct {
	ID, From, To, Subject string
	At                    time.Time
}

// CatcherList is the page that lists caught mails.
type CatcherList struct {
	Rows             []CatcherRow
	Search           string
	Page, Pages      int // from 1
	Matching, Caught int
	Panel            string // address of the panel
}

// CatcherMail is the page that shows one mail in one of several views.
type CatcherMail struct {
	CatcherRow
	View                   string // html, text, headers or source
	Envelope, Date         string
	HasHTML                bool
	Text, Source           string
	Headers                []CatcherField
	Attachments            []CatcherFile
	Size                   int
	Leave                  string // address that takes the one-click POST of RFC 8058; "" when the mail has none
	Panel                  string
	FrameTitle, HTMLSource string // of the frame that shows the HTML part
}

// CatcherField is one header field.
type CatcherField struct{ Name, Value string }

// CatcherFile is one attachment.
type CatcherFile struct {
	Name, MediaType, URL string
	Size                 int
}

// CatcherView is one way to look at a mail.
type CatcherView struct{ Name, Label string }

// Views are the ways to look at a mail, in the order of the tabs.
func (m CatcherMail) Views() []CatcherView {
	return []CatcherView{{"html", "HTML"}, {"text", "Plain text"}, {"headers", "Headers"}, {"source", "Source"}}
}

// To returns the address of a page of the list, with the search that is on.
func (l CatcherList) To(page int) string {
	q := url.Values{}
	if l.Search != "" {
		q.Set("q", l.Search)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

// Previous is the number of the page before this one, 0 on the first.
func (l CatcherList) Previous() int { return l.Page - 1 }

// Next is the number of the page after this one, 0 on the last.
func (l CatcherList) Next() int {
	if l.Page >= l.Pages {
		return 0
	}
	return l.Page + 1
}

// NewCatcher parses the pages.
func NewCatcher() (*Catcher, error) {
	c := &Catcher{pages: map[string]*template.Template{}}
	funcs := template.FuncMap{"clock": func(t time.Time) string { return t.Local().Format("2 Jan 2006, 15:04:05") }}
	for _, name := range []string{"catcher.html", "catcher_mail.html", "catcher_site.html"} {
		t, err := template.New(name).Funcs(funcs).ParseFS(catcherFiles, name)
		if err != nil {
			return nil, fmt.Errorf("read the mail catcher's page %s: %w", name, err)
		}
		c.pages[name] = t
	}
	var err error
	c.style, err = catcherFiles.ReadFile("catcher.css")
	return c, err
}

// List renders the list of mails.
func (c *Catcher) List(l CatcherList) ([]byte, error) { return c.render("catcher.html", l) }

// Mail renders one mail.
func (c *Catcher) Mail(m CatcherMail) ([]byte, error) { return c.render("catcher_mail.html", m) }

// CatcherSite is the page the links of sample mails lead to.
type CatcherSite struct{ Name, Panel string }

// Site renders the page a link of a sample mail leads to.
func (c *Catcher) Site(s CatcherSite) ([]byte, error) { return c.render("catcher_site.html", s) }

// Style is the style sheet of them all.
func (c *Catcher) Style() []byte { return c.style }

func (c *Catcher) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := c.pages[name].Execute(&b, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}
