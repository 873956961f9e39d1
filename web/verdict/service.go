package verdict

import (
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/web/ui"
)

// ServiceLate tells that what we hold of an item is not sure any more: its kind could not be read the last time, or was read completely
// longer ago than promised. Each kind has a reading of its own.
func ServiceLate(it service.Item, now time.Time) bool {
	d, _ := graphsync.Table().Get(graphsync.Services)
	return it.Failed || it.ReadAt.IsZero() || now.Sub(it.ReadAt) > d.FreshFor
}

// Service is the state of a service item as a page may show it; late is as of ServiceLate. That an item ended stays true however long
// ago it was read, unless it was renewed since, so that, too, is worded as what was.
func Service(it service.Item, late bool) ui.State {
	s := serviceState(it)
	if late && s.Shape != ui.ShapeUnknown && it.GoneAt.IsZero() {
		return ui.State{Shape: ui.ShapeStale, Text: "Was: " + ui.Lower(s.Text), Title: "This was not read again in time, or could not be."}
	}
	return s
}

var serviceShapes = map[service.Standing]ui.Shape{
	service.Ended: ui.ShapeBad, service.Soon: ui.ShapeWarn, "bad": ui.ShapeBad, "warn": ui.ShapeWarn, "ok": ui.ShapeOK, "off": ui.ShapePaused, "none": ui.ShapeNone,
}

func serviceState(it service.Item) ui.State {
	if !it.GoneAt.IsZero() {
		return ui.State{Shape: ui.ShapeNone, Text: "No longer there"}
	}
	shape, ok := serviceShapes[it.Standing]
	if !ok {
		shape = ui.ShapeUnknown
	}
	switch it.Standing {
	case service.Ended:
		return ui.State{Shape: shape, Text: "Ended"}
	case service.Soon:
		return ui.State{Shape: shape, Text: "Ends soon"}
	case "none":
		return ui.State{Shape: shape, Text: "In place", Title: "Microsoft gives no state for this."}
	}
	text, ok := serviceWords[strings.ToLower(it.State)]
	if !ok {
		text = "Unknown"
		if it.State != "" {
			text = "Unknown: " + it.State
		}
	}
	return ui.State{Shape: shape, Text: text}
}

// serviceWords are Graph's states of all kinds in words; a state means the same in each kind that has it.
var serviceWords = map[string]string{
	"present": "Present", "uploadfailed": "Last upload failed", "synced": "Syncs with Apple", "syncfailed": "Last sync failed", "neversynced": "Never synced",
	"valid": "Valid", "expired": "Expired", "invalid": "Invalid", "assignedtoexternalmdm": "In use by another MDM",
	"active": "Active", "inactive": "Inactive", "paused": "Paused", "revoked": "Revoked", "signingpending": "Waits for its signature",
	"connected": "Connected", "connectionpending": "Connecting", "disconnected": "Disconnected", "none": "Not set up",
	"enabled": "Enabled", "available": "Available, not enabled", "unavailable": "Unavailable", "notsetup": "Not set up", "unresponsive": "Does not answer", "error": "In error",
	"terminated": "Terminated", "rejected": "Rejected", "onboarded": "Onboarded", "onboarding": "Onboarding", "notonboarded": "Not onboarded",
	"pending": "Pending", "warning": "Payment is due", "disabled": "Disabled", "deleted": "Deleted", "blocked": "Blocked", "lockedout": "Locked out", "unknown": "Unknown",
}

// EndingWords are the kinds that can end, as a sentence begins or goes on with them.
var EndingWords = map[service.Kind]string{
	service.ApplePush: "Apple MDM push certificate", service.AppleEnrollment: "Apple enrollment program token", service.VPPToken: "Apple VPP token", service.CloudCA: "Cloud PKI authority",
	service.Delegated: "GDAP relationship", service.DevicePartner: "Trust in a device management partner",
}

// ServiceURL is the page of an item; a relationship has its own.
func ServiceURL(it service.Item) string {
	if r := it.Detail["relationship"]; it.Kind == service.Delegated && r != "" {
		return "/t/" + it.Tenant.String() + "/relationships/" + url.PathEscape(r)
	}
	return "/t/" + it.Tenant.String() + "/services/" + string(it.Kind) + "/" + url.PathEscape(it.ID)
}
