package language

// IsAddress reports whether a word between two blanks is an address, a handle, a hashtag, a domain or the name of a file, which are
// no words of a text.
func IsAddress(word string) bool { return staysWhole(word) }
