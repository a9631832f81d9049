package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// This file holds the part of a contact's form that says what is kept under names of the team's own.

// attributeRow is one attribute of the form.
type attributeRow struct {
	Number      int
	Name, Value string
	Problem     string
}

// Lines is how high the field of the value is.
func (r attributeRow) Lines() int { return min(1+strings.Count(r.Value, "\n"), 6) }

// attributes are the rows of the form in which something stands.
func (f *contactForm) attributes() []campaign.Attribute {
	var rows []campaign.Attribute
	for i := range f.AttributeName {
		if a := (campaign.Attribute{Name: f.AttributeName[i], Value: nth(f.AttributeValue, i)}); strings.TrimSpace(a.Name+a.Value) != "" {
			rows = append(rows, a)
		}
	}
	return rows
}

// Attributes are the rows of the form with three empty ones at the end.
func (p *contactEditPage) Attributes() []attributeRow {
	var rows []attributeRow
	for i, a := range append(p.Form.attributes(), make([]campaign.Attribute, 3)...) {
		rows = append(rows, attributeRow{Number: i + 1, Name: a.Name, Value: a.Value, Problem: p.Problems[fmt.Sprintf("attribute_%d", i+1)]})
	}
	return rows
}

func (f *contactForm) showAttributes(c *campaign.Contact) {
	for _, name := range slices.Sorted(maps.Keys(c.Attributes)) {
		f.AttributeName, f.AttributeValue = append(f.AttributeName, name), append(f.AttributeValue, c.Attributes[name])
	}
}

// fillAttributes takes over the attributes. A form that has no rows for them leaves them as they are.
func (f *contactForm) fillAttributes(c *campaign.Contact) error {
	if len(f.AttributeName) == 0 {
		return nil
	}
	return c.SetAttributes(f.attributes())
}
