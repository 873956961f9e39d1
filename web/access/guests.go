package access

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// visiting is what was read of the guest accounts of the partner's people.
type visiting struct {
	customers []tenant.Tenant // that the page is about
	guests    []guest.Guest
	known     map[tenant.Account]guest.Guest // the same by their accounts
	asOf      map[tenant.ID]time.Time        // of customers where they were read completely
	late      int                            // of these, too long ago
	directory directory                      // what they hold of the directory
	inside    map[tenant.Account]intunerole.Holder
	intune    map[tenant.ID]graphsync.Reading // of Intune's roles
}

// visiting gathers them for the customers of a page; what they hold, of those whose address, in lower case, is one of these.
func (h *Handler) visiting(ctx context.Context, scope tenant.Scope, customers []tenant.Tenant, only []tenant.ID, addresses map[string]bool) (v visiting, err error) {
	v = visiting{customers: customers, asOf: map[tenant.ID]time.Time{}, known: map[tenant.Account]guest.Guest{}}
	read, err := h.Sync.ReadingsByTenant(ctx, scope, graphsync.Guests, graphsync.DirectoryRoles, graphsync.IntuneRoles)
	if err != nil {
		return v, err
	}
	names := make(map[tenant.ID]string, len(customers))
	for _, c := range customers {
		names[c.ID] = c.Name()
		if r := read[graphsync.Guests][c.ID]; !r.AsOf.IsZero() {
			v.asOf[c.ID] = r.AsOf
			if r.Late {
				v.late++
			}
		}
	}
	v.intune = read[graphsync.IntuneRoles]
	var of []guest.Guest
	if err := h.Guests.EachBrief(ctx, scope, only, func(g guest.Guest) error {
		if g.TenantName = names[g.Tenant]; v.read(g.Tenant) {
			v.guests, v.known[accountOf(g)] = append(v.guests, g), g
			if addresses[strings.ToLower(g.Address)] {
				of = append(of, g)
			}
		}
		return nil
	}); err != nil {
		return v, err
	}
	unseen, err := h.DirectoryRoles.Unseen(ctx, scope, directoryrole.Filter{Tenants: only})
	if err != nil {
		return v, err
	}
	v.directory = newDirectory(customers, read[graphsync.DirectoryRoles], unseen)
	return v, h.holding(ctx, scope, of, &v)
}

// holding gathers what guests hold.
func (h *Handler) holding(ctx context.Context, scope tenant.Scope, guests []guest.Guest, v *visiting) (err error) {
	accounts := make([]tenant.Account, len(guests))
	for i, g := range guests {
		accounts[i] = accountOf(g)
	}
	if err := h.DirectoryRoles.EachOf(ctx, scope, accounts, v.directory.add); err != nil {
		return err
	}
	v.inside, err = h.Roles.HeldBy(ctx, scope, nil, accounts)
	return err
}

// addresses are those of the partner's people.
func addresses(staff ...tenant.Staff) map[string]bool {
	of := make(map[string]bool, len(staff))
	for _, s := range staff {
		of[strings.ToLower(s.UPN)] = true
	}
	return of
}

func accountOf(g guest.Guest) tenant.Account { return tenant.Account{Tenant: g.Tenant, ID: g.ID} }

// rolesOf are the directory roles of a guest, as far as either reading tells.
func (v visiting) rolesOf(g guest.Guest) (roles []string, known bool) {
	roles = v.directory.of(accountOf(g))
	if g.RolesRead {
		roles = append(roles, g.Roles...)
		slices.Sort(roles)
		roles = slices.Compact(roles)
	}
	return roles, v.directory.knows(g.Tenant)
}

func guestURL(g guest.Guest) string {
	return "/t/" + g.Tenant.String() + "/guests/" + url.PathEscape(g.ID)
}

// read tells that guests were read at a customer.
func (v visiting) read(at tenant.ID) bool { _, ok := v.asOf[at]; return ok }

// intunePrefix marks Intune's own roles, which have no template ids, among the directory's.
const intunePrefix = "intune:"

// intuneOf are the Intune roles of a guest, and whether all that could give one was read. A customer without Intune gives none.
func (v visiting) intuneOf(g guest.Guest) (roles []string, whole bool) {
	for _, r := range v.inside[accountOf(g)].Roles {
		roles = append(roles, intunePrefix+r)
	}
	f := v.intune[g.Tenant]
	return roles, !f.AsOf.IsZero() || f.Trouble == "licence"
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
		if !v.directory.knows(g.Tenant) && !shut(g) {
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
	signedIn := make(map[tenant.Account]time.Time, len(seen))
	for _, x := range seen {
		signedIn[tenant.Account{Tenant: x.Tenant, ID: x.ObjectID}] = x.LastAt
	}
	for i, s := range staff {
		byUPN[s.UPN] = i
		if s.ObjectID != "" {
			byObject[s.ObjectID] = i
		}
	}
	for _, g := range v.guests {
		if i, ok := byUPN[strings.ToLower(g.Address)]; ok && !shut(g) {
			roles, known := v.rolesOf(g)
			inside, whole := v.intuneOf(g)
			found = append(found, reach.Account{Person: i, Customer: g.Tenant, Door: reach.Guest, Roles: append(roles, inside...), Unsure: !known || !whole, At: signedIn[accountOf(g)]})
		}
	}
	for _, x := range seen {
		read := v.read(x.Tenant)
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

func (v visiting) guestWord(g guest.Guest) string {
	ids, known := v.rolesOf(g)
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = gdap.RoleName(id)
	}
	said := "Holds no directory role."
	switch {
	case shut(g):
		return "The customer has disabled it."
	case g.Standing == guest.Invited:
		said = "Invited, not redeemed yet. " + said
	case len(ids) == 0 && !known:
		return "Its directory roles were not read."
	}
	if len(ids) > 0 {
		said = "Holds " + strings.Join(names, ", ") + "."
	}
	if !known {
		said += " Not all directory roles were read."
	}
	return said
}
