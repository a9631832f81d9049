package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// formField is a field of a form as a page shows it.
type formField struct {
	name, kind, value string
	required, invalid bool
	with              string // what makes it compulsory
}

// pageForm is a form of a page.
type pageForm struct {
	action string
	fields []formField
}

// formsOf returns the forms of a page that change something.
func formsOf(t *testing.T, a answer) []pageForm {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	path, _, _ := strings.Cut(a.Path, "?")
	var out []pageForm
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attrOf(n, "method") != "post" || !inside(n, "main") {
			continue
		}
		f := pageForm{action: attrOf(n, "action")}
		if f.action == "" {
			f.action = path
		}
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && attrOf(c, "name") != "" && slices.Contains([]string{"input", "select", "textarea"}, c.Data) {
				f.fields = append(f.fields, fieldOf(c))
			}
		}
		out = append(out, f)
	}
	return out
}

func inside(n *html.Node, tag string) bool {
	for p := range n.Ancestors() {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func fieldOf(n *html.Node) formField {
	f := formField{name: attrOf(n, "name"), kind: n.Data, value: attrOf(n, "value"), required: has(n, "required") || has(n, "data-required-any"), invalid: has(n, "aria-invalid"), with: attrOf(n, "data-required-with")}
	switch n.Data {
	case "input":
		f.kind = attrOf(n, "type")
	case "select":
		first := true
		for o := range n.Descendants() {
			if o.Data == "option" && (first || has(o, "selected")) {
				f.value, first = attrOf(o, "value"), false
			}
		}
	}
	if (f.kind == "checkbox" || f.kind == "radio") && !has(n, "checked") {
		f.value = ""
	}
	return f
}

// empty is what is sent when nothing is typed into a form; with is a choice that is made all the same.
func (f pageForm) empty(with string) url.Values {
	out := url.Values{}
	for _, c := range f.fields {
		switch c.kind {
		case "hidden", "select":
			out.Add(c.name, c.value)
		case "checkbox", "radio":
			if c.value != "" {
				out.Add(c.name, c.value)
			}
		case "file":
		default:
			out.Add(c.name, "")
		}
	}
	if name, value, ok := strings.Cut(with, "="); ok {
		out.Set(name, value)
	}
	return out
}

// A form sent empty is refused for the fields that it marks as compulsory and for no other, for all of them at once; and what
// the page then says leads to each.
func TestCompulsoryFieldsAreMarked(t *testing.T) {
	s := newSite(t)
	s.server.Planner = schedule.Planner{Zone: time.UTC}
	s.signInAs(campaign.Admin)
	list := strings.TrimPrefix(s.post("/lists/new", "name=Press", "tracking=aggregate").Path, "/lists/")
	contact := s.post("/contacts/new", "email=ana@example.org", "first_name=Ana").Path
	organisation := s.post("/organisations/new", "name=Glas Primera").Path
	release := s.post("/releases/new", "headline=Nova linija", "language=sr-Latn", "zone=Europe/Belgrade").Path
	release, _, _ = strings.Cut(release, "/edit")
	plan := s.post("/campaigns/new", "name=Plan", "release="+strings.TrimPrefix(release, "/releases/"), "lists="+list).Path
	plan = strings.TrimSuffix(plan, "/audience")
	segment := s.post("/segments/new", "name=All", "mode=text", "rule=kind = journalist", "do=save").Path
	request := s.post("/requests/new", "kind=access", "person=Ana", "received=2026-01-05").Path
	for _, path := range []string{list, contact, organisation, release, plan, segment, request} {
		if strings.HasSuffix(path, "/new") || path == "" {
			t.Fatalf("%q was not made", path)
		}
	}
	for _, p := range []struct {
		page string
		with string // a choice that makes more fields compulsory
		want string // the fields refused, of all forms of the page, in their order
	}{
		{"/contacts/new", "", "email"},
		{"/contacts/new", "lists=" + list, "email source reference"},
		{contact + "/edit", "", "email"},
		{contact, "", "source reference until"},
		{contact, "kind=noted", "source reference text until"},
		{contact, "tracking=individual", "source reference until tracking_source"},
		{"/organisations/new", "", "name"},
		{organisation + "/edit", "", "name"},
		{"/lists/new", "", "name"},
		{"/lists/" + list + "/edit", "", "name"},
		{"/segments/new", "do=save", "name"},
		{segment + "/edit", "do=save", "name"},
		{"/releases/new", "", "headline"},
		{release + "/edit", "", "headline text"}, // of the release, and of a comment on it
		{"/campaigns/new", "", "name"},
		{plan, "", "name"},
		{plan + "/audience", "", ""},
		{plan + "/schedule", "", "zone"},
		{plan + "/schedule", "kind=at", "at zone"},
		{plan + "/schedule", "kind=cron", "cron zone"},
		{plan + "/schedule", "kind=rule", "time zone"},
		{plan + "/check", "", "to"},
		{"/settings", "", "name"},
		{"/settings/sending", "", ""},
		{"/settings/sender", "", ""},
		{"/users/new", "", "email"},
		{"/account", "", ""},
		{"/account/password", "", "password"},
		{"/import", "", "file"},
		{"/import", "list=" + list, "reference file"},
		{"/import", "list_name=Novinari", "reference file"},
		{"/requests/new", "", "person received"},
		{request, "", "answer"},
		{"/retention", "", "events deliveries audit review_journalist review_school review_business review_partner review_other"},
	} {
		var refused []string
		for _, f := range formsOf(t, s.get(p.page)) {
			name, _, _ := strings.Cut(p.with, "=")
			with := p.with
			if !slices.ContainsFunc(f.fields, func(c formField) bool { return c.name == name }) && name != "do" {
				with = ""
			}
			if len(f.fields) == 0 || !slices.ContainsFunc(f.fields, func(c formField) bool { return c.kind != "hidden" }) {
				continue
			}
			refused = append(refused, s.sendEmpty(p.page, f, with)...)
		}
		want := strings.Fields(p.want)
		if slices.Sort(want); !slices.Equal(sorted(refused), want) {
			t.Errorf("%s sent empty with %q is refused for %v, want %v", p.page, p.with, refused, want)
		}
	}
}

func sorted(names []string) []string {
	names = slices.Clone(names)
	slices.Sort(names)
	return names
}

// sendEmpty sends a form with nothing typed into it, and returns the names of the fields it is refused for.
func (s *site) sendEmpty(page string, f pageForm, with string) []string {
	s.t.Helper()
	sent := f.empty(with)
	a := s.do(http.MethodPost, f.action, sent, nil)
	var marked, refused []string
	for _, c := range f.fields {
		if c.required || slices.ContainsFunc(strings.Fields(c.with), func(term string) bool {
			name, value, exact := strings.Cut(term, "=")
			return slices.ContainsFunc(sent[name], func(v string) bool { return exact && v == value || !exact && v != "" })
		}) {
			marked = append(marked, c.name)
		}
	}
	if a.Status == 200 {
		if len(marked) > 0 {
			s.t.Errorf("%s with %q: %v marked, and nothing is refused", page, with, marked)
		}
		return nil
	}
	if a.Status != 422 {
		s.t.Errorf("%s with %q answers %d: %s", page, with, a.Status, webtest.MainOf(a.Body))
		return nil
	}
	for _, again := range formsOf(s.t, a) {
		if again.action == f.action || strings.HasSuffix(f.action, again.action) {
			for _, c := range again.fields {
				if c.invalid {
					refused = append(refused, c.name)
				}
			}
		}
	}
	if !slices.Equal(sorted(refused), sorted(marked)) {
		s.t.Errorf("%s with %q: %v marked, %v refused: %s", page, with, marked, refused, webtest.MainOf(a.Body))
	}
	for i, name := range refused {
		if !strings.Contains(a.Body, `<li><a href="#f-`+name+`">`) {
			s.t.Errorf("%s: the summary does not lead to %s", page, name)
		}
		if _, after, _ := strings.Cut(a.Body, " autofocus"); i == 0 && strings.Contains(after, ` id="f-`+name+`" `) {
			s.t.Errorf("%s: %s comes after what has the focus", page, name)
		}
	}
	return refused
}

// All that is wrong with a form is told at once, whatever rule it breaks.
func TestAllFaultsAtOnce(t *testing.T) {
	s := newSite(t)
	s.server.Planner = schedule.Planner{Zone: time.UTC}
	s.signInAs(campaign.Admin)
	list := strings.TrimPrefix(s.post("/lists/new", "name=Press", "tracking=aggregate").Path, "/lists/")
	contact := s.post("/contacts/new", "email=ana@example.org", "first_name=Ana").Path
	release, _, _ := strings.Cut(s.post("/releases/new", "headline=Nova linija", "language=sr-Latn", "zone=Europe/Belgrade").Path, "/edit")
	plan := strings.TrimSuffix(s.post("/campaigns/new", "name=Plan", "release="+strings.TrimPrefix(release, "/releases/"), "lists="+list).Path, "/audience")
	s.post("/segments/new", "name=All", "mode=text", "rule=kind = journalist", "do=save")
	long := strings.Repeat("x", 301)
	for _, c := range []struct {
		path, fields string // apart by &
		want         string // the fields the summary leads to, in the order of the page
	}{
		{"/contacts/new", "email=none&first_name=" + long + "&kind=victim&attribute_name=&attribute_value=x&lists=" + list + "&basis=contract", "f-email f-first_name f-kind f-source attribute_1-problem f-reference"},
		{contact + "/edit", "version=1&email=none&last_name=" + long + "&status=odd", "f-email f-last_name f-status"},
		{contact + "/subscribe", "basis=odd", "f-list f-basis f-source f-reference"},
		{contact + "/tracking", "tracking=individual&tracking_basis=odd", "f-tracking_basis f-tracking_source"},
		{"/lists/new", "name=&purpose=" + strings.Repeat("x", 1001) + "&owner=nobody&opt_in=odd&tracking=odd", "f-name f-purpose f-owner f-tracking f-opt_in"},
		{"/organisations/new", "name=&kind=odd&website=not a page", "f-name f-kind f-website"},
		{"/segments/new", "do=save&mode=text&rule=kind %3D", "f-name f-rule"},
		{"/releases/new", "headline=&language=sr-Latn&date=tomorrow&zone=Mars&embargo=soon&body={{ prvo_ime }}", "f-embargo f-zone f-headline f-date f-body"},
		{plan + "/schedule", "kind=at&at=soon&zone=Mars", "f-at f-zone"},
		{plan + "/schedule", "kind=cron&cron=daily&zone=Mars", "f-cron f-zone"},
		{plan + "/schedule", "kind=cron&cron=*/5 * * * *&zone=UTC", "f-often"},
		{plan + "/schedule", "kind=rule&pattern=weekly&interval=x&time=nine&ends=count&count=many&from=now&then=odd&days_off=mars&zone=Mars", "f-weekdays f-interval f-time f-from f-count f-days_off f-then f-zone"},
		{plan + "/audience", "lists=" + list + "&exclude=" + list + "&segments=none", "lists-problem segments-problem"},
		{"/settings", "name=&website=x&privacy=y&contact=z&colour=red&zone=Mars&sender_name=A&sender_email=none&sender_name=B&sender_email=b@example.org&sender_name=C&sender_email=no&weekday=9", "f-name f-website f-privacy f-contact f-colour f-zone sender_1-problem sender_3-problem f-digest"},
		{"/settings/closings", "name=Summer&from=then&until=&for=", "f-closings"},
		{"/settings/sending", "per_second=a&per_connection=b&connections=c&provider=example.org&provider_rate=x", "f-per_second f-per_connection f-connections providers-problem"},
		{"/users/new", "email=none&role=odd", "f-email f-role"},
		{"/requests/new", "kind=odd&received=2999-01-01", "f-kind f-person f-received"},
		{"/retention", "events=x&deliveries=y&audit=3&review_school=0&review_journalist=1&review_business=1&review_partner=1&review_other=1", "f-events f-deliveries f-audit f-review_school"},
	} {
		form, err := url.ParseQuery(c.fields)
		if err != nil {
			t.Fatal(err)
		}
		a := s.do(http.MethodPost, c.path, form, nil)
		a.want(t, 422)
		checkMarkup(t, a)
		var got []string
		for _, part := range strings.Split(a.Body, `<li><a href="#`)[1:] {
			target, _, _ := strings.Cut(part, `"`)
			got = append(got, target)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s says what is wrong with %v, want %s: %s", c.path, got, c.want, webtest.MainOf(a.Body))
		}
	}
}
