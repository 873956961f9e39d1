// Package relationships shows the partner's GDAP relationships: with which customer, for which directory roles, held by which groups of
// the partner, and until when.
//
// They are read in the partner's own tenant, so their freshness is that tenant's. What they are, and their tables, live in internal/gdap;
// who is in a group in internal/group.
package relationships

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Relationships *gdap.Store
	Groups        *group.Store
	Guests        *guest.Store
	Sync          *graphsync.Service
	Tenants       *tenant.Store
	Acts          Acts   // nil: nothing can be changed
	AdminCenter   string // origin of Microsoft's admin centre, where customers approve
}

// Acts changes relationships at Microsoft as the signed-in person. It is *gdap.Acts.
type Acts interface {
	Ask(ctx context.Context, person tenant.Person, r gdap.Request) (gdap.Relationship, error)
	Send(ctx context.Context, person tenant.Person, r gdap.Relationship) (gdap.Relationship, error)
	Assign(ctx context.Context, person tenant.Person, r gdap.Relationship, group string, roles []string) (gdap.Relationship, error)
	Extend(ctx context.Context, person tenant.Person, r gdap.Relationship, on bool) (gdap.Relationship, error)
	End(ctx context.Context, person tenant.Person, r gdap.Relationship) (gdap.Relationship, error)
}

// Mount adds the pages, over all customers or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/relationships", h.list)
	r.GetFor("/relationships/new", tenant.MayAct, h.new)
	r.Post("/relationships/new", tenant.MayAct, h.ask)
	r.Get("/relationships/{relationship}", h.show)
	r.Post("/relationships/{relationship}/send", tenant.MayAct, h.send)
	r.Post("/relationships/{relationship}/assign", tenant.MayAct, h.assign)
	r.Post("/relationships/{relationship}/extend", tenant.MayAct, h.extend)
	r.Post("/relationships/{relationship}/end", tenant.MayAct, h.end)
}

// MountPortal adds what is of the partner and of no customer.
func (h *Handler) MountPortal(r page.Router) { r.Get("/relationships/contracts", h.contracts) }

// pageSize is the number of rows on a page.
const pageSize = 50

var noun = fresh.Noun{One: "relationship", Many: "relationships", Whole: "GDAP relationships", Icon: "people"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	spec := newSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q, now)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, tenant.Only(h.Tenants.Home()), graphsync.Relationships)
	if err != nil {
		return err
	}
	toRow := newRower(read, now)
	l := page.List[row]{
		Title: "GDAP relationships", One: noun.One, Many: noun.Many, Caption: "GDAP relationships, what ends first on top", M: m, Query: q, Spec: spec, Columns: columns(m),
		URL: func(r row) string { return r.URL }, AsOf: read.AsOf, Freshness: h.line(read, m, now),
		Each: h.each(m.Scope, f, toRow),
	}
	if !m.One() {
		l.Actions = append(l.Actions, ui.Action{Text: "Customers by contract", Kind: ui.Quiet, URL: "/relationships/contracts"})
	}
	if m.May(tenant.MayAct) {
		l.Actions = append(l.Actions, ui.Action{Text: "Ask for one", Icon: "add", URL: m.Path("/relationships/new")})
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Relationships.List(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, x := range found.Rows {
		l.Rows = append(l.Rows, toRow(x))
	}
	led, err := h.Relationships.Count(ctx, m.Scope, gdap.Filter{Led: true})
	if err != nil {
		return err
	}
	if led > 0 && !f.Led {
		l.Below = ledNote(led, m.Path("/relationships")+"?led=true")
	}
	if len(l.Rows) == 0 {
		if l.Empty, err = h.empty(ctx, m, q, read, now); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// each streams the rows of an export.
func (h *Handler) each(scope tenant.Scope, f gdap.Filter, toRow func(gdap.Relationship) row) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(gdap.Relationship) error) error {
		return h.Relationships.Each(ctx, scope, f, each)
	}, toRow)
}

// line is the freshness line: of the one reading in the partner's tenant. Only who may see that tenant is led to its sync.
func (h *Handler) line(read graphsync.Freshness, m tenant.Membership, now time.Time) ui.Freshness {
	line := fresh.Line(read, h.home(), now)
	if !m.Reach.Has(h.Tenants.Home()) {
		line.Parts = line.Parts[:0]
		if read.Read > 0 {
			line.Parts = append(line.Parts, ui.Link{Text: graphsync.Label(read.Dataset) + " of the partner, read completely"})
		}
	}
	return line
}

// empty is the state of a list that shows nothing. Nothing read is never no relationship.
func (h *Handler) empty(ctx context.Context, m tenant.Membership, q page.Query, read graphsync.Freshness, now time.Time) (ui.Empty, error) {
	e, err := fresh.EmptyList(noun, read, h.home(), q, now, func() (int64, error) { return h.Relationships.Count(ctx, m.Scope, gdap.Filter{}) })
	if err != nil {
		return e, err
	}
	switch e.Kind {
	case ui.EmptyNoMatch:
		return e, nil
	case ui.EmptyNone:
		e.Title = "No GDAP relationship"
		if m.One() {
			e.Title += " with " + m.Tenant.Name()
		}
		e.Lines = []string{"The partner’s relationships were read completely " + ui.NewTime(read.AsOf, now).Text + ", and there is none."}
	case ui.EmptyNotPermitted:
		e.Title = "GDAP relationships may not be read"
		e.Lines = append(e.Lines, "The partner’s own tenant must grant "+permissionOf(read.Dataset)+", and have a service principal of Microsoft’s application “Partner Customer Delegated Administration”.")
	}
	return h.syncOnly(e, m, graphsync.Relationships), nil
}

// home words what was read in the partner's own tenant.
func (h *Handler) home() tenant.Membership {
	return tenant.Membership{Tenant: tenant.Tenant{ID: h.Tenants.Home(), DisplayName: "the partner"}}
}

// syncOnly leads from an empty list of the partner's own tenant to its sync, and only who may see that tenant.
func (h *Handler) syncOnly(e ui.Empty, m tenant.Membership, dataset string) ui.Empty {
	e.ActionURL, e.ActionText, e.Second = "", "", ui.Link{}
	if m.Reach.Has(h.Tenants.Home()) {
		e.ActionURL, e.ActionText = "/sync?dataset="+dataset, "Show the sync"
	}
	return e
}

func permissionOf(dataset string) string {
	d, _ := graphsync.Table().Get(dataset)
	return d.Permission
}

// join is a list of words for a cell.
func join(words []string) string { return strings.Join(words, ", ") }
