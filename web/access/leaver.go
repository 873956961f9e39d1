package access

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/group"
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

// How a door of somebody who leaves stands.
const (
	doorOpen    = "open"
	doorClosed  = "closed"
	doorUnknown = "unknown"
)

// line is one door to close.
type line struct {
	Door     string     `json:"door"` // portal, sign-ins, gdap, guest, account
	What     string     `json:"what"`
	Customer *tenantRef `json:"customer,omitempty"`
	State    string     `json:"state"`
	Evidence string     `json:"evidence"` // a sentence
	AsOf     *time.Time `json:"as_of"`
	Do       string     `json:"do,omitempty"` // what closes it; empty: nothing is left to do, or the portal does it
	URL      string     `json:"url,omitempty"`
}

// plan is everything that lets somebody in, and what closes it. It is read anew each time, so that it ends in proof.
type plan struct {
	StaffID int64  `json:"staff_id"`
	Name    string `json:"name"`
	UPN     string `json:"upn"`
	Lines   []line `json:"doors"`
	Open    int    `json:"open"`
	Unknown int    `json:"unknown"`
	Message string `json:"message"` // to send to who can do the rest

	objectIDs []string
	self      bool
	m         tenant.Membership
	now       time.Time
}

func (h *Handler) leaver(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, err := h.plan(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, p, leaverPage(page.Shell(r, m, "When "+p.Name+" leaves"), p))
}

// close does what the portal may do: it switches the account off here, which ends all its sessions, and forgets its tokens.
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
	if h.Audit != nil {
		e := audit.By(m.Person)
		e.Action, e.Object, e.RequestID, e.Detail = "staff.left", st.UPN, middleware.RequestID(ctx), map[string]any{"doors_open": p.Open}
		if err := h.Audit.Append(context.WithoutCancel(ctx), h.Tenants.Home(), e); err != nil {
			return err
		}
	}
	return page.SeeOther(w, r, "/access/leaver/"+strconv.FormatInt(p.StaffID, 10))
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
	p = plan{StaffID: st.ID, Name: st.Name, UPN: st.UPN, Lines: []line{}, m: m, now: now, self: m.Person.StaffID == st.ID}
	if p.Name == "" {
		p.Name = st.UPN
	}
	if st.ObjectID != "" {
		p.objectIDs = append(p.objectIDs, st.ObjectID)
	}
	v, err := h.visiting(ctx, m.Scope, nil)
	if err != nil {
		return p, err
	}
	accounts, err := h.accountLines(ctx, m, v, st, &p)
	if err != nil {
		return p, err
	}
	delegated, err := h.delegatedLines(ctx, m, st, now)
	if err != nil {
		return p, err
	}
	kept, err := h.Sessions.KeptFor(ctx, p.objectIDs)
	if err != nil {
		return p, err
	}
	p.Lines = slices.Concat(portalLines(st, kept, now), delegated, v.lines(st.UPN), accounts)
	for _, l := range p.Lines {
		switch l.State {
		case doorOpen:
			p.Open++
		case doorUnknown:
			p.Unknown++
		}
	}
	p.Message = message(p)
	return p, nil
}

// portalLines are what the portal itself opens, and closes.
func portalLines(st tenant.Staff, kept int64, now time.Time) []line {
	account := line{Door: "portal", What: "Account in this portal", State: doorClosed, Evidence: "Switched off: every page refuses it.", AsOf: &now}
	if !st.Disabled {
		account.State, account.Evidence = doorOpen, "May sign in as "+string(st.Role)+"."
	}
	signIns := line{Door: "sign-ins", What: "Sign-ins kept by this portal", State: doorClosed, Evidence: "None is kept.", AsOf: &now}
	if kept > 0 {
		signIns.State, signIns.Evidence = doorOpen, ui.Count(kept, "sign-in is", "sign-ins are")+" kept, to act at Microsoft in the person’s name."
	}
	return []line{account, signIns}
}

// delegatedLines are the groups of the partner that open customers to the person; where the person is in none, that is the proof.
func (h *Handler) delegatedLines(ctx context.Context, m tenant.Membership, st tenant.Staff, now time.Time) (lines []line, err error) {
	d, err := h.delegated(ctx, m.Scope, nil, now)
	if err != nil {
		return nil, err
	}
	asOf := page.Moment(d.groupsRead.AsOf)
	opens := map[string]int{}
	for _, x := range d.relationships {
		for _, a := range x.Assignments {
			if a.Works() {
				opens[a.Group]++
			}
		}
	}
	for id, n := range opens {
		i := slices.IndexFunc(d.members[id], func(x group.Member) bool {
			return x.Type == "user" && (st.ObjectID != "" && x.ID == st.ObjectID || st.ObjectID == "" && strings.EqualFold(x.UPN, st.UPN))
		})
		if i < 0 {
			continue
		}
		l := line{Door: "gdap", What: "Group “" + d.groupName(id) + "”", State: doorOpen, AsOf: asOf, Evidence: "Opens " + ui.Count(int64(n), "customer", "customers") + " through GDAP.", Do: "Remove " + st.UPN + " from the group “" + d.groupName(id) + "” in your own tenant.", URL: "/access?door=gdap&person=" + strconv.FormatInt(st.ID, 10)}
		if !d.members[id][i].Direct {
			l.Evidence, l.Do = strings.TrimSuffix(l.Evidence, ".")+", by a group inside it.", "Remove "+st.UPN+" from the group inside “"+d.groupName(id)+"” in your own tenant."
		}
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.What, b.What) })
	switch {
	case d.read.Read == 0 || d.unseen > 0 || d.groupsRead.Read == 0 && len(opens) > 0:
		lines = append(lines, line{Door: "gdap", What: "Groups that open customers through GDAP", State: doorUnknown, Evidence: "Not all of them were read.", AsOf: asOf, Do: "Look in your own tenant whether " + st.UPN + " is in a group that holds roles by GDAP."})
	case len(lines) == 0 && d.groupsRead.Late+d.read.Late > 0:
		lines = append(lines, line{Door: "gdap", What: "Groups that open customers through GDAP", State: doorUnknown, Evidence: "In none when they were read, which was too long ago.", AsOf: asOf})
	case len(lines) == 0:
		if asOf == nil {
			asOf = page.Moment(d.read.AsOf)
		}
		lines = append(lines, line{Door: "gdap", What: "Groups that open customers through GDAP", State: doorClosed, Evidence: "In none of them.", AsOf: asOf})
	}
	return lines, nil
}

// accountLines are accounts at customers that were seen to sign in. Whether one still exists is not read, so that it is never closed here.
func (h *Handler) accountLines(ctx context.Context, m tenant.Membership, v visiting, st tenant.Staff, p *plan) (lines []line, err error) {
	seen, err := h.Tenants.SeenAtCustomers(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	for _, c := range v.customers {
		_, read := v.asOf[c.ID]
		for _, x := range seen {
			if x.Tenant != c.ID || x.ObjectID == st.ObjectID || !strings.EqualFold(x.UPN, st.UPN) {
				continue
			}
			p.objectIDs = append(p.objectIDs, x.ObjectID)
			if x.Guest && read {
				continue // guests were read: see there
			}
			l := line{Door: "account", What: "Account at " + c.Name(), Customer: &tenantRef{c.ID, c.Name()}, State: doorUnknown, AsOf: page.Moment(x.LastAt), Evidence: "Signed in here then; whether it still exists is not read.", URL: "/t/" + c.ID.String() + "/access?q=" + url.QueryEscape(st.UPN)}
			if x.Guest {
				l.What = "Guest account at " + c.Name()
			}
			l.Do = "Ask " + c.Name() + " to delete the account of " + st.UPN + " (object id " + x.ObjectID + "), with its directory and Intune roles."
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// message is what is left for others to do, as text to send.
func message(p plan) string {
	var b strings.Builder
	for _, l := range p.Lines {
		if l.Do != "" && l.State != doorClosed {
			b.WriteString("- " + l.Do + "\n")
		}
	}
	b.WriteString("- End all sessions of " + p.UPN + " in Microsoft Entra (“Revoke sessions”), and switch the account off.\n")
	return p.Name + " (" + p.UPN + ") leaves. Please:\n\n" + b.String()
}

// The parts of the page, ready to print.

func (p plan) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Access", URL: "/access"}}, Title: "When " + p.Name + " leaves", Lead: p.summary()}
}

func (p plan) summary() string {
	switch {
	case p.Open == 0 && p.Unknown == 0:
		return "Every door that is read is closed."
	case p.Open == 0:
		return "No door is known to be open; " + ui.Count(int64(p.Unknown), "is", "are") + " not known."
	}
	return ui.Count(int64(p.Open), "door is", "doors are") + " open, " + ui.N(int64(p.Unknown)) + " not known. The page is read anew each time: what is closed shows as closed."
}

func (p plan) table() ui.Table {
	t := ui.Table{ID: "doors", Caption: "Doors to close", Inset: true, Columns: []ui.Column{
		{Key: "door", Label: "Door"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 130}, {Key: "evidence", Label: "What is known", Phone: "line"}, {Key: "at", Label: "As of", Kind: ui.KindTime, Width: 120},
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
		t.Rows = append(t.Rows, ui.Row{Name: l.What, URL: l.URL, Cells: []ui.Cell{state, ui.TextCell(l.Evidence), at}})
	}
	return t
}

// closes tells that the portal has something to close itself.
func (p plan) closes() bool {
	return !p.self && slices.ContainsFunc(p.Lines, func(l line) bool { return l.State == doorOpen && (l.Door == "portal" || l.Door == "sign-ins") })
}

func (p plan) action() string { return "/access/leaver/" + strconv.FormatInt(p.StaffID, 10) }

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
