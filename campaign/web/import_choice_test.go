package web

import (
	"context"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Rows of which nobody can tell whether their people may be written to, and rows with a cell too many, wait for the word of
// who imports; both can be said at once, with what the columns hold.
func TestImportChoicesOfRows(t *testing.T) {
	const file = "email;Saglasnost;X\nda@x.example;da;1\nne@x.example;ne;1\nprazno@x.example;;1\nvise@x.example;da;1;2\n"
	read := []string{"encoding=utf-8", "delimiter=;", "column=email", "column=may be written to"}
	for _, tt := range []struct {
		fields  []string
		preview []string
		active  int64 // on the list
		all     int64
	}{
		{append(read, "column=attribute"), []string{"adds 1 contact", "decide below", "It has 4 cells, but there are 3 columns"}, 1, 2},
		{append(read, "column=attribute", "unclear=left"), []string{"adds 1 contact"}, 1, 3},
		{append(read, "column=attribute", "unclear=active"), []string{"adds 2 contacts"}, 2, 3},
		{append(read, "column=attribute", "surplus=take"), []string{"adds 2 contacts"}, 2, 3},
		{append(read, "column=place", "surplus=take", "unclear=active"), []string{"adds 3 contacts"}, 3, 4},
	} {
		s := newSite(t)
		s.signInAs(campaign.Editor)
		a := s.upload(file, "list_name=Press")
		a.want(t, 200, "adds 1 contact", "decide below")
		checkMarkup(t, a)
		b := s.post(a.Path+"/columns", tt.fields...)
		b.want(t, 200, tt.preview...)
		checkMarkup(t, b)
		s.post(a.Path).want(t, 200, "Imported")
		lists, err := s.store.Lists.FindLists(context.Background(), true)
		if err != nil || len(lists) != 1 {
			t.Fatalf("%v %v", lists, err)
		}
		active, err := s.store.Contacts.CountContacts(context.Background(), store.ContactFilter{List: lists[0].ID, Membership: campaign.Subscribed})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.store.Contacts.CountContacts(context.Background(), store.ContactFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if active != tt.active || all != tt.all {
			t.Errorf("%q: %d of %d, want %d of %d", tt.fields, active, all, tt.active, tt.all)
		}
	}
	s := newSite(t)
	s.signInAs(campaign.Editor)
	a := s.upload(file, "list_name=Press")
	s.post(a.Path+"/columns", append(read, "column=attribute", "unclear=perhaps")...).want(t, 422, "is not one of out, left, active", "adds 1 contact")
}
