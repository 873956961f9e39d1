package configuration

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of a policy's page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	fam := familyOf(v.policy.Kind)
	return ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: fam.title, URL: v.m.Path(fam.path)}}, Title: v.Name, Freshness: v.fresh,
		Actions: []ui.Action{{Text: "Compare", Kind: ui.Quiet, URL: v.URL + "/compare"}},
	}
}

func (v view) banner() *ui.Banner {
	if v.GoneAt != nil {
		return &ui.Banner{
			Kind: "unknown", Shape: ui.ShapeNone, Title: "This policy is no longer in Intune.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before.",
		}
	}
	if v.left != nil {
		text := "The last attempt could not read " + strings.ToLower(v.KindName) + " objects. " + v.left.Sentence
		return &ui.Banner{Kind: "unknown", Title: "You see what was read before.", Text: strings.TrimSpace(text), ActionText: "Show the sync", ActionURL: fresh.SyncURL(v.m, v.read.Dataset)}
	}
	if v.read.Late > 0 {
		return &ui.Banner{Kind: "unknown", Title: "You see the state of " + v.fresh.AsOf.Text + ".", Text: strings.TrimSpace(v.read.Error.Sentence + " The last complete reading is older than its target."), ActionText: "Show the sync", ActionURL: fresh.SyncURL(v.m, v.read.Dataset)}
	}
	return nil
}

// reaches tells policies, which reach devices or apps, from filters, tags and templates, which only help them to.
func (v view) reaches() bool {
	return !slices.Contains([]configuration.Kind{configuration.Notification, configuration.AssignmentFilter, configuration.ScopeTag}, v.policy.Kind)
}

func (v view) headFacts() ui.Facts {
	f := ui.Facts{Wide: true, Items: []ui.Fact{{Label: "Kind", Value: ui.TextCell(v.KindName)}}}
	switch v.policy.Kind {
	case configuration.Notification:
		f.Items = append(f.Items, ui.Fact{Label: "Languages", Value: ui.TextCell(ui.N(int64(v.policy.Settings)))}, ui.Fact{Label: "Default language", Value: ui.TextCell(v.defaultLanguage())})
	case configuration.ScopeTag:
		f.Items = append(f.Items, ui.Fact{Label: "Given to groups", Value: ui.TextCell(v.assignedText())}, ui.Fact{Label: "Used by", Value: v.usedBy()})
	case configuration.AssignmentFilter:
		f.Items = append(f.Items, ui.Fact{Label: "Platform", Value: ui.TextCell(v.Platform)}, ui.Fact{Label: "Used by", Value: v.usedBy()})
	default:
		f.Items = append(f.Items, ui.Fact{Label: "Type", Value: ui.TextCell(v.TypeName)}, ui.Fact{Label: "Platform", Value: ui.TextCell(v.Platform)}, ui.Fact{Label: "Assigned", Value: unknownCell(v.assignedText())})
	}
	if v.Template != "" {
		f.Items = append(f.Items, ui.Fact{Label: "Template", Value: ui.TextCell(v.Template)})
	}
	if v.Version > 0 {
		f.Items = append(f.Items, ui.Fact{Label: "Version", Value: ui.TextCell(v.versionText())})
	}
	if len(v.TagNames) > 0 {
		f.Items = append(f.Items, ui.Fact{Label: "Scope tags", Value: ui.TextCell(strings.Join(v.TagNames, ", "))})
	}
	return added(f, ui.Fact{Label: "Changed", Value: when(v.ModifiedAt, v.now)})
}

func (v view) defaultLanguage() string {
	for _, m := range v.Messages {
		if m.Default {
			return m.Locale
		}
	}
	return "none"
}

// usedBy leads to the policies whose assignments use the filter.
func (v view) usedBy() ui.Cell {
	if v.uses == 0 {
		return ui.TextCell("no policy")
	}
	field := "?filter="
	if v.policy.Kind == configuration.ScopeTag {
		field = "?scopeTag="
	}
	return ui.LinkCell(ui.Count(v.uses, "policy", "policies"), v.m.Path("/configuration")+field+url.QueryEscape(v.ID))
}

func added(f ui.Facts, more ui.Fact) ui.Facts { f.Items = append(f.Items, more); return f }

func (v view) statusSection() ui.Section {
	s := ui.Section{Title: "Devices"}
	if v.Status == nil {
		return s
	}
	s.AsOf = v.fresh.AsOf
	if v.policy.Kind == configuration.Remediation {
		s.Note = "by what its detection found"
	}
	if v.Status.At != nil {
		s.AsOf, s.Note = ui.NewTime(*v.Status.At, v.now), strings.TrimPrefix(s.Note+", counted by Intune", ", ")
	}
	return s
}

// noStatus says why nothing is known of devices.
func (v view) noStatus() string {
	if v.policy.Kind == configuration.Catalogue || v.policy.Kind == configuration.ComplianceCatalogue {
		return "Unknown. Microsoft Graph gives no count of devices with policies of the settings catalogue. A device's own page says how it stands with each of its policies."
	}
	return "Unknown. Microsoft Graph gave no count of devices for this policy."
}

// statusFacts are how devices, or users, stand.
func (v view) statusFacts(s *status) ui.Facts {
	count := func(label string, n int64, shape ui.Shape) ui.Fact {
		if n == 0 {
			return ui.Fact{Label: label, Value: ui.QuietCell("0")}
		}
		if v.read.Late > 0 || v.left != nil {
			shape = ui.ShapeStale
		}
		return ui.Fact{Label: label, Value: ui.StateCell(shape, ui.N(n))}
	}
	return ui.Facts{Wide: true, Items: []ui.Fact{
		count("Succeeded", s.Succeeded, ui.ShapeOK), count("Failed", s.Failed, ui.ShapeBad), count("In error", s.Errors, ui.ShapeBad), count("Conflicts", s.Conflicts, ui.ShapeConflict),
		count("Pending", s.Pending, ui.ShapePending), count("Not applicable", s.NotApplicable, ui.ShapeNone),
	}}
}

func (v view) settingSection() ui.Section {
	return ui.Section{Title: "Settings", Count: ui.N(int64(len(v.shown()))), Rule: true, AsOf: v.fresh.AsOf, Late: v.read.Late > 0}
}

// shown are the settings without the messages of a template, which stand in a table of their own.
func (v view) shown() []setting {
	return slices.DeleteFunc(slices.Clone(v.Settings), func(s setting) bool { return len(v.Messages) > 0 && strings.HasPrefix(s.Path, "messages.") })
}

func (v view) messageSection() ui.Section {
	return ui.Section{Title: "Messages", Count: ui.N(int64(len(v.Messages))), Rule: true, AsOf: v.fresh.AsOf, Late: v.read.Late > 0}
}

func (v view) messageTable() ui.Table {
	t := ui.Table{ID: "messages", Caption: "What the template says in each language", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "locale", Label: "Language", Width: 110}, {Key: "default", Label: "Default", Width: 90}, {Key: "subject", Label: "Subject", Phone: "line"}, {Key: "text", Label: "Text", Phone: "line"},
	}}
	for _, m := range v.Messages {
		def := ui.QuietCell("")
		if m.Default {
			def = ui.TextCell("Default")
		}
		t.Rows = append(t.Rows, ui.Row{Name: m.Locale, Cells: []ui.Cell{def, ui.TextCell(cut(m.Subject)), ui.TextCell(cut(m.Text))}})
	}
	return t
}

func (v view) settingTable() ui.Table {
	t := ui.Table{ID: "settings", Caption: "Settings of this policy", Inset: true, Light: true, Columns: []ui.Column{{Key: "label", Label: "Setting"}, {Key: "value", Label: "Value", Phone: "line"}, {Key: "key", Label: v.keyLabel(), Kind: ui.KindMono, Priority: 3}}}
	all := v.shown()
	for _, s := range all[:min(len(all), maxSettings)] {
		t.Rows = append(t.Rows, ui.Row{Name: s.Label, Cells: []ui.Cell{valueCell(s.Value, s.Secret), ui.MonoCell(cut(s.Key))}})
	}
	return t
}

// keyLabel is what the second name of a setting is.
func (v view) keyLabel() string {
	if v.policy.Kind == configuration.GroupPolicy {
		return "Category"
	}
	return "Name in Graph"
}

// settingNote says what the table leaves out.
func (v view) settingNote() string {
	var notes []string
	if n := len(v.Settings) - maxSettings; n > 0 {
		notes = append(notes, ui.Count(int64(n), "more setting stands", "more settings stand")+" in the JSON of this page.")
	}
	for _, s := range v.Settings {
		if s.Secret {
			notes = append(notes, "Secrets are not kept by the portal: that one is set can be seen, its value cannot.")
			break
		}
	}
	return strings.Join(notes, " ")
}

func valueCell(value string, secret bool) ui.Cell {
	switch {
	case secret:
		return ui.QuietCell(strings.ReplaceAll(cut(value), configuration.SecretMark, "secret, not kept"))
	case value == "":
		return ui.QuietCell("empty")
	}
	return ui.TextCell(cut(value))
}

// perVersion is how many changes of one reading the timeline prints.
const perVersion = 6

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	for i, w := range v.Versions {
		e := ui.Event{When: ui.NewTime(w.At, v.now), Icon: "edit"}
		switch {
		case w.Gone:
			e.Icon, e.Tone, e.Text = "delete", "bad", "No longer in Intune"
			t = append(t, e)
			continue
		case w.First:
			e.Icon, e.Text, e.Detail = "eye", "First seen by the portal", "Changes before this are not known here."
			t = append(t, e)
			continue
		case w.Oldest:
			e.Icon, e.Text, e.Detail = "history", "The oldest state that is kept", "What changed before this is no longer known: history is kept for a limited time."
			t = append(t, e)
			continue
		case i+1 < len(v.Versions) && v.Versions[i+1].Gone:
			e.Text = "In Intune again"
			t = append(t, e)
			continue
		case len(w.Changes) == 0:
			e.Text, e.Detail = "Changed in Intune", "Nothing that the portal keeps is different. It may be a secret."
			t = append(t, e)
			continue
		}
		for _, c := range w.Changes[:min(len(w.Changes), perVersion)] {
			x := e
			x.Text, x.From, x.To = c.PartName+" “"+c.Label+"”", orWord(c.From), orWord(c.To)
			t = append(t, x)
		}
		if n := len(w.Changes) - perVersion; n > 0 {
			e.Text, e.Link = ui.Count(int64(n), "more change", "more changes"), ui.Link{Text: "Compare", URL: v.versionURL(i)}
			t = append(t, e)
		}
	}
	return t
}

func orWord(value string) string {
	if value == "" {
		return "not set"
	}
	return cut(strings.ReplaceAll(value, configuration.SecretMark, "secret"))
}

// versionURL compares the state before version i with that of version i.
func (v view) versionURL(i int) string {
	q := url.Values{"with": {v.policy.ID}, "at": {v.Versions[i].At.Format(time.RFC3339Nano)}}
	if i+1 < len(v.Versions) {
		q.Set("of", v.Versions[i+1].At.Format(time.RFC3339Nano))
	}
	return v.URL + "/compare?" + q.Encode()
}

// compareTable leads to what the policy can be set beside: others of its type, and itself at the times when it changed.
func (v view) compareTable() ui.Table {
	t := ui.Table{ID: "compare", Caption: "What this policy can be compared with", Inset: true, Light: true, Columns: []ui.Column{{Key: "with", Label: "Compare with"}, {Key: "where", Label: "Where", Phone: "line"}}}
	t.Rows = append(t.Rows, ui.Row{Name: "Another policy of this type", URL: v.URL + "/compare", Cells: []ui.Cell{ui.TextCell("All customers that you may see")}})
	for i, w := range v.Versions {
		if i == 0 || w.Gone || v.GoneAt != nil {
			continue
		}
		q := url.Values{"with": {v.policy.ID}, "of": {w.At.Format(time.RFC3339Nano)}}
		t.Rows = append(t.Rows, ui.Row{Name: "This policy as of " + ui.NewTime(w.At, v.now).Title, URL: v.URL + "/compare?" + q.Encode(), Cells: []ui.Cell{ui.TextCell("Here")}})
	}
	return t
}

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
