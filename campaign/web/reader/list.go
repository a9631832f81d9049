package reader

import (
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// lists are those that readers can be told of.
type lists struct{ store listReader }

type listReader interface {
	GetList(ctx context.Context, id string) (campaign.List, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
}

// public returns the lists everybody may join, by their names in a language.
func (l *lists) public(ctx context.Context, reader campaign.Language) ([]campaign.List, error) {
	all, err := l.store.FindLists(ctx, false)
	sortLists(all, reader)
	return slices.DeleteFunc(all, func(l campaign.List) bool { return !l.Public }), err
}

// sortLists sorts lists by the names a reader of a language sees.
func sortLists(lists []campaign.List, reader campaign.Language) {
	slices.SortStableFunc(lists, func(a, b campaign.List) int {
		return campaign.CompareNames(templates.ListName(&a, reader), templates.ListName(&b, reader))
	})
}

// names joins the names of lists, as the reader of a page sees them, for a sentence.
func (l *lists) names(ctx context.Context, ids []string, p page) string {
	var names []string
	for _, id := range ids {
		if l, err := l.store.GetList(ctx, id); err == nil {
			names = append(names, p.ListName(l))
		}
	}
	return strings.Join(names, ", ")
}

// wordsOf says what a wish is for. Lists that are not among the named are not told apart; nil names all, for the reader's own
// mailbox. A name that was typed is not repeated.
func (l *lists) wordsOf(ctx context.Context, w *campaign.Wish, page page, named []listChoice) []string {
	var out []string
	for _, id := range w.Lists {
		name := l.names(ctx, []string{id}, page)
		if named != nil && !slices.ContainsFunc(named, func(l listChoice) bool { return l.ID == id }) {
			name = page.T("preferences.other_lists")
		}
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	switch {
	case w.Tracking == campaign.Individual && named == nil: // what they are about to agree to
		out = append(out, trackingWords(page))
	case w.Tracking != "":
		out = append(out, page.T("public.pair", page.T("tracking.title"), page.T("tracking."+string(w.Tracking))))
	}
	if !w.PausedUntil.IsZero() {
		out = append(out, page.T("wish.pause", language.DateInSentence(page.Language, w.PausedUntil.In(page.zone))))
	}
	if w.FirstName+w.LastName != "" {
		out = append(out, page.T("wish.name"))
	}
	return out
}

// trackingWords is what a reader agrees to who lets their own opens and clicks be seen.
func trackingWords(page page) string {
	return page.T("public.pair", page.T("tracking.individual"), page.T("tracking.individual_help"))
}
