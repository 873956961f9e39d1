package device

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// CategoryPuller reads a tenant's device categories.
type CategoryPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all categories before it stores anything, so that a read that fails changes nothing.
func (p *CategoryPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.CategoryStage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Select: run.Dataset.Select,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.DeviceCategory](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull device categories of %s: %w", tid, err)
		}
		if err := stage.Add(Category{ID: clean(w.ID), Name: clean(w.DisplayName), Description: clean(w.Description)}); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, p.Now()) })
}

// CategoryStage gathers the device categories of one read.
type CategoryStage struct{ rows *postgres.Stage }

// CategoryStage starts to gather a read.
func (s *Store) CategoryStage() *CategoryStage {
	return &CategoryStage{postgres.NewStage("id", "name", "description")}
}

// Close drops what was gathered.
func (s *CategoryStage) Close() { s.rows.Close() }

// Add adds a category. One that comes twice counts as it came last.
func (s *CategoryStage) Add(c Category) error {
	return s.rows.Row().Text(c.ID).Text(c.Name).Text(c.Description).End()
}

var mergingCategories = postgres.Merge{Table: "device_category", Keep: true, History: "device_category_change", Subject: "category_id", Fields: []string{"name", "description"}}

// Merge makes the tenant's device categories those of the read, which was complete, and keeps what changed.
func (s *CategoryStage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if m.Written, m.Gone, err = s.rows.Merge(ctx, tx, mergingCategories, tid, run, now); err != nil {
		return m, fmt.Errorf("merge device categories of %s: %w", tid, err)
	}
	var total int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM device_category WHERE tenant_id = $1 AND gone_at IS NULL`, tid).Scan(&total); err != nil {
		return m, fmt.Errorf("count device categories of %s: %w", tid, err)
	}
	m.Counters = map[string]int64{"total": total}
	return m, nil
}
