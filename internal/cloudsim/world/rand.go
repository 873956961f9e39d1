package world

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
)

// Rand is a source that depends on the seed and the parts only, so that an object can be computed at any time, in any order.
func Rand(seed uint64, parts ...any) *rand.Rand {
	h := digest(seed, parts)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(h[:8]), binary.BigEndian.Uint64(h[8:16])))
}

// GUID is a lower-case version 4 GUID that depends on the seed and the parts only.
func GUID(seed uint64, parts ...any) string {
	h := digest(seed, parts)
	h[6] = h[6]&0x0f | 0x40
	h[8] = h[8]&0x3f | 0x80
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:32]
}

func digest(seed uint64, parts []any) [sha256.Size]byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 96), seed)
	for _, p := range parts {
		b = append(b, 0) // so that ("ab","c") and ("a","bc") differ
		switch p := p.(type) {
		case string:
			b = append(b, p...)
		case int:
			b = binary.BigEndian.AppendUint64(b, uint64(p))
		default:
			b = fmt.Append(b, p)
		}
	}
	return sha256.Sum256(b)
}
