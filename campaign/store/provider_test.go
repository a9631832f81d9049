package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestProviders(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for domain, provider := range map[string]string{"b.rs": "hoster.rs", "a.rs": "hoster.rs", "c.rs": "gmail.com", "own.rs": "own.rs"} {
			_, err := d.Providers.SaveMailDomain(ctx, domain, provider)
			must(t, err)
		}
		found, err := d.other.Providers.FindMailDomains(ctx, []string{"a.rs", "nobody.rs", "c.rs"})
		must(t, err)
		equal(t, "domains", len(found), 2)
		equal(t, "provider", found["c.rs"].Provider, "gmail.com")
		equal(t, "known for days", found["a.rs"].Until.After(d.now().Add(48*time.Hour)), true)
		for provider, want := range map[string][]string{"hoster.rs": {"a.rs", "b.rs", "hoster.rs"}, "gmail.com": {"c.rs", "gmail.com", "googlemail.com"}, "own.rs": {"own.rs"}, "x.rs": {"x.rs"}} {
			got, err := d.Providers.DomainsOf(ctx, provider)
			must(t, err)
			same(t, provider, got, want)
		}
		_, err = d.Providers.SaveMailDomain(ctx, "a.rs", "gmail.com")
		must(t, err)
		got, err := d.Providers.DomainsOf(ctx, "hoster.rs")
		must(t, err)
		same(t, "after a move", got, []string{"b.rs", "hoster.rs"})

		first, err := d.Providers.SlowDown(ctx, "hoster.rs", "mail.example.org:587", 10, 421, "421 4.7.0 too fast for ana@b.rs")
		must(t, err)
		equal(t, "half", first.PerSecond, 5.0)
		again, err := d.other.Providers.SlowDown(ctx, "hoster.rs", "mail.example.org:587", 10, 421, "421 4.7.0 too fast")
		must(t, err)
		equal(t, "of the same moment", again.PerSecond, 5.0)
		d.pass(campaign.LearnedUpEvery)
		left, err := d.Providers.RecoverLimits(ctx)
		must(t, err)
		equal(t, "a step up", left[0].PerSecond, 7.5)
		left, err = d.other.Providers.RecoverLimits(ctx)
		must(t, err)
		equal(t, "one step alone", left[0].PerSecond, 7.5)
		if left[0].Why == "" || left[0].Why == "421 4.7.0 too fast for ana@b.rs" {
			t.Errorf("the words: %q", left[0].Why)
		}
		d.pass(24 * time.Hour)
		left, err = d.Providers.RecoverLimits(ctx)
		must(t, err)
		equal(t, "over", len(left), 0)
		l, err := d.Providers.SlowDown(ctx, "gmail.com", "mail.example.org:587", 1, 450, "less")
		must(t, err)
		_, err = d.Providers.ResetLimit(ctx, l.ID)
		must(t, err)
		_, err = d.Providers.ResetLimit(ctx, l.ID)
		refused(t, "twice", err, campaign.NotFound)
		d.pass(200 * 24 * time.Hour)
		must(t, d.Providers.DropOldMailDomains(ctx))
		found, err = d.Providers.FindMailDomains(ctx, []string{"a.rs"})
		must(t, err)
		equal(t, "old domains", len(found), 0)
	})
}
