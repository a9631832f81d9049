package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// SigningKeys are the keys of DKIM that the program makes and keeps. The private half is sealed with the installation's secret.
type SigningKeys struct {
	engine  document.Engine
	now     func() time.Time
	signer  *campaign.Signer
	journal *Journal
}

// forSigning is the purpose that private keys are sealed for.
const forSigning = "signing key"

// mostSigningKeys is how many there can be; a domain has a few.
const mostSigningKeys = 400

// FindSigningKeys returns all keys by domain, the latest first.
func (s *SigningKeys) FindSigningKeys(ctx context.Context) ([]campaign.SigningKey, error) {
	var docs []campaign.SigningKey
	err := s.engine.Find(ctx, schema.SigningKeys, document.Query{Order: []document.Order{{Field: "id"}}, Limit: mostSigningKeys}, &docs)
	slices.SortStableFunc(docs, func(a, b campaign.SigningKey) int {
		if a.Domain != b.Domain {
			return cmp.Compare(a.Domain, b.Domain)
		}
		return b.MadeAt.Compare(a.MadeAt)
	})
	return docs, err
}

// CreateSigningKey stores a new key, which waits until its record is seen. The private key is PEM.
func (s *SigningKeys) CreateSigningKey(ctx context.Context, k campaign.SigningKey, private string) (campaign.SigningKey, error) {
	all, err := s.FindSigningKeys(ctx)
	if err != nil {
		return k, err
	}
	if len(all) >= mostSigningKeys {
		return k, campaign.Errorf(campaign.Conflict, "there are %d keys already: remove those that sign nothing any more", len(all))
	}
	k.Version, k.State, k.MadeAt, k.Sealed = 1, campaign.KeyWaits, s.now(), s.signer.Seal(forSigning, []byte(private))
	if err := s.engine.Insert(ctx, schema.SigningKeys, &k); err != nil {
		return k, err
	}
	return k, s.log(ctx, campaign.Textf("Made the signing key %s", k.ID))
}

// OpenSigningKey returns a private key in PEM.
func (s *SigningKeys) OpenSigningKey(k *campaign.SigningKey) (string, error) {
	private, ok := s.signer.Open(forSigning, k.Sealed)
	if !ok {
		return "", campaign.Errorf(campaign.Invalid, "the signing key %s was sealed with another secret than this installation's: make a new one", k.ID)
	}
	return string(private), nil
}

// SawSigningKey notes what looking up the record of a key found: nothing wrong, or a fault. The first time it is right the key signs,
// and those of its kind and domain that signed before rest.
func (s *SigningKeys) SawSigningKey(ctx context.Context, id string, fault campaign.Text) (campaign.SigningKey, error) {
	begins := false
	k, err := s.modify(ctx, id, func(k *campaign.SigningKey) error {
		k.LookedAt, k.Fault, begins = s.now(), "", false
		if !fault.IsZero() {
			k.Fault = fault.Stored()
			return nil
		}
		if k.SeenAt.IsZero() {
			k.SeenAt = s.now()
		}
		if begins = k.State == campaign.KeyWaits; begins {
			k.State = campaign.KeySigns
		}
		return nil
	})
	if err != nil || k.State != campaign.KeySigns || k.Fault != "" {
		return k, err
	}
	if begins {
		if err := s.log(ctx, campaign.Textf("The signing key %s is in the DNS and signs from now on", k.ID)); err != nil {
			return k, err
		}
	}
	return k, s.restOthers(ctx, &k)
}

// restOthers lets the keys rest that a key has taken over from. It is called at every look, so that none is left over when a process
// ends in between.
func (s *SigningKeys) restOthers(ctx context.Context, k *campaign.SigningKey) error {
	all, err := s.FindSigningKeys(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == k.ID || other.Domain != k.Domain || other.Kind != k.Kind || other.State != campaign.KeySigns || other.MadeAt.After(k.MadeAt) {
			continue
		}
		if err := s.RestSigningKey(ctx, other.ID); err != nil {
			return err
		}
	}
	return nil
}

// RestSigningKey lets a key sign no more. Its record must stay until RemovableAt.
func (s *SigningKeys) RestSigningKey(ctx context.Context, id string) error {
	rested := false
	_, err := s.modify(ctx, id, func(k *campaign.SigningKey) error {
		if rested = k.State == campaign.KeySigns; rested {
			k.State, k.RestsAt = campaign.KeyRests, s.now()
		}
		return nil
	})
	if err != nil || !rested {
		return err
	}
	return s.log(ctx, campaign.Textf("The signing key %s signs no more; its record must stay until mail it signed has arrived", id))
}

// DeleteSigningKey forgets a key that signs nothing: one whose record may be removed, or that never signed.
func (s *SigningKeys) DeleteSigningKey(ctx context.Context, id string) error {
	k, err := document.Get[campaign.SigningKey](ctx, s.engine, schema.SigningKeys, id)
	switch {
	case err != nil:
		return err
	case k.State == campaign.KeySigns:
		return campaign.Errorf(campaign.Conflict, "this key signs: make a new one first, or end its signing")
	case k.State == campaign.KeyRests && !k.Removable(s.now()):
		return campaign.Errorf(campaign.Conflict, "mail that this key signed may still be under way: leave its record in the DNS until %s", campaign.Day(k.RemovableAt()))
	}
	n, err := s.engine.Delete(ctx, schema.SigningKeys, document.All{document.Equal("id", id), document.Equal("version", k.Version)})
	if err == nil && n == 0 {
		err = campaign.Errorf(campaign.Conflict, "this key was changed meanwhile: look again")
	}
	if err != nil {
		return err
	}
	return s.log(ctx, campaign.Textf("Removed the signing key %s", id))
}

func (s *SigningKeys) modify(ctx context.Context, id string, fn func(*campaign.SigningKey) error) (campaign.SigningKey, error) {
	return document.Modify(ctx, s.engine, schema.SigningKeys, id, func(k *campaign.SigningKey) *int64 { return &k.Version }, fn)
}

func (s *SigningKeys) log(ctx context.Context, words campaign.Text) error {
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.SettingsEntry, Audit: true, Detail: words.Stored()})
}
