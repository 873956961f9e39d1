// Package staff serves the page on which owners say who of the partner's people may do what, in which tenants.
//
// What a role may do is internal/tenant's; signing in is web/signin's.
package staff

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Tenants *tenant.Store
	Groups  *tenantgroup.Store
	Audit   *audit.Store
}

// Mount adds the pages; all of them are the owners'.
func (h *Handler) Mount(r page.Router) {
	r.GetFor("/staff", tenant.MayStaff, h.list)
	r.GetFor("/staff/new", tenant.MayStaff, h.new)
	r.Post("/staff/new", tenant.MayStaff, h.create)
	r.GetFor("/staff/{id}", tenant.MayStaff, h.edit)
	r.Post("/staff/{id}", tenant.MayStaff, h.update)
	r.Post("/staff/{id}/delete", tenant.MayStaff, h.remove)
}

// row is one person of the list, and of its JSON twin.
type row struct {
	ID         int64      `json:"id"`
	UPN        string     `json:"upn"`
	Name       string     `json:"name"`
	Role       string     `json:"role"`
	Reach      string     `json:"reach"`
	Tenants    []string   `json:"tenants"`
	Group      int64      `json:"group,omitempty"` // by whose rule they reach customers, besides those listed
	Disabled   bool       `json:"disabled"`
	LastSeenAt *time.Time `json:"last_seen_at"`
	CreatedBy  string     `json:"created_by"`

	now time.Time
}

var (
	roleOptions = []page.Option{{Value: "owner", Label: "Owner"}, {Value: "technician", Label: "Technician"}, {Value: "support", Label: "Support"}}
	spec        = page.Spec{
		Sorts:       []string{"upn", "role", "seen"},
		Filters:     []page.Filter{{Name: "role", Label: "Role", Options: roleOptions}, {Name: "state", Label: "Sign-in", Options: []page.Option{{Value: "allowed", Label: "Allowed"}, {Value: "disabled", Label: "Disabled"}}}},
		Placeholder: "Name or user principal name",
	}
)

var columns = []page.Column[row]{
	{Key: "upn", Label: "User principal name", Sort: "upn", Width: 280, Text: func(r row) string { return r.UPN }},
	{Key: "name", Label: "Name", Priority: 2, Cell: func(r row) ui.Cell { return ui.TextCell(r.Name) }, Text: func(r row) string { return r.Name }},
	{Key: "role", Label: "Role", Sort: "role", Width: 120, Cell: func(r row) ui.Cell { return ui.TextCell(label(roleOptions, r.Role)) }, Text: func(r row) string { return r.Role }},
	{Key: "reach", Label: "Customers", Width: 160, Cell: func(r row) ui.Cell { return ui.TextCell(reachWords(r)) }, Text: reachWords},
	{Key: "state", Label: "Sign-in", Width: 130, Cell: stateCell, Text: func(r row) string { return stateWord(r) }},
	{Key: "seen", Label: "Last signed in", Kind: ui.KindTime, Sort: "seen", Width: 140, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(deref(r.LastSeenAt), r.now)) }, Text: func(r row) string { return page.Stamp(r.LastSeenAt) }},
	{Key: "tenants", Label: "Tenants", Exact: true, Text: func(r row) string { return strings.Join(r.Tenants, " ") }},
	{Key: "by", Label: "Added by", Exact: true, Text: func(r row) string { return r.CreatedBy }},
}

func label(options []page.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func reachWords(r row) string {
	n := ui.Count(int64(len(r.Tenants)), "customer", "customers")
	switch tenant.ReachKind(r.Reach) {
	case tenant.ReachAllBut:
		return "All but " + n
	case tenant.ReachChosen:
		return n
	case tenant.ReachGroup:
		if len(r.Tenants) == 0 {
			return "A group"
		}
		return "A group, and " + n
	}
	return "All"
}

func stateWord(r row) string {
	switch {
	case r.Disabled:
		return "Disabled"
	case r.LastSeenAt == nil:
		return "Not yet used"
	}
	return "Allowed"
}

func stateCell(r row) ui.Cell {
	if r.Disabled {
		return ui.StateCell(ui.ShapePaused, stateWord(r))
	}
	return ui.TextCell(stateWord(r))
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.After != "" {
		return errs.Show(errs.Invalid, "This list has one page only.")
	}
	all, err := h.Tenants.ListStaff(r.Context(), m.Reach)
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	rows := make([]row, 0, len(all))
	for _, st := range all {
		if x := newRow(st, now); matches(x, q) {
			rows = append(rows, x)
		}
	}
	order(rows, q)
	l := page.List[row]{
		Title: "Staff", One: "person", Many: "people", Caption: "Staff, by user principal name", M: m, Query: q, Spec: spec, Columns: columns, Rows: rows, Count: int64(len(rows)),
		URL:     func(r row) string { return "/staff/" + strconv.FormatInt(r.ID, 10) },
		Lead:    "Who of your own people may sign in, what they may do, and for which customers. A change counts at once.",
		Context: []ui.Crumb{{Text: "Portal"}},
		Actions: []ui.Action{{Text: "Add a person", Icon: "add", Kind: ui.Primary, URL: "/staff/new"}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "people", Title: "Nobody is staff yet", Lines: []string{"Owners of the configuration appear here after their first sign-in."}},
	}
	return l.Serve(w, r)
}

func newRow(st tenant.Staff, now time.Time) row {
	x := row{ID: st.ID, UPN: st.UPN, Name: st.Name, Role: string(st.Role), Reach: string(st.Reach), Tenants: []string{}, Group: st.Group, Disabled: st.Disabled, CreatedBy: st.CreatedBy, now: now}
	for _, id := range st.Tenants {
		x.Tenants = append(x.Tenants, id.String())
	}
	if !st.LastSeenAt.IsZero() {
		at := st.LastSeenAt.UTC()
		x.LastSeenAt = &at
	}
	return x
}

func matches(r row, q page.Query) bool {
	text := strings.ToLower(q.Q)
	if text != "" && !strings.Contains(r.UPN, text) && !strings.Contains(strings.ToLower(r.Name), text) {
		return false
	}
	if roles := q.Values["role"]; len(roles) > 0 && !slices.Contains(roles, r.Role) {
		return false
	}
	state := "allowed"
	if r.Disabled {
		state = "disabled"
	}
	states := q.Values["state"]
	return len(states) == 0 || slices.Contains(states, state)
}

func order(rows []row, q page.Query) {
	slices.SortStableFunc(rows, func(a, b row) int {
		c := 0
		switch q.Sort {
		case "role":
			c = cmp.Compare(a.Role, b.Role)
		case "seen":
			c = deref(a.LastSeenAt).Compare(deref(b.LastSeenAt))
		}
		if c == 0 {
			c = cmp.Compare(a.UPN, b.UPN)
		}
		if q.Desc {
			c = -c
		}
		return c
	})
}

// find reads the staff member of the address.
func (h *Handler) find(r *http.Request, m tenant.Membership) (tenant.Staff, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil || id < 1 {
		return tenant.Staff{}, errs.NotFound
	}
	return h.Tenants.GetStaff(r.Context(), m.Reach, id)
}

func (h *Handler) new(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	f := form{Staff: tenant.Staff{Role: tenant.RoleTechnician, Reach: tenant.ReachChosen}}
	return h.show(w, r, m, http.StatusOK, f)
}

func (h *Handler) edit(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	st, err := h.find(r, m)
	if err != nil {
		return err
	}
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusOK, newRow(st, page.ChromeOf(r.Context()).Now))
	}
	return h.show(w, r, m, http.StatusOK, form{Staff: st})
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	f := parse(values, tenant.Staff{CreatedBy: m.Person.UPN})
	f.UPN = strings.TrimSpace(values.Get("upn"))
	if len(f.Faults) == 0 {
		f.ID, err = h.Tenants.CreateStaff(r.Context(), f.Staff)
		if err = f.take(err); err != nil {
			return err
		}
	}
	if len(f.Faults) > 0 {
		f.ID = 0
		return h.show(w, r, m, http.StatusUnprocessableEntity, f)
	}
	if err := h.record(r, m, "staff.created", f.Staff); err != nil {
		return err
	}
	return page.SeeOther(w, r, "/staff/"+strconv.FormatInt(f.ID, 10))
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	st, err := h.find(r, m)
	if err != nil {
		return err
	}
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	f := parse(values, st)
	if len(f.Faults) == 0 {
		if err := f.take(h.Tenants.UpdateStaff(r.Context(), f.Staff)); err != nil {
			return err
		}
	}
	if len(f.Faults) > 0 {
		return h.show(w, r, m, http.StatusUnprocessableEntity, f)
	}
	if err := h.record(r, m, "staff.changed", f.Staff); err != nil {
		return err
	}
	return page.SeeOther(w, r, "/staff")
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	st, err := h.find(r, m)
	if err != nil {
		return err
	}
	if err := h.Tenants.DeleteStaff(r.Context(), st.ID); err != nil {
		return err
	}
	if err := h.record(r, m, "staff.deleted", st); err != nil {
		return err
	}
	return page.SeeOther(w, r, "/staff")
}

// record puts the change into the home tenant's chain.
func (h *Handler) record(r *http.Request, m tenant.Membership, action string, st tenant.Staff) error {
	e := audit.Entry{Action: action, Object: st.UPN, RequestID: middleware.RequestID(r.Context())}
	e.Detail = map[string]any{"role": string(st.Role), "reach": string(st.Reach), "disabled": st.Disabled, "group": st.Group, "tenants": newRow(st, time.Time{}).Tenants}
	return h.Audit.Keep(r.Context(), h.Tenants.Home(), m.Person, e)
}

// form is what the page of one person holds, and what is wrong with it.
type form struct {
	tenant.Staff
	Faults page.Faults
}

// parse reads role, reach, tenants and state over what is there.
func parse(v url.Values, st tenant.Staff) form {
	f := form{Staff: st, Faults: page.Faults{}}
	f.Role, f.Reach, f.Disabled = tenant.Role(v.Get("role")), tenant.ReachKind(v.Get("reach")), v.Get("disabled") == "1"
	f.Group, _ = strconv.ParseInt(v.Get("group"), 10, 64)
	f.Tenants = nil
	for _, s := range v["tenant"] {
		id, err := tenant.ParseID(s)
		if err != nil {
			f.Faults.Add("tenant", "One of the customers is not one that the portal knows.")
			continue
		}
		f.Tenants = append(f.Tenants, id)
	}
	if !f.Role.Staff() {
		f.Faults.Add("role", "Choose a role.")
	}
	if f.Role == tenant.RoleOwner {
		f.Reach = tenant.ReachAll // an owner of some customers only could give themselves the others
	}
	switch f.Reach {
	case tenant.ReachAll, tenant.ReachAllBut, tenant.ReachChosen:
		f.Group = 0
	case tenant.ReachGroup:
		if f.Group < 1 {
			f.Faults.Add("group", "Choose a group.")
		}
	default:
		f.Faults.Add("reach", "Choose for which customers.")
	}
	return f
}

// take turns what the store says about the input into a fault of the form; other errors come back.
func (f *form) take(err error) error {
	switch page.StatusOf(err) {
	case http.StatusBadRequest, http.StatusConflict:
		sentence, next, ok := errs.Sentence(err)
		if !ok {
			return err
		}
		field := "upn"
		if f.ID != 0 {
			field = "role"
		}
		f.Faults.Add(field, strings.TrimSpace(sentence+" "+next))
		return nil
	case http.StatusNotFound:
		f.Faults.Add("tenant", "One of the customers is not one that the portal knows.")
		return nil
	}
	return err
}
