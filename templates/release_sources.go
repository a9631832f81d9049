package templates

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// withSources returns a version with the release's sources at the end of its notes, where readers are to see them. Titles stay in the
// language of the source.
func withSources(r *campaign.Release, v *campaign.Version) *campaign.Version {
	if !r.ListSources || len(r.Sources) == 0 {
		return v
	}
	out := *v
	var b strings.Builder
	b.WriteString(strings.TrimSpace(v.Notes) + "\n\n## " + Translate(v.Language, "mail.sources") + "\n\n")
	figures := language.LedgerFigures(r)
	for i := range r.Sources {
		s := &r.Sources[i]
		b.WriteString("- ")
		if said := saidIn(figures, s, v); said != "" {
			b.WriteString("**" + escapeMarkdown(said) + "**: ")
		}
		switch title := escapeMarkdown(s.Title); {
		case s.Link == "":
			b.WriteString(title)
		case title == "":
			b.WriteString("[" + escapeMarkdown(s.Link) + "](<" + linkTarget.Replace(s.Link) + ">)")
		default:
			b.WriteString("[" + title + "](<" + linkTarget.Replace(s.Link) + ">)")
		}
		if day, err := time.Parse(time.DateOnly, s.Date); err == nil {
			b.WriteString(", " + escapeMarkdown(language.ShortDate(v.Language, day)))
		}
		b.WriteString("\n")
	}
	out.Notes = strings.TrimSpace(b.String())
	return &out
}

// saidIn returns what a source is for as a version has it, in either script of Serbian; "" where the version does not say it.
func saidIn(figures []language.LedgerFigure, s *campaign.Source, v *campaign.Version) string {
	if i := slices.IndexFunc(figures, func(f language.LedgerFigure) bool { return f.Source == s && f.Said[v.Language] != "" }); i >= 0 {
		return figures[i].Said[v.Language]
	}
	said := []string{s.Said}
	switch v.Language {
	case campaign.SerbianCyrillic:
		said = append(said, language.ToCyrillic(s.Said, language.Options{}))
	case campaign.SerbianLatin:
		said = append(said, language.ToLatin(s.Said, language.Options{}))
	}
	for _, words := range said {
		if field, _ := FindText(v, func(text string) bool { return strings.Contains(text, words) }); field != "" {
			return strings.TrimRight(words, ".:;, ") // a colon follows
		}
	}
	return ""
}

var linkTarget = strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20", "{", "%7B", "}", "%7D", "\\", "%5C")

// escapeMarkdown writes words so that nothing in them is read as a mark.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 && strings.ContainsRune("\\`*_{}[]()#+-.!|<>~&\"'$^=:@/", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// frontSource is a source in the front matter of a release file.
type frontSource struct {
	Said      string `yaml:"said"`
	Title     string `yaml:"title,omitempty"`
	Link      string `yaml:"link,omitempty"`
	Date      string `yaml:"date,omitempty"`
	CheckedBy string `yaml:"checked_by,omitempty"`
	Checked   string `yaml:"checked,omitempty"` // YYYY-MM-DD
}

func (f *releaseFront) sources() ([]campaign.Source, error) {
	var out []campaign.Source
	for i, s := range f.Sources {
		source := campaign.Source{Said: s.Said, Title: s.Title, Link: s.Link, Date: s.Date, CheckedBy: s.CheckedBy}
		n := strconv.Itoa(i)
		var err error
		switch {
		case strings.TrimSpace(s.Said) == "":
			return nil, f.at(errors.New("a source needs said: the figure or the quotation it is for"), "sources", n)
		case strings.TrimSpace(s.Title+s.Link) == "":
			return nil, f.at(errors.New("a source needs a title or a link"), "sources", n)
		}
		for _, day := range []struct{ key, value string }{{"date", s.Date}, {"checked", s.Checked}} {
			if day.value == "" {
				continue
			}
			if source.CheckedAt, err = time.Parse(time.DateOnly, day.value); err != nil {
				return nil, f.at(fmt.Errorf("the date “%s” is not of the form 2026-10-18", shorten(day.value, 40)), "sources", n, day.key)
			}
		}
		if s.Checked == "" {
			source.CheckedAt = time.Time{}
		}
		out = append(out, source)
	}
	return out, nil
}

func frontSources(sources []campaign.Source) []frontSource {
	var out []frontSource
	for _, s := range sources {
		f := frontSource{Said: s.Said, Title: s.Title, Link: s.Link, Date: s.Date, CheckedBy: s.CheckedBy}
		if !s.CheckedAt.IsZero() {
			f.Checked = s.CheckedAt.Format(time.DateOnly)
		}
		out = append(out, f)
	}
	return out
}
