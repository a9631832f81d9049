package main

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign/backup"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// somebody is a person whose every word can be told from all others.
const somebody = `email;ime;prezime;medij;pozicija;telefon;mesto;napomena;rubrika;jezik
zdravka.kovilic@pokazivac.example;Zdravka;Kovilić-Šumarac;;urednica dopisništva;+381 64 0770770;Bešenovo;Voli jorgovan, zove posle podne.;Pčelarstvo;srpski
marko@primer.example;Marko;;;;;;;;srpski
`

var somebodysTraces = []string{
	"dravka", "DRAVKA", "Здравка", "ovilić", "ovilic", "Ковилић", "umarac", "pokazivac", "dopisni", "0770770", "ešenovo", "esenovo", "jorgovan", "čelarstvo", "celarstvo",
}

// tracesIn says which traces of the person are in some bytes.
func tracesIn(data []byte) (found []string) {
	for _, trace := range somebodysTraces {
		if bytes.Contains(data, []byte(trace)) {
			found = append(found, trace)
		}
	}
	return found
}

func TestNothingIsLeftOfAPersonOnSQLite(t *testing.T) { nothingIsLeft(t) }

func TestNothingIsLeftOfAPersonOnMongoDB(t *testing.T) { nothingIsLeft(t, onMongoDB(t)) }

// nothingIsLeft follows a person from an import to their erasure, and then looks for them everywhere: in the database file
// and all else in the data folder, a backup made after, one made before and put back, the log, and every page of the panel.
func nothingIsLeft(t *testing.T, environ ...string) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, append(environ, testPassphrase, "GLASNIK_LOG_LEVEL=info")...)
	var log lockedBuffer
	run := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if code := d.program(&out, &log).run(t.Context(), d.inFolder(args)); code != exitOK {
			t.Fatalf("glasnik %v: exit %d: %s", args, code, log.String())
		}
		return out.String()
	}
	id := d.campaign(somebody)
	run("campaigns", "send", id, "--wait")
	run("users", "add", "ana@example.org", "--role", "admin")
	run("backup", "before.age")
	visitor := d.signedIn(&log)
	theirs := 0
	for _, page := range visitor.crawl() {
		if len(tracesIn(page)) > 0 {
			theirs++
		}
	}
	if data := d.kept(); theirs < 5 || len(tracesIn(data)) < 8 && len(environ) == 0 {
		t.Fatalf("the test is blind: before, it finds the person on %d pages, and in the data %q", theirs, tracesIn(data))
	}
	figures := d.statusOf(id).Runs[0].Figures
	visitor.erase("zdravka.kovilic@pokazivac.example")

	for path, page := range visitor.crawl() {
		if found := tracesIn(page); len(found) > 0 {
			t.Errorf("the page %s still says %q", path, found)
		}
	}
	visitor.leave()
	if found := tracesIn(d.kept()); len(found) > 0 {
		t.Errorf("the data folder still holds %q", found)
	}
	if now := d.statusOf(id).Runs[0].Figures; !reflect.DeepEqual(now, figures) {
		t.Errorf("figures were %+v and are %+v", figures, now)
	}
	run("backup", "after.age")
	if found := tracesIn(d.plain("after.age")); len(found) > 0 {
		t.Errorf("a backup made after holds %q", found)
	}
	if found := tracesIn(d.plain("before.age")); len(found) < 8 {
		t.Errorf("the test is blind: in the backup made before it finds %q", found)
	}
	if out := run("restore", "before.age", "--replace"); !strings.Contains(out, "Erased again") {
		t.Errorf("restoring says %q", out)
	}
	if found := tracesIn(d.kept()); len(found) > 0 {
		t.Errorf("once the backup made before is put back, the data folder holds %q", found)
	}
	run("backup", "again.age")
	if found := tracesIn(d.plain("again.age")); len(found) > 0 {
		t.Errorf("once the backup made before is put back, the store holds %q", found)
	}
	if found := tracesIn([]byte(log.String())); len(found) > 0 {
		t.Errorf("the log says %q:\n%s", found, log.String())
	}
	d.write("people.csv", somebody)
	if out := run("contacts", "import", "people.csv", "--list", "Press", "--json"); len(tracesIn(d.kept())) > 0 {
		t.Errorf("an import brought them back: %s", out)
	}
}

// kept is everything in the data folder.
func (d *desk) kept() (all []byte) {
	d.t.Helper()
	err := filepath.WalkDir(d.path("data"), func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, data...)
		return err
	})
	must(d.t, err)
	return all
}

// plain is what a backup holds.
func (d *desk) plain(path string) []byte {
	d.t.Helper()
	_, passphrase, _ := strings.Cut(testPassphrase, "=")
	f, err := backup.Open(d.path(path), passphrase)
	must(d.t, err)
	defer f.Close()
	data, err := io.ReadAll(f)
	must(d.t, err)
	return data
}

// visitor is an admin in the panel.
type visitor struct {
	t      *testing.T
	in     *installation
	server *httptest.Server
	client *http.Client
}

// signedIn opens the panel for the one user there is.
func (d *desk) signedIn(log io.Writer) *visitor {
	d.t.Helper()
	in, err := d.program(io.Discard, log).open(d.t.Context())
	must(d.t, err)
	handler, err := in.web(in.scheduler(), "")
	must(d.t, err)
	jar, _ := cookiejar.New(nil)
	v := &visitor{d.t, in, httptest.NewServer(handler), &http.Client{Jar: jar}}
	us, err := in.store.Users.FindUsers(d.t.Context())
	if err != nil || len(us) != 1 {
		d.t.Fatalf("%d users, %v", len(us), err)
	}
	link, err := in.signInLink(d.t.Context(), us[0].ID)
	must(d.t, err)
	v.post("/sign-in/"+link[strings.LastIndexByte(link, '/')+1:], nil)
	return v
}

func (v *visitor) leave() {
	v.server.Close()
	must(v.t, v.in.close())
}

func (v *visitor) post(path string, form url.Values) {
	v.t.Helper()
	a, err := v.client.PostForm(v.server.URL+path, form)
	must(v.t, err)
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(a.Body)
		v.t.Fatalf("POST %s: %d %s", path, a.StatusCode, body)
	}
}

func (v *visitor) erase(address string) {
	v.t.Helper()
	c, err := v.in.store.Contacts.GetContactByAddress(v.t.Context(), address)
	must(v.t, err)
	v.post("/contacts/"+c.ID+"/erase", url.Values{"how": {"erase"}})
}

var pageLink = regexp.MustCompile(`(?:href|hx-get|src)="(/[^"]*)`)

// crawl opens what can be reached by links from the home page, and returns what each answers: of pages that differ in ids and
// choices only some, since a calendar never ends.
func (v *visitor) crawl() map[string][]byte {
	v.t.Helper()
	const most, ofAKind = 500, 8
	pages, kinds, from := map[string][]byte{}, map[string]int{}, map[string]string{}
	for next := []string{"/"}; len(next) > 0 && len(pages) < most; next = next[1:] {
		path := next[0]
		if _, seen := pages[path]; seen || strings.HasPrefix(path, "/assets/") {
			continue
		}
		at, err := url.Parse(path)
		must(v.t, err)
		if kinds[shapeOf(at)]++; kinds[shapeOf(at)] > ofAKind {
			continue
		}
		a, err := v.client.Get(v.server.URL + path)
		must(v.t, err)
		body, err := io.ReadAll(a.Body)
		a.Body.Close()
		if err != nil || a.StatusCode >= http.StatusBadRequest && !strings.HasPrefix(path, "/sign-") {
			v.t.Fatalf("%s, to which %s leads: %d, %v", path, from[path], a.StatusCode, err)
		}
		pages[path] = body
		for _, link := range pageLink.FindAllSubmatch(body, -1) {
			to, _, _ := strings.Cut(html.UnescapeString(string(link[1])), "#")
			from[to] = path
			next = append(next, to)
		}
	}
	return pages
}
