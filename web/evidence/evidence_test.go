package evidence_test

import (
	"context"
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/evidence"
	"github.com/tenantry/tenantry/web/page"
)

// cloud is two tenants as Microsoft would show them.
type cloud struct {
	tenants map[string]tenant.ID
	grants  map[tenant.ID]consent.Grants
}

func (c cloud) Discover(_ context.Context, s string) (tenant.ID, error)  { return c.tenants[s], nil }
func (c cloud) AdminConsentURL(tenant.ID, string, string, string) string { return "" }
func (c cloud) Forget(tenant.ID)                                         {}
func (c cloud) ReadGrants(_ context.Context, tid tenant.ID) (consent.Grants, error) {
	if g, ok := c.grants[tid]; ok {
		return g, nil
	}
	return consent.Grants{}, errs.Unavailable
}

type site struct {
	http.Handler
	as  tenant.Person
	err error
}

func id(t *testing.T, s string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

func newSite(t *testing.T) (*site, tenant.ID, tenant.ID) {
	t.Helper()
	contoso, fabrikam := id(t, "3c4b5a69-7887-4655-8432-100000000001"), id(t, "3c4b5a69-7887-4655-8432-100000000002")
	a, d := permission.Plan(permission.Suggested())
	c := cloud{
		tenants: map[string]tenant.ID{"contoso.example": contoso, "fabrikam.example": fabrikam},
		grants: map[tenant.ID]consent.Grants{contoso: {Held: append(append(a, d...), permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: "Mail.Read"}),
			ApplicationRead: true, DelegatedRead: true}},
	}
	pool := pgtest.New(t)
	chain := audit.NewStore(pool)
	now := func() time.Time { return time.Now().Add(time.Minute) }
	service := consent.NewService(consent.Deps{Store: consent.NewStore(pool), Authority: c, Reader: c, Journal: consent.AuditJournal{Audit: chain}})
	staff := tenant.Person{Name: "Technician", UPN: "tech@firstup.example"}
	for domain, tid := range c.tenants {
		if _, _, err := service.AddTenant(t.Context(), staff, domain); err != nil {
			t.Fatal(err)
		}
		if _, err := service.Reread(t.Context(), tid); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := service.CreateLink(t.Context(), staff, fabrikam, consent.Order{Language: permission.English}); err != nil {
		t.Fatal(err)
	}
	h := &evidence.Handler{
		Consent: service, Audit: chain, Now: now,
		Partner: func(context.Context) string { return "First Up Consultants" }, Program: func(context.Context) string { return "Tenantry for First Up" },
	}
	r := chi.NewRouter()
	s := &site{Handler: r}
	h.Mount(r, func(*http.Request) (tenant.Membership, error) { return tenant.Membership{Person: s.as}, s.err }, &page.Problems{Log: slog.New(slog.DiscardHandler)})
	return s, contoso, fabrikam
}

func (s *site) get(target string, head ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", target, nil)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestAdministratorSeesTheirOwnEvidence(t *testing.T) {
	s, contoso, fabrikam := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	w := s.get("/evidence")
	text := html.UnescapeString(w.Body.String())
	for _, want := range []string{"First Up Consultants", contoso.String(), "DeviceManagementManagedDevices.Read.All", "Mail.Read", "Granted, and not needed", "added your company", "Technician (tech@firstup.example)", "Enterprise applications", "Tenantry for First Up"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if w.Code != 200 || strings.Count(text, "<h1") != 1 || strings.Contains(text, fabrikam.String()) || strings.Contains(text, "made a consent link") {
		t.Errorf("%d, or it shows Fabrikam", w.Code)
	}
	var twin struct {
		TenantID string `json:"tenant_id"`
		AsOf     *time.Time
		Grants   []any
		Surplus  []any
		Asked    []any
		Done     []struct{ Action string }
	}
	if err := json.Unmarshal(s.get("/evidence", "Accept", "application/json").Body.Bytes(), &twin); err != nil || twin.TenantID != contoso.String() || len(twin.Surplus) != 1 || len(twin.Done) != 2 || len(twin.Asked) != 0 {
		t.Errorf("twin = %+v, %v", twin, err)
	}
}

// A tenant that was never read shows no grant and no green.
func TestNothingIsAllowedUnread(t *testing.T) {
	s, _, fabrikam := newSite(t)
	s.as = tenant.Person{Tenant: fabrikam, Role: tenant.RoleCustomerAdmin}
	text := html.UnescapeString(s.get("/evidence").Body.String())
	if !strings.Contains(text, "was never read completely") || !strings.Contains(text, "Microsoft was not available") || strings.Contains(text, "What the program can read by itself") {
		t.Error(text)
	}
	if !strings.Contains(text, "Waits for your answer") {
		t.Error("the open link is not shown")
	}
}

func TestExportVerifies(t *testing.T) {
	s, contoso, _ := newSite(t)
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	w := s.get("/evidence?format=jsonl")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/x-ndjson") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	report, err := audit.Verify(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Errorf("the export does not verify: %+v, %v", report, err)
	}
	if _, err := audit.Verify(strings.NewReader(strings.Replace(w.Body.String(), "tenant.added", "tenant.wiped", 1))); err == nil {
		t.Error("a changed export verifies")
	}
}

func TestOthersAreRefused(t *testing.T) {
	s, contoso, _ := newSite(t)
	for _, role := range []tenant.Role{tenant.RoleOwner, tenant.RoleTechnician, tenant.RoleSupport, tenant.RoleCustomerUser, tenant.RoleStranger} {
		s.as = tenant.Person{Tenant: contoso, Role: role}
		for _, target := range []string{"/evidence", "/evidence?format=jsonl"} {
			if w := s.get(target); w.Code != 403 {
				t.Errorf("%q, %s: %d", role, target, w.Code)
			}
		}
	}
	s.as = tenant.Person{Tenant: contoso, Role: tenant.RoleCustomerAdmin}
	if w := s.get("/evidence?format=xml"); w.Code != 400 {
		t.Errorf("unknown format: %d", w.Code)
	}
	s.err = errs.Unauthorised
	if w := s.get("/evidence"); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/signin") {
		t.Errorf("signed out: %d", w.Code)
	}
}
