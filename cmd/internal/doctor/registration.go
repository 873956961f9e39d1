package doctor

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The steps of the registration, as the README walks through them.
const (
	stepAuthority   = "Sign-in service"
	stepCredential  = "Credential"
	stepConsent     = "Consent in the home tenant"
	stepPermissions = "Application permissions"
	stepReadOnly    = "Read-only"
	stepMultiTenant = "Multi-tenant"
	stepRedirects   = "Redirect URIs"
	stepClaims      = "Claims of sign-ins"
	stepExpiry      = "Credential's end"
)

// registration looks at the app registration step by step. What hangs on a step that failed is unknown.
func registration(ctx context.Context, cfg config.Portal) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		home, err := tenant.ParseID(cfg.HomeTenant)
		if err != nil {
			yield(notOK(stepAuthority, "the home tenant's GUID cannot be used", "Correct AZURE_TENANT_ID."))
			return
		}
		client, err := serve.NewEntra(cfg, nil)
		if err != nil {
			yield(notOK(stepCredential, err.Error(), "Put a PEM file there with the certificate and its RSA private key."))
			return
		}
		r := authority(ctx, cfg, client, home)
		if !yield(r) || r.State != OK {
			return
		}
		token, r := credential(ctx, cfg, client, home)
		if !yield(r) || r.State != OK {
			if r.State != OK {
				yield(unknown("Registration", "not looked at without a token", ""))
			}
			return
		}
		for _, r := range append(permissions(token), application(ctx, cfg, token, home)...) {
			if !yield(r) {
				return
			}
		}
	}
}

func authority(ctx context.Context, cfg config.Portal, client *entra.Client, home tenant.ID) Result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := client.Discover(ctx, home.String())
	var e *entra.Error
	switch {
	case err == nil:
		return ok(stepAuthority, cfg.Cloud.AuthorityHost+" knows the home tenant")
	case errors.Is(err, errs.NotFound):
		return notOK(stepAuthority, "there is no tenant "+home.String()+" in the cloud "+cfg.Cloud.Name, "Check AZURE_TENANT_ID, and TENANTRY_CLOUD if the tenant is in another cloud.")
	case errors.As(err, &e) && e.Status != 0:
		return notOK(stepAuthority, err.Error(), "Check AZURE_AUTHORITY_HOST.")
	}
	return notOK(stepAuthority, "does not answer: "+err.Error(), "Let the portal reach "+cfg.Cloud.AuthorityHost+" by https; behind a proxy set HTTPS_PROXY, with certificates of your own SSL_CERT_FILE.")
}

// credentialRemedies by AADSTS number, from Microsoft's list of error codes.
var credentialRemedies = map[int][2]string{
	700016:  {"the home tenant does not know the application", "Check AZURE_CLIENT_ID, or register the application in the home tenant and grant admin consent there."},
	7000215: {"the client secret is wrong", "Set AZURE_CLIENT_SECRET to the secret's value, not its ID; make a new one if the value is gone."},
	7000222: {"the client secret has expired", "Make a new client secret, or better a certificate, and set it."},
	700027:  {"the certificate is not the registration's", "Upload the certificate of AZURE_CLIENT_CERTIFICATE_PATH under Certificates & secrets."},
	7000112: {"the application is disabled in the home tenant", "Enable it: Enterprise applications, Properties, Enabled for users to sign in."},
	700211:  {"the federated credential does not fit", "Check issuer and subject of the registration's federated credential."},
	700213:  {"the federated credential does not fit", "Check issuer and subject of the registration's federated credential."},
}

func credential(ctx context.Context, cfg config.Portal, client *entra.Client, home tenant.ID) (entra.Token, Result) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	token, err := client.AppToken(ctx, home, cfg.Cloud.GraphResource)
	var e *entra.Error
	switch {
	case err == nil:
		return token, ok(stepCredential, "Microsoft gave a token for the application "+cfg.ClientID)
	case errors.As(err, &e) && credentialRemedies[e.Code] != [2]string{}:
		words := credentialRemedies[e.Code]
		return token, notOK(stepCredential, fmt.Sprintf("%s (AADSTS%d)", words[0], e.Code), words[1])
	case errors.As(err, &e) && !e.Transient():
		return token, notOK(stepCredential, err.Error(), "Compare AZURE_CLIENT_ID and the credential with the registration's.")
	}
	return token, unknown(stepCredential, err.Error(), "Try again in a moment.")
}

// permissions are judged by the token: it carries what an administrator of the home tenant has granted.
func permissions(token entra.Token) []Result {
	const remedy = "In the Entra admin center: App registrations, API permissions, add them as application permissions of Microsoft Graph, then Grant admin consent."
	wanted, _ := permission.Plan(permission.Suggested())
	var missing, writing []string
	for _, p := range wanted {
		if p.Resource == permission.Graph && !slices.Contains(token.Roles, p.Name) {
			missing = append(missing, p.Name)
		}
	}
	for _, role := range token.Roles {
		if (permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: role}).Writes() {
			writing = append(writing, role)
		}
	}
	results := []Result{ok(stepConsent, fmt.Sprintf("the token carries %d application permissions", len(token.Roles)))}
	switch {
	case len(token.Roles) == 0:
		return []Result{notOK(stepConsent, "the token carries no application permission", remedy), unknown(stepPermissions, "nothing is granted", "")}
	case len(missing) > 0:
		results = append(results, notOK(stepPermissions, "the registration's home tenant lacks "+strings.Join(missing, ", "), remedy))
	default:
		results = append(results, ok(stepPermissions, "all that the suggested features need"))
	}
	if len(writing) > 0 {
		return append(results, notOK(stepReadOnly, "the program could write by itself: "+strings.Join(writing, ", "), "Remove them: the portal never uses an application permission that can write."))
	}
	return append(results, ok(stepReadOnly, "no application permission can write"))
}

// app is the registration as Graph tells it.
type app struct {
	SignInAudience string `json:"signInAudience"`
	Web            struct {
		RedirectURIs []string `json:"redirectUris"`
	} `json:"web"`
	Claims struct {
		IDToken []claim `json:"idToken"`
	} `json:"optionalClaims"`
	Passwords []expiring `json:"passwordCredentials"`
	Keys      []expiring `json:"keyCredentials"`
}

type claim struct {
	Name string `json:"name"`
}

type expiring struct {
	End graph.Time `json:"endDateTime"`
}

// given is one token that we have already, for the home tenant.
type given string

func (g given) Token(context.Context, tenant.ID) (string, error) { return string(g), nil }
func (given) Forget(tenant.ID)                                   {}

func application(ctx context.Context, cfg config.Portal, token entra.Token, home tenant.ID) []Result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var a app
	client, err := graph.New(cfg.Cloud.GraphURL, given(token.Value), graph.Options{Backoff: 100 * time.Millisecond})
	if err == nil {
		q := graph.Query{Select: []string{"id", "signInAudience", "web", "optionalClaims", "passwordCredentials", "keyCredentials"}}
		a, err = graph.Get[app](ctx, client, home, "applications(appId='"+url.PathEscape(cfg.ClientID)+"')", q)
	}
	if err != nil {
		var results []Result
		for _, step := range []string{stepMultiTenant, stepRedirects, stepClaims, stepExpiry} {
			results = append(results, unknown(step, "the registration could not be read: "+err.Error(), "Grant Application.Read.All in the home tenant, or look at the registration in the Entra admin center."))
		}
		return results
	}
	return []Result{audience(a), redirects(cfg, a), claims(a), end(cfg, a, time.Now())}
}

func audience(a app) Result {
	switch a.SignInAudience {
	case "AzureADMultipleOrgs":
		return ok(stepMultiTenant, "accounts of any organization's tenant")
	case "AzureADandPersonalMicrosoftAccount":
		return notOK(stepMultiTenant, "personal accounts are let in as well", "Registration, Authentication, Supported account types: Accounts in any organizational directory.")
	}
	return notOK(stepMultiTenant, "the registration is for one tenant only ("+a.SignInAudience+")", "Registration, Authentication, Supported account types: Accounts in any organizational directory (signInAudience AzureADMultipleOrgs).")
}

func redirects(cfg config.Portal, a app) Result {
	var missing []string
	for _, want := range []string{cfg.Origin() + "/auth/callback", cfg.Origin() + "/auth/consent"} {
		if !slices.ContainsFunc(a.Web.RedirectURIs, func(have string) bool { return entra.SameRedirect(have, want) }) {
			missing = append(missing, want)
		}
	}
	if len(missing) > 0 {
		return notOK(stepRedirects, "not registered: "+strings.Join(missing, ", "), "Registration, Authentication, Web, Redirect URIs: add them exactly so.")
	}
	return ok(stepRedirects, "both are registered")
}

// claims looks for what Entra puts into ID tokens only where a registration asks for it.
func claims(a app) Result {
	var missing []string
	for _, want := range []string{"acct", "auth_time", "login_hint"} {
		if !slices.ContainsFunc(a.Claims.IDToken, func(c claim) bool { return c.Name == want }) {
			missing = append(missing, want)
		}
	}
	if len(missing) > 0 {
		return notOK(stepClaims, "ID tokens lack "+strings.Join(missing, ", "), "Registration, Token configuration, Add optional claim, ID. Without auth_time nothing that destroys data can be sent or approved.")
	}
	return ok(stepClaims, "ID tokens say who is a guest and when a person last proved who they are")
}

// soon is when an end needs a person.
const soon = 30 * 24 * time.Hour

// end looks at the longest-lived credential of the kind in use. Which of several is ours cannot be told from outside.
func end(cfg config.Portal, a app, now time.Time) Result {
	kind, of := "client secret", a.Passwords
	switch {
	case cfg.FederatedTokenFile != "":
		return ok(stepExpiry, "a workload identity has none")
	case cfg.CertificatePath != "":
		kind, of = "certificate", a.Keys
	}
	var last time.Time
	for _, e := range of {
		if e.End.After(last) {
			last = e.End.Time
		}
	}
	switch {
	case last.IsZero():
		return unknown(stepExpiry, "the registration lists no "+kind, "Look under Certificates & secrets.")
	case last.Before(now.Add(soon)):
		return notOK(stepExpiry, "the last "+kind+" ends on "+last.UTC().Format(time.DateOnly), "Make a new one, set it, then remove the old one.")
	case len(of) > 1:
		return ok(stepExpiry, fmt.Sprintf("of %d the last ends on %s; Microsoft does not tell which is ours", len(of), last.UTC().Format(time.DateOnly)))
	}
	return ok(stepExpiry, "the "+kind+" ends on "+last.UTC().Format(time.DateOnly))
}
