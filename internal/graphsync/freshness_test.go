package graphsync

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

func TestSum(t *testing.T) {
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	tid, err := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if err != nil {
		t.Fatal(err)
	}
	d := Dataset{Name: Devices, FreshFor: time.Hour}
	ok := Status{Tenant: tid, State: "ok", LastCompleteAt: now.Add(-time.Minute), LastCompleteRun: 3}
	late := Status{Tenant: tid, State: "failed", LastCompleteAt: now.Add(-2 * time.Hour), LastCompleteRun: 2, Trouble: Trouble{Kind: "throttled"}}
	never := Status{Tenant: tid, State: "never"}
	broken := Status{Tenant: tid, State: "failed", Trouble: Trouble{Kind: "licence"}}
	for _, tc := range []struct {
		name     string
		of       []Status
		want     State
		snapshot bool
		sentence string
	}{
		{"none", nil, Never, false, "No connected tenant"},
		{"one complete", []Status{ok}, Complete, true, "Read completely"},
		{"one late", []Status{late}, Late, true, "Read completely"},
		{"one never", []Status{never}, Never, false, "Not read yet"},
		{"one failed", []Status{broken}, Failed, false, "Not read yet"},
		{"two complete", []Status{ok, ok}, Complete, false, "2 of 2 tenants read completely"},
		{"one of each", []Status{ok, late, never, broken}, Partial, false, "2 of 4 tenants read completely, 1 late, 2 not read"},
	} {
		f := Sum(d, tc.of, now)
		if _, got := f.Snapshot(); f.State != tc.want || got != tc.snapshot || f.Sentence() != tc.sentence {
			t.Errorf("%s: %s, snapshot %t, %q", tc.name, f.State, got, f.Sentence())
		}
	}
	if f := Sum(d, []Status{ok, late}, now); !f.AsOf.Equal(late.LastCompleteAt) || f.Failing != 1 {
		t.Errorf("as of %s, failing %d", f.AsOf, f.Failing)
	}
}

func TestBackoff(t *testing.T) {
	if d := backoff("licence", 1, time.Minute); d < 22*time.Hour || d > 26*time.Hour {
		t.Errorf("licence: %s", d)
	}
	for n := 1; n < 100; n++ {
		if d := backoff("throttled", n, 15*time.Minute); d < 50*time.Second || d > 40*time.Minute {
			t.Errorf("throttled, %d: %s", n, d)
		}
	}
}
