package scheduler

import (
	"slices"
	"time"
)

// A run may wait for two days for nothing but retries. What is known of it then is not asked again and again: where nothing is
// queued, a shard is idle until its earliest deferred delivery is due, something of it is settled by this process or moved by
// a verdict, a provider is held or released, the shard changes hands, or people decide something about the run, which its
// version shows.

// idleFor is how long nothing is looked for at most, whatever is known.
const idleFor = time.Minute

// idle is the time in which a queue is known to hold nothing that may leave.
type idle struct {
	until  time.Time
	since  time.Time
	except []string // domains that were passed over when that was found out
}

// begin notes that nothing may leave before next; zero is never.
func (i *idle) begin(now, next time.Time, except []string) {
	*i = idle{until: now.Add(idleFor), since: now, except: except}
	if !next.IsZero() && next.Before(i.until) {
		i.until = next
	}
}

// lasts reports whether that is still so. A clock that was set back ends it.
func (i *idle) lasts(now time.Time, except []string) bool {
	return now.Before(i.until) && !now.Before(i.since) && slices.Equal(except, i.except)
}
