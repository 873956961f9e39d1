package autopilot

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

// staged are the columns that a read fills, in the order of Stage.Add.
var staged = strings.Fields(`
	id serial serial_key name manufacturer model system_family sku group_tag purchase_order profile_status profile_detail profile_assigned_at
	state contacted_at upn user_key user_name entra_device_id managed_device_id device_account friendly_name remediation remediation_at
	userless search`)

// remembered are the columns whose changes are kept as history. The last contact moves with every enrolment step and is not.
var remembered = []string{"serial", "name", "manufacturer", "model", "group_tag", "purchase_order", "profile_status", "profile_detail", "profile_assigned_at",
	"state", "upn", "user_name", "entra_device_id", "managed_device_id", "device_account", "friendly_name", "remediation", "userless"}

// Stage gathers the identities of one read.
type Stage struct{ rows *postgres.Stage }

// Stage starts to gather a read.
func (s *Store) Stage() *Stage { return &Stage{postgres.NewStage(staged...)} }

// Close drops what was gathered.
func (s *Stage) Close() { s.rows.Close() }

// Add adds an identity. One that comes twice counts as it came last.
func (s *Stage) Add(i Identity) error {
	return s.rows.Row().Text(i.ID).Text(i.Serial).Text(serialKey(i.Serial)).Text(i.Name).Text(i.Manufacturer).Text(i.Model).Text(i.SystemFamily).Text(i.SKU).
		Text(i.GroupTag).Text(i.PurchaseOrder).Text(i.ProfileStatus).Text(i.ProfileDetail).Time(i.ProfileAssignedAt).Text(i.State).Time(i.ContactedAt).
		Text(i.UPN).Text(strings.ToLower(i.UPN)).Text(i.UserName).Text(i.EntraDeviceID).Text(i.ManagedDeviceID).Text(i.DeviceAccount).Text(i.FriendlyName).
		Text(i.Remediation).Time(i.RemediationAt).Text(i.Userless).Text(searchText(i)).End()
}

// serialKey is a serial number as it is compared.
func serialKey(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// searchText is what a search looks through: what machines are asked for by, one a line, in lower case.
func searchText(i Identity) string {
	return strings.ToLower(strings.Join([]string{i.Serial, i.Name, i.PurchaseOrder, i.UPN, i.UserName}, "\n"))
}

var merging = postgres.Merge{Table: "autopilot_identity", Keep: true, History: "autopilot_change", Subject: "identity_id", Fields: remembered}

// Merge makes the tenant's identities those of the read, which was complete. It writes only what differs, and keeps what changed. tx is
// under the tenant's scope.
func (s *Stage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if m.Written, m.Gone, err = s.rows.Merge(ctx, tx, merging, tid, run, now); err != nil {
		return m, fmt.Errorf("merge Autopilot identities of %s: %w", tid, err)
	}
	rows, _ := tx.Query(ctx, `
		SELECT v.key, count(*)
		FROM   autopilot_identity d
		CROSS  JOIN LATERAL (VALUES ('total'), ('state:' || d.state), ('profile:' || d.profile_status)) AS v (key)
		WHERE  d.tenant_id = $1
		AND    d.gone_at IS NULL
		GROUP  BY v.key`, tid)
	if m.Counters, err = postgres.Counted(rows, "total"); err != nil {
		return m, fmt.Errorf("count Autopilot identities of %s: %w", tid, err)
	}
	return m, nil
}
