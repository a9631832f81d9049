package contactfile

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"mime/quotedprintable"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/glasnik/glasnik/campaign"
)

// cardColumns are the columns of the table that a file of vCards becomes.
var cardColumns = []string{"email", "first name", "last name", "full name", "honorific", "name suffix", "organisation", "position", "phone", "place", "language", "tags", "notes"}

// isCards reports whether a file begins as one of vCards does (RFC 6350 section 3.3, and the versions before).
func isCards(head []byte) bool {
	text := strings.TrimLeft(strings.TrimPrefix(string(head[:min(len(head), 200)]), utf8Mark), " \r\n\t")
	return len(text) >= len("BEGIN:VCARD") && strings.EqualFold(text[:len("BEGIN:VCARD")], "BEGIN:VCARD")
}

// openCards writes the vCards of a file as rows to a temporary file, one a card.
func (in *input) openCards() error {
	var err error
	if in.spool, err = os.CreateTemp("", "glasnik-cards-*"); err != nil {
		return fmt.Errorf("keep vCards: %w", err)
	}
	_ = os.Remove(in.spool.Name()) // gone with the program where the system allows it; Close does it elsewhere
	in.Encoding, in.Delimiter, in.cards = "", 0, true
	if err := in.spoolCards(); err != nil {
		return errors.Join(err, in.Close())
	}
	return nil
}

func (in *input) spoolCards() error {
	out := csv.NewWriter(in.spool)
	if err := out.Write(cardColumns); err != nil {
		return fmt.Errorf("keep vCards: %w", err)
	}
	lines := &cardLines{in: bufio.NewReaderSize(io.NewSectionReader(in.source, 0, in.size), MaxCell)}
	in.Lines = 0
	var c card
	for {
		line, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("read file: %w", err)
		}
		switch name, _, value := cutProperty(line); {
		case name == "BEGIN" && strings.EqualFold(value, "VCARD"):
			c = card{}
		case name == "END" && strings.EqualFold(value, "VCARD"):
			in.Lines++
			if err := out.Write(c.row()); err != nil {
				return fmt.Errorf("keep vCards: %w", err)
			}
			c = card{}
		default:
			c.take(line)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("keep vCards: %w", err)
	}
	return nil
}

// card is what one vCard says.
type card struct {
	emails, phones, tags                                []string
	first, last, full, before, behind                   string
	organisation, position, role, place, language, note string
}

func (c *card) row() []string {
	position := cmp.Or(c.position, c.role)
	if c.first != "" || c.last != "" {
		c.full = ""
	}
	return []string{strings.Join(c.emails, "; "), c.first, c.last, c.full, c.before, c.behind, c.organisation, position, strings.Join(c.phones, ", "), c.place, c.language, strings.Join(c.tags, ", "), c.note}
}

// take takes one property of a card; photographs and what else no contact has is passed over.
func (c *card) take(line string) {
	name, params, raw := cutProperty(line)
	value := decodeProperty(params, raw)
	parts := splitProperty(value, ';')
	part := func(i int) string {
		if i < len(parts) {
			return cleanProperty(parts[i])
		}
		return ""
	}
	once := func(into *string, value string) {
		*into = cmp.Or(*into, value)
	}
	switch name {
	case "EMAIL":
		if len(c.emails) < 20 {
			c.emails = append(c.emails, cleanProperty(value))
		}
	case "TEL":
		if len(c.phones) < 3 {
			c.phones = append(c.phones, strings.TrimPrefix(cleanProperty(value), "tel:"))
		}
	case "N":
		once(&c.last, part(0))
		once(&c.first, strings.TrimSpace(part(1)+" "+part(2)))
		once(&c.before, part(3))
		once(&c.behind, part(4))
	case "FN":
		once(&c.full, cleanProperty(value))
	case "ORG":
		once(&c.organisation, part(0))
	case "TITLE":
		once(&c.position, cleanProperty(value))
	case "ROLE":
		once(&c.role, cleanProperty(value))
	case "ADR":
		once(&c.place, part(3))
	case "LANG", "LANGUAGE":
		once(&c.language, cleanProperty(value))
	case "NOTE":
		once(&c.note, cleanProperty(value))
	case "CATEGORIES":
		for _, tag := range splitProperty(value, ',') {
			c.tags = append(c.tags, cleanProperty(tag))
		}
	}
}

// cutProperty takes a line apart: its name without a group, its parameters and its value.
func cutProperty(line string) (name string, params []string, value string) {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ':' && !quoted:
			head := strings.Split(line[:i], ";")
			name = strings.ToUpper(head[0])
			if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
				name = name[dot+1:]
			}
			return name, head[1:], strings.TrimSpace(line[i+1:])
		}
	}
	return "", nil, ""
}

// decodeProperty reads a value of vCard 2.1, which may be written in quoted-printable and in any encoding.
func decodeProperty(params []string, value string) string {
	encoding := ""
	for _, p := range params {
		key, of, _ := strings.Cut(strings.ToUpper(p), "=")
		switch {
		case key == "CHARSET":
			encoding = of
		case key == "QUOTED-PRINTABLE", key == "ENCODING" && of == "QUOTED-PRINTABLE":
			if plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(value))); err == nil {
				value = string(plain)
			}
		}
	}
	if !utf8.ValidString(value) {
		if encoding == "" || encoding == "UTF-8" {
			encoding = "windows-1250"
		}
		if e, err := htmlindex.Get(encoding); err == nil {
			if text, err := e.NewDecoder().String(value); err == nil {
				value = text
			}
		}
	}
	return strings.ToValidUTF8(value, "\ufffd")
}

// splitProperty cuts a value at a sign that no backslash is before.
func splitProperty(value string, at byte) []string {
	var parts []string
	from := 0
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			i++
		case at:
			parts = append(parts, value[from:i])
			from = i + 1
		}
	}
	return append(parts, value[from:])
}

var cardEscapes = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\:`, ":", `\\`, `\`)

func cleanProperty(value string) string { return strings.TrimSpace(cardEscapes.Replace(value)) }

// cardLines returns the lines of vCards, with those that were folded put together. Of a line that is too long the rest is
// passed over: it is a photograph.
type cardLines struct {
	in   *bufio.Reader
	held string
	some bool
}

func (l *cardLines) next() (string, error) {
	line := l.held
	had := l.some
	l.held, l.some = "", false
	for {
		more, err := l.physical()
		if err != nil {
			if had {
				return line, nil
			}
			return "", err
		}
		switch {
		case !had:
			line, had = strings.TrimPrefix(more, utf8Mark), true
		case strings.HasPrefix(more, " ") || strings.HasPrefix(more, "\t"):
			line = join(line, more[1:])
		case strings.HasSuffix(line, "=") && strings.Contains(strings.ToUpper(line), "QUOTED-PRINTABLE"):
			line = join(strings.TrimSuffix(line, "="), more)
		default:
			l.held, l.some = more, true
			return line, nil
		}
	}
}

func join(line, more string) string {
	if len(line)+len(more) > MaxCell {
		return line
	}
	return line + more
}

// physical returns one line as it is in the file.
func (l *cardLines) physical() (string, error) {
	text, err := l.in.ReadSlice('\n')
	out := string(text)
	for err == bufio.ErrBufferFull {
		_, err = l.in.ReadSlice('\n')
	}
	if err == io.EOF && out != "" {
		err = nil
	}
	return strings.TrimRight(out, "\r\n"), err
}

// noCards is for a file of vCards in which none is whole.
var noCards = campaign.Errorf(campaign.Invalid, "this begins as a file of vCards, and no card in it is whole. Export the contacts again, as vCard or as CSV")
