package web

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

var (
	formInput  = regexp.MustCompile(`<input ([^>]*)>`)
	formSelect = regexp.MustCompile(`(?s)<select ([^>]*)>(.*?)</select>`)
	formText   = regexp.MustCompile(`(?s)<textarea ([^>]*)>(.*?)</textarea>`)
	attribute  = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
	selected   = regexp.MustCompile(`<option value="([^"]*)" selected>`)
	anyOption  = regexp.MustCompile(`<option value="([^"]*)"`)
)

// formIn returns what a browser without script would send back of the segment's form.
func formIn(t *testing.T, a answer) url.Values {
	t.Helper()
	_, body, ok := strings.Cut(a.Body, `id="segment"`)
	if !ok {
		t.Fatalf("%s shows no form: %d %s", a.Path, a.Status, webtest.MainOf(a.Body))
	}
	body, _, _ = strings.Cut(body, "</form>")
	out := url.Values{}
	attributes := func(s string) map[string]string {
		m := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(s, -1) {
			m[a[1]] = unescape(a[2])
		}
		return m
	}
	// The fields of several values stand beside each other in parallel: their order must be that of the page.
	for _, m := range regexp.MustCompile(`(?s)<input [^>]*>|<select .*?</select>|<textarea .*?</textarea>`).FindAllString(body, -1) {
		switch {
		case strings.HasPrefix(m, "<input"):
			at := attributes(formInput.FindStringSubmatch(m)[1])
			if at["type"] != "checkbox" || strings.Contains(m, " checked") {
				out.Add(at["name"], at["value"])
			}
		case strings.HasPrefix(m, "<select"):
			parts := formSelect.FindStringSubmatch(m)
			value := selected.FindStringSubmatch(parts[2])
			if value == nil {
				value = anyOption.FindStringSubmatch(parts[2])
			}
			out.Add(attributes(parts[1])["name"], unescape(value[1]))
		default:
			parts := formText.FindStringSubmatch(m)
			out.Add(attributes(parts[1])["name"], unescape(parts[2]))
		}
	}
	return out
}

func unescape(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&").Replace(s)
}

// press sends the form with a button, after changing some fields.
func (s *site) press(path string, form url.Values, button string, fields ...string) answer {
	s.t.Helper()
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Set(name, value)
	}
	form.Set("do", button)
	return s.do("POST", path, form, nil)
}

// A segment is built by buttons alone, seen as text and as lines again, saved, used and protected.
func TestSegmentIsBuiltWithoutScript(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	s.people(6)
	ctx := context.Background()
	l := campaign.List{Name: "Press"}
	must(t, s.store.Lists.CreateList(ctx, &l))

	a := s.get("/segments/new")
	a.want(t, 200, "New segment")
	checkMarkup(t, a)
	a = s.press("/segments/new", formIn(t, a), "count", "name=Teachers", "r1.field=kind")
	a = s.press("/segments/new", formIn(t, a), "count", "r1.value=school")
	a.want(t, 200, "<strong>3</strong> of 6 contacts", "Perić 000", `value="Teachers"`)
	a = s.press("/segments/new", formIn(t, a), "group:0")
	a.want(t, 200, "Take group 2 away")
	a = s.press("/segments/new", formIn(t, a), "count", "r3.field=name", "r2.not=true")
	a = s.press("/segments/new", formIn(t, a), "add:2", "r3.op=contains", "r3.value0=", "r3.value=004")
	a = s.press("/segments/new", formIn(t, a), "shape", "r4.field=list")
	if a.want(t, 200, "which list?", "Nothing is counted yet."); strings.Contains(a.Body, "needs the name") {
		t.Error("a line is called wrong before anybody could finish it")
	}
	s.press("/segments/count", formIn(t, a), "").want(t, 200, "Nothing is counted yet.")
	a = s.press("/segments/new", formIn(t, a), "count")
	a.want(t, 422, "“On the list” needs the name of a list")
	a = s.press("/segments/new", formIn(t, a), "count", "r4.of="+l.ID)
	a.want(t, 200, "<strong>2</strong> of 6 contacts")
	checkMarkup(t, a)

	a = s.press("/segments/new", formIn(t, a), "text")
	const text = `kind = school and not (name contains "004" or list "Press")`
	a.want(t, 200, ">"+strings.ReplaceAll(text, `"`, "&#34;")+"</textarea>", "<strong>2</strong>")
	checkMarkup(t, a)
	a = s.press("/segments/new", formIn(t, a), "lines")
	a.want(t, 200, `<option value="`+l.ID+`" selected>Press`, `value="004"`)
	a = s.press("/segments/new", formIn(t, a), "text")
	a = s.press("/segments/new", formIn(t, a), "save")
	a.want(t, 200, "Saved", "Teachers", "Show as a table", "Perić 002")
	if strings.Contains(webtest.MainOf(a.Body), "Perić 004") {
		t.Error("somebody is in it who does not fit")
	}
	id := strings.TrimPrefix(a.Path, "/segments/")
	seg, err := s.store.Segments.GetSegment(ctx, id)
	must(t, err)
	if seg.Rule.String() != text || seg.Owner != u.ID {
		t.Errorf("saved %+v", seg)
	}

	s.get("/contacts?segment="+id).want(t, 200, "2 contacts", `action="/bulk/ask?segment=`+id+`"`, `<option value="`+id+`" selected>Teachers`)
	s.post("/bulk/ask?segment="+id, "scope=all", "action=tag").want(t, 200, "Tag: 2 contacts", "segment &#34;Teachers&#34;")
	a = s.get("/segments/" + id + "/edit")
	a.want(t, 200, "Edit segment")
	a = s.press(a.Path, formIn(t, a), "save", "name=Teachers of the south")
	a.want(t, 200, "Teachers of the south")
	a = s.get("/segments/" + id + "/edit")
	s.press(a.Path, formIn(t, a), "save", "version=1").want(t, 200, "Saved.")

	a = s.post("/segments/" + id + "/duplicate")
	a.want(t, 200, "Teachers of the south (copy)", "This is a copy")
	within := segment.Segment{Name: "Others", Rule: segment.Rule{Join: segment.Neg, Parts: []segment.Rule{{Field: "segment", Of: segment.Value{ID: id}}}}}
	must(t, s.store.Segments.CreateSegment(ctx, &within))
	s.post("/segments/"+id+"/delete").want(t, 200, "used in the segment “Others”")
	s.get("/segments").want(t, 200, "Teachers of the south", "Others", "(segment)")
	s.post("/segments/"+within.ID+"/delete").want(t, 200, "The segment is deleted")
	s.get("/segments/"+id+"/delete").want(t, 200, "Delete the segment")
	s.post("/segments/"+id+"/delete").want(t, 200, "The segment is deleted")
	s.get("/segments/"+id).want(t, 404)
}

func TestSegmentTypedAsText(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.people(4)
	typed := func(rule string) url.Values {
		return url.Values{"mode": {"text"}, "name": {"Typed"}, "rule": {rule}}
	}
	a := s.press("/segments/new", typed("kind = school and\nplcae = \"Niš\""), "save")
	a.want(t, 422, "Line 2, column 1", "did you mean place?", `data-offset="18"`, "<mark>plcae</mark> = &#34;Niš&#34;</pre>", "plcae")
	checkMarkup(t, a)
	s.press("/segments/new", typed(`segment "Nobody made it"`), "count").want(t, 422, "there is no segment named")
	s.press("/segments/new", typed("kind = school and"), "lines").want(t, 422, "The rule is not right yet", "kind = school and</textarea>")
	s.press("/segments/new", typed("kind = school"), "count").want(t, 200, "<strong>2</strong> of 4 contacts")
	s.press("/segments/count", typed("kind = school"), "count").want(t, 200, "<strong>2</strong> of 4 contacts")
	s.press("/segments/count", typed("kind ="), "count").want(t, 200, "The rule is not right yet")
	s.press("/segments/new", typed("kind = school"), "save", "name=").want(t, 422, "The segment needs a name")

	a = s.get("/segments/complete?" + url.Values{"before": {"kind = school and ki"}, "behind": {"n"}}.Encode())
	var c completion
	must(t, json.Unmarshal([]byte(a.Body), &c))
	if c.Before != 2 || c.Behind != 1 || len(c.Words) != 1 || c.Words[0].Text != "kind" {
		t.Errorf("completion %+v", c)
	}

	s.get("/contacts?rule="+url.QueryEscape("kind = school")).want(t, 200, "2 contacts", "rule=kind")
	s.get("/contacts?rule="+url.QueryEscape("kind = scool")).want(t, 200, "0 contacts", "did you mean school?")
	s.get("/contacts?segment=none").want(t, 404)
	a = s.get("/segments/new?kind=school&q=peric&rule=" + url.QueryEscape("language is empty"))
	a.want(t, 200, "<strong>2</strong> of 4 contacts")
	s.press("/segments/new", formIn(t, a), "text").want(t, 200, "kind = school and search &#34;peric&#34; and language is empty")
}

func TestSegmentFormsOutOfOrder(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	for _, fields := range []string{
		"", "lines=0", "lines=100000", "lines=1&r0.depth=1&r0.join=and", "lines=1&r0.depth=0&r0.field=kind", "lines=2&r0.depth=0&r0.join=and&r1.depth=2&r1.field=kind",
		"lines=2&r0.depth=0&r0.join=and&r1.depth=0&r1.join=and", "lines=3&r0.depth=0&r0.join=and&r1.depth=1&r1.field=kind&r2.depth=2&r2.field=kind", "lines=2&r0.depth=0&r0.join=and&r1.depth=-1",
	} {
		form, err := url.ParseQuery(fields)
		must(t, err)
		form.Set("mode", "lines")
		if a := s.press("/segments/new", form, "add:0"); a.Status != 400 {
			t.Errorf("%q answered %d", fields, a.Status)
		}
	}
	form := url.Values{"mode": {"lines"}, "lines": {"1"}, "r0.depth": {"0"}, "r0.join": {"and"}}
	for _, button := range []string{"remove:7", "add:-1", "add:x", "remove:0", "group:99"} {
		s.press("/segments/new", form, button).want(t, 200, "No line: everybody fits")
	}
}

// Lines hold what a rule holds: whatever rule is shown as lines and sent back comes back the same.
func TestRulesSurviveTheBuilder(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for held := 0; held < 1000; {
		rule := anyRule(r, 0)
		if rule.Check() != nil {
			continue
		}
		held++
		whole := wholeOf(&rule)
		form := formOfNodes(whole)
		back, err := readNodes(form)
		must(t, err)
		got := back.rule()
		must(t, got.Check())
		if got.String() != rule.String() || !reflect.DeepEqual(got, rule) {
			t.Fatalf("\nwas %s\nis  %s", rule, got)
		}
	}
}

// formOfNodes is what the page would hold.
func formOfNodes(n *ruleNode) url.Values {
	form := url.Values{}
	lines := n.lines()
	form.Set("lines", itoa(len(lines)))
	for _, l := range lines {
		p := "r" + itoa(l.Number) + "."
		form.Set(p+"depth", itoa(l.Depth))
		form.Set(p+"join", l.Join)
		form.Set(p+"not", map[bool]string{true: "true"}[l.Negated])
		form.Set(p+"field", l.Field)
		form.Set(p+"of", l.Of)
		form.Set(p+"of_name", l.OfName)
		form.Set(p+"link", l.Link)
		form.Set(p+"op", l.Op)
		for _, v := range l.Filled() {
			form.Add(p+"value", v.Text)
			form.Add(p+"was", v.Text)
			form.Add(p+"id", v.ID)
			form.Add(p+"as", v.As)
		}
	}
	return form
}

func anyRule(r *rand.Rand, depth int) segment.Rule {
	if depth < 4 && r.IntN(3) > 0 {
		join := []segment.Join{segment.And, segment.Or, segment.Neg}[r.IntN(3)]
		n := 1
		if join != segment.Neg {
			n = r.IntN(4)
		}
		out := segment.Rule{Join: join}
		for range n {
			out.Parts = append(out.Parts, anyRule(r, depth+1))
		}
		return out
	}
	f := segment.Fields[r.IntN(len(segment.Fields))]
	c := segment.Rule{Field: f.Name}
	if f.Of != "" && f.Kind != segment.NameField {
		c.Of = segment.Value{Text: "Press & co"}
		if f.Of != segment.OfAttribute {
			c.Of.ID = "id of it"
		}
	}
	if f.Name == "clicked" {
		c.Link = r.IntN(3)
	}
	if ops := f.Ops(); len(ops) > 0 {
		c.Op = ops[r.IntN(len(ops))]
	}
	n := 1
	switch {
	case c.Op == segment.OneOf || c.Op == segment.NoneOf:
		n = 1 + r.IntN(3)
	case c.Op == segment.Empty || c.Op == segment.NotEmpty || f.Kind == segment.FlagField:
		n = 0
	}
	samples := map[segment.As]string{segment.AsText: "Niš, “x” or y", segment.AsNumber: "12.5", segment.AsDate: "2026-01-31", segment.AsYesNo: "yes", segment.AsAgo: "30 days"}
	kinds := []segment.As{segment.AsText, segment.AsNumber, segment.AsDate, segment.AsYesNo, segment.AsAgo}
	for range n {
		as := kinds[r.IntN(len(kinds))]
		v := segment.Value{Text: samples[as], As: as}
		switch f.Kind {
		case segment.ChoiceField:
			v = segment.Value{Text: f.Choices[r.IntN(len(f.Choices))]}
		case segment.NumberField:
			v = segment.Value{Text: "50", As: segment.AsNumber}
		case segment.NameField:
			v = segment.Value{Text: "Glas Primera", ID: "id of it"}
		}
		c.Values = append(c.Values, v)
	}
	return c
}

func itoa(n int) string { return strconv.Itoa(n) }
