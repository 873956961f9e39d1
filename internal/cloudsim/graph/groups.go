package graph

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

func groupOperations() []operation {
	read := same("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
	objects := same("Directory.Read.All", "GroupMember.Read.All", "Group.Read.All", "User.Read.All", "Application.Read.All").orDelegated("User.ReadBasic.All")
	op := func(path string, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: both, area: directory, allow: read, options: o, page: page, handle: h}
	}
	byIDs := op("/directoryObjects/getByIds", oSelect, pageSize{}, (*call).getByIDs)
	byIDs.method, byIDs.allow = http.MethodPost, objects
	return []operation{
		op("/groups", oSelect|oFilter|oTop|oCount|oOrder|oExpand|oSearch, directoryPage, (*call).listGroups),
		op("/groups/$count", oFilter, pageSize{}, (*call).countGroups),
		op("/groups/{id}", oSelect|oExpand, pageSize{}, (*call).getGroup),
		op("/groups/{id}/members", oSelect|oTop|oCount, directoryPage, (*call).membersOfGroup),
		op("/groups/{id}/transitiveMembers", oSelect|oTop|oCount, directoryPage, (*call).allMembersOfGroup),
		byIDs,
	}
}

// groupNames are the security groups that every tenant has for assignments, with the share of people in them.
var groupNames = []struct {
	name, rule string
	every      int   // one person in so many; 0 for a group of devices
	inside     []int // groups that are members of the group
}{
	{"All staff", "(user.userType -eq \"Member\")", 1, nil}, {"Finance", "", 9, nil}, {"Sales", "", 5, nil}, {"Operations", "", 4, nil}, {"IT", "", 20, []int{14}}, {"Management", "", 25, nil},
	{"Intune – pilot ring", "", 15, nil}, {"Intune – broad ring", "", 2, nil}, {"Windows devices", "(device.deviceOSType -eq \"Windows\")", 0, nil},
	{"iOS devices", "(device.deviceOSType -eq \"iPhone\")", 0, nil}, {"Android devices", "(device.deviceOSType -startsWith \"Android\")", 0, nil},
	{"Kiosk devices", "", 0, nil}, {"Mac users", "", 12, nil}, {"Field engineers", "", 6, nil}, {"Contractors", "", 35, nil}, {"Visio licence", "", 40, nil}, {"VPN users", "", 3, nil},
}

func (c *call) groupCount() int { return len(c.t.Groups) + len(groupNames) }

// groupObject is the i-th group: the world's own first, then the computed ones.
func (c *call) groupObject(i int) object {
	created := c.t.Created.Add(time.Duration(1+i) * 9 * day)
	id, name, rule, assignable := "", "", "", any(nil)
	if i < len(c.t.Groups) {
		g := c.t.Groups[i]
		if id, name = g.ID, g.DisplayName; len(g.Roles) > 0 {
			assignable = true
		}
	} else {
		g := groupNames[i-len(c.t.Groups)]
		id, name, rule = c.guid(kindGroup, i-len(c.t.Groups)), g.name, g.rule
	}
	types, processing := []string{}, any(nil)
	if rule != "" {
		types, processing = []string{"DynamicMembership"}, "On"
	}
	return object{
		{"id", id}, {"deletedDateTime", nil}, {"classification", nil}, {"createdDateTime", created}, {"description", nil}, {"displayName", name},
		{"expirationDateTime", nil}, {"groupTypes", types}, {"isAssignableToRole", assignable}, {"mail", nil}, {"mailEnabled", false},
		{"mailNickname", spell(strings.ReplaceAll(name, "–", ""))}, {"membershipRule", orNil(rule)}, {"membershipRuleProcessingState", processing},
		{"onPremisesLastSyncDateTime", nil}, {"onPremisesSyncEnabled", nil}, {"preferredLanguage", nil}, {"proxyAddresses", []string{}}, {"renewedDateTime", created},
		{"securityEnabled", true}, {"securityIdentifier", nil}, {"theme", nil}, {"visibility", nil}, {"onPremisesProvisioningErrors", []object{}},
	}
}

func (c *call) listGroups() error {
	if err := c.checkSearch(); err != nil {
		return err
	}
	return c.objects(kinds["group"], "groups", c.groupCount(), c.groupObject)
}

func (c *call) countGroups() error { return c.count(c.groupCount(), c.groupObject) }

func (c *call) group(id string) (int, bool) {
	for i := range c.groupCount() {
		if strings.EqualFold(c.groupObject(i).text("id"), id) {
			return i, true
		}
	}
	return 0, false
}

func (c *call) getGroup() error {
	i, ok := c.group(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	return c.entity(kinds["group"], "groups", c.groupObject(i))
}

// membersOfGroup are those that the group itself has; allMembersOfGroup adds whoever is in it through a group inside.
func (c *call) membersOfGroup() error { return c.listMembers(false) }

func (c *call) allMembersOfGroup() error { return c.listMembers(true) }

func (c *call) listMembers(deep bool) error {
	i, ok := c.group(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	if err := c.check(kinds["user"]); err != nil {
		return err
	}
	people, groups := c.membersOf(i, deep)
	blank := c.token.AppOnly && !slices.ContainsFunc(c.token.Roles, func(r string) bool {
		return r == "User.Read.All" || r == "User.ReadBasic.All" || r == "Directory.Read.All"
	})
	return c.list("directoryObjects"+c.q.shape(), source{n: len(groups) + people.n, put: func(b []byte, n int) []byte {
		if n < len(groups) {
			o := c.groupObject(groups[n])
			return appendObject(b, append(object{{"@odata.type", "#microsoft.graph.group"}}, c.project(kinds["group"], slices.DeleteFunc(o, func(m member) bool { return len(c.q.selected) > 0 && !c.q.selects(m.name) }))...))
		}
		o := append(object{{"@odata.type", "#microsoft.graph.user"}}, c.project(kinds["user"], c.userObject(people.at(n-len(groups))))...)
		if blank { // what the caller may not read comes with its id and nothing else
			for i := range o {
				if o[i].name != "id" && o[i].name != "@odata.type" {
					o[i].value = nil
				}
			}
		}
		return appendObject(b, o)
	}})
}

// membership is some people of the tenant, each once.
type membership struct {
	n  int
	at func(i int) person
}

// membersOf are the people in a group and the groups inside it; with deep also the people of those.
func (c *call) membersOf(i int, deep bool) (membership, []int) {
	r := c.people()
	if i < len(c.t.Groups) {
		var known []person
		var groups []int
		ids := c.t.Groups[i].Members
		if deep {
			ids = c.t.PeopleIn(c.t.Groups[i].ID)
		}
		for _, id := range ids {
			if p, found := r.find(id); found {
				known = append(known, p)
			}
		}
		for _, id := range c.t.Groups[i].Inside {
			if in, found := c.group(id); found {
				groups = append(groups, in)
			}
		}
		return membership{len(known), func(n int) person { return known[n] }}, groups
	}
	g := groupNames[i-len(c.t.Groups)]
	if g.every == 0 {
		return membership{}, nil
	}
	var groups []int
	for _, in := range g.inside {
		groups = append(groups, in+len(c.t.Groups))
	}
	if !deep || len(groups) == 0 {
		return membership{(r.n + g.every - 1) / g.every, func(n int) person { return r.at(n * g.every) }}, groups
	}
	var all []int // numbers of people, each once
	for n := 0; n < r.n; n++ {
		if n%g.every == 0 || slices.ContainsFunc(g.inside, func(in int) bool { return groupNames[in].every > 0 && n%groupNames[in].every == 0 }) {
			all = append(all, n)
		}
	}
	return membership{len(all), func(n int) person { return r.at(all[n]) }}, groups
}

// getByIDs finds users, groups and service principals among up to a thousand ids; unknown ids are left out.
func (c *call) getByIDs() error {
	var body struct {
		IDs   []string `json:"ids"`
		Types []string `json:"types"`
	}
	raw, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &body) != nil {
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Unable to read JSON request payload."}
	}
	if len(body.IDs) == 0 || len(body.IDs) > 1000 {
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Invalid value specified for property 'ids' of resource 'DirectoryObject'."}
	}
	wants := func(t string) bool {
		return len(body.Types) == 0 || slices.ContainsFunc(body.Types, func(s string) bool { return strings.EqualFold(s, t) || strings.EqualFold(s, "directoryObject") })
	}
	b := append(c.open("directoryObjects"), `,"value":[`...)
	first := true
	add := func(k, id string, o object) {
		if !first {
			b = append(b, ',')
		}
		first = false
		item := append(object{{"@odata.type", "#microsoft.graph." + k}}, c.project(kinds[k], o)...)
		b = appendObject(b, item)
	}
	for _, id := range body.IDs {
		if i, ok := c.group(id); ok && wants("group") {
			add("group", id, c.groupObject(i))
		} else if p, ok := c.people().find(id); ok && wants("user") {
			add("user", id, c.userObject(p))
		} else if o, ok := c.findPrincipal(id); ok && wants("servicePrincipal") {
			add("servicePrincipal", id, o)
		}
	}
	c.status, c.body = http.StatusOK, append(b, ']', '}')
	return nil
}
