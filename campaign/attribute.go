package campaign

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Attribute is a value on a contact under a name of the team's own, as a form sends it.
type Attribute struct{ Name, Value string }

// AttributePrefix stands before the name of an attribute where the names of fields stand too.
const AttributePrefix = "attribute."

// How long an attribute typed by hand may be, in characters. What an import brought may be longer, and stays.
const (
	maxAttributeName  = 100
	maxAttributeValue = 2000
)

// SetAttributes makes the rows of a form all the attributes there are; a row without a value takes its attribute away. Names
// keep their case, and space within them is one blank, as in an import. A mistake belongs to the field “attribute_N”, where
// the first row is 1.
func (c *Contact) SetAttributes(rows []Attribute) error {
	all := map[string]string{}
	var faults []error
	for i, row := range rows {
		row.Name = strings.Join(strings.Fields(strings.ToValidUTF8(row.Name, "\uFFFD")), " ")
		row.Value = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(row.Value, "\uFFFD"), "\r\n", "\n"))
		if row.Value == "" {
			continue
		}
		_, taken := all[row.Name]
		problem := c.problemOf(row)
		if taken {
			problem = Textf("there is another attribute named “%s”", row.Name)
		}
		if !problem.IsZero() {
			faults = append(faults, FieldError(fmt.Sprintf("attribute_%d", i+1), "%s", problem))
			continue
		}
		all[row.Name] = row.Value
	}
	if len(faults) == 0 {
		c.Attributes = all
	}
	return Together(faults...)
}

// problemOf says what is wrong with an attribute; nothing is with one that the contact has as it is.
func (c *Contact) problemOf(a Attribute) Text {
	old, known := c.Attributes[a.Name]
	switch {
	case a.Name == "":
		return Textf("give this attribute a name")
	case !known && utf8.RuneCountInString(a.Name) > maxAttributeName:
		return Textf("the name is longer than %d characters", maxAttributeName)
	case old != a.Value && utf8.RuneCountInString(a.Value) > maxAttributeValue:
		return Textf("the value is longer than %d characters", maxAttributeValue)
	}
	return Text{}
}

// MayLack reports whether a merge field may have no value for a reader.
func MayLack(field string) bool {
	return !slices.Contains([]string{"greeting", "email", "language", "list"}, field)
}

// Lacks reports whether a contact has no value for a merge field.
func (c *Contact) Lacks(field string) bool {
	if name, ok := strings.CutPrefix(field, AttributePrefix); ok {
		return strings.TrimSpace(c.Attributes[name]) == ""
	}
	value, known := map[string]string{
		"first_name": c.FirstName, "last_name": c.LastName, "full_name": c.FullName(), "organisation": c.Organisation, "position": c.Position, "place": c.Place,
	}[field]
	if field == "kind" {
		return c.Kind == "" || c.Kind == OtherKind
	}
	return known && strings.TrimSpace(value) == ""
}
