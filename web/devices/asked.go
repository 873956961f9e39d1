package devices

import (
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// asked is an action that was asked for through the portal, on this record or on an earlier one of the same hardware.
type asked struct {
	ID        int64      `json:"id"`
	Kind      string     `json:"kind"`
	Name      string     `json:"name"`
	State     string     `json:"state"`
	StateName string     `json:"state_name"`
	Said      string     `json:"said"`
	Choice    string     `json:"choice,omitempty"`
	By        string     `json:"by"`
	Reason    string     `json:"reason"`
	AskedAt   time.Time  `json:"asked_at"`
	EndedAt   *time.Time `json:"ended_at"`
	RequestID string     `json:"graph_request_id"`
	URL       string     `json:"url"`

	state ui.State
	open  bool
}

func newAsked(list []deviceaction.Action, now time.Time) []asked {
	out := []asked{}
	for _, a := range list {
		x := asked{
			ID: a.ID, Kind: a.Kind, Name: deviceaction.Title(a.Kind), State: string(a.State), Said: a.Said, Choice: a.Options.Label, By: a.By, Reason: a.Reason, AskedAt: a.AskedAt.UTC(), EndedAt: page.Moment(a.EndedAt),
			RequestID: a.RequestID, URL: a.Path(), state: verdict.Action(a, now), open: a.EndedAt.IsZero(),
		}
		x.StateName = x.state.Text
		out = append(out, x)
	}
	return out
}

// event is that somebody asked for it, in the device's timeline.
func (a asked) event(now time.Time) ui.Event {
	e := ui.Event{Icon: "edit", Who: audit.NameOf(a.By), Text: "asked for " + a.label(), Link: ui.Link{Text: "Show the action", URL: a.URL}}
	var detail []string
	if a.Reason != "" {
		detail = append(detail, "Reason: “"+a.Reason+"”")
	}
	if a.open {
		detail = append(detail, a.StateName)
	}
	if a.RequestID != "" {
		detail = append(detail, "request id "+a.RequestID)
	}
	e.Detail = strings.Join(detail, " · ")
	return e
}

// ended is how it ended, in the device's timeline.
func (a asked) ended() ui.Event {
	e := ui.Event{Icon: "flash", Text: a.label() + ": " + ui.Lower(a.state.Text), Detail: a.Said}
	switch deviceaction.State(a.State) {
	case deviceaction.Failed:
		e.Tone = "bad"
	case deviceaction.Done:
		e.Tone = "ok"
	}
	return e
}

func (a asked) label() string { return deviceaction.Label(a.Name, a.Choice) }

func (v view) underWay() bool {
	return slices.ContainsFunc(v.Asked, func(a asked) bool { return a.open })
}

// shownActs is how many of the latest the summary has.
const shownActs = 5

func (v view) askedSection() ui.Section {
	return ui.Section{Title: "Asked for here", Count: ui.N(int64(len(v.Asked))), Rule: true, Link: ui.Link{Text: "All actions at this customer", URL: v.m.Path("/actions")}}
}

func (v view) askedTable() ui.Table {
	t := ui.Table{ID: "asked", Caption: "Actions asked for through the portal, the newest first", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "action", Label: "Action"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 230}, {Key: "by", Label: "By", Width: 170, Priority: 2, Phone: "line"}, {Key: "asked", Label: "Asked", Kind: ui.KindTime, Width: 120},
	}}
	for _, a := range v.Asked[:min(len(v.Asked), shownActs)] {
		t.Rows = append(t.Rows, ui.Row{Name: a.label(), URL: a.URL, Cells: []ui.Cell{{State: &a.state}, ui.TextCell(audit.NameOf(a.By)), v.when(&a.AskedAt)}})
	}
	return t
}
