package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// bySomebody is who is kept out: nobody knows who they are.
const bySomebody = "somebody"

// noteKeptOut adds a sign-in that was refused to the audit log: for which user, if there is one, and from which place, by its
// keyed hash.
func (v *visit) noteKeptOut(u *campaign.User, why string) error {
	e := campaign.Entry{Kind: campaign.KeptOutEntry, Audit: true, Detail: why + ", from " + v.place()}
	if u.ID != "" {
		e.Object, e.Detail = "/users/"+u.ID, u.Name+": "+e.Detail
	}
	ctx := v.ctx()
	if v.user == nil {
		ctx = store.As(v.Request.Context(), campaign.Actor{Name: bySomebody})
	}
	return v.s.journal.Log(ctx, e)
}

// noteThrottled does so for tries that were too many, once a minute for each place: they must not fill the store.
func (v *visit) noteThrottled(u *campaign.User) error {
	if !v.s.throttled.first(v.ClientIP(), v.s.Now()) {
		return nil
	}
	return v.noteKeptOut(u, "too many tries")
}

// place is a name for where a request comes from that does not say where that is.
func (v *visit) place() string { return "place " + v.s.Links.Signer.NetworkHash(v.ClientIP())[:8] }
