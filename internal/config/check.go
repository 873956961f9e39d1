package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checker collects faults instead of stopping at the first.
type checker struct{ faults Faults }

func (c *checker) fault(name, problem, fix string) {
	c.faults = append(c.faults, Fault{Name: name, Problem: problem, Fix: fix})
}

// Check makes the portal's configuration of the settings, or returns Faults. Values are not repeated where they may hold a password.
func (s Settings) Check() (Portal, error) {
	var c checker
	p := Portal{
		DatabaseURL:        c.database("DATABASE_URL", s.DatabaseURL),
		DatabaseReplicaURL: c.database("DATABASE_REPLICA_URL", s.DatabaseReplicaURL),
		Listen:             c.listen(s.Listen),
		DataDir:            s.DataDir,
		Owners:             c.owners(s.Owners),
		Keyset:             c.file("TENANTRY_KEYSET", s.Keyset, "make one with Tink (tinkey create-keyset --key-template AES256_GCM), or leave it unset"),
		HomeTenant:         c.guid("AZURE_TENANT_ID", s.TenantID, "the GUID of your own tenant: Entra admin center, Overview, Tenant ID"),
		ClientID:           c.guid("AZURE_CLIENT_ID", s.ClientID, "the Application (client) ID: Entra admin center, App registrations, Overview"),
	}
	p.URL = c.origin(s.URL, p.Listen)
	c.credential(s, &p)
	p.Cloud = c.cloud(s)
	p.SMTPURL, p.MailFrom = c.mail(s)
	c.file("SSL_CERT_FILE", s.CertFile, "point it at a PEM file of certificates, or leave it unset")
	if s.DatabaseURL == "" && s.DatabaseReplicaURL != "" {
		c.fault("DATABASE_REPLICA_URL", "is set without DATABASE_URL", "a replica follows a server: set DATABASE_URL too, or unset this")
	}
	if c.faults != nil {
		return Portal{}, c.faults
	}
	return p, nil
}

func (c *checker) database(name, s string) Secret {
	if s == "" {
		return ""
	}
	const fix = "write postgres://user:password@host:5432/database?sslmode=require"
	u, err := url.Parse(s)
	switch {
	case err != nil && !keyValues(s):
		c.fault(name, "cannot be read as a URL", fix+"; characters such as @ or / in a password must be percent-encoded")
	case err == nil && u.Scheme != "postgres" && u.Scheme != "postgresql" && !keyValues(s):
		c.fault(name, "is not the address of a Postgres", fix)
	}
	return Secret(s)
}

// keyValues tells the other form of a DSN: host=… user=….
func keyValues(s string) bool {
	key, _, ok := strings.Cut(s, "=")
	return ok && !strings.ContainsAny(key, ":/ ")
}

// mail needs both settings or none.
func (c *checker) mail(s Settings) (Secret, string) {
	u, err := url.Parse(s.SMTPURL)
	switch {
	case s.SMTPURL != "" && (err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps"):
		c.fault("TENANTRY_SMTP_URL", "is not the address of a mail server", "write smtps://user:password@host:465, or smtp://…:587 for STARTTLS; characters such as @ or / in a password must be percent-encoded")
	case s.SMTPURL != "" && s.MailFrom == "":
		c.fault("TENANTRY_MAIL_FROM", "is not set, but a mail server is", "write the address that mail comes from, or unset TENANTRY_SMTP_URL")
	case s.MailFrom != "":
		if _, err := mail.ParseAddress(s.MailFrom); err != nil {
			c.fault("TENANTRY_MAIL_FROM", "is not an e-mail address", "write portal@example.com")
		}
	}
	return Secret(s.SMTPURL), s.MailFrom
}

const defaultListen = "127.0.0.1:8080"

func (c *checker) listen(s string) string {
	if s == "" {
		return defaultListen
	}
	const fix = "write HOST:PORT, such as 127.0.0.1:8080, or :8080 for all addresses"
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		c.fault("TENANTRY_LISTEN", quote(s)+" is not an address", fix)
		return defaultListen
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		c.fault("TENANTRY_LISTEN", "the port of "+quote(s)+" is not a number from 0 to 65535", fix)
		return defaultListen
	}
	return s
}

// origin is where browsers find us; sign-in cookies and the redirect URI depend on it.
func (c *checker) origin(s, listen string) *url.URL {
	const name = "TENANTRY_URL"
	if s == "" {
		host, _, _ := net.SplitHostPort(listen)
		if !Loopback(host) {
			c.fault(name, "is not set, and the portal listens on more than this machine", "set the origin that people type, such as https://portal.example.com")
		}
		return &url.URL{Scheme: "http", Host: listen}
	}
	u := c.web(name, s, "write the origin that people type, such as https://portal.example.com")
	if u == nil {
		return &url.URL{Scheme: "https", Host: "invalid"}
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
}

// web checks an origin: https, or http on loopback; no path, query or user.
func (c *checker) web(name, s, fix string) *url.URL {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		c.fault(name, quote(s)+" is not a URL", fix)
	case u.User != nil:
		c.fault(name, "holds a user or password", fix)
	case u.Scheme != "http" && u.Scheme != "https":
		c.fault(name, quote(s)+" is neither http nor https", fix)
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		c.fault(name, quote(s)+" is plain http, which would carry tokens in the open", "use https; plain http is taken for localhost and 127.0.0.1 only")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		c.fault(name, quote(s)+" has more than scheme, host and port", "write "+u.Scheme+"://"+u.Host)
	default:
		return u
	}
	return nil
}

// Loopback tells whether a host is this machine only.
func Loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

func (c *checker) owners(s string) []string {
	var owners []string
	for _, o := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		user, domain, ok := strings.Cut(o, "@")
		if !ok || user == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "@") {
			c.fault("TENANTRY_OWNERS", quote(o)+" is not a user principal name", "list accounts of your own tenant, separated by commas: adele@contoso.com,diego@contoso.com")
			continue
		}
		owners = append(owners, strings.ToLower(o))
	}
	return owners
}

var guidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (c *checker) guid(name, s, what string) string {
	lower := strings.ToLower(s)
	switch {
	case s == "":
		c.fault(name, "is not set", "set "+what)
	case !guidForm.MatchString(lower) || strings.Trim(lower, "0-") == "":
		c.fault(name, quote(s)+" is not a GUID", "set "+what)
	}
	return lower
}

// credential wants exactly one, so that nobody rotates the one that is not used.
func (c *checker) credential(s Settings, p *Portal) {
	var given []string
	for name, v := range map[string]string{"AZURE_CLIENT_SECRET": s.ClientSecret, "AZURE_CLIENT_CERTIFICATE_PATH": s.CertificatePath, "AZURE_FEDERATED_TOKEN_FILE": s.FederatedTokenFile} {
		if v != "" {
			given = append(given, name)
		}
	}
	switch len(given) {
	case 0:
		c.fault("AZURE_CLIENT_CERTIFICATE_PATH", "no credential of the app registration is set",
			"set this to a PEM file with certificate and key, or set AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE")
	case 1:
	default:
		c.fault("AZURE_CLIENT_SECRET", "more than one credential is set ("+joinSorted(given)+")", "keep one and unset the others; a certificate is the better choice")
	}
	if guidForm.MatchString(strings.ToLower(s.ClientSecret)) {
		c.fault("AZURE_CLIENT_SECRET", "is a GUID, so it is the secret's ID and not its value", "take the column Value, which the Entra admin center shows only once; if it is gone, make a new secret")
	}
	p.ClientSecret = Secret(s.ClientSecret)
	p.CertificatePath = c.file("AZURE_CLIENT_CERTIFICATE_PATH", s.CertificatePath, "put the PEM file there, readable for the portal's user")
	p.FederatedTokenFile = c.file("AZURE_FEDERATED_TOKEN_FILE", s.FederatedTokenFile, "have the platform put the token there")
}

// file must be there and readable.
func (c *checker) file(name, path, fix string) string {
	if path == "" {
		return ""
	}
	f, err := os.Open(path)
	switch {
	case os.IsNotExist(err):
		c.fault(name, "the file "+quote(path)+" does not exist", fix)
	case err != nil:
		c.fault(name, "the file "+quote(path)+" cannot be read", fix)
	default:
		if st, err := f.Stat(); err == nil && st.IsDir() {
			c.fault(name, quote(path)+" is a directory", fix)
		}
		f.Close()
	}
	return path
}

func (c *checker) cloud(s Settings) Cloud {
	cl, ok := cloudNamed(strings.ToLower(s.Cloud))
	if !ok {
		c.fault("TENANTRY_CLOUD", quote(s.Cloud)+" is not a cloud that is known", "write "+cloudNames)
	}
	for _, o := range []struct {
		name, value string
		host        *string
	}{
		{"AZURE_AUTHORITY_HOST", s.AuthorityHost, &cl.AuthorityHost},
		{"TENANTRY_GRAPH_URL", s.GraphURL, &cl.GraphURL},
		{"TENANTRY_DEFENDER_URL", s.DefenderURL, &cl.DefenderURL},
		{"TENANTRY_PARTNER_CENTER_URL", s.PartnerCenterURL, &cl.PartnerCenterURL},
		{"TENANTRY_ADMIN_CENTER_URL", s.AdminCenterURL, &cl.AdminCenterURL},
	} {
		if o.value == "" {
			continue
		}
		if u := c.web(o.name, o.value, "write scheme, host and port only, or unset it to use the cloud's own"); u != nil {
			*o.host = u.Scheme + "://" + strings.ToLower(u.Host)
		}
	}
	return cl
}

// quote shows what was given, shortened.
func quote(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return strconv.Quote(s)
}

func joinSorted(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ", ")
}
