package graphsync

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

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

// historyTables are what retention prunes, with the column that dates a row and what else must hold. What rooms hold now, counters of days
// and the audit are not among them.
var historyTables = []struct{ table, at, and string }{
	{"device_change", "at", ""}, {"device_protection_change", "at", ""}, {"malware_change", "at", ""}, {"device_category_change", "at", ""}, {"licence_change", "at", ""}, {"autopilot_change", "at", ""}, {"incident_change", "at", ""}, {"app_change", "at", ""}, {"app_install_change", "at", ""}, {"detected_app_change", "at", ""}, {"service_change", "at", ""}, {"intune_role_change", "at", ""},
	{"directory_role_change", "at", ""}, {"consent_grant_change", "at", ""}, {"guest_change", "at", ""}, {"guest_invitation", "changed_at", "AND h.state NOT IN ('waiting', 'sending')"}, {"gdap_change", "at", ""}, {"device_action", "asked_at", "AND h.ended_at IS NOT NULL"},
	{"device_job", "made_at", "AND NOT EXISTS (SELECT FROM device_action a WHERE a.job_id = h.job_id AND a.job_id > 0)"}, {"brake_request", "asked_at", "AND h.live_until < $1"},
	{"provisioning_job_change", "at", ""}, {"provisioning_event", "at", ""}, {"sync_run", "started_at", ""},
	// what a policy was from before the first day on is what it was on that day
	{"policy_version", "at", `AND EXISTS (SELECT FROM policy_version w WHERE w.tenant_id = h.tenant_id AND w.kind = h.kind AND w.policy_id = h.policy_id AND w.run > h.run AND w.at <= $1)`},
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

// History is how long history is kept, and who said so when. Nobody did where By is empty.
type History struct {
	Days int
	By   string
	At   time.Time
}

// History is the setting.
func (r *Retention) History(ctx context.Context) (History, error) {
	var raw json.RawMessage
	changed, err := postgres.Setting(ctx, r.pool.In(tenant.Scope{}), historySetting, &raw)
	if err != nil {
		return History{}, err
	}
	h := History{By: changed.By, At: changed.At}
	if json.Unmarshal(raw, &h.Days) != nil || h.Days < MinHistoryDays || h.Days > MaxHistoryDays {
		return History{Days: DefaultHistoryDays}, nil // nobody set this through us; too little would delete what somebody may want
	}
	return h, nil
}

// Days is how long history is kept.
func (r *Retention) Days(ctx context.Context) (int, error) {
	h, err := r.History(ctx)
	return h.Days, err
}

// countedUpTo is where Older stops counting in a table: more is only said to be more.
const countedUpTo = 100_000

// Older is how many entries of history are older than so many days, and whether there are more than were counted.
func (r *Retention) Older(ctx context.Context, days int) (n int64, more bool, err error) {
	before := r.now().AddDate(0, 0, -days)
	for _, t := range historyTables {
		var found int64
		err := r.pool.In(tenant.Everything()).QueryRow(ctx, `
			SELECT count(*) FROM (SELECT FROM `+t.table+` h WHERE h.`+t.at+` < $1 `+t.and+` LIMIT $2) x`, before, countedUpTo).Scan(&found)
		if err != nil {
			return 0, false, fmt.Errorf("count what is older in %s: %w", t.table, err)
		}
		n, more = n+found, more || found == countedUpTo
	}
	return n, more, nil
}

// SetDays says how long history is kept. errs.Invalid out of MinHistoryDays to MaxHistoryDays.
func (r *Retention) SetDays(ctx context.Context, days int, by string) error {
	if days < MinHistoryDays || days > MaxHistoryDays {
		return errs.Show(errs.Invalid, fmt.Sprintf("History is kept for %d to %d days.", MinHistoryDays, MaxHistoryDays))
	}
	return postgres.SaveSetting(ctx, r.pool.In(tenant.Scope{}), historySetting, days, postgres.Changed{At: r.now(), By: by})
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
				WHERE  ctid = ANY(ARRAY(SELECT h.ctid FROM `+t.table+` h WHERE h.`+t.at+` < $1 `+t.and+` LIMIT $2))`, before, pruneBatch)
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
