package tenant

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
)

// PortalReach is which customers in the scope each member of staff may see, by staff id. Who is switched off sees none and is missing.
func (s *Store) PortalReach(ctx context.Context, scope Scope) (map[int64]Scope, error) {
	found := map[int64]Scope{}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT s.staff_id, s.reach = 'all', t.tenant_id
		FROM   staff s
		LEFT   JOIN LATERAL (
		       SELECT t.tenant_id
		       FROM   tenant t
		       WHERE  s.reach = 'all_but'
		       AND    NOT t.home
		       AND    t.tenant_id NOT IN (SELECT x.tenant_id FROM staff_tenant x WHERE x.staff_id = s.staff_id)
		       UNION  ALL
		       SELECT t.tenant_id
		       FROM  (SELECT x.tenant_id FROM staff_tenant x WHERE s.reach IN ('chosen', 'group') AND x.staff_id = s.staff_id
		              UNION
		              SELECT g.tenant_id FROM tenants_of_group(s.group_id) g WHERE s.reach = 'group') x
		       JOIN   tenant t ON t.tenant_id = x.tenant_id AND NOT t.home) t ON true
		WHERE  NOT s.disabled`)
	var id int64
	var all bool
	var tid *ID
	_, err := pgx.ForEachRow(rows, []any{&id, &all, &tid}, func() error {
		r := found[id]
		r.All = all
		if tid != nil {
			r.IDs = append(r.IDs, *tid)
		}
		found[id] = r
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reach of staff: %w", postgres.Kind(err))
	}
	for id, r := range found {
		slices.SortFunc(r.IDs, ID.Compare)
		found[id] = r
	}
	return found, nil
}

// Seen is an account that signed in to the portal at a tenant's authority.
type Seen struct {
	Tenant   ID
	ObjectID string
	UPN      string // as it was then
	Guest    bool
	LastAt   time.Time
}

// SeenAtCustomers are the accounts that signed in at customers in the scope.
func (s *Store) SeenAtCustomers(ctx context.Context, scope Scope) ([]Seen, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT p.tenant_id, p.object_id::text, p.upn, p.guest, p.last_seen_at
		FROM   person p
		JOIN   tenant t ON t.tenant_id = p.tenant_id
		WHERE  NOT t.home
		ORDER  BY p.tenant_id, p.object_id`)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Seen])
	if err != nil {
		return nil, fmt.Errorf("sign-ins at customers: %w", postgres.Kind(err))
	}
	return found, nil
}
