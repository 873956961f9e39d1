package provisioning

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var healthOptions = []page.Option{
	{Value: "quarantine", Label: "In quarantine"}, {Value: "trouble", Label: "With failures"}, {Value: "idle", Label: "Not running"}, {Value: "fine", Label: "Fine"},
}

var codeOptions = []page.Option{
	{Value: "Active", Label: "Active"}, {Value: "Quarantine", Label: "Quarantine"}, {Value: "Paused", Label: "Paused"},
	{Value: "NotRun", Label: "Never ran"}, {Value: "NotConfigured", Label: "Not set up"},
}

// runWords are how a run ended (Graph's taskExecutionResult).
var runWords = map[string]string{"Succeeded": "Succeeded", "Failed": "Failed", "EntryLevelErrors": "Some entries fail", "": "never ran"}

// reasonWords are Graph's quarantineReason members.
var reasonWords = map[string]string{
	"EncounteredBaseEscrowThreshold":       "Too many entries fail",
	"EncounteredTotalEscrowThreshold":      "Too many entries fail in total",
	"EncounteredEscrowProportionThreshold": "Too large a share of the entries fails",
	"EncounteredQuarantineException":       "The cycle stops with an error",
	"QuarantinedOnDemand":                  "Put there by a person",
	"TooManyDeletes":                       "More deletes in one cycle than the threshold allows",
	"IngestionInterrupted":                 "The feed of data was interrupted",
	"Unknown":                              "Microsoft gives no reason",
	"":                                     "Microsoft gives no reason",
}

// reason is why a job does not run as it should, in one line; empty where it does.
func reason(j provisioning.Job) string {
	switch {
	case j.Health == provisioning.Quarantined && j.Quarantine.Message != "":
		return j.Quarantine.Message
	case j.Health == provisioning.Quarantined:
		return worded(reasonWords, j.Quarantine.Reason)
	case j.Health == provisioning.Troubled && j.LastError != "":
		return j.LastError
	case j.Health == provisioning.Troubled && j.Escrowed > 0:
		return ui.Count(j.Escrowed, "entry is", "entries are") + " set aside and tried again"
	case j.EscrowsPruned:
		return "Failing entries were dropped to clean up"
	case j.Health == provisioning.Troubled:
		return "The last cycle did not succeed"
	}
	return ""
}

// since is when the present state began, as far as Entra tells.
func since(j provisioning.Job) time.Time {
	switch {
	case j.Health == provisioning.Quarantined && !j.Quarantine.SeriesSince.IsZero():
		return j.Quarantine.SeriesSince
	case j.Health == provisioning.Quarantined:
		return j.Quarantine.Since
	case j.Health == provisioning.Fine:
		return j.SteadyFirstAt
	}
	return time.Time{}
}

// lastSuccess is the end of the last cycle that succeeded.
func lastSuccess(j provisioning.Job) time.Time {
	if j.LastSuccess == nil {
		return time.Time{}
	}
	return j.LastSuccess.EndedAt
}

// credentials tells whether the error is about the secret that Entra stored for the target.
func credentials(code, message string) bool {
	s := strings.ToLower(code + " " + message)
	return strings.Contains(s, "credential") || strings.Contains(s, "unauthorized") || strings.Contains(s, "401")
}

// advice is who can mend a job, and how. It names roles, never persons: who holds them is not read.
func advice(j provisioning.Job, customer string) string {
	who := "A person with Application Administrator or Cloud Application Administrator at " + customer
	switch {
	case j.Health == provisioning.Quarantined && credentials(j.Quarantine.Code, j.Quarantine.Message):
		return who + " can replace the stored credentials. A restart before that would change nothing."
	case j.Health == provisioning.Quarantined && j.Quarantine.Reason == "TooManyDeletes":
		return who + " can check the deletes, and then restart the job or raise its threshold."
	case j.Health == provisioning.Quarantined:
		return who + " can remove the cause and restart the job."
	case j.Health == provisioning.Troubled:
		return "The log says which entries fail. Entra tries them again in each cycle, less and less often."
	case j.Code == "NotConfigured":
		return who + " can finish setting it up."
	case j.Health == provisioning.Idle:
		return who + " can start it. Until then nothing is provisioned."
	}
	return ""
}

// isoDuration is the part of ISO 8601 that Graph uses for intervals.
var isoDuration = regexp.MustCompile(`^P(?:(\d{1,9})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:[\d.]+S)?)?$`)

// every words an interval: "every 40 min". Entra writes "never" as the largest span that .NET knows.
func every(v string) string {
	m := isoDuration.FindStringSubmatch(v)
	if m == nil {
		return v
	}
	n := func(i int) time.Duration { d, _ := strconv.ParseInt(m[i], 10, 64); return time.Duration(d) }
	if n(1) > 36500 {
		return "never"
	}
	d := n(1)*24*time.Hour + n(2)*time.Hour + n(3)*time.Minute
	if d == 0 {
		return v
	}
	return "every " + ui.Length(d)
}

var statusOptions = []page.Option{
	{Value: "failure", Label: "Failed"}, {Value: "warning", Label: "Warning"}, {Value: "skipped", Label: "Skipped"}, {Value: "success", Label: "Succeeded"},
}

var actionOptions = []page.Option{
	{Value: "create", Label: "Create"}, {Value: "update", Label: "Update"}, {Value: "disable", Label: "Deactivate"},
	{Value: "delete", Label: "Delete"}, {Value: "stagedDelete", Label: "Staged delete"}, {Value: "other", Label: "Other"},
}

// statusState is the result of an event or of one of its steps. Microsoft's samples differ in case.
func statusState(status string) ui.State {
	switch strings.ToLower(status) {
	case "success":
		return ui.State{Shape: ui.ShapeOK, Text: "Succeeded"}
	case "failure":
		return ui.State{Shape: ui.ShapeBad, Text: "Failed"}
	case "skipped":
		return ui.State{Shape: ui.ShapeNone, Text: "Skipped"}
	case "warning":
		return ui.State{Shape: ui.ShapeWarn, Text: "Warning"}
	case "":
		return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown: “" + status + "”"}
}

func actionWord(a string) string {
	for _, o := range actionOptions {
		if strings.EqualFold(o.Value, a) {
			return o.Label
		}
	}
	return a
}

// stepWords are Graph's provisioningStepType members.
var stepWords = map[string]string{
	"import": "Import", "scoping": "Scope", "matching": "Match", "processing": "Prepare", "referenceresolution": "Resolve references", "export": "Export",
}

func stepWord(kind, name string) string {
	if w, ok := stepWords[strings.ToLower(kind)]; ok {
		return w
	}
	if name != "" {
		return name
	}
	return kind
}

// secretName tells a setting or attribute whose value is not for showing.
var secretName = regexp.MustCompile(`(?i)password|passwd|secret|token|credential|connectionstring|privatekey|appkey|consumerkey|passcode`)

// hidden stands in place of such a value.
const hidden = "not shown"

func worded(words map[string]string, v string) string {
	if w, ok := words[v]; ok {
		return w
	}
	return v
}
