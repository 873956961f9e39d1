package device

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Log is one collection of a Windows device's diagnostics. Where it can be downloaded from is never read here: whoever has that address has
// what is in it.
type Log struct {
	ID          string    `json:"id"`
	State       string    `json:"state"` // appLogUploadState: pending, completed, failed
	By          string    `json:"by"`    // sign-in name; empty: Intune itself, as after a failure of Autopilot
	RequestedAt time.Time `json:"requested_at"`
	ReceivedAt  time.Time `json:"received_at"` // zero: not there
	ExpiresAt   time.Time `json:"expires_at"`
	KB          int64     `json:"kb"`
	ErrorCode   int64     `json:"error_code"`
}

// mostLogs is how many are read of a device; Intune keeps ten.
const mostLogs = 50

// KeptLogs is what an earlier look read, without asking Microsoft.
func (l *Live) KeptLogs(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[[]Log], error) {
	return graphsync.KeptLive[[]Log](ctx, l.Kept, tid, graphsync.LiveDeviceLogs, id)
}

// Logs are the diagnostics of the device that Intune has or waits for, the newest first: read now, or at most a minute ago.
func (l *Live) Logs(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[[]Log], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveDeviceLogs, id, detailAge, func(ctx context.Context) ([]Log, error) {
		found := []Log{}
		path := "/deviceManagement/managedDevices/" + url.PathEscape(id) + "/logCollectionRequests"
		q := graph.Query{Version: "beta"} // v1.0 tells no error
		all, _, err := graph.First(ctx, l.Graph, tid, path, q, mostLogs, func(w graph.DeviceLog) string { return w.ID })
		if err != nil {
			return nil, fmt.Errorf("diagnostics of device %q of %s: %w", id, tid, err)
		}
		for _, w := range all {
			found = append(found, logOf(w))
		}
		slices.SortStableFunc(found, func(a, b Log) int { return b.RequestedAt.Compare(a.RequestedAt) })
		return found, nil
	})
}

func logOf(w graph.DeviceLog) Log {
	return Log{
		ID: clean(w.ID), State: clean(w.State), By: clean(w.By), RequestedAt: w.Requested.Time, ReceivedAt: w.Received.Time, ExpiresAt: w.Expires.Time,
		KB: max(int64(w.SizeInKB), 0), ErrorCode: int64(w.ErrorCode),
	}
}
