package campaign

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mediaTypes are those of files that cannot be known by their first octets, by the end of their name.
var mediaTypes = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".doc": "application/msword",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xls": "application/vnd.ms-excel",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".ppt": "application/vnd.ms-powerpoint",
	".odt": "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet", ".odp": "application/vnd.oasis.opendocument.presentation",
	".txt": "text/plain", ".csv": "text/csv", ".ics": "text/calendar", ".vcf": "text/vcard", ".md": "text/markdown", ".html": "text/html", ".htm": "text/html",
	".xml": "application/xml", ".json": "application/json", ".svg": "image/svg+xml", ".rtf": "application/rtf", ".eml": "message/rfc822",
}

// FileName returns the name under which a file is kept: without folders, and with hyphens for blanks and for all signs that mean
// something in an address, in Markdown or to a file system.
func FileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "-"), `\`, "/"))
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.+~@", r)
	})
	name = strings.Trim(strings.ReplaceAll(strings.Join(words, "-"), "-.", "."), "-")
	if end := path.Ext(name); len(end) > 1 && strings.Trim(name, "-.") == end[1:] { // it had no letter before its end
		name = "file" + end
	}
	name = strings.Trim(name, "-.")
	if first, _, _ := strings.Cut(name, "."); reservedNames[strings.ToLower(first)] {
		name = "file-" + name
	}
	end := path.Ext(name)
	end = string([]rune(end)[:min(10, len([]rune(end)))])
	begin := []rune(strings.TrimSuffix(name, path.Ext(name)))
	for len(begin) > maxFileName || len(string(begin)) > 240 {
		begin = begin[:len(begin)-1]
	}
	return cmp.Or(string(begin)+end, "file")
}

// maxFileName is more than any mail program shows, in characters before the end of the name; no file system takes more than 255 octets.
const maxFileName = 96

// reservedNames mean devices to Windows, whatever ends them.
var reservedNames = map[string]bool{
	"con": true, "prn": true, "aux": true, "nul": true, "com1": true, "com2": true, "com3": true, "com4": true, "com5": true, "com6": true, "com7": true, "com8": true, "com9": true,
	"lpt1": true, "lpt2": true, "lpt3": true, "lpt4": true, "lpt5": true, "lpt6": true, "lpt7": true, "lpt8": true, "lpt9": true,
}

// ASCIIName returns a file's name in letters that every program and address can hold: Serbian Cyrillic in Latin, without diacritics,
// and a hyphen for what has no such letter.
func ASCIIName(name string) string {
	var out strings.Builder
	for _, r := range FileName(name) {
		folded := string(r)
		if r >= utf8.RuneSelf {
			folded = Fold(folded)
		}
		for _, f := range folded {
			if f >= utf8.RuneSelf {
				f = '-'
			}
			out.WriteRune(f)
		}
	}
	if name = strings.ReplaceAll(squeezeHyphens(out.String()), "-.", "."); strings.HasPrefix(name, ".") {
		return "file" + name
	}
	return cmp.Or(name, "file")
}

func squeezeHyphens(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '-' }), "-")
}

// Disposition returns the Content-Disposition of a file that is downloaded (RFC 6266): its name in ASCII, and as it is (RFC 8187)
// where that differs.
func Disposition(name string) string {
	plain := ASCIIName(name)
	out := `attachment; filename="` + plain + `"`
	if name = FileName(name); name != plain {
		out += "; filename*=UTF-8''" + strings.ReplaceAll(url.PathEscape(name), "@", "%40")
	}
	return out
}

// MediaTypeOf returns the media type of a file by its first octets, or by the end of its name where they do not tell, with
// the charset of a text where that is certain. It is the same on every machine.
func MediaTypeOf(name string, data []byte) string {
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch known := mediaTypes[strings.ToLower(path.Ext(name))]; {
	case known != "" && (kind == "application/zip" || kind == "application/octet-stream" || strings.HasPrefix(kind, "text/")):
		kind = known
	case kind == "text/html" && known == "":
		kind = "text/plain"
	}
	if charset := charsetOf(data); strings.HasPrefix(kind, "text/") && charset != "" {
		return kind + "; charset=" + charset
	}
	return kind
}

// charsetOf returns the charset of a text that says it by its first octets, or is UTF-8 beyond doubt; "" for any other. What
// is plain ASCII needs none.
func charsetOf(data []byte) string {
	switch isASCII := !bytes.ContainsFunc(data, func(r rune) bool { return r >= utf8.RuneSelf }); {
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return "utf-32"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "utf-16"
	case !isASCII && utf8.Valid(data):
		return "utf-8"
	}
	return ""
}
