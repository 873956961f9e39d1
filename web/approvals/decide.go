package approvals

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// maxReason is the longest reason, in characters.
const maxReason = 500

func (h *Handler) approve(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.decide(w, r, m, func(v *view, form url.Values) error {
		v.typed = strings.TrimSpace(form.Get("typed"))
		if v.typed == "" {
			v.faults.Add("typed", "Type it as it stands above.")
		}
		if len(v.faults) > 0 {
			return nil
		}
		err := h.Brake.Approve(r.Context(), v.ID, h.decider(r, m), v.typed, v.said, middleware.RequestID(r.Context()))
		if sentence, _, ok := errs.Sentence(err); ok && errors.Is(err, errs.Invalid) {
			v.faults.Add("typed", sentence)
			return nil
		}
		return err
	}, "Approved. "+"It is sent when whoever asked confirms it again.")
}

func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.decide(w, r, m, func(v *view, _ url.Values) error {
		if len(v.faults) > 0 {
			return nil
		}
		return h.Brake.Refuse(r.Context(), v.ID, h.decider(r, m), v.said, middleware.RequestID(r.Context()))
	}, "Refused. Nothing is sent.")
}

// decide reads the form of a request, lets f decide, and shows the form again where something in it is wrong.
func (h *Handler) decide(w http.ResponseWriter, r *http.Request, m tenant.Membership, f func(v *view, form url.Values) error, done string) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.view(r, m)
	if err != nil {
		return err
	}
	v.said = strings.TrimSpace(form.Get("reason"))
	switch n := len([]rune(v.said)); {
	case n == 0:
		v.faults.Add("reason", "Say why: the customer reads it in the log.")
	case n > maxReason:
		v.faults.Add("reason", "At most 500 characters.")
	}
	if err := f(&v, form); err != nil {
		return err
	}
	if len(v.faults) == 0 {
		return page.Done(w, r, v.URL, page.Flash{Kind: "info", Title: done})
	}
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
	}
	return page.Render(w, r, http.StatusUnprocessableEntity, showPage(page.Shell(r, m, v.Title), v))
}

func (h *Handler) withdraw(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	id, err := requestID(r)
	if err != nil {
		return err
	}
	if err := h.Brake.Withdraw(r.Context(), id, h.decider(r, m), middleware.RequestID(r.Context())); err != nil {
		return err
	}
	return page.Done(w, r, r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')], page.Flash{Kind: "info", Title: "Withdrawn. Nothing is sent."})
}
