package graphsync_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestHugeTenantDelaysNobody reads a tenant whose devices do not come to an end, which is more than 200,000 of them, and fifty small ones
// that fell due later. All fifty are read while the huge one still is.
func TestHugeTenantDelaysNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, world.Options{Tenants: 60, Devices: 3000, Seed: 7}, graphsync.Options{Workers: 4, ScheduleEvery: time.Second}, func(d graphsync.Dataset) graphsync.Dataset {
		if d.Name != graphsync.Devices {
			d.Puller = nil
		}
		return d
	})
	huge, _ := r.customer(full)
	asked, release := make(chan struct{}, 1000), make(chan struct{})
	hold := func(req *http.Request) {
		if strings.Contains(req.URL.Path, "managedDevices") && strings.Contains(claims(req), huge.String()) {
			asked <- struct{}{}
			select {
			case <-release:
			case <-req.Context().Done():
			}
		}
	}
	r.beforePage.Store(&hold)
	if err := r.sync.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.sync.Stop(context.Background()) }()
	select {
	case <-asked:
	case <-time.After(30 * time.Second):
		t.Fatal("the huge tenant is not read")
	}

	var small []tenant.ID
	for range 50 {
		known := map[string]bool{huge.String(): true}
		for _, id := range small {
			known[id.String()] = true
		}
		id, _ := r.customer(func(w *world.Tenant) bool { return w.Consent == world.ConsentFull && w.Intune && !known[w.ID] })
		small = append(small, id)
	}
	read := func() (n int) {
		if err := r.pool.In(tenant.Only(small...)).QueryRow(t.Context(), `SELECT count(*) FROM sync_state WHERE dataset = $1 AND state = 'ok'`, graphsync.Devices).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for end := time.Now().Add(2 * time.Minute); read() < len(small); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of %d small tenants were read beside the huge one", read(), len(small))
		}
	}
	if st := r.status(huge, graphsync.Devices); st.State != "running" || !st.LastCompleteAt.IsZero() {
		t.Errorf("the huge tenant is %s; it should still be read", st.State)
	}
	close(release)
	for end := time.Now().Add(time.Minute); r.status(huge, graphsync.Devices).State != "ok"; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the huge tenant is %+v", r.status(huge, graphsync.Devices))
		}
	}
}

// claims are those of the request's token, as JSON.
func claims(req *http.Request) string {
	part := strings.Split(req.Header.Get("Authorization"), ".")
	if len(part) != 3 {
		return ""
	}
	b, _ := base64.RawURLEncoding.DecodeString(part[1])
	return string(b)
}
