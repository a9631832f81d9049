package campaign

import (
	"slices"
	"strings"
)

// FirstBy gives the membership by which a contact gets their first message of a list, if they did not sign up for it
// themselves: that message says where their address comes from, why they get it, and how to object (E-13; GDPR art. 14 and
// 21 paragraph 4). It gives nil for any other. That a list reached somebody is known of all its members together, so that it
// costs nothing while a run is sent; of whom it is not sure it is said once more.
func (c *Contact) FirstBy(l *List) *Membership {
	m := c.Membership(l.ID)
	if m == nil || m.Basis == ConsentBasis && m.Consent != "" {
		return nil
	}
	if m.Since.After(l.ReachedAt) || c.PausedUntil.After(l.ReachedAt) {
		return m
	}
	return nil
}

// SourceForReader is a source in words that may be shown to the person: without who of the team brought it in, and of an
// import no more than the file's name.
func SourceForReader(source string) string {
	source = strings.TrimSpace(source)
	for _, begin := range fileBegins {
		source = strings.TrimPrefix(source, begin)
	}
	for _, begin := range []string{" (imported by ", " (recorded by "} {
		if i := strings.LastIndex(source, begin); i >= 0 && strings.HasSuffix(source, ")") {
			source = source[:i]
		}
	}
	return source
}

var fileBegins = []string{"import of ", "file "}

// IsFileName reports whether a source is no more than the name of a file, which says nothing to a reader.
func IsFileName(source string) bool {
	name := SourceForReader(source)
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".xlsx") || strings.HasSuffix(lower, ".txt") ||
		slices.ContainsFunc(fileBegins, func(begin string) bool { return strings.HasPrefix(strings.TrimSpace(source), begin) })
}
