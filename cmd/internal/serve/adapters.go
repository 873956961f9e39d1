package serve

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/me"
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

// isAdmin asks the tenant where the person's token names no directory roles.
func (p *Portal) isAdmin(ctx context.Context, tid tenant.ID, objectID string) (bool, error) {
	return p.Graph.HoldsRole(ctx, tid, objectID, graph.GlobalAdministrator)
}

// gone asks Microsoft with a new token whether the tenant no longer knows the program (AADSTS700016).
func (p *Portal) gone(ctx context.Context, tid tenant.ID) (bool, error) {
	clientID, err := p.Consent.Store.ClientIDOf(ctx, tid)
	if err != nil {
		return false, err
	}
	p.Entra.Forget(tid)
	_, err = p.Consent.Reader.ReadGrants(ctx, tid, clientID)
	var absent interface{ NoPrincipal() bool }
	if errors.As(err, &absent) && absent.NoPrincipal() {
		return true, nil
	}
	return false, err
}

// used keeps that the request's person used permissions of theirs, for the tenant's evidence page. The use itself does not wait for it to
// succeed.
func (p *Portal) used(ctx context.Context, tid tenant.ID, names []string) {
	in, _ := p.Sessions.Current(ctx)
	if err := p.Consent.Store.Used(ctx, tid, names, in.Name, time.Now()); err != nil {
		p.Log.WarnContext(ctx, "use of permissions not kept", "tenant_id", tid.String(), "err", err)
	}
}

// ownDevices reads a person's devices with that person's own sign-in.
type ownDevices struct {
	sessions *session.Sessions
	graph    *graph.Client
	used     func(ctx context.Context, tid tenant.ID, names []string)
}

// MyDevices is GET /me/managedDevices at the tenant.
func (o ownDevices) MyDevices(ctx context.Context, tid tenant.ID) ([]me.Device, error) {
	scope := me.Scope
	token, err := o.sessions.DelegatedToken(ctx, tid, scope)
	if errors.Is(notPermitted(err), me.ErrNotPermitted) { // a customer that agreed to the wider permission was not asked for the narrow one
		scope = path.Dir(me.Scope) + "/" + deviceaction.ReadWrite
		if wide, errWide := o.sessions.DelegatedToken(ctx, tid, scope); errWide == nil {
			token, err = wide, nil
		}
	}
	if err != nil {
		return nil, notPermitted(err)
	}
	o.used(ctx, tid, []string{path.Base(scope)})
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
	if errors.As(err, &e) && e.NotConsented() {
		return fmt.Errorf("%w: %w", me.ErrNotPermitted, err)
	}
	return err
}

// acting finds the person behind a request for what changes something at a tenant. It is graph.Acting.
type acting struct {
	sessions *session.Sessions
	graph    *graph.Client
	resource string
	home     tenant.ID
	used     func(ctx context.Context, tid tenant.ID, names []string)
}

func (p *Portal) acting() acting {
	return acting{p.Sessions, p.Graph, p.Config.Cloud.GraphResource, p.home, p.used}
}

// As gets a token with the scopes from the person's sign-in at that tenant.
func (a acting) As(ctx context.Context, tid tenant.ID, scopes ...string) (graph.Person, error) {
	full := make([]string, len(scopes))
	for i, s := range scopes {
		full[i] = a.resource + "/" + s
	}
	token, err := a.sessions.DelegatedToken(ctx, tid, full...)
	var refused *entra.Error
	if errors.As(err, &refused) && refused.NotConsented() {
		whose, next := "The customer has", "Ask its administrator for it with a new consent link."
		if tid == a.home {
			whose, next = "Your own tenant has", "An administrator of your tenant can grant it to the app registration."
		}
		return graph.Person{}, fmt.Errorf("%w: %w", errs.ShowNext(errs.Forbidden, whose+" not consented to "+strings.Join(scopes, " and ")+" for people who sign in.", next), err)
	}
	if err != nil {
		return graph.Person{}, err
	}
	a.used(ctx, tid, scopes)
	in, _ := a.sessions.At(ctx, tid)
	return a.graph.As(tid, token).By(in.UPN), nil
}

// readNow has datasets of a tenant read after something was changed there. The deed is done whether or not that can be asked for now.
func (p *Portal) readNow(datasets ...string) func(ctx context.Context, tid tenant.ID) {
	return func(ctx context.Context, tid tenant.ID) {
		if _, err := p.Sync.RequestNow(ctx, tenant.Only(tid), datasets...); err != nil {
			p.Log.WarnContext(ctx, "not read after a change", "dataset", strings.Join(datasets, " "), "tenant_id", tid.String(), "err", err)
		}
	}
}
