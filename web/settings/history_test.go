package settings

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestHistoryIsChangedKnowingly(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `
		INSERT INTO device_change (tenant_id, device_id, at, run, field, old, new)
		SELECT $1, 'd', $2::timestamptz - interval '100 days', n, 'compliance', '', '' FROM generate_series(1, 1204) n`, contoso.ID, f.Now); err != nil {
		t.Fatal(err)
	}
	chain := audit.NewStore(f.Pool)
	h := &Handler{Groups: groups, Retention: graphsync.NewRetention(f.Pool, func() time.Time { return f.Now }), Tenants: f.Tenants, Audit: chain}
	owner := tenant.Person{Name: "Owner", UPN: "owner@firstup.example", Role: tenant.RoleOwner}
	c := f.Serve(t, owner, tenant.Everything(), h.Mount)
	var v historyView
	c.JSON("/settings/history", http.StatusOK, &v)
	if v.Days != 400 || v.ChangedAt != nil || v.Asked != nil {
		t.Errorf("at first: %+v", v)
	}
	for _, days := range []string{"29", "3651", "-1", "ten", "1e3"} {
		if w := c.Get("/settings/history?days=" + days); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "from 30 to 3,650") {
			t.Errorf("%s days: %d", days, w.Code)
		}
		if w := c.Post("/settings/history", url.Values{"days": {days}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("POST of %s days: %d", days, w.Code)
		}
	}
	if w := c.Post("/settings/history", nil); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("POST of nothing: %d", w.Code)
	}
	for days, want := range map[string]string{"90": "1,204 entries from before", "500": "Nothing is deleted", "400": "Nothing will change"} {
		body := c.Get("/settings/history?days=" + days).Body.String()
		if !strings.Contains(body, want) || strings.Contains(body, "cannot be taken back") != (days == "90") {
			t.Errorf("%s days: the page lacks %q", days, want)
		}
	}
	c.JSON("/settings/history", http.StatusOK, &v)
	if v.Days != 400 {
		t.Error("looking at what a change does changed it")
	}
	if w := c.Post("/settings/history", url.Values{"days": {"90"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("POST: %d %s", w.Code, w.Body)
	}
	c.JSON("/settings/history", http.StatusOK, &v)
	if v.Days != 90 || v.ChangedBy != owner.UPN || v.ChangedAt == nil {
		t.Errorf("changed: %+v", v)
	}
	if acted, err := chain.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(acted) != 1 || acted[0].Action != "setting.changed" || fmt.Sprint(acted[0].Detail["to"]) != "90" {
		t.Errorf("recorded: %+v", acted)
	}
	for _, role := range []tenant.Role{tenant.RoleTechnician, tenant.RoleSupport} {
		other := f.Serve(t, tenant.Person{Name: "Other", Role: role}, tenant.Everything(), h.Mount)
		if w := other.Get("/settings/history"); w.Code != http.StatusForbidden {
			t.Errorf("GET as %s: %d", role, w.Code)
		}
		if w := other.Post("/settings/history", url.Values{"days": {"60"}}); w.Code != http.StatusForbidden {
			t.Errorf("POST as %s: %d", role, w.Code)
		}
	}
}

func TestHistoryGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	at := now.Add(-48 * time.Hour)
	for name, v := range map[string]historyView{
		"history-default": {Days: 400, now: now},
		"history-wrong":   {Days: 90, ChangedAt: &at, ChangedBy: "<b>owner@firstup.example", given: `"><script>`, fault: "Enter a whole number of days from 30 to 3,650.", now: now},
		"history-less":    {Days: 400, given: "60", now: now, Asked: &wanted{Days: 60, Before: now.AddDate(0, 0, -60), Older: 100000, More: true}},
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, historyBody(v)) })
	}
}
