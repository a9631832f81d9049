package reader

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
	"github.com/glasnik/glasnik/templates"
)

func TestPreferences(t *testing.T) {
	d := newDesk(t)
	_, err := d.Store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error {
		set.Topics = []campaign.Topic{
			{Key: "law", Names: map[campaign.Language]string{campaign.SerbianLatin: "Pravo", campaign.English: "Law"}},
			{Key: "schools", Names: map[campaign.Language]string{campaign.English: "Schools"}},
		}
		set.Digest.On = true
		return nil
	})
	webtest.Must(t, err)
	_, err = d.Store.Contacts.UpdateContact(t.Context(), d.Marko.Contact, func(c *campaign.Contact) error {
		c.Topics = []string{"an old one", "schools"}
		return nil
	})
	webtest.Must(t, err)
	for name, address := range map[string]string{"a mail's link": d.Links.Unsubscribe(&d.Marko), "a page of its own": d.Links.Preferences(d.Marko.Contact, webtest.Start)} {
		page := d.Fetch("GET", address+"?lang=sr-Cyrl", webtest.Chrome, nil, "").Body.String()
		for _, want := range []string{"Право", "Једном недељно", "m•••@example.test"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s does not say %q", name, want)
			}
		}
		if strings.Contains(page, "marko@") || strings.Contains(page, "Petrović") || strings.Contains(page, "<script") {
			t.Errorf("%s tells the address, or holds script", name)
		}
	}
	before := d.Contact(d.Marko.Contact)
	d.Fetch("GET", d.Links.Preferences(d.Marko.Contact, webtest.Start)+"?action=leave_all&list=x", webtest.Chrome, nil, "")
	if after := d.Contact(d.Marko.Contact); after.Version != before.Version {
		t.Error("GET changed something")
	}
	d.Wish(d.Links.Preferences(d.Marko.Contact, webtest.Start), "save", "list="+d.School.ID, "topics=1", "topic=law", "language=fr", "frequency=weekly", "pause=2026-12-24",
		"first_name=", "last_name=Marković", "tracking=none")
	if c := d.Contact(d.Marko.Contact); c.FullName() != "Marko Petrović" || !c.PausedUntil.IsZero() || c.Membership(d.School.ID) != nil {
		t.Errorf("before the button in the mail: %+v", c)
	}
	d.ConfirmWish()
	c := d.Contact(d.Marko.Contact)
	belgrade, _ := time.LoadLocation("Europe/Belgrade")
	if !slices.Equal(c.Topics, []string{"an old one", "law"}) || c.Language != campaign.French || c.Frequency != campaign.Weekly || c.FullName() != "Marko Marković" ||
		!c.PausedUntil.Equal(time.Date(2026, 12, 24, 0, 0, 0, 0, belgrade)) || c.Tracking != campaign.NoTracking {
		t.Errorf("contact %+v", c)
	}
	if c.Membership(d.Press.ID).Status != campaign.Unsubscribed || !c.OnAll([]string{d.School.ID}) || c.Consents[0].ConfirmedAt.IsZero() || c.Consents[0].Text == "" {
		t.Errorf("lists %+v, consents %+v", c.Memberships, c.Consents)
	}
	for _, wrong := range []string{"pause=2099-01-01", "pause=tomorrow", "first_name=" + strings.Repeat("a", 400)} {
		if body := d.Wish(d.Links.Preferences(d.Marko.Contact, webtest.Start), "save", "list="+d.School.ID, wrong); !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s was taken", wrong)
		}
	}
	d.Wish(d.Links.Preferences(d.Marko.Contact, webtest.Start), "save", "list="+d.School.ID, "frequency=each", "pause=", "topics=1")
	if c := d.Contact(d.Marko.Contact); c.Frequency != campaign.EachMessage || !c.PausedUntil.IsZero() || len(c.Topics) != 1 {
		t.Errorf("taken back: %+v", c)
	}
}

func TestLeaveAllAndComeBack(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Preferences(d.Marko.Contact, webtest.Start)
	if body := d.Wish(address, "leave_all"); !strings.Contains(body, `value="undo"`) {
		t.Errorf("there is no way back: %s", body)
	}
	found, err := d.Store.Suppressions.Suppressed(t.Context(), []string{"marko@example.test"})
	webtest.Must(t, err)
	if found["marko@example.test"] != campaign.LeftAll {
		t.Errorf("suppressed %v", found)
	}
	d.Wish(address, "undo", "list="+d.Press.ID, "list="+d.School.ID)
	if c := d.Contact(d.Marko.Contact); c.OnAll([]string{d.Press.ID}) {
		t.Error("back before the button in the mail")
	}
	d.ConfirmWish()
	c := d.Contact(d.Marko.Contact)
	if !c.OnAll([]string{d.Press.ID}) || c.Membership(d.School.ID) != nil || len(c.Consents) != 1 {
		t.Errorf("back: %+v %+v", c.Memberships, c.Consents)
	}
	found, err = d.Store.Suppressions.Suppressed(t.Context(), []string{"marko@example.test"})
	webtest.Must(t, err)
	if len(found) != 0 {
		t.Errorf("still suppressed: %v", found)
	}
}

// A pause ends on the day that was chosen, wherever it is told; days are those of the installation.
func TestPauseIsTheSameDayEverywhere(t *testing.T) {
	d := newDesk(t)
	for _, zone := range []string{"", "Pacific/Auckland", "America/New_York"} {
		_, err := d.Store.Settings.UpdateSettings(t.Context(), func(set *campaign.Settings) error { set.Zone = zone; return nil })
		webtest.Must(t, err)
		address := d.Links.Preferences(d.Marko.Contact, webtest.Start)
		if body := d.Wish(address, "save", "list="+d.Press.ID, "pause=2026-12-11"); !strings.Contains(body, `value="2026-12-11"`) {
			t.Errorf("%s: the page: %s", zone, body)
		}
		found, _, err := d.Store.Journal.FindJournal(t.Context(), store.JournalFilter{Contact: d.Marko.Contact, Kind: campaign.PausedEntry}, store.Page{})
		webtest.Must(t, err)
		if !slices.ContainsFunc(found, func(e campaign.Entry) bool {
			until, _ := e.PausedUntil()
			return until.Equal(d.Contact(d.Marko.Contact).PausedUntil)
		}) {
			t.Errorf("%s: the journal: %+v", zone, found)
		}
		link := d.Links.Answer(&campaign.Notice{ID: "n", Kind: campaign.YourData, About: d.Marko.Contact, ExpiresAt: webtest.Start.Add(time.Hour)})
		page := d.PostForm(link+"?lang=en", url.Values{"action": {"show"}}).Body.String()
		if !strings.Contains(page, "<td>Paused until 2026-12-11</td>") || !strings.Contains(page, "2026-12-11 00:00") {
			t.Errorf("%s: their own data: %s", zone, page)
		}
		d.Wish(address, "save", "list="+d.Press.ID, "pause=")
		if page := d.PostForm(link+"?lang=sr-Latn", url.Values{"action": {"show"}}).Body.String(); !strings.Contains(page, "<td>završena</td>") {
			t.Errorf("%s: the end of a pause in their own data: %s", zone, page)
		}
	}
}

// The page behind a mail's link is in the mail's language until its reader has one of their own.
func TestPageFollowsTheLanguageTheReaderChose(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Unsubscribe(&d.Marko)
	in := func(l campaign.Language) {
		t.Helper()
		if w := d.Fetch("GET", address, webtest.Chrome, nil, ""); !strings.Contains(w.Body.String(), `<html lang="`+string(l)+`"`) {
			t.Errorf("not in %s: %.300s", l, w.Body)
		}
	}
	_, err := d.Store.Contacts.UpdateContact(t.Context(), d.Marko.Contact, func(c *campaign.Contact) error { c.Language = ""; return nil })
	webtest.Must(t, err)
	in(d.Marko.Language)
	for _, l := range []campaign.Language{campaign.French, campaign.SerbianCyrillic} {
		if body := d.Wish(address, "save", "list="+d.Press.ID, "language="+string(l)); !strings.Contains(body, templates.Translate(l, "preferences.saved")) {
			t.Errorf("not answered in %s", l)
		}
		in(l)
	}
}

// The link in a mail's footer works when the records of the run are long gone.
func TestOldLinksStillWork(t *testing.T) {
	d := newDesk(t)
	gone := d.Marko
	gone.ID, _ = campaign.DeliveryID("00000000000gone1", 1, d.Marko.Contact)
	address := d.Links.Unsubscribe(&gone)
	if w := d.Fetch("GET", address, webtest.Chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "m•••@example.test") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if w := d.Fetch("POST", address, webtest.Chrome, strings.NewReader("List-Unsubscribe=One-Click"), "application/x-www-form-urlencoded"); w.Code != 200 {
		t.Errorf("one click: %d", w.Code)
	}
	if c := d.Contact(d.Marko.Contact); c.OnAll([]string{d.Press.ID}) {
		t.Error("it did not leave")
	}
}

// Links to a contact that became part of another let the person leave; the record is not opened by a mail to another address.
func TestLinksFollowAMerge(t *testing.T) {
	d := newDesk(t)
	webtest.Must(t, d.Store.Contacts.MergeContacts(t.Context(), d.Ana.Contact, d.Marko.Contact))
	gone := d.Marko
	gone.ID, _ = campaign.DeliveryID("00000000000gone1", 1, d.Marko.Contact)
	for name, address := range map[string]string{"the page": d.Links.Preferences(d.Marko.Contact, webtest.Start), "a mail's link": d.Links.Unsubscribe(&d.Marko), "an old mail's link": d.Links.Unsubscribe(&gone)} {
		if w := d.Fetch("GET", address, webtest.Chrome, nil, ""); w.Code != 200 || !strings.Contains(w.Body.String(), `value="link"`) || strings.Contains(w.Body.String(), "a•••@example.org") {
			t.Errorf("%s: %d %s", name, w.Code, webtest.MainOf(w.Body.String()))
		}
	}
	for _, kind := range []campaign.NoticeKind{campaign.YourData, campaign.StillWanted} {
		link := d.Links.Answer(&campaign.Notice{ID: "n", Kind: kind, About: d.Marko.Contact, At: webtest.Start, ExpiresAt: webtest.Start.Add(time.Hour)})
		if w := d.Fetch("GET", link, webtest.Chrome, nil, ""); w.Code != 410 {
			t.Errorf("%s: %d %s", kind, w.Code, webtest.MainOf(w.Body.String()))
		}
	}
	d.Wish(d.Links.Preferences(d.Marko.Contact, webtest.Start), "leave_all")
	if c := d.Contact(d.Ana.Contact); c.OnAll([]string{d.Press.ID}) {
		t.Error("it did not leave")
	}
}

// Untying the records of old runs from whom they went to does not take the way to leave away.
func TestLinksOutliveTheRecordsOfARun(t *testing.T) {
	d := newDesk(t)
	for _, c := range store.Collections {
		if c.Name == "deliveries" {
			_, err := d.Engine.Update(t.Context(), c, document.ByID(d.Marko.ID), document.Change{Set: map[string]any{"contact_id": campaign.ErasedContact, "email": "", "name": ""}})
			webtest.Must(t, err)
		}
	}
	if w := d.PostForm(d.Links.Unsubscribe(&d.Marko), url.Values{"List-Unsubscribe": {"One-Click"}}); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	if c := d.Contact(d.Marko.Contact); c.OnAll([]string{d.Press.ID}) {
		t.Error("it did not leave")
	}
}

func TestStillWantedIsAnsweredByItsButton(t *testing.T) {
	d := newDesk(t)
	now := webtest.Start
	silent := campaign.Contact{Email: "silent@example.org", Kind: campaign.School, Language: campaign.French}
	webtest.Must(t, d.Store.Contacts.CreateContact(t.Context(), &silent))
	later, err := store.New(t.Context(), d.Engine, d.Links.Signer, func() time.Time { return now })
	webtest.Must(t, err)
	now = webtest.Start.AddDate(3, 0, 0)
	_, _, err = later.Retention.Retain(t.Context())
	webtest.Must(t, err)
	webtest.Must(t, later.Reviews.AskReconfirm(t.Context(), silent.ID))
	waiting := func() bool {
		rs, _, err := d.Store.Reviews.FindReviews(t.Context(), store.Page{})
		webtest.Must(t, err)
		return slices.ContainsFunc(rs, func(r campaign.Review) bool { return r.ID == silent.ID })
	}
	found, deliveries := d.Notices()
	if len(found) != 1 || found[0].Kind != campaign.StillWanted || deliveries[found[0].ID].Email != "silent@example.org" {
		t.Fatalf("notices %+v", found)
	}
	link := d.Links.Answer(&found[0])
	page := d.Fetch("GET", link, webtest.Chrome, nil, "")
	if page.Code != 200 || !strings.Contains(page.Body.String(), `value="confirm"`) || !strings.Contains(page.Body.String(), "s•••@example.org") || !waiting() {
		t.Fatalf("looking is no answer: %d %s", page.Code, webtest.MainOf(page.Body.String()))
	}
	if w := d.PostForm(link, url.Values{"action": {"other"}}); w.Code != 400 || !waiting() {
		t.Errorf("another form: %d", w.Code)
	}
	if w := d.PostForm(link, url.Values{"action": {"confirm"}}); w.Code != 200 || !strings.Contains(w.Body.String(), "/preferences/") || waiting() {
		t.Errorf("the button: %d %s", w.Code, webtest.MainOf(w.Body.String()))
	}
	entries, _, err := d.Store.Journal.FindJournal(t.Context(), store.JournalFilter{Contact: silent.ID, Kind: campaign.ReviewedEntry}, store.Page{})
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

// A save that allows less holds at once; what hides mail does not.
func TestLessHoldsAtOnce(t *testing.T) {
	d := newDesk(t)
	secret := campaign.List{Name: "Difficult friends"}
	webtest.Must(t, d.Store.Lists.CreateList(t.Context(), &secret))
	webtest.Must(t, d.Store.Contacts.SubscribeContact(t.Context(), d.Marko.Contact, campaign.Membership{List: secret.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest}, false))
	link := d.Links.Unsubscribe(&d.Marko)
	d.Wish(link, "save", "list="+d.Press.ID, "pause=2026-12-10", "frequency=weekly", "tracking=none")
	c := d.Contact(d.Marko.Contact)
	if c.OnAll([]string{secret.ID}) || !c.OnAll([]string{d.Press.ID}) || c.PausedUntil.IsZero() || c.Tracking != campaign.NoTracking {
		t.Errorf("less: %+v", c)
	}
	if c.Frequency == campaign.Weekly {
		t.Error("a digest that does not exist was chosen: nothing would come")
	}
	if found, _ := d.Notices(); len(found) != 0 {
		t.Errorf("%d mails about less", len(found))
	}
	d.Wish(link, "save", "list="+d.Press.ID, "pause=2026-12-18", "tracking=aggregate")
	if after := d.Contact(d.Marko.Contact); !after.PausedUntil.Equal(c.PausedUntil) || after.Tracking != campaign.NoTracking {
		t.Errorf("a pause that runs was made longer, or an objection taken back: %+v", after)
	}
	d.ConfirmWish()
	if after := d.Contact(d.Marko.Contact); !after.PausedUntil.After(c.PausedUntil) || after.Tracking != campaign.Aggregate {
		t.Errorf("confirmed: %+v", after)
	}
}
