package campaign

import (
	"testing"
	"time"
)

// A follow-up goes to who was sent the mail with individual tracking, of whom nothing is known since, and to nobody else.
func TestFollowLeavesOut(t *testing.T) {
	sent := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	now := sent.AddDate(0, 0, 3)
	lists := []List{{ID: "press"}, {ID: "schools"}}
	reader := func(change ...func(*Contact)) Contact {
		c := Contact{Status: Active, Memberships: []Membership{{List: "press", Status: Subscribed, Since: sent.AddDate(-1, 0, 0)}}, Consent: &TrackingConsent{At: sent.AddDate(0, -1, 0)}}
		for _, fn := range change {
			fn(&c)
		}
		return c
	}
	in := func(state DeliveryState, change ...func(*Delivery)) Delivery {
		d := Delivery{State: state, Tracking: Individual, SentAt: sent, MadeAt: sent}
		for _, fn := range change {
			fn(&d)
		}
		return d
	}
	as := func(m Tracking) func(*Delivery) { return func(d *Delivery) { d.Tracking = m } }
	at := func(when time.Time) func(*Delivery) { return func(d *Delivery) { d.SentAt, d.MadeAt = when, when } }
	did := func(kind EventKind, v Verdict) FollowRecord {
		return FollowRecord{Sent: []Delivery{in(Accepted)}, Events: []Event{{Kind: kind, Verdict: v}}}
	}
	got := func(ds ...Delivery) FollowRecord { return FollowRecord{Sent: ds} }
	after := func(d DeliveryState) FollowRecord {
		return FollowRecord{Sent: []Delivery{in(Accepted)}, Others: []Delivery{{State: d}}}
	}
	unknown := Follow{Kind: FollowUnknown, Days: 3}
	for _, tt := range []struct {
		name string
		f    Follow
		c    Contact
		r    FollowRecord
		want string
	}{
		{"nothing is known", unknown, reader(), got(in(Accepted)), ""},
		{"not among its readers", unknown, reader(), got(), NotFollowed},
		{"opened", unknown, reader(), did(Opened, Human), readSource},
		{"clicked", unknown, reader(), did(Clicked, Human), readSource},
		{"fetched by a machine", unknown, reader(), did(Opened, Machine), ""},
		{"links followed by a scanner", unknown, reader(), did(Clicked, Machine), ""},
		{"fetched by nobody knows whom", unknown, reader(), did(Opened, Unknown), ""},
		{"came back", unknown, reader(), did(BouncedEvent, ""), sourceReturned},
		{"complained", unknown, reader(), did(ComplainedEvent, ""), "the reader complained"},
		{"left by it, and is on another list", unknown, reader(), did(UnsubscribedEvent, ""), leftAfterSource},
		{"left another list since", unknown, reader(func(c *Contact) { c.Leave("schools", Unsubscribed, sent.Add(time.Hour)) }), got(in(Accepted)), leftAfterSource},
		{"left another list before", unknown, reader(func(c *Contact) { c.Leave("schools", Unsubscribed, sent.Add(-time.Hour)) }), got(in(Accepted)), ""},
		{"left a list that is not asked", unknown, reader(func(c *Contact) { c.Leave("gala", Unsubscribed, sent.Add(time.Hour)) }), got(in(Accepted)), ""},
		{"replied", unknown, reader(), FollowRecord{Sent: []Delivery{in(Accepted)}, Replied: true}, repliedToSource},
		{"held back", unknown, reader(), got(in(Skipped)), sourceLeftOut},
		{"failed", unknown, reader(), got(in(Failed)), sourceFailed},
		{"in doubt", unknown, reader(), got(in(Interrupted)), sourceInDoubt},
		{"waits for its hours", unknown, reader(), got(in(Timed)), sourceOnItsWay},
		{"is tried again", unknown, reader(), got(in(Deferred)), sourceOnItsWay},
		{"queued", unknown, reader(), got(in(Queued)), sourceOnItsWay},
		{"on the wire", unknown, reader(), got(in(InFlight)), sourceOnItsWay},
		{"no tracking", unknown, reader(), got(in(Accepted, as(NoTracking))), nothingKnowable},
		{"aggregate", unknown, reader(), got(in(Accepted, as(Aggregate))), nothingKnowable},
		{"withdrew consent since", unknown, reader(func(c *Contact) { c.LimitTracking("", sent.Add(time.Hour), "form") }), got(in(Accepted)), nothingKnowable},
		{"withdrew, and consented again", unknown, reader(func(c *Contact) {
			c.LimitTracking("", sent.Add(time.Hour), "form")
			c.AllowTracking(TrackingConsent{At: sent.Add(2 * time.Hour)})
		}), got(in(Accepted)), nothingKnowable},
		{"chose aggregate since", unknown, reader(func(c *Contact) { c.Tracking = Aggregate }), got(in(Accepted)), nothingKnowable},
		{"too fresh by a minute", unknown, reader(), got(in(Accepted, at(sent.Add(time.Minute)))), sourceTooFresh},
		{"too fresh, and asked ahead", Follow{Kind: FollowUnknown, Days: 3, Ahead: true}, reader(), got(in(Accepted, at(now))), ""},
		{"had a follow-up", unknown, reader(), after(Accepted), gotFollowUp},
		{"waits for a follow-up", unknown, reader(), after(Queued), gotFollowUp},
		{"nobody knows whether a follow-up arrived", unknown, reader(), after(Interrupted), gotFollowUp},
		{"was left out of a follow-up", unknown, reader(), after(Skipped), ""},
		{"a follow-up failed", unknown, reader(), after(Failed), ""},
		{"had a follow-up, and that is meant", Follow{Kind: FollowUnknown, Days: 3, Again: true}, reader(), after(Accepted), ""},
		{"two runs, one not tied to a reader", unknown, reader(), got(in(Accepted), in(Accepted, as(Aggregate))), nothingKnowable},
		{"two runs, one failed", unknown, reader(), got(in(Failed), in(Accepted)), sourceFailed},
		{"two runs, the second too fresh", unknown, reader(), got(in(Accepted, at(sent.AddDate(0, -1, 0).Add(time.Hour))), in(Accepted, at(now))), sourceTooFresh},
		{"two runs, left out of one", unknown, reader(), got(in(Skipped), in(Accepted)), ""},

		{"joined later", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since = now }), got(), ""},
		{"a member all along", Follow{Kind: FollowJoined}, reader(), got(), NotFollowed},
		{"a member all along who got it", Follow{Kind: FollowJoined}, reader(), got(in(Accepted)), NotFollowed},
		{"joined another of the lists later", Follow{Kind: FollowJoined}, reader(func(c *Contact) {
			c.Memberships = append(c.Memberships, Membership{List: "schools", Status: Subscribed, Since: now})
		}), got(), ""},
		{"and got it by the first", Follow{Kind: FollowJoined}, reader(func(c *Contact) {
			c.Memberships = append(c.Memberships, Membership{List: "schools", Status: Subscribed, Since: now})
		}), got(in(Accepted)), gotRelease},
		{"joined a list that is not asked", Follow{Kind: FollowJoined}, reader(func(c *Contact) {
			c.Memberships = append(c.Memberships, Membership{List: "gala", Status: Subscribed, Since: now})
		}), got(), NotFollowed},
		{"signed up and not confirmed", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since, c.Memberships[0].Status = now, Unconfirmed }), got(), NotFollowed},
		{"got it as one who joined", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since = sent.Add(time.Hour) }), got(in(Accepted, at(now))), gotRelease},
		{"nobody knows whether it arrived", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since = now }), got(in(Interrupted)), gotRelease},
		{"left out then, and joined since", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since = now }), got(in(Skipped)), ""},
		{"left out after joining", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since = sent.Add(time.Hour) }), got(in(Skipped, at(now))), leftOutOfRelease},
		{"failed", Follow{Kind: FollowJoined}, reader(func(c *Contact) { c.Memberships[0].Since = now }), got(in(Failed)), sourceFailed},
		{"joined before what is asked", Follow{Kind: FollowJoined, Since: now}, reader(func(c *Contact) { c.Memberships[0].Since = now.Add(-time.Minute) }), got(), NotFollowed},
	} {
		if why := tt.f.LeftOut(&tt.c, lists, &tt.r, sent, now); why != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, why, tt.want)
		}
		if tt.want != "" && OwnWords(tt.want).Format == "%s" {
			t.Errorf("%s: %q has no words in other languages", tt.name, tt.want)
		}
	}
}

func TestRepeatsSubject(t *testing.T) {
	sent := Release{Versions: []Version{{Language: English, Headline: "Newsrooms learn", Subject: "Training for newsrooms"}, {Language: SerbianLatin, Headline: "Đaci uče da štite žrtve"}}}
	for subject, want := range map[string]bool{
		"Training for newsrooms": true, "  TRAINING – for newsrooms! ": true, "Re: Training for newsrooms": true, "RE: Fwd: training for newsrooms": true,
		"Đaci uče da štite žrtve": true, "Ђаци уче да штите жртве": true, "Newsrooms learn": false, "Still two seats: training for newsrooms": false, "Re": false,
	} {
		v := Version{Language: English, Headline: subject}
		if got := v.RepeatsSubject(&sent); got != want {
			t.Errorf("%q: %v", subject, got)
		}
	}
}

func TestFollowIsChecked(t *testing.T) {
	for _, tt := range []struct {
		f    Follow
		kind ContentKind
		ok   bool
	}{
		{Follow{}, GatherContent, true},
		{Follow{Kind: FollowUnknown, Source: "a", Days: 3}, FixedContent, true},
		{Follow{Kind: FollowUnknown, Source: "a"}, FixedContent, false},
		{Follow{Kind: FollowUnknown, Source: "a", Days: 91}, FixedContent, false},
		{Follow{Kind: FollowUnknown, Days: 3}, FixedContent, false},
		{Follow{Kind: FollowUnknown, Source: "own", Days: 3}, FixedContent, false},
		{Follow{Kind: FollowUnknown, Source: "a", Days: 3}, CopyContent, false},
		{Follow{Kind: FollowJoined, Source: "a", Days: 3, Again: true}, FixedContent, true},
		{Follow{Kind: "all", Source: "a"}, FixedContent, false},
	} {
		c := Campaign{ID: "own", Name: "x", Follow: tt.f, Content: ContentRule{Kind: tt.kind}}
		if err := c.Normalize(); (err == nil) != tt.ok || err == nil && c.Follows != tt.f.Source {
			t.Errorf("%+v: %v", tt.f, err)
		}
	}
	for s, want := range map[string]int{"3": 3, "3d": 3, " 2w ": 14, "0": 0, "-1d": 0, "91": 0, "13w": 0, "3h": 0, "": 0, "d": 0} {
		if got, err := ParseDays(s); got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", s, got, err)
		}
	}
}
