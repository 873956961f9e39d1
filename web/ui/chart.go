package ui

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Ledger is a column of numbers, each a door: label, number as link, share. Parts must add up to the whole, unknown included.
type Ledger struct {
	Lines []LedgerLine
}

// Render prints the ledger.
func (l Ledger) Render(ctx context.Context, w io.Writer) error { return ledger(l).Render(ctx, w) }

// LedgerLine is a line of a Ledger.
type LedgerLine struct {
	Label  string
	Shape  Shape // optional
	Number string
	URL    string
	Note   string // "90.9%", "of 214", "5 stopped"
	Bad    bool   // the note needs a person
	Hero   bool   // the whole, set large
	Stack  *Stack // a bar under the line
	Gap    bool   // space above: another subject begins
}

// Stack is a bar of parts in the ledger's order; small parts stay visible.
type Stack struct {
	Label string // read out: "43,902 compliant, 688 in grace, …"
	Parts []StackPart
}

// Render prints the bar.
func (s Stack) Render(ctx context.Context, w io.Writer) error { return stack(s).Render(ctx, w) }

// StackPart is a part: Tone is ok, bad, warn, unknown, or fresh (petrol), late (amber hatch), unread (dashed).
type StackPart struct {
	Tone string
	N    int64
}

func (s Stack) total() (n int64) {
	for _, p := range s.Parts {
		n += p.N
	}
	return n
}

// FreshStrip is how many tenants of a dataset are fresh, late or not read.
func FreshStrip(fresh, late, unread int64) Stack {
	return Stack{
		Label: fmt.Sprintf("%s fresh, %s late, %s not read", N(fresh), N(late), N(unread)),
		Parts: []StackPart{{"fresh", fresh}, {"late", late}, {"unread", unread}},
	}
}

// Bars is a bar chart by rows; each number is a link.
type Bars struct {
	Rows []Bar
	Note string
}

// Bar is a row of Bars. Tone is "" or "warn" (needs action) or "unknown" (hatched).
type Bar struct {
	Label string
	N     int64
	Text  string // N grouped, where empty
	URL   string
	Tone  string
}

// Render prints the chart.
func (b Bars) Render(ctx context.Context, w io.Writer) error { return bars(b).Render(ctx, w) }

func (b Bars) max() (m int64) {
	for _, r := range b.Rows {
		m = max(m, r.N)
	}
	return m
}

func (b Bar) text() string {
	if b.Text != "" {
		return b.Text
	}
	return N(b.N)
}

// LineChart is one line over time. Points that were not read are a hatched gap, never joined.
type LineChart struct {
	ID      string  // unique on the page
	Label   string  // the chart as a sentence, for who does not see it
	Points  []Point // evenly spaced, oldest first
	Unit    string  // "%"; "": whole numbers, of things
	Target  float64 // 0: none
	GapText string  // "not read 11–13 Oct"
	Missing string  // what the table says of a point that was not read, where it is not "not read"
	Column  string  // heading of the values in the table, and name of the line where there are others: "Compliant"
	Others  []Line  // more lines over the same days; at most three, named at their ends
}

// Line is one more line of a LineChart.
type Line struct {
	Name   string
	Points []Point // as many as the chart has
}

// Point is a value of a LineChart.
type Point struct {
	Label string // "24 Aug"
	Value float64
	Read  bool
	Gap   string // what the table says where it was not read, if not what the chart says of all of them: "2 of 3 customers read"
}

// Render prints the chart and its table.
func (c LineChart) Render(ctx context.Context, w io.Writer) error { return lineChart(c).Render(ctx, w) }

// The plot's box inside the 560 by 190 view.
const (
	plotLeft, plotTop, plotBottom = 34.0, 20.0, 170.0
	chartWidth, chartHeight       = 560, 196
)

// left is where the plot begins: numbers of things take more room than shares.
func (c LineChart) left() float64 {
	if c.Unit != "" {
		return plotLeft
	}
	_, hi := c.bounds()
	return max(plotLeft, 14+6.5*float64(len(c.format(hi, 1))))
}

// right is the end of the plot: names of lines take more room than a value.
func (c LineChart) right() float64 {
	if len(c.Others) > 0 {
		return 420
	}
	return 498
}

// lines are all of them, with their names.
func (c LineChart) lines() []Line { return append([]Line{{c.Column, c.Points}}, c.Others...) }

type tick struct {
	At   float64
	Text string
}

type span2 struct{ From, To float64 }

// frame is a LineChart laid out.
type frame struct {
	Lines         []drawn
	Y             []tick
	X             []tick
	Gaps          []span2
	TargetY       float64
	TargetVisible bool
}

// drawn is a line laid out; LabelY is LastY, moved away from the other labels.
type drawn struct {
	Path                 string
	LastX, LastY, LabelY float64
	LastText             string
	HasLast              bool
}

// layout places the chart. The axis starts at a round number below the lowest value, not at zero, and says so by its labels.
func (c LineChart) layout() frame {
	lo, hi, step := c.axis()
	y := func(v float64) float64 { return plotBottom - (v-lo)/(hi-lo)*(plotBottom-plotTop) }
	x := func(i int) float64 {
		if len(c.Points) < 2 {
			return c.left()
		}
		return c.left() + float64(i)/float64(len(c.Points)-1)*(c.right()-c.left())
	}
	f := frame{TargetY: y(c.Target), TargetVisible: c.Target > 0}
	for v := lo; v <= hi+step/2; v += step {
		f.Y = append(f.Y, tick{y(v), c.format(v, step)})
	}
	for _, l := range c.lines() {
		f.Lines = append(f.Lines, c.trace(l, x, y))
	}
	apart(f.Lines)
	f.Gaps = gaps(c.Points, x)
	for _, i := range xTicks(len(c.Points)) {
		f.X = append(f.X, tick{x(i), c.Points[i].Label})
	}
	return f
}

// trace draws the read stretches of a line; a day alone between days that were not read is a dot, by its line's round ends.
func (c LineChart) trace(l Line, x func(int) float64, y func(float64) float64) (d drawn) {
	var path strings.Builder
	down := false
	for i, p := range l.Points {
		if !p.Read {
			down = false
			continue
		}
		verb := "L"
		if !down {
			verb = "M"
		}
		down = true
		path.WriteString(verb + px(x(i)) + " " + px(y(p.Value)))
		if verb == "M" && (i+1 == len(l.Points) || !l.Points[i+1].Read) {
			path.WriteString("h0")
		}
		d.LastX, d.LastY, d.LastText, d.HasLast = x(i), y(p.Value), c.format(p.Value, 0.1), true
	}
	if d.Path, d.LabelY = path.String(), d.LastY; len(c.Others) > 0 && d.HasLast {
		d.LastText += " " + l.Name
	}
	return d
}

// labelHeight is the least distance of two labels at the ends of lines; on a phone they are larger.
const labelHeight = 19

// apart moves labels that would cover one another.
func apart(lines []drawn) {
	order := make([]*drawn, len(lines))
	for i := range lines {
		order[i] = &lines[i]
	}
	slices.SortStableFunc(order, func(a, b *drawn) int { return cmp.Compare(a.LabelY, b.LabelY) })
	for i := 1; i < len(order); i++ {
		order[i].LabelY = max(order[i].LabelY, order[i-1].LabelY+labelHeight)
	}
	for i, most := len(order)-1, float64(chartHeight); i >= 0; i, most = i-1, most-labelHeight {
		order[i].LabelY = min(order[i].LabelY, most)
	}
}

// gaps are the stretches that were not read, up to the points beside them.
func gaps(points []Point, x func(int) float64) (found []span2) {
	gap := -1
	for i, p := range points {
		switch {
		case !p.Read && gap < 0:
			gap = i
		case p.Read && gap >= 0:
			found, gap = append(found, span2{x(max(gap-1, 0)), x(i)}), -1
		}
	}
	if gap >= 0 {
		found = append(found, span2{x(max(gap-1, 0)), x(len(points) - 1)})
	}
	return found
}

func (c LineChart) bounds() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, l := range c.lines() {
		for _, p := range l.Points {
			if p.Read {
				lo, hi = math.Min(lo, p.Value), math.Max(hi, p.Value)
			}
		}
	}
	if c.Target > 0 {
		lo, hi = math.Min(lo, c.Target), math.Max(hi, c.Target)
	}
	if lo > hi { // nothing was read
		return 0, 1
	}
	if lo == hi {
		return lo - 1, hi + 1
	}
	return lo, hi
}

// missing is what the table says of a gap.
func (c LineChart) missing(p Point) string { return cmp.Or(p.Gap, c.Missing, "not read") }

func (c LineChart) format(v, step float64) string {
	if c.Unit == "" {
		return N(int64(math.Round(v)))
	}
	digits := 0
	if step < 1 {
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + c.Unit
}

// axis widens the bounds to round numbers, with at most five lines between and on them. There is no half of a thing, and no less than none.
func (c LineChart) axis() (lo, hi, step float64) {
	from, to := c.bounds()
	step = roundStep((to - from) / 4)
	if c.Unit == "" {
		from, step = max(from, 0), max(step, 1)
	}
	for ; ; step = roundStep(step * 1.01) {
		lo = math.Floor(from/step) * step
		hi = math.Max(math.Ceil(to/step)*step, lo+step)
		if (hi-lo)/step < 4.5 {
			return lo, hi, step
		}
	}
}

// roundStep is the next of 1, 2, 3, 5 times a power of ten.
func roundStep(raw float64) float64 {
	if raw <= 0 {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 3, 5, 10} {
		if raw <= m*p*1.0001 {
			return m * p
		}
	}
	return 10 * p
}

func xTicks(n int) []int {
	switch {
	case n == 0:
		return nil
	case n < 5:
		return []int{0, n - 1}[:min(n, 2)]
	}
	return []int{0, (n - 1) / 4, (n - 1) / 2, (n - 1) * 3 / 4, n - 1}
}

func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// Progress is how far a job has come. Its colour does not change with the state.
type Progress struct {
	Label string // "Cycle 3,318, started 02:31"
	Part  int64
	Whole int64
	Text  string // "22% · 262 of 1,180 looked at · observed 6 min ago"
}

// Render prints the progress.
func (p Progress) Render(ctx context.Context, w io.Writer) error { return progress(p).Render(ctx, w) }

// Budget is the meter of the brake: what was used, what this would use, and how much is allowed.
type Budget struct {
	Used, This, Limit int64
	Label             string // read out
}

// Render prints the meter.
func (b Budget) Render(ctx context.Context, w io.Writer) error { return budget(b).Render(ctx, w) }

// Funnel is counts that subtract from left to right.
type Funnel []FunnelCell

// FunnelCell is a step of a Funnel.
type FunnelCell struct {
	Label, Number, Note, URL string
	Bad                      bool
}

// Render prints the funnel.
func (f Funnel) Render(ctx context.Context, w io.Writer) error { return funnel(f).Render(ctx, w) }
