package configuration

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// compare sets a policy beside another, of any tenant that the person may see, or beside itself at another time. Without `with` it offers
// what it can be compared with.
func (h *Handler) compare(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	id, err := page.Param(r, "policy")
	if err != nil {
		return err
	}
	p, _, err := h.Policies.Get(r.Context(), m.Tenant.ID, id)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("with") == "" {
		return h.candidates(w, r, m, p)
	}
	asked, err := parseCompare(r.URL.Query(), m)
	if err != nil {
		return err
	}
	v := compareView{m: m, show: asked.all, now: page.ChromeOf(r.Context()).Now, path: policyURL(m.Tenant.ID, id) + "/compare"}
	var left, right configuration.Document
	if v.Left, left, err = h.side(r.Context(), m, m.Tenant.ID, id, asked.of, v.now); err != nil {
		return err
	}
	if v.Right, right, err = h.side(r.Context(), m, asked.tenant, asked.policy, asked.at, v.now); err != nil {
		return err
	}
	v.query = r.URL.Query()
	v.fill(left, right)
	return page.Answer(w, r, v, comparePage(page.Shell(r, m, v.title()), v))
}

// asked is what a comparison is asked for.
type asked struct {
	tenant tenant.ID
	policy string
	at, of time.Time // of the other, and of this one; zero: now
	all    bool
}

var badCompare = errs.ShowNext(errs.Invalid, "The address of this comparison is damaged.", "Start at the policy, and choose what to compare it with.")

// parseCompare reads `with`, which is a policy's id or a tenant's and a policy's with a slash between them, and the two times.
func parseCompare(q url.Values, m tenant.Membership) (a asked, err error) {
	a.tenant, a.policy = m.Tenant.ID, q.Get("with")
	if len(a.policy) > 1000 {
		return a, badCompare
	}
	if tid, id, ok := strings.Cut(a.policy, "/"); ok {
		if other, err := tenant.ParseID(tid); err == nil {
			a.tenant, a.policy = other, id
		}
	}
	for name, into := range map[string]*time.Time{"at": &a.at, "of": &a.of} {
		if v := q.Get(name); v != "" {
			if *into, err = time.Parse(time.RFC3339Nano, v); err != nil || into.Year() < 1970 || into.Year() > 9999 {
				return a, badCompare
			}
		}
	}
	switch q.Get("show") {
	case "all":
		a.all = true
	case "", "differences":
	default:
		return a, badCompare
	}
	return a, nil
}

// side is one of the two that are compared. A tenant that the person may not see has no such policy.
func (h *Handler) side(ctx context.Context, m tenant.Membership, tid tenant.ID, id string, at time.Time, now time.Time) (side, configuration.Document, error) {
	if !m.Reach.Has(tid) {
		return side{}, configuration.Document{}, errs.NotFound
	}
	p, doc, err := h.Policies.Get(ctx, tid, id)
	if err != nil {
		return side{}, doc, err
	}
	s := side{ID: p.ID, Name: newRower(now)(p).Name, Tenant: page.TenantRef{ID: p.Tenant, Name: p.TenantName}, Type: p.Type, TypeName: typeWord(p.Type), URL: policyURL(p.Tenant, p.ID), kind: p.Kind}
	if !at.IsZero() {
		v, err := h.Policies.AsOf(ctx, tid, p.Kind, id, at)
		if err != nil {
			return side{}, doc, err
		}
		s.At, doc = page.Moment(at), *v.Document
	}
	read, err := h.Sync.Freshness(ctx, tenant.Only(tid), familyOf(p.Kind).dataset)
	if err != nil {
		return side{}, doc, err
	}
	s.AsOf, s.fresh = page.Moment(read.AsOf), fresh.Line(read, m, now)
	return s, doc, nil
}

// candidates are policies of the same type in all tenants that the person may see.
func (h *Handler) candidates(w http.ResponseWriter, r *http.Request, m tenant.Membership, p configuration.Policy) error {
	spec := page.Spec{Sorts: []string{"name", "customer", "modified"}, Placeholder: "Name, description"}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	f := configuration.Filter{Q: q.Q, Kind: []configuration.Kind{p.Kind}, Type: []string{p.Type}, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	read, err := h.Sync.Freshness(ctx, m.Reach, familyOf(p.Kind).dataset)
	if err != nil {
		return err
	}
	found, err := h.Policies.List(ctx, m.Reach, f)
	if err != nil {
		return err
	}
	at := policyURL(m.Tenant.ID, p.ID)
	toRow := newRower(now)
	this := toRow(p)
	l := page.List[row]{
		Title: "Compare “" + this.Name + "” with", One: "policy", Many: "policies", M: m, Query: q, Spec: spec,
		Columns: append([]column{{Key: "name", Label: "Policy", Sort: "name", Text: func(r row) string { return r.Name }}, customerColumn,
			plain("assigned", "Assigned", "", 1, 90, row.assignedText), modifiedColumn}, exactColumns...),
		URL: func(r row) string {
			return at + "/compare?" + url.Values{"with": {r.Tenant.ID.String() + "/" + r.ID}}.Encode()
		},
		Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, tenant.Membership{Reach: m.Reach, Scope: m.Reach}, now),
		Context: []ui.Crumb{{Text: familyOf(p.Kind).title, URL: m.Path(familyOf(p.Kind).path)}, {Text: this.Name, URL: at}}, Each: h.each(m.Reach, f, toRow),
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "options", Title: "Nothing to compare with", Lines: []string{"No customer that you may see has a policy of this type."}, ActionURL: at, ActionText: "Back to the policy"},
	}
	for _, p := range found.Rows {
		l.Rows = append(l.Rows, toRow(p))
	}
	return l.Serve(w, r)
}

// side is one policy of a comparison in JSON. At is the moment that was asked for; null: as it was read last.
type side struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Tenant   page.TenantRef `json:"tenant"`
	Type     string         `json:"type"`
	TypeName string         `json:"type_name"`
	At       *time.Time     `json:"at"`
	AsOf     *time.Time     `json:"as_of"`
	URL      string         `json:"url"`

	kind  configuration.Kind
	fresh ui.Freshness
}

// diffRow is one line of a comparison.
type diffRow struct {
	Part     string `json:"part"`
	PartName string `json:"part_name"`
	Path     string `json:"path"`
	Label    string `json:"label"`
	From     string `json:"left"`
	To       string `json:"right"`
	Is       string `json:"is"` // same, changed, left, right, unknown
	IsName   string `json:"is_name"`
}

func newDiffRow(d configuration.Difference) diffRow {
	r := diffRow{string(d.Part), partWords[d.Part], d.Path, labelOf(d.Line), d.From, d.To, string(d.Is), standingWords[d.Is]}
	if d.Is == configuration.Unknown && d.Part != configuration.Settings {
		r.IsName = "Unknown: not read"
	}
	return r
}

// compareView is what the comparison shows, and its JSON twin, which always has all lines.
type compareView struct {
	Left        side      `json:"left"`
	Right       side      `json:"right"`
	Differences int       `json:"differences"`
	Unknown     int       `json:"unknown"` // secret on both sides, or not read on one
	Rows        []diffRow `json:"rows"`

	m     tenant.Membership
	show  bool // all lines, not only what differs
	now   time.Time
	path  string
	query url.Values
}

// fill compares. Of two policies, name and version tell nothing; of one at two times, they do.
func (v *compareView) fill(left, right configuration.Document) {
	one := v.Left.ID == v.Right.ID && v.Left.Tenant.ID == v.Right.Tenant.ID
	v.Rows = []diffRow{}
	for _, d := range configuration.Compare(left, right) {
		if !one && d.Part == configuration.Record && (counts(d) || d.Path == "name") {
			continue
		}
		switch d.Is {
		case configuration.Same:
		case configuration.Unknown:
			v.Unknown++
		default:
			v.Differences++
		}
		v.Rows = append(v.Rows, newDiffRow(d))
	}
}
