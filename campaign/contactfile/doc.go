// Package contactfile reads contacts from files and writes them to files: CSV in the encodings that office programs write,
// Excel workbooks and vCards.
//
// A file is gone through twice. Opening it reads it whole, to find out what it is written in; going over its rows reads
// it again, one row at a time, so that memory does not grow with the file. A file that cannot be understood as a whole is
// an error that says what it looks like and what to do. Beyond that one bad row never spoils the others: it comes
// with its line and a sentence that says what is wrong. Nothing is stored here; the store imports the rows.
package contactfile
