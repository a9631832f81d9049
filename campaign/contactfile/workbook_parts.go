package contactfile

import (
	"path"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name      string `json:"name"`
	Hidden    bool   `json:"hidden,omitempty"`
	Addresses bool   `json:"addresses,omitempty"` // its first rows hold a column of them
	part      string
	filled    bool // it holds anything
}

// maxSheets is how many sheets a workbook may have.
const maxSheets = 500

// workbook is an open workbook: what holds for all its sheets.
type workbook struct {
	*archive
	sheets  []Sheet
	strings sharedStrings
	styles  styles
}

// openParts reads what the sheets of a workbook refer to.
func openParts(a *archive) (*workbook, error) {
	w := &workbook{archive: a}
	main := "xl/workbook.xml"
	for _, r := range a.relations("") {
		if r.kind == "officedocument" {
			main = r.target
		}
	}
	if !a.has(main) {
		return nil, a.otherKind()
	}
	byID := map[string]relation{}
	for _, r := range a.relations(main) {
		byID[r.id] = r
		var err error
		switch r.kind {
		case "sharedstrings":
			err = w.strings.read(a, r.target)
		case "styles":
			err = w.styles.read(a, r.target)
		}
		if err != nil {
			return nil, err
		}
	}
	return w, w.readMain(main, byID)
}

// readMain reads the list of sheets.
func (w *workbook) readMain(main string, byID map[string]relation) error {
	return w.each(main, func(x *xmlReader) error {
		switch string(x.name) {
		case "workbookPr":
			w.styles.since1904 = isTrue(x.attr("date1904"))
		case "sheet":
			r := byID[x.attr("id")]
			if r.kind != "worksheet" { // a diagram
				return nil
			}
			if len(w.sheets) == maxSheets {
				return campaign.Errorf(campaign.Invalid, "the workbook has more than %d sheets: save the one with the contacts as a workbook of its own", maxSheets)
			}
			state := x.attr("state")
			w.sheets = append(w.sheets, Sheet{Name: x.attr("name"), Hidden: state == "hidden" || state == "veryHidden", part: r.target})
		}
		return nil
	})
}

// each goes over the start tags of a part.
func (a *archive) each(name string, do func(*xmlReader) error) error {
	p, err := a.open(name)
	if err != nil {
		return err
	}
	defer p.Close()
	x := newXML(p)
	for t := x.next(); t != noToken; t = x.next() {
		if t != startTag {
			continue
		}
		if err := do(x); err != nil {
			return err
		}
	}
	return x.err
}

// relation says which part another one refers to. Its kind is the last word of its type, which is the same in the strict
// form of workbooks and in the other.
type relation struct{ id, kind, target string }

// maxRelations is how many references of one part are read: Excel allows 65,530 links in a sheet.
const maxRelations = 100_000

// relations returns what a part refers to; a part without references, or with a broken list of them, has none. Of what lies
// elsewhere only addresses of mailboxes are given.
func (a *archive) relations(of string) []relation {
	var out []relation
	dir, file := path.Split(of)
	list := path.Join(dir, "_rels", file+".rels")
	if !a.has(list) {
		return nil
	}
	_ = a.each(list, func(x *xmlReader) error {
		if string(x.name) != "Relationship" || len(out) == maxRelations {
			return nil
		}
		r := relation{id: x.attr("Id"), kind: strings.ToLower(path.Base(x.attr("Type"))), target: x.attr("Target")}
		switch mail := mailtoAddress(r.target); {
		case strings.EqualFold(x.attr("TargetMode"), "external"):
			if r.target = mail; mail != "" {
				out = append(out, r)
			}
		case strings.HasPrefix(r.target, "/"):
			out = append(out, relation{id: r.id, kind: r.kind, target: r.target[1:]})
		default:
			r.target = path.Join(dir, strings.ReplaceAll(r.target, `\`, "/"))
			out = append(out, r)
		}
		return nil
	})
	return out
}

// otherKind says what a zip file is that holds no workbook.
func (a *archive) otherKind() error {
	for _, k := range []struct {
		part string
		what campaign.Text
	}{
		{"xl/workbook.bin", campaign.Textf("this is an Excel binary workbook (.xlsb). Open it, choose Save as → “Excel workbook (.xlsx)”, and use that file")},
		{"content.xml", campaign.Textf("this is an OpenDocument file (.ods). Open it, choose Save as → “Excel workbook (.xlsx)”, and use that file")},
		{"index/document.iwa", campaign.Textf("this is a file of Apple's Numbers. Choose File → Export to → Excel, and use that file")},
		{"word/document.xml", campaign.Textf("this is a Word document. Copy its table into a sheet of Excel or LibreOffice, save that as “Excel workbook (.xlsx)”, and use that file")},
		{"ppt/presentation.xml", campaign.Textf("this is a presentation, not a workbook")},
	} {
		if a.has(k.part) {
			return &campaign.Error{Code: campaign.Invalid, Text: k.what}
		}
	}
	return campaign.Errorf(campaign.Invalid, "this is a zip file that holds no Excel workbook: unpack it, and use the workbook or CSV file in it")
}

func isTrue(attr string) bool { return attr == "1" || attr == "true" }
