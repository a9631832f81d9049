package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Providers are what is known of whose servers take the mail of domains, and of how much those take from us.
type Providers struct {
	engine document.Engine
	now    func() time.Time

	deliveries *Deliveries
	journal    *Journal
}

// How long an answer of the DNS about a domain is believed, and kept after that in case the DNS does not answer.
const (
	mailDomainFor  = 7 * 24 * time.Hour
	mailDomainKept = 90 * 24 * time.Hour
)

// FindMailDomains returns what is known of some domains, by domain.
func (s *Providers) FindMailDomains(ctx context.Context, domains []string) (map[string]campaign.MailDomain, error) {
	out := make(map[string]campaign.MailDomain, len(domains))
	for some := range slices.Chunk(domains, 500) {
		var docs []campaign.MailDomain
		if err := s.engine.Find(ctx, schema.MailDomains, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: some}}, &docs); err != nil {
			return nil, err
		}
		for _, d := range docs {
			out[d.ID] = d
		}
	}
	return out, nil
}

// SaveMailDomain notes what the DNS said of a domain.
func (s *Providers) SaveMailDomain(ctx context.Context, domain, provider string) (campaign.MailDomain, error) {
	now := s.now()
	d := campaign.MailDomain{ID: domain, Provider: provider, At: now, Until: now.Add(mailDomainFor)}
	return d, s.engine.Upsert(ctx, schema.MailDomains, &d)
}

// DomainsOf returns the domains whose mail a provider takes, as far as is known, in order; see campaign.MailDomains.
func (s *Providers) DomainsOf(ctx context.Context, provider string) ([]string, error) {
	var docs []campaign.MailDomain
	err := s.engine.Find(ctx, schema.MailDomains, document.Query{Filter: document.Equal("provider", provider), Order: []document.Order{{Field: "id"}}, Limit: campaign.MailDomains}, &docs)
	if err != nil {
		return nil, err
	}
	domains := append(campaign.ProviderDomains(provider), campaign.Collect(docs, func(d campaign.MailDomain) string { return d.ID })...)
	slices.Sort(domains)
	return slices.Compact(domains), nil
}

// DropOldMailDomains forgets domains that nothing was sent to for long.
func (s *Providers) DropOldMailDomains(ctx context.Context) error {
	_, err := s.engine.Delete(ctx, schema.MailDomains, document.Where{Field: "until", Op: document.Lt, Value: s.now().Add(-mailDomainKept)})
	return err
}

// FindLearnedLimits returns the limits that answers have taught, by provider and server.
func (s *Providers) FindLearnedLimits(ctx context.Context) ([]campaign.LearnedLimit, error) {
	var docs []campaign.LearnedLimit
	err := s.engine.Find(ctx, schema.LearnedLimits, document.Query{Order: []document.Order{{Field: "id"}}, Limit: 1000}, &docs)
	return docs, err
}

// SlowDown notes that a provider asks for less from a server: half of rate, which went there lately, in messages a second. What
// several processes find out at the same time counts once.
func (s *Providers) SlowDown(ctx context.Context, provider, server string, rate float64, code int64, why string) (campaign.LearnedLimit, error) {
	now, why := s.now(), campaign.WithoutAddresses(why)
	l := campaign.LearnedLimit{ID: campaign.LearnedLimitID(provider, server), Version: 1, Provider: provider, Server: server}
	l.SlowDown(rate, code, why, now)
	n, err := s.engine.InsertNew(ctx, schema.LearnedLimits, &l)
	if err != nil || n == 1 {
		return l, err
	}
	return document.Modify(ctx, s.engine, schema.LearnedLimits, l.ID, func(l *campaign.LearnedLimit) *int64 { return &l.Version }, func(l *campaign.LearnedLimit) error {
		l.SlowDown(rate, code, why, now)
		return nil
	})
}

// RecoverLimits lets limits grow by the step that is due, and ends those that have grown enough. It returns the others.
func (s *Providers) RecoverLimits(ctx context.Context) ([]campaign.LearnedLimit, error) {
	all, err := s.FindLearnedLimits(ctx)
	if err != nil {
		return nil, err
	}
	now, left := s.now(), all[:0]
	for _, l := range all {
		read := l.Version
		stepped, over := l.Recover(now)
		switch {
		case over:
			_, err = s.engine.Delete(ctx, schema.LearnedLimits, document.All{document.ByID(l.ID), document.Equal("version", read)})
		case stepped:
			l.Version++
			if err = s.engine.Replace(ctx, schema.LearnedLimits, &l, read); campaign.CodeOf(err) != "" {
				err = nil // another process was faster
			}
		}
		if err != nil {
			return nil, err
		}
		if !over {
			left = append(left, l)
		}
	}
	return left, nil
}

// ResetLimit forgets what was learned of a provider and a server, because somebody of the team says so.
func (s *Providers) ResetLimit(ctx context.Context, id string) (campaign.LearnedLimit, error) {
	l, err := document.Get[campaign.LearnedLimit](ctx, s.engine, schema.LearnedLimits, id)
	if err != nil {
		return l, err
	}
	if _, err := s.engine.Delete(ctx, schema.LearnedLimits, document.ByID(id)); err != nil {
		return l, err
	}
	return l, s.journal.Log(ctx, campaign.Entry{
		Kind: campaign.SettingsEntry, Audit: true, Object: "/settings/sending", Detail: campaign.Textf("Forgot the learned limit of %s", l.Provider).Stored(),
	})
}

// FindTriedFrom returns the deliveries from senders of a domain that were handed to a server since a time, as far as their runs had not
// ended before.
func (s *Providers) FindTriedFrom(ctx context.Context, domain string, since time.Time) (ids []string, err error) {
	runs, err := s.runsFrom(ctx, domain, document.Any{document.OneOf("state", campaign.Sending, campaign.PausedRun), document.Where{Field: "ended_at", Op: document.Gte, Value: since}})
	if err != nil {
		return nil, err
	}
	tried := document.Any{document.Where{Field: "attempts", Op: document.Gt, Value: int64(0)}, document.OneOf("state", campaign.InFlight, campaign.Interrupted)}
	for _, r := range runs {
		f := document.All{
			document.Equal("run_id", r.ID), document.OneOf("state", campaign.Accepted, campaign.Failed, campaign.Deferred, campaign.InFlight, campaign.Interrupted),
			document.Where{Field: "last_at", Op: document.Gte, Value: since}, tried,
		}
		err := document.Each(ctx, s.engine, schema.Deliveries, f, 1000, func(d *campaign.Delivery) string { return d.ID }, func(d *campaign.Delivery) error {
			ids = append(ids, d.ID)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (s *Providers) runsFrom(ctx context.Context, domain string, f document.Filter) ([]campaign.Run, error) {
	var runs []campaign.Run
	err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.All{document.Equal("sender", domain), f}}, &runs)
	return slices.DeleteFunc(runs, func(r campaign.Run) bool { return !r.IsMailing() }), err
}

// CountDueBefore says how many deliveries of a run may leave before a time.
func (s *Providers) CountDueBefore(ctx context.Context, run string, before time.Time) (n int64, err error) {
	for _, state := range campaign.UntriedStates {
		f := document.All{document.Equal("run_id", run), document.Equal("state", string(state))}
		if state != campaign.Queued {
			f = append(f, document.Where{Field: "next_at", Op: document.Lt, Value: before})
		}
		some, err := s.engine.Count(ctx, schema.Deliveries, f)
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// ReleaseWarmUp makes what waits for another day, because a domain is being warmed up, due now: its plan allows more than it did. What is
// over the new plan is put off again when its turn comes.
func (s *Providers) ReleaseWarmUp(ctx context.Context, domain string) error {
	runs, err := s.runsFrom(ctx, domain, document.OneOf("state", campaign.Sending, campaign.PausedRun))
	for _, r := range runs {
		f := document.All{document.Equal("run_id", r.ID), document.Equal("state", string(campaign.Timed)), document.Equal("reason", campaign.OverWarmUp)}
		if _, err := s.engine.Update(ctx, schema.Deliveries, f, document.Change{Set: map[string]any{"next_at": s.now()}}); err != nil {
			return err
		}
	}
	return err
}

// FindWaitingFrom says of each run under way from senders of a domain how many of its deliveries wait.
func (s *Providers) FindWaitingFrom(ctx context.Context, domain string) (out []campaign.WarmWaiting, err error) {
	runs, err := s.runsFrom(ctx, domain, document.OneOf("state", campaign.Sending))
	for _, r := range runs {
		n, err := s.engine.Count(ctx, schema.Deliveries, document.All{document.Equal("run_id", r.ID), document.OneOf("state", campaign.UntriedStates...)})
		if err != nil {
			return nil, err
		}
		out = append(out, campaign.WarmWaiting{Run: r.ID, Priority: r.Priority, Messages: n})
	}
	return out, err
}

// SaveWarmDay notes how much left from a domain in a day.
func (s *Providers) SaveWarmDay(ctx context.Context, d campaign.WarmDay) error {
	return s.engine.Upsert(ctx, schema.WarmDays, &d)
}

// GetWarmDay returns what is known of a domain's last day; nothing is no error.
func (s *Providers) GetWarmDay(ctx context.Context, domain string) (campaign.WarmDay, error) {
	d, err := document.Get[campaign.WarmDay](ctx, s.engine, schema.WarmDays, domain)
	return d, campaign.UnlessMissing(err)
}

// scrub takes an erased person out of what providers said, and forgets domains that say who they were.
func (s *Providers) scrub(ctx context.Context, p *erasing.Person) error {
	if len(p.Words) == 0 {
		return nil
	}
	if err := forgetDomains(ctx, s.engine, schema.MailDomains, p, func(d *campaign.MailDomain) []string { return []string{d.ID, d.Provider} }); err != nil {
		return err
	}
	learned, err := s.FindLearnedLimits(ctx)
	if err != nil {
		return err
	}
	for _, l := range learned {
		why := campaign.WithoutPerson(l.Why, p.Words)
		switch {
		case campaign.DomainNames(l.Provider, p.Words):
			_, err = s.engine.Delete(ctx, schema.LearnedLimits, document.ByID(l.ID))
		case why != l.Why:
			_, err = document.Modify(ctx, s.engine, schema.LearnedLimits, l.ID, func(l *campaign.LearnedLimit) *int64 { return &l.Version }, func(l *campaign.LearnedLimit) error {
				l.Why = why
				return nil
			})
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// forgetDomains drops what is remembered of domains that say who an erased person was: of their address, and their own. The first of the
// names of a record is its id.
func forgetDomains[T any](ctx context.Context, e document.Engine, c *document.Collection, p *erasing.Person, names func(*T) []string) error {
	var tell []string
	says := func(domain string) bool { return domain == p.At || campaign.DomainNames(domain, p.Words) }
	id := func(d *T) string { return names(d)[0] }
	err := document.Each(ctx, e, c, nil, 1000, id, func(d *T) error {
		if slices.ContainsFunc(names(d), says) {
			tell = append(tell, id(d))
		}
		return nil
	})
	for some := range slices.Chunk(tell, 500) {
		if err == nil {
			_, err = e.Delete(ctx, c, document.Where{Field: "id", Op: document.In, Value: some})
		}
	}
	return err
}
