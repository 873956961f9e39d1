package graph

import (
	"math"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// fleet computes the managed devices of one tenant. Everything follows from the seed, the tenant, the device's index and the clock:
// a device checks in with its own rhythm, and what it reports then can differ from check-in to check-in.
type fleet struct {
	seed   uint64
	t      *world.Tenant
	people *roster
	anchor time.Time // the day on which ages are counted; does not move while the world runs
	now    time.Time
	mix    *[platformCount]int
	cats   []string // category ids, in step with categoryNames
}

func newFleet(seed uint64, t *world.Tenant, anchor, now time.Time) *fleet {
	f := &fleet{seed: seed, t: t, people: newRoster(seed, t, anchor), anchor: anchor, now: now, mix: mixOf(t.Industry)}
	return f
}

const day = 24 * time.Hour

// device is one computed managed device.
type device struct {
	index       int
	id, entraID guid
	platform    *platform
	kind        int
	model       *model
	owner       person
	userless    bool
	personal    bool
	name        string
	serial      string
	imei, meid  string
	iccid, udid string
	wifi, wired string
	phone       string
	carrier     string
	version     string
	patch       string
	compliance  string
	grace       time.Time
	enrolled    time.Time
	synced      time.Time
	certificate time.Time
	storage     int64
	free        int64
	memory      int64
	encrypted   bool
	jailbroken  string
	supervised  bool
	category    int // index of categoryNames, -1 for none
	agent       string
	enrolment   string
	state       string
	threat      string
	eas         bool
	joined      bool
	profile     string
	notes       string
	actions     []action
}

type action struct {
	kind, name, state string
	began, updated    time.Time
	passcode          string
}

var categoryNames = []string{"Office", "Field", "Shop floor", "Kiosk", "Executive", "Loan pool"}

// at computes the i-th device.
func (f *fleet) at(i int) device {
	d := newDraw(f.seed, kindDevice, f.t.Index, i)
	v := device{index: i, id: newGUID(f.seed, kindDevice, f.t.Index, i), entraID: newGUID(f.seed, kindEntraDevice, f.t.Index, i)}
	hardware := i
	if f.doubles(i) {
		hardware = i - 1
	}
	f.build(&v, hardware)
	f.assign(&v, &d)
	f.times(&v, &d)
	f.configure(&v, &d)
	f.comply(&v, &d)
	f.odd(&v, &d)
	return v
}

// doubles says whether the device is an older record of the same hardware as the one before: a machine that was enrolled twice.
func (f *fleet) doubles(i int) bool {
	if i%2 == 0 || i < 12 || f.t.Health.Duplicate <= 0 {
		return false
	}
	d := newDraw(f.seed, kindDrift, f.t.Index, i)
	return i == 13 || d.is(2*f.t.Health.Duplicate)
}

// build sets what the hardware determines.
func (f *fleet) build(v *device, hardware int) {
	d := newDraw(f.seed, kindSystem, f.t.Index, hardware)
	v.kind = f.platformOf(&d, hardware)
	v.platform = &platforms[v.kind]
	v.model = &v.platform.models[d.n(len(v.platform.models))]
	if v.model.code == "VM" && d.is(0.8) { // few run as virtual machines
		v.model = &v.platform.models[d.n(6)]
	}
	gb := v.model.storage[d.n(len(v.model.storage))]
	v.storage = int64(gb) * 1_000_000_000 * 993 / 1000
	v.memory = int64(8<<30) << d.n(3)
	v.wifi = d.letters(upperHex, 12)
	if !v.platform.mobile {
		v.wired = d.letters(upperHex, 12)
	}
	v.serial = serialNumber(&d, v.model.maker)
	v.name = f.t.Prefix + "-" + v.model.code + "-" + padded(hardware+1, 4)
	if v.model.cellular {
		v.imei = "35" + d.letters(digits, 13)
		v.iccid = "89" + d.letters(digits, 17)
		v.phone = phoneNumber(&d, f.t.Country)
		if d.is(0.3) {
			v.meid = v.imei[:14]
		}
		if list := carriers[f.t.Country]; len(list) > 0 {
			v.carrier = list[d.n(len(list))]
		}
	}
	if v.platform.apple {
		v.udid = d.letters("0123456789abcdef", 40)
	}
}

// platformOf spreads the platforms by the tenant's industry. The first devices cover each platform that the industry has, so that
// the smallest tenant is mixed too.
func (f *fleet) platformOf(d *draw, i int) int {
	if i < platformCount && f.mix[i] > 0 && i != androidKiosk {
		return i
	}
	if i == configManaged {
		return windows
	}
	x := d.n(100)
	for k, share := range f.mix {
		if x -= share; x < 0 && k == androidKiosk && i < f.people.members {
			return androidOwned // the first devices have users
		} else if x < 0 {
			return k
		}
	}
	return windows
}

func serialNumber(d *draw, maker string) string {
	switch maker {
	case "Dell Inc.":
		return d.letters(serials, 7)
	case "Apple":
		return d.letters(serials, 10)
	case "HP":
		return "5CG" + d.letters(serials, 7)
	case "LENOVO":
		return "PF" + d.letters(serials, 6)
	case "samsung":
		return "R5C" + d.letters(serials, 8)
	}
	return d.letters(digits, 12)
}

func padded(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

// assign gives the device its user, or none. Person p uses the devices p, p+n, p+2n, …, which makes a user's devices easy to find.
func (f *fleet) assign(v *device, d *draw) {
	lonely := v.kind == androidKiosk || v.platform.userless != "" && d.is(0.05)
	v.userless = lonely && v.index >= f.people.members
	v.enrolment = v.platform.enrolment[d.n(len(v.platform.enrolment))]
	if v.userless {
		v.enrolment = v.platform.userless
		v.phone = ""
	} else {
		v.owner = f.people.at(v.index % f.people.n)
	}
	v.personal = !v.userless && (v.kind == android || v.platform.mobile && v.enrolment != "appleBulkWithUser" && d.is(0.7) || d.is(0.03))
	if v.personal && v.platform.apple && d.is(0.6) {
		words := personalNames[f.people.lang]
		v.name = v.platform.betaType + " " + words[0] + v.owner.given
		if words[1] != "" {
			v.name = v.owner.given + words[1] + v.platform.betaType
		}
	}
	if v.kind == android {
		v.name = v.owner.given + "_AndroidForWork_" + d.letters(digits, 8)
	}
	v.supervised = v.platform.apple && !v.personal
	v.category = -1
	if v.userless {
		v.category = 3
	} else if d.is(0.8) {
		v.category = []int{0, 0, 0, 1, 1, 2, 4, 5}[d.n(8)]
	}
}

// times sets enrolment and the last check-in: most devices check in every few hours, some rest for weeks, the stale have stopped,
// and a few never did.
func (f *fleet) times(v *device, d *draw) {
	enrolledDays := int(30 + 1100*math.Pow(d.share(), 1.6))
	v.enrolled = f.anchor.Add(-time.Duration(enrolledDays)*day + time.Duration(d.n(86400*1000))*time.Millisecond)
	x, rest := d.share(), d.share()
	switch {
	case f.doubles(v.index):
		v.synced = f.before(v, 20+int(200*rest))
	case v.index >= f.people.members && x < f.t.Health.Stale:
		v.synced = f.before(v, 31+int(rest*rest*400))
	case v.index >= 20 && rest < 0.003:
		v.synced = time.Time{}
	case x > 0.93:
		v.synced = f.beat(v, time.Duration(3+d.n(25))*day)
	default:
		v.synced = f.beat(v, time.Duration(240+d.n(480))*time.Minute)
	}
	v.certificate = v.enrolled.Add(365*day - 12*time.Hour)
	for v.certificate.Before(v.synced) {
		v.certificate = v.certificate.Add(180 * day) // renewed at a check-in
	}
}

func (f *fleet) before(v *device, days int) time.Time {
	d := newDraw(f.seed, kindDrift, f.t.Index, v.index+1<<32)
	at := f.anchor.Add(-time.Duration(days)*day + time.Duration(d.n(86400))*time.Second)
	if at.Before(v.enrolled) {
		v.enrolled = at.Add(-time.Duration(60+d.n(400)) * day)
	}
	return at
}

// beat is the latest check-in of a device that checks in once a period.
func (f *fleet) beat(v *device, period time.Duration) time.Time {
	phase := time.Duration(newDrawAt(f.seed, f.t.Index, v.index).state % uint64(period))
	since := f.now.Sub(f.anchor) + 400*day - phase
	at := f.now.Add(-(since % period)).Truncate(time.Second)
	if at.Before(v.enrolled) {
		return v.enrolled.Add(9 * time.Minute)
	}
	return at
}

func newDrawAt(seed uint64, tenant, index int) draw {
	d := newDraw(seed, kindChange, tenant, index)
	d.next()
	return d
}

// configure sets what the device reports about itself.
func (f *fleet) configure(v *device, d *draw) {
	p := v.platform
	v.version = p.versions[d.n(len(p.versions))]
	v.agent, v.jailbroken, v.state, v.threat = p.agent, p.jailbreak, "managed", "unknown"
	v.joined = v.kind != androidKiosk && d.is(0.97)
	v.eas = !v.userless && d.is(0.4)
	v.encrypted = p.mobile || d.is(0.9)
	used := 0.15 + 0.8*d.share()
	v.free = int64(float64(v.storage)*(1-used)) / 1048576 * 1048576
	if p.mobile && !p.apple {
		v.patch = pick(d, []string{"2025-06-01", "2025-08-05", "2025-09-01", "2025-10-05", "2025-11-01", "2024-12-05"})
	}
	if p.mobile && d.is(0.004) {
		v.jailbroken = "True"
	}
	if v.kind == windows {
		v.threat = pick(d, []string{"unknown", "secured", "secured", "secured", "activated", "deactivated"})
		if d.is(0.02) {
			v.threat = pick(d, []string{"lowSeverity", "mediumSeverity", "highSeverity", "unresponsive", "compromised", "misconfigured"})
		}
	}
	switch {
	case v.index == configManaged || v.kind == windows && v.enrolment == "windowsCoManagement":
		v.agent = "configurationManagerClientMdm"
	case v.kind == macOS && d.is(0.06):
		v.agent = "jamf"
	}
	if d.is(0.012) && v.index >= 12 {
		v.state = pick(d, []string{"retirePending", "retireFailed", "wipePending", "wipeFailed", "unhealthy", "deletePending", "retireIssued", "discovered"})
	}
	if !v.personal && (p.apple || v.kind == windows) && d.is(0.7) {
		v.profile = f.t.Prefix + " " + p.os + " standard"
	}
	if d.is(0.04) {
		v.notes = pick(d, []string{"Battery replaced.", "Returned from repair.", "Spare for the front desk.", "Owner on leave."})
	}
	v.actions = f.actionsOf(v, d)
}

// The devices with these indexes show each member of complianceState, so that a tenant of thirty devices has them all.
const (
	configManaged = 24
	firstForced   = 20
)

var forced = []string{"conflict", "error", "unknown", "inGracePeriod", "configManager"}

// comply sets the compliance state reported at the last check-in. Now and then a device fails one check-in and is well at the next.
func (f *fleet) comply(v *device, d *draw) {
	bad := f.t.Health.NonCompliant
	x := d.share()
	switch {
	case v.synced.IsZero():
		v.compliance = "unknown"
	case v.index >= firstForced && v.index-firstForced < len(forced):
		v.compliance = forced[v.index-firstForced]
	case x < bad:
		v.compliance = "noncompliant"
	case x < bad*1.3:
		v.compliance = "inGracePeriod"
	case x < bad*1.3+0.02:
		v.compliance = pick(d, []string{"unknown", "unknown", "conflict", "error"})
	case v.agent == "configurationManagerClientMdm" && x > 0.8:
		v.compliance = "configManager"
	default:
		v.compliance = "compliant"
		if mix(f.seed^uint64(v.index)<<20^uint64(v.synced.Unix()))%83 == 0 {
			v.compliance = "noncompliant"
		}
	}
	v.grace = time.Date(9999, 12, 31, 23, 59, 59, 999999900, time.UTC)
	if v.compliance == "inGracePeriod" {
		v.grace = f.now.Truncate(day).Add(time.Duration(1+d.n(13)) * day)
	}
	if v.compliance == "noncompliant" {
		v.grace = v.synced.Truncate(day).Add(-time.Duration(d.n(20)) * day)
		if d.is(0.5) && !v.platform.mobile {
			v.encrypted = false
		}
	}
}

func (f *fleet) odd(v *device, d *draw) {
	if f.t.Health.Odd <= 0 {
		return
	}
	switch {
	case v.index == 11:
		v.name = oddNames[0]
	case v.index > 11 && d.is(f.t.Health.Odd):
		v.name = oddNames[1+d.n(len(oddNames)-1)]
		if d.is(0.2) {
			v.serial = pick(d, []string{"", "To be filled by O.E.M.", "Default string", "0"})
		}
	}
}

var actionKinds = []struct{ kind, name string }{
	{"", "rebootNow"}, {"", "syncDevice"}, {"", "retire"}, {"windowsDefenderScanActionResult", "windowsDefenderScan"},
	{"remoteLockActionResult", "remoteLock"}, {"resetPasscodeActionResult", "resetPasscode"}, {"locateDeviceActionResult", "locateDevice"},
}

func (f *fleet) actionsOf(v *device, d *draw) []action {
	if !d.is(0.035) || v.synced.IsZero() {
		return nil
	}
	began := v.synced.Add(-time.Duration(d.between(3, 5000)) * time.Minute)
	if began.Before(v.enrolled) {
		began = v.enrolled
	}
	a := action{began: began, updated: v.synced, state: pick(d, []string{"done", "done", "done", "pending", "failed", "active", "canceled", "notSupported"})}
	which := d.n(3)
	switch {
	case v.kind == windows:
		which = []int{0, 1, 3}[which]
	case v.platform.mobile:
		which = []int{1, 4, 5}[which]
	default:
		which = []int{0, 1, 4}[which]
	}
	a.kind, a.name = actionKinds[which].kind, actionKinds[which].name
	if a.state == "pending" {
		a.updated = a.began
	}
	if a.name == "resetPasscode" && a.state == "done" {
		a.passcode = d.letters(digits, 6)
	}
	return []action{a}
}

// find gives the device with the Intune device id.
func (f *fleet) find(id string) (device, bool) {
	i, ok := indexOf(id, f.seed, kindDevice, f.t.Index)
	if !ok || i >= f.t.Devices {
		return device{}, false
	}
	return f.at(i), true
}

// of gives the indexes of the person's devices.
func (f *fleet) of(p person) []int {
	if p.userType == "Guest" {
		return nil
	}
	var found []int
	for i := p.index; i < f.t.Devices; i += f.people.n {
		if v := f.at(i); !v.userless {
			found = append(found, i)
		}
	}
	return found
}
