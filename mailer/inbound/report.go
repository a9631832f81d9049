package inbound

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/mailer/refusal"
)

// deliveryReport reads a report that keeps to RFC 3464.
func deliveryReport(m *Message) (out []Verdict) {
	mta := ""
	seen := map[string]bool{}
	for _, group := range m.Status {
		if v := group.Get("Reporting-MTA"); v != "" {
			mta = afterType(v)
		}
		if !group.Has("Final-Recipient", "Original-Recipient", "Action", "Status") {
			continue
		}
		v := m.ofRecipient(group)
		v.ReportingMTA = mta
		if key := strings.ToLower(v.Recipient) + " " + string(v.Class); !seen[key] {
			seen[key] = true
			out = append(out, v)
		}
	}
	return out
}

func afterType(v string) string {
	if _, after, ok := strings.Cut(v, ";"); ok {
		v = after
	}
	return strings.TrimSpace(v)
}

// ofRecipient reads the group of one recipient. The original recipient is the one we wrote to, the final one may be where
// somebody has their mail forwarded.
func (m *Message) ofRecipient(group Fields) Verdict {
	to := cmp.Or(recipientOf(group.Get("Original-Recipient")), recipientOf(group.Get("Final-Recipient")))
	if failed := m.failedRecipients(); to == "" && len(failed) == 1 {
		to = failed[0]
	}
	to = cmp.Or(to, m.returnedTo())
	diagnostic := afterType(group.Get("Diagnostic-Code"))
	status := statusOf(group.Get("Status"))
	action := strings.ToLower(firstWord(group.Get("Action")))
	if action == "" {
		action = map[bool]string{true: "delivered", false: "failed"}[strings.HasPrefix(status, "2.")]
	}
	v := Verdict{Recipient: to, Status: status, Action: action, Diagnostic: diagnostic, Why: diagnostic}
	switch action {
	case "delivered", "relayed", "expanded":
		v.Class, v.Rule = Automatic, "action "+action
	case "delayed":
		v.Status = ruledOn(diagnostic, status).Status
		v.Class, v.Rule = Soft, "action delayed"
	default:
		m.decide(&v, diagnostic, status)
	}
	v.Why = cmp.Or(v.Why, m.explanation(), m.Header.Get("Subject"))
	return v
}

func firstWord(s string) string {
	if words := strings.Fields(s); len(words) > 0 {
		return words[0]
	}
	return ""
}

// statusOf is the code of a Status field, which may have a comment after it.
func statusOf(v string) string {
	code := firstWord(v)
	parts := strings.Split(code, ".")
	if len(parts) != 3 || !slices.Contains([]string{"2", "4", "5"}, parts[0]) {
		return ""
	}
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 10, 16); err != nil || len(p) > 3 {
			return ""
		}
	}
	return code
}

// ruledOn is the answer of the recipient's server, with the report's status where the server gave none that says something.
func ruledOn(diagnostic, status string) refusal.Answer {
	a := refusal.Parse(diagnostic)
	if refusal.Vague(a.Status) && (a.Status == "" || !refusal.Vague(status)) && status != "" {
		a.Status = status
	}
	return a
}

// decide classifies what could not be delivered. A status that the server did not give itself was guessed by whoever made
// the report, often from the reply code alone: where the server's words say something, they come before it.
func (m *Message) decide(v *Verdict, diagnostic, status string) {
	a := ruledOn(diagnostic, status)
	v.Status = a.Status
	said := refusal.Parse(diagnostic)
	var ruling refusal.Verdict
	if said.Status == "" && said.Code != 0 && a.Status != "" {
		ruling = refusal.Judge(refusal.Returned, said, v.Recipient, m.returnedFrom())
	}
	if ruling.Meaning == refusal.Unclear {
		ruling = refusal.Judge(refusal.Returned, a, v.Recipient, m.returnedFrom())
	}
	if text := m.explanation(); ruling.Meaning == refusal.Unclear && refusal.Vague(a.Status) && text != "" {
		ruling = refusal.Judge(refusal.Returned, refusal.Answer{Code: a.Code, Status: a.Status, Text: oneLine(m.sectionOf(text, v.Recipient))}, v.Recipient, m.returnedFrom())
	}
	v.Class, v.Rule, v.Clear = classOf(ruling.Meaning, a), cmp.Or(ruling.Rule, byCode(a)), ruling.Meaning != refusal.Unclear
}

// OfRefusal is the verdict of what somebody tells in fields: whom a message was for and from, what the recipient's server said, and
// the status that was made of it.
func OfRefusal(recipient, status, diagnostic, from string) Verdict {
	m := &Message{Returned: Fields{{"From", from}}}
	v := Verdict{Recipient: recipientOf(recipient), Action: "failed", Diagnostic: oneLine(diagnostic), Why: oneLine(diagnostic)}
	m.decide(&v, v.Diagnostic, statusOf(status))
	return v
}

// classOf is the class of a refusal. That an address does not work is believed only of a refusal for good.
func classOf(m refusal.Meaning, a refusal.Answer) Class {
	temporary := strings.HasPrefix(a.Status, "4.") || a.Status == "" && a.Code/100 == 4
	switch {
	case m.OfUs():
		return Block
	case m == refusal.Full:
		return Full
	case (m == refusal.Gone || m == refusal.SeemGone) && !temporary:
		return Hard
	}
	return Soft
}

func byCode(a refusal.Answer) string {
	switch {
	case a.Status != "":
		return "status " + a.Status
	case a.Code != 0:
		return "code " + strconv.Itoa(a.Code)
	}
	return "nothing says more"
}

// complaint reads what feedback loops send: RFC 5965, and Microsoft's, which is the message with a field in front.
func complaint(m *Message) []Verdict {
	if r := m.Returned.Get("X-HmXmrOriginalRecipient"); r != "" {
		return []Verdict{{Recipient: recipientOf(r), Class: Complaint, Rule: "X-HmXmrOriginalRecipient", Why: m.Header.Get("Subject")}}
	}
	if m.Feedback == nil && m.Report != "feedback-report" {
		return nil
	}
	kind := strings.ToLower(firstWord(m.Feedback.Get("Feedback-Type")))
	v := Verdict{Class: Automatic, Rule: "feedback " + kind, Why: cmp.Or(m.Text, m.Header.Get("Subject")), ReportingMTA: afterType(m.Feedback.Get("Reporting-MTA"))}
	switch kind {
	case "", "abuse", "fraud", "opt-out", "opt-out-list", "miscategorized", "complaint":
		v.Class = Complaint
	}
	for _, name := range []string{"Original-Rcpt-To", "Removal-Recipient", "Final-Recipient"} {
		v.Recipient = cmp.Or(v.Recipient, recipientOf(m.Feedback.Get(name)))
	}
	v.Recipient = cmp.Or(v.Recipient, m.returnedTo())
	return []Verdict{v}
}

// receipt reads a disposition notification: a mail program says that a message was shown or deleted.
func receipt(m *Message) []Verdict {
	if m.Read == nil && m.Report != "disposition-notification" {
		return nil
	}
	_, from := m.from()
	return []Verdict{{Class: Automatic, Rule: "disposition notification", Why: cmp.Or(m.Read.Get("Disposition"), m.Text), From: from}}
}
