package provisioning

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/webhook"
)

// AlertKind is what an alert is about.
type AlertKind string

const (
	InQuarantine AlertKind = "quarantine" // Entra holds the job back
	ManyFailures AlertKind = "failures"   // more of a day's events failed than the limit
	Stalled      AlertKind = "stalled"    // the job should run, and no cycle ended for too long
)

// AlertKinds are all of them.
var AlertKinds = []AlertKind{InQuarantine, ManyFailures, Stalled}

// Alert is something about a job that a person should know: one from when it began to when it was over, however often it is seen.
type Alert struct {
	Tenant       tenant.ID
	TenantName   string
	ID           int64
	Kind         AlertKind
	SPID         string
	JobID        string
	App          string
	Detail       string
	Since        time.Time // since when Microsoft says that it is so; zero: it does not say
	OpenedAt     time.Time // when it was noticed
	SeenAt       time.Time
	ClosedAt     time.Time // zero: open
	SnoozedUntil time.Time
	SnoozedBy    string
	Problem      string // why telling of it failed last; empty: it did not
	Tries        int
	ToldOpen     bool
}

// Snoozed tells whether it is open and nobody wants to hear of it at that moment.
func (a Alert) Snoozed(now time.Time) bool { return a.ClosedAt.IsZero() && now.Before(a.SnoozedUntil) }

// AlertRules are the limits, and whom to tell.
type AlertRules struct {
	Mails     []string  `json:"mails"`
	Webhook   string    `json:"webhook"`          // https, or http on this machine; empty: none
	Sealed    []byte    `json:"secret,omitempty"` // that signs what goes to the webhook, sealed
	Percent   int       `json:"percent"`          // of an application's events of a day that fail, from which it is too many
	AtLeast   int       `json:"at_least"`         // failures of a day, below which it is never too many
	Hours     int       `json:"hours"`            // without the end of a cycle
	Changed   time.Time `json:"-"`
	ChangedBy string    `json:"-"`
}

// SafeRules are those of a portal whose owner set none.
func SafeRules() AlertRules { return AlertRules{Mails: []string{}, Percent: 20, AtLeast: 10, Hours: 6} }

const (
	rulesSetting = "provisioning.alerts"
	mostMails    = 10
)

// AlertSecret names the column under which the webhook's secret is sealed.
const AlertSecret = "setting." + rulesSetting

// Check says in words what is wrong with the rules.
func (r AlertRules) Check() error {
	switch {
	case r.Percent < 1 || r.Percent > 100:
		return errs.Show(errs.Invalid, "The share of failures is between 1 and 100 per cent.")
	case r.AtLeast < 1 || r.AtLeast > 100000:
		return errs.Show(errs.Invalid, "The number of failures is between 1 and 100,000.")
	case r.Hours < 1 || r.Hours > 720:
		return errs.Show(errs.Invalid, "The hours without a cycle are between 1 and 720.")
	case len(r.Mails) > mostMails:
		return errs.Show(errs.Invalid, fmt.Sprintf("At most %d addresses.", mostMails))
	case r.Webhook != "":
		return webhook.CheckAddress(r.Webhook)
	}
	return nil
}

// Rules are those that an owner set, or the safe ones.
func (s *Store) Rules(ctx context.Context) (AlertRules, error) {
	return rulesIn(ctx, s.pool.In(tenant.Scope{}))
}

func rulesIn(ctx context.Context, db postgres.DB) (AlertRules, error) {
	r := SafeRules()
	changed, err := postgres.Setting(ctx, db, rulesSetting, &r)
	r.Changed, r.ChangedBy = changed.At, changed.By
	return r, err
}

// SetRules changes them.
func (s *Store) SetRules(ctx context.Context, r AlertRules, by string) error {
	if err := r.Check(); err != nil {
		return err
	}
	return postgres.SaveSetting(ctx, s.pool.In(tenant.Scope{}), rulesSetting, r, postgres.Changed{By: by})
}

// jobsAtFault are the jobs that an alert should be open for, after a complete read of them.
const jobsAtFault = `
	SELECT 'quarantine' AS kind, j.sp_id, j.id AS job_id, p.name AS app, COALESCE(NULLIF(j.quarantine_message, ''), j.quarantine_reason) AS detail, COALESCE(j.quarantine_series_since, j.quarantine_since) AS since
	FROM   provisioning_job j
	JOIN   provisioning_app p ON p.tenant_id = j.tenant_id AND p.id = j.sp_id
	WHERE  j.tenant_id = $1 AND j.gone_at IS NULL AND j.health = 0
	UNION  ALL
	SELECT 'stalled', j.sp_id, j.id, p.name, 'The last cycle ended on ' || to_char(j.last_ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.', j.last_ended_at
	FROM   provisioning_job j
	JOIN   provisioning_app p ON p.tenant_id = j.tenant_id AND p.id = j.sp_id
	WHERE  j.tenant_id = $1 AND j.gone_at IS NULL AND j.health IN (1, 3) AND lower(j.code) = 'active' AND lower(j.schedule) = 'active'
	AND    j.last_ended_at < $2::timestamptz - make_interval(hours => $3::int)`

// applicationsAtFault are the applications too many of whose events of a day failed, after a complete read of the log.
const applicationsAtFault = `
	SELECT 'failures' AS kind, e.sp_id, '' AS job_id, max(e.sp_name) AS app,
	       count(*) FILTER (WHERE e.status = 'failure') || ' of ' || count(*) || ' events of a day failed.' AS detail, NULL::timestamptz AS since
	FROM   provisioning_event e
	WHERE  e.tenant_id = $1 AND e.at > $2::timestamptz - interval '1 day' AND e.at <= $2
	GROUP  BY e.sp_id
	HAVING count(*) FILTER (WHERE e.status = 'failure') >= $3::int AND 100 * count(*) FILTER (WHERE e.status = 'failure') >= $4::int * count(*)`

// raise opens an alert for what is at fault and has none, says of the others that they were seen, and closes those whose fault is over. A
// fault that was told of is told to be over; one that ended before anybody heard of it is not told at all.
func raise(ctx context.Context, tx pgx.Tx, kinds []AlertKind, faults string, tid tenant.ID, now time.Time, limits ...any) error {
	args := append([]any{tid, now}, limits...)
	place := len(args) + 1
	_, err := tx.Exec(ctx, fmt.Sprintf(`
		WITH fault AS (%s),
		     over AS (
		         UPDATE provisioning_alert a
		         SET    closed_at = $2, snoozed_until = NULL, tries = 0, next_try_at = CASE WHEN a.told_open THEN $2 END, problem = ''
		         WHERE  a.tenant_id = $1 AND a.closed_at IS NULL AND a.kind = ANY ($%d)
		         AND    NOT EXISTS (SELECT FROM fault f WHERE f.kind = a.kind AND f.sp_id = a.sp_id AND f.job_id = a.job_id))
		INSERT INTO provisioning_alert AS a (tenant_id, kind, sp_id, job_id, app, detail, since, opened_at, seen_at, next_try_at)
		SELECT $1, f.kind, f.sp_id, f.job_id, f.app, f.detail, f.since, $2, $2, $2 FROM fault f
		ON CONFLICT (tenant_id, kind, sp_id, job_id) WHERE closed_at IS NULL DO UPDATE SET seen_at = excluded.seen_at, detail = excluded.detail, since = excluded.since, app = excluded.app`, faults, place), append(args, kinds)...)
	if err != nil {
		return fmt.Errorf("raise alerts of %s: %w", tid, err)
	}
	return nil
}

var alertColumns = `
	a.tenant_id, ` + postgres.TenantName("a") + `, a.alert_id, a.kind, a.sp_id, a.job_id, a.app, a.detail, a.since, a.opened_at, a.seen_at, a.closed_at, a.snoozed_until, a.snoozed_by,
	a.problem, a.tries, a.told_open`

func scanAlert(row pgx.CollectableRow, more ...any) (Alert, error) {
	var a Alert
	z := postgres.Zero
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.ID, &a.Kind, &a.SPID, &a.JobID, &a.App, &a.Detail, z(&a.Since), z(&a.OpenedAt), z(&a.SeenAt), z(&a.ClosedAt),
		z(&a.SnoozedUntil), &a.SnoozedBy, &a.Problem, &a.Tries, &a.ToldOpen}, more...)...)
	return a, err
}

// AlertFilter chooses alerts.
type AlertFilter struct {
	Q       string
	Kind    []string
	State   []string // open, snoozed, over; none: open
	Tenants []tenant.ID
	Now     time.Time
	Oldest  bool // the oldest first, instead of the newest
	After   string
	Limit   int
}

// AlertPage is one page of alerts.
type AlertPage struct {
	Rows  []Alert
	Next  string
	Count int64
}

// AlertStates are what State chooses among.
var AlertStates = []string{"open", "snoozed", "over"}

// Alerts returns the alerts in the scope that match f, one page.
func (s *Store) Alerts(ctx context.Context, scope tenant.Scope, f AlertFilter) (p AlertPage, err error) {
	w := &postgres.Where{}
	one := w.Within(scope, "a.tenant_id")
	if err := postgres.CheckSearch(f.Q); err != nil {
		return p, err
	}
	if q := strings.TrimSpace(f.Q); q != "" {
		like := postgres.Like(strings.ToLower(q))
		w.And("(lower(a.app) LIKE ? OR lower(a.detail) LIKE ? OR lower("+postgres.TenantName("a")+") LIKE ?)", like, like, like)
	}
	if len(f.Kind) > 0 {
		w.And("a.kind = ANY(?)", f.Kind)
	}
	states := f.State
	if len(states) == 0 {
		states = AlertStates[:1]
	}
	w.And("CASE WHEN a.closed_at IS NOT NULL THEN 'over' WHEN a.snoozed_until > ? THEN 'snoozed' ELSE 'open' END = ANY(?)", f.Now, states)
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	o := postgres.Order{Name: "opened", Desc: !f.Oldest, Keys: []postgres.Key{{Expr: "a.opened_at", Type: "timestamptz"}, {Expr: "a.tenant_id", Type: "uuid"}, {Expr: "a.alert_id", Type: "bigint"}}}
	if one {
		o = o.Without("a.tenant_id")
	}
	l := postgres.Listing{Columns: alertColumns, Table: "provisioning_alert a", Where: w, Order: o, Cursor: f.After, Limit: f.Limit}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanAlert)
	return p, err
}

// Snooze keeps an open alert quiet until then. One that is over is errs.Conflict, one of another tenant errs.NotFound.
func (s *Store) Snooze(ctx context.Context, tid tenant.ID, id int64, until time.Time, by string) error {
	var open bool
	err := s.pool.In(tid).QueryRow(ctx, `
		WITH quiet AS (
		     UPDATE provisioning_alert SET snoozed_until = $3::timestamptz, snoozed_by = $4, next_try_at = CASE WHEN told_open THEN NULL ELSE $3::timestamptz END
		     WHERE  tenant_id = $1 AND alert_id = $2 AND closed_at IS NULL
		     RETURNING 1)
		SELECT EXISTS (SELECT FROM quiet) FROM provisioning_alert WHERE tenant_id = $1 AND alert_id = $2`, tid, id, until, by).Scan(&open)
	if err != nil {
		return fmt.Errorf("snooze alert %d of %s: %w", id, tid, postgres.Kind(err))
	}
	if !open {
		return errs.ShowNext(errs.Conflict, "This alert is over already.", "Nobody hears of it any more.")
	}
	return nil
}

// Told is how telling of an alert went.
type Told func(ctx context.Context, a Alert) error

const (
	mostTries = 10
	firstWait = time.Minute
)

// TellDueAcrossTenants tells of the alerts whose time has come, and says of how many. A schedule calls it in any number of processes; each
// alert is taken by one. What fails is tried again, less and less often, and then left with its problem for people to see.
func (s *Store) TellDueAcrossTenants(ctx context.Context, now time.Time, tell Told) (told int, err error) {
	for range 50 {
		var a Alert
		err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
			rows, _ := tx.Query(ctx, `SELECT `+alertColumns+` FROM provisioning_alert a WHERE a.next_try_at <= $1 ORDER BY a.next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED`, now)
			var err error
			if a, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Alert, error) { return scanAlert(row) }); err != nil {
				return err
			}
			// Taken: whoever dies while telling leaves it to be told again after a while.
			_, err = tx.Exec(ctx, `UPDATE provisioning_alert SET next_try_at = $3, tries = tries + 1 WHERE tenant_id = $1 AND alert_id = $2`, a.Tenant, a.ID, now.Add(firstWait<<min(a.Tries, 9)))
			return err
		})
		if errors.Is(err, pgx.ErrNoRows) {
			return told, nil
		}
		if err != nil {
			return told, fmt.Errorf("take an alert to tell of: %w", postgres.Kind(err))
		}
		failed := tell(ctx, a)
		if err := s.noteTold(ctx, a, failed); err != nil {
			return told, err
		}
		told++
	}
	return told, nil
}

func (s *Store) noteTold(ctx context.Context, a Alert, failed error) error {
	sql, problem := `
		UPDATE provisioning_alert SET told_open = true, told_close = closed_at IS NOT NULL, problem = $3, tries = 0,
		       next_try_at = CASE WHEN closed_at IS NOT NULL AND $4::boolean THEN next_try_at END
		WHERE  tenant_id = $1 AND alert_id = $2`, ""
	if failed != nil {
		if sentence, _, shown := errs.Sentence(failed); shown {
			problem = sentence
		} else {
			problem = "It could not be delivered."
		}
		sql = `UPDATE provisioning_alert SET problem = $3, next_try_at = CASE WHEN tries < ` + fmt.Sprint(mostTries) + ` THEN next_try_at END WHERE tenant_id = $1 AND alert_id = $2 AND $4::boolean IS NOT NULL`
	}
	// What was over only while the beginning was being told is told next.
	if _, err := s.pool.In(a.Tenant).Exec(ctx, sql, a.Tenant, a.ID, problem, a.ClosedAt.IsZero()); err != nil {
		return fmt.Errorf("note of alert %d of %s: %w", a.ID, a.Tenant, postgres.Kind(err))
	}
	return nil
}
