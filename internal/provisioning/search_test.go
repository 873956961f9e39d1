package provisioning

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// burst is how many lines Contoso's log has more on one day, two months ago: more than the index of the search gives.
const burst = gathered + 200

// longLog is a log of three months that is too long to be walked for each word: 150 lines a day, of which every sixth day one holds the word
// that is asked for, and one that has no date. Every ninth line is Contoso's, the others are Fabrikam's.
func longLog(t *testing.T) (*postgres.Pool, *Store) {
	t.Helper()
	pool, s := twoTenants(t)
	if _, err := pool.In(tenant.Everything()).Exec(t.Context(), `
		INSERT INTO provisioning_event (tenant_id, id, at, job_id, cycle_id, change_id, sp_id, sp_name, action, status, error_code, error_category, reason, recommended, duration_ms, source_system, target_system,
		            source_id, source_name, source_type, source_upn, target_id, target_name, target_type, initiated_by, initiator_type, steps, properties, search, read_at)
		SELECT CASE WHEN i % 9 = 0 THEN $1::uuid ELSE $2 END, 'x' || lpad(i::text, 5, '0'), CASE WHEN i = 0 THEN '-infinity' ELSE $3::timestamptz - i * interval '576 seconds' END, 'j' || i % 20, '', '', 'sp' || i % 40, 'HR',
		       CASE WHEN i % 25 = 0 THEN 'delete' ELSE 'update' END, CASE WHEN i % 10 = 1 THEN 'failure' ELSE 'success' END, CASE WHEN i % 10 = 1 THEN 'Conflict' || i % 5 ELSE '' END, '', '', '', 0, '', '',
		       'u' || i % 3000, 'n' || i % 3000, 'User', 'p' || i % 3000, '', '', '', '', '', '[]', '[]', 'everywhere ' || CASE WHEN i % 900 = 450 OR i = 0 THEN 'a nëedle_' ELSE 'a nëedles' END || i || CASE WHEN i % 10 = 1 THEN ' refused' ELSE '' END, $3
		FROM   generate_series(0, 14000) i`, contoso, fabrikam, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.In(contoso).Exec(t.Context(), `
		INSERT INTO provisioning_event (tenant_id, id, at, job_id, cycle_id, change_id, sp_id, sp_name, action, status, error_code, error_category, reason, recommended, duration_ms, source_system, target_system,
		            source_id, source_name, source_type, source_upn, target_id, target_name, target_type, initiated_by, initiator_type, steps, properties, search, read_at)
		SELECT $1, 'y' || lpad(i::text, 5, '0'), $2::timestamptz - interval '60 days' - i * interval '10 seconds', 'j', '', '', 'sp', 'HR', 'create', 'failure', 'Burst', '', '', '', 0, '', '',
		       'b' || i, '', 'User', '', '', '', '', '', '', '[]', '[]', 'outburst ' || i, $2
		FROM   generate_series(1, $3) i`, contoso, noon, burst); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `VACUUM ANALYZE provisioning_event`); err != nil {
		t.Fatal(err)
	}
	return pool, s
}

// TestSearchOfALongLog: what is seldom is found once each, in both orders and over all pages; what is everywhere, too.
func TestSearchOfALongLog(t *testing.T) {
	t.Parallel()
	pool, s := longLog(t)
	var all, own []string
	for i := 450; i <= 14000; i += 900 {
		all = append(all, fmt.Sprintf("x%05d", i))
		if i%9 == 0 {
			own = append(own, all[len(all)-1])
		}
	}
	all, own = append(all, "x00000"), append(own, "x00000")
	backwards := func(ids []string) []string { ids = slices.Clone(ids); slices.Reverse(ids); return ids }
	for _, tc := range []struct {
		name  string
		scope tenant.Scope
		f     EventFilter
		want  []string
	}{
		{"newest first", tenant.Everything(), EventFilter{Q: "NËEDLE_"}, all}, {"oldest first", tenant.Everything(), EventFilter{Q: "nëedle_", Oldest: true}, backwards(all)},
		{"one customer", tenant.Only(contoso), EventFilter{Q: "nëedle_"}, own}, {"the other", tenant.Only(fabrikam), EventFilter{Q: "nëedle_"}, nil}, {"nowhere", tenant.Everything(), EventFilter{Q: "haystack"}, nil},
		{"with a filter", tenant.Everything(), EventFilter{Q: "nëedle_", JobID: "j10"}, all[:len(all)-1]}, {"without a match of the filter", tenant.Everything(), EventFilter{Q: "nëedle_", Status: []string{"failure"}}, nil},
	} {
		var got []string
		f := tc.f
		f.Limit = 7
		for {
			p, err := s.ListEvents(t.Context(), tc.scope, f)
			if err != nil {
				t.Fatalf("%s: %v", tc.name, err)
			}
			for _, e := range p.Rows {
				got = append(got, e.ID)
			}
			if p.Count != int64(len(tc.want)) || p.More || p.SoFar {
				t.Errorf("%s: count %d, more %v, so far %v; want %d", tc.name, p.Count, p.More, p.SoFar, len(tc.want))
			}
			if f.After = p.Next; p.Next == "" {
				break
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
		n := 0
		if err := s.EachEvent(t.Context(), tc.scope, tc.f, func(Event) error { n++; return nil }); err != nil || n != len(tc.want) {
			t.Errorf("%s: an export of %d lines, %v", tc.name, n, err)
		}
	}
	p, err := s.ListEvents(t.Context(), tenant.Everything(), EventFilter{Q: "Everywhere", Limit: 3})
	if err != nil || len(p.Rows) != 3 || p.Rows[0].ID != "x00001" || p.Count != mostFound || !p.More || p.SoFar || p.Next == "" {
		t.Errorf("what is everywhere: %d rows of %d, %v", len(p.Rows), p.Count, err)
	}
	for _, oldest := range []bool{false, true} {
		var got []string
		for f := (EventFilter{Q: "outburst", Limit: 300, Oldest: oldest}); len(got) == 0 || f.After != ""; {
			p, err := s.ListEvents(t.Context(), tenant.Everything(), f)
			if err != nil || p.Count != mostFound || !p.More || p.SoFar {
				t.Fatalf("a word of one day: %d rows of %d, more %v, so far %v, %v", len(p.Rows), p.Count, p.More, p.SoFar, err)
			}
			for _, e := range p.Rows {
				got = append(got, e.ID)
			}
			f.After = p.Next
		}
		if !oldest {
			slices.Reverse(got)
		}
		if len(got) != burst || !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Errorf("oldest first %v: %d lines of a word of one day, from %s to %s", oldest, len(got), got[0], got[len(got)-1])
		}
	}
	logPlans(t, pool)
}

// TestSearchThatAFilterExcludes: a word that is everywhere but where the filter looks is looked for in a part of the log, and on from there; what
// the log has at its far end is found in the end.
func TestSearchThatAFilterExcludes(t *testing.T) {
	t.Parallel()
	pool, s := longLog(t)
	if _, err := pool.In(tenant.Everything()).Exec(t.Context(), `UPDATE provisioning_event SET search = search || ' refused' WHERE id IN ('x13998', 'x14000')`); err != nil {
		t.Fatal(err)
	}
	for _, oldest := range []bool{false, true} {
		var got []string
		pages := 0
		for f := (EventFilter{Q: "refused", Status: []string{"success"}, Limit: 7, Oldest: oldest}); pages == 0 || f.After != ""; pages++ {
			p, err := s.ListEvents(t.Context(), tenant.Everything(), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range p.Rows {
				got = append(got, e.ID)
			}
			if f.After = p.Next; p.More || !p.SoFar || p.Count > 2 || pages == 0 && p.Count != int64(len(p.Rows)) {
				t.Errorf("page %d of %v: %d rows of %d, more %v, so far %v", pages, oldest, len(p.Rows), p.Count, p.More, p.SoFar)
			}
		}
		if slices.Sort(got); !slices.Equal(got, []string{"x13998", "x14000"}) || pages != 2 {
			t.Errorf("oldest first %v: %v on %d pages", oldest, got, pages)
		}
	}
}

// logPlans: pages of the log follow an index of their order, with row-level security on, and the search asks its own.
func logPlans(t *testing.T, pool *postgres.Pool) {
	t.Helper()
	for _, tc := range []struct {
		index string
		scope tenant.Scope
		f     EventFilter
	}{
		{"provisioning_event_at_all", tenant.Everything(), EventFilter{}}, {"provisioning_event_at_all", tenant.Everything(), EventFilter{Oldest: true}}, {"provisioning_event_at ", tenant.Only(contoso), EventFilter{}},
		{"provisioning_event_status", tenant.Everything(), EventFilter{Status: []string{"failure"}}}, {"provisioning_event_error", tenant.Everything(), EventFilter{ErrorCode: []string{"Conflict1"}}},
		{"provisioning_event_action", tenant.Everything(), EventFilter{Action: []string{"delete"}}}, {"provisioning_event_app", tenant.Everything(), EventFilter{SPID: "sp7"}}, {"provisioning_event_app", tenant.Only(fabrikam), EventFilter{SPID: "sp7"}},
		{"provisioning_event_job", tenant.Everything(), EventFilter{JobID: "j7"}}, {"provisioning_event_upn", tenant.Everything(), EventFilter{Person: "p77"}},
	} {
		w, one, err := eventWhere(tc.scope, tc.f)
		if err != nil {
			t.Fatal(err)
		}
		l := postgres.Listing{Columns: eventColumns, Table: "provisioning_event e", Where: w, Order: eventOrder(tc.f, one)}
		sql, args, err := l.SQL(41)
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, tc.scope, sql, args); !strings.Contains(plan, tc.index) || strings.Contains(plan, "Seq Scan on provisioning_event") {
			t.Errorf("%+v of %v goes without %s:\n%s", tc.f, tc.scope, tc.index, plan)
		}
	}
	sql, args, err := (search{}).stretch(tenant.Everything(), EventFilter{}, "e.search")
	if err != nil {
		t.Fatal(err)
	}
	if plan := pgtest.Plan(t, pool, tenant.Everything(), sql+" 200", args); !strings.Contains(plan, "provisioning_event_at_all") || strings.Contains(plan, "Sort") {
		t.Errorf("a walk does not follow an index:\n%s", plan)
	}
	var plan string
	rows, _ := pool.Raw().Query(t.Context(), `EXPLAIN SELECT FROM provisioning_event e WHERE e.search LIKE '%nëedle\_%' AND provisioning_days(e.at) && '{20672}'`)
	for rows.Next() {
		plan += string(rows.RawValues()[0]) + "\n"
	}
	if !strings.Contains(plan, "provisioning_event_search") || !strings.Contains(plan, "&& '{20672}'") {
		t.Errorf("the search goes without its index:\n%s", plan)
	}
}
