// Package roles shows Intune's own roles: what each allows, to whom it is given, and who can do a thing such as wiping a device.
//
// What a role is, and its tables, live in internal/intunerole; who is in a group in internal/group. Members of groups are read only where the
// customer granted it: the pages say so wherever it matters. Who holds roles of a customer's directory is listed here, too; who could wipe by any
// of all these is web/access's, and each side leads to the other.
package roles

import (
	"context"
	"net/http"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the pages of Intune roles, and of who holds them and the roles of a customer’s directory.
type Handler struct {
	Roles          *intunerole.Store
	DirectoryRoles *directoryrole.Store
	Groups         *group.Store
	Sync           *graphsync.Service
}

// Mount adds the pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/roles", h.list)
	r.Get("/roles/who", h.who)
	r.Get("/roles/who/people", h.people)
	r.Get("/roles/directory", h.directory)
	r.Get("/roles/{role}", h.show)
	r.Get("/roles/{role}/people", h.held)
}

// pageSize is the number of rows on a page.
const pageSize = 50

var noun = fresh.Noun{One: "role", Many: "roles", Whole: "Intune roles", Icon: "person_key"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx := r.Context()
	ops, err := h.operations(ctx, m)
	if err != nil {
		return err
	}
	spec := newSpec(m, ops)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.IntuneRoles)
	if err != nil {
		return err
	}
	var found intunerole.Page
	if !q.CSV {
		if found, err = h.Roles.List(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	toRow := newRower(now)
	l := page.List[row]{
		Title: "Intune roles", One: noun.One, Many: noun.Many, M: m, Query: q, Spec: spec, Columns: columns(m), URL: func(r row) string { return r.URL },
		Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m), Above: tabs(m, "/roles"),
		Each: page.Streamed(func(ctx context.Context, each func(intunerole.Role) error) error {
			return h.Roles.Each(ctx, m.Scope, f, each)
		}, toRow),
	}
	for _, x := range found.Rows {
		l.Rows = append(l.Rows, toRow(x))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(noun, read, m, q, now, func() (int64, error) { return h.Roles.Count(ctx, m.Scope, intunerole.Filter{}) }); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// operations are what roles in the scope can allow.
func (h *Handler) operations(ctx context.Context, m tenant.Membership) ([]intunerole.Operation, error) {
	if m.One() {
		return h.Roles.Operations(ctx, m.Tenant.ID)
	}
	return h.Roles.OperationsAcrossTenants(ctx, m.Scope)
}

func tabs(m tenant.Membership, current string) ui.Tabs {
	who := "Who can wipe here?"
	if !m.One() {
		who = "Who can wipe where?"
	}
	t := ui.Tabs{Label: "Views of roles", Items: []ui.Tab{
		{Text: "Intune roles", URL: m.Path("/roles"), Current: current == "/roles"},
		{Text: who, URL: m.Path("/roles/who"), Current: current == "/roles/who"},
	}}
	if m.One() {
		t.Items = append(t.Items, ui.Tab{Text: "Directory roles", URL: m.Path("/roles/directory"), Current: current == "/roles/directory"})
	}
	return t
}
