// Package sync serves the sync page: what is read from which customer, when it was last complete, what it cost, and why it failed.
//
// It asks graphsync for reads and reads its ledger; it never talks to Microsoft.
package sync

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Sync    *graphsync.Service
	Tenants *tenant.Store
	Narrow  page.Narrower // by groups and tags, for reads that a form asks for; nil: there are none
}

// Mount adds the pages.
func (h *Handler) Mount(r page.Router) {
	r.Get("/sync", h.list)
	r.Post("/sync", tenant.MaySync, h.now)
	r.Get("/sync/runs", h.runs)
	r.Get("/sync/budget", h.budget)
}

// row is one dataset of one customer, for the table and the JSON twin.
type row struct {
	TenantID   string     `json:"tenant_id"`
	TenantName string     `json:"tenant_name"`
	Dataset    string     `json:"dataset"`
	Label      string     `json:"label"`
	State      string     `json:"state"`
	Rows       int64      `json:"rows"`
	Pages      int64      `json:"pages"`
	Retries    int64      `json:"retries"`
	Calls      int64      `json:"calls"`
	Throttled  int64      `json:"throttled_ms"`
	Duration   int64      `json:"duration_ms"`
	AsOf       *time.Time `json:"as_of"`
	NextAt     *time.Time `json:"next_at"`
	AskedAt    *time.Time `json:"asked_at"` // of a read that waits for its turn
	Problem    string     `json:"problem"`
	Note       string     `json:"note"` // how the read had to adapt
	RequestID  string     `json:"request_id"`
	ActivityID string     `json:"activity_id"`

	Diagnosis *graphsync.Diagnosis `json:"diagnosis,omitempty"`

	now time.Time
}

var states = []page.Option{{Value: "failed", Label: "Failed"}, {Value: "running", Label: "Being read"}, {Value: "never", Label: "Not read yet"}, {Value: "ok", Label: "Complete"}}

var ages = []page.Option{{Value: "fresh", Label: "Within its target"}, {Value: "late", Label: "Late"}, {Value: "unread", Label: "Never read completely"}}

func datasets() []page.Option {
	var out []page.Option
	for _, d := range graphsync.Table() {
		out = append(out, page.Option{Value: d.Name, Label: d.Label})
	}
	return out
}

var spec = page.Spec{
	Sorts: []string{"trouble", "tenant", "asOf"},
	Filters: []page.Filter{
		{Name: "dataset", Label: "Dataset", Options: datasets()}, {Name: "state", Label: "State", Options: states},
		{Name: "age", Label: "Age", Options: ages}, page.ByCustomer,
	},
}

// chosen are the filters that a form carries along.
var chosen = []string{"dataset", "state", "age", "customer", "group", "tag"}

var columns = []page.Column[row]{
	{Key: "dataset", Label: "Dataset", Width: 250, Wrap: true, Text: func(r row) string { return r.Label }},
	{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Sort: "tenant", Width: 170, Cell: func(r row) ui.Cell { return customerCell(r.TenantID, r.TenantName) }, Text: func(r row) string { return r.TenantName }},
	{Key: "state", Label: "State", Kind: ui.KindState, Wrap: true, Phone: "line", Sort: "trouble", Cell: stateCell, Text: func(r row) string { return r.State }},
	{Key: "rows", Label: "Rows read", Kind: ui.KindNumber, Width: 90, Cell: func(r row) ui.Cell { return ui.TextCell(r.rows()) }, Text: func(r row) string { return strconv.FormatInt(r.Rows, 10) }},
	{Key: "calls", Label: "Calls", Kind: ui.KindNumber, Priority: 3, Width: 70, Cell: func(r row) ui.Cell { return ui.QuietCell(ui.N(r.Calls)) }, Text: func(r row) string { return strconv.FormatInt(r.Calls, 10) }},
	{Key: "pages", Label: "Pages", Exact: true, Text: func(r row) string { return strconv.FormatInt(r.Pages, 10) }},
	{Key: "retries", Label: "Retries", Exact: true, Text: func(r row) string { return strconv.FormatInt(r.Retries, 10) }},
	{Key: "throttled", Label: "Held back", Kind: ui.KindNumber, Priority: 3, Width: 84, Cell: func(r row) ui.Cell { return lengthCell(r.Throttled) }, Text: func(r row) string { return length(r.Throttled) }},
	{Key: "duration", Label: "Took", Kind: ui.KindNumber, Priority: 2, Width: 80, Cell: func(r row) ui.Cell { return lengthCell(r.Duration) }, Text: func(r row) string { return length(r.Duration) }},
	{Key: "asof", Label: "Read completely", Kind: ui.KindTime, Sort: "asOf", Width: 130, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(deref(r.AsOf), r.now)) }, Text: func(r row) string { return page.Stamp(r.AsOf) }},
	{Key: "next", Label: "Next", Kind: ui.KindTime, Priority: 2, Width: 100, Phone: "named", Cell: nextCell, Text: func(r row) string { return page.Stamp(r.NextAt) }},
	{Key: "request", Label: "Request id", Exact: true, Text: func(r row) string { return r.RequestID }},
	{Key: "note", Label: "Adapted", Exact: true, Text: func(r row) string { return r.Note }},
	{Key: "problem", Label: "Problem", Exact: true, Text: func(r row) string { return r.Problem }},
	{Key: "who", Label: "Who can fix it", Exact: true, Text: func(r row) string { return who(r.Diagnosis) }},
	{Key: "remedy", Label: "What to do", Exact: true, Text: func(r row) string { return remedy(r.Diagnosis) }},
}

func customerCell(id, name string) ui.Cell {
	return ui.TenantCell(ui.TenantChip{Name: name, URL: "/t/" + id, Colour: ui.Mark(id)})
}

// rows is empty where nothing was read: 0 would be a finding.
func (r row) rows() string {
	if r.AsOf == nil && r.State != "running" {
		return ""
	}
	return ui.N(r.Rows)
}

func stateCell(r row) ui.Cell {
	switch {
	case r.State == "running":
		return ui.StateCell(ui.ShapePending, "Being read")
	case r.AskedAt != nil:
		return ui.StateCell(ui.ShapePending, "Asked for, waits for its turn")
	case r.State == "failed" && r.AsOf != nil:
		return failed(ui.ShapeStale, problem(r.Diagnosis, r.Problem))
	case r.State == "failed":
		return failed(ui.ShapeBad, problem(r.Diagnosis, r.Problem))
	case r.State == "ok" && !late(r):
		return complete(r.Note)
	case r.State == "ok":
		return ui.StateCell(ui.ShapeStale, "Older than its target")
	}
	return ui.StateCell(ui.ShapeUnknown, "Not read yet")
}

// failed keeps the whole sentence in the cell's title, as the column cuts long ones off.
func failed(shape ui.Shape, problem string) ui.Cell {
	c := ui.StateCell(shape, "Failed: "+problem)
	c.Title = problem
	return c
}

// complete says how the read had to adapt, and keeps the whole sentence in the cell's title.
func complete(note string) ui.Cell {
	text := "Complete"
	if note != "" {
		text += ". " + note
	}
	c := ui.StateCell(ui.ShapeOK, text)
	c.Title = note
	return c
}

// adapted is the sentence on a read whose pages had to be smaller than the dataset's.
func adapted(dataset string, size int64) string {
	if size == 0 {
		return ""
	}
	d, _ := graphsync.Table().Get(dataset)
	of := ""
	if d.PageSize > 0 {
		of = " instead of " + ui.N(int64(d.PageSize))
	}
	return "Read in pages of " + ui.N(size) + of + ": Microsoft does not answer larger ones (503 or 504)."
}

func late(r row) bool {
	d, ok := graphsync.Table().Get(r.Dataset)
	return ok && r.AsOf != nil && r.now.Sub(*r.AsOf) > d.FreshFor
}

func nextCell(r row) ui.Cell {
	if r.NextAt == nil {
		return ui.DashCell()
	}
	return ui.TimeCell(ui.Future(*r.NextAt, r.now))
}

func length(ms int64) string {
	switch {
	case ms == 0:
		return ""
	case ms < 1000:
		return ui.N(ms) + " ms"
	}
	return ui.Length(time.Duration(ms) * time.Millisecond)
}

func lengthCell(ms int64) ui.Cell { return ui.QuietCell(length(ms)) }

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func pointer(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func newRow(st graphsync.Status, now time.Time) row {
	r := row{
		TenantID: st.Tenant.String(), TenantName: st.TenantName, Dataset: st.Dataset, Label: graphsync.Label(st.Dataset), State: st.State,
		Rows: st.LastCompleteRows, Pages: st.Pages, Retries: st.Retries, Throttled: st.Throttled.Milliseconds(), Duration: st.Duration.Milliseconds(),
		AsOf: pointer(st.LastCompleteAt), AskedAt: pointer(st.AskedAt), Problem: st.Trouble.Sentence, Note: adapted(st.Dataset, st.PageSize), RequestID: st.Trouble.RequestID, ActivityID: st.Trouble.ActivityID, now: now,
		Calls: calls(st.Pages, st.Retries, st.State, st.Trouble), Diagnosis: st.Trouble.Diagnosis.Brief(),
	}
	if st.State == "running" {
		r.Rows, r.Duration = st.Rows, 0
	}
	if !st.Stopped {
		r.NextAt = pointer(st.NextAt)
	}
	return r
}

// filter turns the list's state into the store's; a customer out of reach finds nothing.
func filter(q page.Query) graphsync.Filter {
	f := graphsync.Filter{Dataset: q.Values["dataset"], State: q.Values["state"], Age: q.Values["age"], Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	for _, c := range q.Values["customer"] {
		if id, err := tenant.ParseID(c); err == nil {
			f.Tenants = append(f.Tenants, id)
		}
	}
	return f
}

const pageSize = 40

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.CSV {
		return h.export(w, r, m, q)
	}
	found, err := h.Sync.List(r.Context(), m.Scope, filter(q))
	if err != nil {
		return err
	}
	l, err := h.page(r, m, q)
	if err != nil {
		return err
	}
	l.Count, l.Next, l.Rows = found.Count, found.Next, rows(found.Rows, l.now)
	l.Live = slices.ContainsFunc(l.Rows, func(x row) bool { return x.State == "running" || x.AskedAt != nil })
	if l.Banner, err = h.leftAlone(r.Context(), m.Scope, l.now); err != nil {
		return err
	}
	return l.Serve(w, r)
}

func rows(found []graphsync.Status, now time.Time) []row {
	out := make([]row, 0, len(found))
	for _, st := range found {
		out = append(out, newRow(st, now))
	}
	return out
}

type list struct {
	page.List[row]
	now time.Time
}

func (h *Handler) page(r *http.Request, m tenant.Membership, q page.Query) (list, error) {
	now := page.ChromeOf(r.Context()).Now
	l := list{now: now, List: page.List[row]{
		Title: "Sync", One: "dataset", Many: "datasets", Caption: "Datasets, those in trouble first", M: m, Query: q, Spec: spec, Columns: columns,
		URL: func(x row) string {
			return "/sync/runs?" + url.Values{"customer": {x.TenantID}, "dataset": {x.Dataset}}.Encode()
		},
		Lead:  "What is read from each customer, when it was last complete, and when it is read again.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "arrow_sync", Title: "Nothing is read yet", Lines: []string{"Reading begins when a customer has agreed."}, ActionURL: "/tenants", ActionText: "Show customers"},
	}}
	l.Actions = []ui.Action{{Text: "All runs", Icon: "history", Kind: ui.Quiet, URL: "/sync/runs"}, {Text: "Call budget", Icon: "clock", Kind: ui.Quiet, URL: "/sync/budget"}}
	if m.May(tenant.MaySync) {
		l.Actions = append(l.Actions, ui.Action{Text: readText(q), Icon: "arrow_sync", Post: "/sync", Fields: fields(q)})
	}
	return l, nil
}

func readText(q page.Query) string {
	if q.Narrowed() {
		return "Read these now"
	}
	return "Read all now"
}

// fields carries the list's filters with the form, so that what is read again is what is shown.
func fields(q page.Query) []ui.Pair {
	var out []ui.Pair
	for _, name := range chosen {
		for _, v := range q.Values[name] {
			out = append(out, ui.Pair{Name: name, Value: v})
		}
	}
	return out
}

func (h *Handler) export(w http.ResponseWriter, r *http.Request, m tenant.Membership, q page.Query) error {
	l, err := h.page(r, m, q)
	if err != nil {
		return err
	}
	found, err := h.all(r.Context(), m, filter(q))
	if err != nil {
		return err
	}
	l.Rows = rows(found, l.now)
	return l.Serve(w, r)
}

// now asks for the reads that the filters choose; the answer is the list, where their progress shows.
func (h *Handler) now(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	narrowed := url.Values{}
	for _, name := range chosen {
		if v := form[name]; len(v) > 0 {
			narrowed[name] = v
		}
	}
	back := &url.URL{Path: "/sync", RawQuery: narrowed.Encode()}
	q, err := spec.Parse(back)
	if err != nil {
		return err
	}
	asked, err := h.request(r.Context(), m, q)
	if err != nil {
		return err
	}
	return page.Done(w, r, back.String(), fresh.Asked(asked))
}

// request asks for the reads of a list: those of customers and datasets by name, those in a state or of an age row by row.
func (h *Handler) request(ctx context.Context, m tenant.Membership, q page.Query) (graphsync.Requested, error) {
	if groups, tags := q.Groups(); h.Narrow != nil && len(groups)+len(tags) > 0 {
		var err error
		if m.Scope, err = h.Narrow(ctx, m.Scope, groups, tags); err != nil {
			return graphsync.Requested{}, err
		}
	}
	f, scope := filter(q), m.Scope
	if len(f.Tenants) > 0 {
		for _, id := range f.Tenants {
			if _, err := h.Tenants.Get(ctx, m.Scope, id); err != nil {
				return graphsync.Requested{}, errs.Show(errs.NotFound, "There is no such customer, or you may not see it.")
			}
		}
		scope = tenant.Only(f.Tenants...)
	}
	if len(f.State) == 0 && len(f.Age) == 0 {
		return h.Sync.RequestNow(ctx, scope, f.Dataset...)
	}
	var sum graphsync.Requested
	found, err := h.all(ctx, m, f)
	if err != nil {
		return sum, err
	}
	of := map[string][]tenant.ID{}
	for _, st := range found {
		of[st.Dataset] = append(of[st.Dataset], st.Tenant)
	}
	for dataset, tenants := range of {
		asked, err := h.Sync.RequestNow(ctx, tenant.Only(tenants...), dataset)
		if err != nil {
			return sum, err
		}
		sum.Queued, sum.Running, sum.NotConnected = sum.Queued+asked.Queued, sum.Running+asked.Running, max(sum.NotConnected, asked.NotConnected)
	}
	return sum, nil
}

// all is the whole list, read page by page.
func (h *Handler) all(ctx context.Context, m tenant.Membership, f graphsync.Filter) ([]graphsync.Status, error) {
	var out []graphsync.Status
	f.Limit, f.After = 500, ""
	for {
		found, err := h.Sync.List(ctx, m.Scope, f)
		if err != nil {
			return nil, err
		}
		out = append(out, found.Rows...)
		if f.After = found.Next; f.After == "" {
			return out, nil
		}
	}
}
