package consent

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestFromGraph(t *testing.T) {
	got := fromGraph(graph.Grants{
		Roles: []graph.GrantedRole{
			{ID: "2f51be20-0bb4-4fed-bf7b-db946066c75e", Value: "DeviceManagementManagedDevices.Read.All", ResourceAppID: string(permission.Graph)},
			{ID: "11111111-2222-3333-4444-555555555555", ResourceAppID: string(permission.Graph)},
		},
		Scopes: []graph.GrantedScope{
			{Value: "Incident.Read", ResourceAppID: string(permission.Defender), ForAll: true},
			{Value: "Mail.Read", ResourceAppID: string(permission.Graph), PrincipalID: "p"},
		},
	})
	want := Grants{ApplicationRead: true, DelegatedRead: true, Personal: 1, Held: []permission.Permission{
		{Resource: permission.Graph, Kind: permission.Application, Name: "DeviceManagementManagedDevices.Read.All"},
		{Resource: permission.Graph, Kind: permission.Application, Name: "11111111-2222-3333-4444-555555555555"},
		{Resource: permission.Defender, Kind: permission.Delegated, Name: "Incident.Read"},
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("fromGraph (-want +got):\n%s", d)
	}
}

func TestAuditJournal(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := audit.NewStore(pool)
	j := AuditJournal{store}
	tid, err := tenant.ParseID("3c4b5a69-7887-4655-8432-100000000001")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Event{
		{Actor: tenant.Person{Name: "Technician", UPN: "tech@firstup.example"}, Action: "consent.link.created"},
		{Name: customer, Action: "consent.begun"},
		{Name: portal, Action: "consent.read", Detail: map[string]any{"granted": []string{"a"}, "before": tenant.StateInvited, "tries": 1}},
	} {
		if err := j.Append(t.Context(), tid, e); err != nil {
			t.Fatal(err)
		}
	}
	records, err := store.List(t.Context(), tid, audit.Filter{Action: "consent"})
	if err != nil || len(records) != 3 || records[2].Actor != "Technician (tech@firstup.example)" || records[1].Actor != customer || records[0].Actor != "Tenantry" {
		t.Errorf("records = %+v, %v", records, err)
	}
}
