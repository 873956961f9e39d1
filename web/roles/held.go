package roles

import (
	"context"
	"net/http"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// held lists who holds one of Intune's roles at a customer, whatever it allows.
func (h *Handler) held(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // as the role itself
	}
	id, err := page.Param(r, "role")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := h.Roles.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	spec := page.Spec{Sorts: []string{"name"}, Columns: []string{"account", "through", "over", "enabled"}, Default: []string{"account", "through", "over", "enabled"}, Placeholder: "Name, account", Alone: true}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Groups)
	if err != nil {
		return err
	}
	f := intunerole.HolderFilter{Role: id, Q: q.Q, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	found, err := h.Roles.Holders(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	unseen, err := h.Roles.UnseenOf(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	name := newRower(now)(x).Name
	l := page.List[holder]{
		Title: "Who holds “" + name + "”", One: holderNoun.One, Many: holderNoun.Many, M: m, Query: q, Spec: spec, Columns: holderColumns(m),
		Context: []ui.Crumb{{Text: "Intune roles", URL: m.Path("/roles")}, {Text: name, URL: roleURL(m.Tenant.ID, id)}},
		Count:   found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: unsure(fresh.Line(read, m, now), unseen), Above: ui.Notes(unseenSaid(m, unseen)),
		Each: page.Streamed(func(ctx context.Context, each func(intunerole.Holder) error) error {
			return h.Roles.EachHolder(ctx, m.Scope, f, each)
		}, newHolder),
	}
	for _, x := range found.Rows {
		l.Rows = append(l.Rows, newHolder(x))
	}
	if len(l.Rows) == 0 && !q.CSV {
		l.Empty = noneHold("Nobody holds this role", q, read, m, unseen.Groups > 0, roleURL(m.Tenant.ID, id), now)
	}
	return l.Serve(w, r)
}

// heldURL is where who holds the role is listed.
func heldURL(tid tenant.ID, id string) string { return roleURL(tid, id) + "/people" }
