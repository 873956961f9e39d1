package approvals

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of the limits' page, ready to print.

// texts are the fields that are no limits.
func texts(l brake.Limits) map[string]string {
	return map[string]string{"zone": l.Zone, "from": strconv.Itoa(l.From), "to": strconv.Itoa(l.To), "contact1": l.Contacts[0], "contact2": l.Contacts[1]}
}

func (v limitsView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "Brake", Lead: "How much one person may destroy before a second one has to look. What tightens a limit is in effect at once; what loosens one waits."}
}

// fields are the limits, parted as the page has them.
func (v limitsView) fields(from, to int) (out []ui.Field) {
	for _, n := range brake.Numbers[from:to] {
		f := ui.Field{Name: n.Name, Label: n.Label, Value: strconv.Itoa(*n.Of(&v.Limits)), Error: v.faults[n.Name], InputMode: "numeric", Hint: fmt.Sprintf("%d to %d %s", n.Min, n.Max, n.Unit), Autocomplete: "off"}
		if v.given != nil {
			f.Value = v.given[n.Name]
		}
		out = append(out, f)
	}
	return out
}

// alone is how many of the limits are about what one person may do alone; the others say how the brake works.
const alone = 10

func (v limitsView) hours() []ui.Field {
	have := texts(v.Limits)
	if v.given != nil {
		have = v.given
	}
	return []ui.Field{
		{Name: "zone", Label: "Time zone", Value: have["zone"], Error: v.faults["zone"], Hint: "Such as Europe/London", Max: 60, Autocomplete: "off"},
		{Name: "from", Label: "From, hour", Value: have["from"], Error: v.faults["from"], InputMode: "numeric", Autocomplete: "off"},
		{Name: "to", Label: "To, hour", Value: have["to"], Error: v.faults["to"], InputMode: "numeric", Autocomplete: "off"},
	}
}

func (v limitsView) days() ui.Choice {
	c := ui.Choice{Name: "days", Legend: "On", Many: true}
	for i := range weekdays {
		d := (i + 1) % 7 // the week begins on Monday
		c.Options = append(c.Options, ui.Option{Value: weekdays[d], Label: weekdays[d], Selected: slices.Contains(v.Limits.Days, d)})
	}
	return c
}

// untold says that nobody would hear of anything; empty where a contact is set.
func (v limitsView) untold() string {
	if v.Limits.Contacts[0]+v.Limits.Contacts[1] != "" {
		return ""
	}
	return "No contact is set: nobody is told when somebody asks for far too much, or to loosen a limit."
}

func (v limitsView) contacts() []ui.Field {
	have := texts(v.Limits)
	if v.given != nil {
		have = v.given
	}
	return []ui.Field{
		{Name: "contact1", Label: "First contact", Type: "email", Value: have["contact1"], Error: v.faults["contact1"], Hint: "Is told by mail of each cool-off and of each change that loosens a limit.", Autocomplete: "off"},
		{Name: "contact2", Label: "Second contact", Type: "email", Value: have["contact2"], Error: v.faults["contact2"], Autocomplete: "off"},
	}
}

// waiting is the change that waits, line by line.
func (v limitsView) waiting() ui.Table {
	t := ui.Table{ID: "asked", Caption: "The change that waits", Inset: true, Columns: []ui.Column{{Key: "limit", Label: "Limit"}, {Key: "now", Label: "Now", Kind: ui.KindNumber, Width: 160}, {Key: "then", Label: "Asked for", Kind: ui.KindNumber, Width: 160}}}
	add := func(label, now, then string) {
		if now != then {
			t.Rows = append(t.Rows, ui.Row{Name: label, Cells: []ui.Cell{ui.TextCell(now), ui.TextCell(then)}})
		}
	}
	to := v.Asked.To
	for _, n := range brake.Numbers {
		add(n.Label, strconv.Itoa(*n.Of(&v.Limits)), strconv.Itoa(*n.Of(&to)))
	}
	was, is := texts(v.Limits), texts(to)
	add("Time zone", was["zone"], is["zone"])
	add("Office hours", was["from"]+" to "+was["to"], is["from"]+" to "+is["to"])
	add("Days", dayNames(v.Limits.Days), dayNames(to.Days))
	add("First contact", was["contact1"], is["contact1"])
	add("Second contact", was["contact2"], is["contact2"])
	return t
}

func dayNames(days []int) string {
	var names []string
	for _, d := range days {
		names = append(names, weekdays[d][:3])
	}
	return strings.Join(names, ", ")
}

func (v limitsView) banner() ui.Banner {
	b := ui.Banner{Kind: "warn", Title: v.Asked.By + " asks to loosen limits.", Text: "In effect from " + v.Asked.From.UTC().Format("2 January, 15:04") + " UTC, in " + ui.Length(v.Asked.From.Sub(v.now)) + ", unless an owner drops it before."}
	if v.own {
		b.Text += " A second owner can put it in effect at once."
	}
	return b
}

func (v limitsView) decisions() ui.Actions {
	a := ui.Actions{}
	if !v.own {
		a.Items = append(a.Items, ui.Action{Text: "Put in effect now", Kind: ui.Danger, Post: "/settings/brake/approve", Fields: []ui.Pair{{Name: "asked", Value: v.Asked.At.Format(time.RFC3339Nano)}}})
	}
	a.Items = append(a.Items, ui.Action{Text: "Drop the change", Post: "/settings/brake/drop"})
	return a
}
