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
		if text := plain(value); text != "" {
			out[prefix+name] = text
		}
	}
}

// plain writes a value as people do: a list with commas, a record in it as its values side by side.
func plain(value json.RawMessage) string {
	var text string
	var list []json.RawMessage
	var record map[string]json.RawMessage
	var parts []string
	switch {
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &list) == nil:
		for _, v := range list {
			parts = append(parts, plain(v))
		}
		return strings.Join(parts, ", ")
	case json.Unmarshal(value, &record) == nil:
		for _, name := range slices.Sorted(maps.Keys(record)) {
			if v := plain(record[name]); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, " ")
	}
	return string(value)
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
