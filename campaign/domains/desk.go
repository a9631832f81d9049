package domains

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dmarc"
)

// Store is what the desk reads and writes.
type Store interface {
	LookStore
	RecordDMARCReport(ctx context.Context, r campaign.DMARCReport) (isNew bool, err error)
}

// Desk looks at the domains in the background, and takes what comes back to it by mail: test mails and reports. Its methods may be called
// by many goroutines.
type Desk struct {
	Setup
	Store  Store
	Keys   *Keyring
	Links  campaign.Links
	Sender campaign.Sender // of test mails where the panel has none
	Now    func() time.Time
	Logger *slog.Logger

	// Send hands one message to a mail server; nil where there is none.
	Send func(ctx context.Context, m campaign.Message) error

	mu      sync.Mutex
	wake    chan struct{}
	looking bool
}

const (
	lookEvery = time.Hour        // how old a look may become
	keysEvery = 5 * time.Minute  // while a key waits for its record
	listEvery = 24 * time.Hour   // how often block lists are asked
	settling  = time.Minute      // from the start to the first look that nobody asked for
	pulse     = 20 * time.Second // how often it is seen what is due
)

// Run does what is due until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	wake := d.waker()
	timer := time.NewTimer(settling)
	defer timer.Stop()
	var keysAt time.Time
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-wake:
			asked = true
		case <-timer.C:
		}
		timer.Reset(pulse)
		if err := d.work(ctx, asked, &keysAt); err != nil && ctx.Err() == nil {
			d.Logger.Error("the domains that mail is sent from cannot be looked at", "error", err)
		}
	}
}

func (d *Desk) waker() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wake == nil {
		d.wake = make(chan struct{}, 1)
	}
	return d.wake
}

// Look has everything looked at soon.
func (d *Desk) Look() {
	wake := d.waker()
	d.mu.Lock()
	d.looking = true
	d.mu.Unlock()
	select {
	case wake <- struct{}{}:
	default: // it is awake already
	}
}

// Looking reports whether a look was asked for and has not ended.
func (d *Desk) Looking() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.looking
}

// work does what is due.
func (d *Desk) work(ctx context.Context, asked bool, keysAt *time.Time) error {
	last, err := d.Store.GetSenderLook(ctx)
	if err != nil {
		return err
	}
	if last.Trial.Waiting() && last.Trial.SentAt.IsZero() {
		if err := d.sendTrial(ctx, last.Trial); err != nil {
			return err
		}
	}
	now := d.Now()
	if len(d.Lists) > 0 && (asked || now.Sub(last.ListedAt) >= listEvery) {
		if last, err = d.AskLists(ctx, d.Store, d.Now); err != nil {
			return err
		}
		for _, l := range last.Found() {
			if l.Since.Equal(last.ListedAt) {
				d.Logger.Error("an own domain or sending address stands on a block list", "what", l.What, "list", l.List, "answer", l.Answer, "reason", campaign.WithoutAddresses(l.Reason))
			}
		}
	}
	if asked || now.Sub(last.At) >= lookEvery {
		_, err := d.Setup.Look(ctx, d.Store, d.Now)
		d.mu.Lock()
		d.looking = false
		d.mu.Unlock()
		d.Keys.Forget()
		*keysAt = now
		return err
	}
	if now.Sub(*keysAt) < keysEvery {
		return nil
	}
	*keysAt = now
	keys, err := d.Store.FindSigningKeys(ctx)
	if err == nil && slices.ContainsFunc(keys, func(k campaign.SigningKey) bool { return k.State == campaign.KeyWaits }) {
		_, err = d.LookAtKeys(ctx, d.Store)
		d.Keys.Forget()
	}
	return err
}

// MakeKeys makes keys for a domain.
func (d *Desk) MakeKeys(ctx context.Context, domain string) ([]campaign.SigningKey, error) {
	return MakeKeys(ctx, d.Store, domain, d.Now())
}

// trialHeader marks a test mail. Its token is random, and known to the store alone.
const trialHeader = "X-Glasnik-Trial"

// AskTrial has a test mail sent, which comes back through the mailbox that takes bounces.
func (d *Desk) AskTrial(ctx context.Context) error {
	if err := d.trialPossible(); err != nil {
		return err
	}
	_, err := d.Store.UpdateSenderLook(ctx, func(l *campaign.SenderLook) error {
		l.Trial = campaign.SenderTrial{Token: strings.ToLower(rand.Text()), AskedAt: d.Now().UTC()}
		return nil
	})
	if err == nil {
		d.Look()
	}
	return err
}

func (d *Desk) trialPossible() error {
	switch {
	case d.Send == nil:
		return campaign.Errorf(campaign.Conflict, "no mail server is set: set GLASNIK_SMTP_URL")
	case d.Bounce == "" || !d.Read:
		return campaign.Errorf(campaign.Conflict, "a test mail needs the way that bounces come back: set GLASNIK_BOUNCE_ADDRESS and GLASNIK_BOUNCE_IMAP")
	}
	return nil
}

// TryTrial sends a test mail now, and notes that it was sent.
func (d *Desk) TryTrial(ctx context.Context) (campaign.SenderTrial, error) {
	if err := d.AskTrial(ctx); err != nil {
		return campaign.SenderTrial{}, err
	}
	l, err := d.Store.GetSenderLook(ctx)
	if err == nil {
		err = d.sendTrial(ctx, l.Trial)
	}
	if err == nil {
		l, err = d.Store.GetSenderLook(ctx)
	}
	return l.Trial, err
}

// sendTrial sends a test mail once: it is noted before, so that another process or a later round does not send it again.
func (d *Desk) sendTrial(ctx context.Context, t campaign.SenderTrial) error {
	mine := false
	_, err := d.Store.UpdateSenderLook(ctx, func(l *campaign.SenderLook) error {
		if mine = l.Trial.Token == t.Token && l.Trial.SentAt.IsZero(); mine {
			l.Trial.SentAt = d.Now().UTC()
		}
		return nil
	})
	if err != nil || !mine {
		return err
	}
	err = d.trialPossible()
	if err == nil {
		err = d.handOver(ctx, t.Token)
	}
	if err == nil {
		return nil
	}
	_, noted := d.Store.UpdateSenderLook(context.WithoutCancel(ctx), func(l *campaign.SenderLook) error {
		if l.Trial.Token == t.Token {
			l.Trial.Fault = campaign.WithoutAddresses(cmp.Or(err.Error(), "?"))
		}
		return nil
	})
	return noted
}

func (d *Desk) handOver(ctx context.Context, token string) error {
	from := d.Sender
	if set, err := d.Store.GetSettings(ctx); err == nil && len(set.Senders) > 0 {
		from = set.Senders[0]
	}
	if from.Email == "" {
		return campaign.Errorf(campaign.Conflict, "no sender is set")
	}
	// the address of a delivery that is none: so the +… of it is tried too
	now := d.Now()
	delivery, _ := campaign.DeliveryID(campaign.RunID(campaign.NewID(now), now), 1, campaign.NewID(now))
	to := d.Links.ReturnPath(d.Bounce, delivery)
	text := "This is a test mail of Glasnik. It comes back through the mailbox that takes bounces, where it is read. Nobody need answer it.\n"
	l, err := mailer.Compile(campaign.Content{Subject: "Glasnik: test mail", Text: text, Language: campaign.English}, mailer.Head{
		From: mailer.Address{Name: from.Name, Email: from.Email}, AutoSubmitted: "auto-generated", SuppressReplies: true, Extra: []mailer.Field{{Name: trialHeader, Value: token}},
	})
	if err != nil {
		return err
	}
	m := campaign.Message{From: to, To: to}
	if m.Data, err = l.Append(nil, mailer.Recipient{Address: to, MessageID: delivery, Date: now}, nil); err != nil {
		return err
	}
	if sign := d.Keys.Signer(); sign != nil {
		if err := sign(&m); err != nil {
			return err
		}
	}
	return d.Send(ctx, m)
}

// Take looks at a message that came back before anything else does. It returns what it was where it was for the desk, and else a reader
// of the whole message.
func (d *Desk) Take(ctx context.Context, message io.Reader) (what string, rest io.Reader, err error) {
	r := bufio.NewReaderSize(message, peekedAt)
	if token := tokenIn(r); token != "" {
		l, err := d.Store.GetSenderLook(ctx)
		if err != nil {
			return "", nil, err
		}
		if l.Trial.Token == token {
			return campaign.CountTrial, nil, d.arrived(ctx, token, r)
		}
	}
	if !dmarc.MayBring(r) {
		return "", r, nil
	}
	return d.takeReports(ctx, r)
}

const (
	peekedAt = 32 << 10
	mostHeld = 24 << 20 // octets of a message that may bring a report, or of a test mail
)

// takeReports stores the reports a message brings. It holds the message, for when it brings none.
func (d *Desk) takeReports(ctx context.Context, r io.Reader) (string, io.Reader, error) {
	var held bytes.Buffer
	if _, err := io.Copy(&held, io.LimitReader(r, mostHeld)); err != nil {
		return "", nil, err
	}
	senders, err := d.senders(ctx, d.Store)
	if err != nil {
		return "", nil, err
	}
	var stored error
	n, err := dmarc.ReadMessage(bytes.NewReader(held.Bytes()), func(report campaign.DMARCReport) error {
		if !d.ours(report.Domain, senders) {
			return nil
		}
		_, stored = d.Store.RecordDMARCReport(ctx, report)
		return stored
	})
	switch {
	case stored != nil:
		return "", nil, stored
	case n > 0:
		return campaign.CountReport, nil, nil
	case !errors.Is(err, dmarc.ErrNoReport):
		d.Logger.Warn("a report on mail in our name cannot be read", "error", err)
	}
	return "", io.MultiReader(bytes.NewReader(held.Bytes()), r), nil
}

// ours reports whether a domain is one that mail is sent from, or stands above one.
func (d *Desk) ours(domain string, senders []string) bool {
	addresses := append(slices.Clone(senders), d.Bounce)
	return slices.ContainsFunc(addresses, func(a string) bool {
		return a != "" && slices.Contains(campaign.SigningDomains(campaign.Domain(a)), domain)
	})
}

// tokenIn returns the token of a test mail; "" for any other.
func tokenIn(r *bufio.Reader) string {
	begin, _ := r.Peek(peekedAt)
	for line := range bytes.Lines(begin) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && strings.EqualFold(string(name), trialHeader) {
			return strings.TrimSpace(string(value))
		}
	}
	return ""
}

// arrived notes that a test mail came back, which of its signatures held, and what the receiving server says of it.
func (d *Desk) arrived(ctx context.Context, token string, r io.Reader) error {
	whole, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return err
	}
	var signed, broken []string
	checking, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	verified, _ := dkim.VerifyWithOptions(bytes.NewReader(whole), &dkim.VerifyOptions{
		MaxVerifications: 5, LookupTXT: func(name string) ([]string, error) { return d.Resolver.LookupTXT(checking, name+".") },
	})
	for _, v := range verified {
		if v.Err == nil {
			signed = append(signed, v.Domain)
		} else {
			broken = append(broken, fmt.Sprintf("%s (%s)", v.Domain, shortened(v.Err.Error())))
		}
	}
	received, results := stamped(whole)
	_, err = d.Store.UpdateSenderLook(ctx, func(l *campaign.SenderLook) error {
		if t := &l.Trial; t.Token == token && t.ArrivedAt.IsZero() {
			t.ArrivedAt, t.ReceivedAt, t.Signed, t.Broken, t.Results = d.Now().UTC(), received, signed, broken, results
		}
		return nil
	})
	return err
}

// stamped reads the last server's stamp: when it took the message, and what it says of its proofs.
func stamped(whole []byte) (received time.Time, results string) {
	m, err := mail.ReadMessage(bytes.NewReader(whole))
	if err != nil {
		return received, ""
	}
	if first := m.Header.Get("Received"); first != "" {
		if at, err := mail.ParseDate(strings.TrimSpace(first[strings.LastIndexByte(first, ';')+1:])); err == nil {
			received = at.UTC()
		}
	}
	return received, shortened(m.Header.Get("Authentication-Results"))
}

func shortened(s string) string {
	s = strings.ToValidUTF8(campaign.CleanLine(s), "")
	return string([]rune(s)[:min(len([]rune(s)), 500)])
}
