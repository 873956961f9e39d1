package apps

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var detectedNoun = fresh.Noun{One: "detected app", Many: "detected apps", Whole: "programs in its inventory", Icon: "apps"}

var detectedPlatforms = []page.Option{
	{Value: "windows", Label: "Windows"}, {Value: "macOS", Label: "macOS"}, {Value: "ios", Label: "iOS and iPadOS"},
	{Value: "androidWorkProfile", Label: "Android work profile"}, {Value: "androidDedicatedAndFullyManaged", Label: "Android dedicated or fully managed"},
	{Value: "androidDeviceAdministrator", Label: "Android device administrator"}, {Value: "androidOSP", Label: "Android (AOSP)"}, {Value: "chromeOS", Label: "ChromeOS"},
	{Value: "windowsMobile", Label: "Windows Mobile"}, {Value: "windowsHolographic", Label: "Windows Holographic"}, {Value: "unknown", Label: "Unknown"},
}

func detectedPlatform(v string) string {
	for _, o := range detectedPlatforms {
		if o.Value == v {
			return o.Label
		}
	}
	return v
}

func detectedSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"name", "publisher", "devices", "versions"}, Columns: []string{"name", "publisher", "versions", "spread", "devices", "platform"},
		Default: []string{"name", "publisher", "versions", "spread", "devices", "platform"}, Placeholder: "Name, publisher",
		Filters: []page.Filter{
			{Name: "platform", Label: "Platform", Options: detectedPlatforms},
			{Name: "spread", Label: "Versions", Options: []page.Option{{Value: "true", Label: "more than one"}}},
		},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "tenants"), append(s.Columns, "tenants"), append(s.Default, "tenants")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func detectedFilter(q page.Query) (detectedapp.Filter, error) {
	f := detectedapp.Filter{Q: q.Q, Platform: q.Values["platform"], Version: q.Values["version"], Spread: q.Get("spread") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// program is one row of the list, and its JSON twin.
type program struct {
	Key       string   `json:"id"`
	Name      string   `json:"name"`
	Publisher string   `json:"publisher"`
	Platforms []string `json:"platforms"`
	Versions  int64    `json:"versions"`
	Oldest    string   `json:"oldest"`
	Newest    string   `json:"newest"`
	Devices   int64    `json:"devices"`
	Tenants   int64    `json:"tenants"`
	URL       string   `json:"url"`
}

func newProgram(m tenant.Membership, p detectedapp.Program) program {
	v := program{Key: p.Key, Name: p.Name, Publisher: p.Publisher, Platforms: p.Platforms, Versions: p.Versions, Oldest: p.Oldest, Newest: p.Newest,
		Devices: p.Devices, Tenants: p.Tenants, URL: m.Path("/apps/detected/" + p.Key)}
	if v.Name == "" {
		v.Name = "App without a name"
	}
	return v
}

// spread is "138.0 – 141.0", or the one version.
func (p program) spread() string {
	if p.Oldest == p.Newest {
		return p.Newest
	}
	return p.Oldest + " – " + p.Newest
}

func (p program) platforms() string {
	words := make([]string, len(p.Platforms))
	for i, v := range p.Platforms {
		words[i] = detectedPlatform(v)
	}
	return strings.Join(words, ", ")
}

func detectedColumns(m tenant.Membership) []page.Column[program] {
	number := func(key, label, sort string, get func(program) int64) page.Column[program] {
		return page.Column[program]{Key: key, Label: label, Kind: ui.KindNumber, Sort: sort, Width: 100, Priority: 1,
			Text: func(p program) string { return plainNumber(get(p)) }, Cell: func(p program) ui.Cell { return ui.TextCell(ui.N(get(p))) }}
	}
	text := func(key, label, sort string, priority, width int, get func(program) string) page.Column[program] {
		return page.Column[program]{Key: key, Label: label, Sort: sort, Priority: priority, Width: width, Wrap: true, Text: get, Cell: func(p program) ui.Cell { return ui.TextCell(get(p)) }}
	}
	cs := []page.Column[program]{
		{Key: "name", Label: "Program", Sort: "name", Text: func(p program) string { return p.Name }},
		text("publisher", "Publisher", "publisher", 1, 190, func(p program) string { return p.Publisher }),
		number("versions", "Versions", "versions", func(p program) int64 { return p.Versions }),
		text("spread", "Oldest – newest", "", 2, 230, program.spread),
		number("devices", "Devices", "devices", func(p program) int64 { return p.Devices }),
	}
	if !m.One() {
		cs = append(cs, number("tenants", "Customers", "tenants", func(p program) int64 { return p.Tenants }))
	}
	return append(cs, text("platform", "Platform", "", 3, 150, program.platforms),
		page.Column[program]{Key: "id", Label: "Key", Exact: true, Text: func(p program) string { return p.Key }})
}

// detected is the list of programs found on devices: one row for each name and publisher.
func (h *Handler) detected(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := detectedSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := detectedFilter(q)
	if err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.DetectedApps)
	if err != nil {
		return err
	}
	var found detectedapp.Programs
	if !q.CSV {
		if found, err = h.Detected.Programs(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[program]{
		Title: "Detected apps", One: detectedNoun.One, Many: detectedNoun.Many, M: m, Query: q, Spec: spec, Columns: detectedColumns(m),
		URL: func(p program) string { return p.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Actions: fresh.ReadNow(m), Above: tabs(m, partDetected),
		Each: page.Streamed(func(ctx context.Context, each func(detectedapp.Program) error) error {
			return h.Detected.EachProgram(ctx, m.Scope, f, each)
		}, func(p detectedapp.Program) program { return newProgram(m, p) }),
	}
	for _, p := range found.Rows {
		l.Rows = append(l.Rows, newProgram(m, p))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(detectedNoun, read, m, q, now, func() (int64, error) { return h.Detected.CountPrograms(ctx, m.Scope, detectedapp.Filter{}) }); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// installed is one version of a program in one tenant: a row of the program's page.
type installed struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Version    string         `json:"version"`
	Tenant     page.TenantRef `json:"tenant"`
	Platform   string         `json:"platform"`
	Devices    int64          `json:"devices"`
	Size       int64          `json:"size"`
	FirstSeen  time.Time      `json:"first_seen"`
	URL        string         `json:"url"`
	DevicesURL string         `json:"devices_url"`
}

func newInstalled(v detectedapp.Version) installed {
	i := installed{ID: v.ID, Name: v.Name, Version: v.Version, Tenant: page.TenantRef{ID: v.Tenant, Name: v.TenantName}, Platform: v.Platform, Devices: v.Devices, Size: v.Size,
		FirstSeen: v.FirstSeenAt, URL: "/t/" + v.Tenant.String() + "/apps/detected/" + v.Key + "/" + url.PathEscape(v.ID)}
	i.DevicesURL = i.URL
	return i
}

func (i installed) title() string {
	if i.Version == "" {
		return "No version given"
	}
	return i.Version
}

func versionColumns(m tenant.Membership, now time.Time) []page.Column[installed] {
	cs := []page.Column[installed]{{Key: "version", Label: "Version", Sort: "version", Text: installed.title}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(220, func(i installed) page.TenantRef { return i.Tenant }))
	}
	return append(cs,
		page.Column[installed]{Key: "devices", Label: "Devices", Kind: ui.KindNumber, Sort: "devices", Width: 110, Priority: 1,
			Text: func(i installed) string { return plainNumber(i.Devices) }, Cell: func(i installed) ui.Cell { return ui.TextCell(ui.N(i.Devices)) }},
		page.Column[installed]{Key: "platform", Label: "Platform", Width: 190, Priority: 2, Text: func(i installed) string { return detectedPlatform(i.Platform) },
			Cell: func(i installed) ui.Cell { return ui.TextCell(detectedPlatform(i.Platform)) }},
		page.Column[installed]{Key: "size", Label: "Size", Width: 100, Priority: 3, Text: func(i installed) string { return plainNumber(i.Size) },
			Cell: func(i installed) ui.Cell { return ui.TextCell(size(i.Size)) }},
		page.Column[installed]{Key: "first", Label: "First read", Kind: ui.KindTime, Width: 120, Priority: 3, Text: func(i installed) string { return page.Stamp(page.Moment(i.FirstSeen)) },
			Cell: func(i installed) ui.Cell { return when(page.Moment(i.FirstSeen), now) }},
		page.Column[installed]{Key: "id", Label: "Intune id", Exact: true, Text: func(i installed) string { return i.ID }},
		page.Column[installed]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(i installed) string { return i.Tenant.ID.String() }},
	)
}

// program is the page of one program: a row for each version in each tenant.
func (h *Handler) program(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	key, err := page.Param(r, "key")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p, err := h.Detected.Program(ctx, m.Scope, key)
	if err != nil {
		return err
	}
	spec := page.Spec{Sorts: detectedapp.VersionSorts[:2], Placeholder: "Version", Filters: []page.Filter{{Name: "version", Label: "Version"}}}
	if !m.One() {
		spec.Sorts = detectedapp.VersionSorts
		spec.Filters = append(spec.Filters, page.ByCustomer)
	}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := detectedFilter(q)
	if err != nil {
		return err
	}
	f.Key = key
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.DetectedApps)
	if err != nil {
		return err
	}
	var found detectedapp.Versions
	if !q.CSV {
		if found, err = h.Detected.Versions(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now, v := page.ChromeOf(ctx).Now, newProgram(m, p)
	l := page.List[installed]{
		Title: v.Name, One: "version", Many: "versions", Caption: "Versions of " + v.Name, M: m, Query: q, Spec: spec, Columns: versionColumns(m, now),
		URL: func(i installed) string { return i.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Context: []ui.Crumb{{Text: "Detected apps", URL: m.Path(string(partDetected))}}, Above: programFacts(m, v),
		Each: page.Streamed(func(ctx context.Context, each func(detectedapp.Version) error) error {
			return h.Detected.EachVersion(ctx, m.Scope, f, each)
		}, newInstalled),
	}
	for _, v := range found.Rows {
		l.Rows = append(l.Rows, newInstalled(v))
	}
	if l.Below, err = h.programHistory(ctx, m, key, now); err != nil {
		return err
	}
	return l.Serve(w, r)
}

func programFacts(m tenant.Membership, p program) ui.Facts {
	f := ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Publisher", Value: ui.TextCell(p.Publisher)}, {Label: "Platform", Value: ui.TextCell(p.platforms())},
		{Label: "Different versions", Value: ui.TextCell(ui.N(p.Versions))}, {Label: "Oldest – newest", Value: ui.TextCell(p.spread())},
		{Label: "Devices", Value: ui.TextCell(ui.N(p.Devices)), Note: "added up over versions"},
	}}
	if !m.One() {
		f.Items = append(f.Items, ui.Fact{Label: "Customers", Value: ui.TextCell(ui.N(p.Tenants))})
	}
	return f
}
