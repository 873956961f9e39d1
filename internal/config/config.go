// Package config turns the environment and flags into one typed struct, or says everything that is wrong with them at once.
//
// It opens nothing and connects to nothing; whether Microsoft accepts the settings is what `tenantry doctor` finds out.
package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// Settings are the words as given. The tags serve the command line (kong) and the environment alike; a flag wins.
//
// Secrets have no flag: the arguments of a process can be read by every user of the machine.
type Settings struct {
	DatabaseURL        string `name:"database-url" setting:"DATABASE_URL" placeholder:"URL" help:"Postgres to use. Unset: a private local Postgres below the data directory. Behind PgBouncer in transaction mode add default_query_exec_mode=cache_describe." group:"database"`
	DatabaseReplicaURL string `name:"database-replica-url" setting:"DATABASE_REPLICA_URL" placeholder:"URL" help:"Streaming replica that exports of devices read when it has caught up." group:"database"`

	URL     string `name:"url" setting:"TENANTRY_URL" placeholder:"ORIGIN" help:"Public origin of the portal, such as https://portal.example.com. Unset: http on the listen address, where that is loopback." group:"portal"`
	Listen  string `name:"listen" setting:"TENANTRY_LISTEN" placeholder:"HOST:PORT" help:"Address to serve on (127.0.0.1:8080)." group:"portal"`
	DataDir string `name:"data-dir" setting:"TENANTRY_DATA_DIR" placeholder:"DIR" help:"Directory of the keyset and the private Postgres." group:"portal"`
	Owners  string `name:"owners" setting:"TENANTRY_OWNERS" placeholder:"UPN,…" help:"Accounts of the home tenant that become owners at their first sign-in." group:"portal"`
	Keyset  string `name:"keyset" setting:"TENANTRY_KEYSET" placeholder:"FILE" help:"Tink keyset (AEAD, JSON). Unset: made in the data directory on the first start." group:"portal"`

	TenantID           string `name:"azure-tenant-id" setting:"AZURE_TENANT_ID" placeholder:"GUID" help:"Home tenant of the partner." group:"app"`
	ClientID           string `name:"azure-client-id" setting:"AZURE_CLIENT_ID" placeholder:"GUID" help:"Application (client) ID of the app registration." group:"app"`
	ClientSecret       string `kong:"-" name:"-" setting:"AZURE_CLIENT_SECRET" help:"Client secret of the app registration. One of the three credentials."`
	CertificatePath    string `name:"azure-client-certificate-path" setting:"AZURE_CLIENT_CERTIFICATE_PATH" placeholder:"FILE" help:"PEM file with certificate and private key. One of the three credentials." group:"app"`
	FederatedTokenFile string `name:"azure-federated-token-file" setting:"AZURE_FEDERATED_TOKEN_FILE" placeholder:"FILE" help:"Token of a workload identity. One of the three credentials." group:"app"`

	Cloud            string `name:"cloud" setting:"TENANTRY_CLOUD" placeholder:"CLOUD" help:"Microsoft cloud: global, usgov (GCC High), usdod or china." group:"cloud"`
	AuthorityHost    string `name:"azure-authority-host" setting:"AZURE_AUTHORITY_HOST" placeholder:"URL" help:"Sign-in host, in place of the cloud's." group:"cloud"`
	GraphURL         string `name:"graph-url" setting:"TENANTRY_GRAPH_URL" placeholder:"URL" help:"Microsoft Graph, in place of the cloud's." group:"cloud"`
	DefenderURL      string `name:"defender-url" setting:"TENANTRY_DEFENDER_URL" placeholder:"URL" help:"Microsoft Defender, in place of the cloud's." group:"cloud"`
	PartnerCenterURL string `name:"partner-center-url" setting:"TENANTRY_PARTNER_CENTER_URL" placeholder:"URL" help:"Partner Center, in place of the cloud's." group:"cloud"`
	AdminCenterURL   string `name:"admin-center-url" setting:"TENANTRY_ADMIN_CENTER_URL" placeholder:"URL" help:"Microsoft 365 admin centre, in place of the cloud's: where customers approve GDAP." group:"cloud"`

	SMTPURL  string `kong:"-" name:"-" setting:"TENANTRY_SMTP_URL" help:"Mail server, smtps://user:password@host:465. Unset: nothing is sent, and pages show the text to copy."`
	MailFrom string `name:"mail-from" setting:"TENANTRY_MAIL_FROM" placeholder:"ADDRESS" help:"Address that mail comes from." group:"portal"`

	CertFile string `kong:"-" name:"-" setting:"SSL_CERT_FILE" help:"Certificates of authorities to trust, in place of the system's."`
}

// Portal is what the portal runs on: checked, complete.
type Portal struct {
	DatabaseURL        Secret // empty: a private local Postgres
	DatabaseReplicaURL Secret // empty: none

	URL     *url.URL // origin only
	Listen  string
	DataDir string   // empty: the default place
	Owners  []string // lower case
	Keyset  string   // empty: in the data directory

	HomeTenant         string // lower-case GUID
	ClientID           string // lower-case GUID
	ClientSecret       Secret
	CertificatePath    string
	FederatedTokenFile string

	SMTPURL  Secret // empty: no mail is sent
	MailFrom string

	Cloud Cloud
}

// Secure tells whether browsers reach the portal by https.
func (p Portal) Secure() bool { return p.URL.Scheme == "https" }

// Origin is the public origin without a trailing slash.
func (p Portal) Origin() string { return p.URL.Scheme + "://" + p.URL.Host }

// Load reads the environment, or says all that is wrong with it: then the error is Faults.
func Load(getenv func(string) string) (Portal, error) { return FromEnv(getenv).Check() }

// FromEnv takes each setting from its variable.
func FromEnv(getenv func(string) string) Settings {
	var s Settings
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		v.Field(i).SetString(strings.TrimSpace(getenv(v.Type().Field(i).Tag.Get("setting"))))
	}
	return s
}

// Fill sets from the environment what flags left empty.
func (s Settings) Fill(getenv func(string) string) Settings {
	env := FromEnv(getenv)
	from, to := reflect.ValueOf(env), reflect.ValueOf(&s).Elem()
	for i := range to.NumField() {
		if to.Field(i).String() == "" {
			to.Field(i).Set(from.Field(i))
		}
	}
	return s
}

// Fault is one setting that cannot be used.
type Fault struct {
	Name    string // of the environment variable
	Problem string
	Fix     string
}

// Faults are all that is wrong.
type Faults []Fault

// Error is a line per fault, for a terminal.
func (f Faults) Error() string {
	var b strings.Builder
	b.WriteString("1 setting is wrong:")
	if len(f) > 1 {
		b.Reset()
		fmt.Fprintf(&b, "%d settings are wrong:", len(f))
	}
	for _, x := range f {
		fmt.Fprintf(&b, "\n  %s: %s\n    %s", x.Name, x.Problem, x.Fix)
	}
	return b.String()
}
