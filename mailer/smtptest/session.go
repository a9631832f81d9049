package smtptest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"strings"
)

// session is one connection.
type session struct {
	server *Server
	number int
	socket net.Conn
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer

	message  Message
	mailOpen bool
	rcptOpen bool
}

var errEnd = errors.New("the conversation is over")

func (c *session) run() {
	if c.step(Connect, "", "") != nil {
		return
	}
	if c.server.options.TLS && c.secure() != nil {
		return
	}
	if c.step(Greeting, "", "220 smtptest.example ESMTP") != nil {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		if c.server.options.HatesPipelining && c.in.Buffered() > 0 {
			return
		}
		if c.server.options.ForgetsPipelined {
			_, _ = c.in.Discard(c.in.Buffered())
		}
		if c.command(strings.TrimRight(line, "\r\n")) != nil {
			if !c.server.options.HoldsBack {
				_ = c.out.Flush()
			}
			return
		}
	}
}

func (c *session) secure() error {
	conn := tls.Server(c.socket, &tls.Config{Certificates: []tls.Certificate{c.server.certificate}})
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.use(conn)
	return nil
}

// step does what the script says at a phase; usual is the answer of a good server, "" for none.
func (c *session) step(phase Phase, line, usual string) error {
	_, err := c.do(c.server.act(phase, c.number, line), usual)
	return err
}

// do carries out an action and returns the code it answered with.
func (c *session) do(a Action, usual string) (code string, err error) {
	if a.Wait != nil {
		if err := c.out.Flush(); err != nil {
			return "", err
		}
		select {
		case <-a.Wait:
		case <-c.server.closing:
			return "", errEnd
		}
	}
	if a.Silent {
		_ = c.out.Flush()
		_, _ = io.Copy(io.Discard, c.conn) // until the client leaves
		return "", errEnd
	}
	text := usual
	if a.Reply != "" {
		text = a.Reply
	}
	if a.Drop && a.Reply == "" {
		return "", errEnd
	}
	if text != "" {
		if err := c.write(strings.ReplaceAll(text, "\n", "\r\n")+"\r\n", a.Slow); err != nil {
			return "", err
		}
	}
	if a.Drop {
		c.leave()
		return "", errEnd
	}
	return text[:min(3, len(text))], nil
}

// leave ends the conversation so that the last answer arrives: closing with unread input would throw it away.
func (c *session) leave() {
	_ = c.out.Flush()
	if half, ok := c.socket.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, c.socket)
}

// write sends an answer; answers to pipelined commands go together, as they do from real servers.
func (c *session) write(text string, slow bool) error {
	if slow {
		for i := range len(text) {
			_, _ = c.out.WriteString(text[i : i+1])
			if err := c.out.Flush(); err != nil {
				return err
			}
		}
		return nil
	}
	_, _ = c.out.WriteString(text)
	if c.in.Buffered() > 0 {
		return nil
	}
	return c.out.Flush()
}

func (c *session) command(line string) error {
	verb, rest, _ := strings.Cut(strings.ToUpper(line), " ")
	switch verb {
	case "EHLO", "HELO":
		return c.step(Hello, line, c.greeting())
	case "STARTTLS":
		code, err := c.do(c.server.act(StartTLS, c.number, line), "220 2.0.0 go ahead")
		if err != nil || code != "220" {
			return err
		}
		return c.secure()
	case "AUTH":
		return c.auth(line, rest)
	case "MAIL":
		return c.mail(line)
	case "RCPT":
		return c.rcpt(line)
	case "DATA":
		return c.data(line)
	case "RSET":
		c.mailOpen, c.rcptOpen = false, false
		return c.step(Reset, line, "250 2.0.0 forgotten")
	case "NOOP":
		return c.step(Noop, line, "250 2.0.0 here")
	case "QUIT":
		_ = c.step(Quit, line, "221 2.0.0 bye")
		return errEnd
	}
	return c.write("500 5.5.2 no such command\r\n", false)
}

func (c *session) greeting() string {
	_, encrypted := c.conn.(*tls.Conn)
	lines := append([]string{"smtptest.example at your service"}, c.server.options.Extensions...)
	if c.server.options.StartTLS && !encrypted {
		lines = append(lines, "STARTTLS")
	}
	if c.server.options.User != "" {
		lines = append(lines, "AUTH PLAIN LOGIN")
	}
	return "250-" + strings.Join(lines[:len(lines)-1], "\n250-") + "\n250 " + lines[len(lines)-1]
}

func (c *session) auth(line, rest string) error {
	kind, initial, _ := strings.Cut(line[len("AUTH "):], " ")
	given := ""
	switch strings.ToUpper(kind) {
	case "PLAIN":
		decoded, _ := base64.StdEncoding.DecodeString(initial)
		given = string(bytes.TrimPrefix(decoded, []byte{0}))
	case "LOGIN":
		for _, question := range []string{"334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"} {
			if err := c.write(question, false); err != nil {
				return err
			}
			answer, err := c.in.ReadString('\n')
			if err != nil {
				return err
			}
			decoded, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(answer))
			given = strings.TrimPrefix(given+"\x00"+string(decoded), "\x00")
		}
	}
	usual := "535 5.7.8 the user or the password is wrong"
	if given == c.server.options.User+"\x00"+c.server.options.Password {
		usual = "235 2.7.0 welcome"
	}
	return c.step(Auth, "AUTH "+strings.Fields(rest)[0], usual)
}

func (c *session) mail(line string) error {
	usual := "250 2.1.0 ok"
	if c.mailOpen {
		usual = "503 5.5.1 there is a sender already"
	}
	code, err := c.do(c.server.act(Mail, c.number, line), usual)
	if code == "250" {
		c.mailOpen, c.rcptOpen = true, false
		c.message = Message{Conn: c.number}
		c.message.From, c.message.Parameters = envelopeAddress(line)
	}
	return err
}

func (c *session) rcpt(line string) error {
	usual := "250 2.1.5 ok"
	if !c.mailOpen {
		usual = "503 5.5.1 the sender comes first"
	}
	code, err := c.do(c.server.act(Rcpt, c.number, line), usual)
	if code == "250" {
		c.rcptOpen = true
		c.message.To, _ = envelopeAddress(line)
	}
	return err
}

func (c *session) data(line string) error {
	usual := "354 go ahead"
	if !c.rcptOpen && !c.server.options.DataAnyway {
		usual = "554 5.5.1 no valid recipients"
	}
	code, err := c.do(c.server.act(Data, c.number, line), usual)
	if err != nil || code != "354" {
		return err
	}
	if c.message.Data, err = c.readData(); err != nil {
		return err
	}
	return c.dot()
}

func (c *session) dot() error {
	usual := "250 2.0.0 queued as smtptest"
	if !c.rcptOpen {
		usual = "554 5.5.1 no valid recipients"
	}
	if c.in.Buffered() > 0 {
		c.server.mu.Lock()
		c.server.ahead++
		c.server.mu.Unlock()
		if c.server.options.HatesAhead {
			return errEnd
		}
	}
	if c.server.options.ForgetsAhead {
		_, _ = c.in.Discard(c.in.Buffered())
	}
	a := c.server.act(Dot, c.number, "")
	good := a.Reply == "" && !a.Drop && !a.Silent || strings.HasPrefix(a.Reply, "2")
	if c.rcptOpen && (good || a.Take) {
		c.server.take(c.message)
	}
	c.mailOpen, c.rcptOpen = false, false
	_, err := c.do(a, usual)
	return err
}

// readData reads up to the final dot, and takes the dot-stuffing out.
func (c *session) readData() ([]byte, error) {
	a := c.server.act(Body, c.number, "")
	acts := a.Drop || a.Silent || a.Reply != "" || a.Wait != nil
	read := 0
	var all []byte
	for {
		if acts && read >= a.After {
			if _, err := c.do(a, ""); err != nil {
				_ = c.out.Flush()
				return nil, err
			}
			acts = false
		}
		line, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		read += len(line)
		if string(line) == ".\r\n" {
			return all, nil
		}
		if !c.server.options.Forget {
			all = append(all, bytes.TrimPrefix(line, []byte("."))...)
		}
	}
}
