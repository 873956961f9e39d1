package entra

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/tenantry/tenantry/internal/errs"
)

// Error is an answer by which Entra refused, or an answer that makes no sense. It carries codes and ids only: Microsoft's text may name
// people and is never shown.
type Error struct {
	Code          int    // AADSTS number; 0: none was given
	OAuth         string // "invalid_grant", "unauthorized_client" …
	Suberror      string // "consent_required", "basic_action", "bad_token" …
	CorrelationID string
	TraceID       string
	At            time.Time     // when Entra refused
	Status        int           // HTTP status; 0: no answer at all
	RetryAfter    time.Duration // how long Microsoft asked to wait; 0: it did not say
	Claims        string        // a claims challenge to repeat at the authorize endpoint
	kind          error
	cause         error
}

// Error names the codes and ids.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("entra:")
	if e.Code != 0 {
		fmt.Fprintf(&b, " AADSTS%d", e.Code)
	}
	for _, s := range []string{e.OAuth, e.Suberror} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	if e.Status != 0 {
		fmt.Fprintf(&b, " status %d", e.Status)
	}
	if e.CorrelationID != "" {
		b.WriteString(" correlation " + e.CorrelationID)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the errs kind, and the cause where there was no answer.
func (e *Error) Unwrap() []error {
	if e.cause != nil {
		return []error{e.kind, e.cause}
	}
	return []error{e.kind}
}

// Transient tells whether trying again later may help without anybody doing anything.
func (e *Error) Transient() bool {
	return errors.Is(e.kind, errs.Unavailable) || errors.Is(e.kind, errs.Timeout) || errors.Is(e.kind, errs.BadGateway)
}

// NeedsPerson tells whether only a new sign-in by the person helps: a refresh token that ended, a condition to meet, a consent to give.
func (e *Error) NeedsPerson() bool {
	switch e.OAuth {
	case "invalid_grant", "interaction_required", "login_required", "consent_required":
		return true
	}
	return false
}

// GrantEnded tells whether a refresh token is good for nothing any more: expired, revoked, or its account disabled, deleted or put out of the
// tenant. A permission or a condition that is merely missing (AADSTS65001, 50076, 53003 …) is invalid_grant as well, and ends nothing.
func (e *Error) GrantEnded() bool {
	ended := []int{50020, 50034, 50057, 50085, 50089, 50132, 50133, 50173, 500341, 51004, 70000, 70008, 700081, 700082, 700083, 700084, 70043}
	return e.OAuth == "invalid_grant" && (slices.Contains(ended, e.Code) || e.Suberror == "bad_token" || e.Suberror == "token_expired")
}

// NotConsented tells whether the tenant, or the person, has not consented to a permission that was asked for: no new sign-in changes that.
func (e *Error) NotConsented() bool { return e.Code == 65001 || e.OAuth == "consent_required" }

// NoPrincipal tells whether the tenant has no service principal of the portal: consent was never given, was withdrawn, or has not spread yet.
func (e *Error) NoPrincipal() bool {
	return slices.Contains([]int{700016, 7000229, 650051, 70001, 700011}, e.Code)
}

// OurFault tells whether the portal's own registration or credential was refused, which concerns every tenant alike.
func (e *Error) OurFault() bool {
	return slices.Contains([]int{7000215, 7000222, 7000218, 700027, 50012, 70002, 50011, 500113, 70021}, e.Code)
}

// transientCodes pass by themselves (facts of the AADSTS list: "retry the request").
var transientCodes = []int{90033, 90006, 90024, 90012, 90055, 50196}

// answerError reads a refusal. Anything that is not Microsoft's JSON is a bad upstream answer.
func answerError(res *http.Response, body []byte, now time.Time) *Error {
	e := &Error{At: now, Status: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After"), now)}
	var wire struct {
		Error         string `json:"error"`
		Suberror      string `json:"suberror"`
		Codes         []int  `json:"error_codes"`
		TraceID       string `json:"trace_id"`
		CorrelationID string `json:"correlation_id"`
		Claims        string `json:"claims"`
	}
	plain := json.Unmarshal(body, &wire) == nil && wire.Error != ""
	if plain {
		e.OAuth, e.Suberror = word(wire.Error), word(wire.Suberror)
		e.TraceID, e.CorrelationID = word(wire.TraceID), word(wire.CorrelationID)
		e.Claims = wire.Claims
		if len(wire.Codes) > 0 {
			e.Code = wire.Codes[0]
		}
	}
	e.kind = kindOf(e, plain)
	return e
}

func kindOf(e *Error, plain bool) error {
	switch {
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable, slices.Contains(transientCodes, e.Code),
		e.OAuth == "temporarily_unavailable", e.OAuth == "server_error":
		return errs.Unavailable
	case e.Status == http.StatusGatewayTimeout:
		return errs.Timeout
	case e.Status >= 500, e.Status < 400, !plain:
		return errs.BadGateway
	case e.OurFault():
		return errs.Forbidden
	case e.Code == 90002, e.OAuth == "invalid_tenant":
		return errs.NotFound
	}
	return errs.Invalid
}

// noAnswer wraps what the network said. Its text may hold a URL, but never a query: our calls have none with secrets.
func noAnswer(err error) *Error {
	var ne net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &ne) && ne.Timeout() {
		return &Error{kind: errs.Timeout, cause: errors.New("no answer in time")}
	}
	if errors.Is(err, context.Canceled) {
		return &Error{kind: errs.Unavailable, cause: context.Canceled}
	}
	return &Error{kind: errs.Unavailable, cause: errors.New("could not be reached")}
}

// nonsense is an answer that Entra would not give.
func nonsense(status int, what string) *Error {
	return &Error{Status: status, kind: errs.BadGateway, cause: errors.New(what)}
}

var wordForm = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,64}$`)

// word keeps a code or an id, and drops what is neither: provider text is not to reach logs or pages.
func word(s string) string {
	if wordForm.MatchString(s) {
		return s
	}
	return ""
}

// retryAfter reads seconds or a date; nonsense and anything negative is 0, and an hour is the most that is believed.
func retryAfter(s string, now time.Time) time.Duration {
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s + "s")
	if err != nil {
		at, err := http.ParseTime(s)
		if err != nil {
			return 0
		}
		d = at.Sub(now)
	}
	return min(max(d, 0), time.Hour)
}
