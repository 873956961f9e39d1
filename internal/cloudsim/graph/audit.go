package graph

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func auditOperations() []operation {
	op := func(path string, o options, page pageSize, h func(*call) error) operation {
		// Reading the audit log takes the permission for apps. It is odd, but it is what the service enforces.
		return operation{method: http.MethodGet, path: "/deviceManagement/auditEvents" + path, versions: both, area: intune, allow: same("DeviceManagementApps.Read.All"), roles: intuneReaders, options: o, page: page, handle: h}
	}
	return []operation{
		op("", oSelect|oFilter|oTop|oSkip|oCount, intunePage, (*call).listAudit),
		op("/{id}", oSelect, pageSize{}, (*call).getAudit),
	}
}

// auditKept is how far the log reaches back; Intune keeps it for a year, of which we show a quarter.
const auditKept = 90 * day

// deed is one kind of entry of the log. A deed on a device names the device.
type deed struct {
	category, typ, operation, activity, component, resource string
	device                                                  bool
}

var deeds = []deed{
	{"DeviceConfiguration", "patchDeviceConfiguration", "Patch", "Patch DeviceConfiguration", "DeviceConfiguration", "Microsoft.Management.Services.Api.DeviceConfiguration", false},
	{"DeviceConfiguration", "createDeviceConfigurationAssignment", "Create", "Create DeviceConfigurationAssignment", "DeviceConfiguration", "Microsoft.Management.Services.Api.DeviceConfigurationAssignment", false},
	{"Compliance", "patchDeviceCompliancePolicy", "Patch", "Patch DeviceCompliancePolicy", "DeviceConfiguration", "Microsoft.Management.Services.Api.DeviceCompliancePolicy", false},
	{"Application", "createMobileAppAssignment", "Create", "Create MobileAppAssignment", "MobileApp", "Microsoft.Management.Services.Api.MobileAppAssignment", false},
	{"Application", "patchMobileApp", "Patch", "Patch MobileApp", "MobileApp", "Microsoft.Management.Services.Api.MobileApp", false},
	{"Enrollment", "syncVppToken", "Action", "SyncLicenses VppToken", "Enrollment", "Microsoft.Management.Services.Api.VppToken", false},
	{"Role", "createRoleAssignment", "Create", "Create RoleAssignment", "RoleBasedAccessControl", "Microsoft.Management.Services.Api.RoleAssignment", false},
	{"Device", "rebootNow ManagedDevice", "Action", "RebootNow ManagedDevice", "ManagedDevices", managedDeviceType, true},
	{"Device", "syncDevice ManagedDevice", "Action", "SyncDevice ManagedDevice", "ManagedDevices", managedDeviceType, true},
	{"Device", "remoteLock ManagedDevice", "Action", "RemoteLock ManagedDevice", "ManagedDevices", managedDeviceType, true},
	{"Device", "wipe ManagedDevice", "Action", "Wipe ManagedDevice", "ManagedDevices", managedDeviceType, true},
	{"Device", "retire ManagedDevice", "Action", "Retire ManagedDevice", "ManagedDevices", managedDeviceType, true},
}

// auditPeriod is the average time between two entries: more happens in larger tenants.
func (c *call) auditPeriod() time.Duration {
	return time.Duration(max(40, 1200-c.t.Devices)) * time.Minute
}

// auditAt is when the n-th entry since the epoch was written, give or take.
func (c *call) auditAt(n int) time.Time {
	d := c.draw(kindAudit, n)
	period := c.auditPeriod()
	return time.Unix(0, 0).UTC().Add(time.Duration(n) * period).Add(time.Duration(d.share() * float64(period))).Truncate(100 * time.Nanosecond)
}

// auditRange are the entries that there are at a moment: from the oldest kept to the latest.
func (c *call) auditRange(now time.Time) (oldest, latest int) {
	period := c.auditPeriod()
	latest = int(now.Sub(time.Unix(0, 0)) / period)
	if c.auditAt(latest).After(now) {
		latest--
	}
	return int(now.Add(-auditKept).Sub(time.Unix(0, 0))/period) + 1, latest
}

func (c *call) listAudit() error {
	k := kinds["auditEvent"]
	if err := c.check(k); err != nil {
		return err
	}
	oldest, latest := c.auditRange(c.asOf)
	if c.t.Devices == 0 {
		latest = oldest - 1 // nobody works here
	}
	sent := c.sentOrders()
	at := func(i int) object {
		if i < len(sent) { // what people did in this world stands first
			return sent[i]
		}
		return c.auditObject(latest - i + len(sent))
	}
	src := source{n: latest - oldest + 1 + len(sent), put: func(b []byte, i int) []byte { return appendObject(b, c.project(k, at(i))) }}
	if e := c.q.filter; e != nil && auditFilter(e) {
		src.match = func(i int) bool { return e.matches(at(i).at) }
	}
	return c.list("deviceManagement/auditEvents"+c.q.shape(), src)
}

// auditFilter says whether the service honours the filter; as everywhere in Intune, it ignores what it does not know.
func auditFilter(e *expr) bool {
	known := true
	e.each(func(x *expr) {
		known = known && slices.Contains([]string{"activityDateTime", "category", "activityType", "activityOperationType", "activityResult", "componentName", "actor/userPrincipalName"}, x.path)
	})
	return known
}

func (c *call) getAudit() error {
	n, ok := indexOf(strings.ToLower(c.keys[0]), c.s.world.Seed, kindAudit, c.t.Index)
	oldest, latest := c.auditRange(c.now)
	if !ok || n < oldest || n > latest || c.t.Devices == 0 {
		return c.missingDevice(c.keys[0])
	}
	return c.entity(kinds["auditEvent"], "deviceManagement/auditEvents", c.auditObject(n))
}

// sentOrders are the remote actions that people sent, the latest first.
func (c *call) sentOrders() []object {
	var list []object
	for _, i := range slices.Sorted(maps.Keys(c.t.Handled)) {
		h := c.t.Handled[i]
		v := c.fleet().at(i)
		for n, o := range h.Orders {
			verb := strings.ToUpper(o.Task[:1]) + o.Task[1:]
			actor := object{
				{"auditActorType", "ItPro"}, {"userPermissions", []string{"*"}}, {"applicationId", c.s.world.App.ClientID}, {"applicationDisplayName", c.s.world.App.DisplayName},
				{"userPrincipalName", orNil(o.By)}, {"servicePrincipalName", nil}, {"ipAddress", nil}, {"userId", nil},
			}
			list = append(list, object{
				{"id", c.guid(kindOrder, i<<16|n)}, {"displayName", verb + " ManagedDevice"}, {"componentName", "ManagedDevices"}, {"activity", nil}, {"activityDateTime", o.Asked}, {"activityType", o.Task + " ManagedDevice"}, {"activityOperationType", "Action"},
				{"activityResult", "Success"}, {"correlationId", c.guid(kindOrder, i<<16|n|1<<38)}, {"category", "Device"},
				{"actor", c.withBeta(actor, member{"type", "ItPro"}, member{"remoteTenantId", nil}, member{"remoteUserId", nil}, member{"userRoleScopeTags", []object{}})},
				{"resources", []object{c.withBeta(object{{"displayName", v.name}, {"auditResourceType", managedDeviceType}, {"resourceId", v.id.String()}, {"modifiedProperties", []object{}}}, member{"type", managedDeviceType})}},
			})
		}
	}
	slices.SortStableFunc(list, func(a, b object) int { return moment(b).Compare(moment(a)) })
	return list
}

func moment(o object) time.Time {
	v, _ := o.get("activityDateTime")
	t, _ := v.(time.Time)
	return t
}

const managedDeviceType = "Microsoft.Management.Services.Api.ManagedDevice"

func (c *call) auditObject(n int) object {
	d := c.draw(kindAudit, n+1<<36)
	what := deeds[d.n(len(deeds))]
	result := "Success"
	if d.is(0.04) {
		result = "Failure"
	}
	name, id := "", ""
	var changes []object
	if what.device {
		v := c.fleet().at(d.n(c.t.Devices))
		name, id = v.name, v.id.String()
		changes = []object{{{"displayName", "DeviceManagementAPIVersion"}, {"oldValue", nil}, {"newValue", "5025-07-05"}}}
	} else {
		name, id = "<null>", c.guid(kindIntune, 1<<40|n%64)
		changes = []object{{{"displayName", "Version"}, {"oldValue", "3"}, {"newValue", "4"}}}
	}
	return object{
		{"id", c.guid(kindAudit, n)}, {"displayName", what.activity}, {"componentName", what.component}, {"activity", nil}, {"activityDateTime", c.auditAt(n)}, {"activityType", what.typ}, {"activityOperationType", what.operation},
		{"activityResult", result}, {"correlationId", c.guid(kindAudit, n+1<<37)}, {"category", what.category}, {"actor", c.auditActor(&d)},
		{"resources", []object{c.withBeta(object{{"displayName", name}, {"auditResourceType", what.resource}, {"resourceId", id}, {"modifiedProperties", changes}}, member{"type", what.resource})}},
	}
}

// auditActor is one of the tenant's administrators, or the service itself.
func (c *call) auditActor(d *draw) object {
	typ, app, appID := "ItPro", "Microsoft Intune portal extension", "5926fc8e-304e-4f59-8bed-58ca97cc39a4"
	var upn, id, principal, address any
	rights := []string{"*"}
	admins := slices.DeleteFunc(slices.Clone(c.t.Users), func(u *world.User) bool { return len(u.Roles) == 0 || u.ExternalUserState == "PendingAcceptance" })
	switch {
	case len(admins) == 0 || d.is(0.1):
		typ, app, appID, principal = "Application", "Microsoft Intune", "0000000a-0000-0000-c000-000000000000", "Microsoft Intune"
		rights = []string{}
	default:
		u := admins[d.n(len(admins))]
		upn, id, address = u.UserPrincipalName, u.ID, "203.0.113."+strconv.Itoa(1+d.n(250))
	}
	o := object{{"auditActorType", typ}, {"userPermissions", rights}, {"applicationId", appID}, {"applicationDisplayName", app}, {"userPrincipalName", upn}, {"servicePrincipalName", principal}, {"ipAddress", address}, {"userId", id}}
	return c.withBeta(o, member{"type", typ}, member{"remoteTenantId", nil}, member{"remoteUserId", nil}, member{"userRoleScopeTags", []object{}})
}
