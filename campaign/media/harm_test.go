package media

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"testing"
)

func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	return archiveOf(t, "wordprocessingml.document.main+xml", names...)
}

// archiveOf packs files of the same content.
func archiveOf(t *testing.T, content string, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(content))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarOf(t *testing.T, content, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	w.Write([]byte(content))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(content)
	if err := w.Close(); err != nil {
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
		"a program":                             {"guide.pdf", []byte("MZ\x90\x00"), true},
		"a script":                              {"guide.txt", []byte("#!/bin/sh\n"), true},
		"a name that runs":                      {"guide.pdf.EXE. ", []byte("%PDF-"), true},
		"a PDF":                                 {"guide.pdf", []byte("%PDF-1.7"), false},
		"a document":                            {"guide.docx", archive(t, "[Content_Types].xml", "word/document.xml"), false},
		"a document with macros":                {"guide.docx", archive(t, "[Content_Types].xml", "word/vbaProject.bin"), true},
		"an old document":                       {"guide.doc", []byte(old), false},
		"an old document with macros":           {"guide.doc", []byte(old + "_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00"), true},
		"an archive of pictures":                {"kit.zip", archive(t, "one.jpg", "two.jpg"), false},
		"an archive with a program":             {"kit.zip", archive(t, "one.jpg", "kit/setup.exe"), true},
		"a program in an archive, by its bytes": {"kit.zip", archiveOf(t, "MZ\x90\x00", "guide.txt"), true},
		"a program whose name ends in blanks":   {"kit.zip", archive(t, "setup.exe "), true},
		"an archive in an archive":              {"kit.zip", archiveOf(t, string(archive(t, "setup.scr")), "more.zip"), true},
		"archives in archives of pictures":      {"kit.zip", archiveOf(t, string(archive(t, "one.jpg")), "more.zip"), false},
		"a document in an archive with macros":  {"kit.zip", archiveOf(t, string(archive(t, "[Content_Types].xml", "word/vbaProject.bin")), "guide.docx"), true},
		"a document with a program in it":       {"guide.docx", archive(t, "[Content_Types].xml", "word/document.xml", "word/embeddings/setup.exe"), true},
		"an installer":                          {"guide.msix", []byte("PK"), true},
		"a packed program":                      {"guide.gz", zipped(t, []byte("MZ\x90\x00")), true},
		"a packed name that runs":               {"setup.exe.gz", zipped(t, []byte("words")), true},
		"a packed text":                         {"guide.txt.gz", zipped(t, []byte("words")), false},
		"a packed folder with a program":        {"kit.tgz", zipped(t, tarOf(t, "MZ\x90\x00", "guide.txt")), true},
		"a packed folder with a name that runs": {"kit.tar", tarOf(t, "words", "kit/setup.bat"), true},
		"a packed folder of texts":              {"kit.tgz", zipped(t, tarOf(t, "words", "guide.txt")), false},
		"zeros without end":                     {"kit.zip", archiveOf(t, string(make([]byte, 1<<20)), "a", "b", "c"), false},
		"a damaged archive":                     {"kit.zip", []byte("PK\x03\x04 and nothing"), false},
		"nothing":                               {"empty.txt", nil, false},
	} {
		if got := Runs(c.file, c.data); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
