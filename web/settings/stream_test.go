package settings

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestStream(t *testing.T) {
	f := webtest.NewFleet(t)
	f.Tenant(t, 0xffff, "First Up Consultants", "firstup.example")
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	h := &Handler{Groups: groups, Tenants: f.Tenants, Audit: audit.NewStore(f.Pool), Keys: keys}
	c := f.Serve(t, tenant.Person{Name: "Owner", UPN: "owner@firstup.example", Role: tenant.RoleOwner}, tenant.Everything(), h.Mount)
	for _, bad := range []string{"http://siem.example", "https://user@siem.example", "siem"} {
		if w := c.Post("/settings/stream", url.Values{"address": {bad}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="f-address-error"`) {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
	address := url.Values{"address": {"https://siem.example/in?token=canary"}}
	if w := c.Post("/settings/stream", address); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `id="stream-secret"`) {
		t.Errorf("the secret is not shown: %d", w.Code)
	}
	if w := c.Post("/settings/stream", address); w.Code != http.StatusSeeOther {
		t.Errorf("again: %d", w.Code)
	}
	if body := c.Get("/settings/stream").Body.String(); strings.Contains(body, `id="stream-secret"`) || !strings.Contains(body, "Make a new secret") {
		t.Error("the secret is shown twice, or cannot be renewed")
	}
	var v streamView
	c.JSON("/settings/stream", http.StatusOK, &v)
	if v.Address != address.Get("address") || v.Behind == 0 || v.SentAt != nil {
		t.Errorf("%+v", v)
	}
	if done, err := h.Audit.List(t.Context(), f.Tenants.Home(), audit.Filter{}); err != nil || len(done) != 2 || strings.Contains(fmt.Sprint(done), "canary") {
		t.Errorf("recorded: %+v, %v", done, err)
	}
	technician := f.Serve(t, tenant.Person{Name: "T", Role: tenant.RoleTechnician}, tenant.Everything(), h.Mount)
	if w := technician.Post("/settings/stream", address); w.Code != http.StatusForbidden {
		t.Errorf("POST as a technician: %d", w.Code)
	}
}
