package doctor

import (
	"strconv"

	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// fixers say who can fix it, to somebody who could not sign in and may be anybody.
var fixers = map[diagnose.Who]string{
	diagnose.Nobody: "Nobody has to, it passes by itself", diagnose.Owner: "Whoever runs this portal", diagnose.Staff: "You", diagnose.Customer: "An administrator of the company where you signed in",
	diagnose.Support: "Microsoft support", diagnose.NotKnown: "Not known",
}

// Refused is what stopped a sign-in at a tenant, by Microsoft's answer alone: whoever reads it is not signed in, so that nothing of what the
// portal knows of the tenant is in it. nil: the answer has no number to go by.
func Refused(f diagnose.Failure, at tenant.ID, origin string) *page.Behind {
	if f.AADSTS == 0 {
		return nil
	}
	found := diagnose.Diagnose(f)
	b := &page.Behind{Layer: names[string(found.Layer)], Who: fixers[found.Who], Remedy: found.Remedy}
	if found.Layer == diagnose.LayerUnknown {
		b.Layer, b.Remedy = "Not known", "Give the reference to Microsoft support."
	}
	b.Message = "A sign-in to " + origin + " at the Microsoft Entra tenant " + at.String() + " was refused on " + f.At.UTC().Format("2 Jan 2006, 15:04 UTC") + ".\n" + found.Verdict + " " + b.Remedy + "\n" +
		"Microsoft’s reference: AADSTS" + strconv.Itoa(f.AADSTS)
	if f.RequestID != "" {
		b.Message += ", correlation id " + f.RequestID
	}
	b.Message += "."
	return b
}
