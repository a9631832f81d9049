package reader

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// An address that passes for the present one is asked nothing, and one that begins like it is shown as far as it differs.
func TestTwinOfAnAddress(t *testing.T) {
	d := newDesk(t)
	address := d.Links.Preferences(d.Marko.Contact, webtest.Start)
	for _, twin := range []string{"ｍarko@example.test", "MARKO@example.test", "mаrko@example.test"} {
		d.Wish(address, "address", "email="+twin)
		if _, deliveries := d.Notices(); len(deliveries) > 0 {
			t.Fatalf("%s was asked", twin)
		}
	}
	for new, shown := range map[string]string{"mirko@example.test": "mi•••@example.test", "märko@example.test": "mä•••@example.test"} {
		d := newDesk(t)
		d.Wish(d.Links.Preferences(d.Marko.Contact, webtest.Start), "address", "email="+new)
		body := d.Fetch("GET", d.LinkOf(campaign.AddressChanged, "marko@example.test")+"?lang=en", webtest.Chrome, nil, "").Body.String()
		if noted := strings.Contains(body, "may look like them"); !strings.Contains(body, shown) || noted != strings.Contains(new, "ä") {
			t.Errorf("%s, noted %v: %s", new, noted, webtest.MainOf(body))
		}
	}
}

func TestMaskBeside(t *testing.T) {
	for _, tt := range [][3]string{
		{"vera@x.example", "", "v•••@x.example"}, {"vesna@x.example", "vera@x.example", "ves•••@x.example"}, {"vera@y.example", "vera@x.example", "v•••@y.example"},
		{"ver@x.example", "vera@x.example", "ver•••@x.example"}, {"vera2@x.example", "vera@x.example", "vera2•••@x.example"}, {"đoka@x.example", "", "đ•••@x.example"}, {"none", "", "n•••@"},
	} {
		if got := maskBeside(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s beside %s: %s", tt[0], tt[1], got)
		}
	}
}
