package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// bent is one way in which answers to a read are not what they should be.
type bent struct {
	name  string
	bend  func(c *asked, res *http.Response) *http.Response // the answer that is given instead
	kinds []string                                          // of the trouble that is said; none: the read is complete all the same
	layer string                                            // that diagnosis names
	but   map[string][]string                               // datasets that say another kind of trouble, or none
	rows  bool                                              // it is about rows: a dataset without any does not feel it
	twice bool                                              // rows come twice, and count once
	loses []string                                          // tables that lose rows, because what they need is not there
}

// asked is one call of a read.
type asked struct {
	*http.Request
	of    reading
	n     int // of the read's calls, from 1
	total int // calls of the read before, when nothing was broken
}

// reading is a dataset of a tenant; the pullers' calls carry it.
type reading struct {
	tenant  tenant.ID
	dataset string
}

type readingKey struct{}

// named is the puller of a dataset, whose calls carry whose they are. Each round has a client of its own for Graph: nobody waits in it for
// what was asked too often or failed before.
type named struct {
	dataset string
	rig     *rig
}

func (n named) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	d, _ := n.rig.rounds[n.rig.wire.round(tid)].Get(n.dataset)
	return d.Puller.Pull(context.WithValue(ctx, readingKey{}, reading{tid, n.dataset}), tid, run)
}

// wire is the way to Microsoft, on which answers are bent.
type wire struct {
	mu     sync.Mutex
	lanes  map[tenant.ID]*lane
	calls  map[reading]int
	before map[reading]int // when nothing was bent
}

// lane is a tenant whose answers are bent in one way after another.
type lane struct {
	tid    tenant.ID
	reads  []string            // datasets; none: all of a customer
	shown  map[string][]string // by dataset, the lists that show what it holds
	faults []bent
	round  int
	bent   *bent // now; nil: nothing
	first  snapshot
	last   snapshot
}

func (w *wire) round(tid tenant.ID) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if l := w.lanes[tid]; l != nil {
		return l.round
	}
	return 0
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	of, _ := req.Context().Value(readingKey{}).(reading)
	w.mu.Lock()
	var f *bent
	if l := w.lanes[of.tenant]; l != nil {
		f = l.bent
	}
	w.calls[of]++
	c := &asked{Request: req, of: of, n: w.calls[of], total: w.before[of]}
	w.mu.Unlock()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || f == nil {
		return res, err
	}
	return f.bend(c, res), nil
}

// begin has the calls of the lane's reads bent in this way from now on; nil: straight.
func (w *wire) begin(l *lane, f *bent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lanes[l.tid] = l
	for of, n := range w.calls {
		if of.tenant == l.tid {
			if l.bent == nil {
				w.before[of] = n
			}
			delete(w.calls, of)
		}
	}
	l.round++
	l.bent = f
}

// rig is a portal that reads a simulated cloud over a wire that bends.
type rig struct {
	p      *Portal
	cloud  *cloudsim.Cloud
	wire   *wire
	rounds []graphsync.Datasets
	base   string

	looking sync.Once
	look    string // see snapshotSQL

	site atomic.Pointer[http.Handler]
}

func newRig(t *testing.T, o world.Options, rounds int) *rig {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	r := &rig{base: "http://" + server.Listener.Addr().String(), wire: &wire{lanes: map[tenant.ID]*lane{}, calls: map[reading]int{}, before: map[reading]int{}}}
	r.p, r.cloud = openedAt(t, r.base, o)
	p, err := r.p, error(nil)
	for range rounds {
		r.forget(t)
		r.rounds = append(r.rounds, p.datasets())
	}
	table := p.datasets()
	for i, d := range table {
		if d.Puller == nil {
			t.Errorf("nobody reads %s", d.Name)
		}
		table[i].Puller = named{d.Name, r}
	}
	p.Sync, err = graphsync.New(p.Pool, table, graphsync.Options{Workers: 48, PerTenant: len(table), ScheduleEvery: 24 * time.Hour, Log: p.Log, Failed: p.readFailed})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Sync.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.serve(func(h http.Handler) http.Handler { return h })
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { (*r.site.Load()).ServeHTTP(w, q) })
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := p.Sync.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// forget gives the portal a client for Graph that remembers no call before.
func (r *rig) forget(t *testing.T) {
	t.Helper()
	c, err := graph.New(r.p.Config.Cloud.GraphURL, graphTokens{entra: r.p.Entra, resource: r.p.Config.Cloud.GraphResource},
		graph.Options{Transport: r.wire, Backoff: time.Millisecond, Unpaced: true})
	if err != nil {
		t.Fatal(err)
	}
	r.p.Graph = c
}

// serve has the portal's pages served with the client for Graph that it has now.
func (r *rig) serve(around func(http.Handler) http.Handler) {
	h := around(r.p.handler(true))
	r.site.Store(&h)
}

// owner is one of the portal's owners, signed in.
func (r *rig) owner(t *testing.T) *webtest.Visitor {
	t.Helper()
	v, owner := webtest.NewVisitor(t, r.base), r.cloud.World.Home().Users[0]
	if d := v.AtMicrosoft(v.Get("/signin?tenant="+owner.HomeTenantID), owner.SignInName, owner.Password, "accept"); d.Status != http.StatusOK {
		t.Fatalf("sign in: %d %q", d.Status, d.Heading())
	}
	return v
}

// connect makes a tenant of the world one that is read.
func (r *rig) connect(t *testing.T, w *world.Tenant) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(w.ID)
	if err == nil {
		_, err = r.p.Pool.In(tid).Exec(t.Context(), `
			INSERT INTO tenant (tenant_id, state) VALUES ($1, 'connected') ON CONFLICT (tenant_id) DO UPDATE SET state = 'connected'`, tid)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

// read reads these datasets of the tenant, and waits until the reads ended.
func (r *rig) read(t *testing.T, tid tenant.ID, datasets ...string) {
	t.Helper()
	if _, err := r.p.Sync.RequestNow(t.Context(), tenant.Only(tid), datasets...); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(10*time.Millisecond + time.Since(begun)/5) { // many ask, of a table that grows
		var open int
		err := r.p.Pool.Raw().QueryRow(t.Context(), `
			SELECT count(*)
			FROM   river_job
			WHERE  kind = 'graphsync'
			AND    state IN ('available', 'running', 'pending', 'scheduled', 'retryable')
			AND    args ->> 'tenant_id' = $1`, tid.String()).Scan(&open)
		if err != nil {
			t.Fatal(err)
		}
		if open == 0 {
			return
		}
		if time.Since(begun) > 3*time.Minute {
			rows, _ := r.p.Pool.Raw().Query(t.Context(), `SELECT args::text FROM river_job WHERE kind = 'graphsync' AND state <> 'completed' AND args ->> 'tenant_id' = $1`, tid.String())
			left, _ := pgx.CollectRows(rows, pgx.RowTo[string])
			t.Fatalf("%d reads did not end: %s", open, left)
		}
	}
}

// snapshot is what is held of a tenant, by tables.
type snapshot map[string]held

type held struct {
	all  string // everything, but when it was looked at
	rows int64  // that are not gone
	same string // of what Microsoft said about rows that are not gone, where the table knows
}

// beside are the tables that a read writes whatever becomes of it, and those that are not about what was read.
var beside = []string{"sync_state", "sync_run", "service_reading", "policy_reading", "provisioning_alert", "read_digest", "audit", "tenant", "audit_entry", "audit_head", "session", "live_reading", "failure", "tenant_daily", "tenant_counter", "app_share"}

func (r *rig) snapshot(t *testing.T, tid tenant.ID) snapshot {
	t.Helper()
	r.looking.Do(func() { r.look = snapshotSQL(t, r.p.Pool) })
	rows, err := r.p.Pool.In(tid).Query(t.Context(), r.look, tid)
	s, name, h := snapshot{}, "", held{}
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&name, &h.all, &h.rows, &h.same}, func() error { s[name] = h; return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// snapshotSQL takes a snapshot. It goes through the catalogue, which takes longer than the snapshot does.
func snapshotSQL(t *testing.T, pool *postgres.Pool) string {
	t.Helper()
	rows, err := pool.Raw().Query(t.Context(), `
		SELECT c.table_name, bool_or(c.column_name = 'gone_at'), bool_or(c.column_name = 'hash')
		FROM   information_schema.columns AS c
		JOIN   information_schema.tables AS t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
		WHERE  c.table_schema = 'public'
		GROUP  BY c.table_name
		HAVING bool_or(c.column_name = 'tenant_id')`)
	if err != nil {
		t.Fatal(err)
	}
	type table struct {
		name       string
		gone, hash bool
	}
	tables, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x table, err error) {
		return x, row.Scan(&x.name, &x.gone, &x.hash)
	})
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, x := range tables {
		if slices.Contains(beside, x.name) || strings.HasPrefix(x.name, "consent") || strings.HasPrefix(x.name, "grant") || past.MatchString(x.name) {
			continue
		}
		live, hash := "true", "''"
		if x.gone {
			live = "gone_at IS NULL"
		}
		if x.hash {
			hash = "hash::text"
		}
		parts = append(parts, `
			SELECT '`+x.name+`', COALESCE(md5(string_agg(md5(x::text), '' ORDER BY md5(x::text))), ''), count(*) FILTER (WHERE `+live+`),
			       COALESCE(md5(string_agg(`+hash+`, '' ORDER BY `+hash+`) FILTER (WHERE `+live+`)), '')
			FROM   `+x.name+` AS x
			WHERE  tenant_id = $1`)
	}
	return strings.Join(parts, " UNION ALL ")
}

// differs names the tables in which two snapshots differ.
func (s snapshot) differs(o snapshot, by func(held) any, but []string) (names []string) {
	for name, h := range s {
		if slices.Contains(but, name) {
			continue
		}
		if a, b := by(h), by(o[name]); a != b {
			names = append(names, fmt.Sprintf("%s (%v, then %v)", name, b, a))
		}
	}
	slices.Sort(names)
	return names
}

// statuses are those of the lane's tenant, of which nothing is read but what the lane reads.
func (r *rig) statuses(t *testing.T, l *lane) map[string]graphsync.Status {
	t.Helper()
	all, err := r.p.Sync.OfTenant(t.Context(), l.tid)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]graphsync.Status{}
	for _, s := range all {
		if found[s.Dataset] = s; len(l.reads) > 0 && !slices.Contains(l.reads, s.Dataset) {
			t.Errorf("%s of %s is read, too", s.Dataset, l.tid)
		}
	}
	return found
}

// body replaces an answer's body.
func body(res *http.Response, b []byte) *http.Response {
	res.Body.Close()
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	res.Header.Del("Content-Length")
	return res
}

// text is an answer's body.
func text(res *http.Response) []byte {
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	return b
}

// past are the tables that say what was before, and those that say how many rows have which value or are named by others.
var past = regexp.MustCompile(`^directory_group|_(change|version|count|value|day|daily|history)$`)
