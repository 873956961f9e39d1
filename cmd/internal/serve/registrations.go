package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// registrations tells the client of Entra as which registration to speak.
type registrations struct{ asks *consent.Store }

func (r registrations) Of(ctx context.Context, tid tenant.ID) (string, error) {
	return r.asks.ClientIDOf(ctx, tid)
}

func (r registrations) Registration(ctx context.Context, clientID string) (entra.Registration, error) {
	secret, err := r.asks.Secret(ctx, clientID)
	return speaking(clientID, secret), err
}

// speaking is the registration with its secret; without one it has no credential of its own.
func speaking(clientID, secret string) entra.Registration {
	if secret == "" {
		return entra.Registration{ClientID: clientID}
	}
	return entra.Registration{ClientID: clientID, Credential: entra.Secret(secret)}
}

// finder reads registrations in the home tenant, with the first one's own token.
type finder struct{ p *Portal }

// FindRegistration says what is wrong with the registration, or what it is.
func (f finder) FindRegistration(ctx context.Context, clientID, secret string) (consent.Registration, error) {
	cfg := f.p.Config
	if clientID == cfg.ClientID {
		return consent.Registration{}, errs.ShowNext(errs.Invalid, "This is the registration that the portal is started with.", "Type the client ID of another one.")
	}
	if secret == "" && cfg.CertificatePath == "" && cfg.FederatedTokenFile == "" {
		return consent.Registration{}, errs.ShowNext(errs.Invalid, "The secret is missing.", "Make a client secret for this registration. Only a portal that proves itself by a certificate or a workload identity can do without.")
	}
	found, err := f.p.Graph.ReadRegistration(ctx, f.p.home, clientID)
	var e *graph.Error
	if errors.As(err, &e) && e.Kind == graph.NotFound {
		return consent.Registration{}, errs.ShowNext(errs.Invalid, "Your tenant has no app registration with this client ID.", "Copy the Application (client) ID of its overview in the Entra admin center.")
	}
	if err != nil {
		return consent.Registration{}, err
	}
	if found.Audience != "AzureADMultipleOrgs" {
		return consent.Registration{}, errs.ShowNext(errs.Invalid, "The registration is not for accounts of any organization.", "Set its supported account types to accounts in any organizational directory (AzureADMultipleOrgs).")
	}
	for _, address := range []string{cfg.Origin() + "/auth/callback", cfg.Origin() + "/auth/consent"} {
		if !slices.ContainsFunc(found.RedirectURIs, func(have string) bool { return entra.SameRedirect(have, address) }) {
			return consent.Registration{}, errs.ShowNext(errs.Invalid, "The registration lacks the redirect URI "+address+".", "Add it under Authentication, Web.")
		}
	}
	if err := f.prove(ctx, clientID, secret); err != nil {
		return consent.Registration{}, err
	}
	r := consent.Registration{ClientID: clientID, Name: found.Name}
	for _, p := range found.Roles {
		if p.Value == "" {
			return consent.Registration{}, errs.ShowNext(errs.Invalid, "The registration lists the permission "+p.ID+", which Microsoft does not offer any more.", "Remove it in Microsoft Entra.")
		}
		r.Application = append(r.Application, permission.Permission{Resource: permission.Resource(p.ResourceAppID), Kind: permission.Application, Name: p.Value})
	}
	for _, p := range found.Scopes {
		if p.Value != "" {
			r.Delegated = append(r.Delegated, permission.Permission{Resource: permission.Resource(p.ResourceAppID), Kind: permission.Delegated, Name: p.Value})
		}
	}
	return r, nil
}

// prove asks for a token in the home tenant with the credential.
func (f finder) prove(ctx context.Context, clientID, secret string) error {
	err := f.p.Entra.Prove(ctx, f.p.home, speaking(clientID, secret), f.p.Config.Cloud.GraphResource)
	var e *entra.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Code == 700016:
		return errs.ShowNext(errs.Invalid, "Your own tenant has not consented to this registration.", "Grant admin consent for it in the home tenant, then try again.")
	case errors.As(err, &e) && !e.Transient():
		return errs.ShowNext(errs.Invalid, fmt.Sprintf("Microsoft does not take the credential (AADSTS%d).", e.Code), "Paste the secret's value, not its ID.")
	}
	return err
}

// programName is what Microsoft's pages call the first registration; "" until it was read.
func (p *Portal) programName(context.Context) string {
	if name := p.program.Load(); name != nil {
		return strings.TrimSpace(*name)
	}
	return ""
}
