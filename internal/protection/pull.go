package protection

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

// Puller reads what Defender on a tenant's Windows devices reports, together with the list of devices: alone it would be a call for each.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// windows narrows the list of devices. Where the service ignores it, the rows without a protection state are left out all the same.
const windows = "operatingSystem eq 'Windows'"

// Pull reads all pages before it stores anything, so that a read that fails changes nothing.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Select: run.Dataset.Select, Expand: run.Dataset.Expand, Filter: windows, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.ProtectedDevice](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull device protection of %s: %w", tid, err)
		}
		if w.Protection == nil {
			continue
		}
		if err := stage.Add(fromGraph(w)); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, p.Now()) })
}

// fromGraph is a device's protection as we keep it; w.Protection is not nil.
func fromGraph(w graph.ProtectedDevice) Device {
	s := w.Protection
	d := Device{
		ID: clean(w.ID), Name: clean(w.DeviceName), State: clean(s.DeviceState), ProductStatus: clean(s.ProductStatus),
		MalwareProtection: s.MalwareProtection, RealTime: s.RealTime, NetworkInspection: s.NetworkInspection, Tamper: s.Tamper, VirtualMachine: s.VirtualMachine,
		EngineVersion: clean(s.EngineVersion), SignatureVersion: clean(s.SignatureVersion), ClientVersion: clean(s.ClientVersion),
		QuickScanAt: s.QuickScan.Time, FullScanAt: s.FullScan.Time, ReportedAt: s.Reported.Time,
		ActiveMalware: said(w.ActiveMalware), RemediatedMalware: said(w.RemediatedMalware),
	}
	d.Problems = problems(d, s)
	return d
}

func said(n graph.Count) *int64 {
	if !n.Known {
		return nil
	}
	return &n.N
}

// problems are what the state means for people, by the flags and booleans that say it. What is not said is no problem and no proof.
func problems(d Device, s *graph.ProtectionState) []string {
	off := func(b *bool) bool { return b != nil && !*b }
	on := func(b *bool) bool { return b != nil && *b }
	is := map[string]bool{
		"malwareActive":    d.ActiveMalware != nil && *d.ActiveMalware > 0,
		"critical":         has(d.State, "critical"),
		"protectionOff":    off(d.MalwareProtection) || has(d.ProductStatus, "serviceNotRunning") || has(d.ProductStatus, "serviceStartedWithoutMalwareProtection") || has(d.ProductStatus, "productExpired"),
		"realTimeOff":      off(d.RealTime),
		"tamperOff":        off(d.Tamper),
		"signaturesOld":    on(s.SignaturesOverdue) || has(d.ProductStatus, "avSignaturesOutOfDate") || has(d.ProductStatus, "asSignaturesOutOfDate"),
		"manualSteps":      has(d.State, "manualStepsPending") || has(d.ProductStatus, "pendingManualStepsDueToThreatAction"),
		"fullScanRequired": on(s.FullScanRequired) || has(d.State, "fullScanPending") || has(d.ProductStatus, "pendingFullScanDueToThreatAction"),
		"rebootRequired":   on(s.RebootRequired) || has(d.State, "rebootPending") || has(d.ProductStatus, "pendingRebootDueToThreatAction"),
		"quickScanOverdue": on(s.QuickScanOverdue) || has(d.ProductStatus, "noQuickScanHappenedForSpecifiedPeriod"),
		"fullScanOverdue":  on(s.FullScanOverdue) || has(d.ProductStatus, "noFullScanHappenedForSpecifiedPeriod"),
	}
	found := []string{}
	for _, p := range Problems {
		if is[p] {
			found = append(found, p)
		}
	}
	return found
}

// MalwarePuller reads the malware that was found in a tenant.
type MalwarePuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all pages before it stores anything.
func (p *MalwarePuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.MalwareStage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Top: run.Dataset.PageSize, Shrinks: true, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.Malware](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull malware of %s: %w", tid, err)
		}
		if err := stage.Add(malwareFromGraph(w)); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, p.Now()) })
}

func malwareFromGraph(w graph.Malware) Malware {
	m := Malware{ID: clean(w.ID), Name: clean(w.DisplayName), Severity: clean(w.Severity), Category: clean(w.Category), DetectedAt: w.LastDetected.Time}
	if strings.HasPrefix(w.URL, "https://") { // anything else is no page of Microsoft's
		m.URL = clean(w.URL)
	}
	if m.Severity == "" {
		m.Severity = "unknown"
	}
	return m
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
