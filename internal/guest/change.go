package guest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Template ids of directory roles (Microsoft Entra built-in roles).
const (
	IntuneAdministrator = "3a2c62db-5318-420d-8d74-23affee5d9d5" // proposed: manages devices and nothing else
	globalAdministrator = graph.GlobalAdministrator
)

// Offered are the roles that GiveRole gives, the one proposed first. Global Administrator is none of them: whoever needs it is given it
// by the customer.
var Offered = []string{
	IntuneAdministrator,
	"f2ef992c-3afb-46b9-b7cf-a126ee74c451", // Global Reader
	"194ae4cb-b126-40b2-bd5b-6091b380977d", // Security Administrator
	"5d6b6bb7-de71-4623-b4af-96380a352509", // Security Reader
	"95e79109-95c0-4d8e-aee3-d01accf2d47b", // Guest Inviter
}

// Service changes who is a guest at a customer, as the person who asks for it: Microsoft's log there names the person.
type Service struct {
	acting graph.Acting
	audit  *audit.Store
	origin string // of the portal: where a guest goes after accepting
}

// NewService changes guests by the sign-ins that acting finds, and records it. Origin is the portal's.
func NewService(acting graph.Acting, log *audit.Store, origin string) *Service {
	return &Service{acting: acting, audit: log, origin: origin}
}

// Invitation is one person to invite.
type Invitation struct {
	Address  string
	Name     string
	Mail     bool   // Microsoft sends the invitation
	Language string // of Microsoft's own words: de-DE
	Message  string // instead of Microsoft's own words
}

// Receipt is how Microsoft took an invitation. Link is a secret: whoever has it and the account can accept. It is kept nowhere.
type Receipt struct {
	Link     string
	Accepted bool // the person is a guest already, and accepted long ago
}

// body is what POST /invitations takes (Microsoft Graph v1.0).
type body struct {
	Address  string   `json:"invitedUserEmailAddress"`
	Name     string   `json:"invitedUserDisplayName,omitempty"`
	Redirect string   `json:"inviteRedirectUrl"`
	Mail     bool     `json:"sendInvitationMessage"`
	Message  *message `json:"invitedUserMessageInfo,omitempty"`
}

// message holds one of both: Microsoft does not look at the language where the text is one's own.
type message struct {
	Language string `json:"messageLanguage,omitempty"`
	Text     string `json:"customizedMessageBody,omitempty"`
}

type invitation struct {
	Link   string `json:"inviteRedeemUrl"`
	Status string `json:"status"` // PendingAcceptance, Completed, InProgress, Error
	User   struct {
		ID string `json:"id"`
	} `json:"invitedUser"`
}

// Invite makes somebody a guest, or sends the invitation again: for an address that was invited before, Microsoft makes no second account.
func (s *Service) Invite(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, in Invitation) (Receipt, error) {
	p, err := s.acting.As(ctx, tid, "User.Invite.All")
	if err != nil {
		return Receipt{}, err
	}
	b := body{Address: in.Address, Name: in.Name, Redirect: s.origin + "/signin?tenant=" + tid.String() + "&return=" + url.QueryEscape("/t/"+tid.String()), Mail: in.Mail}
	if in.Mail {
		b.Message = &message{Language: in.Language, Text: in.Message}
		if in.Message != "" {
			b.Message.Language = ""
		}
	}
	done, err := graph.Send[invitation](ctx, p, graph.Change{Method: http.MethodPost, Path: "/invitations", Body: b})
	if err == nil && done.Value.Status == "Error" {
		err = errs.Show(errs.Invalid, "Microsoft took the invitation and then could not make the account.")
	}
	e := audit.By(by)
	e.Action, e.Object, e.RequestID = "guest.invited", in.Address, requestID
	e.Detail = map[string]any{"mail": in.Mail, "guest": done.Value.User.ID, "graph_request_id": done.RequestID, "graph_client_request_id": done.ClientID}
	if err := s.record(ctx, tid, e, err, "Guest Inviter or User Administrator"); err != nil {
		return Receipt{}, err
	}
	return Receipt{Link: done.Value.Link, Accepted: done.Value.Status == "Completed"}, nil
}

// GiveRole gives a guest a directory role over the whole tenant.
func (s *Service) GiveRole(ctx context.Context, by tenant.Person, requestID string, g Guest, role string) error {
	switch {
	case role == globalAdministrator:
		return errs.ShowNext(errs.Invalid, "The portal gives nobody the role Global Administrator.", "Choose the smallest role that does; an administrator of the customer can give the other.")
	case !slices.Contains(Offered, role):
		return errs.Show(errs.Invalid, "That role is not one that the portal gives.")
	case slices.Contains(g.Roles, role):
		return errs.Show(errs.Conflict, "The guest holds that role already.")
	case g.Redeemed == nil || !*g.Redeemed || !g.GoneAt.IsZero():
		return errs.ShowNext(errs.Conflict, "The invitation was not redeemed, as far as was read.", "Give the role once the person has accepted.")
	}
	p, err := s.acting.As(ctx, g.Tenant, "RoleManagement.ReadWrite.Directory")
	if err != nil {
		return err
	}
	done, err := graph.Send[struct{}](ctx, p, graph.Change{Method: http.MethodPost, Path: "/roleManagement/directory/roleAssignments", Body: map[string]string{
		"@odata.type": "#microsoft.graph.unifiedRoleAssignment", "roleDefinitionId": role, "principalId": g.ID, "directoryScopeId": "/",
	}})
	e := audit.By(by)
	e.Action, e.Object, e.RequestID = "guest.role.given", g.Address, requestID
	e.Detail = map[string]any{"guest": g.ID, "role": role, "graph_request_id": done.RequestID, "graph_client_request_id": done.ClientID}
	return s.record(ctx, g.Tenant, e, err, "Privileged Role Administrator")
}

// record keeps what was asked of Microsoft and how it went, and words a refusal for the person, who needs that role.
func (s *Service) record(ctx context.Context, tid tenant.ID, e audit.Entry, failed error, role string) error {
	var refused *graph.Error
	if errors.As(failed, &refused) {
		e.Detail["kind"], e.Detail["code"] = string(refused.Kind), refused.Code
	}
	switch {
	case refused != nil && refused.Unknown:
		e.Action += ".unknown"
	case failed != nil:
		e.Action += ".failed"
	}
	if err := s.audit.Append(context.WithoutCancel(ctx), tid, e); err != nil {
		return errors.Join(err, failed)
	}
	if refused == nil {
		return failed
	}
	return fmt.Errorf("%w (%s)", worded(refused, role), refused.Error())
}

func worded(e *graph.Error, role string) error {
	ids := ""
	if e.RequestID != "" {
		ids = " Microsoft’s request id is " + e.RequestID + "."
	}
	switch {
	case e.Unknown:
		return errs.ShowNext(errs.Timeout, "Microsoft did not say whether it was done."+ids, "Read the guests again before you repeat it.")
	case e.Kind == graph.Permission || e.Kind == graph.Token:
		return errs.ShowNext(errs.Forbidden, "Microsoft refuses this to you at this customer."+ids, "You need the directory role "+role+" there.")
	case e.Kind == graph.Throttled:
		return errs.ShowNext(errs.Unavailable, "Microsoft has had too many requests from this customer; nothing was done."+ids, "Try again in a few minutes.")
	case e.Kind == graph.NotFound:
		return errs.ShowNext(errs.Conflict, "The account is not in the customer’s directory."+ids, "Read the guests again. A new account can take some minutes to be found everywhere.")
	case e.Kind == graph.Refused:
		return errs.Show(errs.Invalid, "Microsoft did not take it: “"+strings.TrimSuffix(cut(clean(e.Message)), ".")+"”."+ids)
	}
	return errs.ShowNext(errs.Unavailable, "Microsoft does not work at the moment; nothing was done."+ids, "Try again later.")
}
