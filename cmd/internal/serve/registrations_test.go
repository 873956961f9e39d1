package serve

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

const origin = "http://localhost:9400"

// opened is a portal wired to a simulated cloud and a database of its own, serving nothing.
func opened(t *testing.T) (*Portal, *cloudsim.Cloud) {
	t.Helper()
	return openedAt(t, origin, world.Options{Seed: 5, Tenants: 6, Devices: 60})
}

func openedAt(t *testing.T, origin string, o world.Options) (*Portal, *cloudsim.Cloud) {
	t.Helper()
	cloud, err := cloudsim.New(cloudsim.Options{World: o})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(cloud.AddRedirectURI(origin+"/auth/callback"), cloud.AddRedirectURI(origin+"/auth/consent"), cloud.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	w, urls := cloud.World, cloud.URLs()
	cfg, err := config.Settings{
		URL: origin, Listen: "127.0.0.1:0", DataDir: t.TempDir(), Owners: w.Home().Users[0].SignInName, DatabaseURL: pgtest.NewDSN(t),
		TenantID: w.Home().ID, ClientID: w.App.ClientID, ClientSecret: w.App.ClientSecret,
		AuthorityHost: urls.Login, GraphURL: urls.Graph, DefenderURL: urls.Security, PartnerCenterURL: urls.Partner,
	}.Check()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(t.Context(), cfg, Options{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p, cloud
}

// A customer who wants to allow devices alone is asked with a registration that lists no more, and from then on the portal speaks as that one;
// another link leads back to the first.
func TestCustomerIsAskedForLess(t *testing.T) {
	t.Parallel()
	p, cloud := opened(t)
	ctx, owner := t.Context(), tenant.Person{Name: "Owner", UPN: "owner@firstup.example"}
	narrow := cloud.World.Narrow[0]
	i := slices.IndexFunc(cloud.World.Tenants(), func(c *world.Tenant) bool { return c.Consent == world.ConsentNone })
	customer := cloud.World.Tenants()[i]
	none, _, err := p.Consent.AddTenant(ctx, owner, customer.Domains[0])
	if err != nil {
		t.Fatal(err)
	}
	features, err := permission.ParseFeatures([]string{string(permission.Devices)})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(o consent.Order) consent.Outcome {
		t.Helper()
		o.Features, o.Language = features, permission.English
		l, token, err := p.Consent.CreateLink(ctx, owner, none.ID, o)
		if err != nil {
			t.Fatal(err)
		}
		to, err := p.Consent.Begin(ctx, token, permission.English)
		if err != nil {
			t.Fatal(err)
		}
		asks := &cloud.World.App
		if l.ClientID != "" {
			asks = narrow
		}
		if !strings.Contains(to, "client_id="+asks.ClientID) {
			t.Fatalf("the link leads to %s, not to the consent page of %s", to, asks.DisplayName)
		}
		cloud.World.Change(func() { cloud.World.GrantAll(customer, asks, time.Now()) })
		_, state, _ := strings.Cut(to, "state=")
		state, _, _ = strings.Cut(state, "&")
		out, err := p.Consent.Return(ctx, consent.Params{State: state, Tenant: customer.ID, AdminConsent: "True"})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	speaks := func(want *world.App) {
		t.Helper()
		token, err := p.Entra.AppToken(ctx, none.ID, p.Config.Cloud.GraphResource)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(slices.Values(token.Roles)); !slices.Equal(got, slices.Sorted(slices.Values(want.RequiredRoles))) {
			t.Errorf("the token carries %v, want those of %s", got, want.DisplayName)
		}
		program, err := p.Consent.ProgramOf(ctx, none.ID)
		if want == narrow && (err != nil || program != narrow.DisplayName) {
			t.Errorf("the customer knows the portal as %q, %v", program, err)
		}
	}

	if _, err := p.Consent.AddRegistration(ctx, owner, narrow.ClientID, "wrong"); !errors.Is(err, errs.Invalid) {
		t.Errorf("a wrong secret: %v", err)
	}
	if found, err := p.Consent.Offered(ctx); err != nil || len(found) != 1 {
		t.Errorf("offered after a refusal: %v, %v", found, err)
	}
	if _, err := p.Consent.AddRegistration(ctx, owner, narrow.ClientID, narrow.ClientSecret); err != nil {
		t.Fatal(err)
	}
	var sealed string
	if err := p.Pool.Raw().QueryRow(ctx, `SELECT encode(secret, 'escape') FROM registration`).Scan(&sealed); err != nil || strings.Contains(sealed, narrow.ClientSecret) {
		t.Errorf("the secret lies in the database: %v", err)
	}
	if out := ask(consent.Order{ClientID: consent.Any}); out.Result != consent.Connected {
		t.Fatalf("asked for less: %s", out.Result)
	}
	speaks(narrow)
	if err := p.Consent.RemoveRegistration(ctx, owner, narrow.ClientID); !errors.Is(err, errs.Conflict) {
		t.Errorf("removed while a customer knows the portal by it: %v", err)
	}
	if _, err := p.Consent.Reread(ctx, none.ID); err != nil {
		t.Error(err)
	}
	speaks(narrow)
	if out := ask(consent.Order{ClientID: ""}); out.Result != consent.Connected {
		t.Fatalf("asked for everything: %s", out.Result)
	}
	speaks(&cloud.World.App)
	if err := p.Consent.RemoveRegistration(ctx, owner, narrow.ClientID); err != nil {
		t.Error(err)
	}
}

// What could write, lacks an address or is nobody's is never offered to a customer.
func TestRegistrationsThatAreRefused(t *testing.T) {
	t.Parallel()
	p, cloud := opened(t)
	narrow := cloud.World.Narrow[0]
	whole := *narrow
	for name, breaks := range map[string]func(){
		"could change things": func() {
			narrow.RequiredRoles = append(slices.Clone(whole.RequiredRoles), "DeviceManagementManagedDevices.ReadWrite.All")
		},
		"lacks the redirect URI": func() { narrow.RedirectURIs = narrow.RedirectURIs[:1] },
		"not consented":          func() { delete(cloud.World.Home().ServicePrincipals, narrow.ClientID) },
	} {
		cloud.World.Change(breaks)
		_, err := p.Consent.AddRegistration(t.Context(), tenant.Person{}, whole.ClientID, whole.ClientSecret)
		if sentence, next, _ := errs.Sentence(err); !errors.Is(err, errs.Invalid) || !strings.Contains(sentence, name) || next == "" {
			t.Errorf("%s: %v", name, err)
		}
		cloud.World.Change(func() { *narrow = whole; cloud.World.GrantAll(cloud.World.Home(), narrow, time.Now()) })
	}
	for _, id := range []string{cloud.World.App.ClientID, "3c4b5a69-7887-4655-8432-1000000000ff"} {
		if _, err := p.Consent.AddRegistration(t.Context(), tenant.Person{}, id, "s"); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", id, err)
		}
	}
}
