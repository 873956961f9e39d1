package provisioning

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var objectNoun = fresh.Noun{One: "failing object", Many: "failing objects", Whole: "failing objects in the provisioning log", Icon: "people"}

// object is somebody or something whose provisioning fails now: a row of the list, and the head of its page.
type object struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	UPN       string             `json:"user_principal_name"`
	Type      string             `json:"type"`
	Tenant    page.TenantRef     `json:"tenant"`
	App       string             `json:"application"`
	Principal string             `json:"service_principal_id"`
	Status    string             `json:"status"` // of the last event
	LastAt    time.Time          `json:"last_at"`
	Since     *time.Time         `json:"failing_since"` // null: the last event did not fail
	Known     bool               `json:"since_known"`
	Tries     int64              `json:"tries"`
	Class     provisioning.Class `json:"class,omitempty"`
	ErrorCode string             `json:"error_code"`
	Reason    string             `json:"reason"`
	Advice    string             `json:"microsoft_recommends"`
	URL       string             `json:"url"`

	now time.Time
}

func newObject(o provisioning.Object, now time.Time) object {
	v := object{
		ID: o.ID, Name: o.Name, UPN: o.UPN, Type: o.Type, Tenant: page.TenantRef{ID: o.Tenant, Name: o.TenantName}, App: appName(o.App), Principal: o.SPID, Status: o.Status, LastAt: o.LastAt.UTC(),
		Since: page.Moment(o.FailingSince), Known: o.SinceKnown, Tries: o.Tries, ErrorCode: o.ErrorCode, Reason: o.Reason, Advice: o.Recommended, URL: objectURL(o.Tenant, o.SPID, o.ID), now: now,
	}
	if o.Failing() {
		v.Class = provisioning.ClassOf(o.ErrorCode, o.Reason)
	}
	return v
}

func objectSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts:   []string{"-since", "name"},
		Columns: []string{"name", "app", "cause", "since", "tries", "last", "reason"},
		Default: []string{"name", "app", "cause", "since", "tries", "reason"}, Placeholder: "Person, application, error",
		Filters: []page.Filter{
			{Name: "app", Label: "Application", Hint: "Its template, or its name in lower case."}, {Name: "principal", Label: "Service principal", Hint: "Its object id at the customer."}, {Name: "cause", Label: "Cause", Hint: "As a link of the failures by cause gives it."},
			{Name: "since", Label: "Failing since, from", Hint: "A time such as 2026-11-17T10:05:00Z."}, {Name: "until", Label: "Failing since, to", Hint: "A time such as 2026-11-17T10:05:00Z."},
		},
	}
	if !m.One() {
		s.Columns, s.Default = append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func objectFilter(q page.Query) (f provisioning.ObjectFilter, err error) {
	f = provisioning.ObjectFilter{Q: q.Q, App: q.Get("app"), SPID: q.Get("principal"), Cause: q.Get("cause"), Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: logSize}
	var err1, err2 error
	f.Since, err1 = moment(q, "since")
	f.Until, err2 = moment(q, "until")
	if errors.Join(err1, err2) != nil {
		return f, errs.ShowNext(errs.Invalid, "A time of the filter cannot be read.", "Write it like 2026-11-17T10:05:00Z.")
	}
	f.Tenants, err = q.Customers()
	return f, err
}

// objects are those whose last event failed.
func (h *Handler) objects(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := objectSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := objectFilter(q)
	if err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[object]{
		Title: "Failing objects", One: objectNoun.One, Many: objectNoun.Many, M: m, Query: q, Spec: spec, Columns: objectColumns(m),
		URL: func(o object) string { return o.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Each: h.eachObject(m.Scope, f, now),
		Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}, {Text: "Failures by cause", URL: m.Path("/provisioning/failures")}},
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Provisioning.FailingObjects(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, o := range found.Rows {
		l.Rows = append(l.Rows, newObject(o, now))
	}
	l.Empty = fresh.Empty(objectNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now)
	return l.Serve(w, r)
}

// eachObject streams the rows of an export.
func (h *Handler) eachObject(scope tenant.Scope, f provisioning.ObjectFilter, now time.Time) func(context.Context) iter.Seq2[object, error] {
	return page.Streamed(func(ctx context.Context, each func(provisioning.Object) error) error {
		return h.Provisioning.EachFailing(ctx, scope, f, each)
	}, func(o provisioning.Object) object { return newObject(o, now) })
}

func objectColumns(m tenant.Membership) []page.Column[object] {
	plain := func(key, label string, priority, width int, get func(object) string) page.Column[object] {
		return page.Column[object]{Key: key, Label: label, Priority: priority, Width: width, Wrap: true, Text: get, Cell: func(o object) ui.Cell { return ui.TextCell(get(o)) }}
	}
	cs := []page.Column[object]{{Key: "name", Label: "Object", Sort: "name", Width: 260, Wrap: true, Text: func(o object) string { return o.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(o object) page.TenantRef { return o.Tenant }))
	}
	reason := plain("reason", "Reason", 2, 0, func(o object) string { return o.Reason })
	reason.Phone = "line"
	return append(cs,
		plain("app", "Application", 1, 130, func(o object) string { return o.App }),
		plain("cause", "Cause", 2, 190, func(o object) string { return classWords[o.Class].what }),
		page.Column[object]{Key: "since", Label: "Failing since", Kind: ui.KindTime, Sort: "since", Priority: 1, Width: 130, Text: func(o object) string { return page.Stamp(o.Since) }, Cell: func(o object) ui.Cell { return ui.TimeCell(ui.Clock(value(o.Since), o.now)) }},
		page.Column[object]{Key: "tries", Label: "Tries", Kind: ui.KindNumber, Priority: 2, Width: 70, Text: func(o object) string { return strconv.FormatInt(o.Tries, 10) }, Cell: func(o object) ui.Cell { return ui.TextCell(ui.N(o.Tries)) }},
		page.Column[object]{Key: "last", Label: "Last try", Kind: ui.KindTime, Priority: 3, Width: 110, Text: func(o object) string { return o.LastAt.Format(time.RFC3339) }, Cell: func(o object) ui.Cell { return ui.TimeCell(ui.NewTime(o.LastAt, o.now)) }},
		reason,
		page.Column[object]{Key: "code", Label: "Error code", Exact: true, Text: func(o object) string { return o.ErrorCode }},
		page.Column[object]{Key: "id", Label: "Object id", Exact: true, Text: func(o object) string { return o.ID }},
		page.Column[object]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(o object) string { return o.Tenant.ID.String() }},
	)
}
