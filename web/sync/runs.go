package sync

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// run is one attempt of the ledger.
type run struct {
	TenantID   string     `json:"tenant_id"`
	TenantName string     `json:"tenant_name"`
	Dataset    string     `json:"dataset"`
	Label      string     `json:"label"` // the dataset in words
	Run        int64      `json:"run"`
	State      string     `json:"state"`
	Reason     string     `json:"reason"`
	StartedAt  time.Time  `json:"started_at"`
	EndedAt    *time.Time `json:"ended_at"`
	Pages      int64      `json:"pages"`
	Rows       int64      `json:"rows"`
	Written    int64      `json:"written"`
	Gone       int64      `json:"gone"`
	Retries    int64      `json:"retries"`
	Throttled  int64      `json:"throttled_ms"`
	Calls      int64      `json:"calls"`
	Problem    string     `json:"problem"`
	Note       string     `json:"note"` // how the read had to adapt
	RequestID  string     `json:"request_id"`
	ActivityID string     `json:"activity_id"`

	Diagnosis *graphsync.Diagnosis `json:"diagnosis,omitempty"`

	now time.Time
}

var runStates = []page.Option{{Value: "ok", Label: "Complete"}, {Value: "failed", Label: "Failed"}, {Value: "running", Label: "Being read"}, {Value: "lost", Label: "Worker died"}}

var runSpec = page.Spec{Filters: []page.Filter{
	{Name: "dataset", Label: "Dataset", Options: datasets()}, {Name: "state", Label: "State", Options: runStates}, page.ByCustomer,
}}

var reasons = map[string]string{"schedule": "by schedule", "person": "asked for", "consent": "after consent"}

var runColumns = []page.Column[run]{
	{Key: "dataset", Label: "Dataset", Width: 190, Wrap: true, Text: func(r run) string { return r.Label }},
	{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Width: 170, Cell: func(r run) ui.Cell { return customerCell(r.TenantID, r.TenantName) }, Text: func(r run) string { return r.TenantName }},
	{Key: "state", Label: "Result", Kind: ui.KindState, Wrap: true, Phone: "line", Cell: resultCell, Text: func(r run) string { return r.State }},
	{Key: "started", Label: "Began", Kind: ui.KindTime, Width: 96, Cell: func(r run) ui.Cell { return ui.TimeCell(ui.NewTime(r.StartedAt, r.now)) }, Text: func(r run) string { return page.Stamp(&r.StartedAt) }},
	{Key: "took", Label: "Took", Kind: ui.KindNumber, Priority: 2, Width: 70, Cell: func(r run) ui.Cell { return lengthCell(r.took()) }, Text: func(r run) string { return length(r.took()) }},
	{Key: "rows", Label: "Rows read", Kind: ui.KindNumber, Width: 84, Cell: func(r run) ui.Cell { return ui.TextCell(ui.N(r.Rows)) }, Text: func(r run) string { return strconv.FormatInt(r.Rows, 10) }},
	{Key: "written", Label: "Changed", Kind: ui.KindNumber, Priority: 2, Width: 76, Cell: func(r run) ui.Cell { return ui.TextCell(ui.N(r.Written)) }, Text: func(r run) string { return strconv.FormatInt(r.Written, 10) }},
	{Key: "gone", Label: "Gone", Kind: ui.KindNumber, Priority: 3, Width: 64, Cell: func(r run) ui.Cell { return ui.TextCell(ui.N(r.Gone)) }, Text: func(r run) string { return strconv.FormatInt(r.Gone, 10) }},
	{Key: "pages", Label: "Pages", Exact: true, Text: func(r run) string { return strconv.FormatInt(r.Pages, 10) }},
	{Key: "calls", Label: "Calls", Kind: ui.KindNumber, Priority: 3, Width: 64, Cell: func(r run) ui.Cell { return ui.TextCell(ui.N(r.Calls)) }, Text: func(r run) string { return strconv.FormatInt(r.Calls, 10) }},
	{Key: "retries", Label: "Retries", Exact: true, Text: func(r run) string { return strconv.FormatInt(r.Retries, 10) }},
	{Key: "throttled", Label: "Held back", Kind: ui.KindNumber, Priority: 3, Width: 80, Cell: func(r run) ui.Cell { return lengthCell(r.Throttled) }, Text: func(r run) string { return length(r.Throttled) }},
	{Key: "why", Label: "Why", Priority: 3, Width: 116, Cell: func(r run) ui.Cell { return ui.QuietCell(reasons[r.Reason]) }, Text: func(r run) string { return r.Reason }},
	{Key: "note", Label: "Adapted", Exact: true, Text: func(r run) string { return r.Note }},
	{Key: "request", Label: "Request id", Exact: true, Text: func(r run) string { return r.RequestID }},
	{Key: "problem", Label: "Problem", Exact: true, Text: func(r run) string { return r.Problem }},
	{Key: "who", Label: "Who can fix it", Exact: true, Text: func(r run) string { return who(r.Diagnosis) }},
	{Key: "remedy", Label: "What to do", Exact: true, Text: func(r run) string { return remedy(r.Diagnosis) }},
}

func (r run) took() int64 {
	if r.EndedAt == nil {
		return 0
	}
	return r.EndedAt.Sub(r.StartedAt).Milliseconds()
}

func resultCell(r run) ui.Cell {
	switch r.State {
	case "ok":
		return complete(r.Note)
	case "running":
		return ui.StateCell(ui.ShapePending, "Being read")
	case "lost":
		return ui.StateCell(ui.ShapeUnknown, "The worker died; it was read again")
	}
	return failed(ui.ShapeBad, problem(r.Diagnosis, r.Problem))
}

func (h *Handler) runs(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := runSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, now := filter(q), page.ChromeOf(r.Context()).Now
	found, err := h.Sync.Runs(r.Context(), m.Scope, f)
	if err != nil {
		return err
	}
	l := page.List[run]{
		Title: "Runs", One: "run", Many: "runs", Caption: "Reads, the newest first", M: m, Query: q, Spec: runSpec, Columns: runColumns, Count: found.Count, Next: found.Next,
		Context: []ui.Crumb{{Text: "Sync", URL: "/sync"}}, Lead: "Every attempt to read, the newest first.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "history", Title: "Nothing was read yet", Lines: []string{"Reading begins when a customer has agreed."}},
		Each:  h.eachRun(m, f, now),
	}
	for _, a := range found.Rows {
		l.Rows = append(l.Rows, newRun(a, now))
	}
	if len(f.Dataset) == 1 && len(f.Tenants) == 1 && len(l.Rows) > 0 && f.After == "" {
		l.Banner = told(l.Rows)
	}
	l.Live = slices.ContainsFunc(l.Rows, func(x run) bool { return x.State == "running" })
	return l.Serve(w, r)
}

func (h *Handler) eachRun(m tenant.Membership, f graphsync.Filter, now time.Time) func(context.Context) iter.Seq2[run, error] {
	return page.Paged(func(ctx context.Context, after string) ([]graphsync.Attempt, string, error) {
		f.After, f.Limit = after, 500
		found, err := h.Sync.Runs(ctx, m.Scope, f)
		return found.Rows, found.Next, err
	}, func(a graphsync.Attempt) run { return newRun(a, now) })
}

func newRun(a graphsync.Attempt, now time.Time) run {
	return run{
		TenantID: a.Tenant.String(), TenantName: a.TenantName, Dataset: a.Dataset, Label: graphsync.Label(a.Dataset), Run: a.Run, State: a.State, Reason: a.Reason, StartedAt: a.StartedAt.UTC(),
		EndedAt: pointer(a.EndedAt), Pages: a.Pages, Rows: a.Rows, Written: a.Written, Gone: a.Gone, Retries: a.Retries, Throttled: a.Throttled.Milliseconds(),
		Calls: calls(a.Pages, a.Retries, a.State, a.Trouble), Diagnosis: a.Trouble.Diagnosis.Brief(),
		Problem: a.Trouble.Sentence, Note: adapted(a.Dataset, a.PageSize), RequestID: a.Trouble.RequestID, ActivityID: a.Trouble.ActivityID, now: now,
	}
}
