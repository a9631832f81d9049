package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

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
			_, err := d.engine.Update(t.Context(), c, document.ByID(d.marko.ID), document.Change{Set: map[string]any{"contact_id": campaign.ErasedContact, "email": "", "name": ""}})
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
