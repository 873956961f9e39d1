package guests

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// jobRow is one job in the list, its twin and its exports.
type jobRow struct {
	ID        int64     `json:"id"`
	MadeAt    time.Time `json:"made_at"`
	MadeBy    string    `json:"made_by"`
	Customers int64     `json:"customers"`
	Lines     int64     `json:"invitations"`
	Waiting   int64     `json:"waiting"`
	Sent      int64     `json:"sent"`
	There     int64     `json:"already_there"`
	Failed    int64     `json:"failed"`
	Unclear   int64     `json:"unknown"`
	Running   bool      `json:"running"`
	StateName string    `json:"state_name"`
	URL       string    `json:"url"`

	state ui.State
	now   time.Time
}

func newJobRow(j guest.Job, now time.Time) jobRow {
	r := jobRow{ID: j.ID, MadeAt: j.MadeAt.UTC(), MadeBy: j.MadeBy, Customers: j.Customers, Lines: j.Lines, Waiting: j.Waiting, Sent: j.Sent, There: j.There, Failed: j.Failed, Unclear: j.Unclear, Running: j.Running(now), URL: jobPath(j.ID), now: now}
	switch {
	case r.Running:
		r.state = ui.State{Shape: ui.ShapePending, Text: ui.N(j.Lines-j.Waiting) + " of " + ui.N(j.Lines) + " done"}
	case j.Waiting > 0:
		r.state = ui.State{Shape: ui.ShapeWarn, Text: "Stopped, " + ui.N(j.Waiting) + " not sent"}
	case j.Failed > 0:
		r.state = ui.State{Shape: ui.ShapeBad, Text: ui.N(j.Failed) + " not sent"}
	case j.Unclear > 0:
		r.state = ui.State{Shape: ui.ShapeUnknown, Text: ui.N(j.Unclear) + " unknown"}
	default:
		r.state = ui.State{Shape: ui.ShapeOK, Text: "Done"}
	}
	r.StateName = r.state.Text
	return r
}

func jobPath(id int64) string { return "/guests/jobs/" + strconv.FormatInt(id, 10) }

var jobSpec = page.Spec{}

var jobColumns = func() []page.Column[jobRow] {
	n := func(key, label string, priority int, of func(jobRow) int64) page.Column[jobRow] {
		return page.Column[jobRow]{Key: key, Label: label, Kind: ui.KindNumber, Width: 110, Priority: priority, Text: func(r jobRow) string { return strconv.FormatInt(of(r), 10) }, Cell: func(r jobRow) ui.Cell { return ui.NumberCell(of(r), "") }}
	}
	return []page.Column[jobRow]{
		{Key: "job", Label: "Job", Text: func(r jobRow) string {
			return ui.Count(r.Lines, "invitation", "invitations") + " to " + ui.Count(r.Customers, "customer", "customers")
		}},
		{Key: "state", Label: "State", Kind: ui.KindState, Width: 200, Text: func(r jobRow) string { return r.StateName }, Cell: func(r jobRow) ui.Cell { return ui.Cell{State: &r.state} }},
		{Key: "by", Label: "By", Width: 200, Priority: 2, Text: func(r jobRow) string { return r.MadeBy }, Cell: func(r jobRow) ui.Cell { return ui.TextCell(r.MadeBy) }},
		{Key: "made", Label: "When", Kind: ui.KindTime, Width: 120, Text: func(r jobRow) string { return page.Stamp(&r.MadeAt) }, Cell: func(r jobRow) ui.Cell { return ui.TimeCell(ui.NewTime(r.MadeAt, r.now)) }},
		n("sent", "Sent", 2, func(r jobRow) int64 { return r.Sent }), n("there", "Was there", 3, func(r jobRow) int64 { return r.There }), n("failed", "Not sent", 2, func(r jobRow) int64 { return r.Failed }), n("unknown", "Unknown", 3, func(r jobRow) int64 { return r.Unclear }),
	}
}()

func (h *Handler) jobs(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := jobSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	l := page.List[jobRow]{
		Title: "Invitation jobs", One: "job", Many: "jobs", Caption: "Invitation jobs, the newest first", M: m, Query: q, Spec: jobSpec, Columns: jobColumns, URL: func(r jobRow) string { return r.URL },
		Context: []ui.Crumb{{Text: "Guest accounts", URL: "/guests"}}, Lead: "Invitations of several people to several customers, the newest first.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "person_add", Title: "No job yet", Lines: []string{"A job is made when you invite people to several customers at once."}},
	}
	if m.May(tenant.MayAct) {
		l.Actions = []ui.Action{{Text: "Invite to several customers", Icon: "person_add", URL: "/guests/many"}}
		l.Empty.ActionURL, l.Empty.ActionText = "/guests/many", "Invite to several customers"
	}
	found, next, count, err := h.Guests.Jobs(r.Context(), m.Scope, q.After, pageSize)
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	l.Next, l.Count = next, count
	for _, j := range found {
		row := newJobRow(j, now)
		l.Rows, l.Live = append(l.Rows, row), l.Live || row.Running
	}
	return l.Serve(w, r)
}

// jobView is what a job's page shows, and its JSON twin.
type jobView struct {
	jobRow
	Language string    `json:"language"`
	Message  string    `json:"message"`
	Rows     []jobLine `json:"rows"`

	again  int64
	reason string
}

// jobLine is one invitation of the job.
type jobLine struct {
	Customer page.TenantRef `json:"customer"`
	Address  string         `json:"address"`
	State    string         `json:"state"`
	Said     string         `json:"said"`
	At       time.Time      `json:"changed_at"`
	Doctor   string         `json:"doctor,omitempty"` // the page that says what is behind a refusal
}

var outcomes = map[guest.Outcome]ui.State{
	guest.Waiting: {Shape: ui.ShapeTodo, Text: "Waits"}, guest.Sending: {Shape: ui.ShapePending, Text: "Being sent"}, guest.Sent: {Shape: ui.ShapeOK, Text: "Sent"},
	guest.There: {Shape: ui.ShapeNone, Text: "Was there already"}, guest.Failed: {Shape: ui.ShapeBad, Text: "Not sent"}, guest.Unclear: {Shape: ui.ShapeUnknown, Text: "Unknown"},
}

func (h *Handler) job(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := jobID(r)
	if err != nil {
		return err
	}
	j, lines, err := h.Guests.Job(r.Context(), m.Scope, id)
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	v := jobView{jobRow: newJobRow(j, now), Language: j.Language, Message: j.Message, Rows: []jobLine{}, again: j.Repeats(now)}
	for _, l := range lines {
		row := jobLine{page.TenantRef{ID: l.Tenant, Name: l.TenantName}, l.Address, string(l.Outcome), l.Said, l.ChangedAt.UTC(), ""}
		if l.Failure != "" {
			row.Doctor = fresh.FailureURL(l.Tenant, l.Failure)
		}
		v.Rows = append(v.Rows, row)
	}
	if v.again > 0 && !m.May(tenant.MayAct) {
		v.again, v.reason = 0, "A technician or an owner can try again what was not sent."
	}
	s := page.Shell(r, m, "Invitations")
	if v.Running {
		s.Refresh, s.Live = 10, true
	}
	return page.Answer(w, r, v, jobPage(s, v))
}

func jobID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "job"), 10, 64)
	if err != nil || id < 1 {
		return 0, errs.NotFound
	}
	return id, nil
}

// again tries what was not sent once more, in the name of who asks now.
func (h *Handler) again(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	id, err := jobID(r)
	if err != nil {
		return err
	}
	if _, _, err := h.Guests.Job(r.Context(), m.Scope, id); err != nil {
		return err
	}
	if err := h.Guests.Again(r.Context(), m.Scope, id, h.Jobs.Now()); err != nil {
		return err
	}
	if err := h.run(r, m, id); err != nil {
		return err
	}
	return page.SeeOther(w, r, jobPath(id))
}

// The parts of the page, ready to print.

func (v jobView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Guest accounts", URL: "/guests"}, {Text: "Invitation jobs", URL: "/guests/jobs"}}, Title: ui.Count(v.Lines, "invitation", "invitations") + " to " + ui.Count(v.Customers, "customer", "customers"), Pills: []ui.State{v.state},
		Lead: "Ordered by " + v.MadeBy + " " + ui.NewTime(v.MadeAt, v.now).Text + ", in " + languageLabel(v.Language) + "."}
}

func (v jobView) progress() ui.Progress {
	return ui.Progress{Label: "Invitations", Part: v.Lines - v.Waiting, Whole: v.Lines,
		Text: ui.N(v.Sent) + " sent · " + ui.N(v.There) + " there already · " + ui.N(v.Failed) + " not sent · " + ui.N(v.Unclear) + " unknown · " + ui.N(v.Waiting) + " waiting"}
}

// troubles are the reasons, each once.
func (v jobView) troubles() (said []string) {
	for _, l := range v.Rows {
		if l.State == string(guest.Failed) && !slices.Contains(said, l.Said) {
			said = append(said, l.Said)
		}
	}
	return said
}

func (v jobView) table() ui.Table {
	t := ui.Table{ID: "invitations", Caption: "What became of each invitation", Columns: []ui.Column{
		{Key: "address", Label: "Person", Width: 280}, {Key: "customer", Label: "Customer", Kind: ui.KindTenant, Width: 190}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 170},
		{Key: "said", Label: "What happened", Phone: "line"}, {Key: "why", Label: "Why", Width: 180, Phone: "line"}, {Key: "at", Label: "When", Kind: ui.KindTime, Width: 110, Priority: 2},
	}}
	for _, l := range v.Rows {
		state := outcomes[guest.Outcome(l.State)]
		why := ui.Cell{}
		if l.Doctor != "" {
			why = ui.LinkCell(fresh.Why, l.Doctor)
		}
		t.Rows = append(t.Rows, ui.Row{Name: l.Address, URL: l.Customer.Chip().URL + "/guests?q=" + url.QueryEscape(l.Address), Cells: []ui.Cell{
			ui.TenantCell(l.Customer.Chip()), {State: &state}, ui.TextCell(l.Said), why, ui.TimeCell(ui.NewTime(l.At, v.now)),
		}})
	}
	return t
}
