package app

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestCatalogueOfAllSaysWhatTheAppsSay: what is added up for all customers is, through what readings change and after a customer is gone, what
// the apps of the same customers, read one by one, say in every order and filter.
func TestCatalogueOfAllSaysWhatTheAppsSay(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	again := func(p pair, id, version, file string) pair {
		p.ID, p.Version, p.FileName = id, version, file
		return p
	}
	of := some(6)
	merge(t, pool, s, fabrikam, noon, append(some(4), again(some(1)[0], "b1", "2.0", "setup.exe"), again(some(1)[0], "b2", "2.0", "setup.exe"))...)
	steps := []struct {
		name string
		do   func()
	}{
		{"one tenant", func() {}},
		{"two", func() { merge(t, pool, s, contoso, noon, of...) }},
		{"installations", func() {
			installed(t, pool, s, contoso, Install{ID: "a01", Failed: 3}, Install{ID: "a02"})
			installed(t, pool, s, fabrikam, Install{ID: "a00", Failed: 1}, Install{ID: "b1", Failed: 4}, Install{ID: "a99", Failed: 9})
		}},
		{"another intent, an app twice and one gone", func() {
			of[0].of = []Assignment{{ID: "g_1", Intent: "uninstall", Target: "group", GroupID: "g"}, {ID: "g_2", Intent: "available", Target: "allDevices"}}
			of[1].Name, of[1].Publisher = "TOOL 01", "contoso"
			merge(t, pool, s, contoso, noon.Add(time.Hour), append(of[:5], again(of[2], "c1", "3.1", ""))...)
		}},
		{"fewer fail", func() { installed(t, pool, s, contoso, Install{ID: "a01"}, Install{ID: "c1", Failed: 2}) }},
		{"the app there twice is there once", func() { merge(t, pool, s, contoso, noon.Add(2*time.Hour), of[:5]...) }},
		{"one tenant taken back", func() {
			for _, table := range []string{"app", "app_share"} {
				if _, err := pool.In(fabrikam).Exec(t.Context(), `DELETE FROM `+table+` WHERE tenant_id = $1`, fabrikam); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"none left", func() { merge(t, pool, s, contoso, noon.Add(3*time.Hour)) }},
	}
	yes, no := true, false
	filters := []Filter{{}, {Q: "tool"}, {Q: "TOOL 02"}, {Q: "to"}, {Q: "setup contoso"}, {Q: "%"}, {Assigned: &yes}, {Assigned: &no}, {Failed: true}, {Intent: []string{"required"}}, {Intent: []string{"available", "uninstall"}, Q: "tool"},
		{State: []string{"published"}}, {Category: []string{"Tools", "x"}}, {Category: []string{"x"}}, {Type: []string{"win32LobApp"}}, {Platform: []string{"Windows", "iOS"}}, {Platform: []string{"iOS"}}}
	for _, step := range steps {
		step.do()
		for _, f := range filters {
			for _, sort := range EntrySorts {
				for _, f.Desc = range []bool{false, true} {
					f.Sort, f.After, f.Limit = sort, "", 3
					for {
						got, err := s.Catalogue(t.Context(), tenant.Everything(), f)
						want, err2 := s.Catalogue(t.Context(), tenant.Only(contoso, fabrikam), f)
						if err != nil || err2 != nil || !reflect.DeepEqual(got, want) {
							t.Fatalf("%s, %+v: %v, %v\n got %+v\nwant %+v", step.name, f, err, err2, got, want)
						}
						if f.After = got.Next; f.After == "" {
							break
						}
					}
				}
			}
			for _, f.Sort = range Sorts {
				for _, f.Desc = range []bool{false, true} {
					f.After, f.CountMost = "", 4
					for {
						got, err := s.List(t.Context(), tenant.Everything(), f)
						want, err2 := s.List(t.Context(), tenant.Only(contoso, fabrikam), f)
						if err != nil || err2 != nil || !reflect.DeepEqual(got, want) {
							t.Fatalf("%s, list %+v: %v, %v\n got %+v\nwant %+v", step.name, f, err, err2, got, want)
						}
						if f.After = got.Next; f.After == "" {
							break
						}
					}
				}
			}
			n, err := s.CountEntries(t.Context(), tenant.Everything(), f)
			if want, err2 := s.CountEntries(t.Context(), tenant.Only(contoso, fabrikam), f); err != nil || err2 != nil || n != want {
				t.Errorf("%s, %+v: %d entries, want %d; %v, %v", step.name, f, n, want, err, err2)
			}
		}
		var off int
		if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `
			SELECT count(*)
			FROM  (SELECT alike, apps, failed, tenants FROM app_alike) a
			FULL   JOIN (SELECT alike, sum(apps) AS apps, sum(failed) AS failed, count(*) AS tenants FROM app_share GROUP BY alike) s USING (alike)
			WHERE (a.apps, a.failed, a.tenants) IS DISTINCT FROM (s.apps, s.failed, s.tenants)`).Scan(&off); err != nil || off > 0 {
			t.Errorf("%s: %d sums are not of the shares, %v", step.name, off, err)
		}
		if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `
			SELECT count(*)
			FROM   app a
			WHERE  a.intents <> ARRAY(SELECT DISTINCT s.intent FROM app_assignment s WHERE s.tenant_id = a.tenant_id AND s.app_id = a.id ORDER BY s.intent)`).Scan(&off); err != nil || off > 0 {
			t.Errorf("%s: %d apps do not have the intents of their assignments, %v", step.name, off, err)
		}
	}
}

// TestCatalogueOfAllIsForThoseWhoSeeAll: what all customers have together is nobody's who sees some.
func TestCatalogueOfAllIsForThoseWhoSeeAll(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, fabrikam, noon, some(3)...)
	for _, scope := range []tenant.Scope{tenant.Only(contoso), tenant.Only(contoso, fabrikam)} {
		var n int
		if err := pool.In(scope).QueryRow(t.Context(), `SELECT count(*) FROM app_alike`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%v sees %d, %v", scope, n, err)
		}
	}
	for _, sql := range []string{`UPDATE app_alike SET apps = 9`, `DELETE FROM app_alike`, `SELECT app_shared('` + fabrikam.String() + `')`} {
		if _, err := pool.In(contoso).Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
}

func TestCatalogueOfAllReadsNoApps(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	yes := true
	for _, f := range []Filter{{}, {Sort: "failed", Desc: true}, {Q: "micro"}, {Q: "a"}, {Intent: []string{"required"}}, {Platform: []string{"iOS"}, Assigned: &yes}} {
		sql, args, _, err := entriesSQL(tenant.Everything(), f, 51)
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, tenant.Everything(), sql, args); strings.Contains(plan, "on app a") || strings.Contains(plan, "app_install") || !strings.Contains(plan, "app_alike") {
			t.Errorf("%s:\n%s", fmt.Sprintf("%+v", f), plan)
		}
	}
}
