package web

import (
	"context"
	"crypto/rand"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// userPages are the pages about the team.
type userPages struct {
	*panel
	store userStore
}

type userStore interface {
	CreateSignInLink(ctx context.Context, secret string, user string, ttl time.Duration) error
	CreateUser(ctx context.Context, u *campaign.User) error
	FindUsers(ctx context.Context) ([]campaign.User, error)
	GetUser(ctx context.Context, id string) (campaign.User, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

// inviteLife is how long a one-time link made by a colleague is valid.
const inviteLife = 3 * 24 * time.Hour

type usersPage struct {
	Page
	Users []campaign.User
}

func (s *userPages) index(v *visit) error {
	p := usersPage{Page: v.page("users", "Users")}
	var err error
	if p.Users, err = s.store.FindUsers(v.ctx()); err != nil {
		return err
	}
	return v.show("users", &p)
}

type userForm struct {
	edited
	Name     string `form:"name"`
	Email    string `form:"email"`
	Role     string `form:"role"`
	Language string `form:"language"`
	Disabled bool   `form:"disabled"`
	Exports  bool   `form:"exports"`
	Override bool   `form:"overrides"`
	Approves bool   `form:"approves"`
	Protects bool   `form:"protected"`
}

func userFormOf(u *campaign.User) userForm {
	f := userForm{Name: u.Name, Email: u.Email, Role: string(u.Role), Language: string(u.Language), Disabled: u.Disabled, Exports: u.Exports, Override: u.Overrides, Approves: u.Approves, Protects: u.Protected}
	begin(&f, u.Version)
	return f
}

type userEditPage struct {
	Page
	Edited campaign.User
	Form   userForm
	Link   string // a one-time link, shown once
	Days   int    // that it is valid
}

// Roles are the choices of the form.
func (p *userEditPage) Roles() []templates.Option {
	say := func(words campaign.Text) string { return templates.Say(p.Language, words) }
	return []templates.Option{
		{Value: string(campaign.Viewer), Label: say(campaign.Textf("Viewer – reads"))},
		{Value: string(campaign.Editor), Label: say(campaign.Textf("Editor – writes and sends"))},
		{Value: string(campaign.Admin), Label: say(campaign.Textf("Admin – everything, users and settings included"))},
	}
}

func (s *userPages) new(v *visit) error {
	p := userEditPage{Page: v.page("users", "Invite a colleague"), Form: userForm{Role: string(campaign.Editor)}}
	return v.show("user_edit", &p)
}

func (s *userPages) invite(v *visit) error {
	p := userEditPage{Page: v.page("users", "Invite a colleague")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	u := campaign.User{Name: p.Form.Name, Email: p.Form.Email, Role: campaign.Role(p.Form.Role), Exports: p.Form.Exports, Overrides: p.Form.Override, Approves: p.Form.Approves, Protected: p.Form.Protects, Language: campaign.Language(p.Form.Language)}
	if err := s.store.CreateUser(v.ctx(), &u); err != nil {
		return v.refused(err, "user_edit", &p)
	}
	return s.handOver(v, &u)
}

// handOver makes a one-time link and shows it once, on the page that follows.
func (s *userPages) handOver(v *visit, u *campaign.User) error {
	secret := rand.Text()
	if err := s.store.CreateSignInLink(v.ctx(), secret, u.ID, inviteLife); err != nil {
		return err
	}
	s.sessions.LeaveLink(v.ctx(), u.ID, s.BaseURL+"/sign-in/"+secret)
	return v.seeOther("/users/" + u.ID)
}

func (s *userPages) form(v *visit) (*userEditPage, error) {
	u, err := s.store.GetUser(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "user")
	}
	return &userEditPage{
		Page: v.page("users", "%s", u.Name), Edited: u, Form: userFormOf(&u),
		Days: int(inviteLife.Hours() / 24),
	}, nil
}

func (s *userPages) edit(v *visit) error {
	p, err := s.form(v)
	if err != nil {
		return err
	}
	p.Link = s.sessions.TakeLink(v.ctx(), p.Edited.ID)
	return v.show("user_edit", p)
}

func (s *userPages) update(v *visit) error {
	p, err := s.form(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	p.Form = userForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if asked, err := v.together("user_edit", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	var ownRights error
	if p.Edited.ID == v.user.ID && (p.Form.Disabled || campaign.Role(p.Form.Role) != campaign.Admin) {
		ownRights = campaign.FieldError("role", "you cannot take away your own rights: another admin can")
	}
	_, err = s.store.UpdateUser(v.ctx(), p.Edited.ID, func(u *campaign.User) error {
		if p.Form.Version != u.Version {
			return errChanged("user")
		}
		u.Name, u.Email, u.Role, u.Language = p.Form.Name, p.Form.Email, campaign.Role(p.Form.Role), campaign.Language(p.Form.Language)
		if p.Form.Disabled && !u.Disabled {
			u.SessionsSince = s.Now().UTC().Truncate(time.Millisecond)
		}
		u.Disabled, u.Exports, u.Overrides, u.Approves, u.Protected = p.Form.Disabled, p.Form.Exports, p.Form.Override, p.Form.Approves, p.Form.Protects
		if trial := *u; ownRights != nil {
			return campaign.Together(trial.Normalize(), ownRights)
		}
		return nil
	})
	if err != nil {
		return v.refused(err, "user_edit", p)
	}
	return v.saved("/users")
}

// makeLink makes a link for a user who forgot their password, or whose account somebody else may be using: all their sessions
// end, and the old password is removed.
func (s *userPages) makeLink(v *visit) error {
	if v.Param("id") == v.user.ID {
		return campaign.Errorf(campaign.Conflict, "This is your own account: change your password on your account's page. Another admin can make a link for you.")
	}
	u, err := s.store.UpdateUser(v.ctx(), v.Param("id"), func(u *campaign.User) error {
		if u.Disabled {
			return campaign.Errorf(campaign.Conflict, "%s is disabled and cannot sign in: enable the account first", u.Name)
		}
		u.Password, u.SessionsSince = "", s.Now().UTC().Truncate(time.Millisecond)
		return nil
	})
	if err != nil {
		return gone(err, "user")
	}
	return s.handOver(v, &u)
}

// approvalForm is how many people must approve what, as it is typed.
type approvalForm struct {
	edited
	PressRelease  string `form:"approval_press_release"`
	MediaAdvisory string `form:"approval_media_advisory"`
	Invitation    string `form:"approval_invitation"`
	Statement     string `form:"approval_statement"`
	Newsletter    string `form:"approval_newsletter"`
	Readers       string `form:"approval_readers"`
}

// kinds are the fields by the kind of release they are about.
func (f *approvalForm) kinds() map[campaign.ReleaseKind]*string {
	return map[campaign.ReleaseKind]*string{
		campaign.PressRelease: &f.PressRelease, campaign.MediaAdvisory: &f.MediaAdvisory, campaign.Invitation: &f.Invitation, campaign.Statement: &f.Statement, campaign.Newsletter: &f.Newsletter,
	}
}

func approvalFormOf(set *campaign.Settings) approvalForm {
	var f approvalForm
	for kind, field := range f.kinds() {
		if n, ok := set.Approval.Kinds[kind]; ok {
			*field = strconv.Itoa(n)
		}
	}
	if set.Approval.Readers > 0 {
		f.Readers = strconv.FormatInt(set.Approval.Readers, 10)
	}
	begin(&f, set.Version)
	return f
}

// rules reads what was typed; what is left empty is as the program has it.
func (f *approvalForm) rules() (campaign.ApprovalRules, error) {
	var faults campaign.Checks
	rules := campaign.ApprovalRules{Kinds: map[campaign.ReleaseKind]int{}}
	for kind, field := range f.kinds() {
		typed := strings.TrimSpace(*field)
		if typed == "" {
			continue
		}
		n, err := strconv.Atoi(typed)
		if err != nil {
			n = -1
		}
		rules.Kinds[kind] = n
	}
	if typed := strings.TrimSpace(f.Readers); typed != "" {
		n, err := strconv.ParseInt(strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ".", "", ",", "", "'", "", "’", "").Replace(typed), 10, 64)
		faults.Refuse(err != nil, "approval_readers", "this is no number of readers")
		rules.Readers = n
	}
	return rules, campaign.Together(append(faults, rules.Normalize())...)
}

type approvalRulesPage struct {
	Page
	Form approvalForm
}

// Fields are a field for each kind of release.
func (p *approvalRulesPage) Fields() []templates.Field {
	var out []templates.Field
	for _, kind := range campaign.ReleaseKinds {
		field := templates.NewField("approval_"+string(kind), templates.Label(p.Language, kind), *p.Form.kinds()[kind], p.Problems)
		field.Hint = p.say("Empty: nobody.")
		if kind == campaign.PressRelease {
			field.Hint = p.say("Empty: one, as soon as there are two users.")
		}
		out = append(out, field)
	}
	return out
}

func (s *settingsPages) approval(v *visit) error {
	return v.show("settings_approval", &approvalRulesPage{Page: v.page("settings", "Approval"), Form: approvalFormOf(&v.set)})
}

func (s *settingsPages) updateApproval(v *visit) error {
	p := &approvalRulesPage{Page: v.page("settings", "Approval")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := approvalFormOf(&v.set)
	if asked, err := v.together("settings_approval", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	rules, err := p.Form.rules()
	if err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			if set.Version != p.Form.Version {
				return errChanged("settings")
			}
			set.Approval = rules
			return nil
		})
	}
	if err != nil {
		return v.refused(err, "settings_approval", p)
	}
	return v.saved("/settings/approval")
}
