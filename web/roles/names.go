package roles

import (
	"context"
	"strings"

	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// named is a group as pages and twins show it.
type named struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`   // empty: not known
	Gone   bool   `json:"gone,omitempty"`   // the directory has it no more
	People *int   `json:"people,omitempty"` // in it, through groups inside it too; missing: not known
}

// namer finds groups by their ids, each once.
type namer struct {
	groups *group.Store
	scope  tenant.Scope
	known  map[group.Ref]named
}

func (h *Handler) namer(scope tenant.Scope) *namer {
	return &namer{h.Groups, scope, map[group.Ref]named{}}
}

// learn looks up the groups of these assignments that are not known yet.
func (n *namer) learn(ctx context.Context, of ...intunerole.Assignment) error {
	var refs []group.Ref
	for _, a := range of {
		for _, list := range [][]string{a.Members, a.Scopes} {
			for _, id := range list {
				ref := group.Ref{Tenant: a.Tenant, ID: id}
				if _, ok := n.known[ref]; !ok {
					n.known[ref] = named{ID: id}
					refs = append(refs, ref)
				}
			}
		}
	}
	found, err := n.groups.Find(ctx, n.scope, refs)
	for ref, g := range found {
		x := named{ID: g.ID, Name: g.Name, Gone: g.Gone}
		if g.MembersRead {
			x.People = &g.Members
		}
		n.known[ref] = x
	}
	return err
}

// of are the groups with these ids; one that learn was not told of is not known.
func (n *namer) of(tid tenant.ID, ids []string) []named {
	out := make([]named, len(ids))
	for i, id := range ids {
		out[i] = named{ID: id}
		if n != nil {
			if x, ok := n.known[group.Ref{Tenant: tid, ID: id}]; ok {
				out[i] = x
			}
		}
	}
	return out
}

// label is the group's name, or its id where that is not known.
func (g named) label() string {
	switch {
	case g.Gone:
		return g.ID + " (deleted)"
	case g.Name == "":
		return g.ID
	}
	return g.Name
}

// holding is the group with how many people hold the role through it.
func (g named) holding() string {
	switch {
	case g.Gone:
		return g.label()
	case g.People == nil:
		return g.label() + " (people unknown)"
	}
	return g.label() + " (" + ui.Count(int64(*g.People), "person", "people") + ")"
}

func joined(groups []named, word func(named) string) string {
	words := make([]string, len(groups))
	for i, g := range groups {
		words[i] = word(g)
	}
	return strings.Join(words, ", ")
}

// allKnown tells that of every group is known who is in it.
func allKnown(groups []named) bool {
	for _, g := range groups {
		if g.People == nil && !g.Gone {
			return false
		}
	}
	return true
}
