package graph

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// expr is a parsed $filter. A node is a comparison (op, path, value), a function over a path, "and"/"or"/"not" over args, or
// "any" (path, args[0] with paths relative to the lambda's variable).
type expr struct {
	op    string
	path  string
	value any
	args  []*expr
}

var errFilter = errors.New("invalid filter clause")

// parseFilter reads the subset of OData that Microsoft Graph clients use.
func parseFilter(text string) (*expr, error) {
	p := &filterParser{rest: text}
	e, err := p.or()
	if err == nil && p.peek() != "" {
		err = errFilter
	}
	return e, err
}

type filterParser struct {
	rest  string
	depth int
}

// peek gives the next token without taking it: a quoted literal, a parenthesis, a comma, or a word.
func (p *filterParser) peek() string {
	p.rest = strings.TrimLeft(p.rest, " \t")
	if p.rest == "" {
		return ""
	}
	switch p.rest[0] {
	case '(', ')', ',':
		return p.rest[:1]
	case '\'':
		for i := 1; i < len(p.rest); i++ {
			if p.rest[i] != '\'' {
				continue
			}
			if i+1 < len(p.rest) && p.rest[i+1] == '\'' {
				i++
				continue
			}
			return p.rest[:i+1]
		}
		return p.rest // not closed; literal() refuses it
	}
	if end := strings.IndexAny(p.rest, " \t(),'"); end >= 0 {
		return p.rest[:end]
	}
	return p.rest
}

func (p *filterParser) take() string {
	t := p.peek()
	p.rest = p.rest[len(t):]
	return t
}

func (p *filterParser) expect(token string) error {
	if p.take() != token {
		return errFilter
	}
	return nil
}

func (p *filterParser) or() (*expr, error)  { return p.joined("or", p.and) }
func (p *filterParser) and() (*expr, error) { return p.joined("and", p.unary) }

func (p *filterParser) joined(op string, part func() (*expr, error)) (*expr, error) {
	first, err := part()
	if err != nil || p.peek() != op {
		return first, err
	}
	e := &expr{op: op, args: []*expr{first}}
	for p.peek() == op {
		p.take()
		next, err := part()
		if err != nil {
			return nil, err
		}
		e.args = append(e.args, next)
	}
	return e, nil
}

func (p *filterParser) unary() (*expr, error) {
	if p.depth++; p.depth > 40 {
		return nil, errFilter
	}
	defer func() { p.depth-- }()
	switch p.peek() {
	case "not":
		p.take()
		e, err := p.unary()
		return &expr{op: "not", args: []*expr{e}}, err
	case "(":
		p.take()
		e, err := p.or()
		if err != nil {
			return nil, err
		}
		return e, p.expect(")")
	}
	return p.comparison()
}

func (p *filterParser) comparison() (*expr, error) {
	word := p.take()
	if word == "" || word[0] == '\'' || word == ")" || word == "," {
		return nil, errFilter
	}
	if p.peek() == "(" {
		return p.function(word)
	}
	op := p.take()
	switch op {
	case "eq", "ne", "gt", "ge", "lt", "le", "has":
		v, err := literal(p.take())
		return &expr{op: op, path: word, value: v}, err
	case "in":
		list, err := p.list()
		return &expr{op: op, path: word, value: list}, err
	}
	return nil, errFilter
}

func (p *filterParser) list() ([]any, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var list []any
	for {
		v, err := literal(p.take())
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		switch p.take() {
		case ",":
		case ")":
			return list, nil
		default:
			return nil, errFilter
		}
	}
}

func (p *filterParser) function(name string) (*expr, error) {
	p.take()
	lower := strings.ToLower(name)
	switch lower {
	case "contains", "startswith", "endswith":
		path := p.take()
		if err := p.expect(","); err != nil {
			return nil, err
		}
		v, err := literal(p.take())
		if err != nil {
			return nil, err
		}
		return &expr{op: lower, path: path, value: v}, p.expect(")")
	case "isof":
		v, err := literal(p.take())
		if err != nil {
			return nil, err
		}
		return &expr{op: lower, value: v}, p.expect(")")
	}
	path, isAny := strings.CutSuffix(name, "/any")
	if !isAny {
		return nil, errFilter
	}
	variable, start, ok := strings.Cut(p.take(), ":")
	if !ok {
		return nil, errFilter
	}
	p.rest = start + p.rest
	inner, err := p.or()
	if err != nil {
		return nil, err
	}
	inner.unprefix(variable)
	return &expr{op: "any", path: path, args: []*expr{inner}}, p.expect(")")
}

// unprefix makes paths relative to the lambda variable: x/name becomes name, x becomes "".
func (e *expr) unprefix(variable string) {
	if e.path == variable {
		e.path = ""
	}
	e.path = strings.TrimPrefix(e.path, variable+"/")
	for _, a := range e.args {
		a.unprefix(variable)
	}
}

func literal(token string) (any, error) {
	switch {
	case token == "null":
		return nil, nil
	case token == "true", token == "false":
		return token == "true", nil
	case len(token) >= 2 && token[0] == '\'' && token[len(token)-1] == '\'':
		return strings.ReplaceAll(token[1:len(token)-1], "''", "'"), nil
	}
	if t, err := time.Parse(time.RFC3339Nano, token); err == nil {
		return t, nil
	}
	if n, err := strconv.ParseFloat(token, 64); err == nil {
		return n, nil
	}
	if _, ok := parseGUID(strings.ToLower(token)); ok {
		return strings.ToLower(token), nil
	}
	return nil, errFilter
}

// matches evaluates the expression. get gives the value at a path; texts compare without regard to case, as in the directory.
func (e *expr) matches(get func(path string) any) bool {
	switch e.op {
	case "and":
		for _, a := range e.args {
			if !a.matches(get) {
				return false
			}
		}
		return true
	case "or":
		for _, a := range e.args {
			if a.matches(get) {
				return true
			}
		}
		return false
	case "not":
		return !e.args[0].matches(get)
	case "any":
		return e.anyMatches(get(e.path))
	case "in":
		list, _ := e.value.([]any)
		for _, v := range list {
			if equal(get(e.path), v) {
				return true
			}
		}
		return false
	case "isof":
		want, _ := e.value.(string)
		return equal(get("@odata.type"), "#"+want)
	}
	return e.compares(get(e.path))
}

func (e *expr) anyMatches(v any) bool {
	switch v := v.(type) {
	case []string:
		for _, s := range v {
			if e.args[0].matches(func(string) any { return s }) {
				return true
			}
		}
	case []object:
		for _, o := range v {
			if e.args[0].matches(o.at) {
				return true
			}
		}
	}
	return false
}

func (e *expr) compares(have any) bool {
	switch e.op {
	case "eq", "has":
		return equal(have, e.value)
	case "ne":
		return !equal(have, e.value)
	case "contains", "startswith", "endswith":
		s, _ := have.(string)
		want, _ := e.value.(string)
		s, want = strings.ToLower(s), strings.ToLower(want)
		switch e.op {
		case "contains":
			return strings.Contains(s, want)
		case "startswith":
			return strings.HasPrefix(s, want)
		}
		return strings.HasSuffix(s, want)
	}
	c, ok := order(have, e.value)
	switch e.op {
	case "gt":
		return ok && c > 0
	case "ge":
		return ok && c >= 0
	case "lt":
		return ok && c < 0
	case "le":
		return ok && c <= 0
	}
	return false
}

func equal(have, want any) bool {
	if have == nil || want == nil {
		return have == want
	}
	if a, ok := have.(bool); ok {
		return a == want
	}
	c, ok := order(have, want)
	return ok && c == 0
}

func order(have, want any) (int, bool) {
	switch a := have.(type) {
	case string:
		b, ok := want.(string)
		return strings.Compare(strings.ToLower(a), strings.ToLower(b)), ok
	case time.Time:
		b, ok := want.(time.Time)
		return a.Compare(b), ok
	case int:
		return orderNumber(float64(a), want)
	case int64:
		return orderNumber(float64(a), want)
	}
	return 0, false
}

func orderNumber(a float64, want any) (int, bool) {
	b, ok := want.(float64)
	switch {
	case !ok:
		return 0, false
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	}
	return 0, true
}

// at follows a path with slashes through nested objects.
func (o object) at(path string) any {
	head, tail, nested := strings.Cut(path, "/")
	if nested && strings.HasPrefix(head, "microsoft.graph.") { // a cast: what the object's type lacks is null
		return o.at(tail)
	}
	v, ok := o.get(head)
	if !ok {
		for _, m := range o { // filters on the audit log spell names freely
			if strings.EqualFold(m.name, head) {
				v = m.value
			}
		}
	}
	if inner, isObject := v.(object); isObject && nested {
		return inner.at(tail)
	}
	if nested {
		return nil
	}
	return v
}

// each visits every comparison.
func (e *expr) each(visit func(*expr)) {
	if len(e.args) == 0 || e.op == "any" {
		visit(e)
		return
	}
	for _, a := range e.args {
		a.each(visit)
	}
}
