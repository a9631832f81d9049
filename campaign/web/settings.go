package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// settingsPages are the pages about the installation.
type settingsPages struct {
	*panel
	store settingsStore
}

type settingsStore interface {
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	TryHold(ctx context.Context, provider string) (campaign.Hold, error)
	FindLearnedLimits(ctx context.Context) ([]campaign.LearnedLimit, error)
	ResetLimit(ctx context.Context, id string) (campaign.LearnedLimit, error)
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// settingsForm is the whole of the settings page; senders stand in rows, in the order of their number.
type settingsForm struct {
	edited
	Name         []string `form:"name" merge:"name,,texts"` // by campaign.Languages
	Address      string   `form:"address"`
	Website      string   `form:"website"`
	Privacy      string   `form:"privacy"`
	Contact      string   `form:"contact"`
	Colour       string   `form:"colour"`
	Zone         string   `form:"zone"`
	SenderName   []string `form:"sender_name" merge:"senders,Senders"`
	SenderEmail  []string `form:"sender_email" merge:"senders,Senders"`
	SenderAnswer []string `form:"sender_answer" merge:"senders,Senders"`
	Digest       bool     `form:"digest"`
	Weekday      int      `form:"weekday"`
	Hour         int      `form:"hour"`

	Fonts        string   `form:"fonts"`
	LogoPicture  []string `form:"logo_picture" merge:"logos,Logos"`
	LogoSerbian  []string `form:"logo_sr" merge:"logos,Logos"`
	LogoCyrillic []string `form:"logo_cyrl" merge:"logos,Logos"`
	LogoEnglish  []string `form:"logo_en" merge:"logos,Logos"`
	LogoFrench   []string `form:"logo_fr" merge:"logos,Logos"`
	SocialName   []string `form:"social_name" merge:"social,Social media"`
	SocialURL    []string `form:"social_url" merge:"social,Social media"`
}

type settingsPage struct {
	Page
	Form    settingsForm
	Missing []missingText
}

// senderRow is one sender of the form, with its problem.
type senderRow struct {
	Number                        int
	Name, Email, ReplyTo, Problem string
}

// Senders are the rows of the form with an empty one at the end, so that one more can be added without a script.
func (p *settingsPage) Senders() []senderRow {
	var rows []senderRow
	f := &p.Form
	for i := range f.SenderEmail {
		rows = append(rows, senderRow{Number: i + 1, Name: nth(f.SenderName, i), Email: f.SenderEmail[i], ReplyTo: nth(f.SenderAnswer, i), Problem: p.Problems[senderField(i+1)]})
	}
	return append(rows, senderRow{Number: len(rows) + 1})
}

// senderField is the name of the field of a mistake in a row of senders.
func senderField(number int) string { return fmt.Sprintf("sender_%d", number) }

func (s *settingsPages) show(v *visit) error {
	return v.show("settings", &settingsPage{Page: v.page("settings", "Settings"), Form: s.formOf(&v.set), Missing: missingTexts(&v.set)})
}

// formOf returns the form of the settings.
func (s *settingsPages) formOf(set *campaign.Settings) settingsForm {
	b := set.Brand
	f := settingsForm{Name: s.showTexts(b.PublicNames(), ""), Address: b.Address, Website: b.Website, Privacy: b.Privacy, Contact: b.Contact, Colour: b.Colour, Zone: set.Zone}
	f.Colour = cmp.Or(f.Colour, "#1f4e5f")
	f.Zone = cmp.Or(f.Zone, s.DefaultZone)
	for _, sender := range set.Senders {
		f.SenderName = append(f.SenderName, sender.Name)
		f.SenderEmail = append(f.SenderEmail, sender.Email)
		f.SenderAnswer = append(f.SenderAnswer, sender.ReplyTo)
	}
	f.showBrand(&b)
	f.showDigest(set)
	begin(&f, set.Version)
	return f
}

func (s *settingsPages) update(v *visit) error {
	p := settingsPage{Page: v.page("settings", "Settings")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := s.formOf(&v.set)
	if asked, err := v.together("settings", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err := s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		if set.Version != p.Form.Version {
			return errChanged("settings")
		}
		return campaign.Together(p.Form.fill(set, s.Language), p.Form.fillDigest(set, s.Now()))
	})
	if err != nil {
		return v.refused(err, "settings", &p)
	}
	return v.savedAs("/settings", "Saved. Messages made from now on show it.")
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// fill checks what was typed and copies it into the settings.
func (f *settingsForm) fill(set *campaign.Settings, own campaign.Language) error {
	b := set.Brand // what other pages set stays
	b.Names, b.Address, b.Colour, b.Contact = readTexts(f.Name), strings.TrimSpace(f.Address), f.Colour, ""
	b.Name = language.TextFor(b.Names, cmp.Or(own, campaign.SerbianLatin))
	var faults campaign.Checks
	refuse := func(err error) { faults = append(faults, err) }
	faults.Refuse(b.Name == "", "name", "say who you are: it stands in every message")
	var err error
	b.Website, err = webAddress("website", f.Website)
	refuse(err)
	b.Privacy, err = webAddress("privacy", f.Privacy)
	refuse(err)
	if contact := strings.TrimSpace(f.Contact); contact != "" {
		if b.Contact, err = campaign.ParseAddress(contact); err != nil {
			refuse(campaign.FieldError("contact", "%v", err))
		}
	}
	faults.Refuse(f.Colour != "" && !colour.MatchString(f.Colour), "colour", "write the colour as #rrggbb")
	refuse(checkZone(f.Zone))
	refuse(f.fillBrand(&b))
	set.Brand, set.Zone = b, f.Zone
	set.Senders, err = f.senders()
	return campaign.Together(append(faults, err, set.Brand.TidyNames())...)
}

// senders reads the rows that have an address; clearing a row removes it.
func (f *settingsForm) senders() ([]campaign.Sender, error) {
	var out []campaign.Sender
	var faults []error
	for i, email := range f.SenderEmail {
		if strings.TrimSpace(email) == "" {
			continue
		}
		c := campaign.Campaign{Name: "check", Sender: campaign.Sender{
			Name: nth(f.SenderName, i), Email: email, ReplyTo: strings.TrimSpace(nth(f.SenderAnswer, i)),
		}}
		if err := c.Normalize(); err != nil { // the rules a campaign holds its sender to
			faults = append(faults, campaign.FieldError(senderField(i+1), "%v", err))
		}
		out = append(out, c.Sender)
	}
	return out, campaign.Together(faults...)
}

// webAddress checks an address of a web page; one without a scheme gets https.
func webAddress(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(u.Host, ".") {
		return "", campaign.FieldError(field, "this is not the address of a web page: write it like https://www.example.org")
	}
	return s, nil
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
	return v.show("adopt", &adoptPage{Page: v.page("settings", "Is this the real one?"), Restored: doubt != campaign.Copied})
}

func (s *settingsPages) adopt(v *visit) error {
	done, err := s.Home.Adopt(v.ctx())
	if err != nil {
		return err
	}
	s.Logger.Warn("an admin said that this database is the real one", "user_id", v.user.ID)
	s.Wake()
	return v.done("/campaigns", "%s", adoptedWords(done))
}

func adoptedWords(done campaign.Adopted) campaign.Text {
	words := campaign.Textf("This database is the real one now.")
	add := func(more campaign.Text) { words = campaign.Textf("%s %s", words, more) }
	if len(done.Paused) > 0 {
		add(campaign.Textf("Paused, because part may have been sent: %s.", strings.Join(done.Paused, ", ")))
	}
	if len(done.Held) > 0 {
		add(campaign.Textf("Not sent, because it may have been sent: %s.", strings.Join(done.Held, ", ")))
	}
	if done.Dropped > 0 {
		add(campaign.Textf("Nothing more is sent of %d batches of single mails and tests.", done.Dropped))
	}
	return words
}

// Weekdays and Hours are the choices of when the digest leaves.
func (p *settingsPage) Weekdays() []templates.Option {
	var out []templates.Option
	for i := range 7 {
		day := (time.Monday + time.Weekday(i)) % 7
		out = append(out, templates.Option{Value: fmt.Sprint(int(day)), Label: templates.Label(p.Language, day)})
	}
	return out
}

func (p *settingsPage) Hours() []templates.Option {
	var out []templates.Option
	for hour := range 24 {
		out = append(out, templates.Option{Value: fmt.Sprint(hour), Label: fmt.Sprintf("%02d:00", hour)})
	}
	return out
}

// digestStandard is the hour at which a digest leaves before anybody chose one.
const digestStandard = 9

func (f *settingsForm) showDigest(set *campaign.Settings) {
	f.Digest, f.Weekday, f.Hour = set.Digest.On, int(set.Digest.Weekday), set.Digest.Hour
	if set.Digest == (campaign.DigestSettings{}) {
		f.Weekday, f.Hour = int(time.Friday), digestStandard
	}
}

func (f *settingsForm) fillDigest(set *campaign.Settings, now time.Time) error {
	var faults campaign.Checks
	faults.Refuse(f.Weekday < 0 || f.Weekday > 6 || f.Hour < 0 || f.Hour > 23, "digest", "choose a weekday and an hour")
	since := set.Digest.Since
	if f.Digest && !set.Digest.On {
		since = now.UTC().Truncate(time.Second)
	}
	set.Digest = campaign.DigestSettings{On: f.Digest, Weekday: time.Weekday(f.Weekday), Hour: f.Hour, Since: since}
	return campaign.Together(faults...)
}
