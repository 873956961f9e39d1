package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Merge says how a stage with a complete read becomes the rows of a table. The table has tenant_id, id, the stage's columns, hash,
// first_seen_at and changed_at, and is keyed by tenant_id and id. All names are ours, never input.
type Merge struct {
	Table string
	Keep  bool // rows that the read no longer had stay, marked by gone_at; else they are deleted
	Part  bool // reads have only what changed: the other rows stay as they are

	// History, where not empty, is a table (tenant_id, <Subject>, at, run, field, old, new) that is told of changes of the fields named.
	History, Subject string
	Fields           []string
	Came             bool // the history is told of what is new, too, as gone from '' to false; but for a tenant's first read, in which all is

	// Before, where not empty, is a statement that is told the tenant and the moment when the read is beside the rows that it will replace, in
	// the table named like them with _stage.
	Before string
}

// Merge writes only the rows that are new or differ, tells the history what changed, and takes away what the read no longer had. A row
// that came twice counts as it came last. A read that is the same as the last one is not looked at row by row. tx is under the tenant's
// scope.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, m Merge, tid any, run int64, now time.Time) (written, gone int64, err error) {
	if !m.Part {
		if same, err := s.Same(ctx, tx, m.Table, tid); err != nil || same {
			return 0, 0, err
		}
	}
	if err := s.Copy(ctx, tx, m.Table+"_stage", m.Table); err != nil {
		return 0, 0, err
	}
	if err := loops(ctx, tx, "off"); err != nil {
		return 0, 0, err
	}
	back := ""
	if m.Keep {
		back = " OR o.gone_at IS NOT NULL"
	}
	if _, err := tx.Exec(ctx, `
		CREATE TEMP TABLE `+m.Table+`_changed ON COMMIT DROP AS
		SELECT l.*
		FROM  (SELECT DISTINCT ON (n.id) n.* FROM `+m.Table+`_stage n ORDER BY n.id, n.seq DESC) l
		LEFT   JOIN `+m.Table+` o ON o.tenant_id = $1 AND o.id = l.id
		WHERE  o.id IS NULL OR o.hash <> l.hash`+back, tid); err != nil {
		return 0, 0, fmt.Errorf("compare %s: %w", m.Table, err)
	}
	if m.Before != "" {
		if _, err := tx.Exec(ctx, m.Before, tid, now); err != nil {
			return 0, 0, fmt.Errorf("before %s: %w", m.Table, err)
		}
	}
	if m.History != "" {
		if _, err := tx.Exec(ctx, m.remember(), tid, now, run); err != nil {
			return 0, 0, fmt.Errorf("history of %s: %w", m.Table, err)
		}
	}
	if m.Came {
		if _, err := tx.Exec(ctx, m.came(), tid, now, run); err != nil {
			return 0, 0, fmt.Errorf("history of %s: %w", m.Table, err)
		}
	}
	tag, err := tx.Exec(ctx, m.upsert(s.columns), tid, now)
	if err != nil {
		return 0, 0, fmt.Errorf("write %s: %w", m.Table, err)
	}
	if gone, err = m.sweep(ctx, tx, tid, run, now); err != nil {
		return 0, 0, err
	}
	return tag.RowsAffected(), gone, loops(ctx, tx, "on")
}

// loops switches nested loops. Where all of a tenant's rows meet all of a read, they are never right, but the planner takes them for it
// when the table's statistics are older than its rows, as in a first read.
func loops(ctx context.Context, tx pgx.Tx, on string) error {
	if _, err := tx.Exec(ctx, `SELECT set_config('enable_nestloop', $1, true)`, on); err != nil {
		return fmt.Errorf("set how to join: %w", err)
	}
	return nil
}

// remember writes one row for each field that is kept and differs. A thing that was gone and is back says so.
func (m Merge) remember() string {
	values := make([]string, 0, len(m.Fields)+1)
	for _, c := range m.Fields {
		values = append(values, fmt.Sprintf("('%s', o.%s::text, n.%s::text)", c, c, c))
	}
	if m.Keep {
		values = append(values, "('gone', CASE WHEN o.gone_at IS NULL THEN 'false' ELSE 'true' END, 'false')")
	}
	return `
		INSERT INTO ` + m.History + ` (tenant_id, ` + m.Subject + `, at, run, field, old, new)
		SELECT $1, n.id, $2, $3, v.field, COALESCE(v.old, ''), COALESCE(v.new, '')
		FROM   ` + m.Table + `_changed n
		JOIN   ` + m.Table + ` o ON o.tenant_id = $1 AND o.id = n.id
		CROSS  JOIN LATERAL (VALUES ` + strings.Join(values, ", ") + `) AS v (field, old, new)
		WHERE  v.old IS DISTINCT FROM v.new
		ON     CONFLICT DO NOTHING`
}

// came writes one row for each thing that was not there before.
func (m Merge) came() string {
	return `
		INSERT INTO ` + m.History + ` (tenant_id, ` + m.Subject + `, at, run, field, old, new)
		SELECT $1, n.id, $2, $3, 'gone', '', 'false'
		FROM   ` + m.Table + `_changed n
		WHERE  NOT EXISTS (SELECT FROM ` + m.Table + ` o WHERE o.tenant_id = $1 AND o.id = n.id)
		AND    EXISTS (SELECT FROM ` + m.Table + ` o WHERE o.tenant_id = $1)
		ON     CONFLICT DO NOTHING`
}

func (m Merge) upsert(columns []string) string {
	cols := strings.Join(columns, ", ")
	sets := make([]string, len(columns))
	for i, c := range columns {
		sets[i] = c + " = excluded." + c
	}
	back := ""
	if m.Keep {
		back = ", gone_at = NULL"
	}
	return `
		INSERT INTO ` + m.Table + ` (tenant_id, ` + cols + `, hash, first_seen_at, changed_at)
		SELECT $1, ` + cols + `, hash, $2, $2
		FROM   ` + m.Table + `_changed
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    ` + strings.Join(sets, ", ") + `, hash = excluded.hash, changed_at = excluded.changed_at` + back
}

func (m Merge) sweep(ctx context.Context, tx pgx.Tx, tid any, run int64, now time.Time) (int64, error) {
	if m.Part {
		return 0, nil
	}
	missing := `o.tenant_id = $1 AND NOT EXISTS (SELECT FROM ` + m.Table + `_stage n WHERE n.id = o.id)`
	if !m.Keep {
		tag, err := tx.Exec(ctx, `DELETE FROM `+m.Table+` o WHERE `+missing, tid)
		if err != nil {
			return 0, fmt.Errorf("sweep %s: %w", m.Table, err)
		}
		return tag.RowsAffected(), nil
	}
	if m.History != "" {
		if _, err := tx.Exec(ctx, `
			INSERT INTO `+m.History+` (tenant_id, `+m.Subject+`, at, run, field, old, new)
			SELECT o.tenant_id, o.id, $2, $3, 'gone', 'false', 'true'
			FROM   `+m.Table+` o
			WHERE  `+missing+` AND o.gone_at IS NULL
			ON     CONFLICT DO NOTHING`, tid, now, run); err != nil {
			return 0, fmt.Errorf("history of %s: %w", m.Table, err)
		}
	}
	tag, err := tx.Exec(ctx, `UPDATE `+m.Table+` o SET gone_at = $2 WHERE `+missing+` AND o.gone_at IS NULL`, tid, now)
	if err != nil {
		return 0, fmt.Errorf("sweep %s: %w", m.Table, err)
	}
	return tag.RowsAffected(), nil
}
