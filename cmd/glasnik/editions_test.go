package main

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// A campaign with editions is made by a command, and its status tells of the next one.
func TestEditionsByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	first := d.statusOf(d.campaign("email\na@example.org\n")).Campaign
	create := []string{"campaigns", "create", "--release", first.Release, "--list", "Press", "--every", "FREQ=WEEKLY;BYDAY=MO"}
	for _, wrong := range []string{"--at-least 2", "--gather all --copy", "--each-approved", "--gather all --since soon", "--copy --at-most 3", "--copy --deadline 90s"} {
		if code, _, stderr := d.run(append(create, strings.Fields(wrong)...)...); code != exitUsage {
			t.Errorf("%s: exit %d: %s", wrong, code, stderr)
		}
	}
	for _, wrong := range []string{"--gather letters", "--gather all --late never", "--gather all --gather-list Nobody", "--copy --deadline 999h", "--gather all --at-least 99"} {
		if code, _, stderr := d.run(append(create, strings.Fields(wrong)...)...); code != exitFailed {
			t.Errorf("%s: exit %d: %s", wrong, code, stderr)
		}
	}
	var made struct{ ID string }
	d.decode(&made, append(create, "--gather", "press_release,statement", "--at-most", "5", "--each-approved", "--deadline", "12h", "--late", "wait")...)
	got := d.statusOf(made.ID).Campaign.Content
	if got.Kind != campaign.GatherContent || len(got.Kinds) != 2 || got.AtMost != 5 || !got.Approve || got.Deadline != 720 || got.Late != campaign.WaitLate {
		t.Errorf("%+v", got)
	}
	if out := d.ok("campaigns", "status", made.ID); !strings.Contains(out, "not made yet") {
		t.Errorf("before it is made: %s", out)
	}
	d.inspect(func(in *installation) {
		must(t, in.store.Upcomings.MarkPublished(t.Context(), first.Release, ""))
		c, err := in.campaign(t.Context(), made.ID)
		must(t, err)
		_, err = in.store.Upcomings.PrepareUpcoming(t.Context(), &c, campaign.Slot{At: c.NextAt, Wall: c.NextWall})
		must(t, err)
	})
	next := d.statusOf(made.ID).Edition
	if next == nil || next.Fate != campaign.Waits || len(next.Stories) != 1 || next.Slot.Sub(next.ReadyBy) != 12*time.Hour {
		t.Errorf("%+v", next)
	}
	if out := d.ok("campaigns", "status", made.ID); !strings.Contains(out, "waits: nobody has approved it") || !strings.Contains(out, "to be ready by") {
		t.Errorf("the next edition: %s", out)
	}
}

// By commands approval is asked for, and nothing leaves without it but in an emergency, of which all admins are told.
func TestApprovalByCommand(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\n")
	if code, _, stderr := d.run("campaigns", "send", id, "--wait", "--emergency", "No time"); code != exitUsage || !strings.Contains(stderr, "needs nobody's approval") {
		t.Errorf("an emergency without need: exit %d: %s", code, stderr)
	}
	d.ok("users", "add", "boss@example.org", "--role", "admin")
	d.ok("users", "add", "ana@example.org", "--approves")
	refused := func(args ...string) {
		t.Helper()
		if code, _, stderr := d.run(args...); code != exitFailed || !strings.Contains(stderr, "approved") || len(d.sink.Taken()) > 0 {
			t.Errorf("%v: exit %d, %d messages: %s", args, code, len(d.sink.Taken()), stderr)
		}
	}
	refused("campaigns", "send", id, "--wait")
	release := d.statusOf(id).Campaign.Release
	refused("campaigns", "create", "--release", release, "--list", "Press", "--at", "2040-01-02 09:00")
	if out := d.ok("campaigns", "ask", id, "--words", "The figures are the ministry's"); !strings.Contains(out, "in review") {
		t.Errorf("it says %q", out)
	}
	if code, _, _ := d.run("campaigns", "ask", id); code != exitFailed {
		t.Errorf("asked twice: exit %d", code)
	}
	refused("campaigns", "send", id, "--wait")
	if out := d.ok("campaigns", "status", id); !strings.Contains(out, "Approval: 0 of 1, asked for by command line") {
		t.Errorf("the status: %s", out)
	}
	if code, _, stderr := d.run("campaigns", "send", id, "--wait", "--emergency", " "); code != exitFailed || !strings.Contains(stderr, "say why") {
		t.Errorf("an emergency without a reason: exit %d: %s", code, stderr)
	}
	d.ok("campaigns", "send", id, "--wait", "--emergency", "The line opens at noon")
	if n := len(d.sink.Taken()); n != 1 {
		t.Errorf("%d messages", n)
	}
	d.inspect(func(in *installation) {
		c, err := in.campaign(t.Context(), id)
		must(t, err)
		if alone := c.Approval.Alone(); c.State != campaign.Sent || alone == nil || alone.Words != "The line opens at noon" {
			t.Errorf("%s, %+v", c.State, c.Approval)
		}
	})
}
