package serve

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// wired is the portal beside the simulated cloud, with one customer that the partner may read.
func wired(t *testing.T) (p *Portal, cloud *cloudsim.Cloud, customer tenant.ID) {
	t.Helper()
	w := admit(t)
	cloud = w.cloud
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	p = &Portal{Log: slog.New(slog.DiscardHandler), Pool: pgtest.New(t), Keys: keys, Config: config.Portal{
		URL: &url.URL{Scheme: "http", Host: "localhost"}, ClientID: cloud.World.App.ClientID, ClientSecret: config.Secret(cloud.World.App.ClientSecret),
		Cloud: config.Cloud{AuthorityHost: cloud.URLs().Login, GraphURL: cloud.URLs().Graph, GraphResource: "https://graph.microsoft.com", DefenderResource: "https://api.security.microsoft.com"},
	}}
	if p.home, err = tenant.ParseID(cloud.World.Home().ID); err != nil {
		t.Fatal(err)
	}
	if err := p.wire(Options{}); err != nil {
		t.Fatal(err)
	}
	for _, tid := range []tenant.ID{p.home, w.home} {
		if err := p.Tenants.Upsert(t.Context(), tenant.Only(tid), tenant.Tenant{ID: tid, DisplayName: "Contoso", Home: tid == p.home}); err != nil {
			t.Fatal(err)
		}
	}
	return p, cloud, w.home
}

// request is one of the technician's, as the page router leaves it.
func request(tid tenant.ID, who tenant.Person, reach tenant.Scope, pattern string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, strings.Replace(pattern, "{tenant}", tid.String(), 1), nil)
	route := chi.NewRouteContext()
	route.RoutePatterns = []string{pattern}
	route.URLParams.Add("tenant", tid.String())
	ctx := page.WithChrome(r.Context(), page.Chrome{Person: &who, Reach: reach, Now: time.Now().UTC()})
	return r.WithContext(context.WithValue(ctx, chi.RouteCtxKey, route))
}

// holding is a person who holds that token at every tenant.
type holding struct {
	p     *Portal
	token string
}

func (h holding) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	return h.p.Graph.As(tid, h.token), nil
}

// TestFailuresLeadToTheirPage: what fails in front of a person is kept with what is behind it, and trying again really reads again.
func TestFailuresLeadToTheirPage(t *testing.T) {
	p, cloud, tid := wired(t)
	ctx := t.Context()
	kept := func(id string) failure.Failure {
		t.Helper()
		f, err := p.Failures.Get(ctx, tid, id)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if _, err := p.Consent.Reread(ctx, tid); err != nil {
		t.Fatal(err)
	}

	// A section that is read while somebody looks.
	device := "00000000-0000-4000-8000-00000000dead"
	look := func() graphsync.Trouble {
		t.Helper()
		read := p.liveReads()[graphsync.LiveComplianceStates]
		if err := read(ctx, tid, device); err != nil {
			t.Fatal(err)
		}
		l, err := graphsync.KeptLive[struct{}](ctx, p.Live, tid, graphsync.LiveComplianceStates, device)
		if err != nil {
			t.Fatal(err)
		}
		return l.Trouble
	}
	cloud.World.Faults.Add(world.Fault{Kind: "licenceMissing"})
	id := look().FailureID
	if f := kept(id); f.Diagnosis == nil || f.Diagnosis.Layer != string(diagnose.LayerLicence) || f.Object != device || f.Times != 1 {
		t.Errorf("%+v", f)
	}
	if look(); kept(id).Times != 1 {
		t.Error("a look a moment later asks Microsoft again")
	}
	cloud.World.Faults.Clear()
	if err := p.tryAgain(ctx, kept(id)); err != nil {
		t.Fatal(err)
	}
	if f := kept(id); f.Times != 2 || f.Before == nil || f.Before.Layer != string(diagnose.LayerLicence) || f.Diagnosis.Layer != string(diagnose.LayerObject) {
		t.Errorf("trying again: %+v", f)
	}

	// Somebody who is not signed in learns it on the problem page itself, and only where Microsoft said why.
	for said, want := range map[string]string{"AADSTS50105: x": "Account in the tenant", "no number": ""} {
		b := p.refusedSignIn(nil, &page.At{Tenant: tid, Err: entra.WordsFor("access_denied", said)})
		if want == "" && b != nil || want != "" && (b == nil || b.Layer != want || !strings.Contains(b.Message, tid.String())) {
			t.Errorf("%s: %+v, want %q", said, b, want)
		}
	}
	if b := p.refusedSignIn(nil, errs.NotFound); b != nil {
		t.Errorf("no sign-in: %+v", b)
	}

	// The grants.
	cloud.World.Faults.Add(world.Fault{Kind: "consentRevoked"})
	if _, err := p.Consent.Reread(ctx, tid); err != nil {
		t.Fatal(err)
	}
	f, err := p.Failures.Latest(ctx, tid, failure.Consent, failure.Grants)
	if err != nil || f.Diagnosis == nil || f.Diagnosis.Cause != string(diagnose.CauseProgramUnknown) || f.RequestID == "" {
		t.Fatalf("%+v, %v", f, err)
	}
	cloud.World.Faults.Clear()
	if err := p.tryAgain(ctx, f); err != nil || kept(f.ID).FixedAt.IsZero() {
		t.Errorf("grants that can be read again: %+v, %v", kept(f.ID), err)
	}

	// A consent that came back without effect, until one is accepted. A link that was used says nothing.
	p.consentRefused(ctx, tid, consent.Outcome{Result: consent.Used, At: f.At})
	if _, err := p.Failures.Latest(ctx, tid, failure.Consent, failure.Return); !errors.Is(err, errs.NotFound) {
		t.Errorf("a link that was used: %v", err)
	}
	p.consentRefused(ctx, tid, consent.Outcome{Result: consent.NeedsAdmin, At: f.At})
	if f, err = p.Failures.Latest(ctx, tid, failure.Consent, failure.Return); err != nil || f.Diagnosis == nil || f.Diagnosis.Cause != string(diagnose.CauseNeedsAdmin) {
		t.Errorf("%+v, %v", f, err)
	}
	p.grantsRead(ctx, tid, f.At)
	if !kept(f.ID).FixedAt.IsZero() {
		t.Error("reading the grants is no consent")
	}
	p.consentAccepted(ctx, tid, f.At)
	if kept(f.ID).FixedAt.IsZero() {
		t.Error("a consent that was accepted leaves the failure open")
	}

	// A change that a person asked for: it is not sent again, but judged anew by grants that are read again.
	technician := tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	customer, _ := cloud.World.Tenant(tid.String())
	token := cloud.Login.UserToken(tid.String(), customer.Users[0].SignInName, world.GraphAudience, "User.Read")
	changes := &guest.Service{Who: holding{p, token}, Graph: p.Graph, Store: p.Guests, Audit: p.Audit, Origin: "http://localhost", Now: time.Now}
	_, refused := changes.Invite(ctx, technician, "q", tid, guest.Invitation{Address: "a@firstup.example"})
	const pattern = "/t/{tenant}/guests/invite"
	at := p.explain(request(tid, technician, tenant.Only(tid), pattern), refused, "/t/x/guests")
	f = kept(at[strings.LastIndex(at, "/")+1:])
	if f.Source != failure.Act || f.Kind != "/guests/invite" || f.Person != technician.UPN || f.Diagnosis.Cause != string(diagnose.CauseScopeMissing) || f.Diagnosis.Permission != "User.Invite.All" {
		t.Errorf("%+v, %v", f, f.Diagnosis)
	}
	if err := p.tryAgain(ctx, f); err != nil || kept(f.ID).JudgedAt.IsZero() || kept(f.ID).Times != 1 {
		t.Errorf("%+v, %v", kept(f.ID), err)
	}
	for name, r := range map[string]*http.Request{
		"a customer":   request(tid, tenant.Person{Role: tenant.RoleCustomerAdmin}, tenant.Only(tid), pattern),
		"out of reach": request(tid, technician, tenant.Only(p.home), pattern),
	} {
		if at := p.explain(r, refused, ""); at != "" {
			t.Errorf("%s is led to %s", name, at)
		}
	}
	if at := p.explain(request(tid, technician, tenant.Only(tid), pattern), errors.New("the database"), ""); at != "" {
		t.Errorf("a fault of ours leads to %s", at)
	}

	// A customer of a plan, which is worked off while nobody waits.
	f = kept(p.explainPlan(ctx, technician, provisioning.Plan{ID: 7}, tid, refused))
	if f.Source != failure.Act || f.Object != "/provisioning/plans/7" || f.Back != f.Object || f.Person != technician.UPN || f.Diagnosis.Permission != "User.Invite.All" {
		t.Errorf("%+v, %v", f, f.Diagnosis)
	}

	// A sign-in at the customer.
	at = p.explain(request(tid, technician, tenant.Only(tid), "/auth/callback"), &page.At{Tenant: tid, Err: entra.WordsFor("access_denied", "AADSTS50020: User account 'canary' does not exist")}, "")
	f = kept(at[strings.LastIndex(at, "/")+1:])
	if f.Source != failure.SignIn || f.Diagnosis.Cause != string(diagnose.CauseAccountUnknown) || !strings.HasPrefix(f.Back, "/signin?tenant="+tid.String()) || strings.Contains(f.Problem+f.Diagnosis.Answer.Text, "canary") {
		t.Errorf("%+v", f)
	}
}
