package campaign

import (
	"slices"
	"time"
)

// Criterion is one line of the list by which coverage is judged: whether it protects the people it tells of, and informs.
type Criterion string

const (
	IdentityProtected Criterion = "identity"
	FairPicture       Criterion = "picture"
	NoBlame           Criterion = "blame"
	PlainWords        Criterion = "words"
	NamesHelpline     Criterion = "helpline"
	NamesSource       Criterion = "source"
)

// Criteria are all of them in the order they are asked.
var Criteria = []Criterion{IdentityProtected, FairPicture, NoBlame, PlainWords, NamesHelpline, NamesSource}

// CriterionAnswer is what a reader of a piece says to a criterion.
type CriterionAnswer string

const (
	Met           CriterionAnswer = "met"
	NotMet        CriterionAnswer = "not_met"
	NotApplicable CriterionAnswer = "not_applicable"
)

// CriterionAnswers are all of them in the order they are offered.
var CriterionAnswers = []CriterionAnswer{Met, NotMet, NotApplicable}

// Judgement is how one of the team judged a piece of coverage, by themselves.
type Judgement struct {
	User    string                        `json:"user_id"`
	By      string                        `json:"by"`
	At      time.Time                     `json:"at"`
	Answers map[Criterion]CriterionAnswer `json:"answers"`
}

// MostJudges is how many of the team judge one piece.
const MostJudges = 2

// Judge adds a judgement, in place of an earlier one of the same user.
func (c *Coverage) Judge(j Judgement) error {
	var faults Checks
	for _, of := range Criteria {
		faults.Refuse(!slices.Contains(CriterionAnswers, j.Answers[of]), string(of), "choose one of the answers")
	}
	if err := Together(faults...); err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(c.Judgements), func(o Judgement) bool { return o.User == j.User })
	if len(others) >= MostJudges {
		return Errorf(Conflict, "two readers have judged this piece already")
	}
	c.Judgements = append(others, j)
	return nil
}

// JudgedBy returns the judgement of a user; nil when there is none.
func (c *Coverage) JudgedBy(user string) *Judgement {
	return First(c.Judgements, func(j *Judgement) bool { return j.User == user })
}

// CriterionCount is how often readers found a criterion met, of how often they found that it applies.
type CriterionCount struct {
	Criterion Criterion `json:"criterion"`
	Met       int64     `json:"met"`
	Of        int64     `json:"of"`
}

// CoverageQuality is how pieces of coverage were judged together; nobody is ranked by it, and no outlet.
type CoverageQuality struct {
	Pieces  int64            `json:"pieces"` // that were judged
	Counts  []CriterionCount `json:"counts,omitempty"`
	ByTwo   int64            `json:"by_two"`  // pieces that two readers judged
	Answers int64            `json:"answers"` // criteria of these pieces
	Alike   int64            `json:"alike"`   // of the answers, how often both said the same
	// Kappa is Cohen's: 1 is full agreement, 0 what chance alone would give. It is 0, and KappaKnown false, where one answer was given
	// throughout, so that chance would have given the same.
	Kappa      float64 `json:"kappa"`
	KappaKnown bool    `json:"kappa_known"`
}

// JudgeTogether counts how some pieces were judged.
func JudgeTogether(pieces []Coverage) CoverageQuality {
	var q CoverageQuality
	counts := map[Criterion]*CriterionCount{}
	for _, of := range Criteria {
		counts[of] = &CriterionCount{Criterion: of}
	}
	var first, second = map[CriterionAnswer]float64{}, map[CriterionAnswer]float64{}
	for i := range pieces {
		all := pieces[i].Judgements
		if len(all) > 0 {
			q.Pieces++
		}
		for _, j := range all {
			for _, of := range Criteria {
				switch j.Answers[of] {
				case Met:
					counts[of].Met++
					counts[of].Of++
				case NotMet:
					counts[of].Of++
				}
			}
		}
		if len(all) < MostJudges {
			continue
		}
		q.ByTwo++
		for _, of := range Criteria {
			a, b := all[0].Answers[of], all[1].Answers[of]
			q.Answers++
			first[a]++
			second[b]++
			if a == b {
				q.Alike++
			}
		}
	}
	if q.Pieces > 0 {
		for _, of := range Criteria {
			q.Counts = append(q.Counts, *counts[of])
		}
	}
	if n := float64(q.Answers); n > 0 {
		chance := 0.0
		for _, answer := range CriterionAnswers {
			chance += first[answer] / n * second[answer] / n
		}
		if q.KappaKnown = chance < 1; q.KappaKnown {
			q.Kappa = (float64(q.Alike)/n - chance) / (1 - chance)
		}
	}
	return q
}

// AroundTraining sets the pieces published before a day apart from those published on it or later.
func AroundTraining(pieces []Coverage, day time.Time) (before, after []Coverage) {
	for _, c := range pieces {
		if c.Day.Before(OnDay(day)) {
			before = append(before, c)
		} else {
			after = append(after, c)
		}
	}
	return before, after
}
