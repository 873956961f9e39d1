package failure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store keeps failures in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

// kept is how long a failure is kept after it happened last.
const kept = 30 * 24 * time.Hour

// longest part of a key, in bytes: an index takes no more.
const longest = 500

// Keep writes a failure down and gives its id, which stays the same while the same thing fails. One that had been fixed begins anew.
func (s *Store) Keep(ctx context.Context, f Failure) (id string, err error) {
	body, err := wire(f.Diagnosis)
	if err != nil {
		return "", err
	}
	err = s.pool.In(f.Tenant).QueryRow(ctx, `
		INSERT INTO failure AS f (tenant_id, source, kind, object, person, back, first_at, at, times, problem, request_id, activity_id, diagnosis)
		VALUES (@tenant, @source, @kind, @object, @person, @back, @at, @at, 1, @problem, @request, @activity, @diagnosis)
		ON     CONFLICT (tenant_id, source, kind, object, person) DO UPDATE
		SET    back = excluded.back, at = excluded.at, problem = excluded.problem, request_id = excluded.request_id, activity_id = excluded.activity_id,
		       diagnosis = excluded.diagnosis, judged_at = NULL, fixed_at = NULL,
		       first_at = CASE WHEN f.fixed_at IS NULL THEN f.first_at ELSE excluded.at END,
		       times = CASE WHEN f.fixed_at IS NULL THEN f.times + 1 ELSE 1 END,
		       before_at = CASE WHEN f.fixed_at IS NULL THEN f.at END,
		       before = CASE WHEN f.fixed_at IS NULL THEN f.diagnosis END
		RETURNING id::text`, pgx.NamedArgs{
		"tenant": f.Tenant, "source": f.Source, "kind": cut(f.Kind), "object": cut(f.Object), "person": cut(f.Person), "back": f.Back, "at": f.At,
		"problem": f.Problem, "request": f.RequestID, "activity": f.ActivityID, "diagnosis": body,
	}).Scan(&id)
	if err != nil {
		return "", fmt.Errorf("keep a failure of %s: %w", f.Tenant, postgres.Kind(err))
	}
	return id, nil
}

// wire is a diagnosis as the table has it; nil is NULL.
func wire(d *graphsync.Diagnosis) (*string, error) {
	if d == nil {
		return nil, nil
	}
	b, err := json.Marshal(d)
	s := string(b)
	return &s, err
}

// Judge keeps what was found anew behind a failure that was not tried again, and when.
func (s *Store) Judge(ctx context.Context, f Failure, d *graphsync.Diagnosis, at time.Time) error {
	body, err := wire(d)
	if err == nil {
		_, err = s.pool.In(f.Tenant).Exec(ctx, `
			UPDATE failure SET before_at = at, before = diagnosis, diagnosis = $3, judged_at = $4
			WHERE  tenant_id = $1 AND id = $2`, f.Tenant, f.ID, body, at)
	}
	if err != nil {
		return fmt.Errorf("keep what is behind a failure of %s: %w", f.Tenant, err)
	}
	return nil
}

func cut(s string) string { return strings.ToValidUTF8(s[:min(len(s), longest)], "") }

// Fixed notes that what had failed succeeded. Nothing is noted where it had not.
func (s *Store) Fixed(ctx context.Context, tid tenant.ID, source, kind, object string, at time.Time) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		UPDATE failure SET fixed_at = $5
		WHERE  tenant_id = $1 AND source = $2 AND kind = $3 AND object = $4 AND fixed_at IS NULL`, tid, source, cut(kind), cut(object), at)
	if err != nil {
		return fmt.Errorf("note what works again at %s: %w", tid, err)
	}
	return nil
}

const columns = `tenant_id, id::text, source, kind, object, person, back, first_at, at, times, problem, request_id, activity_id, diagnosis, before_at, before, judged_at, fixed_at`

func scan(row pgx.CollectableRow) (f Failure, err error) {
	err = row.Scan(&f.Tenant, &f.ID, &f.Source, &f.Kind, &f.Object, &f.Person, &f.Back, &f.FirstAt, &f.At, &f.Times, &f.Problem, &f.RequestID, &f.ActivityID,
		&f.Diagnosis, postgres.Zero(&f.BeforeAt), &f.Before, postgres.Zero(&f.JudgedAt), postgres.Zero(&f.FixedAt))
	return f, err
}

var idForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Get gives a failure of the tenant, or errs.NotFound.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Failure, error) {
	if !idForm.MatchString(id) {
		return Failure{}, errs.NotFound
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM failure WHERE tenant_id = $1 AND id = $2`, tid, id)
	return one(tid, rows)
}

// Latest gives the tenant's latest failure of a kind that is not fixed, or errs.NotFound.
func (s *Store) Latest(ctx context.Context, tid tenant.ID, source, kind string) (Failure, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+columns+`
		FROM   failure
		WHERE  tenant_id = $1 AND source = $2 AND kind = $3 AND fixed_at IS NULL
		ORDER  BY at DESC, id
		LIMIT  1`, tid, source, kind)
	return one(tid, rows)
}

func one(tid tenant.ID, rows pgx.Rows) (Failure, error) {
	f, err := pgx.CollectOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errs.NotFound
	}
	if err != nil {
		return f, fmt.Errorf("failure of %s: %w", tid, err)
	}
	return f, nil
}

// SweepAcrossTenants drops what failed last a month before now.
func (s *Store) SweepAcrossTenants(ctx context.Context, now time.Time) error {
	if _, err := s.pool.In(tenant.Everything()).Exec(ctx, `DELETE FROM failure WHERE at < $1`, now.Add(-kept)); err != nil {
		return fmt.Errorf("sweep failures: %w", err)
	}
	return nil
}
