//go:build unix

package datadir

import (
	"io/fs"
	"syscall"
)

// OwnFilesOnly makes every file of this process its owner's alone, in any folder.
func OwnFilesOnly() { syscall.Umask(0o077) }

// OthersMay says what anybody but the owner may do with a file; "" is nothing.
func OthersMay(info fs.FileInfo) string {
	switch mode := info.Mode().Perm(); {
	case info.Mode().Type()&fs.ModeSymlink != 0: // its own bits mean nothing
		return ""
	case mode&0o007 != 0:
		return Everybody
	case mode&0o070 != 0:
		return "its group"
	}
	return ""
}

// othersMayChange reports whether somebody else may put files into a folder or take them away.
func othersMayChange(info fs.FileInfo) bool {
	return info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0
}
