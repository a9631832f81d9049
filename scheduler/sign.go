package scheduler

import (
	"iter"
	"runtime"
)

// composed composes jobs one after another and gives them in the same order, each with what went wrong. Where messages
// are signed it is some jobs ahead of whoever takes them.
func (c *conductor) composed(jobs []*job) iter.Seq2[*job, error] {
	if c.cfg.Sign == nil {
		return func(yield func(*job, error) bool) {
			for _, j := range jobs {
				if !yield(j, c.compose(j)) {
					return
				}
			}
		}
	}
	return func(yield func(*job, error) bool) {
		var ahead []chan error
		defer func() {
			for _, done := range ahead {
				<-done
			}
		}()
		next := 0
		for i, j := range jobs {
			for ; next < len(jobs) && next < i+2*runtime.GOMAXPROCS(0); next++ {
				ahead = append(ahead, c.composeAndSign(jobs[next]))
			}
			err := <-ahead[0]
			ahead = ahead[1:]
			if !yield(j, err) {
				return
			}
		}
	}
}

// composeAndSign composes a message and lets it be signed meanwhile; the channel gives how that ended.
func (c *conductor) composeAndSign(j *job) chan error {
	done := make(chan error, 1)
	if err := c.compose(j); err != nil {
		done <- err
		return done
	}
	go func() {
		err := c.cfg.Sign(&j.message)
		*j.buffer = j.message.Data
		done <- err
	}()
	return done
}
