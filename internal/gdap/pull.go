package gdap

import (
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

// Puller reads the relationships of the partner's tenant, and of those that work which groups hold their roles. An application may only
// do so where the partner made a service principal of Microsoft's application 2832473f-ec63-45fb-976f-5d45a7d4bb91 ("Partner Customer
// Delegated Administration"; Microsoft Graph, delegatedAdminRelationship).
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
	Ends  func(ctx context.Context, home tenant.ID, now time.Time) error // told after each complete read; nil: nobody is
}

// most is more relationships than a partner has, by far.
const most = 100_000

var errTooMany = fmt.Errorf("more than %d GDAP relationships", most)

// Pull reads all. What could not be read to the end changes nothing.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	found, err := p.read(ctx, tid, run)
	if err != nil {
		return fmt.Errorf("pull GDAP relationships of %s: %w", tid, err)
	}
	now := p.Now()
	if err := run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return p.Store.Merge(ctx, tx, tid, run.Number, now, found) }); err != nil || p.Ends == nil {
		return err
	}
	return p.Ends(ctx, tid, now)
}

func (p *Puller) read(ctx context.Context, tid tenant.ID, run *graphsync.Run) (all []Relationship, err error) {
	d := run.Dataset
	q := graph.Query{Version: d.Version, Top: d.PageSize, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.DelegatedAdminRelationship](ctx, p.Graph, tid, d.Path, q) {
		if err != nil {
			return nil, err
		}
		if len(all) >= most {
			return nil, errTooMany
		}
		all = append(all, fromGraph(w))
	}
	q.Top = 0
	q.OnPage = func(c graph.Page) error {
		c.Rows = 0 // assignments are no rows of the ledger
		return run.Page(ctx, graphsync.Progress(c))
	}
	for i := range all {
		if !all[i].Works() || all[i].Led {
			continue
		}
		for w, err := range graph.List[graph.DelegatedAssignment](ctx, p.Graph, tid, d.Path+"/"+url.PathEscape(all[i].ID)+"/accessAssignments", q) {
			if missing(err) {
				break // ended meanwhile
			}
			if err != nil {
				return nil, err
			}
			all[i].Assignments = append(all[i].Assignments, assignmentFromGraph(w))
		}
	}
	return all, nil
}

func missing(err error) bool {
	var e *graph.Error
	return errors.As(err, &e) && e.Kind == graph.NotFound
}

// fromGraph is a relationship as we keep it, without its assignments.
func fromGraph(w graph.DelegatedAdminRelationship) Relationship {
	r := Relationship{
		ID: clean(w.ID), Name: clean(w.Name), Status: clean(w.Status), Duration: clean(w.Duration), AutoExtend: clean(w.AutoExtend), Roles: set(w.Access.IDs()),
		Led: strings.HasPrefix(w.Name, "MLT_"), CreatedAt: w.Created.Time, ActivatedAt: w.Activated.Time, EndsAt: w.Ends.Time,
	}
	if r.Status == "" {
		r.Status = "unknown"
	}
	if w.Customer != nil {
		r.CustomerName = clean(w.Customer.Name)
		r.Customer, _ = tenant.ParseID(w.Customer.TenantID) // without a customer it is a request to anybody
	}
	return r
}

func assignmentFromGraph(w graph.DelegatedAssignment) Assignment {
	return Assignment{ID: clean(w.ID), Group: strings.ToLower(clean(w.Container.ID)), Status: clean(w.Status), Roles: set(w.Access.IDs())}
}

// set is a list in lower case, sorted, without blanks and doubles; never nil.
func set(of []string) []string {
	out := make([]string, 0, len(of))
	for _, s := range of {
		if s = strings.ToLower(strings.TrimSpace(clean(s))); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
