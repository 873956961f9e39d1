package consent_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/tenant"
)

// sender keeps what was sent, or fails as told.
type sender struct {
	sent []mail.Message
	err  error
}

func (s *sender) Send(_ context.Context, m mail.Message) error {
	if s.err == nil {
		s.sent = append(s.sent, m)
	}
	return s.err
}

// journal keeps what was audited, as text.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) Append(_ context.Context, _ tenant.ID, e domain.Event) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprint(e.Action, e.Object, e.Detail))
	return nil
}

func TestLinkIsSentByMail(t *testing.T) {
	s := newSite(t)
	path := s.link(devices + "&to=kim%40contoso.com")
	if len(s.mail.sent) != 1 || s.mail.sent[0].To != "kim@contoso.com" || !strings.Contains(s.mail.sent[0].Text, path) || !strings.Contains(s.mail.sent[0].Subject, "Zustimmung") {
		t.Fatalf("sent = %+v", s.mail.sent)
	}
	s.open(path)
	noted := strings.Join(s.journal.lines, "\n")
	if !strings.Contains(noted, "consent.link.sent") || !strings.Contains(noted, "kim@contoso.com") || strings.Contains(noted, strings.TrimPrefix(path, "/consent/")) {
		t.Errorf("audit = %s", noted)
	}
}

// A mail that fails leaves the link, says what to do, and is not noted as sent.
func TestMailThatFails(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		err  error
		says string
	}{
		{errs.ShowNext(errs.Unavailable, "The mail server was not reached.", "Copy the text and send it yourself."), "The mail server was not reached."},
		{errs.Unavailable, "The mail was not sent."},
	} {
		s.mail.err = tc.err
		a := s.do("POST", "/t/"+contoso+"/consent", devices+"&to=kim%40contoso.com")
		if a.status != 200 || !strings.Contains(a.text(), tc.says) || !strings.Contains(a.text(), "Copy the text") || !linkForm.MatchString(a.text()) {
			t.Errorf("%v: %d", tc.err, a.status)
		}
	}
	if noted := strings.Join(s.journal.lines, "\n"); strings.Contains(noted, "consent.link.sent") {
		t.Error(noted)
	}
}

func TestMailToNobodyOrToMany(t *testing.T) {
	s := newSite(t)
	for _, to := range []string{"kim", "a%40b.example,c%40d.example", "a%40b.example%0d%0aBcc:c%40d.example"} {
		if a := s.do("POST", "/t/"+contoso+"/consent", devices+"&to="+to); a.status != 422 || !strings.Contains(a.text(), "Write one e-mail address") {
			t.Errorf("%s: %d", to, a.status)
		}
	}
	if len(s.mail.sent) > 0 {
		t.Errorf("sent = %v", s.mail.sent)
	}
}
