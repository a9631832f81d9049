package contactfile

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/glasnik/glasnik/campaign"
)

// How much text a workbook may keep beside its sheets: it is held in memory while they are read.
const (
	maxStrings = 128 << 20
	stringPage = 1 << 20
)

// sharedStrings are the texts that the cells of a workbook refer to by their numbers, in pages, each text after its length.
type sharedStrings struct {
	pages [][]byte
	at    []uint32 // page and place of each, see place
	size  int
}

func (s *sharedStrings) read(a *archive, name string) error {
	p, err := a.open(name)
	if err != nil {
		return err
	}
	defer p.Close()
	x := newXML(p)
	if !x.child(0) { // the list
		return x.err
	}
	var text []byte
	for x.child(1) {
		if string(x.name) != "si" {
			continue
		}
		text = richText(x, text[:0])
		if err := s.add(unescape(text)); err != nil {
			return err
		}
	}
	return x.err
}

// richText reads the text of an element that holds it whole or in pieces of different looks; how it is pronounced is left
// out. What is longer than a cell may be is cut after that.
func richText(x *xmlReader, to []byte) []byte {
	for depth := x.depth; x.child(depth); {
		switch string(x.name) {
		case "t":
			to = x.text(to, MaxCell)
		case "r":
			for run := x.depth; x.child(run); {
				if string(x.name) == "t" {
					to = x.text(to, MaxCell)
				}
			}
		}
	}
	return to
}

func (s *sharedStrings) add(text []byte) error {
	text = text[:min(len(text), MaxCell+1)]
	need := len(text) + binary.MaxVarintLen32
	if s.size += need + 4; s.size > maxStrings {
		return campaign.Errorf(campaign.Invalid, "the workbook holds more than %d MB of text: save the sheet as “CSV UTF-8”, and use that file", maxStrings>>20)
	}
	last := len(s.pages) - 1
	if last < 0 || len(s.pages[last])+need > stringPage {
		s.pages = append(s.pages, make([]byte, 0, stringPage))
		last++
	}
	s.at = append(s.at, uint32(last*stringPage+len(s.pages[last])))
	s.pages[last] = append(binary.AppendUvarint(s.pages[last], uint64(len(text))), text...)
	return nil
}

// get returns the text of a number as it is in a cell; false where there is none.
func (s *sharedStrings) get(number []byte) ([]byte, bool) {
	i, err := strconv.Atoi(strings.TrimSpace(string(number)))
	if err != nil || i < 0 || i >= len(s.at) {
		return nil, false
	}
	page := s.pages[s.at[i]/stringPage][s.at[i]%stringPage:]
	length, n := binary.Uvarint(page)
	return page[n : n+int(length)], true
}

// unescape resolves _x000D_ and its like, by which workbooks write what XML cannot hold.
func unescape(text []byte) []byte {
	const form = len("_x0000_")
	out := text[:0]
	for i := 0; i < len(text); i++ {
		unit, ok := escaped(text[i:])
		if !ok {
			out = append(out, text[i])
			continue
		}
		i += form - 1
		r := rune(unit)
		if low, ok := escaped(text[i+1:]); ok && utf16.IsSurrogate(r) {
			r = utf16.DecodeRune(r, rune(low))
			i += form
		}
		out = append(out, string(r)...)
	}
	return out
}

func escaped(text []byte) (unit uint64, ok bool) {
	if len(text) < 7 || text[0] != '_' || text[1] != 'x' || text[6] != '_' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	return unit, err == nil
}
