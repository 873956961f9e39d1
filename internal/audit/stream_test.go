package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestStream: what is recorded after the stream was set arrives in order and only once, also after the receiver was away.
func TestStream(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, ctx := audit.NewStore(pool), t.Context()
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		if _, err := pool.In(tid).Exec(ctx, `INSERT INTO tenant (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING`, tid); err != nil {
			t.Fatal(err)
		}
	}
	add := func(tid tenant.ID, action string) {
		t.Helper()
		if err := s.Append(ctx, tid, audit.Entry{Actor: "Tenantry", Action: action}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	var away error
	send := func(_ context.Context, delivery string, body []byte) error {
		if away != nil {
			return away
		}
		var b struct {
			Tenant  string
			Records []struct {
				Action string
				Hash   string
			}
		}
		if err := json.Unmarshal(body, &b); err != nil {
			t.Error(err)
		}
		for _, r := range b.Records {
			if len(r.Hash) != 64 || !strings.Contains(delivery, b.Tenant) {
				t.Errorf("%s: %s", delivery, body)
			}
			got = append(got, r.Action)
		}
		return nil
	}
	add(contoso, "before")
	if err := s.SetStream(ctx, audit.Stream{Address: "https://siem.example/in"}, "owner"); err != nil {
		t.Fatal(err)
	}
	add(contoso, "one")
	away = errs.Show(errs.Unavailable, "The webhook's address does not answer.")
	if err := s.Deliver(ctx, send); !errors.Is(err, errs.Unavailable) {
		t.Errorf("away: %v", err)
	}
	add(contoso, "two")
	add(fabrikam, "three")
	d, err := s.Delivery(ctx)
	if err != nil || d.Tries != 1 || d.Behind != 3 || d.Problem == "" || !d.SentAt.IsZero() {
		t.Errorf("while it is away: %+v, %v", d, err)
	}
	away = nil
	if err := s.Deliver(ctx, send); err != nil || len(got) > 0 {
		t.Errorf("tried again before its time: %v, %v", got, err)
	}
	if _, err := pool.Raw().Exec(ctx, `UPDATE audit_stream SET next_try_at = now()`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Deliver(ctx, send); err != nil {
			t.Error(err)
		}
	}
	if strings.Join(got, " ") != "one two three" {
		t.Errorf("delivered: %v", got)
	}
	if d, err := s.Delivery(ctx); err != nil || d.Behind != 0 || d.Tries != 0 || d.Problem != "" || d.SentAt.IsZero() {
		t.Errorf("afterwards: %+v, %v", d, err)
	}
	// Another address goes on where the last one was; off and on again begins anew.
	add(fabrikam, "four")
	for _, address := range []string{"https://other.example/in", "", "https://other.example/in"} {
		if err := s.SetStream(ctx, audit.Stream{Address: address}, "owner"); err != nil {
			t.Fatal(err)
		}
		if d, _ := s.Delivery(ctx); address != "" && d.Behind > 1 {
			t.Errorf("%d wait", d.Behind)
		}
	}
	if d, _ := s.Delivery(ctx); d.Behind != 0 {
		t.Errorf("off and on again: %d wait", d.Behind)
	}
}
