package graph

import (
	"encoding/hex"
	"strings"
)

// mix is splitmix64's finaliser: equal input gives equal output, close inputs give unrelated ones.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// draw is a stream of pseudo-random numbers that belongs to one object: the seed, the kind, the tenant and the object's index
// determine it, so an object can be computed at any time and in any order.
type draw struct{ state uint64 }

func newDraw(seed uint64, kind objectKind, tenant, index int) draw {
	return draw{mix(mix(seed^uint64(kind)*0x9e3779b97f4a7c15)^uint64(tenant)<<40) ^ mix(uint64(index)+0x51ed270b)}
}

func (d *draw) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	x := d.state
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// n gives 0 ≤ x < n.
func (d *draw) n(n int) int { return int(d.next() % uint64(n)) }

// between gives lo ≤ x ≤ hi.
func (d *draw) between(lo, hi int) int { return lo + d.n(hi-lo+1) }

// share gives 0 ≤ x < 1.
func (d *draw) share() float64 { return float64(d.next()>>11) / (1 << 53) }

// is answers yes with probability p.
func (d *draw) is(p float64) bool { return d.share() < p }

func pick[T any](d *draw, from []T) T { return from[d.n(len(from))] }

// letters gives n characters of an alphabet.
func (d *draw) letters(alphabet string, n int) string {
	var b [40]byte
	for i := range n {
		b[i] = alphabet[d.next()%uint64(len(alphabet))]
	}
	return string(b[:n])
}

const (
	digits   = "0123456789"
	upperHex = "0123456789ABCDEF"
	serials  = "0123456789BCDFGHJKLMNPQRSTVWXYZ" // no vowels, as makers print them
)

// objectKind keeps the numbers of different kinds of object apart.
type objectKind uint64

const (
	kindDevice objectKind = iota + 1
	kindEntraDevice
	kindPerson
	kindGroup
	kindCategory
	kindApp
	kindAppCategory
	kindDetectedApp
	kindGallery
	kindApplication
	kindServicePrincipal
	kindGalleryAppID
	kindJob
	kindEvent
	kindChange
	kindCycle
	kindSystem
	kindAssignment
	kindPolicy
	kindAppRole
	kindSubscription
	kindRoleAssignment
	kindDrift
	kindRequest
	kindOrganization
	kindIntune // policies, roles, tokens and connectors; see class
	kindAutopilot
	kindAudit
	kindMalware
	kindFailing
	kindOrder
	kindLogon
)

// guid is 16 bytes as they are written.
type guid [16]byte

// newGUID makes the object's GUID. Unlike a hash it can be read back (see index): the low 48 bits are the index, hidden by a mask
// made of the rest, so that a lookup by id costs no search.
func newGUID(seed uint64, kind objectKind, tenant, index int) guid {
	d := newDraw(seed, kind, tenant, index)
	hi := d.next()&^0xf000 | 0x4000 // version 4
	mid := d.next()&0x3fff | 0x8000 // variant 1
	low := (uint64(index) ^ maskOf(seed, kind, tenant, hi, mid)) & (1<<48 - 1)
	var g guid
	for i := range 8 {
		g[i] = byte(hi >> (56 - 8*i))
	}
	g[8], g[9] = byte(mid>>8), byte(mid)
	for i := range 6 {
		g[10+i] = byte(low >> (40 - 8*i))
	}
	return g
}

func maskOf(seed uint64, kind objectKind, tenant int, hi, mid uint64) uint64 {
	return mix(mix(hi^seed) ^ mid ^ uint64(kind)<<32 ^ uint64(tenant))
}

// indexOf reads the index out of a GUID that newGUID made for the same seed, kind and tenant; any other GUID is not ok.
func indexOf(text string, seed uint64, kind objectKind, tenant int) (index int, ok bool) {
	g, ok := parseGUID(text)
	if !ok {
		return 0, false
	}
	var hi, low uint64
	for i := range 8 {
		hi = hi<<8 | uint64(g[i])
	}
	mid := uint64(g[8])<<8 | uint64(g[9])
	for i := range 6 {
		low = low<<8 | uint64(g[10+i])
	}
	index = int((low ^ maskOf(seed, kind, tenant, hi, mid)) & (1<<48 - 1))
	return index, index < 1<<40 && newGUID(seed, kind, tenant, index) == g
}

func parseGUID(text string) (guid, bool) {
	var g guid
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return g, false
	}
	var flat [32]byte
	n := 0
	for i := range len(text) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			continue
		}
		flat[n] = text[i]
		n++
	}
	_, err := hex.Decode(g[:], flat[:])
	return g, err == nil
}

func (g guid) append(b []byte) []byte {
	for i, c := range g {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

func (g guid) String() string { return string(g.append(make([]byte, 0, 36))) }

const zeroGUID = "00000000-0000-0000-0000-000000000000"

func undashed(id string) string { return strings.ReplaceAll(id, "-", "") }
