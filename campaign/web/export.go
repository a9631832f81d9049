package web

import (
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
)

// Export gives the address of a file of the contacts this table shows.
func (p *contactsPage) Export(format string) string {
	q := p.URL.Query()
	for _, name := range []string{"after", "sort", "desc"} {
		q.Del(name)
	}
	q.Set("format", format)
	return "/export?" + q.Encode()
}

// exportContacts gives the contacts of the filter as a file. Taking all addresses away is an admin's right alone (E-15).
func (s *Server) exportContacts(v *visit) error {
	filter := contactFilter(v)
	attributes, err := s.store.AttributeNames(v.ctx(), filter)
	if err != nil {
		return err
	}
	format, err := contactfile.ParseFormat(v.Query("format"))
	if err != nil {
		return err
	}
	v.Header("Content-Type", format.ContentType())
	v.Header("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "contacts-"+v.now().Format("2006-01-02")+"."+string(format)))
	w, err := contactfile.NewWriter(v.Writer, format, attributes)
	if err != nil {
		return err
	}
	count := 0
	err = s.store.EachContactIn(v.ctx(), filter, func(cs []campaign.Contact) error {
		rows, err := s.contactRows(v.ctx(), cs)
		if err != nil {
			return err
		}
		count += len(rows)
		for i := range rows {
			if err := w.Contact(&rows[i].Contact, rows[i].OrganisationName, rows[i].ListNames); err != nil {
				return err
			}
		}
		return w.Flush()
	})
	if err != nil {
		return err
	}
	s.Logger.Info("contacts exported", "user_id", v.user.ID, "count", count)
	return w.Close()
}
