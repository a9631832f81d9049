package templates

import (
	"fmt"
	"strings"
	"testing"
)

// Every mistake of a release file is told with its line, however YAML writes the text it is in. In each case the
// mistakes are the merge fields {{ x1 }}, {{ x2 }} and so on, or links to x1.
func TestReleaseLines(t *testing.T) {
	const begin = "---\nlanguage: en\nheadline: H\n"
	for name, file := range map[string]string{
		"body":              begin + "---\n\n\nOne\n\nx {{ x1 }}\n\n[a](x2)\n[b](x3)\n",
		"body at once":      begin + "---\n{{ x1 }}\n[a](x2)",
		"rule in body":      begin + "---\n\nx\n\n---\n\n[a](x1)\n\n[a](/x2)\n",
		"headline":          "---\n\nlanguage: en\n\n# a remark\nheadline: \"Čačak {{ x1 }}\"\n---\n",
		"next line":         begin + "subhead:\n  words {{ x1 }}\n---\n",
		"literal":           begin + "lead: |\n\n\n  One\n\n  ## {{ x1 }}\n\n    code {{ x2 }}\nabout: x\n---\n",
		"literal, stripped": begin + "lead: |2-   # remark\n    One\n  [a](x1)\n  # {{ x2 }}\n---\n",
		"folded":            begin + "lead: >\n  One\n  two {{ x1 }}\n  three\n\n  [a](x2)\n   more\n   indented {{ x3 }}\n  last [b](x4)\n---\n",
		"folded, kept":      begin + "about: >+\n\n  One\n\n\n  two {{ x1 }}\n\nnotes: '{{ x2 }}'\n---\n",
		"plain":             begin + "lead: One\n  two {{ x1 }}\n\n  three\n  [a](x2)\nnotes: x\n---\n",
		"single quotes":     begin + "lead: 'One '' two\n  '' {{ x1 }}\n\n  three ''''\n  [a](x2)'\n---\n",
		"double quotes":     begin + "lead: \"One \\\"\\u010d\\U0001F600\\x09\\n\\t\\_\\\n    two {{ x1 }} \\\\\n\n  three \\\n  [a](x2)\"\n---\n",
		"tag":               begin + "lead: !!str |\n  One\n  {{ x1 }}\nnotes: !!str \"a\n  {{ x2 }}\"\n---\n",
		"quotes":            begin + "quotes:\n  - text: |\n      a\n\n      {{ x1 }}\n    name: \"{{ x2 }}\"\n  - {text: b, role: \"{{ x3 }}\"}\n  -\n    text: ''\n    name: nobody\n  - name: N\n    text: >-\n      a\n      {{ x4 }}\n    organisation: {{ x5 }\n---\n",
		"media contact":     begin + "media_contact:\n  name: A\n  phone: \"{{ x1 }}\"\n  email: '{{ x2 }}'\n  languages:\n    \"{{ x3 }}\"\n---\n",
		"media contact, {}": begin + "media_contact: {name: A,\n  phone: \"{{ x1 }}\", email: a@example.org,\n  languages: \"{{ x2 }}\"}\n---\n",
		"other line ends":   begin + "place: \"a\u2028b\u0085c\"\nlead: |\n  a\u2029b\n  {{ x1 }}\n---\n\n[a](x2)\n",
		"condition":         begin + "---\n\n{{ if place }}a\nb\nc{{ end }}\n\n[a](x1)\n",
		"condition, cost":   begin + "---\n\n{{ if place }}a\nb\nc{{ end }}\n\n" + strings.Repeat("> ", 40) + "x1\n",
		"no mark":           "---\nlanguage: fr\nheadline: Été\nplace: \"{{ x1 }}\"\n---\n\nL’été\u00a0: [a](x2)\n",
		"key of a quote":    begin + "quotes: [{name: \"a\", text: \"b\n\n  {{ x1 }}\"}, {text: \"{{ x2 }}\"}]\n---\n",
	} {
		file = strings.Replace(file, "{{ x5 }\n", "\"{{ x5 }}\"\n", 1)
		for end, source := range map[string]string{"": file, " CRLF": strings.ReplaceAll(file, "\n", "\r\n"), " BOM": "\ufeff" + file} {
			r, v, err := ParseReleaseFile("f", []byte(source))
			if err != nil {
				t.Errorf("%s%s: %v", name, end, err)
				continue
			}
			r.Put(v)
			must(t, r.Normalize())
			told := map[int]int{}
			lines := NewReleaseLines([]byte(source))
			for _, p := range ReleaseProblems(r, nil) {
				told[lines.Problem(p)]++
			}
			for n := 1; strings.Contains(source, fmt.Sprintf("x%d", n)); n++ {
				before, _, _ := strings.Cut(file, fmt.Sprintf("x%d", n))
				if line := 1 + strings.Count(before, "\n"); told[line] == 0 {
					t.Errorf("%s%s: x%d stands on line %d, told are %v", name, end, n, line, told)
				} else if told[line]--; told[line] == 0 {
					delete(told, line)
				}
			}
			if len(told) > 0 {
				t.Errorf("%s%s: told as well: %v", name, end, told)
			}
		}
	}
}

// A front matter that is no YAML is told with the line on which it breaks.
func TestBrokenFrontLines(t *testing.T) {
	const begin = "---\nlanguage: en\nheadline: H\n"
	for name, c := range map[string]struct {
		file string
		line int
	}{
		"colon":           {begin + "lead: a: b\nplace: x\n---\n", 4},
		"quotation mark":  {begin + "place: x\nlead: \"a\nnotes: b\n---\n", 5},
		"single mark":     {begin + "lead: 'it's'\nnotes: b\n---\n", 4},
		"tab":             {begin + "quotes:\n\t- text: a\n---\n", 5},
		"bracket":         {begin + "topics: [a, b\nplace: x\n---\n", 4},
		"indent":          {begin + "media_contact:\n  name: A\n phone: b\n---\n", 6},
		"list":            {begin + "quotes:\n  - text: a\n  name: b\n---\n", 6},
		"no blank":        {"---\nlanguage: en\nplace:x\nheadline: H\n---\n", 3},
		"at sign":         {begin + "place: @home\n---\n", 4},
		"percent":         {begin + "place: %a\n---\n", 4},
		"escape":          {begin + "about: a\nplace: \"a\\q\"\n---\n", 5},
		"after quotation": {begin + "place: \"a\" b\n---\n", 4},
		"type":            {begin + "attachments:\n  - file: a\n    inline: perhaps\n---\n", 6},
		"zone":            {begin + "embargo: 2026-10-18 10:00\n\nzone: Europe/Beograd\n---\n", 6},
		"no file":         {begin + "attachments:\n  - file: a\n  - alt: b\n---\n", 6},
		"empty headline":  {"---\nlanguage: en\nplace: x\nheadline: \"\"\n---\n", 4},
		"empty language":  {"---\nheadline: a\nlanguage:\n---\n", 3},
		"not UTF-8":       {begin + "---\n\na \xe8\n", 6},
		"after NEL":       {begin + "place: a\u0085b\nkind: none\n---\n", 5},
	} {
		_, _, err := ParseReleaseFile("f", []byte(c.file))
		if err == nil || !strings.HasPrefix(err.Error(), fmt.Sprintf("f: line %d: ", c.line)) {
			t.Errorf("%s: %v, want line %d", name, err, c.line)
		}
	}
}

func TestAttachmentLines(t *testing.T) {
	lines := NewReleaseLines([]byte("---\nlanguage: en\nheadline: H\nattachments:\n  - alt: a\n    file: a\n\n  - {file: b}\n---\n"))
	for n, want := range []int{6, 8} {
		if got := lines.Attachment(n); got != want {
			t.Errorf("attachment %d: line %d, want %d", n, got, want)
		}
	}
}

func FuzzReleaseLines(f *testing.F) {
	f.Add([]byte(exampleFile))
	f.Add([]byte("---\nlanguage: sr\nheadline: \"\\x4\\\n  {{ a\"\nlead: >\n  {{ b\n---\n{{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, v, err := ParseReleaseFile("f", data)
		if err != nil {
			return
		}
		r.Put(v)
		if err := r.Normalize(); err != nil {
			return
		}
		lines, most := NewReleaseLines(data), 1+strings.Count(lineBreaks.Replace(string(data)), "\n")
		for _, p := range ReleaseProblems(r, nil) {
			if line := lines.Problem(p); line < 1 || line > most {
				t.Errorf("line %d of %d: %v", line, most, p.Text)
			}
		}
	})
}
