package serve

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/search"
	"github.com/tenantry/tenantry/web"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/settings"
)

// handler is the site, or only what whoever runs the portal asks of a worker.
func (p *Portal) handler(pages bool) http.Handler {
	metrics := middleware.OnlyFrom(near, p.address(), p.metrics())
	if !pages {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
		mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
			if err := p.ready(r.Context()); err != nil {
				http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
				return
			}
			w.Write([]byte("ready\n"))
		})
		mux.Handle("GET /metrics", metrics)
		return mux
	}
	ofDevices := &device.Live{Graph: p.Graph, Kept: p.Live}
	steering := p.provisioningActs()
	leavers := leaver.NewStore(p.Pool, p.home)
	guests := &guest.Service{Who: p.acting(), Graph: p.Graph, Store: p.Guests, Audit: p.Audit, Origin: p.Config.Origin(), Home: p.home, Now: p.Sync.Now}
	acting, windows := p.deviceActs(), deviceaction.NewWindows(p.Pool, p.Audit)
	return web.New(web.Deps{
		Log: p.Log, Origin: p.Config.Origin(), Authority: p.Config.Cloud.AuthorityHost, AdminCenter: p.Config.Cloud.AdminCenterURL, Partner: p.partner, Ready: p.ready, Metrics: metrics, Pressure: &p.pressure, Changes: &p.changes, Keys: p.Keys, TestAlert: p.TestAlert,
		Address: p.address(), Sessions: p.Sessions, Entra: p.Entra, Tenants: p.Tenants, Sync: p.Sync, Devices: p.Devices, Apps: p.Apps,
		Provisioning: p.Provisioning, Services: p.Services, Organizations: organization.NewStore(p.Pool), Configuration: p.Configuration, Roles: p.Roles, DirectoryRoles: p.DirectoryRoles, Search: search.NewStore(p.Pool), History: change.NewStore(p.Pool), Incidents: p.Incidents, IncidentDesk: p.incidentDesk(), Hunter: p.hunter(), HuntingQueries: incident.NewQueries(p.Pool), Directory: p.Directory, Relationships: p.Relationships, Delegated: p.delegated(), Guests: p.Guests, Reach: reach.NewStore(p.Pool), Views: p.Views, Brake: p.Brake, Groups: p.Groups, Reviews: p.Reviews, Leavers: leavers, Audit: p.Audit, Consent: p.Consent, Contact: p.Partner, Withdrawals: p.Withdrawals, Mail: p.Mail,
		LeaverActs:       &leaver.Acts{Who: p.acting(), Graph: p.Graph, Store: leavers, Audit: p.Audit, Now: p.Sync.Now, Changed: p.readNow(graphsync.PartnerGroups, graphsync.Relationships)},
		ProvisioningActs: steering, ProvisioningPlan: &provisioning.Planner{Acts: steering, Log: p.Log, Done: p.readNow(graphsync.ProvisioningJobs), Explain: p.explainPlan},
		GuestChanges: guests, GuestJobs: &guest.Runner{Store: p.Guests, Invite: guests.Invite, Done: p.readNow(graphsync.Guests), Failed: p.invitationFailed, Now: p.Sync.Now, Log: p.Log},
		Sitting: p.sitting, DeviceActions: p.DeviceActions, DeviceActs: acting, DeviceWindows: windows, DeviceJobs: &deviceaction.Runner{Acts: acting, May: p.mayStillAct, Windows: windows, Log: p.Log},
		MyDevices: ownDevices{p.Sessions, p.Graph, p.used}, IsAdmin: p.isAdmin, Settings: p.settings(), Retention: graphsync.NewRetention(p.Pool, nil),
		DetectedApps: p.DetectedApps, Protection: p.Protection, Autopilot: p.Autopilot,
		Failures: p.Failures, Explain: p.explain, Behind: p.refusedSignIn, TryAgain: p.tryAgain,
		Now: func() time.Time { return p.Sync.Now().UTC() },
		Live: web.Live{
			DetectedDevices: &detectedapp.Live{Graph: p.Graph, Kept: p.Live},
			FailedInstalls:  &app.InstallLive{Graph: p.Graph, Kept: p.Live},
			FailedDevices:   &configuration.Live{Graph: p.Graph, Kept: p.Live},
			PolicyStates:    ofDevices,
			DeviceDetails:   ofDevices,
			Detections:      &protection.Live{Graph: p.Graph, Kept: p.Live},
		},
	})
}

func (p *Portal) ready(ctx context.Context) error { return p.Pool.Ping(ctx) }

// address tells where a request comes from. We never end TLS ourselves, so behind an https origin stands a proxy, and it is in our own
// network; on plain loopback nobody stands between.
func (p *Portal) address() func(*http.Request) string {
	if !p.Config.Secure() {
		return nil
	}
	return middleware.Behind(near...)
}

// near are this machine and private networks: where proxies stand, and whoever reads the metrics.
var near = func() (networks []netip.Prefix) {
	for _, s := range []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"} {
		networks = append(networks, netip.MustParsePrefix(s))
	}
	return networks
}()

// metrics has a registry of its own: nothing is registered behind our back.
func (p *Portal) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "tenantry", Name: name, Help: help}, value))
	}
	stat := p.Pool.Raw().Stat
	gauge("database_connections", "Open connections to Postgres.", func() float64 { return float64(stat().TotalConns()) })
	gauge("database_connections_used", "Connections to Postgres in use.", func() float64 { return float64(stat().AcquiredConns()) })
	gauge("database_wait_seconds", "Time spent waiting for a connection since the start.", func() float64 { return stat().EmptyAcquireWaitTime().Seconds() })
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// settings are what the portal runs with, as owners may see it.
func (p *Portal) settings() []settings.Group {
	c := p.Config
	database := "Set"
	if c.DatabaseURL == "" {
		database = "A private Postgres below the data directory"
	}
	return []settings.Group{
		{Title: "App registration", Note: "What the app registration in Microsoft Entra must carry.", Items: []settings.Item{
			{Label: "Application (client) ID", Value: c.ClientID, Name: "AZURE_CLIENT_ID", Copy: true},
			{Label: "Home tenant", Value: c.HomeTenant, Name: "AZURE_TENANT_ID", Copy: true},
			{Label: "Redirect URI for sign-in", Value: c.Origin() + "/auth/callback", Copy: true},
			{Label: "Redirect URI for consent", Value: c.Origin() + "/auth/consent", Copy: true},
			credentialItem(p),
		}},
		{Title: "Addresses", Items: []settings.Item{
			{Label: "Portal", Value: c.Origin(), Name: "TENANTRY_URL", Copy: true},
			{Label: "Cloud", Value: c.Cloud.Name, Name: "TENANTRY_CLOUD"},
			{Label: "Sign-in", Value: c.Cloud.AuthorityHost, Name: "AZURE_AUTHORITY_HOST"},
			{Label: "Microsoft Graph", Value: c.Cloud.GraphURL, Name: "TENANTRY_GRAPH_URL"},
			{Label: "Microsoft Defender", Value: orNone(c.Cloud.DefenderURL), Name: "TENANTRY_DEFENDER_URL"},
			{Label: "Partner Center", Value: orNone(c.Cloud.PartnerCenterURL), Name: "TENANTRY_PARTNER_CENTER_URL"},
			{Label: "Admin centre", Value: c.Cloud.AdminCenterURL, Name: "TENANTRY_ADMIN_CENTER_URL"},
		}},
		{Title: "Mail", Items: []settings.Item{
			{Label: "Mail server", Value: mailWords(c.SMTPURL != ""), Name: "TENANTRY_SMTP_URL"},
			{Label: "Sender", Value: mailFrom(c.MailFrom), Name: "TENANTRY_MAIL_FROM"},
		}},
		{Title: "Storage", Items: []settings.Item{
			{Label: "Database", Value: database, Name: "DATABASE_URL"},
			{Label: "Data directory", Value: c.DataDir, Name: "TENANTRY_DATA_DIR"},
			{Label: "Keyset", Value: keysetWords(p), Name: "TENANTRY_KEYSET"},
		}},
	}
}

func credentialItem(p *Portal) settings.Item {
	switch {
	case p.Config.CertificatePath != "":
		return settings.Item{Label: "Credential", Value: "Certificate", Name: "AZURE_CLIENT_CERTIFICATE_PATH"}
	case p.Config.FederatedTokenFile != "":
		return settings.Item{Label: "Credential", Value: "Workload identity", Name: "AZURE_FEDERATED_TOKEN_FILE"}
	}
	return settings.Item{Label: "Credential", Value: "Client secret", Name: "AZURE_CLIENT_SECRET"}
}

func keysetWords(p *Portal) string {
	if n := len(p.Keys.List()); n > 1 {
		return fmt.Sprintf("%d keys, the newest seals", n)
	}
	return "1 key"
}

func mailWords(set bool) string {
	if set {
		return "Set"
	}
	return "None: consent links are copied, not sent"
}

func mailFrom(s string) string {
	if s == "" {
		return "None"
	}
	return s
}

func orNone(s string) string {
	if s == "" {
		return "None in this cloud"
	}
	return s
}
