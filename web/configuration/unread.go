package configuration

import (
	"context"
	"slices"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// unread are the kinds that the last attempt could not read, of those that a list is about: one entry for each tenant and kind.
type unread []configuration.Reading

func (h *Handler) unreadOf(ctx context.Context, m tenant.Membership, fam family, f configuration.Filter) (unread, error) {
	found, err := h.Policies.Unread(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	kinds := f.Kind
	if len(kinds) == 0 {
		kinds = configuration.Policies
	}
	return slices.DeleteFunc(found, func(r configuration.Reading) bool {
		return !slices.Contains(kinds, r.Kind) || len(f.Tenants) > 0 && !slices.Contains(f.Tenants, r.Tenant)
	}), nil
}

func (u unread) kinds() (kinds []configuration.Kind) {
	for _, r := range u {
		if !slices.Contains(kinds, r.Kind) {
			kinds = append(kinds, r.Kind)
		}
	}
	return kinds
}

// mark makes the freshness line say that not all was read. What a tenant has no licence for does not exist there: nothing is missing.
func (u unread) mark(f *ui.Freshness) {
	missing := slices.DeleteFunc(slices.Clone(u), func(r configuration.Reading) bool { return r.Trouble == "licence" })
	if len(missing) == 0 {
		return
	}
	if f.State == ui.ShapeOK {
		f.State = ui.ShapePartial
	}
	f.Parts = slices.DeleteFunc(f.Parts, func(l ui.Link) bool { return l.URL == "" }) // that all was read
	f.Parts = append([]ui.Link{{Text: "not read: " + ui.Count(int64(len(missing.kinds())), "kind", "kinds"), URL: "#not-read"}}, f.Parts...)
}

// sentences say of each kind where and why it was not read.
func (u unread) sentences(m tenant.Membership) []string {
	var out []string
	for _, k := range u.kinds() {
		of := slices.DeleteFunc(slices.Clone(u), func(r configuration.Reading) bool { return r.Kind != k })
		s := kindWord(k) + ": not read at " + ui.Count(int64(len(of)), "customer", "customers") + "."
		if m.One() {
			s = kindWord(k) + ": not read. " + of[0].Sentence
		}
		if !m.One() && len(of) == 1 {
			s += " " + of[0].Sentence
		}
		out = append(out, s)
	}
	return out
}

// all tells that nothing of what is asked for was read, so that an empty list means nothing.
func (u unread) all(fam family, q page.Query) bool {
	asked := fam.kinds
	for _, k := range q.Values["kind"] {
		asked = append(asked, configuration.Kind(k))
	}
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(k configuration.Kind) bool { return !slices.Contains(u.kinds(), k) })
}

func (u unread) empty(m tenant.Membership) ui.Empty {
	e := ui.Empty{Kind: ui.EmptyNotRead, Title: "Not read", Lines: u.sentences(m), ActionURL: m.Path("/configuration"), ActionText: "Show what was read"}
	if slices.ContainsFunc(u, func(r configuration.Reading) bool { return r.Trouble == "permission" || r.Trouble == "licence" }) {
		e.Kind, e.Title = ui.EmptyNotPermitted, "This may not be read"
	}
	return e
}
