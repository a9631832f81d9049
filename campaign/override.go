package campaign

import "time"

// Override lets a release go out with words that the writing check blocks: somebody who may do so says why. It holds for the text as
// it was then.
type Override struct {
	Language Language  `json:"language"`
	Rule     string    `json:"rule"`
	Text     string    `json:"text"` // that was found
	Sum      string    `json:"sum"`  // of the text it stands in
	Reason   string    `json:"reason"`
	By       string    `json:"by"`      // user id; "" for the command line
	Name     string    `json:"by_name"` // of who did it
	At       time.Time `json:"at"`
}

// Blocked is a finding of the writing check that keeps a release from going out.
type Blocked struct {
	Language Language
	Rule     string
	Text     string
	Sum      string // of the text it stands in
	Why      Texts
	Override *Override // nil: nobody has overridden it
}

// Key names a finding for a form, so that nobody lets out what they did not see.
func (b Blocked) Key() string { return DerivedID(string(b.Language), b.Rule, b.Text, b.Sum) }

// OverrideOf returns the override of a finding, if the text is still the one it was given for.
func (r *Release) OverrideOf(l Language, rule, text, sum string) *Override {
	return First(r.Overrides, func(o *Override) bool {
		return o.Language == l && o.Rule == rule && o.Text == text && o.Sum == sum
	})
}

// maxReason is how long a reason may be.
const maxReason = 1000

// Override keeps why findings may go out.
func (r *Release) Override(all []Blocked, reason string, by Actor, now time.Time) error {
	var faults Checks
	reason = CleanLine(reason)
	faults.Refuse(len([]rune(reason)) < 10, "reason", "say why these words must stay, in a sentence: it is kept with the release")
	faults.Refuse(LongerThan(reason, maxReason), "reason", "this is longer than %d characters", maxReason)
	if err := Together(faults...); err != nil {
		return err
	}
	for _, b := range all {
		if r.OverrideOf(b.Language, b.Rule, b.Text, b.Sum) == nil {
			r.Overrides = append(r.Overrides, Override{Language: b.Language, Rule: b.Rule, Text: b.Text, Sum: b.Sum, Reason: reason, By: by.User, Name: by.Name, At: now})
		}
	}
	return nil
}
