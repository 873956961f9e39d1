package graphsync_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestIncidentsArrive: all of them at first, then what changed; devices in them are known by Entra's id; a tenant
// that gave Defender up is told from one that does not let us read.
func TestIncidentsArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(func(w *world.Tenant) bool { return full(w) && w.Defender })
	store := incident.NewStore(r.pool)
	read := func() (all map[string]incident.Incident) {
		t.Helper()
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Incidents); err != nil {
			t.Fatal(err)
		}
		all = map[string]incident.Incident{}
		if err := store.Each(t.Context(), tenant.Only(tid), incident.Filter{}, func(i incident.Incident) error { all[i.ID] = i; return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before, devices := read(), 0
	for _, i := range before {
		devices += len(i.Devices)
		if i.Title == "" || i.CreatedAt.IsZero() || len(i.Alerts) == 0 && i.RedirectTo == "" {
			t.Errorf("thin: %+v", i)
		}
	}
	if len(before) < 4 || devices == 0 {
		t.Errorf("%d incidents with %d devices", len(before), devices)
	}
	r.cloud.World.Clock.Advance(40 * 24 * time.Hour)
	defer r.cloud.World.Clock.Set(r.cloud.World.Clock.Real())
	after := read()
	if st := r.status(tid, graphsync.Incidents); len(after) <= len(before) || st.LastCompleteRows == 0 || st.LastCompleteRows >= int64(len(after)) {
		t.Errorf("%d incidents after %d, %+v", len(after), len(before), st)
	}
	for id := range before {
		if _, ok := after[id]; !ok {
			t.Errorf("%s went", id)
		}
	}
	r.cloud.World.Change(func() { w.Defender = false })
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Incidents); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Incidents); st.State != "failed" || st.Trouble.Kind != "licence" {
		t.Errorf("without Defender: %+v", st)
	}
}

// notConsented is a person at a customer that did not agree to it.
type notConsented struct{}

func (notConsented) As(context.Context, tenant.ID, ...string) (graph.Person, error) {
	return graph.Person{}, errs.Show(errs.Forbidden, "The customer has not consented.")
}

// olderWay is a person with a token for Defender's older API.
type olderWay struct {
	signedIn
	client *graph.Client
}

func (o olderWay) As(_ context.Context, tid tenant.ID, scopes ...string) (graph.Person, error) {
	return o.client.As(tid, o.cloud.Login.UserToken(o.tenant, o.name, world.SecurityAudience, scopes...)), nil
}

// TestWorkOnIncidents: as the person, once, written down and read back; two people do not work on the same state; both of Microsoft's ways show
// the same; who has no role, and a tenant without Defender, are told from a permission that is missing.
func TestWorkOnIncidents(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(func(w *world.Tenant) bool { return full(w) && w.Defender })
	ctx, boss := t.Context(), w.Users[0].SignInName
	client, err := graph.New(r.cloud.URLs().Security, nil, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept := audit.NewStore(r.pool)
	desk := &incident.Desk{Who: signedIn{r, w.ID, boss}, Audit: kept, Now: time.Now}
	older := &incident.Desk{Who: notConsented{}, Older: olderWay{signedIn{r, w.ID, boss}, client}, Audit: kept, Now: time.Now}
	list, old, err := desk.List(ctx, tid)
	other, stillOld, err2 := older.List(ctx, tid)
	if err != nil || err2 != nil || old || !stillOld || len(list) == 0 || !slices.EqualFunc(list, other, func(a, b incident.Incident) bool {
		return a.ID == b.ID && a.Title == b.Title && a.Status == b.Status && a.Severity == b.Severity && a.UpdatedAt.Equal(b.UpdatedAt) && len(a.Alerts) == len(b.Alerts) && slices.Equal(a.Devices, b.Devices)
	}) {
		t.Fatalf("the two ways differ: %v %v, %+v and %+v", err, err2, list, other)
	}
	i := slices.IndexFunc(list, incident.Incident.Open)
	if i < 0 {
		t.Fatal("nothing is open")
	}
	by, seen := tenant.Person{Name: "Technician", UPN: "technician@firstup.example"}, list[i]
	thing := incident.Thing{Incident: seen.ID}
	done, err := desk.Do(ctx, by, "q1", tid, thing, seen.UpdatedAt, incident.Assign(boss))
	if err != nil || done.Assigned != boss {
		t.Fatalf("assigned: %+v, %v", done, err)
	}
	if _, err := desk.Do(ctx, by, "q2", tid, thing, seen.UpdatedAt, incident.Resolve("")); !errors.Is(err, errs.Conflict) {
		t.Errorf("on a page of before: %v", err)
	}
	for _, work := range []incident.Work{incident.Classify("truePositive", "malware"), incident.Remark("called the user"), incident.Resolve("cleaned"), incident.Reopen(thing), incident.Release()} {
		if done, err = desk.Do(ctx, by, "q3", tid, thing, done.UpdatedAt, work); err != nil {
			t.Fatalf("%s: %v", work.Action, err)
		}
	}
	if done.Status != "active" || done.Assigned != "" || done.Classification != "truePositive" || len(done.Comments) != 1 || done.ChangedBy != boss {
		t.Errorf("in the end: %+v", done)
	}
	if one, old, err := older.Get(ctx, tid, thing); err != nil || !old || one.Classification != "truePositive" || len(one.Comments) != 1 {
		t.Errorf("the older way: %+v, %v", one, err)
	}
	for _, id := range []string{"1", "x", "../users", ""} {
		if _, _, err := desk.Get(ctx, tid, incident.Thing{Incident: id}); !errors.Is(err, errs.NotFound) {
			t.Errorf("incident %q: %v", id, err)
		}
	}
	workedAlone(t, desk, tid, seen)
	plain := w.Users[slices.IndexFunc(w.Users, func(u *world.User) bool { return len(u.Roles) == 0 && !u.Guest() })].SignInName
	refused := &incident.Desk{Who: signedIn{r, w.ID, plain}, Audit: kept, Now: time.Now}
	if _, _, err := refused.List(ctx, tid); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without a role: %v", err)
	} else if sentence, next, _ := errs.Sentence(err); !strings.Contains(sentence, "although the permission is there") || !strings.Contains(next, "Security Administrator") {
		t.Errorf("without a role: %s %s", sentence, next)
	}
	var actions string
	if err := r.pool.In(tid).QueryRow(ctx, `SELECT string_agg(action, ' ' ORDER BY seq) FROM audit WHERE tenant_id = $1 AND (action LIKE 'incident.%' OR action LIKE 'alert.%') AND (detail ->> 'graph_request_id') <> ''`, tid).Scan(&actions); err != nil {
		t.Fatal(err)
	}
	if want := "incident.assigned incident.classified incident.commented incident.resolved incident.reopened incident.released alert.assigned alert.classified alert.commented alert.resolved alert.reopened alert.released"; actions != want {
		t.Errorf("written down: %s", actions)
	}
	hunted(t, r, tid, signedIn{r, w.ID, boss}, olderWay{signedIn{r, w.ID, boss}, client}, refused.Who)
}

// workedAlone: a single alert is worked on like an incident, in its own incident only.
func workedAlone(t *testing.T, desk *incident.Desk, tid tenant.ID, of incident.Incident) {
	t.Helper()
	ctx, by, thing := t.Context(), tenant.Person{Name: "Technician"}, incident.Thing{Incident: of.ID, Alert: of.Alerts[0].ID}
	one, old, err := desk.Get(ctx, tid, thing)
	if err != nil || old || one.Title != of.Alerts[0].Title || len(one.Alerts) != 1 || one.UpdatedAt.IsZero() {
		t.Fatalf("alert: %+v, %v", one, err)
	}
	before := one.UpdatedAt
	for _, work := range []incident.Work{incident.Assign("boss@contoso.example"), incident.Classify("falsePositive", "notMalicious"), incident.Remark("seen"), incident.Resolve(""), incident.Reopen(thing), incident.Release()} {
		if one, err = desk.Do(ctx, by, "a1", tid, thing, one.UpdatedAt, work); err != nil {
			t.Fatalf("alert %s: %v", work.Action, err)
		}
	}
	if one.Status != "inProgress" || one.Assigned != "" || one.Determination != "notMalicious" || len(one.Comments) != 1 {
		t.Errorf("alert in the end: %+v", one)
	}
	if _, err := desk.Do(ctx, by, "a2", tid, thing, before, incident.Release()); !errors.Is(err, errs.Conflict) {
		t.Errorf("alert on a page of before: %v", err)
	}
	for _, th := range []incident.Thing{{Incident: "1", Alert: thing.Alert}, {Incident: of.ID, Alert: "none"}, {Incident: of.ID, Alert: "../x"}} {
		if _, _, err := desk.Get(ctx, tid, th); !errors.Is(err, errs.NotFound) {
			t.Errorf("%+v: %v", th, err)
		}
	}
}

// hunted: both of Microsoft's ways give the same rows, which are counted in what is written down and kept nowhere; a mistake is shown with its place,
// and who has no role is told so.
func hunted(t *testing.T, r *rig, tid tenant.ID, who, way, plain graph.Acting) {
	t.Helper()
	ctx, by, kept := t.Context(), tenant.Person{Name: "Technician"}, audit.NewStore(r.pool)
	newer, older := &incident.Hunter{Who: who, Audit: kept}, &incident.Hunter{Who: notConsented{}, Older: way, Audit: kept}
	for _, e := range incident.Examples {
		q := incident.Question{Query: e.Text, Days: incident.MostDays}
		a, err1 := newer.Ask(ctx, by, "h1", tid, q)
		b, err2 := older.Ask(ctx, by, "h2", tid, q)
		if err1 != nil || err2 != nil || a.Older || !b.Older || !slices.Equal(a.Columns, b.Columns) || len(a.Rows) != len(b.Rows) || len(a.Columns) == 0 {
			t.Errorf("%s: %v %v, %d and %d rows", e.Name, err1, err2, len(a.Rows), len(b.Rows))
		}
	}
	var u *incident.Unread
	if _, err := newer.Ask(ctx, by, "h3", tid, incident.Question{Query: "AlertInfo\n| wher x", Days: 1}); !errors.As(err, &u) || u.Line != 2 || u.Column != 3 {
		t.Errorf("a mistake: %v, %+v", err, u)
	}
	if _, err := (&incident.Hunter{Who: plain, Audit: kept}).Ask(ctx, by, "h4", tid, incident.Question{Query: "AlertInfo", Days: 1}); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without a role: %v", err)
	}
	var done, failed int
	if err := r.pool.In(tid).QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE action = 'hunting.asked' AND detail ? 'rows' AND detail ->> 'query' <> ''), count(*) FILTER (WHERE action = 'hunting.asked.failed')
		FROM audit WHERE tenant_id = $1`, tid).Scan(&done, &failed); err != nil || done != 2*len(incident.Examples) || failed != 2 {
		t.Errorf("written down: %d and %d, %v", done, failed, err)
	}
}
