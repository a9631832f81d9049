package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Domains looks after the domains mail is sent from.
type Domains interface {
	// Look has everything looked at soon, Looking reports whether that has not ended.
	Look()
	Looking() bool
	// AskTrial has a test mail sent that comes back through the mailbox of bounces.
	AskTrial(ctx context.Context) error
	MakeKeys(ctx context.Context, domain string) ([]campaign.SigningKey, error)
}

// senderPages are what proves that mail is ours: records, keys, block lists, reports of receivers.
type senderPages struct {
	*panel
	store senderStore
	sums  remembered[campaign.DMARCSummary]
	spam  *complaintCounts
}

type senderStore interface {
	DeleteSigningKey(ctx context.Context, id string) error
	FindSigningKeys(ctx context.Context) ([]campaign.SigningKey, error)
	GetSenderLook(ctx context.Context) (campaign.SenderLook, error)
	RestSigningKey(ctx context.Context, id string) error
	SumDMARCReports(ctx context.Context, since time.Time) (campaign.DMARCSummary, error)
}

type keyForm struct {
	Domain string `form:"domain"`
}

type senderPage struct {
	Page
	Look    campaign.SenderLook
	Looking bool
	Able    bool // this program looks
	Keys    []campaign.SigningKey
	Form    keyForm
	Reports campaign.DMARCSummary
	Spam    []campaign.ProviderComplaints
	Topics  []senderTopic
}

// senderTopic is what was found on one topic.
type senderTopic struct {
	Topic  campaign.CheckTopic
	Checks []campaign.SenderCheck
}

// dmarcDays is of how many days reports are shown, and shownSources how many sources.
const (
	dmarcDays    = 30
	shownSources = 50
	sumsFor      = time.Minute
)

func (s *senderPages) page(v *visit) (*senderPage, error) {
	p := &senderPage{Page: v.page("settings", "Sender: what proves it is you"), Able: s.Domains != nil}
	p.Looking = p.Able && s.Domains.Looking()
	var err error
	if p.Look, err = s.store.GetSenderLook(v.ctx()); err != nil {
		return p, err
	}
	if p.Keys, err = s.store.FindSigningKeys(v.ctx()); err != nil {
		return p, err
	}
	for _, c := range p.Look.Checks {
		if n := len(p.Topics); n == 0 || p.Topics[n-1].Topic != c.Topic {
			if i := slices.IndexFunc(p.Topics, func(t senderTopic) bool { return t.Topic == c.Topic }); i >= 0 {
				p.Topics[i].Checks = append(p.Topics[i].Checks, c)
				continue
			}
			p.Topics = append(p.Topics, senderTopic{Topic: c.Topic})
		}
		p.Topics[len(p.Topics)-1].Checks = append(p.Topics[len(p.Topics)-1].Checks, c)
	}
	slices.SortStableFunc(p.Topics, func(a, b senderTopic) int {
		switch x, y := a.Status(), b.Status(); {
		case x.Worse(y):
			return -1
		case y.Worse(x):
			return 1
		}
		return 0
	})
	if p.Form.Domain = ""; len(v.set.Senders) > 0 {
		p.Form.Domain = campaign.Domain(v.set.Senders[0].Email)
	}
	if p.Spam, err = s.spam.lately(v.ctx()); err != nil {
		return p, err
	}
	p.Reports, err = s.reports(v)
	return p, err
}

// Status is the worst of a topic.
func (t senderTopic) Status() campaign.CheckStatus {
	worst := campaign.CheckFine
	for _, c := range t.Checks {
		if c.Status.Worse(worst) {
			worst = c.Status
		}
	}
	return worst
}

// reports sums up receivers' reports; for a minute that is remembered.
func (s *senderPages) reports(v *visit) (campaign.DMARCSummary, error) {
	if known, ok := s.sums.get("", s.Now().Add(-sumsFor)); ok {
		return known, nil
	}
	sum, err := s.store.SumDMARCReports(v.ctx(), s.Now().AddDate(0, 0, -dmarcDays))
	if err == nil {
		s.sums.keep("", sum, s.Now())
	}
	return sum, err
}

// Sources are the largest sources of mail in the own name.
func (p *senderPage) Sources() []campaign.DMARCSource {
	return p.Reports.Sources[:min(len(p.Reports.Sources), shownSources)]
}

// Problems reports how many lines of a verdict are not kept.
func (*senderPage) Broken(v campaign.BulkVerdict) (out []campaign.BulkLine) {
	return slices.DeleteFunc(slices.Clone(v.Lines), func(l campaign.BulkLine) bool { return l.Status == campaign.CheckFine })
}

// Words reads words as they are stored.
func (*senderPage) Words(stored string) campaign.Text { return campaign.StoredText(stored) }

// ToSet are the records of a check that are not in the DNS.
func (*senderPage) ToSet(c campaign.SenderCheck) []campaign.DNSRecord {
	return slices.DeleteFunc(slices.Clone(c.Records), func(r campaign.DNSRecord) bool { return r.There })
}

// Standing says where a key stands.
func (p *senderPage) Standing(k campaign.SigningKey) campaign.Text {
	switch {
	case k.State == campaign.KeyWaits && k.Fault != "":
		return campaign.Textf("Waits: %s", campaign.StoredText(k.Fault))
	case k.State == campaign.KeyWaits:
		return campaign.Textf("Waits for its record. It signs once that is seen in the DNS, and takes over then.")
	case k.Removable(p.Now):
		return campaign.Textf("Signs no more. Its record may be removed from the DNS, and then the key here.")
	case k.State == campaign.KeyRests:
		return campaign.Textf("Signs no more. Leave its record in the DNS until %s: mail it signed may be under way.", campaign.Day(k.RemovableAt().In(p.Zone)))
	case k.Fault != "":
		return campaign.Textf("Signs, and something is wrong: %s", campaign.StoredText(k.Fault))
	}
	return campaign.Textf("Signs since %s.", campaign.Day(k.SeenAt.In(p.Zone)))
}

// MayGo reports whether a key can be removed.
func (p *senderPage) MayGo(k campaign.SigningKey) bool {
	return k.State == campaign.KeyWaits || k.Removable(p.Now)
}

// Listing says what a block list answered.
func (p *senderPage) Listing(l campaign.BlockListing) campaign.Text {
	switch l.Kind {
	case campaign.Listed:
		return campaign.Textf("%s stands on %s (%s)", l.What, l.List, strings.TrimSpace(l.Answer+" "+l.Reason))
	case campaign.ListRefused:
		return campaign.Textf("%s answers us nothing (%s): ask it by a resolver of your own (GLASNIK_DNS), or for an account", l.List, l.Answer)
	case campaign.ListBroken:
		return campaign.Textf("%s is out of order: it lists everything, or answers what no list does", l.List)
	}
	return campaign.Textf("the DNS does not answer for %s", l.List)
}

// Trial says where the test mail is.
func (p *senderPage) Trial() campaign.Text {
	t := &p.Look.Trial
	switch {
	case t.AskedAt.IsZero():
		return campaign.Textf("No test mail was sent yet.")
	case t.Fault != "":
		return campaign.Textf("The test mail was not taken: %s", campaign.OwnWords(t.Fault))
	case t.SentAt.IsZero():
		return campaign.Textf("The test mail is about to leave.")
	case t.ArrivedAt.IsZero():
		return campaign.Textf("The test mail left at %s and is not back yet.", campaign.Clock(t.SentAt.In(p.Zone)))
	case len(t.Signed) == 0:
		return campaign.Textf("The test mail came back after %d seconds, without a signature that holds.", int(t.ArrivedAt.Sub(t.SentAt).Seconds()))
	}
	return campaign.Textf("The test mail came back after %d seconds, with signatures that hold: %s.", int(t.ArrivedAt.Sub(t.SentAt).Seconds()), strings.Join(t.Signed, ", "))
}

func (s *senderPages) show(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	return v.show("sender", p)
}

// found sends what was found alone, to a page that waits for it.
func (s *senderPages) found(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	return v.showPart("sender", "sender-found", p)
}

// errNoDomains is what a program answers that does not look after domains, such as the demo.
func errNoDomains() error {
	return campaign.Errorf(campaign.Conflict, "this program does not look after the domains that mail is sent from")
}

func (s *senderPages) look(v *visit) error {
	if s.Domains == nil {
		return errNoDomains()
	}
	s.Domains.Look()
	return v.done("/settings/sender", "It is looked at now; this page shows it as soon as it is known.")
}

func (s *senderPages) trial(v *visit) error {
	if s.Domains == nil {
		return errNoDomains()
	}
	if err := s.Domains.AskTrial(v.ctx()); err != nil {
		return err
	}
	return v.done("/settings/sender", "A test mail goes out now, and should be back within minutes.")
}

func (s *senderPages) makeKeys(v *visit) error {
	if s.Domains == nil {
		return errNoDomains()
	}
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if _, err := s.Domains.MakeKeys(v.ctx(), p.Form.Domain); err != nil {
		return v.refused(err, "sender", p)
	}
	return v.done("/settings/sender#signing-keys", "The keys are made. Put their records into the DNS; they sign once they are seen there.")
}

func (s *senderPages) restKey(v *visit) error {
	if err := s.store.RestSigningKey(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "signing key")
	}
	return v.done("/settings/sender#signing-keys", "The key signs no more. Leave its record in the DNS for now.")
}

func (s *senderPages) deleteKey(v *visit) error {
	if err := s.store.DeleteSigningKey(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "signing key")
	}
	return v.done("/settings/sender#signing-keys", "The key is removed.")
}
