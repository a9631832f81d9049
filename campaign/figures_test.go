package campaign

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Whatever happens to the messages of a run, in whatever order, each is in exactly one figure.
func TestFiguresAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 3))
	for history := range 300 {
		type message struct {
			state DeliveryState
			dead  bool
		}
		messages := make([]message, 1+random.IntN(60))
		for i := range messages {
			messages[i].state = Queued
		}
		for range random.IntN(400) {
			m := &messages[random.IntN(len(messages))]
			if next := deliveryMoves[m.state]; len(next) > 0 {
				m.state = next[random.IntN(len(next))]
				m.dead = m.state == Failed && random.IntN(2) == 0
			}
		}
		states, dead := map[DeliveryState]int64{}, int64(0)
		for _, m := range messages {
			states[m.state]++
			if m.dead {
				dead++
			}
		}
		f := CountedDeliveries(states, dead)
		if f.Audience != int64(len(messages)) || f.Accepted+f.Failed+f.LeftOut+f.Interrupted+f.Waiting != f.Audience {
			t.Fatalf("history %d does not add up: %+v", history, f)
		}
		if f.Returned != dead || f.Returned > f.Failed || f.Settled()+f.Waiting != f.ToSend() {
			t.Fatalf("history %d: %+v", history, f)
		}
		for _, kind := range []EventKind{Opened, Clicked} {
			for _, verdict := range []Verdict{Human, Machine, Unknown, ""} {
				f.Count(kind, verdict, true, random.Int64N(f.Audience+1))
				f.Count(kind, verdict, false, random.Int64N(500))
			}
		}
		for _, v := range []Verdicts{f.Opened, f.Clicked} {
			if v.People > f.Accepted || v.People > v.Times || f.Accepted > 0 && v.Times > 0 && v.People == 0 {
				t.Fatalf("history %d: %+v of %d accepted", history, v, f.Accepted)
			}
		}
	}
}

// What is certain of the readers, however they are counted.
func TestReadersAtLeast(t *testing.T) {
	for _, c := range []struct {
		what             string
		accepted         int64
		known, anonymous int64
		want             int64
	}{
		{"nobody", 3, 0, 0, 0},
		{"one program of whoever", 3, 0, 1, 1},
		{"a proxy, a phone and a browser may be one reader's", 3, 0, 3, 1},
		{"a hundred programs too", 300, 0, 100, 1},
		{"readers who agreed are people", 5, 4, 0, 4},
		{"and one more of the others", 5, 3, 9, 4},
		{"never more than were accepted", 1, 1, 1, 1},
		{"nothing was accepted yet", 0, 1, 1, 0},
	} {
		var f Figures
		f.Accepted = c.accepted
		f.Count(Opened, Human, false, c.anonymous)
		f.Count(Opened, Human, true, c.known)
		f.Count(Opened, Machine, false, 7)
		f.Count(Opened, "", false, 2)
		want := Verdicts{People: c.want, Known: c.known, Times: c.known + c.anonymous, Machines: 7, Unknown: 2}
		if f.Opened != want {
			t.Errorf("%s: %+v, want %+v", c.what, f.Opened, want)
		}
	}
}

func TestFiguresCount(t *testing.T) {
	var f Figures
	for _, kind := range []EventKind{Opened, Clicked, BouncedEvent, ComplainedEvent, UnsubscribedEvent, "other"} {
		for i, verdict := range []Verdict{Human, Machine, Unknown, ""} {
			f.Count(kind, verdict, false, int64(i+1))
		}
	}
	want := Verdicts{Times: 1, Machines: 2, Unknown: 7}
	if f.Opened != want || f.Clicked != want || f.Returned != 0 || f.Complained != 10 || f.Unsubscribed != 10 {
		t.Errorf("%+v", f)
	}
}

// The figures that are shown have one meaning each.
func TestFigureMeanings(t *testing.T) {
	var names []string
	for _, m := range slices.Concat(FigureMeanings, PartingMeanings, Collect(ReadingMeanings, func(m ReadingMeaning) FigureMeaning { return FigureMeaning{Name: m.Name, Meaning: m.Meaning} })) {
		if m.Name.IsZero() || m.Meaning.IsZero() || slices.Contains(names, m.Name.String()) {
			t.Errorf("%+v", m)
		}
		names = append(names, m.Name.String())
	}
}
