package autopilot

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's Autopilot identities.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all pages before it stores anything, so that a read that fails changes nothing.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Select: run.Dataset.Select, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.AutopilotIdentity](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull Autopilot identities of %s: %w", tid, err)
		}
		if err := stage.Add(fromGraph(w)); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, p.Now()) })
}

// fromGraph is an identity as we keep it.
func fromGraph(w graph.AutopilotIdentity) Identity {
	i := Identity{
		ID: clean(w.ID), Serial: clean(strings.TrimSpace(w.Serial)), Name: clean(w.DisplayName), Manufacturer: clean(w.Manufacturer), Model: clean(w.Model),
		SystemFamily: clean(w.SystemFamily), SKU: clean(w.SKU), GroupTag: clean(w.GroupTag), PurchaseOrder: clean(w.PurchaseOrder),
		ProfileStatus: known(w.ProfileStatus), ProfileDetail: clean(w.ProfileDetail), ProfileAssignedAt: w.ProfileAssigned.Time, State: known(w.State),
		ContactedAt: w.LastContacted.Time, UPN: clean(w.UPN), UserName: clean(w.UserName), EntraDeviceID: guid(w.EntraDeviceID),
		ManagedDeviceID: guid(w.ManagedDeviceID), DeviceAccount: clean(w.DeviceAccount), FriendlyName: clean(w.FriendlyName),
		Remediation: clean(w.Remediation), RemediationAt: w.RemediationModified.Time, Userless: clean(w.Userless),
	}
	if i.EntraDeviceID == "" {
		i.EntraDeviceID = guid(w.AzureADDeviceID)
	}
	return i
}

// known is a state; one that Graph left out is unknown, never fine.
func known(state string) string {
	if state == "" {
		return "unknown"
	}
	return clean(state)
}

// guid is an identifier; all zeros means that there is none. Graph spells GUIDs in either case.
func guid(s string) string {
	if strings.Trim(s, "0-") == "" {
		return ""
	}
	return strings.ToLower(clean(s))
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
