package incidents

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// save keeps the query that is in the box under a name, or changes the one that was opened.
func (h *Handler) save(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	var v severalView // of one customer it has the box alone
	if m.One() {
		v.huntView, err = h.newBox(r, m)
	} else {
		v, err = h.newSeveralView(r, m, form["customer"])
	}
	if err != nil {
		return err
	}
	if v.asked.Days, _ = strconv.Atoi(form.Get("days")); v.asked.Days < 1 || v.asked.Days > incident.MostDays {
		v.asked.Days = incident.MostDays
	}
	v.asked.Query = form.Get("text")
	q := incident.Query{Name: form.Get("query_name"), Description: form.Get("description"), Text: form.Get("text"), Shared: form.Get("shared") == "1"}
	if form.Get("do") == "change" {
		if v.open(form.Get("opened")); v.opened.ID == 0 {
			return errs.NotFound
		}
		q.ID, q.Staff = v.opened.ID, v.opened.Staff
	}
	id, err := h.Queries.Save(r.Context(), m.Person, q)
	switch sentence, next, ok := errs.Sentence(err); {
	case ok && (errors.Is(err, errs.Invalid) || errors.Is(err, errs.Conflict)):
		v.opened = q
		v.faults.Add("query_name", strings.TrimSpace(sentence+" "+next))
		if m.One() {
			return v.huntView.render(w, r, http.StatusUnprocessableEntity)
		}
		return v.render(w, r, http.StatusUnprocessableEntity)
	case err != nil:
		return err
	}
	return page.Done(w, r, m.Path(fmt.Sprintf("%s?query=%d", huntPath, id)), page.Flash{Kind: "info", Title: "The query is saved.", Text: "It is at hand at every customer."})
}

func (h *Handler) forget(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	text, err := page.Param(r, "query")
	if err != nil {
		return errs.NotFound
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return errs.NotFound
	}
	if err := h.Queries.Delete(r.Context(), m.Person, id); err != nil {
		return err
	}
	return page.Done(w, r, m.Path(huntPath), page.Flash{Kind: "info", Title: "The query was deleted."})
}

// The parts of the page, ready to print.

func (v huntView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: "Incidents", URL: v.m.Path("/incidents")}}, Title: huntTitle,
		Lead: "Queries over what Defender saw in the last 30 days, run at Microsoft as you. That you asked, and for what, is written down; what was found is kept nowhere.",
	}
}

func (v huntView) path(more string) string { return v.m.Path(huntPath + more) }

func (v huntView) box() ui.Field {
	return ui.Field{Name: "text", Label: "Query, in the Kusto query language", Value: v.asked.Query, Rows: 10, Mono: true, Max: incident.MostQuery, Error: v.faults["text"], Placeholder: "DeviceInfo\n| take 10"}
}

func (v huntView) days() ui.Select {
	s := ui.Select{Name: "days", Label: "Look back"}
	for _, n := range []int{1, 7, incident.MostDays} {
		s.Options = append(s.Options, ui.Option{Value: strconv.Itoa(n), Label: ui.Count(int64(n), "day", "days"), Selected: n == v.asked.Days})
	}
	return s
}

func (v huntView) runs() ui.Actions {
	if v.in == nil {
		return ui.Actions{Items: []ui.Action{{Text: "Sign in there with this query", Kind: ui.Primary}}, Note: "You are not signed in at " + v.m.Tenant.Name() + ". The query waits for you here."}
	}
	return ui.Actions{
		Items: []ui.Action{{Text: "Run", Icon: "play", Kind: ui.Primary}, {Text: "Run into a CSV file", Name: "format", Value: "csv"}, {Text: "Run into an Excel file", Name: "format", Value: "xlsx"}},
		Note:  "Shown there as " + v.in.As + ". Microsoft gives up to 100,000 rows and runs 45 queries a minute for the whole customer.",
	}
}

func (v huntView) folded() ui.Folded {
	return ui.Folded{Summary: "Save this query", Open: v.faults["query_name"] != "" || v.opened.MayChange(v.m.Person)}
}

func (v huntView) name() ui.Field {
	return ui.Field{Name: "query_name", Label: "Name", Value: v.opened.Name, Max: 80, Error: v.faults["query_name"], Autocomplete: "off"}
}

func (v huntView) description() ui.Field {
	return ui.Field{Name: "description", Label: "What it is for", Value: v.opened.Description, Max: 300, Autocomplete: "off"}
}

func (v huntView) who() ui.Choice {
	return ui.Choice{Name: "shared", Legend: "Seen by", Options: []ui.Option{
		{Value: "0", Label: "Only you", Selected: !v.opened.Shared}, {Value: "1", Label: "The team", Selected: v.opened.Shared, Hint: "Colleagues read its text, and run it at customers as themselves."},
	}}
}

func (v huntView) saves() ui.Actions {
	at := v.path("/queries")
	if v.opened.MayChange(v.m.Person) {
		return ui.Actions{Items: []ui.Action{{Text: "Save changes", FormAction: at, Name: "do", Value: "change"}, {Text: "Save as another", FormAction: at, Name: "do", Value: "new"}}}
	}
	return ui.Actions{Items: []ui.Action{{Text: "Save", FormAction: at, Name: "do", Value: "new"}}}
}

func (v huntView) deletes() ui.Action {
	return ui.Action{Text: "Delete “" + v.opened.Name + "”", Kind: ui.Danger, Post: v.path(fmt.Sprintf("/queries/%d/delete", v.opened.ID))}
}

// where shows the line at which Microsoft stopped reading, with a mark below the place.
func (v huntView) where() string {
	lines := strings.Split(v.asked.Query, "\n")
	if v.unread == nil || v.unread.Line < 1 || v.unread.Line > len(lines) {
		return ""
	}
	line := strings.ReplaceAll(lines[v.unread.Line-1], "\t", " ")
	return fmt.Sprintf("%s\n%s^", line, strings.Repeat(" ", min(max(v.unread.Column-1, 0), len([]rune(line)))))
}

// queries are the saved ones and those to begin with; each leads to itself in the box.
func (v huntView) queries() (out []ui.Section, tables []ui.Table) {
	columns := []ui.Column{{Key: "name", Label: "Query", Width: 260}, {Key: "description", Label: "What it is for"}, {Key: "who", Label: "Seen by", Width: 200, Priority: 2}}
	t := ui.Table{ID: "saved", Caption: "Saved queries", Inset: true, Columns: columns}
	for _, q := range v.saved {
		who := "Only you"
		switch {
		case q.Shared && q.Staff == v.m.Person.StaffID:
			who = "The team"
		case q.Shared && q.By != "":
			who = "The team, saved by " + q.By
		case q.Shared:
			who = "The team, saved by somebody who left"
		}
		t.Rows = append(t.Rows, ui.Row{Name: q.Name, URL: v.path("?query=" + strconv.FormatInt(q.ID, 10) + v.rest), Cells: []ui.Cell{ui.TextCell(q.Description), ui.TextCell(who)}})
	}
	if len(t.Rows) > 0 {
		out, tables = append(out, ui.Section{Title: "Saved queries", Count: ui.N(int64(len(t.Rows))), Rule: true}), append(tables, t)
	}
	first := ui.Table{ID: "examples", Caption: "Queries to begin with", Inset: true, Columns: columns[:2]}
	for i, q := range incident.Examples {
		first.Rows = append(first.Rows, ui.Row{Name: q.Name, URL: v.path("?example=" + strconv.Itoa(i) + v.rest), Cells: []ui.Cell{ui.TextCell(q.Description)}})
	}
	return append(out, ui.Section{Title: "To begin with", Rule: true}), append(tables, first)
}
