// Package defender computes the incidents of the simulated Microsoft Defender XDR: they appear with the world's clock, gather alerts, are
// resolved by automation or merged into another one. How Graph and the older Defender API word them is in packages graph and security.
package defender

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// Incident is one incident, in Graph's words.
type Incident struct {
	ID             int
	Redirect       int // the incident that it was merged into; 0: none
	Title          string
	Severity       string
	Status         string
	Assigned       string // "" for nobody
	Classification string
	Determination  string
	Resolving      string // what was written when it was resolved
	Tags           []string
	Comments       []world.Comment
	By             string // who changed it last
	Created        time.Time
	Updated        time.Time
	Alerts         []Alert
}

// Alert is one alert, which belongs to an incident.
type Alert struct {
	ID             string
	Incident       int
	Title          string
	Category       string
	Technique      string
	Severity       string
	Source         string // serviceSource
	Status         string
	Assigned       string
	Classification string
	Determination  string
	Comments       []world.Comment
	Device         int // index in the tenant's fleet, from which a computer is looked for; -1: it is about an account alone
	Account        int // index among the tenant's people
	Created        time.Time
	Updated        time.Time
	Resolved       time.Time // zero: it is not
}

// kind is what an incident is about.
type kind struct {
	title, severity, source, determination string
	onDevice                               bool
	alerts                                 lines
}

// lines are the alerts of an incident in the order in which they appear.
type lines [3]struct{ title, category, technique string }

var kinds = []kind{
	{"Credential theft on one endpoint", "high", "microsoftDefenderForEndpoint", "multiStagedAttack", true, lines{{"Suspicious access to LSASS", "CredentialAccess", "T1003.001"}, {"Malicious credential theft tool execution detected", "CredentialAccess", "T1003"}, {"Suspicious remote activity", "LateralMovement", "T1021"}}},
	{"Malware was detected and cleaned", "low", "microsoftDefenderForEndpoint", "malware", true, lines{{"Malware was detected", "Malware", "T1204.002"}, {"Malware was prevented", "Malware", "T1204.002"}, {"An uncommon file was created", "Execution", "T1059"}}},
	{"Phishing message delivered to several mailboxes", "medium", "microsoftDefenderForOffice365", "phishing", false, lines{{"Email messages containing malicious URL removed after delivery", "InitialAccess", "T1566.002"}, {"A user clicked through to a potentially malicious URL", "InitialAccess", "T1566.002"}, {"Email reported by user as malware or phish", "InitialAccess", "T1566"}}},
	{"Unfamiliar sign-in properties involving one user", "medium", "azureAdIdentityProtection", "compromisedAccount", false, lines{{"Unfamiliar sign-in properties", "InitialAccess", "T1078.004"}, {"Atypical travel", "InitialAccess", "T1078"}, {"Anonymous IP address", "InitialAccess", "T1090"}}},
	{"Suspicious PowerShell command line on one endpoint", "medium", "microsoftDefenderForEndpoint", "maliciousUserActivity", true, lines{{"Suspicious PowerShell command line", "Execution", "T1059.001"}, {"A script with suspicious content was observed", "Execution", "T1059"}, {"Suspicious process discovery", "Discovery", "T1057"}}},
	{"Mass download by a single user", "high", "microsoftDefenderForCloudApps", "compromisedAccount", false, lines{{"Mass download by a single user", "Exfiltration", "T1530"}, {"Activity from infrequent country", "InitialAccess", "T1078"}, {"Unusual addition of credentials to an OAuth app", "Persistence", "T1098.001"}}},
	{"Unwanted software was blocked", "informational", "microsoftDefenderForEndpoint", "unwantedSoftware", true, lines{{"Unwanted software was prevented", "UnwantedSoftware", "T1204"}, {"A potentially unwanted application was blocked", "UnwantedSoftware", "T1204"}, {"Connection to adversary-in-the-middle (AiTM) phishing site", "CredentialAccess", "T1557"}}},
}

const (
	day    = 24 * time.Hour
	window = 60 * day // how far back incidents go

	correlation = "Microsoft 365 Defender-AlertCorrelation"
	automation  = "Automation"
)

// epoch is when the counting of incidents begins, so that one keeps its number and its date.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// Incidents are a tenant's incidents at a time, the newest first; none where the tenant has no Defender. The caller holds View, or a copy.
func Incidents(seed uint64, t *world.Tenant, now time.Time) []Incident {
	if !t.Defender {
		return nil
	}
	n := 4 + min(t.Devices/150, 12)
	span := window / time.Duration(n)
	last := int(now.Sub(epoch) / span)
	var all []Incident
	for k := last; k >= (last-n)&^1; k-- { // from an even one on: only odd ones are merged, into the one before
		if in := made(seed, t, k, span, now); !in.Created.After(now) {
			all = append(all, in)
		}
	}
	merge(all)
	for i := range all {
		all[i].settle(t)
	}
	return all
}

func idOf(t *world.Tenant, k int) int { return 20_000 + k*128 + t.Index%128 }

// made is the incident of a span of time.
func made(seed uint64, t *world.Tenant, k int, span time.Duration, now time.Time) Incident {
	r := world.Rand(seed, "incident", t.Index, k)
	kd := kinds[r.IntN(len(kinds))]
	in := Incident{
		ID: idOf(t, k), Title: kd.title, Severity: kd.severity, Status: "active", Classification: "unknown", Determination: "unknown", By: correlation,
		Created: epoch.Add(time.Duration(k)*span + time.Duration(r.Int64N(int64(span)))).Truncate(time.Millisecond),
	}
	in.Updated = in.Created
	device, account := -1, r.IntN(max(t.Devices, 1))
	if kd.onDevice {
		device = account
	}
	at := in.Created
	for i := range 1 + r.IntN(len(kd.alerts)) {
		line := kd.alerts[i]
		a := Alert{
			ID: fmt.Sprintf("da%018d_%d", r.Int64N(1e18), -1-i), Incident: in.ID, Title: line.title, Category: line.category, Technique: line.technique, Severity: kd.severity,
			Source: kd.source, Status: "new", Classification: "unknown", Determination: "unknown", Device: device, Account: account, Created: at, Updated: at,
		}
		if at.After(now) {
			break
		}
		in.Alerts, in.Updated = append(in.Alerts, a), at
		at = at.Add(time.Duration(20+r.IntN(600)) * time.Minute)
	}
	merges, ends := k%2 != 0 && r.IntN(3) == 0, r.IntN(3) > 0
	if at := in.Created.Add(time.Duration(60+r.IntN(1200)) * time.Minute); merges && !at.After(now) {
		in.Redirect, in.Status, in.Updated = idOf(t, k-1), "redirected", at
		return in
	}
	if at := in.Created.Add(time.Duration(24+r.IntN(240)) * time.Hour); ends && !at.After(now) {
		in.Status, in.Classification, in.Determination, in.Updated, in.By = "resolved", "truePositive", kd.determination, at, automation
	}
	return in
}

// merge moves the alerts of redirected incidents to where these lead.
func merge(all []Incident) {
	for i := range all {
		from := &all[i]
		to := slices.IndexFunc(all, func(x Incident) bool { return from.Redirect != 0 && x.ID == from.Redirect })
		if to < 0 {
			continue
		}
		for _, a := range from.Alerts {
			a.Incident = from.Redirect
			all[to].Alerts = append(all[to].Alerts, a)
		}
		from.Alerts = nil
		if all[to].Updated.Before(from.Updated) {
			all[to].Updated, all[to].By = from.Updated, correlation
		}
	}
}

// settle applies what people wrote, and resolves the alerts of a resolved incident.
func (in *Incident) settle(t *world.Tenant) {
	if done, ok := t.Triage[strconv.Itoa(in.ID)]; ok {
		f := done.Fields
		text(f, "status", &in.Status)
		text(f, "severity", &in.Severity)
		text(f, "classification", &in.Classification)
		text(f, "determination", &in.Determination)
		text(f, "assignedTo", &in.Assigned)
		text(f, "displayName", &in.Title)
		text(f, "resolvingComment", &in.Resolving)
		if tags, ok := f["customTags"].([]string); ok {
			in.Tags = tags
		}
		in.Comments = done.Comments
		if done.At.After(in.Updated) {
			in.Updated, in.By = done.At, done.By
		}
	}
	for i := range in.Alerts {
		a := &in.Alerts[i]
		if in.Status == "resolved" {
			a.Status, a.Resolved, a.Classification, a.Determination = "resolved", in.Updated, in.Classification, in.Determination
			a.Updated = in.Updated
		}
		a.settle(t)
	}
}

func (a *Alert) settle(t *world.Tenant) {
	done, ok := t.Triage[a.ID]
	if !ok {
		return
	}
	f := done.Fields
	text(f, "status", &a.Status)
	text(f, "classification", &a.Classification)
	text(f, "determination", &a.Determination)
	text(f, "assignedTo", &a.Assigned)
	a.Comments = done.Comments
	if done.At.After(a.Updated) {
		a.Updated = done.At
	}
	if a.Status == "resolved" && a.Resolved.IsZero() {
		a.Resolved = done.At
	}
}

func text(f map[string]any, name string, into *string) {
	if s, ok := f[name].(string); ok {
		*into = s
	}
}

// Find is the incident with an id.
func Find(all []Incident, id string) (Incident, bool) {
	i := slices.IndexFunc(all, func(in Incident) bool { return strconv.Itoa(in.ID) == id })
	if i < 0 {
		return Incident{}, false
	}
	return all[i], true
}

// FindAlert is the alert with an id.
func FindAlert(all []Incident, id string) (Alert, bool) {
	for _, in := range all {
		for _, a := range in.Alerts {
			if a.ID == id {
				return a, true
			}
		}
	}
	return Alert{}, false
}
