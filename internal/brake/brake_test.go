package brake_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func id(n int) tenant.ID {
	t, err := tenant.ParseID(fmt.Sprintf("c0000000-0000-4000-8000-%012x", n))
	if err != nil {
		panic(err)
	}
	return t
}

var (
	home, contoso, fabrikam = id(1), id(2), id(3)
	anna                    = person("a1", tenant.RoleTechnician)
	ben                     = person("b2", tenant.RoleTechnician)
	mia                     = person("c3", tenant.RoleOwner)
	otto                    = person("d4", tenant.RoleOwner)
	sam                     = person("e5", tenant.RoleSupport)
)

func person(n string, r tenant.Role) tenant.Person {
	return tenant.Person{Tenant: home, ObjectID: "00000000-0000-4000-8000-0000000000" + n, Name: n, UPN: n + "@firstup.example", Role: r}
}

// rig is a brake on a database with two customers of 100 devices each, and office hours around the clock.
type rig struct {
	*brake.Store
	t    *testing.T
	pool *postgres.Pool
}

func newRig(t *testing.T) *rig {
	t.Helper()
	t.Parallel()
	pool := pgtest.New(t)
	r := &rig{brake.NewStore(pool, audit.NewStore(pool), home), t, pool}
	for tid, name := range map[tenant.ID]string{home: "First Up", contoso: "Contoso", fabrikam: "Fabrikam"} {
		r.exec(`INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name)
		r.exec(`INSERT INTO tenant_counter VALUES ($1, 'devices', 'total', 100, now())`, tid)
	}
	r.limit(func(l *brake.Limits) { l.From, l.To, l.Days = 0, 24, []int{0, 1, 2, 3, 4, 5, 6} })
	return r
}

func (r *rig) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.pool.Raw().Exec(r.t.Context(), sql, args...); err != nil {
		r.t.Fatal(err)
	}
}

// limit changes the limits behind the brake's back, as nobody can in the portal.
func (r *rig) limit(f func(*brake.Limits)) {
	r.t.Helper()
	v, err := r.Limits(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	f(&v.Now)
	if err := postgres.SaveSetting(r.t.Context(), r.pool.In(tenant.Scope{}), "brake.limits", v, postgres.Changed{By: "test"}); err != nil {
		r.t.Fatal(err)
	}
}

// later makes the time of the brake go on.
func (r *rig) later(d time.Duration) {
	r.t.Helper()
	r.exec(`UPDATE brake_state SET at = GREATEST(at, now()) + $1::interval`, d)
}

// sitting is a session that began long ago, with a fresh sign-in everywhere; passed is how far the brake's time is ahead.
func sitting(name string, passed time.Duration) brake.Session {
	now := time.Now().Add(passed)
	return brake.Session{ID: name, Since: now.Add(-5 * time.Hour), SignedIn: map[tenant.ID]time.Time{home: now, contoso: now, fabrikam: now}}
}

func set(t testing.TB, tid tenant.ID, serials ...string) brake.Set {
	t.Helper()
	var targets []brake.Target
	for _, s := range serials {
		targets = append(targets, brake.Target{Tenant: tid, Hardware: s, DeviceID: "id-" + s, Name: "PC-" + s, Owner: "somebody"})
	}
	frozen, err := brake.Freeze(brake.Wipe, "", targets)
	if err != nil {
		t.Fatal(err)
	}
	return frozen
}

func serials(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("S%03d", i))
	}
	return out
}

func (r *rig) ask(p tenant.Person, in brake.Session, s brake.Set) (brake.Request, brake.Answer) {
	r.t.Helper()
	q := brake.Request{Person: p, Session: in, Set: s, Reason: "stolen", Nonce: brake.NewNonce()}
	a, err := r.Ask(r.t.Context(), q, "request")
	if err != nil {
		r.t.Fatal(err)
	}
	return q, a
}

func (r *rig) spend(q brake.Request, a brake.Answer) error {
	for _, t := range q.Set.Targets {
		if err := r.Spend(r.t.Context(), use(q, a, t)); err != nil {
			return err
		}
	}
	return nil
}

func use(q brake.Request, a brake.Answer, t brake.Target) brake.Use {
	return brake.Use{ID: a.ID, Person: q.Person, Session: q.Session.ID, Hash: q.Set.Hash(), Tenant: t.Tenant, Hardware: t.Hardware}
}

func (r *rig) spent() (n int) {
	r.t.Helper()
	if err := r.pool.Raw().QueryRow(r.t.Context(), `SELECT count(*) FROM brake_target WHERE state = 'spent'`).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

func second(p tenant.Person, session string) brake.Decider {
	return brake.Decider{Person: p, Reach: tenant.Everything(), Session: sitting(session, 0)}
}

// TestBudgetHoldsAgainstManyAtOnce: one account in two stolen sessions, 500 requests at once, each sent twice, everything granted spent twice.
func TestBudgetHoldsAgainstManyAtOnce(t *testing.T) {
	r := newRig(t)
	r.limit(func(l *brake.Limits) { l.CustomerHour = 3 })
	var wg sync.WaitGroup
	for i := range 250 {
		tid := []tenant.ID{contoso, fabrikam}[i%2]
		q := brake.Request{Person: anna, Session: sitting(fmt.Sprintf("session-%d", i%2), 0), Set: set(t, tid, fmt.Sprintf("S%d", i)), Reason: "x", Nonce: brake.NewNonce()}
		for range 2 {
			wg.Go(func() {
				a, err := r.Ask(t.Context(), q, "")
				if err != nil {
					t.Error(err)
				} else if a.Outcome == brake.Granted {
					_ = r.Spend(t.Context(), use(q, a, q.Set.Targets[0]))
				}
			})
		}
	}
	wg.Wait()
	l, _ := r.Limits(t.Context())
	if n := r.spent(); n == 0 || n > l.Now.PersonHour {
		t.Errorf("%d devices were spent, %d are allowed", n, l.Now.PersonHour)
	}
	var most int
	if err := r.pool.Raw().QueryRow(t.Context(), `SELECT max(n) FROM (SELECT count(*) AS n FROM brake_target WHERE state = 'spent' GROUP BY tenant_id) c`).Scan(&most); err != nil || most > 3 {
		t.Errorf("%d at one customer, %v", most, err)
	}
	var waiting int
	if err := r.pool.Raw().QueryRow(t.Context(), `SELECT count(*) FROM brake_request WHERE state = 'waiting'`).Scan(&waiting); err != nil || waiting > 5 {
		t.Errorf("%d requests wait, %v", waiting, err)
	}
}

// TestClocks: time that is set back gives nothing a second time, and time that passes gives the budget back.
func TestClocks(t *testing.T) {
	r := newRig(t)
	r.limit(func(l *brake.Limits) { l.ApprovalMinutes, l.SignInMinutes = 10, 60 })
	q, a := r.ask(anna, sitting("s", 0), set(t, contoso, "A", "B"))
	if a.Outcome != brake.Granted || r.spend(q, a) != nil {
		t.Fatalf("two devices: %+v", a)
	}
	r.later(30 * time.Minute) // the clock was ahead, and is set back now: the brake stays where it was
	if _, a := r.ask(anna, sitting("s", 30*time.Minute), set(t, contoso, "C")); a.Outcome != brake.NeedsSecond {
		t.Errorf("the third within the hour: %+v", a)
	}
	r.exec(`UPDATE brake_target SET spent_at = spent_at + interval '3 hours' WHERE state = 'spent'`) // spent in the future, by a clock that is set back
	if _, a := r.ask(anna, sitting("s", 30*time.Minute), set(t, contoso, "D")); a.Outcome == brake.Granted {
		t.Errorf("what was spent in the future counts for nothing: %+v", a)
	}
	r.exec(`UPDATE brake_target SET spent_at = spent_at - interval '5 hours' WHERE state = 'spent'`)
	r.later(20 * time.Minute) // what waits lapses
	if _, a := r.ask(anna, sitting("s", 50*time.Minute), set(t, contoso, "E")); a.Outcome != brake.Granted {
		t.Errorf("an hour later: %+v", a)
	}
	if _, a := r.ask(anna, brake.Session{ID: "s", Since: time.Now().Add(-9 * time.Hour), SignedIn: map[tenant.ID]time.Time{contoso: time.Now().Add(3 * time.Hour)}}, set(t, contoso, "F")); a.Outcome != brake.NeedsSignIn {
		t.Errorf("a sign-in in the future: %+v", a)
	}
}

func TestOutcomes(t *testing.T) {
	r := newRig(t)
	r.exec(`DELETE FROM tenant_counter WHERE tenant_id = $1`, fabrikam)
	r.exec(`UPDATE brake_state SET at = '2020-01-01'`)
	for _, tc := range []struct {
		name    string
		who     tenant.Person
		change  func(*brake.Session)
		set     brake.Set
		limits  func(*brake.Limits)
		want    brake.Outcome
		because string
	}{
		{name: "one", who: anna, set: set(t, contoso, "1"), want: brake.Granted},
		{name: "one of a fleet that was never counted", who: anna, set: set(t, fabrikam, "1"), want: brake.Granted},
		{name: "two of such a fleet", who: anna, set: set(t, fabrikam, "1", "2"), want: brake.NeedsSecond, because: "at Fabrikam within a day; 1 may"},
		{name: "three at a customer", who: anna, set: set(t, contoso, serials(3)...), want: brake.NeedsSecond, because: "3 devices at Contoso within an hour; 2 may"},
		{name: "far too many", who: anna, set: set(t, contoso, serials(60)...), want: brake.CoolingOff, because: "60 devices"},
		{name: "above the share", who: anna, set: set(t, contoso, serials(2)...), limits: func(l *brake.Limits) { l.Share = 1 }, want: brake.NeedsSecond, because: "2 devices at Contoso within a day; 1 may"},
		{name: "nothing alone, one", who: anna, set: set(t, contoso, "1"), limits: func(l *brake.Limits) { l.CustomerHour = 0 }, want: brake.NeedsSecond, because: "0 may"},
		{name: "never proved who", who: anna, change: func(s *brake.Session) { delete(s.SignedIn, contoso) }, set: set(t, contoso, "1"), want: brake.NeedsSignIn},
		{name: "proved long ago", who: anna, change: func(s *brake.Session) { s.SignedIn[contoso] = time.Now().Add(-16 * time.Minute) }, set: set(t, contoso, "1"), want: brake.NeedsSignIn},
		{name: "a new session, one", who: anna, change: func(s *brake.Session) { s.Since = time.Now() }, set: set(t, contoso, "1"), want: brake.Granted},
		{name: "a new session, two", who: anna, change: func(s *brake.Session) { s.Since = time.Now() }, set: set(t, contoso, "1", "2"), want: brake.NeedsSecond, because: "The session began"},
		{name: "at night, two", who: anna, limits: func(l *brake.Limits) { l.Days = nil }, set: set(t, contoso, "1", "2"), want: brake.NeedsSecond, because: "outside office hours"},
	} {
		before, err := r.Limits(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if tc.limits != nil {
			r.limit(tc.limits)
		}
		in := sitting("s", 0)
		if tc.change != nil {
			tc.change(&in)
		}
		a, err := r.Preview(t.Context(), brake.Request{Person: tc.who, Session: in, Set: tc.set})
		if err != nil || a.Outcome != tc.want || !strings.Contains(strings.Join(a.Why, " "), tc.because) || a.Outcome != brake.Granted && a.Sentence == "" {
			t.Errorf("%s: %+v, %v", tc.name, a, err)
		}
		r.limit(func(l *brake.Limits) { *l = before.Now })
	}
	if _, err := r.Preview(t.Context(), brake.Request{Person: sam, Session: sitting("s", 0), Set: set(t, contoso, "1")}); !errors.Is(err, errs.Forbidden) {
		t.Errorf("support: %v", err)
	}
	if _, err := r.Preview(t.Context(), brake.Request{Person: anna, Session: brake.Session{SignedIn: map[tenant.ID]time.Time{id(9): time.Now()}}, Set: set(t, id(9), "1")}); !errors.Is(err, errs.NotFound) {
		t.Errorf("an unknown customer: %v", err)
	}
	var decided bool
	if err := r.pool.Raw().QueryRow(t.Context(), `SELECT at > '2020-01-01' FROM brake_state`).Scan(&decided); decided || err != nil {
		t.Errorf("a preview takes its turn among the decisions, and writes: %v", err)
	}
}

func TestSecondPerson(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	q, a := r.ask(anna, sitting("anna", 0), set(t, contoso, "A", "B", "C"))
	if a.Outcome != brake.NeedsSecond || r.spend(q, a) == nil {
		t.Fatalf("before the approval: %+v", a)
	}
	stale := second(ben, "ben")
	stale.Session.SignedIn = nil
	foreign := second(ben, "ben")
	foreign.Reach = tenant.Only(fabrikam)
	for name, tc := range map[string]struct {
		who   brake.Decider
		typed string
		want  error
	}{
		"oneself": {second(anna, "other"), "3", errs.Forbidden}, "the same session": {second(ben, "anna"), "3", errs.Forbidden}, "support": {second(sam, "sam"), "3", errs.Forbidden},
		"no fresh sign-in": {stale, "3", errs.Unauthorised}, "another customer's technician": {foreign, "3", errs.NotFound}, "a wrong number": {second(ben, "ben"), "2", errs.Invalid},
	} {
		if err := r.Approve(ctx, a.ID, tc.who, tc.typed, "seen", ""); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for reach, want := range map[tenant.ID]int{contoso: 1, fabrikam: 0} {
		if _, n, err := r.Standing(ctx, tenant.Only(reach)); n != want || err != nil {
			t.Errorf("%d wait, want %d (%v)", n, want, err)
		}
	}
	r.exec(`INSERT INTO staff (upn, object_id, role, reach, created_by) VALUES ('b2@firstup.example', $1, 'support', 'all', 'somebody')`, ben.ObjectID)
	r.exec(`UPDATE staff SET settled_at = now() - interval '1 year'`)
	r.exec(`UPDATE staff SET role = 'technician'`)
	if err := r.Approve(ctx, a.ID, second(ben, "ben"), "3", "x", ""); !errors.Is(err, errs.Forbidden) {
		t.Errorf("who was made a technician a moment ago approves: %v", err)
	}
	r.exec(`UPDATE staff SET settled_at = now() - interval '1 year'`)
	r.exec(`UPDATE staff SET name = 'Ben', last_seen_at = now()`)
	if err := r.Approve(ctx, a.ID, second(ben, "ben"), "3", "called the customer", ""); err != nil {
		t.Fatal(err)
	}
	if err := r.Approve(ctx, a.ID, second(mia, "mia"), "3", "again", ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("approved twice: %v", err)
	}
	granted, err := r.Ask(ctx, q, "")
	if err != nil || granted.Outcome != brake.Granted || granted.ID != a.ID {
		t.Fatalf("the same form after the approval: %+v, %v", granted, err)
	}
	other := q
	other.Set = set(t, contoso, "A", "B", "D")
	if got, _ := r.Ask(ctx, other, ""); got.Outcome != brake.Refused {
		t.Errorf("the form with another set: %+v", got)
	}
	other = q
	other.Session = sitting("elsewhere", 0)
	if got, _ := r.Ask(ctx, other, ""); got.Outcome != brake.Refused {
		t.Errorf("the form in another session: %+v", got)
	}
	u := use(q, granted, q.Set.Targets[0])
	u.Person = ben
	if err := r.Spend(ctx, u); !errors.Is(err, errs.NotFound) {
		t.Errorf("the approver spends: %v", err)
	}
	if err := r.spend(q, granted); err != nil {
		t.Fatal(err)
	}
	if err := r.Spend(ctx, use(q, granted, q.Set.Targets[0])); !errors.Is(err, errs.Conflict) {
		t.Errorf("spent twice: %v", err)
	}
	_, taken := r.ask(anna, sitting("anna", 0), set(t, fabrikam, "X", "Y", "Z"))
	for i, serial := range []string{"X", "Y", "Z"} {
		if err := r.Return(ctx, taken.ID, fabrikam, serial, false); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Get(ctx, tenant.Everything(), taken.ID); err != nil || (got.Standing == brake.StandsWithdrawn) != (i == 2) {
			t.Errorf("after %d of 3 were given back: %+v, %v", i+1, got, err)
		}
	}
	if err := r.Approve(ctx, taken.ID, second(mia, "mia"), "3", "ok", ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("approved what was taken back: %v", err)
	}
	if err := r.Return(ctx, granted.ID, contoso, "A", false); err != nil || r.spent() != 3 {
		t.Errorf("returned by who did not spend it: %d spent, %v", r.spent(), err)
	}
	if err := r.Return(ctx, granted.ID, contoso, "A", true); err != nil || r.spent() != 2 {
		t.Errorf("returned: %d spent, %v", r.spent(), err)
	}
	if err := r.Spend(ctx, use(q, granted, q.Set.Targets[0])); !errors.Is(err, errs.Conflict) {
		t.Errorf("spent after it was returned: %v", err)
	}
}

func TestCoolOffRefusedWithdrawnLapsed(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.limit(func(l *brake.Limits) {
		l.Contacts, l.SignInMinutes, l.CoolOffMinutes = []string{"one@firstup.example", "two@firstup.example"}, 60, 15
	})
	q, a := r.ask(anna, sitting("anna", 0), set(t, contoso, serials(60)...))
	if a.Outcome != brake.CoolingOff {
		t.Fatalf("%+v", a)
	}
	if n, err := r.Untold(ctx); err != nil || len(n) != 1 || len(n[0].To) != 2 || n[0].Approval.ID != a.ID {
		t.Errorf("untold: %+v, %v", n, err)
	}
	if err := r.Told(ctx, a.ID); err != nil {
		t.Error(err)
	}
	if n, _ := r.Untold(ctx); len(n) != 0 {
		t.Errorf("told twice: %+v", n)
	}
	if err := r.Approve(ctx, a.ID, second(mia, "mia"), "60", "x", ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("approved while it cools off: %v", err)
	}
	r.later(20 * time.Minute)
	if err := r.Approve(ctx, a.ID, second(mia, "mia"), "60", "x", ""); err != nil {
		t.Errorf("after the cool-off: %v", err)
	}
	r.later(61 * time.Minute)
	if err := r.spend(q, a); !errors.Is(err, errs.Conflict) {
		t.Errorf("a grant that has lapsed: %v", err)
	}
	in := sitting("anna", 81*time.Minute)
	q, a = r.ask(anna, in, set(t, contoso, "A", "B", "C"))
	if err := r.Refuse(ctx, a.ID, second(ben, "ben"), "not stolen", ""); err != nil {
		t.Error(err)
	}
	if got, _ := r.Ask(ctx, q, ""); got.Outcome != brake.Refused || !strings.Contains(got.Sentence, "not stolen") {
		t.Errorf("refused: %+v", got)
	}
	_, a = r.ask(anna, in, set(t, contoso, "A", "B", "C"))
	if err := r.Withdraw(ctx, a.ID, second(ben, "ben"), ""); !errors.Is(err, errs.NotFound) {
		t.Errorf("somebody else withdraws: %v", err)
	}
	if err := r.Withdraw(ctx, a.ID, second(anna, "anna"), ""); err != nil {
		t.Error(err)
	}
	if err := r.Approve(ctx, a.ID, second(ben, "ben"), "3", "x", ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("approved after it was withdrawn: %v", err)
	}
}

// TestAskingTakesNobodysBudget: what waits counts against whoever asked; what is approved counts against everybody, also when it was asked for
// before.
func TestAskingTakesNobodysBudget(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	var waiting []brake.Answer
	for i, who := range []tenant.Person{anna, ben, otto} {
		var devices []string
		for n := range 4 {
			devices = append(devices, fmt.Sprintf("%s-%d", who.Name, n))
		}
		_, a := r.ask(who, sitting(fmt.Sprint(i), 0), set(t, contoso, devices...))
		if a.Outcome != brake.NeedsSecond {
			t.Fatalf("%s: %+v", who.Name, a)
		}
		waiting = append(waiting, a)
	}
	if _, a := r.ask(mia, sitting("mia", 0), set(t, contoso, "X")); a.Outcome != brake.Granted {
		t.Errorf("while others wait: %+v", a)
	}
	if _, a := r.ask(anna, sitting("0", 0), set(t, contoso, "Y")); a.Outcome != brake.NeedsSecond {
		t.Errorf("split in two: %+v", a)
	}
	// One and four and four are nine of the ten devices above which a customer's hour cools off; the last four are too many.
	for i, want := range []error{nil, nil, errs.Conflict} {
		if err := r.Approve(ctx, waiting[i].ID, second(mia, "mia"), "4", "x", ""); !errors.Is(err, want) {
			t.Errorf("approval %d: %v", i, err)
		}
	}
	if a, err := r.Get(ctx, tenant.Everything(), waiting[2].ID); err != nil || a.Standing != brake.StandsCooling {
		t.Errorf("the last one: %+v, %v", a, err)
	}
}

func TestStop(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	q, a := r.ask(anna, sitting("anna", 0), set(t, contoso, "A"))
	if err := r.Pull(ctx, sam, "x", ""); !errors.Is(err, errs.Forbidden) {
		t.Errorf("support stops: %v", err)
	}
	if err := r.Pull(ctx, ben, "strange wipes", ""); err != nil {
		t.Fatal(err)
	}
	if err := r.spend(q, a); !errors.Is(err, errs.Conflict) {
		t.Errorf("spent while stopped: %v", err)
	}
	if _, a := r.ask(anna, sitting("anna", 0), set(t, contoso, "B")); a.Outcome != brake.Stopped {
		t.Errorf("asked while stopped: %+v", a)
	}
	if stop, _, err := r.Standing(ctx, tenant.Only(contoso)); err != nil || !stop.On() || stop.Why != "strange wipes" {
		t.Errorf("standing: %+v, %v", stop, err)
	}
	for name, tc := range map[string]struct {
		who  tenant.Person
		in   brake.Session
		want error
	}{
		"a technician": {ben, sitting("ben", 0), errs.Forbidden}, "an owner without a fresh sign-in": {mia, brake.Session{ID: "mia"}, errs.Unauthorised}, "an owner": {mia, sitting("mia", 0), nil},
	} {
		if tc.want == nil {
			continue
		}
		if err := r.Release(ctx, tc.who, tc.in, "x", ""); !errors.Is(err, tc.want) {
			t.Errorf("%s releases: %v", name, err)
		}
	}
	if err := r.Release(ctx, mia, sitting("mia", 0), "looked at", ""); err != nil {
		t.Fatal(err)
	}
	if err := r.spend(q, a); err != nil {
		t.Errorf("the reservation is gone: %v", err)
	}
}

// TestMaliciousOwner: one owner alone cannot lift a limit at once, whatever they do.
func TestMaliciousOwner(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.limit(func(l *brake.Limits) { l.Contacts = []string{"one@firstup.example", ""} })
	v, err := r.Limits(ctx)
	if err != nil {
		t.Fatal(err)
	}
	high := v.Now
	high.Contacts = []string{"", ""}
	high.CustomerHour, high.PersonHour, high.Share = 100, 100, 25
	if pending, err := r.SetLimits(ctx, otto, sitting("otto", 0), high, ""); err != nil || !pending {
		t.Fatalf("raised: pending %v, %v", pending, err)
	}
	if c, to, err := r.UntoldChange(ctx); err != nil || c == nil || len(to) != 1 || r.ToldChange(ctx, c.At) != nil {
		t.Errorf("whom to tell: %+v, %v, %v", c, to, err)
	}
	if c, _, err := r.UntoldChange(ctx); err != nil || c != nil {
		t.Errorf("told twice: %+v, %v", c, err)
	}
	hasty := v.Now
	hasty.RaiseHours = 4
	if pending, err := r.SetLimits(ctx, otto, sitting("otto", 0), hasty, ""); err != nil || !pending {
		t.Fatalf("the delay shortened: pending %v, %v", pending, err)
	}
	if pending, err := r.SetLimits(ctx, otto, sitting("otto", 0), high, ""); err != nil || !pending {
		t.Fatalf("raised: pending %v, %v", pending, err)
	}
	v, _ = r.Limits(ctx)
	for name, tc := range map[string]struct {
		who     tenant.Person
		session string
	}{"the same owner": {otto, "otto"}, "in a second session": {otto, "second"}, "a second account in the same session": {mia, "otto"}, "a technician": {ben, "ben"}} {
		if err := r.ApproveLimits(ctx, tc.who, sitting(tc.session, 0), v.Asked.At, ""); !errors.Is(err, errs.Forbidden) {
			t.Errorf("%s approves: %v", name, err)
		}
	}
	if _, a := r.ask(otto, sitting("otto", 0), set(t, contoso, serials(3)...)); a.Outcome != brake.NeedsSecond {
		t.Errorf("while it waits: %+v", a)
	}
	if err := r.ApproveLimits(ctx, mia, sitting("mia", 0), v.Asked.At.Add(-time.Second), ""); !errors.Is(err, errs.Conflict) {
		t.Errorf("another change than the one that was looked at: %v", err)
	}
	if err := r.ApproveLimits(ctx, mia, sitting("mia", 0), v.Asked.At, ""); err != nil {
		t.Fatal(err)
	}
	low := high
	low.CustomerHour = 1
	if pending, err := r.SetLimits(ctx, otto, sitting("otto", 0), low, ""); err != nil || pending {
		t.Errorf("tightened: pending %v, %v", pending, err)
	}
	if pending, err := r.SetLimits(ctx, otto, sitting("otto", 0), high, ""); err != nil || !pending {
		t.Errorf("raised again: pending %v, %v", pending, err)
	}
	if v, _ := r.Limits(ctx); v.Now.CustomerHour != 1 {
		t.Errorf("at once: %+v", v.Now)
	}
	r.later(25 * time.Hour)
	if v, _ := r.Limits(ctx); v.Now.CustomerHour != 100 || v.Asked != nil {
		t.Errorf("a day later: %+v", v)
	}
}

func TestFreeze(t *testing.T) {
	t.Parallel()
	a, b := set(t, contoso, "1", "2"), set(t, contoso, "2", "1")
	if a.Hash() != b.Hash() || len(a.Hash()) != 64 {
		t.Errorf("order changes the hash: %s, %s", a.Hash(), b.Hash())
	}
	same := brake.Target{Tenant: contoso, Hardware: "1"}
	for name, f := range map[string]func() (brake.Set, error){
		"kind":    func() (brake.Set, error) { return brake.Freeze(brake.Retire, "", a.Targets) },
		"terms":   func() (brake.Set, error) { return brake.Freeze(brake.Wipe, "keep the account", a.Targets) },
		"devices": func() (brake.Set, error) { return brake.Freeze(brake.Wipe, "", a.Targets[:1]) },
		"tenant":  func() (brake.Set, error) { return set(t, fabrikam, "1", "2"), nil },
	} {
		if other, err := f(); err != nil || other.Hash() == a.Hash() {
			t.Errorf("another %s has the same hash (%v)", name, err)
		}
	}
	for name, targets := range map[string][]brake.Target{"none": nil, "no identity": {{Tenant: contoso}}, "no tenant": {{Hardware: "1"}}, "twice": {same, same}} {
		if _, err := brake.Freeze(brake.Wipe, "", targets); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := brake.Freeze("reboot", "", []brake.Target{same}); !errors.Is(err, errs.Invalid) {
		t.Errorf("a kind that destroys nothing: %v", err)
	}
}
