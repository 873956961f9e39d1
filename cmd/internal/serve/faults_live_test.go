package serve

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// liveSQL names for each live reading what it may be of, and the page that makes it, below the customer.
var liveSQL = map[string]string{
	graphsync.LiveComplianceStates:   `SELECT id, '/devices/' || id || '/policies' FROM device WHERE compliance = 'noncompliant'`,
	graphsync.LiveDeviceDetail:       `SELECT device_id, '/devices/' || device_id || '/hardware' FROM device_action_result`,
	graphsync.LiveDeviceLogs:         `SELECT id, '/devices/' || id || '/diagnostics' FROM device`,
	graphsync.LiveDetectedAppDevices: `SELECT id, '/apps/detected/' || app_key || '/' || id FROM detected_app WHERE devices > 1`,
	graphsync.LivePolicyStatuses:     `SELECT kind || '/' || id, '/configuration/' || id FROM policy WHERE kind = 'compliance' AND failed > 1`,
	graphsync.LiveAppInstallStatus:   `SELECT id, '/apps/' || id FROM app_install WHERE failed > 1`,
	graphsync.LiveMalwareDevices:     `SELECT id, '/devices/malware/' || id FROM malware`,
	graphsync.LiveDeviceMalware:      `SELECT id, '/devices/' || id || '/protection' FROM device_protection WHERE active_malware > 0`,
}

// livePage is a page that makes a live reading.
type livePage struct {
	kind, object, path string
	body               string // of the reading, when nothing is bent
	rows               int
}

// liveRead is what is kept of a reading.
type liveRead struct {
	Body          string
	ErrorKind     string
	ErrorSentence string
	FailureID     string
}

// rows are the things in the lists of a reading.
func (l liveRead) rows(t *testing.T) (n int) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(l.Body), &v); err != nil {
		t.Fatalf("%v: %.200s", err, l.Body)
	}
	switch x := v.(type) {
	case []any:
		return len(x)
	case map[string]any:
		for _, in := range x {
			if list, ok := in.([]any); ok {
				n += len(list)
			}
		}
	}
	return n
}

// TestEachLiveReadingUnderEachFault opens every page that asks Microsoft while somebody looks, and bends the answers in every way in which those
// to datasets are bent. The page comes all the same: it shows odd values, and where nothing can be read, it says why, where to find what is
// behind it, and what was read before.
func TestEachLiveReadingUnderEachFault(t *testing.T) {
	t.Parallel()
	start := time.Now()
	r := newRig(t, world.Options{Seed: 7, Tenants: 4, Devices: 300, Now: func() time.Time { return start }}, 1)
	web := r.owner(t)
	tid := r.connect(t, r.cloud.World.Tenants()[1])
	r.read(t, tid, graphsync.Devices, graphsync.DetectedApps, graphsync.Policies, graphsync.Apps, graphsync.AppInstalls, graphsync.DeviceProtection, graphsync.Malware)
	l := &lane{tid: tid}
	var pages []livePage
	for _, kind := range graphsync.LiveKinds {
		pages = append(pages, r.livePage(t, tid, kind))
	}
	begin := func(f *bent) {
		r.forget(t)
		r.serve(func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
				of := reading{tenant: tid}
				if i := slices.IndexFunc(pages, func(p livePage) bool { return "/t/"+tid.String()+p.path == q.URL.Path }); i >= 0 {
					of.dataset = pages[i].kind
				}
				h.ServeHTTP(w, q.WithContext(context.WithValue(q.Context(), readingKey{}, of)))
			})
		})
		r.wire.begin(l, f)
	}
	said := map[string]bool{}
	begin(nil)
	for _, p := range pages {
		if kept, _ := r.open(t, web, tid, p); kept.ErrorKind != "" || kept.rows(t) != p.rows {
			t.Fatalf("%s: %d rows, then %+v", p.path, p.rows, kept)
		}
	}
	for _, f := range slices.Concat(odds, broken) {
		t.Run(f.name, func(t *testing.T) {
			begin(&f)
			for _, p := range pages {
				r.judgeLive(t, web, tid, p, f, said)
			}
		})
	}
}

// livePage finds something of which the reading of that kind has rows.
func (r *rig) livePage(t *testing.T, tid tenant.ID, kind string) livePage {
	t.Helper()
	read, ok := r.p.liveReads()[kind]
	if !ok || liveSQL[kind] == "" {
		t.Fatalf("nobody reads %s, or no page shows it", kind)
	}
	rows, _ := r.p.Pool.In(tid).Query(t.Context(), `SELECT DISTINCT x.* FROM (`+liveSQL[kind]+`) AS x ORDER BY 1`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p livePage, err error) { return p, row.Scan(&p.object, &p.path) })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		if err := read(t.Context(), tid, p.object); err != nil {
			t.Fatal(err)
		}
		p.kind = kind
		kept := r.keptLive(t, tid, p)
		if p.body, p.rows = kept.Body, kept.rows(t); p.rows > 0 {
			return p
		}
	}
	t.Fatalf("none of %d has rows of %s", len(found), kind)
	return livePage{}
}

// keptLive is what is kept of the page's reading.
func (r *rig) keptLive(t *testing.T, tid tenant.ID, p livePage) liveRead {
	t.Helper()
	rows, _ := r.p.Pool.In(tid).Query(t.Context(), `
		SELECT COALESCE(body::text, '') AS body, error_kind, error_sentence, failure_id FROM live_read WHERE kind = $1 AND object_id = $2`, p.kind, p.object)
	kept, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[liveRead])
	if err != nil {
		t.Fatalf("%s: %v", p.path, err)
	}
	return kept
}

// judgeLive makes a reading under a fault, and looks at the page: once for each kind of trouble, as it is the same for all of a kind.
func (r *rig) judgeLive(t *testing.T, web *webtest.Visitor, tid tenant.ID, p livePage, f bent, said map[string]bool) {
	t.Helper()
	kinds, other := f.but[p.kind]
	if !other {
		kinds = f.kinds
	}
	if len(kinds) == 0 {
		kept, _ := r.open(t, web, tid, p)
		if kept.ErrorKind != "" || (kept.rows(t) < p.rows || f.twice && kept.rows(t) > p.rows) && !slices.Contains(f.loses, p.kind) {
			t.Errorf("%s of %d rows: %+v", p.kind, p.rows, kept)
		}
		if twin := web.With("Accept", "application/json").Get("/t/" + tid.String() + p.path); twin.Status != http.StatusOK || !json.Valid(twin.Body) {
			t.Errorf("%s as JSON: %d %.200s", p.path, twin.Status, twin.Body)
		}
		return
	}
	r.exec(t, tid, p, forgotten)
	begun := time.Now()
	if err := r.p.liveReads()[p.kind](context.WithValue(t.Context(), readingKey{}, reading{tid, p.kind}), tid, p.object); err != nil || time.Since(begun) > 5*time.Second {
		t.Errorf("%s after %s: %v", p.kind, time.Since(begun), err)
	}
	kept := r.keptLive(t, tid, p)
	if kept.Body == p.body && p.kind == graphsync.LiveDeviceDetail {
		return // it is no list, and this was about lists
	}
	if !slices.Contains(kinds, kept.ErrorKind) || kept.ErrorSentence == "" || kept.FailureID == "" || kept.Body != "" {
		t.Errorf("%s: %+v", p.kind, kept)
		return
	}
	if said[p.kind+kept.ErrorKind] {
		return
	}
	said[p.kind+kept.ErrorKind] = true
	says := func(more string, kept liveRead, d *webtest.Document) {
		t.Helper()
		if text := d.Text(); !strings.Contains(text, kept.ErrorSentence) || !strings.Contains(text, more) || !strings.Contains(string(d.Body), kept.FailureID) {
			t.Errorf("%s does not say %q, %q and where to find out more: %.2000s", p.path, more, kept.ErrorSentence, text)
		}
	}
	kept, d := r.open(t, web, tid, p)
	says("could not be read from Microsoft just now", kept, d)
	if d := web.Get("/t/" + tid.String() + "/doctor/failures/" + kept.FailureID); d.Status != http.StatusOK || !strings.Contains(d.Heading(), "could not be read") {
		t.Errorf("what is behind it: %d %q", d.Status, d.Heading())
	}
	r.exec(t, tid, p, `
		UPDATE live_read SET body = $4::jsonb, read_at = tried_at - interval '2 hours', tried_at = tried_at - interval '1 hour', error_kind = ''
		WHERE  tenant_id = $1 AND kind = $2 AND object_id = $3`, p.body)
	kept, d = r.page(t, web, tid, p)
	says("You see what was read", kept, d)
	if kept.Body != p.body {
		t.Errorf("%s lost what was read before: %.200s", p.kind, kept.Body)
	}
}

const forgotten = `DELETE FROM live_read WHERE tenant_id = $1 AND kind = $2 AND object_id = $3`

// exec does something to what is kept of the page's reading.
func (r *rig) exec(t *testing.T, tid tenant.ID, p livePage, sql string, args ...any) {
	t.Helper()
	if _, err := r.p.Pool.In(tid).Exec(t.Context(), sql, append([]any{tid, p.kind, p.object}, args...)...); err != nil {
		t.Fatal(err)
	}
}

// open opens the page as if nobody had ever done so.
func (r *rig) open(t *testing.T, web *webtest.Visitor, tid tenant.ID, p livePage) (liveRead, *webtest.Document) {
	t.Helper()
	r.exec(t, tid, p, forgotten)
	return r.page(t, web, tid, p)
}

func (r *rig) page(t *testing.T, web *webtest.Visitor, tid tenant.ID, p livePage) (liveRead, *webtest.Document) {
	t.Helper()
	d := web.Get("/t/" + tid.String() + p.path)
	if d.Status != http.StatusOK {
		t.Errorf("%s: %d %q", p.path, d.Status, d.Heading())
	}
	return r.keptLive(t, tid, p), d
}
