package main

import (
	"errors"
	"net/mail"
	"net/netip"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns"
	"github.com/glasnik/glasnik/mailer/mailboxes"
)

func (c *config) checkMail(wrong *mistakes) {
	if c.SMTPURL != "" {
		c.checkServers(wrong)
	}
	if c.From != "" {
		from, err := parseSender(c.From)
		if err != nil {
			wrong.add("FROM", "must be an address, with or without a name: Press Office <press@example.org>")
		}
		c.from = from
	}
	if c.BounceAddress != "" {
		address, err := campaign.ParseAddress(c.BounceAddress)
		if err != nil {
			wrong.add("BOUNCE_ADDRESS", "must be an address: %v", err)
		} else if !takesReturnPaths(address) {
			wrong.add("BOUNCE_ADDRESS", "must be shorter before the @: a delivery's name has to fit in behind it (RFC 5321 allows 64 octets)")
		}
		c.BounceAddress = address
	}
	for _, address := range strings.Fields(c.BounceIMAP) {
		s, err := mailboxes.ParseURL(address)
		switch {
		case err != nil:
			wrong.add("BOUNCE_IMAP", "cannot be used: %v", err)
		case slices.ContainsFunc(c.mailboxes, func(other mailboxes.Settings) bool { return other.Name() == s.Name() }):
			wrong.add("BOUNCE_IMAP", "names a mailbox of %s twice", s.Server())
		default:
			c.mailboxes = append(c.mailboxes, s)
		}
	}
	c.checkInlets(wrong)
	var err error
	if c.machines, err = classifier(c.Machines); err != nil {
		wrong.add("MACHINES", "must name a file of lists: %v", err)
	}
}

// checkServers reads the addresses of the mail servers.
func (c *config) checkServers(wrong *mistakes) {
	for _, address := range strings.Fields(c.SMTPURL) {
		s, err := mailer.ParseURL(address)
		switch {
		case err != nil:
			wrong.add("SMTP_URL", "cannot be used: %v", err)
		case slices.ContainsFunc(c.smtp, func(other mailer.Settings) bool { return other.Server() == s.Server() }):
			wrong.add("SMTP_URL", "names the server %s twice", s.Server())
		default:
			c.smtp = append(c.smtp, s)
		}
	}
	all := len(c.smtp) == 0 || slices.ContainsFunc(c.smtp, func(s mailer.Settings) bool { return len(s.Takes) == 0 })
	wrong.when(!all, "SMTP_URL", "names no server for most readers: one at least must be without takes")
}

// checkDKIM reads the key that signs messages. In the environment its line ends may be written as \n.
func (c *config) checkDKIM(wrong *mistakes) {
	if c.DKIMDomain == "" && c.DKIMSelector == "" && c.DKIMKey == "" {
		return
	}
	if c.DKIMDomain == "" || c.DKIMSelector == "" || c.DKIMKey == "" {
		wrong.add("DKIM_DOMAIN", "and %[1]sDKIM_SELECTOR and %[1]sDKIM_KEY (or %[1]sDKIM_KEY_FILE) go together: set all or none", prefix)
		return
	}
	d, err := mailer.NewDKIM(c.DKIMDomain, c.DKIMSelector, strings.ReplaceAll(c.DKIMKey, `\n`, "\n"))
	if err != nil {
		name := "DKIM_KEY"
		var e *campaign.Error
		if errors.As(err, &e) && e.Field != "" {
			name = e.Field
		}
		wrong.add(name, "cannot be used: %v", err)
		return
	}
	c.dkim = d
}

// checkDNS reads who is asked about domains, and what block lists are asked about.
func (c *config) checkDNS(wrong *mistakes) {
	if c.DNS != "" {
		r, err := dns.NewResolver(c.DNS)
		if err != nil {
			wrong.add("DNS", "%v", err)
		} else {
			c.resolver = r
		}
	}
	for _, text := range strings.Fields(c.SendingIPs) {
		ip, err := netip.ParseAddr(text)
		wrong.when(err != nil, "SENDING_IPS", "must hold IP addresses with blanks between: %q is none", text)
		if err == nil {
			c.addresses = append(c.addresses, ip.Unmap())
		}
	}
	for _, text := range strings.Fields(c.BlockLists) {
		l, ok := dns.ParseBlockList(text)
		wrong.when(!ok, "BLOCKLISTS", "must hold names of lists with blanks between, such as zen.spamhaus.org or domain:dbl.spamhaus.org: %q is none", text)
		if ok && !slices.Contains(c.lists, l) {
			c.lists = append(c.lists, l)
		}
	}
}

// parseSender reads "Name <address>" or an address alone. A name needs no quotation marks, whatever signs are in it: what
// is in brackets is part of it, and no comment.
func parseSender(s string) (campaign.Sender, error) {
	s = strings.TrimSpace(s)
	name, address := "", s
	parsed, err := mail.ParseAddress(s)
	if err == nil {
		name, address = parsed.Name, parsed.Address
	}
	if at := strings.LastIndexByte(s, '<'); at > 0 && strings.HasSuffix(s, ">") {
		before := strings.TrimSpace(s[:at])
		if quoted := strings.HasPrefix(before, `"`); err != nil || !quoted && strings.Contains(before, "(") {
			name, address = before, strings.TrimSpace(s[at+1:len(s)-1])
		}
	}
	if strings.ContainsAny(name, "<>\"") && err != nil {
		return campaign.Sender{}, campaign.Errorf(campaign.Invalid, "%q is not one sender: write it as Name <address>", s)
	}
	address, err = campaign.ParseAddress(address)
	return campaign.Sender{Name: name, Email: address}, err
}
