package web

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// optionsOf gives the choices of a select for named values of the domain; none is the label of the empty choice, "" offers
// no empty choice.
func optionsOf[T ~string](none string, values []T) []templates.Option {
	var out []templates.Option
	if none != "" {
		out = append(out, templates.Option{Label: none})
	}
	for _, v := range values {
		out = append(out, templates.Option{Value: string(v), Label: templates.Label(v)})
	}
	return out
}

func languageOptions(none string) []templates.Option { return optionsOf(none, campaign.Languages) }

func trackingOptions(none string) []templates.Option {
	out := []templates.Option{}
	if none != "" {
		out = append(out, templates.Option{Label: none})
	}
	return append(out,
		templates.Option{Value: string(campaign.NoTracking), Label: "None – no image, links untouched"},
		templates.Option{Value: string(campaign.Aggregate), Label: "Aggregate – counts only, nobody is recognised"},
		templates.Option{Value: string(campaign.Individual), Label: "Individual – only with recorded consent"},
	)
}

func basisOptions() []templates.Option { return optionsOf("", campaign.Bases) }

// confirmPage asks before something that cannot be undone.
type confirmPage struct {
	Page
	Question, Detail, Do, Back string
}

// errChanged is for a form that was filled in while somebody else changed what it is about.
func errChanged(what string) error {
	return campaign.Errorf(campaign.Invalid, "Somebody changed this %s while you were editing. What you typed is still here: look at it again, and save to let it stand.", what)
}

// gone says in words what was not found; other errors pass.
func gone(err error, what string) error {
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.Errorf(campaign.NotFound, "This %s does not exist. It may have been deleted.", what)
	}
	return err
}

// zoneNames are offered while typing; any other name of the time-zone database is accepted too.
func zoneNames() []string {
	return []string{
		"Europe/Belgrade", "Europe/Sarajevo", "Europe/Podgorica", "Europe/Skopje", "Europe/Tirane", "Europe/Zagreb", "Europe/Ljubljana",
		"Europe/Budapest", "Europe/Bucharest", "Europe/Sofia", "Europe/Athens", "Europe/Istanbul", "Europe/Kyiv", "Europe/Chisinau",
		"Europe/Vienna", "Europe/Berlin", "Europe/Brussels", "Europe/Paris", "Europe/Rome", "Europe/Madrid", "Europe/London", "UTC",
	}
}

// Zones are the time zones a form suggests.
func (p *Page) Zones() []string { return zoneNames() }

// checkZone refuses a name that is no time zone; "" is fine.
func checkZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return campaign.FieldError("zone", "there is no time zone %q: write it like Europe/Belgrade", name)
	}
	return nil
}
