package contactfile

import (
	"io"
	"os"

	"github.com/glasnik/glasnik/campaign"
)

// input is where the rows of a file come from: its text, or what was written to a temporary file of a workbook or of vCards.
type input struct {
	Encoding  Encoding // "" for a workbook
	Mark      bool     // it began with a byte order mark
	Delimiter rune
	Sheets    []Sheet // of a workbook
	Sheet     string  // the one that is read
	Lines     int64   // about how many there are, for progress

	source  io.ReaderAt
	size    int64
	spool   *os.File // the rows of a workbook's sheet or of vCards, as CSV
	listed  bool     // the file is a line of addresses, not a table
	cards   bool     // its rows are vCards
	wrapped bool     // each line is one cell that holds a row
	sep     bool     // the first line names the delimiter

	overlay     overlay // of a sheet
	hiddenLines []int32
	hiddenSpans []span
}

// Close frees what the file holds beside its source.
func (in *input) Close() error {
	if in.spool == nil {
		return nil
	}
	err := in.spool.Close()
	_ = os.Remove(in.spool.Name())
	in.spool = nil
	return err
}

// EncodingName is what the file is written in, in words.
func (in *input) EncodingName() campaign.Text {
	switch {
	case in.cards:
		return campaign.Textf("vCard")
	case in.Encoding == "":
		return campaign.Textf("Excel workbook")
	case in.Encoding == UTF8 && in.Mark:
		return campaign.Textf("UTF-8 with a byte order mark")
	}
	return in.Encoding.Label()
}

// DelimiterName is the delimiter in words; none for a workbook.
func (in *input) DelimiterName() campaign.Text { return delimiterNames[in.Delimiter] }

var delimiterNames = map[rune]campaign.Text{
	',': campaign.Textf("comma"), ';': campaign.Textf("semicolon"), '\t': campaign.Textf("tab"), '|': campaign.Textf("vertical bar"),
}

// scanner begins to read the file's text.
func (in *input) scanner() *scanner {
	if in.spool != nil {
		if in.cards {
			return &scanner{src: io.NewSectionReader(in.spool, 0, MaxFile), delimiter: ',', line: 1}
		}
		return &scanner{src: io.NewSectionReader(in.spool, 0, MaxFile), delimiter: ',', line: 1, sheet: &overlaid{overlay: in.overlay, left: maxLaid}}
	}
	s := &scanner{src: in.Encoding.decoder(io.NewSectionReader(in.source, 0, in.size)), delimiter: byte(in.Delimiter), line: 1, textLine: 1, wrapped: in.wrapped, plain: in.listed}
	if in.sep {
		s.fill()
		s.skipLine()
		s.textLine = 2 // a spreadsheet does not show the line
	}
	return s
}

func (in *input) findDelimiter() {
	s := in.scanner()
	s.fill()
	sep, named := sepLine(s.text)
	in.sep = named
	switch {
	case in.Delimiter != 0:
	case named:
		in.Delimiter = sep
	case isAddressList(s.text):
		in.Delimiter, in.listed = '|', true
	default:
		in.Delimiter, in.wrapped = findDelimiter(s.text)
	}
}
