package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// anybody is signed in everywhere, at a Graph that takes everything.
type anybody struct{ client *graph.Client }

func (anybody) Token(context.Context, tenant.ID) (string, error) { return "of the portal", nil }
func (anybody) Forget(tenant.ID)                                 {}

func (a anybody) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	return a.client.As(tid, "of the person"), nil
}

// TestBulkPassesTheBrake: a set over two customers is one request, which a second person sees as it was frozen; it is sent once, and only after
// they approved. However many sets one account asks for at once, no more is sent than the budget has.
func TestBulkPassesTheBrake(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		sent.Add(1)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	client, err := graph.New(server.URL, anybody{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []tenant.ID
	for i, name := range []string{"First Up", "Contoso", "Fabrikam"} {
		tid, err := tenant.ParseID(fmt.Sprintf("c0000000-0000-4000-8000-%012d", i+1))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, tid)
		for _, sql := range []string{`INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, `INSERT INTO tenant_counter SELECT $1, 'devices', 'total', 100, now() WHERE $2 <> ''`} {
			if _, err := pool.Raw().Exec(t.Context(), sql, tid, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	log := audit.NewStore(pool)
	held := brake.NewStore(pool, log, ids[0])
	limits, err := held.Limits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	limits.Now.From, limits.Now.To, limits.Now.Days, limits.Now.CustomerHour, limits.Now.PersonHour = 0, 24, []int{0, 1, 2, 3, 4, 5, 6}, 4, 6
	if err := postgres.SaveSetting(t.Context(), pool.In(tenant.Scope{}), "brake.limits", limits, postgres.Changed{By: "test"}); err != nil {
		t.Fatal(err)
	}
	in := func(name string) brake.Session {
		now := time.Now()
		return brake.Session{ID: name, Since: now.Add(-5 * time.Hour), SignedIn: map[tenant.ID]time.Time{ids[0]: now, ids[1]: now, ids[2]: now}}
	}
	store := deviceaction.NewStore(pool, log)
	acts := &deviceaction.Acts{Who: anybody{client}, Graph: client, Store: store, Brake: braking{held, func(context.Context) brake.Session { return in("anna") }}, Now: time.Now}
	portal := &Portal{Tenants: tenant.NewStore(pool, ids[0], nil)}
	run := &deviceaction.Runner{Acts: acts, Windows: deviceaction.NewWindows(pool, log), May: portal.mayStillAct, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	anna := tenant.Person{Tenant: ids[0], ObjectID: "00000000-0000-4000-8000-0000000000a1", Name: "anna", Role: tenant.RoleTechnician}
	if _, err := pool.Raw().Exec(t.Context(), `INSERT INTO staff (upn, object_id, role, reach) VALUES ('anna@firstup.example', $1, 'technician', 'all')`, anna.ObjectID); err != nil {
		t.Fatal(err)
	}
	owner := tenant.Person{Tenant: ids[0], ObjectID: "00000000-0000-4000-8000-0000000000b2", Name: "owner", Role: tenant.RoleOwner}
	wipe, _ := deviceaction.KindOf("wipe")
	order := func(nonce string, set ...deviceaction.Device) (int64, error) {
		return run.Order(t.Context(), anna, deviceaction.Ask{Kind: wipe, Options: deviceaction.Options{Label: "nothing kept"}, Reason: "End of lease", Nonce: nonce}, set, nil)
	}
	device := func(at int, name string) deviceaction.Device {
		return deviceaction.Device{Tenant: ids[at], ID: "id-" + name, Name: name, Serial: "SN-" + name, OS: "Windows"}
	}
	var set []deviceaction.Device
	for i := range 5 {
		set = append(set, device(1, fmt.Sprintf("c%d", i)), device(2, fmt.Sprintf("f%d", i)))
	}
	nonce := brake.NewNonce()
	id, err := order(nonce, set...)
	run.Wait()
	j, _, jerr := store.Job(t.Context(), tenant.Everything(), id)
	if err != nil || jerr != nil || sent.Load() != 0 || j.Queued != 10 || j.BrakeID == 0 || j.State(time.Now()) != deviceaction.JobHeld {
		t.Fatalf("before anybody approved: %+v, %v, %v, sent %d", j, err, jerr, sent.Load())
	}
	kept, _, _, err := store.List(t.Context(), tenant.Only(ids[1]), deviceaction.Filter{Sort: "device", Job: id})
	if err != nil || len(kept) != 5 || strings.Contains(kept[0].Said, "10") {
		t.Errorf("who looks after one of the customers reads how many devices others have in the set: %+v, %v", kept, err)
	}
	for i, other := range map[int]string{1: "Fabrikam", 2: "Contoso"} {
		var own, foreign int
		if err := pool.Raw().QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE detail::text LIKE '%' || $2 || '%'), count(*) FILTER (WHERE detail::text LIKE '%' || $3 || '%') FROM audit WHERE tenant_id = $1 AND action LIKE 'brake.%'`, ids[i], []string{"", "Contoso", "Fabrikam"}[i], other).Scan(&own, &foreign); err != nil || own != 1 || foreign != 0 {
			t.Errorf("the customer's log names it in %d entries, and %s in %d, %v", own, other, foreign, err)
		}
	}
	lines, _, err := held.Lines(t.Context(), tenant.Everything(), j.BrakeID, "", 20)
	if err != nil || len(lines) != 10 || !slices.ContainsFunc(lines, func(l brake.Line) bool { return l.Hardware == "SN-f4" && l.Tenant == ids[2] }) {
		t.Errorf("the second person sees %v, %v", lines, err)
	}
	if _, err := held.Get(t.Context(), tenant.Only(ids[1]), j.BrakeID); err == nil {
		t.Error("who looks after one of the customers sees the request")
	}
	if err := held.Approve(t.Context(), j.BrakeID, brake.Decider{Person: owner, Reach: tenant.Everything(), Session: in("owner")}, "10", "Called both", ""); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second press sends nothing more
		if err := run.Start(t.Context(), anna, "", tenant.Everything(), id); err != nil {
			t.Fatal(err)
		}
		run.Wait()
	}
	if again, err := order(nonce, set...); err != nil || again != id || sent.Load() != 10 {
		t.Errorf("the same form again: job %d, %v, sent %d", again, err, sent.Load())
	}
	if _, err := pool.Raw().Exec(t.Context(), `UPDATE brake_target SET spent_at = spent_at - interval '2 days'`); err != nil {
		t.Fatal(err)
	}
	sent.Store(0)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			_, _ = order(brake.NewNonce(), device(1, fmt.Sprintf("x%d", i)), device(2, fmt.Sprintf("y%d", i)))
		})
	}
	wg.Wait()
	run.Wait()
	if n := sent.Load(); n == 0 || n > 6 {
		t.Errorf("12 sets at once sent %d wipes, 6 are allowed", n)
	}
	for _, lost := range []string{`reach = 'chosen'`, `reach = 'all', role = 'support'`, `role = 'technician', disabled = true`} {
		if _, err := pool.Raw().Exec(t.Context(), `UPDATE staff SET `+lost); err != nil {
			t.Fatal(err)
		}
		if err := portal.mayStillAct(t.Context(), anna, ids[1]); !errors.Is(err, errs.Forbidden) {
			t.Errorf("who has %s acts on: %v", lost, err)
		}
	}
}
