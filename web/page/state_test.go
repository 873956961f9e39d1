package page

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// TestConnectionIsGreenOnlyWhereItWasRead: the grants behind it, and within their target.
func TestConnectionIsGreenOnlyWhereItWasRead(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		state tenant.State
		read  time.Time
		want  ui.Shape
		text  string
	}{
		"read an hour ago":    {tenant.StateConnected, now.Add(-time.Hour), ui.ShapeOK, "Connected"},
		"read yesterday":      {tenant.StateConnected, now.Add(-26 * time.Hour), ui.ShapeOK, "Connected"},
		"not since":           {tenant.StateConnected, now.Add(-26*time.Hour - time.Second), ui.ShapeStale, "Was connected"},
		"never read":          {tenant.StateConnected, time.Time{}, ui.ShapeStale, "Was connected"},
		"partly, long ago":    {tenant.StatePartial, now.AddDate(0, -1, 0), ui.ShapePartial, "Partly connected"},
		"withdrawn, long ago": {tenant.StateWithdrawn, now.AddDate(0, -1, 0), ui.ShapeBad, "Withdrawn"},
		"not asked":           {tenant.StateUnconsented, time.Time{}, ui.ShapeNone, "Not connected"},
	} {
		if got := Connection(tenant.Tenant{State: tc.state, StateReadAt: tc.read}, now); got.Shape != tc.want || got.Text != tc.text {
			t.Errorf("%s: %+v, want %v %q", name, got, tc.want, tc.text)
		}
	}
}
