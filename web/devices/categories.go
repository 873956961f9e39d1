package devices

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var categoryNoun = fresh.Noun{One: "category", Many: "categories", Whole: "device categories in Intune", Icon: "tag"}

// category is a row of the list of device categories, and its JSON twin.
type category struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Tenant      page.TenantRef `json:"tenant"`
	Description string         `json:"description"`
	Devices     int64          `json:"devices"`
	FirstSeenAt *time.Time     `json:"first_seen_at"` // null: before this was kept
	GoneAt      *time.Time     `json:"gone_at,omitempty"`
	URL         string         `json:"url"`
	DevicesURL  string         `json:"devices_url"`
}

func newCategory(c device.Category) category {
	r := category{ID: c.ID, Name: c.Name, Tenant: page.TenantRef{ID: c.Tenant, Name: c.TenantName}, Description: c.Description, Devices: c.Devices,
		FirstSeenAt: page.Moment(c.FirstSeenAt), GoneAt: page.Moment(c.GoneAt), URL: "/t/" + c.Tenant.String() + string(partCategories) + "/" + url.PathEscape(c.ID),
		DevicesURL: "/t/" + c.Tenant.String() + "/devices?category=" + url.QueryEscape(c.Name)}
	if r.Name == "" {
		r.Name, r.DevicesURL = "Category without a name", ""
	}
	return r
}

// devicesCell is how many devices name the category, and leads to them; those of a category without a name cannot be asked for.
func (c category) devicesCell() ui.Cell {
	if c.DevicesURL == "" {
		return ui.TextCell(ui.N(c.Devices))
	}
	return ui.NumberCell(c.Devices, c.DevicesURL)
}

func categoryColumnsOf(m tenant.Membership) []page.Column[category] {
	cs := []page.Column[category]{{Key: "name", Label: "Category", Sort: "name", Text: func(c category) string { return c.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(190, func(c category) page.TenantRef { return c.Tenant }))
	}
	return append(cs,
		page.Column[category]{Key: "devices", Label: "Devices", Kind: ui.KindNumber, Sort: "devices", Priority: 1, Width: 90, Text: func(c category) string { return strconv.FormatInt(c.Devices, 10) }, Cell: category.devicesCell},
		page.Column[category]{Key: "description", Label: "Description", Priority: 2, Phone: "line", Text: func(c category) string { return c.Description }, Cell: func(c category) ui.Cell { return ui.TextCell(c.Description) }},
		page.Column[category]{Key: "id", Label: "Category id", Exact: true, Text: func(c category) string { return c.ID }},
		page.Column[category]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(c category) string { return c.Tenant.ID.String() }},
	)
}

// categories is the list of device categories, each with the way to its devices.
func (h *Handler) categories(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := page.Spec{Sorts: []string{"name", "devices"}, Placeholder: "Name"}
	if !m.One() {
		spec.Sorts = append(spec.Sorts, "customer")
		spec.Filters = append(spec.Filters, page.ByCustomer)
	}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := device.CategoryFilter{Q: q.Q, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.DeviceCategories)
	if err != nil {
		return err
	}
	var found device.CategoryPage
	if !q.CSV {
		if found, err = h.Devices.Categories(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[category]{
		Title: "Device categories", One: categoryNoun.One, Many: categoryNoun.Many, M: m, Query: q, Spec: spec, Columns: categoryColumnsOf(m),
		URL: func(c category) string { return c.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Actions: fresh.ReadNow(m), Above: listTabs(m, partCategories),
		Each: page.Streamed(func(ctx context.Context, each func(device.Category) error) error {
			return h.Devices.EachCategory(ctx, m.Scope, f, each)
		}, newCategory),
	}
	for _, c := range found.Rows {
		l.Rows = append(l.Rows, newCategory(c))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(categoryNoun, read, m, q, now, func() (int64, error) {
			all, err := h.Devices.Categories(ctx, m.Scope, device.CategoryFilter{Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}
