package scheduler

import (
	"iter"
	"runtime"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// NoticeComposition is the Composition of a run of notices: each message is about something of its own.
type NoticeComposition interface {
	Composition
	// Notice appends the message a notice is about to buf, which it may use as its Data.
	Notice(buf []byte, d *campaign.Delivery, n *campaign.Notice) (campaign.Message, error)
}

// composing makes the messages of a run.
type composing struct {
	composition Composition
	signer      func() func(*campaign.Message) error // see Config.Signer
	buffers     *sync.Pool
}

// all composes jobs and yields them in their order, each with what went wrong. Where messages are signed, some are composed ahead.
func (c composing) all(jobs []*job) iter.Seq2[*job, error] {
	var sign func(*campaign.Message) error
	if c.signer != nil {
		sign = c.signer()
	}
	if sign == nil {
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
				ahead = append(ahead, c.composeAndSign(jobs[next], sign))
			}
			err := <-ahead[0]
			ahead = ahead[1:]
			if !yield(j, err) {
				return
			}
		}
	}
}

// composeAndSign composes a message and has it signed meanwhile; the channel returns how that ended.
func (c composing) composeAndSign(j *job, sign func(*campaign.Message) error) chan error {
	done := make(chan error, 1)
	if err := c.compose(j); err != nil {
		done <- err
		return done
	}
	go func() { // all waits for it
		err := sign(&j.message)
		*j.buffer = j.message.Data
		done <- err
	}()
	return done
}

func (c composing) compose(j *job) (err error) {
	j.buffer = c.buffers.Get().(*[]byte)
	if j.notice != nil {
		n, ok := c.composition.(NoticeComposition)
		if !ok {
			return campaign.Errorf(campaign.Invalid, "this program cannot write such mails")
		}
		j.message, err = n.Notice((*j.buffer)[:0], j.delivery, j.notice)
	} else {
		j.message, err = c.composition.Message((*j.buffer)[:0], j.delivery, j.contact, j.organisation)
	}
	if err == nil {
		*j.buffer = j.message.Data
	}
	return err
}
