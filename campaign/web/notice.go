package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// noticesPage shows the mails that were written to single readers, and what became of them.
type noticesPage struct {
	Page
	Rows    []noticeRow
	Waiting int64 // sign-ups not confirmed
	Paging  paging
}

type noticeRow struct {
	campaign.Notice
	Delivery campaign.Delivery
}

func (s *Server) notices(v *visit) error {
	p := noticesPage{Page: v.page("Mails to single readers", "campaigns")}
	found, deliveries, next, err := s.store.FindNotices(v.ctx(), store.Page{After: v.Query("after"), Limit: 50})
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	for _, n := range found {
		p.Rows = append(p.Rows, noticeRow{n, deliveries[n.ID]})
	}
	if p.Waiting, err = s.store.CountSignUps(v.ctx()); err != nil {
		return err
	}
	return v.show("notices", &p)
}
