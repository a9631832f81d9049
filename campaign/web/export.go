package web

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/store"
)

// contactExports writes contacts into files.
type contactExports struct {
	*panel
	store  contactExportStore
	tables *contactTables
}

type contactExportStore interface {
	EachContactIn(ctx context.Context, f store.ContactFilter, fn func([]campaign.Contact) error) error
	Suppressed(ctx context.Context, addresses []string) (map[string]campaign.SuppressionReason, error)
}

// Export returns the address of a file of the contacts this table shows.
func (p *contactsPage) Export(format string) string {
	q := p.URL.Query()
	for _, name := range []string{"after", "sort", "desc"} {
		q.Del(name)
	}
	q.Set("format", format)
	return "/export?" + q.Encode()
}

// serve sends the contacts of the filter as a file.
func (s *contactExports) serve(v *visit) error {
	filter, err := s.tables.filter(v)
	if err != nil {
		return err
	}
	return s.write(v, v.Query("format"), func(fn func([]campaign.Contact) error) error { return s.store.EachContactIn(v.ctx(), filter, fn) })
}

// errMayNotExport refuses an export: it needs a right of its own (E-15).
var errMayNotExport = campaign.Errorf(campaign.Forbidden, "Taking contacts away as a file is a right of its own. An admin can give it to you on the Users page.")

// noteExport logs that addresses are exported, before the first of them leaves: a file that is cut off may hold them all the
// same.
func (p *panel) noteExport(v *visit, what campaign.Text, format string) error {
	return p.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ExportedEntry, Audit: true, Object: v.object(), Detail: campaign.Textf("Exported %s as %s", what, strings.ToUpper(format)).Stored()})
}

// exportFormat returns how a file is written that is asked for, where the user may export.
func exportFormat(v *visit, name string) (format contactfile.Format, delimiter rune, err error) {
	if !v.user.MayExport() {
		return "", 0, errMayNotExport
	}
	if format, err = contactfile.ParseFormat(name); err == nil {
		delimiter, err = delimiterFor(v)
	}
	return format, delimiter, err
}

// beginExport logs an export and sends the headers of its file.
func (p *panel) beginExport(v *visit, what campaign.Text, name string, format contactfile.Format) error {
	if err := p.noteExport(v, what, string(format)); err != nil {
		return err
	}
	v.unhurried()
	v.Header("Content-Type", format.ContentType())
	v.Header("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+"."+string(format)))
	return nil
}

// exportConditions are the values of an address that choose contacts.
var exportConditions = []struct {
	name  string
	words campaign.Text
}{
	{"kind", campaign.Textf("kind")}, {"language", campaign.Textf("language")}, {"list", campaign.Textf("list")}, {"membership", campaign.Textf("standing on the list")},
	{"organisation", campaign.Textf("organisation")}, {"rule", campaign.Textf("rule")}, {"q", campaign.Textf("search")}, {"segment", campaign.Textf("segment")},
	{"hygiene", campaign.Textf("address to look at")}, {"status", campaign.Textf("status")}, {"tag", campaign.Textf("tag")},
}

// exportWords says how many contacts leave, and by which conditions they were chosen, without their values: a value may be
// somebody's name.
func exportWords(found int, query url.Values) campaign.Text {
	var by []campaign.Text
	for _, c := range exportConditions {
		if query.Get(c.name) != "" {
			by = append(by, c.words)
		}
	}
	words := campaign.Textf("%d contacts", found)
	if len(by) > 0 {
		words = campaign.Textf("%s (chosen by %s)", words, campaign.Join(by, ", "))
	}
	return words
}

// write sends the contacts that each yields as a file, and logs who took them. It reads them twice: the attributes become
// columns.
func (s *contactExports) write(v *visit, name string, each func(func([]campaign.Contact) error) error) error {
	format, delimiter, err := exportFormat(v, name)
	if err != nil {
		return err
	}
	attributes, found := map[string]bool{}, 0
	err = each(func(cs []campaign.Contact) error {
		found += len(cs)
		for i := range cs {
			for name := range cs[i].Attributes {
				attributes[name] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := s.beginExport(v, exportWords(found, v.Request.URL.Query()), "contacts-"+v.now().Format(time.DateOnly), format); err != nil {
		return err
	}
	w, err := contactfile.NewWriter(v.Writer, format, delimiter, v.language, slices.Sorted(maps.Keys(attributes)))
	if err != nil {
		return err
	}
	count := 0
	err = each(func(cs []campaign.Contact) error {
		rows, err := s.tables.rows(v.ctx(), cs)
		if err != nil {
			return err
		}
		gone, err := s.store.Suppressed(v.ctx(), campaign.Collect(cs, func(c campaign.Contact) string { return c.Address }))
		if err != nil {
			return err
		}
		count += len(rows)
		for i := range rows {
			c := &rows[i].Contact
			if err := w.Contact(c, rows[i].OrganisationName, rows[i].on, gone[c.Address] != ""); err != nil {
				return err
			}
		}
		return w.Flush()
	})
	if err != nil {
		return err
	}
	s.Logger.Info("contacts exported", "user_id", v.user.ID, "count", count)
	return w.Close()
}

// commaDecimals are languages that write a comma for the decimal point: their spreadsheets divide cells by semicolons.
var commaDecimals = strings.Fields("sr hr bs cnr sh sl mk bg fr de it es pt nl ru uk pl cs sk ro hu el tr da sv nb no fi")

// delimiterFor returns what divides the cells of a CSV file: what the address asks for, or what spreadsheets expect in the
// panel's language or else in the browser's first.
func delimiterFor(v *visit) (rune, error) {
	if asked := v.Query("delimiter"); asked != "" {
		return contactfile.ParseDelimiter(asked)
	}
	first, _, _ := strings.Cut(v.GetHeader("Accept-Language"), ",")
	language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(first)), ";")
	language, _, _ = strings.Cut(language, "-")
	if v.language != campaign.English || slices.Contains(commaDecimals, language) {
		return ';', nil
	}
	return ',', nil
}
