package inbound

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// endless is a message that repeats a text for ever.
type endless struct {
	text []byte
	at   int
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	e.read += n
	return n, nil
}

// TestBombs reads mails that have no end, and holds what is read and held of each.
func TestBombs(t *testing.T) {
	var deep strings.Builder
	for i := range 10_000 {
		deep.WriteString("--" + strconv.Itoa(i) + "\nContent-Type: multipart/mixed; boundary=" + strconv.Itoa(i+1) + "\n\n")
	}
	head := "From: a@b.example\nContent-Type: multipart/mixed; boundary=0\n\n"
	for name, c := range map[string]struct{ begin, more string }{
		"fields":        {"From: a@b.example\n", "X: y\n"},
		"one field":     {"From: a@b.example\nX: ", "yyyyyyyyyyyyyyyyyy"},
		"folded":        {"From: a@b.example\nX: y\n", " y\n"},
		"empty lines":   {"", "\n"},
		"body":          {"From: a@b.example\n\n", "text text text\n"},
		"one line":      {"From: a@b.example\n\n", "texttexttext"},
		"deep":          {head + deep.String(), "text\n"},
		"parts":         {head, "--0\nX: y\n\ntext\n"},
		"part headers":  {head + "--0\n", "X: y\n"},
		"html":          {"From: a@b.example\nContent-Type: text/html\n\n", "<div><blockquote>"},
		"recipients":    {"From: a@b.example\nContent-Type: message/delivery-status\n\n", "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n"},
		"addresses":     {"From: mailer-daemon@b.example\n\nundeliverable\n", "a1@b.example: no\n"},
		"quoted intros": {"From: a@b.example\n\n", "On 1 a@b.example wrote\n"},
	} {
		source := &endless{text: bytes.Repeat([]byte(c.more), 1+64<<10/len(c.more))}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := Read(io.MultiReader(strings.NewReader(c.begin), source))
		if err == nil {
			Classify(m, corpusLinks)
			if !m.Cut {
				t.Errorf("%s: not said to be cut", name)
			}
		}
		runtime.ReadMemStats(&after)
		if source.read > 2*maxMessage {
			t.Errorf("%s: %d octets were read", name, source.read)
		}
		if made := after.TotalAlloc - before.TotalAlloc; made > 200<<20 {
			t.Errorf("%s: %d MB were allocated", name, made>>20)
		}
	}
}

func TestNoMessage(t *testing.T) {
	for _, text := range []string{"", "\n\n", "hello\n", "\x00\x01\x02", "PK\x03\x04"} {
		if m, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q is read as %+v", text, m.Header)
		}
	}
}

func TestMbox(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"Subject: a\n\nb\n": "Subject: a\n\nb\n|",
		"From x\nSubject: a\n\nb\n\nFrom y\nSubject: c\n\nFrom here on\nno\n": "From x\nSubject: a\n\nb\n\n|From y\nSubject: c\n\n|From here on\nno\n|",
		"Subject: a\n\nb\nFrom here on\n":                                     "Subject: a\n\nb\nFrom here on\n|",
	} {
		b := NewMbox(strings.NewReader(text))
		got := ""
		for b.Next() {
			one, err := io.ReadAll(b)
			if err != nil {
				t.Error(err)
			}
			got += string(one) + "|"
		}
		if got != want {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
		b = NewMbox(strings.NewReader(text)) // also when nothing is read of a message
		n := 0
		for b.Next() {
			n++
		}
		if n != strings.Count(want, "|") {
			t.Errorf("%q: %d messages", text, n)
		}
	}
}

// FuzzClassify holds what must be true of anything: recipients and deliveries stand in the message.
func FuzzClassify(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join(corpus, "*.eml"))
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b := NewMbox(bytes.NewReader(data))
		for b.Next() {
			m, err := Read(b)
			if err != nil {
				continue
			}
			for _, v := range Classify(m, corpusLinks) {
				if v.Class == "" || v.Rule == "" || len(v.Why) > 2*maxWhy {
					t.Errorf("%+v", v)
				}
			}
		}
	})
}

// TestLearn lets words that somebody taught decide about bounces, and about nothing else.
func TestLearn(t *testing.T) {
	for name, c := range map[string]struct {
		v    Verdict
		want Class
	}{
		"in the server's words":   {Verdict{Class: Hard, Diagnostic: "550 The GATE is closed, today"}, Full},
		"in the text":             {Verdict{Class: Soft, Why: "la gate\nis closed"}, Full},
		"not a part of a word":    {Verdict{Class: Hard, Diagnostic: "550 the gate is closedown"}, Hard},
		"never a letter":          {Verdict{Class: Reply, Why: "the gate is closed"}, Reply},
		"never a complaint":       {Verdict{Class: Complaint, Why: "the gate is closed"}, Complaint},
		"never an automatic mail": {Verdict{Class: Automatic, Why: "the gate is closed"}, Automatic},
		"never a delay":           {Verdict{Class: Soft, Action: "delayed", Why: "the gate is closed"}, Soft},
	} {
		if learned := c.v.Learn(Full, "gate is closed"); c.v.Class != c.want || learned != (c.want == Full) {
			t.Errorf("%s: %s", name, c.v.Class)
		}
	}
}
