package provisioning

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// longLog is a log of two months that is too long to be walked for each word: 150 lines a day, of which every sixth day one holds the word
// that is asked for, and one that has no date. Every ninth line is Contoso's, the others are Fabrikam's.
func longLog(t *testing.T) (*postgres.Pool, *Store) {
	t.Helper()
	pool, s := twoTenants(t)
	if _, err := pool.In(tenant.Everything()).Exec(t.Context(), `
		INSERT INTO provisioning_event (tenant_id, id, at, job_id, cycle_id, change_id, sp_id, sp_name, action, status, error_code, error_category, reason, recommended, duration_ms, source_system, target_system,
		            source_id, source_name, source_type, source_upn, target_id, target_name, target_type, initiated_by, initiator_type, steps, properties, search, read_at)
		SELECT CASE WHEN i % 9 = 0 THEN $1::uuid ELSE $2 END, 'x' || lpad(i::text, 5, '0'), CASE WHEN i = 0 THEN '-infinity' ELSE $3::timestamptz - i * interval '576 seconds' END, 'j' || i % 20, '', '', 'sp' || i % 40, 'HR',
		       CASE WHEN i % 25 = 0 THEN 'delete' ELSE 'update' END, CASE WHEN i % 10 = 1 THEN 'failure' ELSE 'success' END, CASE WHEN i % 10 = 1 THEN 'Conflict' || i % 5 ELSE '' END, '', '', '', 0, '', '',
		       'u' || i % 3000, 'n' || i % 3000, 'User', 'p' || i % 3000, '', '', '', '', '', '[]', '[]', 'everywhere ' || CASE WHEN i % 900 = 450 OR i = 0 THEN 'a nëedle_' ELSE 'a nëedles' END || i, $3
		FROM   generate_series(0, 9000) i`, contoso, fabrikam, noon); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `ANALYZE provisioning_event`); err != nil {
		t.Fatal(err)
	}
	return pool, s
}

// TestSearchOfALongLog: what is seldom is found once each, in both orders and over all pages; what is everywhere, too.
func TestSearchOfALongLog(t *testing.T) {
	t.Parallel()
	pool, s := longLog(t)
	var all, own []string
	for i := 450; i < 9000; i += 900 {
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
		{"with a filter", tenant.Everything(), EventFilter{Q: "nëedle_", JobID: "j10"}, all[:10]}, {"without a match of the filter", tenant.Everything(), EventFilter{Q: "nëedle_", Status: []string{"failure"}}, nil},
	} {
		for _, most := range []int64{0, 7, 500} {
			var got []string
			f := tc.f
			f.Limit, f.CountMost = 7, most
			for {
				p, err := s.ListEvents(t.Context(), tc.scope, f)
				if err != nil {
					t.Fatalf("%s: %v", tc.name, err)
				}
				for _, e := range p.Rows {
					got = append(got, e.ID)
				}
				count, more := int64(len(tc.want)), most == 7 && len(tc.want) > 7
				if more {
					count = 7
				}
				if p.Count != count || p.More != more {
					t.Errorf("%s, at most %d: count %d, more %v; want %d of %d", tc.name, most, p.Count, p.More, count, len(tc.want))
				}
				if f.After = p.Next; p.Next == "" {
					break
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
			}
		}
		n := 0
		if err := s.EachEvent(t.Context(), tc.scope, tc.f, func(Event) error { n++; return nil }); err != nil || n != len(tc.want) {
			t.Errorf("%s: an export of %d lines, %v", tc.name, n, err)
		}
	}
	p, err := s.ListEvents(t.Context(), tenant.Everything(), EventFilter{Q: "Everywhere", Limit: 3, CountMost: 500})
	if err != nil || len(p.Rows) != 3 || p.Rows[0].ID != "x00001" || p.Count != mostFound || !p.More || p.Next == "" {
		t.Errorf("what is everywhere: %d rows of %d, %v", len(p.Rows), p.Count, err)
	}
	if p, err := s.ListEvents(t.Context(), tenant.Everything(), EventFilter{Q: "Everywhere", Limit: 1}); err != nil || p.Count != 9001 || p.More {
		t.Errorf("all of what is everywhere: %d, %v", p.Count, err)
	}
	logPlans(t, pool)
}

// logPlans: pages of the log follow an index of their order, with row-level security on, and the search asks its own.
func logPlans(t *testing.T, pool *postgres.Pool) {
	t.Helper()
	explain := func(scope tenant.Scope, sql string, args []any) (plan string) {
		t.Helper()
		rows, _ := pool.In(scope).Query(t.Context(), `EXPLAIN `+sql, args...)
		defer rows.Close()
		for rows.Next() {
			plan += string(rows.RawValues()[0]) + "\n"
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return plan
	}
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
		sql, err := l.SQL(41)
		if err != nil {
			t.Fatal(err)
		}
		if plan := explain(tc.scope, sql, w.Args); !strings.Contains(plan, tc.index) || strings.Contains(plan, "Seq Scan on provisioning_event") {
			t.Errorf("%+v of %v goes without %s:\n%s", tc.f, tc.scope, tc.index, plan)
		}
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
