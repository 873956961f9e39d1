package access

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Kept is what the plan asks of the sessions: the sign-ins that are kept for accounts.
type Kept interface {
	KeptFor(ctx context.Context, objectIDs []string) (int64, error)
	ForgetAccounts(ctx context.Context, objectIDs []string) error
}

// plan is everything that lets somebody in, and what closes it. It is read anew each time: what was found once, and a later reading of the
// tenant has no more, is ticked off.
type plan struct {
	StaffID  int64      `json:"staff_id"`
	Name     string     `json:"name"`
	UPN      string     `json:"upn"`
	BeganAt  *time.Time `json:"began_at"` // when the doors were kept first; null: not yet
	BeganBy  string     `json:"began_by,omitempty"`
	ProvedAt *time.Time `json:"proved_at"`
	ProvedBy string     `json:"proved_by,omitempty"`
	Lines    []line     `json:"doors"`
	Open     int        `json:"open"`
	Unknown  int        `json:"unknown"`
	Messages []message  `json:"messages"` // to send to who can do the rest

	added     int // open doors that are not kept yet
	objectIDs []string
	object    string // the account in the partner's own tenant; empty: it is not known yet
	self      bool
	m         tenant.Membership
	now       time.Time
}

// message is what is left for one recipient to do, as text to send.
type message struct {
	To   string `json:"to"`
	Text string `json:"text"`
}

func (h *Handler) leaver(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, err := h.plan(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, p, leaverPage(page.Shell(r, m, "When "+p.Name+" leaves"), p))
}

// close begins the plan: it keeps the doors that were found and does what the portal may do, which is to switch the account off here, which
// ends all its sessions, and to forget its tokens.
func (h *Handler) close(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	ctx := r.Context()
	p, err := h.plan(r, m)
	if err != nil {
		return err
	}
	if p.self {
		return errs.ShowNext(errs.Conflict, "This is your own account.", "Let another owner close it.")
	}
	if err := h.Leavers.Keep(ctx, p.StaffID, m.Person.UPN, p.now, p.doors()); err != nil {
		return err
	}
	st, err := h.Tenants.GetStaff(ctx, m.Reach, p.StaffID)
	if err != nil {
		return err
	}
	st.Disabled = true
	if err := h.Tenants.UpdateStaff(ctx, st); err != nil {
		return err
	}
	if err := h.Sessions.ForgetAccounts(ctx, p.objectIDs); err != nil {
		return err
	}
	if err := h.record(ctx, m, "staff.left", st.UPN, map[string]any{"doors_open": p.Open}); err != nil {
		return err
	}
	return page.SeeOther(w, r, p.url())
}

func (h *Handler) record(ctx context.Context, m tenant.Membership, action, upn string, detail map[string]any) error {
	return h.Audit.Keep(ctx, h.Tenants.Home(), m.Person, audit.Entry{Action: action, Object: upn, Detail: detail, RequestID: middleware.RequestID(ctx)})
}

func (h *Handler) plan(r *http.Request, m tenant.Membership) (p plan, err error) {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	id, err := strconv.ParseInt(chi.URLParam(r, "staff"), 10, 64)
	if err != nil || id < 1 {
		return p, errs.NotFound
	}
	st, err := h.Tenants.GetStaff(ctx, m.Reach, id)
	if err != nil {
		return p, err
	}
	p = plan{StaffID: st.ID, Name: staffName(st), UPN: st.UPN, m: m, now: now, self: m.Person.StaffID == st.ID}
	d, err := h.delegated(ctx, m.Scope, nil, now)
	if err != nil {
		return p, err
	}
	customers, err := h.customers(ctx, m.Scope, nil)
	if err != nil {
		return p, err
	}
	v, err := h.visiting(ctx, m.Scope, customers, nil, addresses(st))
	if err != nil {
		return p, err
	}
	seen, err := h.Tenants.SeenAtCustomers(ctx, m.Scope)
	if err != nil {
		return p, err
	}
	accounts, ids := accountLines(v, st, seen)
	if p.objectIDs = ids; st.ObjectID != "" {
		p.objectIDs = append(p.objectIDs, st.ObjectID)
	}
	kept, err := h.Sessions.KeptFor(ctx, p.objectIDs)
	if err != nil {
		return p, err
	}
	known, err := h.Leavers.Get(ctx, p.StaffID)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return p, err
	}
	p.object = d.objectOf(st)
	p.Lines = slices.Concat(portalLines(st, kept, now), []line{sessionLine(st, p.object, known.Sessions, now)}, d.lines(st, h.Tenants.Home()), v.lines(st.UPN), accounts)
	p.compare(known, d, v)
	if p.BeganAt == nil || p.self {
		p.withhold()
	}
	for _, l := range p.Lines {
		switch l.State {
		case doorOpen:
			p.Open++
		case doorUnknown:
			p.Unknown++
		}
	}
	p.Messages = p.messages()
	return p, nil
}

// compare adds the doors that were found before and are not now: closed where a later reading does not have them, else not known.
func (p *plan) compare(kept leaver.Plan, d delegated, v visiting) {
	p.BeganAt, p.BeganBy, p.ProvedAt, p.ProvedBy = page.Moment(kept.BeganAt), kept.BeganBy, page.Moment(kept.ProvedAt), kept.ProvedBy
	for _, l := range p.Lines {
		if l.State != doorClosed && l.Key != "" && !slices.ContainsFunc(kept.Doors, func(x leaver.Door) bool { return x.Key == l.Key }) {
			p.added++
		}
	}
	for _, x := range kept.Doors {
		if slices.ContainsFunc(p.Lines, func(l line) bool { return l.Key == x.Key }) {
			continue
		}
		l := line{Key: x.Key, Door: x.Kind, What: x.What, State: doorUnknown, Evidence: "Was open, and was not read since.", AsOf: page.Moment(x.Noticed)}
		if x.Customer != nil {
			l.Customer = &page.TenantRef{ID: *x.Customer, Name: x.Name}
		}
		if at := readingOf(x, d, v); at.After(x.Noticed) {
			l.State, l.Evidence, l.AsOf = doorClosed, "Gone: the reading after it was found does not have it any more.", page.Moment(at)
		}
		p.Lines = append(p.Lines, l)
	}
}

// withhold leaves out what the portal does in the partner's own tenant: nobody closes their own doors, and a plan is begun first.
func (p *plan) withhold() {
	for i := range p.Lines {
		if p.Lines[i].Customer == nil {
			p.Lines[i].Here = ""
		}
	}
}

// readingOf is when that was read last, completely, by which the door would be found.
func readingOf(x leaver.Door, d delegated, v visiting) time.Time {
	at := tenant.ID{}
	if x.Customer != nil {
		at = *x.Customer
	}
	switch x.Kind {
	case doorGDAP:
		if d.groupsRead.AsOf.Before(d.read.AsOf) {
			return d.groupsRead.AsOf
		}
		return d.read.AsOf
	case doorGuest:
		return v.asOf[at]
	case doorRole:
		if v.directory.knows(at) {
			return v.directory.asOf[at]
		}
	case doorIntune:
		return v.intune[at].AsOf
	}
	return time.Time{}
}

// doors are what is kept of the plan: what is open, or not known, by itself.
func (p plan) doors() (found []leaver.Door) {
	for _, l := range p.Lines {
		if l.State == doorClosed || l.Key == "" {
			continue
		}
		x := leaver.Door{Key: l.Key, Kind: l.Door, What: l.What}
		if l.Customer != nil {
			x.Customer, x.Name = &l.Customer.ID, l.Customer.Name
		}
		found = append(found, x)
	}
	return found
}

// messages are what is left for others to do: one for the partner's own administrators, one for each customer.
func (p plan) messages() []message {
	own := "your own tenant"
	steps := map[string][]string{own: {"Switch the account " + p.UPN + " off in Microsoft Entra."}}
	order := []string{own}
	for _, l := range p.Lines {
		if l.Do == "" || l.State == doorClosed {
			continue
		}
		to := own
		if l.Customer != nil {
			to = l.Customer.Name
		}
		if steps[to] == nil {
			order = append(order, to)
		}
		do := l.Do
		if l.Link != "" {
			do += "\n  " + l.Link
		}
		steps[to] = append(steps[to], do)
	}
	out := make([]message, len(order))
	for i, to := range order {
		out[i] = message{To: to, Text: p.Name + " (" + p.UPN + ") leaves. Please:\n\n- " + strings.Join(steps[to], "\n- ") + "\n"}
	}
	return out
}

func (p plan) url() string { return leaverURL(p.StaffID) }

// The parts of the page, ready to print.

func (p plan) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "Access", URL: "/access"}}, Title: "When " + p.Name + " leaves", Lead: p.summary()}
	if p.ProvedAt != nil {
		h.Actions = []ui.Action{{Text: "Show the proof", Icon: "signature", URL: p.url() + "/proof"}}
	}
	return h
}

func (p plan) summary() string {
	switch {
	case p.Open == 0 && p.Unknown == 0:
		return "Every door that is read is closed."
	case p.Open == 0:
		return "No door is known to be open; " + ui.Count(int64(p.Unknown), "is", "are") + " not known."
	}
	return ui.Count(int64(p.Open), "door is", "doors are") + " open, " + ui.N(int64(p.Unknown)) + " not known. The page is read anew each time: what a reading no longer has shows as closed."
}

func (p plan) table() ui.Table {
	t := ui.Table{ID: "doors", Caption: "Doors to close", Inset: true, Columns: []ui.Column{
		{Key: "door", Label: "Door"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 130}, {Key: "here", Label: "Close it", Width: 190, Phone: "line"}, {Key: "at", Label: "As of", Kind: ui.KindTime, Width: 120},
	}}
	for _, l := range p.Lines {
		state := ui.StateCell(ui.ShapeUnknown, "Unknown")
		switch l.State {
		case doorOpen:
			state = ui.StateCell(ui.ShapeWarn, "Open")
		case doorClosed:
			state = ui.StateCell(ui.ShapeOK, "Closed")
		}
		at := ui.DashCell()
		if l.AsOf != nil {
			at = ui.TimeCell(ui.NewTime(*l.AsOf, p.now))
		}
		t.Rows = append(t.Rows, ui.Row{Name: l.What, Note: l.Evidence, URL: l.URL, Cells: []ui.Cell{state, l.closer(), at}})
	}
	return t
}

// closer leads to where the door can be closed: in the portal as the person who reads the page, or at Microsoft.
func (l line) closer() ui.Cell {
	switch {
	case l.State == doorClosed:
		return ui.Cell{}
	case l.Here != "":
		return ui.LinkCell(closers[l.Door], l.Here)
	case l.Link != "":
		return ui.LinkCell("At Microsoft", l.Link)
	}
	return ui.Cell{}
}

// closers are what a door's link says that the portal does.
var closers = map[string]string{doorSession: "End them, as yourself", doorGDAP: "Leave the group, as yourself", doorRole: "Leave the group, as yourself", doorGuest: "Delete it, as yourself"}

// closes tells that the portal has something to close itself, or to keep.
func (p plan) closes() bool {
	return !p.self && (p.BeganAt == nil || p.added > 0 || slices.ContainsFunc(p.Lines, func(l line) bool { return l.State == doorOpen && (l.Door == doorPortal || l.Door == doorSignIns) }))
}

func (p plan) mayProve() bool { return p.BeganAt != nil && p.ProvedAt == nil && p.Open == 0 }

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
