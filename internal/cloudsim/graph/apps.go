package graph

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

func appOperations() []operation {
	read := same("DeviceManagementApps.Read.All")
	op := func(path string, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: "/deviceAppManagement/" + path, versions: both, area: intune, allow: read, roles: intuneReaders, options: o, page: page, handle: h}
	}
	relationsOfApp := op("mobileApps/{id}/relationships", oSelect|oTop, intunePage, (*call).listRelations)
	relationsOfApp.versions = beta
	return []operation{
		op("mobileApps", oSelect|oExpand|oFilter|oTop|oSkip|oCount|oOrder, intunePage, (*call).listApps),
		op("mobileApps/{id}", oSelect|oExpand, pageSize{}, (*call).getApp),
		op("mobileApps/{id}/assignments", oSelect|oTop, intunePage, (*call).listAssignments),
		op("mobileApps/{id}/assignments/{assignment}", oSelect, pageSize{}, (*call).getAssignment),
		relationsOfApp,
		op("mobileApps/{id}/categories", oSelect|oTop, intunePage, (*call).categoriesOfApp),
		op("mobileAppCategories", oSelect|oTop|oFilter, intunePage, (*call).listAppCategories),
		op("mobileAppCategories/{id}", oSelect, pageSize{}, (*call).getAppCategory),
	}
}

// largePage is the page above which the app service gives up in a tenant with many apps.
const (
	manyApps  = 90
	largePage = 20
)

// apps gives the indexes of the products that the tenant deploys, in the order of the service. v1.0 lacks those it has no type for.
func (c *call) apps() []int {
	d := c.draw(kindApp, 1<<30)
	n := min(20+c.t.Devices/12+d.n(8), 120, len(products))
	order := make([]int, len(products)-fixedProducts)
	for i := range order {
		order[i] = fixedProducts + i
	}
	for i := len(order) - 1; i > 0; i-- {
		j := d.n(i + 1)
		order[i], order[j] = order[j], order[i]
	}
	chosen := make([]int, 0, n)
	for i := range fixedProducts {
		chosen = append(chosen, i)
	}
	chosen = append(chosen, order[:n-fixedProducts]...)
	sort.Slice(chosen, func(i, j int) bool { return c.guid(kindApp, chosen[i]) < c.guid(kindApp, chosen[j]) })
	return slices.DeleteFunc(chosen, func(i int) bool { return !c.beta && betaKinds[products[i].kind] })
}

func (c *call) listApps() error {
	apps := c.apps()
	size, err := c.pageSize()
	if err != nil {
		return err
	}
	if size > largePage && len(apps) >= manyApps {
		c.note = "page too large"
		return unavailable(0, 0)
	}
	return c.objects(kinds["mobileApp"], "deviceAppManagement/mobileApps", len(apps), func(i int) object { return c.appObject(apps[i], false) })
}

func (c *call) app() (int, error) {
	i, ok := indexOf(strings.ToLower(c.keys[0]), c.s.world.Seed, kindApp, c.t.Index)
	if !ok || !slices.Contains(c.apps(), i) {
		return 0, &refusal{status: http.StatusNotFound, code: "ResourceNotFound", message: c.intuneJSON("The app could not be found: "+c.keys[0], "AppLifecycle_2210")}
	}
	return i, nil
}

func (c *call) getApp() error {
	i, err := c.app()
	if err != nil {
		return err
	}
	return c.entity(kinds["mobileApp"], "deviceAppManagement/mobileApps", c.appObject(i, true))
}

// icon is a one-pixel PNG; only a read of one app gives it.
const icon = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

func (c *call) appObject(i int, single bool) object {
	p := &products[i]
	d := c.draw(kindApp, i)
	created := c.s.anchor.Add(-time.Duration(d.between(30, 900))*day + time.Duration(d.n(86400000))*time.Millisecond)
	modified := created.Add(time.Duration(d.share() * float64(c.s.anchor.Sub(created))))
	if d.is(0.1) {
		modified = c.now.Truncate(day).Add(-time.Duration(d.n(20)) * time.Hour) // somebody works on it
	}
	var largeIcon any
	if single {
		largeIcon = object{{"type", "image/png"}, {"value", icon}}
	}
	state := "published"
	if d.is(0.02) {
		state = "processing"
	}
	assignments, relations := c.assignmentsOf(i), c.countRelations(i)
	o := object{
		{"@odata.type", "#microsoft.graph." + p.kind}, {"id", c.guid(kindApp, i)}, {"displayName", p.name}, {"description", describe(p)},
		{"publisher", p.publisher}, {"largeIcon", largeIcon}, {"createdDateTime", created}, {"lastModifiedDateTime", modified}, {"isFeatured", d.is(0.1)},
		{"privacyInformationUrl", nil}, {"informationUrl", nil}, {"owner", ""}, {"developer", ""}, {"notes", ""}, {"publishingState", state},
		{"isAssigned", len(assignments) > 0}, {"roleScopeTagIds", []string{"0"}}, {"dependentAppCount", relations[0]}, {"supersedingAppCount", relations[1]},
		{"supersededAppCount", relations[2]}, {"uploadState", 1},
	}
	if len(c.q.selected) == 0 || c.q.filter != nil || strings.Contains(strings.Join(c.q.selected, ","), "/") {
		o = append(o, c.detailsOf(p, &d)...)
	}
	if c.q.expands("assignments") {
		o = append(o, member{"assignments", assignments})
	}
	if c.q.expands("categories") {
		o = append(o, member{"categories", c.appCategories(p)})
	}
	if c.q.expands("relationships") {
		o = append(o, member{"relationships", c.relationsOfApps(i)})
	}
	return o
}

func describe(p *product) any {
	switch p.publisher {
	case "":
		return nil
	case "Line of business":
		return "Our own app: " + p.name
	}
	return p.name + " by " + p.publisher
}

func (c *call) appCategories(p *product) []object {
	list := []object{}
	for _, i := range p.categories {
		list = append(list, c.appCategory(i))
	}
	return list
}

func (c *call) appCategory(i int) object {
	return object{{"id", newGUID(0, kindAppCategory, 0, i).String()}, {"displayName", appCategoryNames[i]}, {"lastModifiedDateTime", c.s.anchor.Add(-1500 * day)}}
}

func (c *call) categoriesOfApp() error {
	i, err := c.app()
	if err != nil {
		return err
	}
	return c.fixed(kinds["mobileAppCategory"], "deviceAppManagement/mobileApps('"+c.guid(kindApp, i)+"')/categories", c.appCategories(&products[i]))
}

func (c *call) listAppCategories() error {
	return c.objects(kinds["mobileAppCategory"], "deviceAppManagement/mobileAppCategories", len(appCategoryNames), c.appCategory)
}

func (c *call) getAppCategory() error {
	for i := range appCategoryNames {
		if o := c.appCategory(i); o.text("id") == strings.ToLower(c.keys[0]) {
			return c.entity(kinds["mobileAppCategory"], "deviceAppManagement/mobileAppCategories", o)
		}
	}
	return c.missingDevice(c.keys[0])
}

// The prefixes of assignments to everybody are the same in all tenants.
const (
	allUsersAssignment   = "acacacac-9df4-4c7d-9d50-4ef0226f57a9"
	allDevicesAssignment = "adadadad-808e-44e2-905a-0b7873a8a531"
)

var intents = []string{"available", "required", "uninstall", "availableWithoutEnrollment"}

// assignmentsOf are to whom the app goes: everybody, groups with exceptions, or nobody. One group in twenty was deleted since.
func (c *call) assignmentsOf(i int) []object {
	p := &products[i]
	d := c.draw(kindAssignment, i)
	list := []object{}
	add := func(intent int, id, target string, group string) {
		a := object{{"id", id + "_" + strconv.Itoa(intent) + "_" + strconv.Itoa(min(len(list), 1))}, {"intent", intents[intent]}, {"target", c.target(target, group)}, {"settings", c.settingsOf(p)}}
		if c.beta {
			a = append(a, member{"source", "direct"}, member{"sourceId", c.guid(kindApp, i)})
		}
		list = append(list, a)
	}
	group := func() string {
		if d.is(0.05) {
			return c.guid(kindGroup, 1000+i)
		}
		return c.guid(kindGroup, d.n(len(groupNames)))
	}
	switch x := d.n(10); {
	case strings.HasPrefix(p.kind, "managed"): // policies reach these, not assignments
	case i < 3 || x < 2:
		add(1, allDevicesAssignment, "allDevicesAssignmentTarget", "")
	case x < 4:
		add(d.n(2), allUsersAssignment, "allLicensedUsersAssignmentTarget", "")
	case x < 8:
		for range d.between(1, 3) {
			g := group()
			add([]int{1, 1, 0, 0, 3}[d.n(5)], g, "groupAssignmentTarget", g)
		}
		if d.is(0.35) {
			g := group()
			add(1, g, "exclusionGroupAssignmentTarget", g)
		}
	case x < 9:
		g := group()
		add(2, g, "groupAssignmentTarget", g)
	}
	return list
}

func (c *call) settingsOf(p *product) any {
	t := func(name string, rest ...member) object {
		return append(object{{"@odata.type", "#microsoft.graph." + name}}, rest...)
	}
	switch p.kind {
	case "win32LobApp":
		return t("win32LobAppAssignmentSettings", member{"notifications", "showAll"}, member{"restartSettings", nil}, member{"installTimeSettings", nil}, member{"deliveryOptimizationPriority", "notConfigured"})
	case "iosVppApp":
		return t("iosVppAppAssignmentSettings", member{"useDeviceLicensing", true}, member{"vpnConfigurationId", nil})
	case "iosStoreApp":
		return t("iosStoreAppAssignmentSettings", member{"vpnConfigurationId", nil}, member{"uninstallOnDeviceRemoval", true}, member{"isRemovable", nil})
	case "iosLobApp":
		return t("iosLobAppAssignmentSettings", member{"vpnConfigurationId", nil}, member{"uninstallOnDeviceRemoval", nil}, member{"isRemovable", nil})
	case "macOSLobApp":
		return t("macOsLobAppAssignmentSettings", member{"uninstallOnDeviceRemoval", false})
	case "microsoftStoreForBusinessApp":
		return t("microsoftStoreForBusinessAppAssignmentSettings", member{"useDeviceContext", false})
	case "windowsUniversalAppX":
		return t("windowsUniversalAppXAppAssignmentSettings", member{"useDeviceContext", false})
	case "windowsAppX":
		return t("windowsAppXAppAssignmentSettings", member{"useDeviceContext", false})
	case "winGetApp":
		return t("winGetAppAssignmentSettings", member{"notifications", "showAll"}, member{"installTimeSettings", nil}, member{"restartSettings", nil})
	case "androidManagedStoreApp":
		return t("androidManagedStoreAppAssignmentSettings", member{"androidManagedStoreAppTrackIds", []string{}}, member{"autoUpdateMode", "default"})
	}
	return nil
}

func (c *call) listAssignments() error {
	i, err := c.app()
	if err != nil {
		return err
	}
	return c.fixed(kinds["mobileAppAssignment"], "deviceAppManagement/mobileApps('"+c.guid(kindApp, i)+"')/assignments", c.assignmentsOf(i))
}

func (c *call) getAssignment() error {
	i, err := c.app()
	if err != nil {
		return err
	}
	for _, a := range c.assignmentsOf(i) {
		if strings.EqualFold(a.text("id"), c.keys[1]) {
			return c.entity(kinds["mobileAppAssignment"], "deviceAppManagement/mobileApps('"+c.guid(kindApp, i)+"')/assignments", a)
		}
	}
	return c.missingDevice(c.keys[1])
}
