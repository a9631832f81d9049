// Package contactfile reads contacts out of files and writes them into files, as offices keep them: CSV today.
//
// A file that cannot be understood as a whole is an error that says what it looks like and what to do. Beyond that one bad
// row never spoils the rest: it is kept as a rejected row, with its line and a sentence. Nothing here is written anywhere;
// the store imports the rows.
package contactfile
