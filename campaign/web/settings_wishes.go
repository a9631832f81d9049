package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// This file holds the part of the settings about what readers can choose: topics and the weekly digest.

// topicRow is one topic of the form.
type topicRow struct {
	Number                        int
	Key, English, Serbian, French string
}

// Topics are the rows of the form with two empty ones at the end.
func (p *settingsPage) Topics() []topicRow {
	var rows []topicRow
	f := &p.Form
	for i := range f.TopicKey {
		row := topicRow{Number: len(rows) + 1, Key: f.TopicKey[i], English: nth(f.TopicEnglish, i), Serbian: nth(f.TopicSerbian, i), French: nth(f.TopicFrench, i)}
		if row.English+row.Serbian+row.French != "" {
			rows = append(rows, row)
		}
	}
	for range 2 {
		rows = append(rows, topicRow{Number: len(rows) + 1})
	}
	return rows
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

func (f *settingsForm) showWishes(set *campaign.Settings) {
	for _, t := range set.Topics {
		f.TopicKey = append(f.TopicKey, t.Key)
		f.TopicEnglish = append(f.TopicEnglish, t.Names[campaign.English])
		f.TopicSerbian = append(f.TopicSerbian, t.Names[campaign.SerbianLatin])
		f.TopicFrench = append(f.TopicFrench, t.Names[campaign.French])
	}
	f.Digest, f.Weekday, f.Hour = set.Digest.On, int(set.Digest.Weekday), set.Digest.Hour
	if set.Digest == (campaign.DigestSettings{}) {
		f.Weekday, f.Hour = int(time.Friday), digestStandard
	}
}

// fillWishes copies topics and digest. The key of a topic stays when its names change, because readers and releases refer to
// it.
func (f *settingsForm) fillWishes(set *campaign.Settings, now time.Time) error {
	set.Topics = nil
	var faults campaign.Checks
	taken := map[string]bool{}
	for i := range f.TopicKey {
		t := campaign.Topic{Key: f.TopicKey[i], Names: map[campaign.Language]string{}}
		for l, names := range map[campaign.Language][]string{campaign.English: f.TopicEnglish, campaign.SerbianLatin: f.TopicSerbian, campaign.French: f.TopicFrench} {
			if name := strings.Join(strings.Fields(nth(names, i)), " "); name != "" {
				t.Names[l] = name
			}
		}
		if len(t.Names) == 0 {
			continue
		}
		if t.Key == "" {
			t.Key = strings.ReplaceAll(campaign.Fold(t.Name(campaign.English)), " ", "-")
		}
		faults.Refuse(taken[t.Key], "topics", "there are two topics named %q", t.Name(campaign.English))
		taken[t.Key] = true
		set.Topics = append(set.Topics, t)
	}
	faults.Refuse(f.Weekday < 0 || f.Weekday > 6 || f.Hour < 0 || f.Hour > 23, "digest", "choose a weekday and an hour")
	since := set.Digest.Since
	if f.Digest && !set.Digest.On {
		since = now.UTC().Truncate(time.Second)
	}
	set.Digest = campaign.DigestSettings{On: f.Digest, Weekday: time.Weekday(f.Weekday), Hour: f.Hour, Since: since}
	return campaign.Together(faults...)
}
