package web

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// earlier is a store of runs that were each opened some times in their second hour.
type earlier struct {
	runStore
	opened map[string]int64
	at     time.Time
}

func (e *earlier) FindLastRuns(context.Context, campaign.State, int) (out []campaign.Run, _ error) {
	for id := range e.opened {
		out = append(out, campaign.Run{ID: id, StartedAt: e.at})
	}
	return append(out, campaign.Run{ID: "now", StartedAt: e.at.AddDate(0, 1, 0)}), nil
}

func (e *earlier) LookDeliveries(context.Context, *campaign.Run) (campaign.Figures, error) {
	return campaign.Figures{Accepted: 100}, nil
}

func (e *earlier) PastHours(_ context.Context, r *campaign.Run) ([]store.HourlyCount, error) {
	return []store.HourlyCount{{Hour: e.at.Add(time.Hour), Opened: e.opened[r.ID]}}, nil
}

func TestFirstHoursAgainstWhatIsUsual(t *testing.T) {
	at := time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		opened map[string]int64
		usual  int64 // at the end, of 50 accepted; -1 for none said
	}{
		{"the median of three", map[string]int64{"a": 10, "b": 20, "c": 90}, 10},
		{"two and one that nobody opened", map[string]int64{"a": 10, "b": 20, "c": 0}, -1},
	} {
		st := &earlier{opened: tt.opened, at: at}
		s := &runPages{panel: &panel{Config: Config{Now: func() time.Time { return at.AddDate(0, 2, 0) }}}, store: st}
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequest("GET", "/", nil)
		v := &visit{Context: c, panel: s.panel, zone: time.UTC, language: campaign.English}
		for range 2 {
			out := runResults{Run: campaign.Run{ID: "now", StartedAt: at.AddDate(0, 1, 0)}, Figures: campaign.Figures{Accepted: 50}}
			hours := []store.HourlyCount{{Hour: out.Run.StartedAt, Opened: 3}, {Hour: out.Run.StartedAt.Add(2 * time.Hour), Opened: 4}}
			out.drawCurve(v, hours)
			if err := s.compareHours(v, &out, hours); err != nil {
				t.Fatal(err)
			}
			if tt.usual < 0 {
				if out.Usual != nil {
					t.Errorf("%s: %+v", tt.name, out.Usual)
				}
				continue
			}
			this, usual := out.Usual[0].Values, out.Usual[1].Values
			if last := len(this) - 1; this[0] != 3 || this[last] != 7 || usual[0] != 0 || usual[1] != tt.usual || usual[last] != tt.usual || out.UsualOf != 3 {
				t.Errorf("%s: %+v", tt.name, out.Usual)
			}
		}
	}
}
