package graph

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// object is a JSON object whose members keep the order in which Microsoft writes them.
type object []member

type member struct {
	name  string
	value any
}

// raw is JSON written already.
type raw []byte

// onlyWhenSelected marks a value that the service leaves out unless $select names it.
type onlyWhenSelected struct{ value any }

func (o object) get(name string) (any, bool) {
	for _, m := range o {
		if m.name == name {
			if v, ok := m.value.(onlyWhenSelected); ok {
				return v.value, true
			}
			return m.value, true
		}
	}
	return nil, false
}

func (o object) text(name string) string {
	v, _ := o.get(name)
	s, _ := v.(string)
	return s
}

func appendObject(b []byte, o object) []byte {
	b = append(b, '{')
	first := true
	for _, m := range o {
		if _, hidden := m.value.(onlyWhenSelected); hidden {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendName(b, m.name)
		b = appendValue(b, m.value)
	}
	return append(b, '}')
}

// appendValue writes the few types that the families use. An unknown type is a mistake in this package, so it panics.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case time.Time:
		return appendTime(b, v)
	case object:
		return appendObject(b, v)
	case raw:
		return append(b, v...)
	case onlyWhenSelected:
		return appendValue(b, v.value)
	case []string:
		return appendEach(b, v, func(b []byte, s string) []byte { return appendString(b, s) })
	case []object:
		return appendEach(b, v, appendObject)
	}
	panic("graph: no JSON for this type")
}

func appendEach[T any](b []byte, items []T, put func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, it := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = put(b, it)
	}
	return append(b, ']')
}

func appendName(b []byte, name string) []byte {
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

const hexDigits = "0123456789abcdef"

// appendString escapes what JSON requires and nothing else, as the service does.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(b, s[start:i]...)
				b = append(b, `\ufffd`...)
				start = i + 1
			}
			i += size
			continue
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, c)
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// appendTime writes a quoted DateTimeOffset in UTC with up to seven digits of a second. The zero time is Microsoft's "never".
func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = appendStamp(b, t)
	return append(b, '"')
}

func appendStamp(b []byte, t time.Time) []byte {
	t = t.UTC()
	y, mo, d := t.Date()
	h, mi, s := t.Clock()
	b = appendDigits(b, y, 4)
	b = append(b, '-')
	b = appendDigits(b, int(mo), 2)
	b = append(b, '-')
	b = appendDigits(b, d, 2)
	b = append(b, 'T')
	b = appendDigits(b, h, 2)
	b = append(b, ':')
	b = appendDigits(b, mi, 2)
	b = append(b, ':')
	b = appendDigits(b, s, 2)
	if ticks := t.Nanosecond() / 100; ticks != 0 { // .NET counts in units of 100 ns
		n := 7
		for ticks%10 == 0 {
			ticks /= 10
			n--
		}
		b = append(b, '.')
		b = appendDigits(b, ticks, n)
	}
	return append(b, 'Z')
}

func appendDigits(b []byte, v, width int) []byte {
	var tmp [8]byte
	for i := width - 1; i >= 0; i-- {
		tmp[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, tmp[:width]...)
}
