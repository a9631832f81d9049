package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// TestSegmentsInSegments makes segments of segments, each named several times, which would be 4^n conditions: they are refused before
// they cost anything, by name; and what an older version let in is refused when it is asked.
func TestSegmentsInSegments(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addSegment(t, "s0", `kind = school`)
		level := 1
		for ; level < 10; level++ {
			inner := fmt.Sprintf(`segment "s%d"`, level-1)
			rule, err := d.Rules.ReadRule(ctx, strings.Repeat(inner+" or ", 3)+inner)
			must(t, err)
			seg := segment.Segment{Name: fmt.Sprintf("s%d", level), Rule: rule}
			if err = d.Segments.CreateSegment(ctx, &seg); err != nil {
				refused(t, "too many", err, campaign.Invalid)
				if !strings.Contains(err.Error(), fmt.Sprintf("“s%d”", level-1)) || !strings.Contains(err.Error(), "take the segment out") {
					t.Errorf("it says %v", err)
				}
				_, err = d.Rules.CountRule(ctx, &rule)
				refused(t, "too many to count", err, campaign.Invalid)
				break
			}
			_, err = d.Rules.CountRule(ctx, &rule)
			must(t, err)
		}
		equal(t, "so deep", level, 6) // 4^5 conditions are few enough, 4^6 too many

		// A segment that others name many times becomes large.
		base, err := d.Segments.GetSegmentByName(ctx, "s0")
		must(t, err)
		large, err := d.Rules.ReadRule(ctx, strings.Repeat("kind = school or ", 99)+"everyone")
		must(t, err)
		_, err = d.Segments.UpdateSegment(ctx, base.ID, func(s *segment.Segment) error { s.Rule = large; return nil })
		must(t, err)
		top, err := d.Segments.GetSegmentByName(ctx, "s5")
		must(t, err)
		_, err = d.Rules.CountRule(ctx, &top.Rule)
		refused(t, "too many since", err, campaign.Invalid)
	})
}
