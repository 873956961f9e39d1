package guest

import (
	"context"
	"errors"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// RoleGroup is a group of the customer by which a guest holds directory roles.
type RoleGroup struct {
	ID      string
	Name    string
	Dynamic bool     // a rule says who is in it: nobody can be taken out by hand
	Roles   []string // what they are called
}

// LeaveGroup takes a guest out of a group that carries roles, and says what the group had when it was read back.
func (s *Service) LeaveGroup(ctx context.Context, by tenant.Person, requestID string, g Guest, in RoleGroup) (said string, err error) {
	if !g.GoneAt.IsZero() || g.Leaving() {
		return "", errs.Show(errs.Conflict, "The account is no longer in the customer’s directory.")
	}
	left, failed := graph.Leave(ctx, s.Who, g.Tenant, in.ID, g.ID)
	if left.Sent() {
		ending, detail := left.Record(failed)
		detail["guest"], detail["group"] = g.ID, in.ID
		if err := s.Audit.Keep(ctx, g.Tenant, by, audit.Entry{Action: "guest.group.left" + ending, Object: g.Address, RequestID: requestID, Detail: detail}); err != nil {
			return "", errors.Join(err, failed)
		}
	}
	if failed != nil {
		return "", groupDeed.Refusal(failed)
	}
	return left.Said(g.Address), nil
}

// groupDeed is what Microsoft's refusals are worded with.
var groupDeed = graph.Deed{
	Needs: "the directory role Privileged Role Administrator at this customer, where the group holds a directory role, or else User Administrator",
	Look:  "Read the directory roles again", Gone: "The group is not in the customer’s directory, or the account is not in the group any more.",
}
