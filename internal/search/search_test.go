package search

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestHolding: the indexes are asked by their owner, and must tell no more than the scope has; where they cannot tell, every kind may hold it.
func TestHolding(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	const contoso, fabrikam = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	if _, err := pool.Raw().Exec(t.Context(), `
		INSERT INTO tenant (tenant_id, display_name) VALUES ('`+contoso+`', 'Contoso'), ('`+fabrikam+`', 'Fabrikam');
		INSERT INTO provisioning_app VALUES ('`+contoso+`', 'sp', '', 'Payroll', 'payroll', true, '');
		INSERT INTO intune_role VALUES ('`+contoso+`', 'r', 'Zebra keeper', 'zebra keeper', 'Feeds them', false, '{}', '{}', 0, now(), now());
		INSERT INTO device_category (tenant_id, id, name, description, hash) VALUES ('`+fabrikam+`', 'c', 'Zebra phones', '', '');
		INSERT INTO malware (tenant_id, id, name, name_key, severity, severity_rank, category, url, detected_at, hash, first_seen_at, changed_at)
		VALUES ('`+fabrikam+`', 'm', 'Zebra', 'zebra', 'low', 1, '', '', now(), '', now(), now());
		INSERT INTO detected_app VALUES ('`+contoso+`', 'd', 'k', 'Zebra', 'zebra', '', '', '1', '1', 'windows', 0, 1, 'zebra', '', now(), now());
		INSERT INTO guest (tenant_id, id, name, name_key, upn, address, redeemed_at, invited_at, hash, first_seen_at, changed_at)
		VALUES ('`+fabrikam+`', 'g', 'Lena Payrollova', 'lena payrollova', '', 'lena@contoso.example', now(), now(), '', now(), now())`); err != nil {
		t.Fatal(err)
	}
	id := func(s string) tenant.ID {
		id, err := tenant.ParseID(s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	s, all := NewStore(pool), fmt.Sprint(kinds)
	for _, tc := range []struct {
		scope      tenant.Scope
		text, want string
	}{
		{tenant.Everything(), "payroll", "[guest provisioning_job]"}, {tenant.Only(id(contoso)), " PayRoll ", "[provisioning_job]"}, {tenant.Only(id(fabrikam)), "payroll", "[guest]"},
		{tenant.Only(id(contoso), id(fabrikam)), "contoso", "[guest tenant]"}, {tenant.Only(id(contoso)), "contoso", "[tenant]"}, {tenant.Only(id(fabrikam)), "contoso", "[guest]"},
		{tenant.Only(), "contoso", "[]"}, {tenant.Everything(), "100%_", "[]"}, {tenant.Everything(), "lena@contoso.example", "[guest]"}, {tenant.Everything(), "nobody@contoso.example", "[]"}, {tenant.Everything(), "@contoso", "[guest]"}, {tenant.Everything(), "Lena’s 会", "[]"}, {tenant.Everything(), "zebra", "[detected_app device_category intune_role malware]"}, {tenant.Only(id(contoso)), "zebra", "[detected_app intune_role]"}, {tenant.Only(id(fabrikam)), "ZEBRA", "[device_category malware]"}, {tenant.Everything(), "feeds zebra", "[intune_role]"}, {tenant.Everything(), "ze", "[tenant]"},
		{tenant.Everything(), "Lena payroll", "[guest provisioning_job]"}, {tenant.Everything(), "payroll x nothing-like", "[]"}, {tenant.Everything(), "pa", "[provisioning_job tenant]"}, {tenant.Everything(), "LE", "[guest tenant]"}, {tenant.Only(id(contoso)), "le", "[tenant]"}, {tenant.Everything(), "x\x00", all}, {tenant.Everything(), "", all}, {tenant.Everything(), "é@contoso", all},
		{tenant.Everything(), contoso[:9], all}, {tenant.Everything(), "x\x00yz", all}, {tenant.Everything(), strings.Repeat("x", 201), all},
	} {
		if got, err := s.Holding(t.Context(), tc.scope, tc.text); err != nil || fmt.Sprint(got) != tc.want {
			t.Errorf("%.20q in %v: %v, want %s (%v)", tc.text, tc.scope, got, tc.want, err)
		}
	}
}
