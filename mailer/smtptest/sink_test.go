package smtptest

import (
	"bufio"
	"bytes"
	"net/smtp"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestSinkCountsMessages(t *testing.T) {
	s, err := StartSink(0)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 2 {
		if err := smtp.SendMail(s.Addr(), nil, "a@example.org", []string{"b@example.org"}, []byte("Subject: x\r\n\r\n.dot\r\n\r\n..\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n, first, last := s.Taken(); n != 2 || first.Before(began) || last.Before(first) {
		t.Errorf("%d messages from %v to %v", n, first, last)
	}
}

// TestSinkFindsTheEndOfData wherever reading begins and ends.
func TestSinkFindsTheEndOfData(t *testing.T) {
	for _, data := range []string{".\r\n", "x\r\n.\r\n", "\r\n..\r\n.\r\n", strings.Repeat("long line\r\n", 20000) + ".\r\n"} {
		for name, in := range map[string]*bufio.Reader{
			"at once": bufio.NewReader(strings.NewReader(data + "MAIL")), "byte by byte": bufio.NewReader(iotest.OneByteReader(bytes.NewReader([]byte(data + "MAIL")))),
		} {
			n, err := skipData(in)
			if err != nil {
				t.Fatal(err)
			}
			if rest, _ := in.Peek(4); n != len(data) || string(rest) != "MAIL" {
				t.Errorf("%s: after %d octets stands %q", name, len(data), rest)
			}
		}
	}
	if _, err := skipData(bufio.NewReader(strings.NewReader("without an end\r\n"))); err == nil {
		t.Error("data without an end were taken for ended")
	}
}
