package campaign

import (
	"encoding/json"
	"slices"
	"time"
)

// Assured is what the team can give its word for, so that the writing check lets a version name or show a person (domain.md A.2).
type Assured string

const (
	ConsentRecorded   Assured = "consent_recorded"   // who is named or quoted as a victim or survivor agreed in writing
	PicturesConfirmed Assured = "pictures_confirmed" // nobody who did not agree can be recognised in the pictures
)

// AllAssured are all of them in the order they are asked for.
var AllAssured = []Assured{ConsentRecorded, PicturesConfirmed}

// Assurance is the word of somebody of the team for one version. It holds for the version as it was then.
type Assurance struct {
	Language Language  `json:"language"`
	What     Assured   `json:"what"`
	Sum      string    `json:"sum"`     // of the version, see Release.SumOf
	By       string    `json:"by"`      // user id; "" for a file
	Name     string    `json:"by_name"` // of who gave it
	At       time.Time `json:"at"`
}

// SumOf names what a version says and shows, with the files that go with it: it differs whenever that does.
func (r *Release) SumOf(v *Version) string {
	text, err := json.Marshal(struct {
		Version Version
		Files   []Attachment
	}{v.Text(), r.Attachments})
	if err != nil { // there is nothing in it that cannot be written
		panic(err)
	}
	return DerivedID("version", string(text))
}

// AssuranceOf returns the assurance that holds for a version as it is, or nil.
func (r *Release) AssuranceOf(v *Version, what Assured) *Assurance {
	sum := r.SumOf(v)
	return First(r.Assurances, func(a *Assurance) bool { return a.Language == v.Language && a.What == what && a.Sum == sum })
}

// AssuredOf are the assurances that hold for a version as it is.
func (r *Release) AssuredOf(v *Version) []Assured {
	return slices.DeleteFunc(slices.Clone(AllAssured), func(what Assured) bool { return r.AssuranceOf(v, what) == nil })
}

// Assure keeps somebody's word for a version as it is, in the place of an earlier one.
func (r *Release) Assure(v *Version, what Assured, by Actor, at time.Time) {
	r.Retract(v.Language, what)
	r.Assurances = append(r.Assurances, Assurance{Language: v.Language, What: what, Sum: r.SumOf(v), By: by.User, Name: by.Name, At: at})
}

// Retract takes an assurance back.
func (r *Release) Retract(l Language, what Assured) {
	r.Assurances = slices.DeleteFunc(r.Assurances, func(a Assurance) bool { return a.Language == l && a.What == what })
}
