package mail_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
)

// server is a mail server of a few words. It refuses recipients at refused.example and messages that say so.
func server(t *testing.T) (address string, took <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	out := make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go talk(c, out)
		}
	}()
	return "smtp://" + l.Addr().String(), out
}

func talk(c net.Conn, out chan<- string) {
	defer c.Close()
	in := bufio.NewScanner(c)
	say := func(s string) { fmt.Fprint(c, s+"\r\n") }
	say("220 mail.example")
	for in.Scan() {
		word := strings.ToUpper(in.Text())
		switch {
		case strings.HasPrefix(word, "EHLO"), strings.HasPrefix(word, "HELO"):
			say("250 mail.example")
		case strings.HasPrefix(word, "RCPT TO") && strings.Contains(word, "REFUSED.EXAMPLE"):
			say("550 no such mailbox")
		case word == "DATA":
			say("354 go on")
			var b strings.Builder
			for in.Scan() && in.Text() != "." {
				b.WriteString(in.Text() + "\n")
			}
			if strings.Contains(b.String(), "spam") {
				say("554 not taken")
				continue
			}
			out <- b.String()
			say("250 taken")
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	address, took := server(t)
	s, err := mail.NewSMTP(address, "portal@firstup.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), mail.Message{To: "kim@contoso.com", Subject: "Zustimmung für Müller", Text: "Guten Tag\nhttps://portal.example/consent/x"}); err != nil {
		t.Fatal(err)
	}
	got := <-took
	for _, want := range []string{"To: <kim@contoso.com>", "From: <portal@firstup.example>", "Guten Tag", "Message-ID:", "Date:"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
	for _, tc := range []struct {
		m    mail.Message
		kind error
		says string
	}{
		{mail.Message{To: "kim@refused.example", Subject: "a", Text: "b"}, errs.Invalid, "refused this address"},
		{mail.Message{To: "kim@contoso.com", Subject: "a", Text: "spam"}, errs.BadGateway, "did not take"},
		{mail.Message{To: "kim@contoso.com\r\nBcc: x@y.example", Subject: "a", Text: "b"}, errs.Invalid, "address"},
	} {
		err := s.Send(t.Context(), tc.m)
		if sentence, _, shown := errs.Sentence(err); !errors.Is(err, tc.kind) || !shown || !strings.Contains(sentence, tc.says) {
			t.Errorf("%v: %v", tc.m, err)
		}
	}
}

// A subject cannot add headers of its own.
func TestSubjectStaysOneLine(t *testing.T) {
	t.Parallel()
	address, took := server(t)
	s, err := mail.NewSMTP(address, "portal@firstup.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), mail.Message{To: "kim@contoso.com", Subject: "a\r\nBcc: x@y.example", Text: "b"}); err != nil {
		return // refused is as good
	}
	if got := <-took; strings.Contains(got, "\nBcc:") {
		t.Error(got)
	}
}

func TestNotReached(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "smtp://" + l.Addr().String()
	l.Close()
	s, err := mail.NewSMTP(address, "portal@firstup.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), mail.Message{To: "kim@contoso.com", Subject: "a", Text: "b"}); !errors.Is(err, errs.Unavailable) {
		t.Errorf("error = %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		address, from string
		ok            bool
	}{
		{"smtps://user:p%40ss@mail.example", "a@b.example", true}, {"smtp://mail.example:25", "Portal <a@b.example>", true},
		{"mail.example", "a@b.example", false}, {"https://mail.example", "a@b.example", false}, {"smtp://:25", "a@b.example", false},
		{"smtp://mail.example", "nobody", false}, {"smtp://user:secret@mail.example:x", "a@b.example", false},
	} {
		_, err := mail.NewSMTP(tc.address, tc.from)
		if (err == nil) != tc.ok || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s from %s: %v", tc.address, tc.from, err)
		}
	}
	for s, ok := range map[string]bool{"kim@contoso.com": true, " kim@contoso.com ": true, "Kim <kim@contoso.com>": false, "kim": false, "a@b.example, c@d.example": false, "a@b\r\nBcc: c@d.example": false, "": false} {
		if _, err := mail.ParseAddress(s); (err == nil) != ok {
			t.Errorf("%q: %v", s, err)
		}
	}
}
