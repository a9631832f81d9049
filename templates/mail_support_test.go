package templates

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Nothing in the elements of a mail is dropped by a mail program that many readers have, but what does no harm. Style sheets for
// telephones and for dark screens add to it where they are understood.
func TestMailsUseWhatMailProgramsUnderstand(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	must(t, err)
	if len(files) < 16 {
		t.Fatalf("only %d golden mails", len(files))
	}
	sheet := regexp.MustCompile(`(?s)<style.*?</style>`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		for _, name := range featuresIn(sheet.ReplaceAllString(string(data), "")) {
			f := mailFeatures()[name]
			if len(f.None) > 0 && !slices.Contains(graceful, name) {
				t.Errorf("%s uses %s, which is dropped by %s", file, f.Title, strings.Join(f.None, ", "))
			}
		}
		if style := sheet.FindString(string(data)); len(style) > 8_000 {
			t.Errorf("%s: the style sheet has %d octets; Gmail drops one of more than 8192", file, len(style))
		}
	}
}

func TestMailHints(t *testing.T) {
	hints := MailHints("<table>\n<td style=\"display: flex; width: calc(100% - 2rem)\">\n<style>\na:hover { box-shadow: 0 0 1px #000 }</style>")
	var told []string
	for _, h := range hints {
		told = append(told, h.Text.String())
	}
	all := strings.Join(told, "\n")
	for _, want := range []string{"display:flex is dropped by", "calc()", "box-shadow is dropped by", "Outlook (Windows)"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if len(hints) == 0 || hints[0].Line != 2 {
		t.Errorf("%+v", hints)
	}
	for _, key := range []string{"press_release", "newsletter", "invitation", "letter"} {
		if hints := MailHints(LayoutSource(key)); len(hints) > 0 {
			t.Errorf("%s: %v", key, hints)
		}
	}
}
