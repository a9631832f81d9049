package campaign

import (
	"strings"
	"testing"
)

func TestMediaTypeOf(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"spisak.csv", "\x8aedomir;1", "text/csv"}, {"a.csv", "\xef\xbb\xbfa;b", "text/csv; charset=utf-8"}, {"a.txt", "č", "text/plain; charset=utf-8"},
		{"u16.txt", "\xff\xfea\x00", "text/plain; charset=utf-16"}, {"a.html", "<html><meta charset=windows-1250>\x8a", "text/html"}, {"a.vcf", "BEGIN:VCARD", "text/vcard"},
		{"a.ods", "PK\x03\x04", "application/vnd.oasis.opendocument.spreadsheet"}, {"a.png", "\xff\xd8\xff", "image/jpeg"}, {"a.EML", "From: a", "message/rfc822"}, {"x", "\x00\x01", "application/octet-stream"},
	} {
		if got := MediaTypeOf(c.name, []byte(c.data)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFilesAreKeptUnderNamesThatCanBeWritten(t *testing.T) {
	for name, want := range map[string]string{
		"naslovna slika.png": "naslovna-slika.png", `C:\fakepath\Слика (1).jpg`: "Слика-1.jpg", "../../etc/passwd": "passwd", "a<b>\"c\".PNG": "a-b-c.PNG",
		"": "file", "...": "file", "žurnal_2026.pdf": "žurnal_2026.pdf", "a\xffb.txt": "a-b.txt",
		"🎉.png": "file.png", "„…“.PDF": "file.PDF", ".docx": "file.docx", "....png": "file.png", "🎉 2026 🎉.png": "2026.png", "🎉": "file", "png": "png", "-.": "file",
	} {
		if got := FileName(name); got != want {
			t.Errorf("%q is kept as %q, want %q", name, got, want)
		}
	}
	if got := FileName(strings.Repeat("ш", 200) + ".png"); len([]rune(got)) != 100 || !strings.HasSuffix(got, ".png") {
		t.Errorf("a long name is kept as %q", got)
	}
}
