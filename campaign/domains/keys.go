package domains

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
)

// KeyStore holds the keys.
type KeyStore interface {
	CreateSigningKey(ctx context.Context, k campaign.SigningKey, private string) (campaign.SigningKey, error)
	FindSigningKeys(ctx context.Context) ([]campaign.SigningKey, error)
	OpenSigningKey(k *campaign.SigningKey) (string, error)
	SawSigningKey(ctx context.Context, id string, fault campaign.Text) (campaign.SigningKey, error)
}

// MakeKeys makes a new key of each kind for a domain. They sign once their records are seen in the DNS. Where keys of a domain wait
// already, these are returned: nobody needs two to publish.
func MakeKeys(ctx context.Context, s KeyStore, domain string, now time.Time) ([]campaign.SigningKey, error) {
	domain, err := campaign.ParseSigningDomain(domain)
	if err != nil {
		return nil, err
	}
	all, err := s.FindSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	var out []campaign.SigningKey
	for _, kind := range campaign.SigningKinds {
		waits := slices.IndexFunc(all, func(k campaign.SigningKey) bool {
			return k.Domain == domain && k.Kind == kind && k.State == campaign.KeyWaits
		})
		if waits >= 0 {
			out = append(out, all[waits])
			continue
		}
		private, err := mailer.NewSigningKey(kind)
		if err != nil {
			return out, fmt.Errorf("make a signing key: %w", err)
		}
		k := campaign.SigningKey{Domain: domain, Selector: campaign.NextSelector(all, domain, kind, now), Kind: kind}
		d, err := mailer.NewDKIM(k.Domain, k.Selector, private)
		if err != nil {
			return out, err
		}
		k.ID, k.Record = d.Record()
		if k, err = s.CreateSigningKey(ctx, k, private); err != nil {
			return out, err
		}
		out = append(out, k)
	}
	return out, nil
}

// Keyring signs messages with the keys of the store, and with one of the settings where there is one. It is safe for use by many
// goroutines.
type Keyring struct {
	Store  KeyStore
	Fixed  *mailer.DKIM // signs every message, whoever it is from; nil where the settings name none
	Logger *slog.Logger

	mu     sync.Mutex
	read   time.Time
	told   bool // that the keys cannot be read
	domain map[string][]*mailer.DKIM
}

// keysReadFor is for how long keys are used before the store is asked for new ones. A key that rests may sign so much longer, which is
// nothing beside campaign.KeyFlight.
const (
	keysReadFor   = 10 * time.Second
	keysReadIn    = 10 * time.Second
	keysAskedSoon = 2 * time.Second // after a failure
)

// Signer returns what signs messages now; nil where there is no key. Without an answer of the store it goes on with the keys it knows;
// where it knows none yet, it signs nothing and says why, for a message must not leave unsigned by accident.
func (k *Keyring) Signer() func(*campaign.Message) error {
	domain, err := k.keys()
	switch {
	case err != nil:
		return func(*campaign.Message) error { return err }
	case len(domain) == 0 && k.Fixed == nil:
		return nil
	}
	return func(m *campaign.Message) (err error) {
		var keys []*mailer.DKIM
		if len(domain) > 0 {
			for _, d := range campaign.SigningDomains(mailer.FromDomain(m.Data)) {
				if keys = domain[d]; len(keys) > 0 {
					break
				}
			}
		}
		if k.Fixed != nil {
			keys = append(slices.Clip(keys), k.Fixed)
		}
		if len(keys) > 0 {
			m.Data, err = mailer.SignAll(m.Data, keys...)
		}
		return err
	}
}

// Forget has the store asked again before the next message.
func (k *Keyring) Forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.read = time.Time{}
}

// keys returns the keys that sign, by their domains.
func (k *Keyring) keys() (map[string][]*mailer.DKIM, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.domain != nil && time.Since(k.read) < keysReadFor {
		return k.domain, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), keysReadIn)
	defer cancel()
	found, err := k.load(ctx)
	if err != nil {
		if k.domain == nil {
			return nil, fmt.Errorf("read the signing keys: %w", err)
		}
		if !k.told {
			k.Logger.Error("the signing keys cannot be read, so those known go on signing", "error", err)
		}
		k.told, k.read = true, time.Now().Add(keysAskedSoon-keysReadFor)
		return k.domain, nil
	}
	k.domain, k.read, k.told = found, time.Now(), false
	return found, nil
}

func (k *Keyring) load(ctx context.Context) (map[string][]*mailer.DKIM, error) {
	all, err := k.Store.FindSigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]*mailer.DKIM{}
	for _, kind := range campaign.SigningKinds {
		for i := range all {
			key := &all[i]
			if key.State != campaign.KeySigns || key.Kind != kind || slices.ContainsFunc(out[key.Domain], func(d *mailer.DKIM) bool { return d.Kind() == kind }) {
				continue // the latest of its kind alone
			}
			private, err := k.Store.OpenSigningKey(key)
			if err != nil {
				return nil, err
			}
			d, err := mailer.NewDKIM(key.Domain, key.Selector, private)
			if err != nil {
				return nil, err
			}
			out[key.Domain] = append(out[key.Domain], d)
		}
	}
	return out, nil
}
