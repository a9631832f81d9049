package mailboxes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/oauth"
)

// Cursor is how far a mailbox was read: all messages up to a UID, which holds as long as the validity is the same.
type Cursor struct{ Validity, Last uint32 }

// Taker is handed the messages of a mailbox.
type Taker interface {
	// Cursor returns what Keep kept last.
	Cursor(ctx context.Context) (Cursor, error)
	// Take reads one message as far as it likes. An error says that it could not be dealt with now, and is handed over again.
	Take(ctx context.Context, message io.Reader) error
	// Keep stores that everything up to the cursor was taken.
	Keep(ctx context.Context, c Cursor) error
	// Failed is told that the mailbox cannot be read just now.
	Failed(ctx context.Context, err error)
}

const (
	mostOctets = 8<<20 + 1        // of a message that are asked for
	batch      = 50               // messages between two Keeps
	patience   = 10 * time.Minute // with a server that sends nothing
	keyword    = imap.Flag("Glasnik")
)

// Reader reads one mailbox.
type Reader struct {
	Settings
	Taker Taker
}

// Fetch hands over what is new, once, and returns how many messages that were.
func (r *Reader) Fetch(ctx context.Context) (int, error) {
	s, err := r.open(ctx)
	if err != nil {
		return 0, err
	}
	defer s.close()
	n, err := s.fetch(ctx)
	if err == nil {
		_ = s.client.Logout().Wait() // all is done
	}
	return n, err
}

// Check finds out whether the mailbox can be read, and returns how many messages are in it. Nothing is changed.
func (r *Reader) Check(ctx context.Context) (int, error) {
	s, err := r.open(ctx)
	if err != nil {
		return 0, err
	}
	defer s.close()
	selected, err := s.client.Select(s.Folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		return 0, fmt.Errorf("open the folder %s: %w", s.Folder, err)
	}
	return int(selected.NumMessages), nil
}

// Run hands over what comes until ctx ends. A server that does not answer is asked again, after ever longer waits.
func (r *Reader) Run(ctx context.Context) {
	const first, last = 5 * time.Second, 5 * time.Minute
	wait := first
	for ctx.Err() == nil {
		err := r.follow(ctx, func() { wait = first })
		if ctx.Err() != nil {
			return
		}
		r.Taker.Failed(ctx, err)
		sleep(ctx, wait)
		wait = min(2*wait, last)
	}
}

// follow hands over what is there and what comes, over one connection. well is called when everything was handed over.
func (r *Reader) follow(ctx context.Context, well func()) error {
	s, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	for {
		if _, err := s.fetch(ctx); err != nil {
			return err
		}
		well()
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
}

// session is one connection to the server.
type session struct {
	*Reader
	client *imapclient.Client
	news   chan struct{} // has one when the number of messages changed
	ended  func() bool
	watch  *time.Timer // cuts a connection over which nothing comes
}

func (r *Reader) open(ctx context.Context) (*session, error) {
	s := &session{Reader: r, news: make(chan struct{}, 1)}
	config, err := r.tlsConfig()
	if err != nil {
		return nil, err
	}
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				select {
				case s.news <- struct{}{}:
				default:
				}
			}
		},
	}}
	dial := map[string]func(string, *imapclient.Options) (*imapclient.Client, error){"implicit": imapclient.DialTLS, "required": imapclient.DialStartTLS, "none": imapclient.DialInsecure}
	if s.client, err = dial[r.TLS](r.Server(), options); err != nil {
		return nil, fmt.Errorf("connect to %s: %w", r.Server(), err)
	}
	stop := context.AfterFunc(ctx, func() { s.client.Close() })
	s.watch = time.AfterFunc(patience, func() { s.client.Close() })
	s.ended = func() bool { s.watch.Stop(); return stop() }
	if err := s.signIn(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("sign in at %s as %s: %w", r.Server(), r.User, err)
	}
	return s, nil
}

func (s *session) signIn(ctx context.Context) error {
	if s.Tokens != nil {
		if !s.client.Caps().Has(imap.AuthCap("XOAUTH2")) {
			return errors.New("the server does not offer to sign in with a token (XOAUTH2)")
		}
		token, err := s.Tokens.Token(ctx)
		if err != nil {
			return err
		}
		if err := s.client.Authenticate(&oauth.Client{User: s.User, Token: token}); err != nil {
			s.Tokens.Refused(token) // the next connection asks for a new one
			return fmt.Errorf("the server does not take the token; it must be for this user, and allow IMAP (scope): %w", err)
		}
		return nil
	}
	if s.client.Caps().Has(imap.AuthCap("PLAIN")) {
		return s.client.Authenticate(sasl.NewPlainClient("", s.User, s.Password))
	}
	if s.client.Caps().Has(imap.CapLoginDisabled) {
		return errors.New("the server takes no password here")
	}
	return s.client.Login(s.User, s.Password).Wait()
}

func (s *session) close() {
	s.ended()
	s.client.Close()
}

// fetch hands over what is new, batch by batch.
func (s *session) fetch(ctx context.Context) (n int, err error) {
	s.watch.Reset(patience)
	selected, err := s.client.Select(s.Folder, nil).Wait()
	if err != nil {
		return 0, fmt.Errorf("open the folder %s: %w", s.Folder, err)
	}
	at, err := s.Taker.Cursor(ctx)
	if err != nil {
		return 0, err
	}
	if at.Validity != selected.UIDValidity {
		at = Cursor{Validity: selected.UIDValidity}
	}
	keywords := slices.Contains(selected.PermanentFlags, imap.FlagWildcard) || slices.Contains(selected.PermanentFlags, keyword)
	if err := s.finishLeft(at, keywords); err != nil {
		return 0, err
	}
	uids, err := s.search(at.Last+1, 0, keywords)
	if err != nil {
		return 0, err
	}
	for part := range slices.Chunk(uids, batch) {
		taken, err := s.take(ctx, part)
		if err != nil {
			return n, err
		}
		at.Last = uint32(part[len(part)-1])
		if err := s.Taker.Keep(ctx, at); err != nil {
			return n, err
		}
		if n += taken; taken == 0 {
			continue // somebody has deleted them meanwhile
		}
		if err := s.finish(part, keywords); err != nil {
			return n, err
		}
	}
	return n, nil
}

// search returns the UIDs from one to another, 0 for the last one, in order; those of them that are not marked where marks are kept.
func (s *session) search(from, to uint32, keywords bool) ([]imap.UID, error) {
	var set imap.UIDSet
	set.AddRange(imap.UID(from), imap.UID(to))
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{set}}
	if s.After == Mark && keywords {
		criteria.NotFlag = []imap.Flag{keyword}
	}
	if s.After != Mark && to != 0 { // those that were taken, and that the server could only mark
		criteria.NotFlag = []imap.Flag{imap.FlagDeleted}
	}
	found, err := s.client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("look for messages: %w", err)
	}
	uids := found.AllUIDs()
	slices.Sort(uids)
	return slices.DeleteFunc(uids, func(u imap.UID) bool { return uint32(u) < from }), nil // n:* holds the last message in any case
}

// take hands over some messages in the order of their UIDs and returns how many there were.
func (s *session) take(ctx context.Context, uids []imap.UID) (n int, err error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: 0, Size: mostOctets}}
	cmd := s.client.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	defer cmd.Close()
	for {
		s.watch.Reset(patience)
		message := cmd.Next()
		if message == nil {
			break
		}
		for item := message.Next(); item != nil; item = message.Next() {
			body, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || body.Literal == nil {
				continue
			}
			if err := s.Taker.Take(ctx, body.Literal); err != nil {
				go s.client.Close() // the rest need not come; it waits for what cmd.Close reads
				return n, err
			}
			if _, err := io.Copy(io.Discard, body.Literal); err != nil {
				return n, err
			}
			n++
		}
	}
	if err := cmd.Close(); err != nil {
		return n, fmt.Errorf("fetch messages: %w", err)
	}
	return n, nil
}

// finishLeft does what was left undone when a process died after Keep.
func (s *session) finishLeft(at Cursor, keywords bool) error {
	if at.Last == 0 || s.After == Mark && !keywords {
		return nil
	}
	left, err := s.search(1, at.Last, keywords)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(left, batch) {
		if err := s.finish(part, keywords); err != nil {
			return err
		}
	}
	return nil
}

// finish marks, moves or deletes messages that were taken.
func (s *session) finish(uids []imap.UID, keywords bool) error {
	set := imap.UIDSetNum(uids...)
	switch s.After {
	case Move:
		err := s.move(set)
		if err != nil { // the folder may not be there yet
			_ = s.client.Create(s.Done, nil).Wait()
			err = s.move(set)
		}
		if err != nil {
			return fmt.Errorf("move messages to %s: %w", s.Done, err)
		}
	case Delete:
		if err := s.remove(set); err != nil {
			return fmt.Errorf("delete messages: %w", err)
		}
	default:
		flags := []imap.Flag{imap.FlagSeen}
		if keywords {
			flags = append(flags, keyword)
		}
		if err := s.flag(set, flags...); err != nil {
			return fmt.Errorf("mark messages: %w", err)
		}
	}
	return nil
}

// move puts messages into the folder of those that were taken. A server that cannot move is asked to copy them, and only what was
// copied is deleted; the client would send all of that at once, and lose what could not be copied.
func (s *session) move(set imap.UIDSet) error {
	if s.client.Caps().Has(imap.CapMove) {
		_, err := s.client.Move(set, s.Done).Wait()
		return err
	}
	if _, err := s.client.Copy(set, s.Done).Wait(); err != nil {
		return err
	}
	return s.remove(set)
}

// remove deletes messages. Where the server deletes nothing but all that is marked as deleted, it is left at the mark: others may have
// set it too.
func (s *session) remove(set imap.UIDSet) error {
	if err := s.flag(set, imap.FlagDeleted); err != nil {
		return err
	}
	if !s.client.Caps().Has(imap.CapUIDPlus) {
		return nil
	}
	return s.client.UIDExpunge(set).Close()
}

func (s *session) flag(set imap.UIDSet, flags ...imap.Flag) error {
	return s.client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: flags}, nil).Close()
}

// wait returns when there may be something new.
func (s *session) wait(ctx context.Context) error {
	s.watch.Stop()
	defer s.watch.Reset(patience)
	if !s.client.Caps().Has(imap.CapIdle) {
		sleep(ctx, s.Poll)
		return context.Cause(ctx)
	}
	idle, err := s.client.Idle()
	if err != nil {
		return err
	}
	look := time.NewTimer(max(s.Poll, 10*time.Minute)) // a server may forget to tell
	defer look.Stop()
	select {
	case <-ctx.Done():
	case <-s.news:
	case <-look.C:
	case <-s.client.Closed():
	}
	s.watch.Reset(patience)
	if err := errors.Join(idle.Close(), idle.Wait()); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Told is an error as it is shown: one that a server's words are in is no code of ours.
func Told(err error) string {
	if err == nil {
		return ""
	}
	return campaign.WithoutAddresses(err.Error())
}
