package consent

import (
	"slices"
	"time"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// moveRow is one permission that changed, or a time in which nothing was seen whole.
type moveRow struct {
	At       time.Time       `json:"at"`
	Name     string          `json:"name,omitempty"`
	Kind     permission.Kind `json:"kind,omitempty"`
	Resource string          `json:"resource,omitempty"`
	From     string          `json:"from,omitempty"` // granted, missing, surplus; empty: not there
	To       string          `json:"to,omitempty"`
	Unread   bool            `json:"not_read,omitempty"`
	Until    *time.Time      `json:"until,omitempty"` // of a time without a whole look
	Looks    int             `json:"looks,omitempty"`
	Problem  string          `json:"problem,omitempty"`
}

// shownMoves is how far back the page goes.
const shownMoves = 100

func newHistory(c domain.View) []moveRow {
	rows := []moveRow{}
	for _, m := range domain.Moves(slices.Concat(c.Open, c.Past)) {
		g := newGrantRow(domain.Standing{Permission: m.Permission})
		rows = append(rows, moveRow{At: m.At, Name: g.Name, Kind: g.Kind, Resource: g.Resource, From: m.From, To: m.To})
	}
	for _, g := range c.Gaps {
		rows = append(rows, moveRow{At: g.From, Unread: true, Until: &g.To, Looks: g.Looks, Problem: g.Problem})
	}
	slices.SortStableFunc(rows, func(a, b moveRow) int { return b.At.Compare(a.At) })
	return rows[:min(len(rows), shownMoves)]
}

// timeline is the history of the grants, the latest first; times in which nothing was seen whole are marked, never filled.
func (v staffView) timeline() ui.Timeline {
	var t ui.Timeline
	for _, r := range v.History {
		t = append(t, v.event(r))
	}
	return t
}

func (v staffView) event(r moveRow) ui.Event {
	e := ui.Event{When: ui.NewTime(r.At, v.now), Icon: "key", Who: r.Name, Detail: string(r.Kind) + " · " + r.Resource}
	switch {
	case r.Unread:
		return ui.Event{When: ui.NewTime(r.At, v.now), Icon: "question_circle", Tone: "gap", Text: "Not seen whole, " + ui.Count(int64(r.Looks), "look", "looks") + ". What changed meanwhile is not known.", Detail: r.Problem}
	case r.From != "" && r.To != "":
		e.Text, e.From, e.To = "changed", standingWords[r.From], standingWords[r.To]
	case r.To == domain.StandingGranted:
		e.Text = "is granted"
	case r.To == domain.StandingMissing:
		e.Text = "was asked for and is missing"
	case r.To == domain.StandingSurplus:
		e.Text = "is granted and not needed"
	case r.From == domain.StandingMissing:
		e.Text = "is no longer asked for"
	default:
		e.Text = "was taken back"
	}
	if r.From == domain.StandingGranted {
		e.Tone = "bad"
	}
	return e
}

// History words what readings saw change of the permissions that a customer granted to the app.
var History = page.History{
	Labels: map[string]string{string(permission.Application): "Application permission", string(permission.Delegated): "Delegated permission"}, Own: true,
	Said: func(_, standing string) string {
		if standing == "" {
			return "not there"
		}
		return standingWords[standing]
	},
	Called: func(name, resource string) (string, string) {
		g := newGrantRow(domain.Standing{Permission: permission.Permission{Name: name, Resource: permission.Resource(resource)}})
		return g.Name, g.Resource
	},
}

var standingWords = map[string]string{domain.StandingGranted: "granted", domain.StandingMissing: "missing", domain.StandingSurplus: "granted, not needed"}
