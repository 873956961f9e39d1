package services

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

// TestLook opens each page of the room in a browser: axe finds nothing in either theme, and nothing scrolls sideways from 320 px on.
func TestLook(t *testing.T) {
	ctx := chromium.Tab(t)
	f := newFixture(t)
	owner := technician
	owner.Role = tenant.RoleOwner
	client := f.Serve(t, owner, tenant.Only(f.contoso.ID, f.fabrikam.ID), f.mount)
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", client)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	at := "/t/" + f.contoso.ID.String()
	for name, path := range map[string]string{
		"services": "/services?state=ended&state=soon&ends=ended&ends=90", "services-one": at + "/services", "readings": "/services/readings", "readings-one": at + "/services/readings", "service": at + "/services/applePushCertificate/applePushCertificate", "lead-times": "/services/lead-times", "calendar": "/services/calendar",
	} {
		t.Run(name, func(t *testing.T) { chromium.Look(t, ctx, srv.URL+path) })
	}
}
