package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// sentRun is a run that is sent, held against those before it.
type sentRun struct {
	Run      campaign.Run
	Campaign campaign.Campaign
	Figures  campaign.Figures
	Read     string // the share of readers who read it, as a range
	Trends   []trendLine
	Shares   []float64 // of those who read at most, up to this run, the oldest first; none where there is too little to compare
	Usual    float64   // the median of all but the last of them
	Picture  string    // what the drawing of them shows
}

// trendLine says how a run did in one respect against our own past.
type trendLine struct {
	Tone  string // good, bad, quiet
	Words string
}

// Mark is the sign beside the line, so that colour is not the only mark.
func (l trendLine) Mark() string {
	return map[string]string{"good": "✓", "bad": "▲", "quiet": "="}[l.Tone]
}

// What a trend of a figure is called, and whether it is good. Of what is as usual only reading is told.
var (
	readTrends = map[campaign.Trend]trendWords{
		campaign.More: {"good", campaign.Textf("Read by more than usual")}, campaign.Usual: {"quiet", campaign.Textf("Read by as many as usual")}, campaign.Less: {"bad", campaign.Textf("Read by fewer than usual")},
	}
	returnedTrends = map[campaign.Trend]trendWords{
		campaign.More: {"bad", campaign.Textf("More returned than usual")}, campaign.Less: {"good", campaign.Textf("Fewer returned than usual")},
	}
	leftTrends = map[campaign.Trend]trendWords{
		campaign.More: {"bad", campaign.Textf("More left than usual")}, campaign.Less: {"good", campaign.Textf("Fewer left than usual")},
	}
)

type trendWords struct {
	tone  string
	words campaign.Text
}

const (
	shownRuns = 3
	pastTen   = 10
)

func (s *homePages) fillLast(v *visit, p *homePage) error {
	runs, err := s.store.FindLastRuns(v.ctx(), campaign.Sent, shownRuns+pastTen)
	if err != nil {
		return err
	}
	figures := make([]campaign.Figures, len(runs))
	for i := range runs {
		look := s.store.PastFigures
		if i == 0 {
			look = s.store.LookFigures
		}
		if figures[i], err = look(v.ctx(), &runs[i]); err != nil {
			return err
		}
	}
	for i := range min(shownRuns, len(runs)) {
		c, err := s.store.GetCampaign(v.ctx(), runs[i].Campaign)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if err == nil {
			p.Last = append(p.Last, held(&p.Page, runs[i], c, figures[i], figures[i+1:min(i+1+pastTen, len(figures))]))
		}
	}
	return nil
}

// held holds a run against those before it, the latest first. Only those that reached somebody, and of which reading was counted
// at all, say what is usual.
func held(p *Page, r campaign.Run, c campaign.Campaign, f campaign.Figures, before []campaign.Figures) sentRun {
	out := sentRun{Run: r, Campaign: c, Figures: f, Read: p.rangeOf(f, f.Opened)}
	var read, returned, left []float64
	for i := range before {
		if b := before[len(before)-1-i]; b.Accepted > 0 {
			returned, left = append(returned, b.ReturnedShare()), append(left, b.LeftShare())
			if b.Opened.Any() {
				read = append(read, b.ReadShare())
			}
		}
	}
	add := func(trend campaign.Trend, of map[campaign.Trend]trendWords) {
		if w, ok := of[trend]; ok {
			out.Trends = append(out.Trends, trendLine{w.tone, p.say("%s", w.words)})
		}
	}
	if f.Opened.Any() {
		var trend campaign.Trend
		if trend, out.Usual = campaign.Compare(f.ReadShare(), f.Accepted, read); trend != campaign.TooFew {
			add(trend, readTrends)
			out.Shares = append(read, f.ReadShare())
			now, usual := templates.Percent(p.Language, share(f.ReadShare()), share(1)), templates.Percent(p.Language, share(out.Usual), share(1))
			out.Picture = p.say("Read at most: %s, in the median of the %d before it %s", now, len(read), usual)
		}
	}
	trend, _ := campaign.Compare(f.ReturnedShare(), f.ToSend(), returned)
	add(trend, returnedTrends)
	trend, _ = campaign.Compare(f.LeftShare(), f.Accepted, left)
	add(trend, leftTrends)
	if out.Trends == nil && trend != campaign.TooFew {
		out.Trends = []trendLine{{"quiet", p.say("All as usual")}}
	}
	return out
}

// share is a share in ten-thousandths.
func share(of float64) int64 { return int64(of*10000 + 0.5) }
