package webhook

import (
	"crypto/rand"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Sealer seals secrets; column says which setting one belongs to, so that it opens nowhere else.
type Sealer interface {
	Seal(plaintext []byte, tid tenant.ID, column string) ([]byte, error)
	Open(ciphertext []byte, tid tenant.ID, column string) ([]byte, error)
}

// Renew is the sealed secret that goes with an address when somebody saves it: none without an address, a new one where there was none or where
// it is asked for, else the one there was. made is a new one itself, to be shown this once.
func Renew(keys Sealer, column, address string, sealed []byte, anew bool) (kept []byte, made string, err error) {
	switch {
	case address == "":
		return nil, "", nil
	case len(sealed) > 0 && !anew:
		return sealed, "", nil
	}
	made = rand.Text()
	kept, err = keys.Seal([]byte(made), tenant.ID{}, column)
	return kept, made, err
}

// Secret opens a sealed one; "" where none was made.
func Secret(keys Sealer, column string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	secret, err := keys.Open(sealed, tenant.ID{}, column)
	return string(secret), err
}
