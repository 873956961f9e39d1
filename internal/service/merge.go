package service

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

// staged are the columns that a read fills, in the order of Stage.Add.
var staged = strings.Fields(`kind id name name_key type state health expires_at last_contact_at modified_at detail search`)

// Stage gathers the items of one run, of all kinds.
type Stage struct{ rows *postgres.Stage }

// Stage starts to gather a run.
func (s *Store) Stage() *Stage { return &Stage{rows: postgres.NewStage(staged...)} }

// Close drops what was gathered.
func (s *Stage) Close() { s.rows.Close() }

// searched are the members that people look for, beside the name.
var searched = []string{"appleIdentifier", "appleId", "topicIdentifier", "certificateSerialNumber", "serialNumber", "thumbprint", "machineName", "serverName", "commonName"}

// Add adds an item. One that comes twice counts as it came last.
func (s *Stage) Add(it Item) error {
	detail, err := json.Marshal(it.Detail)
	if err != nil {
		return fmt.Errorf("stage %s: %w", it.Kind, err)
	}
	search := []string{it.Name}
	for _, n := range searched {
		if v := it.Detail[n]; v != "" {
			search = append(search, v)
		}
	}
	r := s.rows.Row().Text(string(it.Kind)).Text(it.ID).Text(it.Name).Text(strings.ToLower(it.Name)).Text(it.Type).Text(it.State).Text(string(it.Health))
	if it.ExpiresAt.IsZero() {
		r.Text("infinity")
	} else {
		r.Time(it.ExpiresAt)
	}
	return r.Time(it.LastContactAt).Time(it.ModifiedAt).Text(string(detail)).Text(strings.ToLower(strings.Join(search, "\n"))).End()
}

// Merge makes the tenant's items of those kinds that were read completely those of the run, keeps what changed, and writes down how each
// kind was read. Kinds that failed, or were not asked for, keep their rows.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, readings []Reading) (m graphsync.Merged, err error) {
	if err := s.mergeItems(ctx, tx, tid, run, now, readings, &m); err != nil {
		return m, err
	}
	if err := writeReadings(ctx, tx, tid, readings); err != nil {
		return m, err
	}
	m.Counters, err = counters(ctx, tx, tid)
	return m, err
}

func (s *Stage) mergeItems(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, readings []Reading, m *graphsync.Merged) error {
	var whole, quiet []string
	for _, r := range readings {
		if r.Outcome != Failed {
			whole = append(whole, string(r.Kind))
		}
	}
	if same, err := s.rows.Same(ctx, tx, "service_item", tid, whole...); err != nil || same {
		return err
	}
	if err := s.rows.Copy(ctx, tx, "service_stage", "service_item"); err != nil {
		return fmt.Errorf("merge services of %s: %w", tid, err)
	}
	for _, sp := range specs {
		quiet = append(quiet, sp.quiet()...)
	}
	for _, step := range []struct {
		what, sql string
		args      []any
		counts    *int64
	}{
		{"compare", compare, []any{tid, whole}, nil},
		{"history of", remember, []any{tid, now, run, quiet}, nil},
		{"write", upsert, []any{tid, now}, &m.Written},
		{"sweep", sweep, []any{tid, now, whole}, &m.Gone},
	} {
		tag, err := tx.Exec(ctx, step.sql, step.args...)
		if err != nil {
			return fmt.Errorf("%s services of %s: %w", step.what, tid, err)
		}
		if step.counts != nil {
			*step.counts = tag.RowsAffected()
		}
	}
	return nil
}

const compare = `
	CREATE TEMP TABLE service_changed ON COMMIT DROP AS
	SELECT n.*
	FROM  (SELECT DISTINCT ON (kind, id) * FROM service_stage WHERE kind = ANY($2) ORDER BY kind, id, seq DESC) n
	LEFT   JOIN service_item o ON o.tenant_id = $1 AND o.kind = n.kind AND o.id = n.id
	WHERE  o.id IS NULL OR o.hash <> n.hash OR o.gone_at IS NOT NULL`

// remember writes one row for each field that differs; a member of detail counts as a field. An item that was gone and is back says so.
const remember = `
	INSERT INTO service_change (tenant_id, kind, item_id, at, run, field, old, new)
	SELECT $1, n.kind, n.id, $2, $3, v.field, COALESCE(v.old, ''), COALESCE(v.new, '')
	FROM   service_changed n
	JOIN   service_item o ON o.tenant_id = $1 AND o.kind = n.kind AND o.id = n.id
	CROSS  JOIN LATERAL (
	       SELECT f.field, f.old, f.new
	       FROM  (VALUES ('name', o.name, n.name), ('type', o.type, n.type), ('state', o.state, n.state),
	                     ('expires_at', to_char(NULLIF(o.expires_at, 'infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	                                    to_char(NULLIF(n.expires_at, 'infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
	                     ('gone', CASE WHEN o.gone_at IS NULL THEN 'false' ELSE 'true' END, 'false')) AS f (field, old, new)
	       UNION ALL
	       SELECT 'detail.' || COALESCE(d.key, e.key), d.value, e.value
	       FROM   jsonb_each_text(o.detail) d
	       FULL   JOIN jsonb_each_text(n.detail) e ON e.key = d.key
	       WHERE  COALESCE(d.key, e.key) <> ALL($4)) AS v
	WHERE  v.old IS DISTINCT FROM v.new
	ON     CONFLICT DO NOTHING`

var upsert = func() string {
	cols := strings.Join(staged, ", ")
	sets := make([]string, len(staged))
	for i, c := range staged {
		sets[i] = c + " = excluded." + c
	}
	return `
	INSERT INTO service_item (tenant_id, ` + cols + `, hash, first_seen_at, changed_at)
	SELECT $1, ` + cols + `, hash, $2, $2
	FROM   service_changed
	ON     CONFLICT (tenant_id, kind, id) DO UPDATE
	SET    ` + strings.Join(sets, ", ") + `, hash = excluded.hash, changed_at = excluded.changed_at, gone_at = NULL`
}()

const sweep = `
	UPDATE service_item o
	SET    gone_at = $2
	WHERE  o.tenant_id = $1
	AND    o.gone_at IS NULL
	AND    o.kind = ANY($3)
	AND    NOT EXISTS (SELECT FROM service_stage n WHERE n.kind = o.kind AND n.id = o.id)`

// writeReadings keeps the time of the last complete read where this one failed.
func writeReadings(ctx context.Context, tx pgx.Tx, tid tenant.ID, readings []Reading) error {
	for _, r := range readings {
		var readAt *time.Time
		if !r.ReadAt.IsZero() {
			readAt = &r.ReadAt
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO service_reading AS o (tenant_id, kind, outcome, tried_at, read_at, error_kind, sentence, request_id, client_request_id, activity_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON     CONFLICT (tenant_id, kind) DO UPDATE
			SET    outcome = excluded.outcome, tried_at = excluded.tried_at, read_at = COALESCE(excluded.read_at, o.read_at),
			       error_kind = excluded.error_kind, sentence = excluded.sentence, request_id = excluded.request_id,
			       client_request_id = excluded.client_request_id, activity_id = excluded.activity_id`,
			tid, r.Kind, r.Outcome, r.TriedAt, readAt, r.Trouble, r.Sentence, r.RequestID, r.ClientRequestID, r.ActivityID)
		if err != nil {
			return fmt.Errorf("reading of %s of %s: %w", r.Kind, tid, err)
		}
	}
	return nil
}

func counters(ctx context.Context, tx pgx.Tx, tid tenant.ID) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, `
		SELECT v.key, count(*)
		FROM   service_item a
		CROSS  JOIN LATERAL (VALUES ('total'), ('kind:' || a.kind), ('health:' || a.health)) AS v (key)
		WHERE  a.tenant_id = $1
		AND    a.gone_at IS NULL
		GROUP  BY v.key`, tid)
	counted, err := postgres.Counted(rows, "total")
	if err != nil {
		return nil, fmt.Errorf("count services of %s: %w", tid, err)
	}
	return counted, nil
}
