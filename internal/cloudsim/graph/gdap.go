package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// gdapOperations are granular delegated admin relationships, which the partner's own tenant keeps.
func gdapOperations() []operation {
	read, write := same("DelegatedAdminRelationship.Read.All"), same("DelegatedAdminRelationship.ReadWrite.All")
	const root = "/tenantRelationships/delegatedAdminRelationships"
	page := pageSize{300, 300}
	op := func(method, path string, allow permissions, o options, p pageSize, h func(*call) error) operation {
		return operation{method: method, path: path, versions: both, area: directory, allow: allow, options: o, page: p, handle: func(c *call) error {
			if err := c.asPartner(); err != nil {
				return err
			}
			return h(c)
		}}
	}
	const list = oSelect | oFilter | oTop | oOrder | oCount
	return []operation{
		op(http.MethodGet, root, read, list, page, (*call).listRelationships),
		op(http.MethodPost, root, write, 0, pageSize{}, (*call).makeRelationship),
		op(http.MethodGet, root+"/{id}", read, oSelect, pageSize{}, (*call).getRelationship),
		op(http.MethodPatch, root+"/{id}", write, 0, pageSize{}, (*call).changeRelationship),
		op(http.MethodDelete, root+"/{id}", write, 0, pageSize{}, (*call).dropRelationship),
		op(http.MethodGet, root+"/{id}/requests", read, list, page, (*call).listRequests),
		op(http.MethodPost, root+"/{id}/requests", write, 0, pageSize{}, (*call).request),
		op(http.MethodGet, root+"/{id}/operations", read, list, page, (*call).listGDAPOperations),
		op(http.MethodGet, root+"/{id}/operations/{op}", read, oSelect, pageSize{}, (*call).getGDAPOperation),
		op(http.MethodGet, root+"/{id}/accessAssignments", read, list, page, (*call).listAccess),
		op(http.MethodGet, root+"/{id}/accessAssignments/{aid}", read, oSelect, pageSize{}, (*call).getAccess),
		op(http.MethodPost, root+"/{id}/accessAssignments", write, 0, pageSize{}, (*call).assign),
		op(http.MethodPatch, root+"/{id}/accessAssignments/{aid}", write, 0, pageSize{}, (*call).reassign),
		op(http.MethodDelete, root+"/{id}/accessAssignments/{aid}", write, 0, pageSize{}, (*call).unassign),
		op(http.MethodGet, "/tenantRelationships/delegatedAdminCustomers", read, list, page, (*call).listCustomers),
		op(http.MethodGet, "/tenantRelationships/delegatedAdminCustomers/{id}", read, oSelect, pageSize{}, (*call).getCustomer),
		op(http.MethodGet, "/tenantRelationships/delegatedAdminCustomers/{id}/serviceManagementDetails", read, list, page, (*call).listManagement),
		{method: http.MethodGet, path: "/contracts", versions: both, area: directory, allow: same("Directory.Read.All"), options: list, page: directoryPage, handle: (*call).listContracts},
	}
}

// asPartner lets in whom GDAP lets in: people in the partner's AdminAgents, and applications where the partner has a service principal
// of Microsoft's application for it.
func (c *call) asPartner() error {
	if !c.t.Home {
		return denied()
	}
	if c.token.AppOnly {
		if sp := c.t.ServicePrincipals[world.DelegatedAdministration]; sp == nil || !sp.AccountEnabled {
			return &refusal{status: http.StatusForbidden, code: "Forbidden", message: "The caller is not authorized to perform the operation."}
		}
	} else if !slices.ContainsFunc(c.t.Groups, func(g *world.Group) bool {
		return g.DisplayName == "AdminAgents" && slices.Contains(c.t.PeopleIn(g.ID), c.token.ObjectID)
	}) {
		return denied()
	}
	c.s.world.Change(func() { c.s.world.SettleRelationships(c.now) })
	return nil
}

func roleObjects(ids []string) object {
	roles := []object{}
	for _, id := range ids {
		roles = append(roles, object{{"roleDefinitionId", id}})
	}
	return object{{"unifiedRoles", roles}}
}

func (c *call) relationshipObject(r *world.Relationship) object {
	ended := any(nil)
	activated := any(nil)
	if !r.Activated.IsZero() {
		activated, ended = r.Activated, r.End
	}
	customer := any(nil)
	if r.CustomerTenantID != "" {
		customer = object{{"tenantId", r.CustomerTenantID}, {"displayName", r.CustomerName}}
	}
	return object{
		{"@odata.etag", tagOf(r.ID, r.Revision)}, {"id", r.ID}, {"displayName", r.DisplayName}, {"duration", r.Duration}, {"customer", customer},
		{"accessDetails", roleObjects(c.s.world.RolesOf(r, r.Roles))}, {"status", c.s.world.StatusOf(r)}, {"autoExtendDuration", r.AutoExtend}, {"createdDateTime", r.Created},
		{"lastModifiedDateTime", r.Modified}, {"activatedDateTime", activated}, {"endDateTime", ended},
	}
}

func assignmentObject(a *world.AccessAssignment) object {
	return object{
		{"@odata.etag", tagOf(a.ID, int(a.Changed.Unix()))}, {"id", a.ID}, {"status", a.Status}, {"createdDateTime", a.Created}, {"lastModifiedDateTime", a.Changed},
		{"accessContainer", object{{"accessContainerId", a.GroupID}, {"accessContainerType", "securityGroup"}}}, {"accessDetails", roleObjects(a.Roles)},
	}
}

func assignmentObjects(r *world.Relationship) []object {
	list := []object{}
	for _, a := range r.Assignments {
		list = append(list, assignmentObject(a))
	}
	return list
}

func requestObject(q world.RelationshipRequest) object {
	action := q.Action
	if action == "reject" { // a later member of the enumeration, which only a Prefer header brings
		action = "unknownFutureValue"
	}
	return object{{"id", q.ID}, {"action", action}, {"status", q.Status}, {"createdDateTime", q.At}, {"lastModifiedDateTime", q.At}}
}

func requestObjects(r *world.Relationship) []object {
	list := []object{}
	for _, q := range r.Requests {
		list = append(list, requestObject(q))
	}
	return list
}

func operationObjects(r *world.Relationship) []object {
	list := []object{}
	for _, o := range r.Operations {
		list = append(list, object{{"id", o.ID}, {"operationType", o.Type}, {"status", "succeeded"}, {"data", o.Data}, {"createdDateTime", o.At}, {"lastModifiedDateTime", o.At}})
	}
	return list
}

// gdapObjects are all relationships, oldest first.
func (c *call) gdapObjects() (list []object) {
	c.s.world.View(func() {
		for _, r := range c.s.world.Relationships() {
			list = append(list, c.relationshipObject(r))
		}
	})
	return list
}

func (c *call) listRelationships() error {
	return c.fixed(kinds["delegatedAdminRelationship"], relationshipsContext, c.gdapObjects())
}

const relationshipsContext = "tenantRelationships/delegatedAdminRelationships"

func (c *call) getRelationship() error {
	for _, o := range c.gdapObjects() {
		if strings.EqualFold(o.text("id"), c.keys[0]) {
			return c.entity(kinds["delegatedAdminRelationship"], relationshipsContext, o)
		}
	}
	return missing(c.keys[0])
}

// part is what hangs on the relationship of the path.
func (c *call) part(of func(*world.Relationship) []object) (list []object, err error) {
	err = missing(c.keys[0])
	c.s.world.View(func() {
		if r := c.relationship(); r != nil {
			list, err = of(r), nil
		}
	})
	return list, err
}

// relationship is the one of the path, or nil. The caller holds View or Change.
func (c *call) relationship() *world.Relationship {
	for _, r := range c.s.world.Relationships() {
		if strings.EqualFold(r.ID, c.keys[0]) {
			return r
		}
	}
	return nil
}

func (c *call) listPart(name, kind string, of func(*world.Relationship) []object) error {
	list, err := c.part(of)
	if err != nil {
		return err
	}
	return c.fixed(kinds[kind], relationshipsContext+"('"+c.keys[0]+"')/"+name, list)
}

func (c *call) getPart(name, kind string, of func(*world.Relationship) []object) error {
	list, err := c.part(of)
	if err != nil {
		return err
	}
	for _, o := range list {
		if strings.EqualFold(o.text("id"), c.keys[1]) {
			return c.entity(kinds[kind], relationshipsContext+"('"+c.keys[0]+"')/"+name, o)
		}
	}
	return missing(c.keys[1])
}

func (c *call) listRequests() error {
	return c.listPart("requests", "delegatedAdminRelationshipRequest", requestObjects)
}

func (c *call) listGDAPOperations() error {
	return c.listPart("operations", "delegatedAdminRelationshipOperation", operationObjects)
}

func (c *call) getGDAPOperation() error {
	return c.getPart("operations", "delegatedAdminRelationshipOperation", operationObjects)
}

func (c *call) listAccess() error {
	return c.listPart("accessAssignments", "delegatedAdminAccessAssignment", assignmentObjects)
}

func (c *call) getAccess() error {
	return c.getPart("accessAssignments", "delegatedAdminAccessAssignment", assignmentObjects)
}

// customers are those with any relationship, each once.
func (c *call) customers() []object {
	list := []object{}
	c.s.world.View(func() {
		for _, r := range c.s.world.Relationships() {
			if r.CustomerTenantID != "" && r.Status != "created" && !slices.ContainsFunc(list, func(o object) bool { return o.text("id") == r.CustomerTenantID }) {
				list = append(list, object{{"id", r.CustomerTenantID}, {"tenantId", r.CustomerTenantID}, {"displayName", r.CustomerName}})
			}
		}
	})
	return list
}

func (c *call) listCustomers() error {
	return c.fixed(kinds["delegatedAdminCustomer"], "tenantRelationships/delegatedAdminCustomers", c.customers())
}

func (c *call) customer() (object, error) {
	for _, o := range c.customers() {
		if strings.EqualFold(o.text("id"), c.keys[0]) {
			return o, nil
		}
	}
	return nil, missing(c.keys[0])
}

func (c *call) getCustomer() error {
	o, err := c.customer()
	if err != nil {
		return err
	}
	return c.entity(kinds["delegatedAdminCustomer"], "tenantRelationships/delegatedAdminCustomers", o)
}

// managed are the portals that a partner may open for a customer.
var managed = []struct{ id, name, url string }{
	{"azure", "Azure Management", "https://portal.azure.com/"},
	{"intune", "Microsoft Intune", "https://intune.microsoft.com/"},
	{"office", "Microsoft 365 Admin", "https://admin.microsoft.com/Partner/BeginClientSession.aspx?CTID="},
}

func (c *call) listManagement() error {
	o, err := c.customer()
	if err != nil {
		return err
	}
	list := []object{}
	for _, m := range managed {
		list = append(list, object{{"id", m.id}, {"serviceName", m.name}, {"serviceManagementUrl", m.url + o.text("id")}})
	}
	return c.fixed(kinds["delegatedAdminServiceManagementDetail"], "tenantRelationships/delegatedAdminCustomers('"+o.text("id")+"')/serviceManagementDetails", list)
}

// listContracts is the older list of a reseller's customers; who is no partner has none. Names in it are never refreshed.
func (c *call) listContracts() error {
	list := []object{}
	if c.t.Home {
		for _, t := range c.s.world.Tenants()[1:] {
			list = append(list, object{
				{"id", world.GUID(c.s.world.Seed, "contract", t.ID)}, {"deletedDateTime", nil}, {"contractType", "ResellerPartner"}, {"customerId", t.ID},
				{"defaultDomainName", t.InitialDomain()}, {"displayName", t.DisplayName},
			})
		}
	}
	return c.fixed(kinds["contract"], "contracts", list)
}

// tagOf is an entity tag.
func tagOf(id string, revision int) string {
	return `W/"` + world.GUID(uint64(revision)+1, "tag", id)[:18] + `"`
}
