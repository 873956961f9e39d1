package relationships

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// written notes what was asked of Microsoft.
type written struct{ said []string }

func (w *written) Ask(_ context.Context, _ tenant.Person, r gdap.Request) (gdap.Relationship, error) {
	w.said = append(w.said, "ask "+r.Name+" of "+r.Customer.String())
	return gdap.Relationship{ID: "new", Status: gdap.Pending}, nil
}

func (w *written) Send(_ context.Context, _ tenant.Person, r gdap.Relationship) (gdap.Relationship, error) {
	w.said = append(w.said, "send "+r.ID)
	return r, nil
}

func (w *written) Assign(_ context.Context, _ tenant.Person, r gdap.Relationship, group string, roles []string) (gdap.Relationship, error) {
	w.said = append(w.said, "give "+group+" "+strings.Join(roles, "+"))
	return r, nil
}

func (w *written) Extend(_ context.Context, _ tenant.Person, r gdap.Relationship, on bool) (gdap.Relationship, error) {
	w.said = append(w.said, "extend "+r.ID+" "+strconv.FormatBool(on))
	return r, nil
}

func (w *written) End(_ context.Context, _ tenant.Person, r gdap.Relationship) (gdap.Relationship, error) {
	w.said = append(w.said, "end "+r.ID)
	return r, nil
}

type nothing struct{}

func (nothing) Pull(context.Context, tenant.ID, *graphsync.Run) error { return nil }

func post(t *testing.T, c *webtest.Client, path string, v url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

// TestActing: what a technician may do with a relationship, by forms that support never sees; only what the form says is asked of Microsoft.
func TestActing(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.Home(t)
	sync, err := graphsync.New(f.Pool, graphsync.Table().With(graphsync.Relationships, nothing{}), graphsync.Options{})
	if err != nil {
		t.Fatal(err)
	}
	made := &written{}
	h := &Handler{Relationships: f.Relationships(), Groups: f.DirectoryGroups(), Guests: f.Guests(), Sync: sync, Tenants: f.Tenants, Acts: made, AdminCenter: "https://admin.example"}
	waits, unsent := relationship("2", contoso.ID, f.Now), relationship("3", contoso.ID, f.Now)
	waits.Status, unsent.Status = gdap.Pending, gdap.Created
	f.ReadRelationships(t, f.Now, relationship("1", contoso.ID, f.Now.AddDate(1, 0, 0)), waits, unsent, relationship("4", fabrikam.ID, f.Now.AddDate(1, 0, 0)))
	f.ReadGroups(t, f.Tenants.Home(), f.Now, group.Read{Groups: []group.Group{{ID: "g1", Name: "Technicians", MembersRead: true}}, Members: map[string][]group.Member{"g1": {{ID: "u1", Type: "user", Name: "Adele", UPN: "Adele@firstup.example", Direct: true}}}})
	f.ReadGuests(t, contoso.ID, f.Now, guest.Guest{ID: "g", Address: "adele@firstup.example"})
	at := "/t/" + contoso.ID.String() + "/relationships"
	technicians := f.Serve(t, technician, tenant.Only(contoso.ID), h.Mount)
	support := f.Serve(t, tenant.Person{Role: tenant.RoleSupport}, tenant.Only(contoso.ID), h.Mount)
	const other = "00000000-0000-4000-8000-00000000ABCD"
	good := url.Values{"name": {"Care"}, "role": {gdap.IntuneAdministrator}, "days": {"90"}, "extends": {"1"}}
	with := func(name, value string) url.Values {
		v := url.Values{}
		for k, x := range good {
			v[k] = slices.Clone(x)
		}
		v.Set(name, value)
		return v
	}
	for _, tc := range []struct {
		path   string
		values url.Values
		status int
		said   string
	}{
		{at + "/new", good, 303, "ask Care of " + contoso.ID.String()}, {at + "/new", with("days", "731"), 422, ""}, {at + "/new", with("role", gdap.GlobalAdministrator), 422, ""}, {at + "/new", with("name", ""), 422, ""},
		{"/relationships/new", with("customer", contoso.ID.String()), 303, "ask Care of " + contoso.ID.String()}, {"/relationships/new", with("customer", fabrikam.ID.String()), 422, ""},
		{at + "/3/send", nil, 303, "send 3"}, {at + "/1/assign", url.Values{"other": {other}, "role": {"r"}}, 303, "give " + strings.ToLower(other) + " r"}, {at + "/1/assign", url.Values{"role": {"r"}}, 400, ""},
		{at + "/1/extend", url.Values{"extends": {"1"}}, 303, "extend 1 true"}, {at + "/3/extend", url.Values{"extends": {"0"}}, 303, "extend 3 false"}, {at + "/1/extend", nil, 400, ""}, {at + "/4/extend", url.Values{"extends": {"1"}}, 404, ""},
		{at + "/1/end", url.Values{"name": {"Care"}}, 400, ""}, {at + "/1/end", url.Values{"name": {" Care 1 "}}, 303, "end 1"}, {at + "/4/end", url.Values{"name": {"Care 4"}}, 404, ""},
	} {
		before := len(made.said)
		if got := post(t, technicians, tc.path, tc.values); got.Code != tc.status {
			t.Errorf("POST %s %v: status %d, want %d: %.200s", tc.path, tc.values, got.Code, tc.status, got.Body)
		}
		if said := strings.Join(made.said[before:], ", "); said != tc.said {
			t.Errorf("POST %s %v asked Microsoft to %q, want %q", tc.path, tc.values, said, tc.said)
		}
		if got := post(t, support, tc.path, tc.values); got.Code != http.StatusForbidden {
			t.Errorf("POST %s by support: status %d", tc.path, got.Code)
		}
	}
	for path, want := range map[string][]string{
		at + "/1": {"Give roles to a group", "Let it go on by 180 days", "End this relationship", "A guest account at the customer: Adele@firstup.example"}, at + "/2": {"https://admin.example/AdminPortal/Home#/partners/invitation/granularAdminRelationships/2"}, at + "/3": {"Send to the customer"},
		at: {"Ask for one"}, at + "/new": {"Devices of Contoso"},
	} {
		body := technicians.Get(path).Body.String()
		for _, s := range want {
			if !strings.Contains(body, s) {
				t.Errorf("GET %s does not have %q", path, s)
			}
		}
	}
	for _, path := range []string{at, at + "/1", at + "/3"} {
		if body := support.Get(path).Body.String(); strings.Contains(body, "Give roles to a group") || strings.Contains(body, "Ask for one") || strings.Contains(body, "Send to the customer") {
			t.Errorf("GET %s offers support what only technicians may", path)
		}
	}
	if got := support.Get(at + "/new"); got.Code != http.StatusForbidden {
		t.Errorf("the form for support: status %d", got.Code)
	}
	if len(technicians.Said) != 7 || !strings.Contains(technicians.Said[0].Text, "Waits for the customer") {
		t.Errorf("said %+v", technicians.Said)
	}
}
