package device

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's managed devices.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all pages before it stores anything, so that a read that fails changes nothing.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	now := p.Now()
	q := graph.Query{Version: run.Dataset.Version, Select: run.Dataset.Select, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for wire, err := range graph.List[graph.ManagedDevice](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull devices of %s: %w", tid, err)
		}
		if err := stage.Add(fromGraph(wire, now)); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, now) })
}

// fromGraph is a device as we keep it. now gives the age of the last check-in.
func fromGraph(w graph.ManagedDevice, now time.Time) Device {
	d := Device{
		ID: clean(w.ID), Name: clean(w.DeviceName), Serial: clean(strings.TrimSpace(w.Serial)), OS: clean(w.OS), OSVersion: clean(w.OSVersion),
		Model: clean(w.Model), Manufacturer: clean(w.Manufacturer), Compliance: clean(w.Compliance), GraceUntil: grace(w.GraceUntil.Time),
		Ownership: clean(w.OwnerType), Agent: clean(w.ManagementAgent), State: clean(w.ManagementState), EnrolledAt: w.Enrolled.Time,
		LastSyncAt: w.LastSync.Time, CheckIn: CheckInOf(w.LastSync.Time, now), Encrypted: w.Encrypted, Supervised: w.Supervised,
		JailBroken: clean(w.JailBroken), StorageTotal: max(0, int64(w.StorageTotal)), StorageFree: max(0, int64(w.StorageFree)),
		Category: clean(w.Category), Threat: clean(w.Threat), EnrolmentType: clean(w.EnrolmentType), Profile: clean(w.Profile),
		PatchLevel: clean(w.PatchLevel), ManagedName: clean(w.ManagedName), UserID: clean(w.UserID), UPN: clean(w.UPN),
		UserName: clean(w.UserName), Email: clean(w.Email), Phone: clean(w.Phone), Carrier: clean(w.Carrier), IMEI: clean(w.IMEI),
		MEID: clean(w.MEID), WiFiMAC: clean(w.WiFiMAC), EntraDeviceID: strings.ToLower(clean(w.EntraDeviceID)), EntraRegistered: w.EntraRegistered,
		Registration: clean(w.Registration), EASActivated: w.EASActivated, EASDeviceID: clean(w.EASDeviceID),
		ExchangeAccess: clean(w.ExchangeAccess), ExchangeReason: clean(w.ExchangeReason), ExchangeSyncAt: w.ExchangeSync.Time,
		CertificateEnds: w.CertificateExpiration.Time, NeedsApproval: w.NeedsApproval,
	}
	if strings.Trim(d.EntraDeviceID, "0-") == "" { // Entra does not know it: the all-zero GUID
		d.EntraDeviceID = ""
	}
	if d.Compliance == "" {
		d.Compliance = "unknown"
	}
	d.Actions = actions(w.Actions)
	return d
}

// grace drops the far future that Intune writes for "no grace period".
func grace(t time.Time) time.Time {
	if t.Year() >= 9999 {
		return time.Time{}
	}
	return t
}

func actions(of []graph.DeviceActionResult) json.RawMessage {
	b, err := json.Marshal(kept(of))
	if err != nil { // a time out of range: the parser lets none through
		return json.RawMessage("[]")
	}
	return b
}

// kept is what of the results may be kept.
func kept(of []graph.DeviceActionResult) []Action {
	out := make([]Action, len(of))
	for i, a := range of {
		out[i] = Action{Name: clean(a.Name), State: clean(a.State), StartedAt: a.Started.Time, UpdatedAt: a.Updated.Time, ErrorCode: int64(a.ErrorCode)}
	}
	return out
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }

// searchText is what a search looks through: one value a line, in lower case, with MAC addresses also as people write them, as a part of one
// is looked for as it is typed.
func searchText(d Device) string {
	mac := separators.Replace(d.WiFiMAC)
	parts := []string{d.Name, d.Serial, d.UPN, d.UserName, d.IMEI, d.MEID, mac}
	if len(mac) == 12 {
		parts = append(parts, colons(mac))
	}
	kept := parts[:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.ToLower(strings.Join(kept, "\n"))
}

func colons(mac string) string {
	var b strings.Builder
	for i := 0; i < len(mac); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(mac[i : i+2])
	}
	return b.String()
}
