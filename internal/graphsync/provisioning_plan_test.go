package graphsync_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
)

// everywhere is a person with a sign-in at every customer but one, as its Application Administrator.
type everywhere struct {
	*rig
	but *tenant.ID
}

func (e everywhere) As(ctx context.Context, tid tenant.ID, scopes ...string) (graph.Person, error) {
	if tid == *e.but {
		return graph.Person{}, tenant.NotSignedIn(tid)
	}
	w, _ := e.cloud.World.Tenant(tid.String())
	return signedIn{e.rig, w.ID, w.Users[1].SignInName}.As(ctx, tid, scopes...)
}

// TestPlanForSeveralCustomers: each customer gets the application and its job once; what failed is tried again, and nothing else.
func TestPlanForSeveralCustomers(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	var ids []tenant.ID
	known := map[string]bool{}
	for range 3 {
		id, w := r.customer(func(w *world.Tenant) bool { return full(w) && w.Premium > 0 && !known[w.ID] })
		ids, known[w.ID] = append(ids, id), true
	}
	ctx, all := t.Context(), tenant.Only(ids[:2]...)
	var unsigned tenant.ID
	acts := &provisioning.Acts{Who: everywhere{r, &unsigned}, Graph: r.graph, Store: r.provisioning, Audit: audit.NewStore(r.pool), Now: time.Now}
	planner := &provisioning.Planner{Acts: acts, Sleep: func() { r.cloud.World.Clock.Advance(time.Second) }}
	by := tenant.Person{Name: "Technician", UPN: "technician@firstup.example"}
	found, _, err := acts.Gallery(ctx, ids[0], provisioning.GallerySearch{Name: "Asana"})
	if err != nil || len(found) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	taken, _ := r.cloud.World.Tenant(ids[1].String())
	r.cloud.World.Change(func() {
		taken.Taken = append(taken.Taken, world.Taken{Number: 77, Template: found[0].ID, Name: "Asana"})
	})
	p := provisioning.Plan{MadeAt: time.Now(), MadeBy: by.UPN, Template: found[0].ID, TemplateName: "Asana", AliveAt: time.Now()}
	lines := []provisioning.PlanLine{{Tenant: ids[0], Name: "Asana", Outcome: provisioning.Waiting, Settings: map[string]string{"BaseAddress": "https://asana.example"}}, {Tenant: ids[1], Name: "Asana", Outcome: provisioning.Waiting}}
	if p.ID, _, err = r.provisioning.CreatePlan(ctx, all, p, lines); err != nil {
		t.Fatal(err)
	}
	read := func() map[tenant.ID]provisioning.PlanLine {
		t.Helper()
		planner.Wait()
		plan, lines, err := r.provisioning.Plan(ctx, all, p.ID, time.Now())
		if err != nil || len(lines) != 2 || plan.State == "running" {
			t.Fatalf("%+v, %+v, %v", plan, lines, err)
		}
		return map[tenant.ID]provisioning.PlanLine{lines[0].Tenant: lines[0], lines[1].Tenant: lines[1]}
	}
	planner.Start(ctx, by, "q", p, lines)
	got := read()
	if got[ids[0]].Outcome != provisioning.Done || got[ids[0]].SPID == "" || got[ids[1]].Outcome != provisioning.Failed || !strings.Contains(got[ids[1]].Said, "is there already") {
		t.Fatalf("first try: %+v", got)
	}
	s, err := r.provisioning.Setup(ctx, ids[0], got[ids[0]].SPID)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := acts.Look(ctx, s); err != nil || st.Step() != provisioning.NeedsAccess {
		t.Errorf("step %d, %v", st.Step(), err)
	}
	r.cloud.World.Change(func() { taken.Taken = nil })
	for _, try := range []struct {
		unsigned tenant.ID
		want     provisioning.Outcome
		state    string
	}{{ids[1], provisioning.Unsigned, "sign-in"}, {tenant.ID{}, provisioning.Done, "ready"}} {
		unsigned = try.unsigned
		if err := r.provisioning.AgainPlan(ctx, all, p.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, lines, err = r.provisioning.Plan(ctx, all, p.ID, time.Now()); err != nil {
			t.Fatal(err)
		}
		planner.Start(ctx, by, "q", p, lines)
		if got := read(); got[ids[0]].Outcome != provisioning.Done || got[ids[1]].Outcome != try.want {
			t.Errorf("tried again: %+v", got)
		}
		if plans, _, _, err := r.provisioning.Plans(ctx, all, provisioning.PlanFilter{State: []string{try.state}}); err != nil || len(plans) != 1 {
			t.Errorf("not %s: %+v, %v", try.state, plans, err)
		}
	}
	if n, err := r.provisioning.StartPlan(ctx, all, p.ID, ids, time.Now()); err != nil || n != 0 {
		t.Errorf("started without credentials: %d, %v", n, err)
	}
	st, err := acts.Look(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := acts.Save(ctx, by, "q", s, []provisioning.Secret{{Key: "SecretToken", Value: "c4nary"}}); err != nil {
		t.Fatal(err)
	}
	if n, err := r.provisioning.StartPlan(ctx, tenant.Only(ids[1]), p.ID, ids, time.Now()); err != nil || n != 0 {
		t.Errorf("started out of reach: %d, %v", n, err)
	}
	if n, err := r.provisioning.StartPlan(ctx, all, p.ID, ids, time.Now()); err != nil || n != 1 {
		t.Errorf("started: %d, %v", n, err)
	}
	if _, lines, err = r.provisioning.Plan(ctx, all, p.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	planner.Start(ctx, by, "q", p, lines)
	if l := read()[ids[0]]; l.Outcome != provisioning.Done || l.Said != "Microsoft started the job." || l.StartedAt.IsZero() || l.Settings["BaseAddress"] != "https://asana.example" {
		t.Errorf("started: %+v", l)
	}
	if j, found, err := acts.Live(ctx, s, st.Job.ID); err != nil || !found || j.Code != "Active" {
		t.Errorf("at Microsoft: %+v, %v", j, err)
	}
	if s, err = r.provisioning.Setup(ctx, ids[0], s.SPID); err != nil || s.Settings["BaseAddress"] != "https://asana.example" {
		t.Errorf("what the plan says is not kept for the set-up: %+v, %v", s, err)
	}
	for _, id := range ids[:2] {
		var added int
		if err := r.pool.In(id).QueryRow(ctx, `SELECT count(*) FROM audit WHERE tenant_id = $1 AND action = 'provisioning.application.added'`, id).Scan(&added); err != nil || added != 1 {
			t.Errorf("added %d times at %s, %v", added, id, err)
		}
	}
	if _, lines, err := r.provisioning.Plan(ctx, tenant.Only(ids[1]), p.ID, time.Now()); err != nil || len(lines) != 1 || lines[0].Tenant != ids[1] {
		t.Errorf("who sees one customer sees %+v, %v", lines, err)
	}
	if _, _, err := r.provisioning.Plan(ctx, tenant.Only(ids[2]), p.ID, time.Now()); !errors.Is(err, errs.NotFound) {
		t.Errorf("who sees none of its customers: %v", err)
	}
	for scope, want := range map[tenant.ID]int{ids[0]: 1, ids[2]: 0} {
		if plans, _, n, err := r.provisioning.Plans(ctx, tenant.Only(scope), provisioning.PlanFilter{}); err != nil || len(plans) != want || n != int64(want) {
			t.Errorf("plans: %+v, %v", plans, err)
		}
	}
}

// TestAbandonedPlan: what a portal left when it stopped waits again, or is unclear where the application may be there.
func TestAbandonedPlan(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	ctx, before := t.Context(), time.Now().Add(-time.Hour)
	for state, want := range map[string]provisioning.Outcome{"working": provisioning.Unclear, "waiting": provisioning.Waiting, "done": provisioning.Done, "unknown": provisioning.Unclear} {
		id, _, err := r.provisioning.CreatePlan(ctx, tenant.Only(tid), provisioning.Plan{MadeAt: before}, []provisioning.PlanLine{{Tenant: tid, Name: "Asana"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.pool.In(tid).Exec(ctx, `UPDATE provisioning_plan_line SET state = $2 WHERE plan_id = $1`, id, state); err != nil {
			t.Fatal(err)
		}
		if err := r.provisioning.AgainPlan(ctx, tenant.Only(tid), id, time.Now()); err != nil {
			t.Fatal(err)
		}
		if _, lines, err := r.provisioning.Plan(ctx, tenant.Only(tid), id, time.Now()); err != nil || len(lines) != 1 || lines[0].Outcome != want {
			t.Errorf("%s: %+v, %v", state, lines, err)
		}
	}
}
