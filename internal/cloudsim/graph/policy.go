package graph

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// policy is a configuration or compliance policy that tenants have: its @odata.type without the namespace, the devices it is for,
// and what devices report on.
type policy struct {
	typ, name, about string
	platform         string // policyPlatformType
	kinds            []int  // of the fleet
	beta             bool   // v1.0 has no type for it and leaves it out
	apart            bool   // listed in a collection of its own
	share            float64
	settings         []setting
	details          func(c *call, d *draw) object
}

// setting is one line of a policy with the value that a failing device reports.
type setting struct{ name, failure string }

// policySet is one of the two sets of policies: for compliance and for configuration.
type policySet struct {
	class    class
	policies []policy
}

// standing is the complianceStatus of a device in one of the policies, and the setting that is at fault or -1.
func (s *policySet) standing(c *call, v *device, i int) (state string, bad int) {
	if s.class == classCompliance {
		return c.complianceOf(v, i)
	}
	return c.configurationOf(v, i)
}

// held are the indexes of the policies that the tenant has, in the order of the service, which is none.
func (c *call) held(s *policySet, withBeta bool) []int {
	var list []int
	for i := range s.policies {
		if p := &s.policies[i]; c.has(s.class, i, p.share) && (withBeta || !p.beta && !p.apart) {
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return strings.Compare(c.idOf(s.class, a), c.idOf(s.class, b)) })
	return list
}

// reaching are the policies that reach a device, whatever the version can show of them.
func (c *call) reaching(s *policySet, kind int) []int {
	return slices.DeleteFunc(c.held(s, true), func(i int) bool { return !slices.Contains(s.policies[i].kinds, kind) })
}

func (c *call) policyName(p *policy) string { return c.t.Prefix + " – " + p.name }

// history is when something was made and last changed, and how often it was. Now and then somebody is at work on it.
func (c *call) history(d *draw) (created, modified time.Time, version int) {
	created = c.s.anchor.Add(-time.Duration(d.between(40, 1300))*day + time.Duration(d.n(86400000))*time.Millisecond)
	version = 1 + d.n(9)
	modified = created
	if version > 1 {
		modified = created.Add(time.Duration(d.share() * float64(c.s.anchor.Sub(created)))).Truncate(time.Millisecond)
	}
	if d.is(0.08) {
		modified, version = c.now.Truncate(day).Add(-time.Duration(d.n(20))*time.Hour-time.Duration(d.n(3600))*time.Second), version+1
	}
	return created, modified, version
}

// target says to whom something is assigned.
func (c *call) target(typ, group string) object {
	t := object{{"@odata.type", "#microsoft.graph." + typ}}
	if c.beta {
		t = append(t, member{"deviceAndAppManagementAssignmentFilterId", nil}, member{"deviceAndAppManagementAssignmentFilterType", "none"})
	}
	if group != "" {
		t = append(t, member{"groupId", group})
	}
	return t
}

// targets are those of a policy: everybody, groups with or without an exception, or nobody. Some groups were deleted since.
func (c *call) targets(k class, i int) []object {
	d := c.drawOf(k, i+2<<20)
	group := func() string {
		if d.is(0.04) {
			return c.guid(kindGroup, 2000+i)
		}
		return c.guid(kindGroup, d.n(len(groupNames)))
	}
	var list []object
	switch x := d.n(10); {
	case x < 3:
		list = append(list, c.target("allDevicesAssignmentTarget", ""))
	case x < 5:
		list = append(list, c.target("allLicensedUsersAssignmentTarget", ""))
	case x < 9:
		seen := map[string]bool{}
		for range d.between(1, 2) {
			if g := group(); !seen[g] {
				seen[g] = true
				list = append(list, c.target("groupAssignmentTarget", g))
			}
		}
	}
	if len(list) > 0 && d.is(0.3) {
		list = append(list, c.target("exclusionGroupAssignmentTarget", group()))
	}
	return list
}

// assignments are targets as objects of a type; beta says where they come from too.
func (c *call) assignments(kind string, k class, i int) related {
	return many(kind, func() []object {
		var list []object
		for _, t := range c.targets(k, i) {
			key := t.text("groupId")
			switch {
			case strings.HasSuffix(t.text("@odata.type"), "allDevicesAssignmentTarget"):
				key = allDevicesAssignment
			case key == "":
				key = allUsersAssignment
			}
			o := object{{"id", c.idOf(k, i) + "_" + key}, {"target", t}}
			for _, extra := range []member{{"source", "direct"}, {"sourceId", c.idOf(k, i)}, {"intent", "apply"}} {
				if p := kinds[kind].props[extra.name]; p != nil {
					o = append(o, extra)
				}
			}
			list = append(list, o)
		}
		return list
	})
}

// settingStates words a device's standing with each setting of a policy.
func (c *call) settingStates(s *policySet, v *device, i int) (state string, states []object) {
	p := &s.policies[i]
	state, bad := s.standing(c, v, i)
	for n, line := range p.settings {
		standing, current, code, text := "compliant", any(nil), int64(0), any(nil)
		if n == bad {
			standing, current = state, orNil(line.failure)
			if state == "error" {
				code, text = 2016281112, "Remediation failed"
			}
		} else if state == "unknown" {
			standing = "unknown"
		}
		states = append(states, object{
			{"setting", settingID(p, line.name)}, {"settingName", line.name}, {"instanceDisplayName", nil}, {"state", standing}, {"errorCode", code}, {"errorDescription", text},
			{"userId", v.owner.id}, {"userName", v.owner.display}, {"userEmail", v.owner.mail}, {"userPrincipalName", v.owner.upn},
			{"sources", []object{{{"id", c.idOf(s.class, i)}, {"displayName", c.policyName(p)}, {"sourceType", "deviceConfiguration"}}}}, {"currentValue", current},
		})
	}
	return state, states
}

// settingID is a setting as the service keys it: Windows10CompliancePolicy.BitLockerEnabled.
func settingID(p *policy, name string) string {
	return strings.ToUpper(p.typ[:1]) + p.typ[1:] + "." + name
}

// statesOf are the policies of a set that reached the device.
func (c *call) statesOf(s *policySet, v *device) []object {
	var list []object
	for _, i := range c.reaching(s, v.kind) {
		p, d := &s.policies[i], c.drawOf(s.class, i)
		_, _, version := c.history(&d)
		state, states := c.settingStates(s, v, i)
		list = append(list, object{
			{"id", c.idOf(s.class, i)}, {"displayName", c.policyName(p)}, {"version", version}, {"platformType", p.platform}, {"state", state},
			{"settingCount", len(p.settings)}, {"settingStates", states}, {"userId", v.owner.id}, {"userPrincipalName", v.owner.upn},
		})
	}
	return list
}

// tally counts how the fleet stands with each policy of a set, and with each of its settings.
type tally struct {
	policies []map[string]int // by policy: state → devices
	settings []map[string]int // by policy: number of the setting/state → devices
	users    []map[string]int // by policy: state of a user's first device → users
}

func (c *call) tallyOf(s *policySet) *tally {
	if t := c.tallies[s]; t != nil {
		return t
	}
	n := len(s.policies)
	t := &tally{make([]map[string]int, n), make([]map[string]int, n), make([]map[string]int, n)}
	for i := range n {
		t.policies[i], t.settings[i], t.users[i] = map[string]int{}, map[string]int{}, map[string]int{}
	}
	f := c.fleet()
	var reach [platformCount][]int
	for kind := range reach {
		reach[kind] = c.reaching(s, kind)
	}
	for at := range f.t.Devices {
		v := f.at(at)
		for _, i := range reach[v.kind] {
			state, bad := s.standing(c, &v, i)
			t.policies[i][state]++
			if !v.userless && at < f.people.n {
				t.users[i][state]++
			}
			for line := range s.policies[i].settings {
				one := "compliant"
				if line == bad || state == "unknown" {
					one = state
				}
				t.settings[i][strconv.Itoa(line)+"/"+one]++
			}
		}
	}
	if c.tallies == nil {
		c.tallies = map[*policySet]*tally{}
	}
	c.tallies[s] = t
	return t
}

// reported is when Intune last added its figures up: it does so a few times a day.
func (c *call) reported() time.Time { return c.now.Truncate(6 * time.Hour) }

// overview sums devices or users up, as …StatusOverview does.
func (c *call) overview(s *policySet, kind string, i int, users bool) related {
	return single(kind, func() object {
		n := c.tallyOf(s).policies[i]
		if users {
			n = c.tallyOf(s).users[i]
		}
		d := c.drawOf(s.class, i)
		_, _, version := c.history(&d)
		return fit(kind, object{
			{"id", c.idOf(s.class, i)}, {"pendingCount", n["unknown"]}, {"notApplicableCount", n["notApplicable"]}, {"successCount", n["compliant"]}, {"errorCount", n["error"]},
			{"failedCount", n["nonCompliant"]}, {"lastUpdateDateTime", c.reported()}, {"configurationVersion", version}, {"conflictCount", n["conflict"]}, {"notApplicablePlatformCount", 0},
		})
	})
}

// deviceStatuses are the devices that a policy reached.
func (c *call) deviceStatuses(s *policySet, kind string, i int) related {
	f := c.fleet()
	return related{
		kind: kind, n: func() int { return f.t.Devices },
		match: func(at int) bool { return slices.Contains(s.policies[i].kinds, f.kindOf(at)) },
		at: func(at int) object {
			v := f.at(at)
			state, _ := s.standing(c, &v, i)
			return object{
				{"id", v.id.String() + "_" + c.idOf(s.class, i)}, {"deviceDisplayName", v.name}, {"userName", v.owner.display}, {"deviceModel", v.model.name},
				{"platform", 0}, {"complianceGracePeriodExpirationDateTime", v.grace}, {"status", state}, {"lastReportedDateTime", v.synced}, {"userPrincipalName", v.owner.upn},
			}
		},
	}
}

// userStatuses are the users of those devices, by the first device of each.
func (c *call) userStatuses(s *policySet, kind string, i int) related {
	f := c.fleet()
	return related{
		kind: kind, n: func() int { return min(f.t.Devices, f.people.n) },
		match: func(at int) bool {
			if !slices.Contains(s.policies[i].kinds, f.kindOf(at)) {
				return false
			}
			v := f.at(at)
			return !v.userless
		},
		at: func(at int) object {
			v := f.at(at)
			state, _ := s.standing(c, &v, i)
			return object{
				{"id", v.owner.id + "_" + c.idOf(s.class, i)}, {"userDisplayName", v.owner.display}, {"devicesCount", 1}, {"status", state},
				{"lastReportedDateTime", v.synced}, {"userPrincipalName", v.owner.upn},
			}
		},
	}
}

// settingSummaries count the devices by their standing with each setting of a policy.
func (c *call) settingSummaries(s *policySet, i int) related {
	return many("settingStateDeviceSummary", func() []object {
		var list []object
		for line, set := range s.policies[i].settings {
			o := object{{"id", c.idOf(s.class, i) + "_" + strconv.Itoa(line)}, {"settingName", settingID(&s.policies[i], set.name)}, {"instancePath", ""}}
			list = append(list, append(o, c.settingCounts(s, i, line)...))
		}
		return list
	})
}

func (c *call) settingCounts(s *policySet, i, line int) object {
	n := func(state string) int { return c.tallyOf(s).settings[i][strconv.Itoa(line)+"/"+state] }
	return object{
		{"unknownDeviceCount", n("unknown")}, {"notApplicableDeviceCount", n("notApplicable")}, {"compliantDeviceCount", n("compliant")}, {"remediatedDeviceCount", 0},
		{"nonCompliantDeviceCount", n("nonCompliant")}, {"errorDeviceCount", n("error")}, {"conflictDeviceCount", n("conflict")},
	}
}
