package access

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Closer closes doors in the partner's own tenant in the name of who asks for it; requestID is that of the page.
type Closer interface {
	LeaveGroup(ctx context.Context, by tenant.Person, requestID string, who leaver.Person, group string) (said string, err error)
	EndSessions(ctx context.Context, by tenant.Person, requestID string, who leaver.Person) error
}

// closeView is the page before a door is closed.
type closeView struct {
	p      plan
	door   line
	title  string
	losses ui.Consequences
	action string
	button string
	needs  string
}

func (v closeView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Access", URL: "/access"}, {Text: "When " + v.p.Name + " leaves", URL: v.p.url()}}, Title: v.title + "?"}
}

// closable finds the plan and the door of it that the address names; one that the portal does not close, or not yet, is a conflict.
func (h *Handler) closable(r *http.Request, m tenant.Membership, is func(line) bool) (v closeView, err error) {
	if v.p, err = h.plan(r, m); err != nil {
		return v, err
	}
	i := slices.IndexFunc(v.p.Lines, is)
	switch {
	case i < 0:
		return v, errs.NotFound
	case v.p.Lines[i].Here == "":
		return v, errs.ShowNext(errs.Conflict, "This door cannot be closed here now.", "Begin the plan first; nobody closes their own doors.")
	}
	v.door = v.p.Lines[i]
	v.action = v.door.Here
	return v, nil
}

func (h *Handler) group(r *http.Request, m tenant.Membership) (closeView, error) {
	id, err := url.PathUnescape(chi.URLParam(r, "group"))
	if err != nil {
		return closeView{}, errs.NotFound
	}
	return h.closable(r, m, func(l line) bool { return l.group != "" && l.group == id })
}

func (h *Handler) confirmGroup(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.group(r, m)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, closePage(page.Shell(r, m, v.p.Name+" leaves a group"), v.forGroup()))
}

func (v closeView) forGroup() closeView {
	v.title, v.button = "Close “"+v.door.What+"” to "+v.p.Name, "Take out of 1 group"
	v.losses = ui.Consequences{
		{Shape: ui.ShapeWarn, Text: v.door.Do},
		{Shape: ui.ShapeWarn, Text: v.door.Evidence + " What else the group gives is lost too."},
		{Shape: ui.ShapeOK, Text: "The group is read back at once. The door is ticked off once the groups were read again."},
	}
	v.needs = "Sent as you. You need the directory role User Administrator in your tenant."
	return v
}

func (h *Handler) leaveGroup(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	v, err := h.group(r, m)
	if err != nil {
		return err
	}
	said, err := h.LeaverActs.LeaveGroup(r.Context(), m.Person, middleware.RequestID(r.Context()), v.p.person(), v.door.group)
	if err != nil {
		return err
	}
	return page.Done(w, r, v.p.url(), page.Flash{Kind: "info", Title: said, Text: "The door is ticked off once the groups were read again."})
}

func (p plan) person() leaver.Person {
	return leaver.Person{Staff: p.StaffID, UPN: p.UPN, Object: p.object}
}

func (h *Handler) sessions(r *http.Request, m tenant.Membership) (closeView, error) {
	return h.closable(r, m, func(l line) bool { return l.Door == doorSession })
}

func (h *Handler) confirmSessions(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.sessions(r, m)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, closePage(page.Shell(r, m, "End the sign-ins of "+v.p.Name), v.forSessions()))
}

func (v closeView) forSessions() closeView {
	v.title, v.button = "End the sign-ins of "+v.p.Name+" at Microsoft", "End all sign-ins of 1 person"
	v.losses = ui.Consequences{
		{Shape: ui.ShapeWarn, Text: "Every browser and app has to sign in again as " + v.p.UPN + ", within some minutes."},
		{Shape: ui.ShapeWarn, Text: "At customers this ends nothing by itself: Microsoft does not end a guest’s sign-ins there. Deleting the guest account does."},
		{Shape: ui.ShapeWarn, Text: "The account stays switched on: who knows the password can sign in anew. Switch it off in Microsoft Entra."},
		{Shape: ui.ShapePending, Text: "An access token that was given out already works for up to an hour where a program does not ask Microsoft again."},
		{Shape: ui.ShapeOK, Text: "The account is read back at once."},
	}
	v.needs = "Sent as you. You need the directory role User Administrator in your tenant, or Privileged Authentication Administrator where the person holds a directory role."
	return v
}

func (h *Handler) endSessions(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	v, err := h.sessions(r, m)
	if err != nil {
		return err
	}
	if err := h.LeaverActs.EndSessions(r.Context(), m.Person, middleware.RequestID(r.Context()), v.p.person()); err != nil {
		return err
	}
	return page.Done(w, r, v.p.url(), page.Flash{Kind: "info", Title: "Microsoft ended the sign-ins of " + v.p.Name + ".", Text: "The plan says what was read back."})
}
