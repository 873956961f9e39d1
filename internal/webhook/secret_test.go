package webhook

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/tenantry/tenantry/internal/keyset"
)

func TestSecretsAreMadeOnceAndOnRequest(t *testing.T) {
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	renew := func(address string, sealed []byte, anew bool) ([]byte, string) {
		t.Helper()
		kept, made, err := Renew(keys, "setting.a", address, sealed, anew)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Secret(keys, "setting.a", kept); err != nil || made != "" && got != made {
			t.Fatalf("%q opens as %q: %v", made, got, err)
		}
		return kept, made
	}
	if kept, made := renew("", []byte("sealed"), true); kept != nil || made != "" {
		t.Errorf("without an address a secret is kept: %q, %q", kept, made)
	}
	first, made := renew("https://siem.example", nil, false)
	if made == "" {
		t.Error("an address that is new has no secret")
	}
	if kept, again := renew("https://siem.example/other", first, false); again != "" || !bytes.Equal(kept, first) {
		t.Errorf("a secret is made anew though nobody asked: %q", again)
	}
	if kept, other := renew("https://siem.example", first, true); other == "" || other == made || bytes.Equal(kept, first) {
		t.Errorf("a new secret was asked for: %q after %q", other, made)
	}
	if _, err := Secret(keys, "setting.b", first); err == nil {
		t.Error("the secret of one setting opens as that of another")
	}
}
