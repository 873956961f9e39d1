package access

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// visiting is what was read of the guest accounts of the partner's people.
type visiting struct {
	customers []tenant.Tenant // that the page is about
	guests    []guest.Guest
	asOf      map[tenant.ID]time.Time // of customers where they were read completely
	late      int                     // of these, too long ago
}

func (h *Handler) visiting(ctx context.Context, scope tenant.Scope, only []tenant.ID) (v visiting, err error) {
	if v.customers, err = h.customers(ctx, scope, only); err != nil {
		return v, err
	}
	fresh, err := h.Sync.FreshnessByTenant(ctx, scope, graphsync.Guests)
	if err != nil {
		return v, err
	}
	v.asOf = map[tenant.ID]time.Time{}
	for _, c := range v.customers {
		if f := fresh[c.ID]; f.Read > 0 {
			v.asOf[c.ID] = f.AsOf
			v.late += f.Late
		}
	}
	err = h.Guests.Each(ctx, scope, guest.Filter{Tenants: only}, func(g guest.Guest) error {
		if _, read := v.asOf[g.Tenant]; read {
			v.guests = append(v.guests, g)
		}
		return nil
	})
	return v, err
}

// unread is at how many of the customers guest accounts were never read.
func (v visiting) unread() int { return len(v.customers) - len(v.asOf) }

// shut tells an account that the customer has disabled.
func shut(g guest.Guest) bool { return g.Enabled != nil && !*g.Enabled }

// unknown says what was not read of them.
func (v visiting) unknown() (said []string) {
	if n := v.unread(); n > 0 {
		said = append(said, "Not known: who has a guest account at "+ui.Count(int64(n), "customer", "customers")+", because guests were not read there.")
	}
	if v.late > 0 {
		said = append(said, "Guest accounts were not read again in time at "+ui.Count(int64(v.late), "customer", "customers")+"; what changed since is not known.")
	}
	n := 0
	for _, g := range v.guests {
		if !g.RolesRead && !shut(g) {
			n++
		}
	}
	if n > 0 {
		said = append(said, "Not known: which directory roles "+ui.Count(int64(n), "guest account holds", "guest accounts hold")+".")
	}
	return said
}

// accounts are the ways in by an account at the customer: guests as they were read, and who signed in there by another account. Through
// GDAP an account has its own object id there, which opens no door by itself: the relationship does.
func (v visiting) accounts(staff []tenant.Staff, seen []tenant.Seen) (found []reach.Account) {
	byObject, byUPN := map[string]int{}, map[string]int{}
	for i, s := range staff {
		byUPN[s.UPN] = i
		if s.ObjectID != "" {
			byObject[s.ObjectID] = i
		}
	}
	for _, g := range v.guests {
		if i, ok := byUPN[strings.ToLower(g.Address)]; ok && !shut(g) {
			a := reach.Account{Person: i, Customer: g.Tenant, Door: reach.Guest, Source: "guests/" + url.PathEscape(g.ID), At: g.SignedInAt}
			if g.RolesRead {
				a.Roles = slices.Sorted(slices.Values(g.Roles))
			}
			found = append(found, a)
		}
	}
	for _, x := range seen {
		_, read := v.asOf[x.Tenant]
		if i, ok := byObject[x.ObjectID]; ok {
			found = append(found, reach.Account{Person: i, Customer: x.Tenant, At: x.LastAt})
		} else if i, ok := byUPN[strings.ToLower(x.UPN)]; ok && !x.Guest {
			found = append(found, reach.Account{Person: i, Customer: x.Tenant, Door: reach.Own, At: x.LastAt})
		} else if ok && !read { // where guests were read, who is not among them is no guest any more
			found = append(found, reach.Account{Person: i, Customer: x.Tenant, Door: reach.Guest, At: x.LastAt})
		}
	}
	return found
}

// actors are the guests that hold a wiping role at the customer.
func (v visiting) actors() (found []actor) {
	for _, g := range v.guests {
		a := actor{ID: g.ID, Name: g.Name, UPN: g.Address, Side: "partner", Customer: tenantRef{g.Tenant, g.TenantName}, Through: []string{"Guest account"}, Enabled: g.Enabled, URL: "/t/" + g.Tenant.String() + "/guests/" + url.PathEscape(g.ID)}
		for _, id := range wiping {
			if g.RolesRead && slices.Contains(g.Roles, id) {
				a.By = append(a.By, "Guest: "+gdap.RoleName(id))
			}
		}
		if len(a.By) > 0 {
			found = append(found, a)
		}
	}
	return found
}

// lines are the guest accounts of somebody who leaves; where there is none everywhere, that is the proof.
func (v visiting) lines(upn string) (lines []line) {
	var oldest time.Time
	for _, at := range v.asOf {
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	for _, g := range v.guests {
		if !strings.EqualFold(g.Address, upn) {
			continue
		}
		l := line{Door: "guest", What: "Guest account at " + g.TenantName, Customer: &tenantRef{g.Tenant, g.TenantName}, State: doorOpen, AsOf: page.Moment(v.asOf[g.Tenant]), Evidence: guestWord(g), URL: "/t/" + g.Tenant.String() + "/guests/" + url.PathEscape(g.ID)}
		if l.Do = "Ask " + g.TenantName + " to delete the guest account of " + upn + " (object id " + g.ID + ")."; shut(g) {
			l.State, l.Do = doorClosed, ""
		}
		lines = append(lines, l)
	}
	switch {
	case v.unread() > 0 || v.late > 0:
		lines = append(lines, line{Door: "guest", What: "Guest accounts elsewhere", State: doorUnknown, Evidence: strings.Join(v.unknown(), " "), AsOf: page.Moment(oldest)})
	case len(lines) == 0 && len(v.customers) > 0:
		lines = append(lines, line{Door: "guest", What: "Guest accounts at customers", State: doorClosed, Evidence: "None at " + ui.Count(int64(len(v.customers)), "customer", "customers") + ".", AsOf: page.Moment(oldest)})
	}
	return lines
}

func guestWord(g guest.Guest) string {
	var roles []string
	for _, id := range g.Roles {
		roles = append(roles, gdap.RoleName(id))
	}
	switch {
	case shut(g):
		return "The customer has disabled it."
	case g.Standing == guest.Invited:
		return "Invited, not redeemed yet."
	case g.RolesRead && len(roles) > 0:
		return "Holds " + strings.Join(roles, ", ") + "."
	case g.RolesRead:
		return "Holds no directory role."
	}
	return "Its directory roles were not read."
}
