package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func userOperations() []operation {
	read := permissions{
		delegated:   []string{"User.ReadBasic.All", "User.Read.All", "Directory.Read.All", "DeviceManagementApps.Read.All"},
		application: []string{"User.Read.All", "Directory.Read.All", "User.ReadBasic.All"},
	}
	licences := same("LicenseAssignment.Read.All", "User.Read.All", "Directory.Read.All").orDelegated("User.Read")
	op := func(path string, allow permissions, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: both, area: directory, allow: allow, options: o, page: page, handle: h}
	}
	me := op("/me", permissions{delegated: []string{"User.Read", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All"}}, oSelect|oExpand, pageSize{}, (*call).me)
	mine := op("/me/licenseDetails", permissions{delegated: []string{"User.Read", "User.Read.All", "Directory.Read.All", "LicenseAssignment.Read.All"}}, oSelect, pageSize{}, (*call).myLicences)
	me.self, mine.self = true, true
	list := oSelect | oFilter | oTop | oCount | oOrder | oExpand | oSearch
	return []operation{
		op("/users", read, list, directoryPage, (*call).listUsers),
		op("/users/$count", read, oFilter, pageSize{}, (*call).countUsers),
		op("/users/{id}", read, oSelect|oExpand, pageSize{}, (*call).getUser),
		op("/users/{id}/licenseDetails", licences, oSelect, pageSize{}, (*call).licencesOfUser),
		me, mine,
	}
}

// userObject is a user. Without $select the service gives a handful of properties; the rest are hidden until asked for.
func (c *call) userObject(p person) object {
	var changed, state, creation any
	if p.externalState != "" {
		state, creation = p.externalState, "Invitation"
		if !p.externalChanged.IsZero() {
			changed = p.externalChanged
		}
	}
	hidden := func(v any) any { return onlyWhenSelected{v} }
	phones := []string{}
	if p.phone != "" && p.index%3 == 0 {
		phones = append(phones, p.phone)
	}
	licences, plans := []object{}, []object{}
	for _, sku := range p.licences {
		licences = append(licences, object{{"disabledPlans", []string{}}, {"skuId", skuID(sku)}})
		for _, plan := range skuOf(sku).plans {
			plans = append(plans, object{{"assignedDateTime", p.created}, {"capabilityStatus", "Enabled"}, {"service", serviceOf(plan.name)}, {"servicePlanId", plan.id}})
		}
	}
	if p.sessionsFrom.IsZero() {
		p.sessionsFrom = p.created
	}
	nickname, _, _ := strings.Cut(p.upn, "@")
	return object{
		{"businessPhones", phones}, {"displayName", p.display}, {"givenName", orNil(p.given)}, {"jobTitle", orNil(p.job)}, {"mail", orNil(p.mail)},
		{"mobilePhone", orNil(p.phone)}, {"officeLocation", nil}, {"preferredLanguage", orNil(p.language)}, {"surname", orNil(p.surname)},
		{"userPrincipalName", p.upn}, {"id", p.id}, {"accountEnabled", hidden(p.enabled)}, {"userType", hidden(p.userType)},
		{"externalUserState", hidden(state)}, {"externalUserStateChangeDateTime", hidden(changed)}, {"creationType", hidden(creation)},
		{"createdDateTime", hidden(p.created)}, {"department", hidden(orNil(p.department))}, {"companyName", hidden(nil)},
		{"usageLocation", hidden(orNil(p.usage))}, {"country", hidden(c.t.Country)}, {"mailNickname", hidden(nickname)},
		{"assignedLicenses", hidden(licences)}, {"identities", hidden([]object{{{"signInType", "userPrincipalName"}, {"issuer", c.t.Domains[0]}, {"issuerAssignedId", p.upn}}})},
		{"onPremisesSyncEnabled", hidden(nil)}, {"otherMails", hidden([]string{})}, {"proxyAddresses", hidden([]string{"SMTP:" + p.mail})},
		{"signInActivity", hidden(signInActivity(p.signedIn))}, {"assignedPlans", hidden(plans)}, {"provisionedPlans", hidden([]object{})},
		{"signInSessionsValidFromDateTime", hidden(p.sessionsFrom)},
	}
}

// signInActivity is null for who never signed in.
func signInActivity(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return object{{"lastSignInDateTime", at}, {"lastSignInRequestId", nil}, {"lastNonInteractiveSignInDateTime", at}, {"lastNonInteractiveSignInRequestId", nil}, {"lastSuccessfulSignInDateTime", at}, {"lastSuccessfulSignInRequestId", nil}}
}

// maySeeActivity refuses a list with signInActivity as a whole: to who may not read sign-ins, and in tenants without Entra ID P1.
func (c *call) maySeeActivity() error {
	if !slices.ContainsFunc(c.q.selected, func(s string) bool { return strings.EqualFold(s, "signInActivity") }) {
		return nil
	}
	if !c.token.Can("AuditLog.Read.All") {
		return &refusal{status: http.StatusForbidden, code: "Authorization_RequestDenied", message: "Calling principal does not have required MSGraph permissions AuditLog.Read.All"}
	}
	if c.t.Premium == 0 {
		return &refusal{status: http.StatusForbidden, code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant", message: "Neither tenant is B2C or tenant doesn't have premium license"}
	}
	c.q.top = min(c.q.top, 500) // more is not refused, but not given either
	return nil
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (c *call) listUsers() error {
	r := c.people()
	if err := c.checkSearch(); err != nil {
		return err
	}
	if err := c.maySeeActivity(); err != nil {
		return err
	}
	return c.objects(kinds["user"], "users", r.count(), func(i int) object { return c.userObject(r.at(i)) })
}

// checkSearch turns $search="displayName:x" into a filter; without ConsistencyLevel it is refused.
func (c *call) checkSearch() error {
	if c.q.search == "" {
		return nil
	}
	if !c.eventual() {
		return &refusal{status: http.StatusBadRequest, code: "Request_UnsupportedQuery", message: "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"}
	}
	name, value, ok := strings.Cut(strings.Trim(c.q.search, `"`), ":")
	if !ok {
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Syntax error: $search needs \"property:value\"."}
	}
	search := &expr{op: "contains", path: name, value: value}
	if c.q.filter != nil {
		search = &expr{op: "and", args: []*expr{search, c.q.filter}}
	}
	c.q.filter = search
	return nil
}

func (c *call) countUsers() error {
	r := c.people()
	return c.count(r.count(), func(i int) object { return c.userObject(r.at(i)) })
}

func (c *call) getUser() error {
	if err := c.maySeeActivity(); err != nil {
		return err
	}
	p, ok := c.people().find(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	return c.entity(kinds["user"], "users", c.userObject(p))
}

func (c *call) me() error {
	p, ok := c.people().find(c.token.ObjectID)
	if !ok {
		return missing(c.token.ObjectID)
	}
	return c.entity(kinds["user"], "users", c.userObject(p))
}

func (c *call) licencesOfUser() error {
	p, ok := c.people().find(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	return c.licences(p)
}

func (c *call) myLicences() error {
	p, ok := c.people().find(c.token.ObjectID)
	if !ok {
		return missing(c.token.ObjectID)
	}
	return c.licences(p)
}

func (c *call) licences(p person) error {
	var items []object
	for _, sku := range p.licences {
		items = append(items, object{{"id", skuID(sku)[:22]}, {"skuId", skuID(sku)}, {"skuPartNumber", sku}, {"servicePlans", servicePlans(sku)}})
	}
	return c.fixed(kinds["licenseDetails"], "users('"+p.id+"')/licenseDetails", items)
}
