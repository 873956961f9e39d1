package serve

import (
	"context"
	"errors"
	"fmt"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/me"
	"github.com/tenantry/tenantry/web/middleware"
)

// graphTokens gives Graph the portal's own tokens.
type graphTokens struct {
	entra    *entra.Client
	resource string
}

func (t graphTokens) Token(ctx context.Context, tid tenant.ID) (string, error) {
	token, err := t.entra.AppToken(ctx, tid, t.resource)
	return token.Value, err
}

func (t graphTokens) Forget(tid tenant.ID) { t.entra.Forget(tid) }

// renew lets sessions renew a person's tokens, and tells them when the grant is over for good.
func renew(c *entra.Client) session.Renew {
	return func(ctx context.Context, in session.SignIn, refresh string, scopes ...string) (session.Renewed, error) {
		got, err := c.Refresh(ctx, entra.Subject{Tenant: in.Tenant, ObjectID: in.ObjectID, Subject: in.Subject}, refresh, scopes...)
		var e *entra.Error
		var refused *entra.Refusal
		if errors.As(err, &e) && e.GrantEnded() || errors.As(err, &refused) {
			return session.Renewed{}, fmt.Errorf("%w: %w", session.ErrEnded, err)
		}
		if err != nil {
			return session.Renewed{}, err
		}
		return session.Renewed{Access: got.Access.Value, Expires: got.Access.Expires, Refresh: got.Refresh}, nil
	}
}

// grantReader reads our own grants from a tenant for internal/consent.
type grantReader struct {
	graph    *graph.Client
	clientID string
}

// ReadGrants names permissions as the catalogue does. Where only the delegated ones cannot be read, the others still count.
func (r grantReader) ReadGrants(ctx context.Context, tid tenant.ID) (consent.Grants, error) {
	found, err := r.graph.ReadGrants(ctx, tid, r.clientID)
	rolesRead := err == nil || found.ServicePrincipalID != ""
	if !rolesRead {
		return consent.Grants{}, err
	}
	g := consent.Grants{ApplicationRead: true, DelegatedRead: err == nil}
	for _, role := range found.Roles {
		if role.Value != "" {
			g.Held = append(g.Held, permission.Permission{Resource: permission.Resource(role.ResourceAppID), Kind: permission.Application, Name: role.Value})
		}
	}
	for _, scope := range found.Scopes {
		if !scope.ForAll {
			g.Personal++
			continue
		}
		g.Held = append(g.Held, permission.Permission{Resource: permission.Resource(scope.ResourceAppID), Kind: permission.Delegated, Name: scope.Value})
	}
	return g, nil
}

// journal writes what internal/consent did into the audit.
type journal struct{ audit *audit.Store }

func (j journal) Append(ctx context.Context, tid tenant.ID, e consent.Event) error {
	entry := audit.By(e.Actor)
	if e.Actor.ObjectID == "" && e.Name != "" {
		entry.Actor = e.Name
	}
	entry.Action, entry.Object, entry.Detail, entry.RequestID = e.Action, e.Object, e.Detail, middleware.RequestID(ctx)
	return j.audit.Append(ctx, tid, entry)
}

// ownDevices reads a person's devices with that person's own sign-in.
type ownDevices struct {
	sessions *session.Sessions
	graph    *graph.Client
}

// MyDevices is GET /me/managedDevices at the tenant.
func (o ownDevices) MyDevices(ctx context.Context, tid tenant.ID) ([]me.Device, error) {
	token, err := o.sessions.DelegatedToken(ctx, tid, me.Scope)
	if err != nil {
		return nil, notPermitted(err)
	}
	found, err := o.graph.MyManagedDevices(ctx, token)
	var refused *graph.Error
	switch {
	case errors.As(err, &refused) && refused.Kind == graph.Licence:
		return nil, fmt.Errorf("%w: %w", me.ErrNotLicensed, err)
	case errors.As(err, &refused) && (refused.Kind == graph.Permission || refused.Kind == graph.Token):
		return nil, fmt.Errorf("%w: %w", me.ErrNotPermitted, err)
	case err != nil:
		return nil, err
	}
	devices := make([]me.Device, len(found))
	for i, d := range found {
		devices[i] = me.Device{ID: d.ID, Name: d.DeviceName, Model: d.Model, Serial: d.Serial, OS: d.OS,
			OSVersion: d.OSVersion, Compliance: d.Compliance, LastSyncAt: d.LastSync.Time}
	}
	return devices, nil
}

// notPermitted finds the answer that the permission was never consented to (AADSTS65001), which no new sign-in would change.
func notPermitted(err error) error {
	var e *entra.Error
	if errors.As(err, &e) && (e.Code == 65001 || e.OAuth == "consent_required") {
		return fmt.Errorf("%w: %w", me.ErrNotPermitted, err)
	}
	return err
}
