package provisioning

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

var jobStaged = strings.Fields(`
	sp_id id template code health schedule every expires_at quarantine_reason quarantine_since quarantine_series_since quarantine_next
	quarantine_count quarantine_code quarantine_message failures escrows_pruned escrowed steady_first_at steady_last_at last_state
	last_began_at last_ended_at last_error_code last_error last_execution last_success last_export progress counts settings`)

var eventStaged = strings.Fields(`
	id at job_id cycle_id change_id sp_id sp_name action status error_code error_category reason recommended duration_ms source_system
	target_system source_id source_name source_type source_upn target_id target_name target_type initiated_by initiator_type steps
	properties search cause`)

// Stage gathers the jobs of one read with their applications.
type Stage struct {
	apps, jobs *postgres.Stage
	added      []addedJob
}

// addedJob is a job as far as more is read about it.
type addedJob struct{ sp, id, template string }

// Stage starts to gather a read.
func (s *Store) Stage() *Stage {
	return &Stage{apps: postgres.NewStage("id", "app_id", "name", "name_key", "enabled"), jobs: postgres.NewStage(jobStaged...)}
}

// Close drops what was gathered.
func (s *Stage) Close() { s.apps.Close(); s.jobs.Close() }

// AddApplication adds a service principal that has jobs.
func (s *Stage) AddApplication(a Application) error {
	return s.apps.Row().Text(a.ID).Text(a.AppID).Text(a.Name).Text(strings.ToLower(a.Name)).Bool(a.Enabled).End()
}

// Add adds a job. Its application must be added too.
func (s *Stage) Add(j Job) error {
	s.added = append(s.added, addedJob{j.SPID, j.ID, j.Template})
	q := j.Quarantine
	r := s.jobs.Row().Text(j.SPID).Text(j.ID).Text(j.Template).Text(j.Code).Int(int64(j.Health)).Text(j.Schedule).Text(j.Every).
		TimeOrNull(j.ExpiresAt).Text(q.Reason).TimeOrNull(q.Since).TimeOrNull(q.SeriesSince).TimeOrNull(q.NextAttempt).Int(q.Count).
		Text(q.Code).Text(q.Message).Int(j.Failures).Bool(j.EscrowsPruned).Int(j.Escrowed).TimeOrNull(j.SteadyFirstAt).
		TimeOrNull(j.SteadyLastAt).Text(j.LastState).TimeOrNull(j.LastBeganAt).TimeOrNull(j.LastEndedAt).Text(j.LastErrorCode).Text(j.LastError)
	for _, e := range []*Execution{j.Last, j.LastSuccess, j.LastExport} {
		if e == nil {
			r.Null()
		} else {
			r.Text(string(toJSON(e)))
		}
	}
	return r.Text(string(toJSON(j.Progress))).Text(string(toJSON(j.Counts))).Text(string(toJSON(j.Settings))).End()
}

// toJSON is for our own types, which always have a form in JSON.
func toJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // a time beyond year 9999: the parser lets none through
		return json.RawMessage("null")
	}
	return b
}

// Merge makes the tenant's jobs those of the read, which was complete. It writes only what differs, and keeps what
// changed.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if err := s.apps.Copy(ctx, tx, "provisioning_app_stage", "provisioning_app"); err != nil {
		return m, fmt.Errorf("merge provisioned applications of %s: %w", tid, err)
	}
	tag, err := tx.Exec(ctx, `
		INSERT INTO provisioning_app AS o (tenant_id, id, app_id, name, name_key, enabled, hash)
		SELECT DISTINCT ON (id) $1::uuid, id, app_id, name, name_key, enabled, hash
		FROM   provisioning_app_stage
		ORDER  BY id, seq DESC
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    app_id = excluded.app_id, name = excluded.name, name_key = excluded.name_key, enabled = excluded.enabled, hash = excluded.hash
		WHERE  o.hash <> excluded.hash`, tid)
	if err != nil {
		return m, fmt.Errorf("write provisioned applications of %s: %w", tid, err)
	}
	m.Written = tag.RowsAffected()
	if err := s.jobs.Copy(ctx, tx, "provisioning_job_stage", "provisioning_job"); err != nil {
		return m, fmt.Errorf("merge provisioning jobs of %s: %w", tid, err)
	}
	if _, err := tx.Exec(ctx, rememberJobs, tid, now, run); err != nil {
		return m, fmt.Errorf("history of provisioning jobs of %s: %w", tid, err)
	}
	cols := strings.Join(jobStaged, ", ")
	tag, err = tx.Exec(ctx, `
		INSERT INTO provisioning_job AS o (tenant_id, `+cols+`, hash, first_seen_at, changed_at)
		SELECT DISTINCT ON (sp_id, id) $1::uuid, `+cols+`, hash, $2::timestamptz, $2::timestamptz
		FROM   provisioning_job_stage
		ORDER  BY sp_id, id, seq DESC
		ON     CONFLICT (tenant_id, sp_id, id) DO UPDATE
		SET    (`+cols+`, hash, changed_at, gone_at) = ROW (excluded.`+strings.Join(jobStaged, ", excluded.")+`, excluded.hash, excluded.changed_at, NULL)
		WHERE  o.hash <> excluded.hash OR o.gone_at IS NOT NULL`, tid, now)
	if err != nil {
		return m, fmt.Errorf("write provisioning jobs of %s: %w", tid, err)
	}
	m.Written += tag.RowsAffected()
	if _, err := tx.Exec(ctx, nameByJob, tid); err != nil {
		return m, fmt.Errorf("applications of failing objects of %s: %w", tid, err)
	}
	tag, err = tx.Exec(ctx, `
		UPDATE provisioning_job o
		SET    gone_at = $2
		WHERE  o.tenant_id = $1
		AND    o.gone_at IS NULL
		AND    NOT EXISTS (SELECT FROM provisioning_job_stage n WHERE n.sp_id = o.sp_id AND n.id = o.id)`, tid, now)
	if err != nil {
		return m, fmt.Errorf("sweep provisioning jobs of %s: %w", tid, err)
	}
	m.Gone = tag.RowsAffected()
	rules, err := rulesIn(ctx, tx)
	if err != nil {
		return m, err
	}
	if err := raise(ctx, tx, []AlertKind{InQuarantine, Stalled}, jobsAtFault, tid, now, rules.Hours); err != nil {
		return m, err
	}
	m.Counters, err = count(ctx, tx, `
		SELECT v.key, count(*)
		FROM   provisioning_job j
		CROSS  JOIN LATERAL (VALUES ('total'), ('health:' || CASE j.health WHEN 0 THEN 'quarantine' WHEN 1 THEN 'trouble' WHEN 2 THEN 'idle'
		                                        ELSE 'fine' END), ('code:' || j.code)) AS v (key)
		WHERE  j.tenant_id = $1
		AND    j.gone_at IS NULL
		GROUP  BY v.key`, tid)
	return m, err
}

func addEvent(stage *postgres.Stage, e Event) error {
	search := strings.ToLower(strings.Join([]string{e.SourceName, e.SourceUPN, e.SourceID, e.TargetName, e.TargetID, e.SPName, e.ErrorCode, e.Reason}, "\n"))
	return stage.Row().Text(e.ID).Time(e.At).Text(e.JobID).Text(e.CycleID).Text(e.ChangeID).Text(e.SPID).Text(e.SPName).Text(e.Action).
		Text(e.Status).Text(e.ErrorCode).Text(e.ErrorCategory).Text(e.Reason).Text(e.Recommended).Int(e.Duration.Milliseconds()).
		Text(e.SourceSystem).Text(e.TargetSystem).Text(e.SourceID).Text(e.SourceName).Text(e.SourceType).Text(e.SourceUPN).
		Text(e.TargetID).Text(e.TargetName).Text(e.TargetType).Text(e.InitiatedBy).Text(e.InitiatorType).Text(string(e.StepsJSON)).
		Text(string(e.ChangesJSON)).Text(search).Text(causeOf(e)).End()
}

// mergeEvents adds the lines that we do not hold yet. A line never changes.
func mergeEvents(ctx context.Context, tx pgx.Tx, tid tenant.ID, stage *postgres.Stage, now time.Time) (m graphsync.Merged, err error) {
	if err := stage.Copy(ctx, tx, "provisioning_event_stage", "provisioning_event"); err != nil {
		return m, fmt.Errorf("merge provisioning log of %s: %w", tid, err)
	}
	cols := strings.Join(eventStaged, ", ")
	tag, err := tx.Exec(ctx, `
		INSERT INTO provisioning_event (tenant_id, `+cols+`, read_at)
		SELECT $1, `+cols+`, $2
		FROM   provisioning_event_stage
		ON     CONFLICT (tenant_id, id) DO NOTHING`, tid, now)
	if err != nil {
		return m, fmt.Errorf("write provisioning log of %s: %w", tid, err)
	}
	m.Written = tag.RowsAffected()
	if _, err := tx.Exec(ctx, settle, tid); err != nil {
		return m, fmt.Errorf("settle provisioned objects of %s: %w", tid, err)
	}
	rules, err := rulesIn(ctx, tx)
	if err != nil {
		return m, err
	}
	if err := raise(ctx, tx, []AlertKind{ManyFailures}, applicationsAtFault, tid, now, rules.AtLeast, rules.Percent); err != nil {
		return m, err
	}
	m.Counters, err = count(ctx, tx, `
		SELECT v.key, count(*)
		FROM   provisioning_event e
		CROSS  JOIN LATERAL (VALUES ('total'), ('status:' || e.status)) AS v (key)
		WHERE  e.tenant_id = $1
		GROUP  BY v.key`, tid)
	return m, err
}

func count(ctx context.Context, tx pgx.Tx, sql string, tid tenant.ID) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, sql, tid)
	counted, err := postgres.Counted(rows, "total")
	if err != nil {
		return nil, fmt.Errorf("count provisioning of %s: %w", tid, err)
	}
	return counted, nil
}
