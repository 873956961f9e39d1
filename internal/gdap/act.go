package gdap

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// scope is the delegated permission that changes relationships (Microsoft Graph, delegatedAdminRelationship). Microsoft also wants the
// person in the partner's group AdminAgents.
const scope = "DelegatedAdminRelationship.ReadWrite.All"

const root = "/tenantRelationships/delegatedAdminRelationships"

// Acts changes relationships as the signed-in person, in the partner's own tenant. Each change is recorded, and read back from Microsoft.
type Acts struct {
	Who   graph.Acting
	Store *Store
	Audit *audit.Store
	Home  tenant.ID
	Now   func() time.Time
}

// Request asks a customer for roles.
type Request struct {
	Name     string
	Customer tenant.ID
	Roles    []string
	Days     int
	Extends  bool // goes on by 180 days when it ends
}

// Check says what Microsoft would refuse, by field: a name of 1 to 50 characters, a day to two years, built-in roles, and no automatic
// extension with Global Administrator (Microsoft Graph, create delegatedAdminRelationship).
func (r Request) Check() map[string]string {
	faults := map[string]string{}
	if n := len([]rune(strings.TrimSpace(r.Name))); n == 0 || n > 50 {
		faults["name"] = "Enter a name of 1 to 50 characters."
	}
	if r.Customer.IsZero() {
		faults["customer"] = "Choose a customer."
	}
	if r.Days < 1 || r.Days > 730 {
		faults["days"] = "Enter a whole number of days from 1 to 730."
	}
	switch {
	case len(r.Roles) == 0 || slices.ContainsFunc(r.Roles, func(id string) bool { return roleNames[id] == "" }):
		faults["role"] = "Choose at least one role."
	case r.Extends && slices.Contains(r.Roles, GlobalAdministrator):
		faults["extends"] = "Microsoft does not extend a relationship with Global Administrator. Leave the role or the extension out."
	}
	return faults
}

// ApprovalLink is where an administrator of the customer approves a request that was sent; center is the origin of Microsoft's admin centre.
func ApprovalLink(center, id string) string {
	return center + "/AdminPortal/Home#/partners/invitation/granularAdminRelationships/" + url.PathEscape(id)
}

type delegatedRole struct {
	ID string `json:"roleDefinitionId"`
}

type delegatedRoles struct {
	Roles []delegatedRole `json:"unifiedRoles"`
}

func rolesBody(ids []string) (b delegatedRoles) {
	for _, id := range ids {
		b.Roles = append(b.Roles, delegatedRole{id})
	}
	return b
}

// Ask makes the request and sends it to the customer. Where only the sending failed, the relationship is there and can be sent again.
func (a *Acts) Ask(ctx context.Context, person tenant.Person, r Request) (made Relationship, err error) {
	p, err := a.Who.As(ctx, a.Home, scope)
	if err != nil {
		return made, err
	}
	type customer struct {
		ID string `json:"tenantId"`
	}
	body := struct {
		Name     string         `json:"displayName"`
		Duration string         `json:"duration"`
		Extend   string         `json:"autoExtendDuration"`
		Customer customer       `json:"customer"`
		Access   delegatedRoles `json:"accessDetails"`
	}{strings.TrimSpace(r.Name), "P" + strconv.Itoa(r.Days) + "D", "PT0S", customer{r.Customer.String()}, rolesBody(r.Roles)}
	if r.Extends {
		body.Extend = "P180D"
	}
	done, err := graph.Send[graph.DelegatedAdminRelationship](ctx, p, graph.Change{Method: http.MethodPost, Path: root, Body: body})
	made = fromGraph(done.Value)
	made.Customer = r.Customer
	if err := a.record(ctx, person, "gdap.request.made", made, done.RequestID, err); err != nil {
		return made, err
	}
	if made.ID == "" {
		return made, errs.ShowNext(errs.Unavailable, "Microsoft took the request, but did not say what it is called.", "Look for it in the list after the next reading.")
	}
	return a.Send(ctx, person, made)
}

// Send sends a request that was made to the customer.
func (a *Acts) Send(ctx context.Context, person tenant.Person, r Relationship) (Relationship, error) {
	return a.request(ctx, person, r, "lockForApproval", "gdap.request.sent")
}

// End ends a relationship for good.
func (a *Acts) End(ctx context.Context, person tenant.Person, r Relationship) (Relationship, error) {
	return a.request(ctx, person, r, "terminate", "gdap.ended")
}

func (a *Acts) request(ctx context.Context, person tenant.Person, r Relationship, action, recorded string) (Relationship, error) {
	p, err := a.Who.As(ctx, a.Home, scope)
	if err != nil {
		return r, err
	}
	body := struct {
		Action string `json:"action"`
	}{action}
	done, err := graph.Send[struct{}](ctx, p, graph.Change{Method: http.MethodPost, Path: path(r.ID) + "/requests", Body: body})
	if err := a.record(ctx, person, recorded, r, done.RequestID, err); err != nil {
		return r, err
	}
	return a.readBack(ctx, p, r)
}

// Extend says whether an active relationship, or one that was not sent yet, goes on by 180 days when it ends (Microsoft Graph, update
// delegatedAdminRelationship).
func (a *Acts) Extend(ctx context.Context, person tenant.Person, r Relationship, on bool) (Relationship, error) {
	if on && slices.Contains(r.Roles, GlobalAdministrator) {
		return r, errs.ShowNext(errs.Invalid, "Microsoft does not extend a relationship with Global Administrator.", "Have that role removed from the relationship, or ask for a new one without it.")
	}
	p, err := a.Who.As(ctx, a.Home, scope)
	if err != nil {
		return r, err
	}
	w, err := graph.GetAs[graph.DelegatedAdminRelationship](ctx, p, path(r.ID), graph.Query{}) // the tag of what is changed
	if err != nil {
		return r, deed.Refusal(err)
	}
	body := struct {
		Extend string `json:"autoExtendDuration"`
	}{"PT0S"}
	if on {
		body.Extend = "P180D"
	}
	done, err := graph.Send[struct{}](ctx, p, graph.Change{Method: http.MethodPatch, Path: path(r.ID), Body: body, IfMatch: w.Tag})
	if err := a.record(ctx, person, "gdap.extension.set", r, done.RequestID, err); err != nil {
		return r, err
	}
	return a.readBack(ctx, p, r)
}

// Assign gives a group of the partner roles of an active relationship.
func (a *Acts) Assign(ctx context.Context, person tenant.Person, r Relationship, group string, roles []string) (Relationship, error) {
	if len(roles) == 0 || slices.ContainsFunc(roles, func(id string) bool { return !slices.Contains(r.Roles, id) }) {
		return r, errs.ShowNext(errs.Invalid, "Only roles of the relationship can be given to a group.", "Choose at least one of them.")
	}
	p, err := a.Who.As(ctx, a.Home, scope)
	if err != nil {
		return r, err
	}
	type container struct {
		ID   string `json:"accessContainerId"`
		Type string `json:"accessContainerType"`
	}
	body := struct {
		Container container      `json:"accessContainer"`
		Access    delegatedRoles `json:"accessDetails"`
	}{container{group, "securityGroup"}, rolesBody(roles)}
	done, err := graph.Send[struct{}](ctx, p, graph.Change{Method: http.MethodPost, Path: path(r.ID) + "/accessAssignments", Body: body})
	if err := a.record(ctx, person, "gdap.roles.given", r, done.RequestID, err); err != nil {
		return r, err
	}
	return a.readBack(ctx, p, r)
}

func path(id string) string { return root + "/" + url.PathEscape(id) }

// record writes down what was tried and how it went, in the customer's chain where it is one of ours; it gives the failure back in words.
func (a *Acts) record(ctx context.Context, person tenant.Person, action string, r Relationship, request string, failed error) error {
	ctx = context.WithoutCancel(ctx) // what was sent is recorded, whoever has left the page
	e := audit.By(person)
	e.Action, e.Object, e.RequestID = action, r.Name, request
	e.Detail = map[string]any{"relationship": r.ID, "customer": r.Customer.String(), "done": failed == nil}
	at := a.Home
	if r.Known {
		at = r.Customer
	}
	if failed != nil {
		e.Action += ".failed"
	}
	if err := a.Audit.Append(ctx, at, e); err != nil {
		return err
	}
	return deed.Refusal(failed)
}

// deed is what Microsoft's refusals are worded with.
var deed = graph.Deed{Needs: "membership of AdminAgents in your tenant", Look: "Read the list again"}

// readBack reads the relationship from Microsoft; one that is new is kept, so that its page is there before the next complete reading, which
// alone changes rows and tells the history. That it could not be read back changes nothing of what was done.
func (a *Acts) readBack(ctx context.Context, p graph.Person, r Relationship) (Relationship, error) {
	w, err := graph.GetAs[graph.DelegatedAdminRelationship](ctx, p, path(r.ID), graph.Query{})
	if err != nil {
		return r, nil
	}
	now := fromGraph(w)
	if now.Customer.IsZero() {
		now.Customer = r.Customer
	}
	given, err := graph.ListAs[graph.DelegatedAssignment](ctx, p, path(r.ID)+"/accessAssignments", graph.Query{})
	if err != nil {
		return r, nil
	}
	for _, x := range given {
		now.Assignments = append(now.Assignments, assignmentFromGraph(x))
	}
	return now, a.Store.pool.InTx(ctx, a.Home, func(tx pgx.Tx) error { return keep(ctx, tx, a.Home, a.Now(), now) })
}
