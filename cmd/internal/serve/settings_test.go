package serve

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/keyset"
)

// TestSettingsHoldNoSecret puts a canary into every secret and looks for it in what owners may see.
func TestSettingsHoldNoSecret(t *testing.T) {
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]config.Portal{
		"client secret": {ClientSecret: "canary", DatabaseURL: "postgres://tenantry:canary@db.example/tenantry"},
		"certificate":   {CertificatePath: "/etc/tenantry/canary.pem"},
		"federation":    {FederatedTokenFile: "/var/run/canary"},
	} {
		c.URL = &url.URL{Scheme: "https", Host: "portal.example"}
		p := &Portal{Config: c, Keys: keys}
		b, err := json.Marshal(p.settings())
		if err != nil {
			t.Fatal(err)
		}
		if text := string(b); strings.Contains(text, "canary") || !strings.Contains(text, `"Credential"`) {
			t.Errorf("%s: %s", name, text)
		}
	}
}
