package devices

import (
	"time"

	"github.com/tenantry/tenantry/web/ui"
)

var machineLabels = map[string]string{
	"serial": "Serial", "group_tag": "Group tag", "purchase_order": "Purchase order", "profile_status": "Deployment profile", "profile_detail": "Reason of the profile's state",
	"profile_assigned_at": "Profile assigned", "state": "Enrollment", "upn": "Assigned person", "user_name": "Name of the assigned person", "managed_device_id": "Managed device",
	"entra_device_id": "Entra device", "remediation": "Hardware change", "userless": "Enrollment without a person", "gone": "Registration",
}

func machineLabel(field string) string {
	if l, ok := machineLabels[field]; ok {
		return l
	}
	return fieldLabel(field)
}

func saidOfMachine(field, v string) string {
	switch {
	case field == "gone":
		return map[string]string{"true": "not registered", "false": "registered"}[v]
	case v == "":
		return "none"
	case field == "state":
		return stateOf(enrolmentWords, v).Text
	case field == "profile_status":
		return stateOf(profileWords, v).Text
	case field == "profile_assigned_at":
		return moments(v)
	}
	return v
}

// newTimeline is what the readings saw and what Intune dates itself, the newest first.
func (v machineView) newTimeline() ui.Timeline {
	all := ui.Moments{Now: v.now}
	add := all.Add
	addGaps(&all, v.k.days, time.Time{})
	for _, c := range v.Changes {
		e := ui.Event{Icon: "edit", Text: c.Label + " changed", From: c.Old, To: c.New, Detail: "read " + ui.Clock(c.At, v.now).Text}
		if (c.Field == "state" || c.Field == "profile_status") && c.New == enrolmentWords["failed"].text {
			e.Tone = "bad"
		}
		add(c.At, e)
	}
	i := v.k.identity
	add(i.ContactedAt, ui.Event{Icon: "laptop", Text: "Last contact with Autopilot", Detail: "As Intune dates it"})
	add(i.ProfileAssignedAt, ui.Event{Icon: "checkmark_circle", Text: "Deployment profile assigned", Detail: "As Intune dates it"})
	add(i.FirstSeenAt, ui.Event{Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
	return all.Timeline()
}

func (v machineView) historySection() ui.Section { return timelineSection(len(v.Changes)) }
