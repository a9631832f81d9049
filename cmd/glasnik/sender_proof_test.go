package main

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/mailer/dns"
)

// silentDNS never answers.
type silentDNS struct{ noDNS }

func (silentDNS) LookupTXT(context.Context, string) ([]string, error) {
	return nil, errors.New("no route")
}
func (silentDNS) LookupMX(context.Context, string) ([]*net.MX, error) {
	return nil, errors.New("no route")
}

func TestSenderFaults(t *testing.T) {
	m := dns.Mail{From: []string{"press@example.org"}}
	faults, err := senderFaults(t.Context(), noDNS{}, m)
	must(t, err)
	said := ""
	for _, f := range faults {
		said += f.Text.String() + "; "
	}
	for _, want := range []string{"example.org does not say which servers may send for it (SPF)", "(DMARC)", "(MX)"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	if faults, err := senderFaults(t.Context(), silentDNS{}, m); err == nil || len(faults) > 0 {
		t.Errorf("a DNS that does not answer says %v", faults)
	}
}
