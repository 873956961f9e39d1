package incidents

import (
	"strings"

	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

func options(word func(string) ui.State, values []string) []page.Option {
	out := make([]page.Option, 0, len(values))
	for _, v := range values {
		out = append(out, page.Option{Value: v, Label: word(v).Text})
	}
	return out
}

// open is the severity of something that is to be looked at.
func open(severity string) ui.State { return verdict.Severity(severity, true) }

// finding is what people or Microsoft found an incident to be.
func finding(classification, determination string) string {
	if classification == "unknown" {
		return "Not classified"
	}
	if determination == "unknown" {
		return ui.Spaced(classification)
	}
	return ui.Spaced(classification) + ": " + ui.Lower(ui.Spaced(determination))
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
		return ui.Lower(verdict.IncidentStatus(v).Text)
	case field == "severity":
		return ui.Lower(open(v).Text)
	case field == "classification" || field == "determination":
		return ui.Lower(ui.Spaced(v))
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
	return ui.Spaced(v)
}

var kindWords = map[string]string{"device": "Device", "user": "Account", "ip": "IP address", "url": "Address", "analyzedMessage": "Message", "mailbox": "Mailbox", "file": "File", "process": "Process"}

func kindWord(v string) string {
	if w, ok := kindWords[v]; ok {
		return w
	}
	return ui.Spaced(v)
}

// History has the words of this room's history, for the list of all changes.
var History = page.History{Labels: fieldWords, Said: fieldValue}
