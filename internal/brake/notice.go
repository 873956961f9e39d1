package brake

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Notice is a request that cools off and that the contacts were not told of.
type Notice struct {
	Approval Approval
	To       []string
}

// Untold are the requests that cool off and of which the contacts were not told, the oldest first.
func (s *Store) Untold(ctx context.Context) ([]Notice, error) {
	db := s.pool.In(tenant.Everything())
	rows, _ := db.Query(ctx, `SELECT `+columns+` FROM `+view+` WHERE r.cool_until IS NOT NULL AND r.told_at IS NULL ORDER BY r.asked_at LIMIT 20`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Approval, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("brake: untold: %w", postgres.Kind(err))
	}
	v, err := s.Limits(ctx)
	var notices []Notice
	for _, a := range found {
		notices = append(notices, Notice{Approval: a, To: v.Now.contacts()})
	}
	return notices, err
}

// UntoldChange is a change of the limits that waits and of which the contacts were not told, with whom to tell: those of the limits as they are,
// whom the change may want to be rid of. nil: there is none.
func (s *Store) UntoldChange(ctx context.Context) (*Change, []string, error) {
	v, err := s.Limits(ctx)
	if err != nil || v.Asked == nil || v.Asked.Told {
		return nil, nil, err
	}
	return v.Asked, v.Now.contacts(), nil
}

// ToldChange keeps that the contacts were told of the change that was asked for then.
func (s *Store) ToldChange(ctx context.Context, asked time.Time) error {
	return s.decide(ctx, func(tx pgx.Tx, _ moment) error {
		v, err := readSettings(ctx, tx)
		if err != nil || v.Asked == nil || !v.Asked.At.Equal(asked) {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE setting SET value = jsonb_set(value, '{asked,told}', 'true') WHERE name = $1`, limitsSetting)
		return err
	})
}

// Told keeps that the contacts were told of a request.
func (s *Store) Told(ctx context.Context, id int64) error {
	if _, err := s.pool.In(tenant.Everything()).Exec(ctx, `UPDATE brake_request SET told_at = now() WHERE request_id = $1`, id); err != nil {
		return fmt.Errorf("brake: told: %w", postgres.Kind(err))
	}
	return nil
}
