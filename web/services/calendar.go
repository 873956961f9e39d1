package services

import (
	"errors"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// calendarView is the page of the person's calendar address, and its JSON twin. The address itself is in no twin.
type calendarView struct {
	CreatedAt  *time.Time `json:"created_at"` // null: the person has none
	LastUsedAt *time.Time `json:"last_used_at"`

	m       tenant.Membership
	now     time.Time
	address string // only in the answer that made it
}

func (h *Handler) calendar(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.calendarOf(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, calendarPage(page.Shell(r, m, "Calendar"), v))
}

func (h *Handler) calendarOf(r *http.Request, m tenant.Membership) (calendarView, error) {
	v := calendarView{m: m, now: page.ChromeOf(r.Context()).Now}
	t, err := h.Services.CalendarTokenOf(r.Context(), m.Person.Tenant, m.Person.ObjectID)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return v, err
	}
	v.CreatedAt, v.LastUsedAt = page.Moment(t.CreatedAt), page.Moment(t.LastUsedAt)
	return v, nil
}

// issueCalendar makes an address and shows it, once: it is in this answer and nowhere else.
func (h *Handler) issueCalendar(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	token, err := h.Services.IssueCalendarToken(r.Context(), m.Person.Tenant, m.Person.ObjectID, h.now())
	if err != nil {
		return err
	}
	if err := h.record(r, m, "calendar.created", m.Person.UPN, nil); err != nil {
		return err
	}
	v, err := h.calendarOf(r, m)
	if err != nil {
		return err
	}
	v.address = h.Origin + "/services/calendar.ics?token=" + token
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusCreated, struct {
			calendarView
			URL string `json:"url"`
		}{v, v.address})
	}
	return page.Render(w, r, http.StatusOK, calendarPage(page.Shell(r, m, "Calendar"), v))
}

func (h *Handler) revokeCalendar(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	err := h.Services.RevokeCalendarToken(r.Context(), m.Person.Tenant, m.Person.ObjectID)
	if err == nil {
		err = h.record(r, m, "calendar.revoked", m.Person.UPN, nil)
	}
	if err != nil && !errors.Is(err, errs.NotFound) { // ended already, by another window
		return err
	}
	return page.SeeOther(w, r, "/services/calendar")
}

// farthest is how far ahead a calendar looks, and longestPast how long it keeps what ended.
const (
	farthest    = 2 * 365 // days
	longestPast = 60
)

// feed is the calendar of whoever's token it is, with what that person may see at this moment.
func (h *Handler) feed(w http.ResponseWriter, r *http.Request) error {
	ctx, now := r.Context(), h.now()
	tid, oid, err := h.Services.CalendarOwnerAcrossTenants(ctx, r.URL.Query().Get("token"), now)
	if err != nil {
		return err
	}
	who, err := h.Tenants.Resolve(ctx, tenant.Identity{Tenant: tid, ObjectID: oid})
	if err != nil {
		return err
	}
	if !who.Person.Role.May(tenant.MaySync) {
		return errs.NotFound // no role any more that may have a calendar; a token that is not there reads the same
	}
	watch, err := h.Services.Watch(ctx, now)
	if err != nil {
		return err
	}
	c := newCalendar(h.Origin, watch)
	err = h.Services.Each(ctx, who.Reach, watch, service.Filter{Ended: true, Within: farthest}, func(it service.Item) error {
		if it.ExpiresAt.After(now.AddDate(0, 0, -longestPast)) && it.Standing != service.Standing(service.Off) {
			c.add(it)
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="services.ics"`)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(c.end())
	return nil
}

func (v calendarView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Services", URL: "/services"}}, Title: "Calendar", Lead: "What ends, in the calendar that you already look at."}
}

func (v calendarView) once() ui.CopyField {
	return ui.CopyField{ID: "calendar-address", Label: "Your calendar address", Value: v.address, Hint: "Copy it now: it is not shown again."}
}

func (v calendarView) makeText() string {
	if v.CreatedAt != nil {
		return "Make a new address"
	}
	return "Make a calendar address"
}

func (v calendarView) facts() ui.Facts {
	if v.CreatedAt == nil {
		return ui.Facts{Items: []ui.Fact{{Label: "Address", Value: ui.TextCell("You have none.")}}}
	}
	used := ui.TextCell("never")
	if v.LastUsedAt != nil {
		used = ui.TimeCell(ui.NewTime(*v.LastUsedAt, v.now))
	}
	return ui.Facts{Items: []ui.Fact{{Label: "Address made", Value: ui.TimeCell(ui.NewTime(*v.CreatedAt, v.now))}, {Label: "Last read by a calendar", Value: used}}}
}
