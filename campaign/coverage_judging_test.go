package campaign

import (
	"math"
	"testing"
	"time"
)

func TestCoverageIsJudgedByTwo(t *testing.T) {
	answers := func(of ...CriterionAnswer) map[Criterion]CriterionAnswer {
		out := map[Criterion]CriterionAnswer{}
		for i, c := range Criteria {
			out[c] = of[i%len(of)]
		}
		return out
	}
	c := Coverage{Day: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	if err := c.Judge(Judgement{User: "a", Answers: map[Criterion]CriterionAnswer{NoBlame: Met}}); CodeOf(err) != Invalid || len(c.Judgements) > 0 {
		t.Errorf("a list that is not filled in: %v, %+v", err, c.Judgements)
	}
	for _, j := range []Judgement{{User: "a", Answers: answers(NotMet)}, {User: "a", Answers: answers(Met, NotMet)}, {User: "b", Answers: answers(Met, Met)}} {
		if err := c.Judge(j); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Judge(Judgement{User: "c", Answers: answers(Met)}); CodeOf(err) != Conflict {
		t.Errorf("a third reader: %v", err)
	}
	once := Coverage{Day: c.Day.AddDate(0, 1, 0), Judgements: []Judgement{{User: "a", Answers: answers(NotApplicable)}}}
	q := JudgeTogether([]Coverage{c, once, {}})
	if q.Pieces != 2 || q.ByTwo != 1 || q.Answers != 6 || q.Alike != 3 || !q.KappaKnown || q.Kappa != 0 {
		t.Errorf("%+v", q)
	}
	if n := q.Counts[0]; n != (CriterionCount{IdentityProtected, 2, 2}) || q.Counts[1] != (CriterionCount{FairPicture, 1, 2}) {
		t.Errorf("%+v", q.Counts)
	}
	// 20 pairs of a textbook's table: both yes 8, both no 6, apart 4 and 2; agreement 0.7, by chance 0.5
	var pieces []Coverage
	pair := func(n int, a, b CriterionAnswer) {
		for range n * len(Criteria) {
			pieces = append(pieces, Coverage{Judgements: []Judgement{{User: "a", Answers: answers(a)}, {User: "b", Answers: answers(b)}}})
		}
	}
	pair(8, Met, Met)
	pair(6, NotMet, NotMet)
	pair(4, Met, NotMet)
	pair(2, NotMet, Met)
	if q := JudgeTogether(pieces); math.Abs(q.Kappa-0.4) > 1e-9 {
		t.Errorf("kappa %v, want 0.4", q.Kappa)
	}
	if q := JudgeTogether(nil); q.Counts != nil || q.KappaKnown {
		t.Errorf("nothing judged: %+v", q)
	}
	before, after := AroundTraining([]Coverage{c, once}, once.Day)
	if len(before) != 1 || len(after) != 1 || !after[0].Day.Equal(once.Day) {
		t.Errorf("%d before, %d after", len(before), len(after))
	}
}
