package campaign

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// changedLong is how many letters of a value the journal shows.
const changedLong = 120

// Changes says what differs between two states of a record the team keeps, field by field: "role: editor → viewer". Fields are
// those of its JSON form, nested ones joined by a dot; unsaid names the ones that are left out, or whose values are nobody's
// business. It is never for contacts, of whom the journal holds no values.
func Changes(before, after any, unsaid ...string) string {
	was, is := fieldsOf(before), fieldsOf(after)
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != is[name] && !slices.Contains(unsaid, name) {
			out = append(out, strings.ReplaceAll(name, "_", " ")+": "+shown(was[name])+" → "+shown(is[name]))
		}
	}
	return strings.Join(out, "; ")
}

// fieldsOf is the JSON form of a record as texts by path; lists stay one text.
func fieldsOf(record any) map[string]string {
	data, err := json.Marshal(record)
	if err != nil {
		return nil
	}
	var tree map[string]json.RawMessage
	if json.Unmarshal(data, &tree) != nil {
		return nil
	}
	out := map[string]string{}
	flatten(out, "", tree)
	return out
}

func flatten(out map[string]string, prefix string, tree map[string]json.RawMessage) {
	for name, value := range tree {
		var inner map[string]json.RawMessage
		if json.Unmarshal(value, &inner) == nil && inner != nil {
			flatten(out, prefix+name+".", inner)
			continue
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		if text != "" && text != "null" {
			out[prefix+name] = text
		}
	}
}

func shown(value string) string {
	if value == "" {
		return "none"
	}
	if letters := []rune(value); len(letters) > changedLong {
		return string(letters[:changedLong]) + "…"
	}
	return value
}
