package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// ImportOptions say what an import does with its rows.
type ImportOptions struct {
	List     string            // id of the list rows are put on; "" is none
	ListName string            // instead of its id: the list with this name, added when there is none
	Kind     campaign.Kind     // of rows that say none
	Language campaign.Language // of rows that say none
	Basis    campaign.Basis    // of the memberships; "" is the list's
	// Reference is what the basis rests on, see campaign.Basis.Needs; "" where that is not at hand.
	Reference string
	Source    string // the file and who brought it, for the record (E-01)
	Policy    campaign.UpdatePolicy
	Unclear   campaign.UnclearPolicy // with rows that do not say for sure whether the person may be written to
	DryRun    bool                   // tells what would happen and writes nothing
}

// importer is one import under way.
type importer struct {
	*Imports
	options ImportOptions
	list    campaign.List
	report  func(campaign.ImportResult)
	summary campaign.ImportSummary
	record  campaign.Import

	empty bool          // there was no contact at the beginning: nobody needs to be asked for, and who comes meanwhile is met when adding
	begun chan struct{} // closed with the first change

	counting      sync.Mutex // over what follows
	rows          int        // that came to their end
	outcomes      map[campaign.ImportOutcome]int
	standings     map[campaign.Standing]int
	organisations int // added

	turns    turns
	deciding sync.Mutex        // held by whoever says what becomes of rows
	known    map[string]string // key of an organisation → its id; "" while a dry run would add it
	names    map[string]string // id of an organisation → its name
	keys     map[string]string // name of an organisation → its key
}

// Rows are the rows of a file one after the other, as a file of contacts gives them. An error ends them.
type Rows = iter.Seq2[campaign.ImportRow, error]

// Import is ImportFrom over rows held in memory.
func (s *Imports) Import(ctx context.Context, rows []campaign.ImportRow, o ImportOptions, report func(campaign.ImportResult)) (campaign.ImportSummary, error) {
	return s.ImportFrom(ctx, func(yield func(campaign.ImportRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}, o, report)
}

// ImportFrom brings rows of a file into the store. Every row ends in exactly one outcome, told to report in the order of
// the rows, by another goroutine. Who left, whose address bounced or complained, and who is suppressed is left alone; of whom
// a row says so, here or elsewhere, is kept as that and not written to, see campaign.Standing. A list that is not there is
// added with the first row that can be taken. An import that was cut off can be run again: what is done already is
// unchanged. What it writes can be undone, see UndoImport. A few thousand rows are held
// at a time, however many there are.
func (s *Imports) ImportFrom(ctx context.Context, rows Rows, o ImportOptions, report func(campaign.ImportResult)) (campaign.ImportSummary, error) {
	im := &importer{
		Imports: s, options: o, report: report, known: map[string]string{}, names: map[string]string{}, keys: map[string]string{},
		turns: newTurns(), begun: make(chan struct{}), outcomes: map[campaign.ImportOutcome]int{}, standings: map[campaign.Standing]int{},
		summary: campaign.ImportSummary{Outcomes: map[campaign.ImportOutcome]int{}, DryRun: o.DryRun},
	}
	if err := im.prepare(ctx); err != nil {
		return im.summary, err
	}
	if err := im.look(ctx); err != nil {
		return im.summary, err
	}
	err := im.flow(ctx, rows)
	im.summary.Rows, im.summary.Outcomes, im.summary.Organisations, im.summary.Standings = im.rows, im.outcomes, im.organisations, im.standings
	if err == nil {
		return im.summary, im.finish(ctx, campaign.ImportDone)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = im.finish(ctx, campaign.ImportCutOff) // else it is known by its silence
	return im.summary, err
}

// newList stands for the id of a list that is not there yet.
const newList = "new"

// prepare finds the list, or gets ready to add it.
func (im *importer) prepare(ctx context.Context) error {
	o := &im.options
	var err error
	if o.Reference, err = campaign.CleanReference(o.Reference); err != nil {
		return err
	}
	switch {
	case o.List == "" && o.ListName == "":
		return nil
	case o.List != "":
		if im.list, err = im.lists.GetList(ctx, o.List); err == nil {
			err = im.list.TakesNew()
		}
	default:
		im.list, err = im.lists.GetListByName(ctx, o.ListName)
		if campaign.CodeOf(err) == campaign.NotFound {
			im.list = campaign.List{ID: newList, Name: o.ListName, Basis: o.Basis, Language: o.Language}
			im.summary.ListMade = o.DryRun
			err = im.list.Normalize()
		} else if err == nil {
			err = im.list.TakesNew()
		}
	}
	if err == nil {
		err = campaign.CheckAudience(im.list.Name)
	}
	if err != nil {
		return err
	}
	if o.Basis == "" {
		o.Basis = im.list.Basis
	}
	o.List = im.list.ID
	if im.summary.List = im.list.ID; im.list.ID == newList {
		im.summary.List = ""
	}
	return nil
}

// look finds out whether there are any contacts at all.
func (im *importer) look(ctx context.Context) error {
	some, err := document.Exists[campaign.Contact](ctx, im.engine, schema.Contacts, nil)
	im.empty = !some && !im.options.DryRun
	return err
}

// addList adds the list, once it is clear that somebody will be on it.
func (im *importer) addList(ctx context.Context) error {
	if im.options.DryRun || im.list.ID != newList {
		return nil
	}
	err := im.lists.CreateList(ctx, &im.list)
	if campaign.CodeOf(err) == campaign.Conflict { // somebody added it meanwhile
		im.list, err = im.lists.GetListByName(ctx, im.options.ListName)
	} else {
		im.summary.ListMade = err == nil
	}
	im.options.List, im.summary.List = im.list.ID, im.list.ID
	return err
}

// decide says what becomes of the rows of a load, changes contacts that are there and makes ready what is to be added.
func (im *importer) decide(ctx context.Context, l *load) error {
	if len(l.fresh) == 0 {
		return nil
	}
	if err := im.ask(ctx, l); err != nil {
		return err
	}
	if im.leaveAlone(l); len(l.fresh) == 0 {
		return nil
	}
	im.deciding.Lock()
	defer im.deciding.Unlock()
	if err := im.addList(ctx); err != nil {
		return err
	}
	naming := slices.DeleteFunc(slices.Clone(l.fresh), func(i int) bool {
		return l.rows[i].Organisation == "" || !im.takesOrganisation(l.existing[l.rows[i].Contact.Address])
	})
	if err := im.findOrganisations(ctx, l.rows, naming); err != nil {
		return err
	}
	changed := im.settle(l)
	if im.options.DryRun {
		return nil
	}
	if err := im.update(ctx, changed); err != nil {
		return err
	}
	return im.ready(ctx, l)
}

// settle says what becomes of the rows of a load and gives those that change contacts.
func (im *importer) settle(l *load) []change {
	var changed []change
	lines := map[string]int{} // the line a contact stands on, where it may stand under several addresses
	for _, i := range l.fresh {
		r, result := &l.rows[i], &l.results[i]
		old := l.existing[r.Contact.Address]
		if old != nil && len(l.others.Former) > 0 {
			if line, twice := lines[old.ID]; twice {
				result.Outcome, result.Reason = campaign.RowDuplicate, fmt.Sprintf("the same person stands on line %d", line)
				continue
			}
			lines[old.ID] = r.Line
		}
		switch {
		case old == nil:
			result.Outcome = campaign.RowAdded
			im.sayStanding(r, result)
			l.added = append(l.added, i)
		case im.plan(old, r, result):
			changed = append(changed, change{old, r, result})
		}
	}
	return changed
}

// takesOrganisation reports whether a row's organisation may become that of its contact, nil for a new one.
func (im *importer) takesOrganisation(old *campaign.Contact) bool {
	if old == nil {
		return true
	}
	may := im.options.Policy == campaign.Overwrite || im.options.Policy == campaign.FillEmpty && old.Organisation == ""
	return may && im.leftAlone(old) == ""
}

func (im *importer) contactsByAddress(ctx context.Context, addresses []string) (map[string]*campaign.Contact, error) {
	var docs []campaign.Contact
	if err := im.engine.Find(ctx, schema.Contacts, document.Query{Filter: document.Where{Field: "address", Op: document.In, Value: addresses}}, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]*campaign.Contact, len(docs))
	for i := range docs {
		out[docs[i].Address] = &docs[i]
	}
	return out, nil
}

// findOrganisations finds or adds the organisations that some rows name.
func (im *importer) findOrganisations(ctx context.Context, rows []campaign.ImportRow, naming []int) error {
	missing := map[string]any{}
	var keys []string
	for _, i := range naming {
		r := &rows[i]
		key := im.key(r.Organisation)
		if _, ok := im.known[key]; ok || missing[key] != nil {
			continue
		}
		o, err := im.organisationOf(r)
		if err != nil {
			return err
		}
		missing[key] = o
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil
	}
	if err := im.learn(ctx, keys, missing); err != nil {
		return err
	}
	im.counting.Lock()
	im.organisations += len(missing)
	im.counting.Unlock()
	var docs []any
	for _, key := range keys {
		if missing[key] != nil {
			im.known[key] = ""
			docs = append(docs, missing[key])
		}
	}
	if im.options.DryRun || len(docs) == 0 {
		return nil
	}
	if err := im.keepOrganisations(ctx, docs); err != nil {
		return err
	}
	if _, err := im.engine.InsertNew(ctx, schema.Organisations, docs...); err != nil {
		return err
	}
	return im.learn(ctx, keys, missing) // read back: somebody may have added one of them at the same moment
}

// key gives the key of an organisation's name. A file names few, each many times.
func (im *importer) key(name string) string {
	key, known := im.keys[name]
	if !known {
		key = campaign.Fold(name)
		im.keys[name] = key
	}
	return key
}

// organisationOf makes the organisation a row names.
func (im *importer) organisationOf(r *campaign.ImportRow) (*campaign.Organisation, error) {
	o := &campaign.Organisation{
		ID: campaign.NewID(im.now()), Version: 1, Name: r.Organisation, Kind: campaign.OrganisationKindFor(r.Contact.Kind),
		Place: r.Contact.Place, CreatedAt: im.now(), UpdatedAt: im.now(),
	}
	return o, o.Normalize()
}

// learn reads organisations by their keys and takes those that are there off the missing ones.
func (im *importer) learn(ctx context.Context, keys []string, missing map[string]any) error {
	var docs []campaign.Organisation
	if err := im.engine.Find(ctx, schema.Organisations, document.Query{Filter: document.Where{Field: "key", Op: document.In, Value: keys}}, &docs); err != nil {
		return err
	}
	for _, o := range docs {
		im.known[o.Key], im.names[o.ID] = o.ID, o.Name
		delete(missing, o.Key)
	}
	return nil
}
