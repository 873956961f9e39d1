package approvals

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// limitsView is the limits, the change that waits, and the form. It is the page's JSON twin.
type limitsView struct {
	Limits brake.Limits  `json:"limits"`
	Asked  *brake.Change `json:"asked"` // null: no change waits

	own    bool // the reader asked for the change that waits
	prove  string
	given  map[string]string // what was typed; nil: the limits
	faults page.Faults
	now    time.Time
}

func (h *Handler) limitsNow(r *http.Request, m tenant.Membership) (limitsView, error) {
	v := limitsView{now: page.ChromeOf(r.Context()).Now, faults: page.Faults{}}
	kept, err := h.Brake.Limits(r.Context())
	if err != nil {
		return v, err
	}
	v.Limits, v.Asked = kept.Now, kept.Asked
	v.own = v.Asked != nil && v.Asked.Tenant == m.Person.Tenant && v.Asked.Object == m.Person.ObjectID
	fresh, err := h.Brake.Fresh(r.Context(), h.Session(r.Context()))
	if !fresh {
		v.prove = page.ProveAt(h.Home, "/settings/brake")
	}
	return v, err
}

func (h *Handler) limits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.limitsNow(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, limitsPage(page.Shell(r, m, "Brake"), v))
}

func (h *Handler) keepLimits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.limitsNow(r, m)
	if err != nil {
		return err
	}
	to := v.fill(form)
	if len(v.faults) == 0 {
		if sentence, _, ok := errs.Sentence(to.Check()); ok {
			v.faults.Add("zone", sentence)
		}
	}
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, limitsPage(page.Shell(r, m, "Brake"), v))
	}
	pending, err := h.Brake.SetLimits(r.Context(), m.Person, h.Session(r.Context()), to, middleware.RequestID(r.Context()))
	if err != nil {
		return err
	}
	said := "The limits are changed."
	if pending {
		said = "The change loosens something, so it waits for a second owner. The contacts are told."
	}
	return page.Done(w, r, "/settings/brake", page.Flash{Kind: "info", Title: said})
}

func (h *Handler) approveLimits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	asked, err := time.Parse(time.RFC3339Nano, form.Get("asked"))
	if err != nil {
		return errs.ShowNext(errs.Invalid, "This form is not one that the portal gave out.", "Open the limits again.")
	}
	if err := h.Brake.ApproveLimits(r.Context(), m.Person, h.Session(r.Context()), asked, middleware.RequestID(r.Context())); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/brake", page.Flash{Kind: "info", Title: "The change is in effect."})
}

func (h *Handler) dropLimits(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	if err := h.Brake.DropLimits(r.Context(), m.Person, h.Session(r.Context()), middleware.RequestID(r.Context())); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/brake", page.Flash{Kind: "info", Title: "The change is dropped. The limits stay as they are."})
}

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

// texts are the fields that are no limits.
func texts(l brake.Limits) map[string]string {
	return map[string]string{"zone": l.Zone, "from": strconv.Itoa(l.From), "to": strconv.Itoa(l.To), "contact1": l.Contacts[0], "contact2": l.Contacts[1]}
}

// fill takes what was typed, and what is wrong with it.
func (v *limitsView) fill(form url.Values) brake.Limits {
	to := v.Limits
	v.given = map[string]string{}
	number := func(name string, into *int) {
		v.given[name] = strings.TrimSpace(form.Get(name))
		n, err := strconv.Atoi(v.given[name])
		if err != nil {
			v.faults.Add(name, "Type a whole number.")
			return
		}
		*into = n
	}
	for _, n := range brake.Numbers {
		number(n.Name, n.Of(&to))
		if got := *n.Of(&to); got < n.Min || got > n.Max {
			v.faults.Add(n.Name, fmt.Sprintf("Between %d and %d.", n.Min, n.Max))
		}
	}
	number("from", &to.From)
	number("to", &to.To)
	to.Zone = strings.TrimSpace(form.Get("zone"))
	v.given["zone"] = to.Zone
	to.Days = nil
	for _, d := range form["days"] {
		if i := slices.Index(weekdays, d); i >= 0 {
			to.Days = append(to.Days, i)
		}
	}
	slices.Sort(to.Days)
	to.Contacts = []string{"", ""}
	for i := range to.Contacts {
		name := "contact" + strconv.Itoa(i+1)
		v.given[name] = strings.TrimSpace(form.Get(name))
		if v.given[name] == "" {
			continue
		}
		address, err := mail.ParseAddress(v.given[name])
		if sentence, _, _ := errs.Sentence(err); err != nil {
			v.faults.Add(name, sentence)
		}
		to.Contacts[i] = address
	}
	v.Limits.Days = to.Days // what was ticked shows again
	return to
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
