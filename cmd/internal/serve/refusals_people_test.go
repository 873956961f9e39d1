package serve

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// somebody is one of the partner's people at a customer.
type somebody struct {
	w        *ward
	customer *world.Tenant
	account  string // at home
	gdap     *world.Relationship
	token    string
	refresh  string
	device   string
}

// guestOf is a guest of the customer with the roles that the portal's features take.
func guestOf(t *testing.T, w *ward) *somebody {
	t.Helper()
	w.asGuest()
	c, _ := w.cloud.World.Tenant(w.home.String())
	of := w.cloud.World.Home().Users[0]
	w.cloud.World.Change(func() {
		c.User(of.ID).Roles = []string{"Intune Administrator", "Guest Inviter", "Privileged Role Administrator", "User Administrator", "License Administrator", "Cloud Application Administrator"}
	})
	return (&somebody{w: w, customer: c, account: of.SignInName}).signIn(t)
}

// agentOf is somebody who gets into a customer by a relationship that opens Intune.
func agentOf(t *testing.T, w *ward) *somebody {
	t.Helper()
	home := w.cloud.World.Home()
	for _, rel := range w.cloud.World.Relationships() {
		c, ok := w.cloud.World.Tenant(rel.CustomerTenantID)
		if !ok || !c.Intune || w.cloud.World.PartnerApp(c) == nil {
			continue
		}
		for _, u := range home.Users {
			held := w.cloud.World.DelegatedRoles(u.ID, c.ID, time.Now())
			guest := slices.ContainsFunc(c.Users, func(g *world.User) bool { return g.SignInName == u.SignInName })
			if slices.Contains(held, world.RoleTemplates["Intune Administrator"]) && !guest {
				return (&somebody{w: w, customer: c, account: u.SignInName, gdap: rel}).signIn(t)
			}
		}
	}
	t.Fatal("nobody gets into a customer by a relationship that opens Intune")
	return nil
}

func (s *somebody) signIn(t *testing.T) *somebody {
	t.Helper()
	var names []string
	for _, p := range delegated() {
		names = append(names, p.Name)
	}
	s.token = s.w.cloud.Login.UserToken(s.customer.ID, s.account, world.GraphAudience, names...)
	s.refresh = s.w.cloud.Login.RefreshToken(s.customer.ID, s.account, world.GraphAudience, "User.Read")
	client, err := graph.New(s.w.cloud.URLs().Graph, heldToken(s.w.cloud.Login.AppToken(s.customer.ID)), graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tid, _ := tenant.ParseID(s.customer.ID)
	for d, err := range graph.List[graph.ManagedDevice](t.Context(), client, tid, "/deviceManagement/managedDevices", graph.Query{}) {
		if s.device = d.ID; err != nil {
			t.Fatal(err)
		}
		break
	}
	if s.token == "" || s.refresh == "" || s.device == "" {
		t.Fatalf("%s cannot work at %s", s.account, s.customer.DisplayName)
	}
	return s
}

// acts are the catalogue's calls of people that the simulated cloud knows.
func acts() (list []permission.Operation) {
	for _, e := range permission.Catalogue() {
		for _, op := range e.Operations {
			known := strings.HasSuffix(op.Path, "/syncDevice") || !strings.Contains(op.Path, "/deviceManagement/") && !strings.Contains(op.Path, "/me/")
			if e.Kind() == permission.Delegated && op.Accepts[0].Resource == permission.Graph && known {
				list = append(list, op)
			}
		}
	}
	return list
}

func delegated() (all []permission.Permission) {
	for _, op := range acts() {
		all = append(all, op.Accepts...)
	}
	return all
}

// call makes the operation's call in the person's name; nil: it was answered.
func (s *somebody) call(t *testing.T, op permission.Operation) *graph.Error {
	t.Helper()
	client, err := graph.New(s.w.cloud.URLs().Graph, heldToken(""), graph.Options{Backoff: time.Microsecond, Rest: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	tid, _ := tenant.ParseID(s.customer.ID)
	version, path, _ := strings.Cut(strings.TrimPrefix(strings.ReplaceAll(op.Path, "{id}", s.device), "/"), "/")
	if op.Method == http.MethodGet {
		_, err = graph.GetAs[json.RawMessage](t.Context(), client.As(tid, s.token), path, graph.Query{Version: version})
	} else {
		_, err = graph.Send[json.RawMessage](t.Context(), client.As(tid, s.token), graph.Change{Method: op.Method, Version: version, Path: path, Body: struct{}{}})
	}
	var refused *graph.Error
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("%s: %v", op.Path, err)
	}
	return refused
}

// renew asks Entra for a new token; nil: it gave one.
func (s *somebody) renew(t *testing.T) *entra.Error {
	t.Helper()
	c, err := entra.New(entra.Config{Host: s.w.cloud.URLs().Login, ClientID: s.w.cloud.World.App.ClientID, Credential: entra.Secret(s.w.cloud.World.App.ClientSecret), RedirectURL: "http://localhost/auth/callback"})
	if err != nil {
		t.Fatal(err)
	}
	tid, _ := tenant.ParseID(s.customer.ID)
	_, err = c.Refresh(t.Context(), entra.Subject{Tenant: tid}, s.refresh, "https://graph.microsoft.com/User.Read")
	var refused *entra.Error
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}

// known is the failure with what complete reads of grants, guests and relationships would say.
func (s *somebody) known(f diagnose.Failure) diagnose.Failure {
	f.Granted, f.ReadAt, f.Fresh, f.Guest = delegated(), time.Now(), true, s.gdap == nil
	if w := s.w.cloud.World; s.gdap != nil {
		f.GDAP = &diagnose.Relationship{Works: w.StatusOf(s.gdap) == "active", Status: w.StatusOf(s.gdap), Roles: w.RolesOf(s.gdap, s.gdap.Roles), ReadAt: time.Now()}
	}
	return f
}

// TestDiagnosisOfPeoplesRefusals breaks one thing at a time for a guest and for somebody who comes by GDAP, and makes the calls that people make.
// The verdict must name what was broken; one that is not sure may say so.
func TestDiagnosisOfPeoplesRefusals(t *testing.T) {
	w := admit(t)
	guest, agent := guestOf(t, w), agentOf(t, w)
	inIntune := func(op permission.Operation) bool { return strings.Contains(op.Path, "/deviceManagement") }
	outside := func(op permission.Operation) bool { return !inIntune(op) }
	all, right := 0, 0
	judge := func(name string, f diagnose.Failure, want diagnose.Cause) {
		got := diagnose.Diagnose(f)
		all++
		switch {
		case got.Cause == want:
			right++
		case got.Confidence != diagnose.Unsure:
			t.Errorf("%s: sure of %s and wrong, want %s: %s (%d %s %s)", name, got.Cause, want, got.Verdict, f.Status, f.Code, f.Text)
		default:
			t.Logf("%s: %s, want %s", name, got.Cause, want)
		}
	}
	for _, c := range []struct {
		fault string
		who   *somebody
		only  func(permission.Operation) bool
		want  diagnose.Cause
	}{
		{"directoryRoleMissing", guest, outside, diagnose.CauseDirectoryRole},
		{"directoryRoleMissing", guest, inIntune, diagnose.CauseIntuneRole},
		{"intuneRoleMissing", guest, inIntune, diagnose.CauseIntuneRole},
		{"scopeTags", guest, inIntune, diagnose.CauseScopeTag},
		{"approvalRequired", guest, inIntune, diagnose.CauseApproval},
		{"licenceMissing", guest, inIntune, diagnose.CauseUnlicensed},
		{"tokenChallenge", guest, nil, diagnose.CauseSignInAgain},
		{"guestDeleted", guest, nil, diagnose.CauseAccountGone},
		{"appDisabled", guest, nil, diagnose.CauseProgramGone},
		{"appDisabled", agent, nil, diagnose.CauseProgramGone},
		{"gdapExpired", agent, nil, diagnose.CauseGDAPEnded},
		{"gdapRoleMissing", agent, inIntune, diagnose.CauseGDAPRole},
		{"intuneRoleMissing", agent, inIntune, diagnose.CauseGDAPGroup},
	} {
		tried := 0
		for _, op := range acts() {
			if c.only != nil && !c.only(op) {
				continue
			}
			w.cloud.World.Faults.Clear()
			sound := c.who.call(t, op)
			w.cloud.World.Faults.Add(world.Fault{Kind: c.fault})
			refused := c.who.call(t, op)
			if refused == nil || sound != nil && sound.Status == refused.Status && sound.Code == refused.Code {
				continue // what was broken does not concern this call
			}
			tried++
			judge(c.fault+", "+op.Method+" "+op.Path, c.who.known(failureOf(refused, time.Now())), c.want)
		}
		if tried == 0 {
			t.Errorf("%s refuses nothing", c.fault)
		}
	}
	for _, c := range []struct {
		fault string
		who   *somebody
		want  diagnose.Cause
	}{
		{"guestUnredeemed", guest, diagnose.CauseNotRedeemed}, {"guestDeleted", guest, diagnose.CauseAccountUnknown}, {"gdapExpired", agent, diagnose.CauseGDAPEnded},
		{"appDisabled", guest, diagnose.CauseProgramOff}, {"appDisabled", agent, diagnose.CauseProgramOff}, {"secretExpired", agent, diagnose.CauseSecretExpired}, {"sessionRevoked", guest, diagnose.CauseSignInEnded},
		{"tokenExpired", guest, diagnose.CauseSignInEnded}, {"consentRevoked", guest, diagnose.CauseProgramUnknown},
	} {
		w.cloud.World.Faults.Clear()
		if e := c.who.renew(t); e != nil {
			t.Fatalf("before %s: %v", c.fault, e)
		}
		w.cloud.World.Faults.Add(world.Fault{Kind: c.fault})
		e := c.who.renew(t)
		if e == nil {
			t.Errorf("%s: Entra gives a token", c.fault)
			continue
		}
		f, _ := failureFrom(e, time.Now())
		judge("at Entra, "+c.fault, c.who.known(f), c.want)
	}
	t.Logf("%d of %d right", right, all)
	if all < 40 || right*100 < all*95 {
		t.Errorf("%d of %d verdicts are right", right, all)
	}
}
