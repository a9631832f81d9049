package campaign

import (
	"slices"
	"time"
)

// Dossier is everything held on one person, for the person (E-06, E-10). Who of the team did something is not told: it says
// "the team".
type Dossier struct {
	MadeAt        time.Time         `json:"made_at"`
	Responsible   Brand             `json:"responsible"`
	Contact       Contact           `json:"contact"`
	Organisation  string            `json:"organisation,omitempty"`
	Lists         map[string]Texts  `json:"lists"` // names by id, as readers see them
	Suppression   *Suppression      `json:"suppression,omitempty"`
	Deliveries    []Delivery        `json:"deliveries"`
	Events        []Event           `json:"events"`
	Journal       []Entry           `json:"journal"`
	BeforeImports []Contact         `json:"before_imports,omitempty"` // as the contact was before changes that can still be taken back
	Tests         []Delivery        `json:"test_mails,omitempty"`
	Notices       []Notice          `json:"notices,omitempty"`
	SignUps       []SignUp          `json:"sign_ups,omitempty"`
	Wishes        []Wish            `json:"wishes,omitempty"`
	Changes       []AddressChange   `json:"address_changes,omitempty"`
	Requests      []Request         `json:"requests"`
	Campaigns     map[string]string `json:"campaigns"`       // names by id
	Links         map[string][]Link `json:"links,omitempty"` // of the runs whose mail was clicked, by id; an event says which by its number, from 1
}

// HideFormer takes out what addresses the person had before: while the present one is young it is not certain whose it is.
func (d *Dossier) HideFormer() {
	other := func(email string) bool { return email != "" && AddressKey(email) != d.Contact.Address }
	for _, ds := range [][]Delivery{d.Deliveries, d.Tests} {
		for i := range ds {
			if other(ds[i].Email) {
				ds[i].Email, ds[i].Domain = "", ""
			}
		}
	}
	for i := range d.BeforeImports {
		if c := &d.BeforeImports[i]; other(c.Email) {
			c.Email, c.Address, c.Text, c.Name = "", "", "", ""
		}
	}
	d.Changes = slices.DeleteFunc(d.Changes, func(a AddressChange) bool { return other(a.Email) })
}
