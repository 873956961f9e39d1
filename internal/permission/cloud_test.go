package permission_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/permission"
)

// site is a tenant of the simulated cloud in which the program holds exactly what a test gives it.
type site struct {
	t      *testing.T
	cloud  *cloudsim.Cloud
	tenant *world.Tenant
	admin  string // sign-in name of a Global Administrator, so that roles are in nobody's way
	ids    map[string]string
}

func newSite(t *testing.T) *site {
	t.Helper()
	cloud, err := cloudsim.New(cloudsim.Options{World: world.Options{Seed: 11, Tenants: 6, Devices: 400}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	i := slices.IndexFunc(cloud.World.Tenants(), func(w *world.Tenant) bool {
		return !w.Home && w.Consent == world.ConsentFull && w.Intune && w.Devices > 50
	})
	s := &site{t: t, cloud: cloud, tenant: cloud.World.Tenants()[i]}
	for _, u := range s.tenant.Users {
		if slices.Contains(u.Roles, "Global Administrator") && u.HomeTenantID == s.tenant.ID {
			s.admin = u.SignInName
		}
	}
	s.grant(slices.Concat(permission.Registered()))
	s.ids = map[string]string{
		"/managedDevices/{id}": s.first("/v1.0/deviceManagement/managedDevices?$top=5"), "/detectedApps/{id}": s.first("/v1.0/deviceManagement/detectedApps?$top=5"),
		"/servicePrincipals/{id}": s.first("/v1.0/servicePrincipals?$top=5"), "/users/{id}": s.first("/v1.0/users?$top=5"),
		"/deviceConfigurations/{id}": s.first("/beta/deviceManagement/deviceConfigurations?$top=5"), "/deviceCompliancePolicies/{id}": s.first("/beta/deviceManagement/deviceCompliancePolicies?$top=5"),
		"/windowsMalwareInformation/{id}": s.first("/v1.0/deviceManagement/windowsMalwareInformation"),
		"app":                             s.first("/beta/deviceAppManagement/mobileApps?$top=5"),
	}
	return s
}

// grant makes these the only application permissions of the program in the tenant.
func (s *site) grant(held []permission.Permission) {
	s.cloud.World.Change(func() {
		sp := s.cloud.World.PartnerApp(s.tenant)
		sp.Roles = map[string]time.Time{}
		for _, p := range held {
			if p.Kind == permission.Application {
				sp.Roles[p.Name] = time.Now().Add(-time.Hour)
			}
		}
	})
}

func (s *site) first(path string) string {
	status, body := s.send(http.MethodGet, s.cloud.URLs().Graph+path, s.cloud.Login.AppToken(s.tenant.ID))
	var page struct{ Value []struct{ ID string } }
	if err := json.Unmarshal(body, &page); err != nil || status != 200 || len(page.Value) == 0 {
		s.t.Fatalf("%s: %d %s", path, status, body)
	}
	return page.Value[0].ID
}

func (s *site) send(method, address, token string) (int, []byte) {
	var body io.Reader
	if method == http.MethodPost { // a report on one app
		body = strings.NewReader(`{"filter":"(ApplicationId eq '` + s.ids["app"] + `')"}`)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	return res.StatusCode, answer
}

// opens calls the operation with a token that holds exactly these permissions of its kind and resource.
func (s *site) opens(o permission.Operation, held []permission.Permission) bool {
	want := o.Accepts[0]
	var names []string
	for _, p := range held {
		if p.Kind == want.Kind && p.Resource == want.Resource {
			names = append(names, p.Name)
		}
	}
	root, token := s.cloud.URLs().Graph, ""
	switch {
	case want.Resource == permission.Defender:
		root = s.cloud.URLs().Security
		token = s.cloud.Login.UserToken(s.tenant.ID, s.admin, world.SecurityAudience, names...)
	case want.Kind == permission.Delegated:
		token = s.cloud.Login.UserToken(s.tenant.ID, s.admin, world.GraphAudience, names...)
	default:
		s.grant(held)
		token = s.cloud.Login.AppToken(s.tenant.ID)
	}
	path := strings.Replace(o.Path, "{appId}", s.cloud.World.App.ClientID, 1)
	for before, id := range s.ids {
		path = strings.Replace(path, before, strings.Replace(before, "{id}", url.PathEscape(id), 1), 1)
	}
	switch status, body := s.send(o.Method, root+path, token); status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return false
	case http.StatusOK, http.StatusNotFound, http.StatusBadRequest: // allowed to look, and not there, as a singleton that was never set up, or without saying at what
		return true
	default:
		s.t.Fatalf("%s: %d %s", path, status, body)
		return false
	}
}

// For every pair of features the plan opens every call, and without any one of its permissions at least one call is refused: it asks for
// enough, and for nothing too much. What changes something is held to its permission where it is sent.
func TestPlansOfPairsAgainstTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var reading []permission.Entry
	for _, e := range permission.Catalogue() {
		if !slices.ContainsFunc(e.Operations, func(o permission.Operation) bool { return !o.Reads() }) {
			reading = append(reading, e)
		}
	}
	if len(reading) < 10 {
		t.Fatalf("only %d features read", len(reading))
	}
	for i, a := range reading {
		for _, b := range reading[i:] {
			features := []permission.Feature{a.Feature, b.Feature}
			ops := slices.Concat(a.Operations, b.Operations)
			application, delegated := permission.Plan(features)
			plan := slices.Concat(application, delegated)
			for _, o := range ops {
				if !s.opens(o, plan) {
					t.Errorf("%s and %s: %s %s is refused with the plan", a.Feature, b.Feature, o.Method, o.Path)
				}
			}
			for k, p := range plan {
				less := slices.Delete(slices.Clone(plan), k, k+1)
				if !slices.ContainsFunc(ops, func(o permission.Operation) bool { return slices.Contains(o.Accepts, p) && !s.opens(o, less) }) {
					t.Errorf("%s and %s: %s is asked for and nothing needs it", a.Feature, b.Feature, p.Name)
				}
			}
		}
	}
}
