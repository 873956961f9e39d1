package consent_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = mustID("3c4b5a69-7887-4655-8432-100000000001")
	fabrikam = mustID("3c4b5a69-7887-4655-8432-100000000002")
	attacker = mustID("3c4b5a69-7887-4655-8432-100000000666")
	who      = tenant.Person{Tenant: mustID("3c4b5a69-7887-4655-8432-1000000000aa"), Name: "Technician", UPN: "tech@firstup.example", Role: tenant.RoleTechnician}
	start    = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
)

func mustID(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// cloud is Microsoft as the service sees it: what each tenant shows when it is read.
type cloud struct {
	mu     sync.Mutex
	grants map[tenant.ID]consent.Grants
	fails  map[tenant.ID]error
	reads  int
	forgot int
	events []string
	synced []tenant.ID
	now    time.Time

	others     map[string]consent.Grants // of other registrations, at Contoso
	otherFails error
}

func (c *cloud) Discover(_ context.Context, s string) (tenant.ID, error) {
	switch s {
	case "contoso.example", contoso.String():
		return contoso, nil
	case "fabrikam.example":
		return fabrikam, nil
	}
	return tenant.ID{}, errs.Show(errs.NotFound, "No organisation has this domain.")
}

func (c *cloud) AdminConsentURL(tid tenant.ID, clientID, redirect, state, scope string) string {
	q := url.Values{"state": {state}, "redirect_uri": {redirect}, "scope": {scope}}
	return "https://login.example/" + tid.String() + "/v2.0/adminconsent?" + q.Encode()
}

func (c *cloud) Forget(tenant.ID) { c.forgot++ }

func (c *cloud) ReadGrants(_ context.Context, tid tenant.ID, _ string) (consent.Grants, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	if err := c.fails[tid]; err != nil {
		return consent.Grants{}, err
	}
	g, ok := c.grants[tid]
	if !ok {
		return consent.Grants{}, noPrincipal{}
	}
	return g, nil
}

func (c *cloud) ReadOther(_ context.Context, tid tenant.ID, _, other string) (consent.Grants, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.otherFails; err != nil {
		return consent.Grants{}, err
	}
	g, ok := c.others[other]
	if !ok || tid != contoso {
		return consent.Grants{}, noPrincipal{}
	}
	return g, nil
}

func (c *cloud) Append(_ context.Context, tid tenant.ID, e consent.Event) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, e.Action)
	return nil
}

type noPrincipal struct{}

func (noPrincipal) Error() string     { return "AADSTS700016" }
func (noPrincipal) NoPrincipal() bool { return true }

func whole(ps ...permission.Permission) consent.Grants {
	return consent.Grants{Held: ps, ApplicationRead: true, DelegatedRead: true}
}

func app(name string) permission.Permission {
	return permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: name}
}

// all is what the features of order need.
func all() []permission.Permission {
	a, d := permission.Plan(order().Features)
	return slices.Concat(a, d)
}

func order() consent.Order {
	f, _ := permission.ParseFeatures([]string{"devices", "apps"})
	return consent.Order{Features: f, Language: permission.French, Contact: "+1 206 555 0142"}
}

func service(t *testing.T) (*consent.Service, *cloud) {
	t.Helper()
	return serviceOn(t, pgtest.New(t))
}

func serviceOn(t *testing.T, pool *postgres.Pool) (*consent.Service, *cloud) {
	t.Helper()
	c := &cloud{grants: map[tenant.ID]consent.Grants{}, fails: map[tenant.ID]error{}, now: start}
	s := consent.NewService(consent.Deps{
		Store: consent.NewStore(pool), Authority: c, Reader: c, Journal: c, ReturnURL: "https://portal.example/auth/consent",
		Now:         func() time.Time { return c.now },
		OnConnected: func(_ context.Context, tid tenant.ID) error { c.synced = append(c.synced, tid); return nil },
	})
	for _, domain := range []string{"contoso.example", "fabrikam.example"} {
		if _, _, err := s.AddTenant(t.Context(), who, domain); err != nil {
			t.Fatal(err)
		}
	}
	return s, c
}

func link(t *testing.T, s *consent.Service, tid tenant.ID) (consent.Link, string) {
	t.Helper()
	l, token, err := s.CreateLink(t.Context(), who, tid, order())
	if err != nil {
		t.Fatal(err)
	}
	return l, token
}

// begin goes to Microsoft and gives the state that comes back.
func begin(t *testing.T, s *consent.Service, token string) string {
	t.Helper()
	to, err := s.Begin(t.Context(), token, permission.German)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

func back(t *testing.T, s *consent.Service, p consent.Params) consent.Outcome {
	t.Helper()
	o, err := s.Return(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func yes(state string, tid tenant.ID) consent.Params {
	return consent.Params{State: state, Tenant: tid.String(), AdminConsent: "True"}
}

func state(t *testing.T, s *consent.Service, tid tenant.ID) tenant.State {
	t.Helper()
	tn, err := s.Store.Tenant(t.Context(), tid)
	if err != nil {
		t.Fatal(err)
	}
	return tn.State
}

func TestConsentIsProvenByReading(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	_, token := link(t, s, contoso)
	if got := state(t, s, contoso); got != tenant.StateInvited {
		t.Fatalf("state after the link = %s", got)
	}
	st := begin(t, s, token)
	c.grants[contoso] = whole(all()...)
	o := back(t, s, yes(st, contoso))
	if o.Result != consent.Connected || o.Language != permission.German || o.Tenant.ID != contoso || o.Receipt == "" {
		t.Fatalf("outcome = %+v", o)
	}
	if got := state(t, s, contoso); got != tenant.StateConnected {
		t.Errorf("state = %s", got)
	}
	if c.forgot == 0 {
		t.Error("the cached token was not dropped before reading")
	}
	if !slices.Equal(c.synced, []tenant.ID{contoso}) {
		t.Errorf("first sync of %v", c.synced)
	}
	again, err := s.OutcomeOf(t.Context(), o.Receipt)
	if err != nil || again.Result != consent.Connected {
		t.Errorf("by receipt: %+v, %v", again, err)
	}
	if l, _, err := s.Open(t.Context(), token); err != nil || l.State(c.now) != consent.LinkUsed {
		t.Errorf("link is %s, %v", l.State(c.now), err)
	}
	if _, err := s.Begin(t.Context(), token, permission.English); !errors.Is(err, errs.Gone) {
		t.Errorf("a used link begins: %v", err)
	}
	v, err := s.View(t.Context(), contoso)
	if err != nil || len(v.Open) != len(all()) || v.LastFull == nil || !v.LastFull.At.Equal(start) || len(v.Features) != len(order().Features) {
		t.Errorf("view = %+v, %v", v, err)
	}
}

// Nothing short of a proven return uses a link up.
func TestNothingButProofUsesALink(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	_, token := link(t, s, contoso)
	for range 3 {
		if _, _, err := s.Open(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		begin(t, s, token) // and never come back
	}
	for name, p := range map[string]consent.Params{
		"declined":     {Error: "access_denied"},
		"wrong tenant": {Tenant: attacker.String(), AdminConsent: "True"},
		"no tenant":    {AdminConsent: "True"},
		"not read yet": {Tenant: contoso.String(), AdminConsent: "True"},
	} {
		p.State = begin(t, s, token)
		if o := back(t, s, p); o.Result == consent.Connected || o.Result == consent.Partial {
			t.Errorf("%s: %s", name, o.Result)
		}
	}
	if l, _, err := s.Open(t.Context(), token); err != nil || l.State(c.now) != consent.LinkOpen {
		t.Fatalf("the link is %s, %v; want open", l.State(c.now), err)
	}
	if len(c.synced) != 0 {
		t.Errorf("synced %v without proof", c.synced)
	}
}

func TestHostileReturns(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...) // even where consent would be found, a bad return proves nothing
	_, token := link(t, s, contoso)
	for name, tc := range map[string]struct {
		p    consent.Params
		want consent.Result
	}{
		"no state":                  {consent.Params{Tenant: contoso.String(), AdminConsent: "True"}, consent.Unknown},
		"state of nobody":           {consent.Params{State: strings.Repeat("A", 43), Tenant: contoso.String(), AdminConsent: "True"}, consent.Unknown},
		"state of 8 KB":             {consent.Params{State: strings.Repeat("A", 8<<10), Tenant: contoso.String()}, consent.Unknown},
		"state with a zero byte":    {consent.Params{State: "\x00" + strings.Repeat("A", 42)}, consent.Unknown},
		"error beside success":      {consent.Params{State: "begin", Tenant: contoso.String(), AdminConsent: "True", Error: "consent_required", Description: "AADSTS65004: User declined to consent"}, consent.Declined},
		"cancelled at v1":           {consent.Params{State: "begin", Error: "permission_denied", Description: "The admin canceled the request"}, consent.Declined},
		"no administrator":          {consent.Params{State: "begin", Error: "access_denied", Description: "AADSTS90094: admin consent is required"}, consent.NeedsAdmin},
		"server error":              {consent.Params{State: "begin", Error: "server_error", Description: `<script>alert(1)</script>`}, consent.Refused},
		"other tenant":              {consent.Params{State: "begin", Tenant: attacker.String(), AdminConsent: "True"}, consent.WrongTenant},
		"tenant that is no GUID":    {consent.Params{State: "begin", Tenant: "common", AdminConsent: "True"}, consent.Refused},
		"admin_consent is False":    {consent.Params{State: "begin", Tenant: contoso.String(), AdminConsent: "False"}, consent.Refused},
		"admin_consent is missing":  {consent.Params{State: "begin", Tenant: contoso.String()}, consent.Refused},
		"lower-case true is fine":   {consent.Params{State: "begin", Tenant: contoso.String(), AdminConsent: "true"}, consent.Connected},
		"replayed after that state": {consent.Params{State: "replay", Tenant: contoso.String(), AdminConsent: "True"}, consent.Used},
	} {
		if tc.want == consent.Connected || tc.p.State == "replay" {
			continue // below, in order
		}
		if tc.p.State == "begin" {
			tc.p.State = begin(t, s, token)
		}
		o := back(t, s, tc.p)
		if o.Result != tc.want {
			t.Errorf("%s: %s, want %s", name, o.Result, tc.want)
		}
		if tc.want == consent.WrongTenant && o.Other != attacker {
			t.Errorf("other tenant = %s", o.Other)
		}
		if tc.p.State != "" && tc.want != consent.Unknown {
			if o := back(t, s, yes(tc.p.State, contoso)); o.Result != consent.Used {
				t.Errorf("%s: its state was taken again: %s", name, o.Result)
			}
		}
	}
	if c.reads != 0 {
		t.Errorf("%d looks into the tenant for bad returns", c.reads)
	}
	st := begin(t, s, token)
	if o := back(t, s, consent.Params{State: st, Tenant: contoso.String(), AdminConsent: "true"}); o.Result != consent.Connected {
		t.Errorf("lower-case true: %s", o.Result)
	}
	if o := back(t, s, yes(st, contoso)); o.Result != consent.Used {
		t.Errorf("replay: %s", o.Result)
	}
}

func TestStateIsSpentOnce(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	st := begin(t, s, token)
	results := make([]consent.Result, 8)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			o, err := s.Return(t.Context(), yes(st, contoso))
			if err != nil {
				t.Error(err)
			}
			results[i] = o.Result
		})
	}
	wg.Wait()
	connected := 0
	for _, r := range results {
		if r == consent.Connected {
			connected++
		}
	}
	if connected != 1 {
		t.Errorf("results = %v, want one connected", results)
	}
}

func TestReturnAfterAnHour(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	st := begin(t, s, token)
	c.now = start.Add(61 * time.Minute)
	if o := back(t, s, yes(st, contoso)); o.Result != consent.Expired || o.Tenant.ID != contoso {
		t.Errorf("outcome = %+v", o)
	}
}

// Microsoft copies a consent to all its places over minutes: the tenant is read again until it shows.
func TestPropagation(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	_, token := link(t, s, contoso)
	o := back(t, s, yes(begin(t, s, token), contoso))
	if o.Result != consent.Waiting || o.NextTry == nil || !o.NextTry.Equal(start.Add(5*time.Second)) {
		t.Fatalf("outcome = %+v", o)
	}
	if got := state(t, s, contoso); got != tenant.StateWaiting {
		t.Errorf("state = %s", got)
	}
	if n, err := s.RunDue(t.Context()); n != 0 || err != nil {
		t.Errorf("took %d before its time, %v", n, err)
	}
	c.now = start.Add(6 * time.Second)
	if n, err := s.RunDue(t.Context()); n != 1 || err != nil {
		t.Fatalf("took %d, %v", n, err)
	}
	c.grants[contoso] = whole(all()[:3]...)
	c.now = c.now.Add(16 * time.Second)
	s.RunDue(t.Context())
	if o, _ := s.OutcomeOf(t.Context(), o.Receipt); o.Result != consent.Partial || o.NextTry == nil {
		t.Errorf("with a part of the grants: %+v", o)
	}
	c.grants[contoso] = whole(all()...)
	c.now = c.now.Add(31 * time.Second)
	s.RunDue(t.Context())
	o, err := s.OutcomeOf(t.Context(), o.Receipt)
	if err != nil || o.Result != consent.Connected || o.NextTry != nil {
		t.Errorf("outcome = %+v, %v", o, err)
	}
	if len(c.synced) == 0 {
		t.Error("the first sync was not started")
	}
}

func TestUnprovenAfterAllRetries(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	_, token := link(t, s, contoso)
	o := back(t, s, yes(begin(t, s, token), contoso))
	for range 7 {
		c.now = c.now.Add(11 * time.Minute)
		if n, err := s.RunDue(t.Context()); n != 1 || err != nil {
			t.Fatalf("took %d, %v", n, err)
		}
	}
	o, err := s.OutcomeOf(t.Context(), o.Receipt)
	if err != nil || o.Result != consent.Unproven {
		t.Errorf("outcome = %+v, %v", o, err)
	}
	if got := state(t, s, contoso); got != tenant.StateInvited {
		t.Errorf("state = %s, want invited: the link still works", got)
	}
	if n, _ := s.RunDue(t.Context()); n != 0 {
		t.Errorf("%d attempts are still read", n)
	}
}

// An anonymous return must not talk a connected tenant down.
func TestReturnDoesNotUndoWhatWasRead(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	back(t, s, yes(begin(t, s, token), contoso))
	_, second := link(t, s, contoso)
	back(t, s, consent.Params{State: begin(t, s, second), Error: "access_denied"})
	c.fails[contoso] = errs.Unavailable
	back(t, s, yes(begin(t, s, second), contoso))
	if got := state(t, s, contoso); got != tenant.StateConnected {
		t.Errorf("state = %s", got)
	}
	if open, _ := s.Store.Standings(t.Context(), contoso, false); len(open) != len(all()) {
		t.Errorf("%d grants after a failed look, want %d", len(open), len(all()))
	}
}

func TestDriftBothWays(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...)
	_, token := link(t, s, contoso)
	back(t, s, yes(begin(t, s, token), contoso))

	c.now = start.Add(24 * time.Hour)
	apps := app("DeviceManagementApps.Read.All")
	less := slices.DeleteFunc(slices.Clone(all()), func(p permission.Permission) bool { return p == apps })
	c.grants[contoso] = whole(append(less, app("Mail.ReadWrite"))...)
	r, err := s.Reread(t.Context(), contoso)
	if err != nil || r.State != tenant.StatePartial || r.Missing != 1 || r.Surplus != 1 {
		t.Fatalf("reading = %+v, %v", r, err)
	}
	standing := standings(t, s, false)
	if standing[apps] != consent.StandingMissing || standing[app("Mail.ReadWrite")] != consent.StandingSurplus {
		t.Errorf("standings = %v", standing)
	}
	if past := standings(t, s, true); past[apps] != consent.StandingGranted {
		t.Errorf("past = %v", past)
	}

	c.now = start.Add(48 * time.Hour)
	c.fails[contoso] = errs.Timeout
	if r, err := s.Reread(t.Context(), contoso); err != nil || r.State != "" || r.Problem != "Microsoft did not answer in time." {
		t.Errorf("failed look = %+v, %v", r, err)
	}
	if got := state(t, s, contoso); got != tenant.StatePartial {
		t.Errorf("state after a failed look = %s", got)
	}
	v, _ := s.View(t.Context(), contoso)
	if v.LastAny.Whole() || !v.LastFull.At.Equal(start.Add(24*time.Hour)) || !v.Tenant.StateReadAt.Equal(start.Add(24*time.Hour)) {
		t.Errorf("a failed look counts as reading: any %+v, full %+v", v.LastAny, v.LastFull)
	}

	delete(c.fails, contoso)
	delete(c.grants, contoso) // the service principal was deleted
	c.now = start.Add(72 * time.Hour)
	if r, err := s.Reread(t.Context(), contoso); err != nil || r.State != tenant.StateWithdrawn {
		t.Errorf("reading = %+v, %v", r, err)
	}
	if got := state(t, s, contoso); got != tenant.StateWithdrawn {
		t.Errorf("state = %s", got)
	}
	for p, st := range standings(t, s, false) {
		if st != consent.StandingMissing {
			t.Errorf("%s is %s after withdrawal", p.Name, st)
		}
	}

	c.grants[contoso] = whole(all()...)
	c.now = start.Add(96 * time.Hour)
	before := len(c.synced)
	s.Reread(t.Context(), contoso)
	if got := state(t, s, contoso); got != tenant.StateConnected || len(c.synced) != before+1 {
		t.Errorf("state = %s, syncs %d", got, len(c.synced)-before)
	}
}

func TestIncompleteReadingIsNotConnected(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	for name, g := range map[string]consent.Grants{
		"delegated not read": {Held: all(), ApplicationRead: true},
		"nothing read":       {Held: all()},
	} {
		c.grants[contoso] = g
		if r, err := s.Reread(t.Context(), contoso); err != nil || r.State == tenant.StateConnected || r.Whole() {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if got := state(t, s, contoso); got == tenant.StateConnected {
		t.Errorf("state = %s", got)
	}
}

// Tenants that consented before the portal knew them are measured by the suggested features.
func TestRereadOfATenantWithoutAWish(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	a, d := permission.Plan(permission.Suggested())
	c.grants[fabrikam] = whole(slices.Concat(a, d)...)
	if r, err := s.Reread(t.Context(), fabrikam); err != nil || r.State != tenant.StateConnected {
		t.Fatalf("reading = %+v, %v", r, err)
	}
	if got, _ := s.Store.Wish(t.Context(), fabrikam); len(got) != len(permission.Suggested()) {
		t.Errorf("wish = %v", got)
	}
}

func TestLinkEnds(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	l, token := link(t, s, contoso)
	st := begin(t, s, token)
	if err := s.RevokeLink(t.Context(), who, contoso, l.ID); err != nil {
		t.Fatal(err)
	}
	if got := state(t, s, contoso); got != tenant.StateUnconsented {
		t.Errorf("state = %s", got)
	}
	c.grants[contoso] = whole(all()...)
	if o := back(t, s, yes(st, contoso)); o.Result != consent.Revoked {
		t.Errorf("return of a revoked link: %s", o.Result)
	}
	if _, err := s.Begin(t.Context(), token, permission.English); !errors.Is(err, errs.Gone) {
		t.Errorf("begin: %v", err)
	}
	if err := s.RevokeLink(t.Context(), who, contoso, l.ID); !errors.Is(err, errs.Conflict) {
		t.Errorf("revoke twice: %v", err)
	}
	_, second := link(t, s, contoso)
	c.now = start.Add(8 * 24 * time.Hour)
	if _, err := s.Begin(t.Context(), second, permission.English); !errors.Is(err, errs.Gone) {
		t.Errorf("begin with an expired link: %v", err)
	}
	if err := s.Store.UninviteExpiredAcrossTenants(t.Context(), c.now); err != nil || state(t, s, contoso) != tenant.StateUnconsented {
		t.Errorf("state = %s, %v", state(t, s, contoso), err)
	}
	for _, bad := range []string{"", "x", strings.Repeat("A", 43), "../../etc", strings.Repeat("é", 43)} {
		if _, _, err := s.Open(t.Context(), bad); !errors.Is(err, errs.NotFound) {
			t.Errorf("Open(%q): %v", bad, err)
		}
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s, _ := service(t)
	for name, change := range map[string]func(*consent.Order){
		"feature":  func(o *consent.Order) { o.Features = []permission.Feature{"mailboxes"} },
		"language": func(o *consent.Order) { o.Language = "tlh" },
		"forever":  func(o *consent.Order) { o.Valid = 365 * 24 * time.Hour },
		"negative": func(o *consent.Order) { o.Valid = -time.Hour },
		"novel":    func(o *consent.Order) { o.Message = strings.Repeat("é", 501) },
	} {
		o := order()
		change(&o)
		if _, _, err := s.CreateLink(t.Context(), who, contoso, o); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: error = %v, want Invalid", name, err)
		}
	}
}

func TestAddTenant(t *testing.T) {
	t.Parallel()
	s, _ := service(t)
	tn, _, err := s.AddTenant(t.Context(), who, " CONTOSO.example ")
	if err != nil || tn.ID != contoso || tn.DefaultDomain != "contoso.example" {
		t.Errorf("AddTenant = %+v, %v", tn, err)
	}
	if tn, _, err := s.AddTenant(t.Context(), who, contoso.String()); err != nil || tn.DefaultDomain != "contoso.example" {
		t.Errorf("by GUID = %+v, %v", tn, err)
	}
	if _, _, err := s.AddTenant(t.Context(), who, "nowhere.example"); !errors.Is(err, errs.NotFound) {
		t.Errorf("unknown domain: %v", err)
	}
}

// Making a customer known and letting its maker see it is one step: there is no customer that nobody reaches.
func TestAddedTenantIsItsMakers(t *testing.T) {
	t.Parallel()
	pool, c, ctx := pgtest.New(t), &cloud{now: start}, t.Context()
	s := consent.NewService(consent.Deps{Store: consent.NewStore(pool), Authority: c, Reader: c, Journal: c, Now: func() time.Time { return c.now }})
	people := tenant.NewStore(pool, who.Tenant, nil)
	id, err := people.CreateStaff(ctx, tenant.Staff{UPN: "anna@firstup.example", Role: tenant.RoleTechnician, Reach: tenant.ReachChosen})
	if err != nil {
		t.Fatal(err)
	}
	anna := tenant.Person{StaffID: id, UPN: "anna@firstup.example", Role: tenant.RoleTechnician}
	if _, made, err := s.AddTenant(ctx, anna, "contoso.example"); err != nil || !made {
		t.Fatalf("made %t, %v", made, err)
	}
	if st, err := people.GetStaff(ctx, tenant.Everything(), id); err != nil || !slices.Equal(st.Tenants, []tenant.ID{contoso}) {
		t.Errorf("she sees %v (%v)", st.Tenants, err)
	}
	if _, err := pool.Raw().Exec(ctx, `ALTER TABLE staff_tenant RENAME TO elsewhere`); err != nil {
		t.Fatal(err)
	}
	if _, made, err := s.AddTenant(ctx, anna, "fabrikam.example"); err == nil || made {
		t.Errorf("not assigned, and yet made %t (%v)", made, err)
	}
	if _, err := s.Store.Tenant(ctx, fabrikam); !errors.Is(err, errs.NotFound) {
		t.Errorf("a customer that nobody sees is there: %v", err)
	}
}

// Two tenants, every method of the store: what is done as one never shows as the other.
func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	c.grants[contoso] = whole(all()...)
	l, token := link(t, s, contoso)
	back(t, s, yes(begin(t, s, token), contoso))
	other, _ := link(t, s, contoso)
	ctx := t.Context()

	if ls, err := s.Store.Links(ctx, fabrikam); err != nil || len(ls) != 0 {
		t.Errorf("Links = %v, %v", ls, err)
	}
	if _, err := s.Store.Link(ctx, fabrikam, l.ID); !errors.Is(err, errs.NotFound) {
		t.Errorf("Link: %v", err)
	}
	if err := s.Store.RevokeLink(ctx, fabrikam, other.ID, "x", c.now); !errors.Is(err, errs.NotFound) {
		t.Errorf("RevokeLink: %v", err)
	}
	if f, err := s.Store.Wish(ctx, fabrikam); err != nil || f != nil {
		t.Errorf("Wish = %v, %v", f, err)
	}
	for _, past := range []bool{false, true} {
		if st, err := s.Store.Standings(ctx, fabrikam, past); err != nil || len(st) != 0 {
			t.Errorf("Standings = %v, %v", st, err)
		}
		if r, err := s.Store.Latest(ctx, fabrikam, past); err != nil || r != nil {
			t.Errorf("Latest = %v, %v", r, err)
		}
	}
	if tn, err := s.Store.Tenant(ctx, fabrikam); err != nil || tn.State != tenant.StateUnconsented {
		t.Errorf("Tenant = %+v, %v", tn, err)
	}
	if _, err := s.Store.Tenant(ctx, attacker); !errors.Is(err, errs.NotFound) {
		t.Errorf("unknown tenant: %v", err)
	}
	c.grants[fabrikam] = whole(app("Organization.Read.All"))
	if _, err := s.Reread(ctx, fabrikam); err != nil {
		t.Fatal(err)
	}
	if open, _ := s.Store.Standings(ctx, contoso, false); len(open) != len(all()) {
		t.Errorf("a reading of Fabrikam changed Contoso's grants: %v", open)
	}
	if l, err := s.Store.Link(ctx, contoso, other.ID); err != nil || l.RevokedAt != nil {
		t.Errorf("link = %+v, %v", l, err)
	}
}

func TestTooManyOpenAttempts(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	_, token := link(t, s, contoso)
	for range 50 {
		begin(t, s, token)
	}
	if _, err := s.Begin(t.Context(), token, permission.English); !errors.Is(err, errs.TooMany) {
		t.Errorf("error = %v, want TooMany", err)
	}
	c.now = c.now.Add(2 * time.Hour)
	begin(t, s, token)
}

func TestEverythingIsAudited(t *testing.T) {
	t.Parallel()
	s, c := service(t)
	var told []string // whoever explains failures is told of them, and of what works again
	s.Refused = func(_ context.Context, _ tenant.ID, o consent.Outcome) {
		told = append(told, "refused: "+string(o.Result))
	}
	s.Accepted = func(context.Context, tenant.ID, time.Time) { told = append(told, "accepted") }
	s.Proved = func(context.Context, tenant.ID, time.Time) { told = append(told, "proved") }
	s.Failed = func(context.Context, tenant.ID, consent.Reading, error) { told = append(told, "failed") }
	l, token := link(t, s, contoso)
	if r, err := s.Decline(t.Context(), token, permission.Greek); err != nil || r == "" {
		t.Fatal(err)
	}
	if state(t, s, contoso) != tenant.StateDeclined {
		t.Errorf("state = %s", state(t, s, contoso))
	}
	back(t, s, yes(begin(t, s, token), contoso))
	c.grants[contoso] = whole(all()...)
	back(t, s, yes(begin(t, s, token), contoso))
	second, _ := link(t, s, contoso)
	s.RevokeLink(t.Context(), who, contoso, second.ID)
	_ = l
	want := []string{"tenant.added", "tenant.added", "consent.link.created", "consent.returned", "consent.begun", "consent.unconfirmed", "consent.begun", "consent.read", "consent.link.created", "consent.link.revoked"}
	if !slices.Equal(c.events, want) {
		t.Errorf("events = %v\n  want = %v", c.events, want)
	}
	c.fails[contoso] = errs.Unavailable
	if _, err := s.Reread(t.Context(), contoso); err != nil {
		t.Fatal(err)
	}
	if want := []string{"refused: declined", "failed", "proved", "accepted", "failed"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}

func standings(t *testing.T, s *consent.Service, past bool) map[permission.Permission]string {
	t.Helper()
	list, err := s.Store.Standings(t.Context(), contoso, past)
	if err != nil {
		t.Fatal(err)
	}
	m := map[permission.Permission]string{}
	for _, st := range list {
		m[st.Permission] = st.Standing
	}
	return m
}
