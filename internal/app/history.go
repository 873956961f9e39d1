package app

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Change is one field of an app that a read found different from the read before. The field "gone" tells that it left Intune or came
// back, "assignment:{id}" that an assignment came, went or changed.
type Change struct {
	At    time.Time // of the read that saw it
	Run   int64
	Field string
	Old   string
	New   string
}

// Changes returns what changed on one app, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT at, run, field, old, new
		FROM   app_change
		WHERE  tenant_id = $1
		AND    app_id = $2
		ORDER  BY at DESC, field
		LIMIT  $3`, tid, id, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Change, error) {
		var c Change
		err := row.Scan(postgres.Zero(&c.At), &c.Run, &c.Field, &c.Old, &c.New)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("changes of app %q of %s: %w", id, tid, err)
	}
	return found, nil
}
