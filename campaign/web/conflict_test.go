package web

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Two tabs edit one release. What only one changed is brought together; what both changed is shown side by side, and nothing of
// either is lost.
func TestTheSecondTabSeesBothTexts(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=Old headline", "lead=Old lead", "body=Old body", "notes=Old notes").want(t, 200)
	found, _, err := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	path := "/releases/" + found[0].ID + "/edit"
	hidden := func(page string) []string {
		var out []string
		for _, name := range []string{"version", "base"} {
			out = append(out, name+"="+regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)[1])
		}
		return append(out, "language=en", "source=en", "zone=UTC", "kind=press_release", "title=Old headline")
	}
	opened := hidden(s.get(path).Body)
	theirs := append(opened, "headline=Old headline", "lead=Their <new> lead", "body=Their body", "notes=Old notes")
	s.post(path, theirs...).want(t, 200, "Saved.")

	apart := append(opened, "headline=My headline", "lead=Old lead", "body=Old body", "notes=My notes")
	both := append(opened, "headline=My headline", "lead=My new lead", "body=Old body", "notes=My notes")
	refused := s.post(path, both...)
	refused.want(t, 409, "<mark>Their", "<mark>My", `id="conflict-lead">Lead<`, "Taken over: Body.", `value="lead"`)
	again := append(hidden(refused.Body), "headline=My headline", "lead=My new lead", "body=Their body", "notes=My notes")
	s.post(path, append(again, "take=lead")...).want(t, 409, "Taken over: Lead.", "Their &lt;new&gt; lead</textarea>", "My headline", "My notes")

	s.post(path, apart...).want(t, 200, "Saved, together with what was saved meanwhile.")
	r, err := s.store.Releases.GetRelease(t.Context(), found[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Versions[0]; v.Headline != "My headline" || v.Lead != "Their <new> lead" || v.Body != "Their body" || v.Notes != "My notes" {
		t.Errorf("%+v", v)
	}
}

// What a form is open with, somebody else changes. Each form brings the two together, asks where both changed the same field, and
// loses nothing.
func TestEveryFormBringsTwoTabsTogether(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Admin)
	s.post("/lists/new", "name=Press", "opt_in=double", "tracking=none", "basis=consent").want(t, 200)
	s.post("/lists/new", "name=Partners", "opt_in=double", "tracking=none", "basis=consent").want(t, 200)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=News", "lead=Lead", "body=Body").want(t, 200)
	at := func(a answer) string { return strings.TrimSuffix(strings.SplitN(a.Path, "?", 2)[0], "/audience") }
	contact := at(s.post("/contacts/new", "email=ana@example.org", "kind=journalist", "first_name=Ana", "notes=Old"))
	organisation := at(s.post("/organisations/new", "name=Radio", "kind=outlet", "place=Nis"))
	list := at(s.post("/lists/new", "name=Women", "opt_in=double", "tracking=none", "basis=consent"))
	rule := at(s.post("/segments/new", "name=Old", "mode=text", `rule=place = "Nis"`, "do=save"))
	s.post("/settings", "name=Us", "zone=UTC", "colour=#1f4e5f").want(t, 200)
	leave := at(s.post("/campaigns/new", "name=Old"))
	for _, c := range []struct {
		form  string
		other string // what only the other tab changes
		field string // what both do
		label string
		more  string // a button
	}{
		{contact + "/edit", "first_name=Anica", "notes", "Notes", ""},
		{contact + "/edit", "place=Nis", "attribute_value", "Attributes", ""},
		{organisation + "/edit", "place=Pirot", "name", "Name", ""},
		{list + "/edit", "language=fr", "purpose", "Purpose", ""},
		{rule + "/edit", "description=Theirs", "name", "Name", "do=save"},
		{"/users/" + u.ID, "exports=true", "name", "Full name", ""},
		{"/settings", "address=A street", "zone", "Time zone of the installation", ""},
		{"/settings/texts", "desk_phone=1234", "footer", "Footer, Srpski (latinica)", ""},
		{"/settings", "contact=data@example.org", "sender_name", "Senders", ""},
		{"/settings/sending", "connections=3", "per_second", "Messages a second", ""},
		{"/account", "zone=Europe/Paris", "name", "Name", ""},
		{"/retention", "events=12", "audit", "The audit log goes back", ""},
		{"/retention", "review_school=12", "review_journalist", "Journalist", ""},
		{leave, "", "name", "Name", ""},
		{leave + "/schedule", "cron=0 9 * * 1", "zone", "Time zone", "kind=cron"},
		{leave + "/audience", "require_consent=true", "lists", "Lists it goes to", ""},
	} {
		t.Run(c.form+" "+c.field, func(t *testing.T) {
			opened := fieldsTyped(s.get(c.form).Body)
			values := [2]string{"first", "second"}
			if c.form == "/account" { // whose name the form of the user left as “second”
				values = [2]string{"third", "fourth"}
			}
			switch c.field {
			case "lists":
				values = [2]string{optionBeside(s.get(c.form).Body, "Press"), optionBeside(s.get(c.form).Body, "Partners")}
			case "zone":
				values = [2]string{"Europe/Paris", "Europe/Zagreb"}
			case "audit", "review_journalist":
				values = [2]string{"48", "60"}
			case "per_second":
				values = [2]string{"2", "3"}
			}
			post := func(from url.Values, fields ...string) answer {
				form := url.Values{}
				for name, v := range from {
					form[name] = v
				}
				if c.field == "attribute_value" {
					fields = append(fields, "attribute_name=beat")
				}
				if c.field == "sender_name" {
					fields = append(fields, "sender_email=press@example.org")
				}
				for _, f := range append(fields, c.more) {
					if name, value, ok := strings.Cut(f, "="); ok {
						form.Set(name, value)
					}
				}
				return s.do("POST", c.form, form, nil)
			}
			post(opened, c.other, c.field+"="+values[0]).want(t, 200, "Saved")
			refused := post(opened, c.field+"="+values[1])
			refused.want(t, 409, `id="conflict-`, ">"+c.label+"</h3>")
			checkMarkup(t, refused)
			if name, value, ok := strings.Cut(c.other, "="); ok {
				if got := fieldsTyped(refused.Body).Get(name); got != value {
					t.Errorf("%s is %q, not as the other saved it", name, got)
				}
			}
			if got := fieldsTyped(refused.Body)[c.field]; !slices.Contains(got, values[1]) {
				t.Errorf("what was typed is lost: %q", got)
			}
			button := regexp.MustCompile(`name="take" value="([^"]*)"`).FindStringSubmatch(refused.Body)[1]
			taken := s.do("POST", c.form, withField(fieldsTyped(refused.Body), "take", button), nil)
			taken.want(t, 409)
			if got := fieldsTyped(taken.Body)[c.field]; !slices.Contains(got, values[0]) {
				t.Errorf("theirs is not taken: %q", got)
			}
			post(fieldsTyped(refused.Body)).want(t, 200, "Saved")
			if got := fieldsTyped(s.get(c.form).Body)[c.field]; !slices.Contains(got, values[1]) {
				t.Errorf("mine is not saved: %q", got)
			}
		})
	}
}

// Rules of a segment that both changed stand side by side as text; theirs can be taken into the lines.
func TestRulesOfTwoTabs(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	path := strings.SplitN(s.post("/segments/new", "name=Old", "mode=text", `rule=place = "Nis"`, "do=save").Path, "?", 2)[0] + "/edit"
	opened := fieldsTyped(s.get(path).Body)
	change := func(place string) answer {
		return s.do("POST", path, withField(withField(opened, "r1.value", place), "do", "save"), nil)
	}
	change("Nis").want(t, 200, "Saved.")
	change("Pirot").want(t, 200, "Saved.")
	refused := change("Vranje")
	refused.want(t, 409, ">Rule</h3>", "<mark>Pirot</mark>", "<mark>Vranje</mark>", `value="Vranje"`)
	s.do("POST", path, withField(fieldsTyped(refused.Body), "take", "rule"), nil).want(t, 409, `value="Pirot"`)
}

func withField(form url.Values, name, value string) url.Values {
	out := url.Values{}
	for n, v := range form {
		out[n] = v
	}
	out.Set(name, value)
	return out
}

// optionBeside returns the value of the tick beside some words.
func optionBeside(body, words string) string {
	return regexp.MustCompile(`value="([^"]*)"[^>]*><span>` + words).FindStringSubmatch(body)[1]
}

var (
	formInputs = regexp.MustCompile(`(?s)<input ([^>]*)>|<textarea ([^>]*)>(.*?)</textarea>|<select ([^>]*)>(.*?)</select>`)
	nameOf     = regexp.MustCompile(`(?:^| )name="([^"]*)"`)
	valueOf    = regexp.MustCompile(`(?:^| )value="([^"]*)"`)
	selectedOf = regexp.MustCompile(`value="([^"]*)" selected`)
	firstOf    = regexp.MustCompile(`value="([^"]*)"`)
)

// fieldsTyped returns what a browser would send of the form with a version on a page.
func fieldsTyped(body string) url.Values {
	form := url.Values{}
	at := strings.Index(body, `name="version"`)
	at = strings.LastIndex(body[:at], "<form ")
	body, _, _ = strings.Cut(body[at:], "</form>")
	for _, m := range formInputs.FindAllStringSubmatch(body, -1) {
		attributes := m[1] + m[2] + m[4]
		name := nameOf.FindStringSubmatch(attributes)
		if name == nil || name[1] == "take" {
			continue
		}
		value := strings.TrimPrefix(m[3], "\n")
		switch {
		case m[1] != "":
			if strings.Contains(m[1], `type="checkbox"`) || strings.Contains(m[1], `type="radio"`) {
				if !strings.Contains(m[1], " checked") {
					continue
				}
			}
			if v := valueOf.FindStringSubmatch(m[1]); v != nil {
				value = v[1]
			}
		case m[4] != "":
			v := selectedOf.FindStringSubmatch(m[5])
			if v == nil {
				v = firstOf.FindStringSubmatch(m[5])
			}
			if v == nil {
				continue
			}
			value = v[1]
		}
		form.Add(name[1], html.UnescapeString(value))
	}
	return form
}

// The page says who saved meanwhile: a colleague by name, and the user themselves where they have two tabs.
func TestTheConflictSaysWhoSaved(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	contact := strings.SplitN(s.post("/contacts/new", "email=ana@example.org", "kind=journalist", "first_name=Ana").Path, "?", 2)[0]
	list := strings.SplitN(s.post("/lists/new", "name=Women", "opt_in=double", "tracking=none", "basis=consent").Path, "?", 2)[0]
	s.post("/settings", "name=Us", "zone=UTC", "colour=#1f4e5f").want(t, 200)
	for path, field := range map[string]string{contact + "/edit": "notes", list + "/edit": "purpose", "/settings": "address", "/retention": "audit", "/account": "name"} {
		opened := fieldsTyped(s.get(path).Body)
		s.do("POST", path, withField(opened, field, "24"), nil).want(t, 200, "Saved")
		a := s.do("POST", path, withField(opened, field, "48"), nil)
		a.want(t, 409, "You saved this in another tab or window", `tabindex="-1" autofocus`)
		checkMarkup(t, a)
	}
	mine := s.jar
	s.signInAs(campaign.Editor)
	theirs := s.jar
	for path, field := range map[string]string{contact + "/edit": "notes", list + "/edit": "purpose"} {
		s.jar = mine
		opened := fieldsTyped(s.get(path).Body)
		s.do("POST", path, withField(opened, field, "50"), nil).want(t, 200, "Saved")
		s.jar = theirs
		s.do("POST", path, withField(fieldsTyped(s.get(path).Body), field, "60"), nil).want(t, 200, "Saved")
		s.jar = mine
		s.do("POST", path, withField(opened, field, "72"), nil).want(t, 409, "Test editor saved this while you were writing")
		late := withField(opened, "once", "")
		s.do("POST", path, withField(late, field, "72"), nil).want(t, 409, "This was saved from elsewhere")
	}
}
