// Package campaign is the domain of Glasnik: contacts and organisations, lists, releases, campaigns, runs, deliveries,
// events and users, and the rules that hold between them.
//
// It knows nothing of databases, HTTP or SMTP. It imports the standard library and, for the one rule that cannot be
// right without the Unicode tables (what makes two addresses or two names the same), golang.org/x/net/idna and
// golang.org/x/text/unicode/norm.
//
// Field tags: `json` names a field in the API and in both stores; a `bson` tag stands beside it only where MongoDB does
// not let a field be called so: it insists on "_id".
package campaign
