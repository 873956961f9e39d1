package provisioning

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Change is one field of a job that a read found different from the read before. The field "gone" tells that the job was removed or came
// back.
type Change struct {
	JobID string
	At    time.Time // of the read that saw it
	Run   int64
	Field string // name of the column, for example code
	Old   string
	New   string
}

// remembered are the columns of a job whose changes are kept as history.
var remembered = []string{"template", "code", "schedule", "every", "quarantine_reason", "quarantine_code", "quarantine_message", "last_state", "last_error_code"}

// rememberJobs writes one row for each field that is kept and differs, before the jobs themselves are written.
var rememberJobs = func() string {
	values := make([]string, 0, len(remembered)+1)
	for _, c := range remembered {
		values = append(values, fmt.Sprintf("('%s', o.%s::text, n.%s::text)", c, c, c))
	}
	values = append(values, "('gone', CASE WHEN o.gone_at IS NULL THEN 'false' ELSE 'true' END, 'false')")
	return `
		INSERT INTO provisioning_job_change (tenant_id, sp_id, job_id, at, run, field, old, new)
		SELECT $1::uuid, n.sp_id, n.id, $2::timestamptz, $3::bigint, v.field, COALESCE(v.old, ''), COALESCE(v.new, '')
		FROM  (SELECT DISTINCT ON (sp_id, id) * FROM provisioning_job_stage ORDER BY sp_id, id, seq DESC) n
		JOIN   provisioning_job o ON o.tenant_id = $1 AND o.sp_id = n.sp_id AND o.id = n.id
		CROSS  JOIN LATERAL (VALUES ` + strings.Join(values, ", ") + `) AS v (field, old, new)
		WHERE (o.hash <> n.hash OR o.gone_at IS NOT NULL)
		AND    v.old IS DISTINCT FROM v.new
		UNION  ALL
		SELECT o.tenant_id, o.sp_id, o.id, $2, $3, 'gone', 'false', 'true'
		FROM   provisioning_job o
		WHERE  o.tenant_id = $1
		AND    o.gone_at IS NULL
		AND    NOT EXISTS (SELECT FROM provisioning_job_stage n WHERE n.sp_id = o.sp_id AND n.id = o.id)
		ON     CONFLICT DO NOTHING`
}()

// Changes returns what changed on the jobs of an application, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, spID string, limit int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT job_id, at, run, field, old, new
		FROM   provisioning_job_change
		WHERE  tenant_id = $1
		AND    sp_id = $2
		ORDER  BY at DESC, job_id, field
		LIMIT  $3`, tid, spID, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Change, error) {
		var c Change
		err := row.Scan(&c.JobID, postgres.Zero(&c.At), &c.Run, &c.Field, &c.Old, &c.New)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("changes of jobs of %q of %s: %w", spID, tid, err)
	}
	return found, nil
}
