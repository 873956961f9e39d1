package leaver

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	simulated "github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// someone is the person behind each act; the portal's own token is "portal".
type someone struct {
	graph *graph.Client
	token string
}

func (s *someone) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	return s.graph.As(tid, s.token), nil
}

type portal struct{}

func (portal) Token(context.Context, tenant.ID) (string, error) { return "portal", nil }
func (portal) Forget(tenant.ID)                                 {}

// TestActs closes doors in the simulated partner's tenant: each is sent as the person, recorded with Microsoft's ids, and read back.
func TestActs(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	w := world.New(world.Options{Now: func() time.Time { return now }})
	partner := w.Home()
	cloud := httptest.NewServer(simulated.Handler(w, func(token, _ string) (world.Token, error) {
		if token == "portal" {
			return world.Token{TenantID: partner.ID, AppID: w.App.ClientID, AppOnly: true, Roles: []string{"User.Read.All"}}, nil
		}
		x := world.Token{TenantID: partner.ID, AppID: w.App.ClientID, ObjectID: partner.Users[0].ID, HomeTenantID: partner.ID, Scopes: []string{"GroupMember.ReadWrite.All", endSessions}, WIDs: []string{world.DefaultUserWID}}
		if token == "owner" {
			x.WIDs = append(x.WIDs, world.RoleTemplates["Global Administrator"])
		}
		return x, nil
	}))
	defer cloud.Close()
	client, err := graph.New(cloud.URL, portal{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t)
	home := id(partner.ID)
	if _, err := pool.In(home).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, home); err != nil {
		t.Fatal(err)
	}
	who := &someone{client, "nobody"}
	s := NewStore(pool, home)
	asked := 0
	a := &Acts{Who: who, Graph: client, Store: s, Audit: audit.NewStore(pool), Now: func() time.Time { return now }, Changed: func(context.Context, tenant.ID) { asked++ }}
	boss := tenant.Person{Name: "Owner", UPN: "owner@firstup.example"}
	technicians := partner.Groups[1]
	p := Person{Staff: 7, UPN: partner.Users[1].UserPrincipalName, Object: partner.Users[1].ID}
	if err := s.Keep(t.Context(), p.Staff, boss.UPN, now, nil); err != nil {
		t.Fatal(err)
	}

	if _, err := a.LeaveGroup(t.Context(), boss, "q", p, technicians.ID); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without the role: %v", err)
	}
	if err := a.EndSessions(t.Context(), boss, "q", p); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without the role: %v", err)
	}
	who.token = "owner"
	if said, err := a.LeaveGroup(t.Context(), boss, "q", p, technicians.ID); err != nil || !strings.Contains(said, "no longer lists") || slices.Contains(technicians.Members, p.Object) || asked != 1 {
		t.Errorf("left: %q, %v; members %v", said, err, technicians.Members)
	}
	if _, err := a.LeaveGroup(t.Context(), boss, "q", p, technicians.ID); !errors.Is(err, errs.Conflict) {
		t.Errorf("left twice: %v", err)
	}
	if err := a.EndSessions(t.Context(), boss, "q", p); err != nil {
		t.Fatal(err)
	}
	if kept, err := s.Get(t.Context(), p.Staff); err != nil || !kept.Sessions.Confirmed() || kept.Sessions.EndedBy != boss.UPN || kept.Sessions.Request == "" || !kept.Sessions.ValidFrom.Equal(now) {
		t.Errorf("kept: %+v, %v", kept.Sessions, err)
	}
	var actions []string
	if err := pool.In(home).QueryRow(t.Context(), `SELECT array_agg(action ORDER BY seq) FROM audit WHERE tenant_id = $1 AND detail->>'graph_request_id' <> ''`, home).Scan(&actions); err != nil ||
		!slices.Equal(actions, []string{"staff.left.group.failed", "staff.left.sessions.failed", "staff.left.group", "staff.left.group.failed", "staff.left.sessions"}) {
		t.Errorf("recorded: %v, %v", actions, err)
	}
}

// TestConfirmed: what Microsoft tells afterwards has to be about as late as the act.
func TestConfirmed(t *testing.T) {
	at := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	for from, want := range map[time.Time]bool{{}: false, at.Add(-time.Hour): false, at.Add(-time.Minute): true, at.Add(time.Minute): true} {
		if got := (Sessions{EndedAt: at, ValidFrom: from}).Confirmed(); got != want {
			t.Errorf("valid from %s: %t", from, got)
		}
	}
}
