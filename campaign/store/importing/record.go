package importing

import (
	"cmp"
	"context"
	"maps"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// record is what an import has done so far. It is stored from the first change on, and all stages share it.
type record struct {
	*Imports
	source string

	mu      sync.Mutex             // over what follows
	summary campaign.ImportSummary // its Import is "" before the first change
	started time.Time
}

func newRecord(im *Imports, o *campaign.ImportOptions) *record {
	return &record{Imports: im, source: o.Source, summary: campaign.ImportSummary{
		Outcomes: map[campaign.ImportOutcome]int{}, Standings: map[campaign.Standing]int{}, DryRun: o.DryRun,
	}}
}

// begin stores that the import is under way, before its first change, and returns its id.
func (r *record) begin(ctx context.Context) (id string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.summary.Import != "" {
		return r.summary.Import, nil
	}
	if err := r.closeOldImports(ctx); err != nil {
		return "", err
	}
	now, begun := r.now(), r.summary
	begun.Import = campaign.NewID(now)
	err = r.engine.Insert(ctx, schema.Imports, &campaign.Import{
		ID: begun.Import, Version: 1, Source: r.source, State: campaign.ImportRunning, Process: r.process, StartedAt: now, HeardAt: now, Summary: begun,
	})
	if err == nil {
		r.summary, r.started = begun, now
	}
	return begun.Import, err
}

// addUndo stores what taking back a change needs to know, before the change is made.
func (r *record) addUndo(ctx context.Context, docs ...any) error {
	id, err := r.begin(ctx)
	if err != nil {
		return err
	}
	return r.undo.Add(ctx, id, docs...)
}

// note changes the summary.
func (r *record) note(fn func(*campaign.ImportSummary)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn(&r.summary)
}

// count adds up what became of the rows of a load.
func (r *record) count(l *load) {
	r.note(func(s *campaign.ImportSummary) {
		s.Rows += len(l.rows)
		for i := range l.results {
			s.Outcomes[l.results[i].Outcome]++
			if standing := l.results[i].Standing; standing != campaign.Free {
				s.Standings[standing]++
			}
		}
	})
}

// soFar returns the summary of what was done up to now.
func (r *record) soFar() campaign.ImportSummary {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.summary
	out.Outcomes, out.Standings = maps.Clone(out.Outcomes), maps.Clone(out.Standings)
	return out
}

// isOurs reports whether a contact is as this import added it.
func (r *record) isOurs(c *campaign.Contact, list string) bool {
	source := c.Source
	if m := c.Membership(list); m != nil {
		source = cmp.Or(m.Source, source)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.summary.Import != "" && c.Version == 1 && !c.CreatedAt.Before(r.started) && source == r.source
}

// heartbeat stores how far the import is, once a beat, until ctx ends. It stops the import if its record was closed meanwhile.
func (r *record) heartbeat(ctx context.Context, stop context.CancelCauseFunc) {
	beat := time.NewTicker(r.Beat)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		if err := r.set(ctx, campaign.ImportRunning); campaign.CodeOf(err) == campaign.Conflict {
			stop(err)
			return
		}
	}
}

// set stores the state of an import that changed something.
func (r *record) set(ctx context.Context, state campaign.ImportState) error {
	summary := r.soFar()
	if summary.Import == "" {
		return nil
	}
	_, err := r.setImport(ctx, summary.Import, func(i *campaign.Import) error {
		if i.State != campaign.ImportRunning {
			return campaign.Errorf(campaign.Conflict, "this import was not heard of for a while and has been undone meanwhile")
		}
		i.State, i.HeardAt, i.Summary = state, r.now(), summary
		if state != campaign.ImportRunning {
			i.EndedAt = i.HeardAt
		}
		return nil
	})
	return err
}
