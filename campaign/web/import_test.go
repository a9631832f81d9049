package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// upload sends a file with the import form.
func (s *site) upload(content string, fields ...string) answer {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range append(fields, "kind=journalist", "basis=legitimate_interest") {
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
		n, err := s.store.CountContacts(context.Background(), store.ContactFilter{})
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
	if lists, _ := s.store.FindLists(context.Background(), true); len(lists) != 0 {
		t.Fatalf("the preview made a list")
	}
	s.get(a.Path+"?outcome=rejected").want(t, 200, "rubbish")
	report := s.get(a.Path + "/report.csv")
	report.want(t, 200, "line,address,outcome", "3,rubbish,rejected", "'=cmd@x.example", "original: Medij", "rubbish,X,Y")

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
