package protection

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Stage gathers the protection states of one read.
type Stage struct{ rows *postgres.Stage }

// Stage starts to gather a read.
func (s *Store) Stage() *Stage {
	return &Stage{postgres.NewStage(strings.Fields(`id name name_key state product_status problems malware_protection real_time network_inspection tamper virtual_machine
		engine_version signature_version client_version quick_scan_at full_scan_at active_malware remediated_malware reported_at`)...)}
}

// Close drops what was gathered.
func (s *Stage) Close() { s.rows.Close() }

// Add adds a device. One that comes twice counts as it came last.
func (s *Stage) Add(d Device) error {
	return s.rows.Row().Text(d.ID).Text(d.Name).Text(strings.ToLower(d.Name)).Text(d.State).Text(d.ProductStatus).Strings(d.Problems).Tristate(d.MalwareProtection).
		Tristate(d.RealTime).Tristate(d.NetworkInspection).Tristate(d.Tamper).Tristate(d.VirtualMachine).Text(d.EngineVersion).Text(d.SignatureVersion).
		Text(d.ClientVersion).Time(d.QuickScanAt).Time(d.FullScanAt).Int(counted(d.ActiveMalware)).Int(counted(d.RemediatedMalware)).Time(d.ReportedAt).End()
}

// counted is a count as the table holds it: -1 where nothing is said, which an order takes as it takes other numbers.
func counted(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

var merging = postgres.Merge{
	Table: "device_protection", History: "device_protection_change", Subject: "device_id",
	Fields: []string{"problems", "malware_protection", "real_time", "network_inspection", "tamper", "active_malware"},
}

// Merge makes the tenant's protection states those of the read, which was complete, and keeps what changed.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if m.Written, m.Gone, err = s.rows.Merge(ctx, tx, merging, tid, run, now); err != nil {
		return m, fmt.Errorf("merge device protection of %s: %w", tid, err)
	}
	m.Counters, err = count(ctx, tx, tid, `
		SELECT v.key, count(*)
		FROM   device_protection d
		CROSS  JOIN LATERAL (SELECT 'total' UNION ALL SELECT 'any' WHERE d.problems <> '{}' UNION ALL SELECT 'problem:' || p FROM unnest(d.problems) p) AS v (key)
		WHERE  d.tenant_id = $1
		GROUP  BY v.key`)
	return m, err
}

// MalwareStage gathers the malware of one read.
type MalwareStage struct{ rows *postgres.Stage }

// MalwareStage starts to gather a read.
func (s *Store) MalwareStage() *MalwareStage {
	return &MalwareStage{postgres.NewStage("id", "name", "name_key", "severity", "severity_rank", "category", "url", "detected_at")}
}

// Close drops what was gathered.
func (s *MalwareStage) Close() { s.rows.Close() }

// ranks of severities; one that Microsoft added since counts as unknown.
var ranks = map[string]int64{"low": 1, "moderate": 2, "high": 3, "severe": 4}

// Add adds malware. One that comes twice counts as it came last.
func (s *MalwareStage) Add(m Malware) error {
	return s.rows.Row().Text(m.ID).Text(m.Name).Text(strings.ToLower(m.Name)).Text(m.Severity).Int(ranks[m.Severity]).Text(m.Category).Text(m.URL).Time(m.DetectedAt).End()
}

var mergingMalware = postgres.Merge{Table: "malware", Keep: true, History: "malware_change", Subject: "malware_id", Fields: []string{"name", "severity", "category", "detected_at"}}

// Merge makes the tenant's malware that of the read, which was complete, and keeps what changed. What the read no longer had stays, marked.
func (s *MalwareStage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if m.Written, m.Gone, err = s.rows.Merge(ctx, tx, mergingMalware, tid, run, now); err != nil {
		return m, fmt.Errorf("merge malware of %s: %w", tid, err)
	}
	m.Counters, err = count(ctx, tx, tid, `
		SELECT v.key, count(*)
		FROM   malware w
		CROSS  JOIN LATERAL (VALUES ('total'), ('severity:' || w.severity)) AS v (key)
		WHERE  w.tenant_id = $1
		AND    w.gone_at IS NULL
		GROUP  BY v.key`)
	return m, err
}

func count(ctx context.Context, tx pgx.Tx, tid tenant.ID, sql string) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, sql, tid)
	figures, err := postgres.Counted(rows, "total")
	if err != nil {
		return nil, fmt.Errorf("count protection of %s: %w", tid, err)
	}
	return figures, nil
}
