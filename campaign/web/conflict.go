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
	"time"

	"github.com/sergi/go-diff/diffmatchpatch"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// A form that is saved after somebody else saved the same record is brought together with theirs, field by field. What only one of
// the two changed needs no question; where both did, the page shows the two texts side by side, and each can be taken, or the field
// mended by hand. A form takes part with a field of its own for baseOf, which the page sends back, and one for the button “take”.
// Fields are those with a “form” tag; the tag merge names a group that belongs together and the key of its label
// (merge:"quotes,Quotations"), or leaves a field out (merge:"-"); a third part, “unseen”, is for what is compared and not shown.

// conflict is what the part “conflict” shows.
type conflict struct {
	Both  []difference
	Taken []string // labels of the fields that only the other changed

	taken []formGroup
}

// difference is a field that both changed.
type difference struct {
	Name, Label, Target string
	Theirs, Ours        template.HTML // words that are only on this side are marked
	theirs, ours        string
}

// formGroup is a field of a form, or several that belong together.
type formGroup struct {
	name, label  string
	seen, unseen []int
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
		at := slices.IndexFunc(out, func(g formGroup) bool { return g.name == name })
		if at < 0 {
			at, out = len(out), append(out, formGroup{name: name, label: tag[1]})
		}
		if tag[2] == "unseen" {
			out[at].unseen = append(out[at].unseen, i)
		} else {
			out[at].seen = append(out[at].seen, i)
		}
	}
	return out
}

// fieldText writes what fields hold, one line for each row of lists.
func fieldText(form reflect.Value, fields []int) string {
	var rows [][]string
	for _, i := range fields {
		switch f := form.Field(i); f.Kind() {
		case reflect.Slice:
			for n := range f.Len() {
				if n == len(rows) {
					rows = append(rows, nil)
				}
				rows[n] = append(rows[n], fmt.Sprint(f.Index(n)))
			}
		default:
			rows = append(rows, []string{fmt.Sprint(f)})
		}
	}
	var lines []string
	for _, row := range rows {
		row = slices.DeleteFunc(row, func(s string) bool { return s == "" })
		if line := strings.TrimSpace(unix(strings.Join(row, " – "))); line != "" {
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
	_, _ = h.Write([]byte(fieldText(form, g.seen) + "\x00" + fieldText(form, g.unseen)))
	return fmt.Sprintf("%s=%x", g.name, h.Sum64())
}

// reconcile brings our form together with theirs, pointers to the same struct: it takes over what only they changed since base, and
// the groups that are to be taken.
func reconcile(ours, theirs any, base, take string) conflict {
	var c conflict
	marks := strings.Fields(base)
	mine, other := reflect.ValueOf(ours).Elem(), reflect.ValueOf(theirs).Elem()
	for _, g := range formGroups(mine.Type()) {
		d := difference{Name: g.name, Label: g.label, theirs: fieldText(other, g.seen), ours: fieldText(mine, g.seen)}
		onlyTheirs, onlyOurs := slices.Contains(marks, g.mark(mine)), slices.Contains(marks, g.mark(other))
		switch {
		case g.mark(mine) == g.mark(other), onlyOurs && g.name != take:
			continue
		case onlyTheirs || g.name == take:
			for _, i := range slices.Concat(g.seen, g.unseen) {
				mine.Field(i).Set(other.Field(i))
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
	for i := range c.Both {
		d := &c.Both[i]
		d.Label, d.Target = fields.label(v, d.Name, d.Label), fields.target(d.Name)
		d.Theirs, d.Ours = markWords(fields.words(d.Name, d.theirs), fields.words(d.Name, d.ours))
	}
	for _, g := range c.taken {
		c.Taken = append(c.Taken, fields.label(v, g.name, g.label))
	}
	p.Conflict = &c
	return v.showAs(http.StatusConflict, name, page)
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
	if label := f.labels[name]; label != "" {
		return label
	}
	return name
}

// target returns the id of a field; "" where there is no single one.
func (f shownFields) target(name string) string {
	if f.labels[name] == "" {
		return ""
	}
	return "f-" + name
}

// words returns the label of what is chosen in a select; any other value is its own words.
func (f shownFields) words(name, value string) string {
	_, rest, found := strings.Cut(f.body, `<select id="f-`+html.EscapeString(name)+`"`)
	if !found {
		return value
	}
	rest, _, _ = strings.Cut(rest, "</select>")
	option := regexp.MustCompile(`<option value="` + regexp.QuoteMeta(html.EscapeString(value)) + `"[^>]*>([^<]*)`).FindStringSubmatch(rest)
	if option == nil {
		return value
	}
	return html.UnescapeString(option[1])
}

var wordsApart = regexp.MustCompile(`[\p{L}\p{N}]+|\s+|.`)

// markWords marks the words that only one of two texts has.
func markWords(theirs, ours string) (template.HTML, template.HTML) {
	var all []string
	numbers := map[string]rune{}
	encode := func(text string) []rune {
		var out []rune
		for _, word := range wordsApart.FindAllString(text, -1) {
			n, known := numbers[word]
			if !known {
				if n = rune(len(all)); n >= 0xd800-0x100 { // no rune is a surrogate
					n += 0x800
				}
				n += 0x100
				numbers[word], all = n, append(all, word)
			}
			out = append(out, n)
		}
		return out
	}
	back := map[rune]string{}
	a, b := encode(theirs), encode(ours)
	for word, n := range numbers {
		back[n] = word
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 200 * time.Millisecond
	var left, right strings.Builder
	for _, piece := range d.DiffCleanupSemantic(d.DiffMainRunes(a, b, false)) {
		var text strings.Builder
		for _, n := range piece.Text {
			text.WriteString(html.EscapeString(back[n]))
		}
		switch piece.Type {
		case diffmatchpatch.DiffDelete:
			left.WriteString("<mark>" + text.String() + "</mark>")
		case diffmatchpatch.DiffInsert:
			right.WriteString("<mark>" + text.String() + "</mark>")
		default:
			left.WriteString(text.String())
			right.WriteString(text.String())
		}
	}
	return template.HTML(left.String()), template.HTML(right.String())
}
