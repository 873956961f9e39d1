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

// days is a fleet whose clock stands at 21 November 2026. Contoso was read on 10, 12 and 21 November, Fabrikam on 12 and 21 November.
func days(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant, c *webtest.Client) {
	t.Helper()
	f = webtest.NewFleet(t)
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	on := func(d int) time.Time { return time.Date(2026, 11, d, 2, 0, 0, 0, time.UTC) }
	first, second := laptop("d1", "CTO-1", on(9)), laptop("d2", "CTO-2", on(9))
	second.Name = `=cmd<script>`
	f.ReadDevices(t, contoso.ID, on(10), first, second)
	first.Compliance, first.Name = "noncompliant", "CTO-1-NEW"
	f.ReadDevices(t, contoso.ID, on(12), first)
	f.ReadDevices(t, fabrikam.ID, on(12), laptop("f1", "FBK-1", on(9)))
	first.Compliance = "compliant"
	f.ReadDevices(t, contoso.ID, on(21), first, second)
	f.ReadDevices(t, fabrikam.ID, on(21), laptop("f1", "FBK-1", on(9)))
	return f, contoso, fabrikam, f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{Devices: f.Devices, Sync: f.Sync}).Mount)
}

type thenTwin struct {
	Rows []struct {
		ID, Name, Compliance, Verdict string
		LastSyncAt                    *time.Time `json:"last_sync_at"`
		Then                          asOf       `json:"as_it_was"`
	}
	Count int64
	Next  string
	AsOf  *time.Time `json:"as_of"`
}

func TestAsItWasOn(t *testing.T) {
	_, contoso, _, c := days(t)
	for query, want := range map[string]string{
		"on=2026-11-10":                                 "=cmd<script> compliant true | CTO-1 compliant true",
		"on=2026-11-11":                                 "=cmd<script> compliant false | CTO-1 compliant false",
		"on=2026-11-12":                                 "CTO-1-NEW noncompliant true | FBK-1 compliant true",
		"on=2026-11-15&compliance=noncompliant":         "CTO-1-NEW noncompliant false",
		"on=2026-11-15&q=cto-1-new":                     "CTO-1-NEW noncompliant false",
		"on=2026-11-11&q=cto-1-new":                     "",
		"on=2026-11-21":                                 "=cmd<script> compliant true | CTO-1-NEW compliant true | FBK-1 compliant true",
		"on=2026-11-12&columns=name,checkin,os":         "CTO-1-NEW noncompliant true | FBK-1 compliant true",
		"on=2026-11-12&customer=" + contoso.ID.String(): "CTO-1-NEW noncompliant true",
	} {
		var j thenTwin
		c.JSON("/devices?sort=name&"+query, http.StatusOK, &j)
		var got []string
		for _, r := range j.Rows {
			read := " false"
			if r.Then.ReadOnDay {
				read = " true"
			}
			got = append(got, r.Name+" "+r.Compliance+read)
			if r.LastSyncAt != nil || !strings.HasPrefix(r.Verdict, "Was ") {
				t.Errorf("%s: %s has a check-in of today, or a verdict of now: %+v", query, r.Name, r)
			}
		}
		if strings.Join(got, " | ") != want || j.Count != int64(len(got)) || j.AsOf == nil {
			t.Errorf("%s: %q, count %d, as of %v; want %q", query, got, j.Count, j.AsOf, want)
		}
		html := c.Get("/devices?sort=name&" + query).Body.String()
		if strings.Contains(html, "shape s-ok") || strings.Contains(html, "=cmd<script>") {
			t.Errorf("%s: the page shows the past as green, or a name as HTML", query)
		}
		if lines := strings.Count(c.Get("/devices?format=csv&"+query).Body.String(), "\r\n") - 1; lines != len(got) {
			t.Errorf("%s as CSV: %d rows, want %d", query, lines, len(got))
		}
	}
	html := c.Get("/devices?on=2026-11-11").Body.String()
	for _, want := range []string{"1 customer was not read on that day, and 1 had not been read yet.", "As they were at the end of 11 Nov 2026, UTC", "not on that day, but 2026-11-10", "As it was on", `href="/devices"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page of a day with gaps does not say %q", want)
		}
	}
	if html := c.Get("/t/" + contoso.ID.String() + "/devices?on=2026-11-15").Body.String(); !strings.Contains(html, "This customer was not read on that day.") || !strings.Contains(html, "12 Nov 2026") {
		t.Error("the page of one customer does not say that it was not read on that day")
	}
	if html := c.Get("/devices?on=2026-11-12").Body.String(); !strings.Contains(html, "You see 12 Nov 2026, not today.") {
		t.Error("a day that was read does not say which it is")
	}
	if csv := c.Get("/devices?on=2026-11-10&format=csv").Body.String(); !strings.Contains(csv, "'=cmd<script>") {
		t.Errorf("CSV of the past is not neutral:\n%s", csv)
	}
}

func TestDaysThatCannotBeShown(t *testing.T) {
	f, contoso, fabrikam, c := days(t)
	empty := f.Tenant(t, 3, "Northwind", "northwind.example")
	one := f.Serve(t, technician, tenant.Only(fabrikam.ID, empty.ID), (&Handler{Devices: f.Devices, Sync: f.Sync}).Mount)
	for query, want := range map[string]string{
		"on=2026-11-22": "has not been yet", "on=2026-11-09": "before the first reading", "on=yesterday": "", "on=2026-02-30": "", "on=2026-11-12&on=2026-11-11": "one day only", "on=2026-11-12&checkin=today": "not kept",
		"on=2026-11-12&gone=true": "not kept", "on=2026-11-12&sort=lastSync": "", "on=2026-11-12&after=x": "", "on=2026-11-12&columns=x": "", "on=0000-00-00": "", "on=9999-12-31": "has not been yet",
	} {
		if got := c.Get("/devices?" + query); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: status %d, want 400 that says %q", query, got.Code, want)
		}
		c.JSON("/devices?"+query, http.StatusBadRequest, nil)
		if got := c.Get("/devices?format=csv&" + query); got.Code != http.StatusBadRequest {
			t.Errorf("%s as CSV: status %d", query, got.Code)
		}
	}
	if got := one.Get("/devices?on=2026-11-10"); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "12 Nov 2026") {
		t.Errorf("a day before the first reading of one's own customers: status %d", got.Code)
	}
	if got := one.Get("/t/" + empty.ID.String() + "/devices?on=2026-11-12"); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "No devices were read yet") {
		t.Errorf("a customer that was never read: status %d", got.Code)
	}
	if got := one.Get("/t/" + contoso.ID.String() + "/devices?on=2026-11-12"); got.Code != http.StatusNotFound {
		t.Errorf("another's past: status %d", got.Code)
	}
	if body := one.Get("/devices?on=2026-11-12&format=csv").Body.String(); strings.Contains(body, "CTO-1") || !strings.Contains(body, "FBK-1") {
		t.Errorf("the past of who may see Fabrikam only:\n%s", body)
	}
}

// TestHistoryThatWasPruned: what is older than the history that is kept would be shown as later days had it.
func TestHistoryThatWasPruned(t *testing.T) {
	f, contoso, _, _ := days(t)
	h := &Handler{Devices: f.Devices, Sync: f.Sync, Keeps: func(context.Context) (int, error) { return 8, nil }}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), h.Mount)
	at := "/t/" + contoso.ID.String()
	for path, status := range map[string]int{
		at + "/devices?on=2026-11-12": 400, at + "/devices?on=2026-11-15": 200, at + "/devices/changes?from=2026-11-12": 400, at + "/devices/changes": 200, at + "/devices/changes?from=2026-11-14": 200,
	} {
		got := c.Get(path)
		if got.Code != status || status == 400 && !strings.Contains(got.Body.String(), "History is kept since 13 Nov 2026 only.") {
			t.Errorf("GET %s: status %d, want %d", path, got.Code, status)
		}
	}
}

func TestChangesBetween(t *testing.T) {
	f, contoso, fabrikam, c := days(t)
	at := "/t/" + contoso.ID.String() + "/devices/changes"
	type changesTwin struct {
		Rows []struct {
			Name     string
			Appeared bool
			Changes  []struct{ Field, Old, New, Label string }
		}
		Count int64
	}
	for query, want := range map[string]string{
		"?from=2026-11-11&to=2026-11-12": "=cmd<script> gone false>true | CTO-1-NEW compliance compliant>noncompliant name CTO-1>CTO-1-NEW",
		"?from=2026-11-11&to=2026-11-21": "CTO-1-NEW name CTO-1>CTO-1-NEW",
		"?from=2026-11-10&to=2026-11-11": "=cmd<script> appeared | CTO-1-NEW appeared",
		"?from=2026-11-13&to=2026-11-14": "",
		"?from=2026-11-12T02:00:01Z":     "=cmd<script> gone true>false | CTO-1-NEW compliance noncompliant>compliant",
		"":                               "=cmd<script> gone true>false | CTO-1-NEW compliance noncompliant>compliant",
	} {
		var j changesTwin
		c.JSON(at+query, http.StatusOK, &j)
		var got []string
		for _, r := range j.Rows {
			s := r.Name
			if r.Appeared {
				s += " appeared"
			}
			for _, f := range r.Changes {
				s += " " + f.Field + " " + f.Old + ">" + f.New
			}
			got = append(got, s)
		}
		if strings.Join(got, " | ") != want || j.Count != int64(len(got)) {
			t.Errorf("%s: %q of %d, want %q", query, got, j.Count, want)
		}
		sep := "&"
		if query == "" {
			sep = "?"
		}
		if lines := strings.Count(c.Get(at+query+sep+"format=csv").Body.String(), "\r\n") - 1; lines != len(got) {
			t.Errorf("%s as CSV: %d rows, want %d", query, lines, len(got))
		}
	}
	html := c.Get(at + "?from=2026-11-11&to=2026-11-14").Body.String()
	for _, want := range []string{"11 Nov 2026, 00:00", "15 Nov 2026, 00:00", "On 3 days of these", "11 Nov 2026, 13 Nov 2026, 14 Nov 2026", "Compliant → Noncompliant", "in Intune → not in Intune"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(html, "=cmd<script>") {
		t.Error("a name is printed as HTML")
	}
	for query, want := range map[string]string{
		"?from=x": "", "?to=2026-11-99": "", "?from=2026-11-14&to=2026-11-12": "not before the end", "?to=2026-11-22": "has not been yet", "?from=2026-11-22": "not before the end", "?from=2026-11-12&from=2026-11-13": "one beginning",
		"?after=x": "", "?format=xml": "", "?q=%00": "", "?sort=name": "",
	} {
		if got := c.Get(at + query); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: status %d, want 400 that says %q", query, got.Code, want)
		}
	}
	if html := c.Get(at + "?from=2026-11-13&to=2026-11-14").Body.String(); !strings.Contains(html, "An earlier beginning") || strings.Contains(html, "Drop a filter") {
		t.Error("where only the moments narrow it, the page speaks of filters")
	}
	unread := f.Tenant(t, 7, "Northwind", "northwind.example")
	all := f.Serve(t, technician, tenant.Everything(), (&Handler{Devices: f.Devices, Sync: f.Sync}).Mount)
	if html := all.Get("/t/" + unread.ID.String() + "/devices/changes").Body.String(); !strings.Contains(html, "Not read yet") || strings.Contains(html, "No device differs") {
		t.Error("a customer that was never read is said to have no change")
	}
	var never struct {
		Count *int64
		AsOf  *time.Time `json:"as_of"`
	}
	if all.JSON("/t/"+unread.ID.String()+"/devices/changes", http.StatusOK, &never); never.Count != nil || never.AsOf != nil {
		t.Errorf("never read: %+v", never)
	}
	if all.JSON(at, http.StatusOK, &never); never.Count == nil || never.AsOf == nil {
		t.Errorf("read: %+v", never)
	}
	one := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Devices: f.Devices, Sync: f.Sync}).Mount)
	path := "/t/" + fabrikam.ID.String() + "/devices/changes"
	if got := one.Get(path); got.Code != http.StatusNotFound {
		t.Errorf("GET %s: status %d, want 404", path, got.Code)
	}
	one.JSON(path, http.StatusNotFound, nil)
}
