package mailer

import (
	"bufio"
	"strings"
	"testing"
	"unicode/utf8"
)

func read(s string) (reply, error) {
	return readReply(bufio.NewReader(strings.NewReader(s)))
}

func TestReadReply(t *testing.T) {
	for in, want := range map[string]reply{
		"250 ok\r\n":                  {250, "", "ok"},
		"250\r\n":                     {250, "", ""},
		"250 ok\n":                    {250, "", "ok"},
		"220-a\r\n220-b\r\n220 c\r\n": {220, "", "a b c"},
		"550-5.1.1 no\r\n550-5.1.1 such\r\n550 5.1.1 user\r\n": {550, "5.1.1", "5.1.1 no such user"},
		"421 4.7.0 [TSS04] deferred\r\n":                       {421, "4.7.0", "4.7.0 [TSS04] deferred"},
		"550 5.7.515 Access denied\r\n":                        {550, "5.7.515", "5.7.515 Access denied"},
		"250 5.1.1 of another class\r\n":                       {250, "", "5.1.1 of another class"},
		"250 2.0 short\r\n":                                    {250, "", "2.0 short"},
		"250 2.0.0x\r\n":                                       {250, "", "2.0.0x"},
		"250 a\x00\x1b[31m\tb \xff\r\n":                        {250, "", "a [31m b ?"},
		"550 " + strings.Repeat("ж", 400) + "\r\n":             {550, "", strings.Repeat("ж", 250)},
	} {
		if got, err := read(in); err != nil || got != want {
			t.Errorf("%q: %+v %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "\r\n", "25\r\n", "250", "250-a\r\n", "250-a\r\n251 b\r\n", "abc hello\r\n", "199 x\r\n", "600 x\r\n", "2500 x\r\n",
		"250-a\r\nb\r\n", strings.Repeat("250-a\r\n", 200), "250 " + strings.Repeat("x", 1<<16) + "\r\n",
	} {
		if got, err := read(in); err == nil {
			t.Errorf("%.40q: %+v", in, got)
		}
	}
}

func FuzzReadReply(f *testing.F) {
	f.Add("250-2.0.0 a\r\n250 2.0.0 b\r\n")
	f.Add("421 4.7.0 [TSS04]\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		r, err := read(in)
		if err != nil {
			return
		}
		if r.code < 200 || r.code > 599 || len(r.text) > maxAnswer || !utf8.ValidString(r.text) || strings.ContainsAny(r.text, "\r\n\x00") {
			t.Errorf("%q: %+v", in, r)
		}
		if r.enhanced != "" && (int(r.enhanced[0]-'0') != r.code/100 || strings.Count(r.enhanced, ".") != 2 || len(r.enhanced) > 9) {
			t.Errorf("%q: status %q", in, r.enhanced)
		}
	})
}
