package ui

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/a-h/templ"
)

// AttentionList is what needs a person, first things first: one sentence and one action each.
type AttentionList struct {
	Items []Attention
	More  Link // "All 11, snoozed 3"
}

// Render prints the list.
func (a AttentionList) Render(ctx context.Context, w io.Writer) error {
	return attentionList(a).Render(ctx, w)
}

// Attention is one thing that needs a person. The same cause in several tenants is one, with Tenants instead of Tenant.
type Attention struct {
	Shape   Shape
	Text    string
	Detail  string // cause and effect
	URL     string // of the text
	Tenant  *TenantChip
	Tenants Link   // "3 customers"
	When    string // "3 d 17 h", "ends 23 Nov"
	Action  Link
}

// StateCounts are a list's numbers by state, each a link to the rows that it counts.
type StateCounts []StateCount

// StateCount is one of them.
type StateCount struct {
	N     int64
	State State
	URL   string
}

// Render prints the counts.
func (s StateCounts) Render(ctx context.Context, w io.Writer) error {
	return stateCounts(s).Render(ctx, w)
}

// Timeline is what happened, newest first: changes that a sync saw, our actions, approvals, the customer's events, and gaps.
type Timeline []Event

// Moments gather what happened, in any order, for a Timeline.
type Moments struct {
	Now time.Time
	all []moment
}

type moment struct {
	at time.Time
	Event
}

// Add adds what happened at a time. What never happened, at the zero time, is left out; an event with words of its own for when keeps them.
func (m *Moments) Add(at time.Time, e Event) {
	if at.IsZero() {
		return
	}
	if e.WhenText == "" {
		e.When = NewTime(at, m.Now)
	}
	m.all = append(m.all, moment{at, e})
}

// Timeline has them in their order.
func (m Moments) Timeline() Timeline {
	slices.SortStableFunc(m.all, func(a, b moment) int { return b.at.Compare(a.at) })
	out := make(Timeline, len(m.all))
	for i, e := range m.all {
		out[i] = e.Event
	}
	return out
}

// Event is an entry of a Timeline.
type Event struct {
	When     Time
	WhenText string // instead of When: "11–13 Oct"
	Icon     string
	Tone     string // "", "bad", "ok", "gap" (not read)
	Who      string // set in bold before Text
	Text     string
	From, To string // an old and a new value
	Detail   string
	Link     Link
}

// Render prints the timeline.
func (t Timeline) Render(ctx context.Context, w io.Writer) error { return timeline(t).Render(ctx, w) }

// Diff is an old value and a new one; text and sign tell them apart, not colour alone.
type Diff struct{ From, To string }

// Render prints both.
func (d Diff) Render(ctx context.Context, w io.Writer) error { return diff(d).Render(ctx, w) }

// StepList is a chain of steps with evidence (the X-ray of an object).
type StepList []Step

// Step is one of a StepList.
type Step struct {
	Shape    Shape
	Title    string
	Text     string
	At       string // clock time
	Evidence templ.Component
}

// Render prints the steps.
func (s StepList) Render(ctx context.Context, w io.Writer) error { return stepList(s).Render(ctx, w) }

// StepsLine is where a confirmation stands: Confirm › Second person approves › Microsoft erases › Result.
type StepsLine []StepsItem

// StepsItem is one of a StepsLine.
type StepsItem struct {
	Text    string
	Shape   Shape
	Current bool
}

// Render prints the line.
func (s StepsLine) Render(ctx context.Context, w io.Writer) error { return stepsLine(s).Render(ctx, w) }

// Stages is one door into a tenant: five stages on a line, solid after what is proven.
type Stages struct {
	Title string
	Note  string
	Items []Stage
}

// Stage is one of Stages.
type Stage struct {
	Shape Shape
	Name  string
	Fact  string
	AsOf  string // "as of 52 min ago"
	Link  Link
}

// Render prints the stages.
func (s Stages) Render(ctx context.Context, w io.Writer) error { return stages(s).Render(ctx, w) }

// Layers is a verdict layer by layer, in the order in which they are checked.
type Layers []Layer

// Layer is one of Layers.
type Layer struct {
	Shape   Shape
	Name    string
	Text    string
	When    string
	Current bool // the layer that failed
}

// Render prints the layers.
func (l Layers) Render(ctx context.Context, w io.Writer) error { return layers(l).Render(ctx, w) }

// Consequences is a list of sentences, each with a shape: what will happen, and what is not known.
type Consequences []Consequence

// Consequence is one of them.
type Consequence struct {
	Shape Shape
	Text  string
}

// Render prints the list.
func (c Consequences) Render(ctx context.Context, w io.Writer) error {
	return consequences(c).Render(ctx, w)
}

// Statements is a card of sentences for a customer: what can be read, what a person may change.
type Statements struct {
	Items   []Statement
	Summary string // "The 7 names in Microsoft’s words"
	Names   []string
	Open    bool
}

// Statement is a sentence with an icon.
type Statement struct {
	Icon string
	Text Spans
}

// Render prints the card.
func (s Statements) Render(ctx context.Context, w io.Writer) error {
	return statements(s).Render(ctx, w)
}

// Numbered is what happens next, step by step.
type Numbered []Spans

// Render prints the steps.
func (n Numbered) Render(ctx context.Context, w io.Writer) error { return numbered(n).Render(ctx, w) }

// Folded hides its children behind a summary; works without JavaScript. Its children follow .With().
type Folded struct {
	Summary string
	Open    bool
}

// Render prints the summary and the children.
func (f Folded) Render(ctx context.Context, w io.Writer) error { return folded(f).Render(ctx, w) }

// With lets templ give the fold its children.
func (f Folded) With() templ.Component { return folded(f) }

// Code is text as a machine wrote it.
type Code string

// Render prints the text in a box.
func (c Code) Render(ctx context.Context, w io.Writer) error { return code(string(c)).Render(ctx, w) }

// People is a short list of persons: who may approve.
type People []PersonLine

// PersonLine is one of People.
type PersonLine struct {
	Name, Role, Seen string
	Here             bool
}

// Render prints the list.
func (p People) Render(ctx context.Context, w io.Writer) error { return people(p).Render(ctx, w) }
