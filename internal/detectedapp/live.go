package detectedapp

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Device is a device that has a version, as Graph says it then: little more than id and name.
type Device struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	OS        string `json:"os"`
	OSVersion string `json:"os_version"`
	User      string `json:"user"`
}

// Devices are those that have a version. Cut tells that there are more than were read.
type Devices struct {
	Devices []Device `json:"devices"`
	Cut     bool     `json:"cut"`
}

// Live reads which devices have a version, while somebody looks.
type Live struct {
	Graph *graph.Client
	Kept  *graphsync.LiveStore
}

const (
	liveAge    = 15 * time.Minute // the inventory itself changes about once a week
	maxDevices = 1000
)

// DevicesOf is which devices of the tenant have the version with that id.
func (l *Live) DevicesOf(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[Devices], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveDetectedAppDevices, id, liveAge, func(ctx context.Context) (Devices, error) {
		return l.read(ctx, tid, id)
	})
}

func (l *Live) read(ctx context.Context, tid tenant.ID, id string) (Devices, error) {
	found := Devices{Devices: []Device{}}
	path := "/deviceManagement/detectedApps/" + url.PathEscape(id) + "/managedDevices"
	all, more, err := graph.First(ctx, l.Graph, tid, path, graph.Query{Top: 500}, maxDevices, func(w graph.ManagedDevice) string { return w.ID })
	if err != nil {
		return found, fmt.Errorf("devices of detected app %q of %s: %w", id, tid, err)
	}
	found.Cut = more
	for _, w := range all {
		found.Devices = append(found.Devices, Device{ID: clean(w.ID), Name: clean(w.DeviceName), OS: clean(w.OS), OSVersion: clean(w.OSVersion), User: clean(w.Email)})
	}
	return found, nil
}
