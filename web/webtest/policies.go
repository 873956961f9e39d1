package webtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Policy is a policy with its document, to be stored.
type Policy struct {
	configuration.Policy
	Document configuration.Document
}

// Policies is the store of policies on the fleet's database.
func (f *Fleet) Policies() *configuration.Store { return configuration.NewStore(f.Pool) }

// ReadPolicies stores a complete read of the tenant's policies.
func (f *Fleet) ReadPolicies(t testing.TB, tid tenant.ID, at time.Time, policies ...Policy) {
	t.Helper()
	f.readPolicies(t, tid, at, graphsync.Policies, configuration.OneRead, policies)
}

// ReadTemplates stores a complete read of the tenant's notification message templates.
func (f *Fleet) ReadTemplates(t testing.TB, tid tenant.ID, at time.Time, templates ...Policy) {
	t.Helper()
	f.readPolicies(t, tid, at, graphsync.NotificationTemplates, []configuration.Kind{configuration.Notification}, templates)
}

// ReadAppPolicies stores a complete read of the tenant's policies for apps of one kind.
func (f *Fleet) ReadAppPolicies(t testing.TB, tid tenant.ID, at time.Time, kind configuration.Kind, policies ...Policy) {
	t.Helper()
	dataset := map[configuration.Kind]string{configuration.AppProtection: graphsync.AppProtection, configuration.AppConfiguration: graphsync.AppConfigurations}[kind]
	f.readPolicies(t, tid, at, dataset, []configuration.Kind{kind}, policies)
}

func (f *Fleet) readPolicies(t testing.TB, tid tenant.ID, at time.Time, dataset string, kinds []configuration.Kind, policies []Policy) {
	t.Helper()
	f.run++
	stage := f.Policies().Stage(kinds...)
	defer stage.Close()
	for _, p := range policies {
		if err := stage.Add(p.Policy, p.Document); err != nil {
			t.Fatal(err)
		}
	}
	f.complete(t, tid, dataset, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return stage.Merge(ctx, tx, tid, f.run, at)
	})
}

// Roles is the store of Intune roles on the fleet's database.
func (f *Fleet) Roles() *intunerole.Store { return intunerole.NewStore(f.Pool) }

// ReadRoles stores a complete read of the tenant's Intune roles.
func (f *Fleet) ReadRoles(t testing.TB, tid tenant.ID, at time.Time, r intunerole.Read) {
	t.Helper()
	f.run++
	f.complete(t, tid, graphsync.IntuneRoles, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return f.Roles().Merge(ctx, tx, tid, f.run, at, r)
	})
}

// DirectoryGroups is the store of groups of directories on the fleet's database.
func (f *Fleet) DirectoryGroups() *group.Store { return group.NewStore(f.Pool) }

// ReadGroups stores a complete read of the groups that something in the tenant is given to.
func (f *Fleet) ReadGroups(t testing.TB, tid tenant.ID, at time.Time, r group.Read) {
	t.Helper()
	f.run++
	f.complete(t, tid, graphsync.Groups, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return f.DirectoryGroups().Merge(ctx, tx, tid, r)
	})
}

// DirectoryRoles is the store of who holds directory roles on the fleet's database.
func (f *Fleet) DirectoryRoles() *directoryrole.Store { return directoryrole.NewStore(f.Pool) }

// ReadDirectoryRoles stores a complete read of who holds roles of the tenant's directory.
func (f *Fleet) ReadDirectoryRoles(t testing.TB, tid tenant.ID, at time.Time, found ...directoryrole.Assignment) {
	t.Helper()
	f.run++
	f.complete(t, tid, graphsync.DirectoryRoles, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return f.DirectoryRoles().Merge(ctx, tx, tid, f.run, at, found)
	})
}

// Relationships is the store of GDAP relationships on the fleet's database.
func (f *Fleet) Relationships() *gdap.Store { return gdap.NewStore(f.Pool) }

// ReadRelationships stores a complete read of the partner's GDAP relationships, in the tenant that Home makes.
func (f *Fleet) ReadRelationships(t testing.TB, at time.Time, found ...gdap.Relationship) {
	t.Helper()
	f.run++
	f.complete(t, f.Tenants.Home(), graphsync.Relationships, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return f.Relationships().Merge(ctx, tx, f.Tenants.Home(), f.run, at, found)
	})
}

// ReadContracts stores a complete read of the partner's contracts, in the tenant that Home makes.
func (f *Fleet) ReadContracts(t testing.TB, at time.Time, found ...gdap.Contract) {
	t.Helper()
	f.run++
	f.complete(t, f.Tenants.Home(), graphsync.Contracts, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return f.Relationships().MergeContracts(ctx, tx, f.Tenants.Home(), f.run, at, found)
	})
}

// Home makes the partner's own tenant.
func (f *Fleet) Home(t testing.TB) tenant.Tenant {
	t.Helper()
	home := tenant.Tenant{ID: f.Tenants.Home(), Home: true, DisplayName: "First Up Consultants"}
	if err := f.Tenants.Upsert(t.Context(), tenant.Only(home.ID), home); err != nil {
		t.Fatal(err)
	}
	return home
}

// Read says that a dataset of a tenant was read completely, whatever is held of it.
func (f *Fleet) Read(t testing.TB, tid tenant.ID, dataset string, at time.Time) {
	t.Helper()
	f.run++
	f.complete(t, tid, dataset, at, func(context.Context, pgx.Tx) (graphsync.Merged, error) { return graphsync.Merged{}, nil })
}
