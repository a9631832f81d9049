package inbound

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/refusal"
)

const corpus = "testdata/corpus"

var corpusLinks = campaign.Links{Signer: campaign.NewSigner("a secret of the corpus")}

// said is a verdict as the corpus expects it.
func said(v Verdict) string {
	var marks []string
	for _, m := range []struct {
		name string
		is   bool
	}{{"d", v.Delivery != ""}, {"delayed", v.Action == "delayed"}, {"leave", v.Leave}, {"protected", v.Protected}} {
		if m.is {
			marks = append(marks, m.name)
		}
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s", v.Class, orDash(v.Recipient), orDash(v.Status), strings.Join(marks, " "))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func TestCorpus(t *testing.T) {
	expected := map[string][]string{}
	data, err := os.ReadFile(filepath.Join(corpus, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if name, want, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t"); ok {
			expected[name] = append(expected[name], want)
		}
	}
	files, err := filepath.Glob(filepath.Join(corpus, "*.eml"))
	if err != nil || len(files) == 0 || len(files) != len(expected) {
		t.Fatalf("%d files, %d expectations, %v", len(files), len(expected), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Read(f)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got, rules []string
		for _, v := range Classify(m, corpusLinks) {
			got, rules = append(got, said(v)), append(rules, v.Rule)
		}
		if want := strings.Join(expected[name], "\n"); strings.Join(got, "\n") != want {
			t.Errorf("%s\n got  %s\n want %s\n by   %s", name, strings.Join(got, "\n      "), want, strings.Join(rules, "; "))
		}
	}
}

// TestWordings are sentences without codes, as servers of small providers write them in many languages.
func TestWordings(t *testing.T) {
	const report = "From: Mail Delivery System <MAILER-DAEMON@mx.posta.example>\r\nTo: press@example.org\r\nSubject: Undelivered Mail Returned to Sender\r\n" +
		"Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYour message could not be delivered:\r\n\r\n<reader@posta.example>: %s\r\n"
	data, err := os.ReadFile("testdata/wordings.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		class, words, _ := strings.Cut(strings.TrimSpace(line), "\t")
		m, err := Read(strings.NewReader(fmt.Sprintf(report, words)))
		if err != nil {
			t.Fatal(err)
		}
		if v := Classify(m, nil)[0]; string(v.Class) != class || v.Recipient != "reader@posta.example" {
			t.Errorf("%s: %s of %s by %s, want %s", words, v.Class, v.Recipient, v.Rule, class)
		}
	}
}

// TestLetters are answers of a sentence or two, without a mark in their headers: what people ask for, and what programs write, in many
// wordings.
func TestLetters(t *testing.T) {
	const answer = "From: Pisac <pisac@posta.example>\r\nTo: press@example.org\r\nSubject: Re: Annual report\r\nIn-Reply-To: <d@example.org>\r\n" +
		"Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n\r\nPisac\r\n"
	data, err := os.ReadFile("testdata/letters.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		want, words, _ := strings.Cut(strings.TrimSpace(line), "\t")
		m, err := Read(strings.NewReader(fmt.Sprintf(answer, words)))
		if err != nil {
			t.Fatal(err)
		}
		v := Classify(m, nil)[0]
		got := string(v.Class)
		switch {
		case v.Leave:
			got = "leave"
		case v.Protected:
			got = "protected"
		}
		if got != want {
			t.Errorf("%s: %s by %s, want %s", words, got, v.Rule, want)
		}
	}
}

// TestPhrases: each is found in itself, however its open words go on, and none is nothing.
func TestPhrases(t *testing.T) {
	for group, phrases := range texts() {
		for _, p := range phrases {
			for _, end := range []string{"", "xyz"} {
				if words := refusal.WordsOf("a " + strings.ReplaceAll(p.written, "*", end) + " b"); !p.in(string(words)) {
					t.Errorf("%s: %q is not found in %q", group, p.written, words)
				}
			}
			if len(p.parts[0]) < 3 {
				t.Errorf("%s: %q is found in too much", group, p.written)
			}
		}
	}
}
