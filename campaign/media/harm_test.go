package media

import (
	"archive/zip"
	"bytes"
	"testing"
)

func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte("wordprocessingml.document.main+xml"))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRuns(t *testing.T) {
	old := "\xd0\xcf\x11\xe0 and much more "
	for name, c := range map[string]struct {
		file string
		data []byte
		want bool
	}{
		"a program":                   {"guide.pdf", []byte("MZ\x90\x00"), true},
		"a script":                    {"guide.txt", []byte("#!/bin/sh\n"), true},
		"a name that runs":            {"guide.pdf.EXE. ", []byte("%PDF-"), true},
		"a PDF":                       {"guide.pdf", []byte("%PDF-1.7"), false},
		"a document":                  {"guide.docx", archive(t, "[Content_Types].xml", "word/document.xml"), false},
		"a document with macros":      {"guide.docx", archive(t, "[Content_Types].xml", "word/vbaProject.bin"), true},
		"an old document":             {"guide.doc", []byte(old), false},
		"an old document with macros": {"guide.doc", []byte(old + "_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00"), true},
		"an archive of pictures":      {"kit.zip", archive(t, "one.jpg", "two.jpg"), false},
		"an archive with a program":   {"kit.zip", archive(t, "one.jpg", "kit/setup.exe"), true},
		"a damaged archive":           {"kit.zip", []byte("PK\x03\x04 and nothing"), false},
		"nothing":                     {"empty.txt", nil, false},
	} {
		if got := Runs(c.file, c.data); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
