package serve

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// ward is a simulated cloud with one customer, in which tests break one thing at a time.
type ward struct {
	cloud   *cloudsim.Cloud
	sp      *world.ServicePrincipal
	roles   map[string]time.Time // what the customer granted
	tid     tenant.ID
	home    tenant.ID // the customer; tid may be led astray
	secret  string
	held    string                  // a token issued before anything broke
	person  bool                    // held is a guest's
	stale   bool                    // the token is older than the last grant
	granted []permission.Permission // as a complete read of the grants would say
	licence *bool
}

// heldToken is one that is not renewed.
type heldToken string

func (t heldToken) Token(context.Context, tenant.ID) (string, error) { return string(t), nil }
func (heldToken) Forget(tenant.ID)                                   {}

// asGuest holds the token of one of the partner's people whom the customer invited.
func (w *ward) asGuest() {
	c, _ := w.cloud.World.Tenant(w.home.String())
	of := w.cloud.World.Home().Users[0]
	w.cloud.World.Change(func() {
		if c.User(of.ID) == nil {
			c.Users = append(c.Users, &world.User{ID: of.ID, SignInName: of.SignInName, UserPrincipalName: of.UserPrincipalName, AccountEnabled: true, UserType: "Guest", HomeTenantID: w.cloud.World.Home().ID, ExternalUserState: "Accepted"})
		}
	})
	w.held, w.person = w.cloud.Login.UserToken(c.ID, of.SignInName, world.GraphAudience, "Organization.Read.All"), true
}

// cause is one thing that is broken in the world. The label is what was broken, whatever the answer looks like.
type cause struct {
	name  string
	label diagnose.Layer
	only  func(permission.Operation) bool // nil: all
	apply func(w *ward, op permission.Operation)
}

func fault(f world.Fault) func(*ward, permission.Operation) {
	return func(w *ward, _ permission.Operation) { w.cloud.World.Faults.Add(f) }
}

// refuses is what Entra says for that number, asked for once: it does not depend on what the token is for.
func refuses(code int, label diagnose.Layer) cause {
	return cause{"AADSTS" + strconv.Itoa(code), label, once, fault(world.Fault{Kind: "entraRefuses", Code: code})}
}

func once(op permission.Operation) bool { return op.Path == reads()[0].Path }

func ofIntune(op permission.Operation) bool { return strings.Contains(op.Path, "/device") }

func ofDefender(op permission.Operation) bool { return strings.Contains(op.Path, "/security/") }

// without takes what the operation accepts from the customer's grants.
func without(w *ward, op permission.Operation) {
	w.cloud.World.Change(func() {
		for _, p := range op.Accepts {
			delete(w.sp.Roles, p.Name)
			delete(w.sp.Roles, strings.Replace(p.Name, ".Read.", ".ReadWrite.", 1))
		}
	})
	w.read()
}

// read is what a complete read of the grants finds.
func (w *ward) read() {
	w.granted = nil
	w.cloud.World.View(func() {
		for name := range w.sp.Roles {
			w.granted = append(w.granted, permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: name})
		}
	})
}

var causes = []cause{
	{"permission missing", diagnose.LayerScope, nil, without},
	{"permission granted as delegated only", diagnose.LayerScopeKind, nil, func(w *ward, op permission.Operation) {
		without(w, op)
		w.granted = append(w.granted, permission.Permission{Resource: permission.Graph, Kind: permission.Delegated, Name: op.Accepts[0].Name})
	}},
	{"licence missing", diagnose.LayerLicence, ofIntune, func(w *ward, _ permission.Operation) {
		no := false
		w.cloud.World.Faults.Add(world.Fault{Kind: "licenceMissing"})
		w.licence = &no
	}},
	{"licence missing, licences not read", diagnose.LayerLicence, ofIntune, fault(world.Fault{Kind: "licenceMissing"})},
	{"throttled", diagnose.LayerThrottle, nil, fault(world.Fault{Kind: "throttle", Host: "graph"})},
	{"Microsoft down", diagnose.LayerNetwork, nil, fault(world.Fault{Kind: "unavailable", Host: "graph"})},
	{"gateway broken", diagnose.LayerNetwork, nil, fault(world.Fault{Kind: "unavailable", Host: "graph", Status: http.StatusBadGateway})},
	{"consent withdrawn", diagnose.LayerConsent, nil, fault(world.Fault{Kind: "consentRevoked"})},
	{"app disabled", diagnose.LayerConsent, nil, fault(world.Fault{Kind: "appDisabled"})},
	{"secret expired", diagnose.LayerApp, nil, fault(world.Fault{Kind: "secretExpired"})},
	{"secret wrong", diagnose.LayerApp, once, func(w *ward, _ permission.Operation) { w.secret = "not the secret" }},
	{"consent not spread yet", diagnose.LayerConsent, once, fault(world.Fault{Kind: "consentDelay", Seconds: 1e9})},
	{"wrong tenant", diagnose.LayerTenant, once, func(w *ward, _ permission.Operation) {
		w.tid, _ = tenant.ParseID("22222222-2222-4222-8222-222222222222")
	}},
	{"tenant suspended", diagnose.LayerTenant, once, func(w *ward, _ permission.Operation) { w.suspend(true) }},
	{"token older than the grant", diagnose.LayerToken, nil, func(w *ward, op permission.Operation) {
		without(w, op)
		w.granted, w.stale = op.Accepts, true
	}},
	{"not onboarded to Defender", diagnose.LayerLicence, ofDefender, func(w *ward, _ permission.Operation) { w.onboard(false) }},
	{"not onboarded to Defender, grants just read for the first time", diagnose.LayerLicence, ofDefender, func(w *ward, _ permission.Operation) {
		w.onboard(false)
		w.stale = true
	}},
	{"consent withdrawn, token left over", diagnose.LayerConsent, nil, func(w *ward, op permission.Operation) {
		w.held = w.cloud.Login.AppToken(w.home.String())
		fault(world.Fault{Kind: "consentRevoked"})(w, op)
	}},
	{"guest removed, token left over", diagnose.LayerAccount, nil, func(w *ward, op permission.Operation) {
		w.asGuest()
		fault(world.Fault{Kind: "guestDeleted"})(w, op)
	}},
	{"token challenged", diagnose.LayerCondition, nil, fault(world.Fault{Kind: "tokenChallenge"})},
	refuses(50072, diagnose.LayerCondition), refuses(50076, diagnose.LayerCondition), refuses(50079, diagnose.LayerCondition), refuses(50105, diagnose.LayerAccount),
	refuses(53000, diagnose.LayerCondition), refuses(53003, diagnose.LayerCondition), refuses(530034, diagnose.LayerCondition), refuses(650052, diagnose.LayerLicence),
	refuses(7000229, diagnose.LayerConsent), refuses(90038, diagnose.LayerTenant), refuses(90094, diagnose.LayerConsent), refuses(90095, diagnose.LayerConsent),
}

func admit(t *testing.T) *ward {
	t.Helper()
	cloud, err := cloudsim.New(cloudsim.Options{World: world.Options{Seed: 1, Tenants: 6}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	w := &ward{cloud: cloud}
	for _, c := range cloud.World.Tenants()[1:] {
		if sp := cloud.World.PartnerApp(c); sp != nil && c.Intune && c.Premium > 0 && w.sp == nil {
			w.sp, w.roles = sp, maps.Clone(sp.Roles)
			if w.tid, err = tenant.ParseID(c.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.home = w.tid
	if w.sp == nil {
		t.Fatal("no customer with Intune and consent")
	}
	return w
}

func (w *ward) suspend(on bool) {
	if c, ok := w.cloud.World.Tenant(w.home.String()); ok {
		w.cloud.World.Change(func() { c.Suspended = on })
	}
}

func (w *ward) onboard(on bool) {
	if c, ok := w.cloud.World.Tenant(w.home.String()); ok {
		w.cloud.World.Change(func() { c.Defender = on })
	}
}

// heal undoes what was broken.
func (w *ward) heal() {
	w.cloud.World.Faults.Clear()
	w.cloud.World.Change(func() { w.sp.AccountEnabled, w.sp.Roles = true, maps.Clone(w.roles) })
	w.suspend(false)
	w.onboard(true)
	w.licence, w.tid, w.secret, w.stale, w.held, w.person = nil, w.home, w.cloud.World.App.ClientSecret, false, "", false
	w.read()
}

// call makes the operation's call with a client and a token of its own; nil: it was answered.
func (w *ward) call(t *testing.T, op permission.Operation) *graph.Error {
	t.Helper()
	e, err := entra.New(entra.Config{Host: w.cloud.URLs().Login, ClientID: w.cloud.World.App.ClientID, Credential: entra.Secret(w.secret), RedirectURL: "http://localhost/auth/callback"})
	if err != nil {
		t.Fatal(err)
	}
	var tokens graph.Tokens = graphTokens{entra: e, resource: "https://graph.microsoft.com"}
	if w.held != "" {
		tokens = heldToken(w.held)
	}
	c, err := graph.New(w.cloud.URLs().Graph, tokens, graph.Options{Backoff: time.Microsecond, Rest: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	version, path, _ := strings.Cut(strings.TrimPrefix(strings.ReplaceAll(op.Path, "{id}", "11111111-1111-4111-8111-111111111111"), "/"), "/")
	_, err = graph.Get[json.RawMessage](t.Context(), c, w.tid, path, graph.Query{Version: version})
	if err == nil {
		return nil
	}
	var refused *graph.Error
	if !errors.As(err, &refused) {
		t.Fatalf("%s: %v", op.Path, err)
	}
	return refused
}

// reads are the catalogue's reads by the program itself, each path once.
func reads() []permission.Operation {
	var out []permission.Operation
	seen := map[string]bool{}
	for _, e := range permission.Catalogue() {
		for _, op := range e.Operations {
			if op.Method == http.MethodGet && e.Kind() == permission.Application && op.Accepts[0].Resource == permission.Graph && !seen[op.Path] {
				seen[op.Path] = true
				out = append(out, op)
			}
		}
	}
	return out
}

// TestDiagnosisOfRealRefusals breaks one thing at a time in the simulated cloud and reads what the catalogue reads. At least 95 % of the
// verdicts must name what was broken, and none that claims to be sure may name something else.
func TestDiagnosisOfRealRefusals(t *testing.T) {
	w := admit(t)
	all, right := 0, 0
	for _, c := range causes {
		for i, op := range reads() {
			if c.only != nil && !c.only(op) || c.only == nil && c.label != diagnose.LayerScope && i%3 != 0 { // what does not depend on the call need not be asked of each
				continue
			}
			if again := c.label == diagnose.LayerThrottle || c.label == diagnose.LayerNetwork; again && strings.HasSuffix(op.Path, "/auditLogs/provisioning") {
				continue // is tried again, at the pace of the one log that Microsoft allows few calls
			}
			w.heal()
			c.apply(w, op)
			refused := w.call(t, op)
			if refused == nil || refused.Kind == graph.BadAnswer {
				continue // the call does not pass what was broken
			}
			if w.stale && refused.Status == http.StatusUnauthorized {
				continue // the client has asked again with a new token, which a grant would be in
			}
			f := failureOf(refused, time.Now())
			if w.person {
				f.Kind = permission.Delegated
			}
			f.Granted, f.ReadAt, f.Licence, f.Fresh = w.granted, time.Now(), w.licence, !w.stale
			got := diagnose.Diagnose(f)
			all++
			switch {
			case got.Layer == c.label:
				right++
			case got.Confidence != diagnose.Unsure:
				t.Errorf("%s, %s: sure of %s, and wrong: %s (%v)", c.name, op.Path, got.Layer, got.Verdict, refused)
			default:
				t.Logf("%s, %s: %s (%v)", c.name, op.Path, got.Layer, refused)
			}
		}
	}
	t.Logf("%d of %d right", right, all)
	if all < 150 || right*100 < all*95 {
		t.Errorf("%d of %d verdicts are right", right, all)
	}
}

// TestLookalikes: answers of one shape and of several causes must not end in a sure verdict where what tells them apart was not read.
func TestLookalikes(t *testing.T) {
	w := admit(t)
	for _, op := range reads()[:12] {
		w.heal()
		without(w, op)
		refused := w.call(t, op)
		if refused == nil {
			t.Fatalf("%s was answered without %s", op.Path, op.Accepts[0].Name)
		}
		f := failureOf(refused, time.Now())
		f.Fresh = true
		if got := diagnose.Diagnose(f); got.Confidence != diagnose.Unsure { // the grants were never read
			t.Errorf("%s, grants unread: sure of %s", op.Path, got.Layer)
		}
		f.ReadAt, f.Granted = time.Now(), op.Accepts // granted since, and refused all the same
		if got := diagnose.Diagnose(f); got.Confidence != diagnose.Unsure || got.Layer != diagnose.LayerUnknown {
			t.Errorf("%s, granted: %s of %s", op.Path, got.Confidence, got.Layer)
		}
	}
}

// TestWordsAreKeptAsText: what the database takes, at most so long, and whole characters.
func TestWordsAreKeptAsText(t *testing.T) {
	for in, want := range map[string]string{"a\x00b\x1b[31m\nc": "ab[31m\nc", "\xffd": "\ufffdd", strings.Repeat("é", longestWords): strings.Repeat("é", longestWords/2)} {
		if got := plain(in); got != want {
			t.Errorf("%.20q became %.20q", in, got)
		}
	}
}
