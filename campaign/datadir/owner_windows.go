package datadir

import "io/fs"

// OwnFilesOnly does nothing: here a file takes the rights of its folder.
func OwnFilesOnly() {}

// OthersMay says nothing here, where files have no such bits.
func OthersMay(fs.FileInfo) string { return "" }

func othersMayChange(fs.FileInfo) bool { return false }
