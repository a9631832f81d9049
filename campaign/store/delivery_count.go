package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// CountDeliveries counts the deliveries of a run by state, as they stand. While its audience is being written down, those
// who are still to come count as well.
func (s *Deliveries) CountDeliveries(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error) {
	out, err := s.countWritten(ctx, run)
	if err != nil {
		return nil, err
	}
	r, err := s.runs.GetRun(ctx, run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return out, nil
	}
	r.AddUnplanned(out)
	return out, err
}

// countWritten counts the deliveries that are written down.
func (s *Deliveries) countWritten(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Deliveries, document.Equal("run_id", run), "state")
	out := make(map[campaign.DeliveryState]int64, len(groups))
	for state, n := range groups {
		out[campaign.DeliveryState(state)] = n
	}
	return out, err
}

// CountPlanned counts all deliveries of a run that are written down.
func (s *Deliveries) CountPlanned(ctx context.Context, run string) (int64, error) {
	return s.engine.Count(ctx, schema.Deliveries, document.Equal("run_id", run))
}

// balance draws up the sheet of a run as it stands.
func (s *Deliveries) balance(ctx context.Context, r *campaign.Run) (campaign.Balance, error) {
	states, err := s.countWritten(ctx, r.ID)
	return r.Balance(campaign.CountedDeliveries(states, 0)), err
}

// countReturned counts the deliveries of a run whose address does not work. Only failed ones are looked at.
func (s *Deliveries) countReturned(ctx context.Context, run string, states map[campaign.DeliveryState]int64) (int64, error) {
	if states[campaign.Failed] == 0 {
		return 0, nil
	}
	return s.engine.Count(ctx, schema.Deliveries, deadIn(run))
}

func deadIn(run string) document.Filter {
	return document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Failed)), document.Equal("dead", true)}
}

// deliveryCount is a run's deliveries as they are written down.
type deliveryCount struct {
	States   map[campaign.DeliveryState]int64 `json:"states"`
	Returned int64                            `json:"returned"`
}

// ofDeliveries names the kept count of a run's deliveries.
const ofDeliveries = "deliveries"

// LookDeliveries counts a run's deliveries for pages that show how far it is: of a large one that is under way the figures
// may be some seconds old. They are never older than what people decided about the run. What readers did is not in them.
func (s *Deliveries) LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error) {
	n, at, err := keptCount(ctx, s.counts, counting[deliveryCount]{
		what: ofDeliveries, run: r, moves: true,
		count: func(ctx context.Context) (n deliveryCount, err error) {
			if n.States, err = s.countWritten(ctx, r.ID); err == nil {
				n.Returned, err = s.countReturned(ctx, r.ID, n.States)
			}
			return n, err
		},
		// A run that has ended and has nothing open is changed before anything of it is sent again.
		final: func(n deliveryCount) bool {
			return r.State.Ended() && r.IsMailing() && !slices.ContainsFunc(campaign.OpenStates, func(state campaign.DeliveryState) bool { return n.States[state] > 0 })
		},
	})
	if err != nil {
		return campaign.Figures{}, err
	}
	r.AddUnplanned(n.States)
	f := campaign.CountedDeliveries(n.States, n.Returned)
	f.AsOf = at
	return f, nil
}
