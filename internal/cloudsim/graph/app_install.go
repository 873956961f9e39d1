package graph

import (
	"slices"
	"strings"
)

// appKindsOf are the platforms that a type of app runs on.
func appKindsOf(typ string) []int {
	lower := strings.ToLower(typ)
	switch {
	case strings.HasPrefix(lower, "managed"):
		return nil // reached by policies; nothing is installed
	case strings.Contains(lower, "ios"):
		return []int{iPhone, iPad}
	case strings.Contains(lower, "macos"):
		return []int{macOS}
	case strings.Contains(lower, "android"):
		return []int{android, androidOwned, androidKiosk}
	}
	return []int{windows}
}

var appPlatforms = map[int]string{windows: "Windows", macOS: "macOS", iPhone: "iOS", iPad: "iOS", android: "Android", androidOwned: "Android", androidKiosk: "Android"}

// install is how a device stands with an app: Intune's numbers for installState, and the failure.
type install struct {
	state, detail int
	code          int64
}

const (
	installed    = 1
	failed       = 2
	notInstalled = 3
	pendingState = 5
	unsuitable   = 4
)

var stateNames = map[int]string{installed: "installed", failed: "failed", notInstalled: "notInstalled", pendingState: "pendingInstall", unsuitable: "notApplicable"}

// Failures that help desks know, by platform.
var installFailures = map[int][]int64{windows: {-2016345060, -2016330908, -2147024891, -2147023293, -2016345061}, macOS: {-2016330897}, iPhone: {-2016330876, -2016330849}, iPad: {-2016330876}}

// appReach is to whom the app goes: the platforms, the share of their devices, and what is asked of them. Nobody where it is not assigned.
type appReach struct {
	app   int
	kinds []int
	share float64
	must  bool
}

func (c *call) reachOf(app int) appReach {
	r := appReach{app: app, kinds: appKindsOf(products[app].kind)}
	for _, a := range c.assignmentsOf(app) {
		target, _ := a.get("target")
		typ := target.(object).text("@odata.type")
		share := 0.3
		switch {
		case strings.Contains(typ, "exclusion"), a.text("intent") == "uninstall":
			continue
		case strings.Contains(typ, "all"):
			share = 1
		}
		r.share = max(r.share, share)
		r.must = r.must || a.text("intent") == "required"
	}
	return r
}

// installOf says how the device stands with the app; false where the app does not go to it.
func (f *fleet) installOf(r *appReach, device, kind int) (install, bool) {
	if r.share == 0 || !slices.Contains(r.kinds, kind) {
		return install{}, false
	}
	d := newDraw(f.seed, kindAssignment, f.t.Index, device<<9|r.app|1<<50)
	if !d.is(r.share) {
		return install{}, false
	}
	x := d.share()
	wanted := 1.0
	if !r.must {
		wanted = 0.45 // of those who may, not all do
	}
	switch {
	case x < 0.88*wanted:
		return install{state: installed}, true
	case x < 0.92*wanted:
		codes := installFailures[kind]
		if len(codes) == 0 {
			return install{state: failed, detail: 1000}, true
		}
		return install{state: failed, detail: 1000, code: codes[d.n(len(codes))]}, true
	case x < 0.96*wanted:
		return install{state: pendingState, detail: 2000}, true
	case x < 0.98*wanted:
		return install{state: unsuitable, detail: 3000}, true
	}
	return install{state: notInstalled}, true
}

// installCounts are the devices and users by state.
type installCounts struct{ devices, users map[int]int }

func (c *call) countInstalls(apps []int) []installCounts {
	f := c.fleet()
	counts, reaches := make([]installCounts, len(apps)), make([]appReach, len(apps))
	for i, app := range apps {
		counts[i], reaches[i] = installCounts{map[int]int{}, map[int]int{}}, c.reachOf(app)
	}
	for at := range f.t.Devices {
		kind := f.kindOf(at)
		for i := range apps {
			if in, ok := f.installOf(&reaches[i], at, kind); ok {
				counts[i].devices[in.state]++
				if at < f.people.n && kind != androidKiosk {
					counts[i].users[in.state]++
				}
			}
		}
	}
	return counts
}

// appVersion is the number that a product's name ends with, before what it is built for: 7-Zip, Microsoft 365 and Windows 10 are names.
func appVersion(p *product) string {
	name, _, _ := strings.Cut(p.name, " (")
	words := strings.Fields(name)
	last, before := words[len(words)-1], words[max(0, len(words)-2)]
	if strings.Trim(last, "0123456789.") != "" || before == "Windows" && !strings.Contains(last, ".") {
		return ""
	}
	return last
}
