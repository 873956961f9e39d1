package app

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		WITH apps AS (
			INSERT INTO app
			SELECT md5('t' || i % 200)::uuid, 'a' || i, 'win32LobApp', 'Windows', 'Tool ' || i, 'tool ' || i, 'Maker ' || i % 50, 'maker ' || i % 50, '', '1', 'published', i % 2 = 0, i % 3, '{}', '', 0, '', '', '', '', '', '', '', '', '', '', '', '',
			       -1, -1, now(), now() - i * interval '1 minute', 'tool ' || i || E'\nmaker ' || i % 50, '', now(), now()
			FROM   generate_series(1, 6000) i)
		INSERT INTO app_install
		SELECT md5('t' || i % 200)::uuid, 'a' || i, 'Tool ' || i, 'tool ' || i, 'Maker', 'Windows', '1', 9, i % 50 / 49, 0, 0, 0, 0, 'tool ' || i, '', now(), now()
		FROM   generate_series(1, 6000) i`, "app", "app_install")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     interface {
			listing(tenant.Scope) (postgres.Listing, error)
		}
		table, index string
	}{
		{all, Filter{}, "app", "app_name_all"}, {all, Filter{Desc: true}, "app", "app_name_all"}, {all, Filter{Sort: "customer"}, "app", "app_"}, {all, Filter{Sort: "customer", Desc: true}, "app", "app_"},
		{all, Filter{Q: "tool 1234"}, "app", "app_pkey"}, {all, Filter{Q: "to"}, "app", "app_name_all"}, {all, Filter{Entry: "x"}, "app", "app_entry"}, {one, Filter{}, "app", "app_"}, {one, Filter{Q: "tool 1234"}, "app", "app_"},
		{all, Filter{Sort: "publisher"}, "app", "app_publisher"}, {all, Filter{Sort: "publisher", Desc: true}, "app", "app_publisher"}, {all, Filter{Sort: "type"}, "app", "app_type"}, {all, Filter{Sort: "type", Desc: true}, "app", "app_type"},
		{all, Filter{Sort: "modified"}, "app", "app_modified"}, {all, Filter{Sort: "modified", Desc: true}, "app", "app_modified"}, {all, Filter{Sort: "assignments"}, "app", "app_assignments"}, {all, Filter{Sort: "assignments", Desc: true}, "app", "app_assignments"},
		{all, Filter{Sort: "failed"}, "app", "app_failed"}, {all, Filter{Sort: "failed", Desc: true}, "app", "app_failed"},
		{all, Filter{Gone: true}, "app", "app_gone"}, {all, Filter{Gone: true, Sort: "modified"}, "app", "app_gone"},
		{all, Filter{Q: "tool"}, "app", "app_name_all"}, {one, Filter{Q: "tool"}, "app", "app_"}, {all, Filter{Q: "maker", Sort: "modified", Desc: true}, "app", "app_modified"},
		{all, InstallFilter{}, "app_install", "app_install_failed"}, {all, InstallFilter{Desc: true}, "app_install", "app_install_failed"}, {all, InstallFilter{Sort: "name"}, "app_install", "app_install_name"},
		{all, InstallFilter{Sort: "installed", Desc: true}, "app_install", "app_install_installed"}, {all, InstallFilter{Sort: "pending", Desc: true}, "app_install", "app_install_pending"},
		{all, InstallFilter{Sort: "customer"}, "app_install", "app_install_"}, {all, InstallFilter{Sort: "customer", Desc: true}, "app_install", "app_install_"}, {one, InstallFilter{}, "app_install", "app_install_"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err == nil {
			l, err = l.Weighed(t.Context(), pool.In(tc.scope))
		}
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, tc.table, tc.index)
	}
}
