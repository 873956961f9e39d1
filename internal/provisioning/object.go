package provisioning

import (
	"regexp"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Object is a person, a group or whatever else an application is provisioned with, as its latest events leave it.
type Object struct {
	Tenant       tenant.ID
	TenantName   string
	SPID         string
	ID           string // its id in the source; where Microsoft gives none, its sign-in name or name
	Name         string
	UPN          string
	Type         string
	App          string // name of the application
	AppKey       string // the same for the same application of different customers
	Status       string // of the last event
	LastAt       time.Time
	LastEvent    string
	FailingSince time.Time // zero: the last event did not fail
	SinceKnown   bool      // false: it may have begun before what was read of the log
	FirstEvent   string    // of the failures in a row
	Tries        int64
	Cause        string
	ErrorCode    string
	Reason       string
	Recommended  string
}

// Failing tells whether its last event failed.
func (o Object) Failing() bool { return !o.FailingSince.IsZero() }

// ObjectFilter chooses objects that fail now.
type ObjectFilter struct {
	Q       string
	SPID    string
	App     string // AppKey
	Cause   string
	Since   time.Time // failing since then or later
	Until   time.Time // failing since then or earlier
	Tenants []tenant.ID

	Sort  string // one of ObjectSorts; empty: since
	Desc  bool
	After string
	Limit int
}

// ObjectSorts are the orders that FailingObjects knows.
var ObjectSorts = []string{"since", "name"}

// ObjectPage is one page of objects.
type ObjectPage struct {
	Rows  []Object
	Next  string
	Count int64
}

// Cluster is failures of one cause at one application that began together, over all customers.
type Cluster struct {
	AppKey    string
	App       string
	Cause     string
	ErrorCode string
	Reason    string // of the first failure
	Advice    string // what Microsoft recommends there
	Objects   int64
	Tenants   int64
	Since     time.Time // of the first failure
	Until     time.Time // when the last of them began to fail
	LastAt    time.Time // of the latest failure
	Known     bool      // Since is known for all of them

	FirstTenant tenant.ID // whose object failed first
	FirstSPID   string
	FirstObject string
	FirstName   string
	FirstEvent  string
}

// Wave is the longest time between the beginnings of two failures that still count as one wave: what begins later has a cause of its own, though the
// error be the same.
const Wave = 12 * time.Hour

// varying are the parts of a reason that differ from one object to the next: quoted values, identifiers, addresses, numbers.
var varying = regexp.MustCompile(`'[^']*'|"[^"]*"|“[^”]*”|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+|\p{N}+`)

// longestCause bounds what is kept of a reason: Microsoft's may hold whole answers of a target.
const longestCause = 200

// causeOf is the error and its reason without what varies; empty where the event did not fail.
func causeOf(e Event) string {
	if e.Status != "failure" {
		return ""
	}
	reason := strings.Join(strings.Fields(varying.ReplaceAllString(strings.ToLower(e.Reason), "…")), " ")
	cause := []rune(strings.ToLower(e.ErrorCode) + " " + reason)
	return string(cause[:min(len(cause), longestCause)])
}

// Class is what kind of failure an error is: who can do something about it follows from that.
type Class string

const (
	Conflict    Class = "conflict"    // the target has such an account already, or several
	Missing     Class = "missing"     // an attribute that the target needs has no value
	Invalid     Class = "invalid"     // the target does not take a value
	Credentials Class = "credentials" // the target does not take Entra's sign-in
	Licences    Class = "licences"    // the target has none left
	Unavailable Class = "unavailable" // the target does not answer; Entra tries again
	Throttled   Class = "throttled"   // the target asks to be left alone for a while
	NotFound    Class = "not-found"   // the target does not know the account any more
	Other       Class = "other"
)

// classes by what error codes and reasons say, the most telling first. The codes are an open set of the provisioning service.
var classes = []struct {
	class Class
	words []string
}{
	{Credentials, []string{"credential", "unauthorized", "http 401", "http 403", "answered 401", "answered 403", "invalid_grant", "access token"}},
	{Licences, []string{"licenselimit", "licence left", "license left", "no licenses", "seat"}},
	{Throttled, []string{"toomanyrequests", "http 429", "answered 429", "throttl"}},
	{Conflict, []string{"conflict", "duplicate", "http 409", "answered 409", "already exists", "is taken", "more than one"}},
	{Missing, []string{"missing", "required attribute", "has no value", "attributevaluemissing"}},
	{Invalid, []string{"invalidattribute", "invalidvalue", "http 400", "answered 400", "rejected the value", "schemainvalid"}},
	{NotFound, []string{"notfound", "http 404", "answered 404", "does not exist"}},
	{Unavailable, []string{"unavailable", "timeout", "timed out", "http 5", "answered 5", "gateway"}},
}

// ClassOf sorts a failure.
func ClassOf(code, reason string) Class {
	text := strings.ToLower(code + "\n" + reason)
	for _, c := range classes {
		for _, w := range c.words {
			if strings.Contains(text, w) {
				return c.class
			}
		}
	}
	return Other
}
