package autopilot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestListsFollowTheirIndexes asks for plans with row-level security on, over as many machines as plans need to be told apart.
func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `
			WITH customers AS (INSERT INTO tenant (tenant_id, display_name) SELECT md5('t' || i)::uuid, 'Customer ' || i FROM generate_series(0, 199) i)
			INSERT INTO autopilot_identity
			SELECT md5('t' || i % 200)::uuid, 'a' || i, 'SN' || i, 'sn' || i, '', 'Maker', 'Model', '', '', 'TAG-' || i % 50, 'PO', CASE WHEN i % 40 = 0 THEN 'failed' ELSE 'assignedInSync' END, 'none', now(),
			       CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'enrolled' END, now() - i * interval '1 minute', '', '', '', 'e' || i, 'd' || i, '', '', '', '-infinity', '', 'sn' || i || E'\n\npo', ''::bytea, now(), now(), NULL
			FROM   generate_series(1, 20000) i`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `ANALYZE autopilot_identity; ANALYZE tenant`); err != nil {
		t.Fatal(err)
	}
	var first tenant.ID
	if err := pool.Raw().QueryRow(t.Context(), `SELECT md5('t1')::uuid`).Scan(&first); err != nil {
		t.Fatal(err)
	}
	all, one := tenant.Everything(), tenant.Only(first)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "autopilot_all"}, {all, Filter{Sort: "contacted", Desc: true}, "autopilot_contacted"}, {all, Filter{Sort: "state"}, "autopilot_state"},
		{all, Filter{Sort: "profile"}, "autopilot_profile"}, {all, Filter{Sort: "tag"}, "autopilot_tag"}, {all, Filter{State: []string{"failed"}}, "autopilot_"},
		{all, Filter{Q: "sn1234"}, "autopilot_identity_pkey"}, {all, Filter{Q: "zz"}, "autopilot_"}, {one, Filter{}, "autopilot_serial"}, {one, Filter{Q: "sn1234"}, "autopilot_"},
		{all, Filter{Sort: "customer"}, "autopilot_serial"}, {all, Filter{Sort: "customer", Desc: true}, "autopilot_serial"}, {one, Filter{Sort: "customer"}, "autopilot_serial"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		sql, args, err := l.SQL(51)
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%+v", tc.f)
		if text := pgtest.Plan(t, pool, tc.scope, sql, args); strings.Contains(text, "Seq Scan on autopilot_identity") || !strings.Contains(text, tc.index) {
			t.Errorf("%s does not follow %s:\n%s", name, tc.index, text)
		} else if l.Order.Keys[0].Expr == "d.tenant_key" && !strings.Contains(text, "Incremental Sort") {
			t.Errorf("%s sorts all machines:\n%s", name, text)
		}
	}
}
