package evidence

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// shell is the page's frame. Its fingerprint on paper is where the chain ends, or of the page itself where nothing was done yet.
func (v view) shell(r *http.Request, f lang.Frame) ui.Shell {
	fingerprint := v.HeadHash
	if fingerprint == "" {
		fingerprint = page.Fingerprint(v)
	}
	s := f.Shell(r, v.Language, v.fill.Text(v.words.title), fingerprint)
	s.Foot = append([]ui.Link{{Text: v.words.devices, URL: "/me/devices"}}, s.Foot...)
	return s
}

// moment is a time in the reader's language.
func (v view) moment(t time.Time) ui.Cell {
	return ui.TimeCell(lang.Moment(v.Language, t, v.words.never))
}

// text fills a sentence in, with the time of the latest whole reading.
func (v view) text(s string) string {
	if v.AsOf != nil {
		s = strings.ReplaceAll(s, "{date}", lang.On(v.Language, *v.AsOf))
	}
	return v.fill.Text(s)
}

func (v view) header() ui.PageHeader {
	h := ui.PageHeader{Title: v.text(v.words.title), Context: []ui.Crumb{{Text: v.Tenant}, {Text: v.TenantID.String(), Mono: true}}}
	switch {
	case v.AsOf == nil:
	case v.late:
		h.Lead = v.text(v.words.readLate)
	default:
		h.Lead = v.text(v.words.readOn)
	}
	h.Actions = []ui.Action{
		{Text: v.words.download, Icon: "arrow_download", URL: "/evidence?format=jsonl", Download: true},
		{Text: v.words.signOut, Icon: "sign_out", Post: "/signout"},
	}
	return h
}

func (v view) banner() *ui.Banner {
	problem := ""
	if v.Language == permission.English && v.Problem != "" { // kept in the language of staff
		problem = " " + v.Problem
	}
	switch {
	case v.State == tenant.StateWithdrawn:
		return &ui.Banner{Kind: "info", Title: v.words.backTitle, Text: v.words.backText}
	case v.AsOf == nil:
		return &ui.Banner{Kind: "unknown", Title: v.words.unreadTitle, Text: v.words.unreadText + problem}
	case v.Problem != "":
		return &ui.Banner{Kind: "unknown", Title: v.words.problemTitle, Text: v.words.problemText + problem}
	case v.late:
		return &ui.Banner{Kind: "unknown", Text: v.text(v.words.readLate)}
	}
	return nil
}

// statements are the features that work, as sentences; person tells which half.
func (v view) statements(person bool) ui.Statements {
	var s ui.Statements
	for _, a := range v.Allows {
		if a.Person != person {
			continue
		}
		before, strong, after := a.text.Parts()
		s.Items = append(s.Items, ui.Statement{Icon: "checkmark", Text: ui.Spans{{Text: before}, {Text: strong, Strong: true}, {Text: after}}})
	}
	return s
}

func (v view) grants(rows []grant, caption string, past bool) ui.Table {
	c := v.words.grantColumns
	t := ui.Table{Caption: caption, Inset: true, Columns: []ui.Column{
		{Key: "name", Label: c[0]}, {Key: "kind", Label: c[1], Width: 250}, {Key: "since", Label: c[2], Kind: ui.KindTime, Width: 130},
		{Key: "seen", Label: c[3], Kind: ui.KindTime, Width: 130}, {Key: "used", Label: c[4], Kind: ui.KindTime, Width: 130},
	}}
	for _, g := range rows {
		by := v.words.byProgram
		if g.Kind == permission.Delegated {
			by = v.words.byPerson
		}
		last := g.LastSeen
		if past && g.GoneAt != nil {
			last = *g.GoneAt
		}
		used := ui.TextCell(v.words.unused)
		if g.UsedAt != nil {
			used = v.moment(*g.UsedAt)
		}
		t.Rows = append(t.Rows, ui.Row{Name: g.Name, Cells: []ui.Cell{ui.TextCell(by), v.moment(g.FirstSeen), v.moment(last), used}})
	}
	return t
}

var stateShapes = map[consent.LinkState]ui.Shape{
	consent.LinkOpen: ui.ShapePending, consent.LinkUsed: ui.ShapeOK, consent.LinkRevoked: ui.ShapeNone, consent.LinkExpired: ui.ShapeStale,
}

func (v view) asked() ui.Table {
	c := v.words.askedColumns
	t := ui.Table{Caption: v.words.askedTitle, Inset: true, Columns: []ui.Column{
		{Key: "by", Label: c[0], Width: 240}, {Key: "at", Label: c[1], Kind: ui.KindTime, Width: 150}, {Key: "what", Label: c[2]}, {Key: "state", Label: c[3], Kind: ui.KindState, Width: 220},
	}}
	for _, a := range v.Asked {
		var names []string
		for _, f := range a.Features {
			names = append(names, f.In(v.Language).Name)
		}
		answer := v.words.links[a.State]
		if a.AgreedAt != nil {
			answer += ", " + lang.Short(v.Language, *a.AgreedAt)
		}
		t.Rows = append(t.Rows, ui.Row{Name: a.By, Cells: []ui.Cell{v.moment(a.At), ui.TextCell(strings.Join(names, ", ")), ui.StateCell(stateShapes[a.State], answer)}})
	}
	return t
}

func (v view) people() ui.Table {
	c := v.words.peopleColumns
	t := ui.Table{Caption: v.words.peopleTitle, Inset: true, Columns: []ui.Column{
		{Key: "name", Label: c[0]}, {Key: "may", Label: c[1], Width: 320}, {Key: "acts", Label: c[2], Kind: ui.KindNumber, Width: 90}, {Key: "last", Label: c[3], Kind: ui.KindTime, Width: 150},
	}}
	for _, p := range v.People {
		may, last := v.words.noAccess, time.Time{}
		if p.Role != "" {
			may = v.words.roles[p.Role]
		}
		if p.Last != nil {
			last = *p.Last
		}
		t.Rows = append(t.Rows, ui.Row{Name: p.Name, Cells: []ui.Cell{ui.TextCell(may), ui.NumberCell(int64(p.Acts), ""), v.moment(last)}})
	}
	return t
}

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	for _, a := range v.Done {
		e := ui.Event{When: lang.Moment(v.Language, a.At, ""), Icon: "history", Who: a.Who, Text: a.Words, Detail: a.Object}
		if a.Object == v.TenantID.String() {
			e.Detail = "" // the whole page is about it
		}
		t = append(t, e)
	}
	return t
}

func steps(f lang.Filler, list [3]string) ui.Numbered {
	var n ui.Numbered
	for _, s := range list {
		n = append(n, f.Spans(s))
	}
	return n
}

// head is where the chain of what was done ends, for who checks it.
func head(w words, seq int64, hash string) ui.Facts {
	return ui.Facts{Card: true, Items: []ui.Fact{{Label: lang.Fill("n", strconv.FormatInt(seq, 10)).Text(w.headLabel), Value: ui.MonoCell(hash)}}}
}
