package contactfile

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// TestScanLongTexts cuts records that lie across the ends of what is read at a time, some longer than that.
func TestScanLongTexts(t *testing.T) {
	var text strings.Builder
	var want [][]string
	for i := range 2000 {
		long := strings.Repeat("ж", i*37%500)
		if i%400 == 7 {
			long = strings.Repeat("long ", 12_000)
		}
		cells := []string{fmt.Sprint(i), "quoted \"" + long + "\"\nline, two", long, ""}
		if i%400 == 7 {
			cells = append(cells, long, long)
		}
		want = append(want, cells)
		for n, c := range cells {
			if n > 0 {
				text.WriteByte(',')
			}
			if strings.ContainsAny(c, "\",\n") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			text.WriteString(c)
		}
		text.WriteString("\r\n")
	}
	for name, s := range map[string]*scanner{
		"at once":   {src: strings.NewReader(text.String()), delimiter: ',', line: 1, textLine: 1},
		"in halves": {src: iotest.HalfReader(strings.NewReader(text.String())), delimiter: ',', line: 1, textLine: 1},
		"by bytes":  {src: iotest.OneByteReader(strings.NewReader(text.String())), delimiter: ',', line: 1, textLine: 1},
	} {
		for i := range want {
			rec, ok := s.next()
			if !ok || rec.problem.String() != "" || rec.line != i+1 || rec.text != 2*i+1 || !slices.Equal(rec.cells, want[i]) {
				t.Fatalf("%s: record %d on line %d: %v %q, %d cells", name, i, rec.line, ok, rec.problem.String(), len(rec.cells))
			}
			if len(s.text) > maxRecord+readAhead {
				t.Fatalf("%s: %d bytes are held", name, len(s.text))
			}
		}
		if rec, ok := s.next(); ok || s.err != nil {
			t.Errorf("%s: one more record %+v, %v", name, rec, s.err)
		}
	}
}
