package access

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// kept stands for the sessions.
type kept map[string]int64

func (k kept) KeptFor(_ context.Context, ids []string) (n int64, _ error) {
	for _, id := range ids {
		n += k[id]
	}
	return n, nil
}

func (k kept) ForgetAccounts(_ context.Context, ids []string) error {
	for _, id := range ids {
		delete(k, id)
	}
	return nil
}

// TestLeaver: every door, what closes it, what the portal closes itself, and the proof afterwards.
func TestLeaver(t *testing.T) {
	f, contoso, fabrikam, h := fixture(t)
	tokens := kept{"a0000000-0000-4000-8000-000000000001": 2}
	h.Sessions = tokens
	staff, err := f.Tenants.ListStaff(t.Context(), tenant.Everything())
	if err != nil {
		t.Fatal(err)
	}
	boss, err := f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: "owner@firstup.example", Role: tenant.RoleOwner, Reach: tenant.ReachAll})
	if err != nil {
		t.Fatal(err)
	}
	mount := mounted(h)
	owner := f.Serve(t, tenant.Person{Role: tenant.RoleOwner, StaffID: boss}, tenant.Everything(), mount)
	path := "/access/leaver/" + strconv.FormatInt(staff[0].ID, 10)
	door := func(p plan, name string) line {
		t.Helper()
		for _, l := range p.Lines {
			if l.Door == name {
				return l
			}
		}
		t.Fatalf("no %s in %+v", name, p.Lines)
		return line{}
	}
	var p plan
	owner.JSON(path, http.StatusOK, &p)
	if door(p, "portal").State != doorOpen || door(p, "sign-ins").State != doorOpen || door(p, "gdap").State != doorUnknown {
		t.Errorf("before anything was read: %+v", p.Lines)
	}
	readAll(t, f, contoso.ID, fabrikam.ID)
	f.ReadGuests(t, contoso.ID, f.Now, guest.Guest{ID: "ga", Name: "Adele", Address: "adele@firstup.example", Roles: []string{gdap.IntuneAdministrator}, RolesRead: true})
	f.Read(t, f.Tenants.Home(), graphsync.PartnerGroups, f.Now.Add(-time.Minute))
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `INSERT INTO person (tenant_id, object_id, subject, upn, guest) VALUES ($1, 'b0000000-0000-4000-8000-000000000001', 's', 'Adele@firstup.example', true)`, contoso.ID); err != nil {
		t.Fatal(err)
	}
	owner.JSON(path, http.StatusOK, &p)
	if g := door(p, "gdap"); g.State != doorOpen || !strings.Contains(g.Do, "Intune technicians") || door(p, "guest").State != doorOpen || door(p, "guest").Evidence != "Holds Intune Administrator." || p.Open != 4 || p.Unknown != 0 {
		t.Errorf("as read: %+v", p)
	}
	if body := owner.Get(path).Body.String(); !strings.Contains(body, "Close in the portal") || !strings.Contains(body, "Ask Contoso to delete the guest account") || !strings.Contains(body, "Revoke sessions") {
		t.Error("the page does not say what is to be done")
	}
	if got := post(t, owner, path); got.Code != http.StatusSeeOther {
		t.Fatalf("close: status %d: %.300s", got.Code, got.Body)
	}
	f.ReadGroups(t, f.Tenants.Home(), f.Now, group.Read{Groups: []group.Group{{ID: "g1", Name: "Intune technicians", MembersRead: true}}})
	f.ReadGuests(t, contoso.ID, f.Now)
	p = plan{}
	owner.JSON(path, http.StatusOK, &p)
	if door(p, "portal").State != doorClosed || door(p, "sign-ins").State != doorClosed || door(p, "gdap").State != doorClosed || door(p, "guest").State != doorClosed || len(tokens) != 0 || p.Open != 0 {
		t.Errorf("afterwards: %+v", p)
	}
	if strings.Contains(owner.Get(path).Body.String(), "Close in the portal") {
		t.Error("what is closed can be closed again")
	}
	if got := post(t, owner, "/access/leaver/"+strconv.FormatInt(boss, 10)); got.Code != http.StatusConflict {
		t.Errorf("one's own account: status %d", got.Code)
	}
	for _, role := range []tenant.Role{tenant.RoleTechnician, tenant.RoleSupport} {
		other := f.Serve(t, tenant.Person{Role: role}, tenant.Everything(), mount)
		if a, b := other.Get(path), post(t, other, path); a.Code != http.StatusForbidden || b.Code != http.StatusForbidden {
			t.Errorf("%s: status %d and %d", role, a.Code, b.Code)
		}
	}
	for _, bad := range []string{"/access/leaver/999999", "/access/leaver/x", "/access/leaver/0"} {
		owner.JSON(bad, http.StatusNotFound, nil)
	}
}

func post(t *testing.T, c *webtest.Client, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(""))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func TestGoldenLeaver(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	p := plan{StaffID: 7, Name: `<b>"Adele" & co</b>` + strings.Repeat(" very long", 20), UPN: "adele@firstup.example", now: now, Lines: portalLines(tenant.Staff{Role: tenant.RoleTechnician}, 2, now)}
	p.Lines = append(p.Lines, line{Door: "account", What: "<script>", State: doorUnknown, Evidence: "<i>", Do: "</textarea><script>"})
	p.Message = message(p)
	t.Run("hostile", func(t *testing.T) { webtest.Golden(t, leaverBody(p)) })
	done := plan{Name: "Adele", UPN: "adele@firstup.example", now: now, Lines: portalLines(tenant.Staff{Disabled: true}, 0, now)}
	t.Run("closed", func(t *testing.T) { webtest.Golden(t, leaverBody(done)) })
}
