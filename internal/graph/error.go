package graph

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/errs"
)

// Kind is what a failed call means, as far as the answer tells.
type Kind string

const (
	Token       Kind = "token"       // no token to be had, or not taken
	Permission  Kind = "permission"  // the token lacks a permission, or its bearer a role
	Licence     Kind = "licence"     // the tenant has no licence for the service
	NotFound    Kind = "notfound"    // gone, or not set up
	Refused     Kind = "refused"     // the request itself was not taken
	Throttled   Kind = "throttled"   // too many requests
	Unavailable Kind = "unavailable" // the service does not work at the moment
	BadAnswer   Kind = "badanswer"   // an answer that makes no sense
	Timeout     Kind = "timeout"
)

// Error is a call that Graph did not answer with what was asked for.
type Error struct {
	Kind            Kind
	Status          int    // HTTP; 0: no answer
	Code            string // error.code
	InnerCode       string // of the deepest inner error, or Intune's ErrorCode
	Message         string // Intune's forms unwrapped; for the log, not for people
	RequestID       string // Graph's
	ClientRequestID string // ours
	ActivityID      string // Intune's: what Microsoft support asks for
	RetryAfter      time.Duration
	Challenge       bool   // continuous access evaluation asks the person to sign in again (WWW-Authenticate: insufficient_claims)
	ApprovalCode    string // Intune's multi-admin approval: nothing was done yet, a second administrator has to agree (x-msft-approval-code)
	Delegated       bool   // a person's token was sent, not the portal's own
	Method          string // of the call
	Unknown         bool   // a change was sent, and whether it was done is not known: read back before sending it again

	path    string
	cause   error
	cut     bool // the answer ended in the middle
	resting bool
}

// Error is for the log. It holds no token, no query and no personal data of ours.
func (e *Error) Error() string {
	s := fmt.Sprintf("graph %s: %s", e.path, e.Kind)
	if e.Status != 0 {
		s += fmt.Sprintf(" (%d %s)", e.Status, e.Code)
	}
	if e.Message != "" {
		s += ": " + short(e.Message, 300)
	}
	if e.RequestID != "" {
		s += " [request-id " + e.RequestID + "]"
	}
	return s
}

// hide drops what Microsoft said in words, and leaves its codes: an answer may quote what it was sent, in any spelling.
func (e *Error) hide() { e.Message = strings.TrimSpace(e.Code + " " + e.InnerCode) }

func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// Unwrap gives the kind of errs, and what was underneath.
func (e *Error) Unwrap() []error {
	kind := map[Kind]error{
		Token: errs.Forbidden, Permission: errs.Forbidden, Licence: errs.Forbidden, NotFound: errs.NotFound, Refused: errs.BadGateway,
		Throttled: errs.Unavailable, Unavailable: errs.Unavailable, BadAnswer: errs.BadGateway, Timeout: errs.Timeout,
	}[e.Kind]
	if e.cause != nil {
		return []error{kind, e.cause}
	}
	return []error{kind}
}

// Worded is what a room says instead of e, with the answer still to be found by errors.As. Its kind is that of the words alone: what Graph's
// answer would count as does not count.
func Worded(words error, e *Error) error { return &worded{words, e} }

type worded struct {
	error
	answer *Error
}

func (w *worded) Error() string { return w.error.Error() + " (" + w.answer.Error() + ")" }
func (w *worded) Unwrap() error { return w.error }

// As finds the answer itself.
func (w *worded) As(target any) bool {
	e, ok := target.(**Error)
	if ok {
		*e = w.answer
	}
	return ok
}

// transient tells whether the same call may work in a moment.
func (e *Error) transient() bool {
	switch e.Kind {
	case Throttled, Unavailable, Timeout:
		return !e.resting
	case BadAnswer:
		return e.cut
	}
	return false
}

// Path is that of the call, with its version and without its query.
func (e *Error) Path() string { return e.path }

// LeftAlone tells a call that was not sent, because the tenant fails again and again, or because Microsoft asked for a pause.
func (e *Error) LeftAlone() bool { return e.resting && e.cause == nil }

// FailureKind, FailureSentence and FailureIDs are what the sync writes down.
func (e *Error) FailureKind() string { return string(e.Kind) }

// FailureIDs are Graph's request id, ours, and Intune's activity id.
func (e *Error) FailureIDs() (request, clientRequest, activity string) {
	return e.RequestID, e.ClientRequestID, e.ActivityID
}

// FailurePause is how long nothing is to be asked; 0: nobody said.
func (e *Error) FailurePause() time.Duration { return min(e.RetryAfter, longestHold) }

// FailureSentence says what happened, for people.
func (e *Error) FailureSentence() string {
	if sentence, _, ok := errs.Sentence(e.cause); ok && e.Kind == Token {
		return sentence
	}
	switch e.Kind {
	case Token:
		return "Microsoft does not take the portal's sign-in in this tenant. The consent may have been withdrawn."
	case Permission:
		return "The portal may not read this: a permission is not granted in this tenant."
	case Licence:
		return "The tenant has no licence for this service."
	case NotFound:
		return "Microsoft says that this does not exist in the tenant."
	case Refused:
		return fmt.Sprintf("Microsoft Graph did not take the request (status %d).", e.Status)
	case Throttled:
		return "Microsoft Graph asks for a slower pace. The read is repeated later."
	case Timeout:
		return "Microsoft Graph did not answer in time."
	case BadAnswer:
		if e.cut {
			return "Microsoft Graph's answer ended in the middle."
		}
		return "Microsoft Graph's answer makes no sense."
	}
	if e.resting {
		return "Microsoft Graph failed again and again for this tenant; the portal leaves it alone for a moment."
	}
	return "Microsoft Graph is not available at the moment."
}

// BadRow is a row that cannot be kept, because what tells it from others is missing: without it nothing is known to be complete.
func BadRow(path, what string) error {
	return &Error{Kind: BadAnswer, Status: http.StatusOK, Message: what, path: path}
}

func bad(k *call, format string, args ...any) *Error {
	return &Error{Kind: BadAnswer, Status: http.StatusOK, Message: fmt.Sprintf(format, args...), RequestID: k.requestID,
		ClientRequestID: k.clientID, path: k.url.Path}
}

// noToken is a call that was never sent. Where only the way to Entra is broken, waiting may help.
func noToken(err error, path string) error {
	kind := Token
	if errors.Is(err, errs.Unavailable) || errors.Is(err, errs.Timeout) {
		kind = Unavailable
	}
	return &Error{Kind: kind, Message: err.Error(), path: path, cause: err, resting: true}
}

// envelope is an error in Graph's own form. Services differ in the case of innerError, and nest it.
type envelope struct {
	Error struct {
		Code    string         `json:"code"`
		Message string         `json:"message"`
		Inner   jsontext.Value `json:"innerError"`
		InnerLC jsontext.Value `json:"innererror"`
	} `json:"error"`
}

type innerError struct {
	Code       string         `json:"code"`
	Message    string         `json:"message"`
	RequestID  string         `json:"request-id"`
	ClientID   string         `json:"client-request-id"`
	Inner      jsontext.Value `json:"innerError"`
	InnerLC    jsontext.Value `json:"innererror"`
	RetryAfter jsontext.Value `json:"retryAfter"`
}

var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

func newError(res *http.Response, body []byte, k *call, now time.Time) *Error {
	e := parseError(res.StatusCode, body)
	e.path, e.ClientRequestID = k.url.Path, k.clientID
	if id := res.Header.Get("request-id"); id != "" {
		e.RequestID = id
	}
	if d := retryAfter(res.Header.Get("Retry-After"), now); d > 0 {
		e.RetryAfter = d
	}
	e.Challenge = strings.Contains(res.Header.Get("WWW-Authenticate"), "insufficient_claims")
	e.ApprovalCode = guid.FindString(res.Header.Get("x-msft-approval-code"))
	e.Method, e.Delegated = k.verb(), k.token != ""
	if e.Kind == Permission && !e.Delegated && strings.Contains(e.path, "/security/") && e.Code != "Authorization_RequestDenied" && !strings.Contains(e.Message, "Insufficient privileges") {
		e.Kind = Licence // Defender: a program needs no role there, so what is left is a tenant without it
	}
	return e
}

// parseError reads an error answer, whatever it is: it never fails.
func parseError(status int, body []byte) *Error {
	e := &Error{Status: status}
	var env envelope
	if json.Unmarshal(body, &env, lenient) == nil {
		e.Code, e.Message = env.Error.Code, env.Error.Message
		inner := env.Error.Inner
		if len(inner) == 0 {
			inner = env.Error.InnerLC
		}
		e.walk(inner, 0)
	}
	e.unwrapIntune(e.Message, 0)
	e.Kind = classify(e)
	return e
}

func (e *Error) walk(raw jsontext.Value, depth int) {
	var in innerError
	if len(raw) == 0 || depth > 8 || json.Unmarshal(raw, &in, lenient) != nil {
		return
	}
	if in.Code != "" {
		e.InnerCode = in.Code
	}
	if in.RequestID != "" {
		e.RequestID = in.RequestID
	}
	if len(in.Inner) > 0 {
		e.walk(in.Inner, depth+1)
		return
	}
	e.walk(in.InnerLC, depth+1)
}

type intuneMessage struct {
	ErrorCode  string         `json:"ErrorCode"`
	Message    string         `json:"Message"`
	RetryAfter jsontext.Value `json:"RetryAfter"`
}

// unwrapIntune reads Intune's three forms: a flat text with " - Key: value" parts, the same as JSON in the message, and that as JSON
// in JSON.
func (e *Error) unwrapIntune(msg string, depth int) {
	msg = strings.TrimSpace(msg)
	var m intuneMessage
	if strings.HasPrefix(msg, "{") && depth < 4 && json.Unmarshal([]byte(msg), &m, lenient) == nil {
		if m.ErrorCode != "" {
			e.InnerCode = m.ErrorCode
		}
		if d := retryAfter(strings.Trim(string(m.RetryAfter), `"`), time.Time{}); d > 0 {
			e.RetryAfter = d
		}
		e.Message = m.Message
		e.unwrapIntune(m.Message, depth+1)
		return
	}
	parts := strings.Split(msg, " - ")
	if len(parts) < 2 {
		return
	}
	for _, p := range parts[1:] {
		if v, ok := strings.CutPrefix(p, "Activity ID: "); ok {
			e.ActivityID = guid.FindString(v)
			e.Message = parts[0]
		}
	}
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// unlicensed are texts that services answer with, under various statuses, in a tenant without their licence. They have no code.
var unlicensed = []string{
	"request not applicable to target tenant", "is not licensed for this feature", "doesn't have premium license", "account is not provisioned",
	"subscription within the tenant has lapsed", "applifecycle_2210",
}

func classify(e *Error) Kind {
	text := strings.ToLower(e.Code + " " + e.InnerCode + " " + e.Message)
	for _, u := range unlicensed {
		if strings.Contains(text, u) {
			return Licence
		}
	}
	if e.Status != http.StatusOK && e.Status < 500 &&
		(strings.Contains(text, "resource temporarily unavailable") || strings.Contains(text, "too many requests")) {
		return Throttled
	}
	switch e.Status {
	case http.StatusUnauthorized:
		if strings.EqualFold(e.Code, "InvalidAuthenticationToken") || strings.EqualFold(e.Code, "Authorization_IdentityNotFound") {
			return Token
		}
		return Permission // Intune and synchronization: the token is fine, but may not
	case http.StatusPaymentRequired:
		return Licence
	case http.StatusForbidden:
		return Permission
	case http.StatusNotFound, http.StatusGone:
		return NotFound
	case http.StatusTooManyRequests, 509:
		return Throttled
	case http.StatusRequestTimeout:
		return Timeout
	}
	switch {
	case e.Status >= 500 && e.Status != http.StatusNotImplemented:
		return Unavailable
	case e.Status >= 400:
		return Refused
	}
	return BadAnswer // a redirect, or a success without what was asked for
}

// retryAfter reads seconds, also fractional ones, or a date; anything else is no advice.
func retryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		if f <= 0 || f > 24*3600 || f != f {
			return 0
		}
		return time.Duration(f * float64(time.Second))
	}
	if at, err := http.ParseTime(s); err == nil && !now.IsZero() && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// KindOf is the kind of a failed call; ok is false where err is no answer of Graph.
func KindOf(err error) (k Kind, ok bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind, true
	}
	return "", false
}
