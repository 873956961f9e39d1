package graph

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// gdapBody is what requests about relationships and assignments may hold.
type gdapBody struct {
	Action      string  `json:"action"`
	DisplayName *string `json:"displayName"`
	Duration    *string `json:"duration"`
	AutoExtend  *string `json:"autoExtendDuration"`
	Customer    *struct {
		TenantID    string `json:"tenantId"`
		DisplayName string `json:"displayName"`
	} `json:"customer"`
	Details *struct {
		Roles []struct {
			ID string `json:"roleDefinitionId"`
		} `json:"unifiedRoles"`
	} `json:"accessDetails"`
	Container *struct {
		ID   string `json:"accessContainerId"`
		Type string `json:"accessContainerType"`
	} `json:"accessContainer"`
}

func (b gdapBody) roles() (ids []string) {
	if b.Details != nil {
		for _, r := range b.Details.Roles {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (c *call) gdapBody() (b gdapBody, err error) {
	raw, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &b) != nil {
		return b, badRequest("Unable to read JSON request payload.")
	}
	return b, nil
}

func conflict(message string) *refusal {
	return &refusal{status: http.StatusConflict, code: "conflict", message: message}
}

// created answers with what was made, and where it is.
func (c *call) created(k, context, location string, o object) error {
	if err := c.entity(kinds[k], context, o); err != nil {
		return err
	}
	c.w.Header().Set("Location", c.base()+location)
	c.status = http.StatusCreated
	return nil
}

// change runs f on the relationship of the path while nobody else looks.
func (c *call) change(f func(*world.Relationship) error) error {
	err := error(missing(c.keys[0]))
	c.s.world.Change(func() {
		if r := c.relationship(); r != nil {
			err = f(r)
		}
	})
	return err
}

// match refuses a change to what has changed since, or without saying what it was.
func (c *call) match(tag string) error {
	switch got := c.r.Header.Get("If-Match"); {
	case got == "":
		return badRequest("The If-Match header is required.")
	case got != tag && got != "*":
		return &refusal{status: http.StatusPreconditionFailed, code: "preconditionFailed", message: "The resource has changed since it was read."}
	}
	return nil
}

const globalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// apply takes over what the body says of a relationship, or refuses it.
func (b gdapBody) apply(r *world.Relationship) error {
	if b.DisplayName != nil {
		r.DisplayName = *b.DisplayName
	}
	if b.Duration != nil {
		r.Duration = *b.Duration
	}
	if b.Details != nil {
		r.Roles = b.roles()
	}
	if b.Customer != nil {
		r.CustomerTenantID, r.CustomerName = strings.ToLower(b.Customer.TenantID), b.Customer.DisplayName
	}
	if b.AutoExtend != nil {
		r.AutoExtend = *b.AutoExtend
	}
	if _, ok := world.Days(r.Duration); !ok {
		return badRequest("The duration must be between P1D and P2Y.")
	}
	switch {
	case r.DisplayName == "" || len([]rune(r.DisplayName)) > 50:
		return badRequest("The displayName must have between 1 and 50 characters.")
	case len(r.Roles) == 0 || slices.ContainsFunc(r.Roles, func(id string) bool { return !knownRole(id) }):
		return badRequest("The unifiedRoles must name built-in roles.")
	case !slices.Contains([]string{"", "P0D", "PT0S", "P180D"}, r.AutoExtend):
		return badRequest("The autoExtendDuration must be P0D, PT0S or P180D.")
	case r.AutoExtend == "P180D" && slices.Contains(r.Roles, globalAdministrator):
		return badRequest("A relationship with the Global Administrator role cannot be extended automatically.")
	}
	if r.AutoExtend != "P180D" {
		r.AutoExtend = "PT0S"
	}
	return nil
}

func knownRole(id string) bool {
	for _, t := range world.RoleTemplates {
		if t == id {
			return true
		}
	}
	return false
}

func (c *call) makeRelationship() error {
	b, err := c.gdapBody()
	if err != nil {
		return err
	}
	var o object
	c.s.world.Change(func() {
		all := c.s.world.Relationships()
		id := func(n int) string { return world.GUID(c.s.world.Seed, "gdap made", len(all), n) }
		r := &world.Relationship{ID: id(1) + "-" + id(2), Status: "created", Created: c.now, Modified: c.now}
		if err = b.apply(r); err != nil {
			return
		}
		if slices.ContainsFunc(all, func(x *world.Relationship) bool { return strings.EqualFold(x.DisplayName, r.DisplayName) }) {
			err = conflict("A relationship with this displayName exists already.")
			return
		}
		if t, ok := c.s.world.Tenant(r.CustomerTenantID); ok {
			r.CustomerName = t.DisplayName
		}
		c.s.world.AddRelationship(r)
		o = c.relationshipObject(r)
	})
	if err != nil {
		return err
	}
	return c.created("delegatedAdminRelationship", relationshipsContext, "/"+relationshipsContext+"/"+o.text("id"), o)
}

// changeRelationship: before it is sent to the customer everything may change; once active the extension, and Global Administrator may go.
func (c *call) changeRelationship() error {
	b, err := c.gdapBody()
	if err != nil {
		return err
	}
	var o object
	err = c.change(func(r *world.Relationship) error {
		if err := c.match(tagOf(r.ID, r.Revision)); err != nil {
			return err
		}
		changed := *r
		if err := b.apply(&changed); err != nil {
			return err
		}
		if r.Status != "created" {
			less := slices.DeleteFunc(slices.Clone(r.Roles), func(id string) bool { return id == globalAdministrator })
			if r.Status != "active" || b.DisplayName != nil || b.Duration != nil || b.Customer != nil || b.Details != nil && !slices.Equal(less, changed.Roles) {
				return conflict("The relationship cannot be changed in its current status.")
			}
		}
		changed.Modified, changed.Revision = c.now, r.Revision+1
		*r = changed
		o = c.relationshipObject(r)
		return nil
	})
	if err != nil {
		return err
	}
	return c.entity(kinds["delegatedAdminRelationship"], relationshipsContext, o)
}

func (c *call) dropRelationship() error {
	return c.change(func(r *world.Relationship) error {
		if err := c.match(tagOf(r.ID, r.Revision)); err != nil {
			return err
		}
		if r.Status != "created" {
			return conflict("Only a relationship that was not sent to the customer can be deleted.")
		}
		c.s.world.DropRelationship(r)
		c.status = http.StatusNoContent
		return nil
	})
}

// request sends a relationship to the customer, or ends it. Only the customer approves.
func (c *call) request() error {
	b, err := c.gdapBody()
	if err != nil {
		return err
	}
	var o object
	err = c.change(func(r *world.Relationship) error {
		if b.Action != "lockForApproval" && b.Action != "terminate" {
			return badRequest("The action is not supported.")
		}
		q, ok := c.s.world.Ask(r, b.Action, c.now)
		if !ok {
			return conflict("The relationship cannot be " + b.Action + " in the status " + r.Status + ".")
		}
		o = requestObject(q)
		return nil
	})
	if err != nil {
		return err
	}
	return c.created("delegatedAdminRelationshipRequest", relationshipsContext+"('"+c.keys[0]+"')/requests", "/"+relationshipsContext+"/"+c.keys[0]+"/requests/"+o.text("id"), o)
}

func (c *call) assign() error {
	b, err := c.gdapBody()
	if err != nil {
		return err
	}
	var o object
	err = c.change(func(r *world.Relationship) error {
		if b.Container == nil || b.Container.Type != "securityGroup" || !slices.ContainsFunc(c.t.Groups, func(g *world.Group) bool { return strings.EqualFold(g.ID, b.Container.ID) }) {
			return badRequest("The accessContainer must be a security group of the partner.")
		}
		if err := within(r, b.roles()); err != nil {
			return err
		}
		if slices.ContainsFunc(r.Assignments, func(a *world.AccessAssignment) bool { return strings.EqualFold(a.GroupID, b.Container.ID) }) {
			return conflict("An access assignment for this group exists already.")
		}
		a := &world.AccessAssignment{ID: world.GUID(c.s.world.Seed, "assignment", r.ID, b.Container.ID), GroupID: strings.ToLower(b.Container.ID), Roles: b.roles(), Status: "pending", Created: c.now, Changed: c.now}
		r.Assignments = append(r.Assignments, a)
		o = assignmentObject(a)
		return nil
	})
	if err != nil {
		return err
	}
	return c.created("delegatedAdminAccessAssignment", relationshipsContext+"('"+c.keys[0]+"')/accessAssignments", "/"+relationshipsContext+"/"+c.keys[0]+"/accessAssignments/"+o.text("id"), o)
}

// within refuses roles that the customer did not approve.
func within(r *world.Relationship, roles []string) error {
	switch {
	case r.Status != "active":
		return conflict("Access can only be assigned in an active relationship.")
	case len(roles) == 0 || slices.ContainsFunc(roles, func(id string) bool { return !slices.Contains(r.Roles, id) }):
		return badRequest("The unifiedRoles must be among those of the relationship.")
	}
	return nil
}

// assignment runs f on the one of the path.
func (c *call) assignment(f func(*world.Relationship, *world.AccessAssignment) error) error {
	return c.change(func(r *world.Relationship) error {
		for _, a := range r.Assignments {
			if strings.EqualFold(a.ID, c.keys[1]) {
				if err := c.match(tagOf(a.ID, int(a.Changed.Unix()))); err != nil {
					return err
				}
				return f(r, a)
			}
		}
		return missing(c.keys[1])
	})
}

func (c *call) reassign() error {
	b, err := c.gdapBody()
	if err != nil {
		return err
	}
	return c.assignment(func(r *world.Relationship, a *world.AccessAssignment) error {
		if err := within(r, b.roles()); err != nil {
			return err
		}
		a.Roles, a.Status, a.Changed = b.roles(), "pending", c.now
		o := world.RelationshipOperation{ID: world.GUID(c.s.world.Seed, "gdap operation", r.ID, len(r.Operations)), Type: "delegatedAdminAccessAssignmentUpdate", Data: `{"accessAssignmentId":"` + a.ID + `"}`, At: c.now}
		r.Operations = append(r.Operations, o)
		c.w.Header().Set("Location", c.base()+"/"+relationshipsContext+"/"+r.ID+"/operations/"+o.ID)
		c.w.Header().Set("Retry-After", "10")
		c.status = http.StatusAccepted
		return nil
	})
}

func (c *call) unassign() error {
	return c.assignment(func(_ *world.Relationship, a *world.AccessAssignment) error {
		a.Status, a.Changed = "deleting", c.now
		c.status = http.StatusNoContent
		return nil
	})
}
