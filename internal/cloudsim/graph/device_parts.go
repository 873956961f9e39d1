package graph

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// deviceManagement is the singleton: whether the tenant's Intune subscription is in force. Its collections have their own paths.
func (c *call) deviceManagement() error {
	state := "active"
	if _, fault := c.s.world.Faults.Active("licenceMissing", c.t.ID); fault || !c.t.Intune {
		state = "disabled"
	}
	o := object{
		{"id", c.guid(kindOrganization, 1)}, {"intuneAccountId", c.guid(kindOrganization, 2)}, {"subscriptionState", state},
		{"settings", object{{"deviceComplianceCheckinThresholdDays", 30}, {"isScheduledActionEnabled", true}, {"secureByDefault", false}}},
		{"intuneBrand", c.brand()},
	}
	for _, sum := range []struct {
		name string
		make func() object
	}{{"windowsMalwareOverview", c.malwareOverview}, {"deviceProtectionOverview", c.protectionOverview}} {
		if state == "active" && slices.Contains(c.q.selected, sum.name) {
			o = append(o, member{sum.name, sum.make()})
		}
	}
	return c.singleton("deviceManagement", "deviceManagement", o)
}

// singleton answers with an object that is not in a collection: its context has no /$entity.
func (c *call) singleton(kindName, context string, o object) error {
	return c.singletonOf(kinds[kindName], context, o)
}

func (c *call) singletonOf(k *kind, context string, o object) error {
	if err := c.check(k); err != nil {
		return err
	}
	b := c.open(context + c.q.shape())
	item := appendObject(nil, c.project(k, o))
	if len(item) > 2 {
		b = append(b, ',')
	}
	c.status, c.body = http.StatusOK, append(b, item[1:]...)
	return nil
}

func (c *call) categoryObject(i int) object {
	if i < 0 {
		return object{{"id", zeroGUID}, {"displayName", "Unassigned"}, {"description", ""}}
	}
	return object{
		{"id", c.guid(kindCategory, i)}, {"displayName", categoryNames[i]},
		{"description", []string{"Desks and meeting rooms", "Cars and customer sites", "Machines and warehouse", "Shared by visitors", "Board and management", "Lent for a time"}[i]},
		{"roleScopeTagIds", []string{"0"}},
	}
}

func (c *call) listCategories() error {
	return c.objects(kinds["deviceCategory"], "deviceManagement/deviceCategories", len(categoryNames), c.categoryObject)
}

func (c *call) getCategory() error {
	for i := -1; i < len(categoryNames); i++ {
		if o := c.categoryObject(i); o.text("id") == strings.ToLower(c.keys[0]) {
			return c.entity(kinds["deviceCategory"], "deviceManagement/deviceCategories", o)
		}
	}
	return c.missingDevice(c.keys[0])
}

func (c *call) categoryOfDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.entity(kinds["deviceCategory"], "deviceManagement/managedDevices('"+v.id.String()+"')/deviceCategory", c.categoryObject(v.category))
}

func (c *call) usersOf(v *device) related {
	return many("user", func() []object {
		if v.userless {
			return nil
		}
		return []object{c.userObject(v.owner)}
	})
}

func (c *call) usersOfDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.relatedTo("deviceManagement/managedDevices('"+v.id.String()+"')/users", c.usersOf(&v))
}

// deviceOverview counts the fleet by operating system.
func (c *call) deviceOverview() error {
	f := c.fleet()
	var n [platformCount]int
	all := 0
	for i := range f.t.Devices {
		if f.there(i) {
			n[f.kindOf(i)]++
			all++
		}
	}
	systems := object{
		{"androidCount", n[android] + n[androidOwned] + n[androidKiosk]}, {"iosCount", n[iPhone] + n[iPad]}, {"macOSCount", n[macOS]},
		{"windowsMobileCount", 0}, {"windowsCount", n[windows]}, {"unknownCount", n[linux]}, {"androidDedicatedCount", n[androidKiosk]},
		{"androidDeviceAdminCount", 0}, {"androidFullyManagedCount", n[androidOwned]}, {"androidWorkProfileCount", n[android]},
		{"androidCorporateWorkProfileCount", 0}, {"configMgrDeviceCount", 0},
	}
	if c.beta {
		systems[5].value = 0
		systems = append(systems, member{"linuxCount", n[linux]}, member{"chromeOSCount", 0}, member{"aospUserAssociatedCount", 0}, member{"aospUserlessCount", 0})
	}
	return c.singleton("managedDeviceOverview", "deviceManagement/managedDeviceOverview", object{
		{"id", c.guid(kindOrganization, 3)}, {"enrolledDeviceCount", all}, {"mdmEnrolledCount", all}, {"dualEnrolledDeviceCount", 0},
		{"deviceOperatingSystemSummary", systems},
		{"deviceExchangeAccessStateSummary", object{{"allowedDeviceCount", 0}, {"blockedDeviceCount", 0}, {"quarantinedDeviceCount", 0}, {"unknownDeviceCount", 0}, {"unavailableDeviceCount", all}}},
		{"managedDeviceModelsAndManufacturers", nil}, {"lastModifiedDateTime", c.now.Truncate(time.Hour)},
	})
}

// kindOf is the platform of the i-th device without the rest of it.
func (f *fleet) kindOf(i int) int {
	if f.doubles(i) {
		i--
	}
	d := newDraw(f.seed, kindSystem, f.t.Index, i)
	return f.platformOf(&d, i)
}

// software is what inventories find on devices.
type software struct {
	name, publisher, version string
	platform                 string
	kinds                    []int
	size                     int64
	share                    float64
}

var inventory = []software{
	{"Microsoft Edge", "Microsoft Corporation", "141.0.3537.85", "windows", []int{windows}, 0, 1}, {"Google Chrome", "Google LLC", "141.0.7390.123", "windows", []int{windows}, 0, 0.8},
	{"Google Chrome", "Google LLC", "138.0.7204.184", "windows", []int{windows}, 0, 0.12}, {"7-Zip 24.08 (x64)", "Igor Pavlov", "24.08", "windows", []int{windows}, 5845504, 0.6},
	{"7-Zip 19.00 (x64)", "Igor Pavlov", "19.00", "windows", []int{windows}, 5242880, 0.08}, {"Notepad++ (64-bit x64)", "Notepad++ Team", "8.8.5", "windows", []int{windows}, 16777216, 0.35},
	{"Adobe Acrobat (64-bit)", "Adobe", "25.001.20756", "windows", []int{windows}, 912261120, 0.7}, {"Microsoft 365 Apps for enterprise - en-us", "Microsoft Corporation", "16.0.19231.20216", "windows", []int{windows}, 0, 0.95},
	{"Microsoft Teams", "Microsoft Corporation", "25275.2601.4002.2815", "windows", []int{windows}, 0, 0.97}, {"Zoom Workplace (64-bit)", "Zoom", "6.6.5.19215", "windows", []int{windows}, 0, 0.4},
	{"VLC media player", "VideoLAN", "3.0.21", "windows", []int{windows}, 0, 0.3}, {"Mozilla Firefox (x64 en-US)", "Mozilla", "144.0", "windows", []int{windows}, 0, 0.25},
	{"Microsoft Visual C++ 2015-2022 Redistributable (x64)", "Microsoft Corporation", "14.44.35211.0", "windows", []int{windows}, 21504000, 0.98}, {"Git", "The Git Development Community", "2.51.0", "windows", []int{windows}, 0, 0.1},
	{"Microsoft Visual Studio Code", "Microsoft Corporation", "1.105.1", "windows", []int{windows}, 0, 0.15}, {"Dell SupportAssist", "Dell Inc.", "4.9.0.36417", "windows", []int{windows}, 0, 0.3},
	{"AnyDesk", "AnyDesk Software GmbH", "ad 9.0.8", "windows", []int{windows}, 0, 0.04}, {"TeamViewer", "TeamViewer", "15.70.6", "windows", []int{windows}, 0, 0.12},
	{"Java 8 Update 461", "Oracle Corporation", "8.0.4610.11", "windows", []int{windows}, 0, 0.18}, {"Microsoft Outlook", "", "16.101.25092818", "macOS", []int{macOS}, 0, 0.9},
	{"Safari", "", "18.6", "macOS", []int{macOS}, 0, 1}, {"Google Chrome", "", "141.0.7390.108", "macOS", []int{macOS}, 0, 0.8}, {"Slack", "", "4.46.101", "macOS", []int{macOS}, 0, 0.4},
	{"Adobe Creative Cloud", "", "6.7.0.278", "macOS", []int{macOS}, 0, 0.5}, {"Outlook", "", "5.2540.0", "ios", []int{iPhone, iPad}, 0, 0.9}, {"Teams", "", "7.18.0", "ios", []int{iPhone, iPad}, 0, 0.85},
	{"Authenticator", "", "6.8.36", "ios", []int{iPhone, iPad}, 0, 0.95}, {"WhatsApp", "", "25.29.77", "ios", []int{iPhone}, 0, 0.3}, {"Company Portal", "", "5.2510.0", "ios", []int{iPhone, iPad}, 0, 1},
	{"Microsoft Outlook", "", "4.2541.1", "androidWorkProfile", []int{android, androidOwned}, 0, 0.9}, {"Microsoft Teams", "", "1416/1.0.0.2025193702", "androidWorkProfile", []int{android, androidOwned}, 0, 0.85},
	{"Managed Home Screen", "", "2.2.0.106784", "androidDedicatedAndFullyManaged", []int{androidKiosk}, 0, 1}, {"Zebra DataWedge", "", "15.0.33", "androidDedicatedAndFullyManaged", []int{androidKiosk}, 0, 0.7},
}

// has says whether the software is on the device.
func (f *fleet) has(app, device, kind int) bool {
	s := &inventory[app]
	for _, k := range s.kinds {
		if k == kind {
			d := newDraw(f.seed, kindDetectedApp, f.t.Index, device<<8|app)
			return d.is(s.share)
		}
	}
	return false
}

func (c *call) detectedAppObject(i int, devices any) object {
	s := &inventory[i]
	return object{
		{"id", c.detectedAppID(i)}, {"displayName", s.name}, {"version", s.version}, {"sizeInByte", s.size}, {"deviceCount", devices},
		{"publisher", s.publisher}, {"platform", s.platform},
	}
}

// detectedAppID looks like Intune's: four digits and a long hash.
func (c *call) detectedAppID(i int) string {
	return "0000" + undashed(c.guid(kindDetectedApp, i)) + strconv.FormatInt(int64(100000+i), 16)
}

func detectedAppOperations() []operation {
	read := same("DeviceManagementManagedDevices.Read.All", "DeviceManagementConfiguration.Read.All")
	op := func(path string, allow permissions, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: both, area: intune, allow: allow, roles: intuneReaders, options: o, page: page, handle: h}
	}
	return []operation{
		op("/deviceManagement/detectedApps", read, oSelect|oTop|oSkip|oFilter|oCount, pageSize{50, 1000}, (*call).listDetectedApps),
		op("/deviceManagement/detectedApps/{id}", read, oSelect, pageSize{}, (*call).getDetectedApp),
		op("/deviceManagement/detectedApps/{id}/managedDevices", same("DeviceManagementManagedDevices.Read.All"), oSelect|oTop|oSkip, pageSize{100, 1000}, (*call).devicesOfDetectedApp),
	}
}

// installed counts the devices that have each piece of software.
func (c *call) installed() []int {
	f := c.fleet()
	counts := make([]int, len(inventory))
	for i := range f.t.Devices {
		if !f.there(i) {
			continue
		}
		kind := f.kindOf(i)
		for app := range inventory {
			if f.has(app, i, kind) {
				counts[app]++
			}
		}
	}
	return counts
}

func (c *call) listDetectedApps() error {
	counts := c.installed()
	var items []object
	for i := range inventory {
		if counts[i] > 0 {
			items = append(items, c.detectedAppObject(i, counts[i]))
		}
	}
	return c.fixed(kinds["detectedApp"], "deviceManagement/detectedApps", items)
}

func (c *call) detectedApp() (int, error) {
	for i := range inventory {
		if c.detectedAppID(i) == strings.ToLower(c.keys[0]) {
			return i, nil
		}
	}
	return 0, c.missingDevice(c.keys[0])
}

func (c *call) getDetectedApp() error {
	i, err := c.detectedApp()
	if err != nil {
		return err
	}
	return c.entity(kinds["detectedApp"], "deviceManagement/detectedApps", c.detectedAppObject(i, c.installed()[i]))
}

// devicesOfDetectedApp gives little more than id and name, as the service does.
func (c *call) devicesOfDetectedApp() error {
	app, err := c.detectedApp()
	if err != nil {
		return err
	}
	f := c.fleet()
	var owners []int
	for i := range f.t.Devices {
		if f.there(i) && f.has(app, i, f.kindOf(i)) {
			owners = append(owners, i)
		}
	}
	if len(c.q.selected) == 0 {
		c.q.selected = []string{"id", "deviceName", "emailAddress", "operatingSystem", "osVersion", "lastSyncDateTime"}
		defer func() { c.q.selected = nil }()
	}
	return c.devicePage("deviceManagement/detectedApps('"+c.keys[0]+"')/managedDevices", len(owners), func(i int) int { return owners[i] })
}

// softwareOf is what the inventory found on the device.
func (c *call) softwareOf(v *device) []object {
	f := c.fleet()
	var items []object
	for app := range inventory {
		if f.has(app, v.index, v.kind) {
			items = append(items, c.detectedAppObject(app, 0))
		}
	}
	return items
}

func (c *call) appsOfDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.fixed(kinds["detectedApp"], "deviceManagement/managedDevices('"+v.id.String()+"')/detectedApps", c.softwareOf(&v))
}
