package change

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestPagesFollowAnIndexOfEachHistory holds that a page reads a page of each history, and not all of any.
func TestPagesFollowAnIndexOfEachHistory(t *testing.T) {
	t.Parallel()
	var fill strings.Builder
	tables := []string{"gdap_relationship"}
	for _, h := range histories {
		tables = append(tables, h.table)
		columns, values := "tenant_id, "+h.subject+", at", "md5('t' || i % 200)::uuid, 's' || i, now() - i * interval '1 minute'"
		add := func(column, value string) { columns, values = columns+", "+column, values+", "+value }
		switch h.kind {
		case Detected:
			add("version, platform, appeared, devices", "'1.' || i, 'windows', true, 1")
		case Grant:
			add("kind, resource, old, new", "'application', 'r', '', 'granted'")
		case DirectoryRole:
			add("run, field, old, new", "i, CASE WHEN i % 10 = 0 THEN 'name' ELSE 'gone' END, 'a', 'b'") // most of it is who got and lost a role
		case Policy:
			add("kind, run, first", "'compliance', i, i % 20 = 0")
		default:
			add("run, field, old, new", "i, CASE WHEN i % 10 = 0 THEN 'gone' ELSE 'name' END, 'a', 'b'")
			if column, ok := strings.CutPrefix(h.part, "d."); ok {
				add(column, "'p'")
			}
			if h.kind == Role {
				add("seq, subject", "1, ''")
			}
		}
		fmt.Fprintf(&fill, "INSERT INTO %s (%s) SELECT %s FROM generate_series(1, 3500) i;\n", h.table, columns, values)
	}
	fill.WriteString(`INSERT INTO gdap_relationship SELECT md5('t0')::uuid, 's' || i, 'Name', 'name', md5('t' || i % 200)::uuid, '', 'active', 'P730D', 'P180D', '{}', '{}', '[]', false, now(), now(), now(), '', now(), now() FROM generate_series(1, 3500) i`)
	pool, of := pgtest.Fleet(t, fill.String(), tables...)
	all, one := tenant.Everything(), tenant.Only(of)
	place := order.Cursor([]string{time.Now().AddDate(0, 0, -1).Format(time.RFC3339), "guest", of.String(), "s1000", "", "name", "1000"})
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
	}{
		{all, Filter{}}, {all, Filter{After: place}}, {all, Filter{From: time.Now().AddDate(0, 0, -2)}}, {all, Filter{Kinds: []Kind{App, Policy}}}, {all, Filter{Tenants: []tenant.ID{of}}}, {one, Filter{}}, {one, Filter{After: place}},
	} {
		l, err := tc.f.listing(tc.scope, 51)
		if err != nil {
			t.Fatal(err)
		}
		sql, args, err := l.SQL(51)
		if err != nil {
			t.Fatal(err)
		}
		plan := pgtest.Plan(t, pool, tc.scope, sql, args)
		everybody := tc.scope.All && len(tc.f.Tenants) == 0
		for _, h := range tc.f.chosen() {
			index := h.table + "_all on"
			if h.kind == Policy {
				index = "policy_version_changes on"
			}
			if strings.Contains(plan, "Seq Scan on "+h.table+" ") || everybody && !strings.Contains(plan, index) {
				t.Errorf("%+v of %v does not follow the index of %s:\n%s", tc.f, tc.scope, h.table, plan)
				break
			}
		}
	}
}
