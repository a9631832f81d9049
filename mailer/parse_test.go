package mailer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
)

// leaf is a decoded part that holds no other parts.
type leaf struct {
	mediaType string
	encoding  string
	header    map[string][]string
	body      []byte
}

// parse reads a message with the standard library and decodes all its leaves.
func parse(t testing.TB, raw []byte) (*mail.Message, []leaf) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, raw)
	}
	return m, leaves(t, map[string][]string(m.Header), m.Body)
}

func leaves(t testing.TB, header map[string][]string, body io.Reader) []leaf {
	t.Helper()
	get := mail.Header(header).Get
	mediaType, params, err := mime.ParseMediaType(get("Content-Type"))
	if err != nil {
		t.Fatalf("content type %q: %v", get("Content-Type"), err)
	}
	if strings.HasPrefix(mediaType, "multipart/") {
		var all []leaf
		reader := multipart.NewReader(body, params["boundary"])
		for {
			p, err := reader.NextRawPart()
			if errors.Is(err, io.EOF) {
				return all
			}
			if err != nil {
				t.Fatalf("next part: %v", err)
			}
			all = append(all, leaves(t, p.Header, p)...)
		}
	}
	l := leaf{mediaType: mediaType, encoding: get("Content-Transfer-Encoding"), header: header}
	switch l.encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		t.Fatalf("encoding %q", l.encoding)
	}
	if l.body, err = io.ReadAll(body); err != nil {
		t.Fatalf("decode %s: %v", mediaType, err)
	}
	return []leaf{l}
}
