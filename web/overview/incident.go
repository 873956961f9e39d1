package overview

import (
	"context"

	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// grave are the open incidents of high severity that nobody has taken.
func (h *Handler) grave(ctx context.Context, v *view) (incident.Page, error) {
	if h.Incidents == nil {
		return incident.Page{}, nil
	}
	open := true
	return h.Incidents.List(ctx, v.reach, incident.Filter{Open: &open, Severity: []string{"high"}, Assignee: "-", Limit: gathered})
}

// untaken is one line for all of them: whoever opens it starts with the list.
func untaken(byID map[tenant.ID]*tenant.Tenant, p incident.Page) []attention {
	if p.Count == 0 {
		return nil
	}
	a := attention{Kind: "incident", Text: "1 incident of high severity has nobody working on it", Detail: "Open in Microsoft Defender, assigned to nobody",
		URL: "/incidents?assignee=none&open=true&severity=high", shape: ui.ShapeBad, rank: 1, action: "Show incidents"}
	if p.Count > 1 {
		a.Text = ui.N(p.Count) + " incidents of high severity have nobody working on them"
	}
	for _, i := range p.Rows {
		if t := byID[i.Tenant]; t != nil {
			a.add(t, i.CreatedAt)
		}
	}
	return []attention{a}
}
