package incident

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads the incidents of a tenant where the portal itself may: all of them once, then what changed since.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// overlap is how long before the last change that was read the next read begins: changes may appear late.
const overlap = time.Hour

// Pull reads all pages before it stores anything. Nothing is swept: Microsoft forgets incidents after half a year, we do not.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Expand: run.Dataset.Expand, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	newest, err := time.Parse(time.RFC3339Nano, run.Watermark)
	if err == nil {
		q.Filter = "lastUpdateDateTime ge " + newest.Add(-overlap).UTC().Format("2006-01-02T15:04:05Z")
	}
	now := p.Now()
	for w, err := range graph.List[graph.SecurityIncident](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull incidents of %s: %w", tid, err)
		}
		i := fromGraph(w)
		if i.UpdatedAt.After(newest) && i.UpdatedAt.Before(now.Add(time.Hour)) { // a change from the future must not hide those before it
			newest = i.UpdatedAt
		}
		if err := stage.Add(i); err != nil {
			return err
		}
	}
	if !newest.IsZero() {
		run.ReadTo(newest.UTC().Format(time.RFC3339Nano))
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, now) })
}

// fromGraph is an incident as we keep it.
func fromGraph(w graph.SecurityIncident) Incident {
	i := Incident{
		ID: clean(w.ID), Title: clean(w.Title), Status: known(w.Status), Severity: known(w.Severity), Assigned: clean(w.Assigned), Classification: known(w.Classification),
		Determination: known(w.Determination), RedirectTo: clean(w.RedirectID), Priority: min(max(0, int64(w.Priority)), math.MaxInt32), ChangedBy: clean(w.ChangedBy), Resolving: clean(w.Resolving),
		Tags: []string{}, Devices: []string{}, Alerts: []Alert{}, Comments: []Comment{}, CreatedAt: w.Created.Time, UpdatedAt: w.Updated.Time,
	}
	for _, t := range w.Tags {
		i.Tags = append(i.Tags, clean(t))
	}
	for _, c := range w.Comments {
		i.Comments = append(i.Comments, Comment{clean(c.Comment), clean(c.By), c.Created.Time})
	}
	for _, a := range w.Alerts {
		i.add(alertOf(a))
	}
	return i
}

func alertOf(w graph.SecurityAlert) Alert {
	a := Alert{
		ID: clean(w.ID), Title: clean(w.Title), Status: known(w.Status), Severity: known(w.Severity), Category: clean(w.Category), Source: clean(w.Source),
		Recommended: clean(w.Recommended), CreatedAt: w.Created.Time, UpdatedAt: w.Updated.Time, ResolvedAt: w.Resolved.Time,
	}
	for _, t := range w.Techniques {
		a.Techniques = append(a.Techniques, clean(t))
	}
	for _, e := range w.Evidence {
		a.Entities = append(a.Entities, fromEvidence(e))
	}
	return a
}

// fromAlert is one alert in the shape of an incident, so that it is worked on alike.
func fromAlert(w graph.SecurityAlert) Incident {
	return fromGraph(graph.SecurityIncident{
		ID: w.ID, Title: w.Title, Status: w.Status, Severity: w.Severity, Assigned: w.Assigned, Classification: w.Classification, Determination: w.Determination,
		Comments: w.Comments, Created: w.Created, Updated: w.Updated, Alerts: []graph.SecurityAlert{w},
	})
}

// add takes an alert up, and the devices in it.
func (i *Incident) add(a Alert) {
	i.Alerts = append(i.Alerts, a)
	for _, e := range a.Entities {
		if e.Kind == "device" && e.ID != "" && !slices.Contains(i.Devices, e.ID) {
			i.Devices = append(i.Devices, e.ID)
		}
	}
}

// fromEvidence names what an alert is about. Of a type that we do not know, the type is all that is told.
func fromEvidence(w graph.AlertEvidence) Entity {
	e := Entity{Verdict: clean(w.Verdict)}
	kind := clean(graph.TypeName(w.Type))
	e.Kind = strings.TrimSuffix(kind[strings.LastIndexByte(kind, '.')+1:], "Evidence")
	switch file := cmp.Or(w.File, w.Image); {
	case w.DeviceName != "" || w.EntraDevice != "":
		e.Name, e.ID, e.Detail = clean(cmp.Or(w.DeviceName, w.HostName)), guid(w.EntraDevice), clean(w.Platform)
	case w.Mailbox != "":
		e.Name = clean(w.Mailbox)
	case file != nil:
		e.Name, e.Detail = clean(file.Name), clean(cmp.Or(w.CommandLine, file.Path))
	case w.User != nil:
		e.Name, e.ID, e.Detail = clean(cmp.Or(w.User.UPN, w.User.Local)), guid(w.User.UserID), clean(w.User.Name)
	default:
		e.Name = clean(cmp.Or(w.IP, w.URL, w.Subject))
	}
	return e
}

// fromDefender is an incident of the older API in the same words.
func fromDefender(w graph.DefenderIncident) Incident {
	i := Incident{
		ID: strconv.FormatInt(int64(w.ID), 10), Title: clean(w.Title), Status: camel(w.Status), Severity: camel(w.Severity), Assigned: clean(w.Assigned),
		Classification: camel(w.Classification), Determination: camel(w.Determination), Tags: []string{}, Devices: []string{}, Alerts: []Alert{}, Comments: []Comment{},
		CreatedAt: w.Created.Time, UpdatedAt: w.Updated.Time,
	}
	if w.RedirectID != 0 {
		i.RedirectTo = strconv.FormatInt(int64(w.RedirectID), 10)
	}
	for _, t := range w.Tags {
		i.Tags = append(i.Tags, clean(t))
	}
	for _, c := range w.Comments {
		i.Comments = append(i.Comments, Comment{clean(c.Comment), clean(c.By), c.Created.Time})
	}
	for _, a := range w.Alerts {
		alert := Alert{ID: clean(a.ID), Title: clean(a.Title), Status: camel(a.Status), Severity: camel(a.Severity), Category: clean(a.Category), Source: camel(a.Source),
			CreatedAt: a.Created.Time, UpdatedAt: a.Updated.Time, ResolvedAt: a.Resolved.Time}
		for _, d := range a.Devices {
			alert.Entities = append(alert.Entities, Entity{Kind: "device", Name: clean(d.Name), ID: guid(d.EntraDevice), Detail: clean(d.Platform)})
		}
		for _, e := range a.Entities {
			alert.Entities = append(alert.Entities, Entity{Kind: camel(e.Type), Name: clean(cmp.Or(e.UPN, e.Local, e.File, e.IP, e.URL)), ID: guid(e.UserID)})
		}
		i.add(alert)
	}
	return i
}

// camel is a PascalCase value as Graph spells it; what is not given is unknown.
func camel(s string) string {
	if s == "" || s == "NotAvailable" {
		return "unknown"
	}
	return strings.ToLower(clean(s[:1])) + clean(s[1:])
}

// known is a value; one that Graph left out is unknown.
func known(s string) string {
	if s == "" {
		return "unknown"
	}
	return clean(s)
}

// guid is an identifier; all zeros means that there is none.
func guid(s string) string {
	if strings.Trim(s, "0-") == "" {
		return ""
	}
	return strings.ToLower(clean(s))
}

func clean(s string) string { return postgres.Clean(s) }
