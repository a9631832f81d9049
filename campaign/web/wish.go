package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// waitingOr gives what waits for the reader's button, to be added to, or a wish for nothing.
func (s *Server) waitingOr(v *visit, r *leaver) (*campaign.Wish, error) {
	w, err := s.store.WaitingWish(v.ctx(), &r.contact)
	if w == nil {
		w = &campaign.Wish{}
	}
	return w, err
}

// askWish writes to the reader about what needs their button, and says so. done is what was done at once, "" for nothing.
func (s *Server) askWish(v *visit, r *leaver, w *campaign.Wish, done string) error {
	page := v.publicPage(r.language)
	to := r.contact
	to.Language = r.preferred()
	asked, err := s.store.AskWish(v.ctx(), &to, w, s.wordsOf(v, w, v.publicPage(to.Language), nil))
	if err != nil {
		return err
	}
	switch {
	case !asked && done == "":
		return v.refuseChoice(r, page.T("wish.too_many"))
	case !asked:
		return v.refuseChoice(r, page.T("wish.too_many")+" "+page.T("wish.rest_saved"))
	case !w.Empty():
		s.Wake()
		done = strings.TrimSpace(page.T("wish.asked", maskAddress(r.contact.Email)) + " " + done)
	}
	return v.showLeave(r, done, nil)
}

// agreed notes in which words something was wished for: those of the page as it was shown.
func (s *Server) agreed(v *visit, w *campaign.Wish, page publicPage) {
	w.Consent = campaign.SignUpConsent{
		Text: page.T("preferences.lists_help") + " " + page.T("preferences.consent"), Language: page.Language, Form: preferenceSource,
		Network: s.Links.Signer.NetworkHash(v.ClientIP()),
	}
	if w.Tracking == campaign.Individual {
		w.Consent.Tracking = trackingWords(page)
	}
}

// wordsOf says what a wish is for. Lists that are not among the named are not told apart; nil names all, for the
// reader's own mailbox. A name that was typed is not repeated.
func (s *Server) wordsOf(v *visit, w *campaign.Wish, page publicPage, named []listChoice) []string {
	var out []string
	for _, id := range w.Lists {
		name := s.namesOf(v.ctx(), []string{id})
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

// askLink writes to a reader how to reach their page: the link they came by is too old for it.
func (s *Server) askLink(v *visit, r *leaver) error {
	page := v.publicPage(r.language)
	to := r.contact
	to.Language = r.preferred()
	asked, err := s.store.AskLink(v.ctx(), &to)
	if err != nil {
		return err
	}
	if !asked {
		return v.refuseChoice(r, page.T("wish.too_many"))
	}
	s.Wake()
	return v.showLeave(r, page.T("link.asked"), nil)
}

// askAddress begins a change of address. The answer is the same whether or not the new address is known here.
func (s *Server) askAddress(v *visit, r *leaver, email string) error {
	page := v.publicPage(r.language)
	email, err := campaign.ParseAddress(email)
	if err != nil {
		return v.refuseChoice(r, page.T("subscribe.error.email"))
	}
	if !s.maySignUp(v) {
		return v.tellReader(http.StatusTooManyRequests, r.language, "error.too_many")
	}
	to := r.contact
	to.Language = r.preferred()
	asked, err := s.store.AskAddressChange(v.ctx(), &to, email)
	if err != nil {
		return err
	}
	if !asked {
		return v.refuseChoice(r, page.T("wish.too_many"))
	}
	s.Wake()
	return v.showLeave(r, page.T("address.asked"), nil)
}

// askData has a link to what is on record sent to the reader's own address: whoever else holds this page's address, because
// a message was passed on, must not read it. It goes to no address that was given by such a link a short time ago.
func (s *Server) askData(v *visit, r *leaver) error {
	page := v.publicPage(r.language)
	if from, ok := r.contact.MayGetRecord(s.Now()); !ok {
		return v.refuseChoice(r, page.T("data.too_young", language.DateInSentence(page.Language, from.In(page.zone))))
	}
	to := r.contact
	to.Language = r.preferred()
	asked, err := s.store.AskData(v.ctx(), &to)
	if err != nil {
		return err
	}
	if !asked {
		return v.refuseChoice(r, page.T("wish.too_many"))
	}
	s.Wake()
	return v.showLeave(r, page.T("data.asked"), nil)
}
