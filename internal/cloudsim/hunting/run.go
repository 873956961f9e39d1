package hunting

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Column is a column with its type as Defender names it.
type Column struct{ Name, Type string }

// The types of columns. A value is a string, a time.Time, an int64 or a bool.
const (
	String   = "String"
	DateTime = "DateTime"
	Int64    = "Int64"
	Bool     = "SByte"
)

// Table is what a query goes through and what it ends in.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// column is the place of a column, or -1.
func (t Table) column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
}

// MostRows is where a result ends (Microsoft Defender XDR, advanced hunting API: quotas).
const MostRows = 100_000

// Run runs a query over tables by name, each made when it is asked for. What is older than within is not looked at.
func Run(query string, tables map[string]func() Table, now time.Time, within time.Duration) (t Table, err error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			t, err = Table{}, e
		default:
			panic(e)
		}
	}()
	p := &parser{all: lex(query), now: now}
	from := p.next()
	if from.kind != name {
		panic(from.unparsed())
	}
	source, ok := tables[from.text]
	if !ok {
		panic(meaningless("Failed to resolve table or column expression named '%s'.", from.text))
	}
	p.t = source()
	if at := p.t.column("Timestamp"); at >= 0 {
		p.t.Rows = kept(p.t.Rows, func(row []any) bool { return compare(row[at], now.Add(-within)) >= 0 })
	}
	for p.peek().kind != end {
		p.want("|")
		p.operator()
	}
	p.t.Rows = p.t.Rows[:min(len(p.t.Rows), MostRows)]
	return p.t, nil
}

func kept(rows [][]any, keep func([]any) bool) (out [][]any) {
	for _, row := range rows {
		if keep(row) {
			out = append(out, row)
		}
	}
	return out
}

type parser struct {
	all []token
	now time.Time
	t   Table
}

func (p *parser) peek() token { return p.all[0] }

func (p *parser) next() token {
	t := p.all[0]
	if t.kind != end {
		p.all = p.all[1:]
	}
	return t
}

func (p *parser) is(what string) bool {
	t := p.peek()
	if (t.kind == name || t.kind == mark) && t.text == what {
		p.next()
		return true
	}
	return false
}

func (p *parser) want(what string) {
	if t := p.peek(); !p.is(what) {
		panic(t.unparsed())
	}
}

// operator reads one operator and puts the table through it.
func (p *parser) operator() {
	op := p.next()
	switch op.text {
	case "where", "filter":
		p.t.Rows = kept(p.t.Rows, p.either())
	case "project":
		p.project()
	case "take", "limit":
		p.t.Rows = p.t.Rows[:min(p.count(), len(p.t.Rows))]
	case "sort", "order":
		p.want("by")
		p.sort()
	case "top":
		n := p.count()
		p.want("by")
		p.sort()
		p.t.Rows = p.t.Rows[:min(n, len(p.t.Rows))]
	case "count":
		p.t = Table{[]Column{{"Count", Int64}}, [][]any{{int64(len(p.t.Rows))}}}
	case "distinct":
		p.project()
		p.t = folded(p.t, p.t.Rows, nil)
	case "summarize":
		p.summarize()
	default: // also what Microsoft knows and this simulation does not
		panic(op.unparsed())
	}
}

func (p *parser) count() int {
	t := p.next()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil {
		panic(t.unparsed())
	}
	return n
}

// col reads the name of a column and gives its place.
func (p *parser) col() int {
	t := p.next()
	if t.kind != name {
		panic(t.unparsed())
	}
	at := p.t.column(t.text)
	if at < 0 {
		panic(meaningless("Failed to resolve scalar expression named '%s'.", t.text))
	}
	return at
}

// as reads "Name =" where it stands, otherwise the name stays what it is.
func (p *parser) as(usual string) string {
	if p.peek().kind == name && p.all[1].text == "=" && p.all[1].kind == mark {
		usual = p.next().text
		p.next()
	}
	return usual
}

func (p *parser) project() {
	var from []int
	var columns []Column
	for {
		given := p.as("")
		at := p.col()
		c := p.t.Columns[at]
		if given != "" {
			c.Name = given
		}
		from, columns = append(from, at), append(columns, c)
		if !p.is(",") {
			break
		}
	}
	p.pick(columns, from)
}

func (p *parser) pick(columns []Column, from []int) {
	rows := make([][]any, 0, len(p.t.Rows))
	for _, row := range p.t.Rows {
		out := make([]any, 0, len(from))
		for _, at := range from {
			out = append(out, row[at])
		}
		rows = append(rows, out)
	}
	p.t = Table{columns, rows}
}

// sort orders by columns, downwards where nothing is said.
func (p *parser) sort() {
	type key struct{ at, sign int }
	var keys []key
	for {
		k := key{p.col(), -1}
		if p.is("asc") {
			k.sign = 1
		} else {
			p.is("desc")
		}
		if keys = append(keys, k); !p.is(",") {
			break
		}
	}
	p.t.Rows = slices.Clone(p.t.Rows)
	slices.SortStableFunc(p.t.Rows, func(a, b []any) int {
		for _, k := range keys {
			if c := compare(a[k.at], b[k.at]); c != 0 {
				return c * k.sign
			}
		}
		return 0
	})
}

// compare orders two values of one type; values of different types are told apart and no more.
func compare(a, b any) int {
	switch x := a.(type) {
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y)
		}
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
	case bool:
		if y, ok := b.(bool); ok && (x == y || x) {
			return map[bool]int{true: 0, false: 1}[x == y]
		}
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y)
		}
	}
	return -1
}
