package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// textsForm is what the team translated for readers: each text has a field a language, in the order of campaign.Languages.
type textsForm struct {
	edited
	Greeting       []string `form:"greeting" merge:"greeting,,texts"`
	Footer         []string `form:"footer" merge:"footer,,texts"`
	Funding        []string `form:"funding" merge:"funding,,texts"`
	Funded         bool     `form:"funded"`
	About          []string `form:"about" merge:"about,,texts"`
	DeskName       []string `form:"desk_name" merge:"desk_name,,texts"`
	DeskLanguages  []string `form:"desk_languages" merge:"desk_languages,,texts"`
	DeskPhone      string   `form:"desk_phone"`
	DeskEmail      string   `form:"desk_email"`
	AboutsName     []string `form:"abouts_name" merge:"abouts,More texts about us"`
	AboutsSerbian  []string `form:"abouts_sr" merge:"abouts,More texts about us"`
	AboutsCyrillic []string `form:"abouts_cyrl" merge:"abouts,More texts about us"`
	AboutsEnglish  []string `form:"abouts_en" merge:"abouts,More texts about us"`
	AboutsFrench   []string `form:"abouts_fr" merge:"abouts,More texts about us"`
	DesksSerbian   []string `form:"desks_sr" merge:"desks,More media contacts"`
	DesksCyrillic  []string `form:"desks_cyrl" merge:"desks,More media contacts"`
	DesksEnglish   []string `form:"desks_en" merge:"desks,More media contacts"`
	DesksFrench    []string `form:"desks_fr" merge:"desks,More media contacts"`
	DesksPhone     []string `form:"desks_phone" merge:"desks,More media contacts"`
	DesksEmail     []string `form:"desks_email" merge:"desks,More media contacts"`
	SpeaksSerbian  []string `form:"speaks_sr" merge:"desks,More media contacts"`
	SpeaksCyrillic []string `form:"speaks_cyrl" merge:"desks,More media contacts"`
	SpeaksEnglish  []string `form:"speaks_en" merge:"desks,More media contacts"`
	SpeaksFrench   []string `form:"speaks_fr" merge:"desks,More media contacts"`
	TopicKey       []string `form:"topic_key" merge:"topics,Topics,unseen"`
	TopicSerbian   []string `form:"topic_sr" merge:"topics,Topics"`
	TopicCyrillic  []string `form:"topic_cyrl" merge:"topics,Topics"`
	TopicEnglish   []string `form:"topic_en" merge:"topics,Topics"`
	TopicFrench    []string `form:"topic_fr" merge:"topics,Topics"`
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
		names := campaign.Texts{}
		if i < len(p.Form.TopicKey) {
			names = p.Form.topic(i).Names
		}
		for _, of := range p.Form.topicNames() {
			field := templates.Field{Name: of.field, Label: templates.Label(p.Language, of.language), Value: nth(*of.names, i)}
			if names[of.language] == "" {
				field.Placeholder = language.OwnText(names, of.language)
			}
			row.In = append(row.In, field)
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
	f.Funded = set.Brand.Funded
	f.showMore(set)
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
	return v.savedAs("/settings/texts", "Saved. Messages made from now on show it.")
}

// fill checks what was typed and copies it into the settings.
func (f *textsForm) fill(set *campaign.Settings) error {
	b := &set.Brand
	b.Greeting, b.Footer, b.Funding, set.About = readTexts(f.Greeting), readTexts(f.Footer), readTexts(f.Funding), readTexts(f.About)
	set.Desk = campaign.MediaDesk{Names: readTexts(f.DeskName), Languages: readTexts(f.DeskLanguages), Phone: f.DeskPhone, Email: f.DeskEmail}
	b.Funded = f.Funded
	faults := []error{f.fillTopics(set), set.TidyTexts(), f.fillMore(set)}
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
		f.About = language.OwnText(set.About, l, set.Brand.Phrases...)
	}
	if original != nil {
		own := original.Contact
		if f.ContactPhone, f.ContactEmail = own.Phone, own.Email; own.Phone != desk.Phone || own.Email != desk.Email {
			return
		}
	}
	f.setContact(contactIn(desk, l, set.Brand.Phrases))
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

// logoAlts are the fields of what the logos say, by language.
func (f *settingsForm) logoAlts() []topicNames {
	return []topicNames{
		{campaign.SerbianLatin, "logo_sr", &f.LogoSerbian}, {campaign.SerbianCyrillic, "logo_cyrl", &f.LogoCyrillic},
		{campaign.English, "logo_en", &f.LogoEnglish}, {campaign.French, "logo_fr", &f.LogoFrench},
	}
}

func (f *settingsForm) showBrand(b *campaign.Brand) {
	f.Fonts = b.Fonts
	for _, logo := range b.Logos {
		f.LogoPicture = append(f.LogoPicture, logo.Picture)
		for _, of := range f.logoAlts() {
			*of.names = append(*of.names, logo.Alt[of.language])
		}
	}
	for _, s := range b.Social {
		f.SocialName, f.SocialURL = append(f.SocialName, s.Name), append(f.SocialURL, s.URL)
	}
}

func (f *settingsForm) fillBrand(b *campaign.Brand) error {
	var faults campaign.Checks
	b.Fonts, b.Logos, b.Social = f.Fonts, nil, nil
	faults.Refuse(!slices.Contains(templates.BrandFonts, f.Fonts), "fonts", "choose one of the fonts offered")
	for i, picture := range f.LogoPicture {
		picture = strings.TrimSpace(picture)
		if picture == "" {
			continue
		}
		logo := campaign.Logo{Picture: picture, Alt: campaign.Texts{}}
		for _, of := range f.logoAlts() {
			if alt := campaign.CleanLine(nth(*of.names, i)); alt != "" {
				logo.Alt[of.language] = alt
			}
		}
		faults.Refuse(len(campaign.MediaIn(picture)) != 1, "logos", "logo %d: choose a picture of the media library, as media:…", i+1)
		faults.Refuse(logo.Alt.Empty(), "logos", "logo %d: say what it shows; of a funder's emblem, the funding line", i+1)
		b.Logos = append(b.Logos, logo)
	}
	faults.Refuse(len(b.Logos) > 6, "logos", "more than 6 logos do not fit side by side")
	for i, address := range f.SocialURL {
		if strings.TrimSpace(address) == "" {
			continue
		}
		to, err := webAddress("social", address)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		name := campaign.CleanLine(nth(f.SocialName, i))
		faults.Refuse(name == "", "social", "say what %s is called", to)
		b.Social = append(b.Social, campaign.SocialLink{Name: name, URL: to})
	}
	return campaign.Together(faults...)
}

// logoRow is one logo of the form.
type logoRow struct {
	Number  int
	Picture string
	In      []templates.Field // what it says, by language
}

// Logos are the rows of the form with an empty one at the end.
func (p *settingsPage) Logos() []logoRow {
	var rows []logoRow
	for i := range len(p.Form.LogoPicture) + 1 {
		if i < len(p.Form.LogoPicture) && p.Form.LogoPicture[i] == "" {
			continue
		}
		row := logoRow{Number: len(rows) + 1, Picture: nth(p.Form.LogoPicture, i)}
		for _, of := range p.Form.logoAlts() {
			row.In = append(row.In, templates.Field{Name: of.field, Label: templates.Label(p.Language, of.language), Value: nth(*of.names, i)})
		}
		rows = append(rows, row)
	}
	return rows
}

// socialRow is one page elsewhere.
type socialRow struct {
	Number    int
	Name, URL string
}

// Social are the rows of the form with two empty ones at the end.
func (p *settingsPage) Social() []socialRow {
	var rows []socialRow
	for i, address := range p.Form.SocialURL {
		if address != "" {
			rows = append(rows, socialRow{len(rows) + 1, nth(p.Form.SocialName, i), address})
		}
	}
	return append(rows, socialRow{Number: len(rows) + 1}, socialRow{Number: len(rows) + 2})
}

// Fonts are the fonts of messages to choose from.
func (p *settingsPage) Fonts() []templates.Option {
	return []templates.Option{
		{Label: p.say("Headings with serifs, text without")}, {Value: "sans", Label: p.say("All without serifs")},
		{Value: "serif", Label: p.say("All with serifs")}, {Value: "verdana", Label: p.say("Wide, as Verdana")},
	}
}

// Contrast says how well the colour is read in messages.
func (p *settingsPage) Contrast() string {
	c, ok := templates.BrandContrast(p.Form.Colour)
	if !ok {
		return ""
	}
	ratio := func(r float64) string { return fmt.Sprintf("%.1f : 1", r) }
	if c.Light == strings.ToLower(p.Form.Colour) {
		return p.say("On light paper its contrast is %s, enough for text (4.5 : 1).", ratio(c.Ratio))
	}
	return p.say("On light paper its contrast is %s, too little for text (4.5 : 1): messages use %s there, with %s.", ratio(c.Ratio), c.Light, ratio(c.LightRatio))
}
