package apps

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// programHistory is which versions of a program came and went.
func (h *Handler) programHistory(ctx context.Context, m tenant.Membership, key string, now time.Time) (templ.Component, error) {
	found, err := h.Detected.Changes(ctx, m.Scope, key, maxChanges)
	if err != nil {
		return nil, err
	}
	s := ui.Section{Title: "Timeline", Rule: true}
	if len(found) == maxChanges {
		s.Note = "The newest " + ui.N(maxChanges) + " changes"
	}
	out := make(ui.Timeline, len(found))
	for i, c := range found {
		out[i] = versionEvent(c, m.One(), now)
	}
	return programTimeline(s, out), nil
}

func versionEvent(c detectedapp.Change, one bool, now time.Time) ui.Event {
	what := c.Version
	if what == "" {
		what = "A version without a number"
	}
	e := ui.Event{When: ui.NewTime(c.At, now), Icon: "checkmark_circle", Text: what + " appeared, on " + ui.Count(c.Devices, "device", "devices")}
	if !c.Appeared {
		e.Icon, e.Text = "dismiss", what+" is on no device any more; it was on "+ui.Count(c.Devices, "device", "devices")
	}
	if c.Platform != "windows" {
		e.Text += " (" + detectedPlatform(c.Platform) + ")"
	}
	e.Detail = "Seen by the reading of " + ui.Clock(c.At, now).Text
	if !c.Since.IsZero() {
		e.Detail = "Between the readings of " + ui.Clock(c.Since, now).Text + " and " + ui.Clock(c.At, now).Text
	}
	if !one {
		e.Link = ui.Link{Text: c.TenantName, URL: "/t/" + c.Tenant.String() + "/apps"}
	}
	return e
}
