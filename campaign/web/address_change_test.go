package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// confirmWish presses the button in the mail about what was chosen last.
func (d *desk) confirmWish() string {
	d.t.Helper()
	found, _ := d.notices()
	for i := range found {
		if found[i].Kind != campaign.ConfirmWish {
			continue
		}
		w := d.postForm(d.Links.Answer(&found[i]), url.Values{"action": {"confirm"}})
		if w.Code != 200 {
			d.t.Fatalf("%d %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	d.t.Fatal("no mail asks for a button")
	return ""
}

// linkOf gives the link in the latest notice of a kind to an address.
func (d *desk) linkOf(kind campaign.NoticeKind, to string) string {
	d.t.Helper()
	found, deliveries := d.notices()
	for i := range found {
		if n := &found[i]; n.Kind == kind && deliveries[n.ID].Email == to {
			if link := d.Links.Answer(n); link != "" {
				return link
			}
			return d.Links.Preferences(n.About, n.At)
		}
	}
	d.t.Fatalf("no %s to %s", kind, to)
	return ""
}

func TestAddressChangeByPage(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Preferences(d.marko.Contact, deskNow)
	if body := d.wish(address, "address", "email=no address"); !strings.Contains(body, `role="alert"`) {
		t.Error("a mistake was taken")
	}
	taken := d.wish(address, "address", "email=ana@example.org")
	d.pass(time.Second)
	free := d.wish(address, "address", "email=new@example.org")
	if free != taken || !strings.Contains(free, `role="status"`) || strings.Contains(free, "new@") || strings.Contains(free, "n•••@") {
		t.Errorf("the page tells a taken address apart, or says which was asked for:\n%s\n%s", free, taken)
	}
	if w := d.postForm(d.linkOf(campaign.ConfirmAddress, "ana@example.org"), url.Values{"action": {"confirm"}}); w.Code != 200 || d.contact(d.marko.Contact).Email != "marko@example.test" {
		t.Errorf("one that was replaced: %d", w.Code)
	}
	theirs, mine := d.linkOf(campaign.ConfirmAddress, "new@example.org"), d.linkOf(campaign.AddressChanged, "marko@example.test")
	for _, link := range []string{theirs, mine} {
		for l, page := range map[string]string{"en": "Another address", "sr-Cyrl": "Друга адреса", "fr": "Changer d’adresse"} {
			if w := d.fetch("GET", link+"?lang="+l, chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), page) || !strings.Contains(w.Body.String(), "n•••@example.org") {
				t.Errorf("GET: %d %s", w.Code, mainOf(w.Body.String()))
			}
		}
	}
	for range 2 {
		if w := d.postForm(theirs, url.Values{"action": {"confirm"}}); w.Code != 200 || d.contact(d.marko.Contact).Email != "marko@example.test" || strings.Contains(w.Body.String(), "/preferences/") {
			t.Errorf("the new address alone: %d %s", w.Code, mainOf(w.Body.String()))
		}
	}
	if w := d.postForm(theirs, url.Values{"action": {"stop"}}); w.Code != 400 {
		t.Errorf("the new address cannot stop it: %d", w.Code)
	}
	if w := d.postForm(mine, url.Values{"action": {"confirm"}}); w.Code != 200 || d.contact(d.marko.Contact).Email != "new@example.org" || strings.Contains(w.Body.String(), "/preferences/") {
		t.Errorf("both: %d %s", w.Code, mainOf(w.Body.String()))
	}
}

// What the holder of a message that was passed on can do, in the order an attacker would.
func TestForwardedMessageIsNoKeyToAPerson(t *testing.T) {
	d := newDesk(t)
	secret := campaign.List{Name: "Difficult friends"}
	must(t, d.store.CreateList(t.Context(), &secret))
	must(t, d.store.SubscribeContact(t.Context(), d.marko.Contact, campaign.Membership{List: secret.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false))
	link := d.Links.Unsubscribe(&d.marko)
	before := d.contact(d.marko.Contact)
	body := d.wish(link, "save", "list="+d.press.ID, "list="+d.school.ID, "list="+otherLists, "tracking=individual", "first_name=Mallory", "last_name=http://evil.example", "pause=2027-06-01")
	for _, word := range []string{"Mallory", "evil.example", "Difficult", "marko@"} {
		if strings.Contains(body, word) {
			t.Errorf("the page says %q", word)
		}
	}
	after := d.contact(d.marko.Contact)
	after.Version, after.UpdatedAt = before.Version, before.UpdatedAt
	if x, y := mustJSON(t, before), mustJSON(t, after); x != y {
		t.Errorf("something was changed:\n%s\n%s", x, y)
	}
	_, deliveries := d.notices()
	for _, to := range deliveries {
		if to.Email != "marko@example.test" || strings.Contains(to.Name, "Mallory") {
			t.Errorf("a mail to %s, %s", to.Email, to.Name)
		}
	}
	d.wish(link, "address", "email=attacker@evil.example")
	d.postForm(d.linkOf(campaign.ConfirmAddress, "attacker@evil.example"), url.Values{"action": {"confirm"}})
	d.wish(link, "data")
	if _, deliveries := d.notices(); len(deliveries) != 4 { // wish, change, its confirmation, data
		t.Errorf("%d mails", len(deliveries))
	}
	for range 3 {
		if body := d.wish(link, "data"); !strings.Contains(body, `role="alert"`) {
			t.Error("a fourth mail in a day")
		}
	}
	data := d.linkOf(campaign.YourData, "marko@example.test")
	stop := d.linkOf(campaign.AddressChanged, "marko@example.test")
	d.pass(time.Hour)
	stopped := d.postForm(stop, url.Values{"action": {"stop"}}).Body.String()
	if at := strings.Index(stopped, "https://news.example.org/preferences/"); at < 0 {
		t.Errorf("%s", stopped)
	} else if next, _, _ := strings.Cut(stopped[at:], `"`); !strings.Contains(d.fetch("GET", next, chrome, nil, "").Body.String(), `value="link"`) {
		t.Errorf("the page a stopped change leads to: %s", next)
	}
	if w := d.fetch("GET", data, chrome, nil, ""); w.Code != 410 {
		t.Errorf("a link to the record, from before: %d", w.Code)
	}
	d.pass(campaign.AddressWait)
	must(t, d.store.FinishAddressChanges(t.Context()))
	if c := d.contact(d.marko.Contact); c.Email != "marko@example.test" {
		t.Errorf("taken over: %s", c.Email)
	}
	told := &contactPage{Contact: d.contact(d.marko.Contact)}
	must(t, d.fillTimeline(t.Context(), told, time.Time{}))
	for _, want := range []string{"Asked for another address", "Agreed to another address", "Stopped a change of address"} {
		if !slices.ContainsFunc(told.Timeline, func(h happening) bool { return h.Chip.Text == want && h.What == "by the person" }) {
			t.Errorf("the team does not see %q", want)
		}
	}
	d.onlyLets(link, "marko@example.test")
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

// onlyLets checks that a link lets its reader leave and have a new one, in every language, and nothing else.
func (d *desk) onlyLets(link, present string) {
	d.t.Helper()
	for _, l := range campaign.Languages {
		body := d.fetch("GET", link+"?lang="+string(l), chrome, nil, "").Body.String()
		if !strings.Contains(body, templates.Translate(l, "link.title")) || strings.Contains(body, "•••") || strings.Contains(body, `value="save"`) || strings.Contains(body, "Schools") {
			d.t.Errorf("the page of an old link: %s", mainOf(body))
		}
	}
	before := d.contact(d.marko.Contact)
	_, had := d.notices()
	for _, action := range []string{"save", "undo", "address", "data"} {
		d.wish(link, action, "list="+d.school.ID, "email=more@evil.example", "language=fr", "first_name=Mallory")
	}
	if _, have := d.notices(); len(have) != len(had) || d.contact(d.marko.Contact).Version != before.Version {
		d.t.Error("an old link changed something")
	}
	d.wish(link, "link")
	fresh := d.linkOf(campaign.NewLink, present)
	if body := d.fetch("GET", fresh, chrome, nil, "").Body.String(); !strings.Contains(body, `value="save"`) {
		d.t.Errorf("the new link: %s", mainOf(body))
	}
	if w := d.postForm(link, url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != 200 {
		d.t.Errorf("one click: %d", w.Code)
	}
	if c := d.contact(d.marko.Contact); c.OnAll([]string{d.press.ID}) {
		d.t.Error("an old link does not let them leave")
	}
}

// After a change of address, by whomever, the links of mails to the former address end, and no record goes to the new one.
func TestOldLinksEndWithTheAddress(t *testing.T) {
	for name, change := range map[string]func(*desk){
		"by the reader": func(d *desk) {
			d.wish(d.Links.Unsubscribe(&d.marko), "address", "email=new@example.org")
			for _, link := range []string{d.linkOf(campaign.ConfirmAddress, "new@example.org"), d.linkOf(campaign.AddressChanged, "marko@example.test")} {
				d.postForm(link, url.Values{"action": {"confirm"}})
			}
		},
		"by the team": func(d *desk) {
			_, err := d.store.UpdateContact(d.t.Context(), d.marko.Contact, func(c *campaign.Contact) error { c.Email = "new@example.org"; return nil })
			must(d.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			page := d.Links.Preferences(d.marko.Contact, deskNow)
			d.pass(time.Hour)
			change(d)
			d.pass(time.Minute)
			if body := d.wish(page, "save"); strings.Contains(body, `value="save"`) {
				t.Error("the page's own link is still good")
			}
			d.onlyLets(d.Links.Unsubscribe(&d.marko), "new@example.org")
			fresh := d.linkOf(campaign.NewLink, "new@example.org")
			if body := d.wish(fresh, "data"); !strings.Contains(body, `role="alert"`) || !strings.Contains(body, "27. novembra 2026.") {
				t.Errorf("the record to a young address: %s", mainOf(body))
			}
			d.pass(campaign.AddressWait)
			if body := d.wish(fresh, "data"); !strings.Contains(body, `role="status"`) {
				t.Errorf("the record, later: %s", mainOf(body))
			}
		})
	}
}

func TestMyDataGoesToMyAddressOnly(t *testing.T) {
	d := newDesk(t)
	body := d.wish(d.Links.Unsubscribe(&d.ana), "data")
	if strings.Contains(body, "/data/") || strings.Contains(body, "ana@example.org") {
		t.Error("the page itself gives the data away")
	}
	found, deliveries := d.notices()
	if len(found) != 1 || deliveries[found[0].ID].Email != "ana@example.org" {
		t.Fatalf("notices %+v", found)
	}
	d.fetch("GET", d.Links.Click(&d.ana, 0), chrome, nil, "")
	link := d.Links.Answer(&found[0])
	must(t, d.store.Log(store.As(t.Context(), campaign.Actor{User: "u1", Name: "Vesna of the office"}), campaign.Entry{Kind: campaign.NotedEntry, Contact: d.ana.Contact, Detail: "Calls back late."}))
	_, err := d.store.UpdateContact(t.Context(), d.ana.Contact, func(c *campaign.Contact) error {
		c.Agree(campaign.Consent{List: d.press.ID, Text: "Yes to news.", At: deskNow, By: "Vesna of the office"})
		m := c.Membership(d.press.ID)
		m.Reference, m.Source, c.Topics = "LIA 3", "people.csv (imported by Vesna of the office)", []string{"law"}
		return nil
	})
	must(t, err)
	if w := d.fetch("GET", link, chrome, nil, ""); w.Code != 200 || strings.Contains(w.Body.String(), "ana@example.org") || !strings.Contains(w.Body.String(), "Preuzmite kao JSON") {
		t.Errorf("looking is no opening: %d %s", w.Code, mainOf(w.Body.String()))
	}
	if w := d.postForm(link, url.Values{"foo": {"bar"}}); w.Code != 400 {
		t.Errorf("another form: %d", w.Code)
	}
	page := d.postForm(link, url.Values{"action": {"show"}})
	for _, want := range []string{
		"ana@example.org", "Petrović", "Prezime", "Helpline", "praćena veza", "https://example.org/pomoc", "Press", "prijavljeni", "LIA 3", "law", "Yes to news.", "Calls back late.",
		"Poruka kao odgovor na obrazac", "people.csv", "poslato", "legitimni interes", "beleška", "naš tim",
	} {
		if page.Code != 200 || !strings.Contains(page.Body.String(), want) {
			t.Errorf("the page does not say %q: %d %s", want, page.Code, mainOf(page.Body.String()))
		}
	}
	file := d.postForm(link, url.Values{"action": {"file"}})
	logged, _, err := d.store.FindJournal(t.Context(), store.JournalFilter{Contact: d.ana.Contact, Kind: campaign.ExportedEntry, Audit: true}, store.Page{})
	if err != nil || len(logged) != 2 || logged[0].By != campaign.ByPerson {
		t.Errorf("the audit log: %+v %v", logged, err)
	}
	var held campaign.Dossier
	must(t, json.Unmarshal(file.Body.Bytes(), &held))
	want, err := d.store.Dossier(t.Context(), d.ana.Contact)
	must(t, err)
	whole, err := templates.DossierJSON(&want)
	must(t, err)
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
	if english := d.postForm(link+"?lang=en", url.Values{"action": {"show"}}).Body.String(); !strings.Contains(english, "What we hold on you") || !strings.Contains(english, "First name") {
		t.Error("the page is not to be had in English")
	}
	old := found[0]
	old.ExpiresAt = deskNow.Add(-time.Second)
	if w := d.fetch("GET", d.Links.Answer(&old), chrome, nil, ""); w.Code != 410 {
		t.Errorf("an old link: %d", w.Code)
	}
	if w := d.fetch("GET", link+"A", chrome, nil, ""); w.Code != 404 {
		t.Errorf("a forged link: %d", w.Code)
	}
}
