package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// letterLife is for how long a mail to the team is of use.
const letterLife = 7 * 24 * time.Hour

// tell writes to users about a campaign, each in their language.
func (s *Approvals) tell(ctx context.Context, c *campaign.Campaign, to []campaign.User, l campaign.Letter) error {
	r, err := s.releases.GetRelease(ctx, c.Release)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	about := campaign.ApprovalRequest{Campaign: c.ID}
	if c.Approval != nil { // it was put on its schedule when nobody had to approve it
		about.Print = c.Approval.Print
	}
	return s.notices.tellTeam(ctx, to, about, l, r.Source)
}

// tellTeam writes to users about what a link leads to, each in their language, or another where they chose none.
func (s *Notices) tellTeam(ctx context.Context, to []campaign.User, about campaign.ApprovalRequest, l campaign.Letter, other campaign.Language) error {
	l.Lines = slices.DeleteFunc(l.Lines, func(line string) bool { return line == "" })
	for i := range to {
		about.User = to[i].ID
		if err := s.tellUser(ctx, &to[i], about, &l, other, campaign.NewID(s.now())); err != nil {
			return err
		}
	}
	return nil
}

// tellUser writes to one user, once with the same key on a day.
func (s *Notices) tellUser(ctx context.Context, u *campaign.User, about campaign.ApprovalRequest, l *campaign.Letter, other campaign.Language, key string) error {
	n := &campaign.Notice{Kind: campaign.TeamNotice, About: about.Payload(), Letter: l, ExpiresAt: s.now().Add(letterLife)}
	contact := &campaign.Contact{Email: u.Email, FirstName: u.Name, Language: cmp.Or(u.Language, other, campaign.English)}
	return s.sendOnce(ctx, n, contact, key)
}

// TellEdition writes to those concerned about the next edition of a campaign: whoever made the campaign, and where a second person has
// to approve each edition, those who may. Where nobody of them is there any more, the admins are told.
func (s *Upcomings) TellEdition(ctx context.Context, c *campaign.Campaign, o *campaign.Outlook, subject campaign.Text, lines ...campaign.Text) error {
	users, err := s.users.FindUsers(ctx)
	if err != nil {
		return err
	}
	who := func(fits func(*campaign.User) bool) []campaign.User {
		return slices.DeleteFunc(slices.Clone(users), func(u campaign.User) bool { return u.Disabled || !fits(&u) })
	}
	to := who(func(u *campaign.User) bool {
		return u.ID == c.Owner || o.Strict && u.MayApprove() && !c.IsAuthor(u, &o.Release)
	})
	if len(to) == 0 {
		to = who(func(u *campaign.User) bool { return u.May(campaign.Admin) })
	}
	return s.notices.tellTeam(ctx, to, campaign.ApprovalRequest{Campaign: c.ID, Print: campaign.OfEdition}, campaign.Letter{
		Subject: subject.Stored(), Lines: campaign.StoredTexts(lines), Button: campaign.Textf("Look at it").Stored(),
	}, o.Release.Source)
}

// findOwner returns who owns a campaign, or every admin where that user is gone.
func (s *Users) findOwner(ctx context.Context, id string) ([]campaign.User, error) {
	users, err := s.FindUsers(ctx)
	users = slices.DeleteFunc(users, func(u campaign.User) bool { return u.Disabled })
	if owner := campaign.First(users, func(u *campaign.User) bool { return u.ID == id }); owner != nil {
		return []campaign.User{*owner}, err
	}
	return slices.DeleteFunc(users, func(u campaign.User) bool { return !u.May(campaign.Admin) }), err
}

// authors are the users who made the campaign and who asked for its approval.
func (s *Approvals) authors(ctx context.Context, c *campaign.Campaign) ([]campaign.User, error) {
	return s.usersWho(ctx, func(u *campaign.User) bool { return u.ID == c.Owner || c.Approval != nil && u.ID == c.Approval.By })
}

func (s *Approvals) admins(ctx context.Context) ([]campaign.User, error) {
	return s.usersWho(ctx, func(u *campaign.User) bool { return u.May(campaign.Admin) })
}

// concerned are the authors and those who decided, and where asked for every admin.
func (s *Approvals) concerned(ctx context.Context, c *campaign.Campaign, admins bool) ([]campaign.User, error) {
	return s.usersWho(ctx, func(u *campaign.User) bool {
		return u.ID == c.Owner || c.Approval != nil && u.ID == c.Approval.By || c.Approval.DecidedBy(u.ID) || admins && u.May(campaign.Admin)
	})
}

func (s *Approvals) usersWho(ctx context.Context, fits func(*campaign.User) bool) ([]campaign.User, error) {
	users, err := s.users.FindUsers(ctx)
	return slices.DeleteFunc(users, func(u campaign.User) bool { return u.Disabled || !fits(&u) }), err
}
