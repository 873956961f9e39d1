package incident

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
)

// Thing is what is worked on: an incident, or a single alert of one.
type Thing struct {
	Incident string // its number
	Alert    string // an alert's id; empty: it is the incident itself
}

// valid tells an id that Microsoft may have given: nothing else is sent there.
func (t Thing) valid() bool {
	return number(t.Incident) && (t.Alert == "" || alertID.MatchString(t.Alert))
}

var alertID = regexp.MustCompile(`^[0-9A-Za-z_-]{1,120}$`)

func (t Thing) noun() string {
	if t.Alert != "" {
		return "alert"
	}
	return "incident"
}

// path and scope are where it is at Graph, and what opens it there.
func (t Thing) path() (at, scope string) {
	if t.Alert != "" {
		return "/security/alerts_v2/" + url.PathEscape(t.Alert), triageAlert
	}
	return path + "/" + url.PathEscape(t.Incident), triage
}

func (t Thing) get(ctx context.Context, p graph.Person) (Incident, error) {
	at, _ := t.path()
	if t.Alert == "" {
		w, err := graph.GetAs[graph.SecurityIncident](ctx, p, at, graph.Query{Expand: "alerts"})
		return fromGraph(w), err
	}
	w, err := graph.GetAs[graph.SecurityAlert](ctx, p, at, graph.Query{})
	if err == nil && w.IncidentID != t.Incident {
		err = errs.NotFound // an alert is looked at where it belongs
	}
	return fromAlert(w), err
}

// number tells an incident's id: nothing else is sent to Microsoft.
func number(id string) bool {
	return id != "" && len(id) < 20 && strings.Trim(id, "0123456789") == ""
}
