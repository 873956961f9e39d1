package consent

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// firstRegistration stands in addresses and forms for the registration that the portal is started with.
const firstRegistration = "first"

// registrationRow is an app registration that customers can be asked with, in the list and as a page, and their JSON twins.
type registrationRow struct {
	ID          string     `json:"id"` // application (client) id; "first": the one that the portal is started with
	Name        string     `json:"name"`
	Application []string   `json:"application_permissions"`
	Delegated   []string   `json:"delegated_permissions"`
	Credential  string     `json:"credential"` // own secret, or as the first
	Tenants     *int64     `json:"customers"`  // that know the portal by it; null: all others
	ReadAt      *time.Time `json:"as_of"`      // null: of the documentation, not read
	AddedBy     string     `json:"added_by,omitempty"`
	URL         string     `json:"url"`

	now time.Time
}

func newRegistrationRow(r domain.Registration, now time.Time) registrationRow {
	row := registrationRow{
		ID: cmp.Or(r.ClientID, firstRegistration), Name: cmp.Or(r.Name, "Not read yet"), Application: permissionNames(r.Application), Delegated: permissionNames(r.Delegated),
		Credential: "As the first registration", AddedBy: personOf(r.AddedBy), now: now,
	}
	row.URL = registrationURL(row.ID)
	switch {
	case r.ClientID == "":
		row.Credential = "Set where the portal is started"
	case r.OwnSecret:
		row.Credential = "A secret of its own, sealed"
	}
	if r.ClientID != "" {
		at := r.ReadAt.UTC()
		row.ReadAt, row.Tenants = &at, &r.Tenants
	}
	return row
}

func registrationURL(id string) string { return "/settings/registrations/" + id }

var registrationSpec = page.Spec{Sorts: []string{"name", "permissions"}, Placeholder: "Name, client ID or permission"}

var registrationColumns = []page.Column[registrationRow]{
	{Key: "name", Label: "Registration", Sort: "name", Width: 240, Text: func(r registrationRow) string { return r.Name }},
	{Key: "permissions", Label: "Application permissions", Kind: ui.KindNumber, Sort: "permissions", Width: 190, Cell: registrationCell(registrationRow.permissions), Text: registrationRow.permissions},
	{Key: "names", Label: "Which", Exact: true, Text: registrationRow.names},
	{Key: "customers", Label: "Customers", Kind: ui.KindNumber, Width: 120, Cell: registrationCell(registrationRow.customers), Text: registrationRow.customers},
	{Key: "read", Label: "Read", Kind: ui.KindTime, Width: 110, Cell: registrationRow.readCell, Text: registrationRow.readText},
	{Key: "id", Label: "Client ID", Exact: true, Text: func(r registrationRow) string { return r.ID }},
}

func registrationCell(text func(registrationRow) string) func(registrationRow) ui.Cell {
	return func(r registrationRow) ui.Cell { return ui.TextCell(text(r)) }
}

func (r registrationRow) permissions() string { return strconv.Itoa(len(r.Application)) }
func (r registrationRow) names() string       { return strings.Join(r.Application, ", ") }

func (r registrationRow) readCell() ui.Cell {
	if r.ReadAt == nil {
		return ui.QuietCell("not read")
	}
	return ui.TimeCell(ui.NewTime(*r.ReadAt, r.now))
}

func (r registrationRow) readText() string {
	if r.ReadAt == nil {
		return ""
	}
	return r.ReadAt.Format(time.RFC3339)
}

func (r registrationRow) customers() string {
	if r.Tenants == nil {
		return "all others"
	}
	return strconv.FormatInt(*r.Tenants, 10)
}

func (h *Handler) registrations(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := registrationSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	all, err := h.Consent.Offered(r.Context())
	if err != nil {
		return err
	}
	var rows []registrationRow
	for _, of := range all {
		if row := newRegistrationRow(of, h.now()); strings.Contains(strings.ToLower(row.ID+"\n"+row.Name+"\n"+strings.Join(row.Application, "\n")), strings.ToLower(q.Q)) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b registrationRow) int {
		by := 0
		if q.Sort == "permissions" {
			by = cmp.Compare(len(a.Application), len(b.Application))
		}
		return downwards(q, cmp.Or(by, cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID)))
	})
	shown, next, err := page.Cut(rows, func(r registrationRow) string { return r.ID }, q.After, pageSize)
	if err != nil {
		return err
	}
	l := page.List[registrationRow]{
		Title: "App registrations", One: "registration", Many: "registrations", M: m, Query: q, Spec: registrationSpec, Columns: registrationColumns, Rows: shown, Count: int64(len(rows)), Next: next,
		URL: func(r registrationRow) string { return r.URL }, Context: settingsCrumbs(m), Each: page.AtHand(rows),
		Lead:    "Microsoft’s page shows every customer all application permissions of a registration, and takes them only as a whole. To ask a customer for less, register a second application that lists less, and add it here.",
		Actions: []ui.Action{{Text: "Add registration", Icon: "add", Kind: ui.Primary, URL: "/settings/registrations/new"}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "shield_keyhole", Title: "No registration is like this"},
	}
	return l.Serve(w, r)
}

// registrationForm is the page that adds one.
type registrationForm struct {
	m            tenant.Membership
	clientID     string
	fault, whatD string // what is wrong, and what to do
}

func (f registrationForm) header() ui.PageHeader {
	return ui.PageHeader{
		Title: "Add an app registration", Context: settingsCrumbs(f.m, ui.Crumb{Text: "App registrations", URL: "/settings/registrations"}),
		Lead: "The portal reads it in your own tenant and proves the credential before it offers the registration.",
	}
}

func (f registrationForm) fields() []ui.Field {
	return []ui.Field{
		{Name: "client_id", Label: "Application (client) ID", Value: f.clientID, Required: true, Max: 36, Autocomplete: "off", Hint: "Entra admin center, App registrations, Overview. It lists only application permissions that read, and both redirect URIs of the settings."},
		{Name: "secret", Label: "Client secret, if it has one of its own", Type: "password", Max: 200, Autocomplete: "off", Hint: "Sealed with the portal’s key, and never shown again. Leave it empty where the portal’s own certificate or workload identity is registered there too."},
	}
}

func (h *Handler) newRegistration(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.showRegistrationForm(w, r, http.StatusOK, registrationForm{m: m})
}

func (h *Handler) showRegistrationForm(w http.ResponseWriter, r *http.Request, status int, f registrationForm) error {
	return page.Render(w, r, status, registrationFormPage(page.Shell(r, f.m, f.header().Title), f))
}

var guidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (h *Handler) addRegistration(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	f := registrationForm{m: m, clientID: strings.ToLower(strings.TrimSpace(values.Get("client_id")))}
	if !guidForm.MatchString(f.clientID) {
		err = errs.ShowNext(errs.Invalid, "This is no client ID.", "It is a GUID: 8, 4, 4, 4 and 12 characters with dashes between them.")
	}
	if err == nil {
		_, err = h.Consent.AddRegistration(r.Context(), m.Person, f.clientID, strings.TrimSpace(values.Get("secret")))
	}
	if refused(r, err) {
		f.fault, f.whatD, _ = errs.Sentence(err)
		return h.showRegistrationForm(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return page.Done(w, r, registrationURL(f.clientID), page.Flash{Kind: "info", Title: "The registration is added. New consent links can ask with it."})
}

// registrationView is one registration.
type registrationView struct {
	registrationRow

	m tenant.Membership
}

func (h *Handler) registration(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id := chi.URLParam(r, "registration")
	if id != firstRegistration && !guidForm.MatchString(id) {
		return errs.NotFound
	}
	found, err := h.Consent.Registration(r.Context(), strings.TrimSuffix(id, firstRegistration))
	if err != nil {
		return err
	}
	v := registrationView{newRegistrationRow(found, h.now()), m}
	return page.Answer(w, r, v, registrationPage(page.Shell(r, m, v.Name), v))
}

// listed are permissions, one a line.
func (v registrationView) listed(names []string) string { return strings.Join(names, "\n") }

func (v registrationView) first() bool { return v.ID == firstRegistration }

func (v registrationView) header() ui.PageHeader {
	p := ui.PageHeader{Title: v.Name, Context: settingsCrumbs(v.m, ui.Crumb{Text: "App registrations", URL: "/settings/registrations"})}
	if v.ReadAt != nil {
		p.Freshness = ui.Freshness{State: ui.ShapeOK, AsOf: ui.NewTime(*v.ReadAt, v.now), Parts: []ui.Link{{Text: "read from your own tenant"}}}
		p.Actions = []ui.Action{{Text: "Read again", Icon: "arrow_sync", Post: v.URL + "/read"}}
	}
	return p
}

func (v registrationView) facts() ui.Facts {
	f := ui.Facts{Items: []ui.Fact{{Label: "Credential", Value: ui.TextCell(v.Credential)}, {Label: "Customers", Value: ui.TextCell(v.customers())}}}
	if !v.first() {
		f.Items = append([]ui.Fact{{Label: "Client ID", Value: ui.CopyCell(v.ID, "", "Copy the client ID")}}, f.Items...)
		f.Items = append(f.Items, ui.Fact{Label: "Added by", Value: ui.TextCell(v.AddedBy)})
	}
	return f
}

func (h *Handler) rereadRegistration(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id := chi.URLParam(r, "registration")
	if !guidForm.MatchString(id) {
		return errs.NotFound
	}
	if err := h.Consent.RereadRegistration(r.Context(), m.Person, id); err != nil {
		return err
	}
	return page.Done(w, r, registrationURL(id), page.Flash{Kind: "info", Title: "The registration is read again."})
}

func (h *Handler) removeRegistration(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id := chi.URLParam(r, "registration")
	if !guidForm.MatchString(id) {
		return errs.NotFound
	}
	if err := h.Consent.RemoveRegistration(r.Context(), m.Person, id); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/registrations", page.Flash{Kind: "info", Title: "The registration is not offered any more."})
}

// registrationChoice is the select of a new link: which registration asks. Where there is but one there is nothing to choose.
func (f formView) registrationChoice() ui.Select {
	s := ui.Select{Name: "registration", Label: "Ask with", Error: f.faults["registration"], Hint: "Microsoft’s page shows all application permissions of the registration, and takes them only as a whole."}
	for _, r := range f.offered {
		id := cmp.Or(r.ClientID, firstRegistration)
		s.Options = append(s.Options, ui.Option{Value: id, Label: cmp.Or(r.Name, "The first registration") + ": " + ui.Count(int64(len(r.Application)), "application permission", "application permissions"), Selected: f.registration == id})
	}
	s.Options = append([]ui.Option{{Value: "", Label: "Whichever asks for least", Selected: f.registration == ""}}, s.Options...)
	return s
}

// orderedRegistration is the domain's name for the choice.
func (f formView) orderedRegistration() string {
	switch f.registration {
	case "":
		return domain.Any
	case firstRegistration:
		return ""
	}
	return f.registration
}

// knownBy says by which registration the customer knows the portal, where there are several.
func (h *Handler) knownBy(ctx context.Context, tid tenant.ID) (domain.Registration, error) {
	clientID, err := h.Consent.Store.ClientIDOf(ctx, tid)
	if err != nil {
		return domain.Registration{}, err
	}
	return h.Consent.Registration(ctx, clientID)
}

// whole says what Microsoft's page will show beyond what the link's features need.
func (v createdView) whole() string {
	name := cmp.Or(v.asks.Name, "the first registration")
	all := ui.Count(int64(len(v.asks.Application)), "application permission", "application permissions")
	if v.surplus == 0 {
		return "It asks with " + name + ": " + all + ", all of which the chosen features need."
	}
	return "It asks with " + name + ": " + all + ", of which the chosen features do not need " + strconv.Itoa(v.surplus) + ". Microsoft takes them only as a whole; the customer’s page says so."
}
