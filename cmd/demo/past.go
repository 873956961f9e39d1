package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/tenant"
)

// past gives each customer the days before its first read, as if the portal had read it since: a demo that begins today has no history and
// no trend to show. Devices are first seen when they were enrolled, become compliant and newer one by one, and the figures of each day are
// counted of what they were; on some days nothing was read. It goes on until every customer that is read has its past, or ctx ends.
func past(ctx context.Context, p *serve.Portal) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); {
		if err := invent(ctx, p, time.Now().UTC().Format(time.DateOnly)); err != nil {
			if ctx.Err() == nil {
				p.Log.WarnContext(ctx, "the demo has no past", "err", err)
			}
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func invent(ctx context.Context, p *serve.Portal, today string) error {
	rows, err := p.Pool.In(tenant.Everything()).Query(ctx, `
		SELECT DISTINCT d.tenant_id
		FROM   tenant_daily d
		WHERE  d.dataset = 'devices'
		AND    d.day = $1::text::date
		AND    NOT EXISTS (SELECT FROM tenant_daily e WHERE e.tenant_id = d.tenant_id AND e.dataset = d.dataset AND e.day < d.day)`, today)
	if err != nil {
		return err
	}
	tenants, err := pgx.CollectRows(rows, pgx.RowTo[tenant.ID])
	if err != nil {
		return err
	}
	for _, tid := range tenants {
		err := p.Pool.InTx(ctx, tid, func(tx pgx.Tx) error {
			for _, sql := range []string{seen, mended, updated, counted} {
				if _, err := tx.Exec(ctx, sql, tid, today); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	_, err = p.Pool.In(tenant.Everything()).Exec(ctx, jobs, today)
	return err
}

// days are those on which the customer $1 was read before today, $2. Days 23 to 25 and one of each customer's own are gaps.
const days = `(
		SELECT g AS ago, (($2::text::date - g) + time '05:20') AT TIME ZONE 'UTC' AS at
		FROM   generate_series(1, 75) AS g
		WHERE  g NOT BETWEEN 23 AND 25
		AND    g <> 31 + abs(hashtext($1::uuid::text)) % 20)`

// seen has devices first seen on the day after they were enrolled.
const seen = `
	UPDATE device d
	SET    first_seen_at = COALESCE((SELECT min(r.at) FROM ` + days + ` r WHERE r.at >= d.enrolled_at), d.first_seen_at)
	WHERE  d.tenant_id = $1`

// mending are devices that are compliant today in an order, and how many of them were not on a day: fewer and fewer, with ups and downs.
const mending = `
	ranked AS MATERIALIZED (
		SELECT id, first_seen_at, row_number() OVER (ORDER BY md5(id)) AS rank, count(*) OVER () AS n
		FROM   device
		WHERE  tenant_id = $1 AND compliance = 'compliant' AND gone_at IS NULL),
	bad AS MATERIALIZED (
		SELECT r.ago, r.at, floor(m.n * 0.10 * r.ago / 75.0 * (0.8 + 0.2 * sin(r.ago / 4.0 + abs(hashtext($1::uuid::text)) % 7)))::bigint AS moved
		FROM  (SELECT ago, at FROM ` + days + ` d UNION ALL SELECT 0, min(now()) FROM device WHERE tenant_id = $1) r
		CROSS  JOIN (SELECT max(n) AS n FROM ranked) m)`

const mended = `
	WITH ` + mending + `,
	steps AS (SELECT ago, at, moved, lag(at) OVER (ORDER BY ago DESC) AS before, lag(moved) OVER (ORDER BY ago DESC) AS had FROM bad)
	INSERT INTO device_change (tenant_id, device_id, at, run, field, old, new)
	SELECT $1, d.id, s.at, -s.ago, 'compliance',
	       CASE WHEN d.rank <= s.had THEN 'noncompliant' ELSE 'compliant' END, CASE WHEN d.rank <= s.moved THEN 'noncompliant' ELSE 'compliant' END
	FROM   steps s
	JOIN   ranked d ON d.rank > least(s.had, s.moved) AND d.rank <= greatest(s.had, s.moved) AND d.first_seen_at <= s.before
	WHERE  s.had IS NOT NULL AND $2::text IS NOT NULL
	ON     CONFLICT DO NOTHING`

// updated has a third of the devices come from the next older version of their system that another device of the customer still has.
const updated = `
	WITH versions AS (
		SELECT os, os_version, lag(os_version) OVER (PARTITION BY os ORDER BY os_version) AS older
		FROM  (SELECT DISTINCT os, os_version FROM device WHERE tenant_id = $1 AND os_version <> '') v)
	INSERT INTO device_change (tenant_id, device_id, at, run, field, old, new)
	SELECT $1, d.id, r.at, -r.ago, 'os_version', v.older, d.os_version
	FROM   device d
	JOIN   versions v ON v.os = d.os AND v.os_version = d.os_version AND v.older IS NOT NULL
	JOIN   ` + days + ` r ON r.ago = 2 + abs(hashtext(d.id)) % 70
	WHERE  d.tenant_id = $1
	AND    abs(hashtext(d.id)) % 3 = 0
	AND    d.first_seen_at < r.at
	ON     CONFLICT DO NOTHING`

// counted are the figures of each day, of the devices that were there. What is not remembered of a device is as it is today.
const counted = `
	WITH ` + mending + `,
	alike AS (
		SELECT first_seen_at, compliance, os, checkin, ownership, encrypted, count(*) AS n
		FROM   device
		WHERE  tenant_id = $1 AND gone_at IS NULL
		GROUP  BY 1, 2, 3, 4, 5, 6),
	were AS (
		SELECT b.ago, v.key, sum(a.n) AS n
		FROM   bad b
		JOIN   alike a ON a.first_seen_at <= b.at
		CROSS  JOIN LATERAL (VALUES ('total'), ('compliance:' || a.compliance), ('os:' || a.os), ('checkin:' || a.checkin),
		                            ('ownership:' || a.ownership), ('encrypted:' || a.encrypted)) AS v (key)
		WHERE  b.ago > 0
		GROUP  BY 1, 2
		UNION  ALL
		SELECT b.ago, v.key, count(*) * v.sign
		FROM   bad b
		JOIN   ranked d ON d.rank <= b.moved AND d.first_seen_at <= b.at
		CROSS  JOIN (VALUES ('compliance:compliant', -1), ('compliance:noncompliant', 1)) AS v (key, sign)
		WHERE  b.ago > 0
		GROUP  BY 1, 2, v.sign)
	INSERT INTO tenant_daily (tenant_id, dataset, key, day, value)
	SELECT $1, 'devices', key, $2::text::date - ago, sum(n)
	FROM   were
	GROUP  BY key, ago
	ON     CONFLICT DO NOTHING`

// jobs are the figures of provisioning: today's, on every day.
const jobs = `
	INSERT INTO tenant_daily (tenant_id, dataset, key, day, value)
	SELECT d.tenant_id, d.dataset, d.key, d.day - g, d.value
	FROM   tenant_daily d
	CROSS  JOIN generate_series(1, 75) AS g
	WHERE  d.day = $1::text::date
	AND    d.dataset = 'provisioningJobs'
	AND    g NOT BETWEEN 23 AND 25
	AND    g <> 31 + abs(hashtext(d.tenant_id::text)) % 20
	AND    NOT EXISTS (SELECT FROM tenant_daily e WHERE e.tenant_id = d.tenant_id AND e.dataset = d.dataset AND e.day < d.day)
	ON     CONFLICT DO NOTHING`
