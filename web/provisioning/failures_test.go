package provisioning

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// history is a person who came through, then failed twice, at one customer, and another who failed at the next one.
func history(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant) {
	t.Helper()
	f, contoso, fabrikam = fleet(t)
	line := func(id, sp, upn, status string, before time.Duration) provisioning.Event {
		e := failure(id, sp)
		e.At, e.Status, e.SourceUPN, e.SourceID = now.Add(-before), status, upn, "id of <b>"+upn
		e.ErrorCode, e.Reason, e.Recommended = "Conflict", "The target rejected '"+upn+"' with HTTP 409 because that userName is taken.", "Rename it."
		return e
	}
	f.AddEvents(t, contoso.ID, line("h1", "sp1", "anna@contoso.example", "success", 30*time.Hour), line("h2", "sp1", "anna@contoso.example", "failure", 20*time.Hour), line("h3", "sp1", "anna@contoso.example", "failure", 10*time.Hour))
	f.AddEvents(t, fabrikam.ID, line("h4", "sp9", "bo@fabrikam.example", "failure", 15*time.Hour), line("h5", "sp9", "cleo@fabrikam.example", "failure", 40*time.Hour), line("h6", "sp9", "cleo@fabrikam.example", "success", 39*time.Hour))
	return f, contoso, fabrikam
}

func TestFailuresByCause(t *testing.T) {
	f, contoso, fabrikam := history(t)
	mount := (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount
	all, one := f.Serve(t, support, tenant.Only(contoso.ID, fabrikam.ID), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	var list struct {
		Rows  []cluster
		Count int
	}
	all.JSON("/provisioning/failures?q=conflict", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].Tenants != 2 || list.Rows[0].Objects != 2 || list.Rows[0].Class != provisioning.Conflict || list.Rows[0].First != "anna@contoso.example" || !list.Rows[0].Since.Equal(now.Add(-20*time.Hour)) || list.Rows[0].Known {
		t.Fatalf("the conflict: %+v", list)
	}
	var objects struct {
		Rows  []object
		Count int64
	}
	all.JSON(list.Rows[0].URL, http.StatusOK, &objects)
	if objects.Count != list.Rows[0].Objects || len(objects.Rows) != 2 || objects.Rows[0].Name != "bo@fabrikam.example" {
		t.Errorf("the link to its objects: %+v", objects)
	}
	all.JSON("/provisioning/failures", http.StatusOK, &list)
	if list.Count != 2 {
		t.Errorf("all causes: %+v", list)
	}
	one.JSON("/provisioning/failures?q=conflict", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].Tenants != 1 || list.Rows[0].Objects != 1 {
		t.Errorf("the conflict as Contoso's technician sees it: %+v", list)
	}
	for _, path := range []string{"/provisioning/failures", "/provisioning/objects", "/provisioning/log", "/t/" + contoso.ID.String() + "/provisioning/failures"} {
		for query, status := range map[string]int{"": 200, "?sort=x": 400, "?after=x": 400, "?format=csv": 200} {
			if w := all.Get(path + query); w.Code != status || query == "" && strings.Contains(w.Body.String(), "<b>anna") {
				t.Errorf("%s%s: %d", path, query, w.Code)
			}
		}
	}
	for _, bad := range []string{"/provisioning/objects?since=yesterday", "/provisioning/objects?customer=x", "/provisioning/failures?customer=x"} {
		all.JSON(bad, http.StatusBadRequest, nil)
	}
}

func TestWayOfAnObject(t *testing.T) {
	f, contoso, fabrikam := history(t)
	mount := (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount
	c := f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	of := func(tn tenant.Tenant, sp, upn string) string { return objectURL(tn.ID, sp, "id of <b>"+upn) }
	var v objectView
	c.JSON(of(contoso, "sp1", "anna@contoso.example"), http.StatusOK, &v)
	if v.Since == nil || !v.Since.Equal(now.Add(-20*time.Hour)) || !v.Known || v.Tries != 2 || len(v.Events) != 3 || !v.Events[0].Current || !v.Events[1].Current || v.Events[2].Current || v.First == nil || v.First.Step != "Export" || v.Events[0].Failed != "Export" {
		t.Errorf("%+v", v)
	}
	body := c.Get(of(contoso, "sp1", "anna@contoso.example")).Body.String()
	for _, want := range []string{"Fails now", "The target has such an account already", "Microsoft recommends: Rename it.", "First failing step", "id of &lt;b&gt;anna"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "hunter2") {
		t.Error("a secret value is shown")
	}
	for _, path := range []string{of(fabrikam, "sp9", "bo@fabrikam.example"), of(contoso, "sp1", "nobody"), of(contoso, "sp2", "anna@contoso.example"), appURL(contoso.ID, "sp1") + "/object", appURL(contoso.ID, "sp1") + "/object?" + url.Values{"id": {"\x00"}}.Encode()} {
		c.JSON(path, http.StatusNotFound, nil)
	}
	both := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), mount)
	both.JSON(of(fabrikam, "sp9", "cleo@fabrikam.example"), http.StatusOK, &v)
	if body := both.Get(of(fabrikam, "sp9", "cleo@fabrikam.example")).Body.String(); v.Since != nil || !strings.Contains(body, "it came right later") || strings.Contains(body, "Fails now") {
		t.Errorf("who came right: %+v", v)
	}
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `DELETE FROM provisioning_event WHERE id = 'h2'`); err != nil {
		t.Fatal(err)
	}
	if got := c.Get(of(contoso, "sp1", "anna@contoso.example")); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "not in the log any more") {
		t.Errorf("whose first failure is kept no longer: %d", got.Code)
	}
	if got := c.Get(appURL(contoso.ID, "sp1") + "/log/h2"); got.Code != http.StatusNotFound || !strings.Contains(got.Body.String(), "kept no longer") {
		t.Errorf("a line that is kept no longer: %d", got.Code)
	}
	for _, path := range []string{appURL(fabrikam.ID, "sp9") + "/log/h2", appURL(contoso.ID, "sp0") + "/log/h2"} {
		if got := c.Get(path); got.Code != http.StatusNotFound || strings.Contains(got.Body.String(), "kept no longer") {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestWholeLogIsSearched(t *testing.T) {
	f, contoso, fabrikam := history(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount)
	var list struct {
		Rows  []event
		Count int
	}
	c.JSON("/provisioning/log?q=40", http.StatusBadRequest, nil)
	for query, want := range map[string]int{
		"": 10, "?status=failure": 7, "?status=failure&status=skipped": 8, "?error=Conflict": 6, "?person=anna@contoso.example": 3, "?q=ANNA": 3, "?q=409": 6, "?principal=sp9": 4, "?action=create&status=success": 2, "?customer=" + contoso.ID.String(): 6, "?q=nothing": 0,
	} {
		c.JSON("/provisioning/log"+query, http.StatusOK, &list)
		if list.Count != want || len(list.Rows) != want {
			t.Errorf("%q: %d lines, count %d, want %d", query, len(list.Rows), list.Count, want)
		}
	}
}

func TestObjectGolden(t *testing.T) {
	f, contoso, _ := history(t)
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	o, err := f.Provisioning.Object(t.Context(), contoso.ID, "sp1", "id of <b>anna@contoso.example")
	if err != nil {
		t.Fatal(err)
	}
	events, err := f.Provisioning.Of(t.Context(), contoso.ID, "sp1", o.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	v := newObjectView(m, o, events, readAt(t, f, contoso), now)
	t.Run("fails", func(t *testing.T) { webtest.Golden(t, objectBody(v)) })
	v.Since, v.First, v.Status, v.Events, v.More = nil, nil, "success", v.Events[2:], true
	t.Run("came through", func(t *testing.T) { webtest.Golden(t, objectBody(v)) })
}

func readAt(t *testing.T, f *webtest.Fleet, tn tenant.Tenant) graphsync.Freshness {
	t.Helper()
	read, err := f.Sync.Freshness(t.Context(), tenant.Only(tn.ID), graphsync.ProvisioningLog)
	if err != nil {
		t.Fatal(err)
	}
	return read
}
