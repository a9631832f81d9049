// Package contactfile reads contacts out of files and writes them into files, as offices keep them: CSV in the encodings
// that office programs write, and Excel workbooks.
//
// A file is gone through twice. Opening it reads it whole, to find out what it is written in; going over its rows reads
// it again, one row at a time, so that memory does not grow with the file. A file that cannot be understood as a whole is
// an error that says what it looks like and what to do. Beyond that one bad row never spoils the rest: it is given as a
// rejected row, with its line and a sentence. Nothing here is written anywhere; the store imports the rows.
package contactfile
