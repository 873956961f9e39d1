package configuration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// writeReadings writes down how each kind of the read ended. One that failed keeps the time of its last complete read.
func (s *Stage) writeReadings(ctx context.Context, tx pgx.Tx, tid tenant.ID, now time.Time) error {
	for _, k := range s.kinds {
		readAt, trouble, sentence := &now, "", ""
		if why, failed := s.left[Kind(k)]; failed {
			readAt, trouble, sentence = nil, "internal", "The portal could not read the answer. The log says more."
			var e *graph.Error
			if errors.As(why, &e) {
				trouble, sentence = e.FailureKind(), e.FailureSentence()
			}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO policy_reading AS o (tenant_id, kind, tried_at, read_at, error_kind, sentence)
			VALUES ($1, $2, $3, $4, $5, $6)
			ON     CONFLICT (tenant_id, kind) DO UPDATE
			SET    tried_at = excluded.tried_at, read_at = COALESCE(excluded.read_at, o.read_at), error_kind = excluded.error_kind, sentence = excluded.sentence`,
			tid, k, now, readAt, trouble, sentence)
		if err != nil {
			return fmt.Errorf("reading of %s of %s: %w", k, tid, err)
		}
	}
	return nil
}

// Unread returns the kinds that the last attempt could not read, in every tenant of the scope.
func (s *Store) Unread(ctx context.Context, scope tenant.Scope) ([]Reading, error) {
	w := &postgres.Where{}
	w.Within(scope, "tenant_id")
	w.And("error_kind <> ''")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT tenant_id, kind, tried_at, read_at, error_kind, sentence
		FROM   policy_reading
		`+w.SQL()+`
		ORDER  BY kind, tenant_id`, w.Args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reading, err error) {
		err = row.Scan(&r.Tenant, &r.Kind, postgres.Zero(&r.TriedAt), postgres.Zero(&r.ReadAt), &r.Trouble, &r.Sentence)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("kinds of policies that were not read: %w", err)
	}
	return found, nil
}
