package store_test

import (
	"sync"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

func demote(u *campaign.User) error  { u.Role = campaign.Viewer; return nil }
func disable(u *campaign.User) error { u.Disabled = true; return nil }

// However many admins take each other's rights at once, one remains, and who lost theirs takes nobody's.
func TestAnAdminRemains(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		if !d.races {
			return
		}
		var admins []campaign.User
		for _, name := range []string{"ana", "mila", "petar", "vuk"} {
			u := campaign.User{Email: name + "@example.org", Role: campaign.Admin}
			must(t, d.Users.CreateUser(ctx, &u))
			admins = append(admins, u)
		}
		for range 5 {
			var all sync.WaitGroup
			for i := range admins {
				by, whom, do := admins[i], admins[(i+1)%len(admins)], demote
				if i%2 == 1 {
					do = disable
				}
				all.Go(func() {
					_, err := d.Users.UpdateUser(store.As(ctx, campaign.Actor{User: by.ID}), whom.ID, do)
					if code := campaign.CodeOf(err); err != nil && code != campaign.Forbidden && code != campaign.Invalid {
						t.Errorf("refused with %v", err)
					}
				})
			}
			all.Wait()
			left := 0
			us, err := d.Users.FindUsers(ctx)
			must(t, err)
			for i := range us {
				if us[i].May(campaign.Admin) {
					left++
				}
			}
			if left == 0 {
				t.Fatal("no admin is left")
			}
			for _, u := range admins {
				_, err := d.Users.UpdateUser(ctx, u.ID, func(u *campaign.User) error { u.Role, u.Disabled = campaign.Admin, false; return nil })
				must(t, err)
			}
		}
	})
}

// The last admin stays one, no matter who asks, the command line included.
func TestTheLastAdmin(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		ana := campaign.User{Email: "ana@example.org", Role: campaign.Admin}
		must(t, d.Users.CreateUser(ctx, &ana))
		mila := campaign.User{Email: "mila@example.org", Role: campaign.Admin, Disabled: true}
		must(t, d.Users.CreateUser(ctx, &mila))
		for name, change := range map[string]func(*campaign.User) error{"demoted": demote, "disabled": disable} {
			_, err := d.Users.UpdateUser(ctx, ana.ID, change)
			refused(t, name, err, campaign.Invalid)
		}
		_, err := d.Users.UpdateUser(ctx, mila.ID, func(u *campaign.User) error { u.Disabled = false; return nil })
		must(t, err)
		_, err = d.Users.UpdateUser(ctx, ana.ID, demote)
		must(t, err)
		_, err = d.Users.UpdateUser(store.As(ctx, campaign.Actor{User: ana.ID}), mila.ID, disable)
		refused(t, "by who is no admin any more", err, campaign.Forbidden)
	})
}

// A process that stopped in the middle of a change of rights holds nobody up, and its late writes are refused.
func TestATurnThatStays(t *testing.T) {
	engine, err := sqlite.Open(ctx, t.TempDir()+"/store.db")
	must(t, err)
	defer engine.Close(ctx)
	s, err := store.New(ctx, engine, campaign.NewSigner("a secret of the test"), (&clock{at: noon}).now)
	must(t, err)
	named := map[string]*document.Collection{}
	for _, c := range store.Collections {
		named[c.Name] = c
	}
	ana, mila := campaign.User{Email: "ana@example.org", Role: campaign.Admin}, campaign.User{Email: "mila@example.org", Role: campaign.Admin}
	must(t, s.Users.CreateUser(ctx, &ana))
	must(t, s.Users.CreateUser(ctx, &mila))
	must(t, engine.Insert(ctx, named["leases"], &store.Lease{ID: "rights of users", Owner: ana.ID, Epoch: 7}))
	late := ana
	late.Role, late.Version = campaign.Viewer, ana.Version+1
	_, err = s.Users.UpdateUser(ctx, mila.ID, demote)
	must(t, err)
	refused(t, "a late write that takes the last admin", engine.Replace(ctx, named["users"], &late, ana.Version), campaign.Conflict)
	_, err = s.Users.UpdateUser(ctx, ana.ID, demote)
	refused(t, "the last admin", err, campaign.Invalid)
}
