package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
)

const bySerial = "search by serial"

// case is one kind of page, with an address for each question.
type pageCase struct {
	name    string
	address func(n int) string
	bare    bool // compared with the bare handler, too
}

// sample are values of devices that are there, to be searched for.
type sample struct{ tenant, id, name, serial, upn, imei, mac string }

func (b *bench) samples(ctx context.Context, few bool) ([]sample, error) {
	rows, err := b.db.Query(ctx, `
		SELECT tenant_id::text, id, name, serial, upn, imei, wifi_mac
		FROM   device TABLESAMPLE BERNOULLI (20) REPEATABLE (1)
		WHERE  gone_at IS NULL AND imei <> '' AND wifi_mac <> '' AND serial <> '' AND upn <> ''
		AND    name !~ '[[:cntrl:]]' -- a search refuses what cannot be typed
		AND    (NOT $1 OR tenant_id IN (SELECT tenant_id FROM staff_tenant))
		LIMIT  2000`, few)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (s sample, err error) {
		err = r.Scan(&s.tenant, &s.id, &s.name, &s.serial, &s.upn, &s.imei, &s.mac)
		return s, err
	})
}

func (b *bench) cases(of []sample) []pageCase {
	at := func(n int) sample { return of[n*7919%len(of)] }
	search := func(value func(sample) string) func(int) string {
		return func(n int) string { return b.origin + "/search?q=" + url.QueryEscape(value(at(n))) }
	}
	fixed := func(path string) func(int) string { return func(int) string { return b.origin + path } }
	return []pageCase{
		{"list, as it opens", fixed("/devices"), true},
		{"list, one filter", fixed("/devices?compliance=noncompliant"), false},
		{"list, two filters", fixed("/devices?compliance=noncompliant&os=Windows"), false},
		{"list, by last check-in", fixed("/devices?sort=lastSync"), false},
		{"list, by customer", fixed("/devices?sort=customer"), false},
		{"list, filter without a counter (model)", fixed("/devices?model=Surface+Laptop+6"), false},
		{"list, search that matches much", fixed("/devices?q=desk"), false},
		{"search by name", search(func(s sample) string { return s.name }), false},
		{bySerial, search(func(s sample) string { return s.serial }), true},
		{"search by UPN", search(func(s sample) string { return s.upn }), false},
		{"search by IMEI", search(func(s sample) string { return s.imei }), false},
		{"search by MAC", search(func(s sample) string { return s.mac }), false},
		{"search, two characters", fixed("/search?q=la"), false},
		{"detail", func(n int) string {
			s := at(n)
			return b.origin + "/t/" + s.tenant + "/devices/" + url.PathEscape(s.id)
		}, true},
	}
}

// measurePages asks as the owner and as a technician of three tenants, while the sync writes at the pace that a fleet of this size has.
func (b *bench) measurePages(ctx context.Context) error {
	for _, sql := range []string{`VACUUM ANALYZE`, `CHECKPOINT`} { // a fleet is read for the first time once; people ask when autovacuum is done with that
		if _, err := b.db.Exec(ctx, sql); err != nil {
			return err
		}
	}
	before := busyness()
	busy, done := context.WithCancel(ctx)
	var wrote atomic.Int64
	ended := make(chan error, 1)
	go func() { ended <- b.keepReading(busy, &wrote) }()
	err := b.pagesOf(ctx)
	done()
	if e := <-ended; err == nil && e != nil && ctx.Err() == nil {
		err = e
	}
	b.report.note(fmt.Sprintf("Pages were measured after VACUUM ANALYZE, as autovacuum leaves a fleet some time after its first read. Meanwhile the sync read %s tenants again, at the pace of every 15 minutes each, with the changes of the cloud's own time. The machine's load average was %s before that and %s after; what exceeds the run's own work is that of others.", count(float64(wrote.Load())), before, busyness()))
	return err
}

func (b *bench) pagesOf(ctx context.Context) error {
	for _, who := range []struct {
		name   string
		client *http.Client
		few    bool
	}{{"owner", b.owner, false}, {"technician of 3 tenants", b.few, true}} {
		of, err := b.samples(ctx, who.few)
		if err != nil {
			return err
		}
		if len(of) == 0 {
			return fmt.Errorf("no devices to look for as %s", who.name)
		}
		for _, c := range b.cases(of) {
			if err := b.measurePage(ctx, who.name, who.client, c); err != nil {
				return fmt.Errorf("%s, %s: %w", c.name, who.name, err)
			}
		}
	}
	return b.measurePage(ctx, "owner", b.owner, pageCase{fmt.Sprintf("overview of %s tenants", count(float64(b.size.tenants))), func(int) string { return b.origin + "/" }, false})
}

func (b *bench) measurePage(ctx context.Context, who string, client *http.Client, c pageCase) error {
	if _, err := load(ctx, client, c.address, clients, 300*time.Millisecond, 0); err != nil { // connections, prepared statements
		return err
	}
	alone, err := load(ctx, client, c.address, 1, b.size.each/4, 0)
	if err != nil {
		return err
	}
	many, err := load(ctx, client, c.address, clients, b.size.each, pause)
	if err != nil {
		return err
	}
	took, err := served(filepath.Join(b.dir, "serve.log"), many.ids)
	if err != nil {
		return err
	}
	b.report.add(fmt.Sprintf("%s (%s): p50 / p99", c.name, who), "p99 ≤ 50 ms", float64(took.at(0.99))/float64(time.Millisecond), atMost(50),
		fmt.Sprintf("%s (clients saw %s, a single client %s)", took, many.seen, alone.seen))
	b.say("%-45s %-24s %-22s clients saw %s, alone %s", c.name, who, took, many.seen, alone.seen)
	if !c.bare {
		return nil
	}
	full, err := load(ctx, client, c.address, clients, b.size.each, 0)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%s (%s): throughput over a bare handler", c.name, who)
	taken, err := b.overhear(ctx, client, c.address)
	bare := 0.0
	if err == nil {
		bare, err = b.bareRate(ctx, taken)
	}
	if err != nil && ctx.Err() == nil { // what the sync said in between may have been taken for the page's
		b.report.add(line, "≥ 0.4", 0, nil, "not measured: "+err.Error())
		b.say("%-45s %-24s no bare handler: %v", c.name, who, err)
		return nil
	}
	if err != nil {
		return err
	}
	b.report.add(line, "≥ 0.4", full.rate/bare, atLeast(0.4),
		fmt.Sprintf("%.2f× (%s against %s answers/s; p50 / p99 at that rate %s)", full.rate/bare, count(full.rate), count(bare), full.seen))
	b.say("%-45s %-24s %.2f× of bare", c.name, who, full.rate/bare)
	if c.name == bySerial {
		b.overPgbench(ctx, who, full.rate, taken)
	}
	return nil
}

// overPgbench compares a rate with that of pgbench, which asks the same of Postgres and does nothing else.
func (b *bench) overPgbench(ctx context.Context, who string, rate float64, taken []exchange) {
	line := fmt.Sprintf("%s, over the same SQL by pgbench (%s)", bySerial, who)
	bound, err := pgbenchRate(ctx, b.dir, b.pg.DSN(database), taken, int(b.db.Config().MaxConns), b.size.each)
	if err != nil {
		b.report.add(line, "", 0, nil, "not measured: "+err.Error())
		return
	}
	b.report.add(line, "", 0, nil, fmt.Sprintf("%.2f× (%s answers/s against %s)", rate/bound, count(rate), count(bound)))
}

// keepReading makes tenants due one after the other, as many as are due when each is read every 15 minutes.
func (b *bench) keepReading(ctx context.Context, wrote *atomic.Int64) error {
	const every = 15 * time.Minute
	tick := time.NewTicker(every / time.Duration(len(b.connected)))
	defer tick.Stop()
	b.cloud.World.Clock.Advance(every)
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_, err := b.db.Exec(ctx, `UPDATE sync_state SET next_at = now() WHERE dataset = $1 AND tenant_id = $2::uuid`, graphsync.Devices, b.connected[n*37%len(b.connected)])
			if err != nil && ctx.Err() == nil {
				return err
			}
			wrote.Add(1)
		}
	}
}

// busyness is the machine's load average over one and five minutes.
func busyness() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	f := strings.Fields(string(b))
	return f[0] + " (" + f[1] + " over five minutes)"
}
