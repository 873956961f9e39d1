package graph

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// flow is one attribute that a job writes. from is an attribute of the source, unless kind says otherwise.
type flow struct {
	to, from string
	kind     string // "Constant", "Function"; empty: "Attribute"
	uses     string // the attribute that a function takes
	standard string // value where the source has none
	match    int    // precedence among what accounts are matched by
	once     bool   // written only when the account is made
}

// flows are the attributes of accounts that the application's job writes, with what this customer changed about its template.
func (c *call) flows(j job) []flow {
	var list []flow
	for _, m := range mappings {
		f := flow{to: m[1], from: m[0]}
		switch m[0] {
		case "userPrincipalName":
			f.match = 1
		case "accountEnabled":
			f = flow{to: m[1], from: `Switch([IsSoftDeleted], , "False", "True", "True", "False")`, kind: "Function", uses: "IsSoftDeleted"}
		}
		list = append(list, f)
	}
	switch galleryAt(j.gallery).target {
	case scimUser:
		list = append(list, flow{to: "externalId", from: "mailNickname", match: 2}, flow{to: `phoneNumbers[type eq "work"].value`, from: "telephoneNumber"}, flow{to: `addresses[type eq "work"].country`, from: "country"},
			flow{to: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", from: "manager"}, flow{to: "preferredLanguage", from: "preferredLanguage"})
	case "sys_user":
		list = append(list, flow{to: "employee_number", from: "employeeId"}, flow{to: "location", from: "city"}, flow{to: "manager", from: "manager"})
	default:
		list = append(list, flow{to: "ProfileName", from: "SingleAppRoleAssignment([appRoleAssignments])", kind: "Function", uses: "appRoleAssignments"}, flow{to: "LocaleSidKey", from: "en_GB", kind: "Constant", once: true})
	}
	return c.tailored(j, list)
}

// tailored is what this customer changed: some match by mail, some leave something out, some put names together themselves.
func (c *call) tailored(j job, list []flow) []flow {
	d := c.draw(kindJob, j.n+2000)
	if d.is(0.2) {
		list[0].from = "mail"
	}
	if d.is(0.25) {
		list[1] = flow{to: "displayName", from: `Join(" ", , [givenName], [surname])`, kind: "Function", uses: "givenName"}
	}
	if d.is(0.2) {
		list[5].standard = "Employee"
	}
	if d.is(0.3) {
		list = slices.Delete(list, 6, 7) // the department stays at home
	}
	return list
}

func mappedFrom(kind, expression, name string, parameters []object) object {
	return object{{"expression", expression}, {"name", name}, {"type", kind}, {"parameters", parameters}}
}

func (f flow) object() object {
	from := mappedFrom("Attribute", "["+f.from+"]", f.from, []object{})
	switch f.kind {
	case "Constant":
		from = mappedFrom("Constant", `"`+f.from+`"`, f.from, []object{})
	case "Function":
		name, _, _ := strings.Cut(f.from, "(")
		from = mappedFrom("Function", f.from, name, []object{{{"key", "source"}, {"value", mappedFrom("Attribute", "["+f.uses+"]", f.uses, []object{})}}})
	}
	when, standard := "Always", any(nil)
	if f.once {
		when = "ObjectAddOnly"
	}
	if f.standard != "" {
		standard = f.standard
	}
	return object{
		{"defaultValue", standard}, {"exportMissingReferences", false}, {"flowBehavior", "FlowWhenChanged"}, {"flowType", when}, {"matchingPriority", f.match}, {"targetAttributeName", f.to}, {"source", from},
	}
}

// groupFlows are the attributes of groups that every job writes.
var groupFlows = []flow{{to: "displayName", from: "displayName", match: 1}, {to: "externalId", from: "objectId"}, {to: "members", from: "members"}}

// scope is the scoping filter that the customer has: by department, by kind of account, or none.
func (c *call) scope(j job) any {
	clause := func(name, operator string, values ...string) object {
		return object{{"operatorName", operator}, {"sourceOperandName", name}, {"targetOperand", object{{"values", append([]string{}, values...)}}}}
	}
	var clauses []object
	switch d := c.draw(kindJob, j.n+3000); d.n(4) {
	case 0:
		clauses = []object{clause("department", "NOT EQUALS", "External")}
	case 1:
		clauses = []object{clause("accountEnabled", "IS TRUE"), clause("userPrincipalName", "NOT REGEX MATCH", ".*#EXT#.*")}
	default:
		return nil
	}
	return object{{"categoryFilterGroups", []object{}}, {"inputFilterGroups", []object{}}, {"groups", []object{{{"name", "Who is provisioned"}, {"clauses", clauses}}}}}
}

const entraDirectory = "Azure Active Directory" // as the service still calls it

func (c *call) rules(j job) any {
	if kept := c.t.Provisioning[j.sp].Rules; kept != nil {
		return raw(kept)
	}
	mapping := func(from, to, title string, enabled bool, scope any, flows []flow) object {
		list := []object{}
		for _, f := range flows {
			list = append(list, f.object())
		}
		return object{
			{"attributeMappings", list}, {"enabled", enabled}, {"flowTypes", "Add, Update, Delete"}, {"metadata", []object{}}, {"name", "Synchronize " + entraDirectory + " " + title + " to " + j.name},
			{"scope", scope}, {"sourceObjectName", from}, {"targetObjectName", to},
		}
	}
	groups := c.draw(kindJob, j.n+4000)
	return []object{{
		{"containerFilter", nil}, {"editable", true}, {"groupFilter", nil}, {"id", c.ruleID(j)}, {"metadata", []object{}}, {"name", "USER_OUTBOUND_USER"}, {"priority", 1},
		{"sourceDirectoryName", entraDirectory}, {"targetDirectoryName", j.name},
		{"objectMappings", []object{
			mapping("User", galleryAt(j.gallery).target, "Users", true, c.scope(j), c.flows(j)), mapping("Group", "Group", "Groups", groups.is(0.7), nil, groupFlows),
		}},
	}}
}

// sourceAttributes are those of the customer's own directory that mappings may use.
var sourceAttributes = map[string][]string{
	"User": {
		"accountEnabled", "appRoleAssignments", "city", "companyName", "country", "department", "displayName", "employeeId", "givenName", "IsSoftDeleted", "jobTitle", "mail", "mailNickname", "manager", "mobile",
		"objectId", "preferredLanguage", "state", "streetAddress", "surname", "telephoneNumber", "usageLocation", "userPrincipalName", "userType",
	},
	"Group": {"displayName", "mail", "members", "objectId", "securityEnabled"},
}

// targetAttributes are those that the target has: what templates map, and a few that nobody maps at first.
func (c *call) targetAttributes(j job) map[string][]string {
	names := []string{"nickName", "userType", "locale"}
	for _, m := range mappings {
		names = append(names, m[1])
	}
	for _, f := range c.flows(j) {
		if !slices.Contains(names, f.to) {
			names = append(names, f.to)
		}
	}
	slices.Sort(names)
	return map[string][]string{galleryAt(j.gallery).target: names, "Group": {"displayName", "externalId", "members"}}
}

func (c *call) directories(j job) []object {
	one := func(n int, name string, readOnly bool, objects map[string][]string) object {
		list := []object{}
		for _, kind := range slices.Sorted(maps.Keys(objects)) {
			attributes := []object{}
			for _, a := range objects[kind] {
				typ := "String"
				switch a {
				case "manager", "members", scimUser + ":manager":
					typ = "Reference"
				case "accountEnabled", "active", "IsSoftDeleted", "securityEnabled":
					typ = "Boolean"
				}
				attributes = append(attributes, object{
					{"anchor", a == "objectId" || a == "externalId"}, {"apiExpressions", []object{}}, {"caseExact", false}, {"defaultValue", nil}, {"flowNullValues", false}, {"metadata", []object{}},
					{"multivalued", a == "members"}, {"mutability", "ReadWrite"}, {"name", a}, {"referencedObjects", []object{}}, {"required", a == "userName" || a == "userPrincipalName"}, {"type", typ},
				})
			}
			list = append(list, object{{"attributes", attributes}, {"metadata", []object{}}, {"name", kind}, {"supportedApis", []string{}}})
		}
		return object{
			{"id", c.guid(kindSystem, n)}, {"name", name}, {"version", "2020-04-01T00:00:00.0000000Z"}, {"discoverabilities", "AttributeNames"}, {"discoveryDateTime", nil}, {"readOnly", readOnly}, {"objects", list},
		}
	}
	return []object{one(300, entraDirectory, true, sourceAttributes), one(400+j.n, j.name, false, c.targetAttributes(j))}
}

func (c *call) getSchema() error {
	p, j, err := c.job()
	if err != nil {
		return err
	}
	written := c.t.Provisioning[p.id].RulesAt
	if written.IsZero() {
		written = c.t.Created
	}
	b := c.open("servicePrincipals('" + p.id + "')/synchronization/jobs('" + c.keys[1] + "')/schema/$entity")
	item := appendObject(nil, object{
		{"id", c.jobID(j)}, {"version", "Date:" + written.UTC().Format("2006-01-02T15:04:05.0000000Z") + ", Tag:" + c.guid(kindSystem, 200+j.n)}, {"synchronizationRules", c.rules(j)}, {"directories", c.directories(j)},
	})
	c.status, c.body = http.StatusOK, append(append(b, ','), item[1:]...)
	return nil
}

// replaceSchema replaces the rules as a whole: what the request leaves out is gone, as the service documents it.
func (c *call) replaceSchema() error {
	p, j, err := c.job()
	if err != nil {
		return err
	}
	var b struct {
		Rules json.RawMessage `json:"synchronizationRules"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	var rules schemaRules
	if json.Unmarshal(b.Rules, &rules) != nil {
		return badRequest("Unable to read JSON request payload.")
	}
	if why := rules.fault(c.ruleID(j), j.name, sourceAttributes, c.targetAttributes(j)); why != "" {
		return badRequest(why) // which code the service gives here is not documented
	}
	c.steer(p.id, func(v *world.Provisioning) { v.Rules, v.RulesAt = b.Rules, c.now })
	return nil
}
