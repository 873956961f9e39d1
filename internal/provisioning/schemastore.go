package provisioning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// schemaEvery is how long a schema that was read counts as current: people change mappings seldom, and each takes a call of its own.
const schemaEvery = 6 * time.Hour

// knownSchema tells what is known of a job beside its state: its schema, read lately, and the credentials that it wants.
type knownSchema struct{ current, fields bool }

// readSchemas tells what is known of jobs, by service principal and job. Schemas that were read since count as current.
func (s *Store) readSchemas(ctx context.Context, tid tenant.ID, since time.Time) (map[[2]string]knownSchema, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT sp_id, job_id, read_at > $2, fields IS NOT NULL FROM provisioning_schema WHERE tenant_id = $1`, tid, since)
	read := map[[2]string]knownSchema{}
	var key [2]string
	var known knownSchema
	_, err := pgx.ForEachRow(rows, []any{&key[0], &key[1], &known.current, &known.fields}, func() error {
		read[key] = known
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("schemas of %s that were read: %w", tid, err)
	}
	return read, nil
}

// KeepSchema keeps how a job maps, as it was read. Credentials that were read before stay known.
func KeepSchema(ctx context.Context, db postgres.DB, s Schema) error {
	_, err := db.Exec(ctx, `
		INSERT INTO provisioning_schema AS c (tenant_id, sp_id, job_id, version, rules, read_at, gallery, fields)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON     CONFLICT (tenant_id, sp_id, job_id) DO UPDATE
		SET    version = excluded.version, rules = excluded.rules, read_at = excluded.read_at, fields = COALESCE(excluded.fields, c.fields),
		       gallery = CASE WHEN excluded.fields IS NULL THEN c.gallery ELSE excluded.gallery END`,
		s.Tenant, s.SPID, s.JobID, s.Version, s.Rules, s.ReadAt, s.Gallery, s.Fields)
	if err != nil {
		return fmt.Errorf("keep the schema of a job of %s: %w", s.Tenant, err)
	}
	return nil
}

// schemas are of jobs that are there, with what was read of each: nothing, at first.
var schemas = `
	SELECT j.tenant_id, ` + postgres.TenantName("j") + `, j.sp_id, p.name, j.id, j.template, COALESCE(c.version, ''), c.rules, c.read_at` + fromJobs + `
	LEFT   JOIN provisioning_schema c ON c.tenant_id = j.tenant_id AND c.sp_id = j.sp_id AND c.job_id = j.id
	`

func scanSchema(row pgx.CollectableRow) (s Schema, err error) {
	err = row.Scan(&s.Tenant, &s.TenantName, &s.SPID, &s.AppName, &s.JobID, &s.Template, &s.Version, &s.Rules, postgres.Zero(&s.ReadAt))
	return s, err
}

// Schemas are those of an application's jobs.
func (s *Store) Schemas(ctx context.Context, tid tenant.ID, sp string) ([]Schema, error) {
	rows, _ := s.pool.In(tid).Query(ctx, schemas+`WHERE j.tenant_id = $1 AND j.sp_id = $2 AND j.gone_at IS NULL ORDER BY j.id`, tid, sp)
	found, err := pgx.CollectRows(rows, scanSchema)
	if err != nil {
		return nil, fmt.Errorf("schemas of an application of %s: %w", tid, err)
	}
	return found, nil
}

// Fields are the credentials that an application of the gallery wants, as the job of any tenant in the scope has it; none: no such job is known.
func (s *Store) Fields(ctx context.Context, scope tenant.Scope, gallery string) (fields []string, err error) {
	w := &postgres.Where{}
	w.Within(scope, "tenant_id")
	w.And("gallery = ? AND gallery <> '' AND cardinality(fields) > 0", gallery)
	err = s.pool.In(scope).QueryRow(ctx, `SELECT fields FROM provisioning_schema `+w.SQL()+` ORDER BY read_at DESC LIMIT 1`, w.Args...).Scan(&fields)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("credentials of an application: %w", postgres.BadInput(err))
	}
	return fields, nil
}

// Template is one synchronization template, with how many jobs of how many customers are made from it.
type Template struct {
	ID      string
	App     string // the name that most customers give the application
	Jobs    int64
	Tenants int64
}

// Templates are those that jobs in the scope are made from, those of most customers first.
func (s *Store) Templates(ctx context.Context, scope tenant.Scope) ([]Template, error) {
	w := &postgres.Where{}
	w.Within(scope, "j.tenant_id")
	w.And("j.gone_at IS NULL")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT j.template, mode() WITHIN GROUP (ORDER BY p.name), count(*), count(DISTINCT j.tenant_id)`+fromJobs+w.SQL()+`
		GROUP  BY j.template
		ORDER  BY 4 DESC, j.template`, w.Args...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Template])
	if err != nil {
		return nil, fmt.Errorf("templates of provisioning jobs: %w", err)
	}
	return found, nil
}

// SchemasAcrossTenants are those of the jobs in the scope that are made from a template, by customer. Rules that are the same are read once.
func (s *Store) SchemasAcrossTenants(ctx context.Context, scope tenant.Scope, template string, tenants []tenant.ID) ([]Schema, error) {
	w := &postgres.Where{}
	w.Within(scope, "j.tenant_id")
	w.And("j.template = ? AND j.gone_at IS NULL", template)
	if len(tenants) > 0 {
		w.And("j.tenant_id = ANY(?)", tenants)
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT j.tenant_id, `+postgres.TenantName("j")+`, j.sp_id, p.name, j.id, j.template, COALESCE(c.version, ''),
		       CASE WHEN row_number() OVER (PARTITION BY c.hash ORDER BY j.tenant_id, j.sp_id, j.id) = 1 THEN c.rules END, c.read_at, COALESCE(c.hash, '')`+fromJobs+`
		LEFT   JOIN provisioning_schema c ON c.tenant_id = j.tenant_id AND c.sp_id = j.sp_id AND c.job_id = j.id
		`+w.SQL()+`
		ORDER  BY lower(`+postgres.TenantName("j")+`), j.tenant_id, j.sp_id, j.id`, w.Args...)
	rules := map[string]json.RawMessage{}
	var hashes []string
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Schema, err error) {
		var hash string
		err = row.Scan(&s.Tenant, &s.TenantName, &s.SPID, &s.AppName, &s.JobID, &s.Template, &s.Version, &s.Rules, postgres.Zero(&s.ReadAt), &hash)
		if s.Rules != nil {
			rules[hash] = s.Rules
		}
		hashes = append(hashes, hash)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("schemas of jobs: %w", postgres.BadInput(err))
	}
	for i, hash := range hashes {
		found[i].Rules = rules[hash]
	}
	return found, nil
}
