package store

import (
	"context"
	"maps"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// While an import is under way its record says so again and again, with what was done so far. One that is silent for longer
// was cut off.
const (
	importBeat    = time.Second
	importSilence = time.Minute
)

// Imports adds and updates contacts from files.
type Imports struct {
	engine document.Engine
	now    func() time.Time
	book   *addresses.Book
	undo   *undo.Records

	contacts *Contacts
	lists    *Lists

	ended      func(name string) bool // or nil
	importBeat time.Duration          // how often an import says how far it is
	process    string                 // see SetProcess
}

// SetProcess names this process in the records of its imports, and lends what tells of others that they are known to have
// ended. It is called before the store is used.
func (s *Imports) SetProcess(name string, ended func(name string) bool) {
	s.process, s.ended = name, ended
}

// begin writes down that an import is under way, before its first change.
func (im *importer) begin(ctx context.Context) error {
	if im.record.ID != "" {
		return nil
	}
	if err := im.closeOldImports(ctx); err != nil {
		return err
	}
	now := im.now()
	im.summary.Import = campaign.NewID(now)
	im.record = campaign.Import{
		ID: im.summary.Import, Version: 1, Source: im.options.Source, State: campaign.ImportRunning, Process: im.process,
		StartedAt: now, HeardAt: now, Summary: im.summary,
	}
	defer close(im.begun)
	return im.engine.Insert(ctx, schema.Imports, &im.record)
}

// keepHeard writes down how far the import is, from its first change to its end. When its record has been ended meanwhile,
// it ends the import.
func (im *importer) keepHeard(ctx context.Context, stop context.CancelCauseFunc) {
	select {
	case <-im.begun:
	case <-ctx.Done():
		return
	}
	beat := time.NewTicker(im.importBeat)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		if err := im.setRecord(ctx, campaign.ImportRunning); campaign.CodeOf(err) == campaign.Conflict {
			stop(err)
			return
		}
	}
}

// finish writes down what came of an import that wrote something.
func (im *importer) finish(ctx context.Context, state campaign.ImportState) error {
	if im.record.ID == "" {
		return nil
	}
	return im.setRecord(ctx, state)
}

func (im *importer) setRecord(ctx context.Context, state campaign.ImportState) error {
	_, err := im.setImport(ctx, im.record.ID, func(i *campaign.Import) error {
		if i.State != campaign.ImportRunning {
			return campaign.Errorf(campaign.Conflict, "this import was not heard of for a while and has been undone meanwhile")
		}
		i.State, i.HeardAt, i.Summary = state, im.now(), im.soFar()
		if state != campaign.ImportRunning {
			i.EndedAt = i.HeardAt
		}
		return nil
	})
	return err
}

// soFar is the summary of what was done up to now.
func (im *importer) soFar() campaign.ImportSummary {
	im.counting.Lock()
	defer im.counting.Unlock()
	out := im.record.Summary
	out.Rows, out.Outcomes, out.Organisations, out.Standings = im.rows, maps.Clone(im.outcomes), im.organisations, maps.Clone(im.standings)
	return out
}

func (s *Imports) setImport(ctx context.Context, id string, fn func(*campaign.Import) error) (campaign.Import, error) {
	return document.Modify(ctx, s.engine, schema.Imports, id, func(i *campaign.Import) *int64 { return &i.Version }, fn)
}

// FindImports gives the latest imports, the last first.
func (s *Imports) FindImports(ctx context.Context, limit int) ([]campaign.Import, error) {
	var docs []campaign.Import
	err := s.engine.Find(ctx, schema.Imports, document.Query{Order: []document.Order{{Field: "started_at", Desc: true}, {Field: "id", Desc: true}}, Limit: limit}, &docs)
	for i := range docs {
		s.noticeSilence(&docs[i])
	}
	return docs, err
}

// GetImport reads the record of an import.
func (s *Imports) GetImport(ctx context.Context, id string) (campaign.Import, error) {
	i, err := document.Get[campaign.Import](ctx, s.engine, schema.Imports, id)
	s.noticeSilence(&i)
	return i, err
}

// noticeSilence says of an import that could not say so itself that it was cut off.
func (s *Imports) noticeSilence(i *campaign.Import) {
	if i.State != campaign.ImportRunning {
		return
	}
	if s.now().Sub(i.HeardAt) > importSilence || s.ended != nil && s.ended(i.Process) {
		i.State = campaign.ImportCutOff
	}
}
