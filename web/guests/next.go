package guests

import (
	"cmp"
	"slices"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// next is what a person can do about a guest here, or why not.
type next struct {
	reason  string
	signIn  string
	resend  bool
	roles   *ui.Select
	licence bool
	revoke  bool
}

func newNext(m tenant.Membership, x guest.Guest, c page.Chrome, at string) (n next) {
	switch {
	case !x.GoneAt.IsZero():
		n.reason = "The account is no longer in the directory."
		return n
	case x.Leaving():
		n.reason = "The account was deleted here by " + x.RevokedBy + ". It shows as gone once a read no longer finds it."
		return n
	case !m.May(tenant.MayAct):
		n.reason = "A technician or an owner invites, gives roles and licences, and deletes accounts."
		return n
	case !signedIn(m, c):
		n.reason, n.signIn = "You are not signed in at "+m.Tenant.Name()+". What you change there is done in your name.", page.SignInAt(m.Tenant.ID, at)
		return n
	}
	n.revoke = true
	switch {
	case x.Standing == guest.Invited:
		n.resend = true
	case atHome(m): // what a customer's people get there is for its administrators to decide
	case x.Redeemed == nil || !*x.Redeemed || !x.RolesRead && x.Intune == nil:
		n.reason = "What is unknown must be read before anything can be given."
	default:
		n.licence = x.Intune != nil && !*x.Intune
		n.offer(x)
	}
	return n
}

// offer lists the roles that the guest does not hold. What it holds must be known for that.
func (n *next) offer(x guest.Guest) {
	if !x.RolesRead {
		n.reason = "No role can be given before those that it holds are read."
		return
	}
	s := ui.Select{Name: "role", Label: "Directory role", Hint: "Over the whole directory, until somebody takes it away. Intune Administrator is the smallest that manages devices."}
	for _, id := range guest.Offered {
		if !slices.Contains(x.Roles, id) {
			s.Options = append(s.Options, ui.Option{Value: id, Label: gdap.RoleName(id)})
		}
	}
	if len(s.Options) == 0 {
		n.reason = "The guest holds every role that the portal gives."
		return
	}
	n.roles = &s
}

// because is why a form is not offered.
func (n next) because() string {
	return cmp.Or(n.reason, "There is nothing to give: the account holds an Intune licence, or the invitation was not redeemed yet.")
}
