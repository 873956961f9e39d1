package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change is one field that a read found different from the read before, as Merge remembers it. The field "gone" tells that the thing left
// or came back.
type Change struct {
	At       time.Time // of the read that saw it
	Run      int64
	Field    string // name of the column
	Old, New string // as Postgres writes the values
}

// Changes are what merges of this kind remember of one thing, the newest first. db is under the tenant's scope.
func (m Merge) Changes(ctx context.Context, db DB, tid any, id string, limit int) ([]Change, error) {
	rows, _ := db.Query(ctx, `
		SELECT at, run, field, old, new
		FROM   `+m.History+`
		WHERE  tenant_id = $1
		AND    `+m.Subject+` = $2
		ORDER  BY at DESC, run DESC, field
		LIMIT  $3`, tid, id, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
	if err != nil {
		return nil, fmt.Errorf("changes of %q in %s of %s: %w", id, m.Table, tid, err)
	}
	return found, nil
}
