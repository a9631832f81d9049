package media

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"path"
	"slices"
	"strings"
)

// programEnds are the ends of names of files that a mail program or a newsroom's gateway refuses because they run: those that Gmail
// bars, and Office files that hold macros.
var programEnds = strings.Fields(`
	.ade .adp .apk .app .appref-ms .application .appx .appxbundle .bat .cab .chm .cmd .com .cpl .diagcab .diagcfg .diagpkg .dll .dmg .ex .ex_ .exe .gadget .hta
	.img .inf .ins .iso .isp .jar .jnlp .js .jse .lib .lnk .mde .mjs .msc .msi .msix .msixbundle .msp .mst .nsh .pif .pkg .ps1 .reg .scf .scr .sct .settingcontent-ms
	.sh .shb .sys .url .vb .vbe .vbs .vhd .vhdx .vxd .ws .wsc .wsf .wsh .xll
	.docm .dotm .potm .ppam .ppsm .pptm .sldm .xlam .xlsb .xlsm .xltm`)

// Limits of what is looked for in an archive: archives in archives, and octets unpacked, all of them together.
const (
	maxNested   = 4
	maxUnpacked = 64 << 20
)

// Runs reports whether a file is a program or holds one or macros, by its bytes or by its name, also within archives.
func Runs(name string, data []byte) bool {
	left := int64(maxUnpacked)
	return runs(name, data, 0, &left)
}

func runs(name string, data []byte, depth int, left *int64) bool {
	head := data[:min(len(data), sniffed)]
	switch {
	case endsAsProgram(name), isProgram(head):
		return true
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return bytes.Contains(data, []byte("_\x00V\x00B\x00A\x00_\x00P\x00R\x00O\x00J\x00E\x00C\x00T\x00")) // MS-OVBA 2.2.10
	case depth > maxNested:
		return false
	case bytes.HasPrefix(head, []byte("PK")):
		_, err := inspectOffice(bytes.NewReader(data), int64(len(data)))
		return err == errMacros || runsInZip(data, depth, left)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return runsInGzip(name, data, depth, left)
	}
	return runsInTar(data, depth, left)
}

// endsAsProgram reports whether a name ends as those of programs do; systems leave out blanks and dots at its end.
func endsAsProgram(name string) bool {
	return slices.Contains(programEnds, strings.ToLower(path.Ext(strings.TrimRight(name, ". "))))
}

func runsInZip(data []byte, depth int, left *int64) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(z.File, func(f *zip.File) bool {
		if endsAsProgram(f.Name) {
			return true
		}
		r, err := f.Open()
		if err != nil { // what cannot be unpacked does not run
			return false
		}
		defer r.Close()
		return runs(f.Name, unpack(r, left), depth+1, left)
	})
}

func runsInGzip(name string, data []byte, depth int, left *int64) bool {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return false
	}
	if z.Name != "" {
		name = z.Name
	} else {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	return runs(name, unpack(z, left), depth+1, left)
}

func runsInTar(data []byte, depth int, left *int64) bool {
	const magic = 257 // where its head says what it is
	if len(data) < magic+5 || string(data[magic:magic+5]) != "ustar" {
		return false
	}
	for t := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := t.Next()
		if err != nil {
			return false
		}
		if runs(h.Name, unpack(t, left), depth+1, left) {
			return true
		}
	}
}

// unpack reads a file of an archive, as far as the limit on all of them goes. A damaged one is read up to the damage.
func unpack(r io.Reader, left *int64) []byte {
	data, _ := io.ReadAll(io.LimitReader(r, *left))
	*left -= int64(len(data))
	return data
}
