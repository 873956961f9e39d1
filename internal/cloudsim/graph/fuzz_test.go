package graph_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// FuzzQuery sends any query to a few collections: the answer is a page or a refusal with a body, never a failure of the server.
func FuzzQuery(f *testing.F) {
	w := world.New(world.Options{Tenants: 2, Devices: 60})
	h := graph.Handler(w, func(string, string) (world.Token, error) {
		return world.Token{TenantID: w.Tenants()[1].ID, AppID: w.App.ClientID, AppOnly: true, Roles: w.App.RequiredRoles}, nil
	})
	for _, q := range []string{
		"$top=5&$filter=contains(displayName,'a') and not (id eq 'x')", "$select=id,displayName&$orderby=displayName desc&$skip=3", "$filter=tags/any(t:t eq 'x')",
		"$filter=(((", "$filter=a in ('x','y'", "$filter=not not not", "$filter=x eq 2026-01-01T00:00:00Z", "$filter='", "$skiptoken=AAAA", "$expand=assignments($select=id),", "$count=maybe",
		"$top=-1", "$top=99999999999999999999", "%zz", "$filter=startswith(a,)", "$search=\"displayName:a\"", "$filter=a/any(:)", "$filter=isof('microsoft.graph.win32LobApp')",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, path := range []string{"/v1.0/users", "/v1.0/deviceManagement/managedDevices", "/beta/deviceAppManagement/mobileApps", "/v1.0/auditLogs/provisioning", "/v1.0/servicePrincipals"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.URL.RawQuery = query
			r.Header.Set("Authorization", "Bearer h.x.s")
			r.Header.Set("ConsistencyLevel", "eventual")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code >= 500 || !json.Valid(rec.Body.Bytes()) {
				t.Fatalf("%s?%s: %d %.300s", path, query, rec.Code, rec.Body)
			}
		}
	})
}
