package domains

import (
	"cmp"
	"errors"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns"
)

// Account is what a look at one mail server found, with its worst fault.
func Account(server string, report *mailer.Report, err error) dns.Finding {
	f := dns.Finding{Topic: campaign.TopicAccount, Of: server, Status: campaign.CheckFine, Detail: campaign.Textf("%s takes mail from every sender that is set", server)}
	bad := func(status campaign.CheckStatus, what, mend string) {
		f.Status, f.Detail, f.Mend = status, campaign.Textf("%s: %s", server, campaign.OwnWords(what)), campaign.OwnWords(mend)
	}
	for _, fault := range report.Faults {
		switch {
		case fault.Fatal:
			bad(campaign.CheckFail, fault.What, fault.Mend)
		case f.Status == campaign.CheckFine:
			bad(campaign.CheckWarn, fault.What, fault.Mend)
		}
	}
	var e *mailer.ConnectError
	const reach = "see that the server runs and can be reached"
	switch {
	case errors.As(err, &e):
		bad(campaign.CheckFail, e.Answer, cmp.Or(e.Mend, reach))
	case err != nil:
		bad(campaign.CheckFail, err.Error(), reach)
	}
	return f
}

// NoAccount says that there is no mail server.
func NoAccount() dns.Finding {
	return dns.Finding{Topic: campaign.TopicAccount, Status: campaign.CheckFail, Detail: campaign.Textf("no mail server is set"), Mend: campaign.Textf("give its address in GLASNIK_SMTP_URL")}
}
