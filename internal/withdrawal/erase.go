package withdrawal

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Kept are the tenant tables that a deletion leaves, and why. Every other table with a tenant_id is emptied of the tenant, also those that
// come later: they are found in the database's own catalogue.
var Kept = map[string]string{
	"tenant":       "name and number, so that the proof can say whose data it was",
	"audit":        "the chain of what was done, which the customer can verify",
	"audit_place":  "how far that chain was delivered",
	"withdrawal":   "the proof itself",
	"staff_tenant": "which of the partner's people may see the tenant: without it some might see more than before",
}

// batch is how many rows one statement deletes: locks and WAL stay small.
const batch = 5000

// erase deletes the tenant's rows, table by table, each batch together with its count. Tables that others refer to wait for the next round;
// rounds go on until one finds nothing.
func (s *Store) erase(ctx context.Context, tid tenant.ID, id int64) error {
	tables, err := s.tables(ctx)
	if err != nil {
		return err
	}
	for {
		var deleted int64
		var refused error
		for _, t := range tables {
			n, err := s.eraseTable(ctx, tid, id, t)
			deleted += n
			var e *pgconn.PgError
			if errors.As(err, &e) && e.Code == "23503" { // another table still refers to it
				refused = err
			} else if err != nil {
				return fmt.Errorf("delete %s of %s: %w", t, tid, postgres.Kind(err))
			}
		}
		switch {
		case refused != nil && deleted == 0:
			return fmt.Errorf("delete data of %s: %w", tid, postgres.Kind(refused))
		case refused == nil && deleted == 0:
			return nil
		}
	}
}

// tables are those with a tenant_id, but for what is kept.
func (s *Store) tables(ctx context.Context) ([]string, error) {
	rows, _ := s.pool.In(tenant.Scope{}).Query(ctx, `
		SELECT c.relname
		FROM   pg_class c
		JOIN   pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
		WHERE  c.relnamespace = 'public'::regnamespace
		AND    c.relkind = 'r'
		ORDER  BY c.relname`)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", postgres.Kind(err))
	}
	var found []string
	for _, t := range all {
		if Kept[t] == "" {
			found = append(found, t)
		}
	}
	return found, nil
}

func (s *Store) eraseTable(ctx context.Context, tid tenant.ID, id int64, table string) (total int64, err error) {
	name := pgx.Identifier{table}.Sanitize()
	for {
		var n int64
		err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, `
				DELETE FROM `+name+`
				WHERE  ctid = ANY (ARRAY(SELECT ctid FROM `+name+` WHERE tenant_id = $1 LIMIT $2 FOR UPDATE))
				AND    tenant_id = $1`, tid, batch)
			if n = tag.RowsAffected(); err != nil || n == 0 {
				return err
			}
			_, err = tx.Exec(ctx, `
				UPDATE withdrawal
				SET    rows_deleted = rows_deleted || jsonb_build_object($3::text, COALESCE((rows_deleted ->> $3::text)::bigint, 0) + $4::bigint)
				WHERE  tenant_id = $1
				AND    withdrawal_id = $2`, tid, id, table, n)
			return err
		})
		total += n
		if err != nil || n == 0 {
			return total, err
		}
	}
}
