package guests

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// languages are those of Microsoft's own words in an invitation, as the portal's pages for customers have them.
var languages = []ui.Option{
	{Value: "en-GB", Label: "English"}, {Value: "fr-FR", Label: "French"}, {Value: "de-DE", Label: "German"}, {Value: "es-ES", Label: "Spanish"}, {Value: "nl-NL", Label: "Dutch"}, {Value: "el-GR", Label: "Greek"},
}

// maxMessage is how long one's own words may be.
const maxMessage = 500

// inviteForm is the form as it was filled in, and what is wrong with it.
type inviteForm struct {
	who      []string
	name     string // of a customer's person, in the partner's own tenant
	mail     bool
	language string
	message  string
	faults   page.Faults
}

// inviteView is the page of the form.
type inviteView struct {
	m     tenant.Membership
	open  bool // the person is signed in at the customer
	staff []tenant.Staff

	customers map[string]tenant.Tenant // by domain, in the partner's own tenant
	known     map[string]guest.Guest   // by address
	form      inviteForm
	signIn    string
}

// line is how one invitation went.
type line struct {
	Address string
	Link    string // a secret, shown once
	Trouble string // empty: it was sent
	Doctor  string // the page that says what is behind the trouble
	State   ui.State
}

func (h *Handler) inviteForm(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	f := inviteForm{mail: true, language: languages[0].Value}
	if atHome(m) {
		var err error
		if f, err = h.inviteHome(r, m); err != nil {
			return err
		}
	}
	return h.showInvite(w, r, m, http.StatusOK, f)
}

func (h *Handler) showInvite(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, f inviteForm) error {
	if !m.One() {
		return errs.NotFound // guests are invited to one customer, by who is signed in there
	}
	v, err := h.inviteView(r, m, f)
	if err != nil {
		return err
	}
	return page.Render(w, r, status, invitePage(page.Shell(r, m, v.title()), v))
}

func (h *Handler) inviteView(r *http.Request, m tenant.Membership, f inviteForm) (v inviteView, err error) {
	v = inviteView{m: m, form: f, known: map[string]guest.Guest{}, open: signedIn(m, page.ChromeOf(r.Context())), signIn: page.SignInAt(m.Tenant.ID, m.Path("/guests/invite"))}
	if atHome(m) {
		v.customers, err = h.customers(r.Context(), m)
	} else {
		v.staff, err = h.Tenants.PeopleOf(r.Context(), m.Tenant.ID)
	}
	if err != nil {
		return v, err
	}
	err = h.Guests.Each(r.Context(), m.Scope, guest.Filter{Home: atHome(m)}, func(g guest.Guest) error {
		v.known[g.Address] = g
		return nil
	})
	return v, err
}

// may tells an address that can be invited: of staff of this customer, or of somebody who has not accepted yet.
func (v inviteView) may(address string) bool {
	g, known := v.known[address]
	if known && g.Standing != guest.Invited {
		return false
	}
	return known || slices.ContainsFunc(v.staff, func(s tenant.Staff) bool { return s.UPN == address })
}

// check finds what is wrong with whom was chosen.
func (v inviteView) check() {
	if atHome(v.m) {
		v.checkAddress()
		return
	}
	if len(v.form.who) == 0 {
		v.form.faults.Add("who", "Choose at least one person.")
	}
	for _, a := range v.form.who {
		if !v.may(a) {
			v.form.faults.Add("who", "Somebody you chose cannot be invited here, or has accepted already.")
		}
	}
}

func (v inviteView) title() string {
	if atHome(v.m) {
		return "Invite a customer’s person to your tenant"
	}
	return "Invite your people to " + v.m.Tenant.Name()
}

func (h *Handler) invite(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	f := inviteForm{who: values["who"], name: strings.TrimSpace(values.Get("name")), mail: values.Get("mail") == "1", language: values.Get("language"), message: strings.TrimSpace(values.Get("message")), faults: page.Faults{}}
	if atHome(m) {
		f.who = []string{strings.ToLower(strings.TrimSpace(values.Get("who")))}
	}
	v, err := h.inviteView(r, m, f)
	if err != nil {
		return err
	}
	v.check()
	if !slices.ContainsFunc(languages, func(o ui.Option) bool { return o.Value == f.language }) {
		f.faults.Add("language", "Choose one of the languages.")
	}
	if len([]rune(f.message)) > maxMessage {
		f.faults.Add("message", "Write at most 500 characters.")
	}
	if len(f.faults) > 0 {
		return h.showInvite(w, r, m, http.StatusUnprocessableEntity, f)
	}
	lines, err := h.send(r, m, f)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, invitedPage(page.Shell(r, m, "Invitations"), v, lines, h.readBack(r, m)))
}

// readBack asks for a read of what was changed, and says when it will show. The change is done whether or not that can be asked for now.
func (h *Handler) readBack(r *http.Request, m tenant.Membership) string {
	if _, err := h.Sync.RequestNow(r.Context(), m.Scope, datasetOf(m)); err != nil {
		return "The guest accounts show it after their next read."
	}
	return "The guest accounts are being read now, and show it once they were."
}

// send invites one after the other. What the person's sign-in or the customer's consent forbids ends it before anything was sent; later
// failures stay with their line.
func (h *Handler) send(r *http.Request, m tenant.Membership, f inviteForm) (lines []line, err error) {
	slices.Sort(f.who)
	for i, a := range slices.Compact(f.who) {
		got, err := h.Change.Invite(r.Context(), m.Person, middleware.RequestID(r.Context()), m.Tenant.ID, guest.Invitation{Address: a, Name: f.name, Mail: f.mail, Language: f.language, Message: f.message})
		if err != nil && i == 0 && (errors.Is(err, errs.Unauthorised) || errors.Is(err, errs.Forbidden)) {
			return nil, err
		}
		x := line{Address: a, Link: got.Link, State: ui.State{Shape: ui.ShapeOK, Text: "Invited"}}
		switch sentence, next, ok := errs.Sentence(err); {
		case err != nil && !ok:
			return nil, err
		case err != nil:
			x.Trouble, x.State = strings.TrimSpace(sentence+" "+next), ui.State{Shape: ui.ShapeBad, Text: "Not invited"}
			if errors.Is(err, errs.Timeout) {
				x.State = ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
			}
			if h.Explain != nil {
				x.Doctor = h.Explain(r, err, m.Path("/guests/invite"))
			}
		case got.Accepted:
			x.State, x.Link = ui.State{Shape: ui.ShapeNone, Text: "Has accepted already"}, ""
		}
		lines = append(lines, x)
	}
	return lines, nil
}

// The parts of the form, ready to print.

func (v inviteView) header(title string) ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Guest accounts", URL: v.m.Path("/guests")}}, Title: title}
}

// address is what was typed, in the partner's own tenant.
func (v inviteView) address() string { return strings.Join(v.form.who, "") }

func (v inviteView) needs() string {
	if atHome(v.m) {
		return "You need the directory role Guest Inviter or User Administrator in your tenant."
	}
	return "You need the directory role Guest Inviter or User Administrator at this customer."
}

func (v inviteView) whoChoice() ui.Choice {
	c := ui.Choice{Name: "who", Legend: "Whom", Many: true, Error: v.form.faults["who"], Hint: "Staff and owners who look after this customer, and who was invited before."}
	option := func(address, name string) {
		o := ui.Option{Value: address, Label: cmp.Or(name, address), Selected: slices.Contains(v.form.who, address), Hint: address}
		if g, known := v.known[address]; known {
			o.Hint = address + ": " + ui.Lower(verdict.Standing(g.Standing))
			if !v.may(address) {
				o.Reason = "Has a guest account already."
			}
		}
		c.Options = append(c.Options, o)
	}
	for _, s := range v.staff {
		option(s.UPN, s.Name)
	}
	for address, g := range v.known {
		if g.Standing == guest.Invited && !slices.ContainsFunc(v.staff, func(s tenant.Staff) bool { return s.UPN == address }) {
			option(address, g.Name)
		}
	}
	slices.SortStableFunc(c.Options, func(a, b ui.Option) int { return cmp.Compare(a.Value, b.Value) })
	return c
}

// languageSelect chooses the language of Microsoft's own words.
func languageSelect(chosen, fault string) ui.Select {
	s := ui.Select{Name: "language", Label: "Language of Microsoft’s words", Error: fault}
	for _, o := range languages {
		o.Selected = o.Value == chosen
		s.Options = append(s.Options, o)
	}
	return s
}

func (v inviteView) mailChoice() ui.Choice {
	return ui.Choice{Name: "mail", Legend: "Mail", Many: true, Options: []ui.Option{{Value: "1", Label: "Microsoft sends each of them the invitation", Selected: v.form.mail, Hint: "You see the links in any case."}}}
}

// again is the form's fields for those who were not invited.
func (v inviteView) again(lines []line) ui.Hidden {
	h := ui.Hidden{{Name: "language", Value: v.form.language}, {Name: "message", Value: v.form.message}}
	if v.form.mail {
		h = append(h, ui.Pair{Name: "mail", Value: "1"})
	}
	n := len(h)
	for _, l := range lines {
		if l.Trouble != "" {
			h = append(h, ui.Pair{Name: "who", Value: l.Address})
		}
	}
	if len(h) == n {
		return nil
	}
	return h
}
