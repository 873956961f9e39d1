package devices

import (
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// fieldLabels name the fields whose history is kept.
var fieldLabels = map[string]string{
	"name": "Name", "serial": "Serial", "upn": "User", "user_id": "User", "user_name": "User's name", "email": "Mail", "os": "System",
	"os_version": "System version", "model": "Model", "manufacturer": "Manufacturer", "compliance": "Compliance", "grace_until": "Grace period",
	"ownership": "Owner", "agent": "Managed by", "state": "Management state", "enrolled_at": "Enrollment", "encrypted": "Encryption",
	"supervised": "Supervision", "jail_broken": "Jailbroken or rooted", "imei": "IMEI", "meid": "MEID", "wifi_mac": "Wi-Fi MAC",
	"phone": "Phone number", "carrier": "Carrier", "entra_device_id": "Entra device id", "entra_registered": "Registration in Entra",
	"registration": "Registration", "category": "Category", "threat": "Threat level", "enrolment_type": "Enrollment type",
	"enrolment_profile": "Enrollment profile", "exchange_access": "Exchange access", "exchange_reason": "Exchange reason",
	"patch_level": "Security patch level", "managed_name": "Managed name", "gone": "Presence in Intune", "gone_at": "Presence in Intune",
	"problems": "Problems", "malware_protection": "Malware protection", "real_time": "Real-time protection", "network_inspection": "Network inspection",
	"tamper": "Tamper protection", "active_malware": "Active malware", "certificate_until": "Management certificate", "storage_total": "Storage",
}

func fieldLabel(field string) string {
	if l, ok := fieldLabels[field]; ok {
		return l
	}
	l := strings.ReplaceAll(field, "_", " ")
	if l == "" {
		return "Something"
	}
	return strings.ToUpper(l[:1]) + l[1:]
}

var fieldIcons = map[string]string{"compliance": "shield_error", "upn": "person", "user_id": "person", "user_name": "person", "gone": "delete", "gone_at": "delete"}

// newTimeline merges what the readings saw, Intune's action results and the days without a reading, the newest first.
func newTimeline(v view, days []graphsync.DayValue) ui.Timeline {
	now := v.chrome.Now
	all := ui.Moments{Now: now}
	add := all.Add
	addGaps(&all, days, v.device.FirstSeenAt) // before, nothing was to be read of it
	for _, c := range v.Changes {
		if c.Field == "gone" && c.New == "true" && c.At.Equal(v.device.GoneAt) {
			continue // said below
		}
		add(c.At, changeEvent(c, now))
	}
	for _, r := range v.Results {
		at := r.StartedAt
		if r.UpdatedAt != nil {
			at = r.UpdatedAt
		}
		if at != nil {
			e := ui.Event{Icon: "flash", Text: r.said.Text, Detail: "Result as Intune gives it"}
			if r.said.Shape == ui.ShapeBad {
				e.Tone = "bad"
			}
			add(*at, e)
		}
	}
	for _, a := range v.Asked {
		if a.EndedAt != nil {
			add(*a.EndedAt, a.ended())
		}
		add(a.AskedAt, a.event(now))
	}
	d := v.device
	add(d.LastSyncAt, ui.Event{Icon: "laptop", Text: "Last check-in with Intune", Detail: strings.Trim(ui.Clock(d.LastSyncAt, now).Text+" from "+systemExact(d), " ")})
	add(d.EnrolledAt, ui.Event{Icon: "checkmark_circle", Tone: "ok", Text: "Enrolled", Detail: enrolment(d.EnrolmentType, d.Profile)})
	add(d.FirstSeenAt, ui.Event{Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
	add(d.GoneAt, ui.Event{Icon: "delete", Tone: "bad", Text: "No longer in Intune", Detail: "The complete reading of this time did not have it any more."})
	return all.Timeline()
}

func enrolment(kind, profile string) string {
	kind = enum("enrolment_type", kind)
	if profile != "" && kind == "" {
		return "Profile “" + profile + "”"
	}
	if profile != "" {
		return kind + ", profile “" + profile + "”"
	}
	return kind
}

func changeEvent(c change, now time.Time) ui.Event {
	e := ui.Event{Icon: fieldIcons[c.Field], Text: c.Label + " changed", From: said(c.Field, c.Old), To: said(c.Field, c.New), Detail: "read " + ui.Clock(c.At, now).Text}
	if e.Icon == "" {
		e.Icon = "edit"
	}
	if c.Field == "compliance" && (c.New == "noncompliant" || c.New == "error" || c.New == "conflict") {
		e.Tone = "bad"
	}
	return e
}

// said is a value of a field in the page's words; most are Intune's own.
func said(field, value string) string {
	switch {
	case value == "":
		return "empty"
	case field == "enrolled_at" || field == "certificate_until":
		return moments(value)
	case field == "compliance":
		return verdict.Compliance(value)
	case field == "ownership":
		return ownership(value)
	case field == "gone":
		return map[string]string{"true": "not in Intune", "false": "in Intune"}[value]
	}
	if w := enum(field, value); w != "" {
		return w
	}
	return page.Switch(value)
}

// moments words a time as Postgres writes it into the history; one that was never set is -infinity.
func moments(value string) string {
	if value == "-infinity" {
		return "never"
	}
	if t := stored(value); !t.IsZero() {
		return date(t)
	}
	return value
}

// stored is a time as Postgres writes it into the history; zero where it is none.
func stored(value string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05.999999Z07", value)
	if err != nil {
		return time.Time{}
	}
	return t
}

// addGaps adds the days on which the tenant's devices were not read, but for those before a time.
func addGaps(all *ui.Moments, days []graphsync.DayValue, from time.Time) {
	for _, g := range fresh.Gaps(days, all.Now) {
		if !g.Ends().Before(from) {
			all.Add(g.Ends(), ui.Event{WhenText: g.Text, Tone: "gap", Text: "Not read", Detail: "No complete reading in this time. Changes in it are seen only later."})
		}
	}
}

// timelineSection says where the changes end that a timeline has.
func timelineSection(changes int) ui.Section {
	s := ui.Section{Title: "Timeline", Rule: true}
	if changes == maxChanges {
		s.Note = "The newest " + strconv.Itoa(maxChanges) + " changes"
	}
	return s
}
