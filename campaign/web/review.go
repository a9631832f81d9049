package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// reviewPages are the pages about how long things are stored, and whom nobody has heard of for long.
type reviewPages struct {
	*panel
	store reviewStore
}

type reviewStore interface {
	AskReconfirm(ctx context.Context, contact string) error
	CountReviews(ctx context.Context) (int64, error)
	FindRetentionReports(ctx context.Context, limit int) ([]campaign.RetentionReport, error)
	FindReviews(ctx context.Context, p store.Page) ([]campaign.Review, string, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	KeepReviewed(ctx context.Context, contact string, reason string) error
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// reviewRow is a contact who gave no sign of life for long.
type reviewRow struct {
	campaign.Review
	Contact campaign.Contact
}

type reviewsPage struct {
	Page
	Rows    []reviewRow
	Paging  paging
	Total   int64
	Refused string // id of the row whose reason is missing
}

// reviewsPage lists the contacts that somebody must decide about by the retention rules: nothing happens by itself.
func (s *reviewPages) reviewsPage(v *visit) (*reviewsPage, error) {
	p := &reviewsPage{Page: v.page("privacy", "Contacts to look at")}
	rs, next, err := s.store.FindReviews(v.ctx(), store.Page{After: v.Query("after")})
	if err != nil {
		return nil, err
	}
	p.Paging = p.pages(next)
	ids := campaign.Collect(rs, func(r campaign.Review) string { return r.ID })
	contacts, err := s.store.GetContacts(v.ctx(), ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rs {
		if c := contacts[r.ID]; c != nil {
			p.Rows = append(p.Rows, reviewRow{Review: r, Contact: *c})
		}
	}
	p.Total, err = s.store.CountReviews(v.ctx())
	return p, err
}

func (s *reviewPages) keep(v *visit) error {
	id := v.Param("id")
	err := s.store.KeepReviewed(v.ctx(), id, v.PostForm("reason"))
	if campaign.CodeOf(err) == campaign.Invalid {
		p, pageErr := s.reviewsPage(v)
		if pageErr != nil {
			return pageErr
		}
		p.Refused = id
		return v.refused(err, "review", p)
	}
	if err != nil {
		return gone(err, "contact")
	}
	return v.done("/review", "Kept, with the reason on the contact's timeline.")
}

type retentionForm struct {
	Events, Deliveries, Audit string
	Review                    map[campaign.Kind]string
}

type retentionPage struct {
	Page
	Form    retentionForm
	Reports []campaign.RetentionReport
}

// Kinds are the kinds a rule is set for.
func (p *retentionPage) Kinds() []campaign.Kind { return campaign.Kinds }

func (s *reviewPages) retentionPage(v *visit) (*retentionPage, error) {
	p := &retentionPage{Page: v.page("privacy", "How long things are kept")}
	keep := v.set.Retention.Full()
	p.Form = retentionForm{Events: strconv.Itoa(keep.Events), Deliveries: strconv.Itoa(keep.Deliveries), Audit: strconv.Itoa(keep.Audit), Review: map[campaign.Kind]string{}}
	for k, months := range keep.Review {
		p.Form.Review[k] = strconv.Itoa(months)
	}
	var err error
	p.Reports, err = s.store.FindRetentionReports(v.ctx(), 30)
	return p, err
}

func (s *reviewPages) updateRetention(v *visit) error {
	p, err := s.retentionPage(v)
	if err != nil {
		return err
	}
	p.Form = retentionForm{Events: v.PostForm("events"), Deliveries: v.PostForm("deliveries"), Audit: v.PostForm("audit"), Review: map[campaign.Kind]string{}}
	keep := campaign.Retention{Review: map[campaign.Kind]int{}}
	var faults []error
	for _, k := range campaign.Kinds {
		name := "review_" + string(k)
		p.Form.Review[k] = v.PostForm(name)
		keep.Review[k], err = months(name, p.Form.Review[k])
		faults = append(faults, err)
	}
	for name, into := range map[string]*int{"events": &keep.Events, "deliveries": &keep.Deliveries, "audit": &keep.Audit} {
		*into, err = months(name, v.PostForm(name))
		faults = append(faults, err)
	}
	if err := campaign.Together(append(faults, keep.Check())...); err != nil {
		return v.refused(err, "retention", p)
	}
	_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
		set.Retention = keep
		return keep.Check()
	})
	if err != nil {
		return v.refused(err, "retention", p)
	}
	return v.done("/retention", "Saved. The next night keeps to it.")
}

func months(field, typed string) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil || n < 1 || n > 240 {
		return 0, campaign.FieldError(field, "give a number of months from 1 to 240")
	}
	return n, nil
}

// Waiting is for how many whole days the contact has been on the list.
func (r *reviewRow) Waiting(now time.Time) int { return int(now.Sub(r.At).Hours() / 24) }

// ask sends a mail that asks the contact whether they still want mail.
func (s *reviewPages) ask(v *visit) error {
	if err := s.store.AskReconfirm(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "contact")
	}
	s.Wake()
	return v.done("/review", "A mail asks them. If they press its button, they are off this list.")
}
