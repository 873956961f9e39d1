package settings

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// historyView is how long history is kept, and what another number of days would do. It is the page's JSON twin.
type historyView struct {
	Days      int        `json:"days"`
	ChangedAt *time.Time `json:"changed_at"` // null: nobody changed it
	ChangedBy string     `json:"changed_by,omitempty"`
	Asked     *wanted    `json:"asked,omitempty"`

	given string // what was typed, also where it is wrong
	fault string
	now   time.Time
}

// wanted is another number of days, with what it costs.
type wanted struct {
	Days   int       `json:"days"`
	Before time.Time `json:"before"` // the day before which nothing would be left
	Older  int64     `json:"older"`  // entries that would be deleted now
	More   bool      `json:"more"`   // than were counted
}

// history shows the setting. With days it says what that would do; only the POST from there changes it.
func (h *Handler) history(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.historyOf(r.Context(), r.URL.Query().Get("days"))
	if err != nil {
		return err
	}
	if v.fault != "" {
		return h.refuse(w, r, m, v)
	}
	return page.Answer(w, r, v, historyPage(page.Shell(r, m, "History"), v))
}

func (h *Handler) historyOf(ctx context.Context, given string) (historyView, error) {
	v := historyView{given: strings.TrimSpace(given), now: page.ChromeOf(ctx).Now}
	set, err := h.Retention.History(ctx)
	if err != nil {
		return v, err
	}
	v.Days, v.ChangedBy = set.Days, set.By
	if set.By != "" {
		at := set.At.UTC()
		v.ChangedAt = &at
	}
	if v.given == "" {
		return v, nil
	}
	days, err := strconv.Atoi(v.given)
	if err != nil || days < graphsync.MinHistoryDays || days > graphsync.MaxHistoryDays {
		v.fault = fmt.Sprintf("Enter a whole number of days from %s to %s.", ui.N(graphsync.MinHistoryDays), ui.N(graphsync.MaxHistoryDays))
		return v, nil
	}
	v.Asked = &wanted{Days: days, Before: v.now.AddDate(0, 0, -days).UTC()}
	v.Asked.Older, v.Asked.More, err = h.Retention.Older(ctx, days)
	return v, err
}

func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, m tenant.Membership, v historyView) error {
	if page.WantsJSON(r) {
		return errs.Show(errs.Invalid, v.fault)
	}
	return page.Render(w, r, http.StatusUnprocessableEntity, historyPage(page.Shell(r, m, "History"), v))
}

// keepHistory changes the setting, once the person has seen what it does: the form that posts stands on that page alone.
func (h *Handler) keepHistory(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.historyOf(r.Context(), values.Get("days"))
	if err != nil {
		return err
	}
	if v.Asked == nil {
		v.fault = cmp.Or(v.fault, "Say for how many days history is to be kept.")
		return h.refuse(w, r, m, v)
	}
	if err := h.Retention.SetDays(r.Context(), v.Asked.Days, m.Person.UPN); err != nil {
		return err
	}
	if err := h.record(r, m, "days of history", v.Days, v.Asked.Days); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/history", page.Flash{Kind: "info", Title: "History is kept for " + ui.Count(int64(v.Asked.Days), "day", "days") + "."})
}

func (v historyView) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "History", Lead: "How long the portal keeps what changed. What customers have now is kept whatever the number."}
	if v.Asked != nil {
		h.Context = append(h.Context, ui.Crumb{Text: "History", URL: "/settings/history"})
		h.Title, h.Lead = "Keep history for "+ui.Count(int64(v.Asked.Days), "day", "days"), ""
	}
	return h
}

func (v historyView) facts() ui.Facts {
	changed := ui.TextCell("never; this is the default")
	if v.ChangedAt != nil {
		changed = ui.TimeCell(ui.NewTime(*v.ChangedAt, v.now))
	}
	f := ui.Facts{Items: []ui.Fact{{Label: "Kept now", Value: ui.TextCell(ui.Count(int64(v.Days), "day", "days"))}, {Label: "Changed", Value: changed, Note: v.ChangedBy}}}
	if a := v.Asked; a != nil {
		f.Items[1] = ui.Fact{Label: "Kept then", Value: ui.TextCell(ui.Count(int64(a.Days), "day", "days")), Note: "nothing from before " + ui.Date(a.Before, v.now)}
	}
	return f
}

func (v historyView) field() ui.Field {
	value := v.given
	if value == "" {
		value = strconv.Itoa(v.Days)
	}
	return ui.Field{Name: "days", Label: "Days", Value: value, InputMode: "numeric", Required: true, Max: 4, Error: v.fault,
		Hint: fmt.Sprintf("From %s to %s. The default is %s: a year and a little, so that a year can be compared with the one before.", ui.N(graphsync.MinHistoryDays), ui.N(graphsync.MaxHistoryDays), ui.N(graphsync.DefaultHistoryDays))}
}

func (v historyView) errors() ui.FormErrors {
	if v.fault == "" {
		return nil
	}
	return ui.FormErrors{{ID: "f-days", Text: v.fault}}
}

// consequences are what will happen, in the order in which it matters.
func (v historyView) consequences() []string {
	a := v.Asked
	n := ui.Count(a.Older, "entry", "entries")
	if a.More {
		n = "more than " + n
	}
	before := "from before " + ui.Date(a.Before, v.now)
	switch {
	case a.Days < v.Days && a.Older == 0:
		return []string{"Nothing " + before + " is held, so nothing is deleted now. From then on, what grows older than " + ui.Count(int64(a.Days), "day", "days") + " is deleted for good, for all customers."}
	case a.Days < v.Days:
		return []string{
			"Within a day " + n + " " + before + " will be deleted, for all customers: changes of devices, apps, policies, roles, services and jobs, the provisioning log, and the record of readings.",
			"This cannot be taken back. Pages will say that nothing is known of the days before, and lists as they were on a day cannot be shown for them.",
			"The audit chain, consent evidence and daily counts are not touched.",
		}
	case a.Days > v.Days:
		return []string{"Nothing is deleted. History grows by " + ui.Count(int64(a.Days-v.Days), "day", "days") + " beyond what is kept now, and with it the database; what was deleted before does not come back."}
	}
	return []string{"That is the number now. Nothing will change."}
}

// act is the button of the page that says what will happen; deleting is confirmed in red.
func (v historyView) act() ui.Action {
	a := ui.Action{Text: "Keep history for " + ui.Count(int64(v.Asked.Days), "day", "days"), Kind: ui.Primary}
	if v.Asked.Days < v.Days {
		a.Kind = ui.Confirm
	}
	return a
}
