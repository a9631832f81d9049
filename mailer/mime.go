package mailer

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/wneessen/go-mail"
)

// Marks stand for the two texts while go-mail builds the structure around them. Each is a multiple of three octets and
// shorter than a line, so that its base64 form is one unbroken word.
const (
	textMark = "gLsNkTextPartgLsNk"
	htmlMark = "gLsNkHtmlPartgLsNk"
)

// structure builds the MIME structure of a content (RFC 2046): alternative, text first; related around it when there
// are inline images; mixed around that when there are attachments. It returns the MIME header fields and the body, with
// marks where the texts go.
func structure(content campaign.Content, text, html *part) (fields, body []byte, err error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if text != nil {
		m.SetBodyString(mail.TypeTextPlain, textMark, mail.WithPartEncoding(text.encoding()))
	}
	if html != nil {
		m.AddAlternativeString(mail.TypeTextHTML, htmlMark, mail.WithPartEncoding(html.encoding()))
	}
	for _, f := range content.Files {
		if err := addFile(m, f); err != nil {
			return nil, nil, err
		}
	}
	var buffer bytes.Buffer
	if _, err := m.WriteTo(&buffer); err != nil {
		return nil, nil, fmt.Errorf("build the message: %w", err)
	}
	head, body, _ := bytes.Cut(bytes.Clone(buffer.Bytes()), []byte("\r\n\r\n"))
	head, body = distinctBoundaries(mimeFields(head), body, html != nil, text != nil)
	return head, body, nil
}

func (p *part) encoding() mail.Encoding {
	if p.base64 {
		return mail.EncodingB64
	}
	return mail.EncodingQP
}

// mark returns how the part's mark looks in the built message.
func (p *part) mark() []byte {
	mark := textMark
	if p.html {
		mark = htmlMark
	}
	if p.base64 {
		mark = base64.StdEncoding.EncodeToString([]byte(mark))
	}
	return []byte(mark)
}

// addFile attaches a file, or embeds an inline image. The header fields are our own: go-mail writes a foreign name as an
// encoded word between quotes, which RFC 2047 section 5 forbids.
func addFile(m *mail.Msg, f campaign.ContentFile) error {
	mediaType, params, err := mime.ParseMediaType(f.MediaType)
	if err != nil {
		mediaType, params = "application/octet-stream", nil
	}
	if strings.HasPrefix(mediaType, "message/") || strings.HasPrefix(mediaType, "multipart/") {
		mediaType, params = "application/octet-stream", nil // RFC 2046 section 5.2.1: they may not be base64
	}
	if len(f.Name) > 0 && !isASCII(f.Name) {
		params = maps.Clone(params)
		if params == nil {
			params = map[string]string{}
		}
		params["name"] = plainName(f.Name) // for programs that know no RFC 2231
	}
	header := func(file *mail.File) {
		file.Header.Set("Content-Type", strings.ReplaceAll(mime.FormatMediaType(mediaType, params), "; name=", ";\r\n name="))
		file.Header.Set("Content-Disposition", disposition(f.Inline, f.Name))
	}
	if !f.Inline {
		return m.AttachReader("file", bytes.NewReader(f.Data), header)
	}
	if !isContentID(f.ContentID) {
		return campaign.Errorf(campaign.Invalid, "the inline image %q has no usable content id", f.Name)
	}
	return m.EmbedReader("file", bytes.NewReader(f.Data), header, mail.WithFileContentID("<"+f.ContentID+">"))
}

// plainName writes the name of a file in letters of ASCII.
func plainName(name string) string {
	if folded := campaign.Fold(name); len(folded) > 60 { // the end tells the kind of file
		name = folded[:40] + folded[len(folded)-20:]
	}
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf || r < ' ' || strings.ContainsRune(`/\"`, r) {
			return '_'
		}
		return r
	}, campaign.Fold(name))
}

// isContentID reports whether s can be in angle brackets and in a cid: address (RFC 2392).
func isContentID(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isAtom(s[i]) && s[i] != '.' && s[i] != '@' {
			return false
		}
	}
	return s != ""
}

// disposition writes a Content-Disposition (RFC 2183); a name that is no short plain one in RFC 2231 form, in pieces
// that keep lines short.
func disposition(inline bool, name string) string {
	kind := "attachment"
	if inline {
		kind = "inline"
	}
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '/' || r == '\\' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	if name == "" {
		return kind
	}
	if isASCII(name) && len(name) <= 60 && !strings.Contains(name, `"`) {
		return kind + ";\r\n filename=\"" + name + `"`
	}
	return kind + continued("filename", name)
}

// continued writes a parameter of any length (RFC 2231 sections 3 and 4), in pieces of whole characters.
func continued(param, value string) string {
	const room = 54
	pieces := []string{""}
	for _, r := range value {
		encoded := percentEncode(string(r))
		if len(pieces[len(pieces)-1])+len(encoded) > room {
			pieces = append(pieces, "")
		}
		pieces[len(pieces)-1] += encoded
	}
	if len(pieces) == 1 {
		return ";\r\n " + param + "*=UTF-8''" + pieces[0]
	}
	var b strings.Builder
	charset := "UTF-8''"
	for n, piece := range pieces {
		fmt.Fprintf(&b, ";\r\n %s*%d*=%s%s", param, n, charset, piece)
		charset = ""
	}
	return b.String()
}

func percentEncode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if isAtom(c) && strings.IndexByte("*'%", c) < 0 || c == '.' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// mimeFields keeps of a head the fields that describe the body.
func mimeFields(head []byte) []byte {
	var kept []byte
	keep := false
	for line := range bytes.SplitAfterSeq(head, []byte("\n")) {
		if len(line) > 0 && line[0] != ' ' && line[0] != '\t' {
			lower := bytes.ToLower(line)
			keep = bytes.HasPrefix(lower, []byte("content-")) || bytes.HasPrefix(lower, []byte("mime-version"))
		}
		if keep {
			kept = append(kept, line...)
		}
	}
	if !bytes.HasSuffix(kept, []byte("\n")) {
		kept = append(kept, "\r\n"...)
	}
	return kept
}

var boundaryParam = regexp.MustCompile(`multipart/(\w+);\r\n boundary=([0-9A-Za-z]+)`)

// distinctBoundaries returns the boundaries a form that no quoted-printable text can contain, since "=" is always encoded
// there (RFC 2045 section 6.7), and names the root of a related part (RFC 2387 section 3.1).
func distinctBoundaries(head, body []byte, html, text bool) (newHead, newBody []byte) {
	root := "multipart/alternative"
	if !text {
		root = "text/html"
	} else if !html {
		root = "text/plain"
	}
	all := append(append(head, "\r\n"...), body...)
	for _, found := range boundaryParam.FindAllSubmatch(all, -1) {
		kind, boundary := string(found[1]), string(found[2])
		param := "multipart/" + kind
		if kind == "related" {
			param += `; type="` + root + `"`
		}
		short := "=_" + boundary[:min(len(boundary), 32)]
		all = bytes.ReplaceAll(all, found[0], []byte(param+";\r\n boundary=\""+short+`"`))
		all = bytes.ReplaceAll(all, []byte("--"+boundary), []byte("--"+short))
	}
	newHead, newBody, _ = bytes.Cut(all, []byte("\r\n\r\n"))
	return append(newHead, "\r\n"...), newBody
}
