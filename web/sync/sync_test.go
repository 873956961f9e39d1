package sync

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	support    = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}
)

type twin struct {
	Rows []struct {
		TenantID   string `json:"tenant_id"`
		TenantName string `json:"tenant_name"`
		Dataset    string
		State      string
		Run        int64
		Problem    string
		AsOf       *time.Time `json:"as_of"`
	}
	Count int64
	Next  string
}

func (x twin) words() string {
	var out []string
	for _, r := range x.Rows {
		out = append(out, r.TenantName+"/"+r.Dataset)
	}
	return strings.Join(out, " ")
}

// idle is a puller that is never called: the tests start no worker, so what is asked for stays in the queue.
type idle struct{}

func (idle) Pull(context.Context, tenant.ID, *graphsync.Run) error { panic("no worker runs") }

func some(t *testing.T) (f *webtest.Fleet, contoso, fabrikam, foreign tenant.Tenant, c *webtest.Client) {
	t.Helper()
	f = webtest.NewFleet(t)
	table := graphsync.Table().With(graphsync.Devices, idle{}).With(graphsync.Apps, idle{})
	var err error
	if f.Sync, err = graphsync.New(f.Pool, table, graphsync.Options{Now: func() time.Time { return f.Now }}); err != nil {
		t.Fatal(err)
	}
	contoso, fabrikam, foreign = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "=Fabrikam<script>", "fabrikam.example"), f.Tenant(t, 3, "Foreign", "foreign.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), device.Device{ID: "d1", Name: "CTO-1"})
	f.ReadDevices(t, fabrikam.ID, f.Now.Add(-50*time.Hour), device.Device{ID: "d1", Name: "FBK-1"})
	f.ReadDevices(t, foreign.ID, f.Now)
	f.FailRead(t, contoso.ID, graphsync.Apps, "permission", "A permission is missing.")
	f.FailRead(t, foreign.ID, graphsync.Apps, "permission", "A permission is missing.")
	f.Ask(t, fabrikam.ID, graphsync.Apps)
	return f, contoso, fabrikam, foreign, f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{Sync: f.Sync, Tenants: f.Tenants}).Mount)
}

const fab = "=Fabrikam<script>"

func TestList(t *testing.T) {
	_, contoso, _, foreign, c := some(t)
	for query, want := range map[string]string{
		"":                               "Contoso/apps " + fab + "/apps " + fab + "/devices Contoso/devices", // failed first, then what was never read
		"?sort=-trouble":                 "Contoso/devices " + fab + "/devices " + fab + "/apps Contoso/apps",
		"?sort=tenant":                   fab + "/apps " + fab + "/devices Contoso/apps Contoso/devices",
		"?sort=-tenant":                  "Contoso/devices Contoso/apps " + fab + "/devices " + fab + "/apps",
		"?sort=asOf&dataset=devices":     fab + "/devices Contoso/devices",
		"?sort=-asOf&dataset=devices":    "Contoso/devices " + fab + "/devices",
		"?state=failed":                  "Contoso/apps",
		"?age=late":                      fab + "/devices",
		"?age=unread":                    "Contoso/apps " + fab + "/apps",
		"?age=fresh":                     "Contoso/devices",
		"?age=fresh&age=late&age=unread": "Contoso/apps " + fab + "/apps " + fab + "/devices Contoso/devices",
		"?customer=" + contoso.ID.String() + "&state=ok": "Contoso/devices",
		"?customer=" + foreign.ID.String():               "",
	} {
		var x twin
		c.JSON("/sync"+query, http.StatusOK, &x)
		if x.words() != want || x.Count != int64(len(x.Rows)) || x.Next != "" {
			t.Errorf("%s: %s (count %d), want %s", query, x.words(), x.Count, want)
		}
		html, at := c.Get("/sync"+query).Body.String(), 0
		for _, r := range x.Rows {
			place := strings.Index(html[at:], `href="/sync/runs?customer=`+r.TenantID+`&amp;dataset=`+r.Dataset+`"`)
			if place < 0 {
				t.Fatalf("%s: %s %s is not at its place in the page", query, r.TenantName, r.Dataset)
			}
			at += place + 1
		}
		if strings.Contains(html, "Fabrikam<script>") {
			t.Errorf("%s: a name is printed as markup", query)
		}
		sep := map[bool]string{true: "?", false: "&"}[query == ""]
		records, err := csv.NewReader(c.Get("/sync" + query + sep + "format=csv").Body).ReadAll()
		if err != nil || len(records)-1 != len(x.Rows) {
			t.Fatalf("%s as CSV: %d lines, %v", query, len(records), err)
		}
		for i, r := range x.Rows {
			if name := strings.TrimPrefix(records[i+1][1], "'"); name != r.TenantName || strings.HasPrefix(records[i+1][1], "=") {
				t.Errorf("%s as CSV: row %d is of %q, want %q", query, i, records[i+1][1], r.TenantName)
			}
		}
	}
	html := c.Get("/sync").Body.String()
	for _, want := range []string{"Older than its target", "Failed: A permission is missing.", "Not read yet", "Complete"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestSaysWhatAdapted: a read that needed smaller pages says so, on the sync page and in the ledger.
func TestSaysWhatAdapted(t *testing.T) {
	f, contoso, _, _, c := some(t)
	f.ReadApps(t, contoso.ID, f.Now.Add(-time.Minute), nil)
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `UPDATE sync_state SET page_size = 20 WHERE dataset = 'apps'`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `
		INSERT INTO sync_run (tenant_id, dataset, run, state, started_at, ended_at, page_size) VALUES ($1, 'apps', 99, 'ok', $2, $2, 20)`, contoso.ID, f.Now); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/sync?dataset=apps&state=ok", "/sync/runs?dataset=apps"} {
		var x struct{ Rows []struct{ Note string } }
		c.JSON(path, http.StatusOK, &x)
		if len(x.Rows) != 1 || x.Rows[0].Note != "Read in pages of 20 instead of 100: Microsoft does not answer larger ones (503 or 504)." {
			t.Errorf("%s: %+v", path, x.Rows)
		}
		if !strings.Contains(c.Get(path).Body.String(), "Complete. Read in pages of 20 instead of 100") {
			t.Errorf("%s does not say it", path)
		}
	}
}

func TestRefuses(t *testing.T) {
	_, _, _, _, c := some(t)
	for _, path := range []string{"/sync?sort=mood", "/sync?state=fine", "/sync?age=young", "/sync?dataset=cats", "/sync?customer=contoso", "/sync?after=!!!", "/sync?after=eyJzIjoidHJvdWJsZSIsIm4iOjEsImMiOiJnb25lIn0", "/sync?format=xml",
		"/sync/budget?after=x", "/sync/budget?customer=contoso", "/sync/budget?sort=calls", "/sync/runs?state=never", "/sync/runs?sort=tenant", "/sync/runs?customer=%00", "/sync/runs?after=eyJzIjoiIiwibiI6MSwiYyI6ImdvbmUifQ"} {
		if w := c.Get(path); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "<h1") {
			t.Errorf("%s: %d, want 400 with a heading", path, w.Code)
		}
		c.JSON(path, http.StatusBadRequest, nil)
	}
}

// TestNowAsksForWhatIsShown holds that the button reads what its list shows and nothing else.
func TestNowAsksForWhatIsShown(t *testing.T) {
	for name, tc := range map[string]struct {
		form url.Values
		want []string // tenant and dataset of the jobs
		said string
	}{
		"all":               {nil, []string{"1 apps", "1 devices", "2 apps", "2 devices"}, "Reading 4 datasets now."},
		"one dataset":       {url.Values{"dataset": {"devices"}}, []string{"1 devices", "2 devices"}, "Reading 2 datasets now."},
		"those that failed": {url.Values{"state": {"failed"}}, []string{"1 apps"}, "Reading 1 dataset now."},
		"those late":        {url.Values{"age": {"late"}}, []string{"2 devices"}, "Reading 1 dataset now."},
		"one customer":      {url.Values{"customer": {"c0000000-0000-4000-8000-000000000003"}}, []string{"2 apps", "2 devices"}, "Reading 2 datasets now."},
		"nothing":           {url.Values{"state": {"running"}}, nil, "There is nothing to read."},
	} {
		t.Run(name, func(t *testing.T) {
			f, contoso, _, _, c := some(t)
			w := c.Post("/sync", tc.form)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != strings.TrimSuffix("/sync?"+tc.form.Encode(), "?") {
				t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
			}
			if len(c.Said) != 1 || c.Said[0].Title != tc.said {
				t.Errorf("said %v, want %q", c.Said, tc.said)
			}
			rows, err := f.Pool.Raw().Query(t.Context(), `SELECT args->>'tenant_id', args->>'dataset' FROM river_job ORDER BY 1, 2`)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var got []string
			for rows.Next() {
				var tid, dataset string
				if err := rows.Scan(&tid, &dataset); err != nil {
					t.Fatal(err)
				}
				got = append(got, map[bool]string{true: "1 ", false: "2 "}[tid == contoso.ID.String()]+dataset)
			}
			if fmt.Sprint(got) != fmt.Sprint(tc.want) {
				t.Errorf("asked for %v, want %v", got, tc.want)
			}
		})
	}
}

func TestNowRefuses(t *testing.T) {
	f, contoso, _, foreign, c := some(t)
	for name, tc := range map[string]struct {
		form url.Values
		want int
	}{
		"a customer out of reach": {url.Values{"customer": {foreign.ID.String()}}, 404},
		"among one's own":         {url.Values{"customer": {contoso.ID.String(), foreign.ID.String()}}, 404},
		"no GUID":                 {url.Values{"customer": {"contoso"}}, 400},
		"no dataset":              {url.Values{"dataset": {"cats"}}, 400},
	} {
		if w := c.Post("/sync", tc.form); w.Code != tc.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.want)
		}
	}
	looking := f.Serve(t, support, tenant.Only(contoso.ID), (&Handler{Sync: f.Sync, Tenants: f.Tenants}).Mount)
	if w := looking.Post("/sync", nil); w.Code != http.StatusForbidden {
		t.Errorf("support: %d, want 403", w.Code)
	}
	for _, path := range []string{"/sync", "/sync/runs"} {
		if _, main, _ := strings.Cut(looking.Get(path).Body.String(), "<main"); strings.Contains(main, `method="post"`) {
			t.Errorf("%s has a form that acts for support", path)
		}
	}
	var n int
	if err := f.Pool.Raw().QueryRow(t.Context(), `SELECT count(*) FROM river_job`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d reads were asked for by what was refused (%v)", n, err)
	}
}

func TestRenewsWhileReading(t *testing.T) {
	f, contoso, _, _, c := some(t)
	if body := c.Get("/sync").Body.String(); strings.Contains(body, "hx-trigger=\"every") {
		t.Error("nothing is being read, and the page renews itself")
	}
	f.StartRead(t, contoso.ID, graphsync.Devices, 4321)
	body := c.Get("/sync?dataset=devices").Body.String()
	for _, want := range []string{`hx-get="/sync?dataset=devices"`, `hx-trigger="every 2s"`, "Being read", "4,321"} {
		if !strings.Contains(body, want) {
			t.Errorf("while reading the page lacks %q", want)
		}
	}
}

// TestRuns follows the ledger from page to page: each run once, the newest first.
func TestRuns(t *testing.T) {
	f, contoso, fabrikam, foreign, c := some(t)
	for n := range 60 {
		problem := ""
		if n%10 == 0 {
			problem = "Microsoft answers 503."
		}
		f.Ran(t, contoso.ID, graphsync.Devices, int64(n), f.Now.Add(-time.Duration(n/2)*time.Minute), problem)
		f.Ran(t, fabrikam.ID, graphsync.Devices, int64(n), f.Now.Add(-time.Duration(n/2)*time.Minute), "")
		f.Ran(t, foreign.ID, graphsync.Devices, int64(n), f.Now, "")
	}
	for start, want := range map[string]int64{"/sync/runs": 120, "/sync/runs?state=failed": 6, "/sync/runs?customer=" + contoso.ID.String(): 60, "/sync/runs?customer=" + foreign.ID.String(): 0, "/sync/runs?dataset=apps": 0} {
		seen := map[string]bool{}
		for next := start; next != ""; {
			var x twin
			c.JSON(next, http.StatusOK, &x)
			if x.Count != want {
				t.Errorf("%s: count %d, want %d", next, x.Count, want)
			}
			for _, r := range x.Rows {
				key := fmt.Sprint(r.TenantID, r.Dataset, r.Run)
				if seen[key] || r.TenantName == "Foreign" {
					t.Errorf("%s: run %d of %s comes twice, or is out of reach", next, r.Run, r.TenantName)
				}
				seen[key] = true
			}
			if html := c.Get(next).Body.String(); strings.Count(html, `scope="row"`) != len(x.Rows) {
				t.Errorf("%s: %d rows in the page, %d in the twin", next, strings.Count(html, `scope="row"`), len(x.Rows))
			}
			next = x.Next
		}
		if int64(len(seen)) != want {
			t.Errorf("%s: %d runs over all pages, want %d", start, len(seen), want)
		}
		sep := map[bool]string{true: "&", false: "?"}[strings.Contains(start, "?")]
		records, err := csv.NewReader(c.Get(start + sep + "format=csv").Body).ReadAll()
		if err != nil || int64(len(records)-1) != want {
			t.Errorf("%s as CSV: %d lines (%v), want %d", start, len(records)-1, err, want)
		}
	}
}

func TestEmpty(t *testing.T) {
	f := webtest.NewFleet(t)
	c := f.Serve(t, technician, tenant.Only(), (&Handler{Sync: f.Sync, Tenants: f.Tenants}).Mount)
	for path, want := range map[string]string{"/sync": "Nothing is read yet", "/sync/runs": "Nothing was read yet", "/sync?state=failed": "No dataset matches"} {
		if body := c.Get(path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
}

// TestBudget: what processes used of a customer's limits adds up, customers out of reach are not shown, and the sync says who is left alone.
func TestBudget(t *testing.T) {
	f, contoso, fabrikam, foreign, c := some(t)
	if b := c.Get("/sync/budget").Body.String(); !strings.Contains(b, "Microsoft is not called at the moment") {
		t.Error("without calls the page does not say so")
	}
	use := func(process string, all ...graphsync.Usage) {
		t.Helper()
		if err := f.Sync.SaveUsage(t.Context(), process, all); err != nil {
			t.Fatal(err)
		}
	}
	of := func(id tenant.ID, calls int, circuit string, until time.Time) graphsync.Usage {
		u := graphsync.Usage{Tenant: id, Lane: "general", Calls: calls, Limit: 1000, Window: 20 * time.Second, Circuit: circuit, Until: until}
		if circuit == "open" {
			u.Failing = 5
		}
		return u
	}
	use("one", of(contoso.ID, 300, "closed", time.Time{}), of(foreign.ID, 900, "open", f.Now.Add(time.Hour)))
	use("two", of(contoso.ID, 200, "closed", time.Time{}), of(fabrikam.ID, 0, "open", f.Now.Add(9*time.Minute)))
	var x struct {
		Rows  []used
		Count int64
	}
	c.JSON("/sync/budget", http.StatusOK, &x)
	if len(x.Rows) != 2 || x.Count != 2 || x.Rows[0].TenantName != fab || x.Rows[0].Circuit != "open" || x.Rows[1].Calls != 500 || x.Rows[1].Most != 1000 {
		t.Errorf("%+v", x)
	}
	html := c.Get("/sync/budget").Body.String()
	for _, want := range []string{"50 %", "1,000 in 20 s", "Left alone after 5 failures", "about 250 of the 130,000"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if b := c.Get("/sync").Body.String(); !strings.Contains(b, "1 customer is left alone for a while.") || !strings.Contains(b, "in 9 min") {
		t.Error("the sync does not say who is left alone")
	}
	c.JSON("/sync/budget?customer="+foreign.ID.String(), http.StatusOK, &x)
	if len(x.Rows) != 0 {
		t.Errorf("a customer out of reach: %+v", x.Rows)
	}
	use("one")
	f.Now = f.Now.Add(time.Minute)
	c.JSON("/sync/budget", http.StatusOK, &x)
	if len(x.Rows) != 0 {
		t.Errorf("a silent process still counts: %+v", x.Rows)
	}
}

// TestFailureInFull: the runs of one dataset of one customer say what failed, who can fix it, and lead to what to send them.
func TestFailureInFull(t *testing.T) {
	f, contoso, _, _, c := some(t)
	path := "/sync/runs?customer=" + contoso.ID.String() + "&dataset=apps"
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `
		INSERT INTO sync_run (tenant_id, dataset, run, state, started_at, ended_at, error_kind, error_sentence, request_id)
		VALUES ($1, 'apps', 1, 'failed', $2, $2, 'permission', 'A permission is missing.', 'r1')`, contoso.ID, f.Now); err != nil {
		t.Fatal(err)
	}
	if b := c.Get(path).Body.String(); !strings.Contains(b, "A permission is missing.") || strings.Contains(b, "Who can fix it") {
		t.Error("without a diagnosis the run's own sentence stands")
	}
	found, err := json.Marshal(graphsync.Diagnosis{Layer: "scope", Verdict: "Apps <b>may</b> not be read.", Who: "customer", Remedy: "Open a new link.", Useless: "Another role.",
		Confidence: "likely", Evidence: []string{"Microsoft answered 403."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{`UPDATE sync_state SET diagnosis = $2 WHERE tenant_id = $1 AND dataset = 'apps'`, `UPDATE sync_run SET diagnosis = $2 WHERE tenant_id = $1 AND dataset = 'apps'`} {
		if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), sql, contoso.ID, string(found)); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []string{path, "/sync"} {
		if b := c.Get(at).Body.String(); !strings.Contains(b, "Apps &lt;b&gt;may&lt;/b&gt; not be read.") {
			t.Errorf("%s does not say what failed", at)
		}
	}
	b := c.Get(path).Body.String()
	for _, want := range []string{"Open a new link. Who can fix it: An administrator of the customer. What would not help: Another role.", "It fits what Microsoft answered", "Microsoft answered 403.", "/doctor/apps"} {
		if !strings.Contains(b, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	var x struct{ Rows []run }
	c.JSON(path, http.StatusOK, &x)
	if len(x.Rows) != 1 || x.Rows[0].Diagnosis == nil || x.Rows[0].Diagnosis.Who != "customer" || x.Rows[0].Calls != 1 {
		t.Errorf("%+v", x.Rows)
	}
}

// TestWaits asks for reads that no worker begins, and lets one of them begin.
func TestWaits(t *testing.T) {
	f, contoso, fabrikam, _, c := some(t)
	c.Post("/sync", url.Values{"dataset": {"devices"}})
	const waits = "Asked for, waits for its turn"
	body := c.Get("/sync").Body.String()
	if n := strings.Count(body, waits); n != 2 || !strings.Contains(body, `hx-trigger="every 2s"`) {
		t.Errorf("%d datasets wait, want 2, on a page that renews itself", n)
	}
	f.Now = f.Now.Add(time.Second)
	f.StartRead(t, contoso.ID, graphsync.Devices, 10)
	body = c.Get("/sync").Body.String()
	if strings.Count(body, waits) != 1 || strings.Count(body, "Being read") != 2 { // once among the filters
		t.Error("one has begun, and the page does not tell it from the one that waits")
	}
	var got struct {
		Rows []struct {
			Duration int64      `json:"duration_ms"`
			AskedAt  *time.Time `json:"asked_at"`
		}
	}
	c.JSON("/sync?dataset=devices&customer="+contoso.ID.String(), http.StatusOK, &got)
	if len(got.Rows) != 1 || got.Rows[0].AskedAt != nil || got.Rows[0].Duration != 0 {
		t.Errorf("the read under way: %+v", got.Rows)
	}
	c.JSON("/sync?dataset=devices&customer="+fabrikam.ID.String(), http.StatusOK, &got)
	if len(got.Rows) != 1 || got.Rows[0].AskedAt == nil {
		t.Errorf("the read that waits: %+v", got.Rows)
	}
}
