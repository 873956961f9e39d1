package hunting

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

type condition = func(row []any) bool

func (p *parser) either() condition {
	all := []condition{p.both()}
	for p.is("or") {
		all = append(all, p.both())
	}
	return func(row []any) bool { return slices.ContainsFunc(all, func(c condition) bool { return c(row) }) }
}

func (p *parser) both() condition {
	all := []condition{p.one()}
	for p.is("and") {
		all = append(all, p.one())
	}
	return func(row []any) bool { return !slices.ContainsFunc(all, func(c condition) bool { return !c(row) }) }
}

func (p *parser) one() condition {
	if p.is("not") {
		p.want("(")
		c := p.either()
		p.want(")")
		return func(row []any) bool { return !c(row) }
	}
	if p.is("(") {
		c := p.either()
		p.want(")")
		return c
	}
	at := p.col()
	op := p.next()
	if test, ok := ordered[op.text]; ok {
		v := p.fitting(at, op)
		return func(row []any) bool { return test(compare(row[at], v)) }
	}
	plain, not := strings.CutPrefix(op.text, "!")
	test, ok := worded[plain]
	if op.text == "!~" {
		test, ok = worded["=~"], true
	}
	if !ok {
		panic(op.unparsed())
	}
	values := p.values(plain)
	return func(row []any) bool {
		return not != slices.ContainsFunc(values, func(v any) bool {
			s, isText := row[at].(string)
			w, asText := v.(string)
			return isText && asText && test(s, w) || !isText && compare(row[at], v) == 0
		})
	}
}

// values are what a text is compared with: one, or a list in brackets after in and has_any.
func (p *parser) values(op string) (all []any) {
	if !strings.HasPrefix(op, "in") && op != "has_any" {
		return []any{p.scalar()}
	}
	p.want("(")
	for {
		all = append(all, p.scalar())
		if p.is(")") {
			return all
		}
		p.want(",")
	}
}

// fitting is a value that can be compared with the column.
func (p *parser) fitting(at int, op token) any {
	v := p.scalar()
	c := p.t.Columns[at]
	kinds := map[string]bool{String: false, DateTime: false, Int64: false, Bool: false}
	switch v.(type) {
	case string:
		kinds[String] = true
	case time.Time:
		kinds[DateTime] = true
	case int64:
		kinds[Int64] = true
	case bool:
		kinds[Bool] = true
	}
	if !kinds[c.Type] {
		panic(meaningless("'where' operator: Cannot compare values of types %s and another with '%s'.", c.Type, op.text))
	}
	return v
}

var ordered = map[string]func(int) bool{
	"==": func(c int) bool { return c == 0 }, "!=": func(c int) bool { return c != 0 }, ">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
	"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
}

// worded are the operators of texts (Kusto query language, string operators): all but in do not look at the case of letters.
var worded = map[string]func(s, part string) bool{
	"=~": strings.EqualFold, "in~": strings.EqualFold, "in": func(s, v string) bool { return s == v }, "has": has, "has_any": has,
	"contains":   func(s, part string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(part)) },
	"startswith": func(s, part string) bool { return strings.HasPrefix(strings.ToLower(s), strings.ToLower(part)) },
	"endswith":   func(s, part string) bool { return strings.HasSuffix(strings.ToLower(s), strings.ToLower(part)) },
}

// has finds a whole term: what is around it is neither a letter nor a digit.
func has(s, term string) bool {
	s, term = strings.ToLower(s), strings.ToLower(term)
	within := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for from := 0; term != ""; {
		i := strings.Index(s[from:], term)
		if i < 0 {
			return false
		}
		at := from + i
		before, after := []rune(s[:at]), []rune(s[at+len(term):])
		if (len(before) == 0 || !within(before[len(before)-1])) && (len(after) == 0 || !within(after[0])) {
			return true
		}
		from = at + 1
	}
	return true
}

// scalar reads a value: a text, a number, true or false, ago(7d), now(), datetime(2026-11-28).
func (p *parser) scalar() any {
	t := p.next()
	switch {
	case t.kind == text:
		return t.text
	case t.kind == number:
		if n, err := strconv.ParseInt(t.text, 10, 64); err == nil {
			return n
		}
	case t.text == "true" || t.text == "false":
		return t.text == "true"
	case t.text == "now":
		p.want("(")
		p.want(")")
		return p.now
	case t.text == "ago":
		p.want("(")
		back := p.span()
		p.want(")")
		return p.now.Add(-back)
	case t.text == "datetime":
		p.want("(")
		when := p.next()
		p.want(")")
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02"} {
			if at, err := time.Parse(layout, when.text); err == nil {
				return at
			}
		}
		t = when
	}
	panic(t.unparsed())
}

var units = map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}

func (p *parser) span() time.Duration {
	t := p.next()
	for unit, d := range units {
		if digits, ok := strings.CutSuffix(t.text, unit); ok && t.kind == number {
			if n, err := strconv.Atoi(digits); err == nil && n < 100_000 {
				return time.Duration(n) * d
			}
		}
	}
	panic(t.unparsed())
}
