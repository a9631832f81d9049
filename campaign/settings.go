package campaign

import "time"

// Settings are what the team changes while the program runs. There is one record.
type Settings struct {
	ID        string         `json:"id"` // SettingsID
	Version   int64          `json:"version"`
	Brand     Brand          `json:"brand"`
	Senders   []Sender       `json:"senders,omitempty"`
	Zone      string         `json:"zone,omitempty"`
	Retention Retention      `json:"retention,omitzero"`
	Pace      Pace           `json:"pace"`
	Topics    []Topic        `json:"topics,omitempty"` // readers can choose among
	Digest    DigestSettings `json:"digest"`
	UpdatedAt time.Time      `json:"updated_at"`
}

// SettingsID is the id of the one settings record.
const SettingsID = "settings"

// Brand is how the organisation shows itself in every message and on its public pages.
type Brand struct {
	Name    string              `json:"name"`              // "Press Office of Example"
	Address string              `json:"address,omitempty"` // postal address, in the footer
	Website string              `json:"website,omitempty"`
	Privacy string              `json:"privacy,omitempty"` // address of the privacy notice
	Contact string              `json:"contact,omitempty"` // e-mail of who answers for personal data
	Colour  string              `json:"colour,omitempty"`  // #rrggbb of the accent
	Footer  map[Language]string `json:"footer,omitempty"`  // disclaimer and funding line, Markdown, by language
}
