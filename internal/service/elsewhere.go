package service

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// PutAcrossTenants makes the items of a kind, at all customers at once, those given. It is for kinds that are not read at the customer but
// once for all, where the whole was read; their history lives with what they come from.
func (s *Store) PutAcrossTenants(ctx context.Context, kind Kind, items []Item, now time.Time) error {
	tenants, ids := make([]string, len(items)), make([]string, len(items))
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		var b pgx.Batch
		for i, it := range items {
			detail, err := json.Marshal(it.Detail)
			if err != nil {
				return err
			}
			tenants[i], ids[i] = it.Tenant.String(), it.ID
			var ends any = "infinity"
			if !it.ExpiresAt.IsZero() {
				ends = it.ExpiresAt.UTC().Format(time.RFC3339)
			}
			b.Queue(`
				INSERT INTO service_item AS o (tenant_id, kind, id, name, name_key, type, state, health, expires_at, last_contact_at, modified_at, detail, search, hash, first_seen_at, changed_at)
				VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8::text::timestamptz, '-infinity', '-infinity', $9, $5, '', $10, $10)
				ON     CONFLICT (tenant_id, kind, id) DO UPDATE
				SET    name = excluded.name, name_key = excluded.name_key, state = excluded.state, health = excluded.health, expires_at = excluded.expires_at,
				       detail = excluded.detail, search = excluded.search, changed_at = excluded.changed_at, gone_at = NULL
				WHERE  (o.name, o.state, o.health, o.expires_at, o.detail) IS DISTINCT FROM (excluded.name, excluded.state, excluded.health, excluded.expires_at, excluded.detail)
				OR     o.gone_at IS NOT NULL`, it.Tenant, kind, it.ID, it.Name, strings.ToLower(it.Name), it.State, it.Health, ends, string(detail), now)
		}
		b.Queue(`
			UPDATE service_item o
			SET    gone_at = $4
			WHERE  o.kind = $1
			AND    o.gone_at IS NULL
			AND    NOT EXISTS (SELECT FROM unnest($2::uuid[], $3::text[]) AS n (tenant_id, id) WHERE n.tenant_id = o.tenant_id AND n.id = o.id)`, kind, tenants, ids, now)
		b.Queue(`
			INSERT INTO service_reading (tenant_id, kind, outcome, tried_at, read_at)
			SELECT tenant_id, $1, 'read', $2, $2 FROM tenant WHERE NOT home
			ON     CONFLICT (tenant_id, kind) DO UPDATE SET outcome = 'read', tried_at = excluded.tried_at, read_at = excluded.read_at`, kind, now)
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return fmt.Errorf("write %s of all customers: %w", kind, err)
	}
	return nil
}
