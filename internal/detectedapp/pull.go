package detectedapp

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

// Puller reads a tenant's detected apps. Which devices have them would be a call for each, so that is left to who looks: see Live.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all pages before it stores anything, so that a read that fails changes nothing.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for wire, err := range graph.List[graph.DetectedApp](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull detected apps of %s: %w", tid, err)
		}
		if !wire.Devices.Known { // as none it would be a program that is on no device any more
			return fmt.Errorf("pull detected apps of %s: %w", tid, graph.BadRow(run.Dataset.Path, "a detected app that does not say on how many devices it is"))
		}
		if err := stage.Add(fromGraph(wire)); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, p.Now()) })
}

// fromGraph is a version as we keep it.
func fromGraph(w graph.DetectedApp) Version {
	v := Version{
		ID: clean(w.ID), Name: clean(strings.TrimSpace(w.DisplayName)), Publisher: clean(strings.TrimSpace(w.Publisher)), Version: clean(strings.TrimSpace(w.Version)),
		Platform: clean(w.Platform), Size: max(0, int64(w.Size)), Devices: w.Devices.N,
	}
	if v.Platform == "" {
		v.Platform = "unknown"
	}
	v.Key = KeyOf(v.Name, v.Publisher)
	return v
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
