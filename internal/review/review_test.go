package review

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	who      = tenant.Person{Tenant: contoso, ObjectID: "33333333-3333-4333-8333-333333333333", Name: "Somebody", UPN: "somebody@contoso.example", Role: tenant.RoleSupport}
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func store(t *testing.T) (*postgres.Pool, *Store) {
	t.Helper()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	return pool, NewStore(pool, audit.NewStore(pool), func() time.Time { return noon })
}

func TestDecisionsStayWithTheirTenant(t *testing.T) {
	t.Parallel()
	pool, s := store(t)
	ctx := t.Context()
	until := noon.AddDate(0, 0, 30)
	for _, err := range []error{
		s.Accept(ctx, contoso, who, "noncompliant", "The shop floor is replaced in autumn.", until), s.Hand(ctx, contoso, who, "job:a/b", "Adele Vance"), s.Note(ctx, contoso, who, "noncompliant", "Called them."),
		s.Note(ctx, contoso, who, "", "All quiet."), s.SetPlan(ctx, contoso, who, noon.AddDate(0, 0, 5), "Somebody"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	marks, err := s.Marks(ctx, contoso)
	if err != nil || len(marks) != 2 || marks["noncompliant"].State != Accepted || !marks["noncompliant"].Until.Equal(until.Truncate(24*time.Hour)) || marks["job:a/b"].Holder != "Adele Vance" {
		t.Errorf("marks = %+v, %v", marks, err)
	}
	if notes, err := s.Notes(ctx, contoso, time.Time{}); err != nil || len(notes) != 2 || notes[0].Text != "Called them." || notes[1].Key != "" {
		t.Errorf("notes = %+v, %v", notes, err)
	}
	if marks, err := s.Marks(ctx, fabrikam); err != nil || len(marks) != 0 {
		t.Errorf("another tenant's marks = %+v, %v", marks, err)
	}
	if notes, err := s.Notes(ctx, fabrikam, time.Time{}); err != nil || len(notes) != 0 {
		t.Errorf("another tenant's notes = %+v, %v", notes, err)
	}
	if err := s.Reopen(ctx, fabrikam, who, "noncompliant"); !errors.Is(err, errs.NotFound) {
		t.Errorf("open another tenant's again: %v", err)
	}
	if err := s.Reopen(ctx, contoso, who, "noncompliant"); err != nil {
		t.Error(err)
	}
	all, err := s.Standings(ctx, tenant.Only(contoso, fabrikam))
	if err != nil || len(all) != 1 || all[contoso].Plan.Holder != "Somebody" || all[contoso].Number != 0 {
		t.Errorf("standings = %+v, %v", all, err)
	}
	if all, err := s.Standings(ctx, tenant.Only(fabrikam)); err != nil || len(all) != 0 {
		t.Errorf("standings of another = %+v, %v", all, err)
	}
	if n, err := s.Handed(ctx, tenant.Everything()); err != nil || n[contoso] != 1 {
		t.Errorf("handed = %v, %v", n, err)
	}
	if n, err := audit.NewStore(pool).Count(ctx, tenant.Only(contoso), audit.Filter{}); err != nil || n != 6 {
		t.Errorf("%d lines in the audit, %v", n, err)
	}
}

func TestBadDecisions(t *testing.T) {
	t.Parallel()
	_, s := store(t)
	ctx := t.Context()
	for name, err := range map[string]error{
		"no reason": s.Accept(ctx, contoso, who, "k", " ", noon.AddDate(0, 0, 1)), "yesterday": s.Accept(ctx, contoso, who, "k", "why", noon.AddDate(0, 0, -1)),
		"for ever": s.Accept(ctx, contoso, who, "k", "why", noon.AddDate(5, 0, 0)), "nobody": s.Hand(ctx, contoso, who, "k", ""), "no finding": s.Hand(ctx, contoso, who, "", "x"),
		"long": s.Note(ctx, contoso, who, "", strings.Repeat("n", MaxText+1)), "empty": s.Note(ctx, contoso, who, "", ""), "NUL": s.Note(ctx, contoso, who, "", "a\x00"),
		"far": s.SetPlan(ctx, contoso, who, noon.AddDate(9, 0, 0), ""),
	} {
		if !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMarkHolds(t *testing.T) {
	day := noon.Truncate(24 * time.Hour)
	for _, tc := range []struct {
		m    Mark
		at   time.Time
		want bool
	}{
		{Mark{State: Accepted, Until: day}, noon, true}, {Mark{State: Accepted, Until: day}, day.AddDate(0, 0, 1), false}, {Mark{State: Handed}, noon.AddDate(9, 0, 0), true}, {Mark{}, noon, false},
	} {
		if got := tc.m.Holds(tc.at); got != tc.want {
			t.Errorf("%+v at %s: %t", tc.m, tc.at, got)
		}
	}
}

func snap() Snapshot {
	n := int64(12)
	at := noon.Add(-time.Hour)
	return Snapshot{Tenant: "Contoso", Partner: "First Up", Devices: &n, ReadAt: &at, Notes: []Note{}, Read: map[string]any{"devices": at, "apps": nil},
		Findings: []Kept{{Finding: Finding{Key: "k", Kind: "noncompliant", Severity: Warn, Count: 3, Since: &at, URL: "/x?a=1&b=<2>"}, State: "open"}}}
}

// Of many who sign the same review off, one does; the others are told. What was signed comes back as it was, and nobody can change it unseen.
func TestSignOff(t *testing.T) {
	t.Parallel()
	pool, s := store(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, told := 0, 0
	for range 8 {
		wg.Go(func() {
			_, err := s.SignOff(context.Background(), contoso, who, 0, "de", snap(), noon.AddDate(0, 3, 0), "Somebody")
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case errors.Is(err, errs.Conflict):
				told++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done != 1 || told != 7 {
		t.Fatalf("%d signed off, %d told", done, told)
	}
	r, err := s.Get(t.Context(), contoso, 1)
	if err != nil || r.Language != "de" || len(r.Snapshot.Findings) != 1 || r.Snapshot.Findings[0].URL != "/x?a=1&b=<2>" || *r.Snapshot.Devices != 12 {
		t.Errorf("= %+v, %v", r, err)
	}
	if _, err := s.Get(t.Context(), fabrikam, 1); !errors.Is(err, errs.NotFound) {
		t.Errorf("as another tenant: %v", err)
	}
	if _, err := s.SignOff(t.Context(), contoso, who, 1, "en", snap(), time.Time{}, ""); err != nil {
		t.Error(err)
	}
	all, err := s.Standings(t.Context(), tenant.Everything())
	if err != nil || all[contoso].Number != 2 || all[contoso].Last.IsZero() || !all[contoso].Plan.NextOn.IsZero() {
		t.Errorf("standing = %+v, %v", all[contoso], err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `UPDATE review SET snapshot = jsonb_set(snapshot, '{devices}', '13') WHERE number = 1`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), contoso, 1); err == nil || errors.Is(err, errs.NotFound) {
		t.Errorf("a changed snapshot: %v", err)
	}
}
