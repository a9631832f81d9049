package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/mailer"
)

// ofSender is an address we send from, and whose it is in words that may be shown anywhere.
type ofSender struct{ name, email string }

// mostTried bounds how many senders a mail server is asked about.
const mostTried = 20

// allSenders are those of the settings and, with an open store, of the panel; each address once.
func allSenders(ctx context.Context, cfg *config, s *store.Store) (all []ofSender) {
	add := func(name, email string) {
		if slices.ContainsFunc(all, func(other ofSender) bool { return other.email == email }) {
			return
		}
		if email != "" && len(all) < mostTried {
			all = append(all, ofSender{name, email})
		}
	}
	add("the sender of "+prefix+"FROM", cfg.from.Email)
	if s == nil {
		return all
	}
	settings, err := s.Settings.GetSettings(ctx)
	if err != nil {
		return all // the store's own line says what is wrong
	}
	for i, sender := range settings.Senders {
		name := fmt.Sprintf("sender %d of the panel", i+1)
		if sender.Name != "" {
			name += " (“" + campaign.WithoutAddresses(sender.Name) + "”)"
		}
		add(name, sender.Email)
	}
	return all
}

// trials are the envelopes that messages of these senders have. The recipient is the sender: nobody else is asked about.
func (c *config) trials(senders []ofSender, size int64) (all []mailer.Trial) {
	for _, s := range senders {
		from := s.email
		if path := sampleReturnPath(c.BounceAddress); path != "" {
			from = path
		}
		all = append(all, mailer.Trial{Of: s.name, From: from, To: s.email, Size: size})
	}
	if path := sampleReturnPath(c.BounceAddress); path != "" {
		all = append(all, mailer.Trial{Of: "the bounce address (" + prefix + "BOUNCE_ADDRESS)", From: path, To: path, Bounces: true})
	}
	return all
}

// trialsOf are the envelopes of a campaign.
func (in *installation) trialsOf(ctx context.Context, c *campaign.Campaign) []mailer.Trial {
	email := cmp.Or(c.Sender.Email, in.cfg.from.Email)
	var size int64
	if r, err := in.store.Releases.GetRelease(ctx, c.Release); err == nil { // one that is gone is found when the run begins
		size = messageSize(&r)
	}
	return in.cfg.trials([]ofSender{{"the sender of this campaign", email}}, size)
}

// lettersRoom is what text, HTML and head of a message take at most, as a rule.
const lettersRoom = 100_000

// messageSize is about how many octets the messages of a release have: base64 makes four of three, and lines of them.
func messageSize(r *campaign.Release) (size int64) {
	for _, a := range r.Attachments {
		size += (a.Size+2)/3*4 + a.Size/57*2 + 500
	}
	if size == 0 {
		return 0 // text alone fits anywhere
	}
	return size + lettersRoom
}

// newestReleases is among how many the largest is looked for.
const newestReleases = 100

// largestRelease is about how large the largest message is that may have to be sent.
func largestRelease(ctx context.Context, s *store.Store) (size int64) {
	releases, _, err := s.Releases.FindReleases(ctx, store.ReleaseFilter{}, store.Page{Limit: newestReleases})
	if err != nil {
		return 0
	}
	for i := range releases {
		size = max(size, messageSize(&releases[i]))
	}
	return size
}
