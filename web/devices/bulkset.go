package devices

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// set is the devices that were chosen, as they are now.
type set struct {
	kind    deviceaction.Kind
	can     []deviceaction.Device // what the action is sent to
	cannot  []refused             // left out, with the reason
	parts   []part                // by customer
	names   map[tenant.ID]string
	as      map[tenant.ID]string // who the customer's log will name; where the person is signed in only
	hash    string
	changed []string // what differs from what was confirmed
}

// part is the set at one customer.
type part struct {
	customer page.TenantRef
	devices  int
	as       string    // who the customer's log will name; empty: the person is not signed in there, and these devices are left out
	until    time.Time // when that sign-in ends
	signIn   string    // where to sign in
	lacks    bool      // it was read that the customer has not agreed to the permission that this needs
	window   string    // the customer's maintenance window in words; empty: none is set
	opens    time.Time // when it opens next, or opened
}

// refused is a device that is left out.
type refused struct{ name, customer, reason string }

func newSet(k deviceaction.Kind, c page.Chrome, found []device.Device, busy map[deviceaction.Device]bool, windows map[tenant.ID]deviceaction.Window) set {
	s := set{kind: k, names: map[tenant.ID]string{}, as: map[tenant.ID]string{}}
	latest := latestRecords(found)
	for _, d := range found {
		s.names[d.Tenant] = d.TenantName
		target := asTarget(d)
		reason := k.OfferedAmong(target)
		if reason == "" && busy[deviceaction.Device{Tenant: d.Tenant, ID: d.ID}] {
			reason = k.Title + " is under way on it already."
		}
		if last := latest[hardwareKey{d.Tenant, target.Hardware()}]; reason == "" && k.Braked() && last.ID != d.ID {
			reason = "It is an older record of the same device; the one that checked in last is in the set."
		}
		if reason != "" {
			s.cannot = append(s.cannot, refused{nameOf(d), d.TenantName, reason})
			continue
		}
		p := s.part(c, d, windows)
		p.devices++
		if p.as != "" {
			s.as[d.Tenant] = p.as
			s.can = append(s.can, target)
		}
	}
	slices.SortFunc(s.parts, func(a, b part) int {
		return cmp.Or(strings.Compare(a.customer.Name, b.customer.Name), a.customer.ID.Compare(b.customer.ID))
	})
	s.hash = deviceaction.Freeze(k, deviceaction.Options{}, s.can)
	return s
}

// hardwareKey is a device itself, whatever records Intune has of it.
type hardwareKey struct {
	tenant   tenant.ID
	hardware string
}

// latestRecords are, of records of the same device, those that checked in last: a device is not wiped twice.
func latestRecords(found []device.Device) map[hardwareKey]device.Device {
	latest := map[hardwareKey]device.Device{}
	for _, d := range found {
		key := hardwareKey{d.Tenant, asTarget(d).Hardware()}
		if other, ok := latest[key]; !ok || d.LastSyncAt.After(other.LastSyncAt) {
			latest[key] = d
		}
	}
	return latest
}

// part is the set at the customer of the device.
func (s *set) part(c page.Chrome, d device.Device, windows map[tenant.ID]deviceaction.Window) *part {
	if i := slices.IndexFunc(s.parts, func(p part) bool { return p.customer.ID == d.Tenant }); i >= 0 {
		return &s.parts[i]
	}
	p := part{customer: page.TenantRef{ID: d.Tenant, Name: d.TenantName}}
	if in := c.SignedIn(d.Tenant); in != nil {
		p.as, p.until = in.As, in.Until
	}
	if w, ok := windows[d.Tenant]; ok {
		p.window = w.String()
		p.opens, _ = w.Next(c.Now)
	}
	s.parts = append(s.parts, p)
	return &s.parts[len(s.parts)-1]
}

// mostInAddress is how many devices an address names: more would be too long for some proxies and mails.
const mostInAddress = 20

// address is that of the confirmation of these devices, to come back to from a sign-in; of many, the list's.
func (s set) address(m tenant.Membership, form url.Values) string {
	if n := len(form["id"]); n == 0 || n > mostInAddress {
		return m.Path("/devices")
	}
	q := url.Values{"kind": {s.kind.Name}, "id": form["id"]}
	for _, name := range []string{"keep", "plan", "when", "reason"} {
		if v := form.Get(name); v != "" && len(v) <= maxReason {
			q.Set(name, v)
		}
	}
	return m.Path("/devices/actions") + "?" + q.Encode()
}

// windowless names a customer of the set that has no maintenance window; empty: all have one.
func (s set) windowless() string {
	for _, p := range s.parts {
		if p.as != "" && p.window == "" {
			return p.customer.Name
		}
	}
	return ""
}

// tooFar names a customer whose window opens too long from now for what destroys something; empty: none does.
func (s set) tooFar(now time.Time) string {
	for _, p := range s.parts {
		if s.kind.Braked() && p.as != "" && p.opens.After(now.Add(deviceaction.MostAhead)) {
			return p.customer.Name
		}
	}
	return ""
}

// noWindows says why the set cannot be sent in the maintenance windows; empty: it can.
func (s set) noWindows(now time.Time) string {
	if lacks := s.windowless(); lacks != "" {
		return lacks + " has no maintenance window."
	}
	if late := s.tooFar(now); late != "" {
		return late + "’s opens more than 12 hours from now."
	}
	return ""
}

// has tells that the action is sent to a device with that system.
func (s set) has(os string) bool {
	return slices.ContainsFunc(s.can, func(d deviceaction.Device) bool { return d.OS == os })
}

func (s set) hasPlan() bool {
	return slices.ContainsFunc(s.can, func(d deviceaction.Device) bool { return deviceaction.HasPlan(d.OS) })
}

// differs says what changed since the form was shown: how many devices each customer has in the set.
func (s set) differs(form url.Values) (list []string) {
	now := map[string]int{}
	for _, p := range s.parts {
		if p.as != "" {
			now[p.customer.ID.String()] = p.devices
		}
	}
	was := map[string]int{}
	for _, line := range form["was"] {
		id, n, _ := strings.Cut(line, " ")
		was[id], _ = strconv.Atoi(n)
	}
	for id, n := range was {
		if now[id] != n {
			list = append(list, s.named(id)+": "+ui.Count(int64(n), "device", "devices")+" then, "+ui.N(int64(now[id]))+" now.")
		}
	}
	for id, n := range now {
		if _, ok := was[id]; !ok {
			list = append(list, s.named(id)+": "+ui.Count(int64(n), "device", "devices")+" more.")
		}
	}
	slices.Sort(list)
	if len(list) == 0 {
		list = []string{"Devices changed, though not their number."}
	}
	return list
}

func (s set) named(id string) string {
	tid, err := tenant.ParseID(id)
	if err != nil {
		return "A customer"
	}
	return s.nameOf(tid)
}

func (s set) nameOf(tid tenant.ID) string { return cmp.Or(s.names[tid], "A customer") }
