package security

import (
	"fmt"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// incident is an incident as the Defender XDR API words it: a numeric id and PascalCase values, unlike Graph.
type incident struct {
	ID             int       `json:"incidentId"`
	URI            string    `json:"incidentUri"`
	RedirectID     *int      `json:"redirectIncidentId"`
	Name           string    `json:"incidentName"`
	Created        time.Time `json:"createdTime"`
	Updated        time.Time `json:"lastUpdateTime"`
	AssignedTo     *string   `json:"assignedTo"`
	Classification string    `json:"classification"`
	Determination  string    `json:"determination"`
	Status         string    `json:"status"`
	Severity       string    `json:"severity"`
	Tags           []string  `json:"tags"`
	Comments       []string  `json:"comments"`
	Alerts         []alert   `json:"alerts"`
}

type alert struct {
	ID         string    `json:"alertId"`
	IncidentID int       `json:"incidentId"`
	Source     string    `json:"serviceSource"`
	Created    time.Time `json:"creationTime"`
	Updated    time.Time `json:"lastUpdatedTime"`
	Title      string    `json:"title"`
	Category   string    `json:"category"`
	Severity   string    `json:"severity"`
	Status     string    `json:"status"`
	Devices    []device  `json:"devices"`
	Entities   []string  `json:"entities"`
}

type device struct {
	Name   string `json:"deviceDnsName"`
	OS     string `json:"osPlatform"`
	Risk   string `json:"riskScore"`
	Health string `json:"healthStatus"`
}

var kinds = []struct{ name, category, severity, source string }{
	{"Credential theft on one endpoint", "CredentialAccess", "High", "MicrosoftDefenderForEndpoint"},
	{"Malware was detected and cleaned", "Malware", "Low", "MicrosoftDefenderForEndpoint"},
	{"Phishing message delivered to several mailboxes", "InitialAccess", "Medium", "MicrosoftDefenderForOffice365"},
	{"Unfamiliar sign-in properties", "InitialAccess", "Medium", "AzureAdIdentityProtection"},
	{"Suspicious PowerShell command line", "Execution", "Medium", "MicrosoftDefenderForEndpoint"},
	{"Mass download by one user", "Exfiltration", "High", "MicrosoftDefenderForCloudApps"},
	{"Unwanted software was blocked", "UnwantedSoftware", "Informational", "MicrosoftDefenderForEndpoint"},
}

// incidents are a tenant's incidents, newest first, computed from the seed. Their ages are counted in whole days from today.
func incidents(w *world.World, t *world.Tenant) []incident {
	n := 3 + min(t.Devices/150, 12)
	today := w.Clock.Now().Truncate(24 * time.Hour)
	out := make([]incident, 0, n)
	age := 0
	for i := range n {
		r := world.Rand(w.Seed, "incident", t.Index, i)
		k := kinds[r.IntN(len(kinds))]
		age += 1 + r.IntN(6)
		created := today.Add(-time.Duration(age)*24*time.Hour + time.Duration(r.IntN(86000))*time.Second)
		in := incident{
			ID: 40000 + t.Index*1000 + n - i, Name: k.name, Created: created, Updated: created.Add(time.Duration(r.IntN(600)) * time.Minute),
			Classification: "Unknown", Determination: "NotAvailable", Status: "Active", Severity: k.severity, Tags: []string{}, Comments: []string{},
		}
		in.URI = fmt.Sprintf("https://security.microsoft.com/incidents/%d?tid=%s", in.ID, t.ID)
		if age > 10 && r.IntN(3) > 0 {
			in.Status, in.Classification, in.Determination = "Resolved", "TruePositive", "Malware"
		}
		for a := range 1 + r.IntN(3) {
			in.Alerts = append(in.Alerts, alert{
				ID: fmt.Sprintf("da%018d_%d", r.Int64N(1e18), a), IncidentID: in.ID, Source: k.source, Created: created, Updated: in.Updated, Title: k.name,
				Category: k.category, Severity: k.severity, Status: map[string]string{"Active": "New", "Resolved": "Resolved"}[in.Status],
				Devices:  []device{{Name: fmt.Sprintf("%s-%04d", t.Prefix, r.IntN(max(t.Devices, 1))), OS: "Windows11", Risk: k.severity, Health: "Active"}},
				Entities: []string{},
			})
		}
		out = append(out, in)
	}
	return out
}
