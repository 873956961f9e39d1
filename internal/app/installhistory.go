package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// counted are the columns whose changes are kept.
var counted = []string{"failed", "pending", "installed", "not_installed", "not_applicable"}

// InstallChanges returns what changed in an app's counts by the reads that saw its failures change, or saw it leave Intune's report or come
// back; the newest first, and no more than so many reads. The field "gone" tells that it left or came back.
func (s *Store) InstallChanges(ctx context.Context, tid tenant.ID, id string, reads int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT at, run, field, old, new
		FROM   app_install_change
		WHERE  tenant_id = $1
		AND    app_id = $2
		AND    run IN (SELECT DISTINCT run
		               FROM   app_install_change
		               WHERE  tenant_id = $1
		               AND    app_id = $2
		               AND    field IN ('failed', 'gone')
		               ORDER  BY run DESC
		               LIMIT  $3)
		ORDER  BY run DESC, field`, tid, id, reads)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
	if err != nil {
		return nil, fmt.Errorf("changes of the installations of app %q of %s: %w", id, tid, err)
	}
	return found, nil
}

// InstallDay is how the installations of an app stood at the end of a day (UTC), as far as was known then.
type InstallDay struct {
	Day      time.Time
	Reported bool // else Intune's report did not have the app
	Install       // the counts only
}

// InstallDays are the days from one on until now, the oldest first, worked out of what changed since. They begin with the day from which on
// changes were kept. On a day without a read, they are those of the read before: whoever asks knows which days were read.
func (s *Store) InstallDays(ctx context.Context, tid tenant.ID, id string, from, now time.Time) ([]InstallDay, error) {
	i, err := s.Install(ctx, tid, id)
	if err != nil {
		return nil, err
	}
	if from = day(from); from.Before(i.keptFrom) {
		from = day(i.keptFrom)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT DISTINCT ON (field, (at AT TIME ZONE 'UTC')::date) field, (at AT TIME ZONE 'UTC')::date, old
		FROM   app_install_change
		WHERE  tenant_id = $1
		AND    app_id = $2
		AND    at >= $3
		ORDER  BY field, (at AT TIME ZONE 'UTC')::date, run`, tid, id, from)
	before := map[time.Time]map[string]string{} // a day began with these
	var field, old string
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&field, &at, &old}, func() error {
		if before[at] == nil {
			before[at] = map[string]string{}
		}
		before[at][field] = old
		return nil
	}); err != nil {
		return nil, fmt.Errorf("days of the installations of app %q of %s: %w", id, tid, err)
	}
	var days []InstallDay
	stood := InstallDay{Reported: i.GoneAt.IsZero(), Install: i}
	for d := day(now); !d.Before(from); d = d.AddDate(0, 0, -1) {
		stood.Day = d
		days = append(days, stood)
		for field, old := range before[d] {
			stood.was(field, old)
		}
	}
	slices.Reverse(days)
	return days, nil
}

// was takes a field back to an old value.
func (d *InstallDay) was(field, old string) {
	n, _ := strconv.ParseInt(old, 10, 64)
	switch field {
	case "gone":
		d.Reported = old == "false"
	case "failed":
		d.Failed = n
	case "pending":
		d.Pending = n
	case "installed":
		d.Installed = n
	case "not_installed":
		d.NotInstalled = n
	case "not_applicable":
		d.NotApplicable = n
	}
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
