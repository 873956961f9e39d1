package device

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

// staged are the columns that a read fills, in the order of Stage.Add. The hash is of all but the last, which moves with the clock: see age.
var staged = strings.Fields(`
	id name name_key serial serial_key user_id upn user_name user_key email os os_version model manufacturer compliance grace_until
	ownership agent state enrolled_at last_sync_at encrypted supervised jail_broken storage_total storage_free imei meid wifi_mac
	phone carrier entra_device_id entra_registered registration category threat enrolment_type enrolment_profile eas_activated
	eas_device_id exchange_access exchange_reason exchange_sync_at certificate_until patch_level managed_name needs_approval actions search checkin`)

// remembered are the columns whose changes are kept as history.
var remembered = []string{
	"name", "serial", "upn", "user_name", "os", "os_version", "model", "manufacturer", "compliance", "ownership", "agent", "state",
	"encrypted", "supervised", "jail_broken", "imei", "meid", "wifi_mac", "phone", "category", "threat", "enrolment_type",
	"enrolment_profile", "enrolled_at", "entra_device_id", "entra_registered", "registration", "patch_level", "managed_name",
	"exchange_access", "certificate_until",
}

// Stage gathers the devices of one read.
type Stage struct{ rows *postgres.Stage }

// Stage starts to gather a read.
func (s *Store) Stage() *Stage { return &Stage{rows: postgres.NewStage(staged...)} }

// Close drops what was gathered.
func (s *Stage) Close() { s.rows.Close() }

// Add adds a device. One that comes twice counts as it came last.
func (s *Stage) Add(d Device) error {
	r := s.rows.Row()
	r.Text(d.ID).Text(d.Name).Text(strings.ToLower(d.Name)).Text(d.Serial).Text(serialKey(d.Serial)).Text(d.UserID).Text(d.UPN).
		Text(d.UserName).Text(strings.ToLower(d.UPN)).Text(d.Email).Text(d.OS).Text(d.OSVersion).Text(d.Model).Text(d.Manufacturer).
		Text(d.Compliance).Time(d.GraceUntil).Text(d.Ownership).Text(d.Agent).Text(d.State).Time(d.EnrolledAt).Time(d.LastSyncAt).
		Bool(d.Encrypted).Bool(d.Supervised).Text(d.JailBroken).Int(d.StorageTotal).Int(d.StorageFree).Text(d.IMEI).
		Text(d.MEID).Text(d.WiFiMAC).Text(d.Phone).Text(d.Carrier).Text(d.EntraDeviceID).Tristate(d.EntraRegistered).
		Text(d.Registration).Text(d.Category).Text(d.Threat).Text(d.EnrolmentType).Text(d.Profile).Bool(d.EASActivated).
		Text(d.EASDeviceID).Text(d.ExchangeAccess).Text(d.ExchangeReason).Time(d.ExchangeSyncAt).Time(d.CertificateEnds).
		Text(d.PatchLevel).Text(d.ManagedName).Tristate(d.NeedsApproval).Text(string(d.Actions)).Text(searchText(d)).
		Beside().Text(d.CheckIn)
	return r.End()
}

// Merge makes the tenant's devices those of the read, which was complete: it writes only rows that are new or differ, keeps what
// changed, and marks those that the read no longer had. tx is under the tenant's scope.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	same, err := s.rows.Same(ctx, tx, "device", tid)
	if err != nil {
		return m, fmt.Errorf("merge devices of %s: %w", tid, err)
	}
	if !same {
		if err := s.merge(ctx, tx, tid, run, now, &m); err != nil {
			return m, err
		}
	}
	aged, err := age(ctx, tx, tid, now)
	if err != nil {
		return m, err
	}
	if m.Written += aged; m.Written > 0 || m.Gone > 0 {
		if err := tally(ctx, tx, tid); err != nil {
			return m, err
		}
	}
	m.Counters, err = counters(ctx, tx, tid)
	return m, err
}

// age writes the ages of the last check-in that are others by now, of the devices that this read did not write.
func age(ctx context.Context, tx pgx.Tx, tid tenant.ID, now time.Time) (int64, error) {
	until := make([]time.Time, len(checkInAges))
	for i, a := range checkInAges {
		until[i] = now.Add(-a)
	}
	tag, err := tx.Exec(ctx, `
		UPDATE device d
		SET    checkin = COALESCE((SELECT b.checkin FROM unnest($2::text[], $3::timestamptz[]) AS b (checkin, until) WHERE b.until < d.last_sync_at ORDER BY b.until DESC LIMIT 1), $4)
		FROM   unnest($2::text[], $3::timestamptz[]) AS a (checkin, until)
		WHERE  d.tenant_id = $1
		AND    d.gone_at IS NULL
		AND    d.checkin = a.checkin
		AND    d.last_sync_at <= a.until
		AND    d.changed_at <> $5`, tid, CheckIns[:len(until)], until, CheckInOver90, now)
	if err != nil {
		return 0, fmt.Errorf("age the check-ins of %s: %w", tid, err)
	}
	return tag.RowsAffected(), nil
}

// merge compares the read with the rows that are there.
func (s *Stage) merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, m *graphsync.Merged) error {
	if err := s.rows.Copy(ctx, tx, "device_stage", "device"); err != nil {
		return fmt.Errorf("merge devices of %s: %w", tid, err)
	}
	if err := loops(ctx, tx, "off"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		CREATE TEMP TABLE device_changed ON COMMIT DROP AS
		SELECT n.id, n.seq
		FROM   device_stage n
		LEFT   JOIN device o ON o.tenant_id = $1 AND o.id = n.id
		WHERE (o.id IS NULL OR o.hash <> n.hash OR o.gone_at IS NOT NULL)
		AND    NOT EXISTS (SELECT FROM device_stage l WHERE l.id = n.id AND l.seq > n.seq)`, tid); err != nil {
		return fmt.Errorf("compare devices of %s: %w", tid, err)
	}
	if err := loops(ctx, tx, "on"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, remember, tid, now, run); err != nil {
		return fmt.Errorf("history of devices of %s: %w", tid, err)
	}
	tag, err := tx.Exec(ctx, upsert, tid, now)
	if err != nil {
		return fmt.Errorf("write devices of %s: %w", tid, err)
	}
	m.Written = tag.RowsAffected()
	if err := loops(ctx, tx, "off"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, retext, tid); err != nil {
		return fmt.Errorf("write what a search of the devices of %s looks through: %w", tid, err)
	}
	if err := rewriteResults(ctx, tx, tid); err != nil {
		return err
	}
	tag, err = tx.Exec(ctx, `
		WITH swept AS (
			UPDATE device d
			SET    gone_at = $2
			WHERE  d.tenant_id = $1
			AND    d.gone_at IS NULL
			AND    NOT EXISTS (SELECT FROM device_stage n WHERE n.id = d.id)
			RETURNING d.id),
		untold AS (DELETE FROM device_text t USING swept s WHERE t.tenant_id = $1 AND t.id = s.id),
		undone AS (DELETE FROM device_action_result r USING swept s WHERE r.tenant_id = $1 AND r.device_id = s.id)
		INSERT INTO device_change (tenant_id, device_id, at, run, field, old, new)
		SELECT $1, id, $2, $3, 'gone', 'false', 'true' FROM swept`, tid, now, run)
	if err != nil {
		return fmt.Errorf("sweep devices of %s: %w", tid, err)
	}
	m.Gone = tag.RowsAffected()
	return loops(ctx, tx, "on")
}

// loops switches nested loops. Where all of a tenant's devices meet all of a read, they are never right, but the planner takes them for it
// when the table's statistics are older than its rows, as in a first read: then a hundred thousand devices take minutes.
func loops(ctx context.Context, tx pgx.Tx, on string) error {
	if _, err := tx.Exec(ctx, `SELECT set_config('enable_nestloop', $1, true)`, on); err != nil {
		return fmt.Errorf("set how to join: %w", err)
	}
	return nil
}

// remember writes one row for each field that people ask about and that differs. A device that was gone and is back says so.
var remember = func() string {
	values := make([]string, 0, len(remembered)+1)
	for _, c := range remembered {
		values = append(values, fmt.Sprintf("('%s', o.%s::text, n.%s::text)", c, c, c))
	}
	values = append(values, "('gone', CASE WHEN o.gone_at IS NULL THEN 'false' ELSE 'true' END, 'false')")
	return `
		INSERT INTO device_change (tenant_id, device_id, at, run, field, old, new)
		SELECT $1, n.id, $2, $3, v.field, COALESCE(v.old, ''), COALESCE(v.new, '')
		FROM   device_changed
		JOIN   device_stage n USING (id, seq)
		JOIN   device o ON o.tenant_id = $1 AND o.id = n.id
		CROSS  JOIN LATERAL (VALUES ` + strings.Join(values, ", ") + `) AS v (field, old, new)
		WHERE  v.old IS DISTINCT FROM v.new
		ON     CONFLICT DO NOTHING`
}()

var upsert = func() string {
	cols := strings.Join(staged, ", ")
	sets := make([]string, len(staged))
	for i, c := range staged {
		sets[i] = c + " = excluded." + c
	}
	return `
		INSERT INTO device (tenant_id, ` + cols + `, hash, first_seen_at, changed_at)
		SELECT $1, ` + cols + `, hash, $2, $2
		FROM   device_changed
		JOIN   device_stage USING (id, seq)
		ORDER  BY id
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    ` + strings.Join(sets, ", ") + `, hash = excluded.hash, changed_at = excluded.changed_at, gone_at = NULL`
}()

// retext writes the texts that differ, which of the changed devices are few: see device_text.
const retext = `
		INSERT INTO device_text (tenant_id, id, name_key, search)
		SELECT $1, n.id, n.name_key, n.search
		FROM   device_changed
		JOIN   device_stage n USING (id, seq)
		LEFT   JOIN device_text o ON o.tenant_id = $1 AND o.id = n.id
		WHERE  o.search IS DISTINCT FROM n.search OR o.name_key <> n.name_key
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    name_key = excluded.name_key, search = excluded.search`

// counted are the fields of device_count, valued those of device_value: the fields by which a list is filtered, and their counts.
var (
	counted = []string{"compliance", "os", "checkin", "ownership", "encrypted"}
	valued  = []string{"os_version", "category", "model", "manufacturer", "state"}
)

// tally renews the counts that lists show, row by row where they differ.
func tally(ctx context.Context, tx pgx.Tx, tid tenant.ID) error {
	if err := renew(ctx, tx, tid, "device_count", strings.Join(counted, ", "), `
		SELECT `+strings.Join(counted, ", ")+`, count(*) AS devices
		FROM   device
		WHERE  tenant_id = $1
		AND    gone_at IS NULL
		GROUP  BY `+strings.Join(counted, ", ")); err != nil {
		return err
	}
	values := make([]string, len(valued))
	for i, c := range valued {
		values[i] = fmt.Sprintf("('%s', d.%s)", c, c)
	}
	return renew(ctx, tx, tid, "device_value", "field, value", `
		SELECT v.field, v.value, count(*) AS devices
		FROM   device d
		CROSS  JOIN LATERAL (VALUES `+strings.Join(values, ", ")+`) AS v (field, value)
		WHERE  d.tenant_id = $1
		AND    d.gone_at IS NULL
		GROUP  BY v.field, v.value`)
}

// renew makes a table of counts say what the query says. All names are ours.
func renew(ctx context.Context, tx pgx.Tx, tid tenant.ID, table, key, query string) error {
	_, err := tx.Exec(ctx, `
		WITH fresh AS MATERIALIZED (`+query+`), stale AS (
			DELETE FROM `+table+`
			WHERE  tenant_id = $1
			AND    (`+key+`) NOT IN (SELECT `+key+` FROM fresh))
		INSERT INTO `+table+` AS o (tenant_id, `+key+`, devices)
		SELECT $1::uuid, `+key+`, devices
		FROM   fresh
		ON     CONFLICT (tenant_id, `+key+`) DO UPDATE
		SET    devices = excluded.devices
		WHERE  o.devices <> excluded.devices`, tid)
	if err != nil {
		return fmt.Errorf("renew %s of %s: %w", table, tid, err)
	}
	return nil
}

// counters are the figures of what the tenant has now.
func counters(ctx context.Context, tx pgx.Tx, tid tenant.ID) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, `
		SELECT v.key, sum(g.devices)::bigint
		FROM   device_count g
		CROSS  JOIN LATERAL (VALUES ('total'), ('compliance:' || g.compliance), ('os:' || g.os), ('checkin:' || g.checkin),
		                            ('ownership:' || g.ownership), ('encrypted:' || g.encrypted)) AS v (key)
		WHERE  g.tenant_id = $1
		GROUP  BY v.key`, tid)
	figures := map[string]int64{"total": 0}
	var key string
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error { figures[key] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count devices of %s: %w", tid, err)
	}
	return figures, nil
}
