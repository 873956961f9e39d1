package configuration

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// DeviceStatus is how one device stands with one policy, as Intune said when somebody looked. Graph names the device, but gives no id of it.
type DeviceStatus struct {
	Device     string    `json:"device"`
	User       string    `json:"user"`
	Model      string    `json:"model"`
	State      string    `json:"state"` // complianceStatus: nonCompliant, error, conflict
	ReportedAt time.Time `json:"reported_at,omitzero"`
}

// DeviceStatuses are the devices with which a policy failed, the worst first.
type DeviceStatuses struct {
	Rows []DeviceStatus `json:"rows"`
	Read int            `json:"read"` // devices looked at, with those that it did not fail on
	Cut  bool           `json:"cut"`  // there are more than were read
}

// Live reads on which devices a policy failed, while somebody looks: it is a call for each policy.
type Live struct {
	Graph *graph.Client
	Kept  *graphsync.LiveStore
}

const (
	statusAge    = 10 * time.Minute
	statusPage   = 500
	mostStatuses = 2000 // devices; Graph documents no filter that would leave out those that stand well
)

// statusPaths are the kinds of which Graph lists the devices by deviceStatuses.
var statusPaths = map[Kind]string{Device: "/deviceManagement/deviceConfigurations/", Compliance: "/deviceManagement/deviceCompliancePolicies/"}

// HasDeviceStatuses tells the kinds that FailedDevices knows.
func (k Kind) HasDeviceStatuses() bool { return statusPaths[k] != "" }

// FailedDevices is on which devices of the tenant a policy failed: read now, or at most ten minutes ago. The object is a kind and Graph's id
// of the policy, as StatusObject writes them.
func (l *Live) FailedDevices(ctx context.Context, tid tenant.ID, object string) (graphsync.LiveReading[DeviceStatuses], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LivePolicyStatuses, object, statusAge, func(ctx context.Context) (DeviceStatuses, error) {
		found := DeviceStatuses{Rows: []DeviceStatus{}}
		kind, id, _ := strings.Cut(object, "/")
		path := statusPaths[Kind(kind)]
		if path == "" || id == "" {
			return found, fmt.Errorf("no devices are listed of %q of %s", object, tid)
		}
		path += url.PathEscape(id) + "/deviceStatuses"
		q := graph.Query{Version: "beta", Top: statusPage} // v1.0 lacks the newer policies
		all, more, err := graph.First(ctx, l.Graph, tid, path, q, mostStatuses, func(w graph.DeviceStatus) string { return w.ID })
		if err != nil {
			return found, fmt.Errorf("devices of policy %q of %s: %w", object, tid, err)
		}
		found.Read, found.Cut = len(all), more
		for _, w := range all {
			if !slices.Contains(well, strings.ToLower(w.Status)) {
				found.Rows = append(found.Rows, DeviceStatus{Device: postgres.Clean(w.Device), User: postgres.Clean(w.UPN), Model: postgres.Clean(w.Model), State: postgres.Clean(w.Status), ReportedAt: w.Reported.Time})
			}
		}
		slices.SortStableFunc(found.Rows, func(a, b DeviceStatus) int { return statusRank(a.State) - statusRank(b.State) })
		return found, nil
	})
}

// StatusObject names a policy for FailedDevices.
func StatusObject(k Kind, id string) string { return string(k) + "/" + id }

// failing are the states that need a person, the worst first.
var failing = []string{"noncompliant", "error", "conflict"}

// well are the states in which a policy did not fail. One that Microsoft added since, or none, is not among them.
var well = []string{"compliant", "remediated", "notapplicable", "notassigned", "unknown"}

// statusRank is the place of a state in failing; behind them where it is none of these.
func statusRank(state string) int {
	if i := slices.Index(failing, strings.ToLower(state)); i >= 0 {
		return i
	}
	return len(failing)
}
