// Package leaver keeps the plans for people of the partner's who leave: which doors were found, so that one that is gone can be ticked off,
// and the proof that ends a plan. It closes those doors of the partner's own tenant that a person may close through Microsoft Graph. Which doors there are is read by other rooms; the page of access joins them.
package leaver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Door is one way in that was found.
type Door struct {
	Key      string     `json:"key"` // tells it from all others of the plan
	Kind     string     `json:"kind"`
	What     string     `json:"what"`
	Customer *tenant.ID `json:"customer"` // nil: of the partner's own tenant
	Name     string     `json:"customer_name"`
	Noticed  time.Time  `json:"noticed_at"`
}

// Plan is what is kept for one person.
type Plan struct {
	Staff    int64
	BeganAt  time.Time
	BeganBy  string
	Doors    []Door
	Proof    string // empty: not proved yet
	ProvedAt time.Time
	ProvedBy string
	Sessions Sessions
}

// Sessions is how the person's sign-ins at Microsoft were ended by the portal; zero: they were not.
type Sessions struct {
	EndedAt   time.Time
	EndedBy   string
	Request   string    // Microsoft's id of the call
	ValidFrom time.Time // from when on sessions count, as Microsoft told afterwards; zero: that could not be read
}

// Confirmed tells that Microsoft, asked again, no longer takes sessions from before they were ended. Its clock and ours may differ by some minutes.
func (s Sessions) Confirmed() bool {
	return !s.ValidFrom.IsZero() && s.EndedAt.Sub(s.ValidFrom) < 5*time.Minute
}

// Hash is the SHA-256 of the proof, byte for byte, as sha256sum prints it.
func (p Plan) Hash() string {
	h := sha256.Sum256([]byte(p.Proof))
	return hex.EncodeToString(h[:])
}

// Store holds plans in Postgres, in the partner's own tenant.
type Store struct {
	pool *postgres.Pool
	home tenant.ID
}

// NewStore is the store on that database; home is the partner's own tenant.
func NewStore(pool *postgres.Pool, home tenant.ID) *Store { return &Store{pool, home} }

// Get finds somebody's plan, or errs.NotFound.
func (s *Store) Get(ctx context.Context, staff int64) (p Plan, err error) {
	p.Staff = staff
	err = s.pool.In(s.home).QueryRow(ctx, `
		SELECT began_at, began_by, doors, COALESCE(proof, ''), COALESCE(proved_at, '-infinity'), COALESCE(proved_by, ''),
		       COALESCE(sessions_ended_at, '-infinity'), COALESCE(sessions_ended_by, ''), COALESCE(sessions_request, ''), COALESCE(sessions_valid_from, '-infinity')
		FROM   leaver
		WHERE  tenant_id = $1
		AND    staff_id = $2`, s.home, staff).Scan(&p.BeganAt, &p.BeganBy, &p.Doors, &p.Proof, postgres.Zero(&p.ProvedAt), &p.ProvedBy,
		postgres.Zero(&p.Sessions.EndedAt), &p.Sessions.EndedBy, &p.Sessions.Request, postgres.Zero(&p.Sessions.ValidFrom))
	if errors.Is(err, pgx.ErrNoRows) {
		return p, errs.NotFound
	}
	if err != nil {
		return p, fmt.Errorf("plan of a leaver: %w", err)
	}
	return p, nil
}

// Keep begins the plan, or adds to it the doors that it does not have yet. What was proved stays so until another door is found.
func (s *Store) Keep(ctx context.Context, staff int64, by string, now time.Time, found []Door) error {
	return s.pool.InTx(ctx, s.home, func(tx pgx.Tx) error {
		var kept []Door
		err := tx.QueryRow(ctx, `SELECT doors FROM leaver WHERE tenant_id = $1 AND staff_id = $2 FOR UPDATE`, s.home, staff).Scan(&kept)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("keep the plan of a leaver: %w", err)
		}
		at := map[string]int{}
		for i, d := range kept {
			at[d.Key] = i
		}
		for _, d := range found {
			d.Noticed = now
			if i, known := at[d.Key]; known {
				kept[i] = d // it is open, or open again
				continue
			}
			at[d.Key] = len(kept)
			kept = append(kept, d)
		}
		doors, err := json.Marshal(append([]Door{}, kept...))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO leaver AS l (tenant_id, staff_id, began_at, began_by, doors)
			VALUES ($1, $2, $3, $4, $5)
			ON     CONFLICT (tenant_id, staff_id) DO UPDATE
			SET    doors = excluded.doors, proof = NULL, proved_at = NULL, proved_by = NULL`, s.home, staff, now, by, doors); err != nil {
			return fmt.Errorf("keep the plan of a leaver: %w", err)
		}
		return nil
	})
}

// Prove keeps the file that ends the plan.
func (s *Store) Prove(ctx context.Context, staff int64, by string, now time.Time, proof string) error {
	tag, err := s.pool.In(s.home).Exec(ctx, `UPDATE leaver SET proof = $3, proved_at = $4, proved_by = $5 WHERE tenant_id = $1 AND staff_id = $2`, s.home, staff, proof, now, by)
	if err != nil {
		return fmt.Errorf("keep the proof of a leaver: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errs.NotFound
	}
	return nil
}

// sessionsEnded keeps how the sign-ins were ended, in a plan that was begun.
func (s *Store) sessionsEnded(ctx context.Context, staff int64, x Sessions) error {
	var from *time.Time
	if !x.ValidFrom.IsZero() {
		from = &x.ValidFrom
	}
	tag, err := s.pool.In(s.home).Exec(ctx, `
		UPDATE leaver SET sessions_ended_at = $3, sessions_ended_by = $4, sessions_request = $5, sessions_valid_from = $6
		WHERE  tenant_id = $1 AND staff_id = $2`, s.home, staff, x.EndedAt, x.EndedBy, x.Request, from)
	if err != nil {
		return fmt.Errorf("keep how a leaver's sign-ins were ended: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errs.NotFound
	}
	return nil
}
