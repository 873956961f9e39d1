package serve

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/mail"
)

// post reaches everybody but those who are away.
type post struct {
	away []string
	sent []mail.Message
}

func (p *post) Send(_ context.Context, m mail.Message) error {
	if slices.Contains(p.away, m.To) {
		return errors.New("no such mailbox")
	}
	p.sent = append(p.sent, m)
	return nil
}

// TestContactsAreTold: one who cannot be reached neither keeps the other from being told nor has them told for ever; where nobody was reached
// it is tried again.
func TestContactsAreTold(t *testing.T) {
	both := []string{"one@firstup.example", "two@firstup.example"}
	m := coolingMail(brake.Approval{ID: 7, Kind: brake.Wipe, Devices: 60, By: "Anna", Reason: "Lease ended", CoolUntil: time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)}, "https://portal.example")
	if !strings.Contains(m.Text, "https://portal.example/approvals/7") || !strings.Contains(m.Text, "28 November 2026, 03:00 UTC") || !strings.Contains(m.Subject, "wipe 60 devices") {
		t.Errorf("%+v", m)
	}
	for _, tc := range []struct {
		to, away []string
		sent     int
		told     bool
	}{{both, nil, 2, true}, {both, both[:1], 1, true}, {both, both, 0, false}, {nil, nil, 0, true}} {
		sender, told := &post{away: tc.away}, false
		err := (&Portal{Mail: sender}).tell(t.Context(), tc.to, m, func() error { told = true; return nil })
		if len(sender.sent) != tc.sent || told != tc.told || (err != nil) != (len(tc.away) > 0) {
			t.Errorf("to %v, away %v: %d sent, told %v, %v", tc.to, tc.away, len(sender.sent), told, err)
		}
	}
}

func TestCoolingMailOfOne(t *testing.T) {
	if m := coolingMail(brake.Approval{Kind: brake.Wipe, Devices: 1, By: "Anna"}, ""); m.Subject != "Anna asks to wipe 1 device" {
		t.Errorf("subject %q", m.Subject)
	}
}
