package campaign

import "testing"

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
