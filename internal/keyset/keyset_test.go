package keyset_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = mustID("11111111-1111-4111-8111-111111111111")
	fabrikam = mustID("22222222-2222-4222-8222-222222222222")
)

func mustID(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func create(t *testing.T) (*keyset.Keys, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data", "keyset.json")
	k, err := keyset.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	return k, path
}

func TestSealIsBoundToTenantAndColumn(t *testing.T) {
	k, path := create(t)
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode of the file = %v, %v", st.Mode(), err)
	}
	secret := []byte("a refresh token")
	sealed, err := k.Seal(secret, contoso, "refresh")
	if err != nil || bytes.Contains(sealed, secret) {
		t.Fatalf("Seal = %q, %v", sealed, err)
	}
	if got, err := k.Open(sealed, contoso, "refresh"); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("Open = %q, %v", got, err)
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another tenant": func() ([]byte, error) { return k.Open(sealed, fabrikam, "refresh") },
		"another column": func() ([]byte, error) { return k.Open(sealed, contoso, "verifier") },
		"one bit":        func() ([]byte, error) { return k.Open(broken, contoso, "refresh") },
		"nothing":        func() ([]byte, error) { return k.Open(nil, contoso, "refresh") },
	} {
		if got, err := open(); !errors.Is(err, keyset.ErrOpen) || got != nil {
			t.Errorf("%s: Open = %q, %v", name, got, err)
		}
	}
}

func TestRotateKeepsTheOldReadableInEveryProcess(t *testing.T) {
	k, path := create(t)
	old, err := k.Seal([]byte("old"), contoso, "c")
	if err != nil {
		t.Fatal(err)
	}
	other, err := keyset.Load(path) // as another process has it
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	keys := k.List()
	if len(keys) != 2 || keys[0].Primary || !keys[1].Primary {
		t.Errorf("keys after rotation: %+v", keys)
	}
	fresh, err := k.Seal([]byte("fresh"), contoso, "c")
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*keyset.Keys{"one that rotated": k, "another": other} {
		for want, sealed := range map[string][]byte{"old": old, "fresh": fresh} {
			if got, err := p.Open(sealed, contoso, "c"); err != nil || string(got) != want {
				t.Errorf("%s: Open = %q, %v, want %q", name, got, err, want)
			}
		}
	}
}

func TestFirstStartOfManyMakesOneKeyset(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keyset.json")
	var wg sync.WaitGroup
	all := make([]*keyset.Keys, 8)
	for i := range all {
		wg.Go(func() {
			var err error
			if all[i], err = keyset.LoadOrCreate(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	sealed, err := all[0].Seal([]byte("x"), contoso, "c")
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range all {
		if _, err := k.Open(sealed, contoso, "c"); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
	}
}

func TestBadFiles(t *testing.T) {
	k, path := create(t)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keyset.LoadOrCreate(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by all: %v", err)
	}
	if _, err := keyset.Load(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	const secret = "not-a-keyset-but-secret"
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyset.Load(path); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("not a keyset: %v", err)
	}
	if err := k.Rotate(); err == nil {
		t.Error("Rotate overwrote a file that it could not read")
	}
}
