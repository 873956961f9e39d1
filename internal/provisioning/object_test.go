package provisioning

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestCauseForgetsWhatVaries(t *testing.T) {
	same := []string{
		"The user 'Anna Öz' (3c4b5a69-7887-4655-8432-100000000001) conflicts with anna@contoso.example, id 4711.",
		"The user 'Bo'  (3c4b5a69-7887-4655-8432-1000000000ff) conflicts with b.o@fabrikam.example, id 9.",
	}
	cause := causeOf(Event{Status: "failure", ErrorCode: "Conflict", Reason: same[0]})
	if other := causeOf(Event{Status: "failure", ErrorCode: "conflict", Reason: same[1]}); cause != other || cause == "" {
		t.Errorf("%q and %q", cause, other)
	}
	for _, e := range []Event{{Status: "failure", ErrorCode: "Conflict", Reason: "Another reason."}, {Status: "failure", ErrorCode: "Other", Reason: same[0]}, {Status: "skipped", ErrorCode: "Conflict", Reason: same[0]}} {
		if causeOf(e) == cause {
			t.Errorf("%+v has the same cause", e)
		}
	}
	if c := causeOf(Event{Status: "failure", Reason: fmt.Sprint(slices.Repeat([]string{"ü"}, 5000))}); len([]rune(c)) > longestCause {
		t.Error("a cause without end")
	}
}

func TestClassOf(t *testing.T) {
	for reason, want := range map[string]Class{
		"The target rejected the new entry with HTTP 409 because that userName is taken.":            Conflict,
		"More than one account in the target matches this user.":                                     Conflict,
		"A required attribute has no value: name.familyName.":                                        Missing,
		"The target rejected the value of emails[type eq \"work\"].value with HTTP 400.":             Invalid,
		"The target has no licence left for another account.":                                        Licences,
		"The target answered 503 (Service Unavailable). The entry is tried again in the next cycle.": Unavailable,
		"The target answered 401 to the credential check.":                                           Credentials,
		"Too many requests: HTTP 429.":                                                               Throttled,
		"The account does not exist in the target.":                                                  NotFound,
		"Something else.": Other,
	} {
		if got := ClassOf("X", reason); got != want {
			t.Errorf("%s: %s, want %s", reason, got, want)
		}
	}
}

// write adds lines of a tenant's log as a read does.
func write(t *testing.T, pool *postgres.Pool, tid tenant.ID, events ...Event) {
	t.Helper()
	stage := NewEventStage()
	defer stage.Close()
	for _, e := range events {
		e.StepsJSON, e.ChangesJSON = []byte("[]"), []byte("[]")
		if err := stage.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(context.Background(), tid, func(tx pgx.Tx) error {
		_, err := stage.Merge(context.Background(), tx, tid, time.Now())
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func numbered(t *testing.T, n int) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(fmt.Sprintf("3c4b5a69-7887-4655-8432-1%011d", n))
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

// What an object's failures in a row are follows from its events, in whatever order and however often they were read.
func TestObjectFollowsItsEvents(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, contoso, fabrikam := NewStore(pool), numbered(t, 1), numbered(t, 2)
	at := time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)
	line := func(id string, after time.Duration, status string) Event {
		return Event{ID: id, At: at.Add(after), SPID: "sp", SPName: "Box", SourceID: "u1", SourceUPN: "anna@contoso.example", Status: status, ErrorCode: "Conflict", Reason: "Taken."}
	}
	check := func(what string, want Object) {
		t.Helper()
		o, err := s.Object(t.Context(), contoso, "sp", "u1")
		if err != nil || !o.FailingSince.Equal(want.FailingSince) || o.SinceKnown != want.SinceKnown || o.FirstEvent != want.FirstEvent || o.Tries != want.Tries || o.Status != want.Status {
			t.Errorf("%s: %+v, %v", what, o, err)
		}
	}
	write(t, pool, contoso, line("c", 2*time.Hour, "failure"), line("b", time.Hour, "failure"))
	check("the log begins with a failure", Object{FailingSince: at.Add(time.Hour), FirstEvent: "b", Tries: 2, Status: "failure"})
	write(t, pool, contoso, line("a", 0, "success"), line("b", time.Hour, "failure"))
	check("an earlier success came late", Object{FailingSince: at.Add(time.Hour), SinceKnown: true, FirstEvent: "b", Tries: 2, Status: "failure"})
	write(t, pool, contoso, line("d", 3*time.Hour, "success"))
	check("it succeeded", Object{SinceKnown: true, Status: "success"})
	write(t, pool, contoso, line("e", 4*time.Hour, "failure"))
	check("it fails anew", Object{FailingSince: at.Add(4 * time.Hour), SinceKnown: true, FirstEvent: "e", Tries: 1, Status: "failure"})

	if p, err := s.FailingObjects(t.Context(), tenant.Only(fabrikam), ObjectFilter{}); err != nil || p.Count != 0 {
		t.Errorf("Fabrikam sees %+v, %v", p, err)
	}
	if c, err := s.Clusters(t.Context(), tenant.Only(fabrikam), ObjectFilter{}); err != nil || len(c) != 0 {
		t.Errorf("Fabrikam sees the clusters %+v, %v", c, err)
	}
	if _, err := s.Object(t.Context(), fabrikam, "sp", "u1"); err == nil {
		t.Error("Fabrikam sees the object")
	}
	if events, err := s.Of(t.Context(), contoso, "sp", "u1", 3); err != nil || len(events) != 3 || events[0].ID != "e" {
		t.Errorf("events: %+v, %v", events, err)
	}
}

// One cause at two customers is one cluster, whether a customer's jobs were read before its log or after.
func TestClusterWhateverIsReadFirst(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	at := time.Date(2026, 11, 24, 10, 5, 0, 0, time.UTC)
	read := func(tid tenant.ID) {
		merge(t, pool, s, tid, at, job(t, "sp", `{"id":"j","templateId":"BoxOutDelta"}`))
	}
	fail := func(tid tenant.ID) {
		write(t, pool, tid, Event{ID: "e" + tid.String(), At: at, JobID: "j", SPID: "sp", SPName: "Box", SourceID: "u1", Status: "failure", ErrorCode: "E", Reason: "Taken."})
	}
	read(contoso)
	fail(contoso)
	fail(fabrikam)
	read(fabrikam)
	if c, err := s.Clusters(t.Context(), tenant.Everything(), ObjectFilter{}); err != nil || len(c) != 1 || c[0].Tenants != 2 || c[0].AppKey != "boxoutdelta" {
		t.Errorf("clusters %+v, %v", c, err)
	}
}

// Generated histories of many customers with seeded causes: each cause is one cluster with the right objects, the right beginning and the
// right first object, whatever else fails at the same time.
func TestClustersFindSeededCauses(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, r := NewStore(pool), rand.New(rand.NewPCG(7, 11))
	const customers = 24
	start := time.Date(2026, 11, 10, 8, 0, 0, 0, time.UTC)
	apps, reasons := []string{"Box", "Slack", "Salesforce"}, []string{
		"The target rejected '%s' with HTTP 409 because that userName is taken.", "The target answered 401 to the check number %d.", "A required attribute of %s has no value.",
	}
	type seed struct {
		app, reason int
		at          time.Time
		objects     map[string]bool // tenant and object
		first       string
	}
	var seeds []*seed
	lines := map[int][]Event{}
	n := 0
	add := func(c, app int, object string, at time.Time, status, reason string) {
		n++
		lines[c] = append(lines[c], Event{ID: fmt.Sprint(n), At: at, SPID: "sp" + apps[app], SPName: apps[app], SourceID: object, SourceName: object, Status: status, ErrorCode: "E", Reason: reason})
	}
	for i := range 30 {
		sd := &seed{app: i % 3, reason: i / 3 % 3, at: start.Add(time.Duration(i/9)*40*time.Hour + time.Duration(r.IntN(3600))*time.Second), objects: map[string]bool{}}
		seeds = append(seeds, sd)
		began := sd.at
		for _, c := range r.Perm(customers)[:2+r.IntN(customers-2)] {
			for k := range 1 + r.IntN(4) {
				object := fmt.Sprintf("s%d-c%d-o%d", i, c, k)
				add(c, sd.app, object, began.Add(-time.Hour), "success", "")
				reason := fmt.Sprintf(reasons[sd.reason], object)
				if sd.reason == 1 {
					reason = fmt.Sprintf(reasons[1], r.IntN(1000))
				}
				for try := range 1 + r.IntN(3) {
					add(c, sd.app, object, began.Add(time.Duration(try)*40*time.Minute), "failure", reason)
				}
				key := numbered(t, c).String() + " " + object
				if sd.objects[key] = true; sd.first == "" {
					sd.first = key
				}
				began = began.Add(time.Duration(60+r.IntN(400)) * time.Second)
			}
		}
		for range 5 { // and what failed and came right again
			object := fmt.Sprintf("noise%d-%d", i, r.IntN(50))
			add(r.IntN(customers), sd.app, object, sd.at, "failure", fmt.Sprintf(reasons[0], object))
		}
	}
	for c := range customers {
		for _, e := range slices.Clone(lines[c]) {
			if e.Status == "failure" && e.SourceID[:5] == "noise" {
				e.ID, e.Status, e.At = e.ID+"ok", "success", start.AddDate(0, 0, 14)
				lines[c] = append(lines[c], e)
			}
		}
		r.Shuffle(len(lines[c]), func(i, j int) { lines[c][i], lines[c][j] = lines[c][j], lines[c][i] })
		half := len(lines[c]) / 2
		write(t, pool, numbered(t, c), lines[c][:half]...)
		write(t, pool, numbered(t, c), lines[c][half:]...)
	}
	found, err := s.Clusters(t.Context(), tenant.Everything(), ObjectFilter{})
	if err != nil {
		t.Fatal(err)
	}
	// Seeds of the same application and reason that began within a wave are one cause.
	merged := map[string]*seed{}
	for _, sd := range seeds {
		key := fmt.Sprint(sd.app, sd.reason, sd.at.Sub(start)/(30*time.Hour))
		if m := merged[key]; m == nil || sd.at.Before(m.at) {
			if m != nil {
				for o := range m.objects {
					sd.objects[o] = true
				}
			}
			merged[key] = sd
		} else {
			for o := range sd.objects {
				m.objects[o] = true
			}
		}
	}
	right := 0
	for _, sd := range merged {
		for _, c := range found {
			if c.FirstTenant.String()+" "+c.FirstObject != sd.first || !c.Since.Equal(sd.at) || int(c.Objects) != len(sd.objects) || !c.Known {
				continue
			}
			p, err := s.FailingObjects(t.Context(), tenant.Everything(), ObjectFilter{App: c.AppKey, Cause: c.Cause, Since: c.Since, Until: c.Until, Limit: 500})
			if err != nil {
				t.Fatal(err)
			}
			if p.Count == c.Objects && !slices.ContainsFunc(p.Rows, func(o Object) bool { return !sd.objects[o.Tenant.String()+" "+o.ID] }) {
				right++
			}
		}
	}
	if share := float64(right) / float64(len(merged)); share < 0.95 || len(found) != len(merged) {
		t.Errorf("%d of %d seeded causes are found exactly, among %d clusters", right, len(merged), len(found))
	}
}
