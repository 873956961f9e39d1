package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// measureExport takes the CSV of all devices, and has psql write the same columns of the same rows in the same order.
func (b *bench) measureExport(ctx context.Context) error {
	peak, before := b.peak.since(), b.peak.now()
	began := time.Now()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.origin+"/devices?format=csv", nil)
	if err != nil {
		return err
	}
	res, err := b.owner.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the export answers %s", res.Status)
	}
	var one [1]byte
	if _, err := io.ReadFull(res.Body, one[:]); err != nil {
		return err
	}
	first := time.Since(began)
	n, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		return fmt.Errorf("after %d bytes: %w", n, err)
	}
	took := time.Since(began)
	rate := float64(b.report.devices) / took.Seconds()
	b.report.add("CSV of all devices, first byte", "≤ 500 ms", float64(first)/float64(time.Millisecond), atMost(500), ms(first))
	grown := float64(peak()-before) / (1 << 20)
	b.report.add("CSV of all devices, memory of the portal", "constant", grown, atMost(32), fmt.Sprintf("%.0f MiB before, %.0f MiB more at most", float64(before)/(1<<20), max(0, grown)))
	psql, err := b.psqlCopy(ctx)
	if err != nil {
		b.report.add("CSV of all devices, rate over psql \\copy", "≥ 0.5", 0, nil, "not measured: "+err.Error())
		return nil
	}
	plain := float64(b.report.devices) / psql.Seconds()
	b.report.add("CSV of all devices, rate over psql \\copy", "≥ 0.5", rate/plain, atLeast(0.5),
		fmt.Sprintf("%.2f× (%s against %s rows/s, %s)", rate/plain, count(rate), count(plain), weight(n+1)))
	return nil
}

func (b *bench) psqlCopy(ctx context.Context) (time.Duration, error) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		return 0, errors.New("no psql on this machine")
	}
	const columns = `d.name, (SELECT t.display_name FROM tenant t WHERE t.tenant_id = d.tenant_id), d.upn, d.os, d.os_version, d.compliance, d.last_sync_at,
		d.serial, d.actions, d.model, d.ownership, d.state, d.category, d.encrypted, d.imei, d.wifi_mac, d.enrolled_at, d.tenant_id, d.id`
	began := time.Now()
	out, err := exec.CommandContext(ctx, psql, b.pg.DSN(database), "-X", "-q", "-c",
		`\copy (SELECT `+strings.Join(strings.Fields(columns), " ")+` FROM device d WHERE d.gone_at IS NULL ORDER BY d.last_sync_at, d.tenant_id, d.id) TO '/dev/null' CSV`).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("psql: %w: %.200s", err, out)
	}
	return time.Since(began), nil
}

var asset = regexp.MustCompile(`(?:src|href)="(/static/[^"]+\.(?:js|css))"`)

// measureWeight weighs what a browser fetches for the heaviest pages.
func (b *bench) measureWeight(context.Context) error {
	heaviest, where := 0, ""
	assets := map[string]bool{}
	for _, path := range []string{"/", "/devices", "/tenants", "/apps", "/provisioning", "/sync", "/search?q=desk", "/t/" + b.largest.ID, "/t/" + b.largest.ID + "/devices"} {
		body, err := get(b.owner, b.origin+path)
		if err != nil {
			return err
		}
		if len(body) > heaviest {
			heaviest, where = len(body), path
		}
		for _, m := range asset.FindAllSubmatch(body, -1) {
			assets[string(m[1])] = true
		}
	}
	sum := map[string]int{}
	for path := range assets {
		body, err := get(b.owner, b.origin+path)
		if err != nil {
			return err
		}
		sum[path[strings.LastIndex(path, ".")+1:]] += zipped(body)
	}
	if strings.HasPrefix(where, "/t/") {
		where = "/t/{tenant}" + strings.TrimPrefix(where, "/t/"+b.largest.ID)
	}
	for _, x := range []struct {
		what   string
		n      int
		most   float64
		target string
		note   string
	}{
		{"page weight, HTML of the heaviest page", heaviest, 100 << 10, "≤ 100 KB", ", " + where},
		{"page weight, scripts, compressed", sum["js"], 25 << 10, "≤ 25 KB", ""},
		{"page weight, style sheets, compressed", sum["css"], 25 << 10, "≤ 25 KB", ""},
	} {
		if x.n == 0 {
			b.report.add(x.what, x.target, 0, nil, "not measured: no page refers to one")
			continue
		}
		b.report.add(x.what, x.target, float64(x.n), atMost(x.most), fmt.Sprintf("%.1f KB%s", float64(x.n)/1024, x.note))
	}
	b.report.add("page weight, layout shift", "none", 0, nil, "not measured here; the tests hold every page to less than 0.01 in a browser, where 0.1 counts as good")
	return nil
}

func zipped(body []byte) int {
	var n counter
	z := gzip.NewWriter(&n)
	z.Write(body)
	z.Close()
	return int(n)
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

// measureDisk tells what a device costs on disk, as it lies there after everything above.
func (b *bench) measureDisk(ctx context.Context) error {
	rows, err := b.db.Query(ctx, `
		SELECT relname, pg_table_size(oid) FROM pg_class WHERE oid IN ('device'::regclass, 'device_text'::regclass)
		UNION ALL
		SELECT c.relname, pg_relation_size(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid IN ('device'::regclass, 'device_text'::regclass)
		ORDER BY 2 DESC`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return err
		}
		b.report.disk = append(b.report.disk, disk{name, float64(n) / float64(max(1, b.report.devices))})
	}
	return rows.Err()
}

// measureStart starts the demo's binary on an empty directory and signs in as the owner.
func (b *bench) measureStart(ctx context.Context) error {
	dir := b.dir + "-demo"
	os.RemoveAll(dir)
	defer os.RemoveAll(dir)
	began := time.Now()
	var out lines
	cmd := exec.CommandContext(ctx, "bin/demo", "--cloud-port=0")
	cmd.Env = append(os.Environ(), "TENANTRY_LISTEN=127.0.0.1:0", "TENANTRY_DATA_DIR="+dir)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	}()
	if !out.await("Ctrl-C stops", 60*time.Second) {
		return errors.New("the demo does not start: " + out.text())
	}
	up := time.Since(began)
	origin := regexp.MustCompile(`portal\s+(http://\S+)`).FindStringSubmatch(out.text())
	owner := regexp.MustCompile(`(?m)^(\S+@(\S+))\s+(\S+)\s+owner\s*$`).FindStringSubmatch(out.text())
	if origin == nil || owner == nil {
		return errors.New("the demo does not say where it is: " + out.text())
	}
	c, err := signInAs(ctx, origin[1], owner[2], owner[1], owner[3])
	if err != nil {
		return err
	}
	if _, err := get(c, origin[1]+"/"); err != nil {
		return err
	}
	took := time.Since(began)
	b.report.add("demo, from built binaries and an empty directory to the owner's overview", "≤ 5 s", took.Seconds(), atMost(5),
		fmt.Sprintf("%.1f s, of which %.1f s until it serves", took.Seconds(), up.Seconds()))
	return nil
}
