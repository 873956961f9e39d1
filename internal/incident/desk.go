package incident

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The delegated permissions: of Graph, to read and work on incidents and single alerts (Microsoft Graph, security: update incident, update alert), and of the older API of
// Defender, which many customers agreed to, to read them (Microsoft Defender XDR, list incidents).
const (
	triage      = "SecurityIncident.ReadWrite.All"
	triageAlert = "SecurityAlert.ReadWrite.All"
	readOlder   = "Incident.Read"
)

// Needs is what a person must be to work on incidents (Microsoft Graph, security: update incident).
const Needs = "the directory role Security Operator or Security Administrator at this customer, or a role of Defender’s own"

// Desk reads incidents at Microsoft and works on them, as the person who asks for it. What it reads it keeps nowhere.
type Desk struct {
	Who   graph.Acting
	Older graph.Acting // the same at api.security.microsoft.com; nil: the cloud has none
	Audit *audit.Store
	Now   func() time.Time

	Changed func(ctx context.Context, tid tenant.ID) // told of each thing that was done; nil: nobody is
}

// recent is how far back a list as the person goes.
const recent = 30 * 24 * time.Hour

const path = "/security/incidents"

// List reads the incidents that changed lately and that the person may see, the newest first. With the older API those are at most a hundred.
func (d *Desk) List(ctx context.Context, tid tenant.ID) (found []Incident, older bool, err error) {
	since := d.Now().Add(-recent).UTC().Format("2006-01-02T15:04:05Z")
	p, older, err := d.as(ctx, tid)
	if err != nil {
		return nil, false, err
	}
	if older {
		err = each(ctx, p, "/incidents", graph.Query{Version: "api", Top: 100, Filter: "lastUpdateTime ge " + since}, func(w graph.DefenderIncident) { found = append(found, fromDefender(w)) })
	} else {
		err = each(ctx, p, path, graph.Query{Expand: "alerts", Top: 50, Filter: "lastUpdateDateTime ge " + since}, func(w graph.SecurityIncident) { found = append(found, fromGraph(w)) })
	}
	slices.SortStableFunc(found, func(a, b Incident) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return found, older, refusal(err)
}

func each[T any](ctx context.Context, p graph.Person, at string, q graph.Query, take func(T)) error {
	list, err := graph.ListAs[T](ctx, p, at, q)
	for _, w := range list {
		take(w)
	}
	return err
}

// as is the person by the way that the customer agreed to: Graph, or else the older API. One sign-in gives the tokens of both.
func (d *Desk) as(ctx context.Context, tid tenant.ID) (p graph.Person, older bool, err error) {
	return eitherWay(ctx, tid, d.Who, d.Older, triage, readOlder)
}

func eitherWay(ctx context.Context, tid tenant.ID, who, older graph.Acting, scope, olderScope string) (p graph.Person, isOlder bool, err error) {
	p, err = who.As(ctx, tid, scope)
	if err == nil || older == nil || !errors.Is(err, errs.Forbidden) {
		return p, false, err
	}
	if q, errOlder := older.As(ctx, tid, olderScope); errOlder == nil {
		return q, true, nil
	}
	return p, false, err // what to ask the customer for first
}

// Get reads an incident, or an alert in its shape. Older tells that it was read with the older API, which works on nothing and has no single alerts.
func (d *Desk) Get(ctx context.Context, tid tenant.ID, t Thing) (i Incident, older bool, err error) {
	if !t.valid() {
		return i, false, errs.NotFound
	}
	var p graph.Person
	if t.Alert != "" {
		p, err = d.Who.As(ctx, tid, triageAlert)
	} else {
		p, older, err = d.as(ctx, tid)
	}
	if err != nil {
		return i, false, err
	}
	if older {
		w, err := graph.GetAs[graph.DefenderIncident](ctx, p, "/incidents/"+t.Incident, graph.Query{Version: "api"})
		return fromDefender(w), true, lost(err)
	}
	i, err = t.get(ctx, p)
	return i, false, lost(err)
}

// lost tells an incident that Microsoft does not have from other failures.
func lost(err error) error {
	if kind, _ := graph.KindOf(err); kind == graph.NotFound {
		return errs.NotFound
	}
	return refusal(err)
}

// Work is one thing to do with an incident. Fields are what is written, by Graph's names.
type Work struct {
	Action  string // as the audit names it after what it was done to: assigned
	Fields  map[string]any
	Comment string
}

// Assign gives the incident to somebody, by the name that they have at the customer.
func Assign(upn string) Work {
	return Work{Action: "assigned", Fields: map[string]any{"assignedTo": upn}}
}

// Release takes the person off the incident.
func Release() Work {
	return Work{Action: "released", Fields: map[string]any{"assignedTo": ""}}
}

// Classify says what the incident was found to be. Microsoft wants both at once.
func Classify(classification, determination string) Work {
	return Work{Action: "classified", Fields: map[string]any{"classification": classification, "determination": determination}}
}

// Resolve closes it, with a reason or without.
func Resolve(why string) Work {
	w := Work{Action: "resolved", Fields: map[string]any{"status": "resolved"}}
	if why != "" {
		w.Fields["resolvingComment"] = why
	}
	return w
}

// Reopen makes it active again; an alert knows no such state and is in progress then (Microsoft Graph, security: alertStatus).
func Reopen(t Thing) Work {
	status := "active"
	if t.Alert != "" {
		status = "inProgress"
	}
	return Work{Action: "reopened", Fields: map[string]any{"status": status}}
}

// Remark writes a comment.
func Remark(text string) Work { return Work{Action: "commented", Comment: text} }

// Do works on an incident or an alert as the person, whose page showed it as of seen. It is read first: where it changed since, nothing is done, and
// errs.Conflict says how it stands. What was done is read back.
func (d *Desk) Do(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, t Thing, seen time.Time, w Work) (Incident, error) {
	if !t.valid() {
		return Incident{}, errs.NotFound
	}
	at, scope := t.path()
	p, err := d.Who.As(ctx, tid, scope)
	if err != nil {
		return Incident{}, err
	}
	now, err := t.get(ctx, p)
	if err != nil {
		return Incident{}, lost(err)
	}
	if err := unchanged(now, seen, t.noun()); err != nil {
		return now, err
	}
	done, failed := graph.Send[struct{}](ctx, p, w.change(at))
	ending, how := done.Record(failed)
	maps.Copy(how, w.Fields)
	if err := d.Audit.Keep(ctx, tid, by, audit.Entry{Action: t.noun() + "." + w.Action + ending, Object: t.noun() + " " + cmp.Or(t.Alert, t.Incident), RequestID: requestID, Detail: how}); err != nil {
		return now, errors.Join(err, failed)
	}
	if failed != nil {
		return now, refusal(failed)
	}
	if d.Changed != nil {
		d.Changed(ctx, tid)
	}
	after, err := t.get(ctx, p)
	if err != nil || !w.shows(now, after) {
		return now, errs.ShowNext(errs.Timeout, "Microsoft took it, but does not show it yet.", "Open it again in a moment, before you repeat it.")
	}
	return after, nil
}

func (w Work) change(at string) graph.Change {
	if w.Comment != "" {
		return graph.Change{Method: http.MethodPost, Path: at + "/comments", Body: map[string]string{"@odata.type": "microsoft.graph.security.alertComment", "comment": w.Comment}}
	}
	return graph.Change{Method: http.MethodPatch, Path: at, Body: w.Fields}
}

// shows tells whether an incident that was read back has what was done.
func (w Work) shows(before, after Incident) bool {
	if w.Comment != "" {
		return len(after.Comments) > len(before.Comments)
	}
	for name, have := range map[string]string{"assignedTo": after.Assigned, "status": after.Status, "classification": after.Classification, "determination": after.Determination} {
		if want, asked := w.Fields[name].(string); asked && !strings.EqualFold(want, have) {
			return false
		}
	}
	return true
}

// unchanged refuses what the person decided on a page that is out of date, and what is done to an incident that was merged.
func unchanged(now Incident, seen time.Time, noun string) error {
	if now.RedirectTo != "" {
		return errs.ShowNext(errs.Conflict, "Nothing was done: Microsoft merged this incident into incident "+now.RedirectTo+".", "Work on that one.")
	}
	if now.UpdatedAt.Equal(seen) {
		return nil
	}
	who, whose := now.ChangedBy, now.Assigned
	if who == "" {
		who = "Somebody"
	}
	if whose == "" {
		whose = "nobody"
	}
	return errs.ShowNext(errs.Conflict, "Nothing was done: "+who+" changed this "+noun+" since you opened it. It is assigned to "+whose+" now.", "Look at how it stands, then decide again.")
}

// refusal words why Microsoft did not do it, or did not show it. Only a permission that is missing has the directory's code; other refusals
// leave open whether the tenant has no Defender or the person no role in it.
func refusal(err error) error { return refused(err, Needs) }

func refused(err error, needs string) error {
	var e *graph.Error
	if errors.As(err, &e) && !e.Unknown && e.Kind == graph.Permission && e.Code != "Authorization_RequestDenied" {
		return graph.Worded(errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this, although the permission is there. The customer has no Microsoft Defender XDR, or you have no role in it."+e.Trace(), "You need "+needs+"."), e)
	}
	return graph.Deed{Needs: needs, Look: "Open it again"}.Refusal(err)
}
