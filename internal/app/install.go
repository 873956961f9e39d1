package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Install is how the installations of one app stand in a tenant, as Intune's report counts them. An app that is assigned to nobody has
// none. Numbers are of devices, but where a name says users.
type Install struct {
	Tenant     tenant.ID
	TenantName string

	ID            string // of the app
	Name          string
	Publisher     string
	Platform      string
	Version       string
	Installed     int64
	Failed        int64
	Pending       int64
	NotInstalled  int64
	NotApplicable int64
	FailedUsers   int64

	GoneAt time.Time // of the read that no longer had it; the counts are those before

	keptFrom time.Time // since when it is known what changed
}

// Devices is how many devices the report knows for the app.
func (i Install) Devices() int64 {
	return i.Installed + i.Failed + i.Pending + i.NotInstalled + i.NotApplicable
}

// InstallFilter chooses installations. Empty fields do not choose.
type InstallFilter struct {
	Q        string // part of name or publisher
	Failed   bool   // at least one failed
	Pending  bool   // at least one pending
	Platform []string
	Tenants  []tenant.ID

	Sort  string // one of InstallSorts; empty: failed
	Desc  bool
	After string
	Limit int

	CountMost int64 // Installs counts no further, and then says that there are more; 0: all
}

// InstallSorts are the orders of installations.
var InstallSorts = []string{"failed", "name", "installed", "pending", "customer"}

// Installs is one page of installations.
type Installs struct {
	Rows  []Install
	Next  string
	Count int64
	More  bool // than Count
}

// InstallPuller reads how installations stand, for all apps of a tenant at once.
type InstallPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// installColumns of the report, as production clients name them; the report has an order of its own.
var installColumns = []string{"ApplicationId", "DisplayName", "Publisher", "Platform", "AppVersion", "FailedDeviceCount", "FailedUserCount", "InstalledDeviceCount",
	"PendingInstallDeviceCount", "NotInstalledDeviceCount", "NotApplicableDeviceCount"}

// countColumns are what a row is about.
var countColumns = []string{"ApplicationId", "FailedDeviceCount", "InstalledDeviceCount", "PendingInstallDeviceCount", "NotInstalledDeviceCount", "NotApplicableDeviceCount"}

// Pull reads the whole report before it stores anything.
func (p *InstallPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.InstallStage()
	defer stage.Close()
	q := graph.ReportQuery{Name: "getAppsInstallSummaryReport", Select: installColumns, Needs: countColumns, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	_, err := graph.Report(ctx, p.Graph, tid, q, func(row graph.Object) error {
		i, ok := installFrom(row)
		if !ok {
			return graph.BadRow(run.Dataset.Path, "a row that names no app, or has a count that is no number")
		}
		return stage.Add(i)
	})
	if err != nil {
		return fmt.Errorf("pull installations of %s: %w", tid, err)
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, p.Now()) })
}

// installFrom maps a row of the report. ok is false where it names no app, or where a count is no number: that is unknown, and not zero.
func installFrom(row graph.Object) (i Install, ok bool) {
	for _, column := range countColumns[1:] {
		if n, err := strconv.ParseFloat(row.Text(column), 64); err != nil || !(n >= 0 && n < 1<<53) {
			return i, false
		}
	}
	n := func(column string) int64 { return max(0, row.Int(column)) }
	i = Install{
		ID: clean(row.Text("ApplicationId")), Name: clean(row.Text("DisplayName")), Publisher: clean(row.Text("Publisher")), Platform: clean(row.Text("Platform")),
		Version: clean(row.Text("AppVersion")), Installed: n("InstalledDeviceCount"), Failed: n("FailedDeviceCount"), Pending: n("PendingInstallDeviceCount"),
		NotInstalled: n("NotInstalledDeviceCount"), NotApplicable: n("NotApplicableDeviceCount"), FailedUsers: n("FailedUserCount"),
	}
	return i, i.ID != ""
}

// InstallStage gathers the installations of one read.
type InstallStage struct{ rows *postgres.Stage }

// InstallStage starts to gather a read.
func (s *Store) InstallStage() *InstallStage {
	return &InstallStage{postgres.NewStage(strings.Fields(`id name name_key publisher platform version installed failed pending not_installed not_applicable failed_users search`)...)}
}

// Close drops what was gathered.
func (s *InstallStage) Close() { s.rows.Close() }

// Add adds an app. One that comes twice counts as it came last.
func (s *InstallStage) Add(i Install) error {
	return s.rows.Row().Text(i.ID).Text(i.Name).Text(strings.ToLower(i.Name)).Text(i.Publisher).Text(i.Platform).Text(i.Version).Int(i.Installed).Int(i.Failed).
		Int(i.Pending).Int(i.NotInstalled).Int(i.NotApplicable).Int(i.FailedUsers).Text(strings.ToLower(i.Name + "\n" + i.Publisher)).End()
}

// Merge makes the tenant's installations those of the read, which was complete, and keeps which counts changed. tx is under the tenant's scope.
func (s *InstallStage) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time) (m graphsync.Merged, err error) {
	if err := alone(ctx, tx, tid); err != nil {
		return m, err
	}
	how := postgres.Merge{Table: "app_install", Keep: true, History: "app_install_change", Subject: "app_id", Fields: counted}
	if m.Written, m.Gone, err = s.rows.Merge(ctx, tx, how, tid, run, now); err != nil {
		return m, fmt.Errorf("merge installations of %s: %w", tid, err)
	}
	if err := failedToo(ctx, tx, tid); err != nil {
		return m, err
	}
	if err := share(ctx, tx, tid); err != nil {
		return m, err
	}
	var apps, failing, failed, pending int64
	if err := tx.QueryRow(ctx, `
		SELECT count(*), count(*) FILTER (WHERE failed > 0), COALESCE(sum(failed), 0)::bigint, COALESCE(sum(pending), 0)::bigint
		FROM   app_install
		WHERE  tenant_id = $1
		AND    gone_at IS NULL`, tid).Scan(&apps, &failing, &failed, &pending); err != nil {
		return m, fmt.Errorf("count installations of %s: %w", tid, err)
	}
	m.Counters = map[string]int64{"total": apps, "failing": failing, "failed": failed, "pending": pending}
	return m, nil
}

// alone waits for the other merge of the tenant's apps or installations: both write apps, each with what the other wrote.
func alone(ctx context.Context, tx pgx.Tx, tid tenant.ID) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('apps ' || $1::uuid, 0))`, tid); err != nil {
		return fmt.Errorf("wait for the apps of %s: %w", tid, err)
	}
	return nil
}

// failedToo keeps with the tenant's apps how many devices they failed on, by which they are listed.
func failedToo(ctx context.Context, tx pgx.Tx, tid tenant.ID) error {
	_, err := tx.Exec(ctx, `
		UPDATE app o SET failed = COALESCE(i.failed, -1)
		FROM   app a
		LEFT   JOIN app_install i ON i.tenant_id = a.tenant_id AND i.id = a.id AND i.gone_at IS NULL
		WHERE  a.tenant_id = $1 AND o.tenant_id = $1 AND o.id = a.id AND o.failed IS DISTINCT FROM COALESCE(i.failed, -1)`, tid)
	if err != nil {
		return fmt.Errorf("failed installations of the apps of %s: %w", tid, err)
	}
	return nil
}

var installTenantName = postgres.TenantName("i")

var selectInstall = `i.tenant_id, ` + installTenantName + `, i.id, i.name, i.publisher, i.platform, i.version, i.installed, i.failed, i.pending, i.not_installed, i.not_applicable, i.failed_users, i.gone_at,
	COALESCE(i.kept_from, i.first_seen_at)`

func scanInstall(row pgx.CollectableRow, more ...any) (Install, error) {
	var i Install
	err := row.Scan(append([]any{&i.Tenant, &i.TenantName, &i.ID, &i.Name, &i.Publisher, &i.Platform, &i.Version, &i.Installed, &i.Failed, &i.Pending, &i.NotInstalled,
		&i.NotApplicable, &i.FailedUsers, postgres.Zero(&i.GoneAt), postgres.Zero(&i.keptFrom)}, more...)...)
	return i, err
}

var installOrders = map[string][]postgres.Key{
	"failed":    {{Expr: "i.failed", Type: "bigint"}, {Expr: "i.name_key", Type: "text"}},
	"installed": {{Expr: "i.installed", Type: "bigint"}, {Expr: "i.name_key", Type: "text"}},
	"pending":   {{Expr: "i.pending", Type: "bigint"}, {Expr: "i.name_key", Type: "text"}},
	"name":      {{Expr: "i.name_key", Type: "text"}},
	"customer":  postgres.TenantOrder("i", postgres.Key{Expr: "i.name_key", Type: "text"}),
}

func (f InstallFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: selectInstall, Table: "app_install i", Where: &postgres.Where{}, Cursor: f.After, Limit: f.Limit, Most: f.CountMost}
	one := l.Where.Within(scope, "i.tenant_id")
	l.Where.And("i.gone_at IS NULL")
	for _, v := range append(slices.Clone(f.Platform), f.Q) {
		if !postgres.Printable(v) || len(v) > 200 {
			return l, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
		}
	}
	if q := strings.TrimSpace(f.Q); q != "" {
		l.Where.And("i.search LIKE ?", postgres.Like(q))
	}
	if f.Failed {
		l.Where.And("i.failed > 0")
	}
	if f.Pending {
		l.Where.And("i.pending > 0")
	}
	if len(f.Platform) > 0 {
		l.Where.And("i.platform = ANY(?)", f.Platform)
	}
	if len(f.Tenants) > 0 {
		l.Where.And("i.tenant_id = ANY(?)", f.Tenants)
	}
	name := f.Sort
	if name == "" {
		name = InstallSorts[0]
	}
	keys, ok := installOrders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Installations cannot be sorted by that.", "Sort by "+strings.Join(InstallSorts, ", ")+".")
	}
	l.Order = postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "i.tenant_id", Type: "uuid"}, postgres.Key{Expr: "i.id", Type: "text"})}
	if one {
		l.Order = l.Order.OfOneTenant()
	}
	return l, nil
}

// Installs returns the installations in the scope that match f, one page in the chosen order.
func (s *Store) Installs(ctx context.Context, scope tenant.Scope, f InstallFilter) (p Installs, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanInstall)
	p.Count, p.More = l.Counted(p.Count)
	return p, err
}

// EachInstall calls each for all installations that match, in order. Limit does not apply.
func (s *Store) EachInstall(ctx context.Context, scope tenant.Scope, f InstallFilter, each func(Install) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanInstall, each)
}

// Install is how the installations of one app stand; also of one that left the report. errs.NotFound where the report never had it.
func (s *Store) Install(ctx context.Context, tid tenant.ID, id string) (Install, error) {
	if !postgres.Printable(id) {
		return Install{}, fmt.Errorf("installations of an app of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+selectInstall+` FROM app_install i WHERE i.tenant_id = $1 AND i.id = $2`, tid, id)
	i, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Install, error) { return scanInstall(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Install{}, fmt.Errorf("installations of app %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Install{}, fmt.Errorf("installations of app %q of %s: %w", id, tid, err)
	}
	return i, nil
}
