package changes

import (
	"context"
	"time"

	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/ui"
)

// grants are what a customer granted to the app, in the words of the page.
const grants = "app permissions"

// grantsRead stands where a freshness has its dataset: grants are none, and the page of the sync does not know them.
const grantsRead = "App permissions"

// granted is how fresh what is known of grants is: as their last whole readings.
func (h *Handler) granted(ctx context.Context, scope tenant.Scope, now time.Time) (graphsync.Freshness, error) {
	read, err := h.Grants.ReadAcrossTenants(ctx, scope)
	statuses := make([]graphsync.Status, 0, len(read))
	for id, at := range read {
		statuses = append(statuses, graphsync.Status{Tenant: id, Dataset: grantsRead, LastCompleteAt: at})
	}
	return graphsync.Sum(graphsync.Dataset{Name: grantsRead, FreshFor: consent.FreshFor}, statuses, now), err
}

// grantsURL is where readings of grants are seen.
func grantsURL(m tenant.Membership) string {
	if m.One() {
		return m.Path("/consent")
	}
	return "/tenants"
}

// grantsLine leads from a line of grants alone to where their readings are seen.
func grantsLine(line ui.Freshness, m tenant.Membership) {
	for i := range line.Parts {
		if line.Parts[i].URL != "" {
			line.Parts[i].URL = grantsURL(m)
		}
	}
}

// grantsPart says of grants, beside datasets, how far they were read.
func grantsPart(f graphsync.Freshness, m tenant.Membership) ui.Link {
	part := ui.Link{Text: "and " + grants, URL: grantsURL(m)}
	switch {
	case !m.One():
		part.Text = grants + " from " + ui.N(int64(f.Read)) + " of " + ui.Count(int64(f.Tenants), "customer", "customers")
	case f.Read == 0:
		part.Text = grants + " not read yet"
	}
	return part
}

// grantsEmpty leads from an empty list of grants to where their readings are seen.
func grantsEmpty(e ui.Empty, m tenant.Membership) ui.Empty {
	if e.ActionURL == fresh.SyncURL(m, grantsRead) {
		if e.ActionURL, e.ActionText = grantsURL(m), "Open customers"; m.One() {
			e.ActionText = "Show the consent"
		}
	}
	return e
}

// days are those on which things of a kind were read completely somewhere in the scope.
func (h *Handler) days(ctx context.Context, scope tenant.Scope, k kind, from, now time.Time) (days []graphsync.DayValue, err error) {
	if k.id != change.Grant {
		return h.Sync.Daily(ctx, scope, k.dataset, "total", from)
	}
	read, err := h.Grants.DaysAcrossTenants(ctx, scope, from, now)
	for _, day := range read {
		days = append(days, graphsync.DayValue{Day: day})
	}
	return days, err
}
