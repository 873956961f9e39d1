package search

import (
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/search"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// field is one that a store searches: its name in JSON, its word on the page, and its value.
type field struct{ name, label, value string }

// match is the first field that holds the text, or else the first that holds most of its words. Where none does, a store found it by a form of
// its own, and the last one is shown.
func match(text string, fields ...field) field {
	best, most := fields[len(fields)-1], 0
	words := search.Words(text)
	for _, f := range fields {
		switch n := f.held(words); {
		case f.value != "" && strings.Contains(search.Plain(f.value), search.Plain(text)):
			return f
		case n > most:
			best, most = f, n
		}
	}
	return best
}

// held is how many of the words the field holds.
func (f field) held(words []string) (n int) {
	value := search.Plain(f.value)
	for _, w := range words {
		if strings.Contains(value, w) {
			n++
		}
	}
	return n
}

func (s question) device(d device.Device, late bool) hit {
	plainMAC, text := macSeparators.Replace(d.WiFiMAC), device.Term(s.q)
	f := match(text, field{"name", "", d.Name}, field{"serial", "serial", d.Serial}, field{"user", "user", d.UPN}, field{"user", "user", d.UserName},
		field{"imei", "IMEI", d.IMEI}, field{"meid", "MEID", d.MEID}, field{"mac", "MAC", colons(d.WiFiMAC, plainMAC, text)},
		field{"id", "Intune device id", d.ID}, field{"entraId", "Entra device id", d.EntraDeviceID}, field{"mac", "MAC", plainMAC})
	state := verdict.Device(d, late, s.chrome.Now)
	name := d.Name
	if name == "" {
		name = "Device without a name"
	}
	if f.name == "name" && d.Serial != "" {
		f.label, f.value = "serial", d.Serial // the name shows the match itself; the serial tells two of a name apart
	}
	return hit{
		ID: d.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: d.Tenant, Name: d.TenantName}, State: state.Text,
		URL: "/t/" + d.Tenant.String() + "/devices/" + url.PathEscape(d.ID), icon: icon(d.OS), state: &state,
	}
}

// macSeparators takes out what makers write between the digits of a MAC address.
var macSeparators = strings.NewReplacer(":", "", "-", "", ".", "")

// colons is the form of a MAC address in which the text stands: as Intune gave it, or with colons.
func colons(given, plain, text string) string {
	if strings.Contains(strings.ToLower(given), strings.ToLower(text)) || len(plain) != 12 {
		return given
	}
	var parts []string
	for i := 0; i < len(plain); i += 2 {
		parts = append(parts, plain[i:i+2])
	}
	return strings.Join(parts, ":")
}

func icon(os string) string {
	switch os {
	case "iOS", "Android":
		return "phone"
	case "iPadOS":
		return "tablet"
	}
	return "laptop"
}

func (s question) app(a app.App) hit {
	f := match(s.q, field{"name", "", a.Name}, field{"publisher", "publisher", a.Publisher}, field{"package", "package", a.Package}, field{"file", "file", a.FileName}, field{"id", "Intune app id", a.ID})
	if f.name == "name" {
		f.label, f.value = "publisher", a.Publisher
	}
	name := a.Name
	if name == "" {
		name = "App without a name"
	}
	state := "Not assigned"
	if a.Assigned || a.Assignments > 0 {
		state = "Assigned"
	}
	return hit{
		ID: a.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: a.Tenant, Name: a.TenantName}, State: state,
		URL: "/t/" + a.Tenant.String() + "/apps/" + url.PathEscape(a.ID), icon: "apps",
	}
}

func (s question) job(j provisioning.Job, late bool) hit {
	f := match(s.q, field{"name", "", j.AppName}, field{"template", "template", j.Template}, field{"customer", "customer", j.TenantName}, field{"sp", "service principal", j.SPID}, field{"appId", "application id", j.AppID})
	if f.name == "name" {
		f.label, f.value = "template", j.Template
	}
	state := verdict.Job(j, late)
	name := j.AppName
	if name == "" {
		name = "Application without a name"
	}
	return hit{
		ID: j.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: j.Tenant, Name: j.TenantName}, State: state.Text,
		URL: "/t/" + j.Tenant.String() + "/provisioning/" + url.PathEscape(j.SPID), icon: "people_sync", state: &state,
	}
}

func (h hit) view(words []string) ui.Hit {
	out := ui.Hit{Icon: h.icon, URL: h.URL, Name: ui.Match(h.Name, words...), State: h.state}
	if !h.Tenant.ID.IsZero() {
		out.Tenant = &ui.TenantChip{Name: h.Tenant.Name, Colour: ui.Mark(h.Tenant.ID.String())}
	}
	if h.state == nil {
		out.Note = h.State
	}
	if h.Value != "" && h.Value != h.Name {
		label := h.label
		if label == "" {
			label = h.Field
		}
		out.Detail = append(ui.Spans{{Text: label + " "}}, ui.Match(h.Value, words...)...)
	}
	return out
}

func (v view) title() string {
	if v.Query == "" {
		return "Search"
	}
	return "Search for “" + v.Query + "”"
}

// sentence says why there is nothing to show.
func (v view) sentence() string {
	switch {
	case len(v.Groups) > 0:
		return ""
	case v.Query == "":
		return "Type a name, such as that of a device, a person, an app, a policy, a role or a customer, or a serial number, an IMEI, a MAC address or an id. Two characters are enough for what begins with them."
	case len([]rune(v.Query)) < shortest:
		return "One character finds too much. Type at least two."
	case len([]rune(v.Query)) == shortest:
		return "Nothing that you may see begins with “" + v.Query + "”. Three characters find it anywhere in a name."
	}
	what := "Nothing that you may see has “" + v.Query + "”"
	if len(search.Words(v.Query)) > 1 {
		what = "Nothing that you may see has each word of “" + v.Query + "”"
	}
	return what + " in its name, serial, user, IMEI, MAC, publisher or domain, and no id begins with it."
}

func (v view) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "All customers"}}, Title: v.title(), Lead: v.lead()}
}

func (v view) lead() string {
	if v.Sentence != "" {
		return ""
	}
	lead := "The first of each kind; each kind leads to its whole list."
	if len([]rune(v.Query)) == shortest {
		lead += " Two characters find mostly what begins with them, three find them anywhere and in more kinds of things."
	}
	return lead
}

func (v view) hits() ui.Hits {
	out := ui.Hits{Query: v.Query, Note: "Only customers that you may see: " + ui.N(int64(v.chrome.Count))}
	if v.narrowed {
		out.Note = "Only customers that you may see, and of those the ones chosen above"
	}
	words := search.Words(device.Term(v.Query))
	for _, w := range words {
		if strings.Contains(w, "'") {
			words = append(words, strings.ReplaceAll(w, "'", "’")) // as it may be written where it was found
		}
	}
	for _, g := range v.Groups {
		x := ui.HitGroup{Title: g.Title}
		if g.URL != "" {
			text := "All: "
			if g.more {
				text += "more than "
			}
			x.All = ui.Link{Text: text + ui.Count(g.Count, g.One, g.Many), URL: g.URL}
		}
		for _, h := range g.Hits {
			x.Hits = append(x.Hits, h.view(words))
		}
		out.Groups = append(out.Groups, x)
	}
	return out
}

func (v view) nothing() ui.Empty {
	e := ui.Empty{Kind: ui.EmptyNone, Icon: "search", Title: "Nothing was looked for", Lines: []string{v.Sentence}}
	if len([]rune(v.Query)) >= shortest {
		e.Kind, e.Title = ui.EmptyNoMatch, "Nothing was found"
		e.Lines = append(e.Lines, "What was not read from a customer yet cannot be found.")
		e.ActionText, e.ActionURL = "Show the sync", "/sync"
		if len(v.box.Tokens) > 0 {
			e.ActionText, e.ActionURL = "Search without the filters", "/search?q="+url.QueryEscape(v.Query)
		}
	}
	return e
}
