package gate

import (
	"context"
	"fmt"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// stranger says to somebody who signed in and has nothing to see here why that is, and whom to ask.
func (g *Gate) stranger(ctx context.Context, v visitor) error {
	partner := g.partner(ctx)
	who := v.in.UPN
	if who == "" {
		who = "This account"
	}
	why, ask := "", ""
	switch v.Reason {
	case tenant.ReasonNotStaff:
		why, ask = "%s is signed in, but nobody at %s has given it a role here.", "Ask an owner of this portal to add you on the Staff page."
	case tenant.ReasonDisabled:
		why, ask = "%s is switched off in the portal of %s.", "Ask an owner of this portal to switch it on again."
	case tenant.ReasonHomeGuest:
		why, ask = "%s is a guest of %s, and guests are never staff.", "Sign in with an account that belongs to the company, or ask an owner of this portal."
	case tenant.ReasonGuest:
		why, ask = "%s is a guest of this customer. Staff of %s sign in at home first.", "Sign out, sign in at home, then sign in at the customer once more. Customers sign in with an account of their own company."
	case tenant.ReasonSuspended:
		why, ask = "%s is signed in, but %s has switched this tenant off.", "Ask your contact there."
	default:
		why, ask = "%s is signed in, but its tenant is no customer of %s in this portal.", "Ask your contact there for a consent link, or sign in at another company."
	}
	return errs.ShowNext(errs.Forbidden, fmt.Sprintf(why, who, partner), ask)
}
