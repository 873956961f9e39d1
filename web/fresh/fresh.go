// Package fresh words how far what a page shows can be trusted: the freshness line under a title, and the empty state where a list
// would be. It turns graphsync's reading of the facts into parts of web/ui and decides nothing itself.
//
// It is not a page and knows no feature: a page room says what its things are called.
package fresh

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Shape is how a page shows that state. Only a complete reading within its target is OK.
func Shape(f graphsync.Freshness) ui.Shape {
	switch {
	case f.State == graphsync.Complete && f.Tenants > 0:
		return ui.ShapeOK
	case f.State == graphsync.Late && f.Fresh == 0:
		return ui.ShapeStale
	case f.State == graphsync.Late || f.State == graphsync.Partial:
		return ui.ShapePartial
	}
	return ui.ShapeUnknown
}

// Line is the freshness line of a page in the membership's scope.
func Line(f graphsync.Freshness, m tenant.Membership, now time.Time) ui.Freshness {
	line := ui.Freshness{State: Shape(f), Never: "Not read yet"}
	if !f.AsOf.IsZero() {
		line.AsOf = ui.NewTime(f.AsOf, now)
	}
	if m.One() {
		line.Parts, line.Next = oneTenant(f, m), next(f, now)
		return line
	}
	line.Parts = allTenants(f, now)
	if f.Tenants > 0 && f.Unread > 0 && f.Read > 0 {
		line.Part = from(f)
	}
	return line
}

func oneTenant(f graphsync.Freshness, m tenant.Membership) []ui.Link {
	parts := []ui.Link{}
	switch {
	case f.Read > 0:
		parts = append(parts, ui.Link{Text: graphsync.Label(f.Dataset) + ", read completely"})
	case f.State == graphsync.Failed:
		parts = append(parts, ui.Link{Text: "the first read did not succeed"})
	}
	if f.Late > 0 {
		parts = append(parts, ui.Link{Text: "older than its target"})
	}
	if f.Running {
		parts = append(parts, ui.Link{Text: "being read now, " + ui.Count(f.Rows, "row", "rows") + " so far"})
	}
	if f.Failing > 0 && f.Read > 0 {
		parts = append(parts, ui.Link{Text: "the last attempt failed", URL: DoctorURL(m, f.Dataset)})
	} else {
		parts = append(parts, ui.Link{Text: "where this comes from", URL: SyncURL(m, f.Dataset)})
	}
	return parts
}

func from(f graphsync.Freshness) string {
	return fmt.Sprintf("from %s of %s", ui.N(int64(f.Read)), ui.Count(int64(f.Tenants), "customer", "customers"))
}

func next(f graphsync.Freshness, now time.Time) string {
	if f.Running || f.Next.IsZero() {
		return ""
	}
	return "next read " + ui.Future(f.Next, now).Text
}

func allTenants(f graphsync.Freshness, now time.Time) []ui.Link {
	if f.Tenants == 0 {
		return []ui.Link{{Text: "no customer is connected", URL: "/tenants"}}
	}
	parts := []ui.Link{{Text: from(f)}}
	if f.Late > 0 && !f.Newest.IsZero() && f.Fresh > 0 {
		parts = append(parts, ui.Link{Text: "newest " + ui.NewTime(f.Newest, now).Text})
	}
	all := tenant.Membership{}
	if f.Late > 0 {
		parts = append(parts, ui.Link{Text: ui.N(int64(f.Late)) + " late", URL: SyncURL(all, f.Dataset) + "&age=late"})
	}
	if f.Unread > 0 {
		parts = append(parts, ui.Link{Text: ui.N(int64(f.Unread)) + " not read, so not counted here", URL: SyncURL(all, f.Dataset) + "&age=unread"})
	}
	return parts
}

// SyncURL is the sync page for a dataset, in one tenant or over all.
func SyncURL(m tenant.Membership, dataset string) string {
	v := url.Values{"dataset": {dataset}}
	if m.One() {
		v.Set("customer", m.Tenant.ID.String())
	}
	return "/sync?" + v.Encode()
}

// DoctorURL is the page that explains why a dataset of the tenant could not be read.
func DoctorURL(m tenant.Membership, dataset string) string { return m.Path("/doctor/" + dataset) }

// ReadNow are the actions of a tenant's list: who may, asks for a read before its time. The address is that of the tenant's own page.
func ReadNow(m tenant.Membership) []ui.Action {
	if !m.One() || !m.May(tenant.MaySync) || !m.Tenant.State.Readable() {
		return nil
	}
	return []ui.Action{{Text: "Read now", Icon: "arrow_sync", Post: m.Path("/sync")}}
}

// Asked says what became of asking for reads before their time.
func Asked(r graphsync.Requested) page.Flash {
	said := page.Flash{Kind: "info"}
	off := ui.Count(int64(r.NotConnected), "customer is", "customers are") + " not connected, so nothing is read there."
	switch {
	case r.Queued > 0:
		said.Title = "Reading " + ui.Count(int64(r.Queued), "dataset", "datasets") + " now."
	case r.Running > 0:
		said.Title = "All of it is being read already."
	default:
		said.Kind, said.Title = "warn", "There is nothing to read."
	}
	if r.Queued > 0 && r.Running > 0 {
		said.Text = ui.Count(int64(r.Running), "more is", "more are") + " being read already."
	}
	if r.NotConnected > 0 {
		said.Text = strings.TrimSpace(said.Text + " " + off)
	}
	return said
}

// GroupsUnread says what it takes to know the groups that show by their identifiers.
const GroupsUnread = "Groups that show by their identifiers were not read. That takes GroupMember.Read.All, which comes with groups in the consent, and a complete reading of groups."

// Noun is what a list holds.
type Noun struct {
	One, Many string // "device", "devices"
	Whole     string // what a tenant without any has none of: "enrolled devices"; Many where empty
	Icon      string
}

// Search is what a person asked a list for.
type Search struct {
	Narrowed bool   // a filter or a text is set
	Clear    string // the list without them
	Total    int64  // things that were looked at; 0: nobody counted them
}

// Empty is the state of a list that shows nothing. The four cases read differently because the next step differs: nothing exists,
// nothing matches, it may not be read, it was not read yet.
func Empty(n Noun, f graphsync.Freshness, m tenant.Membership, s Search, now time.Time) ui.Empty {
	switch {
	case f.Read == 0:
		return notRead(n, f, m, now)
	case s.Narrowed:
		line := "Drop a filter, or search for less."
		if s.Total > 0 {
			line = ui.Count(s.Total, n.One+" was", n.Many+" were") + " looked at."
		}
		return ui.Empty{
			Kind: ui.EmptyNoMatch, Title: "No " + n.One + " matches these filters",
			Lines:     []string{line},
			ActionURL: s.Clear, ActionText: "Clear all filters",
		}
	}
	whole := n.Whole
	if whole == "" {
		whole = n.Many
	}
	e := ui.Empty{Kind: ui.EmptyNone, Icon: n.Icon, ActionURL: SyncURL(m, f.Dataset), ActionText: "Show the sync"}
	read := ui.NewTime(f.AsOf, now).Text
	if m.One() {
		e.Title = "No " + n.Many + " at " + m.Tenant.Name()
		e.Lines = []string{"The tenant was read completely " + read + " and has no " + whole + "."}
		return e
	}
	e.Title = "No " + n.Many
	e.Lines = []string{fmt.Sprintf("%s read completely, the oldest reading %s, and there are no %s.",
		ui.Count(int64(f.Read), "customer was", "customers were"), read, whole)}
	return e
}

// EmptyList is Empty for the list that q asks for. What was looked at is counted only of a list that was read and is narrowed.
func EmptyList(n Noun, f graphsync.Freshness, m tenant.Membership, q page.Query, now time.Time, total func() (int64, error)) (ui.Empty, error) {
	s := Search{Narrowed: q.Narrowed(), Clear: q.Clear()}
	if s.Narrowed && f.Read > 0 {
		var err error
		if s.Total, err = total(); err != nil {
			return ui.Empty{}, err
		}
	}
	return Empty(n, f, m, s, now), nil
}

// refused are the kinds of trouble that waiting does not mend.
var refused = map[string]bool{"permission": true, "role": true, "licence": true, "token": true}

func notRead(n Noun, f graphsync.Freshness, m tenant.Membership, now time.Time) ui.Empty {
	e := ui.Empty{Kind: ui.EmptyNotRead, Title: "Not read yet", ActionURL: SyncURL(m, f.Dataset), ActionText: "Show the sync"}
	if f.Tenants == 0 && m.Narrowed() {
		e.Title, e.Lines = "No connected customer", []string{"None of the customers that you chose by group or tag is connected, so no " + n.Many + " can be read."}
		e.ActionURL, e.ActionText = "/tenants", "Open customers"
		return e
	}
	if f.Tenants == 0 && !m.One() {
		e.Lines = []string{"No customer is connected, so no " + n.Many + " can be read.", "A customer connects through a consent link."}
		e.ActionURL, e.ActionText = "/tenants", "Open customers"
		return e
	}
	where := "The customers"
	if m.One() {
		where = m.Tenant.Name()
	}
	switch {
	case refused[f.Error.Kind]:
		e.Kind, e.Title = ui.EmptyNotPermitted, title(n.Many)+" at "+where+" may not be read"
		e.Lines = []string{f.Error.Sentence, again(f, now)}
		e.ActionURL, e.ActionText, e.Second = m.Path("/consent"), "Show the consent", ui.Link{Text: "Show the sync", URL: SyncURL(m, f.Dataset)}
		if m.One() {
			e.Second = ui.Link{Text: "Why, and who can fix it", URL: DoctorURL(m, f.Dataset)}
		}
		return e
	case f.Running:
		e.Lines = []string{"The first read is under way: " + ui.Count(f.Rows, "row", "rows") + " so far.", "Nothing is counted before it is complete."}
	case f.State == graphsync.Failed:
		e.Lines = []string{strings.TrimSpace("The first read did not succeed. " + f.Error.Sentence), again(f, now)}
		if m.One() {
			e.ActionURL, e.ActionText = DoctorURL(m, f.Dataset), "Why, and who can fix it"
		}
	default:
		e.Lines = []string{where + ": nothing was read completely so far.", again(f, now)}
	}
	return e
}

func again(f graphsync.Freshness, now time.Time) string {
	if f.Next.IsZero() {
		return "Until then nothing here is counted."
	}
	return "The next try is " + ui.Future(f.Next, now).Text + ". Until then nothing here is counted."
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
