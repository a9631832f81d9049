package media

import (
	"archive/zip"
	"bytes"
	"path"
	"slices"
	"strings"
)

// programEnds are the ends of names of files that a mail program or a newsroom's gateway refuses because they run.
var programEnds = []string{
	".apk", ".app", ".bat", ".chm", ".cmd", ".com", ".cpl", ".dll", ".dmg", ".docm", ".dotm", ".exe", ".hta", ".iso", ".jar", ".js", ".jse", ".lnk", ".msc", ".msi", ".pif",
	".potm", ".ppam", ".ppsm", ".pptm", ".ps1", ".reg", ".scr", ".sh", ".vb", ".vbe", ".vbs", ".wsf", ".wsh", ".xlam", ".xlsb", ".xlsm", ".xltm",
}

// Runs reports whether a file is a program or holds macros, by its bytes or by its name.
func Runs(name string, data []byte) bool {
	head := data[:min(len(data), sniffed)]
	if slices.Contains(programEnds, strings.ToLower(path.Ext(strings.TrimRight(name, ". ")))) || isProgram(head) {
		return true
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")) && bytes.Contains(data, []byte("_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00")) // MS-OVBA 2.2.10
	}
	_, err := inspectOffice(bytes.NewReader(data), int64(len(data)))
	return err == errMacros || err == errArchive && holdsProgram(data)
}

// holdsProgram reports whether an archive holds a file that runs, by the names in it.
func holdsProgram(data []byte) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	return err == nil && slices.ContainsFunc(z.File, func(f *zip.File) bool {
		return slices.Contains(programEnds, strings.ToLower(path.Ext(f.Name)))
	})
}
