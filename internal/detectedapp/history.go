package detectedapp

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Change is that a version of a program appeared on devices of a tenant, or is on none of them any more.
type Change struct {
	Tenant     tenant.ID
	TenantName string

	At       time.Time // of the reading that saw it
	Since    time.Time // of the complete reading before; zero: not known
	Version  string
	Platform string
	Appeared bool
	Devices  int64 // that have it now, or had it last
}

// remember compares a reading with the rows before it, by program, platform and version: Intune may give the same version another id. What
// a tenant's first reading finds is no change.
const remember = `
	INSERT INTO detected_app_change (tenant_id, app_key, at, since, version, platform, appeared, devices)
	SELECT $1, app_key, $2, (SELECT s.last_complete_at FROM sync_state s WHERE s.tenant_id = $1 AND s.dataset = 'detectedApps'), version, platform,
	       o.devices IS NULL, COALESCE(n.devices, o.devices)
	FROM  (SELECT app_key, version, platform, sum(devices)::bigint AS devices FROM detected_app WHERE tenant_id = $1 GROUP BY app_key, version, platform) o
	FULL   JOIN (SELECT app_key, version, platform, sum(devices)::bigint AS devices
	             FROM  (SELECT DISTINCT ON (id) * FROM detected_app_stage ORDER BY id, seq DESC) x
	             GROUP  BY app_key, version, platform) n USING (app_key, version, platform)
	WHERE (o.devices IS NULL OR n.devices IS NULL)
	AND    EXISTS (SELECT FROM detected_app WHERE tenant_id = $1)
	ON     CONFLICT DO NOTHING`

// Changes are what became of a program in the scope, the newest first.
func (s *Store) Changes(ctx context.Context, scope tenant.Scope, key string, limit int) ([]Change, error) {
	if !postgres.Printable(key) {
		return nil, fmt.Errorf("changes of a program: %w", errs.NotFound)
	}
	w := &postgres.Where{}
	w.And("a.app_key = ?", key)
	w.Within(scope, "a.tenant_id")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT a.tenant_id, `+tenantName+`, a.at, a.since, a.version, a.platform, a.appeared, a.devices
		FROM   detected_app_change a
		`+w.SQL()+`
		ORDER  BY a.at DESC, a.tenant_id, a.appeared, a.platform, a.version
		LIMIT  `+w.Arg(limit), w.Args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		err = row.Scan(&c.Tenant, &c.TenantName, &c.At, postgres.Zero(&c.Since), &c.Version, &c.Platform, &c.Appeared, &c.Devices)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("changes of a program: %w", err)
	}
	return found, nil
}
