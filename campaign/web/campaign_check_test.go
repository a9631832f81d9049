package web

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/campaign/store"
)

// looksOutside gives a newsroom a desk whose links and sender are answered by a test.
func (n *newsroom) looksOutside(links func([]string) []preflight.Link, sender func() ([]preflight.SenderFault, error)) {
	n.server.Desk = preflight.NewDesk(time.Now)
	n.server.Desk.Links = func(_ context.Context, targets []string) []preflight.Link { return links(targets) }
	n.server.Desk.Sender = func(context.Context, string) ([]preflight.SenderFault, error) { return sender() }
	n.t.Cleanup(func() { n.server.Desk.Close() })
}

// settled asks for a page until nothing on it is looked up any more.
func (n *newsroom) settled(path string) answer {
	for {
		if a := n.get(path); !strings.Contains(a.Body, `aria-busy="true"`) || n.t.Context().Err() != nil {
			return a
		}
	}
}

func (n *newsroom) change(fn func(*campaign.Release)) {
	n.t.Helper()
	_, err := n.store.Releases.UpdateRelease(n.t.Context(), n.release.ID, func(r *campaign.Release) error { fn(r); return nil })
	must(n.t, err)
}

func TestCheckLooksOutside(t *testing.T) {
	n := newNewsroom(t, 2)
	nameless := campaign.Contact{Email: "desk@example.org", LastName: "Desk", Kind: campaign.Journalist, Language: campaign.English}
	nameless.Subscribe(campaign.Membership{List: n.press.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: time.Now()}, false)
	must(t, n.store.Contacts.CreateContact(t.Context(), &nameless))
	outcome, asked, wait := preflight.Refused, 0, make(chan struct{})
	n.looksOutside(func(targets []string) (out []preflight.Link) {
		<-wait
		asked++
		for _, u := range targets {
			out = append(out, preflight.Link{URL: u, Outcome: outcome, Status: 404})
		}
		return out
	}, func() ([]preflight.SenderFault, error) {
		return []preflight.SenderFault{preflight.Unproved(preflight.DMARC, "example.org")}, nil
	})
	n.change(func(r *campaign.Release) {
		r.Versions[0].Subject, r.Versions[0].Body = "Read, {{ first_name }}", "Dear {{ first_name }}, see [the page](https://example.org/line) or [write](mailto:nobody) or [call](tel:12)."
	})
	c := n.draft()
	path := "/campaigns/" + c.ID
	n.signInAs(campaign.Editor)
	a := n.get(path + "/check")
	a.want(t, 200, "Not known yet:", "1 link is being looked up", `hx-select="#checks"`, "no address of mail: nobody", "leads to no number: 12")
	checkMarkup(t, a)
	close(wait)
	a = n.settled(path + "/check")
	a.want(t, 200, "There is no such page: https://example.org/line", "English version, body", `#f-body">Mend it`, `#f-subject">Write a fallback`, "example.org does not prove its messages", "1 reader has no value for “first_name”", `{{ first_name | &#34;…&#34; }}`, "Look again", "Links, sender and merge fields were looked up")
	checkMarkup(t, a)
	n.post(path+"/send").want(t, 422, "Say in a sentence why")
	gap := n.get(path + "/gaps?field=first_name")
	gap.want(t, 200, "desk@example.org", "/contacts/"+nameless.ID+"/edit")
	checkMarkup(t, gap)
	if strings.Contains(gap.Body, "reader0@example.org") {
		t.Error("a reader without a gap is shown")
	}
	n.get(path+"/gaps?field=place").want(t, 200, "Check list")

	outcome = preflight.Works
	n.get(path+"/check").want(t, 200, "There is no such page")
	n.post(path+"/look").want(t, 200)
	n.settled(path+"/check").want(t, 200, "1 link works")
	if asked != 2 {
		t.Errorf("links were looked up %d times", asked)
	}
	n.change(func(r *campaign.Release) {
		r.Versions[0].Subject, r.Versions[0].Body = "Read", "Dear {{ first_name | \"colleague\" }}."
	})
	if a := n.settled(path + "/check"); strings.Contains(a.Body, "no value for") || strings.Contains(a.Body, "See who") {
		t.Error("a field with a fallback leaves a gap")
	}
	n.post(path+"/send", "reason=The records are on their way").want(t, 200, "Until then you can call it back")
}

// A large audience is counted in the background: the page does not wait, and offers to send when the number is there.
func TestReadersAreCountedInTheBackground(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	n.looksOutside(nil, func() ([]preflight.SenderFault, error) { return nil, nil })
	n.server.Desk.Links = nil
	c := n.draft()
	path := "/campaigns/" + c.ID
	l, err := n.store.Lists.GetList(t.Context(), n.press.ID)
	must(t, err)
	r, err := n.store.Releases.GetRelease(t.Context(), n.release.ID)
	must(t, err)
	e := edition.Edition{Lists: []campaign.List{l}, Release: r, LeaveToDigest: true}
	counted := make(chan countAnswer)
	preflight.Ask(n.server.Desk, countKey(&e), time.Hour, func(context.Context) countAnswer { return <-counted })
	a := n.get(path + "/check")
	a.want(t, 200, "Its readers are being counted", `hx-select-oob="#send"`, "It can be sent when it is known")
	if strings.Contains(a.Body, `action="`+path+`/send"`) {
		t.Error("it can be sent before its readers are counted")
	}
	checkMarkup(t, a)
	a = n.get(path + "/audience")
	a.want(t, 200, "They are being counted", `hx-select="#readers"`)
	checkMarkup(t, a)
	counted <- countAnswer{count: store.AudienceCount{Members: 60_000, Reached: 60_000, Kinds: map[campaign.Kind]int64{campaign.Journalist: 60_000}}}
	n.settled(path+"/audience").want(t, 200, "60,000")
	a = n.settled(path + "/check")
	a.want(t, 200, "Send to 60,000 journalists", "Type 60000")
	n.post(path+"/send").want(t, 422, "Type the number of readers, 60000")
	n.post(path + "/look")
	n.settled(path+"/check").want(t, 200, "Send to 2 journalists")
	n.post(path+"/send").want(t, 200, "Until then you can call it back")
}

func TestCheckReadsSubjectsAndFiles(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	path := "/campaigns/" + n.draft().ID
	for text, want := range map[string]string{
		strings.Repeat("word ", 14):                           "the subject has 69 characters",
		"THE NEW HELPLINE OPENS TODAY":                        "written in capitals",
		"It opens! Today!":                                    "several exclamation marks",
		"🎉 It opens":                                          "begins with a picture sign",
		"You have won, click here":                            "words of advertising in the subject: click here, you have won",
		"A new helpline opens in Niš":                         "",
		"{{ first_name }}, " + strings.Repeat("it opens ", 9): "the subject has 82 characters",
		"{{ first_name | \"all\" }}, a new helpline for all of us in the south opens": "",
		"{{ if organisation }}For you all: it opens{{ else }}A NEW HELPLINE{{ end }}": "written in capitals",
	} {
		n.change(func(r *campaign.Release) { r.Versions[0].Subject = strings.TrimSpace(text) })
		a := n.get(path + "/check")
		a.want(t, 200, want)
		if amber := strings.Contains(a.Body, `class="amber"`); amber != (want != "") {
			t.Errorf("%q: amber is %v", text, amber)
		}
	}
	program := []byte("MZ\x90\x00 a program")
	id, err := n.store.Releases.SaveFile(t.Context(), program)
	must(t, err)
	n.change(func(r *campaign.Release) {
		r.Versions[0].Subject = "A new helpline opens"
		r.Attachments = []campaign.Attachment{{File: id, Name: "guide.pdf", MediaType: "application/pdf", Size: int64(len(program))}, {File: "big", Name: "big.pdf", MediaType: "application/pdf", Size: 6_000_000}}
	})
	n.get(path+"/check").want(t, 200, "“guide.pdf” is a program, or holds macros", "“big.pdf” weighs 6 MB", "#files\">Take it out")
	n.post(path+"/send", "reason=I want to").want(t, 422, "have to be mended before it can leave")
	n.change(func(r *campaign.Release) {
		r.Attachments = []campaign.Attachment{{File: "one", Name: "one.pdf", MediaType: "application/pdf", Size: 3_000_000}, {File: "two", Name: "two.pdf", MediaType: "application/pdf", Size: 4_000_000}}
	})
	n.get(path+"/check").want(t, 200, "The files weigh 7 MB together", "#files\">Take some out")
	if state := n.state(strings.TrimPrefix(path, "/campaigns/")); state != campaign.Draft {
		t.Errorf("it is %s", state)
	}
}

func TestPlaceholders(t *testing.T) {
	for text, want := range map[string]string{
		"At [...] o'clock": "red", "Date: TODO": "red", "lorem ipsum dolor": "red", "Call ???": "red", "+381 11 XXXXXX": "red", "[ ]": "red",
		"The XXX Festival of Youth": "amber", "Place TBC": "amber",
		"Really?": "", "XXIX festival": "", "a todos": "", "[a link](https://example.org)": "",
		"![](media:2bmwy4ab38g7edvx)": "", "[ ], then": "red", "at []": "red", "[…](https://example.org)": "red",
	} {
		got := ""
		v := &campaign.Version{Body: text}
		if found, _, _ := findIn(v, placeholder); found != "" {
			got = "red"
		} else if found, _, _ := findIn(v, perhapsPlaceholder); found != "" {
			got = "amber"
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// What a writer wrote and the layout does not show would be lost without a word.
func TestCheckTellsWhatTheLayoutDoesNotShow(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	path := "/campaigns/" + n.draft().ID + "/check"
	own := campaign.Layout{Name: "Short", Base: campaign.PressLayout, Source: "{{ view }}<h1>{{ headline }}</h1>{{ lead }}{{ each story }}<p>{{ story.headline }}</p>{{ end }}{{ kind }}{{ foot }}"}
	must(t, n.store.Layouts.CreateLayout(t.Context(), &own))
	n.change(func(r *campaign.Release) {
		v := &r.Versions[0]
		v.Lead, v.Body, v.Stories, v.Quotes, v.Notes = "A lead.", "A body.", []campaign.Story{{Headline: "A story", Text: "Its text."}}, nil, ""
	})
	words := "the layout has no place for this"
	if a := n.get(path); strings.Contains(a.Body, words) {
		t.Error("a layout that shows all is told to lack a place")
	}
	n.change(func(r *campaign.Release) { r.Layout = own.ID })
	a := n.get(path)
	a.want(t, 200, "English: the layout has no place for this: the body", `#f-layout">Change it`)
	if got := strings.Count(a.Body, words); got != 1 {
		t.Errorf("%d texts are told to lack a place", got)
	}
}

// A newsletter with a story of another release tells what that release may not tell yet.
func TestCheckKeepsTheEmbargoOfStories(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	path := "/campaigns/" + n.draft().ID
	embargo := time.Now().Add(48 * time.Hour)
	of := campaign.Release{Title: "The report", Kind: campaign.PressRelease, Source: campaign.English, Embargo: embargo, Zone: "UTC", Versions: []campaign.Version{{Language: campaign.English, Headline: "The report"}}}
	must(t, n.store.Releases.CreateRelease(t.Context(), &of))
	n.change(func(r *campaign.Release) {
		r.Versions[0].Stories = []campaign.Story{{Headline: "The report", From: of.ID}, {Headline: "Ours"}, {Headline: "Gone", From: "2bmwy4ab38g7edvx"}}
	})
	words := "The story “The report” is under embargo until "
	n.get(path+"/check").want(t, 200, words, `#stories">Change it`)
	n.post(path+"/send", "reason=I want to").want(t, 422, "have to be mended before it can leave")
	free := func(what string) {
		if a := n.get(path + "/check"); strings.Contains(a.Body, words) {
			t.Errorf("%s: it is held back", what)
		}
	}
	n.change(func(r *campaign.Release) { r.Embargo, r.Zone = embargo, "UTC" })
	free("under embargo itself")
	n.change(func(r *campaign.Release) { r.Embargo = time.Time{} })
	_, err := n.store.Releases.UpdateRelease(t.Context(), of.ID, func(r *campaign.Release) error { r.Embargo = time.Now().Add(-time.Hour); return nil })
	must(t, err)
	free("after the embargo")
}

func TestCheckComparesTimesAndTexts(t *testing.T) {
	n := newNewsroom(t, 1)
	n.signInAs(campaign.Editor)
	c := n.draft()
	path := "/campaigns/" + c.ID
	embargo := time.Now().Add(30 * 24 * time.Hour)
	n.change(func(r *campaign.Release) { r.Embargo, r.Zone = embargo, "Europe/Belgrade" })
	n.get(path+"/check").want(t, 200, "Under embargo until")
	plan := func(s campaign.Schedule) {
		_, err := n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error { c.Schedule = s; return nil })
		must(t, err)
	}
	at := func(t time.Time) campaign.Schedule {
		return campaign.Schedule{Kind: campaign.Once, Wall: t.UTC().Format("2006-01-02T15:04"), Zone: "UTC"}
	}
	plan(at(embargo.Add(-24 * time.Hour)))
	n.get(path+"/check").want(t, 200, "before the embargo ends on")
	plan(at(embargo.Add(24 * time.Hour)))
	n.get(path+"/check").want(t, 200, "It leaves once the embargo is over")
	plan(campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 * * *", Zone: "UTC"})
	n.get(path+"/check").want(t, 200, "before the embargo ends on", "Runs after it no longer carry")

	event := time.Now().Add(30 * 24 * time.Hour)
	invite := func(start time.Time) {
		n.change(func(r *campaign.Release) { r.Occasion = &campaign.Occasion{Start: start, Zone: "Europe/Belgrade"} })
	}
	plan(at(event.Add(-24 * time.Hour)))
	invite(event)
	if a := n.get(path + "/check"); strings.Contains(a.Body, "the event") {
		t.Error("an invitation that leaves in time is warned of")
	}
	plan(at(event.Add(time.Hour)))
	n.get(path+"/check").want(t, 200, "It leaves when the event has begun, on ", `#f-event_start">Change it`)
	plan(campaign.Schedule{})
	invite(time.Now().Add(-time.Hour))
	n.get(path+"/check").want(t, 200, "The event was on ")
	n.change(func(r *campaign.Release) { r.Occasion = nil })

	again, run := n.sent(campaign.Accepted)
	_, err := n.store.Campaigns.UpdateCampaign(t.Context(), again.ID, func(c *campaign.Campaign) error {
		c.Schedule, c.LastRun = campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 * * *", Zone: "UTC"}, run.ID
		return nil
	})
	must(t, err)
	n.get("/campaigns/"+again.ID+"/check").want(t, 200, "It says the same as the last time")
	n.change(func(r *campaign.Release) { r.Versions[0].Body = "Something new." })
	if a := n.get("/campaigns/" + again.ID + "/check"); strings.Contains(a.Body, "the same as the last time") {
		t.Error("another text is taken for the same")
	}
}

// All readers of a gap are shown, page after page.
func TestReadersOfAGapArePaged(t *testing.T) {
	n := newNewsroom(t, 0)
	n.looksOutside(func([]string) []preflight.Link { return nil }, func() ([]preflight.SenderFault, error) { return nil, nil })
	n.signInAs(campaign.Editor)
	for i := range gapsShown + 30 {
		c := campaign.Contact{Email: fmt.Sprintf("desk%03d@example.org", i), Kind: campaign.Journalist, Language: campaign.English}
		c.Subscribe(campaign.Membership{List: n.press.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: time.Now()}, false)
		must(t, n.store.Contacts.CreateContact(t.Context(), &c))
	}
	n.change(func(r *campaign.Release) { r.Versions[0].Body = "Dear {{ first_name }}." })
	path := "/campaigns/" + n.draft().ID
	n.settled(path+"/check").want(t, 200, "230 readers have no value for “first_name”", "See who")
	shown := map[string]bool{}
	for _, after := range []string{"", "&after=200", "&after=xyz", "&after=999"} {
		page := n.get(path + "/gaps?field=first_name" + after)
		page.want(t, 200, "230 readers")
		all := regexp.MustCompile(`desk\d+@example.org`).FindAllString(page.Body, -1)
		if len(all) > 2*gapsShown {
			t.Errorf("%s: %d on a page", after, len(all))
		}
		for _, address := range all {
			shown[address] = true
		}
		if more := strings.Contains(page.Body, "after=200"); more != (after == "" || after == "&after=xyz") {
			t.Errorf("%s leads on: %t", after, more)
		}
	}
	if len(shown) != gapsShown+30 {
		t.Errorf("%d are shown", len(shown))
	}
}
