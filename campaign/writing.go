package campaign

import (
	"slices"
	"strings"
	"time"
)

// Writing is what the team decides about the writing check: its changes of the built-in rules, and rules of its own.
type Writing struct {
	Changes []RuleChange  `json:"changes,omitempty"`
	Own     []WritingRule `json:"own,omitempty"`
}

// RuleChange is how the team changed a built-in rule.
type RuleChange struct {
	Rule     string    `json:"rule"`
	Off      bool      `json:"off,omitempty"`
	Severity string    `json:"severity,omitempty"` // "" as it comes
	By       string    `json:"by"`                 // name
	At       time.Time `json:"at"`
}

// WritingRule is a rule of the team's own.
type WritingRule struct {
	ID         string    `json:"id"`
	Language   Language  `json:"language"` // either script of Serbian stands for both
	Patterns   string    `json:"patterns"` // one a line
	Severity   string    `json:"severity"` // block, warn or hint
	Why        string    `json:"why"`
	Suggestion string    `json:"suggestion,omitempty"`
	Off        bool      `json:"off,omitempty"`
	By         string    `json:"by"` // name
	At         time.Time `json:"at"`
}

// RuleSeverities are those of the writing check, the gravest first.
var RuleSeverities = []string{"block", "warn", "hint"}

// Change returns the change of a built-in rule, or nil.
func (w *Writing) Change(rule string) *RuleChange {
	return First(w.Changes, func(c *RuleChange) bool { return c.Rule == rule })
}

// ByRule are the changes by rule id.
func (w *Writing) ByRule() map[string]RuleChange {
	out := map[string]RuleChange{}
	for _, c := range w.Changes {
		out[c.Rule] = c
	}
	return out
}

// Put adds or replaces the change of a built-in rule; one that changes nothing is dropped.
func (w *Writing) Put(c RuleChange) {
	w.Changes = slices.DeleteFunc(w.Changes, func(old RuleChange) bool { return old.Rule == c.Rule })
	if c.Off || c.Severity != "" {
		w.Changes = append(w.Changes, c)
	}
}

// maxOwnRules is how many rules of its own a team may have.
const maxOwnRules = 500

// Normalize cleans a rule of the team's own. Its patterns are checked by the writing check, which knows them.
func (r *WritingRule) Normalize() error {
	var faults Checks
	r.Patterns = strings.TrimSpace(strings.ReplaceAll(r.Patterns, "\r\n", "\n"))
	r.Why, r.Suggestion = CleanLine(r.Why), CleanLine(r.Suggestion)
	faults.Refuse(r.Patterns == "", "patterns", "write at least one pattern")
	faults.Refuse(LongerThan(r.Patterns, 2000), "patterns", "this is longer than %d characters", 2000)
	faults.Refuse(!r.Language.Known(), "language", "choose a language")
	faults.Refuse(!slices.Contains(RuleSeverities, r.Severity), "severity", "choose how grave it is")
	faults.Refuse(r.Why == "", "why", "say why, for those who write")
	faults.Refuse(LongerThan(r.Why, 500), "why", "this is longer than %d characters", 500)
	faults.Refuse(LongerThan(r.Suggestion, 200), "suggestion", "this is longer than %d characters", 200)
	return Together(faults...)
}

// PutOwn adds or replaces a rule of the team's own.
func (w *Writing) PutOwn(r WritingRule) error {
	if old := First(w.Own, func(o *WritingRule) bool { return o.ID == r.ID }); old != nil {
		*old = r
		return nil
	}
	if len(w.Own) >= maxOwnRules {
		return Errorf(Invalid, "there are %d rules of your own already: delete what you need no more", maxOwnRules)
	}
	w.Own = append(w.Own, r)
	return nil
}
