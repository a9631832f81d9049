package inbound

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/mailer/refusal"
)

// body is the text of a message, from HTML where it has no other.
func (m *Message) body() string {
	if strings.TrimSpace(m.Text) == "" && m.HTML != "" {
		return head(textOf(m.HTML), maxText)
	}
	return head(m.Text, maxText)
}

// maxText is how many octets of a text are looked at for words, and maxNamed how many recipients it may name.
const (
	maxText  = 16 << 10
	maxNamed = 20
)

// divide cuts a report at the line from which on it repeats our message: one that says so, or the first of a copied header.
func divide(text string) (explanation, copied string) {
	at := 0
	for line := range strings.Lines(text) {
		words := refusal.WordsOf(line)
		if _, ok := says(words, "copy"); ok && len(line) < 200 && (strings.HasPrefix(strings.TrimSpace(line), "-") || strings.HasSuffix(strings.TrimSpace(line), ":") || strings.Contains(string(words), " below ")) {
			return text[:at], text[at+len(line):]
		}
		if beginsHeader(text[at:]) {
			return text[:at], text[at:]
		}
		at += len(line)
	}
	return text, ""
}

// beginsHeader reports whether a text begins with a message's header: three fields of one at least, of which people and reports
// write one only when they copy it.
func beginsHeader(text string) bool {
	first, _, _ := strings.Cut(text, ":")
	if !slices.Contains(copiedFields, strings.ToLower(first)) {
		return false
	}
	h := fieldsOf(head(text, 4000))
	known := 0
	for _, name := range copiedFields {
		if h.Has(name) {
			known++
		}
	}
	return known >= 3 && h.Has("Received", "Return-Path", "Message-ID", "DKIM-Signature")
}

var copiedFields = []string{"return-path", "received", "dkim-signature", "message-id", "mime-version", "from", "to", "subject", "date", "content-type", "list-unsubscribe", "x-mailer"}

func (m *Message) explanation() string {
	text, _ := divide(m.body())
	return text
}

// findReturned reads the header of the returned message out of a report's text, where no part of its own holds it.
func (m *Message) findReturned() {
	if m.Returned != nil || !m.isReportLike() {
		return
	}
	if _, copied := divide(m.body()); copied != "" {
		fields := fieldsOf(strings.TrimLeft(copied, "\n\r\t -_="))
		if fields.Has("From", "To", "Message-ID", "Received") {
			m.Returned = fields
		}
	}
}

// isReportLike reports whether who wrote a message, or how, is as it is with reports.
func (m *Message) isReportLike() bool {
	return m.isDaemon() || m.noSender() || len(m.failedRecipients()) > 0 || m.Report == "delivery-status"
}

// textReport reads a report that does not keep to RFC 3464: of qmail, Exim, Yahoo, old Exchange and others. Words are believed
// only of who may make reports: a letter that quotes a refusal is a letter.
func textReport(m *Message) (out []Verdict) {
	if !m.isReportLike() {
		return nil
	}
	explanation, subject := m.explanation(), refusal.WordsOf(m.Header.Get("Subject"))
	words := refusal.WordsOf(head(explanation, 4000))
	rule, said := says(words, "bounce")
	late, delayed := says(words, "delay")
	if !delayed {
		late, delayed = says(subject, "delay")
	}
	answer := refusal.Parse(head(explanation, 4000))
	_, titled := says(subject, "bounce")
	switch {
	case len(m.failedRecipients()) > 0, m.Report == "delivery-status", said, delayed && m.isDaemon():
	case m.isDaemon() && (titled || m.Returned != nil) && (answer.Code != 0 || answer.Status != "" || m.Returned != nil):
	case m.isDaemon() && titled && refusal.Judge(refusal.Returned, answer, "", "").Meaning != refusal.Unclear:
	default:
		return nil
	}
	if _, away := says(words, "automatic"); !m.isDaemon() && away && len(m.failedRecipients()) == 0 {
		return nil
	}
	recipients := m.recipientsIn(explanation)
	if len(recipients) == 0 {
		recipients = []string{m.returnedTo()}
	}
	for _, to := range recipients {
		section := head(m.sectionOf(explanation, to), 2000)
		v := Verdict{Recipient: to, Action: "failed", Why: section}
		if delayed {
			a := refusal.Parse(section)
			v.Class, v.Rule, v.Action, v.Status = Soft, late, "delayed", a.Status
		} else {
			m.decideText(&v, section, explanation)
			v.Rule = cmp.Or(v.Rule, rule)
		}
		out = append(out, v)
	}
	return out
}

// decideText classifies by what a report says of one recipient, and where that tells nothing by all it says.
func (m *Message) decideText(v *Verdict, section, all string) {
	for _, text := range []string{answerIn(section), section, head(all, 4000)} {
		if text == "" {
			continue
		}
		a := refusal.Parse(text)
		ruling := refusal.Judge(refusal.Returned, a, v.Recipient, m.returnedFrom())
		v.Status = cmp.Or(v.Status, a.Status)
		if ruling.Meaning != refusal.Unclear {
			v.Class, v.Rule = classOf(ruling.Meaning, a), ruling.Rule
			return
		}
		if v.Rule == "" && (a.Status != "" || a.Code != 0) {
			v.Rule = byCode(a)
		}
	}
	v.Class = Soft
}

// answerIn returns the lines of a text in which a server's answer stands, from its code on; "" without one.
func answerIn(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if a := refusal.Parse(l); a.Code != 0 {
			end := i + 1
			for end < len(lines) && end < i+4 && strings.TrimSpace(lines[end]) != "" {
				end++
			}
			if end > i+1 && strings.HasPrefix(strings.TrimSpace(lines[i]), "<") {
				end = i + 1 // a transcript: the next line is something else
			}
			return strings.Join(lines[i:end], "\n")
		}
	}
	return ""
}

func head(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// linePattern finds an address that a line begins with, as reports name the recipients they are about.
var linePattern = regexp.MustCompile(`^[\s>*•-]*(?:(?i:to|recipient|user|address|за|destinataire|primalac|адреса)\s*:\s*)?[<"']?([^\s<>"'(),;:@]+@[^\s<>"'(),;:@]+)[>"']?`)

// anyPattern finds the first address of a line.
var anyPattern = regexp.MustCompile(`([^\s<>"'(),;:@=]+@[^\s<>"'(),;:@=]+)`)

// recipientsIn are those that a report names: in X-Failed-Recipients, else in lines that begin with an address. Where the
// returned message names one, it is that one: what the report names may be where mail for it is forwarded.
func (m *Message) recipientsIn(explanation string) (out []string) {
	if out = m.failedRecipients(); len(out) > 0 {
		return out
	}
	out = m.named(explanation, linePattern)
	if to := m.returnedTo(); to != "" && len(out) < 2 {
		return []string{to}
	}
	if len(out) == 0 {
		if out = m.named(explanation, anyPattern); len(out) > 1 {
			return nil // nothing tells which of them is meant
		}
	}
	return out
}

// named are the addresses a pattern finds in a report, one a line, without those of its sender and ours.
func (m *Message) named(explanation string, pattern *regexp.Regexp) (out []string) {
	_, from := m.from()
	ours := append(addressesIn(m.Header.Get("To")), from, m.returnedFrom())
	ours = append(ours, addressesIn(m.Returned.Get("Return-Path"))...)
	for line := range strings.Lines(explanation) {
		found := pattern.FindStringSubmatch(line)
		if found == nil || len(out) == maxNamed {
			continue
		}
		to := recipientOf(strings.Trim(found[1], ".*"))
		same := func(a string) bool { return strings.EqualFold(a, to) }
		if to != "" && !slices.ContainsFunc(ours, same) && !slices.ContainsFunc(out, same) {
			out = append(out, to)
		}
	}
	return out
}

// sectionOf is what a report says of one recipient: from the line that names it to the one that names another.
func (m *Message) sectionOf(explanation, to string) string {
	if to == "" {
		return explanation
	}
	var out strings.Builder
	inside := false
	for line := range strings.Lines(explanation) {
		if strings.Contains(strings.ToLower(line), strings.ToLower(to)) {
			inside = true
		} else if found := linePattern.FindStringSubmatch(line); found != nil && recipientOf(strings.Trim(found[1], ".*")) != "" {
			inside = false
		}
		if inside {
			out.WriteString(line)
		}
	}
	if out.Len() == 0 {
		return explanation
	}
	return out.String()
}
