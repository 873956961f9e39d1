package staff

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// formView is the page of one person, worded.
type formView struct {
	Header  ui.PageHeader
	Action  string
	Delete  string
	Errors  ui.FormErrors
	UPN     *ui.Field
	Facts   ui.Facts
	Role    ui.Choice
	Reach   ui.Choice
	Group   ui.Select
	Tenants ui.Choice
	State   *ui.Choice
	Save    string
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, f form) error {
	all, err := h.Tenants.List(r.Context(), m.Reach)
	if err != nil {
		return err
	}
	var groups []tenantgroup.Group
	if h.Groups != nil {
		if groups, err = h.Groups.List(r.Context(), m.Reach); err != nil {
			return err
		}
	}
	v := newForm(f, all, groups, page.ChromeOf(r.Context()))
	return page.Render(w, r, status, formPage(page.Shell(r, m, v.Header.Title), v))
}

func newForm(f form, all []tenant.Tenant, groups []tenantgroup.Group, c page.Chrome) formView {
	v := formView{Header: ui.PageHeader{Title: f.UPN, Context: []ui.Crumb{{Text: "Portal"}, {Text: "Staff", URL: "/staff"}}}, Save: "Save"}
	for _, field := range []string{"upn", "role", "reach", "group", "tenant"} {
		if s := f.Faults[field]; s != "" {
			v.Errors = append(v.Errors, ui.FieldError{ID: "f-" + field, Text: s})
		}
	}
	if f.ID == 0 {
		v.Header.Title, v.Action, v.Save = "Add a person", "/staff/new", "Add person"
		v.UPN = &ui.Field{Name: "upn", Label: "User principal name", Value: f.UPN, Error: f.Faults["upn"], Max: 320, Required: true, Autocomplete: "off",
			Hint: "The sign-in name in your own tenant, for example anna@firstup.example. The first sign-in with it binds the account; afterwards the name decides nothing."}
	} else {
		v.Action = "/staff/" + strconv.FormatInt(f.ID, 10)
		v.Delete = v.Action + "/delete"
		v.Header.Actions = []ui.Action{{Text: "When they leave", Icon: "person_prohibited", URL: "/access/leaver/" + strconv.FormatInt(f.ID, 10)}}
		v.Facts = ui.Facts{Items: facts(f.Staff, c)}
		v.State = &ui.Choice{Name: "disabled", Legend: "Sign-in", Options: []ui.Option{
			{Value: "0", Label: "Allowed", Selected: !f.Disabled}, {Value: "1", Label: "Disabled", Selected: f.Disabled, Hint: "Open sessions lose their access at once."}}}
	}
	v.Role = ui.Choice{Name: "role", Legend: "Role", Error: f.Faults["role"], Options: []ui.Option{
		{Value: "owner", Label: "Owner", Selected: f.Role == tenant.RoleOwner, Hint: "Everything, for all customers."},
		{Value: "technician", Label: "Technician", Selected: f.Role == tenant.RoleTechnician, Hint: "See and act for the customers below."},
		{Value: "support", Label: "Support", Selected: f.Role == tenant.RoleSupport, Hint: "Read only, for the customers below. May keep views and columns for themselves."}}}
	v.Reach = ui.Choice{Name: "reach", Legend: "Customers", Error: f.Faults["reach"], Options: []ui.Option{
		{Value: "all", Label: "All, also those to come", Selected: f.Reach == tenant.ReachAll},
		{Value: "all_but", Label: "All but those ticked", Selected: f.Reach == tenant.ReachAllBut},
		{Value: "chosen", Label: "Only those ticked", Selected: f.Reach == tenant.ReachChosen}}}
	v.chooseGroup(f, groups)
	v.Tenants = ui.Choice{Name: "tenant", Legend: "Which customers", Many: true, Error: f.Faults["tenant"], Hint: "Counts unless all customers are chosen."}
	for _, t := range all {
		if t.Home {
			continue // no customer
		}
		v.Tenants.Options = append(v.Tenants.Options, ui.Option{Value: t.ID.String(), Label: t.Name(), Selected: slices.Contains(f.Tenants, t.ID), Hint: t.DefaultDomain})
	}
	return v
}

// chooseGroup offers reach by group where there are groups.
func (v *formView) chooseGroup(f form, groups []tenantgroup.Group) {
	if len(groups) == 0 {
		return
	}
	v.Reach.Options = append(v.Reach.Options, ui.Option{Value: "group", Label: "Those of a group, and those ticked", Selected: f.Reach == tenant.ReachGroup, Hint: "Worked out at each request: who joins the group is seen at once."})
	v.Group = ui.Select{Name: "group", Label: "Group", Error: f.Faults["group"], Hint: "Counts where a group is chosen above.", Options: []ui.Option{{Value: "", Label: "None"}}}
	for _, g := range groups {
		v.Group.Options = append(v.Group.Options, ui.Option{Value: strconv.FormatInt(g.ID, 10), Label: g.Name + " (" + ui.Count(g.Count, "customer", "customers") + ")", Selected: f.Group == g.ID})
	}
}

func facts(st tenant.Staff, c page.Chrome) []ui.Fact {
	bound := "Not yet: the first sign-in with this name binds it"
	if st.ObjectID != "" {
		bound = st.ObjectID
	}
	by := st.CreatedBy
	if by == "" {
		by = "the portal"
	}
	return []ui.Fact{
		{Label: "Name", Value: ui.TextCell(st.Name)},
		{Label: "Account", Value: ui.MonoCell(bound)},
		{Label: "Last signed in", Value: ui.TimeCell(ui.NewTime(st.LastSeenAt, c.Now))},
		{Label: "Added", Value: ui.TimeCell(ui.NewTime(st.CreatedAt, c.Now))},
		{Label: "Added by", Value: ui.TextCell(by)},
	}
}
