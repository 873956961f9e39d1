// Package keyset encrypts what must not lie readable in the database: refresh tokens, PKCE verifiers, secrets that customers give us.
//
// Each ciphertext is bound to a tenant and a column, so that a row copied to another tenant does not open. The key that sealed it is named
// inside, so that rotation is adding a key and making it the one that seals. What is encrypted, and when, is decided by the rooms that store it.
package keyset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	tinkkeyset "github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/tenantry/tenantry/internal/tenant"
)

// ErrOpen tells that a ciphertext does not open: another tenant's, another column's, damaged, or sealed with a key that is gone.
var ErrOpen = errors.New("the ciphertext does not open with this keyset")

// Keys is a keyset in a file, as other Tink programs read it. Several processes may use one file; each sees a rotation within a second.
type Keys struct {
	path string

	mu     sync.Mutex
	handle *tinkkeyset.Handle
	aead   tink.AEAD
	stamp  stamp
	looked time.Time
}

// stamp tells whether the file is still the one that was read.
type stamp struct {
	modified time.Time
	size     int64
}

// lookAgain is how old our knowledge of the file may be.
const lookAgain = time.Second

// Load reads a keyset that somebody provides, such as a mounted secret.
func Load(path string) (*Keys, error) {
	k := &Keys{path: path}
	if err := k.read(); err != nil {
		return nil, err
	}
	return k, nil
}

// LoadOrCreate reads the keyset of the data directory, making it (0600) on the first start. Two processes at once end up with the same one.
func LoadOrCreate(path string) (*Keys, error) {
	// The data directory itself must let Postgres' user through; only the keys' own is closed.
	if err := os.MkdirAll(filepath.Dir(filepath.Dir(path)), 0o755); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the keyset: %w", err)
	}
	unlock, err := lock(path)
	if err != nil {
		return nil, err
	}
	defer unlock()
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		h, err := tinkkeyset.NewHandle(aead.AES256GCMKeyTemplate())
		if err != nil {
			return nil, fmt.Errorf("make a keyset: %w", err)
		}
		if err := write(path, h); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("keyset: %w", err)
	case st.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("keyset %s can be read by other users (mode %04o): run chmod 600 on it", path, st.Mode().Perm())
	}
	return Load(path)
}

// Seal encrypts for one tenant and column. The zero tenant stands for the portal itself.
func (k *Keys) Seal(plaintext []byte, tid tenant.ID, column string) ([]byte, error) {
	a, err := k.current(lookAgain)
	if err != nil {
		return nil, err
	}
	sealed, err := a.Encrypt(plaintext, bound(tid, column))
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", column, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same tenant and column; anything else is ErrOpen.
func (k *Keys) Open(ciphertext []byte, tid tenant.ID, column string) ([]byte, error) {
	a, err := k.current(lookAgain)
	if err != nil {
		return nil, err
	}
	plain, err := a.Decrypt(ciphertext, bound(tid, column))
	if err == nil {
		return plain, nil
	}
	if a, err = k.current(0); err != nil { // a key may have come a moment ago, by another process
		return nil, err
	}
	if plain, err = a.Decrypt(ciphertext, bound(tid, column)); err != nil {
		return nil, fmt.Errorf("open %s: %w", column, ErrOpen)
	}
	return plain, nil
}

// Key is one key of the set, without its secret.
type Key struct {
	ID      uint32
	Primary bool // seals; the others only open
}

// List tells the keys, in the order in which they were added.
func (k *Keys) List() []Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	info := k.handle.KeysetInfo()
	keys := make([]Key, 0, len(info.GetKeyInfo()))
	for _, i := range info.GetKeyInfo() {
		keys = append(keys, Key{ID: i.GetKeyId(), Primary: i.GetKeyId() == info.GetPrimaryKeyId()})
	}
	return keys
}

// Rotate adds a key and has it seal from now on. The older keys stay, for what they sealed.
func (k *Keys) Rotate() error {
	unlock, err := lock(k.path)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := k.current(0); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	m := tinkkeyset.NewManagerFromHandle(k.handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err == nil {
		err = m.SetPrimary(id)
	}
	if err != nil {
		return fmt.Errorf("add a key: %w", err)
	}
	h, err := m.Handle()
	if err != nil {
		return fmt.Errorf("add a key: %w", err)
	}
	if err := write(k.path, h); err != nil {
		return err
	}
	return k.read()
}

// bound is the associated data. A GUID has a fixed length, so no two pairs look alike.
func bound(tid tenant.ID, column string) []byte { return []byte(tid.String() + "/" + column) }

// current is the cipher of the file as it is now, give or take maxAge.
func (k *Keys) current(maxAge time.Duration) (tink.AEAD, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.looked) < maxAge {
		return k.aead, nil
	}
	if st, err := os.Stat(k.path); err == nil && (stamp{st.ModTime(), st.Size()}) != k.stamp {
		if err := k.read(); err != nil {
			return nil, err
		}
	}
	k.looked = time.Now()
	return k.aead, nil
}

// read takes the file's content. Errors name the file, never what is in it.
func (k *Keys) read() error {
	f, err := os.Open(k.path)
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	h, err := insecurecleartextkeyset.Read(tinkkeyset.NewJSONReader(f))
	if err != nil {
		return fmt.Errorf("keyset %s is not a Tink keyset in JSON", k.path)
	}
	a, err := aead.New(h)
	if err != nil {
		return fmt.Errorf("keyset %s holds no AEAD keys", k.path)
	}
	k.handle, k.aead, k.stamp, k.looked = h, a, stamp{st.ModTime(), st.Size()}, time.Now()
	return nil
}

// write replaces the file in one step, so that a reader or a crash never meets half of it.
func write(path string, h *tinkkeyset.Handle) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".keyset-*") // 0600
	if err != nil {
		return fmt.Errorf("write the keyset: %w", err)
	}
	defer os.Remove(f.Name())
	err = insecurecleartextkeyset.Write(h, tinkkeyset.NewJSONWriter(f))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the keyset: %w", err)
	}
	return nil
}

// lock keeps two processes from making or rotating at once.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the keyset: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock the keyset: %w", err)
	}
	return func() { f.Close() }, nil
}
