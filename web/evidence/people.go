package evidence

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// people are the partner's people who may see the tenant now, and everybody who did something there.
func (h *Handler) people(ctx context.Context, tid tenant.ID) ([]person, error) {
	staff, err := h.Tenants.StaffOf(ctx, tid)
	if err != nil {
		return nil, err
	}
	doers, err := h.Audit.Doers(ctx, tid)
	if err != nil {
		return nil, err
	}
	found := []person{}
	for _, s := range staff {
		name := s.UPN
		if s.Name != "" {
			name = s.Name + " (" + s.UPN + ")"
		}
		found = append(found, person{Name: name, Role: s.Role, other: s.ObjectID})
	}
	for _, d := range doers {
		i := slices.IndexFunc(found, func(p person) bool { return d.Tenant == h.Tenants.Home() && p.did(d) })
		if i < 0 {
			i, found = len(found), append(found, person{Name: d.Name})
		}
		found[i].Acts, found[i].Last = d.Count, &d.Last
	}
	return found, nil
}

// did tells whether somebody of the partner's own tenant is this person: by object id, or by their words where that is not known before they
// first sign in.
func (p person) did(d audit.Doer) bool {
	if p.other == "" || d.ObjectID == "" {
		return p.Role != "" && p.Name == d.Name
	}
	return p.other == d.ObjectID
}

// used is when each permission was last used: the program's own by the reads that need them and by the daily look at the grants, a person's
// by what people did.
func (h *Handler) used(ctx context.Context, tid tenant.ID, c consent.View) (map[permission.Permission]time.Time, error) {
	used := map[permission.Permission]time.Time{}
	later := func(kind permission.Kind, name string, at time.Time) {
		p := permission.Permission{Resource: permission.Graph, Kind: kind, Name: name}
		if !at.IsZero() && at.After(used[p]) {
			used[p] = at
		}
	}
	statuses, err := h.Sync.OfTenant(ctx, tid)
	if err != nil {
		return nil, err
	}
	for _, s := range statuses {
		if d, ok := h.Sync.Datasets().Get(s.Dataset); ok {
			later(permission.Application, d.Permission, s.StartedAt)
		}
	}
	if e, ok := permission.EntryOf(permission.Proof); ok && c.LastAny != nil {
		for _, o := range e.Operations {
			later(permission.Application, o.Accepts[0].Name, c.LastAny.At)
		}
	}
	uses, err := h.Consent.Store.Uses(ctx, tid)
	if err != nil {
		return nil, err
	}
	for _, u := range uses {
		later(permission.Delegated, u.Name, u.At)
	}
	return used, nil
}

// adminFor is how long an answer about somebody's role holds.
const adminFor = 15 * time.Minute

// admins remembers who was an administrator a moment ago, so that each page does not ask Microsoft.
type admins struct {
	mu    sync.Mutex
	known map[string]adminAnswer
}

type adminAnswer struct {
	until time.Time
	is    bool
}

// still tells whether the person is an administrator now. Where the tenant does not let us see its roles, what the sign-in said holds.
func (a *admins) still(ctx context.Context, p tenant.Person, ask func(context.Context, tenant.ID, string) (bool, error), now time.Time) bool {
	if ask == nil {
		return true
	}
	key := p.Tenant.String() + p.ObjectID
	a.mu.Lock()
	k, ok := a.known[key]
	a.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.is
	}
	is, err := ask(ctx, p.Tenant, p.ObjectID)
	if err != nil {
		is = true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil || len(a.known) > 10_000 {
		a.known = map[string]adminAnswer{}
	}
	a.known[key] = adminAnswer{now.Add(adminFor), is}
	return is
}
