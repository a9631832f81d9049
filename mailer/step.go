package mailer

import "github.com/glasnik/glasnik/mailer/refusal"

// phase is a moment of the conversation in which a server may refuse.
type phase int

const (
	atMail phase = iota
	atRcpt
	atData
	atDot

	atBody // the message itself; a refusal there counts as one of DATA
	atDial
	atTLS
	atSignIn // greeting, EHLO and AUTH
	phases
)

// step is what a phase means to a recipient.
func (p phase) step() refusal.Step {
	switch p {
	case atMail:
		return refusal.AtMail
	case atRcpt:
		return refusal.AtRcpt
	case atData:
		return refusal.AtData
	}
	return refusal.AtDot
}

func (r reply) answer() refusal.Answer {
	return refusal.Answer{Code: r.code, Status: r.enhanced, Text: r.text}
}
