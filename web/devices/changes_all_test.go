package devices

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestChangesOverAllCustomers(t *testing.T) {
	f, contoso, fabrikam, c := days(t)
	f.ReadDevices(t, fabrikam.ID, f.Now, laptop("f1", "FBK-2", f.Now))
	var list struct {
		Rows  []seenChange
		Count int64
		Next  string
		AsOf  *time.Time `json:"as_of"`
	}
	c.JSON("/changes", http.StatusOK, &list)
	if list.Count == 0 || int64(len(list.Rows)) != list.Count || list.AsOf == nil {
		t.Fatalf("%+v", list)
	}
	for i, r := range list.Rows {
		if i > 0 && r.At.After(list.Rows[i-1].At) || r.Tenant.Name == "" || r.Label == "" || !strings.HasPrefix(r.URL, "/t/"+r.Tenant.ID.String()+"/devices/") {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	all := list.Count
	csv := c.Get("/changes?format=csv").Body.String()
	if n := int64(strings.Count(csv, "\r\n") - 1); n != all || strings.Contains(csv, "\n=cmd") {
		t.Errorf("CSV of %d rows, counted %d:\n%s", n, all, csv)
	}
	count := func(query string) int64 {
		t.Helper()
		list.Count = 0
		c.JSON("/changes"+query, http.StatusOK, &list)
		if int64(len(list.Rows)) != list.Count {
			t.Errorf("%s: %d rows, counted %d", query, len(list.Rows), list.Count)
		}
		return list.Count
	}
	one, other := count("?customer="+contoso.ID.String()), count("?customer="+fabrikam.ID.String())
	if one == 0 || other == 0 || one+other != all {
		t.Errorf("%d of Contoso and %d of Fabrikam, %d in all", one, other, all)
	}
	if n := count("?field=compliance"); n == 0 || n == all || list.Rows[0].Label != "Compliance" {
		t.Errorf("of compliance: %d of %d", n, all)
	}
	day, before, after := count("?from=2026-11-12&to=2026-11-12"), count("?to=2026-11-11"), count("?from=2026-11-13")
	if day == 0 || day+before+after != all {
		t.Errorf("%d before the day, %d on it and %d after, %d in all", before, day, after, all)
	}
	if html := c.Get("/changes").Body.String(); !strings.Contains(html, "in Intune") || strings.Contains(html, "<script>x") || strings.Contains(html, "=cmd<script>") {
		t.Error("the page does not word what changed, or prints a name as HTML")
	}
	own := f.Serve(t, technician, tenant.Only(fabrikam.ID), (&Handler{Devices: f.Devices, Sync: f.Sync}).Mount)
	own.JSON("/changes", http.StatusOK, &list)
	if list.Count != other {
		t.Errorf("who may see Fabrikam only sees %d changes, want %d", list.Count, other)
	}
	for _, query := range []string{"?from=x", "?to=2026-11-99", "?from=2026-11-14&to=2026-11-12", "?from=2026-11-22", "?from=2026-11-12&from=2026-11-13", "?after=x", "?format=xml", "?sort=name", "?customer=x", "?field=secret"} {
		if got := c.Get("/changes" + query); got.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d, want 400", query, got.Code)
		}
	}
	pruned := f.Serve(t, technician, tenant.Everything(), (&Handler{Devices: f.Devices, Sync: f.Sync, Keeps: func(context.Context) (int, error) { return 8, nil }}).Mount)
	if got := pruned.Get("/changes?from=2026-11-12"); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "History is kept since 13 Nov 2026 only.") {
		t.Errorf("a day before the history that is kept: status %d", got.Code)
	}
	empty := webtest.NewFleet(t)
	northwind := empty.Tenant(t, 3, "Northwind", "northwind.example")
	unread := empty.Serve(t, technician, tenant.Everything(), (&Handler{Devices: empty.Devices, Sync: empty.Sync}).Mount)
	if html := unread.Get("/changes").Body.String(); !strings.Contains(html, "read yet") || strings.Contains(html, "No changes") {
		t.Error("what was not read seems to be none")
	}
	empty.ReadDevices(t, northwind.ID, empty.Now)
	if html := unread.Get("/changes").Body.String(); !strings.Contains(html, "No changes") {
		t.Error("devices that were read once have no changes, and the page does not say so")
	}
}
