package graphsync_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestServicesEachByItsOwnPath reads a tenant's services from the simulated cloud, then again while one path is broken.
func TestServicesEachByItsOwnPath(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Services); err != nil {
		t.Fatal(err)
	}
	first := readings(t, r.services, tid)
	items := int64(0)
	for _, k := range service.Kinds() {
		if k == service.Delegated {
			continue // not read at the customer
		}
		g, ok := first[k]
		refused := k == service.BrandingProfile && g.Trouble == "permission" // as Microsoft refuses it to programs
		if !ok || g.Outcome == service.Failed && !refused {
			t.Errorf("%s: %+v", k, g)
		}
		items += g.Items
	}
	watch := service.Watch{Now: time.Now()}
	page, err := r.services.List(t.Context(), tenant.Only(tid), watch, service.Filter{Within: 3650, Ended: true})
	if err != nil || items < 8 || page.Count == 0 {
		t.Fatalf("%d items, %d of them end, %v", items, page.Count, err)
	}
	status := r.status(tid, graphsync.Services)
	if status.LastCompleteAt.IsZero() || status.Trouble.Kind != "" {
		t.Errorf("the run: %+v", status)
	}
	broken := func(req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/vppTokens") {
			req.URL.Path = "/v1.0/deviceManagement/nothingLikeThis"
		}
	}
	r.beforePage.Store(&broken)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Services); err != nil {
		t.Fatal(err)
	}
	second := readings(t, r.services, tid)
	if g := second[service.VPPToken]; g.Outcome != service.Failed || g.Sentence == "" || !g.ReadAt.Equal(first[service.VPPToken].ReadAt) || g.Items != first[service.VPPToken].Items {
		t.Errorf("the broken path: %+v", g)
	}
	if g := second[service.Terms]; g.Outcome != service.Read || !g.ReadAt.After(first[service.Terms].ReadAt) {
		t.Errorf("another path: %+v", g)
	}
}

func readings(t *testing.T, s *service.Store, tid tenant.ID) map[service.Kind]service.Reading {
	t.Helper()
	found, err := s.Readings(t.Context(), tid)
	if err != nil {
		t.Fatal(err)
	}
	by := map[service.Kind]service.Reading{}
	for _, g := range found {
		by[g.Kind] = g
	}
	return by
}
