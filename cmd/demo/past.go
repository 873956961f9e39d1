package main

import (
	"context"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/tenant"
)

// past gives each customer figures of the days before its first read, as if the portal had read it since: a demo that begins today has no
// trend to show. They are today's, with fewer compliant devices the further back, and with days on which nothing was read. It goes on
// until every customer that is read has its past, or ctx ends.
func past(ctx context.Context, p *serve.Portal) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); {
		if _, err := p.Pool.In(tenant.Everything()).Exec(ctx, pastSQL, time.Now().UTC().Format(time.DateOnly)); err != nil {
			return // the portal is ending, and the demo is no worse without a past
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// pastSQL moves some of a customer's compliant devices to noncompliant on each earlier day, so that the parts still add up. Days 23 to 25 and
// each customer's own one are gaps.
const pastSQL = `
	WITH today AS (
		SELECT d.tenant_id, d.dataset, d.key, d.value, c.value AS compliant, abs(hashtext(d.tenant_id::text)) AS h
		FROM   tenant_daily d
		LEFT   JOIN tenant_daily c ON c.tenant_id = d.tenant_id AND c.dataset = d.dataset AND c.day = d.day AND c.key = 'compliance:compliant'
		WHERE  d.day = $1::text::date
		AND    d.dataset IN ('devices', 'provisioningJobs')
		AND    NOT EXISTS (SELECT FROM tenant_daily e WHERE e.tenant_id = d.tenant_id AND e.dataset = d.dataset AND e.day < $1::text::date)),
	days AS (
		SELECT t.*, g AS ago, floor(COALESCE(t.compliant, 0) * 0.10 * g / 75.0 * (0.8 + 0.2 * sin(g / 4.0 + t.h % 7)))::bigint AS moved
		FROM   today t
		CROSS  JOIN generate_series(1, 75) AS g
		WHERE  g NOT BETWEEN 23 AND 25
		AND    g <> 31 + t.h % 20)
	INSERT INTO tenant_daily (tenant_id, dataset, key, day, value)
	SELECT tenant_id, dataset, key, $1::text::date - ago,
	       value + CASE key WHEN 'compliance:compliant' THEN -moved WHEN 'compliance:noncompliant' THEN moved ELSE 0 END
	FROM   days
	ON     CONFLICT DO NOTHING`
