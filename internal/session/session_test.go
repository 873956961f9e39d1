package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/withdrawal"
)

func parse(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

var (
	firstUp  = parse("f1a50000-0000-4000-8000-000000000001")
	contoso  = parse("c0a70500-0000-4000-8000-000000000002")
	fabrikam = parse("fab41ca0-0000-4000-8000-000000000003")
)

const (
	anna = "aaaaaaaa-0000-4000-8000-00000000000a"
	ben  = "bbbbbbbb-0000-4000-8000-00000000000b"
)

// rig is a set of sessions with a clock, and a browser's cookie.
type rig struct {
	*session.Sessions
	t      *testing.T
	pool   *postgres.Pool
	now    time.Time
	cookie *http.Cookie
	renew  session.Renew
}

func newRig(t *testing.T, secure bool) *rig {
	t.Helper()
	g := &rig{t: t, pool: pgtest.New(t), now: time.Now().UTC().Truncate(time.Second)}
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	g.Sessions = session.New(g.pool, keys, func(ctx context.Context, in session.SignIn, refresh string, scopes ...string) (session.Renewed, error) {
		return g.renew(ctx, in, refresh, scopes...)
	}, session.Options{Secure: secure, Now: func() time.Time { return g.now }})
	return g
}

// do runs f inside a request of the browser, and keeps the cookie that comes back.
func (g *rig) do(f func(ctx context.Context)) *http.Response {
	g.t.Helper()
	h := g.Load(func(w http.ResponseWriter, _ *http.Request, err error) { g.t.Error(err) })(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f(r.Context())
	}))
	r := httptest.NewRequest("GET", "/", nil)
	if g.cookie != nil {
		r.AddCookie(g.cookie)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		g.cookie = c
		if c.MaxAge < 0 {
			g.cookie = nil
		}
	}
	return w.Result()
}

func (g *rig) signIn(tid tenant.ID, oid string) session.SignIn {
	return session.SignIn{Tenant: tid, ObjectID: oid, Subject: "sub " + oid, UPN: oid[:4] + "@x.example", At: g.now, Until: g.now.Add(8 * time.Hour)}
}

func (g *rig) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *rig) signedIn() (in session.SignIn, ok bool) {
	g.do(func(ctx context.Context) { in, ok = g.Current(ctx) })
	return in, ok
}

func TestCookie(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{true, false} {
		g := newRig(t, secure)
		if res := g.do(func(context.Context) {}); len(res.Cookies()) != 0 {
			t.Error("a visitor who did nothing got a session")
		}
		g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "")) })
		c := g.cookie
		name := map[bool]string{true: "__Host-tenantry", false: "tenantry"}[secure]
		if c == nil || c.Name != name || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie = %+v", c)
		}
		var stored int
		g.must(g.pool.Raw().QueryRow(t.Context(), `SELECT count(*) FROM session WHERE token_hash = $1 OR position($1::bytea IN content) > 0`, c.Value).Scan(&stored))
		if stored != 0 {
			t.Error("the table holds the cookie's value")
		}
	}
}

// 21: a session that somebody planted before sign-in is not the one afterwards.
func TestFixation(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.SetFlash(ctx, session.Flash{Title: "x"})) })
	planted := g.cookie
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "")) })
	own := g.cookie
	if own.Value == planted.Value {
		t.Fatal("the cookie's value survived the sign-in")
	}
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, ben), "")) })
	if g.cookie.Value == own.Value {
		t.Error("the cookie's value survived the sign-in at another tenant")
	}
	for _, old := range []*http.Cookie{planted, own, {Name: "__Host-tenantry", Value: "guess"}} {
		g.cookie = old
		if _, ok := g.signedIn(); ok {
			t.Error("an old cookie is signed in")
		}
	}
}

func TestEndIsFinal(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "refresh")) })
	stolen := *g.cookie
	// A slow request loads the session, then the person signs out, then the slow request writes.
	g.do(func(slow context.Context) {
		g.do(func(ctx context.Context) { g.must(g.End(ctx)) })
		g.must(g.SetFlash(slow, session.Flash{Title: "late"}))
	})
	g.cookie = &stolen
	if _, ok := g.signedIn(); ok {
		t.Error("a session that was ended lives")
	}
	if n := g.tokens(); n != 0 {
		t.Errorf("%d refresh tokens survived the sign-out", n)
	}
}

func (g *rig) tokens() (n int) {
	g.must(g.pool.Raw().QueryRow(g.t.Context(), `SELECT count(*) FROM signin_token`).Scan(&n))
	return n
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		steps []time.Duration
		alive bool
	}{
		"used every hour":             {[]time.Duration{time.Hour, time.Hour, time.Hour}, true},
		"idle for over two hours":     {[]time.Duration{time.Hour, 2*time.Hour + time.Minute}, false},
		"used for over eight hours":   {[]time.Duration{90 * time.Minute, 90 * time.Minute, 90 * time.Minute, 90 * time.Minute, 90 * time.Minute, 31 * time.Minute}, false},
		"used for nearly eight hours": {[]time.Duration{90 * time.Minute, 90 * time.Minute, 90 * time.Minute, 90 * time.Minute, 90 * time.Minute, 29 * time.Minute}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig(t, true)
			g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "")) })
			ok := false
			for _, d := range tc.steps {
				g.now = g.now.Add(d)
				_, ok = g.signedIn()
			}
			if ok != tc.alive {
				t.Errorf("signed in = %v, want %v", ok, tc.alive)
			}
		})
	}
}

func TestSeveralSignIns(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home")) })
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, anna), "at contoso")) })
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(fabrikam, anna), "at fabrikam")) })
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, anna), "at contoso again")) })
	g.do(func(ctx context.Context) {
		if all := g.SignIns(ctx); len(all) != 3 || all[0].Tenant != firstUp {
			t.Errorf("sign-ins = %+v", all)
		}
	})
	if n := g.tokens(); n != 3 {
		t.Errorf("%d tokens", n)
	}
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home again")) })
	g.do(func(ctx context.Context) {
		if all := g.SignIns(ctx); len(all) != 3 {
			t.Errorf("the same person's sign-ins at customers are to stay: %+v", all)
		}
		g.must(g.Drop(ctx, contoso))
	})
	if n := g.tokens(); n != 2 {
		t.Errorf("%d tokens after dropping one", n)
	}
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, ben), "ben")) })
	g.do(func(ctx context.Context) {
		if all := g.SignIns(ctx); len(all) != 1 || all[0].ObjectID != ben {
			t.Errorf("another person took over sign-ins: %+v", all)
		}
	})
	if n := g.tokens(); n != 1 {
		t.Errorf("%d tokens after another person signed in", n)
	}
}

func TestDelegatedToken(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	got := []string{}
	g.renew = func(_ context.Context, in session.SignIn, refresh string, scopes ...string) (session.Renewed, error) {
		got = append(got, in.Tenant.String()+" "+refresh+" "+strings.Join(scopes, ","))
		return session.Renewed{Access: "access", Refresh: refresh + "+"}, nil
	}
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home-canary")) })
	g.do(func(ctx context.Context) {
		for range 2 {
			if tok, err := g.DelegatedToken(ctx, firstUp, "Scope.A"); err != nil || tok != "access" {
				t.Errorf("DelegatedToken = %q, %v", tok, err)
			}
		}
		if _, err := g.DelegatedToken(ctx, contoso, "Scope.A"); !errors.Is(err, errs.Unauthorised) {
			t.Errorf("at a tenant without sign-in: error = %v", err)
		}
	})
	if want := []string{firstUp.String() + " home-canary Scope.A", firstUp.String() + " home-canary+ Scope.A"}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("renewed %q, want the newest token each time: %q", got, want)
	}
	var plain int
	g.must(g.pool.Raw().QueryRow(t.Context(), `SELECT count(*) FROM signin_token WHERE position('canary'::bytea IN refresh) > 0`).Scan(&plain))
	if plain != 0 {
		t.Error("a refresh token is stored as it is")
	}
	// A row that was moved to another tenant or person does not open: the ciphertext is bound to both.
	_, err := g.pool.Raw().Exec(t.Context(), `UPDATE signin_token SET tenant_id = $1`, contoso)
	g.must(err)
	g.do(func(ctx context.Context) {
		g.must(g.Add(ctx, session.SignIn{Tenant: contoso, ObjectID: ben, Until: g.now.Add(time.Hour)}, ""))
	})
	_, err = g.pool.Raw().Exec(t.Context(), `UPDATE signin_token SET object_id = $1`, ben)
	g.must(err)
	g.do(func(ctx context.Context) {
		if tok, err := g.DelegatedToken(ctx, contoso, "Scope.A"); err == nil {
			t.Errorf("a moved row opened: %q", tok)
		}
	})
}

// A consent that was taken back ends what anybody could do in the tenant by a sign-in, also one that is renewed while it happens, and one
// that comes later. Other tenants, and a new consent, have nothing to do with it.
// TestFacts: a person who proves anew who they are goes on in the same session; somebody else begins another.
func TestFacts(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	facts := func() (id string, since time.Time, proved map[tenant.ID]time.Time) {
		g.do(func(ctx context.Context) { id, since, proved = g.Facts(ctx) })
		return id, since, proved
	}
	if id, _, proved := facts(); id != "" || len(proved) > 0 {
		t.Errorf("nobody: %q, %v", id, proved)
	}
	in := g.signIn(firstUp, anna)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, in, "")) })
	id, since, proved := facts()
	if id == "" || since.IsZero() || len(proved) > 0 {
		t.Errorf("a token that does not say when: %q, %v, %v", id, since, proved)
	}
	in.AuthTime = g.now
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, in, "")) })
	if again, then, proved := facts(); again != id || !then.Equal(since) || !proved[firstUp].Equal(g.now) {
		t.Errorf("anew: %q, %v, %v", again, then, proved)
	}
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, ben), "")) })
	if other, _, proved := facts(); other == id || len(proved) > 0 {
		t.Errorf("somebody else: %q, %v", other, proved)
	}
}

func TestConsentTakenBackForgetsSignIns(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	chain := audit.NewStore(g.pool)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		_, err := g.pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name, state) VALUES ($1, 'Northwind', 'connected')`, tid)
		g.must(err)
	}
	service := withdrawal.NewService(withdrawal.Deps{Store: withdrawal.NewStore(g.pool), Audit: chain,
		Stop: func(context.Context, tenant.ID) error { return nil }, Keeps: func(context.Context) (int, error) { return 400, nil }})
	withdraw := func() {
		_, err := service.Withdraw(t.Context(), tenant.Person{Tenant: contoso, ObjectID: ben}, tenant.Tenant{ID: contoso, DisplayName: "Northwind"}, withdrawal.Order{Name: "Northwind"})
		g.must(err)
	}
	renewing := withdraw // it falls into the first renewal
	g.renew = func(_ context.Context, _ session.SignIn, refresh string, _ ...string) (session.Renewed, error) {
		if renewing != nil {
			renewing()
			renewing = nil
		}
		return session.Renewed{Access: "access", Refresh: refresh + "+"}, nil
	}
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(contoso, anna), "at Contoso")) })
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(fabrikam, anna), "at Fabrikam")) })
	use := func(tid tenant.ID) (err error) {
		g.do(func(ctx context.Context) { _, err = g.DelegatedToken(ctx, tid, "Scope.A") })
		return err
	}
	g.must(use(contoso)) // Microsoft had answered already
	if n := g.tokens(); n != 1 {
		t.Errorf("%d refresh tokens are kept, want that of Fabrikam only", n)
	}
	if err := use(contoso); !errors.Is(err, errs.Forbidden) {
		t.Errorf("afterwards: %v", err)
	}
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, anna), "again")) })
	if err := use(contoso); !errors.Is(err, errs.Forbidden) || g.tokens() != 1 {
		t.Errorf("after signing in again: %v, %d refresh tokens", err, g.tokens())
	}
	g.must(use(fabrikam))
	_, err := g.pool.In(contoso).Exec(t.Context(), `UPDATE tenant SET withdrawn_at = NULL WHERE tenant_id = $1`, contoso)
	g.must(err)
	if err := use(contoso); !errors.Is(err, errs.Unauthorised) {
		t.Errorf("consented again, not signed in again: %v", err)
	}
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, anna), "once more")) })
	g.must(use(contoso))
	if w, err := service.Store.Latest(t.Context(), contoso); err != nil || w.Rows["signin_token"] != 1 {
		t.Errorf("the proof counts %v, %v", w.Rows, err)
	}
}

// 34, 35: what Microsoft ended is over here too; what it merely refused is not.
func TestRenewalEndsTheSignIn(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home")) })
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, anna), "contoso")) })
	fault := errors.New("scope missing")
	g.renew = func(context.Context, session.SignIn, string, ...string) (session.Renewed, error) {
		return session.Renewed{}, fault
	}
	g.do(func(ctx context.Context) {
		if _, err := g.DelegatedToken(ctx, contoso, "x"); !errors.Is(err, fault) {
			t.Errorf("error = %v", err)
		}
		if _, ok := g.At(ctx, contoso); !ok {
			t.Error("a missing scope ended the sign-in")
		}
	})
	fault = fmt.Errorf("revoked: %w", session.ErrEnded)
	g.do(func(ctx context.Context) {
		if _, err := g.DelegatedToken(ctx, contoso, "x"); !errors.Is(err, errs.Unauthorised) {
			t.Errorf("error = %v", err)
		}
	})
	g.do(func(ctx context.Context) {
		if _, ok := g.At(ctx, contoso); ok {
			t.Error("an ended sign-in is still open")
		}
		if _, ok := g.Current(ctx); !ok {
			t.Error("the person's own sign-in ended too")
		}
	})
	g.now = g.now.Add(10 * time.Minute)
	g.do(func(ctx context.Context) { g.must(g.Recheck(ctx)) })
	if _, ok := g.signedIn(); !ok {
		t.Error("asked again before a quarter of an hour")
	}
	fault = errors.New("Microsoft is down")
	g.now = g.now.Add(10 * time.Minute)
	g.do(func(ctx context.Context) { g.must(g.Recheck(ctx)) })
	if _, ok := g.signedIn(); !ok {
		t.Error("an outage ended the session")
	}
	fault = session.ErrEnded
	g.now = g.now.Add(20 * time.Minute)
	g.do(func(ctx context.Context) { g.must(g.Recheck(ctx)) })
	if _, ok := g.signedIn(); ok {
		t.Error("a disabled account stays signed in")
	}
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	g, ctx := newRig(t, true), t.Context()
	start := func(state string) session.Transaction {
		tx := session.Transaction{Tenant: contoso, State: state, Nonce: "n", Verifier: "verifier-canary", Scopes: []string{"a"}, Return: "/devices?q=x"}
		g.must(g.Start(ctx, tx, "browser"))
		return tx
	}
	refused := func(what, state, binding string) {
		t.Helper()
		if _, err := g.Spend(ctx, state, binding); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: error = %v, want Invalid", what, err)
		}
	}
	tx := start("s1")
	var plain int
	g.must(g.pool.Raw().QueryRow(ctx, `SELECT count(*) FROM signin_tx WHERE position('canary'::bytea IN verifier) > 0 OR state_hash = 's1'::bytea`).Scan(&plain))
	if plain != 0 {
		t.Error("verifier or state are stored as they are")
	}
	got, err := g.Spend(ctx, "s1", "browser")
	if err != nil || got.Tenant != tx.Tenant || got.Verifier != tx.Verifier || got.Nonce != "n" || got.Return != tx.Return || len(got.Scopes) != 1 {
		t.Errorf("Spend = %+v, %v", got, err)
	}
	refused("4 replay", "s1", "browser")
	refused("3 unknown", "s0", "browser")
	start("s2")
	refused("3 another browser", "s2", "other")
	refused("3 spent by the failed one", "s2", "browser")
	start("s3")
	refused("3 no cookie", "s3", "")
	start("s4")
	g.now = g.now.Add(11 * time.Minute)
	refused("5 too old", "s4", "browser")

	start("s5")
	var wins, n sync.WaitGroup
	won := make(chan bool, 8)
	for range 8 {
		n.Go(func() {
			if _, err := g.Spend(ctx, "s5", "browser"); err == nil {
				won <- true
			}
		})
	}
	n.Wait()
	wins.Wait()
	if len(won) != 1 {
		t.Errorf("4 double submit: %d callbacks won", len(won))
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home")) })
	g.must(g.Start(t.Context(), session.Transaction{Tenant: contoso, State: "s", Return: "/"}, "b"))
	count := func() (n int) {
		g.must(g.pool.Raw().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM signin_tx) + (SELECT count(*) FROM signin_token)`).Scan(&n))
		return n
	}
	g.must(g.Sweep(t.Context()))
	if n := count(); n != 3 {
		t.Errorf("swept what lives: %d rows of 3", n)
	}
	g.now = g.now.Add(24 * time.Hour)
	g.must(g.Sweep(t.Context()))
	if n := count(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home")) })
	g.pool.Close()
	failed := false
	h := g.Load(func(w http.ResponseWriter, _ *http.Request, err error) { failed = true })(http.NotFoundHandler())
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(g.cookie)
	h.ServeHTTP(httptest.NewRecorder(), r)
	if !failed {
		t.Error("a database that is down went unnoticed")
	}
}

func TestForgetAccounts(t *testing.T) {
	t.Parallel()
	g := newRig(t, true)
	g.do(func(ctx context.Context) { g.must(g.Replace(ctx, g.signIn(firstUp, anna), "home")) })
	g.do(func(ctx context.Context) { g.must(g.Add(ctx, g.signIn(contoso, anna), "through GDAP")) })
	for _, step := range []struct {
		forget []string
		want   int64
	}{{nil, 2}, {[]string{ben}, 2}, {[]string{ben, anna}, 0}} {
		g.must(g.ForgetAccounts(t.Context(), step.forget))
		if n, err := g.KeptFor(t.Context(), []string{anna}); err != nil || n != step.want {
			t.Errorf("without %v: %d sign-ins are kept, want %d, %v", step.forget, n, step.want, err)
		}
	}
	g.do(func(ctx context.Context) {
		if _, err := g.DelegatedToken(ctx, contoso, "Scope.A"); !errors.Is(err, errs.Unauthorised) {
			t.Errorf("afterwards: %v", err)
		}
	})
}
