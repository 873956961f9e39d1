package guest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestJobs: each invitation of a job goes out once, whoever else orders it; only what was not sent is tried again; and each tenant's lines
// are its own.
func TestJobs(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, now := NewStore(pool), time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for tid, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var sent []string
	answer := map[string]error{"b": errs.ShowNext(errs.Forbidden, "No.", "Ask."), "c": errs.Show(errs.Timeout, "Who knows."), "g": errors.New("a mistake of ours")}
	r := &Runner{Log: slog.New(slog.DiscardHandler), Store: s, Now: func() time.Time { return now }, Invite: func(ctx context.Context, by tenant.Person, _ string, tid tenant.ID, in Invitation) (Receipt, error) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, fmt.Sprintf("%s %s %s %s %t", map[tenant.ID]string{contoso: "contoso", fabrikam: "fabrikam"}[tid], in.Address, in.Language, by.Name, in.Mail))
		if err := answer[in.Address]; err != nil {
			return Receipt{}, err
		}
		return Receipt{}, s.await(ctx, tid, in.Address, "id-"+in.Address, now)
	}}
	all := tenant.Only(contoso, fabrikam)
	order := func(lines ...Line) int64 {
		t.Helper()
		id, err := s.CreateJob(t.Context(), all, Job{MadeAt: now, MadeBy: "Technician", Language: "de-DE"}, lines)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	run := func(id int64) []string {
		t.Helper()
		sent = nil
		j, lines, err := s.Job(t.Context(), all, id)
		if err != nil {
			t.Fatal(err)
		}
		r.Start(t.Context(), tenant.Person{Name: "Technician"}, "q", j, lines)
		r.Wait()
		slices.Sort(sent)
		return sent
	}
	outcomes := func(scope tenant.Scope, id int64) string {
		t.Helper()
		_, lines, err := s.Job(t.Context(), scope, id)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, l := range lines {
			said = append(said, l.TenantName+" "+l.Address+" "+string(l.Outcome)+" "+l.Said)
		}
		return strings.Join(said, "; ")
	}
	err := pool.InTx(t.Context(), contoso, func(tx pgx.Tx) error {
		_, err := s.Merge(t.Context(), tx, contoso, 1, now, []Guest{{ID: "d", Address: "d", InvitedAt: now.Add(-time.Hour)}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	first := order(Line{Tenant: contoso, Address: "a"}, Line{Tenant: contoso, Address: "b"}, Line{Tenant: contoso, Address: "c"}, Line{Tenant: contoso, Address: "d"}, Line{Tenant: fabrikam, Address: "a"})
	second := order(Line{Tenant: contoso, Address: "a"})
	if got := outcomes(all, second); got != "Contoso a there Another job is sending this invitation." {
		t.Errorf("ordered twice: %s", got)
	}
	if got := run(second); len(got) != 0 {
		t.Errorf("the second job sent %v", got)
	}
	if got, want := strings.Join(run(first), "; "), "contoso a de-DE Technician true; contoso b de-DE Technician true; contoso c de-DE Technician true; fabrikam a de-DE Technician true"; got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
	want := "Contoso a sent ; Contoso b failed No. Ask.; Contoso c unknown Who knows.; Contoso d there The person is a guest there, or was invited a moment ago.; Fabrikam a sent "
	if got := outcomes(all, first); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := outcomes(tenant.Only(fabrikam), first); got != "Fabrikam a sent " {
		t.Errorf("Fabrikam sees %s", got)
	}
	if _, _, err := s.Job(t.Context(), tenant.Only(fabrikam), second); !errors.Is(err, errs.NotFound) {
		t.Errorf("a job of another tenant: %v", err)
	}
	if waiting, err := s.Awaited(t.Context(), all, now); err != nil || len(waiting) != 2 || waiting[0].TenantName != "Contoso" || waiting[1].TenantName != "Fabrikam" {
		t.Errorf("awaited: %+v, %v", waiting, err)
	}
	if waiting, err := s.Awaited(t.Context(), tenant.Only(fabrikam), now.Add(Unread)); err != nil || len(waiting) != 0 {
		t.Errorf("awaited for too long: %+v, %v", waiting, err)
	}
	third := order(Line{Tenant: contoso, Address: "a"})
	if got := run(third); len(got) != 0 || outcomes(all, third) != "Contoso a there The person is a guest there, or was invited a moment ago." {
		t.Errorf("invited a moment ago: sent %v, %s", got, outcomes(all, third))
	}

	delete(answer, "b")
	if err := s.Again(t.Context(), tenant.Only(fabrikam), first, now); err != nil || strings.Contains(outcomes(all, first), "waiting") {
		t.Errorf("again in Fabrikam's name: %s, %v", outcomes(all, first), err)
	}
	if err := s.Again(t.Context(), all, first, now); err != nil {
		t.Fatal(err)
	}
	if got := run(first); len(got) != 1 || !strings.HasPrefix(got[0], "contoso b") {
		t.Errorf("tried again: %v", got)
	}
	if jobs, next, count, err := s.Jobs(t.Context(), tenant.Only(contoso), "", 2); err != nil || count != 3 || len(jobs) != 2 || jobs[0].ID != third || next == "" || jobs[0].Lines != 1 || jobs[0].There != 1 {
		t.Errorf("jobs: %+v, %q, %d, %v", jobs, next, count, err)
	}
	if jobs, _, count, err := s.Jobs(t.Context(), tenant.Only(fabrikam), "", 9); err != nil || count != 1 || jobs[0].Customers != 1 || jobs[0].Sent != 1 {
		t.Errorf("jobs of Fabrikam: %+v, %d, %v", jobs, count, err)
	}

	if mistake := order(Line{Tenant: contoso, Address: "g"}); len(run(mistake)) != 1 || outcomes(all, mistake) != "Contoso g failed The portal made a mistake. Its log has the details." {
		t.Errorf("our own mistake: %s", outcomes(all, mistake))
	}

	if err := s.Revoked(t.Context(), contoso, "id-a", "x", now); err != nil {
		t.Fatal(err)
	}
	if got := run(order(Line{Tenant: contoso, Address: "a"}, Line{Tenant: fabrikam, Address: "a"})); len(got) != 1 || !strings.HasPrefix(got[0], "contoso a") {
		t.Errorf("deleted and invited again: %v", got)
	}

	lost := order(Line{Tenant: contoso, Address: "e"}, Line{Tenant: contoso, Address: "f"})
	if took, there, err := s.claim(t.Context(), lost, Line{Tenant: contoso, Address: "e"}, now); err != nil || !took || there {
		t.Fatalf("claim: %t, %t, %v", took, there, err)
	}
	if took, _, err := s.claim(t.Context(), lost, Line{Tenant: contoso, Address: "e"}, now); err != nil || took {
		t.Errorf("claimed twice: %v", err)
	}
	now = now.Add(stalled + time.Minute)
	if j, _, _ := s.Job(t.Context(), all, lost); j.Running(now) || j.Repeats(now) != 2 {
		t.Errorf("a portal that stopped leaves it as %+v", j)
	}
	if err := s.Again(t.Context(), all, lost, now); err != nil {
		t.Fatal(err)
	}
	if got := run(lost); len(got) != 1 || !strings.HasPrefix(got[0], "contoso f") || !strings.Contains(outcomes(all, lost), "Contoso e unknown The portal stopped") {
		t.Errorf("after the portal stopped: sent %v, %s", got, outcomes(all, lost))
	}
}
