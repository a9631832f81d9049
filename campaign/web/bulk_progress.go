package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// bulkRow is an action on many contacts with its words.
type bulkRow struct {
	store.Bulk
	Words bulkWordsOf
	Whom  []campaign.Text
	Undo  bool
}

// workProgress is how far some work is, as pages show it while it goes on.
type workProgress struct {
	Page    string // the address that says so again
	Running bool
	Done    int64
	Total   int64
	Words   campaign.Text // how much of what
}

// Progress is how far it is.
func (r bulkRow) Progress() workProgress {
	p := workProgress{Page: "/bulk/" + r.ID + "/progress", Running: r.State.UnderWay(), Done: r.Seen, Total: r.Expected}
	if r.State == campaign.BulkUndoing {
		p.Done, p.Total = r.Reverted, r.Changed
	}
	p.Total = max(p.Total, p.Done)
	p.Words = campaign.Textf("%d of %d contacts", p.Done, p.Total)
	return p
}

// Back says how many contacts are as they were again.
func (r bulkRow) Back() campaign.Text { return takenBack(r.Reverted, r.Changed-r.Reverted) }

// bulksPage lists the latest actions on many contacts.
type bulksPage struct {
	Page
	Rows []bulkRow
}

// shownBulks is how many of the latest are shown.
const shownBulks = 50

func (s *bulkPages) index(v *visit) error {
	p := bulksPage{Page: v.page("contacts", "Changes to many contacts")}
	found, err := s.store.FindBulks(v.ctx(), shownBulks)
	if err != nil {
		return err
	}
	for i := range found {
		row, err := s.row(v, &found[i])
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	return v.show("bulks", &p)
}

func (s *bulkPages) row(v *visit, b *store.Bulk) (bulkRow, error) {
	row := bulkRow{Bulk: *b, Undo: s.store.CanUndoBulk(b) == nil && b.Changed > 0}
	var err error
	if row.Words, err = s.words(v, b); err != nil {
		return row, err
	}
	if len(b.Chosen) > 0 {
		row.Whom = []campaign.Text{campaign.Textf("chosen one by one")}
		return row, nil
	}
	row.Whom, err = s.tables.words(v.ctx(), b.Filter)
	return row, err
}

// bulkShowPage is one action on many contacts: how far it is, and what came of it.
type bulkShowPage struct {
	Page
	Row bulkRow
}

func (s *bulkPages) show(v *visit) error {
	b, err := s.store.GetBulk(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "change")
	}
	p := bulkShowPage{Page: v.page("contacts", "Change many contacts")}
	if p.Row, err = s.row(v, &b); err != nil {
		return err
	}
	if b.State.UnderWay() {
		p.Refresh = 2
	}
	return v.show("bulk", &p)
}

// progress answers the page that asks how far it is; when it is over, the browser must load the whole page again.
func (s *bulkPages) progress(v *visit) error {
	b, err := s.store.GetBulk(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "change")
	}
	if !b.State.UnderWay() {
		v.Header("HX-Refresh", "true")
	}
	return v.showProgress(bulkRow{Bulk: b}.Progress())
}

// showProgress sends the bar alone.
func (v *visit) showProgress(p workProgress) error {
	return v.showPart("bulk", "work-progress", p)
}

func (s *bulkPages) stop(v *visit) error {
	b, err := s.store.StopBulk(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "change")
	}
	return v.done("/bulk/"+b.ID, "Stopped: %d contacts changed so far.", b.Changed)
}

func (s *bulkPages) undo(v *visit) error {
	b, err := s.store.GetBulk(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "change")
	}
	if b.Action.Kind == campaign.BulkErase {
		return campaign.Errorf(campaign.Conflict, "who was erased cannot be brought back")
	}
	if b, err = s.store.UndoBulk(v.ctx(), b.ID, b.Changed <= bulkAtOnce); err != nil {
		return err
	}
	s.Logger.Info("a change to many contacts is taken back", "user_id", v.user.ID, "bulk_id", b.ID)
	return s.carryOut(v, &b, v.back("/bulk"))
}
