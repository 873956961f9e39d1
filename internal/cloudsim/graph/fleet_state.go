package graph

import "time"

// configure sets what the device reports about itself.
func (f *fleet) configure(v *device, d *draw) {
	p := v.platform
	v.version = p.versions[d.n(len(p.versions))]
	if v.hub() {
		v.version = p.versions[0] // Windows 10: there is no Team edition of Windows 11
	}
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
	firstHub      = 40 // beyond those that members of staff are sure to use
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
		a.value = d.letters(digits, 6)
	}
	return []action{a}
}
