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

// Puller reads a tenant's policies: every kind of Policies from its own path. Only when all were read to the end is anything stored.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// source is where a kind is read. Device configurations and compliance policies are read from beta, because v1.0 leaves out Wi-Fi, VPN,
// certificates and the newer platforms; the settings catalogue exists in beta only.
type source struct {
	kind   Kind
	path   string
	expand string
	status string // below a policy: how devices stand with it
	typ    string // of what is listed without a type of its own
	users  bool   // below a policy, deploymentSummary tells how many users it reached
}

const overview = "deviceStatusOverview"

var sources = []source{
	{kind: Device, path: "/deviceManagement/deviceConfigurations", expand: "assignments", status: overview},
	{kind: Catalogue, path: "/deviceManagement/configurationPolicies", expand: "assignments"},
	{kind: Compliance, path: "/deviceManagement/deviceCompliancePolicies", expand: "assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)", status: overview},
}

// Pull reads all policies with their assignments, settings, scheduled actions and status.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage(Policies...)
	defer stage.Close()
	r := reader{graph: p.Graph, tid: tid, run: run}
	for _, s := range sources {
		if err := r.kind(ctx, s, stage); err != nil {
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
	return run.In(ctx, func(tx pgx.Tx) error {
		merged, err := stage.Merge(ctx, tx, tid, run.Number, now)
		if err != nil {
			return err
		}
		run.Changed(merged.Written, merged.Gone)
		return run.Count(ctx, tx, merged.Counters)
	})
}

// reader is one run's reading.
type reader struct {
	graph *graph.Client
	tid   tenant.ID
	run   *graphsync.Run
	seen  map[string]bool // ids of what was staged; nil: nobody asks
}

func (r reader) query(ctx context.Context, expand string, rows bool) graph.Query {
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

func (r reader) kind(ctx context.Context, s source, stage *Stage) error {
	for raw, err := range graph.List[jsontext.Value](ctx, r.graph, r.tid, s.path, r.query(ctx, s.expand, true)) {
		if err != nil {
			return err
		}
		p, ok := fromGraph(s, raw)
		if !ok {
			continue
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
func (r reader) complete(ctx context.Context, s source, p *read) (there bool, err error) {
	path := s.path + "/" + url.PathEscape(p.ID)
	switch p.Kind {
	case Catalogue:
		settings, err := r.related(ctx, path+"/settings", "settingDefinitions")
		if failed(err, graph.NotFound) {
			return false, nil
		}
		p.withSettings(settings)
		return true, err
	case Notification:
		messages, err := r.related(ctx, path+"/localizedNotificationMessages", "")
		if failed(err, graph.NotFound) {
			return false, nil
		}
		p.withMessages(messages)
		return true, err
	}
	if s.status != "" {
		w, err := graph.Get[graph.DeviceStatusOverview](ctx, r.graph, r.tid, path+"/"+s.status, r.query(ctx, "", false))
		if err == nil {
			p.withStatus(w)
		} else if !failed(err, graph.NotFound, graph.Refused) { // Intune counts nothing for some types
			return true, err
		}
	}
	if s.users {
		raw, err := graph.Get[jsontext.Value](ctx, r.graph, r.tid, path+"/deploymentSummary", r.query(ctx, "", false))
		if err == nil {
			p.withDeployment(raw)
		} else if !failed(err, graph.NotFound, graph.Refused) {
			return true, err
		}
	}
	return true, nil
}

func (r reader) related(ctx context.Context, path, expand string) (all [][]byte, err error) {
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
