package devices

import (
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// categoryFacts are what the portal holds about one device category.
type categoryFacts struct {
	category device.Category
	read     graphsync.Freshness
	devices  graphsync.Freshness
	changes  []device.CategoryChange
	days     []graphsync.DayValue
}

func (h *Handler) showCategory(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // two customers' categories of one name have nothing to do with each other
	}
	id, err := page.Param(r, "category")
	if err != nil {
		return err
	}
	ctx, k := r.Context(), categoryFacts{}
	if k.category, err = h.Devices.Category(ctx, m.Tenant.ID, id); err != nil {
		return err
	}
	if k.changes, err = h.Devices.CategoryChanges(ctx, m.Tenant.ID, id, maxChanges); err != nil {
		return err
	}
	if k.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.DeviceCategories); err != nil {
		return err
	}
	if k.devices, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Devices); err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	if k.days, err = h.Sync.Daily(ctx, m.Scope, graphsync.DeviceCategories, "total", now.AddDate(0, 0, -gapDays)); err != nil {
		return err
	}
	v := newCategoryView(m, k, now)
	return page.Answer(w, r, v, categoryPage(page.Shell(r, m, v.Name), v))
}

// categoryView is what a category's page shows, and its JSON twin.
type categoryView struct {
	category
	AsOf        *time.Time `json:"as_of"`
	DevicesAsOf *time.Time `json:"devices_as_of"` // null: not read, so unknown
	Changes     []change   `json:"changes"`

	m        tenant.Membership
	now      time.Time
	line     ui.Freshness
	read     graphsync.Freshness
	timeline ui.Timeline
}

func newCategoryView(m tenant.Membership, k categoryFacts, now time.Time) categoryView {
	v := categoryView{category: newCategory(k.category), AsOf: page.Moment(k.read.AsOf), DevicesAsOf: page.Moment(k.devices.AsOf), Changes: []change{}, m: m, now: now, line: fresh.Line(k.read, m, now), read: k.read}
	for _, c := range k.changes {
		v.Changes = append(v.Changes, change{c.At, c.Field, categoryLabel(c.Field), said(c.Field, c.Old), said(c.Field, c.New)})
	}
	v.timeline = v.newTimeline(k.days)
	return v
}

func categoryLabel(field string) string {
	if field == "description" {
		return "Description"
	}
	return fieldLabel(field)
}

// newTimeline is what the readings saw, the newest first.
func (v categoryView) newTimeline(days []graphsync.DayValue) ui.Timeline {
	all := ui.Moments{Now: v.now}
	add := all.Add
	addGaps(&all, days, time.Time{})
	for _, c := range v.Changes {
		e := ui.Event{Icon: "edit", Text: c.Label + " changed", From: c.Old, To: c.New, Detail: "read " + ui.Clock(c.At, v.now).Text}
		if c.Field == "gone" {
			e.Icon = "delete"
		}
		add(c.At, e)
	}
	if v.FirstSeenAt != nil {
		add(*v.FirstSeenAt, ui.Event{Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
	}
	return all.Timeline()
}

// The parts of the page, ready to print.

func (v categoryView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}, {Text: "Device categories", URL: v.m.Path(string(partCategories))}}, Title: v.Name, Freshness: v.line}
}

func (v categoryView) banner() *ui.Banner {
	if v.GoneAt != nil {
		return &ui.Banner{Kind: "unknown", Shape: ui.ShapeNone, Title: "This category is no longer in Intune.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before."}
	}
	return lateBanner(v.m, v.read, v.line)
}

func (v categoryView) headFacts() ui.Facts {
	devices, note := ui.UnknownCell("The devices of this customer were not read yet."), ""
	if v.DevicesAsOf != nil {
		devices, note = v.devicesCell(), "as of "+ui.NewTime(*v.DevicesAsOf, v.now).Text
		if v.DevicesURL != "" {
			devices.Text = ui.Count(v.Devices, "device", "devices")
		}
	}
	about := ui.QuietCell("none")
	if v.Description != "" {
		about = ui.TextCell(v.Description)
	}
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Description", Value: about}, {Label: "Devices in it", Value: devices, Note: note}, {Label: "Category id", Value: ui.CopyCell(v.ID, short(v.ID), "Copy category id")},
	}}
}

func (v categoryView) historySection() ui.Section { return timelineSection(len(v.Changes)) }
