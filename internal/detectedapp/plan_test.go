package detectedapp

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO detected_app
		SELECT md5('t' || i % 200)::uuid, 'd' || i, md5('k' || i % 2000), 'Tool ' || i % 2000, 'tool ' || i % 2000, 'Maker', 'maker', '1.' || i / 2000, '1.' || lpad((i / 2000)::text, 4, '0'), 'windows', 0, i % 9, 'tool ' || i % 2000 || E'\nmaker', '', now(), now()
		FROM   generate_series(1, 20000) i`, "detected_app", "detected_program")
	all, one := tenant.Everything(), tenant.Only(of)
	var key string
	if err := pool.Raw().QueryRow(t.Context(), `SELECT md5('k7')`).Scan(&key); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "detected_program_name"}, {all, Filter{Desc: true}, "detected_program_name"}, {all, Filter{Q: "to"}, "detected_program_name"}, {all, Filter{Q: "tool"}, "detected_program_name"}, {all, Filter{Q: "tool 1234"}, "detected_program"},
		{all, Filter{Sort: "publisher"}, "detected_program_publisher"}, {all, Filter{Sort: "devices", Desc: true}, "detected_program_devices"}, {all, Filter{Sort: "versions", Desc: true}, "detected_program_versions"},
		{all, Filter{Sort: "tenants", Desc: true}, "detected_program_tenants"}, {all, Filter{Sort: "devices", Desc: true, Platform: []string{"windows"}}, "detected_program_devices"}, {all, Filter{Sort: "devices", Spread: true}, "detected_program_devices"},
		{one, Filter{}, "detected_app_"}, {one, Filter{Q: "tool 1234"}, "detected_app_"},
	} {
		sql, args, _, err := programsSQL(tc.scope, tc.f, 51)
		if err != nil {
			t.Fatal(err)
		}
		plan := pgtest.Plan(t, pool, tc.scope, sql, args)
		if strings.Contains(plan, "Seq Scan on detected_app") || strings.Contains(plan, "detected_program") && strings.Contains(plan, "on detected_app") || !strings.Contains(plan, tc.index) {
			t.Errorf("%+v of %v does not ask %s:\n%s", tc.f, tc.scope, tc.index, plan)
		}
		if strings.Count(plan, "Function Scan") > 1 { // for each program on the page
			t.Errorf("%+v of %v searches more than once:\n%s", tc.f, tc.scope, plan)
		}
	}
	for _, f := range []Filter{{Key: key}, {Key: key, Sort: "devices", Desc: true}, {Key: key, Sort: "customer"}, {Key: key, Sort: "customer", Desc: true}} {
		for _, scope := range []tenant.Scope{all, one} {
			l, err := versionListing(scope, f)
			if err != nil {
				t.Fatal(err)
			}
			pgtest.Follows(t, pool, scope, l, "detected_app", "detected_app_key")
		}
	}
	if p, err := NewStore(pool).Search(t.Context(), all, "tool 1234", 5, 0); err != nil || p.Count != 1 {
		t.Errorf("%d programs found, %v", p.Count, err)
	}
	pgtest.Scanned(t, pool, "detected_app_search")
	var read int64 // of all words the index is asked, not of one that all programs hold
	if err := pool.Raw().QueryRow(t.Context(), `SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'detected_app_search'`).Scan(&read); err != nil || read > 1000 {
		t.Errorf("%d detected apps were looked at for the 10 that hold both words, %v", read, err)
	}
}
