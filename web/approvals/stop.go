package approvals

import (
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// stopView is the stop as it stands, and the form that pulls or releases it. It is the page's JSON twin.
type stopView struct {
	Stopped   bool       `json:"stopped"`
	StoppedAt *time.Time `json:"stopped_at"`
	StoppedBy string     `json:"stopped_by"`
	Reason    string     `json:"reason"`

	m      tenant.Membership
	now    time.Time
	said   string
	faults page.Faults
	prove  string // the way to a fresh sign-in, which a release needs; empty: there is one
}

func (h *Handler) stopNow(r *http.Request, m tenant.Membership) (stopView, error) {
	stop, _, err := h.Brake.Standing(r.Context(), m.Reach)
	v := stopView{Stopped: stop.On(), StoppedAt: page.Moment(stop.At), StoppedBy: stop.By, Reason: stop.Why, m: m, now: page.ChromeOf(r.Context()).Now, faults: page.Faults{}}
	if err == nil && stop.On() {
		if fresh, ferr := h.Brake.Fresh(r.Context(), h.Session(r.Context())); ferr == nil && !fresh {
			v.prove = page.ProveAt(h.Home, "/approvals/stop")
		} else {
			err = ferr
		}
	}
	return v, err
}

func (h *Handler) stopPage(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.stopNow(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, stopPage(page.Shell(r, m, v.title()), v))
}

func (h *Handler) pull(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.turn(w, r, m, func(reason string) error {
		return h.Brake.Pull(r.Context(), m.Person, reason, middleware.RequestID(r.Context()))
	}, "Everything that destroys something is stopped.")
}

func (h *Handler) release(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.turn(w, r, m, func(reason string) error {
		return h.Brake.Release(r.Context(), m.Person, h.Session(r.Context()), reason, middleware.RequestID(r.Context()))
	}, "The stop is released. What was granted before may be sent while it lasts.")
}

func (h *Handler) turn(w http.ResponseWriter, r *http.Request, m tenant.Membership, do func(reason string) error, done string) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	if n := len([]rune(reason)); n == 0 || n > maxReason {
		v, err := h.stopNow(r, m)
		if err != nil {
			return err
		}
		v.said = reason
		v.faults.Add("reason", "Say why, in at most 500 characters: everybody reads it.")
		return page.Render(w, r, http.StatusUnprocessableEntity, stopPage(page.Shell(r, m, v.title()), v))
	}
	if err := do(reason); err != nil {
		return err
	}
	return page.Done(w, r, "/approvals", page.Flash{Kind: "info", Title: done})
}

// Banner is what every page shows of a stop; nil: nothing is stopped.
func Banner(s brake.Stop) *ui.Banner {
	if !s.On() {
		return nil
	}
	return &ui.Banner{Kind: "bad", Shape: ui.ShapePaused, Title: "Destructive acts are stopped.", Text: s.By + ", " + s.At.Format("2 January 2006, 15:04") + " UTC: " + s.Why, ActionURL: "/approvals/stop", ActionText: "Open the stop"}
}

func (v stopView) title() string {
	if v.Stopped {
		return "Destructive acts are stopped"
	}
	return "Stop all destructive acts?"
}

func (v stopView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Approvals", URL: "/approvals"}}, Title: v.title()}
}

func (v stopView) happens() ui.Consequences {
	if v.Stopped {
		return ui.Consequences{
			{Shape: ui.ShapePaused, Text: "Until an owner releases the stop, nothing that destroys something is granted, approved or sent."},
			{Shape: ui.ShapePending, Text: "What was asked for keeps its place in the budget, and lapses at its time."},
		}
	}
	return ui.Consequences{
		{Shape: ui.ShapePaused, Text: "At once, for everybody and all customers: no wipe, retirement, deletion, cleaning or lock of many devices is granted, approved or sent."},
		{Shape: ui.ShapeWarn, Text: "What Microsoft has already taken goes on. Cancel it in Intune where that is possible."},
		{Shape: ui.ShapePending, Text: "Only an owner can release the stop, after signing in anew."},
	}
}

func (v stopView) facts() ui.Facts {
	return ui.Facts{Card: true, Items: []ui.Fact{{Label: "Stopped by", Value: ui.TextCell(v.StoppedBy)}, {Label: "Since", Value: ui.TimeCell(ui.NewTime(*v.StoppedAt, v.now))}, {Label: "Reason", Value: ui.TextCell(v.Reason)}}}
}

func (v stopView) reason() ui.Field {
	return ui.Field{Name: "reason", Label: "Reason", Value: v.said, Error: v.faults["reason"], Max: maxReason, Required: true, Autocomplete: "off"}
}
