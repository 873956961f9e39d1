// Package guests shows the accounts that the partner's people have as guests at customers, and how far each is on its way: invited,
// redeemed, with a role, with a licence, proven by a sign-in.
//
// What a guest is, and its tables, live in internal/guest. The names of directory roles are those of internal/gdap.
package guests

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
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
	Guests  *guest.Store
	Sync    *graphsync.Service
	Tenants *tenant.Store
	Change  Changer
	Jobs    *guest.Runner
	// DirectoryRoles and Groups tell by which groups a guest holds roles.
	DirectoryRoles *directoryrole.Store
	Groups         *group.Store
	// Explain keeps what is behind a failure at Microsoft and gives the page that says so; nil: nothing is explained.
	Explain func(r *http.Request, err error, back string) string
}

// Changer changes guests in the name of who asks for it; requestID is that of the page.
type Changer interface {
	Invite(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, in guest.Invitation) (guest.Receipt, error)
	GiveRole(ctx context.Context, by tenant.Person, requestID string, g guest.Guest, role string) error
	Revoke(ctx context.Context, by tenant.Person, requestID string, g guest.Guest, groups []guest.RoleGroup) error
	LeaveGroup(ctx context.Context, by tenant.Person, requestID string, g guest.Guest, in guest.RoleGroup) (said string, err error)
	Seats(ctx context.Context, tid tenant.ID) ([]guest.Seats, error)
	GiveLicence(ctx context.Context, by tenant.Person, requestID string, g guest.Guest, sku, country string) (seen bool, err error)
}

// Mount adds the pages, over all customers or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/guests", h.list)
	r.GetFor("/guests/invite", tenant.MayAct, h.inviteForm)
	r.Post("/guests/invite", tenant.MayAct, h.invite)
	r.Get("/guests/{guest}", h.show)
	r.Post("/guests/{guest}/role", tenant.MayAct, h.giveRole)
	r.GetFor("/guests/{guest}/revoke", tenant.MayAct, h.confirmRevoke)
	r.Post("/guests/{guest}/revoke", tenant.MayAct, h.revoke)
	r.GetFor("/guests/{guest}/groups/{group}", tenant.MayAct, h.confirmLeave)
	r.Post("/guests/{guest}/groups/{group}", tenant.MayAct, h.leave)
	r.GetFor("/guests/{guest}/licence", tenant.MayAct, h.licenceForm)
	r.Post("/guests/{guest}/licence", tenant.MayAct, h.licence)
}

// MountPortal adds what goes to several customers at once.
func (h *Handler) MountPortal(r page.Router) {
	r.GetFor("/guests/many", tenant.MayAct, h.chooseMany)
	r.GetFor("/guests/many/check", tenant.MayAct, h.checkMany)
	r.Post("/guests/many", tenant.MayAct, h.startMany)
	r.Get("/guests/jobs", h.jobs)
	r.Get("/guests/jobs/{job}", h.job)
	r.Post("/guests/jobs/{job}/again", tenant.MayAct, h.again)
}

// pageSize is the number of rows on a page.
const pageSize = 50

var noun = fresh.Noun{One: "guest account", Many: "guest accounts", Whole: "guest accounts of your people", Icon: "person_add"}

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
	base := guest.Filter{Home: atHome(m)}
	f.Home = base.Home
	if base.Home && len(f.Tenants) > 0 {
		customers, err := h.customers(ctx, m)
		if err != nil {
			return err
		}
		if f.Domains, err = domainsOf(customers, f.Tenants); err != nil {
			return err
		}
		f.Tenants = nil // there they say whose people
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, datasetOf(m))
	if err != nil {
		return err
	}
	toRow, err := h.rower(ctx, m, now)
	if err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Guest accounts of your people", One: noun.One, Many: noun.Many, Caption: "Guest accounts, what needs somebody on top", M: m, Query: q, Spec: spec, Columns: columns(m),
		URL: func(r row) string { return r.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: append(fresh.ReadNow(m), h.actions(m, q)...),
		Each: h.each(m.Scope, f, toRow),
	}
	if base.Home {
		l.Title = "Guest accounts of your customers’ people"
	}
	if l.Banner, err = h.awaited(ctx, m, now); err != nil {
		return err
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Guests.List(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, x := range found.Rows {
		l.Rows = append(l.Rows, toRow(x))
	}
	if len(l.Rows) == 0 {
		n := noun
		if base.Home {
			n = homeNoun
		}
		if l.Empty, err = fresh.EmptyList(n, read, m, q, now, func() (int64, error) { return h.Guests.Count(ctx, m.Scope, base) }); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// actions are what can be begun from the list.
func (h *Handler) actions(m tenant.Membership, q page.Query) []ui.Action {
	a := h.toHome(m)
	invite := m.Path("/guests/invite")
	if of := q.Get("customer"); atHome(m) && of != "" {
		invite += "?customer=" + of
	}
	switch {
	case m.One() && m.May(tenant.MayAct):
		a = append(a, ui.Action{Text: "Invite", Icon: "person_add", URL: invite})
	case !m.One():
		a = append(a, ui.Action{Text: "Jobs", Kind: ui.Quiet, URL: "/guests/jobs"})
		if m.May(tenant.MayAct) {
			a = append(a, ui.Action{Text: "Invite to several customers", Icon: "person_add", URL: "/guests/many"})
		}
	}
	return a
}

// rower makes rows that say at which customers the reading is older than its target.
func (h *Handler) rower(ctx context.Context, m tenant.Membership, now time.Time) (func(guest.Guest) row, error) {
	byTenant, err := h.Sync.FreshnessByTenant(ctx, m.Scope, datasetOf(m))
	if err != nil {
		return nil, err
	}
	var customers map[string]tenant.Tenant
	if atHome(m) {
		if customers, err = h.customers(ctx, m); err != nil {
			return nil, err
		}
	}
	return func(x guest.Guest) row {
		read := byTenant[x.Tenant]
		late := read.Late > 0 || read.Read == 0
		if !atHome(m) {
			return newRow(x, late, now)
		}
		return newHomeRow(x, customers, late, now)
	}, nil
}

// each streams the rows of an export.
func (h *Handler) each(scope tenant.Scope, f guest.Filter, toRow func(guest.Guest) row) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(guest.Guest) error) error {
		return h.Guests.Each(ctx, scope, f, each)
	}, toRow)
}

// awaited says which invitations were taken and cannot be read back yet; nil: none.
func (h *Handler) awaited(ctx context.Context, m tenant.Membership, now time.Time) (*ui.Banner, error) {
	found, err := h.Guests.Awaited(ctx, m.Scope, now)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var names []string
	for _, a := range found[:min(len(found), 3)] {
		name := a.Address
		if !m.One() {
			name += " at " + a.TenantName
		}
		names = append(names, name)
	}
	if more := len(found) - len(names); more > 0 {
		names = append(names, ui.N(int64(more))+" more")
	}
	return &ui.Banner{
		Kind: "info", Title: "Microsoft took " + ui.Count(int64(len(found)), "invitation", "invitations") + " whose account no read has found yet.",
		Text: strings.Join(names, ", ") + ". A new account can take some minutes; the portal looks again every minute.",
	}, nil
}
