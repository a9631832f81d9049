package reader

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
	"github.com/glasnik/glasnik/templates"
)

func TestAddressChangeByPage(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Preferences(d.Marko.Contact, webtest.Start)
	if body := d.Wish(address, "address", "email=no address"); !strings.Contains(body, `role="alert"`) {
		t.Error("a mistake was taken")
	}
	taken := d.Wish(address, "address", "email=ana@example.org")
	d.Pass(time.Second)
	free := d.Wish(address, "address", "email=new@example.org")
	if free != taken || !strings.Contains(free, `role="status"`) || strings.Contains(free, "new@") || strings.Contains(free, "n•••@") {
		t.Errorf("the page tells a taken address apart, or says which was asked for:\n%s\n%s", free, taken)
	}
	if w := d.PostForm(d.LinkOf(campaign.ConfirmAddress, "ana@example.org"), url.Values{"action": {"confirm"}}); w.Code != 200 || d.Contact(d.Marko.Contact).Email != "marko@example.test" {
		t.Errorf("one that was replaced: %d", w.Code)
	}
	theirs, mine := d.LinkOf(campaign.ConfirmAddress, "new@example.org"), d.LinkOf(campaign.AddressChanged, "marko@example.test")
	for _, link := range []string{theirs, mine} {
		for l, page := range map[string]string{"en": "Another address", "sr-Cyrl": "Друга адреса", "fr": "Changer d’adresse"} {
			if w := d.Fetch("GET", link+"?lang="+l, webtest.Chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), page) || !strings.Contains(w.Body.String(), "n•••@example.org") {
				t.Errorf("GET: %d %s", w.Code, webtest.MainOf(w.Body.String()))
			}
		}
	}
	for range 2 {
		if w := d.PostForm(theirs, url.Values{"action": {"confirm"}}); w.Code != 200 || d.Contact(d.Marko.Contact).Email != "marko@example.test" || strings.Contains(w.Body.String(), "/preferences/") {
			t.Errorf("the new address alone: %d %s", w.Code, webtest.MainOf(w.Body.String()))
		}
	}
	if w := d.PostForm(theirs, url.Values{"action": {"stop"}}); w.Code != 400 {
		t.Errorf("the new address cannot stop it: %d", w.Code)
	}
	if w := d.PostForm(mine, url.Values{"action": {"confirm"}}); w.Code != 200 || d.Contact(d.Marko.Contact).Email != "new@example.org" || strings.Contains(w.Body.String(), "/preferences/") {
		t.Errorf("both: %d %s", w.Code, webtest.MainOf(w.Body.String()))
	}
}

// What the holder of a message that was passed on can do, in the order an attacker would.
func TestForwardedMessageIsNoKeyToAPerson(t *testing.T) {
	d := newDesk(t)
	secret := campaign.List{Name: "Difficult friends"}
	webtest.Must(t, d.Store.Lists.CreateList(t.Context(), &secret))
	webtest.Must(t, d.Store.Contacts.SubscribeContact(t.Context(), d.Marko.Contact, campaign.Membership{List: secret.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false))
	link := d.Links.Unsubscribe(&d.Marko)
	before := d.Contact(d.Marko.Contact)
	body := d.Wish(link, "save", "list="+d.Press.ID, "list="+d.School.ID, "list="+otherLists, "tracking=individual", "first_name=Mallory", "last_name=http://evil.example", "pause=2027-06-01")
	for _, word := range []string{"Mallory", "evil.example", "Difficult", "marko@"} {
		if strings.Contains(body, word) {
			t.Errorf("the page says %q", word)
		}
	}
	after := d.Contact(d.Marko.Contact)
	after.Version, after.UpdatedAt = before.Version, before.UpdatedAt
	if x, y := mustJSON(t, before), mustJSON(t, after); x != y {
		t.Errorf("something was changed:\n%s\n%s", x, y)
	}
	_, deliveries := d.Notices()
	for _, to := range deliveries {
		if to.Email != "marko@example.test" || strings.Contains(to.Name, "Mallory") {
			t.Errorf("a mail to %s, %s", to.Email, to.Name)
		}
	}
	d.Wish(link, "address", "email=attacker@evil.example")
	d.PostForm(d.LinkOf(campaign.ConfirmAddress, "attacker@evil.example"), url.Values{"action": {"confirm"}})
	d.Wish(link, "data")
	if _, deliveries := d.Notices(); len(deliveries) != 4 { // wish, change, its confirmation, data
		t.Errorf("%d mails", len(deliveries))
	}
	for range 3 {
		if body := d.Wish(link, "data"); !strings.Contains(body, `role="alert"`) {
			t.Error("a fourth mail in a day")
		}
	}
	data := d.LinkOf(campaign.YourData, "marko@example.test")
	stop := d.LinkOf(campaign.AddressChanged, "marko@example.test")
	d.Pass(time.Hour)
	stopped := d.PostForm(stop, url.Values{"action": {"stop"}}).Body.String()
	if at := strings.Index(stopped, "https://news.example.org/preferences/"); at < 0 {
		t.Errorf("%s", stopped)
	} else if next, _, _ := strings.Cut(stopped[at:], `"`); !strings.Contains(d.Fetch("GET", next, webtest.Chrome, nil, "").Body.String(), `value="link"`) {
		t.Errorf("the page a stopped change leads to: %s", next)
	}
	if w := d.Fetch("GET", data, webtest.Chrome, nil, ""); w.Code != 410 {
		t.Errorf("a link to the record, from before: %d", w.Code)
	}
	d.Pass(campaign.AddressWait)
	webtest.Must(t, d.Store.AddressChanges.FinishAddressChanges(t.Context()))
	if c := d.Contact(d.Marko.Contact); c.Email != "marko@example.test" {
		t.Errorf("taken over: %s", c.Email)
	}
	entries, _, err := d.Store.Journal.FindJournal(t.Context(), store.JournalFilter{Contact: d.Marko.Contact}, store.Page{})
	webtest.Must(t, err)
	for _, want := range []campaign.EntryKind{campaign.AddressAskedEntry, campaign.AddressAgreedEntry, campaign.AddressStoppedEntry} {
		if !slices.ContainsFunc(entries, func(e campaign.Entry) bool { return e.Kind == want && e.By == campaign.ByPerson }) {
			t.Errorf("the team does not see %q", want)
		}
	}
	d.onlyLets(link, "marko@example.test")
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	webtest.Must(t, err)
	return string(b)
}

// onlyLets checks that a link lets its reader leave and have a new one, in every language, and nothing else.
func (d *desk) onlyLets(link, present string) {
	d.T.Helper()
	for _, l := range campaign.Languages {
		body := d.Fetch("GET", link+"?lang="+string(l), webtest.Chrome, nil, "").Body.String()
		if !strings.Contains(body, templates.Translate(l, "link.title")) || strings.Contains(body, "•••") || strings.Contains(body, `value="save"`) || strings.Contains(body, "Schools") {
			d.T.Errorf("the page of an old link: %s", webtest.MainOf(body))
		}
	}
	before := d.Contact(d.Marko.Contact)
	_, had := d.Notices()
	for _, action := range []string{"save", "undo", "address", "data"} {
		d.Wish(link, action, "list="+d.School.ID, "email=more@evil.example", "language=fr", "first_name=Mallory")
	}
	if _, have := d.Notices(); len(have) != len(had) || d.Contact(d.Marko.Contact).Version != before.Version {
		d.T.Error("an old link changed something")
	}
	d.Wish(link, "link")
	fresh := d.LinkOf(campaign.NewLink, present)
	if body := d.Fetch("GET", fresh, webtest.Chrome, nil, "").Body.String(); !strings.Contains(body, `value="save"`) {
		d.T.Errorf("the new link: %s", webtest.MainOf(body))
	}
	if w := d.PostForm(link, url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != 200 {
		d.T.Errorf("one click: %d", w.Code)
	}
	if c := d.Contact(d.Marko.Contact); c.OnAll([]string{d.Press.ID}) {
		d.T.Error("an old link does not let them leave")
	}
}

// After a change of address, by whomever, the links of mails to the former address end, and no record goes to the new one.
func TestOldLinksEndWithTheAddress(t *testing.T) {
	for name, change := range map[string]func(*desk){
		"by the reader": func(d *desk) {
			d.Wish(d.Links.Unsubscribe(&d.Marko), "address", "email=new@example.org")
			for _, link := range []string{d.LinkOf(campaign.ConfirmAddress, "new@example.org"), d.LinkOf(campaign.AddressChanged, "marko@example.test")} {
				d.PostForm(link, url.Values{"action": {"confirm"}})
			}
		},
		"by the team": func(d *desk) {
			_, err := d.Store.Contacts.UpdateContact(d.T.Context(), d.Marko.Contact, func(c *campaign.Contact) error { c.Email = "new@example.org"; return nil })
			webtest.Must(d.T, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			page := d.Links.Preferences(d.Marko.Contact, webtest.Start)
			d.Pass(time.Hour)
			change(d)
			d.Pass(time.Minute)
			if body := d.Wish(page, "save"); strings.Contains(body, `value="save"`) {
				t.Error("the page's own link is still good")
			}
			d.onlyLets(d.Links.Unsubscribe(&d.Marko), "new@example.org")
			fresh := d.LinkOf(campaign.NewLink, "new@example.org")
			if body := d.Wish(fresh, "data"); !strings.Contains(body, `role="alert"`) || !strings.Contains(body, "27. novembra 2026.") {
				t.Errorf("the record to a young address: %s", webtest.MainOf(body))
			}
			d.Pass(campaign.AddressWait)
			if body := d.Wish(fresh, "data"); !strings.Contains(body, `role="status"`) {
				t.Errorf("the record, later: %s", webtest.MainOf(body))
			}
		})
	}
}

func TestMyDataGoesToMyAddressOnly(t *testing.T) {
	d := newDesk(t)
	body := d.Wish(d.Links.Unsubscribe(&d.Ana), "data")
	if strings.Contains(body, "/data/") || strings.Contains(body, "ana@example.org") {
		t.Error("the page itself gives the data away")
	}
	found, deliveries := d.Notices()
	if len(found) != 1 || deliveries[found[0].ID].Email != "ana@example.org" {
		t.Fatalf("notices %+v", found)
	}
	d.Fetch("GET", d.Links.Click(&d.Ana, 0), webtest.Chrome, nil, "")
	link := d.Links.Answer(&found[0])
	webtest.Must(t, d.Store.Journal.Log(store.As(t.Context(), campaign.Actor{User: "u1", Name: "Vesna of the office"}), campaign.Entry{Kind: campaign.NotedEntry, Contact: d.Ana.Contact, Detail: "Calls back late."}))
	_, err := d.Store.Contacts.UpdateContact(t.Context(), d.Ana.Contact, func(c *campaign.Contact) error {
		c.Agree(campaign.Consent{List: d.Press.ID, Text: "Yes to news.", At: webtest.Start, By: "Vesna of the office"})
		m := c.Membership(d.Press.ID)
		m.Reference, m.Source, c.Topics = "LIA 3", "people.csv (imported by Vesna of the office)", []string{"law"}
		return nil
	})
	webtest.Must(t, err)
	if w := d.Fetch("GET", link, webtest.Chrome, nil, ""); w.Code != 200 || strings.Contains(w.Body.String(), "ana@example.org") || !strings.Contains(w.Body.String(), "Preuzmite kao JSON") {
		t.Errorf("looking is no opening: %d %s", w.Code, webtest.MainOf(w.Body.String()))
	}
	if w := d.PostForm(link, url.Values{"foo": {"bar"}}); w.Code != 400 {
		t.Errorf("another form: %d", w.Code)
	}
	page := d.PostForm(link, url.Values{"action": {"show"}})
	for _, want := range []string{
		"ana@example.org", "Petrović", "Prezime", "Helpline", "praćena veza", "https://example.org/pomoc", "Press", "prijavljeni", "LIA 3", "law", "Yes to news.", "Calls back late.",
		"Poruka kao odgovor na obrazac", "people.csv", "poslato", "legitimni interes", "beleška", "naš tim",
	} {
		if page.Code != 200 || !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page does not say %q: %d %s", want, page.Code, webtest.MainOf(page.Body.String()))
		}
	}
	file := d.PostForm(link, url.Values{"action": {"file"}})
	logged, _, err := d.Store.Journal.FindJournal(t.Context(), store.JournalFilter{Contact: d.Ana.Contact, Kind: campaign.ExportedEntry, Audit: true}, store.Page{})
	if err != nil || len(logged) != 2 || logged[0].By != campaign.ByPerson {
		t.Errorf("the audit log: %+v %v", logged, err)
	}
	var held campaign.Dossier
	webtest.Must(t, json.Unmarshal(file.Body.Bytes(), &held))
	want, err := d.Store.Histories.Dossier(t.Context(), d.Ana.Contact)
	webtest.Must(t, err)
	whole, err := templates.DossierJSON(&want)
	webtest.Must(t, err)
	if file.Body.String() != string(whole) || held.Contact.Email != "ana@example.org" || len(held.Deliveries) != 2 || len(held.Events) == 0 || len(held.Journal) == 0 || held.Contact.Consent == nil || len(held.Notices) != 1 {
		t.Errorf("the file is not all that is held: %s", file.Body)
	}
	if both := page.Body.String() + file.Body.String(); strings.Contains(both, "Vesna") || !strings.Contains(both, "the team") {
		t.Error("a colleague's name is told")
	}
	for _, word := range []string{"Legitimate interest", ">Sent<", ">Note<", "the team"} {
		if strings.Contains(page.Body.String(), word) {
			t.Errorf("the Serbian page says %q", word)
		}
	}
	if h := page.Header(); h.Get("Cache-Control") != "no-store" || h.Get("Content-Security-Policy") != dataPolicy {
		t.Errorf("headers %v", h)
	}
	if english := d.PostForm(link+"?lang=en", url.Values{"action": {"show"}}).Body.String(); !strings.Contains(english, "What we hold on you") || !strings.Contains(english, "First name") {
		t.Error("the page is not to be had in English")
	}
	old := found[0]
	old.ExpiresAt = webtest.Start.Add(-time.Second)
	if w := d.Fetch("GET", d.Links.Answer(&old), webtest.Chrome, nil, ""); w.Code != 410 {
		t.Errorf("an old link: %d", w.Code)
	}
	if w := d.Fetch("GET", link+"A", webtest.Chrome, nil, ""); w.Code != 404 {
		t.Errorf("a forged link: %d", w.Code)
	}
}
