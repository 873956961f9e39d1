package entra

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

const (
	maxIDToken = 64 << 10
	iatAhead   = 5 * time.Minute // clocks differ
	iatBehind  = time.Hour       // a token fresh from the token endpoint is seconds old; an hour leaves room for a slow clock
)

// Refusal says why an ID token was not believed. It names the check that failed, never a value of the token.
type Refusal struct{ Check string }

// Error names the check.
func (r *Refusal) Error() string { return "entra: ID token refused: " + r.Check }

// Unwrap makes a refusal errs.Invalid.
func (r *Refusal) Unwrap() error { return errs.Invalid }

func refuse(check string) error { return &Refusal{Check: check} }

// checkHeader accepts RS256 and nothing that could bring a key of its own.
func checkHeader(jwt string) error {
	if len(jwt) > maxIDToken {
		return refuse("size")
	}
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return refuse("malformed")
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return refuse("malformed")
	}
	var fields map[string]jsontext.Value
	if json.Unmarshal(header, &fields) != nil {
		return refuse("header")
	}
	var alg string
	if json.Unmarshal(fields["alg"], &alg) != nil || alg != "RS256" {
		return refuse("alg")
	}
	for _, name := range []string{"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "cty"} {
		if _, ok := fields[name]; ok {
			return refuse("header " + name)
		}
	}
	return nil
}

// claims are a token's claims by their exact names. encoding/json would let "TID" override "tid"; here a name that differs from one we read
// only by case is refused, and so is one that occurs twice.
type claims map[string]jsontext.Value

var readClaims = []string{"iss", "aud", "azp", "exp", "nbf", "iat", "nonce", "sub", "tid", "oid", "ver", "idp", "acct", "wids", "name", "preferred_username", "email", "sid", "login_hint", "auth_time"}

func parseClaims(payload []byte) (claims, error) {
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil || c == nil {
		return nil, refuse("claims are not one JSON object")
	}
	exact := map[string]bool{}
	for _, n := range readClaims {
		exact[n] = true
	}
	for name := range c {
		if !exact[name] && exact[strings.ToLower(name)] {
			return nil, refuse("claim names")
		}
	}
	return c, nil
}

// text is a string claim; a claim of another type is no string.
func (c claims) text(name string) (string, bool) {
	var s string
	v, ok := c[name]
	if !ok || v.Kind() != '"' || json.Unmarshal(v, &s) != nil {
		return "", false
	}
	return s, true
}

var secondsForm = regexp.MustCompile(`^[1-9][0-9]{0,11}$`)

// moment is a time claim: whole seconds, positive, as a JSON number.
func (c claims) moment(name string) (time.Time, bool) {
	v := c[name]
	if !secondsForm.Match(v) {
		return time.Time{}, false
	}
	var s int64
	if json.Unmarshal(v, &s) != nil {
		return time.Time{}, false
	}
	return time.Unix(s, 0), true
}

// audience is exactly one: the string, or a list of one.
func (c claims) audience() (string, bool) {
	if s, ok := c.text("aud"); ok {
		return s, true
	}
	var list []string
	if json.Unmarshal(c["aud"], &list) != nil || len(list) != 1 {
		return "", false
	}
	return list[0], true
}

// expected is what one sign-in demands of its token.
type expected struct {
	tid      tenant.ID
	issuer   string
	clientID string
	nonce    string // "": a refreshed token, which carries none
	now      time.Time
}

// check holds the claims to the rules of OpenID Connect Core 3.1.3.7 and Microsoft's for multi-tenant applications.
func (c claims) check(want expected) error {
	if iss, ok := c.text("iss"); !ok || iss != want.issuer {
		return refuse("iss")
	}
	if tid, ok := c.text("tid"); !ok || tid != want.tid.String() {
		return refuse("tid")
	}
	if want.tid.String() == consumers {
		return refuse("personal account")
	}
	if ver, ok := c.text("ver"); !ok || ver != "2.0" {
		return refuse("ver")
	}
	if aud, ok := c.audience(); !ok || aud != want.clientID {
		return refuse("aud")
	}
	if _, present := c["azp"]; present {
		if azp, ok := c.text("azp"); !ok || azp != want.clientID {
			return refuse("azp")
		}
	}
	if err := c.checkNonce(want.nonce); err != nil {
		return err
	}
	if err := c.checkTimes(want.now); err != nil {
		return err
	}
	if oid, ok := c.text("oid"); !ok || !guidLike.MatchString(oid) || oid == "00000000-0000-0000-0000-000000000000" {
		return refuse("oid")
	}
	if sub, ok := c.text("sub"); !ok || sub == "" || len(sub) > 255 || hasControl(sub) {
		return refuse("sub")
	}
	return nil
}

func (c claims) checkNonce(want string) error {
	if want == "" {
		return nil
	}
	nonce, ok := c.text("nonce")
	if !ok || subtle.ConstantTimeCompare([]byte(nonce), []byte(want)) != 1 {
		return refuse("nonce")
	}
	return nil
}

// checkTimes allows clocks to differ by five minutes where a token claims to come from the future, and nothing at its end.
func (c claims) checkTimes(now time.Time) error {
	exp, ok := c.moment("exp")
	if !ok || !now.Before(exp) {
		return refuse("exp")
	}
	iat, ok := c.moment("iat")
	if !ok || iat.After(now.Add(iatAhead)) || iat.Before(now.Add(-iatBehind)) {
		return refuse("iat")
	}
	if _, present := c["nbf"]; present {
		if nbf, ok := c.moment("nbf"); !ok || nbf.After(now.Add(iatAhead)) {
			return refuse("nbf")
		}
	}
	// An optional claim (OpenID Connect Core 2): whoever needs it refuses its absence, nobody believes a wrong one.
	if _, present := c["auth_time"]; present {
		if at, ok := c.moment("auth_time"); !ok || at.After(now.Add(iatAhead)) {
			return refuse("auth_time")
		}
	}
	return nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f })
}

// show makes a claim fit to be shown and stored: no control characters, of bearable length.
func (c claims) show(name string) string {
	s, _ := c.text(name)
	s = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 256 {
		s = string(runes[:256])
	}
	return strings.TrimSpace(s)
}

// asRefusal turns what go-oidc said, which quotes the token, into the check that failed.
func asRefusal(err error) error {
	var e *Error
	var r *Refusal
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &r):
		return r
	}
	return refuse("verification")
}
