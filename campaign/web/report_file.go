package web

import (
	"cmp"
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/report"
)

// named reports whether the names of readers are asked for, which takes the right to take contacts away.
func (s *reportPages) named(v *visit) (bool, error) {
	if v.Query("names") == "" {
		return false, nil
	}
	if !v.user.MayExport() {
		return false, campaign.Errorf(campaign.Forbidden, "naming readers in a report takes the right to take contacts away as files: an admin can give it to you")
	}
	return true, nil
}

// file sends a report as a file, or in the frame of its page.
func (s *reportPages) file(v *visit) error {
	q, l, err := s.asked(v)
	if err != nil {
		return err
	}
	format, err := report.ParseFormat(cmp.Or(v.Query("format"), string(report.JSON)))
	if err != nil {
		return err
	}
	var delimiter rune
	if asked := v.Query("delimiter"); asked != "" {
		if delimiter, err = contactfile.ParseDelimiter(asked); err != nil {
			return err
		}
	}
	named, err := s.named(v)
	if err != nil {
		return err
	}
	r, ready, err := s.counted(v, q)
	if !ready {
		return err
	}
	if named {
		if err := s.store.NameReaders(v.ctx(), &r); err != nil {
			return err
		}
	}
	logos, err := report.LoadLogos(v.ctx(), s.store, &r, l)
	if err != nil {
		return err
	}
	out, err := report.Write(&r, report.Options{Language: l, Logos: logos}, format, v.Query("table"), delimiter)
	if err != nil {
		return err
	}
	inFrame := v.Query("frame") != "" && format == report.HTML
	if named || !inFrame {
		did := campaign.Textf("Took a report away as %s", format.Name())
		switch {
		case named && inFrame:
			did = campaign.Textf("Looked at a report that names readers: %s", q.Name())
		case named:
			did = campaign.Textf("Took a report that names readers away as %s: %s", format.Name(), q.Name())
		}
		if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ExportedEntry, Audit: true, Detail: did.Stored()}); err != nil {
			return err
		}
	}
	if inFrame {
		v.inFrame()
	} else {
		v.Header("Content-Disposition", fmt.Sprintf("attachment; filename=%q", "report-"+q.Name()+"-"+string(l)+"."+string(format)))
	}
	v.Data(200, format.ContentType(), out)
	return nil
}
