package store_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

// Lists of ids that are too long for one question give the same pages, in every order, and the same walk.
func TestLongLists(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		w := newRuleWorld(t, d, 9, 20)
		rule, err := d.Rules.ReadRule(ctx, `sent "Guide" or opened "Guide" or not sent "Водич"`)
		must(t, err)
		f := store.ContactFilter{Rule: &rule}
		read := func() (all [][]string) {
			for _, p := range []store.Page{{Sort: "sort_name"}, {Sort: "address", Desc: true}, {Sort: "kind"}, {Sort: "created_at"}, {Sort: "created_at", Desc: true}} {
				var ids []string
				for p.Limit = 3; ; {
					found, next, err := d.Contacts.FindContacts(ctx, f, p)
					must(t, err)
					for _, c := range found {
						ids = append(ids, c.ID)
					}
					if p.After = next; next == "" {
						break
					}
				}
				all = append(all, ids)
			}
			var ids []string
			must(t, d.Contacts.EachContactIn(ctx, f, func(cs []campaign.Contact) error {
				for _, c := range cs {
					ids = append(ids, c.ID)
				}
				return nil
			}))
			return append(all, ids)
		}
		want := read()
		if n := len(want[0]); n < 8 || n == len(w.contacts) {
			t.Fatalf("%d of %d fit", n, len(w.contacts))
		}
		d.Store = d.lists(2)
		if got := read(); !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	})
}

// A walk goes to its end although somebody who stands later in it is erased meanwhile.
func TestWalkPastTheErased(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		w := newRuleWorld(t, d, 9, 90)
		rule, err := d.Rules.ReadRule(ctx, `sent "Guide" or not sent "Guide"`)
		must(t, err)
		d.Store = d.lists(2)
		key := campaign.MembershipKey(w.lists[0].ID, campaign.Subscribed)
		walk := func(erase bool) (ids []string, gone string) {
			must(t, d.Audiences.EachOn(ctx, key, []segment.Segment{{Rule: rule}}, nil, "", 3, func(cs []campaign.Contact) error {
				for i := range cs {
					ids = append(ids, cs[i].ID)
				}
				if erase && gone == "" {
					gone = w.later(t, d, key, cs[len(cs)-1].ID)
					return d.Eraser.EraseContact(ctx, gone)
				}
				return nil
			}))
			return ids, gone
		}
		all, _ := walk(false)
		if len(all) < 8 {
			t.Fatalf("the walk passes %d only", len(all))
		}
		got, gone := walk(true)
		want := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return id == gone })
		if !slices.Equal(got, want) {
			t.Fatalf("without %s: got %v\nwant %v", gone, got, want)
		}
	})
}

// later returns the second member of a list behind one.
func (w *ruleWorld) later(t *testing.T, d *desk, key, after string) string {
	t.Helper()
	var ids []string
	must(t, d.Audiences.EachOn(ctx, key, nil, nil, after, 100, func(cs []campaign.Contact) error {
		for i := range cs {
			ids = append(ids, cs[i].ID)
		}
		return nil
	}))
	return ids[1]
}
