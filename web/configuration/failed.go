package configuration

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// FailedDevices reads at Microsoft on which devices a policy failed, while somebody looks.
type FailedDevices interface {
	FailedDevices(ctx context.Context, tid tenant.ID, object string) (graphsync.LiveReading[configuration.DeviceStatuses], error)
}

// failed is what the page of a policy knows of the devices that it failed on.
type failed struct {
	Rows    []failedDevice `json:"rows"`
	Read    int            `json:"read"` // devices that were looked at
	More    bool           `json:"more"` // there are more than were looked at
	ReadAt  *time.Time     `json:"as_of"`
	Trouble *fresh.Trouble `json:"trouble,omitempty"`
}

type failedDevice struct {
	configuration.DeviceStatus
	URL string `json:"url"` // the device's name in the list of devices, as Graph gives no id; empty: it has none, or one too long to look for
}

// maxQuery is the longest text that a list searches for, in bytes.
const maxQuery = 200

// failing asks Microsoft for the devices where Intune counts some, and lists them for policies of that kind.
func (h *Handler) failing(ctx context.Context, m tenant.Membership, p configuration.Policy) (*failed, error) {
	if h.FailedDevices == nil || failedOn(p.Status) == 0 || !p.Kind.HasDeviceStatuses() || !p.GoneAt.IsZero() {
		return nil, nil
	}
	live, err := h.FailedDevices.FailedDevices(ctx, m.Tenant.ID, configuration.StatusObject(p.Kind, p.ID))
	if err != nil {
		return nil, err
	}
	f := &failed{Rows: []failedDevice{}, Read: live.Value.Read, More: live.Value.Cut, ReadAt: page.Moment(live.ReadAt), Trouble: fresh.NewTrouble(m.Tenant.ID, live.Trouble)}
	for _, d := range live.Value.Rows {
		row := failedDevice{DeviceStatus: d}
		if d.Device != "" && len(d.Device) <= maxQuery {
			row.URL = m.Path("/devices") + "?q=" + url.QueryEscape(d.Device)
		}
		f.Rows = append(f.Rows, row)
	}
	return f, nil
}

// failedOn is how many devices need a person, by Intune's count.
func failedOn(s *configuration.Status) int64 {
	if s == nil {
		return 0
	}
	return s.Failed + s.Errors + s.Conflicts
}

func (v view) failedOn() int64 { return failedOn(v.policy.Status) }

func (v view) failedSection() ui.Section {
	s := ui.Section{ID: "failed", Title: "Devices where it failed"}
	if v.Failing != nil && v.Failing.ReadAt != nil {
		s.Count, s.AsOf = ui.N(int64(len(v.Failing.Rows))), ui.NewTime(*v.Failing.ReadAt, v.now)
	}
	return s
}

// notListed says why no device is named.
func (v view) notListed() string {
	switch {
	case v.GoneAt != nil:
		return "Unknown: the policy is no longer in Intune."
	case !v.policy.Kind.HasDeviceStatuses():
		return "The portal does not read which devices these are for policies of this kind."
	}
	return "Unknown: nobody asked Microsoft which devices these are."
}

// noneFailed is of what was looked at only.
func (v view) noneFailed() string {
	if v.Failing.More {
		return "It failed on none of the devices that were read."
	}
	return "Intune lists no device on which it failed now."
}

func (v view) failedBanner() *ui.Banner {
	return v.Failing.Trouble.Banner("This", v.Failing.ReadAt, v.now)
}

func (v view) failedTable() ui.Table {
	t := ui.Table{ID: "failed-devices", Caption: "Devices on which this policy failed", Inset: true, Columns: []ui.Column{
		{Key: "device", Label: "Device"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 150}, {Key: "user", Label: "User", Phone: "line", Width: 280}, {Key: "model", Label: "Model", Priority: 3, Width: 190}, {Key: "reported", Label: "Reported", Kind: ui.KindTime, Width: 120},
	}}
	for _, d := range v.Failing.Rows {
		name := d.Device
		if name == "" {
			name = "Device without a name"
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, URL: d.URL, Cells: []ui.Cell{failedState(d.State), ui.TextCell(d.User), ui.TextCell(d.Model), when(page.Moment(d.ReportedAt), v.now)}})
	}
	return t
}

// failedState words a state as the count above the table does.
func failedState(state string) ui.Cell {
	switch strings.ToLower(state) {
	case "noncompliant":
		return ui.StateCell(ui.ShapeBad, "Failed")
	case "error":
		return ui.StateCell(ui.ShapeBad, "In error")
	case "conflict":
		return ui.StateCell(ui.ShapeConflict, "Conflict")
	case "":
		return ui.StateCell(ui.ShapeUnknown, "Unknown")
	}
	return ui.StateCell(ui.ShapeUnknown, "Unknown: "+state)
}

func (v view) failedNote() string {
	n := "Read from Microsoft when this page is opened, at most every 10 minutes. Intune’s count above may be older."
	if v.Failing.More {
		n = "The policy reached more devices than the " + ui.N(int64(v.Failing.Read)) + " that are read here. " + n
	}
	return n
}
