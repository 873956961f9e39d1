package configuration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Versions returns what a policy was, the newest first.
func (s *Store) Versions(ctx context.Context, tid tenant.ID, kind Kind, id string, limit int) ([]Version, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT run, at, doc
		FROM   policy_version
		WHERE  tenant_id = $1
		AND    kind = $2
		AND    policy_id = $3
		ORDER  BY run DESC
		LIMIT  $4`, tid, kind, id, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		err = row.Scan(&v.Run, postgres.Zero(&v.At), &v.Document)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("versions of policy %q of %s: %w", id, tid, err)
	}
	return found, nil
}

// AsOf returns what a policy was at a moment. errs.NotFound where the portal had not seen it yet, or where it was gone then.
func (s *Store) AsOf(ctx context.Context, tid tenant.ID, kind Kind, id string, at time.Time) (v Version, err error) {
	err = s.pool.In(tid).QueryRow(ctx, `
		SELECT run, at, doc
		FROM   policy_version
		WHERE  tenant_id = $1
		AND    kind = $2
		AND    policy_id = $3
		AND    at <= $4
		ORDER  BY run DESC
		LIMIT  1`, tid, kind, id, at).Scan(&v.Run, postgres.Zero(&v.At), &v.Document)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && v.Document == nil {
		return Version{}, fmt.Errorf("policy %q of %s at %s: %w", id, tid, at, errs.NotFound)
	}
	if err != nil {
		return Version{}, fmt.Errorf("policy %q of %s at %s: %w", id, tid, at, err)
	}
	return v, nil
}
