package intunerole

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's roles, their assignments and the operations. Only when all three were read to the end is anything stored.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// The paths beside the dataset's own. Only beta tells assignments over all devices or all users from those over groups.
const (
	assignmentsPath = "/deviceManagement/roleAssignments"
	operationsPath  = "/deviceManagement/resourceOperations"
)

// Pull reads all three.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	read, err := p.read(ctx, tid, run)
	if err != nil {
		return fmt.Errorf("pull Intune roles of %s: %w", tid, err)
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) {
		return p.Store.Merge(ctx, tx, tid, run.Number, p.Now(), read)
	})
}

// Read is what one complete read found.
type Read struct {
	Roles       []Role
	Assignments []Assignment
	Operations  []Operation
}

// most is more than Intune lets a tenant have, by far. A read beyond it is no answer of Intune's.
const most = 50_000

var errTooMany = errors.New("more roles, assignments or operations than Intune lets a tenant have")

func (p *Puller) read(ctx context.Context, tid tenant.ID, run *graphsync.Run) (r Read, err error) {
	q := graph.Query{Version: run.Dataset.Version, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.RoleDefinition](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return r, err
		}
		if len(r.Roles) >= most {
			return r, errTooMany
		}
		if !tells(w) {
			return r, graph.BadRow(run.Dataset.Path, "a role that does not say what it allows")
		}
		r.Roles = append(r.Roles, roleFromGraph(w))
	}
	beta := q
	beta.Version, beta.Expand = "beta", "roleDefinition"
	for w, err := range graph.List[graph.RoleAssignment](ctx, p.Graph, tid, assignmentsPath, beta) {
		if err != nil {
			return r, err
		}
		if len(r.Assignments) >= most {
			return r, errTooMany
		}
		if w.Role == nil || w.Role.ID == "" { // where a list does not expand, the entity does
			if one, err := graph.Get[graph.RoleAssignment](ctx, p.Graph, tid, assignmentsPath+"/"+url.PathEscape(w.ID), beta); err == nil {
				if w.Role = one.Role; w.Role == nil || w.Role.ID == "" {
					return r, graph.BadRow(assignmentsPath, "an assignment that does not say of which role")
				}
			} else if !missing(err) {
				return r, err
			}
		}
		if w.Members == nil || slices.Contains(w.Members, "") {
			return r, graph.BadRow(assignmentsPath, "an assignment that does not say to whom the role is given")
		}
		r.Assignments = append(r.Assignments, assignmentFromGraph(w))
	}
	for w, err := range graph.List[graph.ResourceOperation](ctx, p.Graph, tid, operationsPath, q) {
		if err != nil {
			return r, err
		}
		if len(r.Operations) >= most {
			return r, errTooMany
		}
		r.Operations = append(r.Operations, Operation{ID: clean(w.ID), Resource: clean(w.Resource), Action: clean(w.Action), Description: clean(w.Description)})
	}
	return r.tidy(), nil
}

// tells whether a role says what it allows. One that does not would count as one that allows nothing, and nobody who has it as one who can
// wipe.
func tells(w graph.RoleDefinition) bool {
	for _, p := range w.Permissions {
		for _, a := range p.Actions {
			if a.Allowed == nil || slices.Contains(a.Allowed, "") {
				return false
			}
		}
		if p.Actions == nil {
			return false
		}
	}
	return w.Permissions != nil
}

func missing(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) && (e.Kind == graph.NotFound || e.Kind == graph.Refused)
}

// maxKey is the longest identifier or name that an index takes, in bytes.
const maxKey = 400

func usable(id string) bool { return id != "" && len(id) <= maxKey }

// tidy keeps the last of what came twice, sorts, and counts assignments.
func (r Read) tidy() Read {
	r.Roles = unique(r.Roles, func(x Role) string { return x.ID })
	r.Assignments = unique(r.Assignments, func(x Assignment) string { return x.ID })
	r.Operations = unique(r.Operations, func(x Operation) string { return x.ID })
	n := map[string]int{}
	for _, a := range r.Assignments {
		n[a.RoleID]++
	}
	for i := range r.Roles {
		x := &r.Roles[i]
		x.Allowed, x.Denied, x.Assignments = set(x.Allowed), set(x.Denied), n[x.ID]
	}
	return r
}

func unique[T any](all []T, id func(T) string) []T {
	last := map[string]T{}
	for _, x := range all {
		last[id(x)] = x
	}
	out := make([]T, 0, len(last))
	for _, x := range last {
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	return out
}

func roleFromGraph(w graph.RoleDefinition) Role {
	r := Role{ID: clean(w.ID), Name: clean(w.DisplayName), Description: clean(w.Description), BuiltIn: w.BuiltIn}
	for _, p := range w.Permissions {
		for _, a := range p.Actions {
			denied := set(a.NotAllowed)
			r.Denied = append(r.Denied, denied...)
			for _, x := range set(a.Allowed) {
				if !slices.Contains(denied, x) {
					r.Allowed = append(r.Allowed, x)
				}
			}
		}
	}
	r.Allowed, r.Denied = set(r.Allowed), set(r.Denied)
	return r
}

func assignmentFromGraph(w graph.RoleAssignment) Assignment {
	a := Assignment{
		ID: clean(w.ID), Name: clean(w.DisplayName), Description: clean(w.Description), Members: set(w.Members), Scopes: set(w.Scopes), ScopeType: clean(w.ScopeType),
	}
	if w.Role != nil && usable(w.Role.ID) {
		a.RoleID = clean(w.Role.ID)
	}
	return a
}

// set is a list sorted, without blanks and doubles; never nil.
func set(of []string) []string {
	out := make([]string, 0, len(of))
	for _, s := range of {
		if s = strings.TrimSpace(clean(s)); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
