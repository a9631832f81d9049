package web

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/glasnik/glasnik/campaign"
)

func TestTerms(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Viewer)
	s.get("/terms?q=reflection").want(t, 200, "recovery and reflection period", "period… oporavka i razmišljanja", "CETS 197, art. 13")
	if page := s.get("/terms?q=reflection"); strings.Contains(page.Body, "Council of Europe Convention") || strings.Contains(page.Body, "/terms/new") {
		t.Error("the search finds everything, or a viewer may add")
	}
	s.signInAs(campaign.Editor)
	s.get("/terms/new").want(t, 200, "Words to use")
	s.post("/terms/new", "words=", "words=", "words=House of Hope", "words=", "wrong=", "wrong=", "wrong=", "wrong=", "source=", "note=").want(t, 422, "Give the term in two languages", "House of Hope")
	s.post("/terms/new", "words=Kuć* nade", "words=", "words=House of Hope", "words=Maison de l’espoir", "wrong=", "wrong=", "wrong=Hope House", "wrong=", "source=us", "note=").want(t, 200, "Saved.", "House of Hope", "Kuć… nade", "Kuć… nade")
	all, err := s.store.Vocabularies.GetVocabulary(t.Context())
	if err != nil || len(all.Terms) != 1 {
		t.Fatal(all, err)
	}
	edit := "/terms/" + all.Terms[0].ID + "/edit"
	begun := valuesOf(s.get(edit).Body, "version", "base")
	s.post(edit, append(begun, "words=Kuć* nade", "words=", "words=House of Hope", "words=Maison de l’espoir", "wrong=Dom nade", "wrong=", "wrong=", "wrong=", "source=us", "note=")...).want(t, 200, "Saved.", "Dom nade")
	s.get("/terms.csv").want(t, 200, "en,fr,sr-Latn", "House of Hope,Maison de l’espoir,Kuć* nade,,,,Dom nade")
	s.importTerms("en;sr-Latn;note\nHouse of Hope;Kuć* nade;again\nsafe line;siguran broj;\n").want(t, 200, "2 terms are taken", "again", "safe line")
	s.importTerms("nothing of use").want(t, 422, "The file cannot be read")

	r := campaign.Release{Title: "Help", Source: campaign.English, Versions: []campaign.Version{
		{Language: campaign.English, Headline: "House of Hope opens", Body: "Human trafficking is a crime."}, {Language: campaign.SerbianLatin, Headline: "Otvoren dom", Body: "Trafiking je zločin."},
	}}
	if err := s.store.Releases.CreateRelease(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	s.get("/releases/"+r.ID+"/edit?lang=sr-Latn").want(t, 200, "“Human trafficking”: “Trafiking” is wrong or out of date.", "trgovin… ljudima", "“House of Hope”: the term is missing.")
	s.post("/terms/"+all.Terms[0].ID+"/delete").want(t, 200, "is deleted")
}

func TestPhrasesAndDictionary(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	page := s.get("/scripts")
	begun := valuesOf(page.Body, "version", "base")
	s.post("/scripts", append(begun, "latin=Astra", "cyrillic=", "latin=Njujork", "cyrillic=Нјујорк", "do=try", "try=Astra u Njujorku i Njujork, Microsoft")...).want(t, 200, "Astra у Њујорку и Нјујорк, Microsoft", "Stays as it is: Astra, Microsoft")
	s.post("/scripts", append(begun, "latin=Astra", "cyrillic=", "latin=Astra", "cyrillic=Астра", "do=save")...).want(t, 422, "is written in two ways")
	s.post("/scripts", append(begun, "latin=Astra", "cyrillic=", "latin=", "cyrillic=", "do=save")...).want(t, 200, "Saved.", `value="Astra"`)
	set, err := s.store.Settings.GetSettings(t.Context())
	if err != nil || len(set.Brand.Phrases) != 1 {
		t.Fatal(set.Brand.Phrases, err)
	}
	r := campaign.Release{Title: "Help", Source: campaign.SerbianLatin, Versions: []campaign.Version{{Language: campaign.SerbianLatin, Headline: "Astra pomaže", Body: "Telo"}}}
	if err := s.store.Releases.CreateRelease(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	edit := "/releases/" + r.ID + "/edit?lang=sr-Latn"
	form := append(valuesOf(s.get(edit).Body, "version", "base"), "language=sr-Latn", "source=sr-Latn", "zone=UTC", "kind=press_release", "title=Help", "headline=Astra pomaže", "body=Telo", "do=convert")
	s.post(edit, form...).want(t, 200, "Astra помаже")

	words := valuesOf(s.get("/words").Body, "version", "base")
	s.post("/words", append(words, "words=Žitište\nAstra Astra\nCZZTLJ")...).want(t, 200, "Saved.", "Astra\nCZZTLJ\nŽitište")
	s.post("/words/add", "word=Zvezdara").want(t, 200, "“Zvezdara” is in the dictionary.")
	all, err := s.store.Vocabularies.GetVocabulary(t.Context())
	if err != nil || len(all.Words) != 4 {
		t.Errorf("%v, %v", all.Words, err)
	}
}

// importTerms sends a file of terms.
func (s *site) importTerms(data string) answer {
	s.t.Helper()
	return s.do(http.MethodPost, "/terms/import", map[string][]string{}, func(r *http.Request) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		file, err := w.CreateFormFile("file", "terms.csv")
		must(s.t, err)
		_, err = file.Write([]byte(data))
		must(s.t, errors.Join(err, w.Close()))
		r.Body, r.ContentLength = io.NopCloser(&b), int64(b.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
	})
}

// Files of terms come in the encodings of spreadsheets, all that is wrong with one is told at once, and what is exported comes back.
func TestFilesOfTerms(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	const text = "en;sr-Latn;fr\r\nshelter;sigurna kuća za žrtve;foyer d’accueil\r\npress desk;redakcija;rédaction\r\n"
	encoded := map[string]string{"UTF-8": text, "tabs": strings.ReplaceAll(text, ";", "\t"), "sep": "sep=;\r\n" + text}
	for name, e := range map[string]interface{ String(string) (string, error) }{
		"Windows-1250": charmap.Windows1250.NewEncoder(), "UTF-16": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), "UTF-16 BE": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
	} {
		plain := text
		if name == "Windows-1250" {
			plain = strings.ReplaceAll(text, "foyer d’accueil", "foyer") // it has no French letters beside é
		}
		data, err := e.String(plain)
		must(t, err)
		encoded[name] = data
	}
	for name, data := range encoded {
		_, err := s.store.Vocabularies.UpdateVocabulary(t.Context(), func(v *campaign.Vocabulary) error { v.Terms = nil; return nil })
		must(t, err)
		s.importTerms(data).want(t, 200, "2 terms are taken", "sigurna kuća za žrtve")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	s.importTerms("en;sr-Latn\nshelter;ku\xe6a\nhotel za \xc4\x8d\xc4\x87\xc5\xa1;žđć\n").want(t, 422, "Line 2 has letters that cannot be read")
	s.importTerms("PK\x03\x04 and so on").want(t, 422, "This is no CSV file")
	s.importTerms(strings.Repeat("x", 2<<20+1)).want(t, 422, "2 MB are taken")
	s.importTerms("en;sr-Latn\n;\n").want(t, 422, "There are no terms")
	s.importTerms("").want(t, 422, "not empty")
	bad := s.importTerms("en,sr-Latn,sources\none,jedan,x\n\n\"two\nlines\",,\nthree,tri\nThree,treći\nx,y,z,surplus\n")
	bad.want(t, 422, "Line 1: there is no column “sources”", "Line 2: “x” stands in no column", "Line 8: “surplus” stands in no column")
	bad = s.importTerms("en,sr-Latn\none,jedan\n\n\"two\nlines\",\nthree,tri\nThree,treći\nok* a,x\n")
	bad.want(t, 422, "Line 4: give the term in two languages", "Line 7: “Three” stands here for the second time", "Line 8: in “ok* a” the * must stand")

	terms := []campaign.Term{
		{ID: "1", Words: campaign.Texts{campaign.English: "=1+1|-minus", campaign.French: "@ici, là"}, Wrong: campaign.Texts{campaign.English: "'=2"}, Source: "+381, \"said\"", Note: "a; b"},
		{ID: "2", Words: campaign.Texts{campaign.English: "l'État", campaign.SerbianCyrillic: "држав*"}},
	}
	_, err := s.store.Vocabularies.UpdateVocabulary(t.Context(), func(v *campaign.Vocabulary) error {
		v.Terms = nil
		return errors.Join(v.PutAll(terms)...)
	})
	must(t, err)
	read := func() []campaign.Term {
		all, err := s.store.Vocabularies.GetVocabulary(t.Context())
		must(t, err)
		for i := range all.Terms {
			all.Terms[i].UpdatedAt = time.Time{}
		}
		return all.Terms
	}
	before := read()
	file := s.get("/terms.csv").Body
	if strings.Contains(file, "\n=") || strings.Contains(file, ",=") || strings.Contains(file, ",@") || strings.Contains(file, "\"+381") {
		t.Errorf("a cell is a formula:\n%s", file)
	}
	s.importTerms(file).want(t, 200, "2 terms are taken")
	if after := read(); !reflect.DeepEqual(after, before) {
		t.Errorf("%+v became %+v", before, after)
	}
}
