package gdap

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

// someone is the person behind each act: token names who in the simulated cloud.
type someone struct {
	graph *graph.Client
	token string
	err   error
}

func (s *someone) As(_ context.Context, tid tenant.ID, scopes ...string) (graph.Person, error) {
	if s.err != nil || !slices.Equal(scopes, []string{"DelegatedAdminRelationship.ReadWrite.All"}) {
		return graph.Person{}, s.err
	}
	return s.graph.As(tid, s.token), nil
}

type noTokens struct{}

func (noTokens) Token(context.Context, tenant.ID) (string, error) {
	return "", errors.New("the portal's own token was asked for")
}
func (noTokens) Forget(tenant.ID) {}

// TestActs goes through a relationship's life as a person of the partner, on the simulated cloud: every change is sent with that person's
// token, recorded, and read back.
func TestActs(t *testing.T) {
	t.Parallel()
	now := noon
	w := world.New(world.Options{Now: func() time.Time { return now }})
	partner := w.Home()
	cloud := httptest.NewServer(simulated.Handler(w, func(token, _ string) (world.Token, error) {
		n := map[string]int{"agent": 1, "nobody": 5}[token]
		return world.Token{TenantID: partner.ID, AppID: w.App.ClientID, ObjectID: partner.Users[n].ID, HomeTenantID: partner.ID, Scopes: []string{scope}, WIDs: []string{world.DefaultUserWID}}, nil
	}))
	defer cloud.Close()
	client, err := graph.New(cloud.URL, noTokens{}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t)
	home, customer := id(partner.ID), id(w.Tenants()[2].ID)
	for _, tid := range []tenant.ID{home, customer} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, 'T')`, tid); err != nil {
			t.Fatal(err)
		}
	}
	who, chain := &someone{client, "agent", nil}, audit.NewStore(pool)
	a := &Acts{Who: who, Store: NewStore(pool), Audit: chain, Home: home, Now: func() time.Time { return now }}
	person := tenant.Person{Name: "Ben", UPN: "ben@firstup.example"}

	made, err := a.Ask(t.Context(), person, Request{Name: " Care ", Customer: customer, Roles: []string{IntuneAdministrator}, Days: 90, Extends: true})
	if err != nil || made.Status != Pending || made.Name != "Care" || made.Duration != "P90D" || !made.Extends() || !strings.HasPrefix(ApprovalLink("https://x", made.ID), "https://x/AdminPortal/Home#/partners/invitation/granularAdminRelationships/"+made.ID) {
		t.Fatalf("asked: %+v, %v", made, err)
	}
	kept, err := a.Store.Get(t.Context(), tenant.Only(customer), made.ID)
	if err != nil || kept.Status != Pending || !kept.Known {
		t.Fatalf("kept: %+v, %v", kept, err)
	}
	if _, err := a.Ask(t.Context(), person, Request{Name: "Care", Customer: customer, Roles: []string{IntuneAdministrator}, Days: 90}); !errors.Is(err, errs.Conflict) {
		t.Errorf("a name that is taken: %v", err)
	}
	if _, err := a.Send(t.Context(), person, kept); !errors.Is(err, errs.Conflict) {
		t.Errorf("sent again: %v", err)
	}
	w.Change(func() {
		for _, r := range w.Relationships() {
			if r.ID == made.ID {
				w.Ask(r, "approve", now)
			}
		}
	})
	now = now.Add(time.Minute)
	if given, err := a.Assign(t.Context(), person, kept, partner.Groups[1].ID, []string{IntuneAdministrator}); err != nil || given.Status != Active || len(given.Assignments) != 1 || given.Assignments[0].Group != partner.Groups[1].ID {
		t.Errorf("given: %+v, %v", given, err)
	}
	if _, err := a.Assign(t.Context(), person, kept, partner.Groups[1].ID, []string{GlobalAdministrator}); !errors.Is(err, errs.Invalid) {
		t.Errorf("a role that the customer did not give: %v", err)
	}
	for _, on := range []bool{false, true} {
		if set, err := a.Extend(t.Context(), person, kept, on); err != nil || set.Extends() != on {
			t.Errorf("goes on by itself %t: %+v, %v", on, set, err)
		}
	}
	if _, err := a.Extend(t.Context(), person, Relationship{ID: kept.ID, Roles: []string{GlobalAdministrator}}, true); !errors.Is(err, errs.Invalid) {
		t.Errorf("with Global Administrator: %v", err)
	}
	who.token = "nobody"
	if _, err := a.End(t.Context(), person, kept); !errors.Is(err, errs.Forbidden) {
		t.Errorf("who is no agent: %v", err)
	}
	who.token = "agent"
	if ended, err := a.End(t.Context(), person, kept); err != nil || ended.Status != "terminating" {
		t.Errorf("ended: %+v, %v", ended, err)
	}
	who.err = errs.Show(errs.Forbidden, "The customer has not consented.")
	if _, err := a.End(t.Context(), person, kept); !errors.Is(err, errs.Forbidden) {
		t.Errorf("without consent: %v", err)
	}
	for tid, want := range map[tenant.ID][]string{
		home:     {"gdap.request.made", "gdap.request.made.failed", "gdap.request.sent"},
		customer: {"gdap.ended", "gdap.ended.failed", "gdap.extension.set", "gdap.extension.set", "gdap.request.sent.failed", "gdap.roles.given"},
	} {
		var actions []string
		if err := pool.In(tid).QueryRow(t.Context(), `SELECT array_agg(action ORDER BY action) FROM audit WHERE tenant_id = $1 AND request_id <> ''`, tid).Scan(&actions); err != nil || !slices.Equal(actions, want) {
			t.Errorf("recorded at %s: %v, want %v, %v", tid, actions, want, err)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Request{Name: "Care", Customer: contoso, Roles: []string{IntuneAdministrator}, Days: 730, Extends: true}
	for field, spoil := range map[string]func(*Request){
		"":         func(*Request) {},
		"name":     func(r *Request) { r.Name = strings.Repeat("é", 51) },
		"customer": func(r *Request) { r.Customer = tenant.ID{} },
		"days":     func(r *Request) { r.Days = 731 },
		"role":     func(r *Request) { r.Roles = []string{"x"} },
		"extends":  func(r *Request) { r.Roles = []string{GlobalAdministrator} },
	} {
		r := good
		spoil(&r)
		faults := r.Check()
		if (field == "") != (len(faults) == 0) || field != "" && faults[field] == "" {
			t.Errorf("%q: %v", field, faults)
		}
	}
}
