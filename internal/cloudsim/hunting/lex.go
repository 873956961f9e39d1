// Package hunting runs a useful subset of the Kusto query language over tables of the simulated Microsoft Defender XDR. What it does not know
// it refuses with the words and the place that Microsoft gives for a query that it cannot read.
package hunting

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is a query that cannot be run, worded for whoever wrote it.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

type kind int

const (
	end kind = iota
	name
	text
	number // with its unit, if it is a span of time: 7d
	mark
)

type token struct {
	kind      kind
	text      string
	line, col int
}

// unparsed is Kusto's answer where it cannot read on.
func (t token) unparsed() *Error {
	at := t.text
	if t.kind == end {
		at = "<EOF>"
	}
	return &Error{fmt.Sprintf("Syntax error: Query could not be parsed at '%s' on line [%d,%d]. Fix syntax errors in your query.", at, t.line, t.col)}
}

func meaningless(format string, args ...any) *Error {
	return &Error{fmt.Sprintf(format, args...) + " Fix semantic errors in your query."}
}

// marks are what is written with signs, the longest first.
var marks = []string{"==", "=~", "!=", "!~", ">=", "<=", ">", "<", "=", "(", ")", ",", "|", "*"}

type lexer struct {
	rest      string
	line, col int
}

// lex cuts a query into tokens; the last one is the end.
func lex(query string) (all []token) {
	l := lexer{query, 1, 1}
	for {
		l.skip()
		t := token{line: l.line, col: l.col}
		if l.rest == "" {
			return append(all, t)
		}
		t.kind, t.text = l.next()
		if t.kind == end {
			panic(token{mark, t.text, t.line, t.col}.unparsed())
		}
		all = append(all, t)
	}
}

// skip passes over blanks and comments.
func (l *lexer) skip() {
	for l.rest != "" {
		r, n := utf8.DecodeRuneInString(l.rest)
		switch {
		case strings.HasPrefix(l.rest, "//"):
			line, _, _ := strings.Cut(l.rest, "\n")
			l.take(len(line))
		case unicode.IsSpace(r):
			l.take(n)
		default:
			return
		}
	}
}

func (l *lexer) take(n int) string {
	taken := l.rest[:n]
	l.rest = l.rest[n:]
	for _, r := range taken {
		l.col++
		if r == '\n' {
			l.line, l.col = l.line+1, 1
		}
	}
	return taken
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' }

func (l *lexer) next() (kind, string) {
	first, size := utf8.DecodeRuneInString(l.rest)
	switch {
	case first == '"' || first == '\'' || strings.HasPrefix(l.rest, `@"`) || strings.HasPrefix(l.rest, "@'"):
		return l.quoted()
	case unicode.IsDigit(first):
		return number, l.take(l.span(0, func(r rune) bool { return word(r) || r == '.' || r == ':' }))
	case word(first) && first != '-':
		n := l.span(0, word)
		if strings.HasPrefix(l.rest[n:], "~") {
			n++
		}
		return name, l.take(n)
	case first == '!' && len(l.rest) > 1 && unicode.IsLetter(rune(l.rest[1])):
		n := l.span(1, word)
		if strings.HasPrefix(l.rest[n:], "~") {
			n++
		}
		return name, l.take(n)
	}
	for _, m := range marks {
		if strings.HasPrefix(l.rest, m) {
			return mark, l.take(len(m))
		}
	}
	return end, l.take(size)
}

func (l *lexer) span(from int, of func(rune) bool) int {
	if n := strings.IndexFunc(l.rest[from:], func(r rune) bool { return !of(r) }); n >= 0 {
		return from + n
	}
	return len(l.rest)
}

// quoted is a text; one after @ has no escapes.
func (l *lexer) quoted() (kind, string) {
	from, plain := 1, l.rest[0] == '@'
	if plain {
		from = 2
	}
	quote := l.rest[from-1]
	var b strings.Builder
	for i := from; i < len(l.rest) && l.rest[i] != '\n'; i++ {
		switch ch := l.rest[i]; {
		case ch == quote:
			l.take(i + 1)
			return text, b.String()
		case ch == '\\' && !plain && i+1 < len(l.rest):
			i++
			b.WriteByte(l.rest[i])
		default:
			b.WriteByte(ch)
		}
	}
	return end, l.take(from)
}
