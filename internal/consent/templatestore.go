package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

const templateQuery = `
	SELECT t.template_id, t.name, t.features, t.changed_at, t.changed_by,
	       (SELECT count(*) FROM consent_plan p WHERE p.template_id = t.template_id)
	FROM   consent_template t `

func scanTemplate(row pgx.CollectableRow) (Template, error) {
	var (
		t        Template
		features []string
	)
	err := row.Scan(&t.ID, &t.Name, &features, &t.ChangedAt, &t.ChangedBy, &t.Followers)
	t.Features = knownFeatures(features)
	return t, err
}

// Templates lists all templates by name; each counts the followers within the scope.
func (s *Store) Templates(ctx context.Context, scope tenant.Scope) ([]Template, error) {
	rows, _ := s.pool.In(scope).Query(ctx, templateQuery+`ORDER BY lower(t.name) LIMIT 2000`)
	found, err := pgx.CollectRows(rows, scanTemplate)
	if err != nil {
		return nil, fmt.Errorf("list consent templates: %w", postgres.Kind(err))
	}
	return found, nil
}

// Template gets one template, or errs.NotFound.
func (s *Store) Template(ctx context.Context, scope tenant.Scope, id int64) (Template, error) {
	rows, _ := s.pool.In(scope).Query(ctx, templateQuery+`WHERE t.template_id = $1`, id)
	t, err := pgx.CollectExactlyOneRow(rows, scanTemplate)
	if err != nil {
		return Template{}, fmt.Errorf("consent template %d: %w", id, postgres.Kind(err))
	}
	return t, nil
}

// Plan is the template that the tenant's plan follows; nil: its plan is its own.
func (s *Store) Plan(ctx context.Context, tid tenant.ID) (*Template, error) {
	rows, _ := s.pool.In(tid).Query(ctx, templateQuery+`WHERE t.template_id = (SELECT template_id FROM consent_plan WHERE tenant_id = $1)`, tid)
	t, err := pgx.CollectExactlyOneRow(rows, scanTemplate)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("consent plan of %s: %w", tid, postgres.Kind(err))
	}
	return &t, nil
}

// Followers lists the tenants of the scope whose plan follows the template, with what was last read there.
func (s *Store) Followers(ctx context.Context, scope tenant.Scope, template int64) ([]Follower, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT t.tenant_id, t.display_name, t.default_domain, t.state, t.mark, r.at, g.kinds, g.resources, g.names
		FROM   consent_plan p
		JOIN   tenant t USING (tenant_id)
		LEFT   JOIN LATERAL (
		       SELECT at FROM consent_reading x
		       WHERE  x.tenant_id = p.tenant_id AND x.application_read AND x.delegated_read
		       ORDER  BY at DESC
		       LIMIT  1) r ON true
		CROSS  JOIN LATERAL (
		       SELECT array_agg(x.kind) AS kinds, array_agg(x.resource::text) AS resources, array_agg(x.name::text) AS names
		       FROM   consent_grant x
		       WHERE  x.tenant_id = p.tenant_id AND x.gone_at IS NULL AND x.standing <> 'missing') g
		WHERE  p.template_id = $1
		ORDER  BY t.tenant_id`, template)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Follower, error) {
		var (
			f                       Follower
			at                      *time.Time
			kinds, resources, names []string
		)
		t := &f.Tenant
		err := row.Scan(&t.ID, &t.DisplayName, &t.DefaultDomain, &t.State, &t.Mark, &at, &kinds, &resources, &names)
		if at != nil {
			f.ReadAt = *at
		}
		for i := range names {
			f.Held = append(f.Held, permission.Permission{Kind: permission.Kind(kinds[i]), Resource: permission.Resource(resources[i]), Name: names[i]})
		}
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("followers of consent template %d: %w", template, postgres.Kind(err))
	}
	return found, nil
}

func (s *Store) createTemplate(ctx context.Context, t Template) (id int64, err error) {
	err = s.pool.In(tenant.Only()).QueryRow(ctx, `
		INSERT INTO consent_template (name, features, changed_at, changed_by) VALUES ($1, $2, $3, $4)
		RETURNING template_id`, t.Name, featureNames(t.Features), t.ChangedAt, t.ChangedBy).Scan(&id)
	return id, templateFault(t.ID, err)
}

func (s *Store) changeTemplate(ctx context.Context, t Template) error {
	tag, err := s.pool.In(tenant.Only()).Exec(ctx, `
		UPDATE consent_template SET name = $2, features = $3, changed_at = $4, changed_by = $5 WHERE template_id = $1`,
		t.ID, t.Name, featureNames(t.Features), t.ChangedAt, t.ChangedBy)
	if err == nil && tag.RowsAffected() == 0 {
		err = errs.NotFound
	}
	return templateFault(t.ID, err)
}

func (s *Store) deleteTemplate(ctx context.Context, id int64) error {
	tag, err := s.pool.In(tenant.Only()).Exec(ctx, `DELETE FROM consent_template WHERE template_id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		err = errs.NotFound
	}
	return templateFault(id, err)
}

// templateFault words what the table refuses: a name twice, and to lose a template that plans follow.
func templateFault(id int64, err error) error {
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == "23505":
		return errs.Show(errs.Conflict, "A template has that name already.")
	case errors.As(err, &pg) && pg.Code == "23503":
		return errs.ShowNext(errs.Conflict, "Customers follow this template.", "Give each of them another template or a plan of its own first, on its consent page.")
	case err != nil:
		return fmt.Errorf("write consent template %d: %w", id, postgres.Kind(err))
	}
	return nil
}

// follow keeps which template the tenant's plan follows, and tells whether that changed.
func (s *Store) follow(ctx context.Context, tid tenant.ID, template int64, by string, now time.Time) (changed bool, err error) {
	sql, args := `DELETE FROM consent_plan WHERE tenant_id = $1`, []any{tid}
	if template != 0 {
		sql, args = `
			INSERT INTO consent_plan (tenant_id, template_id, set_at, set_by) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id) DO UPDATE SET template_id = excluded.template_id, set_at = excluded.set_at, set_by = excluded.set_by
			WHERE consent_plan.template_id <> excluded.template_id`, []any{tid, template, now, by}
	}
	tag, err := s.pool.In(tid).Exec(ctx, sql, args...)
	if err != nil {
		return false, fmt.Errorf("keep consent plan of %s: %w", tid, postgres.Kind(err))
	}
	return tag.RowsAffected() > 0, nil
}
