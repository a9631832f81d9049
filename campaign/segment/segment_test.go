package segment_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/segment/segmenttest"
)

func TestRulesPrintCanonically(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"kind = journalist", "kind = journalist"},
		{"KIND is Novinari", "kind = journalist"},
		{`kind = journalist and list "Press" and (language in (sr-Latn, sr-Cyrl) or tag = regional) and not opened "Guide for newsrooms" and last_sent > 30 days ago and attribute.circulation >= 10000 and segment "Belgrade press"`,
			`kind = journalist and list "Press" and (language in (sr-Latn, sr-Cyrl) or tag = regional) and no_open_known "Guide for newsrooms" and last_sent more than 30 days ago and attribute.circulation >= 10000 and segment "Belgrade press"`},
		{"kind=school or kind=business and tag=x", "kind = school or (kind = business and tag = x)"},
		{"((kind = school))", "kind = school"},
		{"not (kind = school or kind = business)", "not (kind = school or kind = business)"},
		{`not (opened "X")`, `not (opened "X")`},
		{`not clicked "X" link 2`, `no_click_known "X" link 2`},
		{`list in ("A", "B")`, `list "A" or list "B"`},
		{`list = Press`, `list "Press"`},
		{`list „Новине“`, `list "Новине"`},
		{`place = 'Novi Sad'`, `place = "Novi Sad"`},
		{`place = Београд`, `place = "Београд"`},
		{`name contains "a \"b\" \\c"`, `name contains "a \"b\" \\c"`},
		{`attribute."Broj učenika" > 10.000`, `attribute."Broj učenika" > 10000`},
		{`attribute.tiraž >= 3.5`, `attribute.tiraž >= 3.5`},
		{`attribute.x = 1.2345`, `attribute.x = 1.2345`},
		{`attribute.x = "10000"`, `attribute.x = "10000"`},
		{`attribute.member = da`, `attribute.member = yes`},
		{`attribute.founded before 31.1.1990.`, `attribute.founded before 31.1.1990.`},
		{`attribute.founded < 31.1.1990`, `attribute.founded < 1990-01-31`},
		{`attribute.x is empty and attribute.y is not empty`, `attribute.x is empty and attribute.y is not empty`},
		{"created after 2026-01-31", "created > 2026-01-31"},
		{"created on 2026-01-31", "created = 2026-01-31"},
		{`joined "Press" at least 2 week ago`, `joined "Press" at least 2 weeks ago`},
		{"last_sent < 1 day ago", "last_sent less than 1 days ago"},
		{"last_sent is empty", "last_sent is empty"},
		{"email begins with ana", `address begins with "ana"`},
		{"search цук", `search "цук"`},
		{"tag not in (a, \"b c\")", `tag not in (a, "b c")`},
		{"tag is not x", "tag != x"},
		{"everyone", "everyone"},
		{"nobody or kind = school", "nobody or kind = school"},
		{"not not kind = school", "not not kind = school"},
		{"score >= 50", "score >= 50"},
		{`organisation in ("Radio", Dnevnik)`, `organisation in ("Radio", "Dnevnik")`},
	} {
		r, err := segment.Parse(c.text)
		if strings.Contains(c.want, "before 31") { // a mistake: an attribute has no before
			if err == nil {
				t.Errorf("%s: is read", c.text)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := r.String(); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.want)
		}
		samePrinted(t, r)
	}
}

// samePrinted checks that a rule's text and JSON are read as the same rule again.
func samePrinted(t *testing.T, r segment.Rule) {
	t.Helper()
	want, _ := json.Marshal(r)
	again, err := segment.Parse(r.String())
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	if got, _ := json.Marshal(again); string(got) != string(want) {
		t.Fatalf("%s\ngot  %s\nwant %s", r, got, want)
	}
	var tree segment.Rule
	if err := json.Unmarshal(want, &tree); err != nil {
		t.Fatal(err)
	}
	if err := tree.Check(); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	if got, _ := json.Marshal(tree); string(got) != string(want) {
		t.Fatalf("the tree changed\ngot  %s\nwant %s", got, want)
	}
}

func TestRuleErrorsPointAtTheSpot(t *testing.T) {
	deep := strings.Repeat("(", 40) + "everyone" + strings.Repeat(")", 40)
	for _, c := range []struct {
		text         string
		line, column int
		says         string
	}{
		{"", 1, 1, "the rule ends where a field"},
		{"knid = journalist", 1, 1, "did you mean kind?"},
		{"kind journalist", 1, 6, "a comparison of kind (=, !="},
		{"kind = jurnalist", 1, 8, "did you mean journalist?"},
		{"kind = journalist adn tag = x", 1, 19, "and, or, or the end"},
		{"kind = journalist and\n  langauge = en", 2, 3, "did you mean language?"},
		{"list", 1, 5, "the name of a list in quotes"},
		{"ћ = 1", 1, 1, "a field is expected here"},
		{`place = "Ниш" and ?`, 1, 19, `"?" has no meaning here`},
		{`list "Press`, 1, 6, "does not end"},
		{"(kind = school", 1, 15, "a closing bracket"},
		{"language in en", 1, 13, "values in brackets"},
		{"language in (en; fr)", 1, 16, `";" has no meaning`},
		{"created > yesterday", 1, 11, "a day, such as 2026-01-31"},
		{"created more than 2026-01-01", 1, 19, "a length of time"},
		{"created contains x", 1, 9, "a comparison of created"},
		{"score > many", 1, 9, "whole number"},
		{"score > 1.5", 1, 9, "whole number"},
		{"attribute.x > wide", 1, 15, "need a number or a day"},
		{"attribute. = x", 1, 12, "the name of an attribute"},
		{`clicked "X" link nought`, 1, 18, "number of a link"},
		{"place = and", 1, 9, "a value for place"},
		{deep, 1, 22, "nested more than 20 deep"},
		{strings.Repeat("not ", 4000) + "everyone", 1, 85, "nested more than 20 deep"},
		{strings.Repeat("kind = school or ", 600) + "everyone", 1, 8484, "more than 500 conditions"},
		{strings.Repeat("x", 30000), 1, 1, "longer than"},
		{"place = \"\xff\"", 1, 1, "cannot be read"},
	} {
		_, err := segment.Parse(c.text)
		var e *segment.Error
		if !errors.As(err, &e) {
			t.Errorf("%.60s: %v", c.text, err)
			continue
		}
		if e.Line != c.line || e.Column != c.column || !strings.Contains(e.Text.String(), c.says) {
			t.Errorf("%.60s: line %d, column %d: %s\nwant line %d, column %d: %s", c.text, e.Line, e.Column, e.Text.String(), c.line, c.column, c.says)
		}
		if campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%.60s: code %q", c.text, campaign.CodeOf(err))
		}
	}
}

func TestTreesOfOthersAreChecked(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"join":"xor"}`, `{"join":"not"}`, `{"join":"not","parts":[{"join":"and"},{"join":"and"}]}`, `{"field":"kind"}`, `{"field":"kind","op":"="}`,
		`{"field":"kind","op":"=","values":[{"text":"a"},{"text":"b"}]}`, `{"field":"kind","op":"=","values":[{"text":"nothing"}]}`,
		`{"field":"none","op":"=","values":[{"text":"x"}]}`, `{"field":"list"}`, `{"field":"list","of":{"text":"x"},"op":"="}`, `{"field":"kind","of":{"text":"x"},"op":"is empty"}`,
		`{"field":"opened","of":{"text":"x"},"link":2}`, `{"field":"clicked","of":{"text":"x"},"link":-2}`, `{"join":"and","field":"kind"}`,
		`{"field":"created","op":"=","values":[{"text":"3 days","as":"ago"}]}`, `{"field":"created","op":">","values":[{"text":"3 apples","as":"ago"}]}`,
		`{"field":"created","op":">","values":[{"text":"2026-13-01","as":"date"}]}`, `{"field":"attribute","of":{"text":"x"},"op":">","values":[{"text":"x","as":"number"}]}`,
		`{"field":"attribute","of":{"text":"x"},"op":"=","values":[{"text":"x","as":"colour"}]}`, `{"field":"attribute","of":{"text":"x"},"op":">","values":[{"text":"3 days","as":"ago"}]}`,
		`{"field":"place","op":"=","values":[{"text":"x","id":"1"}]}`, `{"field":"kind","op":"is empty","parts":[{}]}`,
	} {
		var r segment.Rule
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if err := r.Check(); campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%s is accepted: %v", text, err)
		}
	}
}

// testWords stands in for the store.
type testWords struct{}

func (testWords) Names(of segment.NameKind, begins string) ([]string, error) {
	names := map[segment.NameKind][]string{segment.OfList: {"Press", "Partners", "Škole"}, segment.OfAttribute: {"circulation", "Broj učenika"}, segment.OfCampaign: {"Guide"}}[of]
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(campaign.Fold(n), campaign.Fold(begins)) }), nil
}

func (testWords) Values(field, begins string) ([]string, error) {
	return map[string][]string{"tag": {"regional", "two words"}}[field], nil
}

func TestRulesAreCompleted(t *testing.T) {
	for _, c := range []struct{ text, want string }{ // the cursor is at |
		{"ki|", "kind"},
		{"kind |", "=,!=,in,not in,is empty,is not empty"},
		{"kind = |", "journalist,school,business,partner,other"},
		{"kind = jo|urn", "journalist"},
		{"language in (sr-|", "sr-Latn,sr-Cyrl"},
		{"language in (en|, fr)", "en"},
		{"kind = school |", "and,or"},
		{"(kind = school |", "and,or,)"},
		{`list "p|`, `"Press","Partners"`},
		{`list |`, `"Press","Partners","Škole"`},
		{`list sk|`, `"Škole"`},
		{`attribute.|`, `attribute.circulation,attribute."Broj učenika"`},
		{`attribute.ci| > 3`, `attribute.circulation`},
		{`attr|`, `attribute.`},
		{`tag = |`, `regional,"two words"`},
		{`last_sent more than |`, `30 days ago,90 days ago,12 months ago`},
		{`last_sent > 7 d|`, `days ago`},
		{`opened |`, `"Guide"`},
		{`not op|`, `opened`},
		{`kind = school an|`, `and`},
		{`kind is |`, `empty,journalist,school,business,partner,other`},
		{`? |`, ``},
	} {
		cursor := strings.IndexByte(c.text, '|')
		text := strings.Replace(c.text, "|", "", 1)
		got, err := segment.Complete(text, cursor, testWords{})
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, s := range got.Words {
			words = append(words, s.Text)
		}
		if strings.Join(words, ",") != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, strings.Join(words, ","), c.want)
		}
	}
	got, _ := segment.Complete("kind = jo|urn and tag = x", 9, testWords{})
	if got.From != 7 || got.To != 9 {
		t.Errorf("replaces %d to %d", got.From, got.To)
	}
	got, _ = segment.Complete("kind = journ and tag = x", 9, testWords{})
	if got.From != 7 || got.To != 12 {
		t.Errorf("replaces %d to %d", got.From, got.To)
	}
	got, _ = segment.Complete(`list "Pr and tag = x`, 8, testWords{})
	if got.From != 5 || got.To != 8 {
		t.Errorf("replaces %d to %d", got.From, got.To)
	}
}

// RandomRule draws a rule over few values, so that it often fits.
func randomRule(r *rand.Rand, depth int) segment.Rule {
	if depth > 0 && r.IntN(2) == 0 {
		join := []segment.Join{segment.And, segment.Or, segment.Neg}[r.IntN(3)]
		n := 2 + r.IntN(2)
		if join == segment.Neg {
			n = 1
		}
		out := segment.Rule{Join: join}
		for range n {
			out.Parts = append(out.Parts, randomRule(r, depth-1))
		}
		return out
	}
	f := segment.Fields[r.IntN(len(segment.Fields))]
	out := segment.Rule{Field: f.Name}
	if f.Of != "" && f.Kind != segment.NameField {
		out.Of = segment.Value{Text: fmt.Sprintf("n %d", r.IntN(3))}
	}
	if f.Kind == segment.SearchField {
		out.Values = []segment.Value{{Text: "x y"}}
	}
	ops := f.Ops()
	if ops == nil {
		return out
	}
	out.Op = ops[r.IntN(len(ops))]
	if out.Op == segment.Empty || out.Op == segment.NotEmpty {
		return out
	}
	out.Values = []segment.Value{{Text: "a b"}}
	switch ordered := slices.Contains([]segment.Op{segment.Less, segment.AtMost, segment.More, segment.AtLeast}, out.Op); {
	case f.Kind == segment.ChoiceField:
		out.Values[0].Text = f.Choices[r.IntN(len(f.Choices))]
	case f.Kind == segment.DateField && ordered && r.IntN(2) == 0:
		out.Values[0] = segment.Value{Text: "3 days", As: segment.AsAgo}
	case f.Kind == segment.DateField:
		out.Values[0] = segment.Value{Text: "2026-01-31", As: segment.AsDate}
	case f.Kind == segment.NumberField, f.Kind == segment.AttributeField && ordered:
		out.Values[0] = segment.Value{Text: "12", As: segment.AsNumber}
	case f.Kind == segment.AttributeField && out.Op == segment.Is:
		out.Values[0] = []segment.Value{{Text: "yes", As: segment.AsYesNo}, {Text: "yes"}, {Text: "2026-01-31"}, {Text: "1.2340", As: segment.AsNumber}}[r.IntN(4)]
	}
	return out
}

func TestRandomRulesComeBackFromTheirText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		rule := randomRule(r, 4)
		if err := rule.Check(); err != nil {
			t.Fatalf("%+v: %v", rule, err)
		}
		samePrinted(t, rule)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`kind = journalist and list "Press" and (language in (sr-Latn, sr-Cyrl) or tag = regional) and not opened "Guide"`, `attribute."Broj učenika" >= 10.000`,
		"last_sent more than 30 days ago", "not not (everyone or nobody)", `list „Новине“ or joined "x" < 3 weeks ago`, `clicked "X" link 2`, "kind is not in (school)", "score <= 50", `name contains 'a\'b'`, "((((", "attribute.x = -0", "attribute.x = 1.230",
	} {
		f.Add(s, len(s)/2)
	}
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		if _, err := segment.Complete(text, cursor, testWords{}); err != nil {
			t.Fatal(err)
		}
		r, err := segment.Parse(text)
		if err != nil {
			var e *segment.Error
			if !errors.As(err, &e) || e.Line < 1 || e.Column < 1 || e.Offset > len(text) || e.Text.IsZero() {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		samePrinted(t, r)
		segmenttest.Matches(&r, &campaign.Contact{}, &segmenttest.History{})
	})
}
