package licences

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

var technician = tenant.Person{Name: "Ada Nilsen", Role: tenant.RoleTechnician}

func TestLicences(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	mount := (&Handler{Organizations: f.Organizations, Sync: f.Sync}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	base := "/t/" + contoso.ID.String() + "/licences"
	for _, path := range []string{base, base + "/domains"} {
		if got := one.Get(path).Body.String(); !strings.Contains(got, "Not read yet") {
			t.Errorf("%s: what was not read seems to be none", path)
		}
	}
	f.FailRead(t, fabrikam.ID, graphsync.Organization, "permission", "Fabrikam did not grant it.")
	suite := organization.Licence{SKU: "s1", Name: "Microsoft 365 E3", PartNumber: "SPE_E3", Status: "Enabled", Enabled: 10, Consumed: 7, Plans: []string{"EXCHANGE_S_ENTERPRISE", "<b>INTUNE_A"}, Intune: true, AppliesTo: "User"}
	flow := organization.Licence{SKU: "s/2?", Name: "=FLOW", PartNumber: "=FLOW", Status: "Warning", Warning: 10000, Consumed: 3}
	over := organization.Licence{SKU: "s3", Status: "Quantum", Consumed: 2}
	domains := []organization.Domain{{Name: "contoso.example", Default: true, Verified: true, Authentication: "Federated", Services: []string{"Email", "Intune"}}, {Name: "new.example"}}
	f.ReadOrganization(t, contoso.ID, f.Now.Add(-3*time.Hour), organization.Read{Domains: domains, Licences: []organization.Licence{suite, flow, over, {SKU: "s4", Name: "Gone"}}})
	suite.Consumed = 8
	f.ReadOrganization(t, contoso.ID, f.Now.Add(-2*time.Hour), organization.Read{Domains: domains, Licences: []organization.Licence{suite, flow, over}})

	var list struct {
		Rows  []row
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	all.JSON("/licences?sort=-free", http.StatusOK, &list)
	if r := list.Rows[0]; list.Count != 3 || list.AsOf == nil || r.Name != "Microsoft 365 E3" || r.Free != 2 || r.Assigned != 8 || r.Tenant.Name != "Contoso" || r.URL != base+"/s1" || !r.Intune {
		t.Errorf("over all tenants: %+v", list)
	}
	for query, want := range map[string]int64{"": 3, "?free=true": 1, "?free=false": 2, "?free=true&free=false": 3, "?state=Warning": 1, "?state=Warning&state=Enabled": 2, "?intune=true": 1, "?intune=false": 2, "?q=spe_": 1} {
		if all.JSON(base+query, http.StatusOK, &list); list.Count != want || int64(len(list.Rows)) != want {
			t.Errorf("%s: %d rows, counted %d, want %d", query, len(list.Rows), list.Count, want)
		}
	}
	got := one.Get(base).Body.String()
	for _, want := range []string{"In warning", "Quantum", "Licence without a name", "10,000", "Domains", "/services?kind=subscription"} {
		if !strings.Contains(got, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	if csv := one.Get("/licences?format=csv").Body.String(); !strings.Contains(csv, "'=FLOW") || !strings.Contains(csv, "SPE_E3") || strings.Count(csv, "\n") != 4 {
		t.Errorf("CSV:\n%s", csv)
	}

	var v view
	one.JSON(base+"/s1", http.StatusOK, &v)
	if v.Name != "Microsoft 365 E3" || v.AsOf == nil || v.FirstSeenAt == nil || len(v.Plans) != 2 || len(v.Changes) != 1 || v.Changes[0].Label != "Assigned" || v.Changes[0].Old != "7" || v.Changes[0].New != "8" {
		t.Errorf("a licence: %+v", v)
	}
	if got := one.Get(base + "/s1").Body.String(); !strings.Contains(got, "Assigned changed") || !strings.Contains(got, "&lt;b&gt;INTUNE_A") || !strings.Contains(got, "Users") {
		t.Error("the page of a licence lacks its plans or its history")
	}
	if got := one.Get(base + "/s4").Body.String(); !strings.Contains(got, "no longer has this licence") || !strings.Contains(got, "The customer no longer has it") {
		t.Error("a licence that is gone does not say so")
	}
	if got := one.Get(base + "/s3").Body.String(); !strings.Contains(got, "2 more than there are") {
		t.Error("more assigned than there are is not said")
	}
	if got := one.Get(base + "/s%2F2%3F"); got.Code != http.StatusOK {
		t.Errorf("an id with a slash: status %d", got.Code)
	}

	var names struct {
		Rows  []domainRow
		Count int64
	}
	for query, want := range map[string]string{"": "contoso.example new.example", "?verified=false": "new.example", "?authentication=Federated": "contoso.example", "?q=NEW": "new.example", "?sort=-name": "new.example contoso.example"} {
		one.JSON(base+"/domains"+query, http.StatusOK, &names)
		var got []string
		for _, d := range names.Rows {
			got = append(got, d.Name)
		}
		if strings.Join(got, " ") != want || int(names.Count) != len(got) {
			t.Errorf("domains%s: %q, counted %d, want %q", query, got, names.Count, want)
		}
	}
	if got := all.Get("/licences/domains").Body.String(); !strings.Contains(got, "Not verified") || !strings.Contains(got, "Email, Intune") || !strings.Contains(got, "Contoso") {
		t.Error("the list of domains over all customers")
	}

	for _, path := range []string{base + "/nothing", base + "/%00", "/licences/s1", "/t/" + fabrikam.ID.String() + "/licences", "/t/" + fabrikam.ID.String() + "/licences/s1", "/t/" + fabrikam.ID.String() + "/licences/domains"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, path := range []string{base + "?sort=customer", base + "?after=x", base + "?state=x", base + "?free=2", base + "?q=%00", "/licences?customer=x", base + "/domains?verified=x", base + "/domains?sort=customer", "/licences/domains?customer=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.Organization, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-40 * time.Minute)}
	suite := organization.Licence{Tenant: contoso.ID, TenantName: "Contoso", SKU: "05e9a617-0261-4cee-bb44-138d3ef5d965", Name: "Microsoft 365 E3", PartNumber: "SPE_E3", AppliesTo: "User", Status: "Enabled", Enabled: 1200, Consumed: 1180,
		Plans: []string{"EXCHANGE_S_ENTERPRISE", "INTUNE_A"}, Intune: true, FirstSeenAt: now.AddDate(0, -2, 0)}
	gone := suite
	gone.GoneAt = now.AddDate(0, 0, -3)
	for name, tc := range map[string]struct {
		l       organization.Licence
		changes []organization.LicenceChange
	}{
		"one":     {suite, []organization.LicenceChange{{At: now.Add(-50 * time.Hour), Field: "consumed", Old: "1170", New: "1180"}, {At: now.Add(-60 * time.Hour), Field: "status", Old: "Warning", New: "Enabled"}}},
		"gone":    {gone, []organization.LicenceChange{{At: gone.GoneAt, Field: "gone", Old: "false", New: "true"}}},
		"bare":    {organization.Licence{Tenant: contoso.ID, SKU: "s2", PartNumber: "QUANTUM"}, nil},
		"hostile": {organization.Licence{Tenant: contoso.ID, SKU: "../x?", Name: "<script>" + strings.Repeat("long ", 80), PartNumber: "<i>", Status: "<b>", AppliesTo: "<u>", Consumed: 3, Plans: []string{"<em>"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			webtest.Golden(t, licenceBody(newView(m, tc.l, tc.changes, read, now)))
		})
	}
}
