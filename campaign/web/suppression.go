package web

import (
	"cmp"
	"context"
	"encoding/csv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// suppressionPages are the pages about addresses that must never be mailed again.
type suppressionPages struct {
	*panel
	store suppressionStore
}

type suppressionStore interface {
	AddSuppressions(ctx context.Context, whom []string, why string) (int64, error)
	CountSuppressions(ctx context.Context, f store.SuppressionFilter) (int64, error)
	EachSuppression(ctx context.Context, f store.SuppressionFilter, fn func(*store.SuppressedAddress) error) error
	FindSuppressions(ctx context.Context, f store.SuppressionFilter, p store.Page) ([]store.SuppressedAddress, string, error)
	GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error)
	GetSuppression(ctx context.Context, id string) (store.SuppressedAddress, error)
	LetGo(ctx context.Context, id, why string) error
}

type suppressionForm struct {
	Address string `form:"address"`
	Why     string `form:"why"`
}

type suppressionsPage struct {
	Page
	Search string
	Filter store.SuppressionFilter
	Rows   []store.SuppressedAddress
	Paging paging
	Count  int64
	Form   suppressionForm
	Bad    []campaign.Text // what is wrong with the lines of a file
}

// Reasons are what the table can be narrowed to.
func (p *suppressionsPage) Reasons() []templates.Option {
	return optionsOf(p.Language, p.say("every reason"), campaign.SuppressionReasons)
}

// File is the address of what the table shows as a file.
func (p *suppressionsPage) File() string {
	q := p.URL.Query()
	q.Del("after")
	return withQuery("/suppressions.csv", q)
}

// suppressionsPage shows the table. A search is for an address as a whole or for a domain: no more is known of most of them than a hash.
func (s *suppressionPages) page(v *visit) (*suppressionsPage, error) {
	p := &suppressionsPage{Page: v.page("returns", "Suppressions"), Search: strings.TrimSpace(v.Query("q"))}
	p.Filter.Reason = oneOf(v.Query("reason"), campaign.SuppressionReasons)
	if p.Search != "" {
		var err error
		if p.Filter.Whom, err = campaign.ParseSuppressed(p.Search); err != nil {
			p.Problems["q"] = p.say("search for a whole address, or for a domain")
			return p, nil
		}
	}
	var next string
	var err error
	if p.Rows, next, err = s.store.FindSuppressions(v.ctx(), p.Filter, v.tablePage()); err != nil {
		return nil, err
	}
	p.Paging = p.pages(next)
	p.Count, err = s.store.CountSuppressions(v.ctx(), p.Filter)
	return p, err
}

func (s *suppressionPages) add(v *visit) error {
	var form suppressionForm
	if err := v.read(&form); err != nil {
		return err
	}
	whom, err := campaign.ParseSuppressed(form.Address)
	var added int64
	if err == nil && strings.TrimSpace(form.Why) == "" {
		err = campaign.FieldError("why", "say why it must not be mailed")
	}
	if err == nil {
		added, err = s.store.AddSuppressions(v.ctx(), []string{whom}, form.Why)
	}
	if err != nil {
		return s.refused(v, err, form, nil)
	}
	if added == 0 {
		return v.done("/suppressions", "It was on record already.")
	}
	return v.done("/suppressions", "It is on record. Nothing is sent there any more, also not by what is going out now.")
}

func (s *suppressionPages) refused(v *visit, err error, form suppressionForm, bad []campaign.Text) error {
	p, failed := s.page(v)
	if failed != nil {
		return failed
	}
	p.Form, p.Bad = form, bad
	return v.refused(err, "suppressions", p)
}

const (
	maxSuppressionFile = 32 << 20 // octets
	maxBadLines        = 20       // of a file that are told one by one
)

// take reads a file of addresses and domains. What can be read is taken, and each line that cannot is told.
func (s *suppressionPages) take(v *visit) error {
	var form suppressionForm
	data, err := uploaded(v, "file", maxSuppressionFile)
	if err == nil {
		err = v.read(&form)
	}
	var lines []contactfile.Line
	if err == nil {
		lines, err = contactfile.ReadLines(data)
	}
	var whom []string
	var bad []campaign.Text
	if err == nil {
		whom, bad = suppressedIn(lines)
		if len(whom) == 0 {
			err = campaign.Errorf(campaign.Invalid, "there is no address and no domain in the file")
		}
	}
	var added int64
	if err == nil {
		v.unhurried()
		added, err = s.store.AddSuppressions(v.ctx(), whom, cmp.Or(strings.TrimSpace(form.Why), "file"))
	}
	if err != nil {
		return s.refused(v, err, suppressionForm{}, bad)
	}
	v.auditDetail(campaign.Textf("%d new", added))
	if len(bad) > 0 {
		return v.done("/suppressions", "%s", campaign.Textf("%s %s", campaign.Textf("%d new on record, %d were there.", added, int64(len(whom))-added), campaign.Textf("These lines could not be read: %s.", campaign.Join(bad, ", "))))
	}
	return v.done("/suppressions", "%d new on record, %d were there.", added, int64(len(whom))-added)
}

// suppressedIn returns the addresses and domains of a file: of each line the first cell that is one. A first line without any is column
// names. The file may be one of ours, or that of another program.
func suppressedIn(lines []contactfile.Line) (whom []string, bad []campaign.Text) {
	seen := map[string]bool{}
	more := 0
	for i, line := range lines {
		found := ""
		for _, cell := range line.Cells {
			if one, err := campaign.ParseSuppressed(cell); err == nil {
				found = one
				break
			}
		}
		switch {
		case found == "" && (i == 0 || strings.TrimSpace(strings.Join(line.Cells, "")) == ""):
		case found == "" && len(bad) < maxBadLines:
			bad = append(bad, campaign.Textf("line %d", line.Number))
		case found == "":
			more++
		case !seen[found]:
			seen[found] = true
			whom = append(whom, found)
		}
	}
	if more > 0 {
		bad = append(bad, campaign.Textf("and %d further", more))
	}
	return whom, bad
}

// file sends what the table shows. Of who was erased it has the hash alone, by which another installation knows nobody.
func (s *suppressionPages) file(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	format, delimiter, err := exportFormat(v, "csv")
	if err != nil {
		return err
	}
	if err := s.beginExport(v, campaign.Textf("the suppressed addresses (%d)", p.Count), "suppressions-"+v.now().Format(time.DateOnly), format); err != nil {
		return err
	}
	w := csv.NewWriter(v.Writer)
	w.Comma = delimiter
	if err := w.Write([]string{"address", "reason", "date", "detail", "by", "hash"}); err != nil {
		return err
	}
	err = s.store.EachSuppression(v.ctx(), p.Filter, func(one *store.SuppressedAddress) error {
		cells := []string{one.Whom, string(one.Reason), one.At.In(v.zone).Format(time.DateOnly), one.Detail, one.By, one.ID}
		for i, c := range cells {
			cells[i] = contactfile.Harmless(c)
		}
		return w.Write(cells)
	})
	w.Flush()
	return campaign.Together(err, w.Error())
}

// suppressionPage asks before an address is let go.
type suppressionPage struct {
	Page
	One     store.SuppressedAddress
	Contact *campaign.Contact // who has the address now
	Reason  string
}

// MayLetGo reports whether the user may let it go: an admin alone where its owner wanted it.
func (p *suppressionPage) MayLetGo() bool {
	return !p.One.Reason.OwnWill() || p.May(string(campaign.Admin))
}

func (s *suppressionPages) one(v *visit) (*suppressionPage, error) {
	one, err := s.store.GetSuppression(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "suppression")
	}
	p := &suppressionPage{Page: v.page("returns", "Suppression"), One: one}
	if strings.Contains(one.Whom, "@") && !strings.HasPrefix(one.Whom, "@") {
		c, err := s.store.GetContactByAddress(v.ctx(), one.Whom)
		if err == nil {
			p.Contact = &c
		}
		return p, campaign.UnlessMissing(err)
	}
	return p, nil
}

func (s *suppressionPages) letGo(v *visit) error {
	p, err := s.one(v)
	if err != nil {
		return err
	}
	p.Reason = v.PostForm("reason")
	if !p.MayLetGo() {
		return campaign.Errorf(campaign.Forbidden, "Its owner wanted to hear nothing more. Only an admin can let it go.")
	}
	if err := s.store.LetGo(v.ctx(), p.One.ID, p.Reason); err != nil {
		return v.refused(err, "suppression", p)
	}
	return v.done("/suppressions", "It is let go. Nobody is put back on a list by it.")
}

// hygieneStore is what the lists of addresses worth a second look need.
type hygieneStore interface {
	AskHygieneLook(ctx context.Context) error
	CountHygiene(ctx context.Context) (map[string]int64, error)
	FindHygieneDomains(ctx context.Context, kind campaign.HygieneKind) ([]store.HygieneDomain, error)
	GetHygieneLook(ctx context.Context) (campaign.HygieneLook, error)
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// hygienePages are the pages with lists of addresses that are worth a second look.
type hygienePages struct {
	*panel
	store hygieneStore
}

// hygieneList is one of the lists, with its domains where these are what is decided about.
type hygieneList struct {
	Kind    campaign.HygieneKind
	Help    campaign.Text
	Count   int64
	Domains []store.HygieneDomain
	More    int // domains that are not shown
}

var hygieneHelp = map[campaign.HygieneKind]campaign.Text{
	campaign.DeadDomain:       campaign.Textf("The DNS names no server that takes mail for these domains. A domain may come back: look it up before you decide."),
	campaign.DisposableDomain: campaign.Textf("Addresses of these domains are made for one use. The list of domains is part of the program."),
	campaign.SilentContact:    campaign.Textf("No reply, no sign-up, no choice, and no open or click that may be known. Of who is not recognised when reading, only the rest can be known: do not take silence for a wish to leave."),
}

type hygieneForm struct {
	Months string `form:"hygiene_months"`
	Mails  string `form:"hygiene_mails"`
	DNS    bool   `form:"dns"`
}

type hygienePage struct {
	Page
	Look    campaign.HygieneLook
	Running bool
	Lists   []hygieneList
	Form    hygieneForm
}

// Standing are the rules of the program, which hold where a field is empty.
func (*hygienePage) Standing() campaign.HygieneRules { return campaign.DefaultHygiene }

// deciding is what can be done with the contacts of a list.
type deciding struct{ List, Name string }

// Deciding returns what can be done with a list or with a domain on it.
func (p *hygienePage) Deciding(list, name string) deciding { return deciding{list, name} }

// shownDomains is how many domains of a list are shown.
const shownDomains = 100

func (s *hygienePages) page(v *visit) (*hygienePage, error) {
	p := &hygienePage{Page: v.page("returns", "Hygiene"), Form: hygieneForm{whole(v.set.Hygiene.Months), whole(v.set.Hygiene.Mails), !v.set.Hygiene.NoDNS}}
	var err error
	if p.Look, err = s.store.GetHygieneLook(v.ctx()); err != nil {
		return nil, err
	}
	p.Running = p.Look.Running(s.Now())
	counts, err := s.store.CountHygiene(v.ctx())
	if err != nil {
		return nil, err
	}
	for _, kind := range campaign.HygieneKinds {
		list := hygieneList{Kind: kind, Help: hygieneHelp[kind], Count: counts[string(kind)]}
		if kind != campaign.SilentContact && list.Count > 0 {
			if list.Domains, err = s.store.FindHygieneDomains(v.ctx(), kind); err != nil {
				return nil, err
			}
			if list.More = max(0, len(list.Domains)-shownDomains); list.More > 0 {
				list.Domains = list.Domains[:shownDomains]
			}
		}
		p.Lists = append(p.Lists, list)
	}
	return p, nil
}

func (s *hygienePages) look(v *visit) error {
	if err := s.store.AskHygieneLook(v.ctx()); err != nil {
		return err
	}
	return v.done("/hygiene", "All contacts are looked through. It begins within a minute.")
}

func (s *hygienePages) setRules(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	p.Form = hygieneForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	rules := campaign.HygieneRules{Months: typedNumber(p.Form.Months, 0), Mails: typedNumber(p.Form.Mails, 0), NoDNS: !p.Form.DNS}
	if err = rules.Check(); err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error { set.Hygiene = rules; return nil })
	}
	if err != nil {
		return v.refused(err, "hygiene", p)
	}
	return v.done("/hygiene", "Saved. The next look keeps to it.")
}

// returnRoutes are the pages about what comes back, and about whom nothing goes to any more.
func (w *wiring) returnRoutes() []route {
	suppressions := &suppressionPages{panel: w.panel, store: w.store}
	inbox := &inboxPages{panel: w.panel, store: w.store}
	hygiene := &hygienePages{panel: w.panel, store: w.store}
	return append(inbox.routes(), []route{
		get("/hygiene", editor, shows("hygiene", hygiene.page)),
		post("/hygiene/look", editor, hygiene.look),
		post("/hygiene/rules", admin, hygiene.setRules),
		get("/suppressions", editor, shows("suppressions", suppressions.page)),
		post("/suppressions", editor, suppressions.add),
		post("/suppressions/file", editor, suppressions.take).takes(importBody),
		get("/suppressions.csv", editorAgain, suppressions.file),
		get("/suppressions/:id", editor, shows("suppression", suppressions.one)),
		post("/suppressions/:id/let-go", editor, suppressions.letGo),
	}...)
}
