package tenants

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

type summaryTwin struct {
	ID, Name, State string
	Devices         map[string]int64
	Datasets        []struct {
		Dataset, State, Problem string
		Late                    bool
		Rows                    int64
		AsOf                    *time.Time `json:"as_of"`
	}
	Running bool `json:"reading_now"`
}

func TestSummary(t *testing.T) {
	f, of, c := some(t)
	var v summaryTwin
	at := "/t/" + of["Contoso"].ID.String() + "/"
	c.JSON(at, http.StatusOK, &v)
	if v.Name != "Contoso" || v.State != "connected" || v.Devices["total"] != 10 || v.Running || len(v.Datasets) != 1 || v.Datasets[0].Late {
		t.Errorf("Contoso: %+v", v)
	}
	if body := c.Get(at).Body.String(); !strings.Contains(body, "Complete") || strings.Contains(body, "hx-trigger=\"every") || strings.Contains(body, `http-equiv="refresh"`) {
		t.Error("a customer that is read and at rest: not complete, or the page renews itself for nothing")
	}

	c.JSON("/t/"+of["adatum"].ID.String()+"/", http.StatusOK, &v)
	body := c.Get("/t/" + of["adatum"].ID.String() + "/").Body.String()
	if !v.Datasets[0].Late || !strings.Contains(body, "Older than its target") || !strings.Contains(body, "Was compliant") || !strings.Contains(body, "1 late") {
		t.Errorf("read too long ago: %+v", v.Datasets)
	}

	v = summaryTwin{}
	c.JSON("/t/"+of["Northwind"].ID.String()+"/", http.StatusOK, &v)
	body = c.Get("/t/" + of["Northwind"].ID.String() + "/").Body.String()
	if v.Devices != nil || v.Datasets[0].Problem != "Northwind has no Intune licence." {
		t.Errorf("never read: %+v", v)
	}
	for _, want := range []string{"Not read: Northwind has no Intune licence.", "Some permissions are missing.", "may not be read"} {
		if !strings.Contains(body, want) {
			t.Errorf("never read: the page lacks %q", want)
		}
	}

	f.StartRead(t, of["Northwind"].ID, graphsync.Apps, 1234)
	v = summaryTwin{}
	c.JSON("/t/"+of["Northwind"].ID.String()+"/", http.StatusOK, &v)
	body = c.Get("/t/" + of["Northwind"].ID.String() + "/").Body.String()
	if !v.Running || !strings.Contains(body, "1,234") || !strings.Contains(body, `hx-trigger="every 2s"`) || !strings.Contains(body, `<noscript><meta http-equiv="refresh"`) || strings.Contains(body, "data-refresh") {
		t.Errorf("while a read is under way: %+v", v)
	}
	for _, path := range []string{"/t/" + of["Foreign"].ID.String() + "/", "/t/c0000000-0000-4000-8000-0000000000ff/"} {
		if w := c.Get(path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, w.Code)
		}
		c.JSON(path, http.StatusNotFound, nil)
	}
}

func TestReadNow(t *testing.T) {
	_, of, c := some(t)
	at := "/t/" + of["Fabrikam"].ID.String()
	w := c.Post(at+"/sync", nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != at || len(c.Said) != 1 || c.Said[0].Title != "There is nothing to read." || c.Said[0].Text != "1 customer is not connected, so nothing is read there." {
		t.Errorf("a customer who has not agreed: %d to %q, said %v", w.Code, w.Header().Get("Location"), c.Said)
	}
	if w := c.Post("/t/"+of["Foreign"].ID.String()+"/sync", nil); w.Code != http.StatusNotFound {
		t.Errorf("a customer out of reach: %d, want 404", w.Code)
	}
}

func TestGoldenSummary(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", State: tenant.StateConnected, StateReadAt: ago(52 * time.Minute), Mark: -1}
	hostile := contoso
	hostile.DisplayName, hostile.DefaultDomain, hostile.State = `<script>alert("x")</script>`, `"><img src=x>`, tenant.StatePartial
	fresh := tenant.Tenant{ID: webtest.ID(t, 1), DefaultDomain: "contoso.example", State: tenant.StateUnconsented, Mark: -1}
	asked := graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Never, Tenants: 1, Unread: 1}
	read := graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: ago(3 * time.Minute)}
	for name, v := range map[string]summary{
		"none":    {m: tenant.Membership{Person: support, Tenant: fresh}, devices: asked},
		"reading": {m: tenant.Membership{Person: technician, Tenant: contoso}, devices: asked, Running: true, Datasets: []reading{newReading(graphsync.Status{Dataset: graphsync.Devices, State: "running", Rows: 1200, Pages: 3, Throttled: 4 * time.Second}, now), newReading(graphsync.Status{Dataset: graphsync.Apps, State: "never"}, now)}},
		"read": {
			m: tenant.Membership{Person: technician, Tenant: contoso}, devices: read, Devices: map[string]int64{"total": 2, "compliance:compliant": 2, "checkin:today": 2, "os:Windows": 2},
			Datasets: []reading{newReading(graphsync.Status{Dataset: graphsync.Devices, State: "ok", LastCompleteAt: ago(3 * time.Minute), LastCompleteRows: 2, NextAt: now.Add(12 * time.Minute)}, now), newReading(graphsync.Status{Dataset: graphsync.Apps, State: "ok", LastCompleteAt: ago(300 * time.Hour)}, now)},
			Guests:   map[guest.Standing]int64{guest.Proven: 3, guest.Invited: 1, guest.Unknown: 1}, guestsAsOf: graphsync.Freshness{Tenants: 1, Read: 1, Fresh: 1, AsOf: ago(time.Hour)},
			activity: []audit.Record{{Seq: 1, At: ago(time.Hour), Entry: audit.Entry{Actor: "Adele Vance (adele@contoso.example)", Action: "consent.link.created"}}},
		},
		"hostile": {
			m: tenant.Membership{Person: technician, Tenant: hostile}, devices: read, Devices: map[string]int64{"total": 1, "compliance:<b>": 1, "os:<u>": 1},
			Datasets:   []reading{newReading(graphsync.Status{Dataset: "<i>", State: "failed", Trouble: graphsync.Trouble{Kind: "internal", Sentence: strings.Repeat("<s>long</s> ", 40)}}, now)},
			guestsAsOf: graphsync.Freshness{Tenants: 1, Unread: 1},
			activity:   []audit.Record{{Seq: 1, At: now, Entry: audit.Entry{Actor: "<em>", Action: "<strong>"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			v.ID, v.Name, v.State, v.now = v.m.Tenant.ID.String(), v.m.Tenant.Name(), string(v.m.Tenant.State), now
			webtest.Golden(t, summaryBody(v))
		})
	}
}

// TestBanner holds that each connection but a complete one says what stands between the portal and the customer.
func TestBanner(t *testing.T) {
	for _, s := range tenant.States {
		v := summary{m: tenant.Membership{Tenant: tenant.Tenant{ID: webtest.ID(t, 1), State: s}}, Name: "Contoso"}
		b := v.banner()
		if (b == nil) != (s == tenant.StateConnected) {
			t.Errorf("%s: banner %+v", s, b)
		}
		if b != nil && (b.Title == "" || b.Text == "" || (b.ActionURL == "") != (s == tenant.StateSuspended)) {
			t.Errorf("%s: %+v", s, b)
		}
	}
}
