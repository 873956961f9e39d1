package protection

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func twoTenants(t *testing.T) (*postgres.Pool, *Store) {
	t.Helper()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	return pool, NewStore(pool)
}

func inTx(t *testing.T, pool *postgres.Pool, tid tenant.ID, merge func(context.Context, pgx.Tx) (graphsync.Merged, error)) (m graphsync.Merged) {
	t.Helper()
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = merge(t.Context(), tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

var run atomic.Int64

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, of ...Device) graphsync.Merged {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, d := range of {
		if err := stage.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	return inTx(t, pool, tid, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		m, err := stage.Merge(ctx, tx, tid, run.Add(1), noon)
		if err == nil {
			err = pgtest.SaveCounters(ctx, tx, tid, graphsync.DeviceProtection, m.Counters, noon)
		}
		return m, err
	})
}

func found(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, of ...Malware) graphsync.Merged {
	t.Helper()
	stage := s.MalwareStage()
	defer stage.Close()
	for _, m := range of {
		if err := stage.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	return inTx(t, pool, tid, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, run.Add(1), noon)
	})
}

func some(n int) []Device {
	of := make([]Device, n)
	for i := range of {
		of[i] = Device{ID: fmt.Sprintf("d%02d", i), Name: fmt.Sprintf("KILN-%02d", i), State: "clean", ActiveMalware: new(int64(i % 2)), RemediatedMalware: new(int64(0)), ReportedAt: noon.Add(time.Duration(i) * time.Hour)}
		if i%2 == 1 {
			of[i].Problems = []string{"malwareActive"}
		}
		if i%3 == 0 {
			of[i].Problems = append(of[i].Problems, "realTimeOff")
		}
	}
	return of
}

func TestMergeKeepsHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	on, off := true, false
	d := Device{ID: "d1", Name: "KILN-1", RealTime: &on, SignatureVersion: "1", ActiveMalware: new(int64(0))}
	merge(t, pool, s, contoso, d)
	merge(t, pool, s, fabrikam, d)
	d.SignatureVersion, d.ReportedAt = "2", noon // what moves with every report
	merge(t, pool, s, contoso, d)
	d.RealTime, d.Tamper, d.Problems, d.ActiveMalware = &off, &on, []string{"realTimeOff"}, new(int64(2))
	if m := merge(t, pool, s, contoso, d, d); m.Written != 1 {
		t.Errorf("changed: %+v", m)
	}
	var got []string
	changes, err := s.Changes(t.Context(), contoso, "d1", 9)
	for _, c := range changes {
		got = append(got, c.Field+" "+c.Old+">"+c.New)
	}
	if want := "active_malware 0>2, problems {}>{realTimeOff}, real_time true>false, tamper >true"; err != nil || strings.Join(got, ", ") != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if c, err := s.Changes(t.Context(), fabrikam, "d1", 9); err != nil || len(c) != 0 {
		t.Errorf("of another tenant's device: %+v, %v", c, err)
	}
}

func TestListsCountAndPage(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	if m := merge(t, pool, s, contoso, some(9)...); m.Written != 9 || m.Counters["total"] != 9 || m.Counters["problem:malwareActive"] != 4 || m.Counters["any"] != 6 {
		t.Errorf("first: %+v", m)
	}
	if m := merge(t, pool, s, contoso, some(9)...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	merge(t, pool, s, fabrikam, some(4)...)
	all := tenant.Everything()
	for _, tc := range []struct {
		f    Filter
		want int64
	}{
		{Filter{}, 13}, {Filter{Problem: []string{"malwareActive"}}, 6}, {Filter{Any: true}, 9}, {Filter{Q: "kiln-03"}, 2}, {Filter{Q: "03 kiln"}, 2}, {Filter{Q: "kiln nothing"}, 0}, {Filter{Q: "%"}, 0}, {Filter{Tenants: []tenant.ID{fabrikam}}, 4},
	} {
		if page, err := s.List(t.Context(), all, tc.f); err != nil || page.Count != tc.want || int64(len(page.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d, %v, want %d", tc.f, page.Count, len(page.Rows), err, tc.want)
		}
	}
	for _, scope := range []tenant.Scope{all, tenant.Only(contoso), tenant.Only()} {
		for _, f := range []Filter{{}, {Any: true}, {Problem: []string{"malwareActive"}}, {Problem: []string{"malwareActive", "realTimeOff"}}, {Problem: []string{"realTimeOff"}, Tenants: []tenant.ID{fabrikam}}, {Any: true, Problem: []string{"realTimeOff"}}, {Problem: []string{"none of these"}}} {
			var each int64
			if err := s.Each(t.Context(), scope, f, func(Device) error { each++; return nil }); err != nil {
				t.Fatal(err)
			}
			if page, err := s.List(t.Context(), scope, f); err != nil || page.Count != each || int64(len(page.Rows)) != each {
				t.Errorf("%+v in %v: a page of %d, counted %d, of %d (%v)", f, scope, len(page.Rows), page.Count, each, err)
			}
		}
	}
	for _, sort := range Sorts {
		for _, desc := range []bool{false, true} {
			seen := map[string]bool{}
			for f := (Filter{Sort: sort, Desc: desc, Limit: 4}); ; {
				page, err := s.List(t.Context(), all, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range page.Rows {
					seen[d.Tenant.String()+d.ID] = true
				}
				if f.After = page.Next; page.Next == "" {
					break
				}
			}
			if len(seen) != 13 {
				t.Errorf("by %s: %d seen", sort, len(seen))
			}
		}
	}
	for _, f := range []Filter{{Sort: "x"}, {After: "x"}, {Q: "\x00"}} {
		if _, err := s.List(t.Context(), all, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if _, err := s.Malware(t.Context(), all, MalwareFilter{Sort: "x"}); !errors.Is(err, errs.Invalid) {
		t.Errorf("malware: %v", err)
	}
}

func TestMalwareByWhenItWasSeen(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	eicar := Malware{ID: "1", Name: "EICAR", Severity: "severe", Category: "virus", DetectedAt: noon}
	if m := found(t, pool, s, contoso, eicar, Malware{ID: "2", Name: "AutoKMS", Severity: "quantum", Category: "tool", DetectedAt: noon.Add(time.Hour)}); m.Written != 2 || m.Counters["severity:severe"] != 1 {
		t.Errorf("%+v", m)
	}
	found(t, pool, s, fabrikam, eicar)
	p, err := s.Malware(t.Context(), tenant.Everything(), MalwareFilter{Desc: true, Limit: 2})
	if err != nil || p.Count != 3 || p.Rows[0].Name != "AutoKMS" || p.Next == "" {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := s.Malware(t.Context(), tenant.Everything(), MalwareFilter{Severity: []string{"severe"}, Sort: "customer"}); err != nil || p.Count != 2 || p.Rows[0].TenantName != "Contoso" {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestMalwareKeepsHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	eicar, tool := Malware{ID: "1", Name: "EICAR", Severity: "severe", Category: "virus", DetectedAt: noon}, Malware{ID: "2", Name: "AutoKMS", Severity: "high"}
	found(t, pool, s, contoso, eicar, tool)
	found(t, pool, s, fabrikam, eicar)
	eicar.DetectedAt, eicar.URL, tool.Severity = noon.Add(26*time.Hour), "https://example.org", "severe"
	found(t, pool, s, contoso, eicar, tool)
	if m := found(t, pool, s, contoso, tool); m.Gone != 1 || m.Counters["total"] != 1 || m.Counters["severity:severe"] != 1 {
		t.Errorf("gone: %+v", m)
	}
	if m := found(t, pool, s, contoso, tool); m.Gone != 0 || m.Written != 0 {
		t.Errorf("gone once more: %+v", m)
	}
	if p, err := s.Malware(t.Context(), tenant.Everything(), MalwareFilter{IDs: []string{"1"}}); err != nil || p.Count != 1 || p.Rows[0].Tenant != fabrikam {
		t.Errorf("where it is listed: %+v, %v", p, err)
	}
	if m, err := s.GetMalware(t.Context(), contoso, "1"); err != nil || !m.GoneAt.Equal(noon) || !m.FirstSeenAt.Equal(noon) || m.Name != "EICAR" {
		t.Errorf("what is gone: %+v, %v", m, err)
	}
	found(t, pool, s, contoso, eicar, tool)
	if m, err := s.GetMalware(t.Context(), contoso, "1"); err != nil || !m.GoneAt.IsZero() {
		t.Errorf("what is back: %+v, %v", m, err)
	}
	for id, want := range map[string]string{"1": "detected_at 2026-08-08 12:00:00+00>2026-08-09 14:00:00+00, gone false>true, gone true>false", "2": "severity high>severe"} {
		changes, err := s.MalwareChanges(t.Context(), contoso, id, 9)
		var got []string
		for _, c := range changes {
			got = append(got, c.Field+" "+c.Old+">"+c.New)
		}
		if slices.Sort(got); err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, %v, want %q", id, got, err, want)
		}
	}
	if c, err := s.MalwareChanges(t.Context(), fabrikam, "1", 9); err != nil || len(c) != 0 {
		t.Errorf("of another tenant: %+v, %v", c, err)
	}
	for _, id := range []string{"2", "\x00", ""} {
		if m, err := s.GetMalware(t.Context(), fabrikam, id); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q: %+v, %v", id, m, err)
		}
	}
	if _, err := s.Malware(t.Context(), tenant.Everything(), MalwareFilter{IDs: []string{"\x00"}}); !errors.Is(err, errs.Invalid) {
		t.Errorf("an id that no text can be: %v", err)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, some(3)...)
	found(t, pool, s, fabrikam, Malware{ID: "1", Name: "EICAR"})
	other := tenant.Only(contoso)
	if _, err := s.Get(t.Context(), contoso, "d00"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if d, err := s.Get(t.Context(), fabrikam, "d00"); err != nil || d.TenantName != "Fabrikam" {
		t.Errorf("Get by its own tenant: %+v, %v", d, err)
	}
	if p, err := s.List(t.Context(), other, Filter{Tenants: []tenant.ID{fabrikam}}); err != nil || p.Count != 0 || len(p.Rows) != 0 {
		t.Errorf("List: %+v, %v", p, err)
	}
	if p, err := s.Malware(t.Context(), other, MalwareFilter{}); err != nil || p.Count != 0 || len(p.Rows) != 0 {
		t.Errorf("Malware: %+v, %v", p, err)
	}
	if err := s.Each(t.Context(), other, Filter{}, func(d Device) error { return fmt.Errorf("saw %s", d.ID) }); err != nil {
		t.Errorf("Each: %v", err)
	}
	if err := s.EachMalware(t.Context(), other, MalwareFilter{}, func(m Malware) error { return fmt.Errorf("saw %s", m.ID) }); err != nil {
		t.Errorf("EachMalware: %v", err)
	}
	merge(t, pool, s, contoso)
	if _, err := s.Get(t.Context(), fabrikam, "d00"); err != nil {
		t.Errorf("swept by another tenant: %v", err)
	}
}

func TestFromGraph(t *testing.T) {
	for body, want := range map[string][]string{
		`{"id":"a","windowsProtectionState":{"deviceState":"clean","realTimeProtectionEnabled":true,"productStatus":"noStatusFlagsSet"}}`:                                                            {},
		`{"id":"b","windowsActiveMalwareCount":2,"windowsProtectionState":{"deviceState":"critical, rebootPending","realTimeProtectionEnabled":false,"tamperProtectionEnabled":null}}`:               {"malwareActive", "critical", "realTimeOff", "rebootRequired"},
		`{"id":"c","windowsProtectionState":{"productStatus":"avSignaturesOutOfDate,noQuickScanHappenedForSpecifiedPeriod,newFlag","malwareProtectionEnabled":false,"signatureUpdateOverdue":null}}`: {"protectionOff", "signaturesOld", "quickScanOverdue"},
		`{"id":"d","windowsProtectionState":{}}`: {},
	} {
		var w graph.ProtectedDevice
		if err := gojson.Unmarshal([]byte(body), &w); err != nil {
			t.Fatal(err)
		}
		if d := fromGraph(w); !slices.Equal(d.Problems, want) {
			t.Errorf("%s: %q, want %q", body, d.Problems, want)
		}
	}
	for count, want := range map[string]string{`0`: "0", `"3"`: "3", `null`: "unknown", `-1`: "unknown", `1e308`: "unknown", `{}`: "unknown", `"many"`: "unknown"} {
		var w graph.ProtectedDevice
		if err := gojson.Unmarshal([]byte(`{"id":"a","windowsActiveMalwareCount":`+count+`,"windowsProtectionState":{}}`), &w); err != nil {
			t.Fatal(err)
		}
		d, got := fromGraph(w), "unknown"
		if d.ActiveMalware != nil {
			got = fmt.Sprint(*d.ActiveMalware)
		}
		if got != want || d.RemediatedMalware != nil {
			t.Errorf("a count of %s is %s and %v, want %s", count, got, d.RemediatedMalware, want)
		}
	}
	if m := malwareFromGraph(graph.Malware{ID: "1", URL: "javascript:alert(1)"}); m.URL != "" || m.Severity != "unknown" {
		t.Errorf("%+v", m)
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","deviceName":"\u0000","windowsActiveMalwareCount":-1,"windowsProtectionState":{"deviceState":",,","productStatus":"\ud800","lastQuickScanDateTime":"0001-01-01T00:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.ProtectedDevice
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil || w.Protection == nil {
			return
		}
		d := fromGraph(w)
		for _, s := range []string{d.ID, d.Name, d.State, d.ProductStatus, d.EngineVersion, d.SignatureVersion, d.ClientVersion} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if d.ActiveMalware != nil && *d.ActiveMalware < 0 || d.Problems == nil {
			t.Errorf("%+v", d)
		}
	})
}

// FuzzMalware: whatever Graph says of malware, Postgres can hold it, and a link leads to a page over https.
func FuzzMalware(f *testing.F) {
	f.Add([]byte(`{"id":"x","displayName":"\ud800","severity":null,"category":"\u0000","additionalInformationUrl":"javascript:alert(1)","lastDetectionDateTime":"0001-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.Malware
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		m := malwareFromGraph(w)
		for _, s := range []string{m.ID, m.Name, m.Severity, m.Category, m.URL} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if m.Severity == "" || m.URL != "" && !strings.HasPrefix(m.URL, "https://") {
			t.Errorf("%+v", m)
		}
	})
}
