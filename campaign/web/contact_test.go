package web

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// addPerson adds a contact by hand through the panel and returns its id.
func (s *site) addPerson(t *testing.T, email string, more ...string) string {
	t.Helper()
	a := s.post("/contacts/new", append([]string{"email=" + email, "kind=journalist"}, more...)...)
	a.want(t, 200, "The contact is added")
	return strings.TrimPrefix(a.Path, "/contacts/")
}

func TestPauseEndsByItself(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org")
	s.post("/contacts/"+id+"/pause", "until=tomorrow").want(t, 422, "Give the day")
	s.post("/contacts/"+id+"/pause", "until=2020-01-01").want(t, 422, "over already")
	day := time.Now().UTC().AddDate(0, 0, 10)
	a := s.post("/contacts/"+id+"/pause", "until="+day.Format(time.DateOnly))
	a.want(t, 200, "Not written to before", "Pause", "until "+day.Format("2 Jan 2006"))
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	must(t, err)
	c, err := s.store.Contacts.GetContact(t.Context(), id)
	if want := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, belgrade); err != nil || !c.PausedUntil.Equal(want) {
		t.Errorf("paused until %v, not %v: %v", c.PausedUntil, want, err)
	}
	checkMarkup(t, a)
	s.post("/contacts/"+id+"/pause", "end=true").want(t, 200, "The pause is over", "Do not write before")
}

func TestNotesAndWarnings(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org", "notes=Bila je bolesna.")
	s.get("/contacts/"+id).want(t, 200, "Notes: This seems to say something about health", "the person may ask to see them")
	s.post("/contacts/"+id+"/note", "kind=noted").want(t, 422, "Write something")
	s.post("/contacts/"+id+"/note", "kind=edited", "text=x").want(t, 422, "Choose what it is")
	s.post("/contacts/"+id+"/note", "kind=replied", "text=Wants an interview on Friday").want(t, 200, "Noted.", "Replied", "Wants an interview on Friday", "by Test editor")
	s.post("/contacts/"+id+"/note", "kind=noted", "text=union member").want(t, 200, "union membership")
	s.post("/contacts/"+id+"/edit", s.version("/contacts/"+id+"/edit"), "email=ana@example.org", "kind=journalist", "notes=Is a victim.").want(t, 200, "Saved. This seems to say something about a victim")
}

func TestMergePage(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	a := s.addPerson(t, "ana@example.org", "first_name=Ana", "last_name=Anić")
	b := s.addPerson(t, "anic@paper.example", "last_name=Anić", "position=editor")
	s.get("/contacts/"+a+"/merge").want(t, 200, "anic<wbr>@paper<wbr>.example")
	s.get("/contacts/"+a+"/merge?q=nobody").want(t, 200, "No other contact found")
	s.get("/contacts/"+a+"/merge?other="+a).want(t, 400, "cannot be merged with itself")
	page := s.get("/contacts/" + a + "/merge?other=" + b)
	page.want(t, 200, "This cannot be undone")
	checkMarkup(t, page)
	s.post("/contacts/"+a+"/merge").want(t, 422, "Choose the contact")
	s.post("/contacts/"+a+"/merge", "other="+b).want(t, 200, "The two contacts are one", "Merged", "anic@paper.example", "editor")
	s.get("/contacts/"+b).want(t, 404, "does not exist")
}

func TestEraseFromThePanel(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org", "first_name=Ana")
	page := s.get("/contacts/" + id + "/erase")
	page.want(t, 200, "keyed hash")
	checkMarkup(t, page)
	s.post("/contacts/"+id+"/erase", "how=erase").want(t, 200, "No import brings them back")
	suppressed, err := s.store.Suppressions.Suppressed(t.Context(), []string{"ana@example.org"})
	if err != nil || suppressed["ana@example.org"] != campaign.Erased {
		t.Errorf("suppressed: %v %v", suppressed, err)
	}
	s.post("/contacts/"+id+"/erase").want(t, 404, "does not exist")
}

func TestEverythingOnAPerson(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org", "first_name=Ana", "language=fr", "notes=Calls back <b>late</b>.")
	s.post("/contacts/"+id+"/note", "kind=replied", "text=Merci").want(t, 200)
	s.get("/contacts/"+id+"/data.html").want(t, 200, "Ce que nous savons de vous", "ana@example.org", "Calls back &lt;b&gt;late&lt;/b&gt;.", "Merci", "notre équipe")
	s.get("/contacts/"+id+"/data.json").want(t, 403, "right of its own")
	if page := s.get("/contacts/" + id); strings.Contains(page.Body, "data.json") {
		t.Error("a file is offered to who may not take it")
	}
	editor, err := s.store.Users.GetUserByAddress(t.Context(), "editor@example.org")
	must(t, err)
	_, err = s.store.Users.UpdateUser(t.Context(), editor.ID, func(u *campaign.User) error {
		u.Exports = true
		return nil
	})
	must(t, err)
	s.get("/contacts/"+id).want(t, 200, "data.json")
	answer := s.get("/contacts/" + id + "/data.json")
	answer.want(t, 200, `"email": "ana@example.org"`, `"by": "the team"`)
	if strings.Contains(answer.Body, "Test editor") {
		t.Error("a colleague's name is told")
	}
	entries, _, err := s.store.Journal.FindJournal(t.Context(), store.JournalFilter{Contact: id, Kind: campaign.ExportedEntry}, store.Page{})
	if err != nil || len(entries) != 2 || entries[0].By != "Test editor" {
		t.Errorf("the audit log: %+v %v", entries, err)
	}
	s.get("/contacts/none/data.json").want(t, 404, "does not exist")
}

func TestAttributesOnTheForm(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org", "attribute_name= Beat  area ", "attribute_value=courts", "attribute_name=salutation.fr", "attribute_value=Chère Ana",
		"attribute_name=shoe size", "attribute_value=38", "attribute_name=", "attribute_value=")
	edit := "/contacts/" + id + "/edit"
	page := s.get(edit)
	page.want(t, 200, `value="Beat area"`, ">courts</textarea>", "Attribute 6: name")
	checkMarkup(t, page)
	save := func(rows ...string) answer {
		return s.post(edit, append([]string{s.version(edit), "email=ana@example.org", "kind=journalist"}, rows...)...)
	}
	for _, c := range []struct{ name, value, says string }{
		{"", "no name", "Give this attribute a name."},
		{"Beat area", "police", "There is another attribute named “Beat area”."},
		{strings.Repeat("š", 101), "long name", "The name is longer than 100 characters."},
		{"motto", strings.Repeat("š", 2001), "The value is longer than 2,000 characters."},
	} {
		a := save("attribute_name=Beat area", "attribute_value=crime", "attribute_name=", "attribute_value=", "attribute_name="+c.name, "attribute_value="+c.value)
		a.want(t, 422, c.says, `id="attribute_2-problem"`, ">crime</textarea>", `value="`+c.name+`"`, ">"+c.value+"</textarea>")
		checkMarkup(t, a)
	}
	save("attribute_name=Beat area", "attribute_value=crime\r\ncourts", "attribute_name=salutation.fr", "attribute_value=Chère Ana", "attribute_name=shoe size", "attribute_value= ").
		want(t, 200, "Saved.", "Beat area, shoe size")
	s.get("/contacts/"+id).want(t, 200, "<dd class=\"pre\">crime\ncourts</dd>")
	save().want(t, 200, "Saved.") // what has no rows leaves them
	c, err := s.store.Contacts.GetContact(t.Context(), id)
	if want := map[string]string{"Beat area": "crime\ncourts", "salutation.fr": "Chère Ana"}; err != nil || !maps.Equal(c.Attributes, want) {
		t.Errorf("attributes %q, %v", c.Attributes, err)
	}
	s.get("/contacts/"+id+"/data.html").want(t, 200, "<td>Beat area, shoe size</td>")
}

func TestTimelineHasPages(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	id := s.addPerson(t, "ana@example.org")
	var ds []*campaign.Delivery
	from := time.Now().UTC().AddDate(0, 0, -200).Truncate(time.Millisecond)
	for i := range 120 {
		ds = append(ds, &campaign.Delivery{
			ID: fmt.Sprintf("run%03d.00.%s", i, id), Run: fmt.Sprintf("run%03d", i), Campaign: "c", Contact: id, State: campaign.Accepted,
			MadeAt: from.AddDate(0, 0, i), LastAt: from.AddDate(0, 0, i),
		})
	}
	if err := s.store.Deliveries.PlanDeliveries(t.Context(), ds); err != nil {
		t.Fatal(err)
	}
	seen, path := map[string]bool{}, "/contacts/"+id
	for pages := 0; path != ""; pages++ {
		if pages > 5 {
			t.Fatal("the timeline does not end")
		}
		body := s.get(path).Body
		for i := range 120 {
			run := fmt.Sprintf("/runs/run%03d", i)
			if n := strings.Count(body, run+`"`); n > 1 || n == 1 && seen[run] {
				t.Errorf("%s is shown twice", run)
			} else if n == 1 {
				seen[run] = true
			}
		}
		_, after, more := strings.Cut(body, `href="/contacts/`+id+`?before=`)
		path = ""
		if more {
			at, _, _ := strings.Cut(after, "#")
			path = "/contacts/" + id + "?before=" + at
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 deliveries are shown", len(seen))
	}
}
