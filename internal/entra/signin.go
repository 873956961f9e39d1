package entra

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"
	"golang.org/x/oauth2"

	"github.com/tenantry/tenantry/internal/tenant"
)

// GlobalAdministrator is the role template id that wids carries for a tenant's Global Administrators.
const GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// baseScopes: profile brings oid and tid, offline_access the refresh token.
var baseScopes = []string{"openid", "profile", "offline_access"}

// Tx is one sign-in under way. Everything that comes back is held against it, the tenant first of all.
type Tx struct {
	Tenant    tenant.ID
	State     string
	Nonce     string
	Verifier  string   // PKCE
	Scopes    []string // beyond openid, profile and offline_access
	Prompt    string   // "", "select_account", "consent", "login"
	MaxAge    string   // seconds since the person proved who they are, after which Microsoft asks again (OpenID Connect Core 3.1.2.1); "": any
	LoginHint string
	Claims    string // a claims challenge that a resource or a token endpoint gave
}

// NewTx starts a sign-in at the tenant with fresh secrets.
func NewTx(tid tenant.ID) Tx {
	return Tx{Tenant: tid, State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier()}
}

// random is 256 bits in base64url: Entra strips HTML from state, so nothing else is safe there.
func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// StateLength is the length of every state that we make.
const StateLength = 43

// AuthURL is where the browser goes to sign in: the tenant's authority, code flow, PKCE by S256, answer in the query.
func (c *Client) AuthURL(ctx context.Context, tx Tx) (string, error) {
	as, err := c.registration(ctx, tx.Tenant)
	if err != nil {
		return "", err
	}
	cfg := oauth2.Config{ClientID: as.ClientID, RedirectURL: c.redirectURL, Scopes: append(slices.Clone(baseScopes), tx.Scopes...),
		Endpoint: oauth2.Endpoint{AuthURL: c.authorizeURL(tx.Tenant)}}
	opts := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(tx.Verifier), oidc.Nonce(tx.Nonce), oauth2.SetAuthURLParam("response_mode", "query"),
	}
	for name, value := range map[string]string{"prompt": tx.Prompt, "login_hint": tx.LoginHint, "claims": tx.Claims, "max_age": tx.MaxAge} {
		if value != "" {
			opts = append(opts, oauth2.SetAuthURLParam(name, value))
		}
	}
	return cfg.AuthCodeURL(tx.State, opts...), nil
}

// Identity is who signed in, from a verified ID token. The key is (Tenant, ObjectID); names and addresses are for show.
type Identity struct {
	Tenant            tenant.ID
	ObjectID          string // oid, lower-case GUID
	Subject           string // sub: the same for the same person, tenant and application
	Name              string
	PreferredUsername string
	Guest             bool     // the account's home is another tenant, or it is a guest by userType
	DirectoryRoles    []string // wids: role template ids; nil: the token does not say
	SessionID         string   // sid
	LoginHint         string
	AuthTime          time.Time // when the person proved who they are; zero: the token does not say, as it is an optional claim
}

// GlobalAdmin tells whether the token says that the person is a Global Administrator of the tenant. False also where the token is silent.
func (id Identity) GlobalAdmin() bool { return slices.Contains(id.DirectoryRoles, GlobalAdministrator) }

// Tokens are what came with a sign-in or a refresh. They print as REDACTED.
type Tokens struct {
	Access  Token
	Refresh string // the newest refresh token; "": none was given
}

// String hides the tokens.
func (Tokens) String() string { return "tokens REDACTED" }

// GoString hides the tokens.
func (Tokens) GoString() string { return "tokens REDACTED" }

// LogValue hides the tokens.
func (Tokens) LogValue() slog.Value { return slog.StringValue("tokens REDACTED") }

// Exchange redeems a code at the transaction's own tenant and believes the ID token only after all checks. The errors are *Error (Entra
// refused or failed) and *Refusal (the token is not to be believed).
func (c *Client) Exchange(ctx context.Context, tx Tx, code string) (Identity, Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	as, err := c.registration(ctx, tx.Tenant)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	p, err := c.provider(ctx, tx.Tenant)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	a, err := c.redeem(ctx, as, tx.Tenant, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {c.redirectURL}, "code_verifier": {tx.Verifier},
		"scope": {strings.Join(append(slices.Clone(baseScopes), tx.Scopes...), " ")},
	})
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	if a.IDToken == "" {
		return Identity{}, Tokens{}, nonsense(http.StatusOK, "the token answer holds no ID token")
	}
	id, err := c.verify(ctx, p, as.ClientID, a.IDToken, tx.Tenant, tx.Nonce)
	if err != nil {
		return Identity{}, Tokens{}, err
	}
	return id, Tokens{Access: newToken(a, c.now()), Refresh: a.RefreshToken}, nil
}

// verify believes an ID token or says which check it failed. An empty nonce is for refreshed tokens, which have none.
func (c *Client) verify(ctx context.Context, p *provider, clientID, jwt string, tid tenant.ID, nonce string) (Identity, error) {
	if err := checkHeader(jwt); err != nil {
		return Identity{}, err
	}
	payload, err := p.keys.VerifySignature(ctx, jwt)
	if err != nil {
		return Identity{}, asRefusal(err)
	}
	// By exact names first, which also tells which check failed; then by go-oidc, whose opinion is independent of ours.
	cl, err := parseClaims(payload)
	if err != nil {
		return Identity{}, err
	}
	if err := cl.check(expected{tid: tid, issuer: c.issuer(tid), clientID: clientID, nonce: nonce, now: c.now()}); err != nil {
		return Identity{}, err
	}
	verifier := oidc.NewVerifier(c.issuer(tid), p.keys, &oidc.Config{ClientID: clientID, SupportedSigningAlgs: []string{oidc.RS256}, Now: c.now})
	if _, err := verifier.Verify(ctx, jwt); err != nil {
		return Identity{}, asRefusal(err)
	}
	return cl.identity(tid), nil
}

func (c claims) identity(tid tenant.ID) Identity {
	oid, _ := c.text("oid")
	sub, _ := c.text("sub")
	id := Identity{Tenant: tid, ObjectID: oid, Subject: sub, Name: c.show("name"), PreferredUsername: c.show("preferred_username"),
		SessionID: c.show("sid"), Guest: c.external(tid) || c.guestType()}
	id.LoginHint, _ = c.text("login_hint")
	id.AuthTime, _ = c.moment("auth_time")
	if _, said := c["wids"]; said {
		id.DirectoryRoles = []string{}
		var roles []string
		if json.Unmarshal(c["wids"], &roles) == nil {
			id.DirectoryRoles = append(id.DirectoryRoles, roles...)
		}
	}
	return id
}

// external tells by idp whether the account lives elsewhere. A member's token has no idp, or the tenant's own.
func (c claims) external(tid tenant.ID) bool {
	if _, said := c["idp"]; !said {
		return false
	}
	idp, _ := c.text("idp")
	iss, _ := c.text("iss")
	return idp != iss && idp != "https://sts.windows.net/"+tid.String()+"/"
}

// guestType is the optional claim acct: 1 for userType Guest, as a number or as text.
func (c claims) guestType() bool {
	v := strings.Trim(string(c["acct"]), `"`)
	return v == "1"
}

// Subject says whose refresh token it is, so that the answer to a refresh can be held against it.
type Subject struct {
	Tenant   tenant.ID
	ObjectID string
	Subject  string
}

// Refresh renews the person's tokens for a resource's scopes, at the same tenant. An ID token in the answer must be the same person's (OpenID
// Connect Core 12.2); otherwise nothing of the answer is used and the caller ends the sign-in.
func (c *Client) Refresh(ctx context.Context, who Subject, refreshToken string, scopes ...string) (Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	as, err := c.registration(ctx, who.Tenant)
	if err != nil {
		return Tokens{}, err
	}
	a, err := c.redeem(ctx, as, who.Tenant, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {refreshToken}, "scope": {strings.Join(append(slices.Clone(baseScopes), scopes...), " ")},
	})
	if err != nil {
		return Tokens{}, err
	}
	if a.IDToken != "" {
		if err := c.samePerson(ctx, as.ClientID, who, a.IDToken); err != nil {
			return Tokens{}, err
		}
	}
	t := Tokens{Access: newToken(a, c.now()), Refresh: a.RefreshToken}
	if t.Refresh == "" {
		t.Refresh = refreshToken
	}
	return t, nil
}

func (c *Client) samePerson(ctx context.Context, clientID string, who Subject, jwt string) error {
	p, err := c.provider(ctx, who.Tenant)
	if err != nil {
		return err
	}
	id, err := c.verify(ctx, p, clientID, jwt, who.Tenant, "")
	if err != nil {
		return err
	}
	if id.ObjectID != who.ObjectID || id.Subject != who.Subject {
		return refuse("another person's token in the answer to a refresh")
	}
	return nil
}

// Expired tells whether an error means that only a new sign-in helps.
func Expired(err error) bool {
	var e *Error
	var r *Refusal
	return errors.As(err, &e) && e.NeedsPerson() || errors.As(err, &r)
}
