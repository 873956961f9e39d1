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
}

func newFleet(seed uint64, t *world.Tenant, anchor, now time.Time) *fleet {
	f := &fleet{seed: seed, t: t, people: newRoster(seed, t, anchor), anchor: anchor, now: now, mix: mixOf(t.Industry)}
	return f
}

const day = 24 * time.Hour

// device is one computed managed device.
type device struct {
	fleet       *fleet
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
	named       string // managedDeviceName where an administrator wrote one
	lost        bool   // in lost mode
	gone        bool   // its record has left Intune
	actions     []action
}

type action struct {
	kind, name, state string
	began, updated    time.Time
	value             string // what the result tells besides: a passcode, a PIN, a scan's type, a person
}

var categoryNames = []string{"Office", "Field", "Shop floor", "Kiosk", "Executive", "Loan pool"}

// at computes the i-th device.
func (f *fleet) at(i int) device {
	d := newDraw(f.seed, kindDevice, f.t.Index, i)
	v := device{fleet: f, index: i, id: newGUID(f.seed, kindDevice, f.t.Index, i), entraID: newGUID(f.seed, kindEntraDevice, f.t.Index, i)}
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
	f.handle(&v)
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
	if f.meets(hardware) {
		v.model = &surfaceHub
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
	if i == configManaged || f.meets(i) {
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

// meets says whether the i-th device is one of the Surface Hubs, which two of the customers have in their meeting rooms.
func (f *fleet) meets(i int) bool {
	return (f.t.Index == 1 || f.t.Index == 4) && i >= firstHub && i < firstHub+3
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
	lonely := v.kind == androidKiosk || v.hub() || v.platform.userless != "" && d.is(0.05)
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
	case v.hub():
		v.synced = f.beat(v, 8*time.Hour) // it is never switched off
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

// find gives the device with the Intune device id.
func (f *fleet) find(id string) (device, bool) {
	n, ok := indexOf(id, f.seed, kindDevice, f.t.Index)
	i := n & (1<<enrolmentAt - 1)
	if !ok || i >= f.t.Devices {
		return device{}, false
	}
	v := f.at(i)
	return v, !v.gone && v.id.String() == id
}

// of gives the indexes of the person's devices.
func (f *fleet) of(p person) []int {
	if p.userType == "Guest" {
		return nil
	}
	var found []int
	for i := p.index; i < f.t.Devices; i += f.people.n {
		if v := f.at(i); !v.userless && !v.gone {
			found = append(found, i)
		}
	}
	return found
}
