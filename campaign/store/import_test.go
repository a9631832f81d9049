package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

func importStore(t *testing.T) *store.Store {
	t.Helper()
	ctx := context.Background()
	engine, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "import.db"))
	must(t, err)
	s, err := store.New(ctx, engine, campaign.NewSigner("test"), time.Now)
	must(t, err)
	t.Cleanup(func() { s.Close(ctx) })
	return s
}

func importRow(line int, email, name, organisation string) campaign.ImportRow {
	return campaign.ImportRow{Line: line, Organisation: organisation, Contact: campaign.Contact{Email: email, FirstName: name}}
}

// told runs an import and gives "line outcome" for each row.
func told(t *testing.T, s *store.Store, rows []campaign.ImportRow, o campaign.ImportOptions) ([]string, []campaign.ImportResult, campaign.ImportSummary) {
	t.Helper()
	var lines []string
	var results []campaign.ImportResult
	copied := append([]campaign.ImportRow(nil), rows...)
	sum, err := s.Imports.Import(context.Background(), copied, o, func(r campaign.ImportResult) {
		lines = append(lines, fmt.Sprintf("%d %s", r.Line, r.Outcome))
		results = append(results, r)
	})
	must(t, err)
	return lines, results, sum
}

func TestImportEndsEveryRowInOneOutcome(t *testing.T) {
	s := importStore(t)
	ctx := context.Background()
	list := campaign.List{Name: "Press"}
	must(t, s.Lists.CreateList(ctx, &list))
	add := func(c campaign.Contact) campaign.Contact {
		t.Helper()
		must(t, s.Contacts.CreateContact(ctx, &c))
		return c
	}
	on := func(status campaign.MembershipStatus) []campaign.Membership {
		return []campaign.Membership{{List: list.ID, Status: status, Basis: campaign.ConsentBasis, Since: time.Now()}}
	}
	add(campaign.Contact{Email: "same@x.example", FirstName: "Same", Kind: campaign.Journalist, Memberships: on(campaign.Subscribed)})
	add(campaign.Contact{Email: "left@x.example", Memberships: on(campaign.Unsubscribed)})
	add(campaign.Contact{Email: "back@x.example", Status: campaign.Bounced})
	add(campaign.Contact{Email: "spam@x.example", Status: campaign.Complained})
	kept := add(campaign.Contact{Email: "more@x.example", FirstName: "Kept", Kind: campaign.Journalist, Memberships: on(campaign.Subscribed)})
	must(t, s.Suppressions.Suppress(ctx, "gone@x.example", campaign.Erased, ""))
	more := importRow(7, "more@x.example", "Other", "Glas Primera")
	more.Contact.Tags, more.Contact.Place = []string{"new"}, "Niš"
	rows := []campaign.ImportRow{
		importRow(2, "NEW@X.example", "New", " Glas\n Primera "), importRow(3, "same@x.example", "Same", ""), importRow(4, "new@x.example", "Again", ""),
		importRow(5, "left@x.example", "", ""), importRow(6, "gone@x.example", "", ""), more, importRow(8, "no address", "", ""),
		{Line: 9, Problem: campaign.Textf("the quotation marks do not match")}, importRow(10, "back@x.example", "", ""), importRow(11, "spam@x.example", "", ""),
	}
	want := []string{"2 added", "3 unchanged", "4 duplicate", "5 left_alone", "6 left_alone", "7 updated", "8 rejected", "9 rejected", "10 left_alone", "11 left_alone"}
	o := campaign.ImportOptions{List: list.ID, Kind: campaign.Journalist, Source: "people.csv"}

	o.DryRun = true
	got, _, sum := told(t, s, rows, o)
	if !reflect.DeepEqual(got, want) || sum.Organisations != 1 {
		t.Errorf("a dry run told %v, %d organisations", got, sum.Organisations)
	}
	if n, _ := s.Contacts.CountContacts(ctx, store.ContactFilter{}); n != 5 {
		t.Errorf("a dry run wrote: %d contacts", n)
	}
	if _, err := s.Organisations.GetOrganisationByName(ctx, "Glas Primera"); campaign.CodeOf(err) != campaign.NotFound {
		t.Errorf("a dry run added an organisation: %v", err)
	}

	o.DryRun = false
	got, results, sum := told(t, s, rows, o)
	if !reflect.DeepEqual(got, want) || sum.Organisations != 1 || sum.Outcomes[campaign.RowLeft] != 4 {
		t.Errorf("told %v, summary %+v", got, sum)
	}
	if fields := results[5].Fields; !slices.Equal(fields, []campaign.ImportField{"place", "organisation", "tags"}) {
		t.Errorf("updated %q", fields)
	}
	if results[2].Reason.String() != "the same address stands on line 2" {
		t.Errorf("duplicate: %q", results[2].Reason)
	}
	c, err := s.Contacts.GetContactByAddress(ctx, "new@x.example")
	if err != nil || c.Membership(list.ID) == nil || c.Membership(list.ID).Source != "people.csv" || c.Kind != campaign.Journalist || c.Organisation == "" {
		t.Errorf("added %+v %v", c, err)
	}
	if c, _ := s.Contacts.GetContact(ctx, kept.ID); c.FirstName != "Kept" || c.Place != "Niš" || c.Membership(list.ID).Basis != campaign.ConsentBasis {
		t.Errorf("what the team wrote was not kept: %+v", c)
	}
	if found, _, _ := s.Contacts.FindContacts(ctx, store.ContactFilter{Search: "primera"}, store.Page{}); len(found) != 2 {
		t.Errorf("%d contacts are found by their organisation, want 2", len(found))
	}

	got, _, sum = told(t, s, rows, o)
	if sum.Outcomes[campaign.RowAdded]+sum.Outcomes[campaign.RowUpdated]+sum.Organisations != 0 || got[0] != "2 unchanged" || got[5] != "7 unchanged" {
		t.Errorf("the second time: %v", got)
	}
}

func TestImportKeepsWhatTheBasisRestsOn(t *testing.T) {
	s := importStore(t)
	rows := []campaign.ImportRow{importRow(2, "there@x.example", "", ""), importRow(3, "new@x.example", "", ""), importRow(4, "on@x.example", "", "")}
	told(t, s, rows[2:], campaign.ImportOptions{ListName: "Press", Reference: "LIA-1"})
	told(t, s, rows[:1], campaign.ImportOptions{})
	_, _, sum := told(t, s, rows, campaign.ImportOptions{ListName: "Press", Basis: campaign.Contract, Reference: "  Contract 12/2026,\nsigned in May "})
	for email, want := range map[string]string{"there@x.example": "Contract 12/2026, signed in May", "new@x.example": "Contract 12/2026, signed in May", "on@x.example": "LIA-1"} {
		c, err := s.Contacts.GetContactByAddress(t.Context(), email)
		if err != nil || c.Membership(sum.List) == nil || c.Membership(sum.List).Reference != want {
			t.Errorf("%s: %+v %v, want %q", email, c.Memberships, err, want)
		}
	}
	_, err := s.Imports.Import(t.Context(), rows, campaign.ImportOptions{ListName: "Other", Reference: strings.Repeat("x", 301)}, nil)
	if campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("a reference too long: %v", err)
	}
}

func TestImportPolicies(t *testing.T) {
	for _, tt := range []struct {
		policy      campaign.UpdatePolicy
		name, place string
		attribute   string
	}{
		{campaign.FillEmpty, "Old", "Niš", "old"}, {campaign.Overwrite, "New", "Niš", "new"}, {campaign.KeepAll, "Old", "", "old"},
	} {
		s := importStore(t)
		c := campaign.Contact{Email: "a@x.example", FirstName: "Old", Attributes: map[string]string{"beat": "old"}}
		must(t, s.Contacts.CreateContact(context.Background(), &c))
		r := importRow(2, "a@x.example", "New", "")
		r.Contact.Place, r.Contact.Attributes = "Niš", map[string]string{"beat": "new"}
		_, _, sum := told(t, s, []campaign.ImportRow{r}, campaign.ImportOptions{ListName: "Press", Policy: tt.policy})
		got, err := s.Contacts.GetContact(context.Background(), c.ID)
		if err != nil || got.FirstName != tt.name || got.Place != tt.place || got.Attributes["beat"] != tt.attribute || got.Membership(sum.List) == nil {
			t.Errorf("policy %q: %+v %v", tt.policy, got, err)
		}
	}
}

// The kind and language of rows that say none fill what is empty and write over nothing, whatever the policy.
func TestImportAssumesOnlyWhatIsEmpty(t *testing.T) {
	for _, policy := range []campaign.UpdatePolicy{campaign.FillEmpty, campaign.Overwrite} {
		t.Run("policy "+string(policy), func(t *testing.T) {
			onBoth(t, func(t *testing.T, d *desk) {
				for _, c := range []campaign.Contact{
					{Email: "chose@x.example", Kind: campaign.Journalist, Language: campaign.SerbianLatin, LastName: "Old"},
					{Email: "says@x.example", Kind: campaign.Journalist, Language: campaign.SerbianLatin}, {Email: "empty@x.example"},
				} {
					d.addContact(t, c)
				}
				says := importRow(3, "says@x.example", "", "")
				says.Contact.Kind, says.Contact.Language = campaign.School, campaign.French
				rows := []campaign.ImportRow{importRow(2, "chose@x.example", "", ""), says, importRow(4, "empty@x.example", "", ""), importRow(5, "new@x.example", "", "")}
				rows[0].Contact.LastName = "New"
				told(t, d.Store, rows, campaign.ImportOptions{Kind: campaign.School, Language: campaign.French, Policy: policy})
				over := policy == campaign.Overwrite
				for email, french := range map[string]bool{"chose@x.example": false, "says@x.example": over, "empty@x.example": true, "new@x.example": true} {
					c, err := d.Contacts.GetContactByAddress(ctx, email)
					must(t, err)
					if (c.Kind == campaign.School) != french || (c.Language == campaign.French) != french {
						t.Errorf("policy %q: %s is %s and %s", policy, email, c.Kind, c.Language)
					}
					if email == "chose@x.example" {
						equal(t, "what the file says wins", c.LastName == "New", over)
					}
				}
			})
		})
	}
}

// An organisation that no row's contact takes is not added.
func TestImportAddsNoOrganisationInVain(t *testing.T) {
	s := importStore(t)
	has := campaign.Organisation{Name: "Has"}
	must(t, s.Organisations.CreateOrganisation(context.Background(), &has))
	for _, c := range []campaign.Contact{{Email: "has@x.example", Organisation: has.ID}, {Email: "none@x.example"}, {Email: "back@x.example", Status: campaign.Bounced}} {
		must(t, s.Contacts.CreateContact(context.Background(), &c))
	}
	rows := []campaign.ImportRow{importRow(2, "has@x.example", "", "New one"), importRow(3, "back@x.example", "", "New two")}
	for _, policy := range []campaign.UpdatePolicy{campaign.FillEmpty, campaign.KeepAll} {
		if lines, _, sum := told(t, s, rows, campaign.ImportOptions{Policy: policy}); sum.Organisations != 0 || lines[0] != "2 unchanged" {
			t.Errorf("policy %q: %v %+v", policy, lines, sum)
		}
	}
	if _, _, sum := told(t, s, []campaign.ImportRow{importRow(2, "none@x.example", "", "New")}, campaign.ImportOptions{}); sum.Organisations != 1 {
		t.Errorf("%+v", sum)
	}
}

func TestImportManyBatches(t *testing.T) {
	s := importStore(t)
	var rows []campaign.ImportRow
	for i := range 1300 {
		rows = append(rows, importRow(i+2, fmt.Sprintf("p%d@x.example", i%1200), "", fmt.Sprintf("Outlet %d", i%70)))
	}
	_, _, sum := told(t, s, rows, campaign.ImportOptions{ListName: "Press"})
	if sum.Outcomes[campaign.RowAdded] != 1200 || sum.Outcomes[campaign.RowDuplicate] != 100 || sum.Organisations != 70 {
		t.Errorf("summary %+v", sum)
	}
	members, err := s.Lists.CountMembers(context.Background(), sum.List)
	if err != nil || members[campaign.Subscribed] != 1200 {
		t.Errorf("members %v %v", members, err)
	}
}

func TestImportRefusesListsOfVictims(t *testing.T) {
	s := importStore(t)
	for _, name := range []string{"Žrtve", "Žrtve trgovine ljudima"} {
		_, err := s.Imports.Import(context.Background(), nil, campaign.ImportOptions{ListName: name}, nil)
		if campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A contact added during an import into an empty store is met all the same, in every load.
func TestImportMeetsWhoComesMeanwhile(t *testing.T) {
	s := importStore(t)
	ctx := context.Background()
	come := func(email, name string) {
		if err := s.Contacts.CreateContact(ctx, &campaign.Contact{Email: email, FirstName: name}); err != nil {
			t.Error(err)
		}
	}
	rows := func(yield func(campaign.ImportRow, error) bool) {
		come("p1@x.example", "")
		come("p9000@x.example", "Nine")
		if err := s.Contacts.CreateContact(ctx, &campaign.Contact{Email: "p5@x.example", Status: campaign.Bounced}); err != nil {
			t.Error(err)
		}
		for i := range 10_000 {
			if !yield(importRow(i+2, fmt.Sprintf("p%d@x.example", i), "Name", fmt.Sprintf("Organisation %d", i%7)), nil) {
				return
			}
		}
	}
	outcomes := map[int]campaign.ImportOutcome{}
	sum, err := s.Imports.ImportFrom(ctx, rows, campaign.ImportOptions{ListName: "Press"}, func(r campaign.ImportResult) { outcomes[r.Line] = r.Outcome })
	if err != nil || sum.Rows != 10_000 || sum.Outcomes[campaign.RowAdded] != 9997 || len(outcomes) != 10_000 {
		t.Fatal(sum, len(outcomes), err)
	}
	if outcomes[3] != campaign.RowUpdated || outcomes[9002] != campaign.RowUpdated || outcomes[7] != campaign.RowLeft {
		t.Error(outcomes[3], outcomes[9002], outcomes[7])
	}
	found, _, err := s.Contacts.FindContacts(ctx, store.ContactFilter{Search: "p9000"}, store.Page{})
	if err != nil || len(found) != 1 || found[0].FirstName != "Nine" || len(found[0].Memberships) != 1 || found[0].Organisation == "" {
		t.Error(found, err)
	}
}
