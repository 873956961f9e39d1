package defender

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// values are what a field may be set to (Microsoft Graph: incidentStatus without what only Defender sets, alertStatus, alertClassification,
// alertDetermination, alertSeverity).
var values = map[string][]string{
	"status":         {"active", "resolved", "inProgress"},
	"alertStatus":    {"new", "inProgress", "resolved"},
	"classification": {"unknown", "falsePositive", "truePositive", "informationalExpectedActivity"},
	"severity":       {"informational", "low", "medium", "high"},
	"determination": {
		"unknown", "apt", "malware", "securityPersonnel", "securityTesting", "unwantedSoftware", "other", "multiStagedAttack", "compromisedAccount", "phishing",
		"maliciousUserActivity", "notMalicious", "notEnoughDataToValidate", "confirmedActivity", "lineOfBusinessApplication",
	},
}

// The fields that may be written.
var (
	incidentFields = []string{"status", "severity", "classification", "determination", "assignedTo", "displayName", "resolvingComment", "customTags"}
	alertFields    = []string{"status", "classification", "determination", "assignedTo"}
)

// Check takes what somebody wants to write of an incident, or of an alert; an error says what is wrong. A null empties a field.
func Check(body map[string]any, alert bool) (map[string]any, error) {
	allowed := incidentFields
	if alert {
		allowed = alertFields
	}
	fields := map[string]any{}
	for name, v := range body {
		if strings.HasPrefix(name, "@") {
			continue
		}
		if !slices.Contains(allowed, name) {
			return nil, errors.New("The property '" + name + "' cannot be updated.")
		}
		if name == "customTags" {
			list, ok := v.([]any)
			tags := []string{}
			for _, x := range list {
				s, isText := x.(string)
				ok = ok && isText
				tags = append(tags, s)
			}
			if !ok {
				return nil, errors.New("The value of customTags is not valid.")
			}
			fields[name] = tags
			continue
		}
		s, ok := v.(string)
		known := values[name]
		if alert && name == "status" {
			known = values["alertStatus"]
		}
		if v != nil && !ok || len(known) > 0 && !slices.Contains(known, s) {
			return nil, errors.New("The value of " + name + " is not valid.")
		}
		fields[name] = s
	}
	if len(fields) == 0 {
		return nil, errors.New("Nothing to update.")
	}
	if _, a := fields["classification"]; a != (fields["determination"] != nil) {
		return nil, errors.New("The classification and the determination are set together.")
	}
	return fields, nil
}

// Write keeps what somebody wrote about the incident or alert with that id. The caller holds Change.
func Write(t *world.Tenant, id string, fields map[string]any, comments []string, by string, now time.Time) {
	var written []world.Comment
	for _, c := range comments {
		written = append(written, world.Comment{Text: c, By: by, At: now})
	}
	t.Triage[id] = t.Triage[id].With(fields, written, by, now)
}
