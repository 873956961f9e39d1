package devices

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// TestSurfaceHubAccount: the password goes to Microsoft once for each time that somebody enters it, and stands nowhere afterwards: not on a page,
// in an address, a table or an error, whatever Microsoft answers.
func TestSurfaceHubAccount(t *testing.T) {
	f, contoso, _, _ := twoTenants(t)
	hub := laptop("h1", "CTO-HUB", f.Now.Add(-time.Hour))
	hub.Model, hub.UPN = "Surface Hub 2S", ""
	f.ReadDevices(t, contoso.ID, f.Now, hub, laptop("d1", "CTO-1", f.Now))
	ms := newMicrosoft(t)
	store := deviceaction.NewStore(f.Pool, audit.NewStore(f.Pool))
	var errors strings.Builder
	mount := func(r page.Router) {
		acts := &deviceaction.Acts{Who: ms, Graph: ms.client, Store: store, Now: func() time.Time { return f.Now }}
		(&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}, Actions: store}).Mount(r)
		(&Asker{Devices: f.Devices, Actions: store, Acts: acts, Explain: func(_ *http.Request, err error, _ string) string { fmt.Fprintln(&errors, err); return "" }}).Mount(r)
		(&Bulk{Devices: f.Devices, Actions: store}).Mount(r)
	}
	who := technician
	who.Tenant, who.ObjectID = contoso.ID, "aaaaaaaa-0000-4000-8000-00000000000a"
	c := f.Serve(t, who, tenant.Only(contoso.ID), mount)
	device := func(id string) string { return "/t/" + contoso.ID.String() + "/devices/" + id }
	at := device("h1") + "/actions/hub-account"
	const password, room = ` c4nary<&"pass`, "boardroom@contoso.example"

	rest := "?calendar=no&email=boardroom%40contoso.example"
	if got := c.Get(at + rest).Body.String(); !strings.Contains(got, url.QueryEscape(at+rest)) || !strings.Contains(got, "The password is not: you enter it afterwards.") {
		t.Error("before the sign-in the rest of the form is not kept, or it is not said that the password is not")
	}
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: f.Now.Add(time.Hour)}}
	posts := func(status int, words string, more ...string) string {
		t.Helper()
		form := url.Values{"nonce": {nonceOf(t, c.Get(at).Body.String())}, "email": {room}, "secret": {password}}
		for i := 0; i+1 < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		got := c.Post(at, form)
		html := got.Body.String() + got.Header().Get("Location")
		if got.Code != status || !strings.Contains(html, words) {
			t.Errorf("with %v: %d, want %d with %q", more, got.Code, status, words)
		}
		if strings.Contains(html, "c4nary") {
			t.Errorf("with %v the page holds the password", more)
		}
		return got.Header().Get("Location")
	}
	posts(422, "Enter the password of the account", "secret", "")
	posts(422, "Enter the password of the account", "secret", strings.Repeat("x", deviceaction.MaxPassword+1))
	posts(422, "Enter it once more: it is kept nowhere.", "email", "boardroom")
	posts(422, "at most 200 characters", "exchange", strings.Repeat("x", 201))
	ms.ended = true
	posts(401, url.QueryEscape(at+"?email=boardroom%40contoso.example&exchange=outlook.office365.com&rotate=yes"), "exchange", "outlook.office365.com", "rotate", "yes")
	ms.ended = false
	if got := c.Get(device("d1")).Body.String(); !strings.Contains(got, "Only a Surface Hub has an account of its own.") {
		t.Error("a computer's page does not say why it has no account")
	}
	for path, want := range map[string]int{device("d1") + "/actions/hub-account": http.StatusConflict, "/devices/actions": http.StatusBadRequest} {
		if got := c.Post(path, url.Values{"secret": {password}, "email": {room}, "nonce": {"n"}, "kind": {"hub-account"}, "id": {contoso.ID.String() + "/h1"}}); got.Code != want {
			t.Errorf("POST %s: %d, want %d", path, got.Code, want)
		}
	}
	if len(ms.sent) != 0 {
		t.Fatalf("sent %v before anything could be", ms.sent)
	}

	for status, want := range map[int]int{http.StatusBadRequest: 400, http.StatusForbidden: 403, http.StatusTooManyRequests: 503} {
		ms.status, ms.bodies = status, nil
		if posts(want, "Enter it once more"); len(ms.bodies) != 1 {
			t.Errorf("status %d: sent %d times", status, len(ms.bodies))
		}
	}
	ms.status, ms.bodies = http.StatusInternalServerError, nil
	posts(http.StatusSeeOther, "/actions/")
	reader := &deviceaction.Reader{Graph: ms.client, Store: store, Now: func() time.Time { return f.Now.Add(time.Minute) }}
	ms.status = http.StatusForbidden
	_ = reader.RunDue(t.Context()) // the portal itself may not look
	if len(ms.bodies) != 1 {
		t.Errorf("after a lost answer: sent %d times", len(ms.bodies))
	}
	ms.approval = "7d1c2b3a-0f9e-4d8c-b7a6-958473625140"
	posts(http.StatusSeeOther, "/actions/")
	of, err := store.Of(t.Context(), deviceaction.Device{Tenant: contoso.ID, Serial: "SN-h1"}, 10)
	if err != nil || len(of) != 5 || of[0].State != deviceaction.Approval || of[1].State != deviceaction.Unknown || !strings.HasSuffix(of[0].Said, "The password has to be entered again: it is kept nowhere.") {
		t.Fatalf("kept: %+v, %v", of, err)
	}
	ms.approval, ms.status, ms.bodies = "", http.StatusNoContent, nil
	acts := &deviceaction.Acts{Who: ms, Graph: ms.client, Store: store, Now: func() time.Time { return f.Now }}
	if got, err := acts.Go(t.Context(), who, "q", of[0], password); err != nil || got.State != deviceaction.Pending {
		t.Errorf("once approved: %+v, %v", got, err)
	}
	var body map[string]any
	want := map[string]any{"updateWindowsDeviceAccountActionParameter": map[string]any{"deviceAccount": map[string]any{"password": password}, "deviceAccountEmail": room, "passwordRotationEnabled": false, "calendarSyncEnabled": true}}
	if len(ms.bodies) != 1 || json.Unmarshal([]byte(ms.bodies[0]), &body) != nil || !reflect.DeepEqual(body, want) {
		t.Errorf("sent %q", ms.bodies)
	}

	if errors.Len() == 0 || strings.Contains(errors.String(), "c4nary") {
		t.Errorf("errors: %q", errors.String())
	}
	if n := holds(t, f, room); n < 10 {
		t.Errorf("the search finds the account in %d rows only", n)
	}
	if n := holds(t, f, "c4nary"); n != 0 {
		t.Errorf("%d rows hold the password", n)
	}
}

// holds counts the rows of the whole database that hold a text.
func holds(t *testing.T, f *webtest.Fleet, text string) (n int) {
	t.Helper()
	rows, _ := f.Pool.In(tenant.Everything()).Query(t.Context(), `SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 50 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	for i, table := range tables {
		tables[i] = "SELECT t::text AS line FROM " + table + " t"
	}
	if err := f.Pool.In(tenant.Everything()).QueryRow(t.Context(), `SELECT count(*) FROM (`+strings.Join(tables, " UNION ALL ")+`) x WHERE strpos(line, $1) > 0`, text).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
