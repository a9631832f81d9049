package webtest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/web/request"
)

// yamlBomb grows tenfold with each level when its aliases are followed.
func yamlBomb() string {
	b := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := 1; i < 9; i++ {
		b += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	return b + "email: *a8"
}

// StrangeBodies are bodies no form of ours has, by what they are said to be.
func StrangeBodies() map[string]string {
	msgpack := strings.Repeat("\x91", 15000)
	return map[string]string{
		"application/yaml": yamlBomb(), "application/x-yaml": yamlBomb(), "text/yaml": strings.Repeat("[", 15000),
		"application/toml": "a = " + strings.Repeat("[", 15000), "application/json": strings.Repeat("[", 15000), "application/xml": "<a>" + strings.Repeat("<b>", 5000),
		"text/xml": "<a/>", "application/x-msgpack": msgpack, "application/msgpack": msgpack, "application/bson": "\x05\x00\x00\x00\x00",
		"application/x-protobuf": "\x08\x01", "text/plain": "a=b", "": "a=b", "rubbish": "a=b", "application/x-www-form-urlencoded, application/yaml": yamlBomb(),
		request.Form: "a=b", request.Multipart: MultipartOf(map[string]string{"a": "b"}),
	}
}

// MultipartOf returns a form with the boundary "edge".
func MultipartOf(fields map[string]string) string {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.SetBoundary("edge")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		w.WriteField(name, fields[name])
	}
	w.Close()
	return b.String()
}

// Counting counts the bytes that are read.
type Counting struct {
	io.Reader
	N int
}

func (c *Counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.N += n
	return n, err
}
