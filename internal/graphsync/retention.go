package graphsync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// historySetting is the name of the setting with the days that history is kept: a number.
const historySetting = "history.days"

// Bounds of how long history is kept, in days. A year and a little is the default, so that a year can be compared with the one before.
const (
	DefaultHistoryDays = 400
	MinHistoryDays     = 30
	MaxHistoryDays     = 3650
)

// historyTables are what retention prunes, with the column that dates a row. What rooms hold now, counters of days and the audit are not
// among them.
var historyTables = []struct{ table, at string }{
	{"device_change", "at"}, {"autopilot_change", "at"}, {"app_change", "at"}, {"service_change", "at"}, {"intune_role_change", "at"}, {"provisioning_job_change", "at"},
	{"provisioning_event", "at"}, {"sync_run", "started_at"},
}

// pruneBatch is how many rows one statement deletes: locks and WAL stay small.
const pruneBatch = 5000

// Retention keeps history from growing without end.
type Retention struct {
	pool *postgres.Pool
	now  func() time.Time
}

// NewRetention is for that database; nil is the real clock.
func NewRetention(pool *postgres.Pool, now func() time.Time) *Retention {
	if now == nil {
		now = time.Now
	}
	return &Retention{pool, now}
}

// Days is how long history is kept.
func (r *Retention) Days(ctx context.Context) (int, error) {
	var raw []byte
	err := r.pool.In(tenant.Scope{}).QueryRow(ctx, `SELECT value FROM setting WHERE name = $1`, historySetting).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return DefaultHistoryDays, nil
	}
	if err != nil {
		return 0, fmt.Errorf("days of history: %w", err)
	}
	var days int
	if json.Unmarshal(raw, &days) != nil || days < MinHistoryDays || days > MaxHistoryDays {
		return DefaultHistoryDays, nil // nobody set this through us; too little would delete what somebody may want
	}
	return days, nil
}

// SetDays says how long history is kept. errs.Invalid out of MinHistoryDays to MaxHistoryDays.
func (r *Retention) SetDays(ctx context.Context, days int, by string) error {
	if days < MinHistoryDays || days > MaxHistoryDays {
		return errs.Show(errs.Invalid, fmt.Sprintf("History is kept for %d to %d days.", MinHistoryDays, MaxHistoryDays))
	}
	_, err := r.pool.In(tenant.Scope{}).Exec(ctx, `
		INSERT INTO setting (name, value, changed_at, changed_by)
		VALUES ($1, to_jsonb($2::int), $3, $4)
		ON     CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		historySetting, days, r.now(), by)
	if err != nil {
		return fmt.Errorf("set days of history: %w", err)
	}
	return nil
}

// Prune deletes history that is older than the setting, in batches, until none is left or ctx ends.
func (r *Retention) Prune(ctx context.Context) error {
	days, err := r.Days(ctx)
	if err != nil {
		return err
	}
	before := r.now().AddDate(0, 0, -days)
	for _, t := range historyTables {
		for {
			tag, err := r.pool.In(tenant.Everything()).Exec(ctx, `
				DELETE FROM `+t.table+`
				WHERE  ctid = ANY(ARRAY(SELECT ctid FROM `+t.table+` WHERE `+t.at+` < $1 LIMIT $2))`, before, pruneBatch)
			if err != nil {
				return fmt.Errorf("prune %s: %w", t.table, err)
			}
			if tag.RowsAffected() < pruneBatch {
				break
			}
		}
	}
	return nil
}
