package incidents

import (
	"strings"
	"unicode"

	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// said is a word for a value of Microsoft's, with the shape that it deserves. Nothing here is a verdict of ours, so nothing is green.
type said struct {
	text  string
	shape ui.Shape
}

var severityWords = map[string]said{
	"high": {"High", ui.ShapeBad}, "medium": {"Medium", ui.ShapeWarn}, "low": {"Low", ui.ShapeNone}, "informational": {"Informational", ui.ShapeNone}, "unknown": {"Unknown", ui.ShapeUnknown},
}

var statusWords = map[string]said{
	"active": {"Active", ui.ShapeWarn}, "inProgress": {"In progress", ui.ShapePending}, "awaitingAction": {"Awaiting action", ui.ShapeWarn}, "resolved": {"Resolved", ui.ShapeNone},
	"redirected": {"Merged", ui.ShapeNone}, "new": {"New", ui.ShapeWarn}, "unknown": {"Unknown", ui.ShapeUnknown},
}

// severityState is a severity; what nobody has to look at any more is not alarming.
func severityState(v string, open bool) ui.State {
	s := stateOf(severityWords, v)
	if !open {
		s.Shape = ui.ShapeNone
	}
	return s
}

func statusState(v string) ui.State { return stateOf(statusWords, v) }

// stateOf words a value; one that Microsoft added since is shown as it is, and unknown to us.
func stateOf(words map[string]said, v string) ui.State {
	w, ok := words[v]
	if !ok {
		w = said{v, ui.ShapeUnknown}
	}
	return ui.State{Shape: w.shape, Text: w.text}
}

func options(words map[string]said, values []string) []page.Option {
	out := make([]page.Option, 0, len(values))
	for _, v := range values {
		out = append(out, page.Option{Value: v, Label: words[v].text})
	}
	return out
}

// verdict is what people or Microsoft found an incident to be.
func verdict(classification, determination string) string {
	if classification == "unknown" {
		return "Not classified"
	}
	if determination == "unknown" {
		return spaced(classification)
	}
	return spaced(classification) + ": " + lower(spaced(determination))
}

// spaced sets a value of Microsoft's in words: "informationalExpectedActivity" as "Informational expected activity".
func spaced(v string) string {
	var b strings.Builder
	for i, r := range v {
		switch {
		case i == 0:
			b.WriteRune(unicode.ToUpper(r))
		case unicode.IsUpper(r):
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lower makes the first letter small.
func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

var fieldWords = map[string]string{
	"title": "Title", "status": "Status", "severity": "Severity", "assigned": "Assigned to", "classification": "Classification", "determination": "Determination",
	"redirect_to": "Merged into", "tags": "Tags", "alert_count": "Number of alerts",
}

// fieldValue words an old or a new value of the history.
func fieldValue(field, v string) string {
	switch {
	case field == "assigned" && v == "":
		return "nobody"
	case field == "status":
		return lower(statusState(v).Text)
	case field == "severity":
		return lower(stateOf(severityWords, v).Text)
	case field == "classification" || field == "determination":
		return lower(spaced(v))
	case v == "" || v == "{}":
		return "none"
	}
	return strings.Trim(v, "{}")
}

var sources = map[string]string{
	"microsoftDefenderForEndpoint": "Defender for Endpoint", "microsoftDefenderForIdentity": "Defender for Identity", "microsoftDefenderForCloudApps": "Defender for Cloud Apps",
	"microsoftDefenderForOffice365": "Defender for Office 365", "microsoft365Defender": "Defender XDR", "azureAdIdentityProtection": "Entra ID Protection",
	"microsoftDefenderForCloud": "Defender for Cloud", "microsoftSentinel": "Sentinel", "dataLossPrevention": "Data loss prevention", "microsoftInsiderRiskManagement": "Insider risk management",
}

func sourceWord(v string) string {
	if w, ok := sources[v]; ok {
		return w
	}
	return spaced(v)
}

var kindWords = map[string]string{"device": "Device", "user": "Account", "ip": "IP address", "url": "Address", "analyzedMessage": "Message", "mailbox": "Mailbox", "file": "File", "process": "Process"}

func kindWord(v string) string {
	if w, ok := kindWords[v]; ok {
		return w
	}
	return spaced(v)
}
