package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/templates"
)

func readme(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	must(t, err)
	return string(data)
}

// The release file the README shows is one the program takes.
func TestReadmeReleaseFile(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "```markdown\n")
	example, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("there is no example")
	}
	r, v, err := templates.ParseReleaseFile("example.md", []byte(example))
	must(t, err)
	r.Put(v)
	if err := templates.CheckRelease(r, nil); err != nil {
		t.Error(err)
	}
	if len(r.Attachments) != 2 || len(v.Quotes) != 1 {
		t.Errorf("%d attachments, %d quotes", len(r.Attachments), len(v.Quotes))
	}
}

// Every command the README names exists.
func TestReadmeCommands(t *testing.T) {
	root := (&program{}).root()
	for _, m := range regexp.MustCompile("glasnik ((?:[a-z]+ ?)+)").FindAllStringSubmatch(strings.Join(codeIn(readme(t)), "\n"), -1) {
		words := strings.Fields(m[1])
		cmd, rest, err := root.Find(words)
		if err != nil || cmd == root || cmd.HasSubCommands() && len(rest) > 0 {
			t.Errorf("there is no command “glasnik %s”", m[1])
		}
	}
}

// Every merge field the README names exists, and it names all.
func TestReadmeMergeFields(t *testing.T) {
	text := readme(t)
	for _, field := range templates.MergeFields() {
		if !strings.Contains(text, "`"+field+"`") {
			t.Errorf("the README does not name the merge field %s", field)
		}
	}
}

// codeIn returns what is in backquotes or in a block of code.
func codeIn(text string) []string {
	var out []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			out = append(out, part)
		}
	}
	blocks := strings.Split(text, "```")
	for i := 1; i < len(blocks); i += 2 {
		out = append(out, blocks[i])
	}
	return out
}
