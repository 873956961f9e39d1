package detectedapp

import (
	"errors"
	"fmt"
	"slices"
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

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, at time.Time, of ...Version) (m graphsync.Merged) {
	t.Helper()
	stage := s.Stage()
	defer stage.Close()
	for _, v := range of {
		if err := stage.Add(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = stage.Merge(t.Context(), tx, tid, at)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func chrome(version string, devices int64) Version {
	return Version{ID: "c" + version, Name: "Google Chrome", Publisher: "Google LLC", Version: version, Platform: "windows", Devices: devices}
}

func tools(n int) []Version {
	of := make([]Version, n)
	for i := range of {
		of[i] = Version{ID: fmt.Sprintf("t%02d", i), Name: fmt.Sprintf("Tool %02d", i), Version: "1.0", Platform: "windows", Devices: int64(i % 3)}
	}
	return of
}

func TestMergeWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	old := chrome("138.0", 3)
	if m := merge(t, pool, s, contoso, noon, old, chrome("141.0", 40), chrome("141.0", 41)); m.Written != 2 || m.Counters["total"] != 1 || m.Counters["versions"] != 2 {
		t.Errorf("first read, one version twice: %+v", m)
	}
	if m := merge(t, pool, s, contoso, noon.Add(time.Hour), old, chrome("141.0", 41)); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	if m := merge(t, pool, s, contoso, noon.Add(2*time.Hour), chrome("141.0", 44)); m.Written != 1 || m.Gone != 1 {
		t.Errorf("one changed, one gone: %+v", m)
	}
	v, err := s.Get(t.Context(), contoso, "c141.0")
	if err != nil || v.Devices != 44 || !v.FirstSeenAt.Equal(noon) || v.TenantName != "Contoso" {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := s.Get(t.Context(), contoso, "c138.0"); !errors.Is(err, errs.NotFound) {
		t.Errorf("a version that is gone: %v", err)
	}
}

func TestProgramsAddUpOverTenants(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, chrome("9.5", 3), chrome("141.0", 40), Version{ID: "x", Name: "Google Chrome", Publisher: "", Version: "141", Platform: "macOS", Devices: 2})
	merge(t, pool, s, fabrikam, noon, chrome("10.1", 5), chrome("141.0", 7))
	found, err := s.Programs(t.Context(), tenant.Everything(), Filter{Sort: "devices", Desc: true})
	if err != nil || found.Count != 2 || len(found.Rows) != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	p := found.Rows[0]
	if p.Versions != 3 || p.Oldest != "9.5" || p.Newest != "141.0" || p.Devices != 55 || p.Tenants != 2 || p.Key != KeyOf("google chrome", "GOOGLE LLC") {
		t.Errorf("%+v", p)
	}
	if one, err := s.Program(t.Context(), tenant.Only(fabrikam), p.Key); err != nil || one.Devices != 12 || one.Tenants != 1 {
		t.Errorf("at Fabrikam: %+v, %v", one, err)
	}
	vs, err := s.Versions(t.Context(), tenant.Everything(), Filter{Key: p.Key})
	if err != nil || vs.Count != 4 || vs.Rows[0].Version != "9.5" || vs.Rows[1].Version != "10.1" {
		t.Errorf("versions as versions sort: %+v, %v", vs, err)
	}
	for _, tc := range []struct {
		f    Filter
		want int64
	}{
		{Filter{}, 2}, {Filter{Spread: true}, 1}, {Filter{Q: "CHROME"}, 2}, {Filter{Q: "llc"}, 1}, {Filter{Q: "%"}, 0}, {Filter{Platform: []string{"macOS"}}, 1},
		{Filter{Tenants: []tenant.ID{fabrikam}}, 1}, {Filter{Key: p.Key}, 1},
	} {
		n, err := s.CountPrograms(t.Context(), tenant.Everything(), tc.f)
		page, err2 := s.Programs(t.Context(), tenant.Everything(), tc.f)
		if err != nil || err2 != nil || n != tc.want || int64(len(page.Rows)) != tc.want {
			t.Errorf("%+v: %d, %d rows, %v, %v, want %d", tc.f, n, len(page.Rows), err, err2, tc.want)
		}
	}
	for _, f := range []Filter{{Sort: "x"}, {After: "x"}, {Q: "\x00"}} {
		if _, err := s.Programs(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("programs %+v: %v", f, err)
		}
		f.Key = p.Key
		if _, err := s.Versions(t.Context(), tenant.Everything(), f); !errors.Is(err, errs.Invalid) {
			t.Errorf("versions %+v: %v", f, err)
		}
	}
}

func TestListsPageInEveryOrder(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, tools(11)...)
	merge(t, pool, s, fabrikam, noon, tools(7)...)
	scope := tenant.Everything()
	for _, desc := range []bool{false, true} {
		for _, sort := range Sorts {
			for _, f := range []Filter{{}, {Q: "tool"}, {Q: "ool to"}, {Q: "to"}, {Q: "tool", Tenants: []tenant.ID{contoso}}} {
				seen := map[string]bool{}
				for f.Sort, f.Desc, f.Limit = sort, desc, 3; ; {
					page, err := s.Programs(t.Context(), scope, f)
					if err != nil || page.Count != 11 {
						t.Fatalf("%+v: %d programs, %v", f, page.Count, err)
					}
					for _, p := range page.Rows {
						seen[p.Key] = true
					}
					if f.After = page.Next; page.Next == "" {
						break
					}
				}
				if len(seen) != 11 {
					t.Errorf("programs %+v: %d seen", f, len(seen))
				}
			}
		}
		for _, sort := range VersionSorts {
			seen := map[string]bool{}
			for f := (Filter{Sort: sort, Desc: desc, Limit: 4}); ; {
				page, err := s.Versions(t.Context(), scope, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page.Rows {
					seen[v.Tenant.String()+v.ID] = true
				}
				if f.After = page.Next; page.Next == "" {
					break
				}
			}
			if len(seen) != 18 {
				t.Errorf("versions by %s: %d seen", sort, len(seen))
			}
		}
	}
}

// TestHistory: what the first reading finds is no change; an id that Intune changed is none either; nobody sees those of another tenant.
func TestHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	key := KeyOf("Google Chrome", "Google LLC")
	renamed := chrome("141.0", 9)
	renamed.ID = "another"
	merge(t, pool, s, contoso, noon, chrome("138.0", 3), chrome("141.0", 9))
	merge(t, pool, s, contoso, noon.Add(time.Hour), chrome("138.0", 2), renamed)
	if _, err := pool.In(contoso).Exec(t.Context(), `INSERT INTO sync_state (tenant_id, dataset, next_at, last_complete_at) VALUES ($1, 'detectedApps', $2, $2)`, contoso, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	merge(t, pool, s, contoso, noon.Add(2*time.Hour), renamed, chrome("142.0", 1))
	merge(t, pool, s, fabrikam, noon, chrome("138.0", 1))
	merge(t, pool, s, fabrikam, noon.Add(3*time.Hour))
	var got []string
	all, err := s.Changes(t.Context(), tenant.Everything(), key, 9)
	for _, c := range all {
		got = append(got, fmt.Sprint(c.TenantName, " ", c.Version, " ", c.Appeared, " ", c.Devices, " ", c.At.UTC().Hour(), " ", !c.Since.IsZero()))
	}
	if want := []string{"Fabrikam 138.0 false 1 15 false", "Contoso 138.0 false 2 14 true", "Contoso 142.0 true 1 14 true"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if own, err := s.Changes(t.Context(), tenant.Only(contoso), key, 9); err != nil || len(own) != 2 {
		t.Errorf("of one tenant: %+v, %v", own, err)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, noon, chrome("1.0", 3))
	key, other := KeyOf("Google Chrome", "Google LLC"), tenant.Only(contoso)
	if _, err := s.Get(t.Context(), contoso, "c1.0"); !errors.Is(err, errs.NotFound) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.Program(t.Context(), other, key); !errors.Is(err, errs.NotFound) {
		t.Errorf("Program: %v", err)
	}
	if p, err := s.Programs(t.Context(), other, Filter{Tenants: []tenant.ID{fabrikam}}); err != nil || p.Count != 0 || len(p.Rows) != 0 {
		t.Errorf("Programs: %+v, %v", p, err)
	}
	if v, err := s.Versions(t.Context(), other, Filter{}); err != nil || v.Count != 0 || len(v.Rows) != 0 {
		t.Errorf("Versions: %+v, %v", v, err)
	}
	if n, err := s.CountPrograms(t.Context(), other, Filter{}); err != nil || n != 0 {
		t.Errorf("CountPrograms: %d, %v", n, err)
	}
	if err := s.EachProgram(t.Context(), other, Filter{}, func(p Program) error { return fmt.Errorf("saw %s", p.Name) }); err != nil {
		t.Errorf("EachProgram: %v", err)
	}
	if err := s.EachVersion(t.Context(), other, Filter{}, func(v Version) error { return fmt.Errorf("saw %s", v.Name) }); err != nil {
		t.Errorf("EachVersion: %v", err)
	}
	merge(t, pool, s, contoso, noon) // a tenant without any sweeps its own only
	if _, err := s.Get(t.Context(), fabrikam, "c1.0"); err != nil {
		t.Errorf("swept by another tenant: %v", err)
	}
}

func TestFromGraph(t *testing.T) {
	for body, want := range map[string]Version{
		`{"id":"a","displayName":" 7-Zip ","version":"24.08","sizeInByte":5845504,"deviceCount":12,"publisher":"Igor Pavlov","platform":"windows"}`: {ID: "a",
			Name: "7-Zip", Version: "24.08", Size: 5845504, Devices: 12, Publisher: "Igor Pavlov", Platform: "windows", Key: KeyOf("7-zip", "igor pavlov")},
		`{"id":"b","displayName":null,"version":null,"sizeInByte":-5,"deviceCount":"3","publisher":null,"platform":null,"new":1}`: {ID: "b", Devices: 3, Platform: "unknown", Key: KeyOf("", "")},
		`{"id":"c","displayName":"x\u0000","platform":"visionOS"}`:                                                                {ID: "c", Name: "x\uFFFD", Platform: "visionOS", Key: KeyOf("x\uFFFD", "")},
	} {
		var w graph.DetectedApp
		if err := gojson.Unmarshal([]byte(body), &w); err != nil {
			t.Fatal(err)
		}
		if got := fromGraph(w); got != want {
			t.Errorf("%s:\n got %+v\nwant %+v", body, got, want)
		}
	}
}

func TestVersionKey(t *testing.T) {
	in := []string{"", "0.9", "1.0", "1.0.1", "1.9", "1.10", "2", "10.0.5", "141.0.7390.123", "16.0.19231.20216"}
	slices.SortFunc(in, func(a, b string) int {
		if versionKey(a) < versionKey(b) {
			return -1
		}
		return 1
	})
	if want := []string{"", "0.9", "1.0", "1.0.1", "1.9", "1.10", "2", "10.0.5", "16.0.19231.20216", "141.0.7390.123"}; !slices.Equal(in, want) {
		t.Errorf("%q", in)
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","displayName":"\ud800","version":"000999999999999999999999999999999999","sizeInByte":1e99}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DetectedApp
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		v := fromGraph(w)
		for _, s := range []string{v.ID, v.Name, v.Publisher, v.Version, v.Platform, versionKey(v.Version), cut(v.Name)} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if v.Size < 0 || v.Devices < 0 || len(v.Key) != 32 {
			t.Errorf("%+v", v)
		}
	})
}
