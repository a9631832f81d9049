package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

func TestRepositories(t *testing.T) {
	ctx := context.Background()
	e, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "glasnik ?#%.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	s, err := store.New(ctx, e, campaign.NewSigner("x"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c := campaign.Contact{Email: "ana@example.org", FirstName: "Ana", LastName: "Đurić", Kind: campaign.Journalist, Tags: []string{"press"}}
	if err := s.Contacts.CreateContact(ctx, &c); err != nil {
		t.Fatal(err)
	}
	if err := s.Contacts.CreateContact(ctx, &campaign.Contact{Email: "ANA@example.org"}); campaign.CodeOf(err) != campaign.Conflict {
		t.Fatal(err)
	}
	if err := s.Contacts.SubscribeContact(ctx, c.ID, campaign.Membership{List: "l", Status: campaign.Subscribed}, true); err != nil {
		t.Fatal(err)
	}
	got, _, err := s.Contacts.FindContacts(ctx, store.ContactFilter{Search: "dju", List: "l", Tag: "press"}, store.Page{})
	if err != nil || len(got) != 1 || got[0].FirstName != "Ana" || len(got[0].Memberships) != 1 {
		t.Fatal(got, err)
	}
	tags, err := s.Contacts.Tags(ctx)
	if err != nil || tags["press"] != 1 {
		t.Fatal(tags, err)
	}
	if err := s.Installation.Ping(ctx); err != nil {
		t.Fatal(err)
	}
}
