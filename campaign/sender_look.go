package campaign

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// SenderLook is what was found when the domains that mail is sent from were last looked at, so that its page opens at once. There is
// one record.
type SenderLook struct {
	ID       string         `json:"id"` // SenderLookID
	Version  int64          `json:"version"`
	At       time.Time      `json:"at,omitzero"` // when the look ended
	Checks   []SenderCheck  `json:"checks,omitempty"`
	Verdicts []BulkVerdict  `json:"verdicts,omitempty"`
	ListedAt time.Time      `json:"listed_at,omitzero"` // when the block lists were last asked
	Listings []BlockListing `json:"listings,omitempty"` // all answers that are not a plain no
	Asked    int64          `json:"asked,omitempty"`    // questions the lists were asked then
	Trial    SenderTrial    `json:"trial,omitzero"`
}

// SenderLookID is the id of the one record.
const SenderLookID = "sender"

// CheckStatus says how a check ended.
type CheckStatus string

const (
	CheckFine CheckStatus = "ok"
	CheckWarn CheckStatus = "warn"
	CheckFail CheckStatus = "fail"
)

// Worse orders statuses: fail, warn, ok.
func (s CheckStatus) Worse(than CheckStatus) bool {
	order := []CheckStatus{CheckFine, CheckWarn, CheckFail}
	return slices.Index(order, s) > slices.Index(order, than)
}

// CheckTopic is what a check is about.
type CheckTopic string

const (
	TopicSPF         CheckTopic = "spf"
	TopicDKIM        CheckTopic = "dkim"
	TopicDMARC       CheckTopic = "dmarc"
	TopicMX          CheckTopic = "mx"
	TopicPTR         CheckTopic = "ptr"
	TopicHELO        CheckTopic = "helo"
	TopicMTASTS      CheckTopic = "mta_sts"
	TopicTLSRPT      CheckTopic = "tls_rpt"
	TopicLinks       CheckTopic = "links"
	TopicCertificate CheckTopic = "certificate"
	TopicClock       CheckTopic = "clock"
	TopicAccount     CheckTopic = "account"
)

// SenderCheck is one thing that was looked at, with the records that are to be set for it.
type SenderCheck struct {
	Topic   CheckTopic  `json:"topic"`
	Of      string      `json:"of,omitempty"` // the domain, host or address
	Status  CheckStatus `json:"status"`
	Detail  string      `json:"detail"`            // stored Text
	Mend    string      `json:"mend,omitempty"`    // stored Text; "" when nothing need be done
	Unknown bool        `json:"unknown,omitempty"` // nobody answered, so nothing is known of it
	Records []DNSRecord `json:"records,omitempty"`
}

// DNSRecord is a record to be set, as text to copy. A TXT longer than 255 octets is one value here.
type DNSRecord struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	There bool   `json:"there,omitempty"` // it is in the DNS as it should be
}

// BulkProvider is one whose rules for senders of much mail are checked.
type BulkProvider string

const (
	GmailRules     BulkProvider = "gmail"
	YahooRules     BulkProvider = "yahoo"
	MicrosoftRules BulkProvider = "microsoft"
)

// BulkProviders are all of them.
var BulkProviders = []BulkProvider{GmailRules, YahooRules, MicrosoftRules}

// BulkVerdict says whether mail keeps a provider's rules: the worst of its lines.
type BulkVerdict struct {
	Provider BulkProvider `json:"provider"`
	Status   CheckStatus  `json:"status"`
	Lines    []BulkLine   `json:"lines"`
}

// BulkLine is one rule of a provider.
type BulkLine struct {
	Rule   string      `json:"rule"` // stored Text
	Status CheckStatus `json:"status"`
	Why    string      `json:"why,omitempty"`  // stored Text
	Mend   string      `json:"mend,omitempty"` // stored Text
}

// ListingKind says what a block list answered.
type ListingKind string

const (
	Listed      ListingKind = "listed"
	ListRefused ListingKind = "refused"   // it answers us nothing: too many questions, or over a public resolver
	ListBroken  ListingKind = "broken"    // it lists everything, or answers what no list does
	ListSilent  ListingKind = "no_answer" // the DNS does not answer for it
)

// BlockListing is what one block list says of an own domain or sending address.
type BlockListing struct {
	List   string      `json:"list"`
	What   string      `json:"what"` // the domain or address; "" where it is about the list
	Kind   ListingKind `json:"kind"`
	Answer string      `json:"answer,omitempty"` // such as 127.0.0.2
	Reason string      `json:"reason,omitempty"` // the list's words
	Since  time.Time   `json:"since,omitzero"`   // when it was first found
}

// Words tell of the listing.
func (b *BlockListing) Words() Text {
	return Textf("%s stands on the block list %s: mail from you may be refused.", b.What, b.List)
}

// Found returns the listings of own domains and addresses, apart from lists that tell us nothing.
func (l *SenderLook) Found() []BlockListing {
	return slices.DeleteFunc(slices.Clone(l.Listings), func(b BlockListing) bool { return b.Kind != Listed })
}

// SenderTrial is a test mail through the whole way: composed, signed, handed to the mail server, and back through the mailbox that
// takes bounces.
type SenderTrial struct {
	Token      string    `json:"token,omitempty"` // in its header; the latest trial alone is known
	AskedAt    time.Time `json:"asked_at,omitzero"`
	SentAt     time.Time `json:"sent_at,omitzero"`
	Fault      string    `json:"fault,omitempty"`      // stored Text: why it was not taken
	ReceivedAt time.Time `json:"received_at,omitzero"` // by the clock of the server it arrived at
	ArrivedAt  time.Time `json:"arrived_at,omitzero"`  // when it was read
	Signed     []string  `json:"signed,omitempty"`     // domain and selector of each signature that held on arrival
	Broken     []string  `json:"broken,omitempty"`     // and of each that did not, with why
	Results    string    `json:"results,omitempty"`    // what the receiving server says of SPF, DKIM and DMARC (RFC 8601)
}

// Waiting reports whether a test mail is under way.
func (t *SenderTrial) Waiting() bool {
	return !t.AskedAt.IsZero() && t.Fault == "" && t.ArrivedAt.IsZero()
}

// DMARCReport is an aggregate report of one receiver on mail in the name of one domain, summed up by source.
type DMARCReport struct {
	ID       string        `json:"id"` // derived from who reports, and the report's own id
	Reporter string        `json:"reporter"`
	Domain   string        `json:"domain"`
	Policy   string        `json:"policy,omitempty"` // what the domain asked for
	Since    time.Time     `json:"since"`
	Until    time.Time     `json:"until"`
	ReadAt   time.Time     `json:"read_at"`
	Sources  []DMARCSource `json:"sources,omitempty"`
	Others   DMARCSource   `json:"others,omitzero"` // those beyond the bound on Sources, together
}

// DMARCSource is how much mail in our name came from one address, and what receivers could prove of it.
type DMARCSource struct {
	Address  string   `json:"address,omitempty"` // IPv4 or IPv6; "" stands for others together
	Messages int64    `json:"messages"`
	Passed   int64    `json:"passed"`            // DMARC: proved by DKIM or SPF of the domain
	DKIM     int64    `json:"dkim"`              // by DKIM
	SPF      int64    `json:"spf"`               // by SPF
	Stopped  int64    `json:"stopped"`           // quarantined or rejected
	Signers  []string `json:"signers,omitempty"` // domains whose signatures held
	Paths    []string `json:"paths,omitempty"`   // domains whose SPF passed
}

// Add puts figures of the same source together.
func (s *DMARCSource) Add(o DMARCSource) {
	s.Messages += o.Messages
	s.Passed += o.Passed
	s.DKIM += o.DKIM
	s.SPF += o.SPF
	s.Stopped += o.Stopped
	s.Signers, s.Paths = addNames(s.Signers, o.Signers), addNames(s.Paths, o.Paths)
}

// mostNames bounds the domains told of one source: who sends in our name can invent any number.
const mostNames = 8

func addNames(to, more []string) []string {
	for _, name := range more {
		if len(to) < mostNames && !slices.Contains(to, name) {
			to = append(to, name)
		}
	}
	return to
}

// Failed is how many messages nothing was proved of.
func (s DMARCSource) Failed() int64 { return s.Messages - s.Passed }

// DMARCSummary is what reports say together.
type DMARCSummary struct {
	Reports      int           `json:"reports"`
	Since, Until time.Time     `json:"-"`
	All          DMARCSource   `json:"all"`
	Sources      []DMARCSource `json:"sources"` // the largest first
	Reporters    []string      `json:"reporters"`
}

// MostDMARCSources bounds the sources that are told apart of one report, and of all together.
const MostDMARCSources = 500

const mostReporters = 100

// DMARCTally sums up reports by source, one after the other. The zero value has none.
type DMARCTally struct {
	sum DMARCSummary
	by  map[string]*DMARCSource
}

// Add takes one report in.
func (t *DMARCTally) Add(r *DMARCReport) {
	t.sum.Reports++
	if t.sum.Since.IsZero() || r.Since.Before(t.sum.Since) {
		t.sum.Since = r.Since
	}
	if r.Until.After(t.sum.Until) {
		t.sum.Until = r.Until
	}
	if !slices.Contains(t.sum.Reporters, r.Reporter) && len(t.sum.Reporters) < mostReporters {
		t.sum.Reporters = append(t.sum.Reporters, r.Reporter)
	}
	for _, s := range r.Sources {
		t.addSource(s)
	}
	if r.Others.Messages > 0 {
		t.addSource(r.Others)
	}
}

func (t *DMARCTally) addSource(s DMARCSource) {
	t.sum.All.Add(DMARCSource{Messages: s.Messages, Passed: s.Passed, DKIM: s.DKIM, SPF: s.SPF, Stopped: s.Stopped})
	address := s.Address
	if t.by[address] == nil {
		if len(t.by) >= MostDMARCSources {
			address = ""
		}
		if t.by == nil {
			t.by = map[string]*DMARCSource{}
		}
		if t.by[address] == nil {
			t.by[address] = &DMARCSource{Address: address}
		}
	}
	t.by[address].Add(s)
}

// Sum returns what the reports say together.
func (t *DMARCTally) Sum() DMARCSummary {
	sum := t.sum
	for _, s := range t.by {
		sum.Sources = append(sum.Sources, *s)
	}
	slices.SortFunc(sum.Sources, func(a, b DMARCSource) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Address, b.Address))
	})
	slices.Sort(sum.Reporters)
	return sum
}

// NormalSource returns an address of a source in one spelling; "" when it is none.
func NormalSource(s string) string {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return ""
	}
	return ip.Unmap().WithZone("").String()
}
