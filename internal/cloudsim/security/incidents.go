package security

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/defender"
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
	Comments       []comment `json:"comments"`
	Alerts         []alert   `json:"alerts"`
}

type comment struct {
	Text string    `json:"comment"`
	By   string    `json:"createdBy"`
	At   time.Time `json:"createdTime"`
}

type alert struct {
	ID         string     `json:"alertId"`
	IncidentID int        `json:"incidentId"`
	Source     string     `json:"serviceSource"`
	Created    time.Time  `json:"creationTime"`
	Updated    time.Time  `json:"lastUpdatedTime"`
	Resolved   *time.Time `json:"resolvedTime"`
	Title      string     `json:"title"`
	Category   string     `json:"category"`
	Severity   string     `json:"severity"`
	Status     string     `json:"status"`
	Devices    []device   `json:"devices"`
	Entities   []entity   `json:"entities"`
}

type device struct {
	Name     string `json:"deviceDnsName"`
	EntraID  string `json:"aadDeviceId"`
	Platform string `json:"osPlatform"`
	Risk     string `json:"riskScore"`
	Health   string `json:"healthStatus"`
}

type entity struct {
	Type        string `json:"entityType"`
	AccountName string `json:"accountName"`
	UserID      string `json:"aadUserId"`
	UPN         string `json:"userPrincipalName"`
}

// newIncident words an incident as this API does.
func (s *server) newIncident(t *world.Tenant, in defender.Incident) incident {
	out := incident{
		ID: in.ID, URI: fmt.Sprintf("https://security.microsoft.com/incidents/%d?tid=%s", in.ID, t.ID), Name: in.Title, Created: in.Created, Updated: in.Updated,
		Classification: pascal(in.Classification), Determination: pascal(in.Determination), Status: pascal(in.Status), Severity: pascal(in.Severity),
		Tags: append([]string{}, in.Tags...), Comments: []comment{}, Alerts: []alert{},
	}
	if in.Determination == "unknown" {
		out.Determination = "NotAvailable"
	}
	if in.Redirect != 0 {
		out.RedirectID = &in.Redirect
	}
	if in.Assigned != "" {
		out.AssignedTo = &in.Assigned
	}
	for _, c := range in.Comments {
		out.Comments = append(out.Comments, comment(c))
	}
	for _, a := range in.Alerts {
		out.Alerts = append(out.Alerts, s.newAlert(t, a))
	}
	return out
}

func (s *server) newAlert(t *world.Tenant, a defender.Alert) alert {
	out := alert{
		ID: a.ID, IncidentID: a.Incident, Source: pascal(a.Source), Created: a.Created, Updated: a.Updated, Title: a.Title, Category: a.Category, Severity: pascal(a.Severity),
		Status: pascal(a.Status), Devices: []device{}, Entities: []entity{},
	}
	if !a.Resolved.IsZero() {
		out.Resolved = &a.Resolved
	}
	about := s.subject(t, a)
	if about.Device != "" {
		out.Devices = append(out.Devices, device{strings.ToLower(about.Device), about.EntraDevice, about.Platform, pascal(a.Severity), "Active"})
	}
	if about.UPN != "" {
		name, _, _ := strings.Cut(about.UPN, "@")
		out.Entities = append(out.Entities, entity{"User", name, about.UserID, about.UPN})
	}
	return out
}

func pascal(graph string) string { return strings.ToUpper(graph[:1]) + graph[1:] }

func camel(legacy string) string {
	if legacy == "" || legacy == "NotAvailable" {
		return "unknown"
	}
	return strings.ToLower(legacy[:1]) + legacy[1:]
}

// patch is what may be written of an incident. A comment is added.
type patch struct {
	Status         *string  `json:"status"`
	AssignedTo     *string  `json:"assignedTo"`
	Classification *string  `json:"classification"`
	Determination  *string  `json:"determination"`
	Tags           []string `json:"tags"`
	Comment        string   `json:"comment"`
}

// fields words what is written as Graph does.
func (p patch) fields() (map[string]any, error) {
	body := map[string]any{}
	for name, v := range map[string]*string{"status": p.Status, "classification": p.Classification, "determination": p.Determination} {
		if v != nil {
			body[name] = camel(*v)
		}
	}
	if p.AssignedTo != nil {
		body["assignedTo"] = *p.AssignedTo
	}
	if p.Tags != nil {
		var tags []any
		for _, t := range p.Tags {
			tags = append(tags, t)
		}
		body["customTags"] = tags
	}
	if len(body) == 0 && p.Comment != "" {
		return nil, nil
	}
	return defender.Check(body, false)
}

// comparisons are the filters that the API has (Microsoft Defender XDR, list incidents): times by order, status and assignedTo by equality.
var comparisons = []string{"eq", "ge", "gt", "le", "lt"}

// filter understands comparisons joined by and; false for anything else.
func filter(expr string) (func(incident) bool, bool) {
	var all []func(incident) bool
	for part := range strings.SplitSeq(expr, " and ") {
		if expr == "" {
			break
		}
		words := strings.Fields(part)
		if len(words) != 3 || !slices.Contains(comparisons, words[1]) {
			return nil, false
		}
		value := strings.Trim(words[2], "'")
		when := map[string]func(incident) time.Time{"createdtime": func(i incident) time.Time { return i.Created }, "lastupdatetime": func(i incident) time.Time { return i.Updated }}[strings.ToLower(words[0])]
		at, err := time.Parse(time.RFC3339, value)
		switch field := strings.ToLower(words[0]); {
		case when != nil && err == nil:
			all = append(all, func(i incident) bool { return ordered(words[1], when(i).Compare(at)) })
		case field == "status" && words[1] == "eq":
			all = append(all, func(i incident) bool { return strings.EqualFold(i.Status, value) })
		case field == "assignedto" && words[1] == "eq":
			all = append(all, func(i incident) bool { return i.AssignedTo != nil && strings.EqualFold(*i.AssignedTo, value) })
		default:
			return nil, false
		}
	}
	return func(i incident) bool {
		return !slices.ContainsFunc(all, func(f func(incident) bool) bool { return !f(i) })
	}, true
}

func ordered(op string, c int) bool {
	switch op {
	case "ge":
		return c >= 0
	case "gt":
		return c > 0
	case "le":
		return c <= 0
	case "lt":
		return c < 0
	}
	return c == 0
}
