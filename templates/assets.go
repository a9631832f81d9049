package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// AssetsPath is where the assets are served; what follows is the hash of the content, a slash and the name.
const AssetsPath = "/assets/"

// Assets are the style sheets, scripts and pictures of the panel and the public pages. The address of each holds a hash
// of its content, so that browsers may keep it for ever and a new version of the program shows its own at once.
type Assets struct {
	files map[string]asset // by name
}

type asset struct {
	data   []byte
	packed func() []byte // data by gzip, made when it is first asked for; nil of what is compressed by its format
	hash   string
	kind   string
}

// NewAssets reads the embedded files.
func NewAssets() (*Assets, error) {
	a := &Assets{files: map[string]asset{}}
	err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		kind := mediaType(name)
		if kind == "" {
			return nil // a licence or a script for developers: not for browsers
		}
		data, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		f := asset{data: data, hash: hex.EncodeToString(sum[:6]), kind: kind}
		if strings.HasPrefix(kind, "text/") || kind == "image/svg+xml" {
			f.packed = sync.OnceValue(func() []byte { return packed(data) })
		}
		a.files[strings.TrimPrefix(name, "assets/")] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	return a, nil
}

// URL returns the address of an asset; an unknown name is a mistake in a template, found when the pages are tested.
func (a *Assets) URL(name string) (string, error) {
	f, ok := a.files[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return AssetsPath + f.hash + "/" + name, nil
}

// ServeHTTP answers for an asset. An address with an old hash gets the present content, but must not be cached.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, AssetsPath), "/")
	f, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "no-cache")
	if hash == f.hash {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	data := f.data
	if f.packed != nil {
		w.Header().Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			w.Header().Set("Content-Encoding", "gzip")
			data = f.packed()
		}
	}
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

// acceptsGzip reports whether the answer to r may be compressed by gzip (RFC 9110, 12.5.3); a browser that names neither it nor
// “*” gets the data as it is.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ToLower(coding), ";")
		if name := strings.TrimSpace(name); name != "gzip" && name != "*" {
			continue
		}
		_, value, _ := strings.Cut(weight, "=")
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return weight == "" || err == nil && q > 0
	}
	return false
}

func packed(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails on a wrong level only
	w.Write(data)                                         // as a buffer never does
	w.Close()
	return b.Bytes()
}

// mediaType returns the Content-Type of a file by its name, "" for what is not served. The machine's own table of types
// is asked last: it differs from one to the next.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png", ".ico", ".woff2":
		return mime.TypeByExtension(path.Ext(name))
	}
	return ""
}
