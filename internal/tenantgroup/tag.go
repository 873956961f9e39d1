package tenantgroup

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// AllTags returns the tags that tenants of the scope have, by name.
func (s *Store) AllTags(ctx context.Context, scope tenant.Scope) ([]Tagged, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT tag, count(*) FROM tenant_tag GROUP BY tag ORDER BY tag LIMIT 2000`)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Tagged])
	if err != nil {
		return nil, fmt.Errorf("tags: %w", postgres.Kind(err))
	}
	return found, nil
}

// TagsByTenant returns the tags of each tenant of the scope that has any.
func (s *Store) TagsByTenant(ctx context.Context, scope tenant.Scope) (map[tenant.ID][]string, error) {
	rows, err := s.pool.In(scope).Query(ctx, `SELECT tenant_id, array_agg(tag ORDER BY tag) FROM tenant_tag GROUP BY tenant_id`)
	tags := map[tenant.ID][]string{}
	var id tenant.ID
	var of []string
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id, &of}, func() error { tags[id] = of; of = nil; return nil })
	}
	if err != nil {
		return nil, fmt.Errorf("tags by tenant: %w", postgres.Kind(err))
	}
	return tags, nil
}

// TagsOf returns the tags of one tenant.
func (s *Store) TagsOf(ctx context.Context, tid tenant.ID) ([]string, error) {
	tags, err := s.TagsByTenant(ctx, tenant.Only(tid))
	return tags[tid], err
}

// SetTags gives a tenant exactly these tags. A tag in the rule of a group that decides the reach of staff is given and taken by owners
// only: errs.Forbidden.
func (s *Store) SetTags(ctx context.Context, tid tenant.ID, tags []string, owner bool) error {
	if len(tags) > maxTags {
		return errs.Show(errs.Invalid, "Twenty tags are the most.")
	}
	for _, t := range tags {
		if n, err := Tag(t); err != nil || n != t {
			return errs.Show(errs.Invalid, "The tag "+t+" is not in its stored form.")
		}
	}
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		if !owner {
			if err := deciding(ctx, tx, tid, tags); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM tenant_tag WHERE tenant_id = $1 AND tag <> ALL ($2)`, tid, append([]string{}, tags...)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO tenant_tag (tenant_id, tag) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`, tid, append([]string{}, tags...))
		return err
	})
	if err != nil {
		return fmt.Errorf("tags of %s: %w", tid, postgres.Kind(err))
	}
	return nil
}

// deciding refuses a change of a tag on which somebody's reach depends.
func deciding(ctx context.Context, tx pgx.Tx, tid tenant.ID, tags []string) error {
	var tag, group string
	err := tx.QueryRow(ctx, `
		WITH   has AS (SELECT tag FROM tenant_tag WHERE tenant_id = $1),
		       wants AS (SELECT unnest($2::text[]) COLLATE "C" AS tag),
		       changed AS ((TABLE has EXCEPT TABLE wants) UNION (TABLE wants EXCEPT TABLE has))
		SELECT c.tag, g.name
		FROM   changed c
		JOIN   tenant_group g ON c.tag = ANY (g.tags)
		WHERE  EXISTS (SELECT FROM staff s WHERE s.group_id = g.group_id)
		ORDER  BY c.tag, g.name
		LIMIT  1`, tid, append([]string{}, tags...)).Scan(&tag, &group)
	switch {
	case err == pgx.ErrNoRows:
		return nil
	case err != nil:
		return err
	}
	return errs.ShowNext(errs.Forbidden, "The tag "+tag+" decides who of the staff sees this customer, by the group "+group+".", "An owner can change it.")
}
