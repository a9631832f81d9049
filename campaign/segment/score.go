package segment

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// The engagement score of a contact says, from 0 to 100, how much of what they were sent they are known to have read. Only
// mails sent with individual tracking within the last 180 days count, and only opens and clicks by people. A mail of the
// last 30 days weighs 3, of the last 90 days 2, an older one 1. A click is worth 5 points, an open without one 3, of 5:
//
//	score = 100 × sum of weight × points ÷ (5 × sum of weights), rounded down
//
// A contact who was sent no such mail has no score. No score says that somebody did not read.
const (
	ScoreDays  = 180
	ScoreOpen  = 3
	ScoreClick = 5
)

// ScoreWeight returns how much a mail of a run weighs in the score: 0 if it is too old.
func ScoreWeight(r *campaign.Run, now time.Time) int64 {
	switch day := now.AddDate(0, 0, -ScoreDays); {
	case !r.IsMailing() || r.CreatedAt.Before(day):
		return 0
	case !r.CreatedAt.Before(now.AddDate(0, 0, -30)):
		return 3
	case !r.CreatedAt.Before(now.AddDate(0, 0, -90)):
		return 2
	}
	return 1
}
