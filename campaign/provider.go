package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// providers are the large providers whose mailboxes lie behind more than one domain, each under the domain it is known
// by. Whose servers are behind other domains the DNS says (see MailDomain); until it is known they are their own provider.
var providers = map[string][]string{
	"gmail.com": {"gmail.com", "googlemail.com"},
	"outlook.com": {
		"outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.fr", "outlook.de", "outlook.it", "outlook.es", "outlook.rs",
		"hotmail.fr", "hotmail.de", "hotmail.it", "hotmail.es", "hotmail.co.uk", "live.fr", "live.de", "live.it", "live.nl", "live.co.uk", "hotmail.rs", "live.rs",
	},
	"yahoo.com": {
		"yahoo.com", "yahoo.fr", "yahoo.de", "yahoo.it", "yahoo.es", "yahoo.co.uk", "yahoo.gr", "yahoo.ro", "ymail.com", "rocketmail.com", "aol.com", "aim.com",
	},
	"icloud.com": {"icloud.com", "me.com", "mac.com"},
	"gmx.net":    {"gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "web.de"},
	"proton.me":  {"proton.me", "protonmail.com", "protonmail.ch", "pm.me"},
	"orange.fr":  {"orange.fr", "wanadoo.fr"},
	"free.fr":    {"free.fr", "aliceadsl.fr"},
	"mail.ru":    {"mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"},
	"yandex.ru":  {"yandex.ru", "yandex.com", "ya.ru"},
}

// providerOf is providers the other way round.
var providerOf = func() map[string]string {
	of := map[string]string{}
	for provider, domains := range providers {
		for _, d := range domains {
			of[d] = provider
		}
	}
	return of
}()

// ProviderOf returns the provider of the mailboxes of a domain: what limits and holds speak of.
func ProviderOf(domain string) string {
	return cmp.Or(providerOf[domain], domain)
}

// IsKnownProvider reports whether a domain is one of a large provider, so that nobody need be asked whose it is.
func IsKnownProvider(domain string) bool { return providerOf[domain] != "" }

// ProviderDomains returns the domains of a provider, as ProviderOf names it.
func ProviderDomains(provider string) []string {
	if domains := providers[provider]; domains != nil {
		return slices.Clone(domains)
	}
	return []string{provider}
}

// ParseProvider reads a provider or any domain of one, as a person writes it.
func ParseProvider(s string) (string, error) {
	s = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "@")
	address, err := ParseAddress("x@" + s)
	if err != nil {
		return "", FieldError("providers", "%q is not a domain such as gmail.com", s)
	}
	return ProviderOf(Domain(address)), nil
}

// Hold holds mail to one provider back, in all runs, because the provider refuses us by policy (domain.md D-02). After a
// wait one message tries; a person may let it try at once. The id is the provider.
type Hold struct {
	ID      string    `json:"id"` // the provider
	Version int64     `json:"version"`
	Why     string    `json:"why"`  // the provider's words
	Code    int64     `json:"code"` // the reply code they came with
	Run     string    `json:"run_id"`
	Since   time.Time `json:"since"`
	LastAt  time.Time `json:"last_at"` // of the last refusal
	Until   time.Time `json:"until"`   // when one message tries again
	Refused int64     `json:"refused"` // tries that were refused, one after another
}

// Trying reports whether a message may find out if the provider takes mail from us again.
func (h *Hold) Trying(now time.Time) bool { return !now.Before(h.Until) }

// Words tell of the hold.
func (h *Hold) Words() Text {
	return Textf("%s takes no mail from you just now; what goes there waits.", h.ID)
}

// MailDomain is what the DNS said of whose servers take the mail of a domain.
type MailDomain struct {
	ID       string    `json:"id"` // the domain
	Provider string    `json:"provider"`
	At       time.Time `json:"at"`
	Until    time.Time `json:"until"` // then it is asked again
}

// MailDomains bounds how many domains of one provider are told apart from those of others; mail to further ones goes by the domain's text.
const MailDomains = 2000

// LearnedLimit is how much one provider takes from one of our servers, as its answers have taught. It grows again by itself.
type LearnedLimit struct {
	ID        string    `json:"id"` // LearnedLimitID
	Version   int64     `json:"version"`
	Provider  string    `json:"provider"`
	Server    string    `json:"server"`     // host:port
	PerSecond float64   `json:"per_second"` // messages, of all processes together
	Usual     float64   `json:"usual"`      // messages a second that went there before the first slowing down; at twice that the limit ends
	Why       string    `json:"why"`        // the provider's last words for slowing down
	Code      int64     `json:"code"`
	Slowed    int64     `json:"slowed"` // times
	Since     time.Time `json:"since"`
	SlowedAt  time.Time `json:"slowed_at"`
	ChangedAt time.Time `json:"changed_at"` // by the last step down or up
}

// LearnedLimitID is the id of what was learned of a provider and a server.
func LearnedLimitID(provider, server string) string { return provider + " " + server }

// Steps of a learned limit. A slower one would hold mail up for longer than greylisting does.
const (
	SlowestLearned   = 1.0 / 60 // messages a second
	LearnedUpEvery   = 5 * time.Minute
	LearnedDownEvery = 30 * time.Second // answers to what was under way at the last step teach nothing new
	learnedUp        = 1.5
)

// SlowDown halves what goes to a provider. rate is what went there lately, in messages a second. It reports whether anything changed.
func (l *LearnedLimit) SlowDown(rate float64, code int64, why string, now time.Time) bool {
	if now.Sub(l.SlowedAt) < LearnedDownEvery {
		return false
	}
	if l.PerSecond == 0 {
		l.Usual, l.Since = rate, now
	} else {
		rate = min(rate, l.PerSecond)
	}
	l.PerSecond = max(rate/2, SlowestLearned)
	l.Usual = max(l.Usual, l.PerSecond)
	l.Code, l.Why, l.SlowedAt, l.ChangedAt = code, why, now, now
	l.Slowed++
	return true
}

// Recover takes the steps back up for which it is time, and reports whether there were any. over says that the limit has ended.
func (l *LearnedLimit) Recover(now time.Time) (stepped, over bool) {
	for !over && now.Sub(l.ChangedAt) >= LearnedUpEvery {
		l.PerSecond *= learnedUp
		l.ChangedAt = l.ChangedAt.Add(LearnedUpEvery)
		stepped, over = true, l.PerSecond >= 2*l.Usual
	}
	return stepped, over
}

// NextStep is when the limit grows next, if nothing is refused until then.
func (l *LearnedLimit) NextStep() time.Time { return l.ChangedAt.Add(LearnedUpEvery) }
