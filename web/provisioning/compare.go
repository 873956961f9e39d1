package provisioning

import (
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// customersAcross is how many jobs stand beside one another at first; which ones is the choice of columns.
const customersAcross = 6

var attributeNoun = fresh.Noun{One: "attribute", Many: "attributes", Icon: "options"}

// compared is one attribute, or the scope, of the same application's jobs: what the table, the JSON twin and the CSV show.
type compared struct {
	Object  string         `json:"object"`
	What    string         `json:"attribute"`
	Most    string         `json:"most_customers"` // how most of the jobs that were read have it
	Differs bool           `json:"differs"`
	Cells   []comparedCell `json:"jobs"`
}

// comparedCell is how one job has it.
type comparedCell struct {
	Tenant  page.TenantRef `json:"tenant"`
	Job     string         `json:"job_id"`
	Text    string         `json:"text"`
	Read    bool           `json:"read"`
	Differs bool           `json:"differs"`
}

// name tells what is said of objects as a whole by the objects; attributes stand below it.
func (c compared) name() string {
	if c.What == takes || c.What == does {
		return c.What + ": " + c.Object
	}
	return c.What
}

// scimSchema is what every attribute and type of SCIM's own schemas begins with, up to the version (RFC 7643, section 10.3).
var scimSchema = regexp.MustCompile(`urn:ietf:params:scim:schemas:[a-zA-Z:]*[0-9.]+:`)

// brief is a name without the schema that it is of, such as "User:department": in a narrow column only that beginning would be seen.
func brief(name string) string { return scimSchema.ReplaceAllString(name, "") }

func (c compared) key() string { return c.Object + "\n" + c.What }

const (
	notMapped = "not mapped"
	takes     = "Scoping filter"
	does      = "In the target"
)

// newCompared sets jobs side by side. Attributes come in the order in which the jobs first name them.
func newCompared(of []provisioning.Schema) []compared {
	var rows []compared
	at := map[string]int{}
	put := func(n int, object, what, text string) {
		key := compared{Object: object, What: what}.key()
		i, ok := at[key]
		if !ok {
			i, at[key] = len(rows), len(rows)
			row := compared{Object: object, What: what, Cells: make([]comparedCell, len(of))}
			for k, s := range of {
				row.Cells[k] = comparedCell{Tenant: page.TenantRef{ID: s.Tenant, Name: s.TenantName}, Job: s.JobID, Read: !s.ReadAt.IsZero()}
				if row.Cells[k].Read {
					row.Cells[k].Text = notMapped
				}
			}
			rows = append(rows, row)
		}
		rows[i].Cells[n].Text = text
	}
	known := map[string][][3]string{} // most jobs map alike, and their rules are understood once
	for n, s := range of {
		words, ok := known[string(s.Rules)]
		if !ok {
			words = ruleWords(s)
			known[string(s.Rules)] = words
		}
		for _, x := range words {
			put(n, x[0], x[1], x[2])
		}
	}
	for i := range rows {
		rows[i].judge()
	}
	return rows
}

// ruleWords are all that the rules say: object, attribute, and how it is mapped.
func ruleWords(s provisioning.Schema) (list [][3]string) {
	for _, r := range s.Read() {
		for _, o := range r.Objects {
			list = append(list, [3]string{o.Key(), takes, scopeLine(o.Scope)}, [3]string{o.Key(), does, flowWords(o)})
			for _, a := range o.Attributes {
				list = append(list, [3]string{o.Key(), a.Target, mappingWords(a)})
			}
		}
	}
	return list
}

// judge marks what differs from how most have it; of two that are as many, the one that comes first.
func (c *compared) judge() {
	n := map[string]int{}
	for _, cell := range c.Cells {
		if cell.Read {
			n[cell.Text]++
		}
	}
	for _, cell := range c.Cells {
		if cell.Read && n[cell.Text] > n[c.Most] {
			c.Most = cell.Text
		}
	}
	for i := range c.Cells {
		c.Cells[i].Differs = c.Cells[i].Read && c.Cells[i].Text != c.Most
		c.Differs = c.Differs || c.Cells[i].Differs
	}
}

// compare sets the same application of several customers side by side: attributes down, customers across.
func (h *Handler) compare(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	templates, err := h.Provisioning.Templates(ctx, m.Scope)
	if err != nil {
		return err
	}
	spec := compareSpec(m, templates)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	app := q.Get("app")
	if app == "" && len(templates) > 0 {
		app = templates[0].ID
	}
	tenants, err := q.Customers()
	if err != nil {
		return err
	}
	found, err := h.Provisioning.SchemasAcrossTenants(ctx, m.Scope, app, tenants)
	if err != nil {
		return err
	}
	columns := compareColumns(found, &spec)
	if q, err = spec.Parse(r.URL); err != nil { // again, with the columns that there are
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningJobs)
	if err != nil {
		return err
	}
	all := newCompared(found)
	rows := make([]compared, 0, len(all))
	for _, c := range all {
		if (q.Get("differs") == "" || c.Differs) && strings.Contains(strings.ToLower(c.What+" "+c.Object), strings.ToLower(q.Q)) {
			rows = append(rows, c)
		}
	}
	shown, next, err := page.Cut(rows, compared.key, q.After, pageSize)
	if err != nil {
		return err
	}
	l := page.List[compared]{
		Title: "Mappings compared", One: attributeNoun.One, Many: attributeNoun.Many, Caption: "Attributes down, customers across", M: m, Query: q, Spec: spec, Columns: columns, Rows: shown, Count: int64(len(rows)), Next: next, Matrix: true,
		AsOf: oldest(found), Freshness: fresh.Line(read, m, now), Each: page.AtHand(rows), Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}},
		Above: ui.Note(compareLead(templates, app, found)),
		Empty: fresh.Empty(attributeNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear(), Total: int64(len(all))}, now),
	}
	if len(found) == 0 && read.Read > 0 {
		l.Empty = ui.Empty{Kind: ui.EmptyNone, Icon: "options", Title: "Nothing to compare", Lines: []string{"No customer has such a provisioning job."}}
		if m.One() {
			l.Empty.Lines = []string{m.Tenant.Name() + " has no such provisioning job."}
		}
	}
	return l.Serve(w, r)
}

func compareLead(templates []provisioning.Template, app string, found []provisioning.Schema) string {
	unread := int64(0)
	for _, s := range found {
		if s.ReadAt.IsZero() {
			unread++
		}
	}
	for _, t := range templates {
		if t.ID != app {
			continue
		}
		lead := appName(t.App) + ": " + ui.Count(int64(len(found)), "job", "jobs") + ". What differs from how most have it is marked."
		if len(templates) > 1 {
			lead += " The filter chooses another application."
		}
		if unread > 0 {
			lead += " The mappings of " + ui.Count(unread, "job", "jobs") + " were not read yet."
		}
		return lead
	}
	return ""
}

// oldest is when the oldest of what was read was read.
func oldest(found []provisioning.Schema) (t time.Time) {
	for _, s := range found {
		if !s.ReadAt.IsZero() && (t.IsZero() || s.ReadAt.Before(t)) {
			t = s.ReadAt
		}
	}
	return t
}

func compareSpec(m tenant.Membership, templates []provisioning.Template) page.Spec {
	app := page.Filter{Name: "app", Label: "Application", Options: []page.Option{}}
	for _, t := range templates {
		app.Options = append(app.Options, page.Option{Value: t.ID, Label: appName(t.App) + " (" + t.ID + ")"})
	}
	s := page.Spec{Sorts: []string{"object"}, Placeholder: "Attribute", Filters: []page.Filter{app, {Name: "differs", Label: "Show", Options: []page.Option{{Value: "yes", Label: "only what differs"}}}}}
	if !m.One() {
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// compareColumns are the jobs, each with a key of its own that stays when others come or go.
func compareColumns(found []provisioning.Schema, spec *page.Spec) []page.Column[compared] {
	spec.Columns, spec.Default = []string{"most"}, []string{"most"}
	columns := []page.Column[compared]{
		{Key: "what", Label: "Attribute", Width: 200, Text: func(c compared) string { return brief(c.name()) }},
		{Key: "attribute", Label: "Attribute in full", Exact: true, Text: func(c compared) string { return c.What }},
		{Key: "object", Label: "Object", Exact: true, Text: func(c compared) string { return c.Object }},
		{Key: "most", Label: "Most customers", Width: 220, Text: func(c compared) string { return c.Most }, Cell: func(c compared) ui.Cell { return ui.TextCell(c.Most) }},
	}
	per := map[tenant.ID]int{}
	for _, s := range found {
		per[s.Tenant]++
	}
	for i, s := range found {
		label := s.TenantName
		if per[s.Tenant] > 1 {
			label += ": " + appName(s.AppName)
		}
		key := "j" + page.Fingerprint([]string{s.Tenant.String(), s.SPID, s.JobID})[:12]
		spec.Columns = append(spec.Columns, key)
		if i < customersAcross {
			spec.Default = append(spec.Default, key)
		}
		columns = append(columns, page.Column[compared]{
			Key: key, Label: label, Width: 200, Text: func(c compared) string { return c.Cells[i].said() }, Cell: func(c compared) ui.Cell { return c.Cells[i].cell() },
		})
	}
	return columns
}

func (c comparedCell) said() string {
	if !c.Read {
		return "unknown: not read"
	}
	return c.Text
}

func (c comparedCell) cell() ui.Cell {
	switch {
	case !c.Read:
		return ui.UnknownCell("not read")
	case c.Differs:
		cell := ui.StateCell(ui.ShapeWarn, c.Text)
		cell.Title = "Differs from most: " + c.Text
		return cell
	}
	return ui.QuietCell(c.Text)
}

// mappingsURL is where the mappings of an application are read.
func mappingsURL(tid tenant.ID, principal string) string { return appURL(tid, principal) + "/mappings" }
