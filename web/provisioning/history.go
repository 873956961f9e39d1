package provisioning

import (
	"time"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// maxChanges is how many changes of jobs an application's page shows.
const maxChanges = 100

// change is one change of a job that a reading saw.
type change struct {
	JobID string    `json:"job_id"`
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Label string    `json:"label"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

var changeLabels = map[string]string{
	"template": "Template", "code": "State", "schedule": "Schedule", "every": "Interval", "quarantine_reason": "Reason of the quarantine",
	"quarantine_code": "Error of the quarantine", "quarantine_message": "Message of the quarantine", "last_state": "Last run", "last_error_code": "Error of the last run",
	"gone": "Presence in Entra",
}

func newChanges(of []provisioning.Change) []change {
	out := []change{}
	for _, c := range of {
		label := changeLabels[c.Field]
		if label == "" {
			label = c.Field
		}
		out = append(out, change{c.JobID, c.At, c.Field, label, saidChange(c.Field, c.Old), saidChange(c.Field, c.New)})
	}
	return out
}

func saidChange(field, v string) string {
	switch {
	case field == "gone":
		return map[string]string{"true": "removed", "false": "there"}[v]
	case field == "last_state":
		return worded(runWords, v)
	case field == "quarantine_reason" && v != "":
		return worded(reasonWords, v)
	case v == "":
		return "empty"
	}
	return v
}

func (v view) historySection() ui.Section {
	s := ui.Section{Title: "Timeline", Rule: true}
	if len(v.Changes) == maxChanges {
		s.Note = "The newest " + ui.N(maxChanges) + " changes"
	}
	return s
}

// timeline is what changed on the application's jobs, the newest first, each named where there are several.
func (v view) timeline() ui.Timeline {
	out := make(ui.Timeline, len(v.Changes))
	for i, c := range v.Changes {
		out[i] = ui.Event{When: ui.NewTime(c.At, v.chrome.Now), Icon: "edit", Text: c.Label + " changed", From: c.Old, To: c.New, Detail: "read " + ui.Clock(c.At, v.chrome.Now).Text}
		if len(v.Jobs) > 1 {
			out[i].Detail = "Job " + c.JobID + ", " + out[i].Detail
		}
		if c.Field == "code" && c.New == "Quarantine" {
			out[i].Tone = "bad"
		}
	}
	return out
}

// History has the words of this room's history, for the list of all changes.
var History = page.History{Labels: changeLabels, Said: saidChange}
