package configuration

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's policies and filters, every kind from its own path. Nothing is stored before all kinds were tried to the end. What
// every tenant with Intune has (device configurations, the settings catalogue, compliance policies) must be read for the run to count; of
// the other kinds one may be refused, by a licence or a permission: it keeps its rows, and its reading says why.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// source is where a kind is read. Device configurations and compliance policies are read from beta, because v1.0 leaves out Wi-Fi, VPN,
// certificates and the newer platforms; the other kinds exist in beta only.
type source struct {
	kind   Kind
	path   string
	expand string
	status string // below a policy: how devices stand with it
	people string // below a policy: how users stand with it
	typ    string // of what is listed without a type of its own
	users  bool   // below a policy, deploymentSummary tells how many users it reached
	extra  bool   // may be refused without the run failing
}

const (
	overview   = "deviceStatusOverview"
	actionsToo = "assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)"
)

var sources = []source{
	{kind: Device, path: "/deviceManagement/deviceConfigurations", expand: "assignments", status: overview},
	{kind: Catalogue, path: "/deviceManagement/configurationPolicies", expand: "assignments"},
	{kind: Compliance, path: "/deviceManagement/deviceCompliancePolicies", expand: actionsToo, status: overview},
	{kind: ComplianceCatalogue, path: "/deviceManagement/compliancePolicies", expand: actionsToo, extra: true},
	{kind: GroupPolicy, path: "/deviceManagement/groupPolicyConfigurations", expand: "assignments", extra: true},
	{kind: Intent, path: "/deviceManagement/intents", expand: "assignments", extra: true},
	{kind: FeatureUpdate, path: "/deviceManagement/windowsFeatureUpdateProfiles", expand: "assignments", extra: true},
	{kind: QualityUpdate, path: "/deviceManagement/windowsQualityUpdateProfiles", expand: "assignments", extra: true},
	{kind: DriverUpdate, path: "/deviceManagement/windowsDriverUpdateProfiles", expand: "assignments", extra: true},
	{kind: Script, path: "/deviceManagement/deviceManagementScripts", expand: "assignments", extra: true},
	{kind: ShellScript, path: "/deviceManagement/deviceShellScripts", expand: "assignments", extra: true},
	{kind: Remediation, path: "/deviceManagement/deviceHealthScripts", expand: "assignments", extra: true},
	{kind: ScopeTag, path: "/deviceManagement/roleScopeTags", expand: "assignments", extra: true},
	{kind: AssignmentFilter, path: "/deviceManagement/assignmentFilters", extra: true},
}

// templatesPath is where intents' templates are named.
const templatesPath = "/deviceManagement/templates"

// Pull reads all policies with their assignments, settings, scheduled actions and status.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage(OneRead...)
	defer stage.Close()
	r := reader{graph: p.Graph, tid: tid, run: run}
	for _, s := range sources {
		err := r.kind(ctx, s, stage)
		if s.extra && failed(err, graph.Permission, graph.Licence, graph.NotFound, graph.Refused) {
			stage.leave(s.kind, err)
		} else if err != nil {
			return fmt.Errorf("pull policies (%s) of %s: %w", s.kind, tid, err)
		}
	}
	return store(ctx, stage, tid, run, p.Now())
}

// TemplatePuller reads a tenant's notification message templates with their languages. They need another permission than policies.
type TemplatePuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all templates.
func (p *TemplatePuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage(Notification)
	defer stage.Close()
	r := reader{graph: p.Graph, tid: tid, run: run}
	if err := r.kind(ctx, source{kind: Notification, path: run.Dataset.Path}, stage); err != nil {
		return fmt.Errorf("pull notification templates of %s: %w", tid, err)
	}
	return store(ctx, stage, tid, run, p.Now())
}

func store(ctx context.Context, stage *Stage, tid tenant.ID, run *graphsync.Run, now time.Time) error {
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, now) })
}

// reader is one run's reading.
type reader struct {
	graph *graph.Client
	tid   tenant.ID
	run   *graphsync.Run
	seen  map[string]bool // ids of what was staged; nil: nobody asks

	templates map[string]template // of intents, by id; nil: not read yet
}

func (r *reader) query(ctx context.Context, expand string, rows bool) graph.Query {
	q := graph.Query{Version: r.run.Dataset.Version, Expand: expand, OnPage: func(c graph.Page) error {
		if !rows {
			c.Rows = 0 // what hangs on a policy is no row of the ledger
		}
		return r.run.Page(ctx, graphsync.Progress(c))
	}}
	if rows {
		q.Top, q.Shrinks = r.run.Dataset.PageSize, true // $expand over many policies can end in 504
	}
	return q
}

func (r *reader) kind(ctx context.Context, s source, stage *Stage) error {
	for raw, err := range graph.List[jsontext.Value](ctx, r.graph, r.tid, s.path, r.query(ctx, s.expand, true)) {
		if err != nil {
			return err
		}
		p, ok := fromGraph(s, raw)
		if !ok {
			return graph.BadRow(s.path, "a policy without an id that can be kept, or that cannot be read")
		}
		there, err := r.complete(ctx, s, &p)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := stage.add(p); err != nil {
			return err
		}
		if r.seen != nil {
			r.seen[p.ID] = true
		}
	}
	return nil
}

// complete reads what a list does not give. there is false where the policy was deleted meanwhile.
func (r *reader) complete(ctx context.Context, s source, p *read) (there bool, err error) {
	path := s.path + "/" + url.PathEscape(p.ID)
	switch p.Kind {
	case Catalogue, ComplianceCatalogue:
		return r.more(ctx, path+"/settings", "settingDefinitions", p.withSettings)
	case Notification:
		return r.more(ctx, path+"/localizedNotificationMessages", "", p.withMessages)
	case GroupPolicy:
		return r.definitions(ctx, path+"/definitionValues", p)
	case Intent:
		if there, err := r.intent(ctx, path, p); err != nil || !there {
			return there, err
		}
		return true, status(ctx, r, path+"/deviceStateSummary", func(w graph.IntentStateSummary) { p.withStatus(w.Overview()) })
	case Script, ShellScript:
		return true, status(ctx, r, path+"/runSummary", func(w graph.ScriptRunSummary) { p.withStatus(w.Overview()) })
	case Remediation:
		return true, status(ctx, r, path+"/runSummary", func(w graph.RemediationRunSummary) { p.withStatus(w.Overview()) })
	}
	if s.status != "" {
		if err := status(ctx, r, path+"/"+s.status, p.withStatus); err != nil {
			return true, err
		}
	}
	if s.people != "" {
		if err := status(ctx, r, path+"/"+s.people, p.withUserStatus); err != nil {
			return true, err
		}
	}
	if s.users {
		return true, status(ctx, r, path+"/deploymentSummary", func(raw jsontext.Value) { p.withDeployment(raw) })
	}
	return true, nil
}

// more reads a relation of a policy, all of it.
func (r *reader) more(ctx context.Context, path, expand string, take func([][]byte)) (there bool, err error) {
	all, err := r.related(ctx, path, expand)
	if failed(err, graph.NotFound) {
		return false, nil
	}
	if err == nil {
		take(all)
	}
	return true, err
}

// status reads how devices stand. Intune counts nothing for some types, and says so with an error: then nothing is known.
func status[T any](ctx context.Context, r *reader, path string, take func(T)) error {
	w, err := graph.Get[T](ctx, r.graph, r.tid, path, r.query(ctx, "", false))
	if failed(err, graph.NotFound, graph.Refused) {
		return nil
	}
	if err == nil {
		take(w)
	}
	return err
}

// definitions reads what an administrative template sets. The values of an enabled setting hang on each of them.
func (r *reader) definitions(ctx context.Context, path string, p *read) (there bool, err error) {
	var all []definitionValue
	there, err = r.more(ctx, path, "definition", func(raw [][]byte) {
		for _, one := range raw {
			if d, ok := definitionFromGraph(one); ok {
				all = append(all, d)
			}
		}
	})
	if err != nil || !there {
		return there, err
	}
	for i, d := range all {
		if !d.enabled || d.id == "" {
			continue
		}
		if _, err := r.more(ctx, path+"/"+url.PathEscape(d.id)+"/presentationValues", "presentation", all[i].withValues); err != nil {
			return true, err
		}
	}
	p.withDefinitions(all)
	return true, nil
}

// intent reads the settings of an intent, and once a run what its template is called.
func (r *reader) intent(ctx context.Context, path string, p *read) (there bool, err error) {
	if r.templates == nil {
		r.templates = map[string]template{}
		all, err := r.related(ctx, templatesPath, "")
		if err != nil && !failed(err, graph.NotFound, graph.Refused) {
			return true, err
		}
		for _, raw := range all {
			if id, t, ok := templateFromGraph(raw); ok {
				r.templates[id] = t
			}
		}
	}
	p.withTemplate(r.templates)
	return r.more(ctx, path+"/settings", "", p.withIntentSettings)
}

func (r *reader) related(ctx context.Context, path, expand string) (all [][]byte, err error) {
	n := 0
	for raw, err := range graph.List[jsontext.Value](ctx, r.graph, r.tid, path, r.query(ctx, expand, false)) {
		if err != nil {
			return nil, err
		}
		if n += len(raw); n > maxRelated {
			return nil, fmt.Errorf("%s: more than %d bytes", path, maxRelated)
		}
		all = append(all, raw)
	}
	return all, nil
}

// maxRelated is how much of one policy is read at most, in bytes: definitions repeat in every setting.
const maxRelated = 64 << 20

func failed(err error, kinds ...graph.Kind) bool {
	var e *graph.Error
	return errors.As(err, &e) && slices.Contains(kinds, e.Kind)
}
