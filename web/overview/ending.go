package overview

import (
	"context"
	"time"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// ending finds what ended and what ends within its lead time.
func (h *Handler) ending(ctx context.Context, v *view) ([]service.Item, error) {
	if h.Services == nil {
		return nil, nil
	}
	watch, err := h.Services.Watch(ctx, v.now)
	if err != nil {
		return nil, err
	}
	found, err := h.Services.List(ctx, v.reach, watch, service.Filter{State: []service.Standing{service.Ended, service.Soon}, Limit: gathered})
	return found.Rows, err
}

// endings are one line per kind and standing: an Apple certificate that ends takes a whole fleet with it, so that nothing that ended hides
// behind what only ends soon.
func endings(byID map[tenant.ID]*tenant.Tenant, items []service.Item, now time.Time) (out []attention) {
	type key struct {
		kind     service.Kind
		standing service.Standing
	}
	lines, order := map[key][]service.Item{}, []key{}
	for _, it := range items {
		if byID[it.Tenant] == nil {
			continue
		}
		k := key{it.Kind, it.Standing}
		if _, ok := lines[k]; !ok {
			order = append(order, k)
		}
		lines[k] = append(lines[k], it)
	}
	for _, k := range order {
		out = append(out, endingOf(byID, lines[k], now))
	}
	return out
}

// endingOf is one line; of holds at least one item, what ends first at the beginning.
func endingOf(byID map[tenant.ID]*tenant.Tenant, of []service.Item, now time.Time) attention {
	first := of[0]
	query := "?kind=" + string(first.Kind) + "&state=" + string(first.Standing)
	a := attention{
		Kind: "ends-soon", Text: verdict.EndingWords[first.Kind] + " ends soon", Detail: "Ends " + ui.Date(first.ExpiresAt, now), URL: "/services" + query, shape: ui.ShapeWarn, rank: 2, action: "Open services",
	}
	if first.Standing == service.Ended {
		a.Kind, a.Text, a.Detail, a.shape, a.rank = "ended", verdict.EndingWords[first.Kind]+" has ended", "Ended "+ui.Date(first.ExpiresAt, now), ui.ShapeBad, 1
		at := first.ExpiresAt
		a.Since = &at
	}
	seen := map[tenant.ID]bool{}
	for _, it := range of {
		if !seen[it.Tenant] {
			seen[it.Tenant] = true
			a.Tenants = append(a.Tenants, it.Tenant.String())
		}
	}
	if len(of) > 1 {
		a.Detail = "The first " + ui.Lower(a.Detail)
	}
	if verdict.ServiceLate(first, now) {
		a.shape, a.Detail = ui.ShapeStale, a.Detail+"; not read again since, it may have been renewed"
	}
	if len(a.Tenants) == 1 {
		a.tenant, a.URL = byID[first.Tenant], "/t/"+first.Tenant.String()+"/services"+query
		if len(of) == 1 {
			a.URL = verdict.ServiceURL(first)
		}
	}
	return a
}
