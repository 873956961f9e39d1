package diagnose

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/permission"
)

// What a refusal means that Microsoft words alike for several causes, by what was read of the tenant and of the ways into it.

// byGrants compares the refused call with what the tenant granted. It runs only where the grants were read completely.
func byGrants(f Failure) Finding {
	op, role, known := operation(f)
	if !known {
		found := unknown(f)
		found.Evidence = nil
		return found
	}
	want := op.Accepts[0]
	if slices.ContainsFunc(op.Accepts, func(p permission.Permission) bool { return held(f.Granted, p) }) {
		return granted(f, want, role)
	}
	other := want
	other.Kind = map[permission.Kind]permission.Kind{permission.Application: permission.Delegated, permission.Delegated: permission.Application}[want.Kind]
	if held(f.Granted, other) {
		return Finding{Cause: CauseScopeKind, Layer: LayerScopeKind, Who: Customer, Confidence: Likely, Missing: []permission.Permission{want},
			Verdict: want.Name + " is granted as " + article(other.Kind) + " permission, but this call needs it as " + article(want.Kind) + " one.",
			Remedy:  "An administrator of the customer opens a new consent link.", Useless: "Another role for the person."}
	}
	return Finding{Cause: CauseScopeMissing, Layer: LayerScope, Who: Customer, Confidence: Likely, Missing: []permission.Permission{want},
		Verdict: want.Name + " is not granted in this tenant.", Remedy: "An administrator of the customer opens a new consent link.", Useless: "Another role for the person, or signing in again."}
}

// granted is the case in which the permission is there and the call is refused all the same.
func granted(f Failure, want permission.Permission, role string) Finding {
	switch {
	case inDefender(f) && !deniesPermission(f):
		found := Finding{Cause: CauseDefender, Layer: LayerLicence, Who: Customer, Confidence: Unsure, Verdict: "The permission is granted. The tenant is not set up for Microsoft Defender, or the person has no role in it.",
			Remedy: "An administrator opens the Defender portal once and checks the roles there.", Useless: "A second consent."}
		if f.Kind == permission.Application {
			found.Verdict = "The permission is granted. The tenant is not set up for Microsoft Defender, or has no licence for it."
			found.Remedy = "An administrator opens the Defender portal once. Without a licence for it this stays empty, and that is in order."
		}
		return found
	case !f.Fresh:
		return Finding{Cause: CauseTokenOld, Layer: LayerToken, Who: Nobody, Confidence: Likely, Verdict: "The token is older than the grant of " + want.Name + ".",
			Remedy: "The portal gets a new one. It can take an hour until every service takes it.", Useless: "A second consent.", Again: f.Settled}
	case f.Kind == permission.Delegated:
		return byRole(f, role)
	}
	found := unknown(f)
	found.Evidence = []string{want.Name + " is granted, so the permission is not the cause."}
	return found
}

func inDefender(f Failure) bool {
	return strings.Contains(f.Path, "/security/") || strings.HasPrefix(f.Path, "/api/incidents")
}

// deniesPermission tells a refusal by Defender that is about the token's permissions. It answers 403 to tenants that are not set up for it, too,
// and then in other words.
func deniesPermission(f Failure) bool {
	return f.Code == "Authorization_RequestDenied" || strings.Contains(f.Text, "Insufficient privileges") || strings.HasPrefix(f.Text, "Missing application roles")
}

// intuneAdministrator is the built-in role that opens Intune to a person (Microsoft Entra built-in roles).
const intuneAdministrator, globalAdministrator = "3a2c62db-5318-420d-8d74-23affee5d9d5", "62e90394-69f5-4237-9190-012177145e10"

// byRole tells which role a person lacks who has the permission: one that a relationship gives, one of Intune's, or one of the directory.
func byRole(f Failure, role string) Finding {
	found := Finding{Layer: LayerRole, Who: Customer, Confidence: Likely, Useless: "A new consent."}
	switch {
	case f.ended():
		return gdapEnded(f)
	case f.gdap() && intune(f) && !slices.Contains(f.GDAP.Roles, intuneAdministrator) && !slices.Contains(f.GDAP.Roles, globalAdministrator):
		found.Cause, found.Verdict = CauseGDAPRole, "The GDAP relationship with this tenant holds no role that opens Intune."
		found.Remedy, found.Evidence = "Ask the customer for a relationship with the role Intune Administrator. A relationship cannot be widened.", f.GDAP.evidence()
	case intune(f):
		found.Cause, found.Verdict = CauseIntuneRole, "The permission is granted, but Intune gives the signed-in person no role for this."
		found.Remedy = "An administrator gives the person an Intune role for it, or the directory role Intune Administrator."
		if f.gdap() {
			found.Remedy = "The relationship has the role. Check that the person is in a group of the partner that holds it, then sign in again."
			found.Who, found.Evidence = Owner, f.GDAP.evidence()
			found.Cause = CauseGDAPGroup
		}
	default:
		found.Cause, found.Verdict = CauseDirectoryRole, "The permission is granted, but the signed-in person lacks a directory role in this tenant."
		found.Remedy = "An administrator gives the person the role that this needs, directly or through GDAP."
		if role != "" {
			found.Remedy = "An administrator gives the person the role that this needs, directly or through GDAP: " + role + "."
		}
	}
	return found
}

// gdap tells a person who comes in by a relationship, not as guest.
func (f Failure) gdap() bool { return f.GDAP != nil && !f.Guest }

// ended tells that the only way in was a relationship, and that it is over.
func (f Failure) ended() bool { return f.gdap() && !f.GDAP.Works }

func gdapEnded(f Failure) Finding {
	return Finding{Cause: CauseGDAPEnded, Layer: LayerRole, Who: Customer, Confidence: Likely, Verdict: "The GDAP relationship with this tenant is over.",
		Remedy: "Ask the customer for a new relationship, and send them its approval link.", Useless: "A new consent, or another role in the partner's tenant.", Evidence: f.GDAP.evidence()}
}

func (r *Relationship) evidence() []string {
	said := "The GDAP relationship is " + r.Status + ", as it was read"
	if !r.ReadAt.IsZero() {
		said += " on " + r.ReadAt.UTC().Format("2 Jan 2006, 15:04 UTC")
	}
	return []string{said + "."}
}

func held(list []permission.Permission, want permission.Permission) bool {
	return slices.ContainsFunc(list, func(p permission.Permission) bool { return p.Covers(want) })
}

func article(k permission.Kind) string {
	if k == permission.Application {
		return "an application"
	}
	return "a delegated"
}

// operation finds the catalogue's operation of the call, and the role that a person needs for it: the one with the same method, kind and path,
// where {…} stands for one segment.
func operation(f Failure) (o permission.Operation, role string, known bool) {
	for _, e := range permission.Catalogue() {
		for _, o := range e.Operations {
			if strings.EqualFold(o.Method, f.Method) && (f.Kind == "" || e.Kind() == f.Kind) && samePath(o.Path, f.Path) {
				return o, e.Role, true
			}
		}
	}
	return permission.Operation{}, "", false
}

func samePath(pattern, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if i == 1 && len(a[i]) > 0 && (b[i] == "beta" || b[i] == "v1.0") {
			continue // the permission does not depend on the version
		}
		open, _, variable := strings.Cut(a[i], "{")
		if variable && strings.HasPrefix(b[i], open) && b[i] != "" {
			continue
		}
		if !strings.EqualFold(a[i], b[i]) {
			return false
		}
	}
	return true
}
