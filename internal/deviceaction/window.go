package deviceaction

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Window is when a customer lets its devices be worked on. A window that closes no later in the day than it opens closes on the day after.
type Window struct {
	Days          []time.Weekday // on which it opens
	Opens, Closes int            // minutes of the day
	Zone          string         // IANA name of the time zone, such as Europe/Berlin
	ChangedAt     time.Time
	ChangedBy     string
}

// Check says in words what keeps it from being a window.
func (w Window) Check() error {
	_, err := time.LoadLocation(w.Zone)
	switch {
	case len(w.Days) == 0:
		return errs.Show(errs.Invalid, "Choose at least one day.")
	case w.Opens < 0 || w.Opens >= 24*60 || w.Closes < 0 || w.Closes >= 24*60:
		return errs.Show(errs.Invalid, "Write the times as 22:00.")
	case err != nil || w.Zone == "" || w.Zone == "Local":
		return errs.ShowNext(errs.Invalid, "The time zone is not known.", "Write it as Europe/Berlin or UTC.")
	}
	return nil
}

// Next is the window that is open, or else the next one.
func (w Window) Next(now time.Time) (opens, closes time.Time) {
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		zone = time.UTC
	}
	y, m, d := now.In(zone).Date()
	for day := d - 1; ; day++ { // yesterday's may still be open; within eight days there is one
		opens = time.Date(y, m, day, 0, w.Opens, 0, 0, zone)
		closes = time.Date(y, m, day, 0, w.Closes, 0, 0, zone)
		if w.Closes <= w.Opens {
			closes = time.Date(y, m, day+1, 0, w.Closes, 0, 0, zone)
		}
		if slices.Contains(w.Days, time.Date(y, m, day, 12, 0, 0, 0, zone).Weekday()) && now.Before(closes) || day > d+8 {
			return opens, closes
		}
	}
}

// Windows keeps the customers' maintenance windows.
type Windows struct {
	pool  *postgres.Pool
	audit *audit.Store
}

// NewWindows is the store on that database.
func NewWindows(pool *postgres.Pool, log *audit.Store) *Windows {
	return &Windows{pool: pool, audit: log}
}

// All are the windows of the customers in the scope that have one.
func (s *Windows) All(ctx context.Context, scope tenant.Scope) (map[tenant.ID]Window, error) {
	found := map[tenant.ID]Window{}
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT tenant_id, days, opens, closes, zone, changed_at, changed_by FROM maintenance_window`)
	var (
		tid tenant.ID
		w   Window
	)
	_, err := pgx.ForEachRow(rows, []any{&tid, &w.Days, &w.Opens, &w.Closes, &w.Zone, &w.ChangedAt, &w.ChangedBy}, func() error {
		found[tid] = w
		w.Days = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("maintenance windows: %w", postgres.Kind(err))
	}
	return found, nil
}

// Get is the customer's window; errs.NotFound where none is set.
func (s *Windows) Get(ctx context.Context, tid tenant.ID) (Window, error) {
	found, err := s.All(ctx, tenant.Only(tid))
	w, ok := found[tid]
	if err == nil && !ok {
		err = errs.NotFound
	}
	return w, err
}

// Next is when the customer's window is open next, or is open now.
func (s *Windows) Next(ctx context.Context, tid tenant.ID, now time.Time) (opens, closes time.Time, err error) {
	w, err := s.Get(ctx, tid)
	if errors.Is(err, errs.NotFound) {
		return opens, closes, noWindow()
	}
	if err == nil {
		opens, closes = w.Next(now)
	}
	return opens, closes, err
}

func noWindow() error {
	return errs.ShowNext(errs.Conflict, "The customer has no maintenance window.", "Set one on its actions page, or send without waiting for one.")
}

// Set changes the customer's window, or takes it away where w has no days; recorded in the customer's chain.
func (s *Windows) Set(ctx context.Context, tid tenant.ID, w Window, by tenant.Person, requestID string, now time.Time) error {
	e := audit.By(by)
	e.Action, e.RequestID = "window.changed", requestID
	e.Detail = map[string]any{"window": w.String()}
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) (err error) {
		if len(w.Days) == 0 {
			_, err = tx.Exec(ctx, `DELETE FROM maintenance_window WHERE tenant_id = $1`, tid)
		} else {
			_, err = tx.Exec(ctx, `
				INSERT INTO maintenance_window VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (tenant_id) DO UPDATE SET days = EXCLUDED.days, opens = EXCLUDED.opens, closes = EXCLUDED.closes, zone = EXCLUDED.zone, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by`,
				tid, w.Days, w.Opens, w.Closes, w.Zone, now, e.Actor)
		}
		if err != nil {
			return err
		}
		return s.audit.AppendTx(ctx, tx, tid, e)
	})
	if err != nil {
		return fmt.Errorf("set maintenance window of %s: %w", tid, postgres.Kind(err))
	}
	return nil
}

// String is the window in words, such as "Sat and Sun, 22:00 to 04:00 (Europe/Berlin)".
func (w Window) String() string {
	if len(w.Days) == 0 {
		return "none"
	}
	var days []string
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); slices.Contains(w.Days, d) { // Monday first
			days = append(days, d.String()[:3])
		}
	}
	words := "every day"
	if n := len(days); n < 7 {
		words = strings.Join(days, ", ")
		if n > 1 {
			words = strings.Join(days[:n-1], ", ") + " and " + days[n-1]
		}
	}
	return fmt.Sprintf("%s, %s to %s (%s)", words, TimeOfDay(w.Opens), TimeOfDay(w.Closes), w.Zone)
}

// TimeOfDay is a minute of the day as people write it: 22:00.
func TimeOfDay(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
