package overview

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/verdict"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestWhatEndsNeedsAPerson(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam, foreign := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example"), f.Tenant(t, 3, "Foreign", "foreign.example")
	day := 24 * time.Hour
	token := func(id string, in time.Duration) service.Item {
		return service.Item{Kind: service.VPPToken, ID: id, Name: id, State: "valid", Health: service.OK, ExpiresAt: f.Now.Add(in)}
	}
	at := f.Now.Add(-time.Hour)
	read := []service.Reading{{Kind: service.VPPToken, Outcome: service.Read, TriedAt: at, ReadAt: at}}
	f.ReadServices(t, contoso.ID, at, read, token("v/1", -2*day), token("v2", 5*day), token("v3", 300*day))
	f.ReadServices(t, fabrikam.ID, at, read, token("v1", 9*day))
	f.ReadServices(t, foreign.ID, at, read, token("v1", -9*day))
	grave := incident.Incident{ID: "1", Title: "Credential theft", Status: "active", Severity: "high", CreatedAt: at}
	taken := grave
	taken.ID, taken.Assigned = "2", "soc@contoso.example"
	f.ReadIncidents(t, contoso.ID, at, grave, taken)
	f.ReadIncidents(t, fabrikam.ID, at, grave)
	f.ReadIncidents(t, foreign.ID, at, grave)
	mount := func(r page.Router) {
		(&Handler{Incidents: f.Incidents, Tenants: f.Tenants, Sync: f.Sync, Provisioning: f.Provisioning, Services: f.Services, Brake: brake.NewStore(f.Pool, nil, f.Tenants.Home())}).Mount(r)
	}
	var v struct {
		Attention []attention `json:"needs_a_person"`
	}
	f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), mount).JSON("/", http.StatusOK, &v)
	line := func(kind string) attention {
		i := slices.IndexFunc(v.Attention, func(a attention) bool { return a.Kind == kind })
		if i < 0 {
			t.Fatalf("no line %s in %+v", kind, v.Attention)
		}
		return v.Attention[i]
	}
	ended, soon := line("ended"), line("ends-soon")
	if ended.Text != "Apple VPP token has ended" || ended.Detail != "Ended 19 Nov" || len(ended.Tenants) != 1 || ended.URL != "/t/"+contoso.ID.String()+"/services/vppToken/v%2F1" {
		t.Errorf("%+v", ended)
	}
	if soon.Detail != "The first ends 26 Nov" || len(soon.Tenants) != 2 || soon.URL != "/services?kind=vppToken&state=soon" {
		t.Errorf("%+v", soon)
	}
	if open := line("incident"); open.Text != "2 incidents of high severity have nobody working on them" || len(open.Tenants) != 2 {
		t.Errorf("%+v", open)
	}
	for _, k := range service.Kinds() {
		if k.Ends() && verdict.EndingWords[k] == "" {
			t.Errorf("%s can end and has no words", k)
		}
	}
}

func TestApprovals(t *testing.T) {
	id := webtest.ID(t, 1)
	byID := map[tenant.ID]*tenant.Tenant{id: {ID: id, DisplayName: "Contoso"}}
	if got := approvals(byID, brake.Queue{}); got != nil {
		t.Errorf("nothing waits: %+v", got)
	}
	since := time.Now()
	got := approvals(byID, brake.Queue{Requests: 1, Since: since, Customers: []tenant.ID{id, webtest.ID(t, 2)}})
	if len(got) != 1 || got[0].Text != "1 request waits for a second person" || got[0].tenant == nil || !got[0].Since.Equal(since) {
		t.Errorf("%+v", got)
	}
}
