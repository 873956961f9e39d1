package graph

import (
	"net/http"
	"slices"
	"strings"
)

const deviceOptions = oSelect | oFilter | oTop | oSkip | oCount | oExpand

func deviceOperations() []operation {
	read := same("DeviceManagementManagedDevices.Read.All", "DeviceManagementConfiguration.Read.All")
	devices := same("DeviceManagementManagedDevices.Read.All")
	category := same("DeviceManagementConfiguration.Read.All", "DeviceManagementManagedDevices.Read.All")
	get := func(path string, v versions, allow permissions, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: v, area: intune, allow: allow, roles: intuneReaders, options: o, page: page, handle: h}
	}
	mine := get("/me/managedDevices", both, devices, deviceOptions, intunePage, (*call).myDevices)
	mine.self, mine.roles = true, nil
	return []operation{
		get("/deviceManagement", both, same("DeviceManagementManagedDevices.Read.All", "DeviceManagementConfiguration.Read.All", "DeviceManagementServiceConfig.Read.All", "DeviceManagementApps.Read.All", "DeviceManagementRBAC.Read.All"), oSelect, pageSize{}, (*call).deviceManagement),
		get("/deviceManagement/managedDevices", both, read, deviceOptions, intunePage, (*call).listDevices),
		get("/deviceManagement/managedDevices/$count", both, read, oFilter, pageSize{}, (*call).countDevices),
		get("/deviceManagement/managedDevices/{id}", both, read, oSelect|oExpand, pageSize{}, (*call).getDevice),
		get("/deviceManagement/managedDevices/{id}/deviceCategory", both, read, oSelect, pageSize{}, (*call).categoryOfDevice),
		get("/deviceManagement/managedDevices/{id}/deviceCompliancePolicyStates", both, read, oSelect|oTop, intunePage, (*call).complianceStates),
		get("/deviceManagement/managedDevices/{id}/deviceConfigurationStates", both, read, oSelect|oTop, intunePage, (*call).configurationStates),
		get("/deviceManagement/managedDevices/{id}/users", both, read, oSelect, pageSize{}, (*call).usersOfDevice),
		get("/deviceManagement/managedDevices/{id}/windowsProtectionState", both, devices, oSelect, pageSize{}, (*call).protectionState),
		get("/deviceManagement/managedDevices/{id}/logCollectionRequests", both, devices, oSelect|oTop, intunePage, (*call).logsOfDevice),
		get("/deviceManagement/managedDevices/{id}/detectedApps", beta, devices, oSelect|oTop|oSkip, intunePage, (*call).appsOfDevice),
		get("/deviceManagement/managedDeviceOverview", both, devices, oSelect, pageSize{}, (*call).deviceOverview),
		get("/deviceManagement/deviceCategories", both, category, oSelect|oTop, intunePage, (*call).listCategories),
		get("/deviceManagement/deviceCategories/{id}", both, category, oSelect, pageSize{}, (*call).getCategory),
		get("/users/{id}/managedDevices", both, devices, deviceOptions, intunePage, (*call).devicesOfUser),
		mine,
	}
}

func (c *call) listDevices() error {
	f := c.fleet()
	return c.devicePage("deviceManagement/managedDevices", f.t.Devices, func(i int) int { return i })
}

// devicePage answers with a page of devices; index translates positions in the collection to devices of the fleet.
func (c *call) devicePage(context string, n int, index func(int) int) error {
	if err := c.check(kinds["managedDevice"]); err != nil {
		return err
	}
	f, p := c.fleet(), c.planDevices(false)
	src := source{n: n, put: func(b []byte, i int) []byte {
		v := f.at(index(i))
		return c.expandDevice(p.append(b, &v), &v)
	}, match: c.matching(index)}
	return c.list(context+c.q.shape(), src)
}

// relationsOf is what $expand can add to a device. A single read knows the device's users and software too.
func (c *call) relationsOf(v *device) []member {
	return []member{
		{"deviceCategory", single("deviceCategory", func() object { return c.categoryObject(v.category) })},
		{"windowsProtectionState", single("windowsProtectionState", func() object { return c.protection(v) })},
		{"deviceCompliancePolicyStates", c.complianceStatesOf(v)},
		{"deviceConfigurationStates", c.configurationStatesOf(v)},
		{"logCollectionRequests", c.logRequests(v)},
		{"users", c.usersOf(v)},
		{"detectedApps", many("detectedApp", func() []object { return c.softwareOf(v) })},
	}
}

// expandDevice puts what is expanded into an object that was just closed.
func (c *call) expandDevice(b []byte, v *device) []byte {
	if len(c.q.expand) == 0 {
		return b
	}
	b = b[:len(b)-1]
	for _, m := range c.relationsOf(v) {
		if !c.q.expands(m.name) {
			continue
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = appendValue(appendName(b, m.name), c.expanded(m))
	}
	return append(b, '}')
}

func (c *call) countDevices() error {
	f := c.fleet()
	src := source{n: f.t.Devices, match: c.matching(func(i int) int { return i })}
	c.status, c.body = http.StatusOK, appendValue(c.body[:0], total(src))
	c.w.Header().Set("Content-Type", "text/plain")
	return nil
}

// matching chooses the devices that are in Intune and that the filter wants; nil where those are all.
func (c *call) matching(index func(int) int) func(i int) bool {
	f, e := c.fleet(), c.q.filter
	switch {
	case supported(e):
		return func(i int) bool {
			v := f.at(index(i))
			return !v.gone && e.matches(v.filterValue)
		}
	case len(f.t.Handled) > 0:
		return func(i int) bool { return f.there(index(i)) }
	}
	return nil
}

// filterable names the operators that Intune honours, by property. A filter with any other part is ignored as a whole.
var filterable = map[string][]string{
	"azureADDeviceId": {"eq"}, "complianceGracePeriodExpirationDateTime": {"lt", "gt"}, "complianceState": {"eq"}, "deviceCategoryDisplayName": {"eq"},
	"deviceName": {"eq", "contains"}, "emailAddress": {"contains"}, "enrolledDateTime": {"lt", "gt"}, "exchangeAccessState": {"eq"}, "imei": {"eq"},
	"jailBroken": {"eq"}, "lastSyncDateTime": {"lt", "gt"}, "managementAgent": {"eq"}, "managementState": {"eq"}, "manufacturer": {"eq"},
	"model": {"eq", "contains"}, "operatingSystem": {"eq"}, "osVersion": {"contains"}, "phoneNumber": {"contains"}, "serialNumber": {"eq"},
	"userPrincipalName": {"eq", "ne"},
}

// supported says whether Intune honours the filter: known operators on known properties, and "or" only within one property.
func supported(e *expr) bool {
	if e == nil {
		return false
	}
	switch e.op {
	case "and", "or":
		for _, a := range e.args {
			if !supported(a) || e.op == "or" && a.path != e.args[0].path {
				return false
			}
		}
		return true
	}
	return slices.Contains(filterable[e.path], e.op)
}

func (v *device) filterValue(path string) any {
	switch path {
	case "azureADDeviceId":
		return strings.Trim(string(putEntraID(nil, v)), `"`)
	case "complianceGracePeriodExpirationDateTime":
		return v.grace
	case "complianceState":
		return v.compliance
	case "deviceCategoryDisplayName":
		return v.categoryName()
	case "deviceName":
		return v.name
	case "emailAddress":
		return v.owner.mail
	case "enrolledDateTime":
		return v.enrolled
	case "exchangeAccessState":
		return "none"
	case "imei":
		return v.imei
	case "jailBroken":
		return v.jailbroken
	case "lastSyncDateTime":
		return v.synced
	case "managementAgent":
		return v.agent
	case "managementState":
		return v.state
	case "manufacturer":
		return v.model.maker
	case "model":
		return v.model.name
	case "operatingSystem":
		return v.platform.os
	case "osVersion":
		return v.version
	case "phoneNumber":
		return v.phone
	case "serialNumber":
		return v.serial
	case "userPrincipalName":
		return v.owner.upn
	}
	return nil
}

// device finds the device that the path names.
func (c *call) device() (device, error) {
	v, ok := c.fleet().find(strings.ToLower(c.keys[0]))
	if !ok {
		return v, c.missingDevice(c.keys[0])
	}
	return v, nil
}

func (c *call) getDevice() error {
	if err := c.check(kinds["managedDevice"]); err != nil {
		return err
	}
	v, err := c.device()
	if err != nil {
		return err
	}
	item := c.expandDevice(c.planDevices(true).append(nil, &v), &v)
	b := c.open("deviceManagement/managedDevices" + c.q.shape() + "/$entity")
	if len(item) > 2 {
		b = append(b, ',')
	}
	c.status, c.body = http.StatusOK, append(b, item[1:]...)
	return nil
}

func (c *call) devicesOfUser() error {
	p, ok := c.people().find(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	owned := c.fleet().of(p)
	return c.devicePage("users('"+c.keys[0]+"')/managedDevices", len(owned), func(i int) int { return owned[i] })
}

func (c *call) myDevices() error {
	p, ok := c.people().find(c.token.ObjectID)
	if !ok {
		return missing(c.token.ObjectID)
	}
	owned := c.fleet().of(p)
	return c.devicePage("users('"+p.id+"')/managedDevices", len(owned), func(i int) int { return owned[i] })
}
