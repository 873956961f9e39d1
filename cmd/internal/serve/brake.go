package serve

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/mail"
)

// coolingEvery is how often the portal looks for cool-offs and loosened limits that the contacts were not told of.
const coolingEvery = 10 * time.Second

// tellContacts tells the brake's contacts what far exceeds the limits, and who wants to loosen them. Where no mail server or nobody is set,
// pages and the audit say so alone.
func (p *Portal) tellContacts(ctx context.Context) error {
	if p.Mail == nil {
		return nil
	}
	var failed []error
	untold, err := p.Brake.Untold(ctx)
	if err != nil {
		return err
	}
	for _, n := range untold {
		failed = append(failed, p.tell(ctx, n.To, coolingMail(n.Approval, p.Config.Origin()), func() error { return p.Brake.Told(ctx, n.Approval.ID) }))
	}
	change, to, err := p.Brake.UntoldChange(ctx)
	if err != nil || change == nil {
		return errors.Join(append(failed, err)...)
	}
	return errors.Join(append(failed, p.tell(ctx, to, changeMail(*change, p.Config.Origin()), func() error { return p.Brake.ToldChange(ctx, change.At) }))...)
}

// tell sends to everybody and then keeps that it did. Where it reached nobody it is tried again; where it reached one of them, it is not.
func (p *Portal) tell(ctx context.Context, to []string, m mail.Message, told func() error) error {
	var failed []error
	for _, m.To = range to {
		if err := p.Mail.Send(ctx, m); err != nil {
			failed = append(failed, err)
		}
	}
	if len(failed) > 0 && len(failed) == len(to) {
		return errors.Join(failed...)
	}
	return errors.Join(append(failed, told())...)
}

func coolingMail(a brake.Approval, origin string) mail.Message {
	devices := "1 device"
	if a.Devices != 1 {
		devices = fmt.Sprintf("%d devices", a.Devices)
	}
	return mail.Message{
		Subject: fmt.Sprintf("%s asks to %s %s", a.By, a.Kind, devices),
		Text: fmt.Sprintf("This is far above what one person may do. It cools off until %s UTC; after that a second person can approve it.\n\nReason given: %s\n\n%s\n\nLook at it, refuse it, or stop everything:\n%s\n%s\n",
			a.CoolUntil.UTC().Format("2 January 2006, 15:04"), a.Reason, strings.Join(a.Why, "\n"), origin+brake.Path(a.ID), origin+"/approvals/stop"),
	}
}

func changeMail(c brake.Change, origin string) mail.Message {
	return mail.Message{
		Subject: c.By + " asks to loosen the limits of destructive acts",
		Text: fmt.Sprintf("The change takes effect on %s UTC, unless an owner drops it before. A second owner can put it in effect at once.\n\nLook at it:\n%s\n",
			c.From.UTC().Format("2 January 2006, 15:04"), origin+"/settings/brake"),
	}
}
