// Package preflight looks at what a campaign needs before it goes out and no page can wait for, such as whether its links lead
// anywhere, and at what spam filters and phones make of a subject. It changes nothing, sends no mail, and never asks an address
// of a private network.
package preflight
