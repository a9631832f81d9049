package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
)

const maxPNGText = 60 << 10 // octets of a text in a PNG; a segment of JPEG, in which XMP is read, holds 64 kB

// pngTexts returns the texts of a PNG by their keywords (PNG section 11.3.3): tEXt and zTXt in Latin-1, iTXt in UTF-8. What is broken
// is passed over.
func pngTexts(data []byte) map[string]string {
	out := map[string]string{}
	for at := 8; at+12 <= len(data); {
		size, kind := int64(binary.BigEndian.Uint32(data[at:])), string(data[at+4:at+8])
		if size > int64(len(data)-at-12) {
			return out
		}
		chunk := data[at+8 : at+8+int(size)]
		at += 12 + int(size)
		key, text, found := bytes.Cut(chunk, []byte{0})
		if !found || out[string(key)] != "" {
			continue
		}
		latin := true
		switch kind {
		case "tEXt":
		case "zTXt":
			text = inflate(text[min(1, len(text)):])
		case "iTXt":
			text, latin = internationalText(text), false
		default:
			continue
		}
		if latin {
			letters := make([]rune, len(text))
			for i, c := range text {
				letters[i] = rune(c)
			}
			text = []byte(string(letters))
		}
		if len(text) <= maxPNGText {
			out[string(key)] = string(text)
		}
	}
	return out
}

// internationalText returns what an iTXt chunk holds after its keyword: whether and how it is packed, a language, the keyword in it,
// and the text.
func internationalText(data []byte) []byte {
	if len(data) < 2 {
		return nil
	}
	packed := data[0] == 1
	_, data, _ = bytes.Cut(data[2:], []byte{0})
	_, data, _ = bytes.Cut(data, []byte{0})
	if packed {
		return inflate(data)
	}
	return data
}

// inflate unpacks a text, or returns nil for one that is broken.
func inflate(data []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, maxPNGText+1))
	if err != nil {
		return nil
	}
	return out
}

// xmpAsJPEG puts XMP into an empty JPEG, from which it can be read.
func xmpAsJPEG(xmp string) []byte {
	segment := "http://ns.adobe.com/xap/1.0/\x00" + xmp
	out := binary.BigEndian.AppendUint16([]byte("\xff\xd8\xff\xe1"), uint16(len(segment)+2))
	return append(append(out, segment...), "\xff\xd9"...)
}
