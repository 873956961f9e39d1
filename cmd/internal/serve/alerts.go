package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/webhook"
)

// alertsEvery is how often it is looked for alerts that nobody was told of.
const alertsEvery = 10 * time.Second

// tellAlerts tells of provisioning alerts that began or are over. Where nobody is to be told, they are only shown.
func (p *Portal) tellAlerts(ctx context.Context) error {
	rules, err := p.Provisioning.Rules(ctx)
	if err != nil {
		return err
	}
	secret, err := webhook.Secret(p.Keys, provisioning.AlertSecret, rules.Sealed)
	if err != nil {
		return err
	}
	_, err = p.Provisioning.TellDueAcrossTenants(ctx, p.Sync.Now(), func(ctx context.Context, a provisioning.Alert) error {
		return p.tellAlert(ctx, rules, secret, a)
	})
	return err
}

func (p *Portal) tellAlert(ctx context.Context, rules provisioning.AlertRules, secret string, a provisioning.Alert) error {
	n := newAlertNote(a, p.Config.Origin())
	var failed []error
	if rules.Webhook != "" {
		body, err := json.Marshal(n)
		if err != nil {
			return err
		}
		failed = append(failed, p.hooks.Send(ctx, rules.Webhook, secret, n.ID, body))
	}
	if len(rules.Mails) > 0 && p.Mail == nil {
		failed = append(failed, errs.Show(errs.Unavailable, "No mail server is set, so no mail was sent."))
	}
	for _, to := range rules.Mails {
		if p.Mail != nil {
			failed = append(failed, p.Mail.Send(ctx, n.message(to)))
		}
	}
	if err := errors.Join(failed...); err != nil {
		p.Log.WarnContext(ctx, "alert not told", "tenant_id", a.Tenant.String(), "alert_id", a.ID, "err", err)
		for _, err := range failed {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// alertNote is what goes to a webhook.
type alertNote struct {
	ID       string     `json:"id"`    // the same for every try to deliver it
	Event    string     `json:"event"` // provisioning.alert.opened, provisioning.alert.over
	Kind     string     `json:"kind"`
	Tenant   noteTenant `json:"tenant"`
	App      string     `json:"application"`
	JobID    string     `json:"job_id,omitempty"`
	Detail   string     `json:"detail"`
	Since    *time.Time `json:"since"` // as Microsoft says; null: it does not
	OpenedAt time.Time  `json:"opened_at"`
	OverAt   *time.Time `json:"over_at"`
	URL      string     `json:"url"`
}

type noteTenant struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func newAlertNote(a provisioning.Alert, origin string) alertNote {
	n := alertNote{
		ID: strconv.FormatInt(a.ID, 10) + "-opened", Event: "provisioning.alert.opened", Kind: string(a.Kind), Tenant: noteTenant{a.Tenant.String(), a.TenantName}, App: a.App, JobID: a.JobID,
		Detail: a.Detail, OpenedAt: a.OpenedAt.UTC(), URL: origin + "/t/" + a.Tenant.String() + "/provisioning/" + a.SPID,
	}
	if !a.Since.IsZero() {
		since := a.Since.UTC()
		n.Since = &since
	}
	if !a.ClosedAt.IsZero() {
		at := a.ClosedAt.UTC()
		n.ID, n.Event, n.OverAt = strconv.FormatInt(a.ID, 10)+"-over", "provisioning.alert.over", &at
	}
	return n
}

var alertSubjects = map[string][2]string{
	string(provisioning.InQuarantine): {"Microsoft stopped %s", "%s runs again"},
	string(provisioning.ManyFailures): {"Many failures of %s", "%s fails no more than usual"},
	string(provisioning.Stalled):      {"%s makes no progress", "%s makes progress again"},
}

func (n alertNote) message(to string) mail.Message {
	words, text := alertSubjects[n.Kind][0], n.Detail
	if n.Since != nil {
		text += " So since " + n.Since.Format("2 January 2006, 15:04") + " UTC, says Microsoft."
	}
	if n.OverAt != nil {
		words, text = alertSubjects[n.Kind][1], "It began on "+n.OpenedAt.Format("2 January 2006, 15:04")+" UTC and is over since "+n.OverAt.Format("2 January 2006, 15:04")+" UTC."
	}
	return mail.Message{To: to, Subject: n.Tenant.Name + ": " + fmt.Sprintf(words, n.App), Text: text + "\n\n" + n.URL + "\n"}
}

// TestAlert sends what an alert would look like, to whom the rules say.
func (p *Portal) TestAlert(ctx context.Context) error {
	rules, err := p.Provisioning.Rules(ctx)
	if err != nil {
		return err
	}
	if rules.Webhook == "" && len(rules.Mails) == 0 {
		return errs.ShowNext(errs.Conflict, "Nobody is to be told.", "Save an address first.")
	}
	secret, err := webhook.Secret(p.Keys, provisioning.AlertSecret, rules.Sealed)
	if err != nil {
		return err
	}
	a := provisioning.Alert{Tenant: p.home, TenantName: "Test", Kind: provisioning.InQuarantine, App: "Nothing", Detail: "This is a test. No job is in quarantine.", OpenedAt: p.Sync.Now()}
	return p.tellAlert(ctx, rules, secret, a)
}
