//go:build ignore

// Pack makes words.gz of the list of dictionary-sr-latn (npm), one word a line: go run pack.go < index.dic
package main

import (
	"bufio"
	"compress/gzip"
	"os"
	"slices"
	"strings"
)

func main() {
	var words []string
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if w := strings.ToLower(strings.TrimSpace(in.Text())); w != "" && len(w) < 200 && (w[0] < '0' || w[0] > '9') {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	words = slices.Compact(words)
	out, err := gzip.NewWriterLevel(os.Stdout, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	before := ""
	for i, w := range words {
		if i%32 == 0 {
			before = "" // a block begins with a whole word
		}
		n := 0
		for n < len(w) && n < len(before) && w[n] == before[n] {
			n++
		}
		if _, err := out.Write(append([]byte{byte(n), byte(len(w) - n)}, w[n:]...)); err != nil {
			panic(err)
		}
		before = w
	}
	if err := out.Close(); err != nil {
		panic(err)
	}
}
