package provisioning

import (
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

func newSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts:       []string{"worst", "name", "lastRun"},
		Columns:     []string{"name", "state", "reason", "since", "cycle", "waiting", "success", "next", "template"},
		Default:     []string{"name", "state", "reason", "since", "cycle", "waiting", "success", "next"},
		Placeholder: "Application or customer",
		Filters:     []page.Filter{{Name: "health", Label: "State", Options: healthOptions}, {Name: "code", Label: "Entra's code", Options: codeOptions}},
	}
	if m.One() {
		s.Placeholder = "Application"
		return s
	}
	s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
	s.Filters = append(s.Filters, page.ByCustomer)
	return s
}

func newFilter(q page.Query) (provisioning.JobFilter, error) {
	f := provisioning.JobFilter{Q: q.Q, Code: q.Values["code"], Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	for _, name := range q.Values["health"] {
		f.Health = append(f.Health, provisioning.Healths[name])
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// row is one job of a list: what the table, the JSON twin and the CSV show.
type row struct {
	ID            string         `json:"id"`
	Principal     string         `json:"service_principal_id"`
	Name          string         `json:"name"` // of the application
	Tenant        page.TenantRef `json:"tenant"`
	Code          string         `json:"code"`   // Entra's status code
	Health        string         `json:"health"` // quarantine, trouble, idle, fine
	Verdict       string         `json:"verdict"`
	Late          bool           `json:"late"`
	Reason        string         `json:"reason"`
	Since         *time.Time     `json:"since"`
	Done          *int64         `json:"cycle_done"`
	Total         *int64         `json:"cycle_total"`
	Waiting       int64          `json:"waiting"`
	LastRunAt     *time.Time     `json:"last_run_at"`
	LastSuccessAt *time.Time     `json:"last_success_at"`
	NextTry       *time.Time     `json:"next_try_at"`
	Template      string         `json:"template"`
	URL           string         `json:"url"`

	state ui.State
	now   time.Time
}

func newRower(late lateTenants, now time.Time) func(provisioning.Job) row {
	return func(j provisioning.Job) row {
		r := row{
			ID: j.ID, Principal: j.SPID, Name: appName(j.AppName), Tenant: page.TenantRef{ID: j.Tenant, Name: j.TenantName}, Code: j.Code, Health: j.Health.String(),
			Late: late[j.Tenant], Reason: reason(j), Since: page.Moment(since(j)), Waiting: j.Escrowed, LastRunAt: page.Moment(j.LastEndedAt),
			LastSuccessAt: page.Moment(lastSuccess(j)), NextTry: page.Moment(j.Quarantine.NextAttempt), Template: j.Template, URL: appURL(j.Tenant, j.SPID), now: now,
		}
		if p, ok := cycle(j); ok {
			r.Done, r.Total = &p.Completed, &p.Total
		}
		r.state = verdict.Job(j, r.Late)
		r.Verdict = r.state.Text
		return r
	}
}

func appName(name string) string {
	if name == "" {
		return "Application without a name"
	}
	return name
}

// cycle is the progress of the cycle under way; ok is false where Entra gives none.
func cycle(j provisioning.Job) (p provisioning.Progress, ok bool) {
	for _, p := range j.Progress {
		if p.Total > 0 {
			return p, true
		}
	}
	return p, false
}

func appURL(tid tenant.ID, principal string) string {
	return "/t/" + tid.String() + "/provisioning/" + url.PathEscape(principal)
}

func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Application", Sort: "name", Width: 190, Wrap: true, Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(r row) page.TenantRef { return r.Tenant }))
	}
	return append(append(cs, stateColumns()...), timeColumns()...)
}

func stateColumns() []page.Column[row] {
	return []page.Column[row]{
		{
			Key: "state", Label: "State", Kind: ui.KindState, Sort: "worst", Priority: 1, Width: 150, Text: func(r row) string { return r.Verdict },
			Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} },
		},
		{Key: "reason", Label: "Reason", Priority: 1, Wrap: true, Phone: "line", Text: func(r row) string { return r.Reason }, Cell: func(r row) ui.Cell {
			if r.Reason == "" {
				return ui.DashCell()
			}
			return ui.TextCell(r.Reason)
		}},
		{
			Key: "since", Label: "Since", Kind: ui.KindTime, Priority: 2, Width: 112, Text: func(r row) string { return page.Stamp(r.Since) },
			Cell: func(r row) ui.Cell { return r.when(r.Since) },
		},
		{Key: "cycle", Label: "Cycle", Priority: 3, Width: 120, Phone: "hide", Text: row.cycleText, Cell: func(r row) ui.Cell {
			if r.Total == nil {
				return ui.DashCell()
			}
			return ui.MeterCell(ui.Meter{Part: *r.Done, Whole: *r.Total, Text: ui.Percent(*r.Done, *r.Total)})
		}},
		{
			Key: "waiting", Label: "Wait", Kind: ui.KindNumber, Priority: 2, Width: 60, Text: func(r row) string { return strconv.FormatInt(r.Waiting, 10) },
			Cell: func(r row) ui.Cell { return ui.Cell{Text: ui.N(r.Waiting), Title: "Entries set aside and tried again"} },
		},
	}
}

func timeColumns() []page.Column[row] {
	return []page.Column[row]{
		{
			Key: "success", Label: "Last success", Kind: ui.KindTime, Priority: 2, Width: 110, Phone: "named", Text: func(r row) string { return page.Stamp(r.LastSuccessAt) },
			Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(value(r.LastSuccessAt), r.now)) },
		},
		{Key: "next", Label: "Next try", Kind: ui.KindTime, Priority: 3, Width: 115, Phone: "hide", Text: func(r row) string { return page.Stamp(r.NextTry) }, Cell: func(r row) ui.Cell {
			if r.NextTry == nil {
				return ui.DashCell()
			}
			return ui.TimeCell(ui.Future(*r.NextTry, r.now))
		}},
		{Key: "template", Label: "Template", Priority: 3, Width: 120, Phone: "hide", Text: func(r row) string { return r.Template }, Cell: func(r row) ui.Cell { return ui.TextCell(r.Template) }},
		{Key: "job", Label: "Job id", Exact: true, Text: func(r row) string { return r.ID }},
		{Key: "principal", Label: "Service principal id", Exact: true, Text: func(r row) string { return r.Principal }},
		{Key: "code", Label: "Entra's code", Exact: true, Text: func(r row) string { return r.Code }},
		{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
	}
}

func (r row) cycleText() string {
	if r.Total == nil {
		return ""
	}
	return ui.Percent(*r.Done, *r.Total)
}

func (r row) when(t *time.Time) ui.Cell {
	if t == nil {
		return ui.DashCell()
	}
	return ui.TimeCell(ui.NewTime(*t, r.now))
}

func value(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
