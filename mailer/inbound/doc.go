// Package inbound reads what comes back to us by mail and says what it means: reports that a message could not be delivered (RFC
// 3464 and what does not keep to it), complaints (RFC 5965), what programs answer (RFC 3834) and what people write. It decides and
// does nothing: what follows from a verdict is said elsewhere.
//
// A message is read as a stream, within bounds, whatever it is. What it says is looked for in this order: fields of reports, then
// headers, then texts, which are data (texts.yaml). Whom a refusal is about is decided by mailer/refusal, as it is for what servers say
// while we talk to them.
//
// A recipient is never guessed: it is one that a report names as such, or the only one in the header of the returned message. A
// delivery is named only by a return address whose signature holds, in a field, never in a text. What a person wrote is never a bounce, whatever it
// quotes, and neither is what a program answers.
package inbound
