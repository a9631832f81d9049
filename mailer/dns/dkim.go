package dns

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// checkSigning says what must be in the DNS for our signatures (RFC 6376), and whether it does.
func checkSigning(ctx context.Context, m *Mail, dns bounded) Finding {
	const what = "signing (DKIM)"
	if m.DKIM == nil {
		return Finding{What: what, Status: Fine, Detail: "messages are not signed here: the mail server should do it"}
	}
	name, value := m.DKIM.Record()
	mend := "put this TXT record into the DNS: " + name + "  " + value
	if len(value) > mostInString {
		mend += fmt.Sprintf("\nIt has %d characters, and a string in the DNS at most %d: where the DNS does not split it by itself, write it as %s", len(value), mostInString, inStrings(value))
	}
	records, err := dns.txt(ctx, name)
	switch {
	case err != nil && !isMissing(err):
		f := unanswered(what, name, err)
		f.Mend = mend
		return f
	case len(records) == 0:
		return Finding{What: what, Status: Fail, Detail: "there is no record " + name + ": receivers take every signature for bad", Mend: mend}
	}
	var keys []string
	for _, r := range records {
		tags, _ := readTags(r)
		if _, hasKey := tags["p"]; hasKey || strings.HasPrefix(r, "v=DKIM1") {
			keys = append(keys, r)
		}
	}
	switch {
	case len(keys) == 0:
		return Finding{What: what, Status: Fail, Detail: "the record " + name + " holds no key: receivers take every signature for bad", Mend: mend}
	case len(keys) > 1:
		return Finding{What: what, Status: Fail, Detail: fmt.Sprintf("%s holds %d records with keys, and which of them a receiver takes is not known", name, len(keys)), Mend: "keep only this one: " + name + "  " + value}
	}
	return checkKey(m.DKIM.Domain(), name, keys[0], value, mend)
}

// checkKey compares the record with the one our key needs.
func checkKey(domain, name, record, wanted, mend string) Finding {
	tags, wrong := readTags(record)
	want, _ := readTags(wanted)
	kind := cmp.Or(tags["k"], "rsa")
	has := func(list, one string) bool { return slices.Contains(strings.Split(list, ":"), one) }
	_, hasVersion := tags["v"]
	_, limited := tags["h"]
	_, services := tags["s"]
	switch {
	case wrong != "":
		wrong = "has a mistake (" + wrong + ")"
	case hasVersion && (tags["v"] != "DKIM1" || !strings.HasPrefix(strings.TrimSpace(record), "v")):
		wrong = "must begin with v=DKIM1"
	case tags["p"] == "":
		wrong = "has no key in it, which means that it was revoked"
	case kind != want["k"]:
		wrong = "is for another kind of key (k=" + kind + ", and ours is " + want["k"] + ")"
	case tags["p"] != want["p"]:
		wrong = "holds another key"
	case limited && !has(tags["h"], "sha256"):
		wrong = "allows h=" + tags["h"] + " only, and signatures are made with sha256"
	case services && !has(tags["s"], "*") && !has(tags["s"], "email"):
		wrong = "is not for mail (s=" + tags["s"] + ")"
	}
	if wrong != "" {
		return Finding{What: "signing (DKIM)", Status: Fail, Detail: "the record " + name + " " + wrong + ": receivers will take our signatures for forged", Mend: mend}
	}
	if has(tags["t"], "y") {
		return Finding{What: "signing (DKIM)", Status: Warn, Detail: "the record " + name + " says that the domain only tests (t=y): receivers may treat mail as if it were not signed", Mend: "take t=y out of the record"}
	}
	return Finding{What: "signing (DKIM)", Status: Fine, Detail: "messages are signed for " + domain + ", and " + name + " holds the key"}
}

// mostInString is how many octets one string of a TXT record holds (RFC 1035 section 3.3).
const mostInString = 255

// inStrings writes a record as a zone file has it.
func inStrings(value string) string {
	var parts []string
	for part := range slices.Chunk([]byte(value), mostInString) {
		parts = append(parts, `"`+string(part)+`"`)
	}
	return "( " + strings.Join(parts, " ") + " )"
}
