package guest

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

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
	Who    graph.Acting
	Graph  *graph.Client // reads back by the portal's own sign-in, which cannot change anything
	Store  *Store
	Audit  *audit.Store
	Origin string // of the portal: where a guest goes after accepting
	Home   tenant.ID
	Now    func() time.Time
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
	p, err := s.as(ctx, tid, "User.Invite.All", writeUsers)
	if err != nil {
		return Receipt{}, err
	}
	b := body{Address: in.Address, Name: in.Name, Redirect: s.Origin + "/signin?tenant=" + tid.String() + "&return=" + url.QueryEscape("/t/"+tid.String()), Mail: in.Mail}
	if tid == s.Home {
		b.Redirect = s.Origin // a guest of the partner has no page of the portal there
	}
	if in.Mail {
		b.Message = &message{Language: in.Language, Text: in.Message}
		if in.Message != "" {
			b.Message.Language = ""
		}
	}
	d := deed{by, requestID, tid, "guest.invited", in.Address, "the directory role Guest Inviter or User Administrator", map[string]any{"mail": in.Mail}}
	done, err := send(ctx, s, p, d, graph.Change{Method: http.MethodPost, Path: "/invitations", Body: b}, func(v invitation) error {
		d.detail["guest"] = v.User.ID
		if v.Status == "Error" {
			return errs.Show(errs.Invalid, "Microsoft took the invitation and then could not make the account.")
		}
		return nil
	})
	if err == nil && done.User.ID != "" {
		// The invitation went out: where this cannot be kept, only the waiting for the account is lost.
		_ = s.Store.await(context.WithoutCancel(ctx), tid, strings.ToLower(in.Address), strings.ToLower(done.User.ID), s.Now())
	}
	return Receipt{Link: done.Link, Accepted: done.Status == "Completed"}, err
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
	}
	if err := g.ready(); err != nil {
		return err
	}
	p, err := s.Who.As(ctx, g.Tenant, writeRoles)
	if err != nil {
		return err
	}
	d := deed{by, requestID, g.Tenant, "guest.role.given", g.Address, needsRoles, map[string]any{"guest": g.ID, "role": role}}
	_, err = send[struct{}](ctx, s, p, d, graph.Change{Method: http.MethodPost, Path: rolesPath, Body: map[string]string{
		"@odata.type": "#microsoft.graph.unifiedRoleAssignment", "roleDefinitionId": role, "principalId": g.ID, "directoryScopeId": "/",
	}}, nil)
	return err
}

// ready refuses to give something to an account that nobody has accepted, or that is gone.
func (g Guest) ready() error {
	switch {
	case !g.GoneAt.IsZero() || g.Leaving():
		return errs.ShowNext(errs.Conflict, "The account is no longer in the customer’s directory.", "Invite the person again.")
	case g.Redeemed == nil || !*g.Redeemed:
		return errs.ShowNext(errs.Conflict, "The invitation was not redeemed, as far as was read.", "Go on once the person has accepted.")
	}
	return nil
}

// The delegated permissions of what changes an account, and what a person must be for roles.
const (
	writeUsers    = "User.ReadWrite.All"
	writeRoles    = "RoleManagement.ReadWrite.Directory"
	writeLicences = "LicenseAssignment.ReadWrite.All"
	needsRoles    = "the directory role Privileged Role Administrator"
)

// as is the person with the first of these permissions that the customer has consented to: each of them is enough, the least comes first.
func (s *Service) as(ctx context.Context, tid tenant.ID, enough ...string) (graph.Person, error) {
	var refused error
	for _, scope := range enough {
		p, err := s.Who.As(ctx, tid, scope)
		if err == nil || !errors.Is(err, errs.Forbidden) {
			return p, err
		}
		if refused == nil {
			refused = err
		}
	}
	return graph.Person{}, refused
}

// deed is one change, and how it is written down.
type deed struct {
	by        tenant.Person
	requestID string // of the page
	tenant    tenant.ID
	action    string
	address   string
	needs     string // what the person must be at the customer
	detail    map[string]any
}

// send makes the change as the person and records how it went. Judge, where not nil, may find a failure in a good answer.
func send[T any](ctx context.Context, s *Service, p graph.Person, d deed, ch graph.Change, judge func(T) error) (T, error) {
	done, failed := graph.Send[T](ctx, p, ch)
	if failed == nil && judge != nil {
		failed = judge(done.Value)
	}
	ending, how := done.Record(failed)
	maps.Copy(d.detail, how)
	if err := s.Audit.Keep(ctx, d.tenant, d.by, audit.Entry{Action: d.action + ending, Object: d.address, RequestID: d.requestID, Detail: d.detail}); err != nil {
		return done.Value, errors.Join(err, failed)
	}
	if d.tenant == s.Home {
		return done.Value, refusal(failed, d.needs+" in your tenant")
	}
	return done.Value, refusal(failed, d.needs+" at this customer")
}
