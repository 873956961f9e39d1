package settings

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestPrivacyContactIsSet(t *testing.T) {
	f := webtest.NewFleet(t)
	f.Tenant(t, 0xffff, "First Up Consultants", "firstup.example")
	chain := audit.NewStore(f.Pool)
	h := &Handler{Groups: groups, Contact: partner.NewStore(f.Pool), Tenants: f.Tenants, Audit: chain}
	c := f.Serve(t, tenant.Person{Name: "Owner", UPN: "owner@firstup.example", Role: tenant.RoleOwner}, tenant.Everything(), h.Mount)
	for field, bad := range map[string]url.Values{"mail": {"mail": {"nobody"}, "name": {"kept as typed"}}, "name": {"name": {strings.Repeat("x", partner.MaxName+1)}}} {
		if w := c.Post("/settings/contact", bad); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="f-`+field+`-error"`) {
			t.Errorf("a bad %s: %d", field, w.Code)
		}
	}
	if w := c.Post("/settings/contact", url.Values{"name": {"Data protection officer"}, "mail": {" dpo@firstup.example "}}); w.Code != http.StatusSeeOther {
		t.Fatalf("POST: %d %.300s", w.Code, w.Body)
	}
	var v contactView
	c.JSON("/settings/contact", http.StatusOK, &v)
	if v.Name != "Data protection officer" || v.Mail != "dpo@firstup.example" || v.ChangedBy != "owner@firstup.example" || v.ChangedAt == nil {
		t.Errorf("set: %+v", v)
	}
	if done, err := chain.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(done) != 1 || done[0].Object != "privacy contact" {
		t.Errorf("recorded: %+v, %v", done, err)
	}
	support := f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, tenant.Everything(), h.Mount)
	if w := support.Post("/settings/contact", url.Values{"name": {"x"}}); w.Code != http.StatusForbidden {
		t.Errorf("POST as support: %d", w.Code)
	}
}

func TestContactGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	for name, v := range map[string]contactView{
		"contact-none":  {now: now},
		"contact-wrong": {Name: `"><script>`, Mail: "nobody", ChangedAt: &now, ChangedBy: "owner@firstup.example", faults: page.Faults{"mail": "Write one e-mail address, such as kim@contoso.com."}, now: now},
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, contactBody(v)) })
	}
}
