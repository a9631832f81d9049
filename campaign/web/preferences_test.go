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

// wish sends the form of a reader's page.
func (d *desk) wish(address, action string, fields ...string) string {
	d.t.Helper()
	form := url.Values{"action": {action}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Add(name, value)
	}
	w := d.postForm(address, form)
	if w.Code != 200 && w.Code != 422 {
		d.t.Fatalf("%s: %d %s", action, w.Code, w.Body)
	}
	return w.Body.String()
}

func TestPreferences(t *testing.T) {
	d := newDesk(t)
	_, err := d.store.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.Topics = []campaign.Topic{
			{Key: "law", Names: map[campaign.Language]string{campaign.SerbianLatin: "Pravo", campaign.English: "Law"}},
			{Key: "schools", Names: map[campaign.Language]string{campaign.English: "Schools"}},
		}
		set.Digest.On = true
		return nil
	})
	must(t, err)
	_, err = d.store.UpdateContact(t.Context(), d.marko.Contact, func(c *campaign.Contact) error {
		c.Topics = []string{"an old one", "schools"}
		return nil
	})
	must(t, err)
	for name, address := range map[string]string{"a mail's link": d.Links.Unsubscribe(&d.marko), "a page of its own": d.Links.Preferences(d.marko.Contact, deskNow)} {
		page := d.fetch("GET", address+"?lang=sr-Cyrl", chrome, nil, "").Body.String()
		for _, want := range []string{"Право", "Једном недељно", "m•••@example.test"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		if strings.Contains(page, "marko@") || strings.Contains(page, "Petrović") || strings.Contains(page, "<script") {
			t.Errorf("%s tells the address, or holds script", name)
		}
	}
	before := d.contact(d.marko.Contact)
	d.fetch("GET", d.Links.Preferences(d.marko.Contact, deskNow)+"?action=leave_all&list=x", chrome, nil, "")
	if after := d.contact(d.marko.Contact); after.Version != before.Version {
		t.Error("GET changed something")
	}
	d.wish(d.Links.Preferences(d.marko.Contact, deskNow), "save", "list="+d.school.ID, "topics=1", "topic=law", "language=fr", "frequency=weekly", "pause=2026-12-24",
		"first_name=", "last_name=Marković", "tracking=none")
	if c := d.contact(d.marko.Contact); c.FullName() != "Marko Petrović" || !c.PausedUntil.IsZero() || c.Membership(d.school.ID) != nil {
		t.Errorf("before the button in the mail: %+v", c)
	}
	d.confirmWish()
	c := d.contact(d.marko.Contact)
	belgrade, _ := time.LoadLocation("Europe/Belgrade")
	if !slices.Equal(c.Topics, []string{"an old one", "law"}) || c.Language != campaign.French || c.Frequency != campaign.Weekly || c.FullName() != "Marko Marković" ||
		!c.PausedUntil.Equal(time.Date(2026, 12, 24, 0, 0, 0, 0, belgrade)) || c.Tracking != campaign.NoTracking {
		t.Errorf("contact %+v", c)
	}
	if c.Membership(d.press.ID).Status != campaign.Unsubscribed || !c.OnAll([]string{d.school.ID}) || c.Consents[0].ConfirmedAt.IsZero() || c.Consents[0].Text == "" {
		t.Errorf("lists %+v, consents %+v", c.Memberships, c.Consents)
	}
	for _, wrong := range []string{"pause=2099-01-01", "pause=tomorrow", "first_name=" + strings.Repeat("a", 400)} {
		if body := d.wish(d.Links.Preferences(d.marko.Contact, deskNow), "save", "list="+d.school.ID, wrong); !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s was taken", wrong)
		}
	}
	d.wish(d.Links.Preferences(d.marko.Contact, deskNow), "save", "list="+d.school.ID, "frequency=each", "pause=", "topics=1")
	if c := d.contact(d.marko.Contact); c.Frequency != campaign.EachMessage || !c.PausedUntil.IsZero() || len(c.Topics) != 1 {
		t.Errorf("taken back: %+v", c)
	}
}

func TestLeaveAllAndComeBack(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Preferences(d.marko.Contact, deskNow)
	if body := d.wish(address, "leave_all"); !strings.Contains(body, `value="undo"`) {
		t.Errorf("there is no way back: %s", body)
	}
	found, err := d.store.Suppressed(t.Context(), []string{"marko@example.test"})
	must(t, err)
	if found["marko@example.test"] != campaign.LeftAll {
		t.Errorf("suppressed %v", found)
	}
	d.wish(address, "undo", "list="+d.press.ID, "list="+d.school.ID)
	if c := d.contact(d.marko.Contact); c.OnAll([]string{d.press.ID}) {
		t.Error("back before the button in the mail")
	}
	d.confirmWish()
	c := d.contact(d.marko.Contact)
	if !c.OnAll([]string{d.press.ID}) || c.Membership(d.school.ID) != nil || len(c.Consents) != 1 {
		t.Errorf("back: %+v %+v", c.Memberships, c.Consents)
	}
	found, err = d.store.Suppressed(t.Context(), []string{"marko@example.test"})
	must(t, err)
	if len(found) != 0 {
		t.Errorf("still suppressed: %v", found)
	}
}

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

// A pause ends on the day that was chosen, wherever it is told; days are those of the installation.
func TestPauseIsTheSameDayEverywhere(t *testing.T) {
	d := newDesk(t)
	for _, zone := range []string{"", "Pacific/Auckland", "America/New_York"} {
		_, err := d.store.UpdateSettings(t.Context(), func(set *campaign.Settings) error { set.Zone = zone; return nil })
		must(t, err)
		address := d.Links.Preferences(d.marko.Contact, deskNow)
		if body := d.wish(address, "save", "list="+d.press.ID, "pause=2026-12-11"); !strings.Contains(body, `value="2026-12-11"`) {
			t.Errorf("%s: the page: %s", zone, body)
		}
		found, _, err := d.store.FindJournal(t.Context(), store.JournalFilter{Contact: d.marko.Contact, Kind: campaign.PausedEntry}, store.Page{})
		must(t, err)
		tell := teller{zone: firstZone(d.Server.zone, zone)}
		if !slices.ContainsFunc(found, func(e campaign.Entry) bool {
			until, _ := e.PausedUntil()
			return until.Equal(d.contact(d.marko.Contact).PausedUntil) && tell.entry(&e).Detail == "until 11 Dec 2026"
		}) {
			t.Errorf("%s: the timeline: %+v", zone, found)
		}
		link := d.Links.Answer(&campaign.Notice{ID: "n", Kind: campaign.YourData, About: d.marko.Contact, ExpiresAt: deskNow.Add(time.Hour)})
		page := d.postForm(link+"?lang=en", url.Values{"action": {"show"}}).Body.String()
		if !strings.Contains(page, "<td>Paused until 2026-12-11</td>") || !strings.Contains(page, "2026-12-11 00:00") {
			t.Errorf("%s: their own data: %s", zone, page)
		}
		d.wish(address, "save", "list="+d.press.ID, "pause=")
		if page := d.postForm(link+"?lang=sr-Latn", url.Values{"action": {"show"}}).Body.String(); !strings.Contains(page, "<td>završena</td>") {
			t.Errorf("%s: the end of a pause in their own data: %s", zone, page)
		}
	}
}

// The page behind a mail's link is in the mail's language until its reader has one of their own.
func TestPageFollowsTheLanguageTheReaderChose(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Unsubscribe(&d.marko)
	in := func(l campaign.Language) {
		t.Helper()
		if w := d.fetch("GET", address, chrome, nil, ""); !strings.Contains(w.Body.String(), `<html lang="`+string(l)+`"`) {
			t.Errorf("not in %s: %.300s", l, w.Body)
		}
	}
	_, err := d.store.UpdateContact(t.Context(), d.marko.Contact, func(c *campaign.Contact) error { c.Language = ""; return nil })
	must(t, err)
	in(d.marko.Language)
	for _, l := range []campaign.Language{campaign.French, campaign.SerbianCyrillic} {
		if body := d.wish(address, "save", "list="+d.press.ID, "language="+string(l)); !strings.Contains(body, templates.Translate(l, "preferences.saved")) {
			t.Errorf("not answered in %s", l)
		}
		in(l)
	}
}

// The link in a mail's footer works when the records of the run are long gone.
func TestOldLinksStillWork(t *testing.T) {
	d := newDesk(t)
	gone := d.marko
	gone.ID, _ = campaign.DeliveryID("00000000000gone1", 1, d.marko.Contact)
	address := d.Links.Unsubscribe(&gone)
	if w := d.fetch("GET", address, chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "m•••@example.test") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.fetch("POST", address, chrome, strings.NewReader("List-Unsubscribe=One-Click"), "application/x-www-form-urlencoded"); w.Code != 200 {
		t.Errorf("one click: %d", w.Code)
	}
	if c := d.contact(d.marko.Contact); c.OnAll([]string{d.press.ID}) {
		t.Error("it did not leave")
	}
}

// Links to a contact that became part of another let the person leave; the record is not opened by a mail to another address.
func TestLinksFollowAMerge(t *testing.T) {
	d := newDesk(t)
	must(t, d.store.MergeContacts(t.Context(), d.ana.Contact, d.marko.Contact))
	gone := d.marko
	gone.ID, _ = campaign.DeliveryID("00000000000gone1", 1, d.marko.Contact)
	for name, address := range map[string]string{"the page": d.Links.Preferences(d.marko.Contact, deskNow), "a mail's link": d.Links.Unsubscribe(&d.marko), "an old mail's link": d.Links.Unsubscribe(&gone)} {
		if w := d.fetch("GET", address, chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `value="link"`) || strings.Contains(w.Body.String(), "a•••@example.org") {
			t.Errorf("%s: %d %s", name, w.Code, mainOf(w.Body.String()))
		}
	}
	for _, kind := range []campaign.NoticeKind{campaign.YourData, campaign.StillWanted} {
		link := d.Links.Answer(&campaign.Notice{ID: "n", Kind: kind, About: d.marko.Contact, At: deskNow, ExpiresAt: deskNow.Add(time.Hour)})
		if w := d.fetch("GET", link, chrome, nil, ""); w.Code != 410 {
			t.Errorf("%s: %d %s", kind, w.Code, mainOf(w.Body.String()))
		}
	}
	d.wish(d.Links.Preferences(d.marko.Contact, deskNow), "leave_all")
	if c := d.contact(d.ana.Contact); c.OnAll([]string{d.press.ID}) {
		t.Error("it did not leave")
	}
}

// Untying the records of old runs from whom they went to does not take the way to leave away.
func TestLinksOutliveTheRecordsOfARun(t *testing.T) {
	d := newDesk(t)
	for _, c := range store.Collections {
		if c.Name == "deliveries" {
			_, err := d.engine.Update(t.Context(), c, store.ByID(d.marko.ID), store.Change{Set: map[string]any{"contact_id": campaign.ErasedContact, "email": "", "name": ""}})
			must(t, err)
		}
	}
	if w := d.postForm(d.Links.Unsubscribe(&d.marko), url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	if c := d.contact(d.marko.Contact); c.OnAll([]string{d.press.ID}) {
		t.Error("it did not leave")
	}
}

func TestStillWantedIsAnsweredByItsButton(t *testing.T) {
	d := newDesk(t)
	now := deskNow
	silent := campaign.Contact{Email: "silent@example.org", Kind: campaign.School, Language: campaign.French}
	must(t, d.store.CreateContact(t.Context(), &silent))
	later, err := store.New(t.Context(), d.engine, d.Links.Signer, func() time.Time { return now })
	must(t, err)
	now = deskNow.AddDate(3, 0, 0)
	_, _, err = later.Retain(t.Context())
	must(t, err)
	must(t, later.AskReconfirm(t.Context(), silent.ID))
	waiting := func() bool {
		rs, _, err := d.store.FindReviews(t.Context(), store.Page{})
		must(t, err)
		return slices.ContainsFunc(rs, func(r campaign.Review) bool { return r.ID == silent.ID })
	}
	found, deliveries := d.notices()
	if len(found) != 1 || found[0].Kind != campaign.StillWanted || deliveries[found[0].ID].Email != "silent@example.org" {
		t.Fatalf("notices %+v", found)
	}
	link := d.Links.Answer(&found[0])
	page := d.fetch("GET", link, chrome, nil, "")
	if page.Code != 200 || !strings.Contains(page.Body.String(), `value="confirm"`) || !strings.Contains(page.Body.String(), "s•••@example.org") || !waiting() {
		t.Fatalf("looking is no answer: %d %s", page.Code, mainOf(page.Body.String()))
	}
	if w := d.postForm(link, url.Values{"action": {"other"}}); w.Code != 400 || !waiting() {
		t.Errorf("another form: %d", w.Code)
	}
	if w := d.postForm(link, url.Values{"action": {"confirm"}}); w.Code != 200 || !strings.Contains(w.Body.String(), "/preferences/") || waiting() {
		t.Errorf("the button: %d %s", w.Code, mainOf(w.Body.String()))
	}
	entries, _, err := d.store.FindJournal(t.Context(), store.JournalFilter{Contact: silent.ID, Kind: campaign.ReviewedEntry}, store.Page{})
	if err != nil || len(entries) != 1 || entries[0].Detail != "said so themselves" {
		t.Errorf("journal %+v %v", entries, err)
	}
}

func FuzzPause(f *testing.F) {
	for _, seed := range []string{"", "2026-12-24", "2026-02-30", "0000-00-00", "9999-12-31", "2026-12-24T10:00", "\x00"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if until, ok := readPause(s, now); ok && !until.IsZero() && (until.Before(now) || until.After(now.Add(campaign.MaxPause))) {
			t.Errorf("%q pauses until %v", s, until)
		}
	})
}

// What gives less holds at once; what hides mail does not.
func TestLessHoldsAtOnce(t *testing.T) {
	d := newDesk(t)
	secret := campaign.List{Name: "Difficult friends"}
	must(t, d.store.CreateList(t.Context(), &secret))
	must(t, d.store.SubscribeContact(t.Context(), d.marko.Contact, campaign.Membership{List: secret.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false))
	link := d.Links.Unsubscribe(&d.marko)
	d.wish(link, "save", "list="+d.press.ID, "pause=2026-12-10", "frequency=weekly", "tracking=none")
	c := d.contact(d.marko.Contact)
	if c.OnAll([]string{secret.ID}) || !c.OnAll([]string{d.press.ID}) || c.PausedUntil.IsZero() || c.Tracking != campaign.NoTracking {
		t.Errorf("less: %+v", c)
	}
	if c.Frequency == campaign.Weekly {
		t.Error("a digest that does not exist was chosen: nothing would come")
	}
	if found, _ := d.notices(); len(found) != 0 {
		t.Errorf("%d mails about less", len(found))
	}
	d.wish(link, "save", "list="+d.press.ID, "pause=2026-12-18", "tracking=aggregate")
	if after := d.contact(d.marko.Contact); !after.PausedUntil.Equal(c.PausedUntil) || after.Tracking != campaign.NoTracking {
		t.Errorf("a pause that runs was made longer, or an objection taken back: %+v", after)
	}
	d.confirmWish()
	if after := d.contact(d.marko.Contact); !after.PausedUntil.After(c.PausedUntil) || after.Tracking != campaign.Aggregate {
		t.Errorf("confirmed: %+v", after)
	}
}
