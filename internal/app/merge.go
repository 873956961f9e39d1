package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
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

// remembered are the columns whose changes are kept as history. Licence counts move every hour and are not.
var remembered = []string{"name", "publisher", "type", "description", "version", "state", "assigned", "categories", "file_name", "size", "package", "store_url",
	"install_command", "uninstall_command", "run_as", "architectures", "minimum_os", "licences_total", "owner", "developer", "notes"}

var merging = postgres.Merge{Table: "app", Keep: true, History: "app_change", Subject: "app_id", Fields: remembered}

// Merge makes the tenant's apps and assignments those of the read, which was complete. It writes only what differs, and keeps what
// changed. tx is under the tenant's scope.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if err := alone(ctx, tx, tid); err != nil {
		return m, err
	}
	if m.Written, m.Gone, err = s.apps.Merge(ctx, tx, merging, tid, run, now); err != nil {
		return m, fmt.Errorf("merge apps of %s: %w", tid, err)
	}
	if err := s.mergeAssignments(ctx, tx, tid, run, now, &m); err != nil {
		return m, err
	}
	if err := failedToo(ctx, tx, tid); err != nil {
		return m, err
	}
	if err := share(ctx, tx, tid); err != nil {
		return m, err
	}
	m.Counters, err = counters(ctx, tx, tid)
	return m, err
}

// rememberAssignments tells the history which assignments came, went or changed, for apps that were known before this read.
const rememberAssignments = `
	INSERT INTO app_change (tenant_id, app_id, at, run, field, old, new)
	SELECT $1, v.app_id, $2, $3, 'assignment:' || v.id, COALESCE(v.old, ''), COALESCE(v.new, '')
	FROM  (SELECT app_id, id, o.said AS old, n.said AS new
	       FROM  (SELECT app_id, id, concat_ws(' ', intent, target, NULLIF(group_id, ''), NULLIF(NULLIF(filter_type, ''), 'none'), NULLIF(filter_id, '')) AS said
	              FROM   app_assignment WHERE tenant_id = $1) o
	       FULL   JOIN (SELECT DISTINCT ON (app_id, id) app_id, id, concat_ws(' ', intent, target, NULLIF(group_id, ''), NULLIF(NULLIF(filter_type, ''), 'none'), NULLIF(filter_id, '')) AS said
	              FROM   app_assignment_stage ORDER BY app_id, id, seq DESC) n USING (app_id, id)) v
	JOIN   app a ON a.tenant_id = $1 AND a.id = v.app_id AND a.first_seen_at < $2 AND a.gone_at IS NULL
	WHERE  v.old IS DISTINCT FROM v.new
	ON     CONFLICT DO NOTHING`

func (s *Stage) mergeAssignments(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, m *graphsync.Merged) error {
	if same, err := s.assignments.Same(ctx, tx, "app_assignment", tid); err != nil || same {
		return err
	}
	if err := s.assignments.Copy(ctx, tx, "app_assignment_stage", "app_assignment"); err != nil {
		return fmt.Errorf("merge assignments of %s: %w", tid, err)
	}
	if _, err := tx.Exec(ctx, rememberAssignments, tid, now, run); err != nil {
		return fmt.Errorf("history of assignments of %s: %w", tid, err)
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
	return intentsToo(ctx, tx, tid)
}

// intentsToo keeps with the tenant's apps the intents of their assignments, by which they are filtered.
func intentsToo(ctx context.Context, tx pgx.Tx, tid tenant.ID) error {
	_, err := tx.Exec(ctx, `
		UPDATE app o SET intents = i.intents
		FROM  (SELECT a.id, COALESCE(array_agg(DISTINCT s.intent ORDER BY s.intent) FILTER (WHERE s.intent IS NOT NULL), '{}') AS intents
		       FROM   app a
		       LEFT   JOIN app_assignment s ON s.tenant_id = $1 AND s.app_id = a.id
		       WHERE  a.tenant_id = $1
		       GROUP  BY a.id) i
		WHERE  o.tenant_id = $1 AND o.id = i.id AND o.intents <> i.intents`, tid)
	if err != nil {
		return fmt.Errorf("intents of the apps of %s: %w", tid, err)
	}
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
	counted, err := postgres.Counted(rows, "total")
	if err != nil {
		return nil, fmt.Errorf("count apps of %s: %w", tid, err)
	}
	return counted, nil
}
