// Package web is the site on one screen: the middleware in the order that a request passes, and every room mounted.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/configuration"
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/search"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/internal/webhook"
	"github.com/tenantry/tenantry/internal/withdrawal"
	"github.com/tenantry/tenantry/web/access"
	"github.com/tenantry/tenantry/web/actions"
	"github.com/tenantry/tenantry/web/activity"
	"github.com/tenantry/tenantry/web/approvals"
	"github.com/tenantry/tenantry/web/apps"
	"github.com/tenantry/tenantry/web/changes"
	webconfiguration "github.com/tenantry/tenantry/web/configuration"
	"github.com/tenantry/tenantry/web/consent"
	"github.com/tenantry/tenantry/web/devices"
	"github.com/tenantry/tenantry/web/doctor"
	"github.com/tenantry/tenantry/web/evidence"
	"github.com/tenantry/tenantry/web/gate"
	"github.com/tenantry/tenantry/web/groups"
	"github.com/tenantry/tenantry/web/guests"
	"github.com/tenantry/tenantry/web/incidents"
	"github.com/tenantry/tenantry/web/licences"
	"github.com/tenantry/tenantry/web/me"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/overview"
	"github.com/tenantry/tenantry/web/page"
	webprovisioning "github.com/tenantry/tenantry/web/provisioning"
	"github.com/tenantry/tenantry/web/relationships"
	"github.com/tenantry/tenantry/web/reviews"
	"github.com/tenantry/tenantry/web/roles"
	websearch "github.com/tenantry/tenantry/web/search"
	"github.com/tenantry/tenantry/web/services"
	"github.com/tenantry/tenantry/web/settings"
	"github.com/tenantry/tenantry/web/signin"
	"github.com/tenantry/tenantry/web/staff"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/sync"
	"github.com/tenantry/tenantry/web/tenants"
	"github.com/tenantry/tenantry/web/views"
)

// Deps is what the site is made of. All of it is needed, but where a field says otherwise.
type Deps struct {
	Log         *slog.Logger
	Origin      string // the portal's own: https://portal.example
	Authority   string // origin of the authority host: forms that lead to Microsoft end there
	AdminCenter string // origin of Microsoft's admin centre, where customers approve GDAP
	Partner     func(ctx context.Context) consent.Partner
	Ready       func(ctx context.Context) error
	Metrics     http.Handler
	Address     func(*http.Request) string // where a request comes from; nil: the connection's own address

	Sessions         *session.Sessions
	Entra            *entra.Client
	Tenants          *tenant.Store
	Search           *search.Store
	History          *change.Store
	Sync             *graphsync.Service
	Devices          *device.Store
	Apps             *app.Store
	Provisioning     *provisioning.Store
	Services         *service.Store
	Organizations    *organization.Store
	Configuration    *configuration.Store
	Roles            *intunerole.Store
	DirectoryRoles   *directoryrole.Store
	Incidents        *incident.Store
	IncidentDesk     incidents.Desk
	Hunter           incidents.Hunter
	HuntingQueries   *incident.Queries
	Directory        *group.Store
	Relationships    *gdap.Store
	Guests           *guest.Store
	Reach            *reach.Store
	Delegated        *gdap.Acts
	GuestChanges     *guest.Service
	ProvisioningActs *provisioning.Acts
	ProvisioningPlan *provisioning.Planner
	GuestJobs        *guest.Runner
	DeviceActions    *deviceaction.Store
	DeviceWindows    *deviceaction.Windows
	DeviceActs       *deviceaction.Acts
	DeviceJobs       *deviceaction.Runner
	DetectedApps     *detectedapp.Store
	Protection       *protection.Store
	Autopilot        *autopilot.Store
	Views            *view.Store
	Brake            *brake.Store
	Sitting          func(ctx context.Context) brake.Session // what the brake has to know of the request's session
	Groups           *tenantgroup.Store
	Reviews          *review.Store
	Leavers          *leaver.Store
	LeaverActs       access.Closer
	Audit            *audit.Store
	Consent          *domain.Service
	Contact          *partner.Store
	Withdrawals      *withdrawal.Service
	Mail             mail.Sender // nil: no mail is sent
	MyDevices        me.Reader
	Live             Live
	Failures         *failure.Store
	Behind           func(r *http.Request, err error) *page.Behind        // what stopped a sign-in of somebody who has no page of the doctor's
	Explain          func(r *http.Request, err error, back string) string // keeps what is behind a failure at Microsoft; nil: nothing is explained
	TryAgain         func(ctx context.Context, f failure.Failure) error
	IsAdmin          func(ctx context.Context, tid tenant.ID, objectID string) (bool, error)
	Settings         []settings.Group
	Retention        *graphsync.Retention
	Now              func() time.Time

	Keys      webhook.Sealer
	TestAlert func(ctx context.Context) error // sends a test to everybody who is told of alerts
	Pressure  *middleware.Pressure            // counts what people ask for; nil: nobody wants to know
	Changes   *middleware.Changes             // knows when something was changed; nil: only the site itself asks it
}

// Live is what sections of detail pages read at Microsoft while somebody looks; they say so.
type Live struct {
	DetectedDevices apps.DetectedDevices
	FailedInstalls  apps.FailedInstalls
	FailedDevices   webconfiguration.FailedDevices
	PolicyStates    devices.PolicyStates
	DeviceDetails   devices.Details
	Detections      devices.Detections
}

// histories are the words of each room for what changes of its things.
var histories = map[change.Kind]page.History{
	change.Device: devices.History, change.Protection: devices.ProtectionHistory, change.Category: devices.CategoryHistory, change.Malware: devices.MalwareHistory, change.Autopilot: devices.AutopilotHistory,
	change.App: apps.History, change.Install: apps.InstallHistory, change.Detected: apps.DetectedHistory, change.Policy: webconfiguration.History, change.Role: roles.History,
	change.Provisioning: webprovisioning.History, change.Service: services.History, change.Licence: licences.History, change.Incident: incidents.History, change.Guest: guests.History, change.Relationship: relationships.History,
	change.Grant: consent.History, change.DirectoryRole: access.DirectoryRoleHistory,
}

// longest a page may take, in server time; an export may take longer.
const longest = 25 * time.Second

// New is the whole site.
func New(d Deps) http.Handler {
	if d.Changes == nil {
		d.Changes = &middleware.Changes{}
	}
	problems := &page.Problems{Log: d.Log, Explain: d.Explain, Behind: d.Behind}
	secure := len(d.Origin) > 8 && d.Origin[:8] == "https://"

	r := chi.NewRouter()
	r.Use(middleware.WithRequestID)
	r.Use(middleware.Log(d.Log))
	r.Use(middleware.Headers(secure, d.Authority))
	r.Use(middleware.Recover(d.Log, func(w http.ResponseWriter, r *http.Request) { problems.Show(w, r, errors.New("panic")) }))
	r.Use(middleware.Bounds(problems.Status))
	d.health(r)
	r.Handle("/static/*", static.Handler())

	kept := &views.Handler{Views: d.Views}
	people := &gate.Gate{Sessions: d.Sessions, Tenants: d.Tenants, Problems: problems, Now: d.Now, Standing: d.standing, Starts: kept.Starts, Changed: d.Changes.Since}
	r.Group(func(r chi.Router) {
		r.Use(middleware.TimeLimit(longest))
		r.Use(oneLoopback(d.Origin))
		r.Use(sameOrigin(d.Origin, problems))
		r.Use(d.Changes.Watch)
		if d.Pressure != nil {
			r.Use(d.Pressure.Watch)
		}
		r.Use(people.Load)
		d.mount(r, people, problems, kept)
		r.NotFound(func(w http.ResponseWriter, r *http.Request) { problems.Show(w, r, errs.NotFound) })
		r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { problems.Status(w, r, http.StatusMethodNotAllowed) })
	})
	return r
}

// mount is where every room has its place.
func (d Deps) mount(r chi.Router, people *gate.Gate, problems *page.Problems, kept *views.Handler) {
	entry := &signin.Handler{Entra: d.Entra, Sessions: d.Sessions, Tenants: d.Tenants, Audit: d.Audit, Problems: problems, Log: d.Log, Now: d.Now, Address: d.Address, IsAdmin: d.IsAdmin}
	entry.Mount(r)
	asked := &consent.Handler{Consent: d.Consent, Partner: d.Partner, Origin: d.Origin, LoginHost: host(d.Authority), Keeps: d.Retention.Days, Withdrawals: d.Withdrawals, Failures: d.Failures, Mail: d.Mail, Entry: domain.AuditJournal{Audit: d.Audit}.Entry, Address: d.Address, Now: d.Now, Log: d.Log}
	asked.MountPublic(r, problems)
	named := func(ctx context.Context) string { return d.Partner(ctx).Name }
	(&evidence.Handler{
		Consent: d.Consent, Audit: d.Audit, Sync: d.Sync, Tenants: d.Tenants, Withdrawals: d.Withdrawals, Keeps: d.Retention.Days, IsAdmin: d.IsAdmin,
		Frame: asked.Frame, Address: d.Address, Now: d.Now,
	}).Mount(r, people.Self, problems)
	(&me.Handler{Devices: d.MyDevices}).Mount(r, people)

	ends := &services.Handler{Services: d.Services, Sync: d.Sync, Tenants: d.Tenants, Audit: d.Audit, Origin: d.Origin, Now: d.Now}
	ends.MountPublic(r, problems)

	ways := &access.Handler{Tenants: d.Tenants, Relationships: d.Relationships, Groups: d.Directory, Roles: d.Roles, DirectoryRoles: d.DirectoryRoles, Guests: d.Guests, Reach: d.Reach, Sync: d.Sync, Sessions: d.Sessions, Leavers: d.Leavers, LeaverActs: d.LeaverActs, Audit: d.Audit}
	visitors := &guests.Handler{Guests: d.Guests, Sync: d.Sync, Tenants: d.Tenants, Change: d.GuestChanges, Jobs: d.GuestJobs, Explain: d.Explain, DirectoryRoles: d.DirectoryRoles, Groups: d.Directory}
	delegated := &relationships.Handler{Relationships: d.Relationships, Groups: d.Directory, Guests: d.Guests, Sync: d.Sync, Tenants: d.Tenants, Acts: d.Delegated, AdminCenter: d.AdminCenter}
	jobs := &webprovisioning.Handler{Provisioning: d.Provisioning, Sync: d.Sync, Audit: d.Audit, Home: d.Tenants.Home(), Keys: d.Keys, TestAlert: d.TestAlert}
	setUp := &webprovisioning.Wizard{Provisioning: d.Provisioning, Sync: d.Sync, Acts: d.ProvisioningActs, Tenants: d.Tenants, Plans: d.ProvisioningPlan, Explain: d.Explain}
	rights := &devices.Rights{Consent: d.Consent.Store, Intune: d.Roles, Directory: d.DirectoryRoles, Sync: d.Sync, Home: d.Tenants.Home(), Relationships: d.Relationships, Groups: d.Directory}
	acted := &actions.Handler{Actions: d.DeviceActions, Windows: d.DeviceWindows, Acts: d.DeviceActs, Runner: d.DeviceJobs, Brake: d.Brake}
	fleet := []interface{ Mount(page.Router) }{
		&devices.Handler{Incidents: d.Incidents, Policies: d.Live.PolicyStates, Details: d.Live.DeviceDetails, Autopilot: d.Autopilot, Protection: d.Protection, Detections: d.Live.Detections, Devices: d.Devices, Actions: d.DeviceActions, Sync: d.Sync, Keeps: d.Retention.Days},
		&devices.Asker{Rights: rights, Details: d.Live.DeviceDetails, Devices: d.Devices, Actions: d.DeviceActions, Acts: d.DeviceActs, Explain: d.Explain},
		&devices.Bulk{Devices: d.Devices, Actions: d.DeviceActions, Windows: d.DeviceWindows, Rights: rights, Orders: d.DeviceJobs},
		acted,
		&apps.Handler{Apps: d.Apps, Policies: d.Configuration, Sync: d.Sync, Detected: d.DetectedApps, DetectedDevices: d.Live.DetectedDevices, FailedInstalls: d.Live.FailedInstalls, Groups: d.Directory, Keeps: d.Retention.Days},
		&webconfiguration.Handler{Policies: d.Configuration, Sync: d.Sync, Apps: d.Apps, Groups: d.Directory, FailedDevices: d.Live.FailedDevices},
		&roles.Handler{Roles: d.Roles, DirectoryRoles: d.DirectoryRoles, Groups: d.Directory, Sync: d.Sync},
		ways,
		visitors,
		delegated,
		jobs,
		&webprovisioning.Importer{Provisioning: d.Provisioning, Acts: d.ProvisioningActs, Explain: d.Explain},
		setUp,
		&incidents.Handler{Tenants: d.Tenants, Lacks: d.Consent.Store.Lacks, Incidents: d.Incidents, Devices: d.Devices, Sync: d.Sync, Desk: d.IncidentDesk, Hunter: d.Hunter, Queries: d.HuntingQueries, Explain: d.Explain},
		ends,
		&licences.Handler{Organizations: d.Organizations, Sync: d.Sync},
		&changes.Handler{Changes: d.History, Sync: d.Sync, Grants: d.Consent.Store, Words: histories, Keeps: d.Retention.Days},
		&activity.Handler{Audit: d.Audit, Tenants: d.Tenants},
	}
	customers := &tenants.Handler{Tags: d.Groups.TagsByTenant, Tenants: d.Tenants, Sync: d.Sync, Guests: d.Guests, Services: d.Services, Audit: d.Audit, Add: d.Consent}

	reviewed := &reviews.Handler{Reviews: d.Reviews, Tenants: d.Tenants, Sync: d.Sync, Consent: d.Consent, Services: d.Services, Provisioning: d.Provisioning, Guests: d.Guests, Partner: named, Origin: d.Origin}
	grouped := &groups.Handler{Groups: d.Groups, Tenants: d.Tenants, Audit: d.Audit, Views: d.Views}
	all := page.NewRouter(r, people.All, problems, kept.Prepare, grouped.Prepare)
	kept.Mount(all)
	grouped.Mount(all)
	(&overview.Handler{Tenants: d.Tenants, Incidents: d.Incidents, Sync: d.Sync, Brake: d.Brake, Provisioning: d.Provisioning, Services: d.Services, Changed: d.Changes.Since}).Mount(all)
	customers.Mount(all)
	reviewed.Mount(all)
	for _, room := range fleet {
		room.Mount(all)
	}
	ends.MountPortal(all)
	ways.MountPortal(all)
	delegated.MountPortal(all)
	visitors.MountPortal(all)
	jobs.MountPortal(all)
	setUp.MountPortal(all)
	acted.MountPortal(all)
	asked.MountPortal(all)
	(&approvals.Handler{Brake: d.Brake, Session: d.Sitting, Home: d.Tenants.Home()}).Mount(all)
	(&websearch.Handler{Kinds: d.Search, Tenants: d.Tenants, Incidents: d.Incidents, Devices: d.Devices, Autopilot: d.Autopilot, Apps: d.Apps, Detected: d.DetectedApps, Policies: d.Configuration, Protection: d.Protection, Roles: d.Roles, Provisioning: d.Provisioning, Services: d.Services, Guests: d.Guests, Sync: d.Sync}).Mount(all)
	(&sync.Handler{Sync: d.Sync, Tenants: d.Tenants, Narrow: d.Groups.Narrow}).Mount(all)
	(&staff.Handler{Tenants: d.Tenants, Groups: d.Groups, Audit: d.Audit}).Mount(all)
	(&settings.Handler{Groups: d.Settings, Retention: d.Retention, Contact: d.Contact, Tenants: d.Tenants, Audit: d.Audit, Keys: d.Keys}).Mount(all)

	r.Route("/t/{tenant}", func(r chi.Router) {
		r.Use(gate.Canonical)
		one := page.NewRouter(r, people.Tenant, problems, kept.Prepare)
		grouped.MountTenant(one)
		customers.MountTenant(one)
		reviewed.MountTenant(one)
		(&doctor.Handler{Sync: d.Sync, Failures: d.Failures, TryAgain: d.TryAgain}).MountTenant(one)
		asked.Mount(one)
		for _, room := range fleet {
			room.Mount(one)
		}
	})
}

// health answers to whoever runs the portal; it stands before the gate and needs no session.
func (d Deps) health(r chi.Router) {
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	r.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		if err := d.Ready(ctx); err != nil {
			d.Log.WarnContext(r.Context(), "not ready", "err", err)
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte("ready\n"))
	})
	r.Handle("/metrics", d.Metrics)
}

// sameOrigin refuses forms that another site sent (Fetch metadata, Origin); no tokens in pages are needed for it.
func sameOrigin(origin string, problems *page.Problems) func(http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.AddTrustedOrigin(origin) // behind a proxy Host may be another; a malformed origin was refused with the settings
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { problems.Status(w, r, http.StatusForbidden) }))
	return protection.Handler
}

// oneLoopback leads from one name of this machine to the other that the origin has: cookies and redirect URIs belong to one of them only.
// Other hosts are a proxy's concern.
func oneLoopback(origin string) func(http.Handler) http.Handler {
	own, err := url.Parse(origin)
	return func(next http.Handler) http.Handler {
		if err != nil || !loopback(own.Hostname()) {
			return next
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked := url.URL{Host: r.Host}
			if r.Host != own.Host && asked.Port() == own.Port() && loopback(asked.Hostname()) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
				http.Redirect(w, r, origin+r.URL.RequestURI(), http.StatusTemporaryRedirect)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// host is what the browser's address bar shows of an origin.
func host(origin string) string {
	if u, err := url.Parse(origin); err == nil && u.Host != "" {
		return u.Host
	}
	return origin
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// standing is what every page shows: numbers of the rail, and the stop. What cannot be read is left out.
func (d Deps) standing(ctx context.Context, role tenant.Role, reach tenant.Scope) page.Standing {
	s := page.Standing{Waiting: map[string]page.Waiting{}}
	if n, err := d.Provisioning.CountJobs(ctx, reach, provisioning.JobFilter{Health: []provisioning.Health{provisioning.Quarantined}}); err == nil {
		s.Waiting["/provisioning"] = page.Waiting{Count: int(n), Bad: true}
	}
	if stop, waiting, err := d.Brake.Standing(ctx, reach); err == nil {
		s.Banner = approvals.Banner(stop)
		if role.May(tenant.MayAct) {
			s.Waiting["/approvals"] = page.Waiting{Count: waiting}
		}
	}
	return s
}
