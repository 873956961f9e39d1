package guest

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestByCustomer: some of the guests signed in to the portal, which stands beside them.
func TestByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := NewStore(pool), pgtest.Customers(t, pool)
	const signedIn = "99999999-9999-4999-8999-999999999999"
	for _, tid := range customers {
		if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) error {
			if _, err := s.Merge(t.Context(), tx, tid, 1, noon, []Guest{
				{ID: "b", Name: "Lee", Address: "lee@firstup.example", Redeemed: &yes}, {ID: "a", Name: "Lee", Address: "lee@firstup.example", Redeemed: &no}, {ID: signedIn, Name: "Adele", Address: "adele@firstup.example", Redeemed: &yes},
			}); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `INSERT INTO person (tenant_id, object_id, subject, last_seen_at) VALUES ($1, $2, 's', $3)`, tid, signedIn, noon)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Guest, string, int64, error) {
		p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after, Now: noon})
		return p.Rows, p.Next, p.Count, err
	}, func(g Guest) (tenant.ID, string, []string) {
		return g.Tenant, g.TenantName, []string{strings.ToLower(g.Name), g.ID}
	})
}
