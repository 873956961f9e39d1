package failure_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func id(t *testing.T, s string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

// TestStore: a failure keeps its id while the same fails, remembers the one before, ends with a success, and belongs to one tenant.
func TestStore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	contoso, fabrikam := id(t, "11111111-1111-4111-8111-111111111111"), id(t, "22222222-2222-4222-8222-222222222222")
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, tid); err != nil {
			t.Fatal(err)
		}
	}
	s := failure.NewStore(pool)
	noon := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	f := failure.Failure{Tenant: contoso, Source: failure.Live, Kind: "deviceDetail", Object: strings.Repeat("é", 400), At: noon, Problem: "It failed.", RequestID: "r1",
		Diagnosis: &graphsync.Diagnosis{Layer: "scope", Verdict: "Not granted."}}
	keep := func(f failure.Failure) string {
		t.Helper()
		id, err := s.Keep(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	get := func(id string) failure.Failure {
		t.Helper()
		got, err := s.Get(t.Context(), contoso, id)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := keep(f)
	if got := get(first); got.Times != 1 || got.Diagnosis.Verdict != "Not granted." || !got.BeforeAt.IsZero() || !got.FixedAt.IsZero() || !got.At.Equal(noon) {
		t.Errorf("%+v", got)
	}
	again := f
	again.At, again.Diagnosis = noon.Add(time.Hour), nil
	if id := keep(again); id != first {
		t.Error("the same failure has a new id")
	}
	if got := get(first); got.Times != 2 || got.Diagnosis != nil || !got.BeforeAt.Equal(noon) || got.Before.Layer != "scope" || !got.FirstAt.Equal(noon) {
		t.Errorf("%+v", got)
	}
	if got, err := s.Latest(t.Context(), contoso, failure.Live, "deviceDetail"); err != nil || got.ID != first {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.Judge(t.Context(), get(first), &graphsync.Diagnosis{Verdict: "Granted since."}, noon.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got := get(first); got.Diagnosis.Verdict != "Granted since." || !got.JudgedAt.Equal(noon.Add(2*time.Hour)) || !got.BeforeAt.Equal(again.At) || got.Times != 2 {
		t.Errorf("%+v", got)
	}
	other := f
	other.Tenant = fabrikam
	theirs := keep(other)
	for _, at := range []tenant.ID{contoso, fabrikam} { // Fabrikam's own is not touched by what works at Contoso
		if at == contoso {
			if err := s.Fixed(t.Context(), contoso, failure.Live, "deviceDetail", f.Object, noon.Add(3*time.Hour)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := s.Latest(t.Context(), fabrikam, failure.Live, "deviceDetail"); err != nil || got.ID != theirs {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if got := get(first); !got.FixedAt.Equal(noon.Add(3 * time.Hour)) {
		t.Errorf("%+v", got)
	}
	if _, err := s.Latest(t.Context(), contoso, failure.Live, "deviceDetail"); !errors.Is(err, errs.NotFound) {
		t.Errorf("what is fixed is listed: %v", err)
	}
	again.At = noon.Add(4 * time.Hour)
	keep(again)
	if got := get(first); got.Times != 1 || !got.FirstAt.Equal(again.At) || !got.BeforeAt.IsZero() || !got.FixedAt.IsZero() {
		t.Errorf("after a success it begins anew: %+v", got)
	}
	for _, bad := range []string{theirs, "", "x", "11111111-1111-4111-8111-111111111111"} {
		if _, err := s.Get(t.Context(), contoso, bad); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := s.SweepAcrossTenants(t.Context(), noon.Add(30*24*time.Hour+time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), fabrikam, theirs); !errors.Is(err, errs.NotFound) {
		t.Errorf("an old failure is kept: %v", err)
	}
	get(first)
}
