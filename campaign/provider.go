package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// providers are the large providers whose mailboxes lie behind more than one domain, each under the domain it is known
// by. Everybody else's provider is the domain itself: who runs the servers behind a domain of its own would take a look
// into the DNS for each, and can change any day.
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
