package protection

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Detection is how one malware stands on one device.
type Detection struct {
	ThreatState    string    `json:"threat_state"`    // windowsMalwareThreatState: active, quarantined, cleaned, …
	ExecutionState string    `json:"execution_state"` // windowsMalwareExecutionState: unknown, blocked, allowed, running, notRunning
	Count          int64     `json:"detections"`
	FirstAt        time.Time `json:"first_detected_at"`
	ChangedAt      time.Time `json:"state_changed_at"`
}

// InfectedDevice is a device on which some malware was detected: Graph says its id and name, and not whose it is.
type InfectedDevice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Detection
}

// InfectedDevices are those on which one malware was detected, those that need a person first. Cut tells that there are more than were read.
type InfectedDevices struct {
	Devices []InfectedDevice `json:"devices"`
	Cut     bool             `json:"cut"`
}

// DeviceMalware is malware that was detected on one device.
type DeviceMalware struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Severity string `json:"severity"`
	Category string `json:"category"`
	Detection
}

// Live reads what is not read by a schedule, because it is a call for each malware or device.
type Live struct {
	Graph *graph.Client
	Kept  *graphsync.LiveStore
}

const (
	liveAge     = 10 * time.Minute
	mostDevices = 1000
	mostMalware = 200 // on one device
)

// DevicesOf is on which devices of the tenant the malware was detected: read now, or at most ten minutes ago.
func (l *Live) DevicesOf(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[InfectedDevices], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveMalwareDevices, id, liveAge, func(ctx context.Context) (InfectedDevices, error) {
		found := InfectedDevices{Devices: []InfectedDevice{}}
		path := "/deviceManagement/windowsMalwareInformation/" + url.PathEscape(id) + "/deviceMalwareStates"
		all, more, err := graph.First(ctx, l.Graph, tid, path, graph.Query{}, mostDevices, func(w graph.InfectedDevice) string { return w.ID })
		if err != nil {
			return found, fmt.Errorf("devices with malware %q of %s: %w", id, tid, err)
		}
		found.Cut = more
		for _, w := range all {
			found.Devices = append(found.Devices, InfectedDevice{clean(w.ID), clean(w.DeviceName), detection(w.Detection)})
		}
		slices.SortStableFunc(found.Devices, func(a, b InfectedDevice) int { return a.compare(b.Detection) })
		return found, nil
	})
}

// KeptMalwareOf is what an earlier look read, without asking Microsoft.
func (l *Live) KeptMalwareOf(ctx context.Context, tid tenant.ID, device string) (graphsync.LiveReading[[]DeviceMalware], error) {
	return graphsync.KeptLive[[]DeviceMalware](ctx, l.Kept, tid, graphsync.LiveDeviceMalware, device)
}

// MalwareOf is what was detected on the device, what needs a person first: read now, or at most ten minutes ago.
func (l *Live) MalwareOf(ctx context.Context, tid tenant.ID, device string) (graphsync.LiveReading[[]DeviceMalware], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveDeviceMalware, device, liveAge, func(ctx context.Context) ([]DeviceMalware, error) {
		found := []DeviceMalware{}
		path := "/deviceManagement/managedDevices/" + url.PathEscape(device) + "/windowsProtectionState/detectedMalwareState"
		all, _, err := graph.First(ctx, l.Graph, tid, path, graph.Query{}, mostMalware, func(w graph.DeviceMalware) string { return w.Malware.ID })
		if err != nil {
			return nil, fmt.Errorf("malware of device %q of %s: %w", device, tid, err)
		}
		for _, w := range all {
			m := malwareFromGraph(w.Malware)
			found = append(found, DeviceMalware{m.ID, m.Name, m.Severity, m.Category, detection(w.Detection)})
		}
		slices.SortStableFunc(found, func(a, b DeviceMalware) int { return a.compare(b.Detection) })
		return found, nil
	})
}

func detection(w graph.Detection) Detection {
	d := Detection{ThreatState: clean(w.ThreatState), ExecutionState: clean(w.ExecutionState), Count: max(0, int64(w.Count)), FirstAt: w.First.Time, ChangedAt: w.Changed.Time}
	if d.ExecutionState == "" {
		d.ExecutionState = "unknown"
	}
	return d
}

// dealtWith are the states in which nothing is left to do. One that Microsoft added since is not among them.
var dealtWith = []string{"remediatedWithNonCriticalFailures", "quarantined", "removed", "cleaned", "allowed", "noStatusCleared"}

// Open tells that the malware may still harm, or that somebody must do something. What is not said is not taken for dealt with.
func (d Detection) Open() bool { return !slices.Contains(dealtWith, d.ThreatState) }

// compare puts what is open before what is dealt with, and then what changed last first.
func (d Detection) compare(o Detection) int {
	if d.Open() != o.Open() {
		if d.Open() {
			return -1
		}
		return 1
	}
	if c := o.ChangedAt.Compare(d.ChangedAt); c != 0 {
		return c
	}
	return strings.Compare(d.ThreatState, o.ThreatState)
}
