// Package mail sends the few messages that the portal writes to people, by SMTP.
//
// It knows no page and keeps nothing: what a message says, and that it was sent, is its sender's. Bodies are never logged, for they may
// hold a link that opens something.
package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/tenantry/tenantry/internal/errs"
)

// Message is one mail in plain text.
type Message struct {
	To, Subject, Text string
}

// Sender sends a message, or says why not in words for the person who asked.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// timeout bounds one sending: somebody waits for the page.
const timeout = 15 * time.Second

// SMTP is a Sender by a mail server: smtps:// speaks TLS from the start, smtp:// asks for STARTTLS and refuses to go on without, but on
// this machine.
type SMTP struct {
	host, from string
	options    []gomail.Option
}

// NewSMTP reads smtp[s]://user:password@host:port and the address that messages come from.
func NewSMTP(address, from string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, fmt.Errorf("not the address of a mail server, smtps://user:password@host:465: %w", errs.Invalid) // the address may hold a password
	}
	if _, err := netmail.ParseAddress(from); err != nil {
		return nil, fmt.Errorf("sender's address %q: %w", from, errs.Invalid)
	}
	s := &SMTP{host: u.Hostname(), from: from, options: []gomail.Option{gomail.WithTimeout(timeout)}}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, fmt.Errorf("port of the mail server: %w", errs.Invalid)
		}
	}
	s.options = append(s.options, gomail.WithPort(port))
	switch {
	case u.Scheme == "smtps":
		s.options = append(s.options, gomail.WithSSL())
	case s.host == "127.0.0.1" || s.host == "localhost" || s.host == "::1":
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return s, nil
}

// ParseAddress is a single mailbox without a name, or errs.Invalid with a sentence.
func ParseAddress(s string) (string, error) {
	a, err := netmail.ParseAddress(strings.TrimSpace(s))
	if err != nil || a.Name != "" || len(a.Address) > 254 {
		return "", errs.Show(errs.Invalid, "Write one e-mail address, such as kim@contoso.com.")
	}
	return a.Address, nil
}

// Send hands the message to the server. What the server refused is told apart from a server that was not reached.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg := gomail.NewMsg()
	if err := errors.Join(msg.From(s.from), msg.To(m.To)); err != nil {
		return fmt.Errorf("%w: %w", errs.Show(errs.Invalid, "The mail could not be addressed. Check the address."), err)
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.SetDate()
	msg.SetMessageID()
	c, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err = c.DialAndSendWithContext(ctx, msg)
	var refused *gomail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.Reason == gomail.ErrSMTPRcptTo:
		return fmt.Errorf("%w: %w", errs.ShowNext(errs.Invalid, "The mail server refused this address.", "Check the address, or copy the text and send it yourself."), err)
	case errors.As(err, &refused):
		return fmt.Errorf("%w: %w", errs.ShowNext(errs.BadGateway, "The mail server did not take the message.", "Copy the text and send it yourself; the log says what the server answered."), err)
	}
	return fmt.Errorf("%w: %w", errs.ShowNext(errs.Unavailable, "The mail server was not reached.", "Copy the text and send it yourself, and have the mail settings checked."), err)
}
