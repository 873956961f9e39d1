package groups

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// shownMembers are the customers on a group's page; the rest is a link away.
const shownMembers = 25

// member is one customer of a group, for the JSON twin of its page.
type member struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// detail is the page of one group and its JSON twin.
type detail struct {
	row
	Members []member `json:"members"` // within the reader's reach
	Views   int64    `json:"views"`   // saved ones that it narrows
}

// formView is the page of a group, worded.
type formView struct {
	Header  ui.PageHeader
	Facts   ui.Facts
	Members *ui.Table
	More    ui.Link
	Action  string // "" offers no form
	Why     string // why there is none
	Delete  string
	Lost    string // with it
	Fault   *ui.Banner
	Name    ui.Field
	Tags    ui.Field
	Every   ui.Choice
	Country ui.Field
	States  ui.Choice
	Devices ui.Field
	Part    ui.Field
}

func (h *Handler) find(r *http.Request, m tenant.Membership) (tenantgroup.Group, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "group"), 10, 64)
	if err != nil || id < 1 {
		return tenantgroup.Group{}, errs.NotFound
	}
	return h.Groups.Get(r.Context(), m.Reach, id)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	g, err := h.find(r, m)
	if err != nil {
		return err
	}
	return h.render(w, r, m, http.StatusOK, g, "")
}

func (h *Handler) new(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.render(w, r, m, http.StatusOK, tenantgroup.Group{}, "")
}

// render writes the page of a group: its members, as many as fit, and the form for whoever may change it.
func (h *Handler) render(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, g tenantgroup.Group, fault string) error {
	ctx := r.Context()
	c := page.ChromeOf(ctx)
	var members []tenant.Tenant
	var views int64
	if g.ID != 0 {
		in, err := h.Groups.Members(ctx, m.Reach, g.ID)
		if err == nil {
			members, err = h.Tenants.List(ctx, in)
		}
		if err == nil && h.Views != nil {
			views, err = h.Views.OfGroup(ctx, g.ID)
		}
		if err != nil {
			return err
		}
		if page.WantsJSON(r) && status == http.StatusOK {
			return page.JSON(w, status, newDetail(newRow(g, c.Now), members, views))
		}
	}
	countries, err := h.countries(ctx, m)
	if err != nil {
		return err
	}
	v := newForm(g, members, views, countries, m, c, fault)
	return page.Render(w, r, status, formPage(page.Shell(r, m, v.Header.Title), v))
}

// lost is what goes with a group. Lists do not open without it, rather than show customers that nobody meant.
func lost(views int64) string {
	if views == 0 {
		return "Links to lists that are narrowed by it open no more. The customers and their tags stay."
	}
	return ui.Count(views, "saved view is", "saved views are") + " narrowed by it, and will not open until saved anew. The customers and their tags stay."
}

func newDetail(r row, members []tenant.Tenant, views int64) detail {
	d := detail{row: r, Members: []member{}, Views: views}
	for _, t := range members {
		d.Members = append(d.Members, member{t.ID.String(), t.Name()})
	}
	return d
}

func newForm(g tenantgroup.Group, members []tenant.Tenant, views int64, countries []string, m tenant.Membership, c page.Chrome, fault string) formView {
	v := formView{Header: ui.PageHeader{Title: g.Name, Context: []ui.Crumb{{Text: "Portal"}, {Text: "Groups", URL: "/groups"}}}, Lost: lost(views)}
	if fault != "" {
		v.Fault = &ui.Banner{Kind: "bad", Title: fault}
	}
	if g.ID == 0 {
		v.Header.Title, v.Action = "Add a group", "/groups/new"
	} else {
		v.about(g, members, m, c)
	}
	v.fields(g, countries)
	return v
}

// about is what is known of a group that exists.
func (v *formView) about(g tenantgroup.Group, members []tenant.Tenant, m tenant.Membership, c page.Chrome) {
	x := newRow(g, c.Now)
	v.Facts = ui.Facts{Items: []ui.Fact{
		{Label: "Rule", Value: ui.TextCell("Customers " + x.Rule)}, {Label: "Staff by it", Value: ui.TextCell(ui.N(g.Staff))},
		{Label: "Changed", Value: ui.TimeCell(ui.NewTime(g.ChangedAt, c.Now))}, {Label: "Changed by", Value: ui.TextCell(g.ChangedBy)},
	}}
	v.Members = &ui.Table{ID: "members", Caption: "Customers in this group", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Customer", Width: 260}, {Key: "domain", Label: "Domain"}, {Key: "country", Label: "Country", Width: 90}, {Key: "state", Label: "Connection", Kind: ui.KindState, Width: 180},
	}}
	for i, t := range members {
		if i == shownMembers {
			v.More = ui.Link{Text: "All " + ui.Count(int64(len(members)), "customer", "customers"), URL: x.members()}
			break
		}
		state := page.Connection(t, c.Now)
		v.Members.Rows = append(v.Members.Rows, ui.Row{Name: t.Name(), URL: "/t/" + t.ID.String(), Cells: []ui.Cell{ui.QuietCell(t.DefaultDomain), ui.TextCell(t.Country), {State: &state}}})
	}
	switch {
	case !m.May(tenant.MayShare):
	case g.Staff > 0 && !owner(m):
		v.Why = "This group decides which customers some of the staff may see, so only owners change it."
	default:
		v.Action = x.URL
		if g.Staff == 0 {
			v.Delete = x.URL + "/delete"
		}
	}
}

// fields are those of the form.
func (v *formView) fields(g tenantgroup.Group, countries []string) {
	hint := "Two letters, separated by commas. Any of them."
	if len(countries) > 0 {
		hint += " Your customers are in " + strings.Join(countries, ", ") + "."
	}
	v.Name = ui.Field{Name: "name", Label: "Name", Value: g.Name, Max: 60, Required: true, Autocomplete: "off"}
	v.Tags = ui.Field{Name: "tags", Label: "Tags", Value: strings.Join(g.Tags, ", "), Max: 900, Autocomplete: "off", Hint: "Separated by commas."}
	v.Every = ui.Choice{Name: "every", Legend: "A customer has", Options: []ui.Option{{Value: "0", Label: "any of the tags", Selected: !g.EveryTag}, {Value: "1", Label: "all of the tags", Selected: g.EveryTag}}}
	v.Country = ui.Field{Name: "countries", Label: "Countries", Value: strings.Join(g.Countries, ", "), Max: 300, Autocomplete: "off", Hint: hint}
	v.States = ui.Choice{Name: "state", Legend: "Connection", Many: true, Hint: "None ticked: whatever it is."}
	for _, s := range tenant.States {
		v.States.Options = append(v.States.Options, ui.Option{Value: string(s), Label: page.StateWord(s), Selected: slices.Contains(g.States, s)})
	}
	devices := ""
	if g.MinDevices > 0 {
		devices = strconv.FormatInt(g.MinDevices, 10)
	}
	v.Devices = ui.Field{Name: "devices", Label: "At least this many devices", Value: devices, Max: 9, InputMode: "numeric", Autocomplete: "off", Hint: "At the last complete read."}
	v.Part = ui.Field{Name: "part", Label: "Name contains", Value: g.NamePart, Max: 60, Autocomplete: "off"}
}

// parse reads the form over what is there. errs.Invalid is for what does not read at all; the store checks the rest.
func parse(form url.Values, g tenantgroup.Group) (tenantgroup.Group, error) {
	g.Name, g.NamePart, g.EveryTag = form.Get("name"), strings.TrimSpace(form.Get("part")), form.Get("every") == "1"
	g.States, g.MinDevices = nil, 0
	g.Countries = strings.FieldsFunc(strings.ToUpper(form.Get("countries")), func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	for _, s := range form["state"] {
		g.States = append(g.States, tenant.State(s))
	}
	var err, tagErr error
	if d := strings.TrimSpace(form.Get("devices")); d != "" {
		if g.MinDevices, err = strconv.ParseInt(d, 10, 64); err != nil {
			err = errs.Show(errs.Invalid, "The number of devices is not a number.")
		}
	}
	g.Tags, tagErr = tenantgroup.Tags(form.Get("tags"))
	return g, errors.Join(tagErr, err)
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	g, err := parse(form, tenantgroup.Group{ChangedBy: m.Person.UPN})
	if err == nil {
		g.ID, err = h.Groups.Create(r.Context(), g)
	}
	if fault := sentence(err); fault != "" {
		g.ID = 0
		return h.render(w, r, m, http.StatusUnprocessableEntity, g, fault)
	}
	if err != nil {
		return err
	}
	if err := h.record(r, m, h.Tenants.Home(), "group.created", g.Name, map[string]any{"rule": words(g)}); err != nil {
		return err
	}
	return page.SeeOther(w, r, address(g.ID))
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	was, err := h.find(r, m)
	if err != nil {
		return err
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	was.ChangedBy = m.Person.UPN
	g, err := parse(form, was)
	if err == nil {
		err = h.Groups.Update(r.Context(), g, owner(m))
	}
	if fault := sentence(err); fault != "" {
		return h.render(w, r, m, http.StatusUnprocessableEntity, g, fault)
	}
	if err != nil {
		return err
	}
	if err := h.record(r, m, h.Tenants.Home(), "group.changed", g.Name, map[string]any{"rule": words(g), "was": words(was)}); err != nil {
		return err
	}
	return page.SeeOther(w, r, address(g.ID))
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	g, err := h.find(r, m)
	if err != nil {
		return err
	}
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Groups.Delete(r.Context(), g.ID); err != nil {
		return err
	}
	if err := h.record(r, m, h.Tenants.Home(), "group.deleted", g.Name, map[string]any{"rule": words(g)}); err != nil {
		return err
	}
	return page.Done(w, r, "/groups", page.Flash{Kind: "info", Title: "The group " + g.Name + " was deleted."})
}

// sentence is what is wrong with the input, in words for the form; "" for other errors and none.
func sentence(err error) string {
	if s := page.StatusOf(err); err == nil || s != http.StatusBadRequest && s != http.StatusConflict {
		return ""
	}
	s, next, _ := errs.Sentence(err)
	return strings.TrimSpace(s + " " + next)
}
