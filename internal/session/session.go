// Package session keeps who signed in where: server-side sessions in Postgres behind an opaque cookie, sign-ins under way, and refresh
// tokens as ciphertext.
//
// It does not sign anybody in (internal/entra does) and decides nothing about what a person may do (internal/tenant does).
package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Sealer encrypts what is stored, bound to a tenant and a column; internal/keyset is one.
type Sealer interface {
	Seal(plaintext []byte, tid tenant.ID, column string) ([]byte, error)
	Open(ciphertext []byte, tid tenant.ID, column string) ([]byte, error)
}

// Options of sessions. Zero values mean the defaults.
type Options struct {
	Secure   bool          // the portal is reached by https: __Host- cookie with Secure
	Idle     time.Duration // a session that nobody used for so long is over; default 2 h
	Lifetime time.Duration // a session is over after so long, used or not; default 12 h
	Now      func() time.Time
}

// Sessions is the portal's set of sessions.
type Sessions struct {
	scs    *scs.SessionManager
	pool   *postgres.Pool
	keys   Sealer
	renew  Renew
	secure bool
	life   time.Duration
	now    func() time.Time

	mu      sync.Mutex
	checked map[string]time.Time
}

// New makes the set. Renew gets new access tokens; it may be nil where none are needed.
func New(pool *postgres.Pool, keys Sealer, renew Renew, o Options) *Sessions {
	if o.Idle == 0 {
		o.Idle = 2 * time.Hour
	}
	if o.Lifetime == 0 {
		o.Lifetime = 12 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := scs.New()
	m.Lifetime = o.Lifetime
	m.Store = &store{pool: pool.Raw(), idle: o.Idle, now: o.Now}
	m.HashTokenInStore = true
	m.Cookie.Name = CookieName(o.Secure)
	m.Cookie.Secure = o.Secure
	m.Cookie.HttpOnly = true
	m.Cookie.Path = "/"
	m.Cookie.SameSite = http.SameSiteLaxMode // the return from Microsoft is a cross-site navigation
	return &Sessions{scs: m, pool: pool, keys: keys, renew: renew, secure: o.Secure, life: o.Lifetime, now: o.Now, checked: map[string]time.Time{}}
}

// CookieName is the session cookie's: the prefix __Host- keeps other hosts of the domain from setting it.
func CookieName(secure bool) string {
	if secure {
		return "__Host-tenantry"
	}
	return "tenantry"
}

// Secure tells whether cookies are for https only.
func (s *Sessions) Secure() bool { return s.secure }

// Load reads a request's session before next and writes it before the first byte of the answer. Faults of the database go to onError.
func (s *Sessions) Load(onError func(w http.ResponseWriter, r *http.Request, err error)) func(next http.Handler) http.Handler {
	s.scs.ErrorFunc = onError
	return s.scs.LoadAndSave
}

// SignIn is one sign-in of a session at a tenant's authority. It holds no token.
type SignIn struct {
	Tenant    tenant.ID `json:"tenant"`
	ObjectID  string    `json:"oid"`
	Subject   string    `json:"sub"`
	Name      string    `json:"name,omitempty"`
	UPN       string    `json:"upn,omitempty"`
	Guest     bool      `json:"guest,omitempty"`
	Admin     bool      `json:"admin,omitempty"` // Global Administrator by the token
	LoginHint string    `json:"hint,omitempty"`
	At        time.Time `json:"at"`
	Until     time.Time `json:"until"`
	AuthTime  time.Time `json:"auth,omitzero"` // when the person proved at Microsoft who they are, by the token; zero: it did not say
}

// Identity is the sign-in's person in the words of internal/tenant.
func (in SignIn) Identity() tenant.Identity {
	return tenant.Identity{Tenant: in.Tenant, ObjectID: in.ObjectID, Subject: in.Subject, Name: in.Name, UPN: in.UPN, Guest: in.Guest, DirectoryAdmin: in.Admin}
}

// Open tells whether the sign-in still counts.
func (in SignIn) Open(now time.Time) bool { return now.Before(in.Until) }

// content is what a session holds. The first sign-in is the person; the others are the same person's at customers' authorities.
type content struct {
	ID      string    `json:"id"`    // names the session in tables; unlike the cookie's value it opens nothing and outlives renewals
	Since   time.Time `json:"since"` // when it began, by the database's clock
	SignIns []SignIn  `json:"signins"`
	Flash   *Flash    `json:"flash,omitempty"`
}

// Flash is a sentence to be shown on the next page.
type Flash struct{ Kind, Title, Text string }

const key = "s"

func (s *Sessions) read(ctx context.Context) content {
	var c content
	if b := s.scs.GetBytes(ctx, key); b != nil && json.Unmarshal(b, &c) != nil {
		return content{} // a version that cannot be read is a session that is over
	}
	return c
}

func (s *Sessions) write(ctx context.Context, c content) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	s.scs.Put(ctx, key, b)
	return nil
}

// Current is the person of the session; ok is false when nobody is signed in.
func (s *Sessions) Current(ctx context.Context) (in SignIn, ok bool) {
	c := s.read(ctx)
	if len(c.SignIns) == 0 || !c.SignIns[0].Open(s.now()) {
		return SignIn{}, false
	}
	return c.SignIns[0], true
}

// Facts name the session and say when it began, by the database's clock, and by tenant when the person proved there who they are; a tenant
// where the sign-in is over, or where Microsoft did not say, is missing.
func (s *Sessions) Facts(ctx context.Context) (id string, since time.Time, proved map[tenant.ID]time.Time) {
	c := s.read(ctx)
	proved = map[tenant.ID]time.Time{}
	for _, in := range c.SignIns {
		if in.Open(s.now()) && !in.AuthTime.IsZero() {
			proved[in.Tenant] = in.AuthTime
		}
	}
	return c.ID, c.Since, proved
}

// SignIns are all sign-ins of the session, the person's own first; those that are over are among them, so that pages can offer to renew them.
func (s *Sessions) SignIns(ctx context.Context) []SignIn { return s.read(ctx).SignIns }

// At finds the open sign-in at a tenant.
func (s *Sessions) At(ctx context.Context, tid tenant.ID) (SignIn, bool) {
	for _, in := range s.read(ctx).SignIns {
		if in.Tenant == tid && in.Open(s.now()) {
			return in, true
		}
	}
	return SignIn{}, false
}

// Replace makes a fresh session for a person and ends what was there. A person who signs in again goes on in the same session, with their
// sign-ins at customers.
func (s *Sessions) Replace(ctx context.Context, in SignIn, refresh string) error {
	c := s.read(ctx)
	keep := []SignIn{}
	if len(c.SignIns) > 0 && c.SignIns[0].Tenant == in.Tenant && c.SignIns[0].ObjectID == in.ObjectID {
		keep = c.SignIns[1:]
	} else {
		if err := s.forgetTokens(ctx, c.ID); err != nil {
			return err
		}
		c = content{ID: newID()}
		if err := s.pool.Raw().QueryRow(ctx, `SELECT now()`).Scan(&c.Since); err != nil {
			return fmt.Errorf("begin session: %w", postgres.Kind(err))
		}
	}
	c.SignIns = append([]SignIn{in}, keep...)
	return s.renewed(ctx, c, in, refresh)
}

// Add puts a sign-in at a customer's authority beside the person's own.
func (s *Sessions) Add(ctx context.Context, in SignIn, refresh string) error {
	c := s.read(ctx)
	if len(c.SignIns) == 0 {
		return s.Replace(ctx, in, refresh)
	}
	rest := slices.DeleteFunc(slices.Clone(c.SignIns[1:]), func(old SignIn) bool { return old.Tenant == in.Tenant })
	c.SignIns = append([]SignIn{c.SignIns[0]}, append(rest, in)...)
	if len(c.SignIns) > maxSignIns {
		c.SignIns = slices.Delete(c.SignIns, 1, 2)
	}
	return s.renewed(ctx, c, in, refresh)
}

// maxSignIns bounds what a session may grow to.
const maxSignIns = 50

// renewed writes the session under a new cookie value, so that nobody who knew the old one comes along (session fixation).
func (s *Sessions) renewed(ctx context.Context, c content, in SignIn, refresh string) error {
	if err := s.scs.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	if err := s.keepToken(ctx, c.ID, in, refresh); err != nil {
		return err
	}
	return s.write(ctx, c)
}

// End ends the session on the server, with its refresh tokens.
func (s *Sessions) End(ctx context.Context) error {
	if err := s.forgetTokens(ctx, s.read(ctx).ID); err != nil {
		return err
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", postgres.Kind(err))
	}
	return nil
}

// Drop ends one sign-in; when it is the person's own, all of the session.
func (s *Sessions) Drop(ctx context.Context, tid tenant.ID) error {
	c := s.read(ctx)
	if len(c.SignIns) == 0 || c.SignIns[0].Tenant == tid {
		return s.End(ctx)
	}
	c.SignIns = slices.DeleteFunc(c.SignIns, func(in SignIn) bool { return in.Tenant == tid })
	if _, err := s.pool.In(tid).Exec(ctx, `DELETE FROM signin_token WHERE tenant_id = $1 AND session_id = $2`, tid, c.ID); err != nil {
		return fmt.Errorf("drop sign-in: %w", postgres.Kind(err))
	}
	return s.write(ctx, c)
}

// SetFlash keeps a sentence for the next page.
func (s *Sessions) SetFlash(ctx context.Context, f Flash) error {
	c := s.read(ctx)
	c.Flash = &f
	return s.write(ctx, c)
}

// TakeFlash gives the sentence once.
func (s *Sessions) TakeFlash(ctx context.Context) *Flash {
	c := s.read(ctx)
	f := c.Flash
	if f == nil {
		return nil
	}
	c.Flash = nil
	if s.write(ctx, c) != nil {
		return nil
	}
	return f
}

// Sweep deletes what is over: sessions, tokens and sign-ins under way. Call it every few minutes from one place.
func (s *Sessions) Sweep(ctx context.Context) error {
	now := s.now()
	if _, err := s.pool.Raw().Exec(ctx, `DELETE FROM session WHERE expires_at < $1`, now); err != nil {
		return fmt.Errorf("sweep sessions: %w", postgres.Kind(err))
	}
	// These two are tenants' tables: row-level security shows them to nobody who does not say for which tenants.
	everywhere := s.pool.In(tenant.Everything())
	if _, err := everywhere.Exec(ctx, `DELETE FROM signin_token WHERE expires_at < $1`, now); err != nil {
		return fmt.Errorf("sweep tokens: %w", postgres.Kind(err))
	}
	if _, err := everywhere.Exec(ctx, `DELETE FROM signin_tx WHERE created_at < $1`, now.Add(-txLife)); err != nil {
		return fmt.Errorf("sweep sign-ins: %w", postgres.Kind(err))
	}
	return nil
}

func newID() string {
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}
