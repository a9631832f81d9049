package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/templates"
)

// takeLayout fills the form from what a release holds for its layout.
func (f *releaseForm) takeLayout(r *campaign.Release, zone string) {
	f.Layout, f.EventZone = r.Layout, zone
	o := r.Occasion
	if o == nil {
		return
	}
	start, end := o.In()
	f.EventStart, f.EventZone, f.EventMap, f.EventAnswer = start.Format(campaign.WallLayout), o.Zone, o.Map, strings.TrimPrefix(o.Answer, "mailto:")
	if !end.IsZero() {
		f.EventEnd = end.Format(campaign.WallLayout)
	}
}

// takeLayoutOf fills the form from what a version holds for the layout.
func (f *releaseForm) takeLayoutOf(v *campaign.Version) {
	f.Venue = v.Venue
	for _, s := range v.Stories {
		f.addStory(s)
	}
	for name, held := range v.Slots {
		f.SlotName, f.SlotText = append(f.SlotName, name), append(f.SlotText, held)
	}
}

func (f *releaseForm) addStory(s campaign.Story) {
	f.StoryHeadline, f.StoryText, f.StoryPicture = append(f.StoryHeadline, s.Headline), append(f.StoryText, s.Text), append(f.StoryPicture, s.Picture)
	f.StoryAlt, f.StoryLink, f.StoryFrom = append(f.StoryAlt, s.Alt), append(f.StoryLink, s.Link), append(f.StoryFrom, s.From)
}

// fillLayout copies what was typed for the layout into a release.
func (f *releaseForm) fillLayout(r *campaign.Release) error {
	r.Layout, r.Occasion = f.Layout, nil
	if f.EventStart+f.EventEnd+f.EventMap+f.EventAnswer == "" {
		return nil
	}
	o := campaign.Occasion{Zone: strings.TrimSpace(f.EventZone), Map: strings.TrimSpace(f.EventMap), Answer: strings.TrimSpace(f.EventAnswer)}
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC // Normalize refuses it
	}
	var faults campaign.Checks
	read := func(field, typed string) (t time.Time) {
		if typed == "" {
			return t
		}
		t, err := time.ParseInLocation(campaign.WallLayout, typed, zone)
		faults.Refuse(err != nil, field, "%q is not a date and a time", typed)
		return t.UTC()
	}
	o.Start, o.End = read("event_start", f.EventStart), read("event_end", f.EventEnd)
	if r.Occasion = &o; len(faults) > 0 {
		r.Occasion = nil
	}
	return campaign.Together(faults...)
}

// fillLayoutOf copies what was typed for the layout into a version.
func (f *releaseForm) fillLayoutOf(v *campaign.Version) {
	v.Venue = unix(f.Venue)
	for i, headline := range f.StoryHeadline {
		s := campaign.Story{Headline: headline, Text: unix(nth(f.StoryText, i)), Picture: nth(f.StoryPicture, i), Alt: nth(f.StoryAlt, i), Link: nth(f.StoryLink, i), From: nth(f.StoryFrom, i)}
		if s.Headline+s.Text+s.Picture+s.Link != "" {
			v.Stories = append(v.Stories, s)
		}
	}
	for i, name := range f.SlotName {
		if held := strings.TrimSpace(unix(nth(f.SlotText, i))); held != "" {
			if v.Slots == nil {
				v.Slots = map[string]string{}
			}
			v.Slots[name] = held
		}
	}
}

// layoutChoice is one layout to choose.
type layoutChoice struct {
	Value, Label, Hint, Base string
	Chosen                   bool
}

type layoutFinder interface {
	FillLayout(ctx context.Context, e *edition.Edition) error
	FindLayouts(ctx context.Context) ([]campaign.Layout, error)
}

// addLayouts looks up the layouts to choose from, the slots of the chosen one, and the releases a story can be taken from.
func (s *releasePages) addLayouts(v *visit, p *releaseEditPage) error {
	p.kept = &v.set
	own, err := s.store.FindLayouts(v.ctx())
	if err != nil {
		return err
	}
	if p.Releases, err = newestReleaseOptions(v, s.store, p.Form.TakeFrom); err != nil {
		return err
	}
	byKind := campaign.Release{Kind: campaign.ReleaseKind(p.Form.Kind)}
	add := func(c layoutChoice) {
		c.Chosen = c.Value == p.Form.Layout
		p.Layouts = append(p.Layouts, c)
	}
	add(layoutChoice{Label: p.say("By its kind"), Hint: templates.Label(p.Language, campaign.LayoutName(byKind.LayoutKey())), Base: byKind.LayoutKey()})
	for _, key := range campaign.BuiltInLayouts {
		add(layoutChoice{Value: key, Label: templates.Label(p.Language, campaign.LayoutName(key)), Base: key})
	}
	for _, l := range own {
		slots, hint := templates.LayoutSlots(l.Source), templates.Label(p.Language, campaign.LayoutName(l.Base))
		if l.ID == p.Form.Layout {
			p.slots = slots
		} else if len(slots) > 0 {
			hint = p.say("%s; choose it and save to fill its %d slots", hint, len(slots))
		}
		add(layoutChoice{Value: l.ID, Label: l.Name, Hint: hint, Base: l.Base})
	}
	return nil
}

// ShowsEvent and ShowsStories report whether the chosen layout shows them, or the release has some.
func (p *releaseEditPage) ShowsEvent() bool {
	return p.chosen() == campaign.InvitationLayout || p.Form.EventStart != "" || p.Form.Venue != ""
}

func (p *releaseEditPage) ShowsStories() bool {
	return p.chosen() == campaign.NewsletterLayout || len(p.Form.StoryHeadline) > 0
}

func (p *releaseEditPage) chosen() string {
	if at := slices.IndexFunc(p.Layouts, func(c layoutChoice) bool { return c.Chosen }); at >= 0 {
		return p.Layouts[at].Base
	}
	return ""
}

// storyRow is one story of the form.
type storyRow struct {
	Number                                   int
	Headline, Text, Picture, Alt, Link, From string
}

// Stories are the stories typed so far and an empty row.
func (f *releaseForm) Stories() []storyRow {
	var rows []storyRow
	for i, headline := range f.StoryHeadline {
		row := storyRow{len(rows) + 1, headline, nth(f.StoryText, i), nth(f.StoryPicture, i), nth(f.StoryAlt, i), nth(f.StoryLink, i), nth(f.StoryFrom, i)}
		if row.Headline+row.Text+row.Picture+row.Link != "" {
			rows = append(rows, row)
		}
	}
	return append(rows, storyRow{Number: len(rows) + 1})
}

// slotRow is a slot of the chosen layout, with what it holds.
type slotRow struct {
	templates.LayoutSlot
	Label, Value string
	Lines        int // of a text; 0 for a line
}

// Slots are the slots of the chosen layout. What a former layout's slots held is kept.
func (p *releaseEditPage) Slots() []slotRow {
	var rows []slotRow
	for _, s := range p.slots {
		row := slotRow{LayoutSlot: s, Label: strings.ReplaceAll(s.Name, "_", " ")}
		if at := slices.Index(p.Form.SlotName, s.Name); at >= 0 {
			row.Value = nth(p.Form.SlotText, at)
		}
		if s.Kind == templates.TextSlot {
			row.Lines = 4
		}
		rows = append(rows, row)
	}
	return rows
}

// OtherSlots are what slots hold that the chosen layout has not.
func (p *releaseEditPage) OtherSlots() []slotRow {
	var rows []slotRow
	for i, name := range p.Form.SlotName {
		if !slices.ContainsFunc(p.slots, func(s templates.LayoutSlot) bool { return s.Name == name }) {
			rows = append(rows, slotRow{LayoutSlot: templates.LayoutSlot{Name: name}, Value: nth(p.Form.SlotText, i)})
		}
	}
	return rows
}

// slotFaults refuses what is too long for its slot.
func (p *releaseEditPage) slotFaults() error {
	var faults campaign.Checks
	for _, row := range p.Slots() {
		faults.Refuse(row.Limit > 0 && campaign.LongerThan(unix(row.Value), row.Limit), "slot_"+row.Name, "this is longer than %d characters", row.Limit)
		isPicture := strings.HasPrefix(row.Value, "media:") || strings.HasPrefix(row.Value, "cid:")
		faults.Refuse(row.Kind == templates.PictureSlot && row.Value != "" && !isPicture, "slot_"+row.Name, "choose a picture of the media library, or a file of this release as cid:NAME")
	}
	return campaign.Together(faults...)
}

// takeStory adds a story taken from another release: its headline, lead, first picture and the page where it can be read.
func (s *releasePages) takeStory(v *visit, p *releaseEditPage) error {
	picked, err := s.store.GetRelease(v.ctx(), p.Form.TakeFrom)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.FieldError("take_from", "choose one of the releases offered")
	}
	if err != nil {
		return err
	}
	if len(picked.Versions) == 0 {
		return campaign.FieldError("take_from", "the release has no text in any language yet")
	}
	story := templates.Stories(s.Links)(&v.set.Brand)(&picked, p.Form.LanguageTag())
	p.Form.addStory(story)
	p.Form.TakeFrom = ""
	return nil
}

// taking returns what a button of the form takes into it from elsewhere; nil of one that saves.
func (s *releasePages) taking(do string) func(*visit, *releaseEditPage) error {
	switch do {
	case "story":
		return s.takeStory
	case "about":
		return takeAbout
	case "contact":
		return takeContact
	}
	return nil
}

// showWithTaken shows the form again with what was taken. Nothing is saved.
func (s *releasePages) showWithTaken(v *visit, p *releaseEditPage, take func(*visit, *releaseEditPage) error) error {
	if err := p.Form.takeUploads(v, s.store); err != nil {
		return v.refused(err, "release_edit", p)
	}
	if err := take(v, p); err != nil {
		return v.refused(err, "release_edit", p)
	}
	return v.show("release_edit", p)
}
