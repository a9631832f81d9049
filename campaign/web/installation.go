package web

import (
	"context"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// athome is a Home that knows no doubt.
type athome struct{}

func (athome) Doubt() campaign.Doubt { return campaign.NoDoubt }

func (athome) Adopt(context.Context) (campaign.Adopted, error) {
	return campaign.Adopted{}, campaign.Errorf(campaign.Conflict, "this database is known to be the real one")
}

// adoptPage asks whether this store is the real one.
type adoptPage struct {
	Page
	Restored bool
}

func (s *settingsPages) askAdopt(v *visit) error {
	doubt := s.Home.Doubt()
	if doubt == campaign.NoDoubt {
		return v.seeOther("/")
	}
	return v.show("adopt", &adoptPage{Page: v.page("Is this the real one?", "settings"), Restored: doubt != campaign.Copied})
}

func (s *settingsPages) adopt(v *visit) error {
	done, err := s.Home.Adopt(v.ctx())
	if err != nil {
		return err
	}
	s.Logger.Warn("an admin said that this database is the real one", "user_id", v.user.ID)
	s.Wake()
	return v.done("/campaigns", "This database is the real one now.%s", adoptedWords(done))
}

func adoptedWords(done campaign.Adopted) string {
	words := ""
	if n := len(done.Paused); n > 0 {
		words += " Paused, because part may have been sent: " + strings.Join(done.Paused, ", ") + "."
	}
	if n := len(done.Held); n > 0 {
		words += " Not sent, because it may have been sent: " + strings.Join(done.Held, ", ") + "."
	}
	if done.Dropped > 0 {
		words += " Nothing more is sent of " + templates.Plural(done.Dropped, "batch", "batches") + " of single mails and tests."
	}
	return words
}
