package importing

import (
	"context"
	"maps"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// lookUp reads what the store knows of the addresses of a load's candidates.
func (w *work) lookUp(ctx context.Context, l *load) error {
	addresses := campaign.Collect(l.candidates, func(i int) string { return l.rows[i].Contact.Address })
	own := addresses[:len(addresses):len(addresses)]
	for _, i := range l.candidates {
		addresses = append(addresses, l.rows[i].Contact.OtherKeys()...)
	}
	var err error
	if !w.empty {
		if l.existing, err = w.contactsByAddress(ctx, addresses); err != nil {
			return err
		}
	}
	suppressed, err := document.Exists[campaign.Suppression](ctx, w.engine, schema.Suppressions, nil) // asked first: hashing many addresses takes longer
	if err != nil {
		return err
	}
	aliased, err := document.Exists[campaign.Alias](ctx, w.engine, schema.Aliases, nil)
	if aliased = aliased && !w.empty; err != nil || !suppressed && !aliased {
		return err
	}
	h := w.book.Hash(addresses)
	if l.suppressed, err = w.book.SuppressionsBy(ctx, h); err == nil && aliased {
		err = w.lookUpOthers(ctx, l, h, own)
	}
	return err
}

// lookUpOthers reads whose former or further addresses those of a load are, and whether the people's own are suppressed.
func (w *work) lookUpOthers(ctx context.Context, l *load, h addresses.Hashes, own []string) error {
	var err error
	if l.others, err = w.book.People(ctx, h, own); err != nil {
		return err
	}
	var theirs []string
	for _, c := range l.others.Former {
		theirs = append(theirs, c.Address)
	}
	for _, cs := range l.others.Beside {
		for _, c := range cs {
			theirs = append(theirs, c.Address)
		}
	}
	found, err := w.book.Suppressions(ctx, theirs)
	maps.Copy(l.suppressed, found)
	return err
}

func (w *work) contactsByAddress(ctx context.Context, addresses []string) (map[string]*campaign.Contact, error) {
	var docs []campaign.Contact
	if err := w.engine.Find(ctx, schema.Contacts, document.Query{Filter: document.Where{Field: "address", Op: document.In, Value: addresses}}, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]*campaign.Contact, len(docs))
	for i := range docs {
		out[docs[i].Address] = &docs[i]
	}
	return out, nil
}
