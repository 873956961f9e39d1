package devices

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// listPart is one of the lists below /devices.
type listPart string

const (
	partDevices    listPart = "/devices"
	partProtection listPart = "/devices/protection"
	partMalware    listPart = "/devices/malware"
	partAutopilot  listPart = "/devices/autopilot"
	partCategories listPart = "/devices/categories"
	partResults    listPart = "/devices/remote-actions"
)

// listTabs lead from list to list.
func listTabs(m tenant.Membership, current listPart) ui.Tabs {
	t := ui.Tabs{Label: "Lists of devices"}
	for _, p := range []struct {
		part listPart
		text string
	}{{partDevices, "Devices"}, {partProtection, "Protection"}, {partMalware, "Malware"}, {partResults, "Remote actions"}, {partAutopilot, "Autopilot"}, {partCategories, "Categories"}} {
		t.Items = append(t.Items, ui.Tab{Text: p.text, URL: m.Path(string(p.part)), Current: p.part == current})
	}
	return t
}

var protectionNoun = fresh.Noun{One: "Windows device", Many: "Windows devices", Whole: "Windows devices whose Defender reports", Icon: "laptop"}

var problemWords = map[string]string{
	"malwareActive": "Malware active", "critical": "Critical", "protectionOff": "Malware protection off", "realTimeOff": "Real-time protection off",
	"tamperOff": "Tamper protection off", "signaturesOld": "Signatures out of date", "manualSteps": "Manual steps pending", "fullScanRequired": "Full scan required",
	"rebootRequired": "Restart required", "quickScanOverdue": "Quick scan overdue", "fullScanOverdue": "Full scan overdue",
}

func protectionSpec(m tenant.Membership) page.Spec {
	problems := make([]page.Option, 0, len(protection.Problems))
	for _, p := range protection.Problems {
		problems = append(problems, page.Option{Value: p, Label: problemWords[p]})
	}
	s := page.Spec{
		Sorts: []string{"name", "reported", "malware"}, Columns: []string{"name", "problems", "realTime", "signatures", "quickScan", "malware", "reported", "tamper", "client"},
		Default: []string{"name", "problems", "realTime", "signatures", "quickScan", "malware", "reported"}, Placeholder: "Name",
		Filters: []page.Filter{{Name: "problem", Label: "Problem", Options: problems}, {Name: "any", Label: "Problems", Options: []page.Option{{Value: "true", Label: "at least one"}}}},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// protected is what Defender on a device reported: a row of the list, and part of the device's page.
type protected struct {
	ID                string         `json:"id"`
	Name              string         `json:"name"`
	Tenant            page.TenantRef `json:"tenant"`
	State             string         `json:"state"`
	ProductStatus     string         `json:"product_status"`
	Problems          []string       `json:"problems"`
	MalwareProtection *bool          `json:"malware_protection"`
	RealTime          *bool          `json:"real_time_protection"`
	NetworkInspection *bool          `json:"network_inspection"`
	Tamper            *bool          `json:"tamper_protection"`
	Engine            string         `json:"engine_version"`
	Signatures        string         `json:"signature_version"`
	Client            string         `json:"client_version"`
	QuickScanAt       *time.Time     `json:"quick_scan_at"`
	FullScanAt        *time.Time     `json:"full_scan_at"`
	ActiveMalware     *int64         `json:"active_malware"` // null: not said
	RemediatedMalware *int64         `json:"remediated_malware"`
	ReportedAt        *time.Time     `json:"reported_at"`
	URL               string         `json:"url"`
}

func newProtected(d protection.Device) protected {
	p := protected{
		ID: d.ID, Name: d.Name, Tenant: page.TenantRef{ID: d.Tenant, Name: d.TenantName}, State: d.State, ProductStatus: d.ProductStatus, Problems: d.Problems,
		MalwareProtection: d.MalwareProtection, RealTime: d.RealTime, NetworkInspection: d.NetworkInspection, Tamper: d.Tamper, Engine: d.EngineVersion,
		Signatures: d.SignatureVersion, Client: d.ClientVersion, QuickScanAt: page.Moment(d.QuickScanAt), FullScanAt: page.Moment(d.FullScanAt), ActiveMalware: d.ActiveMalware,
		RemediatedMalware: d.RemediatedMalware, ReportedAt: page.Moment(d.ReportedAt), URL: deviceURL(d.Tenant, d.ID) + string(tabProtection),
	}
	if p.Name == "" {
		p.Name = "Device without a name"
	}
	return p
}

func (p protected) problems() string {
	words := make([]string, len(p.Problems))
	for i, v := range p.Problems {
		words[i] = worded(problemWords, v)
	}
	return strings.Join(words, ", ")
}

// problemCell shows the worst, and all of them on demand. No problem is no verdict: it says only that Defender reported none.
func (p protected) problemCell() ui.Cell {
	if len(p.Problems) == 0 {
		return ui.QuietCell("none reported")
	}
	shape := ui.ShapeWarn
	if slices.Contains(protection.Urgent, p.Problems[0]) {
		shape = ui.ShapeBad
	}
	text := worded(problemWords, p.Problems[0])
	if more := len(p.Problems) - 1; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	c := ui.StateCell(shape, text)
	c.Title = p.problems()
	return c
}

// switched words what may be on, off or not said.
func switched(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "On"
	}
	return "Off"
}

func switchedCell(b *bool) ui.Cell {
	switch {
	case b == nil:
		return ui.UnknownCell("Defender did not say")
	case *b:
		return ui.TextCell("On")
	}
	return ui.StateCell(ui.ShapeBad, "Off")
}

// counted is a count, or that there is none: what is not said is not none.
func counted(n *int64) ui.Cell {
	if n == nil {
		return ui.UnknownCell("Intune gives no count")
	}
	return ui.TextCell(ui.N(*n))
}

func digits(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func ago(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.QuietCell("never")
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

func exact(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

func protectionColumns(m tenant.Membership, now time.Time) []page.Column[protected] {
	cs := []page.Column[protected]{{Key: "name", Label: "Device", Sort: "name", Text: func(p protected) string { return p.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(p protected) page.TenantRef { return p.Tenant }))
	}
	return append(cs,
		page.Column[protected]{Key: "problems", Label: "Problems", Kind: ui.KindState, Priority: 1, Width: 250, Wrap: true, Text: protected.problems, Cell: protected.problemCell},
		page.Column[protected]{Key: "realTime", Label: "Real-time", Priority: 2, Width: 90, Phone: "named", Text: func(p protected) string { return switched(p.RealTime) }, Cell: func(p protected) ui.Cell {
			c := switchedCell(p.RealTime)
			c.Usual = p.RealTime != nil && *p.RealTime
			return c
		}},
		page.Column[protected]{Key: "tamper", Label: "Tamper", Priority: 3, Width: 90, Text: func(p protected) string { return switched(p.Tamper) }, Cell: func(p protected) ui.Cell { return switchedCell(p.Tamper) }},
		page.Column[protected]{Key: "signatures", Label: "Signatures", Priority: 3, Width: 120, Text: func(p protected) string { return p.Signatures }, Cell: func(p protected) ui.Cell { return ui.TextCell(p.Signatures) }},
		page.Column[protected]{Key: "client", Label: "Client", Priority: 3, Width: 120, Text: func(p protected) string { return p.Client }, Cell: func(p protected) ui.Cell { return ui.TextCell(p.Client) }},
		page.Column[protected]{Key: "quickScan", Label: "Quick scan", Kind: ui.KindTime, Priority: 2, Width: 110, Phone: "hide", Text: func(p protected) string { return exact(p.QuickScanAt) }, Cell: func(p protected) ui.Cell { return ago(p.QuickScanAt, now) }},
		page.Column[protected]{Key: "malware", Label: "Active malware", Kind: ui.KindNumber, Sort: "malware", Priority: 2, Width: 120, Text: func(p protected) string { return digits(p.ActiveMalware) },
			Cell: func(p protected) ui.Cell { return counted(p.ActiveMalware) }},
		page.Column[protected]{Key: "reported", Label: "Reported", Kind: ui.KindTime, Sort: "reported", Priority: 2, Width: 120, Text: func(p protected) string { return exact(p.ReportedAt) }, Cell: func(p protected) ui.Cell { return ago(p.ReportedAt, now) }},
		page.Column[protected]{Key: "id", Label: "Intune device id", Exact: true, Text: func(p protected) string { return p.ID }},
		page.Column[protected]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(p protected) string { return p.Tenant.ID.String() }},
	)
}

// protection is the list of Windows devices by what Defender on them reports.
func (h *Handler) protection(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := protectionSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := protection.Filter{Q: q.Q, Problem: q.Values["problem"], Any: q.Get("any") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.DeviceProtection)
	if err != nil {
		return err
	}
	var found protection.Page
	if !q.CSV {
		if found, err = h.Protection.List(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[protected]{
		Title: "Device protection", One: protectionNoun.One, Many: protectionNoun.Many, M: m, Query: q, Spec: spec, Columns: protectionColumns(m, now),
		URL: func(p protected) string { return p.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Actions: fresh.ReadNow(m), Above: listTabs(m, partProtection),
		Each: page.Streamed(func(ctx context.Context, each func(protection.Device) error) error {
			return h.Protection.Each(ctx, m.Scope, f, each)
		}, newProtected),
	}
	for _, d := range found.Rows {
		l.Rows = append(l.Rows, newProtected(d))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(protectionNoun, read, m, q, now, func() (int64, error) {
			all, err := h.Protection.List(ctx, m.Scope, protection.Filter{Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// reported is what the page of a device knows of its protection; row is nil where Defender reported nothing.
type reported struct {
	row     *protected
	changes []change
	read    graphsync.Freshness
}

func (h *Handler) reported(ctx context.Context, m tenant.Membership, id string) (p reported, err error) {
	if h.Protection == nil {
		return p, nil
	}
	if p.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.DeviceProtection); err != nil {
		return p, err
	}
	changes, err := h.Protection.Changes(ctx, m.Tenant.ID, id, maxChanges)
	if err != nil {
		return p, err
	}
	for _, c := range changes {
		p.changes = append(p.changes, change{c.At, c.Field, fieldLabel(c.Field), saidOfProtection(c.Field, c.Old), saidOfProtection(c.Field, c.New)})
	}
	d, err := h.Protection.Get(ctx, m.Tenant.ID, id)
	if errors.Is(err, errs.NotFound) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	row := newProtected(d)
	p.row = &row
	return p, nil
}

func (v view) protectionSection() ui.Section {
	s := ui.Section{Title: "Microsoft Defender on this device", Late: v.reported.read.Late > 0}
	if !v.reported.read.AsOf.IsZero() {
		s.AsOf = ui.NewTime(v.reported.read.AsOf, v.chrome.Now)
	}
	return s
}

// noProtection says why nothing is shown.
func (v view) noProtection() string {
	switch {
	case v.reported.read.Read == 0:
		return strings.TrimSpace("Unknown: the protection of this customer's devices was not read yet. " + v.reported.read.Error.Sentence)
	case v.device.OS != "Windows":
		return "Intune gives this for Windows devices only."
	}
	return "Defender on this device reported nothing to Intune."
}

func (v view) protectionFacts() ui.Facts {
	p, now := v.Protection, v.chrome.Now
	return ui.Facts{Items: []ui.Fact{
		{Label: "Problems", Value: p.problemCell(), Note: moreProblems(p)}, {Label: "Real-time protection", Value: switchedCell(p.RealTime)},
		{Label: "Malware protection", Value: switchedCell(p.MalwareProtection)}, {Label: "Tamper protection", Value: switchedCell(p.Tamper)},
		{Label: "Network inspection", Value: switchedCell(p.NetworkInspection)}, {Label: "Device health", Value: ui.TextCell(p.State)},
		{Label: "Product status", Value: ui.TextCell(p.ProductStatus)}, {Label: "Active malware", Value: counted(p.ActiveMalware)},
		{Label: "Remediated malware", Value: counted(p.RemediatedMalware)}, {Label: "Last quick scan", Value: ago(p.QuickScanAt, now)},
		{Label: "Last full scan", Value: ago(p.FullScanAt, now)}, {Label: "Signatures", Value: ui.TextCell(p.Signatures)}, {Label: "Engine", Value: ui.TextCell(p.Engine)},
		{Label: "Client", Value: ui.TextCell(p.Client)}, {Label: "Reported", Value: ago(p.ReportedAt, now)},
	}}
}

func (v view) protectionHistory() ui.Section { return ui.Section{Title: "What changed", Rule: true} }

// protectionTimeline is what the readings saw change, the newest first.
func (v view) protectionTimeline() (t ui.Timeline) {
	for _, c := range v.reported.changes {
		e := ui.Event{When: ui.NewTime(c.At, v.chrome.Now), Icon: "shield_error", Text: c.Label + " changed", From: c.Old, To: c.New, Detail: "read " + ui.Clock(c.At, v.chrome.Now).Text}
		t = append(t, e)
	}
	return t
}

// saidOfProtection is a value of the history in the page's words.
func saidOfProtection(field, value string) string {
	if field == "problems" {
		p := protected{}
		if v := strings.Trim(value, "{}"); v != "" {
			p.Problems = strings.Split(v, ",")
		}
		if len(p.Problems) == 0 {
			return "none reported"
		}
		return p.problems()
	}
	switch value {
	case "", "-1": // the latter of a count
		return "not said"
	case "true":
		return "On"
	case "false":
		return "Off"
	}
	return value
}

func moreProblems(p *protected) string {
	if len(p.Problems) < 2 {
		return ""
	}
	return p.problems()
}
