// Package diagnose turns a failed call to Microsoft, and what else is known, into the layer that failed, who can fix it and what to
// send them.
//
// It makes no calls of its own and shows none of Microsoft's text: texts name people and change. "We do not know" is an answer, for a
// confident wrong answer sends people to the wrong place.
package diagnose

import (
	"cmp"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Failure is a failed call with what is known around it. Zero values mean "not known".
type Failure struct {
	Status int    // HTTP status; 0: no answer came
	Code   string // Graph's error.code
	Inner  string // Intune's ErrorCode, out of the JSON inside its message
	Text   string // Microsoft's message: compared with known texts, never shown
	AADSTS int    // Entra's number, where the token was refused
	OAuth  string // Entra's error word: invalid_grant, unauthorized_client …

	Kind      permission.Kind // whose token: the program's or a person's
	Method    string
	Path      string    // for example /v1.0/deviceManagement/managedDevices/{id}
	Fresh     bool      // the token was issued just before the call, after the last grant
	Settled   time.Time // from when on every token in use is newer than the last grant; zero: not known
	NoAnswer  bool      // timeout, connection refused or reset
	Challenge bool      // Entra asks the person to sign in again before the token counts (continuous access evaluation)
	Approval  bool      // the answer carried x-msft-approval-code: Intune's multi-admin approval
	RequestID string
	Activity  string // Intune's activity id: what Microsoft support asks for
	At        time.Time

	Tenant    tenant.Tenant
	Person    string                  // who called, for delegated calls
	Granted   []permission.Permission // as read from the tenant
	ReadAt    time.Time               // when Granted was read completely; zero: never, so Granted says nothing
	Licence   *bool                   // whether the tenant has an Intune licence; nil: not read
	LicenceAt time.Time               // when that was read
	Guest     bool                    // the person has a guest account there, as read
	GDAP      *Relationship           // the partner's relationship with the tenant; nil: none, or not read
}

// Relationship is what is known of the partner's delegated administration of the tenant (GDAP).
type Relationship struct {
	Works  bool
	Status string   // Microsoft's word: active, expired, terminated …
	Roles  []string // template ids of the directory roles in it
	ReadAt time.Time
}

// Layer is where a call can fail, in the order in which it passes them.
type Layer string

const (
	LayerNetwork   Layer = "network"    // Microsoft was not reached, or is broken
	LayerThrottle  Layer = "throttle"   // Microsoft asked us to slow down
	LayerApp       Layer = "app"        // our registration or credential
	LayerTenant    Layer = "tenant"     // the wrong tenant, or one that is gone
	LayerAccount   Layer = "account"    // the account is not in the tenant, is disabled or not redeemed
	LayerCondition Layer = "condition"  // conditional access, a second factor
	LayerConsent   Layer = "consent"    // the tenant does not know our program, or nobody agreed
	LayerToken     Layer = "token"      // the token is older than the grant, or ended
	LayerScope     Layer = "scope"      // the permission is missing
	LayerScopeKind Layer = "scope-kind" // it is there, but of the other type
	LayerRole      Layer = "role"       // the person's role in the tenant, or GDAP
	LayerLicence   Layer = "licence"    // the tenant has no licence or service for it
	LayerApproval  Layer = "approval"   // Intune waits for a second administrator
	LayerObject    Layer = "object"     // the thing itself is gone
	LayerRequest   Layer = "request"    // our request was wrong
	LayerUnknown   Layer = "unknown"
)

// Who can fix it.
type Who string

const (
	Nobody   Who = "nobody"   // it passes by itself
	Owner    Who = "owner"    // the owner of this portal
	Staff    Who = "staff"    // the person who called
	Customer Who = "customer" // an administrator of the customer's tenant
	Support  Who = "support"  // Microsoft
	NotKnown Who = "unknown"
)

// Confidence is how sure the verdict is.
type Confidence string

const (
	Certain Confidence = "certain" // Microsoft says so in a code that means only this
	Likely  Confidence = "likely"  // the answer fits, and nothing that was read speaks against it
	Unsure  Confidence = "unsure"  // several causes look like this
)

// Finding is the answer.
type Finding struct {
	Layer      Layer
	Cause      Cause
	Verdict    string // one sentence
	Who        Who
	Remedy     string // what to do
	Useless    string // what would not help, where people often try it
	Confidence Confidence
	Evidence   []string // what the verdict rests on
	Missing    []permission.Permission
	Proof      string    // what would show that it is fixed
	Steps      []Step    // the layers that the call passes, with what is known of each
	Again      time.Time // when the same call is worth another try, where it passes by itself; zero: not known
}

// Diagnose finds the layer that failed.
func Diagnose(f Failure) Finding {
	for _, r := range rules {
		if r.when(f) {
			found := r.find(f)
			found.Evidence = append(evidence(f), found.Evidence...)
			return complete(f, found)
		}
	}
	return complete(f, unknown(f))
}

// complete adds what does not depend on the rule: the layers one by one, and what would prove the cure.
func complete(f Failure, found Finding) Finding {
	found.Proof, found.Steps = cmp.Or(found.Proof, proofs[found.Layer]), steps(f, found)
	return found
}

// unknown says what is known, and what to read next.
func unknown(f Failure) Finding {
	return Finding{
		Cause: CauseUnknown, Layer: LayerUnknown, Who: NotKnown, Confidence: Unsure, Evidence: evidence(f),
		Verdict: "We do not know why Microsoft refused this.",
		Remedy:  "Read the grants and the licences of the tenant again, then repeat the call once. If it stays, give Microsoft support the ids below.",
	}
}

func evidence(f Failure) []string {
	var list []string
	switch {
	case f.AADSTS != 0:
		list = append(list, "Entra refused the token with AADSTS"+itoa(f.AADSTS)+".")
	case f.NoAnswer:
		list = append(list, "Microsoft did not answer.")
	case f.Status != 0:
		list = append(list, "Microsoft answered "+itoa(f.Status)+word(f.Code)+".")
	}
	if !f.ReadAt.IsZero() {
		list = append(list, "Grants were read on "+f.ReadAt.UTC().Format("2 Jan 2006, 15:04 UTC")+".")
	} else {
		list = append(list, "The tenant's grants were never read completely.")
	}
	if f.RequestID != "" {
		list = append(list, "Request id "+f.RequestID+".")
	}
	if f.Activity != "" {
		list = append(list, "Activity id "+f.Activity+".")
	}
	return list
}

// word shows a code of Microsoft's only where it is one: letters, digits and underscores.
func word(code string) string {
	if code == "" || len(code) > 60 || strings.ContainsFunc(code, func(r rune) bool {
		return !(r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) {
		return ""
	}
	return " " + code
}
