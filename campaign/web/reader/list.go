package reader

import (
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// lists are those that readers can be told of.
type lists struct{ store listReader }

type listReader interface {
	GetList(ctx context.Context, id string) (campaign.List, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
}

// public returns the lists everybody may join.
func (l *lists) public(ctx context.Context) ([]campaign.List, error) {
	all, err := l.store.FindLists(ctx, false)
	return slices.DeleteFunc(all, func(l campaign.List) bool { return !l.Public }), err
}

// names joins the names of lists for a sentence.
func (l *lists) names(ctx context.Context, ids []string) string {
	var names []string
	for _, id := range ids {
		if l, err := l.store.GetList(ctx, id); err == nil {
			names = append(names, l.Name)
		}
	}
	return strings.Join(names, ", ")
}

// wordsOf says what a wish is for. Lists that are not among the named are not told apart; nil names all, for the reader's own
// mailbox. A name that was typed is not repeated.
func (l *lists) wordsOf(ctx context.Context, w *campaign.Wish, page page, named []listChoice) []string {
	var out []string
	for _, id := range w.Lists {
		name := l.names(ctx, []string{id})
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
		out = append(out, page.T("tracking.title")+": "+page.T("tracking."+string(w.Tracking)))
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
	return page.T("tracking.individual") + ": " + page.T("tracking.individual_help")
}
