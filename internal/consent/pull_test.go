package consent

import (
	"context"
	"errors"
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
	j := AuditJournal{Audit: store, RequestID: func(context.Context) string { return "request-1" }}
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
	if err != nil || len(records) != 3 || records[2].Actor != "Technician (tech@firstup.example)" || records[1].Actor != customer || records[0].Actor != "Tenantry" || records[0].RequestID != "request-1" {
		t.Errorf("records = %+v, %v", records, err)
	}
}

// A receipt keeps naming the entry of its own consent, whatever is done or read after it, at this customer or another.
func TestEntryOfAConsentStays(t *testing.T) {
	t.Parallel()
	j := AuditJournal{Audit: audit.NewStore(pgtest.New(t))}
	contoso, err1 := tenant.ParseID("3c4b5a69-7887-4655-8432-100000000001")
	fabrikam, err2 := tenant.ParseID("3c4b5a69-7887-4655-8432-100000000002")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	add := func(tid tenant.ID, action, object string) {
		t.Helper()
		if err := j.Append(t.Context(), tid, Event{Name: portal, Action: action, Object: object}); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(tid tenant.ID, link int64) (int64, string) {
		t.Helper()
		seq, hash, err := j.Entry(t.Context(), tid, link)
		if err != nil {
			t.Fatal(err)
		}
		return seq, hash
	}
	add(contoso, "consent.begun", linkObject(1))
	if seq, hash := entry(contoso, 1); seq != 0 || hash != "" {
		t.Errorf("before it was read: %d %s", seq, hash)
	}
	add(contoso, actionRead, linkObject(1))
	seq, hash := entry(contoso, 1)
	if seq != 2 || len(hash) != 64 {
		t.Errorf("the entry is %d %s", seq, hash)
	}
	add(contoso, actionRead, contoso.String())
	add(contoso, actionRead, linkObject(11))
	add(fabrikam, actionRead, linkObject(1))
	if s, h := entry(contoso, 1); s != seq || h != hash {
		t.Errorf("later it is %d %s", s, h)
	}
	if s, h := entry(fabrikam, 1); s != 1 || h == hash {
		t.Errorf("Fabrikam's is %d %s", s, h)
	}
}
