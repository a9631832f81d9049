// Package mailer makes finished messages and hands them to an SMTP server. It knows nothing of runs, lists or stores: it
// is given a release version, a reader's values and an envelope, and says what became of the message.
//
// # What an outcome means
//
// Handing over a message ends in one of four ways (campaign.Result), and the difference between them is what keeps a
// reader from getting a mail twice or not at all:
//
//   - Accepted: the server answered the final dot with 2xx. It has taken charge of the message (RFC 5321 section 4.2.5),
//     and nothing that happens on the connection afterwards changes that.
//   - Later: the server refused with 4xx, or refused us with any code, or the connection failed before the final dot was
//     handed to the network. A server that has not seen the dot must not deliver (RFC 5321 section 4.1.1.4), so trying
//     again is safe.
//   - Refused: the server refused this recipient with 5xx, as far as anybody knows. Trying again would bring the same answer.
//   - Unknown: the dot was handed over and the connection broke, stayed silent or answered nonsense. The message may
//     have been taken; only a person can decide to send it again (RFC 1047).
//
// # Whom a refusal is about
//
// A refusal of the sender, its account, its network, the message or the server is never a recipient's failure, at whatever
// step and in whatever words it comes (package mailer/refusal). The first line that fits holds; 4xx and 5xx are read alike, and only 5xx is for good:
//
//	at        code, status, words                                       about             outcome
//	connect   any, up to AUTH                                           us                no connection; the server waits
//	any       421                                                       us                later; the server waits
//	any       X.3.4, X.2.3, "message too large"                         the message       later; the run waits
//	MAIL      any other                                                 us                later; the server waits
//	later     "permission to post"; disabled "due to inactivity"        the recipient     refused, the latter dead
//	          "sender", "account", "relay denied", a sending limit      us, or policy     later; the server waits
//	          X.2.2, "mailbox full", "over quota"                       a full mailbox    later, for this recipient alone
//	          X.1.1, .2, .3, .6, .10, X.2.1, X.4.4; "no such user"      no such mailbox   refused, and the address is dead
//	          X.7.2, X.7.12x, X.7.13x: restricted recipients            the recipient     refused
//	          500, 502 to 504, 521, 530, 535, 538; X.1.7, X.3.x, X.5.x  us                later; the server waits
//	          X.7.2x, X.7.5xx to X.7.7xx; block lists, SPF, "spam"      us, by policy     later; the provider waits
//	          other X.1.x and X.2.x                                     the recipient     refused
//	          "virus", "message content rejected"                       the message       later; it counts as of us
//	RCPT      "mailbox unavailable" without more                        unclear           refused, unclear, seems dead
//	later     anything else                                             unclear           refused, unclear
//
// What the server quotes of the two addresses is not among its words. An unclear refusal is settled by what others get
// (package scheduler, proof.go): others are taken, so it was the recipient's; or one reader after another gets the same
// answer and none is taken, so it was ours.
//
// OurFault, Policy, MessageFault, Unclear and Dead of an outcome say this. What is our fault must never count against a contact,
// and the next message is likely to meet the same.
//
// # How a message is made
//
// Compile has go-mail build the MIME structure of a release version once, with marks where the texts stand, and cuts it
// into what is the same for everyone and what is a reader's own. Append joins the pieces for one reader. Quoted-printable
// pieces are encoded once and for all, with soft line breaks around the values; a base64 part is joined first and encoded
// as a whole. Everything is ready before the conversation with the server starts: a message cut off inside DATA would be
// delivered in half.
//
// # How a message is sent
//
// go-mail connects, makes the connection safe (RFC 3207, RFC 8314) and signs in (RFC 4954). After that each Conn belongs
// to one worker, which sends MAIL, RCPT and DATA in one write where the server offers PIPELINING (RFC 2920), and one by
// one elsewhere. Where the next message is known its envelope goes out with the final dot, or while the answer to the dot
// is awaited, so that each message costs one round trip. An announced message that is not sent after all costs the
// connection: its data may have been opened, and nothing but silence keeps them from being delivered.
//
// Standards: RFC 5321 and 5322 (SMTP and message format), 2045 to 2047, 2231, 2387 and 2392 (MIME), 2369, 2919 and 8058
// (lists and leaving), 3834 (automatic mail), 1870, 2034, 2920, 3463 and 6531 (SMTP extensions and status codes).
package mailer
