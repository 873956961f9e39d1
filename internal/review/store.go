package review

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds reviews in Postgres. What somebody decides is written together with its record in the tenant's audit.
type Store struct {
	pool  *postgres.Pool
	audit *audit.Store
	now   func() time.Time
}

// NewStore is the store on that database; nil is the real clock.
func NewStore(pool *postgres.Pool, a *audit.Store, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{pool: pool, audit: a, now: func() time.Time { return now().UTC() }}
}

// Limits of what people write, in characters.
const (
	MaxText   = 2000
	MaxHolder = 200
	maxNotes  = 200 // shown of a tenant
)

// day is a date in SQL; the zero time is none.
func day(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.DateOnly)
}

func text(s, what string, most int, required bool) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case required && s == "":
		return "", errs.Show(errs.Invalid, what+" is missing.")
	case utf8.RuneCountInString(s) > most || !postgres.Printable(s):
		return "", errs.Show(errs.Invalid, fmt.Sprintf("%s has at most %d characters.", what, most))
	}
	return s, nil
}

// change runs one write and its line in the audit.
func (s *Store) change(ctx context.Context, tid tenant.ID, who tenant.Person, action, object string, detail map[string]any, f func(tx pgx.Tx) error) error {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		e := audit.By(who)
		e.Action, e.Object, e.Detail = action, object, detail
		return s.audit.AppendTx(ctx, tx, tid, e)
	})
	if err != nil {
		return fmt.Errorf("%s of %s: %w", action, tid, postgres.Kind(err))
	}
	return nil
}

func nameOf(p tenant.Person) string { return audit.By(p).Actor }

// Accept notes that a finding is accepted until the end of a day, and why.
func (s *Store) Accept(ctx context.Context, tid tenant.ID, who tenant.Person, key, why string, until time.Time) error {
	why, err := text(why, "The reason", MaxText, true)
	if err != nil {
		return err
	}
	today := s.now().Truncate(24 * time.Hour)
	if until.Before(today) || until.After(today.AddDate(2, 0, 0)) {
		return errs.Show(errs.Invalid, "A finding is accepted until a day between today and two years from now.")
	}
	return s.mark(ctx, tid, who, Mark{Key: key, State: Accepted, Until: until, Why: why}, "review.accepted", map[string]any{"until": until.Format(time.DateOnly), "why": why})
}

// Hand notes who looks after a finding.
func (s *Store) Hand(ctx context.Context, tid tenant.ID, who tenant.Person, key, holder string) error {
	holder, err := text(holder, "Who it is handed to", MaxHolder, true)
	if err != nil {
		return err
	}
	return s.mark(ctx, tid, who, Mark{Key: key, State: Handed, Holder: holder}, "review.handed", map[string]any{"to": holder})
}

func (s *Store) mark(ctx context.Context, tid tenant.ID, who tenant.Person, m Mark, action string, detail map[string]any) error {
	key, err := text(m.Key, "The finding", 300, true)
	if err != nil {
		return err
	}
	return s.change(ctx, tid, who, action, key, detail, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO review_mark (tenant_id, key, state, until, why, holder, at, by)
			VALUES ($1, $2, $3, $4::text::date, $5, $6, $7, $8)
			ON CONFLICT (tenant_id, key) DO UPDATE
			SET state = excluded.state, until = excluded.until, why = excluded.why, holder = excluded.holder, at = excluded.at, by = excluded.by`,
			tid, key, m.State, day(m.Until), m.Why, m.Holder, s.now(), nameOf(who))
		return err
	})
}

// Reopen takes back what was decided about a finding. errs.NotFound where nothing was.
func (s *Store) Reopen(ctx context.Context, tid tenant.ID, who tenant.Person, key string) error {
	return s.change(ctx, tid, who, "review.reopened", key, nil, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM review_mark WHERE tenant_id = $1 AND key = $2`, tid, key)
		if err == nil && tag.RowsAffected() == 0 {
			return errs.NotFound
		}
		return err
	})
}

// Marks are what was decided in a tenant, by the findings' keys.
func (s *Store) Marks(ctx context.Context, tid tenant.ID) (map[string]Mark, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT key, state, until::timestamp AT TIME ZONE 'UTC', why, holder, at, by FROM review_mark WHERE tenant_id = $1`, tid)
	marks := map[string]Mark{}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Mark, err error) {
		err = row.Scan(&m.Key, &m.State, postgres.Zero(&m.Until), &m.Why, &m.Holder, &m.At, &m.By)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("marks of %s: %w", tid, err)
	}
	for _, m := range found {
		marks[m.Key] = m
	}
	return marks, nil
}

// Note writes something down about a finding, or with an empty key about the review.
func (s *Store) Note(ctx context.Context, tid tenant.ID, who tenant.Person, key, note string) error {
	note, err := text(note, "The note", MaxText, true)
	if err == nil {
		key, err = text(key, "The finding", 300, false)
	}
	if err != nil {
		return err
	}
	return s.change(ctx, tid, who, "review.noted", key, map[string]any{"note": note}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO review_note (tenant_id, key, text, at, by) VALUES ($1, $2, $3, $4, $5)`, tid, key, note, s.now(), nameOf(who))
		return err
	})
}

// Notes since a time, the oldest first.
func (s *Store) Notes(ctx context.Context, tid tenant.ID, since time.Time) ([]Note, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT key, text, at, by FROM (
			SELECT key, text, at, by, note_id FROM review_note WHERE tenant_id = $1 AND at > $2 ORDER BY note_id DESC LIMIT $3) n
		ORDER BY note_id`, tid, since, maxNotes)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Note, err error) { return n, row.Scan(&n.Key, &n.Text, &n.At, &n.By) })
	if err != nil {
		return nil, fmt.Errorf("notes of %s: %w", tid, err)
	}
	return found, nil
}

// SetPlan sets the day of the next review and who has it; the zero day takes it off.
func (s *Store) SetPlan(ctx context.Context, tid tenant.ID, who tenant.Person, next time.Time, holder string) error {
	holder, err := text(holder, "Who has it", MaxHolder, false)
	if err != nil {
		return err
	}
	if !next.IsZero() && (next.Before(s.now().AddDate(-1, 0, 0)) || next.After(s.now().AddDate(3, 0, 0))) {
		return errs.Show(errs.Invalid, "The next review is on a day within three years.")
	}
	return s.change(ctx, tid, who, "review.planned", "", map[string]any{"next": day(next), "holder": holder}, func(tx pgx.Tx) error {
		return s.plan(ctx, tx, tid, who, next, holder)
	})
}

func (s *Store) plan(ctx context.Context, tx pgx.Tx, tid tenant.ID, who tenant.Person, next time.Time, holder string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO review_plan (tenant_id, next_on, holder, changed_at, changed_by) VALUES ($1, $2::text::date, $3, $4, $5)
		ON CONFLICT (tenant_id) DO UPDATE SET next_on = excluded.next_on, holder = excluded.holder, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		tid, day(next), holder, s.now(), nameOf(who))
	return err
}

// SignOff keeps what was known, as review number last+1. Where somebody signed the same one off meanwhile it is errs.Conflict.
func (s *Store) SignOff(ctx context.Context, tid tenant.ID, who tenant.Person, last int, language string, snap Snapshot, next time.Time, holder string) (Review, error) {
	raw, hash, err := snap.seal()
	if err != nil {
		return Review{}, err
	}
	r := Review{Tenant: tid, Number: last + 1, At: s.now(), By: nameOf(who), Language: language, Snapshot: snap, Hash: hash}
	detail := map[string]any{"number": r.Number, "hash": hex.EncodeToString(hash), "findings": len(snap.Findings), "next": snap.Next}
	err = s.change(ctx, tid, who, "review.signed", fmt.Sprintf("review %d", r.Number), detail, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO review (tenant_id, number, at, by, language, snapshot, hash)
			SELECT $1, $2, $3, $4, $5, $6::text::jsonb, $7
			WHERE  $2::int = 1 + COALESCE((SELECT max(number) FROM review WHERE tenant_id = $1), 0)
			ON CONFLICT DO NOTHING`, tid, r.Number, r.At, r.By, language, string(raw), hash)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errs.ShowNext(errs.Conflict, "Somebody signed this review off meanwhile.", "Open the review again; theirs is in the list of reports.")
		}
		return s.plan(ctx, tx, tid, who, next, holder)
	})
	return r, err
}

const reviewColumns = `number, at, by, language, snapshot::text, hash`

func scanReview(tid tenant.ID) func(row pgx.CollectableRow) (Review, error) {
	return func(row pgx.CollectableRow) (Review, error) {
		r := Review{Tenant: tid}
		var raw string
		if err := row.Scan(&r.Number, &r.At, &r.By, &r.Language, &raw, &r.Hash); err != nil {
			return r, err
		}
		var err error
		r.Snapshot, err = open([]byte(raw))
		return r, err
	}
}

// Reviews are the tenant's, the latest first, at most 100.
func (s *Store) Reviews(ctx context.Context, tid tenant.ID) ([]Review, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+reviewColumns+` FROM review WHERE tenant_id = $1 ORDER BY number DESC LIMIT 100`, tid)
	found, err := pgx.CollectRows(rows, scanReview(tid))
	if err != nil {
		return nil, fmt.Errorf("reviews of %s: %w", tid, err)
	}
	return found, nil
}

// Get is one review, whole as it was signed off; errs.NotFound where there is none of that number. A snapshot that is not what was signed is
// an error.
func (s *Store) Get(ctx context.Context, tid tenant.ID, number int) (Review, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+reviewColumns+` FROM review WHERE tenant_id = $1 AND number = $2`, tid, number)
	r, err := pgx.CollectExactlyOneRow(rows, scanReview(tid))
	if errors.Is(err, pgx.ErrNoRows) {
		return Review{}, fmt.Errorf("review %d of %s: %w", number, tid, errs.NotFound)
	}
	if err != nil {
		return Review{}, fmt.Errorf("review %d of %s: %w", number, tid, err)
	}
	if _, hash, err := r.Snapshot.seal(); err != nil || string(hash) != string(r.Hash) {
		return Review{}, fmt.Errorf("review %d of %s is not what was signed off", number, tid)
	}
	return r, nil
}

// PlanOf is the tenant's plan; zero where none was made.
func (s *Store) PlanOf(ctx context.Context, tid tenant.ID) (p Plan, err error) {
	err = s.pool.In(tid).QueryRow(ctx, `SELECT next_on::timestamp AT TIME ZONE 'UTC', holder, changed_at, changed_by FROM review_plan WHERE tenant_id = $1`, tid).
		Scan(postgres.Zero(&p.NextOn), &p.Holder, &p.ChangedAt, &p.ChangedBy)
	if errors.Is(err, pgx.ErrNoRows) {
		return Plan{}, nil
	}
	if err != nil {
		return Plan{}, fmt.Errorf("plan of %s: %w", tid, err)
	}
	return p, nil
}

// Standings are how the tenants of the scope stand with their reviews; those that were never planned nor reviewed are missing.
func (s *Store) Standings(ctx context.Context, scope tenant.Scope) (map[tenant.ID]Standing, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT tenant_id, p.next_on::timestamp AT TIME ZONE 'UTC', COALESCE(p.holder, ''), r.at, COALESCE(r.by, ''), COALESCE(r.number, 0)
		FROM   review_plan p
		FULL   JOIN (SELECT DISTINCT ON (tenant_id) tenant_id, at, by, number FROM review ORDER BY tenant_id, number DESC) r USING (tenant_id)`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Standing, err error) {
		err = row.Scan(&x.Tenant, postgres.Zero(&x.Plan.NextOn), &x.Plan.Holder, postgres.Zero(&x.Last), &x.LastBy, &x.Number)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("standings of reviews: %w", err)
	}
	all := make(map[tenant.ID]Standing, len(found))
	for _, x := range found {
		all[x.Tenant] = x
	}
	return all, nil
}

// Handed counts the findings in the scope that are handed to somebody, by tenant.
func (s *Store) Handed(ctx context.Context, scope tenant.Scope) (map[tenant.ID]int, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT tenant_id, count(*) FROM review_mark WHERE state = 'handed' GROUP BY tenant_id`)
	counts := map[tenant.ID]int{}
	var tid tenant.ID
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&tid, &n}, func() error { counts[tid] = n; return nil }); err != nil {
		return nil, fmt.Errorf("findings handed over: %w", err)
	}
	return counts, nil
}
