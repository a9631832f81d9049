package main

import "io/fs"

// ownFilesOnly does nothing: here a file takes the rights of its folder.
func ownFilesOnly() {}

// othersMay says nothing here, where files have no such bits.
func othersMay(fs.FileInfo) string { return "" }

func othersMayChange(fs.FileInfo) bool { return false }
