package templates

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/language/check"
)

// teamRules are the rules a team made last, by what it wrote, since they cost as much as reading a long text.
var teamRules struct {
	sync.Mutex
	key   string
	rules *check.Rules
}

// RulesOf returns the rules of the writing check as the team set them.
func RulesOf(s *campaign.Settings) *check.Rules {
	if s == nil || len(s.Writing.Changes)+len(s.Writing.Own) == 0 {
		return check.Standard()
	}
	key, err := json.Marshal(s.Writing)
	if err != nil {
		return check.Standard()
	}
	teamRules.Lock()
	defer teamRules.Unlock()
	if teamRules.key != string(key) {
		rules, err := check.New(s.Writing.ByRule(), s.Writing.Own)
		if err != nil { // a pattern that an older version took: the team's own rules are left out, never the built-in ones
			if rules, err = check.New(s.Writing.ByRule(), nil); err != nil {
				return check.Standard()
			}
		}
		teamRules.key, teamRules.rules = string(key), rules
	}
	return teamRules.rules
}

// Blocked are the findings of all versions that keep a release from going out, each with its override if it has one.
func Blocked(r *campaign.Release, settings *campaign.Settings) (out []campaign.Blocked) {
	for i := range r.Versions {
		v := &r.Versions[i]
		sums := TextSums(v)
		for _, f := range check.Find(WritingDocument(r, v, settings), RulesOf(settings)) {
			if f.Severity != check.Block {
				continue
			}
			b := campaign.Blocked{Language: v.Language, Rule: f.Rule, Text: f.Text, Sum: sums[f.Field], Why: f.Why}
			b.Override = r.OverrideOf(b.Language, b.Rule, b.Text, b.Sum)
			out = append(out, b)
		}
	}
	return out
}

// TextSums name the texts of a version by their fields, and all of them by "", which is where what is missing stands.
func TextSums(v *campaign.Version) map[string]string {
	sums, all := map[string]string{}, ""
	for _, f := range versionTexts(v) {
		sums[fieldName(f)] = campaign.DerivedID(*f.text)
		all += *f.text + "\x00"
	}
	sums[""] = campaign.DerivedID(all)
	return sums
}

// AskedFor are the words and pictures of a version for which the team can give its word, whether it did or not.
func AskedFor(r *campaign.Release, v *campaign.Version, settings *campaign.Settings) map[campaign.Assured][]string {
	document := WritingDocument(r, v, settings)
	document.Release.Assured = nil
	out := map[campaign.Assured][]string{}
	for _, f := range check.Find(document, RulesOf(settings)) {
		if what := check.Asks(f.Rule); what != "" && !slices.Contains(out[what], f.Text) {
			out[what] = append(out[what], f.Text)
		}
	}
	return out
}

// Held are those of Blocked that nobody has overridden.
func Held(r *campaign.Release, settings *campaign.Settings) []campaign.Blocked {
	return slices.DeleteFunc(Blocked(r, settings), func(b campaign.Blocked) bool { return b.Override != nil })
}

// Vet refuses to send a release of a funded action that does not say so, or whose words the writing check blocks, see
// store.Sending.
func Vet(r *campaign.Release, settings *campaign.Settings) error {
	if gaps := language.FundingGaps(r, &settings.Brand); len(gaps) > 0 {
		return &campaign.Error{Code: campaign.Invalid, Text: gaps[0].Text}
	}
	for i := range r.Versions {
		if not := Unchecked(&r.Versions[i]); len(not) > 0 {
			return &campaign.Error{Code: campaign.Invalid, Text: not[0].Why}
		}
	}
	held := Held(r, settings)
	if len(held) == 0 {
		return nil
	}
	text := strings.Join(strings.Fields(held[0].Text), " ")
	return campaign.Errorf(campaign.Invalid, "the writing check blocks “%s” (rule %s): change the words, or have somebody who may override it say why they stay", cmp.Or(text, string(held[0].Language)), held[0].Rule)
}

// Unchecked are the texts of a version that the writing check cannot read, and why.
func Unchecked(v *campaign.Version) (out []check.Unchecked) {
	for _, f := range versionTexts(v) {
		if f.markdown {
			if _, err := newMarkdown(pictures{}).parse(*f.text); err != nil {
				out = append(out, unchecked(fieldName(f), err))
			}
		}
	}
	return out
}

// ReplaceWords puts other words in the place of those a finding is about, and reports false when they do not stand there any more.
func ReplaceWords(v *campaign.Version, field string, start int, words, by string) bool {
	for _, f := range versionTexts(v) {
		if fieldName(f) == field && f.path[0] != "slots" && start >= 0 && start <= len(*f.text) && strings.HasPrefix((*f.text)[start:], words) && words != "" {
			*f.text = (*f.text)[:start] + inCase(by, words) + (*f.text)[start+len(words):]
			return true
		}
	}
	return false
}

// inCase begins words with a capital letter where what they replace does.
func inCase(words, like string) string {
	first, _ := utf8.DecodeRuneInString(like)
	r, size := utf8.DecodeRuneInString(words)
	if unicode.IsUpper(first) && size > 0 {
		return string(unicode.ToUpper(r)) + words[size:]
	}
	return words
}
