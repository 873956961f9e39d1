package world

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong on request. Empty fields match everything.
type Fault struct {
	Kind          string  `json:"fault"`
	Tenant        string  `json:"tenant,omitempty"`        // tenant GUID
	Host          string  `json:"host,omitempty"`          // login, graph, security or partner
	Path          string  `json:"path,omitempty"`          // part of the request's path, case ignored
	Code          int     `json:"code,omitempty"`          // AADSTS number, for entraRefuses
	Status        int     `json:"status,omitempty"`        // HTTP status instead of the usual one
	RetryAfter    float64 `json:"retryAfter,omitempty"`    // seconds
	PageSizeAbove int     `json:"pageSizeAbove,omitempty"` // only requests whose page size is larger
	Seconds       float64 `json:"seconds,omitempty"`       // how slow, how skewed, how late
	Count         int     `json:"count,omitempty"`         // how often; 0 means until cleared
}

// Delay is how long a slow fault waits: Seconds, else RetryAfter, else three seconds.
func (f Fault) Delay() time.Duration {
	s := 3.0
	switch {
	case f.Seconds > 0:
		s = f.Seconds
	case f.RetryAfter > 0:
		s = f.RetryAfter
	}
	return time.Duration(s * float64(time.Second))
}

// FaultKinds names every fault that can be asked for, with what it does.
var FaultKinds = map[string]string{
	"throttle":             "429 with Retry-After",
	"unavailable":          "503, or the status given",
	"slow":                 "waits before it answers",
	"reset":                "closes the connection without an answer",
	"truncate":             "cuts the body off",
	"tokenExpired":         "access tokens count as expired; refresh tokens as expired by inactivity",
	"sessionRevoked":       "the person's sessions count as revoked",
	"consentRevoked":       "the app counts as removed from the tenant",
	"consentDelay":         "new consent takes Seconds to reach the token endpoint",
	"guestDeleted":         "guests count as removed from the tenant",
	"guestsRefused":        "the tenant does not let anybody invite guests",
	"accountDelay":         "a new account is found in the directory only after Seconds",
	"applicationDelay":     "a new application is found in the directory only after Seconds",
	"seatsTaken":           "every seat of every licence of the tenant counts as taken",
	"licenceMissing":       "the tenant counts as not licensed for Intune",
	"keyRollover":          "a new signing key is used at once",
	"clockSkew":            "tokens are dated Seconds ahead (default one hour)",
	"secretExpired":        "the client secret counts as expired",
	"entraRefuses":         "the token endpoint refuses with the AADSTS number in code",
	"directoryRoleMissing": "people count as without a directory role in the tenant",
	"intuneRoleMissing":    "Intune gives people no role in the tenant",
	"scopeTags":            "Intune shows people no single object, as if outside the scope tags of their role",
	"gdapExpired":          "the active GDAP relationships with the tenant count as expired",
	"gdapRoleMissing":      "the GDAP relationships with the tenant count as without a role that opens Intune",
	"guestUnredeemed":      "guests count as not having accepted their invitation",
	"appDisabled":          "the app counts as disabled in the tenant",
	"approvalRequired":     "changes in Intune wait for a second administrator",
	"actionsFail":          "devices answer every remote action with failed",
	"huntsTooLong":         "queries of advanced hunting run into Microsoft's time limit",
	"tokenChallenge":       "Graph answers every token with a claims challenge, as after a change of network or policy",
}

// stateful faults describe a tenant rather than a request: their path is not looked at.
var stateful = map[string]bool{
	"tokenExpired": true, "sessionRevoked": true, "consentRevoked": true, "consentDelay": true, "guestDeleted": true, "guestsRefused": true, "accountDelay": true, "applicationDelay": true, "seatsTaken": true,
	"licenceMissing": true, "clockSkew": true, "secretExpired": true, "entraRefuses": true, "tokenChallenge": true,
	"directoryRoleMissing": true, "intuneRoleMissing": true, "scopeTags": true, "gdapExpired": true, "gdapRoleMissing": true, "guestUnredeemed": true,
	"appDisabled": true, "approvalRequired": true, "actionsFail": true, "huntsTooLong": true,
}

var faultHosts = []string{"", "login", "graph", "security", "partner"}

// Check says what is wrong with a fault that somebody asks for.
func (f Fault) Check() error {
	if _, ok := FaultKinds[f.Kind]; !ok {
		return fmt.Errorf("unknown fault %q", f.Kind)
	}
	if _, ok := Refusals[f.Code]; ok != (f.Kind == "entraRefuses") {
		return fmt.Errorf("fault %q does not take AADSTS code %d", f.Kind, f.Code)
	}
	if !slices.Contains(faultHosts, f.Host) {
		return fmt.Errorf("unknown host %q: login, graph, security or partner", f.Host)
	}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return fmt.Errorf("status %d is not an error status", f.Status)
	}
	if f.RetryAfter < 0 || f.PageSizeAbove < 0 || f.Count < 0 {
		return fmt.Errorf("retryAfter, pageSizeAbove and count cannot be negative")
	}
	return nil
}

// Faults is the list of faults in force.
type Faults struct {
	mu   sync.Mutex
	list []Fault
}

// Add puts a fault in force.
func (fs *Faults) Add(f Fault) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = append(fs.list, f)
}

// Clear ends all faults.
func (fs *Faults) Clear() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.list = nil
}

// List is what is in force now.
func (fs *Faults) List() []Fault {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return slices.Clone(fs.list)
}

// Take finds a fault of that kind for any host and uses up one of its count. The tenant is a lower-case GUID, or empty where
// the request names none.
func (fs *Faults) Take(kind, tenant, path string) (Fault, bool) {
	return fs.TakeOn("", kind, tenant, path, 0)
}

// TakeOn is Take for a request at one host; pageSize is what the request asks for, 0 where it has no page.
func (fs *Faults) TakeOn(host, kind, tenant, path string, pageSize int) (Fault, bool) {
	return fs.find(host, kind, tenant, path, pageSize, true)
}

// Active is Take without using anything up: for faults that describe a state rather than a request.
func (fs *Faults) Active(kind, tenant string) (Fault, bool) {
	return fs.find("", kind, tenant, "", 0, false)
}

func (fs *Faults) find(host, kind, tenant, path string, pageSize int, use bool) (Fault, bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i := range fs.list {
		f := &fs.list[i]
		if !f.matches(host, kind, tenant, path, pageSize) {
			continue
		}
		found := *f
		if use && f.Count > 0 {
			if f.Count--; f.Count == 0 {
				fs.list = slices.Delete(fs.list, i, i+1)
			}
		}
		return found, true
	}
	return Fault{}, false
}

func (f *Fault) matches(host, kind, tenant, path string, pageSize int) bool {
	switch {
	case f.Kind != kind:
		return false
	case f.Tenant != "" && f.Tenant != tenant:
		return false
	case f.Host != "" && host != "" && f.Host != host:
		return false
	case f.Path != "" && !stateful[kind] && !strings.Contains(strings.ToLower(path), strings.ToLower(f.Path)):
		return false
	}
	return f.PageSizeAbove == 0 || pageSize > f.PageSizeAbove
}
