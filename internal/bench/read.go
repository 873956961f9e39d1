package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
)

// read asks the portal's sync for one dataset of some tenants, by making it due, and waits until all were read completely.
func (b *bench) read(ctx context.Context, dataset string, tenants []string, patience time.Duration) error {
	var last int64
	if err := b.db.QueryRow(ctx, `SELECT COALESCE(max(run), 0) FROM sync_state WHERE dataset = $1 AND tenant_id = ANY($2::uuid[])`, dataset, tenants).Scan(&last); err != nil {
		return err
	}
	asked := time.Now()
	if _, err := b.db.Exec(ctx, `UPDATE sync_state SET next_at = now() WHERE dataset = $1 AND tenant_id = ANY($2::uuid[])`, dataset, tenants); err != nil {
		return err
	}
	for said := asked; time.Since(asked) < patience; {
		var left, failed int
		var why string
		if err := b.db.QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE last_complete_at IS NULL OR last_complete_at < $3 OR state = 'running'), count(*) FILTER (WHERE state = 'failed' AND error_at >= $3),
			       COALESCE(max(error_kind || ' ' || error_sentence) FILTER (WHERE state = 'failed'), '')
			FROM sync_state WHERE dataset = $1 AND tenant_id = ANY($2::uuid[])`, dataset, tenants, asked).Scan(&left, &failed, &why); err != nil {
			return err
		}
		if time.Since(said) > 30*time.Second {
			b.say("%s: %d of %d tenants left", dataset, left, len(tenants))
			said = time.Now()
		}
		if left-failed <= 0 {
			if failed > 0 {
				b.say("%d of %d reads of %s failed, such as: %s", failed, len(tenants), dataset, why)
			}
			_, err := b.db.Exec(ctx, `UPDATE sync_state SET next_at = `+later+` WHERE dataset = $1 AND tenant_id = ANY($2::uuid[])`, dataset, tenants)
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
	return errors.New("reads of " + dataset + " do not end")
}

// ledger is the last run of a dataset of a tenant.
type ledger struct {
	rows, written, bytes int64
	took                 time.Duration
}

func (l ledger) rate() float64 { return float64(l.rows) / l.took.Seconds() }

func (b *bench) ledger(ctx context.Context, tenant, dataset string) (l ledger, err error) {
	var ms float64
	err = b.db.QueryRow(ctx, `SELECT rows, written, bytes, extract(epoch FROM ended_at - started_at) * 1000 FROM sync_run
		WHERE tenant_id = $1::uuid AND dataset = $2 ORDER BY run DESC LIMIT 1`, tenant, dataset).Scan(&l.rows, &l.written, &l.bytes, &ms)
	l.took = time.Duration(ms * float64(time.Millisecond))
	return l, err
}

func (b *bench) wal(ctx context.Context) (n int64, err error) {
	err = b.db.QueryRow(ctx, `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&n)
	return n, err
}

// measureRead reads one tenant into an empty table, then again while the cloud's time stands still, so that nothing in it changes; then
// it copies the same rows into a table with the same indexes, as the least that storing them can cost.
func (b *bench) measureRead(ctx context.Context) error {
	now := time.Now()
	b.frozen.Store(&now)
	defer b.frozen.Store(nil)
	one := []string{b.largest.ID}
	if err := b.read(ctx, graphsync.Devices, one, 20*time.Minute); err != nil {
		return err
	}
	first, err := b.ledger(ctx, b.largest.ID, graphsync.Devices)
	if err != nil {
		return err
	}
	again, err := b.reread(ctx, one)
	if err != nil {
		return err
	}
	b.report.add("unchanged re-sync, rate over the first's", "≥ 4", again.rate()/first.rate(), atLeast(4),
		fmt.Sprintf("%.2f× (%s against %s rows/s)", again.rate()/first.rate(), count(again.rate()), count(first.rate())))
	took, err := b.copySame(ctx)
	if err != nil {
		return err
	}
	plain := float64(first.rows) / took.Seconds()
	b.report.add("first sync of a tenant, rate over COPY of the same rows into the same indexed table", "≥ 0.5", first.rate()/plain, atLeast(0.5),
		fmt.Sprintf("%.2f× (%s against %s rows/s, %s devices)", first.rate()/plain, count(first.rate()), count(plain), count(float64(first.rows))))
	b.report.first = first
	return nil
}

func (b *bench) reread(ctx context.Context, one []string) (ledger, error) {
	if _, err := b.db.Exec(ctx, `CREATE UNLOGGED TABLE bench_before AS SELECT id, checkin, last_sync_at FROM device WHERE tenant_id = $1::uuid`, b.largest.ID); err != nil {
		return ledger{}, err
	}
	if _, err := b.db.Exec(ctx, `VACUUM ANALYZE device, device_text`); err != nil { // what autovacuum does between two reads; its WAL is not the re-read's
		return ledger{}, err
	}
	if _, err := b.db.Exec(ctx, `CHECKPOINT`); err != nil {
		return ledger{}, err
	}
	before, err := b.wal(ctx)
	if err != nil {
		return ledger{}, err
	}
	if err := b.read(ctx, graphsync.Devices, one, 20*time.Minute); err != nil {
		return ledger{}, err
	}
	after, err := b.wal(ctx)
	if err != nil {
		return ledger{}, err
	}
	again, err := b.ledger(ctx, b.largest.ID, graphsync.Devices)
	if err != nil {
		return again, err
	}
	var aged int64
	if err := b.db.QueryRow(ctx, `
		SELECT count(*)
		FROM   device d
		JOIN   bench_before o USING (id)
		WHERE  d.tenant_id = $1::uuid
		AND    d.last_sync_at = o.last_sync_at
		AND    d.checkin <> o.checkin`, b.largest.ID).Scan(&aged); err != nil {
		return again, err
	}
	said := count(float64(again.written - aged))
	if aged > 0 {
		said += fmt.Sprintf(" (and %d that did change: the age of their last check-in is another now)", aged)
	}
	b.report.add("unchanged re-sync, rows written", "0", float64(again.written-aged), atMost(0), said)
	perRow := float64(after-before) / float64(again.rows)
	b.report.add("unchanged re-sync, WAL", "≈ 0", perRow, atMost(5),
		fmt.Sprintf("%.1f bytes a row (%s in all, ledger and jobs included)", perRow, weight(after-before)))
	return again, nil
}

// copySame is how long COPY takes for the rows that the first read wrote.
func (b *bench) copySame(ctx context.Context) (time.Duration, error) {
	c, err := b.db.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer c.Release()
	var took time.Duration
	for _, table := range []string{"device", "device_text"} {
		d, err := copyInto(ctx, c.Conn(), table)
		if err != nil {
			return 0, err
		}
		took += d
	}
	return took, nil
}

func copyInto(ctx context.Context, c *pgx.Conn, table string) (time.Duration, error) {
	if _, err := c.Exec(ctx, `CREATE TABLE bench_copy (LIKE `+table+` INCLUDING ALL)`); err != nil {
		return 0, err
	}
	rows, err := os.CreateTemp("", "tenantry-bench-")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	defer os.Remove(rows.Name())
	if _, err := c.PgConn().CopyTo(ctx, rows, `COPY (SELECT * FROM `+table+`) TO STDOUT`); err != nil {
		return 0, err
	}
	if _, err := rows.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := c.PgConn().CopyFrom(ctx, rows, `COPY bench_copy FROM STDIN`); err != nil {
		return 0, err
	}
	took := time.Since(began)
	_, err = c.Exec(ctx, `DROP TABLE bench_copy`)
	return took, err
}

// readFleet reads the devices of all other tenants, eight at once, and watches the portal's memory.
func (b *bench) readFleet(ctx context.Context) error {
	var rest []string
	for _, id := range b.connected {
		if id != b.largest.ID {
			rest = append(rest, id)
		}
	}
	peak, began := b.peak.since(), time.Now()
	if err := b.read(ctx, graphsync.Devices, rest, 40*time.Minute); err != nil {
		return err
	}
	took := time.Since(began)
	var n int64
	if err := b.db.QueryRow(ctx, `SELECT sum(last_complete_rows) FROM sync_state WHERE dataset = $1`, graphsync.Devices).Scan(&n); err != nil {
		return err
	}
	read := n - int64(b.largest.Devices)
	mib := float64(peak()) / (1 << 20)
	b.report.add("memory of the portal while it syncs all devices", "flat, ≤ 128 MiB", mib, atMost(128), fmt.Sprintf("%.0f MiB resident at most", mib))
	b.report.add("first sync of the fleet", "", 0, nil, fmt.Sprintf("%s devices in %s, %s rows/s from the simulated Graph to committed rows, on the cores that the cloud and Postgres use too", count(float64(read)), took.Round(time.Second), count(float64(read)/took.Seconds())))
	b.report.devices = n
	return b.readOthers(ctx, rest)
}

// readOthers reads the other datasets of a few tenants, so that pages have all their parts, or of all.
func (b *bench) readOthers(ctx context.Context, rest []string) error {
	few, patience := rest[:min(len(rest), 10)], time.Minute
	if all() {
		few, patience = b.connected, time.Hour
		peak, began := b.peak.since(), time.Now()
		defer func() {
			mib := float64(peak()) / (1 << 20)
			b.report.add("memory of the portal while it reads every other dataset of all tenants", "≤ 128 MiB", mib, atMost(128), fmt.Sprintf("%.0f MiB resident at most, in %s", mib, time.Since(began).Round(time.Second)))
		}()
	}
	if _, err := b.db.Exec(ctx, `UPDATE sync_state SET next_at = now() WHERE dataset <> $1 AND tenant_id = ANY($2::uuid[])`, graphsync.Devices, few); err != nil {
		return err
	}
	for end, said := time.Now().Add(patience), time.Now(); time.Now().Before(end); time.Sleep(time.Second) {
		var left int
		if err := b.db.QueryRow(ctx, `SELECT count(*) FROM sync_state WHERE next_at < now() + interval '1 day' AND (state = 'running' OR last_complete_at IS NULL AND error_at IS NULL)`).Scan(&left); err != nil {
			return err
		}
		if left == 0 {
			break
		}
		if time.Since(said) > 30*time.Second {
			b.say("%d datasets of %d tenants left", left, len(few))
			said = time.Now()
		}
	}
	if _, err := b.db.Exec(ctx, `UPDATE sync_state SET next_at = `+later); err != nil {
		return err
	}
	_, err := b.db.Exec(ctx, `VACUUM ANALYZE`)
	return err
}
