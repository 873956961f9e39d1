package views

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// formView is the page of one view, or that of one that could not be saved, worded.
type formView struct {
	Header ui.PageHeader
	Facts  ui.Facts
	Action string // "" offers no form
	Start  string // "" offers no choice
	Starts bool
	Delete string
	Hidden ui.Hidden
	How    string // it comes to show something else
	Name   ui.Field
	Shared ui.Choice
	Submit ui.Actions
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.find(r.Context(), m, chi.URLParam(r, "view"))
	if err != nil {
		return err
	}
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusOK, newRow(v, m, page.ChromeOf(r.Context()).Now))
	}
	return render(w, r, m, http.StatusOK, newForm(v, m, page.ChromeOf(r.Context()), ""))
}

func render(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, v formView) error {
	return page.Render(w, r, status, formPage(page.Shell(r, m, v.Header.Title), v))
}

func newForm(v view.View, m tenant.Membership, c page.Chrome, fault string) formView {
	x := newRow(v, m, c.Now)
	f := formView{Header: ui.PageHeader{Title: v.Name, Context: []ui.Crumb{{Text: "Portal"}, {Text: "Views", URL: "/views"}}}}
	if v.ID == 0 {
		f.Header.Title, f.Action = "Save a view", "/views"
		f.Hidden = ui.Hidden{{Name: "list", Value: v.List}, {Name: "title", Value: v.Title}, {Name: "state", Value: v.State}, {Name: "words", Value: v.Words}}
	} else {
		at := "/views/" + strconv.FormatInt(v.ID, 10)
		f.Header.Actions = []ui.Action{{Text: "Open " + x.Title, Kind: ui.Primary, URL: x.URL}}
		f.Facts = ui.Facts{Items: []ui.Fact{
			{Label: "List", Value: ui.TextCell(x.Title)}, {Label: "Shows", Value: ui.TextCell(x.Words)}, {Label: "Seen by", Value: ui.TextCell(x.who())},
			{Label: "Changed", Value: ui.TimeCell(ui.NewTime(v.ChangedAt, c.Now))},
		}}
		if m.May(tenant.MayKeep) {
			if page.InRail(v.List) {
				f.Start, f.Starts = at+"/start", v.Default
			}
			if reader(m).MayChange(v) {
				f.Action, f.Delete = at, at+"/delete"
				if v.Staff == m.Person.StaffID {
					f.How = "To have it show something else, open it, filter the list anew, and save that under this name."
				}
			}
		}
	}
	f.Submit.Items = []ui.Action{{Text: "Save", Kind: ui.Primary}, {Text: "Cancel", URL: "/views", Kind: ui.Quiet}}
	f.Name = ui.Field{Name: "view_name", Label: "Name", Value: v.Name, Error: fault, Max: 60, Required: true, Autocomplete: "off"}
	if !m.May(tenant.MayShare) {
		return f
	}
	f.Shared = ui.Choice{Name: "shared", Legend: "Seen by", Options: []ui.Option{
		{Value: "0", Label: "Only you", Selected: !v.Shared},
		{Value: "1", Label: "The team", Selected: v.Shared, Hint: "Colleagues see the name and the filters, and of the rows those that they may see. A view that names a customer stays hidden from whoever may not see that customer."},
	}}
	return f
}

func (h *Handler) create(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v := view.View{List: form.Get("list"), Title: form.Get("title"), State: form.Get("state"), Words: form.Get("words"), Name: form.Get("view_name"), Shared: form.Get("shared") == "1"}
	saved := page.Flash{Kind: "info", Title: "The view is saved.", Text: "It is in the Views menu of the list."}
	id, err := int64(0), errs.Show(errs.Invalid, "Views of this page cannot be saved.")
	switch replace := form.Get("replace"); {
	case page.Route(r, v.List) == "":
	case replace != "":
		var was view.View
		if was, err = h.find(r.Context(), m, replace); err != nil {
			return err
		}
		id, err = was.ID, h.Views.Replace(r.Context(), reader(m), was.ID, v)
		saved = page.Flash{Kind: "info", Title: "The view was replaced.", Text: "Whoever opens it sees the list as it is here."}
	default:
		id, err = h.Views.Create(r.Context(), reader(m), v)
	}
	if fault := sentence(err); fault != "" {
		return h.unsaved(w, r, m, v, err, fault)
	}
	if err != nil {
		return err
	}
	v.ID = id
	return page.Done(w, r, address(v), saved)
}

// unsaved says why a view could not be saved. Where the person has one of that name, it can be replaced.
func (h *Handler) unsaved(w http.ResponseWriter, r *http.Request, m tenant.Membership, v view.View, why error, fault string) error {
	var was view.View
	if errors.Is(why, errs.Conflict) {
		var err error
		if was, err = h.Views.Named(r.Context(), reader(m), v.List, v.Name); err != nil && !errors.Is(err, errs.NotFound) {
			return err
		}
		v.Shared = v.Shared || was.Shared // a list's menu cannot know
	}
	f := newForm(v, m, page.ChromeOf(r.Context()), fault)
	if was.ID != 0 {
		f.How = "You have “" + was.Name + "”, which shows: " + narrows(was) + "."
		f.Submit.Items = slices.Insert(f.Submit.Items, 1, ui.Action{Text: "Replace it", Name: "replace", Value: strconv.FormatInt(was.ID, 10)})
	}
	return render(w, r, m, http.StatusUnprocessableEntity, f)
}

func (h *Handler) update(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, form, err := h.posted(w, r, m)
	if err != nil {
		return err
	}
	err = h.Views.Update(r.Context(), reader(m), v.ID, form.Get("view_name"), form.Get("shared") == "1")
	if fault := sentence(err); fault != "" {
		v.Name, v.Shared = form.Get("view_name"), form.Get("shared") == "1"
		return render(w, r, m, http.StatusUnprocessableEntity, newForm(v, m, page.ChromeOf(r.Context()), fault))
	}
	if err != nil {
		return err
	}
	return page.SeeOther(w, r, "/views")
}

// posted reads the view of the address and the form.
func (h *Handler) posted(w http.ResponseWriter, r *http.Request, m tenant.Membership) (view.View, url.Values, error) {
	v, err := h.find(r.Context(), m, chi.URLParam(r, "view"))
	if err != nil {
		return v, nil, err
	}
	form, err := page.Form(w, r)
	return v, form, err
}

func (h *Handler) start(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, form, err := h.posted(w, r, m)
	if err != nil {
		return err
	}
	if err := h.Views.Start(r.Context(), reader(m), v.ID, form.Get("on") == "1"); err != nil {
		return err
	}
	return page.SeeOther(w, r, "/views/"+strconv.FormatInt(v.ID, 10))
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, _, err := h.posted(w, r, m)
	if err != nil {
		return err
	}
	if err := h.Views.Delete(r.Context(), reader(m), v.ID); err != nil {
		return err
	}
	return page.Done(w, r, "/views", page.Flash{Kind: "info", Title: "The view was deleted."})
}

// columns keeps the columns chosen in a list's menu, and leads back to the list, which then needs not name them.
func (h *Handler) columns(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	path, columns := form.Get("of"), form["columns"]
	if form.Has("forget") {
		path, columns = form.Get("forget"), nil
	}
	route := page.Route(r, path)
	if route == "" {
		return errs.Show(errs.Invalid, "Columns of this page cannot be kept.")
	}
	if err := h.Views.KeepColumns(r.Context(), reader(m), route, columns); err != nil {
		return err
	}
	for _, name := range []string{"of", "forget", "columns"} {
		form.Del(name)
	}
	if state := form.Encode(); state != "" {
		path += "?" + state
	}
	return page.SeeOther(w, r, path)
}

// sentence is what is wrong with the input, in words for the form; "" for other errors and none.
func sentence(err error) string {
	if s := page.StatusOf(err); err == nil || s != http.StatusBadRequest && s != http.StatusConflict {
		return ""
	}
	s, next, _ := errs.Sentence(err)
	if next != "" {
		s += " " + next
	}
	return s
}
