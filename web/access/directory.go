package access

import (
	"net/url"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// directory is what was read of who holds roles of customers' directories.
type directory struct {
	asOf    map[tenant.ID]time.Time // of customers where they were read completely
	late    int                     // of these, too long ago
	unread  int                     // customers where they never were
	failing int                     // customers where they were, and the last attempt failed
	unseen  map[tenant.ID]int       // groups that hold roles and were not looked into
	held    []directoryrole.Holding
	by      map[tenant.Account][]directoryrole.Holding // the same by who has them
}

// newDirectory is what the readings tell of the customers of a page; who holds what is still to be gathered.
func newDirectory(customers []tenant.Tenant, read map[tenant.ID]graphsync.Reading, unseen map[tenant.ID]int) directory {
	d := directory{asOf: map[tenant.ID]time.Time{}, by: map[tenant.Account][]directoryrole.Holding{}, unseen: unseen}
	for _, c := range customers {
		r := read[c.ID]
		if r.AsOf.IsZero() {
			d.unread++
			continue
		}
		d.asOf[c.ID] = r.AsOf
		if r.Late {
			d.late++
		}
		if r.Trouble != "" {
			d.failing++
		}
	}
	return d
}

// add keeps a holding.
func (d *directory) add(x directoryrole.Holding) error {
	who := tenant.Account{Tenant: x.Tenant, ID: x.Principal}
	d.held, d.by[who] = append(d.held, x), append(d.by[who], x)
	return nil
}

// knows tells that nothing is missing of who holds roles at a customer.
func (d directory) knows(id tenant.ID) bool { return !d.asOf[id].IsZero() && d.unseen[id] == 0 }

// of are the ids of the roles that an account holds at a customer, over all of it or a part, sorted.
func (d directory) of(who tenant.Account) (roles []string) {
	for _, x := range d.by[who] {
		if !slices.Contains(roles, x.Role) {
			roles = append(roles, x.Role)
		}
	}
	slices.Sort(roles)
	return roles
}

// unknown says what was not read of them.
func (d directory) unknown() (said []string) {
	if d.unread > 0 {
		said = append(said, "Not known: who holds a directory role at "+ui.Count(int64(d.unread), "customer", "customers")+", because the roles were not read there.")
	}
	if d.late > 0 {
		said = append(said, "Directory roles were not read again in time at "+ui.Count(int64(d.late), "customer", "customers")+"; what changed since is not known.")
	}
	n := 0
	for _, groups := range d.unseen {
		n += groups
	}
	if n > 0 {
		said = append(said, "Not known: who is in "+ui.Count(int64(n), "group of customers that holds", "groups of customers that hold")+" a directory role.")
	}
	return said
}

// failed says where what is held, fresh as it may be, is not of the last attempt.
func (d directory) failed() []string {
	if d.failing == 0 {
		return nil
	}
	return []string{"Directory roles: the last attempt failed at " + ui.Count(int64(d.failing), "customer", "customers") + ", so they are as they were read before."}
}

// actors are the accounts and programs that hold a role there.
func (d directory) actors(v visiting) *insiders {
	in := &insiders{by: map[tenant.Account]*actor{}}
	for _, x := range d.held {
		in.at(v, x.Tenant, x.TenantName, x.Principal, actor{Name: x.Name, UPN: x.UPN, Type: x.Type, Enabled: x.Enabled, URL: "/roles/directory?role=" + url.QueryEscape(x.Role)}).directory(x)
	}
	return in
}
