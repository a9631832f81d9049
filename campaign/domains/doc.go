// Package domains looks after the domains that mail is sent from: the keys messages are signed with, what the DNS, the mail server and
// block lists say of them, what receivers report, and a test mail through the whole way. What was found is stored, so that a page shows
// it at once; looking takes a bounded time.
package domains
