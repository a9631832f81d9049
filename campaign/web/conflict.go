package web

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"html"
	"html/template"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/compare"
	"github.com/glasnik/glasnik/templates"
)

// A form that is saved after its record was saved elsewhere is brought together with that, field by field. What only one of
// the two changed needs no question; where both did, the page shows the two texts side by side, and each can be taken, or the field
// mended by hand. A form takes part by embedding edited, which its page sends back with the part “edited”. Fields are those with a
// “form” tag; the tag merge names a group that belongs together and the key of its label (merge:"quotes,Quotations"), or leaves a
// field out (merge:"-"); a third part is “unseen” for what is compared and not shown, “set” for values in any order, “texts” for one
// text a language, each of which is compared alone.

// edited is what a form holds of the record it began with.
type edited struct {
	Version int64  `form:"version" merge:"-"` // of the record
	Base    string `form:"base" merge:"-"`    // see baseOf
	Take    string `form:"take" merge:"-"`    // the field to be taken from who saved first
}

func (e *edited) begun() *edited { return e }

// mergeable is a form, a pointer to a struct that embeds edited.
type mergeable interface{ begun() *edited }

// begin notes what a form holds when it is filled from a version of its record.
func begin(form mergeable, version int64) {
	e := form.begun()
	e.Version, e.Base = version, baseOf(form)
}

// together brings a form together with theirs, the form as the record would fill it now. It shows the page again, and says so, where
// the user has to choose.
func (v *visit) together(name string, page shown, ours, theirs mergeable) (asked bool, err error) {
	c, asked := v.merge(ours, theirs)
	if asked {
		err = v.conflicted(name, page, c)
	}
	return asked, err
}

// merge is together without the page.
func (v *visit) merge(ours, theirs mergeable) (c conflict, asked bool) {
	mine, now := ours.begun(), theirs.begun()
	if *mine == (edited{}) { // from no page of ours
		mine.Version = now.Version
	}
	if mine.Version == now.Version && mine.Take == "" {
		return c, false
	}
	c = reconcile(ours, theirs, mine.Base, mine.Take)
	asked = len(c.Both) > 0 || mine.Take != ""
	v.merged = len(c.taken) > 0
	mine.Version, mine.Take = now.Version, ""
	return c, asked
}

// saved ends a change of a form that may have been brought together with another.
func (v *visit) saved(path string) error { return v.savedAs(path, "Saved.") }

// savedAs is saved with a notice of its own.
func (v *visit) savedAs(path, notice string) error {
	if v.merged {
		return v.done(path, "Saved, together with what was saved meanwhile.")
	}
	return v.done(path, notice)
}

// conflict is what the part “conflict” shows.
type conflict struct {
	Who   string // saved the record meanwhile, in words
	Both  []difference
	Taken []string // labels of the fields that only the other changed

	taken []formGroup
}

// difference is a field that both changed.
type difference struct {
	Name, Label, Target string
	Theirs, Ours        template.HTML // words that are only on this side are marked
	theirs, ours        string
	yes                 bool // it is a tick
}

// formGroup is a field of a form, or several that belong together.
type formGroup struct {
	name, label  string
	seen, unseen []int
	set, yes     bool
	at           int // 1 is the first of a list of texts, by language; 0 is all of a list
}

// formGroups returns the fields of a form that are compared.
func formGroups(form reflect.Type) []formGroup {
	var out []formGroup
	for i := range form.NumField() {
		f := form.Field(i)
		tag := append(strings.Split(f.Tag.Get("merge"), ","), "", "")
		name := cmp.Or(tag[0], f.Tag.Get("form"))
		if f.Tag.Get("form") == "" || name == "-" {
			continue
		}
		if tag[2] == "texts" {
			for n, l := range campaign.Languages {
				out = append(out, formGroup{name: campaign.TextField(name, l), seen: []int{i}, at: n + 1})
			}
			continue
		}
		at := slices.IndexFunc(out, func(g formGroup) bool { return g.name == name })
		if at < 0 {
			at, out = len(out), append(out, formGroup{name: name, label: tag[1]})
		}
		out[at].set, out[at].yes = tag[2] == "set", f.Type.Kind() == reflect.Bool
		if tag[2] == "unseen" {
			out[at].unseen = append(out[at].unseen, i)
		} else {
			out[at].seen = append(out[at].seen, i)
		}
	}
	return out
}

// rows returns what fields hold, one row for each of lists.
func (g formGroup) rows(form reflect.Value, fields []int) [][]string {
	var rows [][]string
	add := func(n int, value reflect.Value) {
		for n >= len(rows) {
			rows = append(rows, nil)
		}
		rows[n] = append(rows[n], strings.TrimSpace(unix(fmt.Sprint(value))))
	}
	for _, i := range fields {
		switch f := form.Field(i); f.Kind() {
		case reflect.Slice:
			if g.at > 0 {
				return [][]string{{strings.TrimSpace(unix(nth(f.Interface().([]string), g.at-1)))}}
			}
			for n := range f.Len() {
				add(n, f.Index(n))
			}
		default:
			add(len(rows), f)
		}
	}
	if g.set {
		slices.SortFunc(rows, slices.Compare)
	}
	return rows
}

// text writes what the group holds as it is shown, one line for each row.
func (g formGroup) text(form reflect.Value) string {
	var lines []string
	for _, row := range g.rows(form, g.seen) {
		row = slices.DeleteFunc(row, func(s string) bool { return s == "" })
		if line := strings.Join(row, " – "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// baseOf marks what each field of a form, a pointer to a struct, holds when it is shown.
func baseOf(form any) string {
	v := reflect.ValueOf(form).Elem()
	return strings.Join(campaign.Collect(formGroups(v.Type()), func(g formGroup) string { return g.mark(v) }), " ")
}

func (g formGroup) mark(form reflect.Value) string {
	h := fnv.New64a()
	for _, fields := range [][]int{g.seen, g.unseen} {
		text := ""
		for _, row := range g.rows(form, fields) {
			text += strings.Join(row, "\x01") + "\x02"
		}
		_, _ = h.Write([]byte(strings.TrimRight(text, "\x01\x02") + "\x00")) // empty rows at the end are for what may come
	}
	return fmt.Sprintf("%s=%x", g.name, h.Sum64())
}

// reconcile brings our form together with theirs, pointers to the same struct: it takes over what only they changed since base, and
// the groups that are to be taken.
func reconcile(ours, theirs any, base, take string) conflict {
	var c conflict
	marks := strings.Fields(base)
	mine, other := reflect.ValueOf(ours).Elem(), reflect.ValueOf(theirs).Elem()
	for _, g := range formGroups(mine.Type()) {
		d := difference{Name: g.name, Label: g.label, theirs: g.text(other), ours: g.text(mine), yes: g.yes}
		onlyTheirs, onlyOurs := slices.Contains(marks, g.mark(mine)), slices.Contains(marks, g.mark(other))
		switch {
		case g.mark(mine) == g.mark(other), onlyOurs && g.name != take:
			continue
		case onlyTheirs || g.name == take:
			for _, i := range slices.Concat(g.seen, g.unseen) {
				to, from := mine.Field(i), other.Field(i)
				if g.at > 0 && g.at <= min(to.Len(), from.Len()) {
					to, from = to.Index(g.at-1), from.Index(g.at-1)
				}
				to.Set(from)
			}
			c.taken = append(c.taken, g)
		default:
			c.Both = append(c.Both, d)
		}
	}
	return c
}

// conflicted shows a form again with both texts side by side. The page is rendered twice: once to find the labels of its fields.
func (v *visit) conflicted(name string, page shown, c conflict) error {
	body, err := v.panel.pages.Render(v.language, name, page)
	if err != nil {
		return err
	}
	p, fields := page.base(), fieldsOn(string(body))
	fields.complete(v, c.Both)
	for _, g := range c.taken {
		c.Taken = append(c.Taken, fields.label(v, g.name, g.label))
	}
	if c.Who, err = whoSavedOf(v); err != nil {
		return err
	}
	p.Conflict = &c
	return v.showAs(http.StatusConflict, name, page)
}

// complete puts the differences of fields into the words of the page.
func (f shownFields) complete(v *visit, both []difference) {
	for i := range both {
		d := &both[i]
		d.Label, d.Target = f.label(v, d.Name, d.Label), f.target(d.Name)
		words := func(value string) string { return v.panel.records.known(v.ctx(), d.Name, f.words(d.Name, value)) }
		if d.yes {
			words = func(value string) string {
				if value == "true" {
					return v.say("Yes")
				}
				return v.say("No")
			}
		}
		d.Theirs, d.Ours = compare.Words(words(d.theirs), words(d.ours))
	}
}

// whoSaved says who saved the record of this request since its form was opened, as the journal has it.
func whoSavedOf(v *visit) (string, error) {
	object, of := v.object(), store.JournalFilter{Kind: campaign.ChangedEntry}
	switch first, _, _ := strings.Cut(strings.TrimPrefix(v.FullPath(), "/"), "/"); first {
	case "contacts":
		object, of = "", store.JournalFilter{Contact: v.Param("id")}
	case "users", "account":
		object, of.Kind = cmp.Or(object, "/users/"+v.user.ID), campaign.AccountEntry
	case "settings", "retention":
		object, of.Kind = "/settings", campaign.SettingsEntry
	}
	found, _, err := v.panel.journal.FindJournal(v.ctx(), of, pageOf(100))
	who, opened := v.say("This was saved from elsewhere while you were writing"), campaign.TimeOfID(v.once())
	for _, e := range found {
		switch {
		case opened.IsZero() || e.At.Before(opened):
			return who, err
		case e.Object != object || e.User == "" || of.Contact != "" && e.Audit:
		case e.User != v.user.ID:
			return v.say("%s saved this while you were writing", e.By), err
		default:
			who = v.say("You saved this in another tab or window while you were writing")
		}
	}
	return who, err
}

// shownFields are the fields of a rendered page.
type shownFields struct {
	body   string
	labels map[string]string
}

func fieldsOn(body string) shownFields {
	f := shownFields{body, map[string]string{}}
	for _, m := range fieldLabel.FindAllStringSubmatch(body, -1) {
		f.labels[m[1]] = html.UnescapeString(strings.TrimSpace(m[3]))
		if m[2] != "" { // one language of several
			f.labels[m[1]] = html.UnescapeString(m[2]) + ", " + f.labels[m[1]]
		}
	}
	return f
}

// label returns the label of a field; a group has its own, a key of the catalogues.
func (f shownFields) label(v *visit, name, key string) string {
	if key != "" {
		return templates.Translate(v.language, key)
	}
	return cmp.Or(f.labels[name], f.besides(name, "true"), name)
}

// besides returns the words beside a tick or a choice with a value.
func (f shownFields) besides(name, value string) string {
	found := regexp.MustCompile(`<input[^>]* name="` + regexp.QuoteMeta(html.EscapeString(name)) + `"[^>]* value="` + regexp.QuoteMeta(html.EscapeString(value)) + `"[^>]*>\s*(?:<span>)?([^<]+)`).FindStringSubmatch(f.body)
	if found == nil {
		return ""
	}
	return strings.TrimSpace(html.UnescapeString(found[1]))
}

// target returns the id of a field; "" where there is no single one.
func (f shownFields) target(name string) string {
	if f.labels[name] == "" {
		return ""
	}
	return "f-" + name
}

// words returns the labels of what is chosen, one a line; any other value is its own words.
func (f shownFields) words(name, value string) string {
	_, rest, found := strings.Cut(f.body, `<select id="f-`+html.EscapeString(name)+`"`)
	if !found {
		if f.labels[name] != "" || !strings.Contains(f.body, ` name="`+html.EscapeString(name)+`"`) {
			return value
		}
		lines := strings.Split(value, "\n")
		for i, line := range lines {
			lines[i] = cmp.Or(f.besides(name, line), line)
		}
		return strings.Join(lines, "\n")
	}
	rest, _, _ = strings.Cut(rest, "</select>")
	option := regexp.MustCompile(`<option value="` + regexp.QuoteMeta(html.EscapeString(value)) + `"[^>]*>([^<]*)`).FindStringSubmatch(rest)
	if option == nil {
		return value
	}
	return html.UnescapeString(option[1])
}
