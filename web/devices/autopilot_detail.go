package devices

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// machine is what the portal holds about one registered machine.
type machine struct {
	identity autopilot.Identity
	device   *device.Device // that it became; nil: none that was read
	read     graphsync.Freshness
	devices  graphsync.Freshness
	changes  []autopilot.Change
	days     []graphsync.DayValue
}

func (h *Handler) showAutopilot(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // only ever shown inside its tenant
	}
	id, err := page.Param(r, "identity")
	if err != nil {
		return err
	}
	k, err := h.machine(r.Context(), m, id)
	if err != nil {
		return err
	}
	v := newMachineView(m, k, page.ChromeOf(r.Context()).Now)
	return page.Answer(w, r, v, autopilotPage(page.Shell(r, m, v.title()), v))
}

func (h *Handler) machine(ctx context.Context, m tenant.Membership, id string) (k machine, err error) {
	tid := m.Tenant.ID
	if k.identity, err = h.Autopilot.Get(ctx, tid, id); err != nil {
		return k, err
	}
	if k.changes, err = h.Autopilot.Changes(ctx, tid, id, maxChanges); err != nil {
		return k, err
	}
	if k.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Autopilot); err != nil {
		return k, err
	}
	if k.devices, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Devices); err != nil {
		return k, err
	}
	if k.days, err = h.Sync.Daily(ctx, m.Scope, graphsync.Autopilot, "total", page.ChromeOf(ctx).Now.AddDate(0, 0, -gapDays)); err != nil {
		return k, err
	}
	d, err := h.Devices.OfHardware(ctx, tid, k.identity.ManagedDeviceID, k.identity.EntraDeviceID, k.identity.Serial)
	if errors.Is(err, errs.NotFound) {
		return k, nil
	}
	k.device = &d
	return k, err
}

// machineView is what a registered machine's page shows, and its JSON twin.
type machineView struct {
	registered
	AsOf    *time.Time     `json:"as_of"`
	Device  *managedDevice `json:"managed_device"` // null: none that was read
	Facts   []fact         `json:"facts"`
	Changes []change       `json:"changes"`

	m        tenant.Membership
	now      time.Time
	fresh    ui.Freshness
	k        machine
	timeline ui.Timeline
}

// managedDevice is the device that a machine became.
type managedDevice struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	LinkedBy   autopilot.Link `json:"linked_by"`
	LastSyncAt *time.Time     `json:"last_sync_at"`
	GoneAt     *time.Time     `json:"gone_at,omitempty"`
	URL        string         `json:"url"`
}

// linkWords say how a machine and a device belong together.
var linkWords = map[autopilot.Link]string{
	autopilot.ByManagedDevice: "Autopilot names this device", autopilot.ByEntraDevice: "the same Entra device id", autopilot.BySerial: "the same serial number",
}

func newMachineView(m tenant.Membership, k machine, now time.Time) machineView {
	i := k.identity
	v := machineView{registered: newRegistered(i), AsOf: page.Moment(k.read.AsOf), Facts: machineFacts(i), Changes: []change{}, m: m, now: now, fresh: fresh.Line(k.read, m, now), k: k}
	if d := k.device; d != nil {
		by := autopilot.BySerial
		switch {
		case i.ManagedDeviceID != "" && strings.EqualFold(i.ManagedDeviceID, d.ID):
			by = autopilot.ByManagedDevice
		case i.EntraDeviceID != "" && strings.EqualFold(i.EntraDeviceID, d.EntraDeviceID):
			by = autopilot.ByEntraDevice
		}
		v.Device = &managedDevice{ID: d.ID, Name: nameOf(*d), LinkedBy: by, LastSyncAt: page.Moment(d.LastSyncAt), GoneAt: page.Moment(d.GoneAt), URL: deviceURL(d.Tenant, d.ID)}
	}
	for _, c := range k.changes {
		v.Changes = append(v.Changes, change{c.At, c.Field, machineLabel(c.Field), saidOfMachine(c.Field, c.Old), saidOfMachine(c.Field, c.New)})
	}
	v.timeline = v.newTimeline()
	return v
}

var profileDetails = map[string]string{
	"none": "", "hardwareRequirementsNotMet": "Hardware requirements not met", "surfaceHubProfileNotSupported": "Profile not supported on Surface Hub",
	"holoLensProfileNotSupported": "Profile not supported on HoloLens", "windowsPcProfileNotSupported": "Profile not supported on Windows PCs",
	"surfaceHub2SProfileNotSupported": "Profile not supported on Surface Hub 2S",
}

var remediationWords = map[string]string{
	"noRemediationRequired": "None needed", "automaticRemediationRequired": "Needed, Microsoft does it", "manualRemediationRequired": "Needed, register the machine again", "unknown": "",
}

// machineFacts are what Intune says; what it left empty is left out.
func machineFacts(i autopilot.Identity) []fact {
	kept := []fact{}
	for _, f := range []fact{
		{"Name", i.Name, false}, {"Friendly name", i.FriendlyName, false}, {"Purchase order", i.PurchaseOrder, false}, {"Model family", i.SystemFamily, false}, {"SKU", i.SKU, true},
		{"Profile assigned", date(i.ProfileAssignedAt), false}, {"Why the profile is not assigned", worded(profileDetails, i.ProfileDetail), false},
		{"Assigned person", strings.TrimSpace(i.UserName + " " + bracketed(i.UPN, i.UserName != "")), false}, {"Device account", i.DeviceAccount, false},
		{"Enrollment without a person", worded(map[string]string{"unknown": "", "allowed": "Allowed", "blocked": "Blocked"}, i.Userless), false},
		{"Hardware change", worded(remediationWords, i.Remediation), false}, {"Hardware change noted", date(i.RemediationAt), false},
		{"Entra device id", i.EntraDeviceID, true}, {"Managed device id", i.ManagedDeviceID, true}, {"Autopilot id", i.ID, true},
	} {
		if f.Value != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

func bracketed(s string, in bool) string {
	if s == "" || !in {
		return s
	}
	return "(" + s + ")"
}

// The parts of the page, ready to print.

func (v machineView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}, {Text: "Windows Autopilot", URL: v.m.Path(string(partAutopilot))}}, Title: v.title(), Pills: v.pills(), Freshness: v.fresh}
}

// pills are the states that need a person, or are under way.
func (v machineView) pills() (pills []ui.State) {
	for label, s := range map[string]ui.State{"Enrollment": v.state, "Profile": v.profile} {
		if s.Shape == ui.ShapeBad || s.Shape == ui.ShapePending {
			pills = append(pills, ui.State{Shape: s.Shape, Text: label + ": " + strings.ToLower(s.Text)})
		}
	}
	slices.SortFunc(pills, func(a, b ui.State) int { return strings.Compare(a.Text, b.Text) })
	return pills
}

func (v machineView) banner() *ui.Banner {
	if v.GoneAt != nil {
		return &ui.Banner{Kind: "unknown", Shape: ui.ShapeNone, Title: "This machine is no longer registered.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before."}
	}
	return lateBanner(v.m, v.k.read, v.fresh)
}

// lateBanner says that a page shows a reading older than promised; nil where it is not.
func lateBanner(m tenant.Membership, read graphsync.Freshness, line ui.Freshness) *ui.Banner {
	if read.Late == 0 {
		return nil
	}
	return &ui.Banner{Kind: "unknown", Title: "You see the state of " + line.AsOf.Text + ".", Text: strings.TrimSpace(read.Error.Sentence + " The last complete reading is older than its target."),
		ActionText: "Show the sync", ActionURL: fresh.SyncURL(m, read.Dataset)}
}

func (v machineView) headFacts() ui.Facts {
	serial := ui.TextCell("")
	if v.Serial != "" {
		serial = ui.CopyCell(v.Serial, "", "Copy serial")
	}
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Serial", Value: serial}, {Label: "Model", Value: ui.TextCell(model(v.Manufacturer, v.Model))}, {Label: "Group tag", Value: ui.TextCell(v.GroupTag)},
		{Label: "Deployment profile", Value: ui.Cell{State: &v.profile}}, {Label: "Enrollment", Value: ui.Cell{State: &v.state}}, {Label: "Last contacted", Value: ago(v.ContactedAt, v.now)},
	}}
}

// deviceNote says why no managed device is shown.
func (v machineView) deviceNote() string {
	switch {
	case v.k.devices.Read == 0:
		return "Unknown: the devices of this customer were not read yet."
	case v.ManagedDeviceID != "":
		return "Autopilot names the managed device " + v.ManagedDeviceID + ", which the last complete reading of devices did not have."
	}
	return "None: no device in Intune has this machine’s ids or serial number."
}

func (v machineView) deviceFacts() ui.Facts {
	d := v.Device
	items := []ui.Fact{
		{Label: "Device", Value: ui.LinkCell(d.Name, d.URL)}, {Label: "Known by", Value: ui.TextCell(linkWords[d.LinkedBy])}, {Label: "Last check-in", Value: ago(d.LastSyncAt, v.now)},
	}
	if d.GoneAt != nil {
		items = append(items, ui.Fact{Label: "Presence in Intune", Value: ui.TextCell("no longer there")})
	}
	return ui.Facts{Items: items}
}

func (v machineView) deviceSection() ui.Section {
	s := ui.Section{Title: "Managed device", Late: v.k.devices.Late > 0}
	if !v.k.devices.AsOf.IsZero() {
		s.AsOf = ui.NewTime(v.k.devices.AsOf, v.now)
	}
	return s
}
