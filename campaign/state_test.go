package campaign

import (
	"strings"
	"testing"
)

// TestCampaignMoves states every legal move of campaigns and runs; all others are refused.
func TestCampaignMoves(t *testing.T) {
	legal := map[State]string{
		Draft:     "scheduled sending cancelled",
		Scheduled: "draft sending cancelled",
		Sending:   "paused sent cancelled scheduled",
		PausedRun: "sending cancelled scheduled",
		Sent:      "sending",
		Cancelled: "",
		"":        "",
		"unknown": "",
	}
	for from, to := range legal {
		for next := range legal {
			want := next != "" && strings.Contains(" "+to+" ", " "+string(next)+" ")
			if got := from.CanBecome(next); got != want {
				t.Errorf("%q can become %q: %v", from, next, got)
			}
			switch err := CheckMove(from, next); {
			case want && err != nil:
				t.Error(err)
			case !want && CodeOf(err) != Conflict:
				t.Errorf("%q to %q: %v", from, next, err)
			}
		}
		if got := from.Ended(); got != (from == Sent || from == Cancelled) {
			t.Errorf("%q has ended: %v", from, got)
		}
	}
}

// TestDeliveryMoves states every legal move of a delivery; all others are refused.
func TestDeliveryMoves(t *testing.T) {
	legal := map[DeliveryState]string{
		Queued:      "sending timed skipped failed",
		Timed:       "sending skipped failed",
		InFlight:    "sent deferred failed interrupted queued skipped",
		Deferred:    "sending timed failed skipped",
		Interrupted: "queued sent failed",
		Failed:      "queued",
		Accepted:    "", // what was taken by a server goes nowhere: it must not be sent twice
		Skipped:     "",
	}
	if len(DeliveryStates) != len(legal) {
		t.Errorf("%d states are shown, %d are known", len(DeliveryStates), len(legal))
	}
	for _, from := range DeliveryStates {
		for _, next := range DeliveryStates {
			want := strings.Contains(" "+legal[from]+" ", " "+string(next)+" ")
			if got := from.CanBecome(next); got != want {
				t.Errorf("%s can become %s: %v", from, next, got)
			}
		}
		open := false
		for _, s := range OpenStates {
			open = open || s == from
		}
		if from.Open() != open {
			t.Errorf("%s is open: %v", from, from.Open())
		}
	}
}

func TestCampaignNormalizeAndReady(t *testing.T) {
	c := Campaign{
		Name: " News\n", Lists: []string{"a", "", "b", "a"}, Exclude: []string{"", "x"},
		Sender: Sender{Name: " Press\tOffice ", Email: "Press <press@EXAMPLE.org>", ReplyTo: "desk@example.org"},
	}
	if err := c.Normalize(); err != nil {
		t.Fatal(err)
	}
	if c.Name != "News" || c.State != Draft || strings.Join(c.Lists, " ") != "a b" || strings.Join(c.Exclude, " ") != "x" ||
		c.Sender != (Sender{Name: "Press Office", Email: "press@example.org", ReplyTo: "desk@example.org"}) {
		t.Errorf("%+v", c)
	}
	for field, c := range map[string]Campaign{
		"name":         {Name: " \n"},
		"sender_name":  {Name: "n", Sender: Sender{Name: strings.Repeat("a", 61)}},
		"sender_email": {Name: "n", Sender: Sender{Email: "press"}},
		"reply_to":     {Name: "n", Sender: Sender{ReplyTo: "a@b@c.example"}},
	} {
		e, ok := c.Normalize().(*Error)
		if !ok || e.Field != field || e.Code != Invalid {
			t.Errorf("%s: %#v", field, e)
		}
	}
	for field, change := range map[string]func(*Campaign){
		"":             func(*Campaign) {},
		"release_id":   func(c *Campaign) { c.Release = "" },
		"lists":        func(c *Campaign) { c.Lists = nil },
		"sender_email": func(c *Campaign) { c.Sender.Email = "" },
	} {
		ready := c
		ready.Release = "r"
		change(&ready)
		err := ready.Ready()
		if e, ok := err.(*Error); field == "" && err != nil || field != "" && (!ok || e.Field != field) {
			t.Errorf("%q: %v", field, err)
		}
	}
}

func TestUserRights(t *testing.T) {
	for i, has := range Roles {
		for j, needs := range Roles {
			u := User{Role: has}
			if u.May(needs) != (i <= j) {
				t.Errorf("%s may what %s may: %v", has, needs, u.May(needs))
			}
			if u.Disabled = true; u.May(needs) {
				t.Errorf("a disabled %s may what %s may", has, needs)
			}
		}
	}
	u := User{Email: "Ana@Example.org", Role: Editor, Zone: "Europe/Belgrade"}
	if err := u.Normalize(); err != nil || u.Name != "Ana@example.org" || u.Address != "ana@example.org" {
		t.Errorf("%+v, %v", u, err)
	}
	for _, u := range []User{{Email: "x", Role: Viewer}, {Email: "a@example.org"}, {Email: "a@example.org", Role: "owner"}, {Email: "a@example.org", Role: Viewer, Zone: "Mars/Base"}} {
		if err := u.Normalize(); CodeOf(err) != Invalid {
			t.Errorf("%+v: %v", u, err)
		}
	}
	if (&User{Role: "owner"}).May(Viewer) {
		t.Error("an unknown role may something")
	}
}
