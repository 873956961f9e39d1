package consent

import (
	"context"
	"errors"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// GraphReader reads our own grants from Microsoft Graph. It is the Reader of the product.
type GraphReader struct {
	Graph *graph.Client
	AppID string                                                     // application (client) id of the first registration
	As    func(ctx context.Context, clientID string) context.Context // makes calls speak as a registration; nil: there is but the first
}

// ReadGrants reads both kinds. Where only the delegated ones could not be read, the application ones still count and no error is given.
func (g GraphReader) ReadGrants(ctx context.Context, tid tenant.ID, clientID string) (Grants, error) {
	return g.ReadOther(ctx, tid, clientID, clientID)
}

// ReadOther reads them of one registration with a token of another.
func (g GraphReader) ReadOther(ctx context.Context, tid tenant.ID, as, other string) (Grants, error) {
	if g.As != nil {
		ctx = g.As(ctx, as)
	}
	if other == "" {
		other = g.AppID
	}
	read, err := g.Graph.ReadGrants(ctx, tid, other)
	if err != nil && read.ServicePrincipalID == "" {
		var refused *graph.Error
		if errors.As(err, &refused) && refused.Kind == graph.NotFound {
			return Grants{}, absent{err}
		}
		return Grants{}, err
	}
	found := fromGraph(read)
	found.DelegatedRead, found.AppID, found.Principal = err == nil, other, read.ServicePrincipalID
	return found, nil
}

// absent is an answer that names no service principal of ours.
type absent struct{ error }

func (a absent) Unwrap() []error   { return []error{a.error, errs.NotFound} }
func (a absent) NoPrincipal() bool { return true }

// fromGraph is pure. A role that its resource no longer names keeps its GUID as name, so that it shows as surplus.
func fromGraph(read graph.Grants) Grants {
	g := Grants{ApplicationRead: true, DelegatedRead: true}
	for _, r := range read.Roles {
		name := r.Value
		if name == "" {
			name = r.ID
		}
		g.Held = append(g.Held, permission.Permission{Resource: permission.Resource(r.ResourceAppID), Kind: permission.Application, Name: name})
	}
	for _, sc := range read.Scopes {
		if !sc.ForAll {
			g.Personal++
			continue
		}
		g.Held = append(g.Held, permission.Permission{Resource: permission.Resource(sc.ResourceAppID), Kind: permission.Delegated, Name: sc.Value})
	}
	return g
}
