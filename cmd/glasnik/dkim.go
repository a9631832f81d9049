package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/domains"
	"github.com/glasnik/glasnik/mailer/dns"
)

func dkimCommand(p *program) *cobra.Command {
	return group("dkim", "The keys that messages are signed with",
		"Make keys of DKIM, see where they stand, and change them without a gap. The panel does the same on its Sender page.",
		dkimMakeCommand(p), dkimListCommand(p), dkimLookCommand(p), dkimRestCommand(p), dkimRemoveCommand(p))
}

// toldKey is a key as JSON tells it: without its private half.
type toldKey struct {
	ID          string               `json:"id"`
	Domain      string               `json:"domain"`
	Selector    string               `json:"selector"`
	Kind        campaign.SigningKind `json:"kind"`
	State       campaign.KeyState    `json:"state"`
	Record      string               `json:"record"`
	MadeAt      time.Time            `json:"made_at"`
	SeenAt      time.Time            `json:"seen_at,omitzero"`
	RestsAt     time.Time            `json:"rests_at,omitzero"`
	RemovableAt time.Time            `json:"removable_at,omitzero"`
	Removable   bool                 `json:"removable"`
	Fault       string               `json:"fault,omitempty"`
}

func tellKeys(in *installation, keys []campaign.SigningKey) error {
	for i := range keys {
		k := &keys[i]
		t := toldKey{k.ID, k.Domain, k.Selector, k.Kind, k.State, k.Record, k.MadeAt, k.SeenAt, k.RestsAt, k.RemovableAt(), k.Removable(in.now()), ""}
		if k.Fault != "" {
			t.Fault = campaign.StoredText(k.Fault).String()
		}
		if in.asJSON {
			if err := in.sayJSON(t); err != nil {
				return err
			}
			continue
		}
		in.say("%s  %s  %s", k.ID, k.Kind, t.words())
		if k.State == campaign.KeyWaits || t.Fault != "" {
			in.say("  TXT  %s  %s", k.ID, k.Record)
			if len(k.Record) > 255 {
				in.say("  in a zone file: %s", dns.InStrings(k.Record))
			}
		}
	}
	return nil
}

// words says where a key stands.
func (t *toldKey) words() string {
	switch {
	case t.State == campaign.KeyWaits && t.Fault != "":
		return "waits: " + t.Fault
	case t.State == campaign.KeyWaits:
		return "waits: put its record into the DNS, and it signs once it is seen there"
	case t.Removable:
		return "signs no more: its record may be removed from the DNS, then the key by “glasnik dkim remove”"
	case t.State == campaign.KeyRests:
		return "signs no more: leave its record in the DNS until " + t.RemovableAt.Format(time.DateOnly)
	case t.Fault != "":
		return "signs, and something is wrong: " + t.Fault
	}
	return "signs since " + t.SeenAt.Format(time.DateOnly)
}

func dkimMakeCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "make DOMAIN", Short: "Make new keys for a domain, and print their records", Args: cobra.ExactArgs(1),
		Long: `Make an RSA and an Ed25519 key for a domain, and print the records to put into the
DNS. A key signs nothing before its record is seen there; then it takes over from
the key of its kind, whose record must stay for ` + days(campaign.KeyFlight) + ` days, until all mail it signed has
arrived. “glasnik serve” looks every five minutes, “glasnik dkim look” at once.
Keys of the domain that wait already are printed again. The private halves are
stored sealed with the installation's secret.`,
		Example: "  glasnik dkim make example.org",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			keys, err := domains.MakeKeys(ctx, in.store.All(), args[0], in.now())
			if err != nil {
				return err
			}
			return tellKeys(in, keys)
		}),
	})
}

func days(d time.Duration) string { return strconv.Itoa(int(d.Hours() / 24)) }

func dkimListCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "list", Short: "Say where the keys stand", Args: cobra.NoArgs,
		Long: "Say where each key stands: waiting for its record, signing, or resting until its record may be removed.", Example: "  glasnik dkim list",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			keys, err := in.store.SigningKeys.FindSigningKeys(ctx)
			if err == nil && len(keys) == 0 && !in.asJSON {
				in.say("There are no keys: “glasnik dkim make DOMAIN” makes them.")
			}
			if err != nil {
				return err
			}
			return tellKeys(in, keys)
		}),
	})
}

func dkimLookCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "look", Short: "Look the records of the keys up in the DNS now", Args: cobra.NoArgs,
		Long: `Look the records of the keys up in the DNS now. A key whose record is seen for the
first time signs from then on.`, Example: "  glasnik dkim look",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			setup := setupOf(in)
			keys, err := setup.LookAtKeys(ctx, in.store.All())
			if err != nil {
				return err
			}
			return tellKeys(in, keys)
		}),
	})
}

func dkimRestCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "rest NAME", Short: "Let a key sign no more, without another in its place", Args: cobra.ExactArgs(1),
		Long:    "Let a key sign no more, without another in its place. NAME is the name of its record. The record must stay until mail under way has arrived.",
		Example: "  glasnik dkim rest g2610181504-rsa._domainkey.example.org",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			return in.store.SigningKeys.RestSigningKey(ctx, args[0])
		}),
	}
}

func dkimRemoveCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Forget a key that is not needed any more", Args: cobra.ExactArgs(1),
		Long: `Forget a key that never signed, or that has rested until mail under way has
arrived. NAME is the name of its record. Remove the record from the DNS first.`,
		Example: "  glasnik dkim remove g2610181504-rsa._domainkey.example.org",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			return in.store.SigningKeys.DeleteSigningKey(ctx, args[0])
		}),
	}
}
