package provisioning

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// JobPuller reads which service principals of a tenant have synchronization jobs, and those jobs.
type JobPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// microsoft is the tenant that owns Microsoft's own applications; those have no jobs that a customer could see.
const microsoft = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

// noApplications are the types of service principals that have no jobs (Microsoft Graph v1.0, "servicePrincipal"). One of a type that we do not
// know is asked: what it has must not vanish for a new word.
var noApplications = []string{"managedidentity", "legacy", "socialidp"}

// Pull asks every service principal that may have jobs: Graph has no list of all jobs. One that vanished meanwhile has none.
func (p *JobPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	quiet := graph.Query{Version: run.Dataset.Version, OnPage: func(c graph.Page) error {
		c.Rows = 0 // people count jobs, not what was asked for some
		return run.Page(ctx, graphsync.Progress(c))
	}}
	q := quiet
	q.Select, q.Top = run.Dataset.Select, run.Dataset.PageSize
	var candidates []graph.ServicePrincipal
	for sp, err := range graph.List[graph.ServicePrincipal](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull service principals of %s: %w", tid, err)
		}
		if !slices.Contains(noApplications, strings.ToLower(sp.Type)) && !strings.EqualFold(sp.AppOwner, microsoft) {
			candidates = append(candidates, sp)
		}
	}
	for _, sp := range candidates {
		if err := p.jobs(ctx, tid, sp, quiet, stage, run); err != nil {
			return err
		}
	}
	schemas, err := p.schemas(ctx, tid, quiet, stage, candidates)
	if err != nil {
		return err
	}
	return run.Merge(ctx, func(tx pgx.Tx) (merged graphsync.Merged, err error) {
		merged, err = stage.Merge(ctx, tx, tid, run.Number, p.Now())
		for _, schema := range schemas {
			if err == nil {
				err = KeepSchema(ctx, tx, schema)
			}
		}
		return merged, err
	})
}

func (p *JobPuller) jobs(ctx context.Context, tid tenant.ID, sp graph.ServicePrincipal, q graph.Query, stage *Stage, run *graphsync.Run) error {
	path := "/servicePrincipals/" + url.PathEscape(sp.ID) + "/synchronization/jobs"
	named := false
	for w, err := range graph.List[graph.SynchronizationJob](ctx, p.Graph, tid, path, q) {
		if kind, _ := graph.KindOf(err); kind == graph.NotFound {
			return nil
		}
		if err != nil {
			return fmt.Errorf("pull provisioning jobs of %s: %w", tid, err)
		}
		if !named {
			named = true
			if err := stage.AddApplication(fromServicePrincipal(sp)); err != nil {
				return err
			}
		}
		if err := stage.Add(fromJob(sp.ID, w)); err != nil {
			return err
		}
		if err := run.Page(ctx, graphsync.Progress{Rows: 1}); err != nil {
			return err
		}
	}
	return nil
}

func fromServicePrincipal(w graph.ServicePrincipal) Application {
	return Application{ID: clean(w.ID), AppID: clean(w.AppID), Name: clean(w.DisplayName), Enabled: w.Enabled == nil || *w.Enabled}
}

func fromJob(spID string, w graph.SynchronizationJob) Job {
	st := w.Status
	j := Job{
		SPID: clean(spID), ID: clean(w.ID), Template: clean(w.TemplateID), Code: clean(st.Code), Schedule: clean(w.Schedule.State),
		Every: clean(w.Schedule.Interval), ExpiresAt: w.Schedule.Expiration.Time, Failures: int64(st.CompleteFailures),
		EscrowsPruned: st.EscrowsPruned, SteadyFirstAt: st.SteadyFirst.Time, SteadyLastAt: st.SteadyLast.Time,
		Last: fromExecution(st.LastExecution), LastSuccess: fromExecution(st.LastSuccess), LastExport: fromExecution(st.LastSuccessExported),
		Progress: []Progress{}, Counts: []Count{}, Settings: []Setting{},
	}
	if q := st.Quarantine; q != nil {
		j.Quarantine = Quarantine{Reason: clean(q.Reason), Since: q.CurrentBegan.Time, SeriesSince: q.SeriesBegan.Time,
			NextAttempt: q.NextAttempt.Time, Count: int64(q.SeriesCount)}
		if q.Error != nil {
			j.Quarantine.Code, j.Quarantine.Message = clean(q.Error.Code), clean(q.Error.Message)
		}
	}
	if j.Last != nil {
		j.LastState, j.LastBeganAt, j.LastEndedAt = j.Last.State, j.Last.BeganAt, j.Last.EndedAt
		j.LastErrorCode, j.LastError, j.Escrowed = j.Last.ErrorCode, j.Last.Error, j.Last.Escrowed
	}
	for _, p := range st.Progress {
		j.Progress = append(j.Progress, Progress{Units: clean(p.Units), Completed: int64(p.Completed), Total: int64(p.Total), At: p.Observed.Time})
	}
	for _, c := range st.Counts {
		j.Counts = append(j.Counts, Count{Type: clean(c.Key), Count: int64(c.Value)})
	}
	for _, s := range w.Settings {
		j.Settings = append(j.Settings, Setting{Name: clean(s.Name), Value: clean(string(s.Value))})
	}
	j.Health = health(j)
	return j
}

// health is how a job fares, by Microsoft's own words for it; their case differs between services.
func health(j Job) Health {
	is := func(s string, of ...string) bool {
		for _, x := range of {
			if strings.EqualFold(s, x) {
				return true
			}
		}
		return false
	}
	switch {
	case is(j.Code, "Quarantine"):
		return Quarantined
	case is(j.Code, "NotConfigured", "NotRun", "Paused") || is(j.Schedule, "Paused", "Disabled"):
		return Idle
	case j.Last != nil && !is(j.LastState, "Succeeded") || j.EscrowsPruned || j.Failures > 0:
		return Troubled
	case is(j.Code, "Active"):
		return Fine
	}
	return Troubled // a state that we do not know is not fine
}

func fromExecution(w *graph.SyncExecution) *Execution {
	if w == nil {
		return nil
	}
	e := &Execution{
		Activity: clean(w.Activity), State: clean(w.State), BeganAt: w.Began.Time, EndedAt: w.Ended.Time, Entitled: int64(w.Entitled),
		ToProvision: int64(w.ToProvision), Escrowed: int64(w.Escrowed), EscrowedRaw: int64(w.EscrowedRaw), Exported: int64(w.Exported),
		Exports: int64(w.Exports), Imported: int64(w.Imported), ImportedDeltas: int64(w.ImportedDeltas), ImportedRefs: int64(w.ImportedRefs),
	}
	if w.Error != nil {
		e.ErrorCode, e.Error, e.ErrorIsTenants = clean(w.Error.Code), clean(w.Error.Message), w.Error.TenantActionable
	}
	return e
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }

// LogPuller reads on in a tenant's provisioning log, from a little before where the last complete read ended.
type LogPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// overlap is how long before the watermark a read begins: lines may appear late.
const overlap = time.Hour

// Pull adds the lines that are new. Nothing is swept: Microsoft forgets after days, we do not.
func (p *LogPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := NewEventStage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	newest, err := time.Parse(time.RFC3339Nano, run.Watermark)
	if err == nil {
		q.Filter = "activityDateTime gt " + newest.Add(-overlap).UTC().Format("2006-01-02T15:04:05Z")
	}
	now := p.Now()
	for w, err := range graph.List[graph.ProvisioningObjectSummary](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull provisioning log of %s: %w", tid, err)
		}
		e := fromEvent(w)
		if e.At.After(newest) && e.At.Before(now.Add(time.Hour)) { // a line from the future must not hide those before it
			newest = e.At
		}
		if err := stage.Add(e); err != nil {
			return err
		}
	}
	if !newest.IsZero() {
		run.ReadTo(newest.UTC().Format(time.RFC3339Nano))
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, now) })
}

func fromEvent(w graph.ProvisioningObjectSummary) Event {
	e := Event{
		ID: clean(w.ID), At: w.Activity.Time, JobID: clean(w.JobID), CycleID: clean(w.CycleID), ChangeID: clean(w.ChangeID),
		SPID: clean(w.ServicePrincipal.ID), SPName: clean(w.ServicePrincipal.DisplayName), Action: lowerFirst(clean(w.Action)),
		Status: lowerFirst(clean(w.Status.Status)), Duration: time.Duration(max(0, w.DurationMS)) * time.Millisecond,
		SourceSystem: clean(w.Source.DisplayName), TargetSystem: clean(w.Target.DisplayName), SourceID: clean(w.SourceIdentity.ID),
		SourceName: clean(w.SourceIdentity.DisplayName), SourceType: clean(w.SourceIdentity.Type), TargetID: clean(w.TargetIdentity.ID),
		TargetName: clean(w.TargetIdentity.DisplayName), TargetType: clean(w.TargetIdentity.Type),
		InitiatedBy: clean(w.InitiatedBy.DisplayName), InitiatorType: clean(w.InitiatedBy.Type),
	}
	for name, v := range w.SourceIdentity.Details {
		if strings.EqualFold(name, "userPrincipalName") {
			e.SourceUPN = clean(string(v))
		}
	}
	if x := w.Status.Error; x != nil {
		e.ErrorCode, e.ErrorCategory, e.Reason, e.Recommended = clean(x.Code), clean(x.Category), clean(x.Reason), clean(x.Recommended)
	}
	steps := make([]Step, 0, len(w.Steps))
	for _, s := range w.Steps {
		step := Step{Name: clean(s.Name), Type: lowerFirst(clean(s.Type)), Status: lowerFirst(clean(s.Status)), Description: clean(s.Description)}
		for name, v := range s.Details {
			if step.Details == nil {
				step.Details = map[string]string{}
			}
			step.Details[clean(name)] = clean(string(v))
		}
		steps = append(steps, step)
	}
	properties := make([]Property, 0, len(w.Properties))
	for _, x := range w.Properties {
		properties = append(properties, Property{Name: clean(x.Name), Old: text(x.Old), New: text(x.New)})
	}
	e.StepsJSON, e.ChangesJSON = toJSON(steps), toJSON(properties)
	return e
}

func text(t *graph.Text) *string {
	if t == nil {
		return nil
	}
	s := clean(string(*t))
	return &s
}

// lowerFirst evens out "Create" and "create": services and samples mix both.
func lowerFirst(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToLower(first)) + s[n:]
}
