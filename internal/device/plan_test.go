package device_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// planned is a fleet as large as plans need to be told apart: so that an index pays, and a walk through the table would not.
const (
	plannedTenants = 200
	plannedDevices = 30_000
)

func plannedFleet(t *testing.T) (*postgres.Pool, []tenant.ID) {
	t.Helper()
	pool := pgtest.New(t)
	err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
		for _, sql := range []string{
			fmt.Sprintf(`INSERT INTO tenant (tenant_id, display_name, state) SELECT md5('t' || i)::uuid, 'Customer ' || i, 'connected' FROM generate_series(1, %d) i`, plannedTenants),
			fmt.Sprintf(`
			INSERT INTO device
			SELECT md5('t' || CASE WHEN i %% 3 = 0 THEN 1 ELSE i %% %d + 1 END)::uuid, 'd' || i, n, n, 'SN' || i, 'sn' || i, '', u, 'User', u, '', os, '10.0', 'Model ' || i %% 40, 'Maker',
			       c, '-infinity', 'company', '', 'managed', now(), now() - i * interval '1 minute', 'today', true, false, '', 0, 0, '', '', '', '', '',
			       '', NULL, '', '', '', '', '', false, '', '', '', '-infinity', '-infinity', '', '', NULL, '[]', n || E'\n' || 'sn' || i || E'\n' || u,
			       ''::bytea, now(), now(), NULL
			FROM   generate_series(1, %d) i
			CROSS  JOIN LATERAL (SELECT 'pc-' || substr(md5(i::text), 1, 8) AS n, 'user' || i / 3 || '@contoso.example' AS u,
			                     CASE WHEN i %% 4 = 0 THEN 'iOS' ELSE 'Windows' END AS os, CASE WHEN i %% 10 = 0 THEN 'noncompliant' ELSE 'compliant' END AS c) v`,
				plannedTenants, plannedDevices),
			`INSERT INTO device_text SELECT tenant_id, id, name_key, search FROM device`,
			`INSERT INTO device_change SELECT tenant_id, id, now() + interval '2 hours', 1, 'os_version', '9', '10.0' FROM device`,
			`INSERT INTO device_change SELECT tenant_id, id, now() + interval '2 hours', 1, CASE WHEN id LIKE '%1' THEN 'name' ELSE 'compliance' END, 'x', 'y' FROM device WHERE id LIKE '%01' OR id LIKE '%02'`,
			`INSERT INTO device_action_result
			SELECT tenant_id, id, a, name, name_key, CASE WHEN id LIKE '%10' THEN 'failed' ELSE 'done' END, last_sync_at, last_sync_at, 0
			FROM   device CROSS JOIN unnest('{syncDevice,wipe}'::text[]) AS a
			WHERE  id LIKE '%0'`,
		} {
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `ANALYZE tenant, device, device_text, device_change, device_action_result`); err != nil {
		t.Fatal(err)
	}
	var ids []tenant.ID
	rows, _ := pool.Raw().Query(t.Context(), `SELECT tenant_id FROM tenant ORDER BY tenant_id <> md5('t1')::uuid, tenant_id`) // the largest first
	if ids, err = pgx.CollectRows(rows, pgx.RowTo[tenant.ID]); err != nil {
		t.Fatal(err)
	}
	return pool, ids
}

// explainStream is pgtest.Plan for an export: see Store.stream.
func explainStream(t *testing.T, pool *postgres.Pool, scope tenant.Scope, sql string, args []any) (plan string) {
	t.Helper()
	if err := pool.InTx(t.Context(), scope, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), device.Streaming); err != nil {
			return err
		}
		rows, _ := tx.Query(t.Context(), `EXPLAIN `+sql, args...)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	}); err != nil {
		t.Fatalf("%v in %s", err, sql)
	}
	return plan
}

// TestPlans has one fleet for all that look at plans: to make it takes longer than to look.
func TestPlans(t *testing.T) {
	t.Parallel()
	pool, ids := plannedFleet(t)
	for name, look := range map[string]func(*testing.T, *postgres.Pool, []tenant.ID){
		"lists": listPlans, "search": searchPlans, "begin": beginPlans, "then": thenPlans, "results": resultPlans,
	} {
		t.Run(name, func(t *testing.T) { look(t, pool, ids) })
	}
}

// listPlans holds that lists and searches follow the indexes made for them instead of walking through, or sorting, all devices.
func listPlans(t *testing.T, pool *postgres.Pool, ids []tenant.ID) {
	all, one, three := tenant.Everything(), tenant.Only(ids[0]), tenant.Only(ids[:3]...)
	for _, tc := range []struct {
		name  string
		scope tenant.Scope
		f     device.Filter
		index []string // one of these
	}{
		{"all, by name", all, device.Filter{}, []string{"device_name_all"}},
		{"all, by name, down", all, device.Filter{Desc: true}, []string{"device_name_all"}},
		{"all, by check-in", all, device.Filter{Sort: "lastSync"}, []string{"device_sync_all"}},
		{"all, by serial", all, device.Filter{Sort: "serial"}, []string{"device_serial"}},
		{"all, by user", all, device.Filter{Sort: "user"}, []string{"device_user"}},
		{"all, by compliance", all, device.Filter{Sort: "compliance"}, []string{"device_compliance"}},
		{"all, by system", all, device.Filter{Sort: "os"}, []string{"device_os"}},
		{"all, by customer", all, device.Filter{Sort: "customer"}, []string{"device_name", "device_last_sync", "device_pkey"}}, // small customers may be sorted
		{"all, one filter", all, device.Filter{Compliance: []string{"noncompliant"}}, []string{"device_name_all", "device_compliance"}},
		{"all, two filters", all, device.Filter{Compliance: []string{"noncompliant"}, OS: []string{"Windows"}}, []string{"device_name_all", "device_compliance", "device_os"}},
		{"all, one filter, by check-in", all, device.Filter{Compliance: []string{"noncompliant"}, Sort: "lastSync"}, []string{"device_compliance_sync"}},
		{"all, age of check-in, by check-in", all, device.Filter{CheckIn: []string{"31-90"}, Sort: "lastSync"}, []string{"device_checkin_sync"}},
		{"all, system, by check-in", all, device.Filter{OS: []string{"iOS"}, Sort: "lastSync"}, []string{"device_os_sync"}},
		{"all, two values", all, device.Filter{Compliance: []string{"error", "noncompliant"}}, []string{"device_compliance"}},
		{"all, two values, by check-in", all, device.Filter{Compliance: []string{"error", "noncompliant"}, Sort: "lastSync"}, []string{"device_compliance_sync"}},
		{"all, two values, by themselves", all, device.Filter{Compliance: []string{"error", "noncompliant"}, Sort: "compliance"}, []string{"device_compliance"}},
		{"all, two systems, by check-in", all, device.Filter{OS: []string{"iOS", "Linux"}, Sort: "lastSync"}, []string{"device_os_sync"}},
		{"all, two ages, by check-in", all, device.Filter{CheckIn: []string{"31-90", "over90"}, Sort: "lastSync"}, []string{"device_checkin_sync"}},
		{"one, two values", one, device.Filter{Compliance: []string{"error", "noncompliant"}}, []string{"device_compliance", "device_name"}},
		{"all, search", all, device.Filter{Q: "sn12345"}, []string{"device_pkey"}},
		{"all, beginning of an id", all, device.Filter{Q: "6d1e0c4a"}, []string{"device_text_id"}},
		{"all, part of an id", all, device.Filter{Q: "6d1e0c4a-1111-4"}, []string{"device_entra"}},
		{"three, beginning of an id", three, device.Filter{Q: "6d1e0c4a"}, []string{"device_text_id", "device_text_pkey"}},
		{"all, two words", all, device.Filter{Q: "contoso 12345"}, []string{"device_pkey"}},
		{"three, two words", three, device.Filter{Q: "contoso 12345"}, []string{"device_pkey", "device_last_sync"}},
		{"all, a word with an apostrophe", all, device.Filter{Q: "o'hara 12345"}, []string{"device_pkey", "device_text_pkey"}},
		{"three, a word with an apostrophe", three, device.Filter{Q: "o'hara 12345"}, []string{"device_pkey", "device_text_pkey"}},
		{"all, a seldom model", all, device.Filter{Model: []string{"Of Nobody"}}, []string{"device_seldom"}},
		{"all, one of two seldom states", all, device.Filter{State: []string{"wipePending", "wipeFailed"}, Sort: "lastSync"}, []string{"device_seldom"}},
		{"all, short search", all, device.Filter{Q: "zz"}, []string{"device_serial"}},
		{"one, by name", one, device.Filter{}, []string{"device_name", "device_name_all"}},
		{"one, by check-in", one, device.Filter{Sort: "lastSync"}, []string{"device_last_sync", "device_sync_all"}},
		{"one, search", one, device.Filter{Q: "sn12345"}, []string{"device_pkey"}},
		{"three, by name", three, device.Filter{}, []string{"device_name", "device_name_all"}},
		{"three, two filters", three, device.Filter{Compliance: []string{"noncompliant"}, OS: []string{"Windows"}, Sort: "lastSync"}, []string{"device_last_sync", "device_sync_all", "device_compliance_sync"}},
		{"three, search", three, device.Filter{Q: "sn12345"}, []string{"device_pkey", "device_last_sync"}},
	} {
		sql, args, err := device.ListSQL(tc.scope, tc.f)
		if err != nil {
			t.Fatal(err)
		}
		plan := pgtest.Plan(t, pool, tc.scope, sql, args)
		if strings.Contains(plan, "Seq Scan on device") {
			t.Errorf("%s walks through the table:\n%s", tc.name, plan)
		}
		if !slices.ContainsFunc(tc.index, func(name string) bool {
			return strings.Contains(plan, name+" on device") || strings.Contains(plan, "on "+name+" ")
		}) {
			t.Errorf("%s does not ask %v:\n%s", tc.name, tc.index, plan)
		}
		if tc.f.Sort == "customer" && (!strings.Contains(plan, "Incremental Sort") || strings.Count(plan, "Limit") < 2) {
			t.Errorf("%s sorts all devices:\n%s", tc.name, plan)
		}
		counting, args, err := device.CountSQL(tc.scope, tc.f)
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, tc.scope, counting, args); strings.Contains(plan, "Seq Scan on device ") {
			t.Errorf("the count of %s walks through the table:\n%s", tc.name, plan)
		}
	}
}

// beginPlans holds that what two letters begin is found and counted along the indexes of beginnings, of which none is sorted.
func beginPlans(t *testing.T, pool *postgres.Pool, ids []tenant.ID) {
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(ids[0]), tenant.Only(ids[:3]...)} {
		sql, args := device.BeginSQL(scope, "zz")
		if plan := pgtest.Plan(t, pool, scope, sql, args); strings.Contains(plan, "Seq Scan on device") || strings.Count(plan, " using device_user on device ") != 2 || strings.Contains(plan, "Sort Key: d") {
			t.Errorf("%v: two reads of each index are looked for:\n%s", scope, plan)
		}
	}
}

// searchPlans looks inside the function, where a plan does not show: the index of the search is scanned, and the tables are not.
func searchPlans(t *testing.T, pool *postgres.Pool, ids []tenant.ID) {
	scans := func() (index, table int64) {
		t.Helper()
		if _, err := pool.Raw().Exec(t.Context(), `SELECT pg_stat_force_next_flush()`); err != nil {
			t.Fatal(err)
		}
		err := pool.Raw().QueryRow(t.Context(), `SELECT (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'device_search'), (SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables WHERE relname IN ('device', 'device_text'))`).Scan(&index, &table)
		if err != nil {
			t.Fatal(err)
		}
		return index, table
	}
	for name, scope := range map[string]tenant.Scope{"all": tenant.Everything(), "three": tenant.Only(ids[:3]...)} {
		for _, holding := range []string{`device_holding('%sn12345%', NULL)`, `device_holding_each('{%contoso%,%sn1234%,%5%}', NULL)`, `device_holding_each('{%contoso%,%n12345%}', NULL)`} {
			var matches int
			index, table := scans()
			err := pool.InTx(t.Context(), scope, func(tx pgx.Tx) error {
				err := tx.QueryRow(t.Context(), `SELECT count(*) FROM `+holding+` WHERE id = 'd12345'`).Scan(&matches)
				if err == nil {
					_, err = tx.Exec(t.Context(), `SELECT pg_stat_force_next_flush()`)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			nowIndex, nowTable := scans()
			if name == "all" && nowIndex == index || nowTable != table { // of few customers, their own index may be the better one
				t.Errorf("%s, %s: %d scans of the index, %d of the tables", name, holding, nowIndex-index, nowTable-table)
			}
			if name == "all" && matches != 1 {
				t.Errorf("%s: %d matches, want 1", holding, matches)
			}
		}
	}
	for _, tc := range []struct {
		holding string
		most    int
		asked   bool
	}{
		{`device_holding('%contoso%', 500)`, 500, false}, {`device_holding_each('{%contoso%,%pc-%}', 500)`, 500, false}, {`device_holding_each('{%contoso%,%pc-%}', NULL)`, plannedDevices, true},
		{`device_holding('%sn2%', 2000)`, 2000, true}, {`device_holding_each('{%sn2%,%contoso%}', 2000)`, 2000, true}, // in a third of all, most of which are the last
	} {
		var matches, devices int
		index, _ := scans()
		err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
			err := tx.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT (tenant_id, id)) FROM `+tc.holding).Scan(&matches, &devices)
			if err == nil {
				_, err = tx.Exec(t.Context(), `SELECT pg_stat_force_next_flush()`)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if now, _ := scans(); (now > index) != tc.asked || matches != tc.most || devices != matches {
			t.Errorf("%s: the index is asked %d times for %d matches, of them %d devices", tc.holding, now-index, matches, devices)
		}
	}
}
