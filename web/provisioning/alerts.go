package provisioning

import (
	"cmp"
	"context"
	"crypto/rand"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var alertNoun = fresh.Noun{One: "alert", Many: "alerts", Whole: "alerts about provisioning", Icon: "alert"}

var alertWords = map[provisioning.AlertKind]ui.State{
	provisioning.InQuarantine: {Shape: ui.ShapeBad, Text: "Quarantine"},
	provisioning.ManyFailures: {Shape: ui.ShapeWarn, Text: "Many failures"},
	provisioning.Stalled:      {Shape: ui.ShapeWarn, Text: "No progress"},
}

// alert is a row of the list, of its JSON twin and of its CSV.
type alert struct {
	ID        int64                  `json:"id"`
	Kind      provisioning.AlertKind `json:"kind"`
	Tenant    tenantRef              `json:"tenant"`
	App       string                 `json:"application"`
	Detail    string                 `json:"detail"`
	OpenedAt  time.Time              `json:"opened_at"`
	OverAt    *time.Time             `json:"over_at"`
	State     string                 `json:"state"` // open, snoozed, over
	Snoozed   *time.Time             `json:"snoozed_until,omitempty"`
	SnoozedBy string                 `json:"snoozed_by,omitempty"`
	Problem   string                 `json:"problem,omitempty"` // why telling of it failed last
	URL       string                 `json:"url"`

	may bool
	now time.Time
}

func newAlert(m tenant.Membership, a provisioning.Alert, now time.Time) alert {
	v := alert{
		ID: a.ID, Kind: a.Kind, Tenant: tenantRef{a.Tenant, a.TenantName}, App: appName(a.App), Detail: a.Detail, OpenedAt: a.OpenedAt.UTC(), OverAt: page.Moment(a.ClosedAt), State: "open",
		Problem: a.Problem, URL: appURL(a.Tenant, a.SPID), may: m.May(tenant.MayAct), now: now,
	}
	switch {
	case v.OverAt != nil:
		v.State = "over"
	case a.Snoozed(now):
		v.State, v.Snoozed, v.SnoozedBy = "snoozed", page.Moment(a.SnoozedUntil), a.SnoozedBy
	}
	return v
}

func alertSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"-opened"}, Columns: []string{"app", "kind", "detail", "opened", "state", "quiet"}, Default: []string{"app", "kind", "detail", "opened", "state", "quiet"}, Placeholder: "Application, customer, reason",
		Filters: []page.Filter{
			{Name: "state", Label: "State", Options: []page.Option{{Value: "open", Label: "Open"}, {Value: "snoozed", Label: "Snoozed"}, {Value: "over", Label: "Over"}}},
			{Name: "kind", Label: "Kind", Options: []page.Option{{Value: "quarantine", Label: "Quarantine"}, {Value: "failures", Label: "Many failures"}, {Value: "stalled", Label: "No progress"}}},
		},
	}
	if !m.One() {
		s.Columns, s.Default = append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// eachAlert streams the rows of an export, page by page.
func (h *Handler) eachAlert(m tenant.Membership, f provisioning.AlertFilter, now time.Time) func(context.Context) iter.Seq2[alert, error] {
	return func(ctx context.Context) iter.Seq2[alert, error] {
		return func(yield func(alert, error) bool) {
			f := f
			for f.Limit = 500; ; {
				p, err := h.Provisioning.Alerts(ctx, m.Scope, f)
				if err != nil {
					yield(alert{}, err)
					return
				}
				for _, a := range p.Rows {
					if !yield(newAlert(m, a, now), nil) {
						return
					}
				}
				if f.After = p.Next; f.After == "" {
					return
				}
			}
		}
	}
}

func (h *Handler) alerts(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := alertSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now
	f := provisioning.AlertFilter{Q: q.Q, Kind: q.Values["kind"], State: q.Values["state"], Oldest: !q.Desc, After: q.After, Limit: pageSize, Now: now}
	if f.Tenants, err = tenantsOf(q); err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningJobs)
	if err != nil {
		return err
	}
	found, err := h.Provisioning.Alerts(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	rows := make([]alert, 0, len(found.Rows))
	for _, a := range found.Rows {
		rows = append(rows, newAlert(m, a, now))
	}
	l := page.List[alert]{
		Title: "Alerts", One: alertNoun.One, Many: alertNoun.Many, Caption: "Alerts about provisioning", M: m, Query: q, Spec: spec, Columns: alertColumns(m), Rows: rows, Count: found.Count, Next: found.Next,
		URL: func(a alert) string { return a.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Each: h.eachAlert(m, f, now),
		Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}},
		Empty:   fresh.Empty(alertNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now),
	}
	if m.May(tenant.MaySettings) && !m.One() {
		l.Actions = []ui.Action{{Text: "Rules", Icon: "settings", URL: "/settings/alerts"}}
	}
	return l.Serve(w, r)
}

func alertColumns(m tenant.Membership) []page.Column[alert] {
	cs := []page.Column[alert]{{Key: "app", Label: "Application", Width: 180, Text: func(a alert) string { return a.App }}}
	if !m.One() {
		cs = append(cs, page.Column[alert]{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Width: 170, Text: func(a alert) string { return a.Tenant.Name }, Cell: func(a alert) ui.Cell { return ui.TenantCell(chip(a.Tenant)) }})
	}
	return append(cs,
		page.Column[alert]{Key: "kind", Label: "What", Kind: ui.KindState, Priority: 1, Width: 140, Text: func(a alert) string { return alertWords[a.Kind].Text }, Cell: func(a alert) ui.Cell { s := a.kind(); return ui.Cell{State: &s} }},
		page.Column[alert]{Key: "detail", Label: "Reason", Priority: 1, Phone: "line", Text: func(a alert) string { return a.Detail }, Cell: func(a alert) ui.Cell { return ui.TextCell(a.Detail) }},
		page.Column[alert]{Key: "opened", Label: "Noticed", Kind: ui.KindTime, Sort: "opened", Priority: 1, Width: 120, Text: func(a alert) string { return a.OpenedAt.Format(time.RFC3339) }, Cell: func(a alert) ui.Cell { return ui.TimeCell(ui.Clock(a.OpenedAt, a.now)) }},
		page.Column[alert]{Key: "state", Label: "State", Priority: 2, Width: 150, Text: func(a alert) string { return a.State }, Cell: alert.stateCell},
		page.Column[alert]{Key: "quiet", Label: "Quiet", Priority: 2, Width: 156, Cell: alert.quietCell, Text: func(alert) string { return "" }},
		page.Column[alert]{Key: "over", Label: "Over", Exact: true, Text: func(a alert) string { return page.Stamp(a.OverAt) }},
		page.Column[alert]{Key: "problem", Label: "Not told because", Exact: true, Text: func(a alert) string { return a.Problem }},
	)
}

// kind is what it is about; one that is over is no longer bad.
func (a alert) kind() ui.State {
	s := alertWords[a.Kind]
	if a.OverAt != nil {
		s.Shape = ui.ShapeNone
	}
	return s
}

func (a alert) stateCell() ui.Cell {
	switch {
	case a.OverAt != nil:
		return ui.TextCell("Over, " + ui.NewTime(*a.OverAt, a.now).Text)
	case a.Snoozed != nil:
		return ui.Cell{Text: "Until " + ui.Clock(*a.Snoozed, a.now).Text, Title: "Snoozed by " + a.SnoozedBy}
	case a.Problem != "":
		return ui.Cell{Text: "Open, not told", Title: a.Problem}
	}
	return ui.TextCell("Open")
}

func (a alert) quietCell() ui.Cell {
	if !a.may || a.OverAt != nil {
		return ui.TextCell("")
	}
	return ui.ViewCell(ui.Action{Text: "Snooze 1 day", Small: true, Post: "/t/" + a.Tenant.ID.String() + "/provisioning/alerts/" + strconv.FormatInt(a.ID, 10) + "/snooze"})
}

// snoozeFor is how long an alert stays quiet.
const snoozeFor = 24 * time.Hour

func (h *Handler) snooze(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "alert"), 10, 64)
	if err != nil || id < 1 || !m.One() {
		return errs.NotFound
	}
	now := page.ChromeOf(r.Context()).Now
	if err := h.Provisioning.Snooze(r.Context(), m.Tenant.ID, id, now.Add(snoozeFor), cmp.Or(m.Person.Name, m.Person.UPN)); err != nil {
		return err
	}
	if h.Audit != nil {
		e := audit.By(m.Person)
		e.Action, e.Object, e.RequestID = "provisioning.alert.snoozed", "alert "+strconv.FormatInt(id, 10), middleware.RequestID(r.Context())
		if err := h.Audit.Append(context.WithoutCancel(r.Context()), m.Tenant.ID, e); err != nil {
			return err
		}
	}
	return page.Done(w, r, m.Path("/provisioning/alerts"), page.Flash{Kind: "info", Title: "Snoozed for a day. It stays on the list of snoozed alerts."})
}

// MountPortal adds the rules of alerts, which are an owner's.
func (h *Handler) MountPortal(r page.Router) {
	r.GetFor("/settings/alerts", tenant.MaySettings, h.rules)
	r.Post("/settings/alerts", tenant.MaySettings, h.keepRules)
	r.Post("/settings/alerts/test", tenant.MaySettings, h.tryRules)
}

// rulesView is the rules of alerts, the form that changes them, and their JSON twin. The secret is shown once, when it is made.
type rulesView struct {
	Mails     []string   `json:"mails"`
	Webhook   string     `json:"webhook"`
	Percent   int        `json:"percent"`
	AtLeast   int        `json:"at_least"`
	Hours     int        `json:"hours"`
	Signed    bool       `json:"signed"` // a secret was made
	ChangedAt *time.Time `json:"changed_at"`
	ChangedBy string     `json:"changed_by,omitempty"`

	secret string // just made
	typed  map[string]string
	faults page.Faults
	now    time.Time
}

func (h *Handler) rules(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	rules, err := h.Provisioning.Rules(r.Context())
	if err != nil {
		return err
	}
	v := newRulesView(rules, page.ChromeOf(r.Context()).Now)
	return page.Answer(w, r, v, rulesPage(page.Shell(r, m, "Alerts"), v))
}

func newRulesView(r provisioning.AlertRules, now time.Time) rulesView {
	return rulesView{
		Mails: append([]string{}, r.Mails...), Webhook: r.Webhook, Percent: r.Percent, AtLeast: r.AtLeast, Hours: r.Hours, Signed: len(r.Sealed) > 0, ChangedAt: page.Moment(r.Changed), ChangedBy: r.ChangedBy,
		typed: map[string]string{"mails": strings.Join(r.Mails, ", "), "webhook": r.Webhook, "percent": strconv.Itoa(r.Percent), "at_least": strconv.Itoa(r.AtLeast), "hours": strconv.Itoa(r.Hours)}, faults: page.Faults{}, now: now,
	}
}

// fill reads what was typed into rules, and notes what is wrong with it.
func (v *rulesView) fill(values map[string][]string, was provisioning.AlertRules) provisioning.AlertRules {
	r := was
	for name := range v.typed {
		v.typed[name] = strings.TrimSpace(strings.Join(values[name], ""))
	}
	r.Webhook, r.Mails = v.typed["webhook"], []string{}
	for _, part := range strings.FieldsFunc(v.typed["mails"], func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' }) {
		address, err := mail.ParseAddress(part)
		if sentence, _, _ := errs.Sentence(err); err != nil {
			v.faults.Add("mails", sentence)
		} else if !slices.Contains(r.Mails, address) {
			r.Mails = append(r.Mails, address)
		}
	}
	for name, to := range map[string]*int{"percent": &r.Percent, "at_least": &r.AtLeast, "hours": &r.Hours} {
		n, err := strconv.Atoi(v.typed[name])
		if err != nil {
			v.faults.Add(name, "A whole number.")
		}
		*to = n
	}
	if len(v.faults) == 0 {
		if sentence, next, _ := errs.Sentence(r.Check()); sentence != "" {
			v.faults.Add("form", strings.TrimSpace(sentence+" "+next))
		}
	}
	return r
}

func (h *Handler) keepRules(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	was, err := h.Provisioning.Rules(r.Context())
	if err != nil {
		return err
	}
	v := newRulesView(was, page.ChromeOf(r.Context()).Now)
	rules := v.fill(values, was)
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, rulesPage(page.Shell(r, m, "Alerts"), v))
	}
	secret := ""
	if rules.Webhook == "" {
		rules.Sealed = nil
	} else if len(rules.Sealed) == 0 || values.Get("renew") != "" {
		secret = rand.Text()
		if rules, err = rules.WithSecret(h.Keys, secret); err != nil {
			return err
		}
	}
	if err := h.Provisioning.SetRules(r.Context(), rules, m.Person.UPN); err != nil {
		return err
	}
	if h.Audit != nil {
		e := audit.By(m.Person)
		e.Action, e.Object, e.RequestID = "setting.changed", "alerts about provisioning", middleware.RequestID(r.Context())
		e.Detail = map[string]any{"mails": len(rules.Mails), "webhook": rules.Webhook != "", "percent": rules.Percent, "at_least": rules.AtLeast, "hours": rules.Hours, "new_secret": secret != ""}
		if err := h.Audit.Append(context.WithoutCancel(r.Context()), h.Home, e); err != nil {
			return err
		}
	}
	if secret == "" {
		return page.Done(w, r, "/settings/alerts", page.Flash{Kind: "info", Title: "The rules are changed. They count from the next reading."})
	}
	if rules, err = h.Provisioning.Rules(r.Context()); err != nil {
		return err
	}
	v = newRulesView(rules, v.now)
	v.secret = secret
	return page.Render(w, r, http.StatusOK, rulesPage(page.Shell(r, m, "Alerts"), v))
}

// tryRules sends a test, so that nobody finds out by a missing alert that an address is wrong.
func (h *Handler) tryRules(w http.ResponseWriter, r *http.Request, _ tenant.Membership) error {
	if err := h.TestAlert(r.Context()); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/alerts", page.Flash{Kind: "info", Title: "A test was sent to everybody who is told."})
}

func (v rulesView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "Alerts", Lead: "When a provisioning job needs a person, and whom to tell: once when it begins, once when it is over."}
}

func (v rulesView) fields() []ui.Field {
	fields := []ui.Field{
		{Name: "mails", Label: "E-mail addresses", Hint: "With commas between them. Needs a mail server in the settings.", Max: 1000, Autocomplete: "off"},
		{Name: "webhook", Label: "Webhook", Type: "url", Hint: "An https address that takes JSON. Each delivery is signed.", Max: 500, Autocomplete: "off"},
		{Name: "percent", Label: "Failures, per cent of a day’s events", Type: "number", Max: 3},
		{Name: "at_least", Label: "Failures at least", Type: "number", Hint: "Fewer in a day are never too many.", Max: 6},
		{Name: "hours", Label: "Hours without a cycle", Type: "number", Hint: "After these a job that should run makes no progress.", Max: 3},
	}
	for i, f := range fields {
		fields[i].Value, fields[i].Error = v.typed[f.Name], v.faults[f.Name]
	}
	return fields
}

func (v rulesView) renew() ui.Choice {
	return ui.Choice{Name: "renew", Legend: "Secret of the webhook", Many: true, Options: []ui.Option{{Value: "1", Label: "Make a new secret; the old one ends at once"}}}
}
