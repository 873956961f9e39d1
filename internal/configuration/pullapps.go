package configuration

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// ProtectionPuller reads a tenant's app protection policies: each type from a path of its own, which tells apps and assignments, and
// then the list of all types, which tells neither, for types that have no path here.
type ProtectionPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

const forApps = "/deviceAppManagement/"

// protectionSources are read from beta, because only that has Windows. A default policy holds for everybody and has no assignments.
var protectionSources = []source{
	{kind: AppProtection, path: forApps + "iosManagedAppProtections", typ: "iosManagedAppProtection", expand: "apps,assignments", users: true},
	{kind: AppProtection, path: forApps + "androidManagedAppProtections", typ: "androidManagedAppProtection", expand: "apps,assignments", users: true},
	{kind: AppProtection, path: forApps + "windowsManagedAppProtections", typ: "windowsManagedAppProtection", expand: "apps,assignments"},
	{kind: AppProtection, path: forApps + "defaultManagedAppProtections", typ: DefaultProtection, expand: "apps", users: true},
	{kind: AppProtection, path: forApps + "windowsInformationProtectionPolicies", typ: "windowsInformationProtectionPolicy", expand: "assignments"},
	{kind: AppProtection, path: forApps + "mdmWindowsInformationProtectionPolicies", typ: "mdmWindowsInformationProtectionPolicy", expand: "assignments"},
}

// DefaultProtection is the type of policies that hold for every user that no other one is assigned to.
const DefaultProtection = "defaultManagedAppProtection"

// targetedConfiguration stands in the list of all types too, but is a configuration.
const targetedConfiguration = "targetedManagedAppConfiguration"

// Pull reads all policies, with their apps, assignments and deployment. A path that Microsoft no longer knows loses nothing: its policies
// then come from the list of all types, and say that their assignments are not known.
func (p *ProtectionPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage(AppProtection)
	defer stage.Close()
	r := reader{graph: p.Graph, tid: tid, run: run, seen: map[string]bool{}}
	for _, s := range protectionSources {
		if err := r.kind(ctx, s, stage); err != nil && !failed(err, graph.NotFound, graph.Refused) {
			return fmt.Errorf("pull app protection policies of %s: %w", tid, err)
		}
	}
	if err := r.unlisted(ctx, source{kind: AppProtection, path: run.Dataset.Path}, stage); err != nil {
		return fmt.Errorf("pull app protection policies of %s: %w", tid, err)
	}
	return store(ctx, stage, tid, run, p.Now())
}

// unlisted stages what no other path had.
func (r reader) unlisted(ctx context.Context, s source, stage *Stage) error {
	q := r.query(ctx, "", false) // most of it was counted already
	q.Top, q.Shrinks = r.run.Dataset.PageSize, true
	for raw, err := range graph.List[jsontext.Value](ctx, r.graph, r.tid, s.path, q) {
		if err != nil {
			return err
		}
		p, ok := fromGraph(s, raw)
		if !ok {
			return graph.BadRow(s.path, "a policy without an id that can be kept, or that cannot be read")
		}
		if r.seen[p.ID] || p.Type == targetedConfiguration {
			continue
		}
		p.Unlisted, p.doc.Unlisted = true, true
		if err := stage.add(p); err != nil {
			return err
		}
	}
	return nil
}

// ConfigurationPuller reads what a tenant tells apps: the settings that managed devices hand to them, and those for apps on any device.
type ConfigurationPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads both.
func (p *ConfigurationPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage(AppConfiguration)
	defer stage.Close()
	r := reader{graph: p.Graph, tid: tid, run: run}
	for _, s := range []source{
		{kind: AppConfiguration, path: run.Dataset.Path, expand: "assignments", status: "deviceStatusSummary", people: "userStatusSummary"},
		{kind: AppConfiguration, path: forApps + "targetedManagedAppConfigurations", typ: targetedConfiguration, expand: "apps,assignments", users: true},
	} {
		if err := r.kind(ctx, s, stage); err != nil {
			return fmt.Errorf("pull app configurations of %s: %w", tid, err)
		}
	}
	return store(ctx, stage, tid, run, p.Now())
}
