package report

import (
	"cmp"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// audienceBy is what accepted messages are told apart by, with the groups there are.
type audienceBy struct {
	table  string
	title  campaign.Text
	by     campaign.Dimension
	groups []campaign.ReportGroup
	name   func(string) string
}

func (b *builder) audiences() []audienceBy {
	r := b.report
	return []audienceBy{
		{"kinds", campaign.Textf("Accepted messages by kind of reader"), campaign.ByKind, r.Kinds, b.kind},
		{"languages", campaign.Textf("Accepted messages by language"), campaign.ByLanguage, r.Languages, b.languageName},
		{"places", campaign.Textf("Accepted messages by place"), campaign.ByPlace, r.Places, b.named(campaign.Textf("Not known"))},
		{"to_lists", campaign.Textf("Accepted messages by list"), campaign.ByList, r.ToLists, b.named(campaign.Textf("On none of the lists it went to"))},
		{"outlets", campaign.Textf("Accepted messages by outlet or organisation"), campaign.ByOutlet, r.Outlets, b.named(campaign.Textf("Without an organisation"))},
	}
}

// audience shows to whom accepted messages went, and what they were about.
func (b *builder) audience() Section {
	s := Section{Title: b.say("To whom it went")}
	for _, by := range b.audiences() {
		chart := Chart{Title: b.words(by.title), Names: []string{b.say("Accepted")}}
		for _, g := range by.groups[:min(len(by.groups), chartGroups)] {
			chart.Rows = append(chart.Rows, ChartRow{by.name(g.Key), []int64{g.Accepted}})
		}
		if tells(by.groups) {
			s.Charts = append(s.Charts, chart)
		}
	}
	s.Texts = []string{b.say("Groups of fewer than %d readers in a mailing are put together, so that nobody can be recognised.", int64(campaign.LeastGroup))}
	return s
}

// tells reports whether there is a group among them that is one of readers: the others alone are worth no chart.
func tells(groups []campaign.ReportGroup) bool {
	return campaign.First(groups, func(g *campaign.ReportGroup) bool { return !strings.HasPrefix(g.Key, "~") }) != nil
}

func (b *builder) groups(by audienceBy) Table {
	head := templates.Label(b.Language, by.by)
	t := Table{Name: by.table, Title: b.words(by.title), Sheet: head, Columns: append([]string{head}, b.heads(campaign.Textf("Accepted"), campaign.Textf("Share"))...)}
	for _, g := range by.groups {
		t.Rows = append(t.Rows, []any{by.name(g.Key), g.Accepted, Share(float64(g.Accepted) / float64(max(1, b.report.Total.Accepted)))})
	}
	if by.by == campaign.ByList && len(t.Rows) > 0 {
		t.Note = b.say("Who is on several of the lists a mailing went to is counted once, for these lists together.")
	}
	return t
}

// topics are what the mailings were about.
func (b *builder) topics() Table {
	head := templates.Label(b.Language, campaign.ByTopic)
	t := Table{Name: "topics", Title: b.say("Mailings by topic of the release"), Sheet: head, Columns: append([]string{head},
		b.heads(campaign.Textf("Mailings"), campaign.Textf("Accepted"), campaign.Textf("Opened, readers at least"), campaign.Textf("Clicked, readers at least"))...),
		Note: b.say("A release about several topics counts in each of them.")}
	for _, topic := range b.report.Topics {
		name := cmp.Or(language.TextFor(topic.Names, b.Language, b.report.Phrases...), topic.Key)
		if topic.Key == campaign.NoGroup {
			name = b.say("About no topic")
		}
		t.Rows = append(t.Rows, []any{name, topic.Mailings, topic.Accepted, topic.Opened, topic.Clicked})
	}
	return t
}

func (b *builder) growth() Section {
	chart := Chart{Title: b.say("Joined and left, by list"), Names: b.heads(campaign.Textf("Joined"), campaign.Textf("Left"))}
	for _, l := range b.report.Lists[max(0, len(b.report.Lists)-chartMailings):] {
		if l.Joined+l.Left > 0 {
			chart.Rows = append(chart.Rows, ChartRow{b.list(l), []int64{l.Joined, l.Left}})
		}
	}
	s := Section{Title: b.say("How the lists grew"), Texts: []string{
		b.say("What is told of a single list is at least so much: changes of fewer than %d people in a month, and those of months that are not whole, are in the figures of all lists together alone, and members are told in tens.", int64(campaign.LeastGroup)),
		b.say("Who was erased since then is in none of these figures."),
	}}
	if len(chart.Rows) > 0 {
		s.Charts = []Chart{chart}
	}
	return s
}

func (b *builder) lists() Table {
	t := Table{Name: "lists", Title: b.say("How the lists grew"), Columns: b.heads(campaign.Textf("List"), campaign.Textf("Joined"), campaign.Textf("Left"), campaign.Textf("Taken off"), campaign.Textf("Returned"), campaign.Textf("Members now"))}
	for _, l := range b.report.Lists {
		t.Rows = append(t.Rows, []any{b.list(l), l.Joined, l.Left, l.TakenOff, l.Returned, l.Now})
	}
	if len(t.Rows) > 0 {
		t.Note = b.say("Of single lists: at least.")
	}
	return t
}

// list names a list, or all of them.
func (b *builder) list(l campaign.ReportList) string {
	if l.Name == campaign.AllLists {
		return b.say("All lists together")
	}
	return l.Name
}

func (b *builder) kind(key string) string {
	return b.group(key, templates.Label(b.Language, campaign.Kind(key)), campaign.Textf("Not known"))
}

func (b *builder) languageName(key string) string {
	return b.group(cmp.Or(key, campaign.NoGroup), templates.Label(b.Language, campaign.Language(key)), campaign.Textf("Not known"))
}

// named returns what names groups by themselves, and those of no group by other words.
func (b *builder) named(none campaign.Text) func(string) string {
	return func(key string) string { return b.group(key, key, none) }
}

// group names a group of readers, or what is none.
func (b *builder) group(key, name string, none campaign.Text) string {
	switch key {
	case campaign.FewGroup:
		return b.say("Smaller groups together")
	case campaign.GoneGroup:
		return b.say("Not on record any more")
	case campaign.NoGroup:
		return b.words(none)
	}
	return name
}
