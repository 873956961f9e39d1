package graph

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Object is an entity member by member, as Graph sent it: for families whose types differ so much that a feature picks by name what it
// keeps. A path such as "iosRestriction.platformBlocked" leads into an object within.
type Object map[string]jsontext.Value

func (o Object) at(path string) jsontext.Value {
	name, rest, deeper := strings.Cut(path, ".")
	if raw, ok := o[path]; ok || !deeper { // annotations such as @odata.type have dots of their own
		return raw
	}
	var in Object
	if raw := o[name]; raw.Kind() != '{' || json.Unmarshal(raw, &in, lenient) != nil {
		return nil
	}
	return in.at(rest)
}

// Text is a member as text: numbers and truth values as JSON writes them, lists joined by ", ", null, objects and what is missing empty.
func (o Object) Text(path string) string { return textOf(o.at(path)) }

func textOf(raw jsontext.Value) string {
	switch raw.Kind() {
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s, lenient) // the page was valid JSON
		return s
	case '0', 't', 'f':
		return strings.TrimSpace(string(raw))
	case '[':
		var list []jsontext.Value
		if json.Unmarshal(raw, &list, lenient) != nil {
			return ""
		}
		parts := make([]string, 0, len(list))
		for _, v := range list {
			if s := textOf(v); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// Raw is the member of exactly that name as text, of any kind: objects and lists as JSON writes them, null and what is missing empty.
func (o Object) Raw(name string) string {
	raw := o[name]
	if k := raw.Kind(); k == '{' || k == '[' {
		return strings.TrimSpace(string(raw))
	}
	return textOf(raw)
}

// Time is a member as a point in time; the zero time is never, as with Time.
func (o Object) Time(path string) time.Time {
	raw := o.at(path)
	if raw.Kind() != '"' {
		return time.Time{}
	}
	return parseTime(textOf(raw))
}

// Int is a member as a whole number, 0 where it is none.
func (o Object) Int(path string) int64 { return int64(parseInt(o.Text(path))) }
