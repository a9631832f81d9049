package dns

import (
	"context"
	"net"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// hosts are registered domains of mail servers whose provider is known by another name.
var hosts = map[string]string{
	"google.com": "gmail.com", "googlemail.com": "gmail.com",
	"mx.microsoft": "outlook.com", "microsoft.com": "outlook.com", "office365.us": "outlook.com",
	"yahoodns.net": "yahoo.com", "yandex.net": "yandex.ru", "apple.com": "icloud.com",
}

// Provider asks the DNS who takes the mail of a domain and returns that provider by its name (see campaign.ProviderOf): the domain that the
// owner of the most preferred mail server registered. It is the domain itself where its own server takes it, or none does. An error
// says that the DNS did not answer, so that nothing is known.
func Provider(ctx context.Context, r Resolver, domain string) (string, error) {
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if !isPublicName(domain) {
		return campaign.ProviderOf(domain), nil // no DNS knows it
	}
	records, err := bounded{r}.mx(ctx, domain)
	if err != nil && !isMissing(err) && len(records) == 0 { // some records may be good while others are not
		return "", err
	}
	records = slices.DeleteFunc(slices.Clone(records), func(mx *net.MX) bool { return strings.Trim(mx.Host, ".") == "" })
	if len(records) == 0 {
		return campaign.ProviderOf(domain), nil
	}
	first := slices.MinFunc(records, func(a, b *net.MX) int {
		if a.Pref != b.Pref {
			return int(a.Pref) - int(b.Pref)
		}
		return strings.Compare(strings.ToLower(a.Host), strings.ToLower(b.Host)) // the DNS gives those of one preference in any order
	})
	owner := organisation(strings.ToLower(strings.Trim(first.Host, ".")))
	switch {
	case hosts[owner] != "":
		return hosts[owner], nil
	case owner == organisation(domain):
		return campaign.ProviderOf(domain), nil
	}
	return campaign.ProviderOf(owner), nil
}

// isPublicName reports whether the public DNS may know a domain: names for tests and examples are never asked about (RFC 2606, RFC 6761).
func isPublicName(domain string) bool {
	for _, end := range append([]string{"example.com", "example.net", "example.org"}, privateNames...) {
		if domain == end || strings.HasSuffix(domain, "."+end) {
			return false
		}
	}
	return strings.Contains(domain, ".")
}
