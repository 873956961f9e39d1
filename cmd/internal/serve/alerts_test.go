package serve

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/webhook"

	"context"
)

type letters []mail.Message

func (l *letters) Send(_ context.Context, m mail.Message) error { *l = append(*l, m); return nil }

// A job in quarantine is told of by mail and by a signed webhook, and so is its end.
func TestAlertsAreMailedAndPosted(t *testing.T) {
	t.Parallel()
	p, cloud := opened(t)
	var posted []alertNote
	var secret string
	status := http.StatusServiceUnavailable
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var n alertNote
		if err := json.Unmarshal(body, &n); err != nil || r.Header.Get("Tenantry-Signature") != webhook.Sign(secret, time.Unix(42, 0), body) || r.Header.Get("Tenantry-Delivery") != n.ID {
			t.Errorf("%s signed %s: %v", body, r.Header.Get("Tenantry-Signature"), err)
		}
		posted = append(posted, n)
		w.WriteHeader(status)
	}))
	defer srv.Close()
	var sent letters
	p.Mail, p.hooks.Now = &sent, func() time.Time { return time.Unix(42, 0) }
	rules := provisioning.AlertRules{Mails: []string{"noc@firstup.example"}, Webhook: srv.URL, Percent: 20, AtLeast: 10, Hours: 6}
	var err error
	rules.Sealed, secret, err = webhook.Renew(p.Keys, provisioning.AlertSecret, rules.Webhook, nil, false)
	if err := errors.Join(err, p.Provisioning.SetRules(t.Context(), rules, "owner")); err != nil {
		t.Fatal(err)
	}
	tid, err := tenant.ParseID(cloud.World.Tenants()[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Tenants.Upsert(t.Context(), tenant.Only(tid), tenant.Tenant{ID: tid, DisplayName: "Contoso"}); err != nil {
		t.Fatal(err)
	}
	read := func(code string, health provisioning.Health, at time.Time) {
		t.Helper()
		stage := p.Provisioning.Stage()
		defer stage.Close()
		err := errors.Join(stage.AddApplication(provisioning.Application{ID: "sp", Name: "Box"}),
			stage.Add(provisioning.Job{SPID: "sp", ID: "j", Code: code, Health: health, Schedule: "Active", LastEndedAt: at, Quarantine: provisioning.Quarantine{Message: "401 from the target"}}))
		if err == nil {
			err = p.Pool.InTx(t.Context(), tid, func(tx pgx.Tx) error { _, err := stage.Merge(t.Context(), tx, tid, at.Unix(), at); return err })
		}
		if err := errors.Join(err, p.tellAlerts(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	now := p.Sync.Now()
	read("Quarantine", provisioning.Quarantined, now.Add(-time.Minute))
	if found, err := p.Provisioning.Alerts(t.Context(), tenant.Only(tid), provisioning.AlertFilter{Now: now}); err != nil || found.Count != 1 || found.Rows[0].Problem != "The webhook's address answered 503." {
		t.Errorf("the webhook fails: %+v, %v", found, err)
	}
	status = http.StatusNoContent
	if _, err := p.Provisioning.TellDueAcrossTenants(t.Context(), now.Add(time.Hour), func(ctx context.Context, a provisioning.Alert) error { return p.tellAlert(ctx, rules, secret, a) }); err != nil {
		t.Fatal(err)
	}
	read("Active", provisioning.Fine, now)
	var events []string
	for _, n := range posted {
		events = append(events, n.Event+" "+n.Tenant.Name+" "+n.App)
	}
	if want := []string{"provisioning.alert.opened Contoso Box", "provisioning.alert.opened Contoso Box", "provisioning.alert.over Contoso Box"}; !slices.Equal(events, want) {
		t.Errorf("posted %q", events)
	}
	if n := len(sent); n != 3 || sent[0].Subject != "Contoso: Microsoft stopped Box" || sent[n-1].Subject != "Contoso: Box runs again" {
		t.Errorf("mailed %+v", sent)
	}
	if err := p.TestAlert(t.Context()); err != nil || len(posted) != 4 {
		t.Errorf("a test: %v", err)
	}
}
