package actions

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// windowView is a customer's maintenance window and its form, and its JSON twin.
type windowView struct {
	Set       bool       `json:"set"`
	Words     string     `json:"window,omitempty"`
	Opens     *time.Time `json:"opens_at"`
	Closes    *time.Time `json:"closes_at"`
	ChangedBy string     `json:"changed_by,omitempty"`
	ChangedAt *time.Time `json:"changed_at"`

	m      tenant.Membership
	now    time.Time
	given  url.Values // what the form shows
	faults page.Faults
}

func (h *Handler) windowNow(r *http.Request, m tenant.Membership) (v windowView, err error) {
	if !m.One() {
		return v, errs.NotFound // each customer has its own
	}
	v = windowView{m: m, now: page.ChromeOf(r.Context()).Now, given: url.Values{"opens": {"22:00"}, "closes": {"04:00"}, "zone": {"UTC"}}, faults: page.Faults{}}
	w, err := h.Windows.Get(r.Context(), m.Tenant.ID)
	if errors.Is(err, errs.NotFound) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	opens, closes := w.Next(v.now)
	v.Set, v.Words, v.Opens, v.Closes, v.ChangedBy, v.ChangedAt = true, w.String(), page.Moment(opens), page.Moment(closes), w.ChangedBy, page.Moment(w.ChangedAt)
	v.given = url.Values{"opens": {deviceaction.TimeOfDay(w.Opens)}, "closes": {deviceaction.TimeOfDay(w.Closes)}, "zone": {w.Zone}}
	for _, d := range w.Days {
		v.given.Add("days", strconv.Itoa(int(d)))
	}
	return v, nil
}

// parseMinutes reads a time of day as a browser sends it; -1 where it is none.
func parseMinutes(s string) int {
	t, err := time.Parse("15:04", strings.TrimSpace(s))
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func (h *Handler) window(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.windowNow(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, windowPage(page.Shell(r, m, windowTitle), v))
}

// keepWindow sets the window, or takes it away.
func (h *Handler) keepWindow(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.windowNow(r, m)
	if err != nil {
		return err
	}
	var to deviceaction.Window
	said := "The customer has no maintenance window any more."
	if form.Get("do") != "remove" {
		said = "The maintenance window is set."
		to = deviceaction.Window{Opens: parseMinutes(form.Get("opens")), Closes: parseMinutes(form.Get("closes")), Zone: strings.TrimSpace(form.Get("zone"))}
		for day := range 7 {
			if slices.Contains(form["days"], strconv.Itoa(day)) {
				to.Days = append(to.Days, time.Weekday(day))
			}
		}
		if v.check(to); len(v.faults) > 0 {
			if page.WantsJSON(r) {
				return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
			}
			v.given = form
			return page.Render(w, r, http.StatusUnprocessableEntity, windowPage(page.Shell(r, m, windowTitle), v))
		}
	}
	if err := h.Windows.Set(r.Context(), m.Tenant.ID, to, m.Person, middleware.RequestID(r.Context()), v.now); err != nil {
		return err
	}
	return page.Done(w, r, m.Path("/actions/window"), page.Flash{Kind: "info", Title: said})
}

func (v windowView) check(to deviceaction.Window) {
	sentence, next, wrong := errs.Sentence(to.Check())
	switch {
	case !wrong:
	case len(to.Days) == 0:
		v.faults.Add("days", sentence)
	case to.Opens < 0:
		v.faults.Add("opens", sentence)
	case to.Closes < 0:
		v.faults.Add("closes", sentence)
	default:
		v.faults.Add("zone", sentence+" "+next)
	}
}

// The parts of the page, ready to print.

const windowTitle = "Maintenance window"

func (v windowView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Actions", URL: v.m.Path("/actions")}}, Title: windowTitle, Lead: "When this customer lets its devices be worked on. An action for many devices can wait for it."}
}

func (v windowView) facts() ui.Facts {
	if !v.Set {
		return ui.Facts{Items: []ui.Fact{{Label: "Now", Value: ui.QuietCell("none is set")}}}
	}
	next := ui.Fact{Label: "Opens next", Value: ui.TimeCell(ui.NewTime(*v.Opens, v.now))}
	if !v.now.Before(*v.Opens) {
		next = ui.Fact{Label: "Open until", Value: ui.TimeCell(ui.NewTime(*v.Closes, v.now))}
	}
	return ui.Facts{Items: []ui.Fact{{Label: "Now", Value: ui.TextCell(v.Words)}, next, {Label: "Changed", Value: ui.TimeCell(ui.NewTime(*v.ChangedAt, v.now)), Note: "by " + v.ChangedBy}}}
}

func (v windowView) days() ui.Choice {
	c := ui.Choice{Name: "days", Legend: "Opens on", Many: true, Error: v.faults["days"]}
	for i := range 7 {
		day := (i + 1) % 7 // Monday first
		c.Options = append(c.Options, ui.Option{Value: strconv.Itoa(day), Label: time.Weekday(day).String(), Selected: slices.Contains(v.given["days"], strconv.Itoa(day))})
	}
	return c
}

func (v windowView) fields() []ui.Field {
	field := func(name, label, hint string) ui.Field {
		return ui.Field{Name: name, Label: label, Hint: hint, Value: v.given.Get(name), Error: v.faults[name], Max: 60, Autocomplete: "off", Required: true}
	}
	opens, closes := field("opens", "Opens at", "Such as 22:00"), field("closes", "Closes at", "Earlier in the day than it opens: on the day after")
	opens.Type, closes.Type = "time", "time"
	return []ui.Field{opens, closes, field("zone", "Time zone", "Such as Europe/Berlin, or UTC")}
}

func (v windowView) foot() ui.Actions {
	a := ui.Actions{Items: []ui.Action{{Text: "Set the window", Kind: ui.Primary}, {Text: "Cancel", URL: v.m.Path("/actions"), Kind: ui.Quiet}}}
	if v.Set {
		a.Items[0].Text = "Change the window"
	}
	return a
}
