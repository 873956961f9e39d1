package configuration

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/postgres"
)

// Limits of what is kept of one policy. No honest policy comes near them.
const (
	maxDepth = 48      // of objects within one another
	maxDoc   = 2 << 20 // bytes of settings
	maxKey   = 400     // bytes of what indexes hold: Postgres takes no entry beyond 2,700
)

// tooMuch stands where something was too deep or too large to be kept.
const tooMuch = "[too large to be kept]"

// parse reads Graph's JSON into maps, lists, texts, truth values, nil and json.Number: numbers keep their digits, and what Postgres
// cannot hold (NUL, broken UTF-8, numbers beyond any range) is replaced.
func parse(raw []byte) (any, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return value(dec, 0)
}

func value(dec *jsontext.Decoder, depth int) (any, error) {
	if k := dec.PeekKind(); depth > maxDepth && (k == '{' || k == '[') {
		return tooMuch, dec.SkipValue()
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case '{':
		return members(dec, depth)
	case '[':
		return elements(dec, depth)
	case '"':
		return postgres.Clean(tok.String()), nil
	case '0':
		return number(tok.String()), nil
	case 't', 'f':
		return tok.Bool(), nil
	case 'n':
		return nil, nil
	}
	return nil, errors.New("unexpected token")
}

func members(dec *jsontext.Decoder, depth int) (any, error) {
	o := map[string]any{}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		key := postgres.Clean(name.String())
		if o[key], err = value(dec, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return o, err
}

func elements(dec *jsontext.Decoder, depth int) (any, error) {
	list := []any{}
	for dec.PeekKind() != ']' {
		v, err := value(dec, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.ReadToken()
	return list, err
}

// number keeps the digits; one that no other program could hold becomes a text.
func number(s string) any {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) || len(s) > 40 {
		return s[:min(len(s), 40)]
	}
	return json.Number(s)
}

// canonical is the JSON of a tree, members sorted by name; the same tree always makes the same text.
func canonical(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil || b.Len() > maxDoc {
		return json.RawMessage(`"` + tooMuch + `"`)
	}
	return json.RawMessage(bytes.TrimSpace(b.Bytes()))
}

// str, num and obj read a member of an object; what is of another type counts as missing.
func str(o map[string]any, name string) string {
	s, _ := o[name].(string)
	return s
}

func num(o map[string]any, name string) int64 {
	n, _ := numbered(o, name)
	return n
}

// counted tells whether a member is a number of things: one that is not said, or absurd, must not count as none.
func counted(o map[string]any, name string) bool {
	n, ok := numbered(o, name)
	return ok && n >= 0
}

func numbered(o map[string]any, name string) (n int64, ok bool) {
	var text string
	switch v := o[name].(type) {
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(f) >= 1<<53 {
		return 0, false
	}
	return int64(f), true
}

func obj(o map[string]any, name string) map[string]any {
	in, _ := o[name].(map[string]any)
	return in
}

func list(o map[string]any, name string) []map[string]any {
	raw, _ := o[name].([]any)
	var out []map[string]any
	for _, v := range raw {
		if in, ok := v.(map[string]any); ok {
			out = append(out, in)
		}
	}
	return out
}

func texts(o map[string]any, name string) []string {
	raw, _ := o[name].([]any)
	var out []string
	for _, v := range raw {
		if s, ok := v.(string); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// cut is the beginning of a text, of at most n bytes.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
