package doctor

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestFailure: what failed in front of a person has a page that says why, in the customer's language, and tries again for those who may.
func TestFailure(t *testing.T) {
	f, contoso, fabrikam := ill(t)
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `UPDATE tenant SET country = 'DE' WHERE tenant_id = $1`, contoso.ID); err != nil {
		t.Fatal(err)
	}
	contoso.Country = "DE"
	kept := failure.NewStore(f.Pool)
	keep := func(tid tenant.ID, x failure.Failure) string {
		t.Helper()
		x.Tenant, x.At, x.Problem, x.RequestID = tid, f.Now.Add(-time.Minute), "Microsoft refuses this.", "r-1"
		id, err := kept.Keep(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		return "/t/" + tid.String() + "/doctor/failures/" + id
	}
	why := &graphsync.Diagnosis{Layer: "licence", Cause: "no-intune", Verdict: "The tenant has no Intune licence.", Who: "customer", Remedy: "Check the tenant's licences.", Confidence: "likely",
		Answer: &graphsync.Answer{Status: 400, Text: `<script>alert(1)</script>`}}
	live := keep(contoso.ID, failure.Failure{Source: failure.Live, Kind: graphsync.LiveComplianceStates, Object: "d/1", Diagnosis: why})
	act := keep(contoso.ID, failure.Failure{Source: failure.Act, Kind: "/guests/invite", Person: technician.UPN, Back: "//elsewhere.example", Diagnosis: why})
	signIn := keep(contoso.ID, failure.Failure{Source: failure.SignIn, Person: technician.UPN, Back: "/signin?tenant=" + contoso.ID.String(), Diagnosis: why})
	foreign := keep(fabrikam.ID, failure.Failure{Source: failure.Live, Kind: graphsync.LiveDeviceDetail, Object: "d1"})

	var tried []failure.Failure
	h := &Handler{Sync: f.Sync, Failures: kept, TryAgain: func(ctx context.Context, x failure.Failure) error {
		tried = append(tried, x)
		return kept.Fixed(ctx, x.Tenant, x.Source, x.Kind, x.Object, f.Now)
	}}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), h.MountTenant)
	for path, want := range map[string][]string{
		live:   {"The policies of a device could not be read", "/devices/d%2F1/policies", "Try again", "The tenant has no Intune licence.", `lang="de"`, "Ihr Unternehmen hat keine Lizenz für Microsoft Intune.", "&lt;script&gt;"},
		act:    {"An invitation was refused", "Check again", "tried by technician@firstup.example", "A change is only sent again by whoever asked for it."},
		signIn: {"A sign-in at this customer was refused", "/signin?tenant=" + contoso.ID.String()},
	} {
		b := c.Get(path).Body.String()
		for _, w := range want {
			if !strings.Contains(b, w) {
				t.Errorf("%s lacks %q", path, w)
			}
		}
		if strings.Contains(b, "elsewhere.example") || strings.Contains(b, "<script>alert") {
			t.Errorf("%s leads elsewhere, or is markup", path)
		}
	}
	var v view
	if c.JSON(live+"?lang=fr", http.StatusOK, &v); v.Source != failure.Live || v.State != "failed" || v.Language != "fr" || !strings.Contains(v.Message, "licence pour Microsoft Intune") || v.Before != nil {
		t.Errorf("%+v", v)
	}

	s := f.Serve(t, support, tenant.Only(contoso.ID), h.MountTenant)
	if b := s.Get(live).Body.String(); !strings.Contains(b, "no Intune licence") || strings.Contains(b, "Try again") {
		t.Error("support staff see the page without its form")
	}
	if w := s.Post(live, url.Values{}); w.Code != http.StatusForbidden || len(tried) != 0 {
		t.Errorf("support: %d, tried %d", w.Code, len(tried))
	}
	if w := c.Post(live, url.Values{}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != live || len(tried) != 1 || tried[0].Object != "d/1" {
		t.Errorf("%d to %s, tried %+v", w.Code, w.Header().Get("Location"), tried)
	}
	v = view{}
	if c.JSON(live, http.StatusOK, &v); v.State != "ok" || v.Before == nil || v.Before.Text != why.Verdict || v.After == nil || !v.After.OK || v.Message != "" {
		t.Errorf("%+v", v)
	}
	if b := c.Get(live).Body.String(); !strings.Contains(b, "It works again.") || !strings.Contains(b, "Before and after") {
		t.Error("what was before, and what is now, is not said")
	}
	for _, path := range []string{foreign, "/t/" + contoso.ID.String() + foreign[strings.Index(foreign, "/doctor"):], "/t/" + contoso.ID.String() + "/doctor/failures/nonsense"} {
		if w := c.Get(path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", path, w.Code)
		}
		if w := c.Post(path, url.Values{}); w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
}
