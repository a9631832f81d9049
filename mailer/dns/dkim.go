package dns

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// CheckKey sees whether the record of a key is in the DNS as its signatures need it (RFC 6376).
func CheckKey(ctx context.Context, r Resolver, k *Key) Finding {
	return checkSigning(ctx, bounded{r}, k)
}

func checkSigning(ctx context.Context, dns bounded, k *Key) Finding {
	f := Finding{
		Topic: campaign.TopicDKIM, Of: k.Domain, Status: campaign.CheckFail, Aside: k.Waits || k.Rests,
		Records: []campaign.DNSRecord{{Type: "TXT", Name: k.Name, Value: k.Record}}, Mend: campaign.Textf("put this TXT record into the DNS: %s", k.Name),
	}
	if len(k.Record) > mostInString {
		f.Mend = campaign.Textf("%s\nIt has %d characters, and a string in the DNS at most %d: where the DNS does not split it by itself, write it as %s", f.Mend, len(k.Record), mostInString, InStrings(k.Record))
	}
	records, err := dns.txt(ctx, k.Name)
	switch {
	case err != nil && !isMissing(err):
		lost := unanswered(campaign.TopicDKIM, k.Name, err)
		lost.Of, lost.Mend, lost.Records = k.Domain, f.Mend, f.Records
		return lost
	case len(records) == 0 && k.Waits:
		f.Status, f.Detail = campaign.CheckWarn, campaign.Textf("the key waits for its record %s, and signs nothing before it is there", k.Name)
		return f
	case len(records) == 0:
		f.Detail = campaign.Textf("there is no record %s: receivers take every signature for bad", k.Name)
		return f
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
		f.Detail = campaign.Textf("the record %s holds no key: receivers take every signature for bad", k.Name)
		return f
	case len(keys) > 1:
		f.Detail = campaign.Textf("%s holds %d records with keys, and which of them a receiver takes is not known", k.Name, len(keys))
		f.Mend = campaign.Textf("keep only this one: %s  %s", k.Name, k.Record)
		return f
	}
	return compareKey(f, k, keys[0])
}

// compareKey compares the record with the one the key needs.
func compareKey(f Finding, k *Key, record string) Finding {
	tags, mistake := readTags(record)
	want, _ := readTags(k.Record)
	kind := cmp.Or(tags["k"], "rsa")
	has := func(list, one string) bool { return slices.Contains(strings.Split(list, ":"), one) }
	_, hasVersion := tags["v"]
	_, limited := tags["h"]
	_, services := tags["s"]
	var wrong campaign.Text
	switch {
	case !mistake.IsZero():
		wrong = campaign.Textf("it has a mistake (%s)", mistake)
	case hasVersion && (tags["v"] != "DKIM1" || !strings.HasPrefix(strings.TrimSpace(record), "v")):
		wrong = campaign.Textf("it must begin with v=DKIM1")
	case tags["p"] == "":
		wrong = campaign.Textf("it has no key in it, which means that it was revoked")
	case kind != want["k"]:
		wrong = campaign.Textf("it is for another kind of key (k=%s, and ours is %s)", kind, want["k"])
	case tags["p"] != want["p"] && strings.HasPrefix(want["p"], tags["p"]):
		wrong = campaign.Textf("it holds only the beginning of the key, and the rest is cut off")
	case tags["p"] != want["p"]:
		wrong = campaign.Textf("it holds another key")
	case limited && !has(tags["h"], "sha256"):
		wrong = campaign.Textf("it allows h=%s only, and signatures are made with sha256", tags["h"])
	case services && !has(tags["s"], "*") && !has(tags["s"], "email"):
		wrong = campaign.Textf("it is not for mail (s=%s)", tags["s"])
	}
	if !wrong.IsZero() {
		f.Detail = campaign.Textf("the record %s is not right: %s; receivers will take our signatures for forged", k.Name, wrong)
		return f
	}
	f.Records[0].There = true
	if has(tags["t"], "y") {
		f.Status, f.Mend = campaign.CheckWarn, campaign.Textf("take t=y out of the record")
		f.Detail = campaign.Textf("the record %s says that the domain only tests (t=y): receivers may treat mail as if it were not signed", k.Name)
		return f
	}
	f.Status, f.Mend = campaign.CheckFine, campaign.Text{}
	f.Detail = campaign.Textf("messages are signed for %s, and %s holds the key", k.Domain, k.Name)
	switch {
	case k.Waits:
		f.Detail = campaign.Textf("%s holds the new key", k.Name)
	case k.Rests:
		f.Detail = campaign.Textf("%s holds a key that signs no more; leave it while mail is under way", k.Name)
	}
	return f
}

// mostInString is how many octets one string of a TXT record holds (RFC 1035 section 3.3).
const mostInString = 255

// InStrings writes the value of a TXT record as a zone file has it where it is longer than one string.
func InStrings(value string) string {
	var parts []string
	for part := range slices.Chunk([]byte(value), mostInString) {
		parts = append(parts, `"`+string(part)+`"`)
	}
	return "( " + strings.Join(parts, " ") + " )"
}
