package dmarc

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// report is one as large receivers send it.
const report = `<?xml version="1.0" encoding="UTF-8" ?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
  <version>1.0</version>
  <report_metadata>
    <org_name>receiver.example</org_name><email>noreply@receiver.example</email><report_id>1234567890</report_id>
    <date_range><begin>1700000000</begin><end>1700086399</end></date_range>
  </report_metadata>
  <policy_published><domain>example.org</domain><adkim>r</adkim><aspf>r</aspf><p>none</p><sp>none</sp><pct>100</pct></policy_published>
  <record>
    <row><source_ip>192.0.2.10</source_ip><count>40</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>
    <identifiers><header_from>example.org</header_from></identifiers>
    <auth_results><dkim><domain>example.org</domain><selector>news</selector><result>pass</result></dkim><spf><domain>example.org</domain><result>pass</result></spf></auth_results>
  </record>
  <record>
    <row><source_ip>2001:DB8::0001</source_ip><count>2</count><policy_evaluated><disposition>quarantine</disposition><dkim>fail</dkim><spf>fail</spf></policy_evaluated></row>
    <identifiers><header_from>example.org</header_from></identifiers>
    <auth_results><spf><domain>bad.example</domain><result>pass</result></spf></auth_results>
  </record>
  <record>
    <row><source_ip>192.0.2.10</source_ip><count>3</count><policy_evaluated><disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
    <auth_results><dkim><domain>example.org</domain><result>pass</result></dkim></auth_results>
  </record>
</feedback>`

func packed(t testing.TB, what string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := io.WriteString(z, what)
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, data := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func all(data []byte) (out []campaign.DMARCReport, err error) {
	err = Read(bytes.NewReader(data), func(r campaign.DMARCReport) error {
		out = append(out, r)
		return nil
	})
	return out, err
}

func TestReadReports(t *testing.T) {
	for name, data := range map[string][]byte{
		"plain": []byte(report), "with a mark": []byte("\ufeff" + report), "gzip": packed(t, report), "zip": zipped(t, map[string][]byte{"receiver.example!example.org!1!2.xml": []byte(report)}),
		"gzip in zip": zipped(t, map[string][]byte{"a.xml.gz": packed(t, report), "readme.txt": []byte("hello")}),
	} {
		found, err := all(data)
		if err != nil || len(found) != 1 {
			t.Errorf("%s: %d, %v", name, len(found), err)
			continue
		}
		r := found[0]
		if r.Reporter != "receiver.example" || r.Domain != "example.org" || r.Policy != "none" || r.Since.Unix() != 1700000000 || len(r.Sources) != 2 || r.ID == "" {
			t.Errorf("%s: %+v", name, r)
			continue
		}
		if s := r.Sources[0]; s.Address != "192.0.2.10" || s.Messages != 43 || s.Passed != 43 || s.DKIM != 43 || s.SPF != 40 || s.Stopped != 0 || strings.Join(s.Signers, " ") != "example.org" {
			t.Errorf("%s: %+v", name, s)
		}
		if s := r.Sources[1]; s.Address != "2001:db8::1" || s.Messages != 2 || s.Failed() != 2 || s.Stopped != 2 || strings.Join(s.Paths, " ") != "bad.example" {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// What is made to cost memory or time is refused within its bounds.
func TestHostileReports(t *testing.T) {
	bomb := bytes.Repeat(packed(t, strings.Repeat(" ", 1<<20)), 2000) // gzip files one after the other are one
	rows := strings.Replace(report, "</feedback>", "", 1)
	row := "<record><row><source_ip>192.0.2.%d</source_ip><count>1</count></row></record>"
	many := rows
	for i := range 3000 {
		many += fmt.Sprintf(strings.Replace(row, "192.0.2.%d", "10.%d.%d.1", 1), i/250, i%250)
	}
	for name, c := range map[string]struct {
		data []byte
		says string // "": it is read
	}{
		"empty":             {nil, "no aggregate report"},
		"text":              {[]byte("hello"), "no aggregate report"},
		"html":              {[]byte("<html><body>hello</body></html>"), "no aggregate report"},
		"entities":          {[]byte(`<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]><feedback><version>&lol2;</version></feedback>`), "document type"},
		"external entity":   {[]byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><feedback>&x;</feedback>`), "document type"},
		"unknown entity":    {[]byte(`<feedback><version>&x;</version></feedback>`), "damaged"},
		"bomb":              {bomb, "larger"},
		"bomb in zip":       {zipped(t, map[string][]byte{"a.xml.gz": bomb}), "larger"},
		"gzip in gzip":      {packed(t, string(packed(t, string(packed(t, string(packed(t, report))))))), "larger"},
		"a text":            {[]byte("<feedback><version>" + strings.Repeat("x", 4*maxToken)), "larger"},
		"a comment":         {[]byte("<feedback><!-- " + strings.Repeat("< x > ", maxToken)), "larger"},
		"an attribute":      {[]byte(`<feedback a="` + strings.Repeat("x", 4*maxToken)), "larger"},
		"deep":              {[]byte("<feedback>" + strings.Repeat("<a>", 1000)), "larger"},
		"cut":               {[]byte(report[:len(report)/2]), "damaged"},
		"crossed":           {[]byte("<feedback><a></b></feedback>"), "do not match"},
		"no domain":         {[]byte(strings.Replace(report, "<domain>example.org</domain><adkim>", "<adkim>", 1)), "no domain"},
		"no days":           {[]byte(strings.Replace(report, "1700000000", "x", 1)), "which days"},
		"of the future":     {[]byte(strings.Replace(report, "1700086399", "8000000000", 1)), "which days"},
		"a count that lies": {[]byte(strings.Replace(report, "<count>40<", "<count>-40<", 1)), ""},
		"many sources":      {[]byte(many + "</feedback>"), ""},
		"many files": {zipped(t, func() map[string][]byte {
			m := map[string][]byte{}
			for i := range maxFiles + 1 {
				m[fmt.Sprint(i, ".xml")] = []byte(report)
			}
			return m
		}()), "larger"},
		"damaged zip": {[]byte("PK\x03\x04" + report), "damaged"}, "damaged gzip": {[]byte("\x1f\x8b" + report), "damaged"},
	} {
		found, err := all(c.data)
		switch {
		case c.says == "" && (err != nil || len(found) != 1):
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", name, err)
		}
		if name == "many sources" && len(found) == 1 && (len(found[0].Sources) != campaign.MostDMARCSources || found[0].Others.Messages == 0) {
			t.Errorf("%d sources told apart, %d messages of others", len(found[0].Sources), found[0].Others.Messages)
		}
	}
}

// What is unpacked is bounded for all files of an archive together.
func TestBudget(t *testing.T) {
	for name, data := range map[string][]byte{"xml": []byte(report), "gzip": packed(t, report), "zip": zipped(t, map[string][]byte{"a.xml": []byte(report)})} {
		for room, good := range map[int]bool{len(report) + 1: true, len(report) / 2: false} {
			n := 0
			err := read(bufio.NewReader(bytes.NewReader(data)), &budget{left: int64(room)}, 0, func(campaign.DMARCReport) error { n++; return nil })
			if (n == 1 && err == nil) != good {
				t.Errorf("%s with room for %d of %d: %d, %v", name, room, len(report), n, err)
			}
		}
	}
	left := &budget{left: 1000}
	for range 3 {
		if _, err := io.Copy(io.Discard, limited{io.LimitReader(strings.NewReader(strings.Repeat("x", 1000)), 400), left}); left.left <= 0 != (err != nil) {
			t.Errorf("%d left: %v", left.left, err)
		}
	}
}

func mail(subject, kind, name string, data []byte) string {
	return "From: noreply@receiver.example\r\nSubject: " + subject + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nThis is a report.\r\n--b\r\nContent-Type: " + kind + "; name=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(data) + "\r\n--b--\r\n"
}

func TestReportsOutOfMessages(t *testing.T) {
	subject := "Report Domain: example.org Submitter: receiver.example Report-ID: 1"
	single := "Subject: " + subject + "\r\nContent-Type: application/gzip; name=a.xml.gz\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(packed(t, report)) + "\r\n"
	for name, c := range map[string]struct {
		mail string
		n    int
		may  bool
	}{
		"zip":         {mail(subject, "application/zip", "a.zip", zipped(t, map[string][]byte{"a.xml": []byte(report)})), 1, true},
		"octets":      {mail(subject, "application/octet-stream", "a.xml.gz", packed(t, report)), 1, true},
		"as a whole":  {single, 1, true},
		"no report":   {mail("Re: your letter", "image/png", "a.png", []byte("x")), 0, false},
		"a lie":       {mail(subject, "application/zip", "a.zip", []byte("x")), 0, true},
		"no message":  {"hello", 0, false},
		"only a head": {"Subject: Report domain: x", 0, true},
	} {
		if may := MayBring(bufio.NewReaderSize(strings.NewReader(c.mail), peeked)); may != c.may {
			t.Errorf("%s: may bring one: %v", name, may)
		}
		n, err := ReadMessage(strings.NewReader(c.mail), func(campaign.DMARCReport) error { return nil })
		if n != c.n || (err == nil) != (c.n > 0) {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	down := errors.New("the store is down")
	if _, err := ReadMessage(strings.NewReader(single), func(campaign.DMARCReport) error { return down }); !errors.Is(err, down) {
		t.Errorf("a report that was not stored: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(report))
	f.Add(packed(f, report))
	f.Add(zipped(f, map[string][]byte{"a.xml": []byte(report)}))
	f.Add([]byte(mail("Report Domain: x", "application/zip", "a.zip", []byte(report))))
	f.Fuzz(func(t *testing.T, data []byte) {
		check := func(r campaign.DMARCReport) error {
			if r.Domain == "" || r.ID == "" || len(r.Sources) > campaign.MostDMARCSources || r.Until.Before(r.Since) {
				t.Errorf("%+v", r)
			}
			for _, s := range r.Sources {
				if s.Passed > s.Messages || s.Messages < 0 || s.Address == "" {
					t.Errorf("%+v", s)
				}
			}
			return nil
		}
		_ = Read(bytes.NewReader(data), check)
		_, _ = ReadMessage(bytes.NewReader(data), check)
	})
}

// A zip file may hold what is no report beside reports, as macOS makes them, and a report may be in an old charset.
func TestReportsBesideOtherFiles(t *testing.T) {
	old := strings.NewReplacer("UTF-8", "ISO-8859-1", "receiver.example</org", "Soci\xe9t\xe9</org").Replace(report)
	got, err := all(zipped(t, map[string][]byte{"a.xml": []byte(report), "__MACOSX/._a.xml": []byte("\x00\x05\x16\x07junk"), "z.xml": []byte(old), "empty.xml": nil}))
	if err != nil || len(got) != 2 || got[0].Reporter+got[1].Reporter != "receiver.exampleSoci?t?" && got[0].Reporter+got[1].Reporter != "Soci?t?receiver.example" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := all(zipped(t, map[string][]byte{"._a.xml": []byte("junk")})); !errors.Is(err, ErrNoReport) || len(got) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
