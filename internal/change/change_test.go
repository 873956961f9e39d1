package change_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestListAcrossTenants has a change of every kind, each an hour older than the one before it, of which two customers have every other.
func TestListAcrossTenants(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	const seed = `
		INSERT INTO tenant (tenant_id, display_name) VALUES (md5('a')::uuid, 'Contoso'), (md5('b')::uuid, 'Fabrikam'), (md5('home')::uuid, 'Partner');
		INSERT INTO device_change VALUES (md5('a')::uuid, 'x', '2026-11-20 23:00Z', 1, 'compliance', 'compliant', 'noncompliant');
		INSERT INTO device_protection_change VALUES (md5('b')::uuid, 'x', '2026-11-20 22:00Z', 2, 'tamper', 'true', 'false');
		INSERT INTO device_category_change VALUES (md5('a')::uuid, 'x', '2026-11-20 21:00Z', 3, 'name', 'A', 'B');
		INSERT INTO malware_change VALUES (md5('b')::uuid, 'x', '2026-11-20 20:00Z', 4, 'severity', 'low', 'high');
		INSERT INTO autopilot_change VALUES (md5('a')::uuid, 'x', '2026-11-20 19:00Z', 5, 'group_tag', 'A', 'B');
		INSERT INTO app_change VALUES (md5('b')::uuid, 'x', '2026-11-20 18:00Z', 6, 'assignment:1', '', 'required');
		INSERT INTO app_install_change VALUES (md5('a')::uuid, 'x', '2026-11-20 17:00Z', 7, 'failed', '1', '2');
		INSERT INTO detected_app_change VALUES (md5('b')::uuid, 'x', '2026-11-20 16:00Z', NULL, '2.0', 'windows', true, 14);
		INSERT INTO policy_version (tenant_id, kind, policy_id, run, at, doc, first) VALUES
			(md5('a')::uuid, 'compliance', 'x', 1, '2026-11-20 15:30Z', '{}', true), (md5('a')::uuid, 'compliance', 'x', 8, '2026-11-20 15:00Z', NULL, false);
		INSERT INTO intune_role_change VALUES (md5('b')::uuid, 'x', 9, 1, '2026-11-20 14:00Z', 'assignment', 'Helpdesk', '', 'given'), (md5('b')::uuid, 'x', 9, 2, '2026-11-20 14:00Z', 'assignment', 'Kiosk', 'given', '');
		INSERT INTO provisioning_job_change VALUES (md5('a')::uuid, 'sp', 'x', '2026-11-20 13:00Z', 10, 'code', 'Active', 'Quarantine');
		INSERT INTO service_change VALUES (md5('b')::uuid, 'vppToken', 'x', '2026-11-20 12:00Z', 11, 'state', 'valid', 'expired');
		INSERT INTO licence_change VALUES (md5('a')::uuid, 'x', '2026-11-20 11:00Z', 12, 'enabled', '10', '20');
		INSERT INTO incident_change VALUES (md5('b')::uuid, 'x', '2026-11-20 10:00Z', 13, 'status', 'active', 'resolved');
		INSERT INTO guest_change VALUES (md5('a')::uuid, 'x', '2026-11-20 09:00Z', 14, 'enabled', 'true', 'false');
		INSERT INTO gdap_relationship SELECT md5('home')::uuid, 'x', 'Helpdesk of Fabrikam', 'x', md5('b')::uuid, '', 'active', 'P730D', 'P180D', '{}', '{}', '[]', false, now(), now(), now(), '', now(), now();
		INSERT INTO gdap_change VALUES (md5('home')::uuid, 'x', '2026-11-20 08:00Z', 15, 'status', 'approvalPending', 'active');
		INSERT INTO consent_grant_change VALUES (md5('a')::uuid, 'application', 'graph', 'User.Read.All', '2026-11-20 07:00Z', 'missing', 'granted'), (md5('a')::uuid, 'delegated', 'graph', 'User.Read.All', '2026-11-20 07:00Z', 'granted', ''),
			(md5('a')::uuid, 'delegated', 'defender', 'User.Read.All', '2026-11-20 07:00Z', '', 'surplus');
		INSERT INTO guest (tenant_id, id, name, name_key, upn, address, redeemed_at, invited_at, hash, first_seen_at, changed_at) VALUES (md5('b')::uuid, 'eve', 'Eve', 'eve', '', '', now(), now(), '', now(), now());
		INSERT INTO directory_role_assignment (tenant_id, id, role_id, role_name, principal_id, principal_type, name, upn, scope, hash, first_seen_at, changed_at) VALUES
			(md5('b')::uuid, 'x', 'r1', 'Global Reader', 'eve', 'user', '', 'eve@partner.example', '/administrativeUnits/1', '', now(), now()), (md5('b')::uuid, 'y', 'r2', '', 'group', 'group', '', '', '/', '', now(), now());
		INSERT INTO directory_role_change VALUES (md5('b')::uuid, 'y', '2026-11-20 06:00Z', 17, 'gone', 'false', 'true'), (md5('b')::uuid, 'x', '2026-11-20 06:00Z', 17, 'gone', '', 'false'), (md5('b')::uuid, 'x', '2026-11-20 06:00Z', 17, 'name', 'Eve', '')`
	if err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error { _, err := tx.Exec(t.Context(), seed); return err }); err != nil {
		t.Fatal(err)
	}
	var contoso, fabrikam tenant.ID
	if err := pool.Raw().QueryRow(t.Context(), `SELECT md5('a')::uuid, md5('b')::uuid`).Scan(&contoso, &fabrikam); err != nil {
		t.Fatal(err)
	}
	s := change.NewStore(pool)
	list := func(scope tenant.Scope, f change.Filter) (out []string) {
		t.Helper()
		f.Limit = 2
		for {
			p, err := s.ListAcrossTenants(t.Context(), scope, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Rows {
				out = append(out, c.TenantName+" "+string(c.Kind)+" "+c.Part+"/"+c.Subject+" "+c.Field+" "+c.What+" "+c.Old+">"+c.New)
			}
			if f.After = p.Next; p.Next == "" {
				if int(p.Count) != len(out) {
					t.Errorf("%+v: counted %d of %d", f, p.Count, len(out))
				}
				return out
			}
		}
	}
	equal := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	newest := []string{
		"Contoso device /x compliance  compliant>noncompliant", "Fabrikam protection /x tamper  true>false", "Contoso category /x name  A>B", "Fabrikam malware /x severity  low>high",
		"Contoso autopilot /x group_tag  A>B", "Fabrikam app /x assignment:1  >required", "Contoso install /x failed  1>2", "Fabrikam detected windows/x 2.0 2.0 >14", "Contoso policy compliance/x gone  false>true",
		"Fabrikam role /x assignment Kiosk given>", "Fabrikam role /x assignment Helpdesk >given", "Contoso provisioning sp/x code  Active>Quarantine", "Fabrikam service vppToken/x state  valid>expired",
		"Contoso licence /x enabled  10>20", "Fabrikam incident /x status  active>resolved", "Contoso guest /x enabled  true>false", "Fabrikam relationship /x status  approvalPending>active",
		"Contoso grant graph/User.Read.All delegated  granted>", "Contoso grant graph/User.Read.All application  missing>granted", "Contoso grant defender/User.Read.All delegated  >surplus",
		"Fabrikam directoryRole r2/y gone r2 false>true", "Fabrikam directoryRole r1/x gone Global Reader over a part >false",
	}
	of := func(name string) (out []string) {
		for _, c := range newest {
			if strings.HasPrefix(c, name) {
				out = append(out, c)
			}
		}
		return out
	}
	all := tenant.Everything()
	equal("all", list(all, change.Filter{}), newest...)
	equal("who may see Contoso only", list(tenant.Only(contoso), change.Filter{}), of("Contoso")...)
	equal("who may see Fabrikam only, and so its relationship", list(tenant.Only(fabrikam), change.Filter{}), of("Fabrikam")...)
	equal("of one customer", list(all, change.Filter{Tenants: []tenant.ID{fabrikam}}), of("Fabrikam")...)
	equal("of a customer out of reach", list(tenant.Only(contoso), change.Filter{Tenants: []tenant.ID{fabrikam}}))
	equal("of nobody", list(tenant.Scope{}, change.Filter{}))
	equal("of two kinds", list(all, change.Filter{Kinds: []change.Kind{change.App, change.Guest}}), newest[5], newest[15])
	equal("of fields", list(all, change.Filter{Fields: map[change.Kind][]string{change.App: {"name", "assignment:"}, change.Device: {"compliance"}, change.Policy: {"settings"}}}), newest[0], newest[5])
	equal("of a kind without such a field", list(all, change.Filter{Kinds: []change.Kind{change.Guest}, Fields: map[change.Kind][]string{change.App: {"name"}}}))
	hour := func(h int) time.Time { return time.Date(2026, 11, 20, h, 0, 0, 0, time.UTC) }
	equal("between", list(all, change.Filter{From: hour(18), To: hour(20)}), newest[4], newest[5])

	if p, err := s.ListAcrossTenants(t.Context(), all, change.Filter{Limit: 1, CountMost: 3}); err != nil || p.Count != 3 || !p.More || p.Rows[0].Name != "" {
		t.Errorf("counted up to 3: %+v, %v", p, err)
	}
	if p, err := s.ListAcrossTenants(t.Context(), all, change.Filter{Kinds: []change.Kind{change.Relationship}}); err != nil || p.Rows[0].Name != "Helpdesk of Fabrikam" || p.Rows[0].Tenant != fabrikam {
		t.Errorf("the relationship: %+v, %v", p, err)
	}
	if p, err := s.ListAcrossTenants(t.Context(), all, change.Filter{Kinds: []change.Kind{change.DirectoryRole}}); err != nil || p.Rows[0].Name != "group" || p.Rows[0].Guest != "" || p.Rows[1].Name != "eve@partner.example" || p.Rows[1].Guest != "eve" {
		t.Errorf("who got and lost a role: %+v, %v", p, err)
	}
	equal("of one kind of permission", list(all, change.Filter{Fields: map[change.Kind][]string{change.Grant: {"application"}}}), newest[18])
	if _, err := s.ListAcrossTenants(t.Context(), all, change.Filter{After: "x"}); !errors.Is(err, errs.Invalid) {
		t.Errorf("a place that nobody gave out: %v", err)
	}
}
