package web

import (
	"fmt"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// textsForm is what the team translated for readers: each text has a field a language, in the order of campaign.Languages.
type textsForm struct {
	edited
	Greeting      []string `form:"greeting" merge:"greeting,,texts"`
	Footer        []string `form:"footer" merge:"footer,,texts"`
	Funding       []string `form:"funding" merge:"funding,,texts"`
	About         []string `form:"about" merge:"about,,texts"`
	DeskName      []string `form:"desk_name" merge:"desk_name,,texts"`
	DeskLanguages []string `form:"desk_languages" merge:"desk_languages,,texts"`
	DeskPhone     string   `form:"desk_phone"`
	DeskEmail     string   `form:"desk_email"`
	TopicKey      []string `form:"topic_key" merge:"topics,Topics,unseen"`
	TopicSerbian  []string `form:"topic_sr" merge:"topics,Topics"`
	TopicCyrillic []string `form:"topic_cyrl" merge:"topics,Topics"`
	TopicEnglish  []string `form:"topic_en" merge:"topics,Topics"`
	TopicFrench   []string `form:"topic_fr" merge:"topics,Topics"`
}

// textsPage is the page of the texts readers see.
type textsPage struct {
	Page
	Form textsForm
}

// topicRow is one topic of the form.
type topicRow struct {
	Number int
	Key    string
	In     []templates.Field // its name by language
}

// topicNames are the fields of the topics' names.
func (f *textsForm) topicNames() []topicNames {
	return []topicNames{
		{campaign.SerbianLatin, "topic_sr", &f.TopicSerbian}, {campaign.SerbianCyrillic, "topic_cyrl", &f.TopicCyrillic},
		{campaign.English, "topic_en", &f.TopicEnglish}, {campaign.French, "topic_fr", &f.TopicFrench},
	}
}

type topicNames struct {
	language campaign.Language
	field    string
	names    *[]string
}

// Topics are the rows of the form with two empty ones at the end.
func (p *textsPage) Topics() []topicRow {
	var rows []topicRow
	add := func(key string, i int) {
		row := topicRow{Number: len(rows) + 1, Key: key}
		for _, of := range p.Form.topicNames() {
			row.In = append(row.In, templates.Field{Name: of.field, Label: templates.Label(p.Language, of.language), Value: nth(*of.names, i)})
		}
		rows = append(rows, row)
	}
	for i, key := range p.Form.TopicKey {
		if len(p.Form.topic(i).Names) > 0 {
			add(key, i)
		}
	}
	for range 2 {
		add("", len(p.Form.TopicKey))
	}
	return rows
}

// topic returns a row of the form as it was typed.
func (f *textsForm) topic(i int) campaign.Topic {
	t := campaign.Topic{Key: f.TopicKey[i], Names: campaign.Texts{}}
	for _, of := range f.topicNames() {
		if name := campaign.CleanLine(nth(*of.names, i)); name != "" {
			t.Names[of.language] = name
		}
	}
	return t
}

// textsFormOf returns the form of the texts.
func (s *settingsPages) textsFormOf(set *campaign.Settings) textsForm {
	show := func(texts campaign.Texts) []string { return s.showTexts(texts, "") }
	f := textsForm{
		Greeting: show(set.Brand.Greeting), Footer: show(set.Brand.Footer), Funding: show(set.Brand.Funding), About: show(set.About),
		DeskName: show(set.Desk.Names), DeskLanguages: show(set.Desk.Languages), DeskPhone: set.Desk.Phone, DeskEmail: set.Desk.Email,
	}
	for _, t := range set.Topics {
		f.TopicKey = append(f.TopicKey, t.Key)
		for _, of := range f.topicNames() {
			*of.names = append(*of.names, t.Names[of.language])
		}
	}
	begin(&f, set.Version)
	return f
}

func (s *settingsPages) texts(v *visit) error {
	return v.show("settings_texts", &textsPage{Page: v.page("settings", "Texts for readers"), Form: s.textsFormOf(&v.set)})
}

func (s *settingsPages) updateTexts(v *visit) error {
	p := textsPage{Page: v.page("settings", "Texts for readers")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := s.textsFormOf(&v.set)
	if asked, err := v.together("settings_texts", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err := s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		if set.Version != p.Form.Version {
			return errChanged("settings")
		}
		return p.Form.fill(set)
	})
	if err != nil {
		return v.refused(err, "settings_texts", &p)
	}
	if v.merged {
		return v.saved("/settings/texts")
	}
	return v.done("/settings/texts", "Saved. Messages made from now on show it.")
}

// fill checks what was typed and copies it into the settings.
func (f *textsForm) fill(set *campaign.Settings) error {
	b := &set.Brand
	b.Greeting, b.Footer, b.Funding, set.About = readTexts(f.Greeting), readTexts(f.Footer), readTexts(f.Funding), readTexts(f.About)
	set.Desk = campaign.MediaDesk{Names: readTexts(f.DeskName), Languages: readTexts(f.DeskLanguages), Phone: f.DeskPhone, Email: f.DeskEmail}
	faults := []error{f.fillTopics(set), set.TidyTexts()}
	for field, texts := range map[string]campaign.Texts{"footer": b.Footer, "funding": b.Funding, "about": set.About} {
		for l, text := range texts {
			if err := templates.CheckFooter(text); err != nil {
				faults = append(faults, campaign.FieldError(campaign.TextField(field, l), "%v", err))
			}
		}
	}
	if set.Desk.Email != "" {
		if email, err := campaign.ParseAddress(set.Desk.Email); err != nil {
			faults = append(faults, campaign.FieldError("desk_email", "%v", err))
		} else {
			set.Desk.Email = email
		}
	}
	return campaign.Together(faults...)
}

// fillTopics copies the topics. The key of a topic stays when its names change, because readers and releases refer to it.
func (f *textsForm) fillTopics(set *campaign.Settings) error {
	set.Topics = nil
	var faults campaign.Checks
	taken := map[string]bool{}
	for i := range f.TopicKey {
		t := f.topic(i)
		if len(t.Names) == 0 {
			continue
		}
		name := language.TextFor(t.Names, campaign.English)
		if t.Key == "" {
			t.Key = strings.ReplaceAll(campaign.Fold(name), " ", "-")
		}
		faults.Refuse(taken[t.Key], "topics", "there are two topics named %q", name)
		faults.Refuse(len([]rune(name)) > 120, "topics", "the topic %q has a name of more than 120 characters", name)
		taken[t.Key] = true
		set.Topics = append(set.Topics, t)
	}
	return campaign.Together(faults...)
}

// begin fills in what a new version says of the organisation and whom it names as media contact, in its language. A translation
// keeps the contact of its original, and says nothing of the organisation where that does not.
func (f *releaseForm) begin(set *campaign.Settings, original *campaign.Version) {
	l, desk := campaign.Language(f.Language), &set.Desk
	if original == nil || original.About != "" {
		f.About = language.OwnText(set.About, l)
	}
	if original != nil {
		own := original.Contact
		if f.ContactPhone, f.ContactEmail = own.Phone, own.Email; own.Phone != desk.Phone || own.Email != desk.Email {
			return
		}
	}
	f.ContactName, f.ContactLanguages = language.OwnText(desk.Names, l), language.OwnText(desk.Languages, l)
	f.ContactPhone, f.ContactEmail = desk.Phone, desk.Email
}

// missingTexts are the texts of the settings that some readers do not have in their language.
func missingTexts(set *campaign.Settings) []missingText {
	const page = "/settings/texts"
	b := &set.Brand
	out := missing(campaign.Textf("Name"), "/settings", "name", b.PublicNames(), true)
	for _, t := range []struct {
		what  campaign.Text
		field string
		texts campaign.Texts
	}{
		{campaign.Textf("Greeting"), "greeting", b.Greeting}, {campaign.Textf("Footer"), "footer", b.Footer}, {campaign.Textf("Funding line"), "funding", b.Funding},
		{campaign.Textf("About us"), "about", set.About}, {campaign.Textf("Media contact"), "desk_name", set.Desk.Names},
		{campaign.Textf("Languages spoken"), "desk_languages", set.Desk.Languages},
	} {
		out = append(out, missing(t.what, page, t.field, t.texts, false)...)
	}
	for i, t := range set.Topics {
		for _, l := range t.Names.Missing() {
			out = append(out, missingText{campaign.Textf("Topic %q", language.TextFor(t.Names, campaign.English)), l, fmt.Sprintf("%s#topic-%d", page, i+1)})
		}
	}
	return out
}
