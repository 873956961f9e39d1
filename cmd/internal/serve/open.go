package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/localpg"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/internal/webhook"
	"github.com/tenantry/tenantry/internal/withdrawal"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/signin"
)

// Portal is everything wired, not yet serving.
type Portal struct {
	Config config.Portal
	Log    *slog.Logger

	Pool           *postgres.Pool
	Keys           *keyset.Keys
	Entra          *entra.Client
	Graph          *graph.Client
	Defender       *graph.Client // the older API of Defender; nil: the cloud has none
	Tenants        *tenant.Store
	Sessions       *session.Sessions
	Sync           *graphsync.Service
	Devices        *device.Store
	Apps           *app.Store
	Provisioning   *provisioning.Store
	Views          *view.Store
	Groups         *tenantgroup.Store
	Services       *service.Store
	DetectedApps   *detectedapp.Store
	Protection     *protection.Store
	Autopilot      *autopilot.Store
	Live           *graphsync.LiveStore
	Configuration  *configuration.Store
	Directory      *group.Store
	Roles          *intunerole.Store
	DirectoryRoles *directoryrole.Store
	Relationships  *gdap.Store
	Guests         *guest.Store
	DeviceActions  *deviceaction.Store
	Incidents      *incident.Store
	Audit          *audit.Store
	Reviews        *review.Store
	Consent        *consent.Service
	Failures       *failure.Store
	Brake          *brake.Store
	Partner        *partner.Store
	Withdrawals    *withdrawal.Service
	Mail           mail.Sender // nil: no mail server is set

	home     tenant.ID
	program  atomic.Pointer[string] // the registration's display name, once it was read
	pressure middleware.Pressure
	changes  middleware.Changes
	hooks    webhook.Sender
	local    *localpg.Server // nil: the database is somebody else's
}

// Open connects, migrates and wires. Close what it returns.
func Open(ctx context.Context, cfg config.Portal, o Options, log *slog.Logger) (_ *Portal, err error) {
	p := &Portal{Config: cfg, Log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.home, err = tenant.ParseID(cfg.HomeTenant); err != nil {
		return nil, fmt.Errorf("AZURE_TENANT_ID: %w", err)
	}
	if p.Config.DataDir, err = DataDir(cfg); err != nil {
		return nil, err
	}
	if p.Keys, err = Keyset(p.Config); err != nil {
		return nil, err
	}
	if err := p.openDatabase(ctx, o); err != nil {
		return nil, err
	}
	if err := p.wire(o); err != nil {
		return nil, err
	}
	// Accounts refer to their tenant, so the home tenant must be known before the first owner signs in.
	if err := p.Tenants.Upsert(ctx, tenant.Only(p.home), tenant.Tenant{ID: p.home, Home: true}); err != nil {
		return nil, err
	}
	return p, nil
}

// Close gives everything back; Postgres ends last.
func (p *Portal) Close() error {
	if p.Pool != nil {
		p.Pool.Close()
	}
	if p.local != nil {
		return p.local.Stop()
	}
	return nil
}

// DataDir is the configured data directory, or the default place.
func DataDir(cfg config.Portal) (string, error) {
	if cfg.DataDir != "" {
		return filepath.Abs(cfg.DataDir)
	}
	return localpg.DefaultDir("tenantry")
}

// Keyset is the one that is configured, or the data directory's, made on the first start.
func Keyset(cfg config.Portal) (*keyset.Keys, error) {
	if cfg.Keyset != "" {
		return keyset.Load(cfg.Keyset)
	}
	dir, err := DataDir(cfg)
	if err != nil {
		return nil, err
	}
	return keyset.LoadOrCreate(filepath.Join(dir, "keys", "keyset.json"))
}

// databaseName in the private Postgres.
const databaseName = "tenantry"

func (p *Portal) openDatabase(ctx context.Context, o Options) (err error) {
	dsn := p.Config.DatabaseURL.Reveal()
	if dsn == "" {
		if p.local, dsn, err = LocalDatabase(ctx, p.Config, o); err != nil {
			return err
		}
	}
	if p.Pool, err = postgres.Open(ctx, dsn); err != nil {
		return err
	}
	if replica := p.Config.DatabaseReplicaURL.Reveal(); replica != "" {
		if err := p.Pool.Follow(ctx, replica); err != nil {
			return err
		}
	}
	pending, err := postgres.Pending(ctx, p.Pool)
	if err != nil {
		return err
	}
	if pending > 0 { // behind a PgBouncer that cannot migrate, `tenantry migrate` did it before
		p.Log.Info("migrating the database", "pending", pending)
		return postgres.Migrate(ctx, p.Pool)
	}
	return nil
}

// LocalDatabase starts the private Postgres of the data directory and makes its database where it has none.
func LocalDatabase(ctx context.Context, cfg config.Portal, o Options) (*localpg.Server, string, error) {
	dir, err := DataDir(cfg)
	if err != nil {
		return nil, "", err
	}
	s, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(dir, "pg"), Fast: o.Fast})
	if err != nil {
		return nil, "", fmt.Errorf("start the private Postgres: %w", err)
	}
	if err := makeDatabase(ctx, s.DSN("postgres"), o.Fresh); err != nil {
		return nil, "", errors.Join(err, s.Stop())
	}
	return s, s.DSN(databaseName), nil
}

func makeDatabase(ctx context.Context, dsn string, fresh bool) error {
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("open the private Postgres: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	if fresh {
		if _, err := c.Exec(ctx, `DROP DATABASE IF EXISTS `+databaseName+` WITH (FORCE)`); err != nil {
			return fmt.Errorf("empty the private Postgres: %w", err)
		}
	}
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, databaseName).Scan(&there); err != nil || there {
		return err
	}
	_, err = c.Exec(ctx, `CREATE DATABASE `+databaseName)
	return err
}

// wire makes each part of those before it.
func (p *Portal) wire(o Options) (err error) {
	cfg := p.Config
	asks := consent.NewStore(p.Pool)
	asks.Keys = p.Keys
	if p.Entra, err = NewEntra(cfg, asks); err != nil {
		return err
	}
	tokens := graphTokens{entra: p.Entra, resource: cfg.Cloud.GraphResource}
	if p.Graph, err = graph.New(cfg.Cloud.GraphURL, tokens, graph.Options{}); err != nil {
		return err
	}
	if cfg.Cloud.DefenderURL != "" {
		if p.Defender, err = graph.New(cfg.Cloud.DefenderURL, graphTokens{entra: p.Entra, resource: cfg.Cloud.DefenderResource}, graph.Options{}); err != nil {
			return err
		}
	}
	p.Tenants = tenant.NewStore(p.Pool, p.home, cfg.Owners)
	p.Sessions = session.New(p.Pool, p.Keys, signin.Renewer(p.Entra), session.Options{Secure: cfg.Secure()})
	p.Views, p.Groups = view.NewStore(p.Pool), tenantgroup.NewStore(p.Pool)
	p.Devices, p.Apps, p.Provisioning = device.NewStore(p.Pool), app.NewStore(p.Pool), provisioning.NewStore(p.Pool)
	p.Protection, p.Autopilot = protection.NewStore(p.Pool), autopilot.NewStore(p.Pool)
	p.DetectedApps, p.Live = detectedapp.NewStore(p.Pool), graphsync.NewLiveStore(p.Pool, nil)
	p.Live.Failed, p.Live.Fixed, p.Failures = p.liveFailed, p.liveFixed, failure.NewStore(p.Pool)
	p.Configuration, p.Roles, p.Directory = configuration.NewStore(p.Pool), intunerole.NewStore(p.Pool), group.NewStore(p.Pool)
	p.DirectoryRoles, p.Incidents = directoryrole.NewStore(p.Pool), incident.NewStore(p.Pool)
	p.Relationships, p.Guests = gdap.NewStore(p.Pool), guest.NewStore(p.Pool)
	p.Audit, p.Services, p.Partner = audit.NewStore(p.Pool), service.NewStore(p.Pool), partner.NewStore(p.Pool)
	p.Brake = brake.NewStore(p.Pool, p.Audit, p.home)
	p.DeviceActions = deviceaction.NewStore(p.Pool, p.Audit)
	p.Reviews = review.NewStore(p.Pool, p.Audit, nil)
	p.Sync, err = graphsync.New(p.Pool, p.datasets(), graphsync.Options{Workers: o.Workers, Log: p.Log, Failed: p.readFailed, Busy: p.pressure.Busy, Changed: p.changes.Since, PollOnly: pooled(cfg)})
	if err != nil {
		return err
	}
	p.Consent = consent.NewService(consent.Deps{
		Store: asks, Authority: p.Entra, Reader: consent.GraphReader{Graph: p.Graph, AppID: cfg.ClientID, As: entra.As}, Finder: finder{p}, Program: p.programName,
		Journal: consent.AuditJournal{Audit: p.Audit, RequestID: middleware.RequestID}, Home: p.home, OnConnected: p.Sync.StartTenant, Failed: p.grantsFailed, Refused: p.consentRefused, Proved: p.grantsRead, Accepted: p.consentAccepted, Now: p.Sync.Now, ReturnURL: cfg.Origin() + "/auth/consent", Log: p.Log,
		Audiences: map[permission.Resource]string{permission.Graph: cfg.Cloud.GraphResource, permission.Defender: cfg.Cloud.DefenderResource},
	})
	if cfg.SMTPURL != "" {
		if p.Mail, err = mail.NewSMTP(cfg.SMTPURL.Reveal(), cfg.MailFrom); err != nil {
			return err
		}
	}
	p.Withdrawals = withdrawal.NewService(withdrawal.Deps{
		Store: withdrawal.NewStore(p.Pool), Audit: p.Audit, Stop: p.Sync.StopTenant, Gone: p.gone, Keeps: graphsync.NewRetention(p.Pool, nil).Days, Log: p.Log,
	})
	return nil
}

// datasets gives each line of the table its reader.
func (p *Portal) datasets() graphsync.Datasets {
	now := func() time.Time { return p.Sync.Now().UTC() }
	return graphsync.Table().
		With(graphsync.Organization, &organization.Puller{Graph: p.Graph, Store: organization.NewStore(p.Pool), Now: now}).
		With(graphsync.Devices, &device.Puller{Graph: p.Graph, Store: p.Devices, Now: now}).
		With(graphsync.DeviceCategories, &device.CategoryPuller{Graph: p.Graph, Store: p.Devices, Now: now}).
		With(graphsync.Apps, &app.Puller{Graph: p.Graph, Store: p.Apps, Now: now}).
		With(graphsync.AppInstalls, &app.InstallPuller{Graph: p.Graph, Store: p.Apps, Now: now}).
		With(graphsync.DeviceProtection, &protection.Puller{Graph: p.Graph, Store: p.Protection, Now: now}).
		With(graphsync.Malware, &protection.MalwarePuller{Graph: p.Graph, Store: p.Protection, Now: now}).
		With(graphsync.Autopilot, &autopilot.Puller{Graph: p.Graph, Store: p.Autopilot, Now: now}).
		With(graphsync.DetectedApps, &detectedapp.Puller{Graph: p.Graph, Store: p.DetectedApps, Now: now}).
		With(graphsync.Policies, &configuration.Puller{Graph: p.Graph, Store: p.Configuration, Now: now}).
		With(graphsync.NotificationTemplates, &configuration.TemplatePuller{Graph: p.Graph, Store: p.Configuration, Now: now}).
		With(graphsync.AppProtection, &configuration.ProtectionPuller{Graph: p.Graph, Store: p.Configuration, Now: now}).
		With(graphsync.AppConfigurations, &configuration.ConfigurationPuller{Graph: p.Graph, Store: p.Configuration, Now: now}).
		With(graphsync.IntuneRoles, &intunerole.Puller{Graph: p.Graph, Store: p.Roles, Now: now}).
		With(graphsync.Incidents, &incident.Puller{Graph: p.Graph, Store: p.Incidents, Now: now}).
		With(graphsync.DirectoryRoles, &directoryrole.Puller{Graph: p.Graph, Store: p.DirectoryRoles, Now: now}).
		With(graphsync.ProvisioningJobs, &provisioning.JobPuller{Graph: p.Graph, Store: p.Provisioning, Now: now}).
		With(graphsync.Services, &service.Puller{Graph: p.Graph, Store: p.Services, Now: now}).
		With(graphsync.ProvisioningLog, &provisioning.LogPuller{Graph: p.Graph, Store: p.Provisioning, Now: now}).
		With(graphsync.Groups, &group.Puller{Graph: p.Graph, Store: p.Directory, Named: p.namedGroups}).
		With(graphsync.Guests, &guest.Puller{Graph: p.Graph, Store: p.Guests, Now: now, Domains: p.partnerDomains}).
		With(graphsync.HomeGuests, &guest.Puller{Graph: p.Graph, Store: p.Guests, Now: now, Domains: p.customerDomains}).
		With(graphsync.Relationships, &gdap.Puller{Graph: p.Graph, Store: p.Relationships, Now: now, Ends: p.relationshipEnds}).
		With(graphsync.Contracts, &gdap.ContractPuller{Graph: p.Graph, Store: p.Relationships, Now: now}).
		With(graphsync.PartnerGroups, &group.Puller{Graph: p.Graph, Store: p.Directory, Named: func(ctx context.Context, home tenant.ID) (n group.Named, err error) {
			n.Holding, err = p.Relationships.GroupIDs(ctx, home)
			return n, err
		}})
}

// namedGroups are the groups that policies, apps, Intune roles and directory roles of a tenant are given to.
func (p *Portal) namedGroups(ctx context.Context, tid tenant.ID) (n group.Named, err error) {
	policies, err1 := p.Configuration.GroupIDs(ctx, tid)
	apps, err2 := p.Apps.GroupIDs(ctx, tid)
	members, scopes, err3 := p.Roles.GroupIDs(ctx, tid)
	directory, err4 := p.DirectoryRoles.GroupIDs(ctx, tid)
	return group.Named{Holding: append(members, directory...), Others: slices.Concat(policies, apps, scopes)}, errors.Join(err1, err2, err3, err4)
}

// NewEntra is the client of the configured authority with the configured credential. asks keeps the registrations beside the configured one;
// nil: there is none.
func NewEntra(cfg config.Portal, asks *consent.Store) (*entra.Client, error) {
	cred, err := credential(cfg)
	if err != nil {
		return nil, err
	}
	c := entra.Config{Host: cfg.Cloud.AuthorityHost, ClientID: cfg.ClientID, Credential: cred, RedirectURL: cfg.Origin() + "/auth/callback"}
	if asks != nil {
		c.Registrations = registrations{asks}
	}
	return entra.New(c)
}

func credential(cfg config.Portal) (entra.Credential, error) {
	switch {
	case cfg.CertificatePath != "":
		c, err := entra.Certificate(cfg.CertificatePath)
		if err != nil {
			return nil, fmt.Errorf("AZURE_CLIENT_CERTIFICATE_PATH: %w", err)
		}
		return c, nil
	case cfg.FederatedTokenFile != "":
		return entra.Federated(cfg.FederatedTokenFile), nil
	}
	return entra.Secret(cfg.ClientSecret.Reveal()), nil
}

// pooled tells a DSN made for PgBouncer in transaction mode, where LISTEN does not work.
func pooled(cfg config.Portal) bool {
	return strings.Contains(cfg.DatabaseURL.Reveal(), "default_query_exec_mode=")
}
