package campaign

import (
	"strings"
	"time"
)

// Who says who did it: somebody of the team by their name, the person, or the program.
func (e *Entry) Who() Text {
	switch {
	case e.User != "" || e.By == "":
		return Textf("%s", e.By)
	case e.By == ByPerson:
		return Textf("the person")
	case e.By == ByCommand && e.Login != "":
		return Textf("command line (%s)", e.Login)
	case e.By == ByCommand:
		return Textf("command line")
	case e.By == BySomebody:
		return Textf("somebody")
	}
	return StoredText(e.By)
}

// Changes are the changes of fields, each from what to what.
func (e *Entry) Changes() []Text { return Collect(e.Changed, StoredText) }

// Words says what exactly was done. What people wrote and where an address comes from is data, and stays as it is; the day of a
// pause is that of a zone.
func (e *Entry) Words(zone *time.Location) Text {
	switch e.Kind {
	case NotedEntry, RepliedEntry, ReviewedEntry:
		return Textf("%s", e.Detail)
	case CreatedEntry, JoinedEntry, ConfirmedEntry, LeftEntry, RemovedEntry:
		return SourceWords(e.Detail)
	case EditedEntry:
		if e.Contact != "" {
			return fieldsNamed(e.Detail)
		}
	case StatusEntry:
		return Textf("%s", ContactStatus(e.Detail))
	case TrackingEntry:
		if e.Detail == "" {
			return Textf("as each list says")
		}
		return Textf("%s", Tracking(e.Detail))
	case PausedEntry:
		if until, ok := e.PausedUntil(); ok {
			return Textf("until %s", Day(until.In(zone)))
		}
	case SignedInEntry, KeptOutEntry:
		words, _ := apartFromPlace(StoredText(e.Detail))
		return words
	case AgreedEntry:
		if version, ok := strings.CutPrefix(e.Detail, consentVersion); ok {
			return Textf("version %s of the words", version)
		}
	}
	return StoredText(e.Detail)
}

// CameFrom returns the hash of the network that an entry about signing in came from; "" where it is not known.
func (e *Entry) CameFrom() string {
	if e.Place != "" || e.Kind != SignedInEntry && e.Kind != KeptOutEntry {
		return e.Place
	}
	_, place := apartFromPlace(StoredText(e.Detail))
	return place
}

// apartFromPlace takes the hash of a place out of the words in which older versions stored it.
func apartFromPlace(t Text) (words Text, place string) {
	switch t.Format {
	case "Signed in from place %s":
		return Textf("Signed in"), partOf(t, 0).String()
	case "%s, from place %s":
		return partOf(t, 0), partOf(t, 1).String()
	case "%s: %s":
		words, place = apartFromPlace(partOf(t, 1))
		return Textf("%s: %s", partOf(t, 0), words), place
	}
	return t, ""
}

// partOf returns an argument of a text as a text; the zero Text where it has none such.
func partOf(t Text, i int) Text {
	if i >= len(t.Args) {
		return Text{}
	}
	if part, ok := t.Args[i].(Text); ok {
		return part
	}
	return Textf("%s", t.Args[i])
}

// consentVersion begins the detail of an entry about a consent; the version of the words follows.
const consentVersion = "version "

// ConsentDetail is the detail of an entry about a consent to words of a version.
func ConsentDetail(version string) string { return consentVersion + version }

// fieldsNamed reads the names of fields that an edit changed.
func fieldsNamed(detail string) Text {
	var names []Text
	for name := range strings.SplitSeq(detail, ", ") {
		if words, known := fieldNames[name]; known {
			names = append(names, words)
		} else if name != "" {
			names = append(names, Textf("%s", strings.TrimPrefix(name, AttributePrefix)))
		}
	}
	if len(names) == 0 {
		return Text{}
	}
	return Join(names, ", ")
}

// fieldNames are the fields of a contact as the journal knows them.
var fieldNames = map[string]Text{
	"address": Textf("address"), "first name": Textf("first name"), "last name": Textf("last name"), "kind": Textf("kind"),
	"organisation": Textf("organisation"), "position": Textf("position"), "phone": Textf("phone"), "place": Textf("place"), "time zone": Textf("time zone"),
	"language": Textf("language"), "tags": Textf("tags"), "notes": Textf("notes"), "source": Textf("source"),
	"frequency": Textf("frequency"), "topics": Textf("topics"),
}

// SourceWords says where an address comes from. What somebody typed stays as it is; what the program wrote down is a text.
func SourceWords(source string) Text {
	for begin, words := range map[string]func(from, by string) Text{
		" (imported by ": func(from, by string) Text { return Textf("%s (imported by %s)", SourceWords(from), by) },
		" (recorded by ": func(from, by string) Text { return Textf("%s (recorded by %s)", SourceWords(from), by) },
	} {
		if i := strings.LastIndex(source, begin); i >= 0 && strings.HasSuffix(source, ")") {
			return words(source[:i], source[i+len(begin):len(source)-1])
		}
	}
	if name, ok := strings.CutPrefix(source, "import of "); ok {
		return Textf("import of %s", name)
	}
	if name, ok := strings.CutPrefix(source, "file "); ok {
		return Textf("file %s", name)
	}
	switch source {
	case "preference page":
		return Textf("preference page")
	case "sign-up form":
		return Textf("sign-up form")
	}
	return Textf("%s", source)
}
