package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// RunPage is one page of the ledger.
type RunPage struct {
	Rows  []Attempt
	Next  string
	Count int64
}

// runOrder is newest first.
var runOrder = postgres.Order{Name: "started", Desc: true, Keys: []postgres.Key{
	{Expr: "s.started_at", Type: "timestamptz"}, {Expr: "s.tenant_id", Type: "uuid"}, {Expr: "s.dataset", Type: "text"}, {Expr: "s.run", Type: "bigint"},
}}

// Runs returns the attempts in the scope that match f, the newest first; f.State knows "lost" as well.
func (s *Service) Runs(ctx context.Context, scope tenant.Scope, f Filter) (RunPage, error) {
	w, err := f.where(scope)
	if err != nil {
		return RunPage{}, err
	}
	var page RunPage
	db := s.pool.In(scope)
	if err := db.QueryRow(ctx, `SELECT count(*) FROM sync_run s `+w.SQL(), w.Args...).Scan(&page.Count); err != nil {
		return RunPage{}, fmt.Errorf("count runs: %w", err)
	}
	if err := runOrder.After(w, f.After); err != nil {
		return RunPage{}, err
	}
	var places [][]string
	rows, _ := db.Query(ctx, `
		SELECT s.tenant_id, `+postgres.TenantName("s")+`, s.dataset, s.run, s.state, s.reason, s.started_at, s.ended_at, s.pages, s.rows, s.written,
		       s.gone, s.bytes, s.retries, s.throttled_ms, s.page_size, s.error_kind, s.error_sentence, s.request_id, s.client_request_id, s.activity_id, s.diagnosis,
		       `+runOrder.Place()+`
		FROM   sync_run s
		`+w.SQL()+`
		ORDER  BY `+runOrder.By()+`
		LIMIT  `+w.Arg(f.limit()+1), w.Args...)
	page.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Attempt, error) {
		var a Attempt
		var throttled int64
		var place []string
		t := &a.Trouble
		err := row.Scan(&a.Tenant, &a.TenantName, &a.Dataset, &a.Run, &a.State, &a.Reason, postgres.Zero(&a.StartedAt),
			postgres.Zero(&a.EndedAt), &a.Pages, &a.Rows, &a.Written, &a.Gone, &a.Bytes, &a.Retries, &throttled, &a.PageSize,
			&t.Kind, &t.Sentence, &t.RequestID, &t.ClientRequestID, &t.ActivityID, &t.Diagnosis, &place)
		a.Throttled = time.Duration(throttled) * time.Millisecond
		t.At = a.EndedAt
		places = append(places, place)
		return a, err
	})
	if err != nil {
		return RunPage{}, fmt.Errorf("list runs: %w", postgres.BadInput(err))
	}
	if len(page.Rows) > f.limit() {
		page.Rows = page.Rows[:f.limit()]
		page.Next = runOrder.Cursor(places[f.limit()-1])
	}
	return page, nil
}
