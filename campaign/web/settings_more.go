package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// The settings hold more texts about the organisation, and more media contacts, than those a new version begins with: the form of
// a release offers them.

// byLanguage are the columns of a text in rows, one a language.
type byLanguage []topicNames

func (f *textsForm) abouts() byLanguage {
	return byLanguage{
		{campaign.SerbianLatin, "abouts_sr", &f.AboutsSerbian}, {campaign.SerbianCyrillic, "abouts_cyrl", &f.AboutsCyrillic},
		{campaign.English, "abouts_en", &f.AboutsEnglish}, {campaign.French, "abouts_fr", &f.AboutsFrench},
	}
}

func (f *textsForm) desks() byLanguage {
	return byLanguage{
		{campaign.SerbianLatin, "desks_sr", &f.DesksSerbian}, {campaign.SerbianCyrillic, "desks_cyrl", &f.DesksCyrillic},
		{campaign.English, "desks_en", &f.DesksEnglish}, {campaign.French, "desks_fr", &f.DesksFrench},
	}
}

func (f *textsForm) speaks() byLanguage {
	return byLanguage{
		{campaign.SerbianLatin, "speaks_sr", &f.SpeaksSerbian}, {campaign.SerbianCyrillic, "speaks_cyrl", &f.SpeaksCyrillic},
		{campaign.English, "speaks_en", &f.SpeaksEnglish}, {campaign.French, "speaks_fr", &f.SpeaksFrench},
	}
}

// add shows a text in one more row.
func (b byLanguage) add(texts campaign.Texts) {
	for _, of := range b {
		*of.names = append(*of.names, texts[of.language])
	}
}

// at reads the text of a row.
func (b byLanguage) at(i int, clean func(string) string) campaign.Texts {
	texts := campaign.Texts{}
	for _, of := range b {
		if text := clean(unix(nth(*of.names, i))); text != "" {
			texts[of.language] = text
		}
	}
	return texts
}

// fields are those of a row.
func (b byLanguage) fields(l campaign.Language, i int) []templates.Field {
	texts := b.at(i, strings.TrimSpace)
	return campaign.Collect(b, func(of topicNames) templates.Field {
		field := templates.Field{Name: of.field, Label: templates.Label(l, of.language), Value: nth(*of.names, i)}
		if texts[of.language] == "" {
			field.Placeholder = language.OwnText(texts, of.language)
		}
		return field
	})
}

func (f *textsForm) showMore(set *campaign.Settings) {
	for _, a := range set.Abouts {
		f.AboutsName = append(f.AboutsName, a.Name)
		f.abouts().add(a.Texts)
	}
	for _, d := range set.Desks {
		f.DesksPhone, f.DesksEmail = append(f.DesksPhone, d.Phone), append(f.DesksEmail, d.Email)
		f.desks().add(d.Names)
		f.speaks().add(d.Languages)
	}
}

// about and desk return a row as it was typed.
func (f *textsForm) about(i int) campaign.AboutText {
	return campaign.AboutText{Name: campaign.CleanLine(nth(f.AboutsName, i)), Texts: f.abouts().at(i, strings.TrimSpace)}
}

func (f *textsForm) desk(i int) campaign.MediaDesk {
	return campaign.MediaDesk{
		Names: f.desks().at(i, campaign.CleanLine), Languages: f.speaks().at(i, campaign.CleanLine),
		Phone: campaign.CleanLine(nth(f.DesksPhone, i)), Email: strings.TrimSpace(nth(f.DesksEmail, i)),
	}
}

// fillMore copies the rows that hold something; clearing a row removes it.
func (f *textsForm) fillMore(set *campaign.Settings) error {
	set.Abouts, set.Desks = nil, nil
	var faults campaign.Checks
	for i := range f.AboutsName {
		a := f.about(i)
		if a.Name == "" && a.Texts.Empty() {
			continue
		}
		number := len(set.Abouts) + 1
		faults.Refuse(a.Name == "", "abouts", "text %d: give it a name of your own, by which it is chosen", number)
		faults.Refuse(campaign.LongerThan(a.Name, 120), "abouts", "text %d: the name is longer than %d characters", number, 120)
		faults.Refuse(a.Texts.Empty(), "abouts", "text %d: write it in one language at least", number)
		for _, text := range a.Texts {
			faults.Refuse(campaign.LongerThan(text, 20_000), "abouts", "text %d is longer than %d characters", number, 20_000)
			if err := templates.CheckFooter(text); err != nil {
				faults = append(faults, campaign.FieldError("abouts", "%v", err))
			}
		}
		set.Abouts = append(set.Abouts, a)
	}
	for i := range f.DesksPhone {
		d := f.desk(i)
		if d.Names.Empty() && d.Languages.Empty() && d.Phone+d.Email == "" {
			continue
		}
		number := len(set.Desks) + 1
		faults.Refuse(d.Names.Empty(), "desks", "media contact %d: say who it is", number)
		long := campaign.LongerThan(d.Phone, 60)
		for _, l := range campaign.Languages {
			long = long || campaign.LongerThan(d.Names[l], 120) || campaign.LongerThan(d.Languages[l], 120)
		}
		faults.Refuse(long, "desks", "media contact %d: a field is longer than %d characters", number, 120)
		if d.Email != "" {
			email, err := campaign.ParseAddress(d.Email)
			if err != nil {
				faults = append(faults, campaign.FieldError("desks", "%v", err))
			} else {
				d.Email = email
			}
		}
		set.Desks = append(set.Desks, d)
	}
	return campaign.Together(faults...)
}

// aboutRow and deskRow are rows of the form.
type aboutRow struct {
	Number int
	Name   string
	In     []templates.Field
}

type deskRow struct {
	Number        int
	Phone, Email  string
	Names, Speaks []templates.Field
}

// Abouts are the rows of the form with an empty one at the end.
func (p *textsPage) Abouts() (rows []aboutRow) {
	f := &p.Form
	for i := range len(f.AboutsName) + 1 {
		if a := f.about(i); i == len(f.AboutsName) || a.Name != "" || !a.Texts.Empty() {
			rows = append(rows, aboutRow{len(rows) + 1, nth(f.AboutsName, i), f.abouts().fields(p.Language, i)})
		}
	}
	return rows
}

// Desks are the rows of the form with an empty one at the end.
func (p *textsPage) Desks() (rows []deskRow) {
	f := &p.Form
	for i := range len(f.DesksPhone) + 1 {
		if d := f.desk(i); i == len(f.DesksPhone) || !d.Names.Empty() || !d.Languages.Empty() || d.Phone+d.Email != "" {
			rows = append(rows, deskRow{len(rows) + 1, nth(f.DesksPhone, i), nth(f.DesksEmail, i), f.desks().fields(p.Language, i), f.speaks().fields(p.Language, i)})
		}
	}
	return rows
}

// aboutsIn are the texts about the organisation in a language, the one a new version begins with first; "" where one is not in it.
func aboutsIn(set *campaign.Settings, l campaign.Language) []string {
	out := []string{language.OwnText(set.About, l, set.Brand.Phrases...)}
	for _, a := range set.Abouts {
		out = append(out, language.OwnText(a.Texts, l, set.Brand.Phrases...))
	}
	return out
}

// desksIn are the media contacts in a language, the one a new version begins with first.
func desksIn(set *campaign.Settings, l campaign.Language) []campaign.MediaContact {
	out := []campaign.MediaContact{contactIn(&set.Desk, l, set.Brand.Phrases)}
	for i := range set.Desks {
		out = append(out, contactIn(&set.Desks[i], l, set.Brand.Phrases))
	}
	return out
}

func contactIn(d *campaign.MediaDesk, l campaign.Language, phrases []campaign.Phrase) campaign.MediaContact {
	return campaign.MediaContact{Name: language.OwnText(d.Names, l, phrases...), Languages: language.OwnText(d.Languages, l, phrases...), Phone: d.Phone, Email: d.Email}
}

func (f *releaseForm) setContact(c campaign.MediaContact) {
	f.ContactName, f.ContactPhone, f.ContactEmail, f.ContactLanguages = c.Name, c.Phone, c.Email, c.Languages
}

// Abouts and Contacts are what the team keeps in the settings, to choose from; none where there is nothing to choose.
func (p *releaseEditPage) Abouts() (out []templates.Option) {
	if len(p.kept.Abouts) == 0 {
		return nil
	}
	for i, text := range aboutsIn(p.kept, p.Form.LanguageTag()) {
		name := p.say("what new releases begin with")
		if i > 0 {
			name = p.kept.Abouts[i-1].Name
		}
		if text == "" {
			name = p.say("%s (not in this language)", name)
		}
		out = append(out, templates.Option{Value: strconv.Itoa(i), Label: name})
	}
	return out
}

func (p *releaseEditPage) Contacts() (out []templates.Option) {
	if len(p.kept.Desks) == 0 {
		return nil
	}
	for i, desk := range slices.Concat([]campaign.MediaDesk{p.kept.Desk}, p.kept.Desks) {
		name := language.TextFor(desk.Names, p.Form.LanguageTag(), p.kept.Brand.Phrases...)
		if at := desk.Phone + desk.Email; name == "" {
			name = at
		}
		if name != "" {
			out = append(out, templates.Option{Value: strconv.Itoa(i), Label: name})
		}
	}
	return out
}

// takeAbout puts a text of the settings into the form. It takes the place of another of them; what somebody wrote by hand stays
// above it.
func takeAbout(v *visit, p *releaseEditPage) error {
	all, own := aboutsIn(&v.set, p.Form.LanguageTag()), strings.TrimSpace(unix(p.Form.About))
	i, err := strconv.Atoi(p.Form.AboutFrom)
	if err != nil || i < 0 || i >= len(all) {
		return campaign.FieldError("about_from", "choose one of the texts offered")
	}
	if all[i] == "" {
		return campaign.FieldError("about_from", "this text is not in the language of the version: write it in the settings")
	}
	if own == "" || slices.ContainsFunc(all, func(text string) bool { return text == own }) {
		p.Form.About = all[i]
	} else {
		p.Form.About = own + "\n\n" + all[i]
	}
	return nil
}

// takeContact puts a media contact of the settings into the form. It takes the place of another of them; one that somebody wrote by
// hand stays before it.
func takeContact(v *visit, p *releaseEditPage) error {
	l, f := p.Form.LanguageTag(), &p.Form
	all := desksIn(&v.set, l)
	i, err := strconv.Atoi(f.ContactFrom)
	if err != nil || i < 0 || i >= len(all) {
		return campaign.FieldError("contact_from", "choose one of the media contacts offered")
	}
	taken := all[i]
	if taken.Name == "" && i > 0 { // a name is better in another language than none
		taken.Name = language.TextFor(v.set.Desks[i-1].Names, l, v.set.Brand.Phrases...)
	}
	own := f.version().Contact
	if own != (campaign.MediaContact{}) && !slices.ContainsFunc(all, func(c campaign.MediaContact) bool { return c.Phone == own.Phone && c.Email == own.Email }) {
		for _, both := range []struct{ of, add *string }{{&own.Name, &taken.Name}, {&own.Phone, &taken.Phone}, {&own.Email, &taken.Email}, {&own.Languages, &taken.Languages}} {
			if *both.of != "" && *both.add != "" && *both.of != *both.add {
				*both.add = *both.of + ", " + *both.add
			} else if *both.of != "" {
				*both.add = *both.of
			}
		}
	}
	f.setContact(taken)
	return nil
}

// checkFunding looks at what a release of a funded action must say of it.
func (p *checkPage) checkFunding(r *campaign.Release, set *campaign.Settings) {
	for _, gap := range language.FundingGaps(r, &set.Brand) {
		at := "/settings#logos"
		if gap.Field != "logos" {
			at = "/settings/texts#f-" + campaign.TextField(gap.Field, gap.Language)
		}
		p.add(checkLine{Tone: "red", Text: gap.Text, More: campaign.Textf("What you send belongs to a funded action, and says so in the language of the version."), Link: at, Do: doWrite})
	}
}
