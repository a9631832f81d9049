package campaign

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Text is words for a user that are put into their language where they are shown: an English text with the verbs of fmt, which is
// also its name in the catalogues, and the values it tells. A count stays a number, so that each language can choose its plural.
type Text struct {
	Format string
	Args   []any
}

// Textf returns a Text. Its format must be a constant: a test looks for it in the catalogues.
func Textf(format string, args ...any) Text { return Text{Format: format, Args: args} }

// String returns the words in English, for the command line and the log.
func (t Text) String() string {
	if len(t.Args) == 0 {
		return strings.ReplaceAll(t.Format, "%%", "%")
	}
	return fmt.Sprintf(t.Format, t.Args...)
}

// IsZero reports whether there are no words.
func (t Text) IsZero() bool { return t.Format == "" }

// Stored returns the words as one string, for a field that holds words of the program or of people: the text itself where nothing
// fills it, else its JSON form. StoredText reads it back.
func (t Text) Stored() string {
	if len(t.Args) == 0 {
		return t.String()
	}
	out, err := json.Marshal(t)
	if err != nil {
		return t.String()
	}
	return string(out)
}

// StoredText reads what Stored returned. Any other string, as older versions stored them and people write them, stands for itself.
func StoredText(s string) (t Text) {
	if !strings.HasPrefix(s, `{"format":`) || json.Unmarshal([]byte(s), &t) != nil {
		return Text{Format: strings.ReplaceAll(s, "%", "%%")}
	}
	return t
}

// Join returns texts as one, with what separates them in every language, such as a comma.
func Join(texts []Text, between string) Text {
	if len(texts) == 1 {
		return texts[0]
	}
	args := Collect(texts, func(t Text) any { return t })
	return Text{Format: strings.TrimSuffix(strings.Repeat("%s"+between, len(args)), between), Args: args}
}

// Moment is a moment as a sentence tells it, as an argument of a Text: with its weekday and the hour, in its own zone.
type Moment time.Time

func (m Moment) String() string { return time.Time(m).Format("Monday 2 January 2006 at 15:04") }

// Day is the day of a moment, as an argument of a Text.
type Day time.Time

func (d Day) String() string { return time.Time(d).Format(time.DateOnly) }

// Month is a month and its year, by a moment in it, as an argument of a Text.
type Month time.Time

func (m Month) String() string { return time.Time(m).Format("January 2006") }

// Clock is the time of day of a moment, as an argument of a Text.
type Clock time.Time

func (c Clock) String() string { return strings.TrimPrefix(time.Time(c).Format("15:04"), "0") }

// Weekday is a day of the week after “the first”, as an argument of a Text.
type Weekday time.Weekday

func (d Weekday) String() string { return time.Weekday(d).String() }

// Ordinal is a number that says which one in a row, as an argument of a Text.
type Ordinal int

func (o Ordinal) String() string {
	ending := "th"
	if o/10%10 != 1 {
		switch o % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return fmt.Sprintf("%d%s", int(o), ending)
}

// storedText is the form of a Text in the store: a plain string where nothing fills it.
type storedText struct {
	Format string `json:"format"`
	Args   []any  `json:"args,omitempty"`
}

// storedTime is the form of a moment in a Text.
type storedTime struct {
	Time time.Time `json:"time"`
}

// storedMonth is the form of a Month in a Text.
type storedMonth struct {
	Month time.Time `json:"month"`
}

// MarshalJSON keeps numbers, moments and the texts within the text; a named value of the domain becomes the text of its label,
// and every other value is written as it prints.
func (t Text) MarshalJSON() ([]byte, error) {
	if len(t.Args) == 0 {
		return json.Marshal(t.Format)
	}
	s := storedText{Format: t.Format}
	for _, a := range t.Args {
		s.Args = append(s.Args, storedArg(a))
	}
	return json.Marshal(s)
}

func storedArg(a any) any {
	switch v := a.(type) {
	case string, int, int64, float64:
		return v
	case time.Time:
		return storedTime{v}
	case Month:
		return storedMonth{time.Time(v)}
	case Text:
		if len(v.Args) == 0 {
			return storedText{Format: v.Format}
		}
		return v
	case Language:
		return v.Name()
	case error:
		return storedArg(TextOf(v))
	}
	if label, ok := LabelOf(a); ok {
		return storedText{Format: label.Format}
	}
	return fmt.Sprint(a)
}

// LabelOf returns the text whose key is that of the label of a named value of the domain, such as a role or a state: TYPE.VALUE.
func LabelOf(value any) (Text, bool) {
	t := reflect.TypeOf(value)
	if t == nil || t.Kind() != reflect.String || t.PkgPath() != reflect.TypeFor[Text]().PkgPath() || reflect.ValueOf(value).Len() == 0 {
		return Text{}, false
	}
	return Text{Format: t.Name() + "." + reflect.ValueOf(value).String()}, true
}

// UnmarshalJSON reads a stored text, or a plain string, which stands for itself.
func (t *Text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*t = Text{}
		return json.Unmarshal(data, &t.Format)
	}
	var s struct {
		Format string            `json:"format"`
		Args   []json.RawMessage `json:"args"`
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*t = Text{Format: s.Format}
	for _, raw := range s.Args {
		arg, err := readArg(raw)
		if err != nil {
			return err
		}
		t.Args = append(t.Args, arg)
	}
	return nil
}

func readArg(raw json.RawMessage) (any, error) {
	var n int64
	var part float64
	var words string
	var at storedTime
	var month storedMonth
	var inner Text
	switch {
	case json.Unmarshal(raw, &n) == nil:
		return n, nil
	case json.Unmarshal(raw, &part) == nil:
		return part, nil
	case json.Unmarshal(raw, &words) == nil:
		return words, nil
	case json.Unmarshal(raw, &at) == nil && !at.Time.IsZero():
		return at.Time, nil
	case json.Unmarshal(raw, &month) == nil && !month.Month.IsZero():
		return Month(month.Month), nil
	}
	err := inner.UnmarshalJSON(raw)
	return inner, err
}
