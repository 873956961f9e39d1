package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// staged are the columns that a read fills, in the order of Stage.Add.
var staged = strings.Fields(`
	id type platform name name_key publisher publisher_key description version state assigned assignments categories file_name size
	package store_url info_url privacy_url owner developer notes install_command uninstall_command run_as architectures minimum_os
	licences_used licences_total created_at modified_at search`)

// Stage gathers the apps of one read with their assignments.
type Stage struct{ apps, assignments *postgres.Stage }

// Stage starts to gather a read.
func (s *Store) Stage() *Stage {
	return &Stage{apps: postgres.NewStage(staged...),
		assignments: postgres.NewStage("app_id", "id", "intent", "target", "group_id", "filter_id", "filter_type", "source")}
}

// Close drops what was gathered.
func (s *Stage) Close() { s.apps.Close(); s.assignments.Close() }

// Add adds an app and its assignments. One that comes twice counts as it came last.
func (s *Stage) Add(a App, of []Assignment) error {
	search := strings.ToLower(strings.Join([]string{a.Name, a.Publisher, a.Package, a.FileName}, "\n"))
	err := s.apps.Row().Text(a.ID).Text(a.Type).Text(a.Platform).Text(a.Name).Text(strings.ToLower(a.Name)).Text(a.Publisher).
		Text(strings.ToLower(a.Publisher)).Text(a.Description).Text(a.Version).Text(a.State).Bool(a.Assigned).Int(int64(a.Assignments)).
		Strings(a.Categories).Text(a.FileName).Int(a.Size).Text(a.Package).Text(a.StoreURL).Text(a.InfoURL).Text(a.PrivacyURL).
		Text(a.Owner).Text(a.Developer).Text(a.Notes).Text(a.InstallCommand).Text(a.UninstallCommand).Text(a.RunAs).
		Text(a.Architectures).Text(a.MinimumOS).Int(a.LicencesUsed).Int(a.LicencesTotal).Time(a.CreatedAt).Time(a.ModifiedAt).
		Text(search).End()
	if err != nil {
		return err
	}
	for _, x := range of {
		if err := s.assignments.Row().Text(a.ID).Text(x.ID).Text(x.Intent).Text(x.Target).Text(x.GroupID).Text(x.FilterID).
			Text(x.FilterType).Text(x.Source).End(); err != nil {
			return err
		}
	}
	return nil
}

// Merged is what a merge did.
type Merged struct {
	Written, Gone int64
	Counters      map[string]int64
}

// Merge makes the tenant's apps and assignments those of the read, which was complete. It writes only what differs.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, now time.Time) (m Merged, err error) {
	if err := s.apps.Copy(ctx, tx, "app_stage", "app"); err != nil {
		return m, fmt.Errorf("merge apps of %s: %w", tid, err)
	}
	cols := strings.Join(staged, ", ")
	sets := make([]string, len(staged))
	for i, c := range staged {
		sets[i] = c + " = excluded." + c
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO app AS o (tenant_id, `+cols+`, hash, first_seen_at, changed_at)
		SELECT DISTINCT ON (id) $1::uuid, `+cols+`, hash, $2::timestamptz, $2::timestamptz
		FROM   app_stage
		ORDER  BY id, seq DESC
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    `+strings.Join(sets, ", ")+`, hash = excluded.hash, changed_at = excluded.changed_at, gone_at = NULL
		WHERE  o.hash <> excluded.hash OR o.gone_at IS NOT NULL`, tid, now)
	if err != nil {
		return m, fmt.Errorf("write apps of %s: %w", tid, err)
	}
	m.Written = tag.RowsAffected()
	tag, err = tx.Exec(ctx, `
		UPDATE app o
		SET    gone_at = $2
		WHERE  o.tenant_id = $1
		AND    o.gone_at IS NULL
		AND    NOT EXISTS (SELECT FROM app_stage n WHERE n.id = o.id)`, tid, now)
	if err != nil {
		return m, fmt.Errorf("sweep apps of %s: %w", tid, err)
	}
	m.Gone = tag.RowsAffected()
	if err := s.mergeAssignments(ctx, tx, tid, &m); err != nil {
		return m, err
	}
	m.Counters, err = counters(ctx, tx, tid)
	return m, err
}

func (s *Stage) mergeAssignments(ctx context.Context, tx pgx.Tx, tid tenant.ID, m *Merged) error {
	if err := s.assignments.Copy(ctx, tx, "app_assignment_stage", "app_assignment"); err != nil {
		return fmt.Errorf("merge assignments of %s: %w", tid, err)
	}
	tag, err := tx.Exec(ctx, `
		DELETE FROM app_assignment o
		WHERE  o.tenant_id = $1
		AND    NOT EXISTS (SELECT FROM app_assignment_stage n WHERE n.app_id = o.app_id AND n.id = o.id)`, tid)
	if err != nil {
		return fmt.Errorf("sweep assignments of %s: %w", tid, err)
	}
	m.Written += tag.RowsAffected()
	tag, err = tx.Exec(ctx, `
		INSERT INTO app_assignment AS o (tenant_id, app_id, id, intent, target, group_id, filter_id, filter_type, source)
		SELECT DISTINCT ON (app_id, id) $1::uuid, app_id, id, intent, target, group_id, filter_id, filter_type, source
		FROM   app_assignment_stage
		ORDER  BY app_id, id, seq DESC
		ON     CONFLICT (tenant_id, app_id, id) DO UPDATE
		SET    intent = excluded.intent, target = excluded.target, group_id = excluded.group_id, filter_id = excluded.filter_id,
		       filter_type = excluded.filter_type, source = excluded.source
		WHERE  (o.intent, o.target, o.group_id, o.filter_id, o.filter_type, o.source) IS DISTINCT FROM
		       (excluded.intent, excluded.target, excluded.group_id, excluded.filter_id, excluded.filter_type, excluded.source)`, tid)
	if err != nil {
		return fmt.Errorf("write assignments of %s: %w", tid, err)
	}
	m.Written += tag.RowsAffected()
	return nil
}

func counters(ctx context.Context, tx pgx.Tx, tid tenant.ID) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, `
		SELECT v.key, count(*)
		FROM   app a
		CROSS  JOIN LATERAL (VALUES ('total'), ('type:' || a.type), ('platform:' || a.platform), ('assigned:' || a.assigned),
		                            ('state:' || a.state)) AS v (key)
		WHERE  a.tenant_id = $1
		AND    a.gone_at IS NULL
		GROUP  BY v.key`, tid)
	counted := map[string]int64{"total": 0}
	var key string
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error { counted[key] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count apps of %s: %w", tid, err)
	}
	return counted, nil
}
