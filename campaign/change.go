package campaign

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Comparison says how two states of a record of the team's are compared, for the audit log. It is never for contacts, of whom the
// journal holds no values. Fields have the names of their JSON form, nested ones joined by dots.
type Comparison struct {
	Unsaid []string                         // are left out
	Silent []string                         // of these it is only said that they changed: values are long, or may name persons
	Name   func(field, value string) string // names what an id stands for; nil where there are none
}

// FieldLabel is the text whose key is that of a field's label.
func FieldLabel(field string) Text { return Text{Format: "Field." + field} }

// CopyOf returns a copy of a record that shares nothing with it.
func CopyOf[T any](record *T) (out T, err error) {
	data, err := json.Marshal(record)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal(data, &out)
}

// StoredTexts returns texts as they are stored.
func StoredTexts(texts []Text) []string { return Collect(texts, Text.Stored) }

// Changes says what differs between two states of a record, field by field, from what to what.
func (c Comparison) Changes(before, after any) []Text {
	var out []Text
	c.compare(&out, FieldLabel, "", reflect.Indirect(reflect.ValueOf(before)), reflect.Indirect(reflect.ValueOf(after)))
	return out
}

// compare adds what differs below a path; label makes the label of a field from its path.
func (c Comparison) compare(out *[]Text, label func(string) Text, path string, was, is reflect.Value) {
	switch {
	case slices.Contains(c.Unsaid, path) || reflect.DeepEqual(was.Interface(), is.Interface()):
	case slices.Contains(c.Silent, path):
		*out = append(*out, Textf("%s: changed", label(path)))
	case was.Kind() == reflect.Struct && was.Type() != reflect.TypeFor[time.Time]():
		for i := range was.NumField() {
			name, _, _ := strings.Cut(was.Type().Field(i).Tag.Get("json"), ",")
			c.compare(out, label, strings.TrimPrefix(path+"."+name, "."), was.Field(i), is.Field(i))
		}
	case versions(was) != nil:
		was, is = *versions(was), *versions(is)
		fallthrough
	case was.Kind() == reflect.Map:
		for _, key := range keysOf(was, is) {
			of := func(path string) Text { return Textf("%s (%s)", label(path), key.Interface()) }
			c.compare(out, of, path, valueAt(was, key), valueAt(is, key))
		}
	default:
		from, to := c.shown(path, was), c.shown(path, is)
		if from.String() != to.String() {
			*out = append(*out, Textf("%s: %s → %s", label(path), from, to))
		}
	}
}

// versions returns a list of records that have a language as a map by it; nil for any other value.
func versions(list reflect.Value) *reflect.Value {
	if list.Kind() != reflect.Slice || list.Type().Elem().Kind() != reflect.Struct {
		return nil
	}
	field, ok := list.Type().Elem().FieldByName("Language")
	if !ok {
		return nil
	}
	m := reflect.MakeMap(reflect.MapOf(field.Type, list.Type().Elem()))
	for i := range list.Len() {
		m.SetMapIndex(list.Index(i).FieldByIndex(field.Index), list.Index(i))
	}
	return &m
}

// keysOf returns the keys of two maps in order.
func keysOf(maps ...reflect.Value) []reflect.Value {
	var keys []reflect.Value
	for _, m := range maps {
		for _, key := range m.MapKeys() {
			if !slices.ContainsFunc(keys, key.Equal) {
				keys = append(keys, key)
			}
		}
	}
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}

func valueAt(m, key reflect.Value) reflect.Value {
	if v := m.MapIndex(key); v.IsValid() {
		return v
	}
	return reflect.Zero(m.Type().Elem())
}

// changedLong is how many letters of a value are shown.
const changedLong = 120

// shown writes a value: a list with commas, a record in it as its values side by side.
func (c Comparison) shown(path string, v reflect.Value) Text {
	switch kind := v.Kind(); {
	case v.Type() == reflect.TypeFor[time.Time]():
		if at := v.Interface().(time.Time); !at.IsZero() {
			return Textf("%s", at)
		}
	case v.Type() == reflect.TypeFor[time.Weekday]():
		return Text{Format: "Weekday." + time.Weekday(v.Int()).String()}
	case kind == reflect.Bool && v.Bool():
		return Textf("yes")
	case kind == reflect.Bool:
		return Textf("no")
	case kind == reflect.String:
		return c.shownText(path, v)
	case kind == reflect.Slice:
		parts := make([]Text, v.Len())
		for i := range parts {
			parts[i] = c.shown(path, v.Index(i))
		}
		return someOf(parts, ", ")
	case kind == reflect.Map:
		var parts []Text
		for _, key := range keysOf(v) {
			parts = append(parts, c.shown(path, v.MapIndex(key)))
		}
		return someOf(parts, " / ")
	case kind == reflect.Struct:
		var parts []Text
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				parts = append(parts, c.shown(path, v.Field(i)))
			}
		}
		return someOf(parts, " ")
	case !v.IsZero():
		return Textf("%v", v.Interface())
	}
	return Textf("none")
}

func (c Comparison) shownText(path string, v reflect.Value) Text {
	text := v.String()
	if text == "" {
		return Textf("none")
	}
	if label, ok := LabelOf(v.Interface()); ok {
		if l, ok := v.Interface().(Language); ok {
			return Textf("%s", l.Name())
		}
		return label
	}
	if c.Name != nil {
		text = c.Name(path, text)
	}
	if letters := []rune(text); len(letters) > changedLong {
		text = string(letters[:changedLong]) + "…"
	}
	return Textf("%s", text)
}

// someOf makes one text of several, or of none.
func someOf(parts []Text, between string) Text {
	if len(parts) == 0 {
		return Textf("none")
	}
	return Join(parts, between)
}
