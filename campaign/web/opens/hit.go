package opens

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Kind is what a hit fetched.
type Kind string

const (
	Open  Kind = "open"  // the image
	Click Kind = "click" // a link
	Trap  Kind = "trap"  // the link that people do not see
	Leave Kind = "leave" // the page to leave and choose on
)

// Hit is what one fetch out of a message says about who made it. Neither the address nor the agent may be stored or logged
// (E-05). What is not known is left out; a hit of no known delivery or run is judged by itself.
type Hit struct {
	Kind     Kind
	Agent    string
	IP       string
	Method   string   // "" for GET
	After    *float64 // seconds after the delivery; nil when unknown, as in aggregate mode
	Headers  map[string]string
	At       time.Time // the zero time when unknown
	Run      string
	Delivery string // "" in aggregate mode
	Link     string // which link, for a click
	Context  Context
}

// Context is what somebody else has counted of the hits around one, where these are not at hand.
type Context struct {
	Deliveries int  `json:"distinct_deliveries_same_ip_60s"`
	Trapped    bool `json:"honeypot_clicked_same_delivery"`
	Links      int  `json:"links_clicked_same_delivery_10s"`
}

// Result is what a hit probably was, and the rules of domain.md F.2 that decided.
type Result struct {
	Verdict campaign.Verdict `json:"verdict"`
	Rules   []string         `json:"rules"`
	Why     string           `json:"why"`
}

// recorded is a hit as a file holds it; the short names are those of older recordings.
type recorded struct {
	Time      time.Time         `json:"time"`
	Delivered time.Time         `json:"delivered"`
	After     *float64          `json:"seconds_after_delivery"`
	Kind      string            `json:"kind"`
	Trap      bool              `json:"trap"`
	Method    string            `json:"method"`
	Agent     *string           `json:"user_agent"`
	UA        string            `json:"ua"`
	IP        string            `json:"ip"`
	Run       string            `json:"run"`
	Delivery  string            `json:"delivery"`
	Link      json.RawMessage   `json:"link"` // an address or a number
	Headers   map[string]string `json:"headers"`
	Context   Context           `json:"context"`
}

var kinds = map[string]Kind{
	"": "", "open": Open, "opened": Open, "image": Open, "pixel": Open, "click": Click, "clicked": Click, "link": Click, "trap": Trap, "honeypot": Trap,
	"leave": Leave, "left": Leave, "unsubscribe": Leave, "unsubscribed": Leave,
}

// ReadHit reads a recorded hit, one JSON object; README.md lists its fields. Others are passed over.
func ReadHit(line []byte) (Hit, error) {
	var r recorded
	if err := json.Unmarshal(line, &r); err != nil {
		return Hit{}, readingError(err)
	}
	kind, ok := kinds[strings.ToLower(r.Kind)]
	if !ok {
		return Hit{}, fmt.Errorf("the kind %q is none of open, click, trap and leave", r.Kind)
	}
	h := Hit{
		Kind: kind, Agent: r.UA, IP: strings.TrimSpace(r.IP), Method: strings.ToUpper(r.Method), After: r.After, Headers: r.Headers,
		At: r.Time, Run: r.Run, Delivery: r.Delivery, Link: strings.Trim(string(r.Link), `"`), Context: r.Context,
	}
	if r.Agent != nil {
		h.Agent = *r.Agent
	}
	if h.Link == "null" {
		h.Link = ""
	}
	if r.Trap {
		h.Kind = Trap
	}
	if h.Kind == "" && h.Link != "" {
		h.Kind = Click
	}
	if h.After == nil && !r.Time.IsZero() && !r.Delivered.IsZero() {
		after := r.Time.Sub(r.Delivered).Seconds()
		h.After = &after
	}
	if h.At.IsZero() && h.After != nil {
		since := r.Delivered
		if since.IsZero() {
			since = unknownDelivery
		}
		h.At = since.Add(time.Duration(*h.After * float64(time.Second)))
	}
	return h, nil
}

// unknownDelivery is when a message was delivered of which that is not known: how long after it hits came is compared all the same.
var unknownDelivery = time.Time{}.AddDate(1, 0, 0)

func readingError(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field == "":
		return errors.New("this is no JSON object")
	case errors.As(err, &kind):
		return fmt.Errorf("%s: a %s does not fit here", kind.Field, kind.Value)
	}
	return fmt.Errorf("this is no JSON object that describes a hit: %w", err)
}

// within reports whether the hit is known to have come less than the given seconds after delivery.
func (h *Hit) within(seconds float64) bool { return h.After != nil && *h.After < seconds }
