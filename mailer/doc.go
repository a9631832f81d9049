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
//   - Later: the server refused with 4xx, or the connection failed before the final dot was handed to the network. A
//     server that has not seen the dot must not deliver (RFC 5321 section 4.1.1.4), so trying again is safe.
//   - Refused: the server refused with 5xx, or the message cannot go through this server at all (larger than SIZE, or
//     an address that needs SMTPUTF8). Trying again would bring the same answer.
//   - Unknown: the dot was handed over and the connection broke, stayed silent or answered nonsense. The message may
//     have been taken; only a person can decide to send it again (RFC 1047).
//
// OurFault says beside it that the refusal is about the sender, the server or the connection, and not about this
// recipient: block lists, missing authentication, rates, a server that shuts down (421). Such an answer must never count
// against a contact, and the next message is likely to meet the same.
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
