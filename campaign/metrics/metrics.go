// Package metrics tells Prometheus how the program does, for those who keep it running. No figure names a person, an address, a
// provider or a campaign; dashboard.json shows them in Grafana.
package metrics

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/glasnik/glasnik/campaign"
)

// Path is where the figures are.
const Path = "/metrics"

// Store is what is asked of the store, at most once a scrape.
type Store interface {
	CountKinds(ctx context.Context) (map[campaign.Kind]int64, error)
	CountCampaigns(ctx context.Context) (map[string]int64, error)
	FindRunsIn(ctx context.Context, states ...campaign.State) ([]campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	FindAlarms(ctx context.Context) ([]campaign.Alarm, error)
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	FindMailboxes(ctx context.Context) ([]campaign.Mailbox, error)
}

// Sender is the sending of this process.
type Sender interface {
	// Outcomes counts what became of messages since the process began, by the state their deliveries came to.
	Outcomes() map[campaign.DeliveryState]int64
	// Servers says how the servers do that take our mail.
	Servers() []campaign.ServerState
	// Times adds up where the time of all connections went.
	Times() []campaign.PhaseTime
}

// Web is the answering of this process.
type Web interface {
	// LostHits counts the opens and clicks that were answered but could not be kept.
	LostHits() int64
}

// Metrics are the figures of one process.
type Metrics struct {
	token   [sha256.Size]byte
	figures http.Handler
	took    *prometheus.HistogramVec
}

// New returns the figures, told to who sends the token as “Authorization: Bearer …”.
func New(token, version string, st Store, sender Sender, web Web) *Metrics {
	r := prometheus.NewRegistry()
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "glasnik_http_request_duration_seconds", Help: "Time taken to answer requests, by who asks and by the kind of answer.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"part", "code"})
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), took, &stored{store: st}, &sending{sender})
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "glasnik_hits_lost_total", Help: "Opens and clicks that this process answered but could not keep, for want of room or of the store.",
	}, func() float64 { return float64(web.LostHits()) }))
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "glasnik_build_info", Help: "Always 1; the label says which version runs."}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	r.MustRegister(build)
	return &Metrics{sha256.Sum256([]byte(token)), promhttp.HandlerFor(r, promhttp.HandlerOpts{MaxRequestsInFlight: 2, EnableOpenMetrics: true}), took}
}

// Handler answers at Path and measures how long next takes for everything else. part says who asks for a path: readers, the team, or
// other programs.
func (m *Metrics) Handler(next http.Handler, part func(path string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == Path {
			m.serve(w, r)
			return
		}
		promhttp.InstrumentHandlerDuration(m.took.MustCurryWith(prometheus.Labels{"part": part(r.URL.Path)}), next).ServeHTTP(w, r)
	})
}

func (m *Metrics) serve(w http.ResponseWriter, r *http.Request) {
	given, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(given))
	if !isBearer || subtle.ConstantTimeCompare(sum[:], m.token[:]) != 1 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
		http.Error(w, "send the token as “Authorization: Bearer …”", http.StatusUnauthorized)
		return
	}
	m.figures.ServeHTTP(w, r)
}

// patience is how long a scrape waits for the store.
const patience = 5 * time.Second

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("glasnik_"+name, help, labels, nil)
}

var (
	up         = describe("store_up", "1 when the store answered this scrape.")
	contacts   = describe("contacts", "Contacts by kind.", "kind")
	campaigns  = describe("campaigns", "Campaigns by state.", "state")
	runs       = describe("runs", "Runs that have not ended, by state.", "state")
	open       = describe("deliveries_open", "Deliveries, of runs that have not ended, that wait or are on their way, by state.", "state")
	holds      = describe("provider_holds", "Providers to whom nothing goes because they refuse us.")
	alarms     = describe("alarms", "Alarms that have not ended, by kind.", "kind")
	faulted    = describe("mailbox_faulted", "Mailboxes for what comes back that cannot be read.")
	lookedAt   = describe("mailbox_looked_at_seconds", "When the mailbox that was not looked at for longest was, in Unix time.")
	cameBack   = describe("returned_total", "What came back by mail, by what it is.", "class")
	outcomes   = describe("deliveries_total", "Deliveries that this process saw through to a state.", "state")
	connected  = describe("smtp_connections", "Open connections to mail servers.", "server")
	unusable   = describe("smtp_unusable", "1 when nothing goes out over a mail server just now.", "server")
	phaseTimes = describe("smtp_phase_seconds_total", "Where the time of the connections went.", "phase")
)

// stored are the figures of the store, which all processes on it share.
type stored struct{ store Store }

func (s *stored) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{up, contacts, campaigns, runs, open, holds, alarms, faulted, lookedAt, cameBack} {
		out <- d
	}
}

// Collect tells what the store says; when it does not answer, that alone.
func (s *stored) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	all, err := s.look(ctx)
	answered := 1.0
	if err != nil {
		all, answered = nil, 0
	}
	out <- gauge(up, answered)
	for _, m := range all {
		out <- m
	}
}

func gauge(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func total(d *prometheus.Desc, v float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
}

func (s *stored) look(ctx context.Context) (all []prometheus.Metric, err error) {
	kinds, err := s.store.CountKinds(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range campaign.Kinds {
		all = append(all, gauge(contacts, float64(kinds[k]), string(k)))
	}
	states, err := s.store.CountCampaigns(ctx)
	if err != nil {
		return nil, err
	}
	for state, n := range states {
		all = append(all, gauge(campaigns, float64(n), state))
	}
	underWay, err := s.lookAtRuns(ctx)
	if err != nil {
		return nil, err
	}
	held, err := s.store.FindHolds(ctx)
	if err != nil {
		return nil, err
	}
	all = append(append(all, underWay...), gauge(holds, float64(len(held))))
	raised, err := s.store.FindAlarms(ctx)
	if err != nil {
		return nil, err
	}
	byKind := map[campaign.AlarmKind]int{}
	for _, a := range raised {
		byKind[a.Kind]++
	}
	for _, kind := range campaign.AlarmKinds {
		all = append(all, gauge(alarms, float64(byKind[kind]), string(kind)))
	}
	boxes, err := s.store.FindMailboxes(ctx)
	return append(all, lookAtMailboxes(boxes)...), err
}

func (s *stored) lookAtRuns(ctx context.Context) (all []prometheus.Metric, err error) {
	states := []campaign.State{campaign.Sending, campaign.PausedRun}
	found, err := s.store.FindRunsIn(ctx, states...)
	if err != nil {
		return nil, err
	}
	byState, waiting := map[campaign.State]int{}, map[campaign.DeliveryState]int64{}
	for i := range found {
		byState[found[i].State]++
		figures, err := s.store.LookDeliveries(ctx, &found[i])
		if err != nil {
			return nil, err
		}
		for _, state := range campaign.OpenStates {
			waiting[state] += figures.States[state]
		}
	}
	for _, state := range states {
		all = append(all, gauge(runs, float64(byState[state]), string(state)))
	}
	for _, state := range campaign.OpenStates {
		all = append(all, gauge(open, float64(waiting[state]), string(state)))
	}
	return all, nil
}

func lookAtMailboxes(boxes []campaign.Mailbox) (all []prometheus.Metric) {
	broken, counts, oldest := 0, map[string]int64{}, time.Time{}
	for _, b := range boxes {
		if b.Fault != "" {
			broken++
		}
		if oldest.IsZero() || b.LookedAt.Before(oldest) {
			oldest = b.LookedAt
		}
		for class, n := range b.Counts {
			counts[class] += n
		}
	}
	all = append(all, gauge(faulted, float64(broken)))
	if !oldest.IsZero() {
		all = append(all, gauge(lookedAt, float64(oldest.Unix())))
	}
	for _, class := range campaign.MailboxCounts {
		all = append(all, total(cameBack, float64(counts[class]), class))
	}
	return all
}

// sending are the figures of this process's sending.
type sending struct{ sender Sender }

func (s *sending) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{outcomes, connected, unusable, phaseTimes} {
		out <- d
	}
}

func (s *sending) Collect(out chan<- prometheus.Metric) {
	counts := s.sender.Outcomes()
	for _, state := range campaign.DeliveryStates {
		out <- total(outcomes, float64(counts[state]), string(state))
	}
	connections, bad := map[string]int{}, map[string]float64{} // several accounts may be of one server
	for _, server := range s.sender.Servers() {
		connections[server.Server] += server.Open
		if server.Unusable() {
			bad[server.Server] = 1
		}
	}
	for name, n := range connections {
		out <- gauge(connected, float64(n), name)
		out <- gauge(unusable, bad[name], name)
	}
	for _, t := range s.sender.Times() {
		out <- total(phaseTimes, t.Seconds, strings.ReplaceAll(t.Phase, " ", "_"))
	}
}
