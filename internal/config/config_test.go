package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/config"
)

// good is the least that works.
var good = map[string]string{
	"AZURE_TENANT_ID":     "AAAAAAAA-0000-4000-8000-000000000001",
	"AZURE_CLIENT_ID":     "bbbbbbbb-0000-4000-8000-000000000002",
	"AZURE_CLIENT_SECRET": "hunter2~value",
}

func load(changes map[string]string) (config.Portal, error) {
	env := maps.Clone(good)
	maps.Copy(env, changes)
	return config.Load(func(name string) string { return env[name] })
}

func TestDefaults(t *testing.T) {
	p, err := load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.HomeTenant != "aaaaaaaa-0000-4000-8000-000000000001" || p.Origin() != "http://127.0.0.1:8080" || p.Listen != "127.0.0.1:8080" || p.Secure() {
		t.Errorf("portal = %+v", p)
	}
	if p.Cloud.Name != "global" || p.Cloud.GraphURL != "https://graph.microsoft.com" || p.ClientSecret.Reveal() != "hunter2~value" {
		t.Errorf("cloud = %+v", p.Cloud)
	}
}

func TestAllThatIsSet(t *testing.T) {
	p, err := load(map[string]string{
		"TENANTRY_URL": "https://Portal.Example.com/", "TENANTRY_LISTEN": ":443", "TENANTRY_OWNERS": "Adele@Contoso.com, diego@contoso.com",
		"TENANTRY_CLOUD": "USGov", "TENANTRY_GRAPH_URL": "http://127.0.0.1:9401", "DATABASE_URL": "host=/run/postgresql user=portal",
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.Origin() != "https://portal.example.com" || !p.Secure() || !slices.Equal(p.Owners, []string{"adele@contoso.com", "diego@contoso.com"}) {
		t.Errorf("portal = %+v", p)
	}
	c := p.Cloud
	if c.AuthorityHost != "https://login.microsoftonline.us" || c.GraphURL != "http://127.0.0.1:9401" || c.GraphResource != "https://graph.microsoft.us" {
		t.Errorf("cloud = %+v", c)
	}
}

func TestFaults(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		name    string
		changes map[string]string
		want    []string // names, in order
	}{
		{"nothing set", map[string]string{"AZURE_TENANT_ID": "", "AZURE_CLIENT_ID": "", "AZURE_CLIENT_SECRET": ""},
			[]string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"}},
		{"malformed GUIDs", map[string]string{"AZURE_TENANT_ID": "contoso.com", "AZURE_CLIENT_ID": "00000000-0000-0000-0000-000000000000"},
			[]string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID"}},
		{"http in the open", map[string]string{"TENANTRY_URL": "http://portal.example.com"}, []string{"TENANTRY_URL"}},
		{"http on loopback", map[string]string{"TENANTRY_URL": "http://localhost:9000"}, nil},
		{"http on IPv6 loopback", map[string]string{"TENANTRY_URL": "http://[::1]:9000"}, nil},
		{"http on a name that looks local", map[string]string{"TENANTRY_URL": "http://localhost.example.com"}, []string{"TENANTRY_URL"}},
		{"a path", map[string]string{"TENANTRY_URL": "https://example.com/portal"}, []string{"TENANTRY_URL"}},
		{"no URL", map[string]string{"TENANTRY_URL": "portal.example.com"}, []string{"TENANTRY_URL"}},
		{"ftp", map[string]string{"TENANTRY_URL": "ftp://example.com"}, []string{"TENANTRY_URL"}},
		{"all addresses, no origin", map[string]string{"TENANTRY_LISTEN": ":8080"}, []string{"TENANTRY_URL"}},
		{"bad listen", map[string]string{"TENANTRY_LISTEN": "8080"}, []string{"TENANTRY_LISTEN"}},
		{"bad port", map[string]string{"TENANTRY_LISTEN": "127.0.0.1:99999"}, []string{"TENANTRY_LISTEN"}},
		{"unknown cloud", map[string]string{"TENANTRY_CLOUD": "germany"}, []string{"TENANTRY_CLOUD"}},
		{"two credentials", map[string]string{"AZURE_CLIENT_CERTIFICATE_PATH": "config_test.go"}, []string{"AZURE_CLIENT_SECRET"}},
		{"the secret's id", map[string]string{"AZURE_CLIENT_SECRET": "cccccccc-0000-4000-8000-000000000003"}, []string{"AZURE_CLIENT_SECRET"}},
		{"no certificate file", map[string]string{"AZURE_CLIENT_SECRET": "", "AZURE_CLIENT_CERTIFICATE_PATH": filepath.Join(dir, "none.pem")}, []string{"AZURE_CLIENT_CERTIFICATE_PATH"}},
		{"a directory", map[string]string{"TENANTRY_KEYSET": dir}, []string{"TENANTRY_KEYSET"}},
		{"no authorities", map[string]string{"SSL_CERT_FILE": filepath.Join(dir, "none")}, []string{"SSL_CERT_FILE"}},
		{"bad owner", map[string]string{"TENANTRY_OWNERS": "adele@contoso.com,diego,@x.com"}, []string{"TENANTRY_OWNERS", "TENANTRY_OWNERS"}},
		{"bad database", map[string]string{"DATABASE_URL": "mysql://u:hunter2@h/d"}, []string{"DATABASE_URL"}},
		{"unreadable database", map[string]string{"DATABASE_URL": "postgres://u:hunter2%zz@h/d"}, []string{"DATABASE_URL"}},
		{"replica alone", map[string]string{"DATABASE_REPLICA_URL": "postgres://h/d"}, []string{"DATABASE_REPLICA_URL"}},
		{"authority in the open", map[string]string{"AZURE_AUTHORITY_HOST": "http://login.example.com", "TENANTRY_GRAPH_URL": "https://u:hunter2@h"},
			[]string{"AZURE_AUTHORITY_HOST", "TENANTRY_GRAPH_URL"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := load(tc.changes)
			var faults config.Faults
			errors.As(err, &faults)
			var got []string
			for _, f := range faults {
				got = append(got, f.Name)
				if f.Problem == "" || f.Fix == "" {
					t.Errorf("%s says no problem or no fix: %+v", f.Name, f)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("faults of %q, want %q: %v", got, tc.want, err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

func TestFlagsWin(t *testing.T) {
	env := maps.Clone(good)
	env["TENANTRY_LISTEN"] = "127.0.0.1:1"
	s := config.Settings{Listen: "127.0.0.1:2"}.Fill(func(n string) string { return env[n] })
	if p, err := s.Check(); err != nil || p.Listen != "127.0.0.1:2" || p.ClientID != good["AZURE_CLIENT_ID"] {
		t.Errorf("portal = %+v, %v", p, err)
	}
}

func TestSecretNeverShows(t *testing.T) {
	const value = "hunter2"
	holder := struct {
		S config.Secret
		M map[string]config.Secret
	}{value, map[string]config.Secret{"k": value}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t", "%T %v"} {
		fmt.Fprintf(&out, verb+"\n", holder)
		fmt.Fprintf(&out, verb+"\n", config.Secret(value))
	}
	json.NewEncoder(&out).Encode(holder)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "holder", holder, "secret", config.Secret(value))
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "holder", holder, "secret", config.Secret(value))
	if s := out.String(); strings.Contains(s, value) || strings.Contains(s, fmt.Sprintf("%x", value)) || !strings.Contains(s, "REDACTED") {
		t.Error(s)
	}
	p, err := load(map[string]string{"DATABASE_URL": "postgres://u:" + value + "@h/d"})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%+v %#v", p, p); strings.Contains(s, value) {
		t.Error(s)
	}
}

func TestUnreadableFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads every file")
	}
	path := filepath.Join(t.TempDir(), "closed.pem")
	if err := os.WriteFile(path, nil, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := load(map[string]string{"AZURE_CLIENT_SECRET": "", "AZURE_CLIENT_CERTIFICATE_PATH": path}); err == nil {
		t.Error("taken")
	}
}
