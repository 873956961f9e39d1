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

func TestContactIsSet(t *testing.T) {
	f := webtest.NewFleet(t)
	f.Tenant(t, 0xffff, "First Up Consultants", "firstup.example")
	chain := audit.NewStore(f.Pool)
	h := &Handler{Groups: groups, Contact: partner.NewStore(f.Pool), Tenants: f.Tenants, Audit: chain}
	c := f.Serve(t, tenant.Person{Name: "Owner", UPN: "owner@firstup.example", Role: tenant.RoleOwner}, tenant.Everything(), h.Mount)
	for field, bad := range map[string]url.Values{"mail": {"mail": {"nobody"}}, "privacy_mail": {"privacy_mail": {"a@b.example, c@d.example"}}, "phone": {"phone": {strings.Repeat("1", partner.MaxText+1)}}} {
		if w := c.Post("/settings/contact", bad); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="f-`+field+`-error"`) {
			t.Errorf("a bad %s: %d", field, w.Code)
		}
	}
	if w := c.Post("/settings/contact", url.Values{"privacy_name": {"Data protection officer"}, "privacy_mail": {" dpo@firstup.example "}, "phone": {"+1 206 555 0142"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("POST: %d %.300s", w.Code, w.Body)
	}
	var v contactView
	c.JSON("/settings/contact", http.StatusOK, &v)
	if v.Contact != (partner.Contact{Phone: "+1 206 555 0142", PrivacyName: "Data protection officer", PrivacyMail: "dpo@firstup.example"}) || v.ChangedBy != "owner@firstup.example" || v.ChangedAt == nil {
		t.Errorf("set: %+v", v)
	}
	if done, err := chain.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(done) != 1 || done[0].Object != "contact of the partner" {
		t.Errorf("recorded: %+v, %v", done, err)
	}
	support := f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, tenant.Everything(), h.Mount)
	if w := support.Post("/settings/contact", url.Values{"phone": {"1"}}); w.Code != http.StatusForbidden {
		t.Errorf("POST as support: %d", w.Code)
	}
}

func TestContactGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	for name, v := range map[string]contactView{
		"contact-none":  {now: now},
		"contact-wrong": {Contact: partner.Contact{Address: `"><script>`, Mail: "nobody"}, ChangedAt: &now, ChangedBy: "owner@firstup.example", faults: page.Faults{"mail": "Write one e-mail address, such as kim@contoso.com."}, now: now},
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, contactBody(v)) })
	}
}
