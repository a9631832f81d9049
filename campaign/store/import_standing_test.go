package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func standingRow(line int, email string, s campaign.Standing) campaign.ImportRow {
	r := importRow(line, email, "", "")
	if s != campaign.Free {
		r.Standing = campaign.RowStanding{Standing: s, Said: campaign.Textf("“%s”: “%s”", "Status", "x")}
	}
	return r
}

// mayBeWrittenTo reports whether a contact of an import could get a letter of its list.
func mayBeWrittenTo(t *testing.T, s *store.Store, list, email string) bool {
	t.Helper()
	c, err := s.Contacts.GetContactByAddress(t.Context(), email)
	if campaign.CodeOf(err) == campaign.NotFound {
		return false
	}
	must(t, err)
	m := c.Membership(list)
	for _, m := range c.Memberships {
		if m.Status != campaign.Subscribed && m.Basis == campaign.ConsentBasis {
			t.Errorf("%s: a consent is recorded for who is %s", email, m.Status)
		}
	}
	return c.Status == campaign.Active && (m != nil && m.Status == campaign.Subscribed || list == "")
}

// Nobody whom a row says no of becomes an active member, on whichever line it stands, and no such row brings anybody back.
func TestImportTakesStandingsOver(t *testing.T) {
	rows := []campaign.ImportRow{
		standingRow(2, "free@x.example", campaign.Free), standingRow(3, "left@x.example", campaign.SaidLeft), standingRow(4, "back@x.example", campaign.SaidBounced),
		standingRow(5, "spam@x.example", campaign.SaidComplained), standingRow(6, "kept@x.example", campaign.SaidRestricted), standingRow(7, "wait@x.example", campaign.SaidNotYet),
		standingRow(8, "pause@x.example", campaign.SaidPaused), standingRow(9, "what@x.example", campaign.SaidUnclear),
		standingRow(10, "both@x.example", campaign.Free), standingRow(11, "both@x.example", campaign.SaidLeft),
		standingRow(12, "first@x.example", campaign.SaidLeft), standingRow(13, "first@x.example", campaign.Free),
	}
	want := "2 added, 3 not_active, 4 not_active, 5 not_active, 6 not_active, 7 not_active, 8 not_active, 9 unclear, 10 added, 11 not_active, 12 not_active, 13 duplicate"
	for _, listName := range []string{"Press", ""} {
		s := importStore(t)
		o := campaign.ImportOptions{ListName: listName, Basis: campaign.ConsentBasis, Source: "people.csv", DryRun: true}
		if got, _, _ := told(t, s, rows, o); strings.Join(got, ", ") != want && listName != "" {
			t.Errorf("a dry run told %v", got)
		}
		o.DryRun = false
		got, _, sum := told(t, s, rows, o)
		if strings.Join(got, ", ") != want && listName != "" {
			t.Errorf("told %v", got)
		}
		if sum.Standings[campaign.SaidLeft] != 3 || sum.Standings[campaign.SaidUnclear] != 1 || sum.Standings[campaign.SaidBounced] != 1 {
			t.Errorf("counted %v", sum.Standings)
		}
		for _, r := range rows {
			email, no := r.Contact.Email, r.Contact.Email != "free@x.example"
			if may := mayBeWrittenTo(t, s, sum.List, email); may == no {
				t.Errorf("list %q: %s may be written to: %v", listName, email, may)
			}
		}
		plain := make([]campaign.ImportRow, len(rows))
		for i, r := range rows {
			plain[i] = importRow(r.Line, r.Contact.Email, "", "")
		}
		told(t, s, plain[1:6], campaign.ImportOptions{ListName: "Other", Source: "old.csv", List: ""})
		done, err := s.Imports.UndoImport(t.Context(), sum.Import)
		if listName == "Press" && (err != nil || done.Removed < 4) {
			t.Errorf("undone %+v %v", done, err)
		}
	}
}

func TestUndoOfStandings(t *testing.T) {
	s := importStore(t)
	rows := []campaign.ImportRow{
		standingRow(2, "both@x.example", campaign.Free), standingRow(3, "both@x.example", campaign.SaidLeft), standingRow(4, "left@x.example", campaign.SaidBounced),
		standingRow(5, "there@x.example", campaign.SaidLeft),
	}
	told(t, s, []campaign.ImportRow{importRow(2, "there@x.example", "", "")}, campaign.ImportOptions{ListName: "Press", Source: "a"})
	_, _, sum := told(t, s, rows, campaign.ImportOptions{ListName: "Press", Source: "b"})
	if mayBeWrittenTo(t, s, sum.List, "there@x.example") {
		t.Error("who was there stays a member against the word of the file")
	}
	done, err := s.Imports.UndoImport(t.Context(), sum.Import)
	if err != nil || done != (campaign.ImportUndo{Removed: 2, Restored: 1}) {
		t.Errorf("%+v %v", done, err)
	}
	if n, _ := s.Contacts.CountContacts(t.Context(), store.ContactFilter{}); n != 1 || !mayBeWrittenTo(t, s, sum.List, "there@x.example") {
		t.Errorf("%d contacts are left", n)
	}
}

// What somebody agreed to themselves stays against an old file, unless it says that they left after that.
func TestImportLeavesOwnConsents(t *testing.T) {
	s := importStore(t)
	ctx := context.Background()
	list := campaign.List{Name: "Press"}
	must(t, s.Lists.CreateList(ctx, &list))
	agreed := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, email := range []string{"old@x.example", "new@x.example", "unknown@x.example"} {
		c := campaign.Contact{Email: email}
		id := c.Agree(campaign.Consent{List: list.ID, Text: "yes", At: agreed})
		c.Subscribe(campaign.Membership{List: list.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis, Consent: id, Since: agreed}, true)
		must(t, s.Contacts.CreateContact(ctx, &c))
	}
	rows := []campaign.ImportRow{standingRow(2, "old@x.example", campaign.SaidLeft), standingRow(3, "new@x.example", campaign.SaidLeft), standingRow(4, "unknown@x.example", campaign.SaidLeft)}
	rows[0].Standing.At, rows[1].Standing.At = agreed.AddDate(-1, 0, 0), agreed.AddDate(0, 1, 0)
	got, _, _ := told(t, s, rows, campaign.ImportOptions{List: list.ID, Source: "b"})
	if strings.Join(got, ", ") != "2 left_alone, 3 not_active, 4 left_alone" {
		t.Errorf("told %v", got)
	}
	for email, want := range map[string]bool{"old@x.example": true, "new@x.example": false, "unknown@x.example": true} {
		c, _ := s.Contacts.GetContactByAddress(ctx, email)
		if got := c.Membership(list.ID).Status == campaign.Subscribed; got != want {
			t.Errorf("%s is subscribed: %v", email, got)
		}
	}
}

func TestImportUnclearIsDecided(t *testing.T) {
	for policy, want := range map[campaign.UnclearPolicy]string{campaign.LeaveUnclearOut: "2 unclear", campaign.UnclearLeft: "2 not_active", campaign.UnclearActive: "2 added"} {
		s := importStore(t)
		got, _, sum := told(t, s, []campaign.ImportRow{standingRow(2, "what@x.example", campaign.SaidUnclear)}, campaign.ImportOptions{ListName: "Press", Unclear: policy})
		if got[0] != want || mayBeWrittenTo(t, s, sum.List, "what@x.example") != (policy == campaign.UnclearActive) {
			t.Errorf("%q: %v", policy, got)
		}
	}
}

// An export of ours says which lists somebody left; another installation takes that over.
func TestImportTakesListsLeftOver(t *testing.T) {
	for _, tt := range []struct {
		standing campaign.RowStanding
		may      bool
	}{
		{campaign.RowStanding{Left: map[string]campaign.Standing{"press": campaign.SaidLeft}}, false},
		{campaign.RowStanding{Left: map[string]campaign.Standing{"schools": campaign.SaidLeft}}, true},
		{campaign.RowStanding{Left: map[string]campaign.Standing{"schools": campaign.SaidLeft}, OnNone: true}, false},
		{campaign.RowStanding{Left: map[string]campaign.Standing{"schools": campaign.SaidNotYet}, OnNone: true}, false},
		{campaign.RowStanding{OnNone: true}, true},
	} {
		s := importStore(t)
		r := importRow(2, "ana@x.example", "", "")
		r.Standing = tt.standing
		_, _, sum := told(t, s, []campaign.ImportRow{r}, campaign.ImportOptions{ListName: "Press"})
		if may := mayBeWrittenTo(t, s, sum.List, "ana@x.example"); may != tt.may {
			t.Errorf("%+v: may be written to: %v", tt.standing, may)
		}
	}
}

// A row that says no of somebody who is left alone counts, also if it names an organisation that does not exist.
func TestImportTakesNoFromRowWithNewOrganisation(t *testing.T) {
	s := importStore(t)
	c := campaign.Contact{Email: "ana@x.example", Status: campaign.Bounced}
	must(t, s.Contacts.CreateContact(t.Context(), &c))
	row := standingRow(2, "ana@x.example", campaign.SaidComplained)
	row.Organisation = "Radio"
	told(t, s, []campaign.ImportRow{row}, campaign.ImportOptions{Source: "people.csv", Policy: campaign.Overwrite})
	if c, err := s.Contacts.GetContact(t.Context(), c.ID); err != nil || c.Status != campaign.Complained {
		t.Errorf("the contact is %s: %v", c.Status, err)
	}
}
