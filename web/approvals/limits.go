package approvals

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// limitsView is the limits, the change that waits, and the form. It is the page's JSON twin.
type limitsView struct {
	Limits brake.Limits `json:"limits"`
	Asked  *asked       `json:"asked"` // null: no change waits

	own    bool // the reader asked for the change that waits
	prove  string
	given  map[string]string // what was typed; nil: the limits
	faults page.Faults
	now    time.Time
}

// asked is a change that waits.
type asked struct {
	To   brake.Limits `json:"to"`
	By   string       `json:"by"`
	At   time.Time    `json:"at"`
	From time.Time    `json:"from"`
}

func (h *Handler) limitsNow(r *http.Request, m tenant.Membership) (limitsView, error) {
	v := limitsView{now: page.ChromeOf(r.Context()).Now, faults: page.Faults{}}
	kept, err := h.Brake.Limits(r.Context())
	if err != nil {
		return v, err
	}
	v.Limits = kept.Now
	if c := kept.Asked; c != nil {
		v.Asked, v.own = &asked{c.To, c.By, c.At, c.From}, c.Tenant == m.Person.Tenant && c.Object == m.Person.ObjectID
	}
	fresh, err := h.Brake.Fresh(r.Context(), h.Session(r.Context()))
	if !fresh {
		v.prove = page.ProveAt(h.Home, "/settings/brake")
	}
	return v, err
}

func (h *Handler) limits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.limitsNow(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, limitsPage(page.Shell(r, m, "Brake"), v))
}

func (h *Handler) keepLimits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.limitsNow(r, m)
	if err != nil {
		return err
	}
	to := v.fill(form)
	if len(v.faults) == 0 {
		if sentence, _, ok := errs.Sentence(to.Check()); ok {
			v.faults.Add("zone", sentence)
		}
	}
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, limitsPage(page.Shell(r, m, "Brake"), v))
	}
	pending, err := h.Brake.SetLimits(r.Context(), m.Person, h.Session(r.Context()), to, middleware.RequestID(r.Context()))
	if err != nil {
		return err
	}
	said := "The limits are changed."
	if pending {
		said = "The change loosens something, so it waits for a second owner, or for its time to come."
	}
	return page.Done(w, r, "/settings/brake", page.Flash{Kind: "info", Title: said})
}

func (h *Handler) approveLimits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	asked, err := time.Parse(time.RFC3339Nano, form.Get("asked"))
	if err != nil {
		return errs.ShowNext(errs.Invalid, "This form is not one that the portal gave out.", "Open the limits again.")
	}
	if err := h.Brake.ApproveLimits(r.Context(), m.Person, h.Session(r.Context()), asked, middleware.RequestID(r.Context())); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/brake", page.Flash{Kind: "info", Title: "The change is in effect."})
}

func (h *Handler) dropLimits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Brake.DropLimits(r.Context(), m.Person, h.Session(r.Context()), middleware.RequestID(r.Context())); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/brake", page.Flash{Kind: "info", Title: "The change is dropped. The limits stay as they are."})
}

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// fill takes what was typed, and what is wrong with it.
func (v *limitsView) fill(form url.Values) brake.Limits {
	to := v.Limits
	v.given = map[string]string{}
	number := func(name string, into *int) {
		v.given[name] = strings.TrimSpace(form.Get(name))
		n, err := strconv.Atoi(v.given[name])
		if err != nil {
			v.faults.Add(name, "Type a whole number.")
			return
		}
		*into = n
	}
	for _, n := range brake.Numbers {
		number(n.Name, n.Of(&to))
		if got := *n.Of(&to); got < n.Min || got > n.Max {
			v.faults.Add(n.Name, fmt.Sprintf("Between %d and %d.", n.Min, n.Max))
		}
	}
	number("from", &to.From)
	number("to", &to.To)
	to.Zone = strings.TrimSpace(form.Get("zone"))
	v.given["zone"] = to.Zone
	to.Days = nil
	for _, d := range form["days"] {
		if i := slices.Index(weekdays, d); i >= 0 {
			to.Days = append(to.Days, i)
		}
	}
	slices.Sort(to.Days)
	to.Contacts = []string{"", ""}
	for i := range to.Contacts {
		name := "contact" + strconv.Itoa(i+1)
		v.given[name] = strings.TrimSpace(form.Get(name))
		if v.given[name] == "" {
			continue
		}
		address, err := mail.ParseAddress(v.given[name])
		if sentence, _, _ := errs.Sentence(err); err != nil {
			v.faults.Add(name, sentence)
		}
		to.Contacts[i] = address
	}
	v.Limits.Days = to.Days // what was ticked shows again
	return to
}
