package provisioning

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/ui"
)

// A reading takes up the log where the one before ended, so that days without a reading lose nothing while Microsoft still has their events:
// for 7 days, or 30 with Entra ID P1 (UNCONFIRMED). Two readings with keptDays days
// between them can be a week apart.
const (
	keptDays = 6
	gapsBack = 180 // days
)

const (
	keptText = "Microsoft keeps the log for 7 days, or for 30 with Entra ID P1."
	gapText  = keptText + " Events of that time may be missing here for good. How an account stands now, provisioning it on demand tells."
)

// gaps are the days of which a customer's log may lack events, the oldest first.
func (h *Handler) gaps(ctx context.Context, m tenant.Membership, now time.Time) ([]fresh.Gap, error) {
	if !m.One() {
		return nil, nil
	}
	days, err := h.Sync.Daily(ctx, m.Scope, graphsync.ProvisioningLog, "total", now.AddDate(0, 0, -gapsBack))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(fresh.Gaps(days, now), func(g fresh.Gap) bool { return g.Days() < keptDays }), nil
}

// gapBanner says them above a log; nil where there are none.
func gapBanner(gaps []fresh.Gap) *ui.Banner {
	if len(gaps) == 0 {
		return nil
	}
	texts := make([]string, len(gaps))
	for i, g := range gaps {
		texts[i] = g.Text
	}
	return &ui.Banner{Kind: "unknown", Title: "The log was not read: " + strings.Join(texts, ", ") + ".", Text: gapText}
}

// withGaps sets them between the entries of a timeline, which stand at these moments, the newest first.
func withGaps(t ui.Timeline, at []time.Time, gaps []fresh.Gap) ui.Timeline {
	var out ui.Timeline
	for i, e := range t {
		for ; len(gaps) > 0 && gaps[len(gaps)-1].Ends().After(at[i]); gaps = gaps[:len(gaps)-1] {
			out = append(out, ui.Event{WhenText: gaps[len(gaps)-1].Text, Tone: "gap", Text: "Not read", Detail: gapText})
		}
		out = append(out, e)
	}
	return out
}
