package web

import (
	"bytes"
	"context"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// upload sends a file with the import form.
func (s *site) upload(content string, fields ...string) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range append(fields, "kind=journalist", "basis=legitimate_interest", "reference=LIA-1") {
		name, value, _ := strings.Cut(f, "=")
		w.WriteField(name, value)
	}
	part, err := w.CreateFormFile("file", "people.csv")
	if err != nil {
		s.t.Fatal(err)
	}
	part.Write([]byte(content))
	w.Close()
	return s.do(http.MethodPost, "/import", nil, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(&b), int64(b.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	})
}

const people = "E-pošta;Ime;Prezime;Medij;Shoe size\nana@x.example;Ana;Đorđević;Glas Primera;38\nrubbish;X;Y;;\n=cmd@x.example;Eva;=1+1;;\nANA@x.example;;;;\n"

func TestImport(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	count := func() int64 {
		n, err := s.store.Contacts.CountContacts(context.Background(), store.ContactFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	a := s.upload(people, "list_name=Press")
	a.want(t, 200, "Nothing is written yet", "adds 2 contacts", "cells divided by semicolon", "Shoe size", "Kept as an attribute", "is not an e-mail address", "stands on line 2")
	checkMarkup(t, a)
	if n := count(); n != 0 {
		t.Fatalf("the preview wrote %d contacts", n)
	}
	if lists, _ := s.store.Lists.FindLists(context.Background(), true); len(lists) != 0 {
		t.Fatalf("the preview made a list")
	}
	s.get(a.Path+"?outcome=rejected").want(t, 200, "rubbish")
	report := s.get(a.Path + "/report.csv")
	report.want(t, 200, "line,address,outcome", "3,rubbish,Rejected", "'=cmd@x.example", "original: Medij", "rubbish,X,Y")

	s.post(a.Path).want(t, 200, "Imported: 2 contacts added")
	if n := count(); n != 2 {
		t.Errorf("%d contacts, want 2", n)
	}
	s.post(a.Path).want(t, 200) // pressing again does nothing
	export := s.get("/export?kind=journalist")
	export.want(t, 200, "email,first name", "Shoe size", "ana@x.example,Ana,Đorđević,journalist,Glas Primera", "'=1+1", "'=cmd@x.example")

	again := s.upload(export.Body, "list_name=press")
	again.want(t, 200, "There is nothing to import in this file")
	s.post(again.Path+"/cancel").want(t, 200, "Nothing was imported")
	s.get(again.Path).want(t, 404, "no longer here")
}

func TestImportAsksWhatTheBasisRestsOn(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	form := s.get("/import")
	form.want(t, 200, "Evidence for the legal basis", `name="reference"`)
	checkMarkup(t, form)
	s.upload(people, "list_name=Press", "reference="+strings.Repeat("x", 301)).want(t, 422, "longer than 300", `name="reference"`)
	a := s.upload(people, "list_name=Press", "reference=Assessment 7/2026")
	s.post(a.Path).want(t, 200, "Imported: 2 contacts added")
	c, err := s.store.Contacts.GetContactByAddress(t.Context(), "ana@x.example")
	if err != nil || len(c.Memberships) != 1 || c.Memberships[0].Reference != "Assessment 7/2026" {
		t.Errorf("%+v %v", c.Memberships, err)
	}
	s.get("/contacts/"+c.ID).want(t, 200, "Assessment 7/2026")
}

func TestImportRefusesBadFiles(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.upload("", "list_name=Typed").want(t, 422, "The file is empty", `value="Typed"`)
	s.upload("email\na@x.example\n", "list_name=Victims").want(t, 422, "never kept as contacts")
	s.upload("email\na@x.example\n", "basis=none").want(t, 422, "Choose the legal basis")
	s.upload("email;ime\na@x.example;\""+strings.Repeat("x", 1<<20)+"\"\n").want(t, 200, "longer than 64 KB")
	s.post("/import", "kind=journalist", "basis=consent").want(t, 422, "Choose a file")
	s.get("/export").want(t, 403)
}

// A file nobody understands is shown with its columns, for a person to say what they hold; it is remembered.
func TestImportColumnsAreChosen(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	file := "Kome;Ko;Šta\n" + strings.Repeat("nema;;\n", 60) + "ana@x.example;Ana Petrović;radio\n" // among the first rows is no address
	a := s.upload(file, "list_name=Press")
	a.want(t, 200, "The columns found are “Kome”, “Ko”, “Šta”", "Say below which column", `aria-label="What “Kome” holds"`, "nema", "Comma")
	checkMarkup(t, a)
	s.get(a.Path+"/report.csv").want(t, 404)
	s.post(a.Path).want(t, 200, "Say below which column") // nothing to import yet
	read := []string{"encoding=utf-8", "delimiter=;"}
	b := s.post(a.Path+"/columns", append(read, "column=email", "column=full name", "column=attribute")...)
	b.want(t, 200, "adds 1 contact", "ana<wbr>@x", "as they were for the last file")
	again := s.upload(file, "list_name=Press")
	again.want(t, 200, "adds 1 contact", "as they were for the last file")
	s.post(again.Path).want(t, 200, "Imported: 1 contact added", "Undo this import")
	c, err := s.store.Contacts.GetContactByAddress(context.Background(), "ana@x.example")
	if err != nil || c.LastName != "Petrović" || c.Attributes["Šta"] != "radio" {
		t.Errorf("%+v %v", c, err)
	}
	s.post(again.Path+"/columns", append(read, "column=ignored", "column=email", "column=notes")...).want(t, 200, "Imported: people.csv") // too late
}

func TestImportIsReadAnotherWay(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	a := s.upload("email;ime\nana@x.example;\x8ae\xe6erovi\xe6 \xf0\n")
	a.want(t, 200, "Windows-1250 (Central European)", "Šećerović đ")
	s.post(a.Path+"/columns", "encoding=windows-1251", "delimiter=;", "column=email", "column=first name").want(t, 200, "Windows-1251", "Љeжeroviж")
	s.post(a.Path+"/columns", "encoding=windows-1250", "delimiter=,", "column=email", "column=first name").want(t, 200, "divided by comma")
	s.post(a.Path+"/columns", "encoding=nonsense", "delimiter=;").want(t, 422, "is not one of", "divided by comma")
	s.post(a.Path+"/columns", "encoding=windows-1250", "delimiter=;").want(t, 200, "Šećerović đ", "adds 1 contact")
	progress := s.get(a.Path + "/progress")
	progress.want(t, 200, `id="progress"`, "every 1s")
	if strings.Contains(progress.Body, "At work") {
		t.Errorf("nothing is under way: %s", progress.Body)
	}
	s.post(a.Path+"/cancel").want(t, 200, "Nothing was imported")
	s.get(a.Path+"/progress").want(t, 404)
}

// A workbook that the panel gave out is taken in again, and its sheets can be chosen.
func TestImportOfAWorkbook(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	a := s.upload(people, "list_name=Press")
	s.post(a.Path).want(t, 200, "Imported")
	book := s.get("/export?format=xlsx")
	book.want(t, 200)
	if !strings.Contains(book.Header.Get("Content-Disposition"), ".xlsx") || !strings.HasPrefix(book.Body, "PK") {
		t.Errorf("%v", book.Header)
	}
	again := s.upload(book.Body, "list_name=Press", "policy=overwrite")
	again.want(t, 200, "Excel workbook · sheet “Contacts”", "There is nothing to import")
	s.post(again.Path+"/columns", "sheet=none").want(t, 422, "There is no sheet")
	s.get("/export?format=pdf").want(t, 400, "not one of csv, xlsx")
}

// What a table shows is what its export gives.
func TestExportOfWhatIsShown(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	for email, kind := range map[string]campaign.Kind{"ana@x.example": campaign.Journalist, "skola@x.example": campaign.School} {
		if err := s.store.Contacts.CreateContact(context.Background(), &campaign.Contact{Email: email, Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	page := s.get("/contacts?kind=school&q=skola&sort=address")
	link := "/export?format=csv&kind=school&q=skola"
	page.want(t, 200, html.EscapeString(link), html.EscapeString("/export?format=xlsx&kind=school&q=skola"))
	file := s.get(link)
	file.want(t, 200, "skola@x.example")
	if strings.Contains(file.Body, "ana@x.example") {
		t.Errorf("somebody who was not shown: %s", file.Body)
	}
}

func TestImportIsUndone(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	a := s.upload(people, "list_name=Press")
	s.post(a.Path).want(t, 200, "Imported")
	done, err := s.store.Imports.FindImports(context.Background(), 1)
	if err != nil || len(done) != 1 {
		t.Fatal(done, err)
	}
	undo := "/imports/" + done[0].ID + "/undo"
	s.get("/import").want(t, 200, "Earlier imports", "people.csv", `data-label="Imported by">Test editor`, undo)
	s.get(undo).want(t, 200, "Take back the import of people.csv", "2 contacts that it added will be removed")
	s.post(undo).want(t, 200, "Taken back: 2 contacts removed, 0 contacts put back.")
	if n, _ := s.store.Contacts.CountContacts(context.Background(), store.ContactFilter{}); n != 0 {
		t.Errorf("%d contacts are left", n)
	}
	s.post(undo).want(t, 200, "undone already")
	s.get("/imports/none/undo").want(t, 404)
}

// A file that waits may quote a person who was erased: it is dropped, wherever that was done.
func TestUploadsDoNotOutliveAnErasure(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	for name, erase := range map[string]func(id string){
		"in the panel": func(id string) { s.post("/contacts/"+id+"/erase", "how=erase").want(t, 200, "is erased") },
		"elsewhere": func(id string) {
			if err := s.store.Eraser.EraseContact(context.Background(), id); err != nil {
				t.Fatal(err)
			}
		},
	} {
		id := s.addPerson(t, "zdravka@x.example")
		waits := s.upload("email;ime\nzdravka@x.example;Zdravka\n")
		waits.want(t, 200, "zdravka<wbr>@x<wbr>.example")
		erase(id)
		for _, page := range []string{"", "/report.csv", "/progress"} {
			if a := s.get(waits.Path + page); a.Status != 404 || strings.Contains(a.Body, "dravka") {
				t.Errorf("%s, after an erasure %s: %d %s", page, name, a.Status, webtest.MainOf(a.Body))
			}
		}
		s.post(waits.Path).want(t, 404, "end it again", "erased")
		if err := s.store.Suppressions.Unsuppress(context.Background(), "zdravka@x.example"); err != nil {
			t.Fatal(err)
		}
	}
	s.upload("email;ime\nmarko@x.example;Marko\n").want(t, 200, "adds 1 contact")
}

// What was uploaded is in no file with a name once the request is over: it holds addresses.
func TestNoFileOfAnUploadStays(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := newSite(t)
	s.signInAs(campaign.Editor)
	long := "email\n" + strings.Repeat("ana@example.org\n", 3*maxFormMemory/16)
	for name, a := range map[string]answer{
		"taken": s.upload(long), "refused": s.upload(long, "policy=nonsense"), "of another address": s.do(http.MethodPost, "/releases/new", nil, func(r *http.Request) {
			body := "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.txt\"\r\n\r\n" + long + "\r\n--edge--\r\n"
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Type", "multipart/form-data; boundary=edge")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}),
	} {
		if a.Status != http.StatusOK && a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d", name, a.Status)
		}
	}
	s.web.Close() // it waits until every request is over, which is after its answer
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("%d files stay: %v %v", len(left), left, err)
	}
}
