package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/leaver"
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

// closing stands for the acts at Microsoft.
type closing struct {
	asked []string
	err   error
}

func (c *closing) LeaveGroup(_ context.Context, _ tenant.Person, _ string, who leaver.Person, group string) (string, error) {
	c.asked = append(c.asked, who.Object+" out of "+group)
	return "Microsoft did it.", c.err
}

func (c *closing) EndSessions(_ context.Context, _ tenant.Person, _ string, who leaver.Person) error {
	c.asked = append(c.asked, who.Object+" ends")
	return c.err
}

// TestLeaver: every door, what closes it, what the portal closes itself, and the proof afterwards.
func TestLeaver(t *testing.T) {
	f, contoso, fabrikam, h := fixture(t)
	tokens := kept{"a0000000-0000-4000-8000-000000000001": 2}
	h.Sessions, h.Leavers = tokens, leaver.NewStore(f.Pool, f.Tenants.Home())
	acts := &closing{}
	h.LeaverActs = acts
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
	if g := door(p, "gdap"); g.State != doorOpen || !strings.Contains(g.Do, "Intune technicians") || door(p, "guest").State != doorOpen || door(p, "guest").Evidence != "Holds Intune Administrator." || p.Open != 4 || p.Unknown != 1 || door(p, "microsoft-sign-ins").State != doorUnknown {
		t.Errorf("as read: %+v", p)
	}
	if g := door(p, "guest"); g.Here == "" || !strings.Contains(g.Link, contoso.ID.String()) || len(p.Messages) != 2 || p.Messages[1].To != "Contoso" || !strings.Contains(p.Messages[1].Text, "object id ga") {
		t.Errorf("what to do: %+v, %+v", g, p.Messages)
	}
	if got := post(t, owner, path+"/proof"); got.Code != http.StatusConflict {
		t.Errorf("proved before it began: status %d", got.Code)
	}
	if body := owner.Get(path).Body.String(); !strings.Contains(body, "Close in the portal") || !strings.Contains(body, "Delete the guest account") || !strings.Contains(body, "Revoke sessions") || !strings.Contains(body, "Switch the account adele@firstup.example off") {
		t.Error("the page does not say what is to be done")
	}
	for _, sub := range []string{"/groups/g1", "/sessions"} {
		if a, b := owner.Get(path+sub), post(t, owner, path+sub); a.Code != http.StatusConflict || b.Code != http.StatusConflict {
			t.Errorf("%s before the plan was begun: status %d and %d", sub, a.Code, b.Code)
		}
	}
	if got := post(t, owner, path); got.Code != http.StatusSeeOther {
		t.Fatalf("close: status %d: %.300s", got.Code, got.Body)
	}
	owner.JSON(path, http.StatusOK, &p)
	for sub, says := range map[string]string{"/groups/g1": "Take out of 1 group", "/sessions": "End all sign-ins of 1 person"} {
		if body := owner.Get(path + sub).Body.String(); !strings.Contains(body, says) || !strings.Contains(body, `action="`+path+sub+`"`) {
			t.Errorf("%s: no button", sub)
		}
		if got := post(t, owner, path+sub); got.Code != http.StatusSeeOther {
			t.Errorf("%s: status %d", sub, got.Code)
		}
	}
	slices.Sort(acts.asked)
	if want := "a0000000-0000-4000-8000-000000000001 ends, a0000000-0000-4000-8000-000000000001 out of g1"; strings.Join(acts.asked, ", ") != want {
		t.Errorf("asked %v", acts.asked)
	}
	if got := owner.Get(path + "/groups/g2"); got.Code != http.StatusNotFound {
		t.Errorf("a group that is no door: status %d", got.Code)
	}
	if got := post(t, owner, path+"/proof"); got.Code != http.StatusConflict || p.BeganAt == nil || p.BeganBy != "" {
		t.Errorf("proved with open doors: status %d, %+v", got.Code, p)
	}
	f.Now = f.Now.Add(time.Minute) // what is read from here on was read after the doors were kept
	f.ReadGroups(t, f.Tenants.Home(), f.Now, group.Read{Groups: []group.Group{{ID: "g1", Name: "Intune technicians", MembersRead: true}}})
	f.Read(t, f.Tenants.Home(), graphsync.PartnerGroups, f.Now)
	p = plan{}
	owner.JSON(path, http.StatusOK, &p)
	if g := door(p, "guest"); g.State != doorOpen {
		t.Errorf("the guest account was not read again: %+v", g)
	}
	f.ReadGuests(t, contoso.ID, f.Now)
	p = plan{}
	owner.JSON(path, http.StatusOK, &p)
	gone := slices.IndexFunc(p.Lines, func(l line) bool { return strings.HasPrefix(l.Key, "guest:") })
	if gone < 0 || p.Lines[gone].State != doorClosed || !strings.Contains(p.Lines[gone].Evidence, "Gone") {
		t.Errorf("the guest account is not ticked off: %+v", p.Lines)
	}
	if i := slices.IndexFunc(p.Lines, func(l line) bool { return l.Key == "gdap:g1" }); i < 0 || p.Lines[i].State != doorUnknown {
		t.Errorf("relationships were not read again, so that the group's door is not known: %+v", p.Lines)
	}
	f.ReadRelationships(t, f.Now)
	p = plan{}
	owner.JSON(path, http.StatusOK, &p)
	if door(p, "portal").State != doorClosed || door(p, "sign-ins").State != doorClosed || door(p, "gdap").State != doorClosed || door(p, "guest").State != doorClosed || len(tokens) != 0 || p.Open != 0 {
		t.Errorf("afterwards: %+v", p)
	}
	if strings.Contains(owner.Get(path).Body.String(), "Close in the portal") {
		t.Error("what is closed can be closed again")
	}
	if got := post(t, owner, path+"/proof"); got.Code != http.StatusSeeOther {
		t.Fatalf("prove: status %d: %.300s", got.Code, got.Body)
	}
	var proof proofView
	owner.JSON(path+"/proof", http.StatusOK, &proof)
	file := owner.Get(path + "/proof?format=txt")
	if sum := sha256.Sum256(file.Body.Bytes()); hex.EncodeToString(sum[:]) != proof.SHA256 || proof.Text != file.Body.String() || !strings.Contains(proof.Text, "- Guest account at Contoso: Gone") {
		t.Errorf("the proof: %+v", proof)
	}
	if got := owner.Get(path + "/proof?format=x"); got.Code != http.StatusBadRequest {
		t.Errorf("an unknown format: status %d", got.Code)
	}
	owner.JSON("/access/leaver/"+strconv.FormatInt(boss, 10)+"/proof", http.StatusNotFound, nil)
	if got := post(t, owner, "/access/leaver/"+strconv.FormatInt(boss, 10)); got.Code != http.StatusConflict {
		t.Errorf("one's own account: status %d", got.Code)
	}
	for _, role := range []tenant.Role{tenant.RoleTechnician, tenant.RoleSupport} {
		other := f.Serve(t, tenant.Person{Role: role}, tenant.Everything(), mount)
		for _, path := range []string{path, path + "/proof", path + "/groups/g1", path + "/sessions"} {
			if a, b := other.Get(path), post(t, other, path); a.Code != http.StatusForbidden || b.Code != http.StatusForbidden {
				t.Errorf("%s at %s: status %d and %d", role, path, a.Code, b.Code)
			}
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
	ended := leaver.Sessions{EndedAt: now, EndedBy: "<b>", Request: "<i>", ValidFrom: now}
	p.Lines = append(p.Lines, sessionLine(tenant.Staff{ID: 7, UPN: p.UPN}, "a", leaver.Sessions{}, now), sessionLine(tenant.Staff{ID: 7}, "a", ended, now), line{Door: "account", What: "<script>", State: doorUnknown, Evidence: "<i>", Do: "</textarea><script>"})
	p.Messages = p.messages()
	t.Run("hostile", func(t *testing.T) { webtest.Golden(t, leaverBody(p)) })
	t.Run("confirm", func(t *testing.T) {
		webtest.Golden(t, closeBody(closeView{p: p, door: line{What: "<b>", Do: "<i>", Evidence: "Opens <i>.", Here: p.url() + "/groups/g"}}.forGroup()))
	})
	done := plan{Name: "Adele", UPN: "adele@firstup.example", now: now, Lines: portalLines(tenant.Staff{Disabled: true}, 0, now)}
	done.BeganAt = &now
	t.Run("closed", func(t *testing.T) { webtest.Golden(t, leaverBody(done)) })
	done.ProvedAt = &now
	t.Run("proof", func(t *testing.T) {
		webtest.Golden(t, proofBody(proofView{At: now, By: "<b>", SHA256: "00", Text: p.Name + "\n<script>", name: p.Name, p: done}))
	})
}
