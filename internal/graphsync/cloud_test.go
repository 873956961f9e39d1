package graphsync_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
)

// rig is a simulated cloud, a database, and a sync that is not started: tests run datasets one by one unless they start it.
type rig struct {
	t     testing.TB
	cloud *cloudsim.Cloud
	pool  *postgres.Pool
	graph *graph.Client
	sync  *graphsync.Service

	beforePage atomic.Pointer[func(*http.Request)] // called before each request to Graph, and may change it; may be nil
	ahead      atomic.Int64                        // how far the Graph client's clock is ahead, for what it waits out

	devices      *device.Store
	autopilot    *autopilot.Store
	apps         *app.Store
	provisioning *provisioning.Store
	services     *service.Store
	orgs         *organization.Store
	policies     *configuration.Store
	roles        *intunerole.Store
	detected     *detectedapp.Store
	protection   *protection.Store
	groups       *group.Store
}

func (r *rig) namedGroups(ctx context.Context, tid tenant.ID) (group.Named, error) {
	members, scopes, err := r.roles.GroupIDs(ctx, tid)
	policies, err2 := r.policies.GroupIDs(ctx, tid)
	directory, err3 := directoryrole.NewStore(r.pool).GroupIDs(ctx, tid)
	return group.Named{Holding: append(members, directory...), Others: append(policies, scopes...)}, errors.Join(err, err2, err3)
}

// ofCustomers are the datasets that a customer has.
func ofCustomers() (names []string) {
	for _, d := range graphsync.Table() {
		if !d.Home {
			names = append(names, d.Name)
		}
	}
	return names
}

func newRig(t testing.TB, o world.Options, opts graphsync.Options, wrap ...func(graphsync.Dataset) graphsync.Dataset) *rig {
	t.Helper()
	cloud, err := cloudsim.New(cloudsim.Options{World: o})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	r := &rig{t: t, cloud: cloud, pool: pgtest.New(t)}
	r.graph, err = graph.New(cloud.URLs().Graph, &appTokens{cloud: cloud, held: map[tenant.ID]string{}}, graph.Options{
		Transport: r, Backoff: time.Millisecond, Rest: time.Millisecond, Now: func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.devices, r.apps, r.provisioning, r.orgs = device.NewStore(r.pool), app.NewStore(r.pool), provisioning.NewStore(r.pool), organization.NewStore(r.pool)
	r.detected, r.protection = detectedapp.NewStore(r.pool), protection.NewStore(r.pool)
	r.services, r.autopilot = service.NewStore(r.pool), autopilot.NewStore(r.pool)
	r.policies, r.roles, r.groups = configuration.NewStore(r.pool), intunerole.NewStore(r.pool), group.NewStore(r.pool)
	table := graphsync.Table().
		With(graphsync.Organization, &organization.Puller{Graph: r.graph, Store: r.orgs, Now: time.Now}).
		With(graphsync.Devices, &device.Puller{Graph: r.graph, Store: r.devices, Now: time.Now}).
		With(graphsync.DeviceCategories, &device.CategoryPuller{Graph: r.graph, Store: r.devices, Now: time.Now}).
		With(graphsync.Apps, &app.Puller{Graph: r.graph, Store: r.apps, Now: time.Now}).
		With(graphsync.AppInstalls, &app.InstallPuller{Graph: r.graph, Store: r.apps, Now: time.Now}).
		With(graphsync.DeviceProtection, &protection.Puller{Graph: r.graph, Store: r.protection, Now: time.Now}).
		With(graphsync.Malware, &protection.MalwarePuller{Graph: r.graph, Store: r.protection, Now: time.Now}).
		With(graphsync.Incidents, &incident.Puller{Graph: r.graph, Store: incident.NewStore(r.pool), Now: time.Now}).
		With(graphsync.Autopilot, &autopilot.Puller{Graph: r.graph, Store: r.autopilot, Now: time.Now}).
		With(graphsync.DetectedApps, &detectedapp.Puller{Graph: r.graph, Store: r.detected, Now: time.Now}).
		With(graphsync.Policies, &configuration.Puller{Graph: r.graph, Store: r.policies, Now: time.Now}).
		With(graphsync.NotificationTemplates, &configuration.TemplatePuller{Graph: r.graph, Store: r.policies, Now: time.Now}).
		With(graphsync.AppProtection, &configuration.ProtectionPuller{Graph: r.graph, Store: r.policies, Now: time.Now}).
		With(graphsync.AppConfigurations, &configuration.ConfigurationPuller{Graph: r.graph, Store: r.policies, Now: time.Now}).
		With(graphsync.IntuneRoles, &intunerole.Puller{Graph: r.graph, Store: r.roles, Now: time.Now}).
		With(graphsync.DirectoryRoles, &directoryrole.Puller{Graph: r.graph, Store: directoryrole.NewStore(r.pool), Now: time.Now}).
		With(graphsync.ProvisioningJobs, &provisioning.JobPuller{Graph: r.graph, Store: r.provisioning, Now: time.Now}).
		With(graphsync.Services, &service.Puller{Graph: r.graph, Store: r.services, Now: time.Now}).
		With(graphsync.ProvisioningLog, &provisioning.LogPuller{Graph: r.graph, Store: r.provisioning, Now: time.Now}).
		With(graphsync.Groups, &group.Puller{Graph: r.graph, Store: r.groups, Named: r.namedGroups}).
		With(graphsync.Guests, &guest.Puller{Graph: r.graph, Store: guest.NewStore(r.pool), Now: time.Now, Domains: func(context.Context) ([]string, error) { return cloud.World.Home().Domains, nil }})
	for _, w := range wrap {
		for i := range table {
			table[i] = w(table[i])
		}
	}
	if testing.Verbose() {
		opts.Log = slog.New(slog.NewTextHandler(testWriter{t}, nil))
	}
	if r.sync, err = graphsync.New(r.pool, table, opts); err != nil {
		t.Fatal(err)
	}
	return r
}

// RoundTrip lets a test do something in the middle of a read.
func (r *rig) RoundTrip(req *http.Request) (*http.Response, error) {
	if f := r.beforePage.Load(); f != nil {
		(*f)(req)
	}
	return http.DefaultTransport.RoundTrip(req)
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// customer finds the first customer that fits, and makes it a connected tenant of ours.
func (r *rig) customer(fits func(*world.Tenant) bool) (tenant.ID, *world.Tenant) {
	r.t.Helper()
	for _, w := range r.cloud.World.Tenants() {
		if w.Home || !fits(w) {
			continue
		}
		tid, err := tenant.ParseID(w.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		_, err = r.pool.In(tid).Exec(r.t.Context(), `INSERT INTO tenant (tenant_id, state) VALUES ($1, 'connected') ON CONFLICT DO NOTHING`, tid)
		if err != nil {
			r.t.Fatal(err)
		}
		return tid, w
	}
	r.t.Fatal("the world has no such customer")
	return tenant.ID{}, nil
}

func (r *rig) status(tid tenant.ID, dataset string) graphsync.Status {
	r.t.Helper()
	page, err := r.sync.List(r.t.Context(), tenant.Only(tid), graphsync.Filter{Dataset: []string{dataset}})
	if err != nil {
		r.t.Fatal(err)
	}
	if len(page.Rows) != 1 {
		return graphsync.Status{}
	}
	return page.Rows[0]
}

// appTokens gets the portal's own tokens at the simulated Entra.
type appTokens struct {
	cloud *cloudsim.Cloud
	mu    sync.Mutex
	held  map[tenant.ID]string
}

func (a *appTokens) Forget(tid tenant.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.held, tid)
}

func (a *appTokens) Token(ctx context.Context, tid tenant.ID) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.held[tid]; t != "" {
		return t, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.cloud.World.App.ClientID},
		"client_secret": {a.cloud.World.App.ClientSecret}, "scope": {"https://graph.microsoft.com/.default"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.cloud.URLs().Login+"/"+tid.String()+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	var answer struct {
		AccessToken string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	if answer.AccessToken == "" {
		return "", errors.New(answer.Description)
	}
	a.held[tid] = answer.AccessToken
	return answer.AccessToken, nil
}
