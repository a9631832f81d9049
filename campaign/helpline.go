package campaign

import (
	"strings"
	"time"
)

// Helpline is a number for people who need help. None is shipped: a wrong number in a victim's hands does harm, so that somebody of
// the team calls each one and says so (domain.md B.1).
type Helpline struct {
	Label      string    `json:"label"`
	Number     string    `json:"number"`             // as it is shown
	Tel        string    `json:"tel"`                // +381110000000, for links
	Hours      string    `json:"hours,omitempty"`    // in words
	Cost       string    `json:"cost,omitempty"`     // in words
	Speaks     string    `json:"speaks,omitempty"`   // the languages spoken, in words
	Anonymous  bool      `json:"anonymous"`          // callers need not say who they are
	Page       string    `json:"page,omitempty"`     // address
	Language   Language  `json:"language,omitempty"` // of the releases it is for; "": of all
	VerifiedOn time.Time `json:"verified_on,omitzero"`
	VerifiedBy string    `json:"verified_by,omitempty"` // name
}

// HelplineFresh is how long a number is trusted after somebody called it.
const HelplineFresh = 180 * 24 * time.Hour

// Stale reports whether the number should be called again.
func (h *Helpline) Stale(now time.Time) bool { return now.Sub(h.VerifiedOn) > HelplineFresh }

// For reports whether the number is for readers of a language, in whichever script.
func (h *Helpline) For(l Language) bool {
	serbian := func(l Language) bool { return l == SerbianLatin || l == SerbianCyrillic }
	return h.Language == "" || h.Language == l || serbian(h.Language) && serbian(l)
}

// maxHelplines is how many helplines there may be.
const maxHelplines = 50

// Normalize cleans a helpline.
func (h *Helpline) Normalize() error {
	var faults Checks
	for _, line := range []*string{&h.Label, &h.Number, &h.Tel, &h.Hours, &h.Cost, &h.Speaks, &h.Page} {
		*line = CleanLine(*line)
		faults.Refuse(LongerThan(*line, 200), "label", "this is longer than %d characters", 200)
	}
	faults.Refuse(h.Label == "", "label", "say whose number it is")
	faults.Refuse(countDigits(h.Number) < 3, "number", "write the number as callers dial it")
	if h.Tel == "" {
		h.Tel = telOf(h.Number)
	}
	h.Tel = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, h.Tel)
	faults.Refuse(h.Page != "" && !strings.HasPrefix(h.Page, "https://") && !strings.HasPrefix(h.Page, "http://"), "page", "write the full address with https://")
	return Together(faults...)
}

func countDigits(s string) (n int) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// telOf makes the form for links of a number as it is shown; one that begins with 0 is one of Serbia.
func telOf(number string) string {
	if strings.HasPrefix(number, "0") && !strings.HasPrefix(number, "00") {
		return "+381" + number[1:]
	}
	return number
}

// SetHelplines replaces the helplines. Those somebody called just now say so; of the others a number that was changed counts as never
// called.
func (s *Settings) SetHelplines(all []Helpline, now time.Time) error {
	if len(all) > maxHelplines {
		return Errorf(Invalid, "there are more than %d helplines", maxHelplines)
	}
	for i := range all {
		h := &all[i]
		if h.VerifiedOn.Equal(now.UTC().Truncate(time.Second)) {
			continue
		}
		h.VerifiedOn, h.VerifiedBy = time.Time{}, ""
		if old := First(s.Helplines, func(o *Helpline) bool { return o.Number == h.Number && o.Tel == h.Tel }); old != nil {
			h.VerifiedOn, h.VerifiedBy = old.VerifiedOn, old.VerifiedBy
		}
	}
	s.Helplines = all
	return nil
}
