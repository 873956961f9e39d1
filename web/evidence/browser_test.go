package evidence_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// The page of a tenant that was read and of one that never was: axe finds nothing, and nothing scrolls sideways at 320 px.
func TestEvidenceInABrowser(t *testing.T) {
	ctx := chromium.Tab(t)
	s, contoso, fabrikam := newSite(t)
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.Handle("/", s)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		s.as = tenant.Person{Tenant: tid, Name: "Administrator", UPN: "admin@contoso.example", Role: tenant.RoleCustomerAdmin}
		chromium.Look(t, ctx, server.URL+"/evidence")
	}
}
