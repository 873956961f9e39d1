package services

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestReadingsByCustomer follows each number of the page of readings to the customers that it counts.
func TestReadingsByCustomer(t *testing.T) {
	f := newFixture(t)
	without := func(k service.Kind) service.Reading {
		return service.Reading{Kind: k, Outcome: service.Failed, TriedAt: f.Now, Trouble: "licence", Sentence: "The tenant has no licence for this service."}
	}
	f.ReadServices(t, f.contoso.ID, f.Now, []service.Reading{without(service.Terms), without(service.Exchange)}) // of which one and none is held
	c := f.Serve(t, technician, tenant.Everything(), f.mount)
	var kinds readingsView
	c.JSON("/services/readings", http.StatusOK, &kinds)
	var got struct {
		Rows []readingRow
		Next string
	}
	for _, k := range kinds.Kinds {
		for state, n := range map[service.Outcome]*int64{service.Read: k.Read, service.Unset: k.Unset, service.Failed: k.Failed} {
			c.JSON(readingsList+"?kind="+k.Kind+"&state="+string(state), http.StatusOK, &got)
			if int64(len(got.Rows)) != *n || slices.ContainsFunc(got.Rows, func(r readingRow) bool { return r.Kind != k.Kind || r.State != string(state) }) {
				t.Errorf("%s, %s: the page counts %d customers, the list has %+v", k.Kind, state, *n, got.Rows)
			}
		}
	}
	if body := c.Get("/services/readings").Body.String(); !strings.Contains(body, readingsList+"?kind="+string(service.CloudCA)+"&amp;state=failed") {
		t.Error("the number of customers that were not read leads nowhere")
	}
	c.JSON(readingsList+"?kind="+string(service.CloudCA)+"&state=failed", http.StatusOK, &got)
	if len(got.Rows) != 1 || got.Rows[0].Tenant.ID != f.fabrikam.ID || !strings.Contains(got.Rows[0].Why, "DeviceManagementCloudCA.Read.All") {
		t.Errorf("who was not read, and why: %+v", got.Rows)
	}

	seen, after := []string{}, ""
	for {
		c.JSON(readingsList+"?sort=-customer&after="+url.QueryEscape(after), http.StatusOK, &got)
		for _, r := range got.Rows {
			seen = append(seen, r.Tenant.Name+" "+r.Kind)
		}
		if after = got.Next; after == "" {
			break
		}
	}
	want := slices.Clone(seen)
	slices.Sort(want)
	slices.Reverse(want)
	if len(seen) != 2*len(service.Kinds()) || fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("by customer, backwards: %q", seen)
	}
	csv := c.Get(readingsList + "?format=csv&state=failed").Body.String()
	if strings.Count(csv, "\n") != 3 || !strings.Contains(csv, "Fabrikam") || !strings.Contains(csv, "Terms and conditions,Contoso") {
		t.Errorf("CSV: %q", csv)
	}
	limited := f.Serve(t, technician, tenant.Only(f.contoso.ID), f.mount)
	limited.JSON(readingsList, http.StatusOK, &got)
	if slices.ContainsFunc(got.Rows, func(r readingRow) bool { return r.Tenant.ID != f.contoso.ID }) || len(got.Rows) == 0 {
		t.Errorf("a technician of Contoso sees %+v", got.Rows)
	}
	if w := c.Get(readingsList + "?kind=nothing"); w.Code != http.StatusBadRequest {
		t.Errorf("a kind that does not exist: status %d", w.Code)
	}
}
