package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestClassifyOpens drives the command on a file and on the standard input, with its own lists and with others.
func TestClassifyOpens(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		must(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	const burst = `{"time":"2026-10-14T09:00:00Z","delivery":"d","kind":"open","user_agent":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","ip":"192.0.2.1"}
{"time":"2026-10-14T09:00:04Z","delivery":"d","kind":"click","link":1,"ua":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","ip":"192.0.2.1"}

{"time":"2026-10-14T09:00:05Z","delivery":"d","kind":"click","link":2,"ua":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","ip":"192.0.2.1"}
{"time":"2026-10-14T09:00:06Z","delivery":"d","link":"https://example.org/a","ua":"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0","ip":"192.0.2.1"}`
	hits, lists := write("hits.jsonl", burst), write("lists.txt", "date 2026-11-01\nsource ourselves\n[machines]\nfirefox\n")
	for _, c := range []struct {
		args, stdin, want string
		code              int
	}{
		{hits + " --json", "", strings.Repeat(`{"verdict":"machine","rules":["F-07"],"why":"it followed three or more links within ten seconds"}`+"\n", 4), exitOK},
		{"--json", `{"kind":"unsubscribe","method":"post","user_agent":"Mimecast-Gateway-Scan"}`, `{"verdict":"human","rules":["POST"],"why":"leaving and choosing is asked for by people only"}` + "\n", exitOK},
		{"- --lists " + lists, `{"ua":"Firefox"}`, "machine: the scanner, preview or crawler firefox (F-06)\n", exitOK},
		{"--json", "\ufeff{\"ua\":\"curl/8\"}\n[]\n{\"kind\":\"view\"}\n{\"ip\":7}\n{", `{"verdict":"machine","rules":["F-05"],"why":"the library or tool curl"}
{"line":2,"error":"this is no JSON object"}
{"line":3,"error":"the kind \"view\" is none of open, click, trap and leave"}
{"line":4,"error":"ip: a number does not fit here"}
{"line":5,"error":"this is no JSON object that describes a hit: unexpected end of JSON input"}
`, exitFailed},
		{"--json", "", "", exitOK},
		{filepath.Join(dir, "none"), "", "", exitFailed},
		{"--lists " + hits, "{}", "", exitFailed},
		{"a b", "", "", exitUsage},
	} {
		var stdout, stderr strings.Builder
		p := &program{output: output{stdout: &stdout, stderr: &stderr}, stdin: strings.NewReader(c.stdin), environ: []string{"GLASNIK_DATA_DIR=" + dir}}
		code := p.run(t.Context(), append([]string{"opens", "classify"}, strings.Fields(c.args)...))
		if code != c.code || stdout.String() != c.want || code != exitOK && stderr.Len() == 0 {
			t.Errorf("%s: %d %s %s", c.args, code, stdout.String(), stderr.String())
		}
	}
}
