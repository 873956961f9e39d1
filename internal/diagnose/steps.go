package diagnose

import (
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/permission"
)

// StepState is what is known of a layer.
type StepState string

const (
	Passed    StepState = "passed" // read or answered, and in order
	Failed    StepState = "failed"
	Open      StepState = "unknown"  // not read, or the call did not come so far
	NotNeeded StepState = "unneeded" // this kind of call does not pass it
)

// Step is one layer of a call, with the evidence and its age.
type Step struct {
	Layer    Layer
	State    StepState
	Evidence string
	At       time.Time // of the evidence; zero: never read, or a rule
}

// proofs say for each layer what would show that it is fixed.
var proofs = map[Layer]string{
	LayerNetwork: "The same read succeeds.", LayerThrottle: "The same read succeeds after the pause.",
	LayerApp: "Entra issues a token for any customer.", LayerTenant: "Entra issues a token for this tenant.",
	LayerAccount: "The person signs in at this tenant.", LayerCondition: "The person signs in at this tenant, and the same call succeeds.",
	LayerConsent: "Entra issues a token for this tenant, and the grants can be read.", LayerToken: "The same call succeeds with a new token.",
	LayerScope: "A new read of the grants shows the permission, and the same call succeeds.", LayerScopeKind: "A new read of the grants shows the permission in the type that is needed, and the same call succeeds.",
	LayerRole: "The same call succeeds as the same person.", LayerLicence: "A new read of the licences shows the service, and the same call succeeds.",
	LayerApproval: "The request is approved in the Intune admin centre, and the action appears on the device.",
	LayerObject:   "The next complete read does not list it any more.", LayerRequest: "The same read succeeds with a newer version of the portal.",
	LayerUnknown: "The same call succeeds, after one thing was changed.",
}

// steps are the layers in the order in which a call passes them. Only what an answer or a read shows counts as passed.
func steps(f Failure, found Finding) []Step {
	list := []Step{
		reached(f), token(f, LayerApp, "Entra took our credential."), token(f, LayerTenant, "Entra issued a token for this tenant."),
		person(f, LayerAccount, "Entra issued a token to this account."), person(f, LayerCondition, "Entra issued a token after its conditions."),
		token(f, LayerConsent, "The tenant knows our program, and it is enabled."), paced(f), scope(f), age(f), licence(f), role(f), approval(f),
	}
	for i := range list {
		if list[i].Layer == found.Layer || list[i].Layer == LayerScope && found.Layer == LayerScopeKind {
			list[i].Layer = found.Layer
			if found.Confidence != Unsure {
				list[i].State, list[i].Evidence = Failed, found.Verdict
			} else {
				list[i].State, list[i].Evidence = Open, "This may be the cause. "+list[i].Evidence
			}
			if list[i].At.IsZero() {
				list[i].At = f.At
			}
		}
	}
	return list
}

// issued tells whether Microsoft's services saw a token of this call. A 401 may be about the token itself.
func issued(f Failure) bool {
	return f.AADSTS == 0 && f.OAuth == "" && !f.NoAnswer && f.Status != 0 && (f.Status != 401 || f.Inner == "Forbidden")
}

func reached(f Failure) Step {
	switch {
	case f.NoAnswer || f.Status == 0 && f.AADSTS == 0:
		return Step{LayerNetwork, Open, "No answer came.", f.At}
	case f.Status >= 500:
		return Step{LayerNetwork, Open, "Microsoft answered " + itoa(f.Status) + ".", f.At}
	case f.AADSTS != 0:
		return Step{LayerNetwork, Passed, "Entra answered.", f.At}
	}
	return Step{LayerNetwork, Passed, "Microsoft answered " + itoa(f.Status) + ".", f.At}
}

func token(f Failure, l Layer, passed string) Step {
	if issued(f) {
		return Step{l, Passed, passed, f.At}
	}
	return Step{l, Open, "No answer shows this.", time.Time{}}
}

func person(f Failure, l Layer, passed string) Step {
	if f.Kind == permission.Application {
		return Step{l, NotNeeded, "The program itself reads; nobody signs in.", time.Time{}}
	}
	return token(f, l, passed)
}

func paced(f Failure) Step {
	if issued(f) && f.Status < 500 {
		return Step{LayerThrottle, Passed, "Microsoft did not ask for a pause.", f.At}
	}
	return Step{LayerThrottle, Open, "No answer shows this.", time.Time{}}
}

// scope compares the call with the grants as read; the names are ours, out of the catalogue.
func scope(f Failure) Step {
	op, _, known := operation(f)
	switch {
	case !known:
		return Step{LayerScope, Open, "It is not known which permission this call needs.", time.Time{}}
	case f.ReadAt.IsZero():
		return Step{LayerScope, Open, op.Accepts[0].Name + " is needed. The grants were never read completely.", time.Time{}}
	}
	if i := slices.IndexFunc(op.Accepts, func(p permission.Permission) bool { return held(f.Granted, p) }); i >= 0 {
		return Step{LayerScope, Passed, op.Accepts[i].Name + ", " + string(op.Accepts[i].Kind) + ", is granted.", f.ReadAt}
	}
	return Step{LayerScope, Failed, op.Accepts[0].Name + ", " + string(op.Accepts[0].Kind) + ", is not granted.", f.ReadAt}
}

func age(f Failure) Step {
	if f.Fresh && issued(f) {
		return Step{LayerToken, Passed, "The token is newer than the last grant.", f.At}
	}
	return Step{LayerToken, Open, "It is not known whether the token is newer than the last grant.", time.Time{}}
}

func licence(f Failure) Step {
	switch {
	case !intune(f):
		return Step{LayerLicence, Open, "Which licence this needs was not read.", time.Time{}}
	case f.Licence == nil:
		return Step{LayerLicence, Open, "The licences were not read.", time.Time{}}
	case *f.Licence:
		return Step{LayerLicence, Passed, "The tenant has a licence with Intune.", f.LicenceAt}
	}
	return Step{LayerLicence, Failed, "No licence with Intune was found.", f.LicenceAt}
}

func role(f Failure) Step {
	if f.Kind == permission.Application {
		return Step{LayerRole, NotNeeded, "The program needs no role.", time.Time{}}
	}
	return Step{LayerRole, Open, "The person's roles and scope tags were not read.", time.Time{}}
}

func approval(f Failure) Step {
	if strings.EqualFold(f.Method, "GET") {
		return Step{LayerApproval, NotNeeded, "Reading needs no approval.", time.Time{}}
	}
	return Step{LayerApproval, Open, "Whether Intune asks for a second administrator was not read.", time.Time{}}
}
