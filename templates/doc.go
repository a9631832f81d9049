// Package templates holds everything a person looks at: the e-mail layouts and their translations, the pages of the
// panel and the public pages, with their style sheets and scripts; all embedded.
//
// A letter is made in two steps. Compose turns one version of a release into finished HTML and plain text in which
// numbered places stand for what differs from reader to reader; Letter.Values returns one reader's values for them. The
// first is done once for a run, language and tracking mode, the second for every reader, and nothing else is: Markdown,
// layout and style inlining cost nothing per reader, and two readers' messages differ in nothing but the places.
//
// The package knows nothing of stores, HTTP or SMTP.
package templates
