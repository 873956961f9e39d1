package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// DeviceInstall is how one app stands on one device, as Intune's report said when somebody looked.
type DeviceInstall struct {
	DeviceID   string    `json:"device_id"`
	DeviceName string    `json:"device_name"`
	User       string    `json:"user"`
	State      string    `json:"state"` // the report's own words: Installed, Failed, Pending install, …
	ErrorCode  string    `json:"error_code"`
	Version    string    `json:"version"`
	ChangedAt  time.Time `json:"changed_at"`
}

// DeviceInstalls are those that did not succeed. Cut tells that the report has more rows than were read.
type DeviceInstalls struct {
	Rows []DeviceInstall `json:"rows"`
	Read int             `json:"read"` // rows of the report, those that succeeded included
	Cut  bool            `json:"cut"`
}

// InstallLive reads on which devices an app failed, while somebody looks.
type InstallLive struct {
	Graph *graph.Client
	Kept  *graphsync.LiveStore
}

const (
	installAge   = 10 * time.Minute
	mostInstalls = 2000 // rows of the report; it cannot be asked for failures only
)

var deviceInstallColumns = []string{"DeviceId", "DeviceName", "UserPrincipalName", "AppInstallState", "HexErrorCode", "ErrorCode", "AppVersion", "LastModifiedDateTime"}

// FailedInstalls is on which devices of the tenant the app did not install: read now, or at most ten minutes ago. id is Graph's of the app.
func (l *InstallLive) FailedInstalls(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[DeviceInstalls], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveAppInstallStatus, id, installAge, func(ctx context.Context) (DeviceInstalls, error) {
		found, seen := DeviceInstalls{Rows: []DeviceInstall{}}, map[string]bool{}
		if _, err := uuid.Parse(id); err != nil {
			return found, fmt.Errorf("app id of %d characters: %w", len(id), err) // it goes into a filter
		}
		q := graph.ReportQuery{Name: "getDeviceInstallStatusReport", Select: deviceInstallColumns, Needs: []string{"DeviceId", "AppInstallState"}, Filter: "(ApplicationId eq '" + id + "')", Most: mostInstalls}
		var err error
		found.Cut, err = graph.Report(ctx, l.Graph, tid, q, func(row graph.Object) error {
			d, failed := deviceInstall(row)
			key := d.DeviceID + " " + d.User
			switch {
			case d.DeviceID == "" || row.Text("AppInstallState") == "":
				return graph.BadRow(q.Name, "a row that names no device, or no state")
			case seen[key]:
				return nil
			}
			seen[key] = true
			found.Read++
			if failed {
				found.Rows = append(found.Rows, d)
			}
			return nil
		})
		if err != nil {
			return found, fmt.Errorf("installations of app %q of %s: %w", id, tid, err)
		}
		return found, nil
	})
}

// deviceInstall maps a row of the report, and tells whether the installation failed: Intune's number for that is 2, and an error code says
// the same. The numbers of the report are nowhere published, so its own words are shown.
func deviceInstall(row graph.Object) (d DeviceInstall, failed bool) {
	d = DeviceInstall{DeviceID: clean(row.Text("DeviceId")), DeviceName: clean(row.Text("DeviceName")), User: clean(row.Text("UserPrincipalName")),
		State: clean(cmp.Or(row.Text("AppInstallState_loc"), row.Text("AppInstallState"))), ErrorCode: clean(cmp.Or(row.Text("HexErrorCode"), row.Text("ErrorCode"))),
		Version: clean(row.Text("AppVersion")), ChangedAt: row.Time("LastModifiedDateTime")}
	if strings.Trim(strings.TrimPrefix(d.ErrorCode, "0x"), "0") == "" {
		d.ErrorCode = ""
	}
	return d, row.Text("AppInstallState") == "2" || d.ErrorCode != ""
}
