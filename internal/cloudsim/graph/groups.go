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
		byIDs,
	}
}

// groupNames are the security groups that every tenant has for assignments, with the share of people in them.
var groupNames = []struct {
	name, rule string
	every      int // one person in so many; 0 for a group of devices
}{
	{"All staff", "(user.userType -eq \"Member\")", 1}, {"Finance", "", 9}, {"Sales", "", 5}, {"Operations", "", 4}, {"IT", "", 20}, {"Management", "", 25},
	{"Intune – pilot ring", "", 15}, {"Intune – broad ring", "", 2}, {"Windows devices", "(device.deviceOSType -eq \"Windows\")", 0},
	{"iOS devices", "(device.deviceOSType -eq \"iPhone\")", 0}, {"Android devices", "(device.deviceOSType -startsWith \"Android\")", 0},
	{"Kiosk devices", "", 0}, {"Mac users", "", 12}, {"Field engineers", "", 6}, {"Contractors", "", 30}, {"Visio licence", "", 40}, {"VPN users", "", 3},
}

func (c *call) groupCount() int { return len(c.t.Groups) + len(groupNames) }

// groupObject is the i-th group: the world's own first, then the computed ones.
func (c *call) groupObject(i int) object {
	created := c.t.Created.Add(time.Duration(1+i) * 9 * day)
	id, name, rule := "", "", ""
	if i < len(c.t.Groups) {
		id, name = c.t.Groups[i].ID, c.t.Groups[i].DisplayName
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
		{"expirationDateTime", nil}, {"groupTypes", types}, {"isAssignableToRole", nil}, {"mail", nil}, {"mailEnabled", false},
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

func (c *call) membersOfGroup() error {
	i, ok := c.group(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	r := c.people()
	member := func(p person) object {
		return append(object{{"@odata.type", "#microsoft.graph.user"}}, c.userObject(p)...)
	}
	if i < len(c.t.Groups) {
		var items []object
		for _, id := range c.t.Groups[i].Members {
			if p, found := r.find(id); found {
				items = append(items, member(p))
			}
		}
		return c.fixed(kinds["user"], "directoryObjects", items)
	}
	every := groupNames[i-len(c.t.Groups)].every
	if every == 0 {
		return c.fixed(kinds["user"], "directoryObjects", nil)
	}
	return c.objects(kinds["user"], "directoryObjects", (r.n+every-1)/every, func(n int) object { return member(r.at(n * every)) })
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
