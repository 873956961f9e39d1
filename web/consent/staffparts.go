package consent

import (
	"strconv"
	"strings"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var stateWords = map[tenant.State]ui.State{
	tenant.StateUnconsented: {Shape: ui.ShapeNone, Text: "Not asked"},
	tenant.StateInvited:     {Shape: ui.ShapePending, Text: "Invited"},
	tenant.StateDeclined:    {Shape: ui.ShapeWarn, Text: "Declined"},
	tenant.StateWaiting:     {Shape: ui.ShapePending, Text: "Waiting for proof"},
	tenant.StatePartial:     {Shape: ui.ShapePartial, Text: "Partly connected"},
	tenant.StateConnected:   {Shape: ui.ShapeOK, Text: "Connected"},
	tenant.StateWithdrawn:   {Shape: ui.ShapeBad, Text: "Withdrawn"},
	tenant.StateSuspended:   {Shape: ui.ShapePaused, Text: "Suspended"},
}

// state never shows "Connected" for a reading that is too old.
func (v staffView) state() ui.State {
	s := stateWords[v.State]
	if v.late && s.Shape == ui.ShapeOK {
		return ui.State{Shape: ui.ShapeStale, Text: "Was connected"}
	}
	return s
}

func (v staffView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Title: "Consent", Pills: []ui.State{v.state()}}
	switch {
	case v.AsOf == nil:
		h.Freshness = ui.Freshness{State: ui.ShapeUnknown, Never: "Grants were never read completely"}
	case v.late:
		h.Freshness = ui.Freshness{State: ui.ShapeStale, AsOf: ui.NewTime(*v.AsOf, v.now)}
	default:
		h.Freshness = ui.Freshness{State: ui.ShapeOK, AsOf: ui.NewTime(*v.AsOf, v.now), Parts: []ui.Link{{Text: "read from the tenant"}}, Next: "read once a day and after a refusal"}
	}
	if v.m.May(tenant.MaySync) {
		h.Actions = append(h.Actions, ui.Action{Text: "Read grants now", Icon: "arrow_sync", Post: v.m.Path("/consent/read")})
	}
	return h
}

// banner is the one thing that needs a person, if any.
func (v staffView) banner() *ui.Banner {
	switch {
	case v.Withdrawal != nil:
		return v.takenBack()
	case v.State == tenant.StateWithdrawn:
		return &ui.Banner{Kind: "bad", Title: "The customer has withdrawn consent.", Text: "Nothing is read any more. What is shown elsewhere is from before. Ask them, then send a new link if they want.", ActionURL: v.Doctor, ActionText: fresh.Why}
	case v.Problem != "":
		return &ui.Banner{Kind: "unknown", Title: "The last look into the tenant saw nothing complete.", Text: v.Problem + " What stands below is from the last complete reading.", ActionURL: v.Doctor, ActionText: fresh.Why}
	case v.returned:
		return &ui.Banner{Kind: "warn", Title: "A consent came back from Microsoft without effect.", Text: "Somebody opened a link of yours and was not let through, or declined.", ActionURL: v.Doctor, ActionText: fresh.Why}
	case len(v.Missing) > 0:
		return &ui.Banner{Kind: "warn", Title: ui.Count(int64(len(v.Missing)), "permission is", "permissions are") + " missing.", Text: v.missingText(), ActionText: v.askAgain(), ActionURL: "#new-link"}
	case v.writing() > 0:
		return &ui.Banner{Kind: "warn", Title: ui.Count(int64(v.writing()), "application permission", "application permissions") + " could change things and was never asked for.", Text: "The portal does not use it. The customer can remove it in Microsoft Entra under Enterprise applications."}
	}
	return nil
}

// takenBack tells what the customer decided, and what is left to do.
func (v staffView) takenBack() *ui.Banner {
	t := v.Withdrawal
	b := &ui.Banner{Kind: "bad", Title: "The customer took the consent back on " + ui.Date(t.At, v.now) + ": " + t.By + "."}
	switch {
	case t.DeletedAt != nil:
		b.Text = "Their data was deleted on " + ui.Date(*t.DeletedAt, v.now) + "."
	case t.DeleteAt.After(v.now):
		b.Text = "Nothing is read any more. Their data is deleted on " + ui.Date(t.DeleteAt, v.now) + "."
	default:
		b.Text = "Their data is being deleted."
	}
	if t.GoneAt != nil {
		b.Text += " Microsoft no longer knows the program there."
	} else {
		b.Text += " The program may still be in their tenant: only their administrator can remove it."
	}
	b.Text += " A new consent link starts afresh."
	return b
}

// missingText says what a new link would lead to: only what is missing, but where that is the program's own, Microsoft's whole list.
func (v staffView) missingText() string {
	for _, g := range v.Missing {
		if g.Kind == permission.Application {
			return "A new consent link leads to Microsoft’s whole list again: application permissions cannot be asked for one by one."
		}
	}
	return "A new consent link asks by name for what a person may do, and leaves the program’s own permissions alone."
}

func (v staffView) askAgain() string {
	if v.mayAsk() {
		return "Ask again"
	}
	return ""
}

// writing counts surplus application permissions that can write: the customer should know.
func (v staffView) writing() int {
	n := 0
	for _, g := range v.Surplus {
		if g.Kind == permission.Application && g.Writes {
			n++
		}
	}
	return n
}

func (v staffView) grants(rows []grantRow, caption string) ui.Table {
	t := ui.Table{Caption: caption, Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Permission"}, {Key: "kind", Label: "Type", Width: 126}, {Key: "resource", Label: "Service", Width: 116, Priority: 3},
		{Key: "since", Label: "Since", Kind: ui.KindTime, Width: 84}, {Key: "seen", Label: "Last seen", Kind: ui.KindTime, Width: 84, Priority: 2},
	}}
	for _, g := range rows {
		kind := string(g.Kind)
		if g.Writes {
			kind += ", writes"
		}
		t.Rows = append(t.Rows, ui.Row{Name: g.Name, Note: g.Meaning, Cells: []ui.Cell{
			ui.TextCell(kind), ui.QuietCell(g.Resource), ui.TimeCell(ui.NewTime(g.FirstSeen, v.now)), ui.TimeCell(ui.NewTime(g.LastSeen, v.now)),
		}})
	}
	return t
}

func (v staffView) features() ui.Table {
	t := ui.Table{Caption: "Features and whether they work", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Feature", Width: 220}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 150}, {Key: "why", Label: "Why"},
	}}
	for _, f := range v.Features {
		state := ui.StateCell(ui.ShapeUnknown, "Unknown")
		switch {
		case f.Works && v.late:
			state = ui.StateCell(ui.ShapeStale, "Did work")
		case f.Works:
			state = ui.StateCell(ui.ShapeOK, "Works")
		case f.Known && f.Wanted:
			state = ui.StateCell(ui.ShapeBad, "Does not work")
		case f.Known:
			state = ui.StateCell(ui.ShapeNone, "Not asked for")
		}
		t.Rows = append(t.Rows, ui.Row{Name: f.Name, Cells: []ui.Cell{state, ui.QuietCell(f.Because)}})
	}
	return t
}

var linkWords = map[domain.LinkState]ui.State{
	domain.LinkOpen:    {Shape: ui.ShapePending, Text: "Open"},
	domain.LinkUsed:    {Shape: ui.ShapeOK, Text: "Used"},
	domain.LinkRevoked: {Shape: ui.ShapeNone, Text: "Withdrawn"},
	domain.LinkExpired: {Shape: ui.ShapeStale, Text: "Expired"},
}

func (v staffView) links() ui.Table {
	t := ui.Table{Caption: "Consent links, latest first", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Link", Width: 90}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 110}, {Key: "features", Label: "Asks for"},
		{Key: "by", Label: "Made by", Width: 150, Priority: 2}, {Key: "at", Label: "Made", Kind: ui.KindTime, Width: 100, Priority: 3}, {Key: "until", Label: "Works until", Kind: ui.KindTime, Width: 110}, {Key: "act", Label: "Withdraw", Width: 110},
	}}
	for _, l := range v.Links {
		act := ui.TextCell("")
		if l.State == domain.LinkOpen && v.m.May(tenant.MayConsent) {
			act = ui.ViewCell(ui.Action{Text: "Withdraw", Small: true, Post: v.m.Path("/consent/links/" + strconv.FormatInt(l.ID, 10) + "/revoke")})
		}
		word := linkWords[l.State]
		t.Rows = append(t.Rows, ui.Row{Name: "Link " + strconv.FormatInt(l.ID, 10), Cells: []ui.Cell{
			ui.StateCell(word.Shape, word.Text), ui.TextCell(featureNames(l.Features)), ui.QuietCell(personOf(l.CreatedBy)),
			ui.TimeCell(ui.NewTime(l.CreatedAt, v.now)), ui.TimeCell(ui.Clock(l.ExpiresAt, v.now)), act,
		}})
	}
	return t
}

func featureNames(fs []permission.Feature) string {
	var names []string
	for _, f := range fs {
		names = append(names, f.In(permission.English).Name)
	}
	return strings.Join(names, ", ")
}

func (v staffView) mayAsk() bool {
	return v.m.May(tenant.MayConsent) && v.State != tenant.StateSuspended && !v.m.Tenant.Home
}

func scopeTable() ui.Table {
	t := ui.Table{Caption: "Intune's eleven permission scopes", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Scope", Width: 330}, {Key: "opens", Label: "Opens"}, {Key: "closed", Label: "Does not open", Priority: 2}, {Key: "asked", Label: "We ask for it", Width: 120},
	}}
	for _, s := range permission.IntuneScopes() {
		asked := "never"
		if kinds := s.AskedAs(); len(kinds) > 0 {
			var words []string
			for _, k := range kinds {
				words = append(words, string(k))
			}
			asked = strings.Join(words, ", ")
		}
		t.Rows = append(t.Rows, ui.Row{Name: s.Name, Cells: []ui.Cell{ui.TextCell(strings.Join(s.Opens, ", ")), ui.TextCell(strings.Join(s.Closed, ", ")), ui.TextCell(asked)}})
	}
	return t
}
