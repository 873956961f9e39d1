package guest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's guests and, for those that are ours, their directory roles: at a customer the partner's people, in the partner's own
// tenant the customers'.
type Puller struct {
	Graph   *graph.Client
	Store   *Store
	Now     func() time.Time
	Domains func(ctx context.Context) ([]string, error) // that tell ours from other guests: the partner's, or the customers'
}

// Paths and filters are of Microsoft Graph v1.0: without a filter by type every person of the customer would be read.
const (
	onlyGuests = "userType eq 'Guest'"
	rolesPath  = "/roleManagement/directory/roleAssignments"
	rolesPage  = 999
)

// most is more guests, or role assignments, than a directory is read for.
const most = 500_000

var (
	errTooMany   = fmt.Errorf("more than %d guests or role assignments", most)
	errNoDomains = errors.New("no domain is known yet by which our guests can be told from others")
)

// Pull reads all. What could not be read to the end changes nothing, but for roles: where the customer has not granted them, they are
// unknown, and the guests are known all the same.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	found, err := p.read(ctx, tid, run)
	if err != nil {
		return fmt.Errorf("pull guests of %s: %w", tid, err)
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) {
		return p.Store.Merge(ctx, tx, tid, run.Number, p.Now(), found)
	})
}

func (p *Puller) read(ctx context.Context, tid tenant.ID, run *graphsync.Run) (all []Guest, err error) {
	domains, err := p.Domains(ctx)
	if err != nil {
		return nil, err
	}
	if len(domains) == 0 {
		return nil, errNoDomains
	}
	all, err = p.list(ctx, tid, run, domains, true)
	if kind, _ := graph.KindOf(err); kind == graph.Permission || kind == graph.Licence {
		all, err = p.list(ctx, tid, run, domains, false) // when they signed in is not told here; that alone must not hide the rest
	}
	if err != nil {
		return nil, err
	}
	if all, err = p.awaited(ctx, tid, run, all); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, nil // whom roles are given to need not be read
	}
	held, err := p.roles(ctx, tid, run)
	var refused *graph.Error
	if errors.As(err, &refused) && refused.Kind == graph.Permission {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Roles, all[i].RolesRead = set(held[all[i].ID]), true
	}
	return all, nil
}

// activityPage is the largest page that Microsoft gives with signInActivity.
const activityPage = 500

// list reads the guests that are ours, with when they signed in last where that is asked for: the answer to that is all or nothing.
func (p *Puller) list(ctx context.Context, tid tenant.ID, run *graphsync.Run, domains []string, activity bool) (all []Guest, err error) {
	d := run.Dataset
	q := graph.Query{Version: d.Version, Select: d.Select, Top: d.PageSize, Filter: onlyGuests, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	if activity {
		q.Select, q.Top = append(slices.Clone(d.Select), "signInActivity"), min(d.PageSize, activityPage)
	}
	n := 0
	for w, err := range graph.List[graph.GuestAccount](ctx, p.Graph, tid, d.Path, q) {
		if err != nil {
			return nil, err
		}
		if n++; n > most {
			return nil, errTooMany
		}
		g := fromGraph(w)
		if g.ActiveRead = activity; activity {
			g.ActiveAt = w.SignIns.Last()
		}
		if g.ID != "" && g.from(domains) {
			all = append(all, g)
		}
	}
	return all, nil
}

// roles are the roles over the whole directory by the account that holds them. Those by a group are not seen.
func (p *Puller) roles(ctx context.Context, tid tenant.ID, run *graphsync.Run) (map[string][]string, error) {
	q := graph.Query{Version: run.Dataset.Version, Top: rolesPage, OnPage: func(c graph.Page) error {
		c.Rows = 0 // assignments are no rows of the ledger
		return run.Page(ctx, graphsync.Progress(c))
	}}
	held, n := map[string][]string{}, 0
	for w, err := range graph.List[graph.DirectoryRoleAssignment](ctx, p.Graph, tid, rolesPath, q) {
		if err != nil {
			return nil, err
		}
		if n++; n > most {
			return nil, errTooMany
		}
		if w.Scope == "/" {
			id := strings.ToLower(w.PrincipalID)
			held[id] = append(held[id], w.RoleDefinitionID)
		}
	}
	return held, nil
}

// intunePlans are the service plans that bring Intune (Microsoft, "Product names and service plan identifiers for licensing"): INTUNE_A,
// INTUNE_SMBIZ, INTUNE_EDU.
var intunePlans = []string{"c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "8e9ff0ff-aa7a-4b20-83c1-2f636b600ac2", "da24caf9-af8e-485c-b7c8-e73336da2693"}

// maxKey is the longest text that an index takes, in bytes.
const maxKey = 400

// fromGraph is a guest as we keep it, without its roles.
func fromGraph(w graph.GuestAccount) Guest {
	g := Guest{
		ID: strings.ToLower(clean(w.ID)), Name: clean(w.Name), UPN: clean(w.UPN), Address: cut(strings.ToLower(address(clean(w.UPN), clean(w.Mail)))),
		RedeemedAt: w.StateAt.Time, Enabled: w.Enabled, InvitedAt: w.Created.Time,
	}
	if strings.EqualFold(w.Type, "Member") { // checked here too: filters can be ignored
		g.ID = ""
	}
	switch w.State {
	case "Accepted", "PendingAcceptance":
		accepted := w.State == "Accepted"
		g.Redeemed = &accepted
	}
	if w.Assigned != nil {
		has := slices.ContainsFunc(w.Assigned, func(a graph.AssignedPlan) bool {
			return slices.Contains(intunePlans, strings.ToLower(a.ID)) && (a.Status == "Enabled" || a.Status == "Warning")
		})
		g.Intune = &has
	}
	return g
}

// address is the account's address at home. A guest's principal name holds it, with _ for @, before #EXT#; the mail may be another.
func address(upn, mail string) string {
	local, _, ok := strings.Cut(upn, "#EXT#")
	if i := strings.LastIndexByte(local, '_'); ok && i > 0 {
		return local[:i] + "@" + local[i+1:]
	}
	return mail
}

func (g Guest) from(domains []string) bool {
	_, domain, ok := strings.Cut(g.Address, "@")
	return ok && slices.Contains(domains, domain)
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

// cut is text that an index takes.
func cut(s string) string {
	if len(s) > maxKey {
		s = strings.ToValidUTF8(s[:maxKey], "")
	}
	return s
}
