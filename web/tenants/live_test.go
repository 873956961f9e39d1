package tenants

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestLive(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	read := graphsync.Status{State: "ok", NextAt: now.Add(time.Minute)}
	for name, tc := range map[string]struct {
		state  tenant.State
		status graphsync.Status
		want   string
	}{
		"all read":                {tenant.StateConnected, read, ""},
		"being read":              {tenant.StateConnected, graphsync.Status{State: "running"}, "2s"},
		"first read to come":      {tenant.StateConnected, graphsync.Status{State: "never"}, "2s"},
		"asked for":               {tenant.StateConnected, graphsync.Status{State: "ok", NextAt: now.Add(-time.Second)}, "2s"},
		"first read failed":       {tenant.StateConnected, graphsync.Status{State: "never", Trouble: graphsync.Trouble{At: now}, NextAt: now.Add(time.Hour)}, ""},
		"stopped":                 {tenant.StateWithdrawn, graphsync.Status{State: "ok", Stopped: true, NextAt: now.Add(-time.Hour)}, ""},
		"link sent":               {tenant.StateInvited, read, "10s"},
		"Microsoft still spreads": {tenant.StateWaiting, read, "2s"},
		"never asked":             {tenant.StateUnconsented, graphsync.Status{State: "never"}, ""},
	} {
		if got := live(tc.state, []graphsync.Status{tc.status}, now); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
