// Package audit keeps what people and the portal did, for good: an append-only chain of records for each tenant, in which every record
// carries the hash of the one before. An export can be checked offline, by us or by the customer, against a head that somebody wrote down.
//
// It does not decide what is worth a record; the rooms that act do. It names no feature.
package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Entry is what somebody did, before it has a place in the chain.
type Entry struct {
	Actor       string    // who, as people know them: "Adele Vance (adele@contoso.com)", or "Tenantry" for the portal itself
	ActorTenant tenant.ID // where the account lives; zero for the portal itself
	ActorObject string    // object id of the account there
	Action      string    // dotted, for example consent.link.created
	Object      string    // what it was done to
	Detail      map[string]any
	RequestID   string
}

// By begins an entry of a person. The zero person is the portal itself.
func By(p tenant.Person) Entry {
	e := Entry{Actor: "Tenantry", ActorTenant: p.Tenant, ActorObject: p.ObjectID}
	switch {
	case p.Name != "" && p.UPN != "":
		e.Actor = p.Name + " (" + p.UPN + ")"
	case p.Name != "" || p.UPN != "":
		e.Actor = p.Name + p.UPN
	case p.ObjectID != "":
		e.Actor = p.ObjectID
	}
	return e
}

// NameOf is somebody's name alone, of the words that an entry has for them.
func NameOf(actor string) string {
	name, _, _ := strings.Cut(actor, " (")
	return name
}

// Record is an entry in its tenant's chain.
type Record struct {
	Tenant tenant.ID
	Seq    int64 // 1 for the first record of the tenant
	At     time.Time
	Entry
	PrevHash []byte // 32 zero bytes in the first record
	Hash     []byte
}

// line is a record in an export. Its hash is the SHA-256 of its own JSON in the canonical form of RFC 8785, without the member hash.
type line struct {
	Tenant      string         `json:"tenant"`
	Seq         int64          `json:"seq"`
	At          string         `json:"at"`
	Actor       string         `json:"actor"`
	ActorTenant string         `json:"actor_tenant,omitzero"`
	ActorObject string         `json:"actor_object,omitzero"`
	Action      string         `json:"action"`
	Object      string         `json:"object,omitzero"`
	Detail      jsontext.Value `json:"detail"`
	RequestID   string         `json:"request_id,omitzero"`
	Prev        string         `json:"prev"`
	Hash        string         `json:"hash,omitzero"`
}

// timeForm has the microseconds that Postgres keeps.
const timeForm = "2006-01-02T15:04:05.000000Z"

func (r Record) line() (line, error) {
	detail, err := json.Marshal(r.Detail)
	if err != nil {
		return line{}, fmt.Errorf("detail of %s: %w", r.Action, err)
	}
	l := line{
		Tenant: r.Tenant.String(), Seq: r.Seq, At: r.At.UTC().Format(timeForm),
		Actor: r.Actor, ActorObject: r.ActorObject,
		Action: r.Action, Object: r.Object, Detail: detail, RequestID: r.RequestID,
		Prev: hex.EncodeToString(r.PrevHash), Hash: hex.EncodeToString(r.Hash),
	}
	if !r.ActorTenant.IsZero() {
		l.ActorTenant = r.ActorTenant.String()
	}
	return l, nil
}

// sum is the hash that the line ought to carry.
func (l line) sum() ([]byte, error) {
	l.Hash = ""
	b, err := jsonv2.Marshal(l)
	if err != nil {
		return nil, err
	}
	v := jsontext.Value(b)
	if err := v.Canonicalize(); err != nil {
		return nil, err
	}
	h := sha256.Sum256(v)
	return h[:], nil
}

// maxDetail in bytes of JSON: an audit tells what was done; it is no store for content.
const maxDetail = 64 << 10

// cleaned is the entry as Postgres can hold it: valid UTF-8 without NUL, object ids in lower case, a detail that is never nil.
func (e Entry) cleaned() (Entry, error) {
	if e.Action == "" || e.Actor == "" {
		return e, fmt.Errorf("audit entry without action or actor: %w", errs.Invalid)
	}
	for _, s := range []*string{&e.Actor, &e.Action, &e.Object, &e.RequestID} {
		*s = cleanText(*s)
	}
	if e.ActorObject != "" {
		id, err := tenant.ParseID(e.ActorObject)
		if err != nil {
			return e, fmt.Errorf("audit entry %s: object id of the actor: %w", e.Action, errs.Invalid)
		}
		e.ActorObject = id.String()
	}
	b, err := json.Marshal(e.Detail)
	if err != nil {
		return e, fmt.Errorf("audit entry %s: detail: %w", e.Action, err)
	}
	if len(b) > maxDetail {
		return e, fmt.Errorf("audit entry %s: detail of %d bytes: %w", e.Action, len(b), errs.Invalid)
	}
	e.Detail, err = parseDetail(b)
	return e, err
}

// parseDetail reads numbers as written, so that none changes on the way through Go.
func parseDetail(b []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("audit detail: %w", err)
	}
	if m == nil {
		return map[string]any{}, nil
	}
	return cleanValue(m).(map[string]any), nil
}

func cleanValue(v any) any {
	switch v := v.(type) {
	case string:
		return cleanText(v)
	case []any:
		for i := range v {
			v[i] = cleanValue(v[i])
		}
	case map[string]any:
		clean := make(map[string]any, len(v))
		for k, e := range v {
			clean[cleanText(k)] = cleanValue(e)
		}
		return clean
	}
	return v
}

// cleanText replaces what neither text nor jsonb can hold.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
