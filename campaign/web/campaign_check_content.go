package web

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/media"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/templates"
)

// placeholder finds text that must still be filled in: TODO, […], "lorem ipsum". Empty brackets before a bracket of an address are a
// picture that needs no words here, as the library's have their own.
var placeholder = regexp.MustCompile(`(?i)(\bTODO\b|\?{3,}|\bX{4,}\b|\[(?:…|\.{2,}|_+)\]|lorem ipsum)|(\[\s*\])(?:[^(]|$)`)

// perhapsPlaceholder finds text that may be a placeholder or a word: XXX is also the thirtieth festival.
var perhapsPlaceholder = regexp.MustCompile(`\b(TK|TBC|TBA|XXX)\b`)

// editAt is where a field of a version is mended.
func editAt(r *campaign.Release, l campaign.Language, field string) string {
	at := "/releases/" + r.ID + "/edit?lang=" + string(cmp.Or(l, r.Source))
	switch {
	case field == "sources":
		return "/releases/" + r.ID + "/sources"
	case field == "quotes", field == "stories", field == "files":
		return at + "#" + field
	case field == "":
		return at
	}
	return at + "#f-" + field
}

func (s *sendPages) checkContent(v *visit, p *checkPage, r *campaign.Release, audience *edition.Edition) error {
	if len(r.Versions) == 0 {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("The release has no text yet"), Link: "/releases/" + r.ID + "/edit", Do: doWrite})
		return nil
	}
	library, err := libraryOf(v, s.store, r)
	if err != nil {
		return err
	}
	if err := addMediaLines(v, p, s.store, r.Media); err != nil {
		return err
	}
	problems := templates.SendingProblems(r, library)
	for _, e := range problems {
		p.add(checkLine{Tone: "red", Text: e.Words(), Link: editAt(r, e.Language, e.Field), Do: doMend})
	}
	for _, e := range templates.LeftOut(r, library) {
		p.add(checkLine{Tone: "amber", Text: e.Words(), More: campaign.Textf("It is sent as plain text instead."), Link: editAt(r, e.Language, e.Field), Do: doMend})
	}
	addWritingLines(v, p, r)
	if len(problems) == 0 {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("The text can be made into messages")})
	}
	for i := range r.Versions {
		p.checkVersion(r, &r.Versions[i])
	}
	p.checkFunding(r, &v.set)
	if n := language.FiguresWithoutSource(r); n > 0 {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("%d figures have no source", n), More: campaign.Textf("Journalists ask where a figure is from, and of which date."), Link: editAt(r, "", "sources"), Do: campaign.Textf("Give them")})
	}
	if err := s.checkFiles(v, p, r); err != nil {
		return err
	}
	if len(problems) > 0 {
		return nil
	}
	shown, err := s.checkLetters(v, p, r)
	if err != nil {
		return err
	}
	s.lookOutside(v, p, r, audience, shown)
	return nil
}

// checkVersion looks at the texts of one version.
func (p *checkPage) checkVersion(r *campaign.Release, version *campaign.Version) {
	l, name := version.Language, version.Language.Name()
	if found, field, label := findIn(version, placeholder); found != "" {
		p.add(checkLine{Tone: "red", Text: campaign.Textf("%s: “%s” is still to be filled in", name, found), More: label, Link: editAt(r, l, field), Do: campaign.Textf("Fill it in")})
	}
	if found, field, label := findIn(version, perhapsPlaceholder); found != "" {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: is “%s” still to be filled in?", name, found), More: label, Link: editAt(r, l, field), Do: campaign.Textf("Look at it")})
	}
	if version.Contact.Name+version.Contact.Phone+version.Contact.Email == "" && r.Kind != campaign.Newsletter {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: no media contact", name), More: campaign.Textf("Journalists who have a question find nobody to ask."), Link: editAt(r, l, "contact_name"), Do: doAdd})
	}
	if r.Outdated(l) {
		tone, more := "amber", campaign.Text{}
		if p.Campaign.Together {
			tone, more = "red", campaign.Textf("All languages leave at once, so none leaves before it is brought up to date.")
		}
		p.add(checkLine{Tone: tone, Text: campaign.Textf("%s: older than the text it was translated from", name), More: more, Link: editAt(r, l, "headline"), Do: campaign.Textf("Compare")})
	}
	field := "subject"
	if version.Subject == "" {
		field = "headline"
	}
	subject, preheader, filters := templates.MergeForNobody(version.SubjectLine()), templates.MergeForNobody(version.Preheader), campaign.Textf("Spam filters count that against a message.")
	warn := func(more, text campaign.Text) {
		p.add(checkLine{Tone: "amber", Text: text, More: more, Link: editAt(r, l, field), Do: doChange})
	}
	if n := preflight.Length(subject); n > preflight.SubjectLength {
		more := campaign.Textf("Phones show about %d.", preflight.SubjectLength)
		if version.Subject == "" {
			more = campaign.Textf("The headline is the subject. Phones show about %d characters: write a shorter subject.", preflight.SubjectLength)
		}
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: the subject has %d characters", name, n), More: more, Link: editAt(r, l, "subject"), Do: doShorten})
	}
	if preflight.Shouts(subject) {
		warn(filters, campaign.Textf("%s: the subject is written in capitals", name))
	}
	if preflight.Exclaims(subject + preheader) {
		warn(filters, campaign.Textf("%s: the subject and the line after it have several exclamation marks", name))
	}
	if preflight.BeginsWithSign(subject) {
		warn(campaign.Textf("It looks like advertising, and some programs show a box instead."), campaign.Textf("%s: the subject begins with a picture sign", name))
	}
	if words := preflight.SpamWords(l, subject+" · "+preheader); len(words) > 0 {
		warn(filters, campaign.Textf("%s: words of advertising in the subject: %s", name, strings.Join(words, ", ")))
	}
	if n := preflight.Length(preheader); n > preflight.PreheaderLength {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("%s: the line after the subject has %d characters", name, n), More: campaign.Textf("Inboxes show about %d; the rest is not seen.", preflight.PreheaderLength), Link: editAt(r, l, "preheader"), Do: doShorten})
	}
}

// heavyFile is what a file may weigh before somebody should think of a link instead, in octets.
const heavyFile = 5_000_000

// checkFiles looks at what goes along with the release.
func (s *sendPages) checkFiles(v *visit, p *checkPage, r *campaign.Release) error {
	var all, largest int64
	for _, a := range r.Attachments {
		all, largest = all+a.Size, max(largest, a.Size)
		runs, err := s.runs(v, a)
		if err != nil {
			return err
		}
		switch link := editAt(r, "", "files"); {
		case runs:
			p.add(checkLine{Tone: "red", Text: campaign.Textf("“%s” is a program, or holds macros", a.Name), More: campaign.Textf("Newsrooms and mail programs refuse the whole message."), Link: link, Do: doTakeOut})
		case a.Size > heavyFile:
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("“%s” weighs %d MB", a.Name, (a.Size+500_000)/1_000_000), More: campaign.Textf("Many mailboxes are small: put it on a page and link to it."), Link: link, Do: doTakeOut})
		case a.Inline && strings.TrimSpace(a.Alt) == "":
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("“%s” has no description", a.Name), More: noAlt, Link: link, Do: doDescribe})
		}
	}
	if all > heavyFile && largest <= heavyFile {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("The files weigh %d MB together", (all+500_000)/1_000_000), More: campaign.Textf("Many mailboxes are small: put them on a page and link to it."), Link: editAt(r, "", "files"), Do: campaign.Textf("Take some out")})
	}
	return nil
}

var noAlt = campaign.Textf("Readers who do not see pictures learn nothing of it.")

// runs reports whether an attached file is a program. What the library took is none. The answer is kept, as a file never changes.
func (s *sendPages) runs(v *visit, a campaign.Attachment) (bool, error) {
	if a.Media != "" || a.File == "" {
		return false, nil
	}
	if known, ok := s.files.Load(a.File + a.Name); ok {
		return known.(bool), nil
	}
	data, err := s.store.GetFile(v.ctx(), a.File)
	if err != nil {
		return false, campaign.UnlessMissing(err)
	}
	runs := media.Runs(a.Name, data)
	s.files.Store(a.File+a.Name, runs)
	return runs, nil
}

// checkLetters makes each version as it would be sent, looks at what is in it and weighs it (D-08). It returns the addresses that
// the messages lead to beside those of the release's own texts.
func (s *sendPages) checkLetters(v *visit, p *checkPage, r *campaign.Release) (shown []string, err error) {
	edition, files, err := previewEdition(v, s.store, r)
	if err != nil {
		return nil, err
	}
	edition.Sender, edition.Tracked = p.Campaign.Sender, templates.TrackedLinks(r)
	largest := 0
	for i := range r.Versions {
		l := r.Versions[i].Language
		letter, err := templates.Compose(edition, &r.Versions[i], campaign.Aggregate, files, templates.MediaOf(edition.Pictures, s.Links.Base), s.Links, s.Now())
		if err != nil {
			p.add(checkLine{Tone: "red", Text: wordsOfError(err), Link: editAt(r, l, ""), Do: doMend})
			continue
		}
		parts := letter.Parts()
		shown = append(shown, parts.Links...)
		if !parts.Leaves {
			p.add(checkLine{Tone: "red", Text: campaign.Textf("%s: the message holds no link to unsubscribe", l.Name()), More: campaign.Textf("The layout must show it to every reader."), Link: editAt(r, l, "layout"), Do: doChange})
		}
		for _, u := range parts.Unshown {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: the layout has no place for this: %s", l.Name(), u.What), More: campaign.Textf("It was written, and readers do not get it. Choose another layout, or give it a place there."), Link: editAt(r, l, "layout"), Do: doChange})
		}
		for _, src := range parts.Remote {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: a picture is loaded from elsewhere: %s", l.Name(), shortened(src)), More: campaign.Textf("Others could count readers there, and many programs do not show it."), Link: editAt(r, l, "layout"), Do: doChange})
		}
		if n := len(parts.NoAlt); n > 0 {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: %d pictures have no description", l.Name(), n), More: noAlt, Link: editAt(r, l, "body"), Do: doDescribe})
		}
		size := letter.Size()
		largest = max(largest, size)
		heavy := checkLine{Tone: "amber", Text: campaign.Textf("%s: the message is %d kB long", l.Name(), (size+500)/1000), Link: editAt(r, l, "body"), Do: doShorten,
			More: campaign.Textf("Gmail cuts off what is longer than 102 kB, and with it the link to unsubscribe.")}
		if size > templates.ClipSize {
			heavy.Tone = "red"
		}
		if size > templates.ClipWarning {
			p.add(heavy)
		}
	}
	if largest > 0 && largest <= templates.ClipWarning {
		p.add(checkLine{Tone: "green", Text: campaign.Textf("Messages are %d kB at most", (largest+500)/1000)})
	}
	if strings.TrimSpace(edition.Brand.Address) == "" {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("No postal address stands at the foot of messages"), More: campaign.Textf("Many countries require one, and spam filters look for it."), Link: "/settings#f-address", Do: doAdd})
	}
	return shown, nil
}

// shortened is an address as a line of the check list shows it.
func shortened(address string) string {
	const most = 70
	if utf8.RuneCountInString(address) <= most {
		return address
	}
	return string([]rune(address)[:most]) + "…"
}

// findIn returns what the first match of a pattern holds in its groups in a version's texts, or "", and the field of the form it stands in.
func findIn(v *campaign.Version, pattern *regexp.Regexp) (found, field string, label campaign.Text) {
	field, label = templates.FindText(v, func(text string) bool {
		if groups := pattern.FindStringSubmatch(text); groups != nil {
			found = strings.Join(groups[1:], "") // one of them holds it
		}
		return found != ""
	})
	return found, field, label
}
