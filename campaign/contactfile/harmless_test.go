package contactfile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/glasnik/glasnik/campaign"
)

func TestHarmless(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "Ana": "Ana", "a-b": "a-b", "a@x.example": "a@x.example", "O'Brien": "O'Brien", "Niš, Srbija": "Niš, Srbija",
		"=1": "'=1", "+381": "'+381", "-": "'-", "@x": "'@x", "\t=1": "'\t'=1", "\rx": "'\rx", "'=1": "''=1", "'x": "'x", "''=1": "'''=1", " =1": " '=1", "＝1": "'＝1",
		"x;=1+cmd|'/C calc'!A0;y": "x;'=1+cmd|'/C calc'!A0;y", "x\t=1": "x\t'=1", "x,=1": "x,'=1", "x, =1": "x, '=1", "x|@y": "x|'@y", "x\n-1\r\n+2": "x\n'-1\r\n'+2",
		`x;"=1"`: `x;"'=1"`, "x;'=1": "x;''=1", "x;;=1": "x;;'=1", "a;b;c": "a;b;c", "=1;=2,=3": "'=1;'=2,'=3",
	} {
		got := Harmless(cell)
		if got != want || unharm(got) != cell {
			t.Errorf("%q: %q, want %q; back %q", cell, got, want, unharm(got))
		}
	}
}

// However a spreadsheet cuts a line of our files, no piece begins a formula.
func checkHarmless(t *testing.T, file string) {
	t.Helper()
	for _, end := range cellEnds {
		for piece := range strings.FieldsFuncSeq(file, func(r rune) bool { return r == end || r == '\n' || r == '\r' }) {
			if bare := strings.TrimLeft(piece, beforeFormula); beginsLikeFormula(bare) {
				t.Fatalf("divided by %q, a cell of %q begins a formula: %q", end, file, piece)
			}
		}
	}
}

func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"=1", "x;=1", "x\t@y", "'+1", "\"=1\"", "a,\"-1", "\r\n=1", "''=;'-"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = strings.ToValidUTF8(a, ""), strings.ToValidUTF8(b, "")
		if got := unharm(Harmless(a)); got != a {
			t.Fatalf("%q comes back as %q", a, got)
		}
		for _, delimiter := range ",;\t|" {
			var out bytes.Buffer
			w, err := NewTable(&out, delimiter, "x", "y")
			if err == nil {
				err = w.Row(a, b)
			}
			if err == nil {
				err = w.Close()
			}
			must(t, err)
			checkHarmless(t, out.String())
		}
	})
}

// An export comes back to the letter, whatever divides its cells.
func TestExportsComeBackToTheLetter(t *testing.T) {
	c := campaign.Contact{
		Email: "ana@x.example", FirstName: "=Ana", LastName: "Jr., redakcija (x)", Kind: campaign.Journalist, Position: "Mr", Phone: "+381 64", Place: "x;=1", Language: campaign.French,
		Tags: []string{"a;b", "odjavljen"}, Notes: " =1\n- two;@three\t'=4 ", Source: "x, -y", Status: campaign.Active,
		Attributes: map[string]string{"=Beat;@x": " 'odjavljen; =1 ", "status": "unsubscribed", "Odjavljen": "da"},
	}
	lists := []ListStatus{{"Press, daily", campaign.Subscribed}, {"Schools (old)", campaign.Unsubscribed}, {"News, all", campaign.Unconfirmed}}
	for _, l := range campaign.Languages {
		for _, format := range []Format{CSV, XLSX} {
			for _, delimiter := range []rune{0, ',', ';', '\t', '|'} {
				var out bytes.Buffer
				w, err := NewWriter(&out, format, delimiter, l, []string{"=Beat;@x", "status", "Odjavljen"})
				must(t, err)
				must(t, w.Contact(&c, "Glas; =Primera", lists, false))
				must(t, w.Close())
				if format == CSV {
					checkHarmless(t, strings.ReplaceAll(out.String(), "\"\"", ""))
				}
				f, err := tryReading(out.Bytes(), Options{})
				if err != nil || len(f.Rows) != 1 {
					t.Fatal(err)
				}
				r := f.Rows[0]
				want := c
				want.Status = ""
				if diff := cmp.Diff(want, r.Contact); diff != "" || r.Organisation != "Glas; =Primera" || r.Problem.String() != "" || r.Standing.Standing != campaign.Free {
					t.Errorf("%s %s %q: %+v %s", l, format, delimiter, r, diff)
				}
				if diff := cmp.Diff(map[string]campaign.Standing{"schools (old)": campaign.SaidLeft, "news, all": campaign.SaidNotYet}, r.Standing.Left); diff != "" {
					t.Error(diff)
				}
			}
		}
	}
}

// The states of an export of ours are taken over, in any language, in today's form and the one before it.
func TestExportsKeepStates(t *testing.T) {
	for status, want := range map[campaign.ContactStatus]campaign.Standing{
		campaign.Active: campaign.Free, campaign.Bounced: campaign.SaidBounced, campaign.Complained: campaign.SaidComplained, campaign.Paused: campaign.SaidPaused, campaign.Restricted: campaign.SaidRestricted,
	} {
		for _, l := range campaign.Languages {
			var out bytes.Buffer
			w, err := NewWriter(&out, CSV, 0, l, nil)
			must(t, err)
			must(t, w.Contact(&campaign.Contact{Email: "ana@x.example", Status: status}, "", []ListStatus{{"Press", campaign.Subscribed}}, false))
			must(t, w.Contact(&campaign.Contact{Email: "eva@x.example", Status: status}, "", nil, true))
			must(t, w.Close())
			f, err := tryReading(out.Bytes(), Options{})
			must(t, err)
			if f.Rows[0].Standing.Standing != want || f.Rows[1].Standing.Standing == campaign.Free {
				t.Errorf("%s in %s: %+v %+v", status, l, f.Rows[0].Standing, f.Rows[1].Standing)
			}
		}
	}
	old := read(t, strings.Join(exports[campaign.English].columns[:14], ",")+"\nana@x.example,,,,,,,,,,,,Press,active\neva@x.example,,,,,,,,,,,,,active\nmia@x.example,,,,,,,,,,,,Press,bounced\n")
	for i, want := range []campaign.Standing{campaign.Free, campaign.SaidUnclear, campaign.SaidBounced} {
		if got := old.Rows[i].Standing.Standing; got != want {
			t.Errorf("row %d of an older export: %q, want %q", i, got, want)
		}
	}
}
