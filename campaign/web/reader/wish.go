package reader

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// wishes asks readers by mail about what needs a button that only they can press.
type wishes struct {
	store       wishStore
	preferences *preferences
	limits      *limits
	signer      *campaign.Signer
	now         func() time.Time
	wake        func()
}

type wishStore interface {
	AskWish(ctx context.Context, c *campaign.Contact, w *campaign.Wish, names []string) (asked bool, err error)
	AskLink(ctx context.Context, c *campaign.Contact) (asked bool, err error)
	AskAddressChange(ctx context.Context, c *campaign.Contact, email string) (asked bool, err error)
	AskData(ctx context.Context, c *campaign.Contact) (asked bool, err error)
}

// preferenceSource is where a choice was made that takes effect at once.
const preferenceSource = "preference page"

// ask writes to the reader about what needs their button, and says so. done is what was done at once, "" for nothing.
func (s *wishes) ask(v *visit, r *recipient, w *campaign.Wish, done string) error {
	page, to := v.page(r.language), r.addressee()
	asked, err := s.store.AskWish(v.ctx(), to, w, s.preferences.lists.wordsOf(v.ctx(), w, v.page(to.Language), nil))
	if err != nil {
		return err
	}
	switch {
	case !asked && done == "":
		return s.preferences.refuse(v, r, page.T("wish.too_many"))
	case !asked:
		return s.preferences.refuse(v, r, page.T("wish.too_many")+" "+page.T("wish.rest_saved"))
	case !w.Empty():
		s.wake()
		done = strings.TrimSpace(page.T("wish.asked", maskAddress(r.contact.Email)) + " " + done)
	}
	return s.preferences.show(v, r, done, nil)
}

// agreed notes the words a wish was made by: those of the page as it was shown.
func (s *wishes) agreed(v *visit, w *campaign.Wish, page page) {
	w.Consent = campaign.SignUpConsent{
		Text: page.T("preferences.lists_help") + " " + page.T("preferences.consent"), Language: page.Language, Form: preferenceSource,
		Network: s.signer.NetworkHash(v.ClientIP()),
	}
	if w.Tracking == campaign.Individual {
		w.Consent.Tracking = trackingWords(page)
	}
}

// askBack asks whether the reader wants to be back on lists they left.
func (s *wishes) askBack(v *visit, r *recipient, lists []string) error {
	wish, err := s.preferences.waiting(v, r)
	if err != nil {
		return err
	}
	for _, l := range lists {
		if m := r.contact.Membership(l); m != nil && m.Status == campaign.Unsubscribed {
			wish.Lists = append(wish.Lists, l)
		}
	}
	s.agreed(v, wish, v.page(r.language))
	return s.ask(v, r, wish, "")
}

// asked answers what was asked for by mail, with the text under a key when the mail is on its way.
func (s *wishes) asked(v *visit, r *recipient, key string, asked bool, err error) error {
	switch {
	case err != nil:
		return err
	case !asked:
		return s.preferences.refuse(v, r, v.page(r.language).T("wish.too_many"))
	}
	s.wake()
	return s.preferences.show(v, r, v.page(r.language).T(key), nil)
}

// askLink writes to a reader how to reach their page: the link they came by is too old for it.
func (s *wishes) askLink(v *visit, r *recipient) error {
	asked, err := s.store.AskLink(v.ctx(), r.addressee())
	return s.asked(v, r, "link.asked", asked, err)
}

// askAddress begins a change of address. The answer is the same whether or not the new address is known here.
func (s *wishes) askAddress(v *visit, r *recipient, email string) error {
	email, err := campaign.ParseAddress(email)
	if err != nil {
		return s.preferences.refuse(v, r, v.page(r.language).T("subscribe.error.email"))
	}
	if !s.limits.allowSignUpHere(v) || !s.limits.allowMail() {
		return v.showMessage(http.StatusTooManyRequests, r.language, "error.too_many")
	}
	asked, err := s.store.AskAddressChange(v.ctx(), r.addressee(), email)
	return s.asked(v, r, "address.asked", asked, err)
}

// askData has a link to what is on record sent to the reader's own address: others who hold this page's address, because a
// message was passed on, must not read it. It is not sent to an address that was given a short time ago.
func (s *wishes) askData(v *visit, r *recipient) error {
	if from, ok := r.contact.MayGetRecord(s.now()); !ok {
		page := v.page(r.language)
		return s.preferences.refuse(v, r, page.T("data.too_young", language.DateInSentence(page.Language, from.In(page.zone))))
	}
	asked, err := s.store.AskData(v.ctx(), r.addressee())
	return s.asked(v, r, "data.asked", asked, err)
}
