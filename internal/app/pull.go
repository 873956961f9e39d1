package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's mobile apps with their assignments and categories.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all pages before it stores anything, so that a read that fails changes nothing. Big listings answer 503 until the pages
// are small; the client sees to that.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	stage := p.Store.Stage()
	defer stage.Close()
	q := graph.Query{Version: run.Dataset.Version, Expand: run.Dataset.Expand, Top: run.Dataset.PageSize, Shrinks: true,
		OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for wire, err := range graph.List[graph.MobileApp](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull apps of %s: %w", tid, err)
		}
		if err := stage.Add(fromGraph(wire)); err != nil {
			return err
		}
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) { return stage.Merge(ctx, tx, tid, run.Number, p.Now()) })
}

// fromGraph is an app and its assignments as we keep them.
func fromGraph(w graph.MobileApp) (App, []Assignment) {
	a := App{
		ID: clean(w.ID), Type: clean(graph.TypeName(w.Type)), Name: clean(w.DisplayName), Publisher: clean(w.Publisher),
		Description: clean(w.Description), Version: clean(version(w)), State: clean(w.PublishingState), FileName: clean(w.FileName),
		Size: max(0, int64(w.Size)), StoreURL: clean(cmp.Or(w.AppStoreURL, w.AppURL)), InfoURL: clean(w.InformationURL),
		PrivacyURL: clean(w.PrivacyURL), Owner: clean(w.Owner), Developer: clean(w.Developer), Notes: clean(w.Notes),
		InstallCommand: clean(w.InstallCommand), UninstallCommand: clean(w.UninstallCommand), Architectures: clean(string(w.Architectures)),
		MinimumOS: clean(w.MinimumWindows), LicencesUsed: -1, LicencesTotal: -1, CreatedAt: w.Created.Time, ModifiedAt: w.Modified.Time,
		Package: clean(cmp.Or(w.BundleID, w.PrimaryBundleID, w.PackageID, w.PackageName, w.ProductCode)),
	}
	if a.Type == "" {
		a.Type = "mobileApp"
	}
	a.Platform = platform(a.Type)
	if w.InstallAs != nil {
		a.RunAs = clean(w.InstallAs.RunAs)
	}
	if w.MSI != nil && a.Package == "" {
		a.Package = clean(w.MSI.ProductCode)
	}
	if w.UsedLicences != nil {
		a.LicencesUsed = int64(*w.UsedLicences)
	}
	if w.TotalLicences != nil {
		a.LicencesTotal = int64(*w.TotalLicences)
	}
	for _, c := range w.Categories {
		if c.DisplayName != "" {
			a.Categories = append(a.Categories, clean(c.DisplayName))
		}
	}
	slices.Sort(a.Categories)
	a.Categories = slices.Compact(a.Categories)
	assignments := assignmentsOf(w)
	a.Assignments = len(assignments)
	a.Assigned = len(assignments) > 0 || w.IsAssigned != nil && *w.IsAssigned
	return a, assignments
}

// assignmentsOf keeps assignments apart that Graph gives the same id for different intents.
func assignmentsOf(w graph.MobileApp) []Assignment {
	var kept []Assignment
	seen := map[string]bool{}
	for i, x := range w.Assignments {
		s := Assignment{ID: clean(x.ID), Intent: clean(x.Intent), Target: target(x.Target), GroupID: clean(cmp.Or(x.Target.GroupID, x.Target.CollectionID)),
			FilterID: clean(x.Target.FilterID), FilterType: clean(x.Target.FilterType), Source: clean(x.Source)}
		if s.ID == "" || seen[s.ID] {
			s.ID = fmt.Sprintf("%s#%s#%d", s.ID, s.Intent, i)
		}
		seen[s.ID] = true
		kept = append(kept, s)
	}
	return kept
}

func target(t graph.AssignmentTarget) string {
	name := graph.TypeName(t.Type)
	return clean(strings.TrimSuffix(name, "AssignmentTarget"))
}

// version is what the type of app calls its version, if it has one.
func version(w graph.MobileApp) string {
	v := cmp.Or(w.DisplayVersion, w.Version, w.VersionName, w.VersionNumber, w.BuildNumber, w.IdentityVersion, w.ProductVersion)
	if v == "" && w.MSI != nil {
		v = w.MSI.ProductVersion
	}
	return v
}

// platforms by Graph's type. A type that is not listed is told by its beginning.
var platforms = map[string]string{
	"win32LobApp": "Windows", "win32CatalogApp": "Windows", "winGetApp": "Windows", "officeSuiteApp": "Windows",
	"microsoftStoreForBusinessApp": "Windows", "managedIOSStoreApp": "iOS", "managedIOSLobApp": "iOS", "webApp": "Web",
	"managedAndroidStoreApp": "Android", "managedAndroidLobApp": "Android", "windowsWebApp": "Windows",
}

func platform(typ string) string {
	if p, ok := platforms[typ]; ok {
		return p
	}
	for _, p := range []struct{ prefix, name string }{{"windows", "Windows"}, {"win", "Windows"}, {"ios", "iOS"}, {"macOS", "macOS"}, {"android", "Android"}} {
		if strings.HasPrefix(typ, p.prefix) {
			return p.name
		}
	}
	return ""
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
