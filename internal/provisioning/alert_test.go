package provisioning

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// readJobs is a complete read that finds these jobs.
func readJobs(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, jobs ...Job) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, j := range jobs {
		if err := errors.Join(stage.AddApplication(Application{ID: j.SPID, Name: j.AppName}), stage.Add(j)); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) error { _, err := stage.Merge(t.Context(), tx, tid, at.Unix(), at); return err }); err != nil {
		t.Fatal(err)
	}
}

// One alert from quarantine to its end, however often it is read; told once at each end; snoozed it waits; what fails is told again later.
func TestAlertFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	ctx, at := t.Context(), noon
	bad := Job{SPID: "sp", AppName: "Box", ID: "j", Code: "Quarantine", Health: Quarantined, Schedule: "Active", Quarantine: Quarantine{Message: "401", Since: at.Add(-time.Hour), SeriesSince: at.Add(-24 * time.Hour)}}
	good := Job{SPID: "sp", AppName: "Box", ID: "j", Code: "Active", Health: Fine, Schedule: "Active", LastEndedAt: at.Add(9 * time.Hour)}
	var heard []string
	fails := errors.New("nobody there")
	tell := func(now time.Time, err error) {
		t.Helper()
		if _, err := s.TellDueAcrossTenants(ctx, now, func(_ context.Context, a Alert) error {
			heard = append(heard, fmt.Sprintf("%s %s over=%v", a.TenantName, a.Kind, !a.ClosedAt.IsZero()))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what string, want ...string) {
		t.Helper()
		if !slices.Equal(heard, want) {
			t.Errorf("%s: heard %q, want %q", what, heard, want)
		}
		heard = nil
	}
	for i := range 3 {
		readJobs(t, pool, s, contoso, at.Add(time.Duration(i)*time.Minute), bad)
	}
	tell(at.Add(3*time.Minute), fails)
	tell(at.Add(3*time.Minute), nil)
	expect("it could not be told", "Contoso quarantine over=false")
	tell(at.Add(10*time.Minute), nil)
	tell(at.Add(20*time.Minute), nil)
	expect("told again later, once", "Contoso quarantine over=false")
	p, err := s.Alerts(ctx, tenant.Everything(), AlertFilter{Now: at.Add(time.Hour)})
	if err != nil || p.Count != 1 || p.Rows[0].Detail != "401" || !p.Rows[0].OpenedAt.Equal(at) || !p.Rows[0].Since.Equal(at.Add(-24*time.Hour)) || p.Rows[0].Problem != "" {
		t.Fatalf("alerts: %+v, %v", p, err)
	}
	if q, err := s.Alerts(ctx, tenant.Only(fabrikam), AlertFilter{Now: at}); err != nil || q.Count != 0 {
		t.Errorf("Fabrikam sees %+v, %v", q, err)
	}
	if err := s.Snooze(ctx, fabrikam, p.Rows[0].ID, at.Add(time.Hour), "x"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Fabrikam snoozes it: %v", err)
	}
	readJobs(t, pool, s, contoso, at.Add(time.Hour), good)
	tell(at.Add(2*time.Hour), nil)
	expect("over", "Contoso quarantine over=true")
	if err := s.Snooze(ctx, contoso, p.Rows[0].ID, at.Add(time.Hour), "x"); !errors.Is(err, errs.Conflict) {
		t.Errorf("snoozed though it is over: %v", err)
	}
	readJobs(t, pool, s, contoso, at.Add(3*time.Hour), bad)
	p, _ = s.Alerts(ctx, tenant.Everything(), AlertFilter{Now: at})
	if err := s.Snooze(ctx, contoso, p.Rows[0].ID, at.Add(5*time.Hour), "Technician"); err != nil {
		t.Fatal(err)
	}
	tell(at.Add(4*time.Hour), nil)
	expect("snoozed")
	if p, _ = s.Alerts(ctx, tenant.Everything(), AlertFilter{Now: at.Add(4 * time.Hour), State: []string{"snoozed"}}); p.Count != 1 || p.Rows[0].SnoozedBy != "Technician" {
		t.Errorf("snoozed: %+v", p)
	}
	tell(at.Add(6*time.Hour), nil)
	expect("after the snooze", "Contoso quarantine over=false")
	readJobs(t, pool, s, contoso, at.Add(10*time.Hour)) // the job is gone
	readJobs(t, pool, s, contoso, at.Add(11*time.Hour), bad)
	readJobs(t, pool, s, contoso, at.Add(11*time.Hour+time.Second), good) // over before anybody heard of it
	tell(at.Add(12*time.Hour), nil)
	expect("gone; and one that nobody heard of", "Contoso quarantine over=true")
	if p, _ = s.Alerts(ctx, tenant.Everything(), AlertFilter{Now: at, State: []string{"over"}}); p.Count != 3 {
		t.Errorf("over: %+v", p)
	}
}

// A job that should run and whose cycles do not end makes an alert, and so do too many failures in a day.
func TestAlertsForStandstillAndFailures(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	at := noon
	kinds := func(now time.Time) (found []string) {
		p, err := s.Alerts(t.Context(), tenant.Everything(), AlertFilter{Now: now, Oldest: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range p.Rows {
			found = append(found, string(a.Kind)+" "+a.App)
		}
		return found
	}
	job := func(app, schedule string, ago time.Duration) Job {
		return Job{SPID: "sp" + app, AppName: app, ID: "j", Code: "Active", Health: Fine, Schedule: schedule, LastEndedAt: at.Add(-ago)}
	}
	readJobs(t, pool, s, contoso, at, job("Late", "Active", 7*time.Hour), job("Fresh", "Active", 5*time.Hour), job("Off", "Disabled", 99*time.Hour))
	if got := kinds(at); !slices.Equal(got, []string{"stalled Late"}) {
		t.Errorf("standstill: %v", got)
	}
	var few, many []Event
	for i := range 40 {
		e := Event{ID: fmt.Sprint("e", i), At: at.Add(-time.Duration(i) * time.Minute), SPID: "spBox", SPName: "Box", SourceID: fmt.Sprint(i), Status: "success"}
		if i < 9 {
			e.Status = "failure"
		}
		few = append(few, e)
		e.ID, e.Status, e.At = e.ID+"more", "failure", at.Add(-20*time.Hour)
		if i < 2 {
			many = append(many, e)
		}
	}
	at0 := time.Now()
	move := func(events []Event) []Event {
		for i := range events {
			events[i].At = events[i].At.Add(at0.Sub(at))
		}
		return events
	}
	write(t, pool, contoso, move(few)...)
	if got := kinds(at); slices.Contains(got, "failures Box") {
		t.Errorf("nine failures are too many: %v", got)
	}
	write(t, pool, contoso, move(many)...)
	if got := kinds(at); !slices.Contains(got, "failures Box") {
		t.Errorf("eleven of 42: %v", got)
	}
	if err := s.SetRules(t.Context(), AlertRules{Percent: 90, AtLeast: 5, Hours: 8}, "owner"); err != nil {
		t.Fatal(err)
	}
	write(t, pool, contoso, few[0])
	readJobs(t, pool, s, contoso, at, job("Late", "Active", 7*time.Hour))
	if got := kinds(at); len(got) != 0 {
		t.Errorf("with wider rules: %v", got)
	}
}

func TestRulesAreChecked(t *testing.T) {
	ok := SafeRules()
	for _, webhook := range []string{"", "https://siem.contoso.example/in?x=1", "http://127.0.0.1:9000/", "http://localhost/"} {
		r := ok
		if r.Webhook = webhook; r.Check() != nil {
			t.Errorf("%q is refused", webhook)
		}
	}
	for _, webhook := range []string{"http://siem.contoso.example/", "ftp://x/", "https://user:pass@x/", "https://", "javascript:alert(1)", "::"} {
		r := ok
		if r.Webhook = webhook; !errors.Is(r.Check(), errs.Invalid) {
			t.Errorf("%q is taken", webhook)
		}
	}
	for _, change := range []func(*AlertRules){func(r *AlertRules) { r.Percent = 0 }, func(r *AlertRules) { r.AtLeast = 0 }, func(r *AlertRules) { r.Hours = 721 }, func(r *AlertRules) { r.Mails = make([]string, 11) }} {
		r := ok
		if change(&r); !errors.Is(r.Check(), errs.Invalid) {
			t.Errorf("%+v is taken", r)
		}
	}
}
