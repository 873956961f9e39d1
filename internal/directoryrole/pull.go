package directoryrole

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's role definitions, for their names, and who holds which. Only when both were read to the end is anything stored.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// definitionsPath is beside the dataset's own (Microsoft Graph v1.0).
const definitionsPath = "/roleManagement/directory/roleDefinitions"

// most is more assignments, or definitions, than a directory has.
const most = 500_000

var errTooMany = fmt.Errorf("more than %d directory roles or assignments", most)

// Pull reads all. What could not be read to the end changes nothing.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	found, err := p.read(ctx, tid, run)
	if err != nil {
		return fmt.Errorf("pull directory roles of %s: %w", tid, err)
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) {
		return p.Store.Merge(ctx, tx, tid, run.Number, p.Now(), found)
	})
}

func (p *Puller) read(ctx context.Context, tid tenant.ID, run *graphsync.Run) (all []Assignment, err error) {
	d := run.Dataset
	roles, err := p.roles(ctx, tid, run)
	if err != nil {
		return nil, err
	}
	q := graph.Query{Version: d.Version, Expand: d.Expand, Top: d.PageSize, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.DirectoryRoleAssignment](ctx, p.Graph, tid, d.Path, q) {
		if err != nil {
			return nil, err
		}
		if len(all) >= most {
			return nil, errTooMany
		}
		a := fromGraph(w, roles)
		if a.ID == "" {
			return nil, graph.BadRow(d.Path, "an assignment that does not say which role, or whose")
		}
		all = append(all, a)
	}
	return all, nil
}

// role is what a definition tells of a role.
type role struct{ id, name string }

// roles are the definitions by their ids. Where a tenant's built-in role has an id of its own, assignments name that, and we the template.
func (p *Puller) roles(ctx context.Context, tid tenant.ID, run *graphsync.Run) (map[string]role, error) {
	q := graph.Query{Version: run.Dataset.Version, Select: []string{"id", "templateId", "displayName", "isBuiltIn"}, OnPage: func(c graph.Page) error {
		c.Rows = 0 // definitions are no rows of the ledger
		return run.Page(ctx, graphsync.Progress(c))
	}}
	found := map[string]role{}
	for w, err := range graph.List[graph.DirectoryRoleDefinition](ctx, p.Graph, tid, definitionsPath, q) {
		if err != nil {
			return nil, err
		}
		if len(found) >= most {
			return nil, errTooMany
		}
		r := role{lower(w.ID), clean(w.Name)}
		if w.BuiltIn && w.TemplateID != "" {
			r.id = lower(w.TemplateID)
		}
		found[lower(w.ID)] = r
	}
	return found, nil
}

// maxKey is the longest text that an index takes, in bytes.
const maxKey = 400

// fromGraph is an assignment as we keep it; one without what it takes to tell it from others has no ID.
func fromGraph(w graph.DirectoryRoleAssignment, roles map[string]role) Assignment {
	a := Assignment{ID: clean(w.ID), Role: lower(w.RoleDefinitionID), Principal: lower(w.PrincipalID), Scope: clean(w.Scope)}
	if r, ok := roles[a.Role]; ok {
		a.Role, a.RoleName = r.id, r.name
	}
	if p := w.Principal; p != nil {
		a.Type, a.Name, a.UPN, a.Enabled = clean(graph.TypeName(p.Type)), clean(p.DisplayName), clean(p.UserPrincipalName), p.AccountEnabled
	}
	if a.Role == "" || a.Principal == "" || max(len(a.ID), len(a.Role), len(a.Principal)) > maxKey {
		a.ID = ""
	}
	return a
}

func lower(s string) string { return strings.ToLower(clean(s)) }

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
