package provisioning

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// objectEvents is how many events an object's page shows.
const objectEvents = 40

// objectView is an object's way through the cycles of one application, and its JSON twin.
type objectView struct {
	object
	AsOf   *time.Time    `json:"as_of"`
	Events []passage     `json:"events"` // newest first
	More   bool          `json:"more"`   // older ones are in the log
	First  *firstFailure `json:"first_failure,omitempty"`

	m     tenant.Membership
	fresh ui.Freshness
	gaps  []fresh.Gap // in the log
}

// passage is one event with how far the object came in it.
type passage struct {
	event
	Current bool       `json:"current"` // one of the failures in a row that the last event ends; a failure before that is past
	Failed  string     `json:"failed_step,omitempty"`
	Steps   []step     `json:"steps"`
	Changes []property `json:"changes"`
}

// firstFailure is where the failures in a row began.
type firstFailure struct {
	At   time.Time `json:"at"`
	Step string    `json:"step"` // the first that did not succeed
	Text string    `json:"text"`
	URL  string    `json:"url"`
}

func (h *Handler) object(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	principal, err := page.Param(r, "principal")
	if err != nil {
		return err
	}
	id := r.URL.Query().Get("id")
	if id == "" {
		return errs.NotFound
	}
	ctx := r.Context()
	o, err := h.Provisioning.Object(ctx, m.Tenant.ID, principal, id)
	if err != nil {
		return err
	}
	events, err := h.Provisioning.Of(ctx, m.Tenant.ID, principal, id, objectEvents+1)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog)
	if err != nil {
		return err
	}
	v := newObjectView(m, o, events, read, page.ChromeOf(ctx).Now)
	if f := o.FirstEvent; v.First == nil && f != "" { // it began further back than the page reaches, or than the log is kept
		switch e, err := h.Provisioning.Event(ctx, m.Tenant.ID, f); {
		case err == nil:
			v.First = newFirst(e, newPassage(m, e, read, true, v.now))
		case !errors.Is(err, errs.NotFound):
			return err
		}
	}
	if v.gaps, err = h.gaps(ctx, m, v.now); err != nil {
		return err
	}
	return page.Answer(w, r, v, objectPage(page.Shell(r, m, v.Name), v))
}

func newObjectView(m tenant.Membership, o provisioning.Object, events []provisioning.Event, read graphsync.Freshness, now time.Time) objectView {
	v := objectView{object: newObject(o, now), AsOf: page.Moment(read.AsOf), Events: []passage{}, More: len(events) > objectEvents, m: m, fresh: fresh.Line(read, m, now)}
	for _, e := range events[:min(len(events), objectEvents)] {
		p := newPassage(m, e, read, o.Failing() && !e.At.Before(o.FailingSince), now)
		v.Events = append(v.Events, p)
		if e.ID == o.FirstEvent {
			v.First = newFirst(e, p)
		}
	}
	return v
}

func newPassage(m tenant.Membership, e provisioning.Event, read graphsync.Freshness, current bool, now time.Time) passage {
	of := newEventView(m, e, read, now)
	p := passage{event: of.event, Current: current && strings.EqualFold(e.Status, "failure"), Steps: of.Steps, Changes: of.Properties}
	if i := slices.IndexFunc(of.Steps, failed); i >= 0 {
		p.Failed = of.Steps[i].Title
	}
	return p
}

func failed(s step) bool { return !strings.EqualFold(s.Status, "success") }

func newFirst(e provisioning.Event, p passage) *firstFailure {
	f := &firstFailure{At: e.At.UTC(), Step: p.Failed, Text: e.Reason, URL: p.URL}
	if i := slices.IndexFunc(p.Steps, failed); i >= 0 && p.Steps[i].Text != "" {
		f.Text = p.Steps[i].Text
	}
	return f
}

func (v objectView) header() ui.PageHeader {
	c := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{
		Tenant: &c, Title: v.Name, Pills: []ui.State{v.state()}, Freshness: v.fresh,
		Context: []ui.Crumb{{Text: "Provisioning", URL: v.m.Path("/provisioning")}, {Text: v.App, URL: appURL(v.m.Tenant.ID, v.Principal)}, {Text: "Failing objects", URL: v.m.Path("/provisioning/objects")}},
	}
}

// state is what the last event left, in the words of the object.
func (v objectView) state() ui.State {
	s := statusState(v.Status)
	switch s.Shape {
	case ui.ShapeBad:
		s.Text = "Fails now"
	case ui.ShapeOK:
		s.Text = "Last event succeeded"
	}
	return s
}

// banner is what fails now, in plain words first and Microsoft's after; nil where nothing does.
func (v objectView) banner() *ui.Banner {
	if v.Since == nil {
		return nil
	}
	words := classWords[v.Class]
	text := words.next
	if v.Advice != "" {
		text += " Microsoft recommends: " + sentence(v.Advice)
	}
	return &ui.Banner{Kind: "bad", Title: words.what + ".", Text: text, Mono: v.ErrorCode}
}

func (v objectView) facts() ui.Facts {
	f := ui.Facts{Wide: true}
	add := func(label string, c ui.Cell) { f.Items = append(f.Items, ui.Fact{Label: label, Value: c}) }
	add("Application", ui.LinkCell(v.App, appURL(v.m.Tenant.ID, v.Principal)))
	if v.Since != nil {
		since := ui.Clock(*v.Since, v.now)
		fact := ui.Fact{Label: "Failing since", Value: ui.TimeCell(since)}
		if !v.Known {
			fact.Note = "or earlier: the log does not reach further back"
		}
		f.Items = append(f.Items, fact)
		add("Tries", ui.TextCell(ui.N(v.Tries)))
		add("Reason", ui.TextCell(v.Reason))
	}
	switch {
	case v.First != nil && v.First.Step != "":
		f.Items = append(f.Items, ui.Fact{Label: "First failing step", Value: ui.LinkCell(v.First.Step, v.First.URL), Note: v.First.Text})
	case v.Since != nil && v.First == nil:
		f.Items = append(f.Items, ui.Fact{Label: "First failing step", Value: ui.UnknownCell(""), Note: "the line is not in the log any more"})
	}
	if v.UPN != "" && v.UPN != v.Name {
		add("Sign-in name", ui.TextCell(v.UPN))
	}
	add("Object id", ui.CopyCell(v.ID, short(v.ID), "Copy the object id"))
	return f
}

// timeline is the object's way over the cycles, the newest first. Failures that came right are told apart from those of now.
func (v objectView) timeline() ui.Timeline {
	var t ui.Timeline
	at := make([]time.Time, len(v.Events))
	for i, p := range v.Events {
		at[i] = p.At
		e := ui.Event{When: ui.Clock(p.At, v.now), Icon: "people_sync", Text: p.ActionName + ": " + strings.ToLower(p.state.Text), Detail: p.Reason, Link: ui.Link{Text: "Steps and values", URL: p.URL}}
		switch {
		case p.Current:
			e.Tone = "bad"
			e.Text += " at “" + p.Failed + "”"
		case strings.EqualFold(p.Status, "failure"):
			e.Text += " then; it came right later"
		case strings.EqualFold(p.Status, "success"):
			e.Tone = "ok"
		}
		if len(p.Changes) == 1 {
			e.From, e.To = said(p.Changes[0].Old), said(p.Changes[0].New)
			e.Detail = brief(p.Changes[0].Name)
			if p.Reason != "" {
				e.Detail += " · " + p.Reason
			}
		} else if len(p.Changes) > 1 && e.Detail == "" {
			e.Detail = ui.Count(int64(len(p.Changes)), "value", "values")
		}
		t = append(t, e)
	}
	return withGaps(t, at, v.gaps)
}
