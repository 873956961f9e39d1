package apps

import (
	"maps"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// maxChanges is how many changes an app's page shows.
const maxChanges = 100

// change is one change of an app that a reading saw.
type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Label string    `json:"label"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

var fieldLabels = map[string]string{
	"name": "Name", "publisher": "Publisher", "type": "Type", "description": "Description", "version": "Version", "state": "Publishing", "assigned": "Assigned",
	"categories": "Categories", "file_name": "File", "size": "Size", "package": "Package", "store_url": "Store page", "install_command": "Install command",
	"uninstall_command": "Uninstall command", "run_as": "Installs as", "architectures": "Architectures", "minimum_os": "Minimum system",
	"licences_total": "Licences", "owner": "Owner", "developer": "Developer", "notes": "Notes", "gone": "Presence in Intune",
}

func newChanges(of []app.Change) []change {
	out := []change{}
	for _, c := range of {
		label := fieldLabels[c.Field]
		switch {
		case strings.HasPrefix(c.Field, "assignment:"):
			label = "Assignment"
		case label == "":
			label = c.Field
		}
		out = append(out, change{c.At, c.Field, label, said(c.Field, c.Old), said(c.Field, c.New)})
	}
	return out
}

// said is a value of the history in the page's words.
func said(field, v string) string {
	switch {
	case field == "gone":
		return map[string]string{"true": "not in Intune", "false": "in Intune"}[v]
	case strings.HasPrefix(field, "assignment:"):
		return saidAssignment(v)
	case v == "":
		return "empty"
	case field == "state":
		return worded(stateWords, v)
	case field == "type":
		return typeWord(v)
	case field == "assigned":
		return page.Switch(v)
	case field == "categories":
		return strings.Trim(v, "{}")
	case len(v) > 300:
		return strings.ToValidUTF8(v[:300], "") + "…"
	}
	return v
}

// saidAssignment words "required group {id}", as the history has it.
func saidAssignment(v string) string {
	parts := strings.SplitN(v, " ", 3)
	if v == "" {
		return "none"
	}
	parts[0] = worded(intentWords, parts[0])
	if len(parts) > 1 {
		parts[1] = worded(targetWords, parts[1])
	}
	return strings.Join(parts, ": ")
}

func (v view) historySection() ui.Section {
	s := ui.Section{Title: "Timeline", Rule: true}
	if max(len(v.Changes), len(byReading(v.Installs.changes))) == maxChanges {
		s.Note = "The newest " + ui.N(maxChanges) + " changes"
	}
	return s
}

// timeline is what the readings saw, and what Intune says of the app's own dates, the newest first.
func (v view) timeline() ui.Timeline {
	all := ui.Moments{Now: v.now}
	add := all.Add
	for _, seen := range byReading(v.Installs.changes) {
		add(seen[0].At, installEvent(seen, v.now))
	}
	for _, c := range v.Changes {
		add(c.At, ui.Event{Icon: "edit", Text: c.Label + " changed", From: c.Old, To: c.New, Detail: "read " + ui.Clock(c.At, v.now).Text})
	}
	if v.ModifiedAt != nil {
		add(*v.ModifiedAt, ui.Event{Icon: "edit", Text: "Changed in Intune", Detail: "As Intune dates it"})
	}
	add(v.createdAt, ui.Event{Icon: "checkmark_circle", Tone: "ok", Text: "Created in Intune"})
	add(v.firstSeenAt, ui.Event{Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
	return all.Timeline()
}

// The words of this room's histories, for the list of all changes.
var (
	History = page.History{Said: said, Labels: func() map[string]string {
		labels := maps.Clone(fieldLabels)
		labels["assignment:"] = "Assignment"
		return labels
	}()}
	InstallHistory = page.History{Said: func(_, v string) string { return grouped(v) }, Labels: func() map[string]string {
		labels := map[string]string{}
		for _, w := range installWords {
			labels[w.field] = w.label
		}
		return labels
	}()}
	DetectedHistory = page.History{Labels: map[string]string{"version": "Version"}, Said: func(_, v string) string {
		if v == "" {
			return "on no device"
		}
		return "on " + ui.Count(number(v), "device", "devices")
	}}
)
