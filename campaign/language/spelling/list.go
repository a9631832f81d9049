package spelling

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"sort"
	"strings"
	"sync"
)

//go:embed words.gz
var packed []byte

// list is a sorted list of words. Each is stored as how many octets it shares with the one before, how many follow, and these; every
// 32nd is whole.
type list struct {
	data   []byte
	blocks []int // where each 32nd word begins
}

const blockSize = 32

// serbian is the list of Serbian forms in small Latin letters: 259,000 in 1.3 MB, read when first asked for.
var serbian = sync.OnceValue(func() *list {
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return &list{} // part of the program; a test reads it
	}
	data, err := io.ReadAll(in)
	if err != nil {
		return &list{}
	}
	l := &list{data: data}
	for at, n := 0, 0; at < len(data); n++ {
		if n%blockSize == 0 {
			l.blocks = append(l.blocks, at)
		}
		at += 2 + int(data[at+1])
	}
	return l
})

// has reports whether a word is in the list.
func (l *list) has(word string) bool {
	block := sort.Search(len(l.blocks), func(i int) bool { return l.head(i) > word }) - 1
	if block < 0 {
		return false
	}
	end := len(l.data)
	if block+1 < len(l.blocks) {
		end = l.blocks[block+1]
	}
	var room [256]byte
	current := room[:0]
	for at := l.blocks[block]; at < end; {
		shared, more := int(l.data[at]), int(l.data[at+1])
		current = append(current[:shared], l.data[at+2:at+2+more]...)
		if string(current) >= word {
			return string(current) == word
		}
		at += 2 + more
	}
	return false
}

func (l *list) head(block int) string {
	at := l.blocks[block]
	return string(l.data[at+2 : at+2+int(l.data[at+1])])
}

// endings are those that Serbian words have, for forms the list lacks of words it has.
var endings = strings.Fields(`ovima ijama ijima ijem ijom ovi ove ova ovu ama ima oga ome omu ega emu ski ska sko ske ući uje uju ati iti ali ili ala ila alo ilo ale ile ao io
	aju amo imo ate ite ah eh em om im ih og oj eg ej u a e i o`)

// knowsStem reports whether the list has another form of a word.
func (l *list) knowsStem(word string) bool {
	for _, ending := range append(endings, "") {
		stem, ok := strings.CutSuffix(word, ending)
		if !ok || len(stem) < 5 {
			continue
		}
		if l.has(stem) {
			return true
		}
		found := 0
		for _, other := range endings {
			if other != ending && l.has(stem+other) {
				if found++; found == 2 {
					return true
				}
			}
		}
	}
	return false
}
