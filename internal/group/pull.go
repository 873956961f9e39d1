package group

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's groups. It goes through all, for only a complete read tells that one is gone, and keeps those that are named.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Named func(context.Context, tenant.ID) (Named, error)
}

// Named are the ids of the groups that something is given to.
type Named struct {
	Holding []string // an Intune role: who is in them is read
	Others  []string
}

// most is how many members are read of one group. Roles are given to a few people; beyond it nobody reads a list.
const most = 20_000

// mostGroups is how many groups are looked into. Of those beyond it stays unknown who is in them.
const mostGroups = 2_000

var errTooMany = fmt.Errorf("more than %d members in a group that holds an Intune role", most)

// Pull reads the names, and who is in the groups that hold Intune roles, nested ones too.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	read, err := p.read(ctx, tid, run)
	if err == nil {
		var more bool
		if more, err = p.more(ctx, tid, read); more {
			read, err = p.read(ctx, tid, run)
		}
	}
	if err != nil {
		return fmt.Errorf("pull groups of %s: %w", tid, err)
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return p.Store.Merge(ctx, tx, tid, read) })
}

// more tells that groups were named while others were read: in a first read of a tenant what names them is read at the same time.
func (p *Puller) more(ctx context.Context, tid tenant.ID, read Read) (bool, error) {
	named, err := p.Named(ctx, tid)
	known := make(map[string]bool, len(read.Groups))
	for _, g := range read.Groups {
		known[g.ID] = true
	}
	return slices.ContainsFunc(slices.Concat(named.Holding, named.Others), func(id string) bool { return !known[id] }), err
}

func (p *Puller) read(ctx context.Context, tid tenant.ID, run *graphsync.Run) (r Read, err error) {
	named, err := p.Named(ctx, tid)
	if err != nil {
		return r, err
	}
	found := map[string]Group{}
	for _, id := range slices.Concat(named.Holding, named.Others) {
		found[id] = Group{ID: id, Gone: true}
	}
	d := run.Dataset
	q := graph.Query{Version: d.Version, Select: d.Select, Top: d.PageSize, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.Group](ctx, p.Graph, tid, d.Path, q) {
		if err != nil {
			return r, err
		}
		if _, ok := found[w.ID]; ok {
			found[w.ID] = Group{ID: w.ID, Name: postgres.Clean(w.DisplayName), Dynamic: slices.Contains(w.Types, "DynamicMembership")}
		}
	}
	if r.Members, err = p.insides(ctx, tid, run, named.Holding, found); err != nil {
		return r, err
	}
	for _, g := range found {
		r.Groups = append(r.Groups, g)
	}
	slices.SortFunc(r.Groups, func(a, b Group) int { return strings.Compare(a.ID, b.ID) })
	return r, nil
}

// insides looks into the groups that hold a role and into the groups inside them, so that it is known by which of them somebody is in. What it
// finds out of groups it keeps in found.
func (p *Puller) insides(ctx context.Context, tid tenant.ID, run *graphsync.Run, holding []string, found map[string]Group) (map[string][]Member, error) {
	in := map[string][]Member{}
	for todo := slices.Clone(holding); len(todo) > 0; todo = todo[1:] {
		id := todo[0]
		g := found[id]
		if _, twice := in[id]; twice || g.Gone || len(in) >= mostGroups {
			continue
		}
		members, err := p.members(ctx, tid, run, id)
		switch {
		case missing(err):
			found[id] = Group{ID: id, Gone: true} // deleted meanwhile
			continue
		case err != nil:
			return nil, err
		}
		g.MembersRead, g.Members = true, people(members)
		found[id], in[id] = g, members
		for _, m := range members {
			if m.Type != "group" {
				continue
			}
			if _, named := found[m.ID]; !named {
				found[m.ID] = Group{ID: m.ID, Name: m.Name}
			}
			todo = append(todo, m.ID)
		}
	}
	return in, nil
}

// members are those of the group and of the groups inside it; which of them it has itself takes a second list.
func (p *Puller) members(ctx context.Context, tid tenant.ID, run *graphsync.Run, id string) (all []Member, err error) {
	q := graph.Query{Version: run.Dataset.Version, Select: memberFields, Top: run.Dataset.PageSize, OnPage: func(c graph.Page) error {
		c.Rows = 0 // members are no rows of the ledger: those are groups
		return run.Page(ctx, graphsync.Progress(c))
	}}
	path := "/groups/" + url.PathEscape(id)
	nested := false
	at := map[string]int{}
	for w, err := range graph.List[graph.DirectoryObject](ctx, p.Graph, tid, path+"/transitiveMembers", q) {
		if err != nil {
			return nil, err
		}
		if _, twice := at[w.ID]; twice || w.ID == "" {
			continue
		}
		if len(all) >= most {
			return nil, errTooMany
		}
		m := memberFromGraph(w)
		nested = nested || m.Type == "group"
		at[w.ID] = len(all)
		all = append(all, m)
	}
	if !nested {
		for i := range all {
			all[i].Direct = true
		}
		return all, nil
	}
	q.Select = []string{"id"}
	for w, err := range graph.List[graph.DirectoryObject](ctx, p.Graph, tid, path+"/members", q) {
		if err != nil {
			return nil, err
		}
		if i, ok := at[w.ID]; ok {
			all[i].Direct = true
		}
	}
	return all, nil
}

var memberFields = []string{"id", "displayName", "userPrincipalName", "accountEnabled"}

func memberFromGraph(w graph.DirectoryObject) Member {
	m := Member{ID: postgres.Clean(w.ID), Type: postgres.Clean(graph.TypeName(w.Type)), Name: postgres.Clean(w.DisplayName), UPN: postgres.Clean(w.UserPrincipalName), Enabled: w.AccountEnabled}
	if m.Type == "" {
		m.Type = "unknown"
	}
	if m.Type != "group" { // an index finds the groups of an account by its id, which other readings have in lower case
		m.ID = strings.ToLower(m.ID)
	}
	return m
}

func people(members []Member) (n int) {
	for _, m := range members {
		if m.Type == "user" {
			n++
		}
	}
	return n
}

func missing(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) && e.Kind == graph.NotFound
}
