package tenants

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/figures"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// summary is the page's view model and its JSON twin.
type summary struct {
	ID         string           `json:"id"`
	Name       string           `json:"name"`
	Domains    []string         `json:"domains"`
	State      string           `json:"state"`
	StateSince time.Time        `json:"state_since"`
	StateAsOf  *time.Time       `json:"state_as_of"`
	Devices    map[string]int64 `json:"devices"` // counters of the last complete read; null: never read
	Datasets   []reading        `json:"datasets"`
	Running    bool             `json:"reading_now"`

	Guests map[guest.Standing]int64 `json:"guests"` // accounts of the partner's people by how far they are; null: never read
	Ends   *ends                    `json:"ends_soon"`

	now     time.Time
	m       tenant.Membership
	devices graphsync.Freshness

	guestsAsOf graphsync.Freshness
	days       graphsync.Days // of devices
	jobDays    graphsync.Days // of provisioning jobs
	activity   []audit.Record
	live       string // how often the page renews itself: "2s"; "" never
}

// reading is one dataset of the tenant.
type reading struct {
	Name     string     `json:"dataset"`
	Label    string     `json:"label"`
	State    string     `json:"state"`
	Late     bool       `json:"late"` // complete, but older than its target
	Rows     int64      `json:"rows"`
	Pages    int64      `json:"pages"`
	Retries  int64      `json:"retries"`
	AsOf     *time.Time `json:"as_of"`
	NextAt   *time.Time `json:"next_at"`
	AskedAt  *time.Time `json:"asked_at,omitempty"` // of a read that waits for its turn
	Problem  string     `json:"problem,omitempty"`
	Throttle string     `json:"throttled,omitempty"`
}

func (h *Handler) summary(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.read(r.Context(), m, page.ChromeOf(r.Context()).Now)
	if err != nil {
		return err
	}
	s := page.Shell(r, m, m.Tenant.Name())
	if v.live != "" {
		s.Refresh, s.Live = 10, true
	}
	return page.Answer(w, r, v, summaryPage(s, v))
}

func (h *Handler) read(ctx context.Context, m tenant.Membership, now time.Time) (summary, error) {
	t := m.Tenant
	v := summary{ID: t.ID.String(), Name: t.Name(), Domains: t.Domains, State: string(t.State), StateSince: t.StateSince, now: now, m: m}
	if !t.StateReadAt.IsZero() {
		v.StateAsOf = ptr(t.StateReadAt.UTC())
	}
	statuses, err := h.Sync.OfTenant(ctx, t.ID)
	if err != nil {
		return v, err
	}
	for _, st := range statuses {
		v.Datasets = append(v.Datasets, newReading(st, now))
		v.Running = v.Running || st.State == "running"
	}
	v.live = live(t.State, statuses, now)
	if v.devices, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Devices); err != nil {
		return v, err
	}
	if _, ok := v.devices.Snapshot(); ok {
		if err = h.readFigures(ctx, &v); err != nil {
			return v, err
		}
	}
	if v.guestsAsOf, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Guests); err != nil {
		return v, err
	}
	if v.guestsAsOf.Read > 0 {
		if v.Guests, err = h.Guests.Standings(ctx, m.Scope, guest.Filter{}); err != nil {
			return v, err
		}
	}
	if v.Ends, err = h.ends(ctx, m, now); err != nil {
		return v, err
	}
	v.activity, err = h.Audit.Latest(ctx, m.Scope, 6)
	return v, err
}

func (h *Handler) readFigures(ctx context.Context, v *summary) (err error) {
	if v.Devices, err = h.Sync.Counters(ctx, v.m.Scope, graphsync.Devices); err != nil {
		return err
	}
	since := v.now.AddDate(0, 0, -figures.TrendDays)
	if v.days, err = h.Sync.DailyOf(ctx, v.m.Scope, graphsync.Devices, since, figures.DeviceKeys(v.Devices)...); err != nil {
		return err
	}
	v.jobDays, err = h.Sync.DailyOf(ctx, v.m.Scope, graphsync.ProvisioningJobs, since, figures.JobKeys()...)
	return err
}

// live is how often the page renews itself, or "": soon while something is read or about to be, so that nobody has to guess when the first
// read begins; slowly while the customer's answer is awaited.
func live(state tenant.State, statuses []graphsync.Status, now time.Time) string {
	for _, st := range statuses {
		first := st.State == "never" && st.Trouble.At.IsZero()
		due := !st.NextAt.IsZero() && st.NextAt.Before(now)
		if st.State == "running" || !st.AskedAt.IsZero() || !st.Stopped && state.Readable() && (first || due) {
			return "2s"
		}
	}
	switch state {
	case tenant.StateWaiting:
		return "2s"
	case tenant.StateInvited:
		return "10s"
	}
	return ""
}

func newReading(st graphsync.Status, now time.Time) reading {
	x := reading{Name: st.Dataset, Label: graphsync.Label(st.Dataset), State: st.State, Rows: st.LastCompleteRows, Pages: st.Pages, Retries: st.Retries, Problem: st.Trouble.Sentence}
	if st.State == "running" {
		x.Rows = st.Rows
	}
	x.AskedAt = page.Moment(st.AskedAt)
	if !st.LastCompleteAt.IsZero() {
		x.AsOf = ptr(st.LastCompleteAt.UTC())
		d, known := graphsync.Table().Get(st.Dataset)
		x.Late = known && now.Sub(st.LastCompleteAt) > d.FreshFor
	}
	if !st.NextAt.IsZero() && !st.Stopped {
		x.NextAt = ptr(st.NextAt.UTC())
	}
	if st.Throttled > 0 {
		x.Throttle = ui.Length(st.Throttled)
	}
	return x
}

// syncNow asks for all datasets of the tenant at once.
func (h *Handler) syncNow(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	asked, err := h.Sync.RequestNow(r.Context(), m.Scope)
	if err != nil {
		return err
	}
	return page.Done(w, r, m.Path(""), fresh.Asked(asked))
}

func (v summary) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: v.ID, Mono: true}}, Title: v.Name, Pills: []ui.State{page.Connection(v.m.Tenant, v.now)}}
	h.Freshness = v.freshness()
	if v.m.May(tenant.MaySync) && v.m.Tenant.State.Readable() {
		h.Actions = append(h.Actions, ui.Action{Text: "Read now", Icon: "arrow_sync", Post: v.m.Path("/sync")})
	}
	if v.m.May(tenant.MayAct) {
		h.Actions = append(h.Actions, ui.Action{Text: "Sign in here", Icon: "key", URL: "/signin?tenant=" + v.ID + "&return=" + v.m.Path("")})
	}
	if v.m.May(tenant.MayConsent) {
		h.Actions = append(h.Actions, ui.Action{Text: "Send consent link", Icon: "link", Kind: ui.Primary, URL: v.m.Path("/consent")})
	}
	return h
}

// freshness is over all datasets: as old as the oldest of them.
func (v summary) freshness() ui.Freshness {
	read, oldest := 0, time.Time{}
	for _, d := range v.Datasets {
		if d.AsOf == nil {
			continue
		}
		read++
		if oldest.IsZero() || d.AsOf.Before(oldest) {
			oldest = *d.AsOf
		}
	}
	f := ui.Freshness{State: ui.ShapeUnknown, Never: "Not read yet"}
	if read == 0 {
		return f
	}
	f.AsOf = ui.NewTime(oldest, v.now)
	f.State = ui.ShapeOK
	late := v.late()
	switch {
	case late == len(v.Datasets):
		f.State = ui.ShapeStale
	case read < len(v.Datasets) || late > 0 || v.troubled():
		f.State = ui.ShapePartial
	}
	f.Parts = []ui.Link{{Text: "read completely: " + ui.N(int64(read)) + " of " + ui.Count(int64(len(v.Datasets)), "dataset", "datasets"), URL: "/sync?customer=" + v.ID}}
	if late > 0 {
		f.Parts = append(f.Parts, ui.Link{Text: ui.N(int64(late)) + " late", URL: "/sync?age=late&customer=" + v.ID})
	}
	return f
}

func (v summary) late() (n int) {
	for _, d := range v.Datasets {
		if d.Late {
			n++
		}
	}
	return n
}

func (v summary) troubled() bool {
	return slices.ContainsFunc(v.Datasets, func(d reading) bool { return d.Problem != "" })
}

// banner says what stands between the portal and the tenant, with one step.
func (v summary) banner() *ui.Banner {
	b := map[tenant.State]ui.Banner{
		tenant.StateUnconsented: {Kind: "info", Title: v.Name + " has not been asked yet.", Text: "Send a consent link to an administrator of this customer. Nothing is read before they agree."},
		tenant.StateInvited:     {Kind: "info", Title: "A consent link is open.", Text: "Nothing is read before an administrator of this customer agrees."},
		tenant.StateDeclined:    {Kind: "warn", Title: "An administrator declined.", Text: "Ask what held them back; a new link can ask for less."},
		tenant.StateWaiting:     {Kind: "info", Title: "Consent came back; Microsoft does not confirm it yet.", Text: "The portal looks again by itself. It can take some minutes."},
		tenant.StatePartial:     {Kind: "warn", Title: "Some permissions are missing.", Text: "What they open shows its last state until they are granted."},
		tenant.StateWithdrawn:   {Kind: "bad", Title: "Consent was withdrawn.", Text: "Nothing is read any more; the pages show what was read last."},
		tenant.StateSuspended:   {Kind: "warn", Title: "This customer is suspended.", Text: "An owner switched reading off."},
	}
	out, ok := b[v.m.Tenant.State]
	if !ok {
		return nil
	}
	if v.m.Tenant.State != tenant.StateSuspended {
		out.ActionURL, out.ActionText = v.m.Path("/consent"), "Open consent"
	}
	return &out
}

// door is the way that direct consent goes, each stage as it was read.
func (v summary) door() ui.Stages {
	t := v.m.Tenant
	asOf := "not read yet"
	if !t.StateReadAt.IsZero() {
		asOf = "as of " + ui.NewTime(t.StateReadAt, v.now).Text
	}
	consent := page.Connection(t, v.now)
	first := ui.Stage{Name: "First read", Shape: ui.ShapeTodo, Fact: "Begins when consent is proven"}
	if read := v.complete(); read > 0 {
		first.Shape, first.Fact = ui.ShapePartial, ui.N(int64(read))+" of "+ui.Count(int64(len(v.Datasets)), "dataset", "datasets")
		if read == len(v.Datasets) {
			first.Shape = ui.ShapeOK
		}
	} else if v.Running {
		first.Shape, first.Fact = ui.ShapePending, "Under way"
	} else if v.troubled() {
		first.Shape, first.Fact = ui.ShapeBad, "The first attempt failed"
	} else if len(v.Datasets) > 0 && t.State.Readable() {
		first.Fact = "Waits for its turn"
	}
	tenantStage := ui.Stage{Name: "Tenant", Shape: ui.ShapeOK, Fact: t.DefaultDomain, AsOf: "found at Microsoft", Link: ui.Link{Text: "domains", URL: v.m.Path("/licences/domains")}}
	return ui.Stages{Title: "Direct consent", Note: "used for reading", Items: []ui.Stage{
		tenantStage,
		{Name: "Consent", Shape: consent.Shape, Fact: consent.Text, AsOf: asOf, Link: ui.Link{Text: "permissions", URL: v.m.Path("/consent")}},
		first,
	}}
}

// guestStages are the stages of guest accounts: how many have come so far and no further.
var guestStages = []struct {
	standing   guest.Standing
	name, fact string
	shape      ui.Shape // where there is one
}{
	{guest.Invited, "Invited", "not redeemed", ui.ShapePending}, {guest.Redeemed, "Redeemed", "without a directory role", ui.ShapePartial}, {guest.Role, "Directory role", "without an Intune licence", ui.ShapePartial},
	{guest.Licence, "Intune licence", "not proven", ui.ShapePending}, {guest.Proven, "Sign-in", "proven", ui.ShapeOK}, {guest.Blocked, "Disabled", "by the customer", ui.ShapeBad}, {guest.Unknown, "Unknown", "not read to the end", ui.ShapeUnknown},
}

// guestDoor is the way that the partner's people go in as guests, each stage with the accounts that stand there.
func (v summary) guestDoor() ui.Stages {
	s := ui.Stages{Title: "Guest accounts", Note: "of your people"}
	if v.Guests == nil {
		s.Items = []ui.Stage{{Name: "Guest accounts", Shape: ui.ShapeUnknown, Fact: "Not known", AsOf: "not read yet", Link: ui.Link{Text: "guests", URL: v.m.Path("/guests")}}}
		return s
	}
	asOf := "as of " + ui.NewTime(v.guestsAsOf.AsOf, v.now).Text
	for _, x := range guestStages {
		n := v.Guests[x.standing]
		if n == 0 && (x.standing == guest.Blocked || x.standing == guest.Unknown) {
			continue
		}
		st := ui.Stage{Name: x.name, Shape: ui.ShapeTodo, Fact: "Nobody", AsOf: asOf}
		if n > 0 {
			st.Shape, st.Fact, st.Link = x.shape, ui.N(n)+" "+x.fact, ui.Link{Text: "guests", URL: v.m.Path("/guests?standing=" + string(x.standing))}
		}
		if n > 0 && v.guestsAsOf.Late > 0 {
			st.Shape = ui.ShapeStale
		}
		s.Items = append(s.Items, st)
	}
	return s
}

func (v summary) complete() (n int) {
	for _, d := range v.Datasets {
		if d.AsOf != nil {
			n++
		}
	}
	return n
}

// readings are the datasets of the tenant: how far each read is, or when it was last complete.
func (v summary) readings() ui.Table {
	t := ui.Table{ID: "readings", Caption: "What is read from this customer", Inset: true, Columns: []ui.Column{
		{Key: "dataset", Label: "Dataset", Width: 260}, {Key: "state", Label: "State", Kind: ui.KindState, Phone: "line"},
		{Key: "rows", Label: "Rows read", Kind: ui.KindNumber, Width: 110}, {Key: "pages", Label: "Pages", Kind: ui.KindNumber, Width: 80, Priority: 2},
		{Key: "throttled", Label: "Held back", Kind: ui.KindNumber, Width: 100, Priority: 3},
		{Key: "asof", Label: "Read completely", Kind: ui.KindTime, Width: 140}, {Key: "next", Label: "Next", Kind: ui.KindTime, Width: 110, Priority: 2},
	}}
	for _, d := range v.Datasets {
		t.Rows = append(t.Rows, ui.Row{Name: d.Label, URL: "/sync?dataset=" + d.Name + "&customer=" + v.ID, Cells: []ui.Cell{
			d.stateCell(), d.number(d.Rows), d.number(d.Pages), ui.QuietCell(d.Throttle),
			ui.TimeCell(ui.NewTime(deref(d.AsOf), v.now)), d.nextCell(v.now),
		}})
	}
	return t
}

// number is empty where nothing was read: 0 would be a finding.
func (d reading) number(n int64) ui.Cell {
	if d.AsOf == nil && d.State != "running" {
		return ui.TextCell("")
	}
	return ui.TextCell(ui.N(n))
}

func (d reading) stateCell() ui.Cell {
	switch {
	case d.State == "running":
		return ui.StateCell(ui.ShapePending, "Being read")
	case d.AskedAt != nil:
		return ui.StateCell(ui.ShapePending, "Asked for, waits for its turn")
	case d.State == "failed":
		c := ui.StateCell(ui.ShapeBad, "Not read: "+d.Problem)
		if d.AsOf != nil {
			c = ui.StateCell(ui.ShapeStale, "Last attempt failed: "+d.Problem)
		}
		c.Title = d.Problem
		return c
	case d.Late:
		return ui.StateCell(ui.ShapeStale, "Older than its target")
	case d.AsOf != nil:
		return ui.StateCell(ui.ShapeOK, "Complete")
	}
	return ui.StateCell(ui.ShapeUnknown, "Not read yet")
}

func (d reading) nextCell(now time.Time) ui.Cell {
	if d.NextAt == nil {
		return ui.DashCell()
	}
	return ui.TimeCell(ui.Future(*d.NextAt, now))
}

// timeline is what was done here, newest first.
func (v summary) timeline() ui.Timeline {
	var t ui.Timeline
	for _, rec := range v.activity {
		t = append(t, ui.Event{When: ui.NewTime(rec.At, v.now), Icon: "history", Who: rec.Actor, Text: page.ActionWords(rec.Action)})
	}
	return t
}
