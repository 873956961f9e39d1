package guests

import (
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// maxChanges is how much of the history a page shows.
const maxChanges = 50

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	x, err := h.find(r, m)
	if err != nil {
		return err
	}
	changes, err := h.Guests.Changes(ctx, m.Tenant.ID, x.ID, maxChanges)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, datasetOf(m))
	if err != nil {
		return err
	}
	v := newView(m, x, changes, read, now)
	if atHome(m) {
		customers, err := h.customers(ctx, m)
		if err != nil {
			return err
		}
		v.row = newHomeRow(x, customers, v.Late, now)
	}
	v.next = newNext(m, x, page.ChromeOf(ctx), v.URL)
	if v.next.revoke {
		if v.groups, _, err = h.roleGroups(ctx, x); err != nil {
			return err
		}
	}
	return page.Answer(w, r, v, guestPage(page.Shell(r, m, v.Name), v))
}

// view is what a guest's page shows, and its JSON twin.
type view struct {
	row
	AsOf    *time.Time `json:"as_of"`
	Changes []change   `json:"changes"`

	m     tenant.Membership
	read  graphsync.Freshness
	guest guest.Guest
	next  next

	groups []guest.RoleGroup // by which it holds directory roles, for who may act on them
}

type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

func newView(m tenant.Membership, x guest.Guest, changes []guest.Change, read graphsync.Freshness, now time.Time) view {
	v := view{row: newRow(x, read.Late > 0 || read.Read == 0, now), AsOf: page.Moment(read.AsOf), Changes: []change{}, m: m, read: read, guest: x}
	for _, c := range changes {
		v.Changes = append(v.Changes, change{c.At, c.Field, c.Old, c.New})
	}
	return v
}

// doors are the pages on which more can be done.
func (v view) doors() (items []ui.Action) {
	if v.next.licence {
		items = append(items, ui.Action{Text: "Give an Intune licence", URL: v.URL + "/licence"})
	}
	if v.next.revoke {
		items = append(items, ui.Action{Text: "Delete the account…", Kind: ui.Danger, URL: v.URL + "/revoke"})
	}
	return items
}

// leaving leads to where the account is taken out of groups that carry roles.
func (v view) leaving() (a ui.Actions) {
	for _, in := range v.groups {
		a.Items = append(a.Items, ui.Action{Text: "Take out of “" + in.Name + "”…", URL: groupURL(v.m, v.guest, in)})
	}
	return a
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Guest accounts", URL: v.m.Path("/guests")}}, Title: v.Name, Freshness: fresh.Line(v.read, v.m, v.now), Actions: v.doors()}
}

func (v view) facts() ui.Facts {
	items := []ui.Fact{{Label: "State", Value: ui.Cell{State: &v.state}}}
	if v.From != nil {
		items = append(items, ui.Fact{Label: "Customer", Value: v.fromCell()})
	}
	return ui.Facts{Wide: true, Items: append(items, []ui.Fact{
		{Label: "Address at home", Value: ui.TextCell(v.Address)}, {Label: "Directory roles", Value: v.rolesCell()}, {Label: "Last used", Value: v.activeCell()},
		{Label: "User principal name", Value: ui.MonoCell(v.UPN)}, {Label: "Object id", Value: ui.MonoCell(v.ID)},
	}...)}
}

// door is the guest's way into the customer. A stage is only solid when it was read, and read in time.
func (v view) door() ui.Stages {
	asOf := "not read yet"
	if v.AsOf != nil {
		asOf = "as of " + ui.NewTime(*v.AsOf, v.now).Text
	}
	gone := v.GoneAt != nil
	stage := func(name string, known, reached bool, yes, no, unknown string) ui.Stage {
		st := ui.Stage{Name: name, AsOf: asOf, Shape: ui.ShapeTodo, Fact: no}
		switch {
		case gone:
			st.Shape, st.Fact = ui.ShapeNone, "The account is gone"
		case !known:
			st.Shape, st.Fact = ui.ShapeUnknown, unknown
		case reached && v.Late:
			st.Shape, st.Fact = ui.ShapeStale, yes
		case reached:
			st.Shape, st.Fact = ui.ShapeOK, yes
		}
		return st
	}
	x := v.guest
	redeemed := stage("Redeemed", x.Redeemed != nil, is(x.Redeemed), on("Accepted", v.redeemedAt(), v.now), "Not accepted yet", "Microsoft does not say")
	if x.Waiting(v.now) && !gone {
		redeemed.Shape = ui.ShapeWarn
	}
	signedIn := stage("Sign-in", true, v.SignedInAt != nil, on("Signed in", v.SignedInAt, v.now), "Never, to this portal", "")
	signedIn.AsOf = "sign-ins to this portal only"
	switch {
	case x.Idle(v.now) && !gone:
		signedIn.Shape = ui.ShapeWarn
	case signedIn.Shape == ui.ShapeStale:
		signedIn.Shape = ui.ShapeOK // kept by the portal itself
	}
	invited := stage("Invited", true, true, on("Account made", v.InvitedAt, v.now), "", "")
	if atHome(v.m) {
		return ui.Stages{Title: "Guest account", Note: "in your own tenant", Items: []ui.Stage{invited, redeemed}}
	}
	return ui.Stages{Title: "Guest account", Note: "how " + v.Name + " gets in", Items: []ui.Stage{
		invited, redeemed,
		stage("Directory role", x.RolesRead, len(v.Roles) > 0, strings.Join(v.Roles, ", "), "None of its own", "Could not be read"),
		stage("Intune licence", x.Intune != nil, is(x.Intune), "Assigned", "None", "Microsoft does not say"), signedIn,
	}}
}

func is(b *bool) bool { return b != nil && *b }

func on(what string, at *time.Time, now time.Time) string {
	if at == nil {
		return what
	}
	return what + " " + ui.Date(*at, now)
}

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	told := v.guest.RevokedAt.IsZero()
	for _, c := range v.Changes {
		if !told && c.At.Before(v.guest.RevokedAt) {
			t, told = append(t, v.revoked()), true
		}
		e := ui.Event{When: ui.NewTime(c.At, v.now), Icon: "edit", Text: fieldWords[c.Field] + " changed", From: valueWord(c.Field, c.Old), To: valueWord(c.Field, c.New)}
		switch {
		case c.Field == "gone" && c.New == "true":
			e.Icon, e.Tone, e.Text, e.From, e.To = "delete", "bad", "No longer in the directory", "", ""
		case c.Field == "gone":
			e.Text, e.From, e.To = "In the directory again", "", ""
		}
		t = append(t, e)
	}
	if !told {
		t = append(t, v.revoked())
	}
	return append(t, ui.Event{When: ui.NewTime(v.guest.FirstSeenAt, v.now), Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
}

func (v view) revoked() ui.Event {
	return ui.Event{When: ui.NewTime(v.guest.RevokedAt, v.now), Icon: "delete", Who: v.guest.RevokedBy, Text: "deleted the account by the portal"}
}

// valueWord words an old or new value; lists come as Postgres writes them, and what was not known is empty.
func valueWord(field, value string) string {
	switch {
	case field == "roles" && value != "":
		var words []string
		for id := range strings.SplitSeq(strings.Trim(value, "{}"), ",") {
			if id != "" {
				words = append(words, gdap.RoleName(id))
			}
		}
		if len(words) == 0 {
			return "none"
		}
		return strings.Join(words, ", ")
	case value == "":
		return "not known"
	}
	return page.Switch(value)
}

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }

// History has the words of this room's history, for the list of all changes.
var History = page.History{Labels: fieldWords, Said: valueWord}
