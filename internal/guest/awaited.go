package guest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Awaited is an account that Microsoft made for an invitation and that no read has found yet: a new account is not known everywhere at once.
type Awaited struct {
	Tenant     tenant.ID
	TenantName string
	Address    string
	ID         string
	InvitedAt  time.Time
}

// Unread is how long an account may be awaited before it counts as never found, and Soon when it is looked for again.
const (
	Unread = time.Hour
	Soon   = time.Minute
)

// await keeps that an account was made for an invitation.
func (s *Store) await(ctx context.Context, tid tenant.ID, address, id string, now time.Time) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO guest_awaited (tenant_id, address, guest_id, invited_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, address) DO UPDATE SET guest_id = excluded.guest_id, invited_at = excluded.invited_at`, tid, address, id, now)
	if err != nil {
		return fmt.Errorf("await guest: %w", postgres.Kind(err))
	}
	return nil
}

// Awaited are the accounts in the scope that were made lately and are not among those that were read, by customer and address.
func (s *Store) Awaited(ctx context.Context, scope tenant.Scope, now time.Time) ([]Awaited, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT g.tenant_id, `+tenantName+`, g.address, g.guest_id, g.invited_at
		FROM   guest_awaited g
		WHERE  g.invited_at > $1
		AND    NOT EXISTS (SELECT FROM guest x WHERE x.tenant_id = g.tenant_id AND x.id = g.guest_id)
		ORDER  BY 2, g.tenant_id, g.address
		LIMIT  1000`, now.Add(-Unread))
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Awaited])
	if err != nil {
		return nil, fmt.Errorf("guests not read yet: %w", postgres.Kind(err))
	}
	return found, nil
}

// awaited asks for each account by itself that was made lately and is not in the list that was read: lists lag behind longest. While one is
// still missing, the next read comes soon.
func (p *Puller) awaited(ctx context.Context, tid tenant.ID, run *graphsync.Run, all []Guest) ([]Guest, error) {
	waiting, err := p.Store.Awaited(ctx, tenant.Only(tid), p.Now())
	if err != nil {
		return nil, err
	}
	for _, a := range waiting {
		if slices.ContainsFunc(all, func(g Guest) bool { return g.ID == a.ID }) {
			continue
		}
		w, err := graph.Get[graph.GuestAccount](ctx, p.Graph, tid, Guest{ID: a.ID}.path(), graph.Query{Version: run.Dataset.Version, Select: run.Dataset.Select})
		if kind, ok := graph.KindOf(err); ok && kind == graph.NotFound {
			run.Again(Soon)
			continue
		}
		if err != nil {
			return nil, err
		}
		if g := fromGraph(w); g.ID != "" {
			all = append(all, g)
		}
	}
	return all, nil
}
