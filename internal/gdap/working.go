package gdap

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Working are the relationships with customers in the scope that the portal knows, or with these of them, by which people could act when they were
// read, those that end first before others: each with its name, its customer, its end and its assignments, and no more.
func (s *Store) Working(ctx context.Context, scope tenant.Scope, customers []tenant.ID) ([]Relationship, error) {
	w := &postgres.Where{}
	w.Within(scope, "r.customer_id")
	w.And(works)
	if len(customers) > 0 {
		w.And("r.customer_id = ANY(?)", customers)
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT r.id, r.name, r.customer_id, COALESCE(NULLIF(t.display_name, ''), NULLIF(t.default_domain, ''), NULLIF(r.customer_name, ''), r.customer_id::text), r.auto_extend, NULLIF(r.ends_at, 'infinity'), r.assignments
		FROM   gdap_relationship r
		JOIN   tenant t ON t.tenant_id = r.customer_id
		`+w.SQL()+`
		ORDER  BY r.ends_at, r.name_key, r.tenant_id, r.id`, w.Args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Relationship, err error) {
		err = row.Scan(&r.ID, &r.Name, &r.Customer, &r.CustomerName, &r.AutoExtend, postgres.Zero(&r.EndsAt), &r.Assignments)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("GDAP relationships that work: %w", postgres.BadInput(err))
	}
	return found, nil
}
