package postgres

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
)

// Where gathers the conditions of a list and their arguments. The SQL is always ours; what people typed is only ever an argument.
type Where struct {
	conds []string
	Args  []any

	search *search
	scope  string // condition that repeats the scope; "": there is none
	kinds  string // condition that chooses kinds, and which; "": none does
	of     []string
}

// clone is a copy to which conditions and arguments can be added apart.
func (w *Where) clone() *Where {
	c := *w
	c.conds, c.Args = slices.Clone(w.conds), slices.Clone(w.Args)
	return &c
}

// And adds a condition; each ? in it takes the next of args.
func (w *Where) And(cond string, args ...any) {
	for _, a := range args {
		cond = strings.Replace(cond, "?", w.Arg(a), 1)
	}
	w.conds = append(w.conds, cond)
}

// Arg adds an argument and gives its place, for example $3.
func (w *Where) Arg(a any) string {
	w.Args = append(w.Args, a)
	return "$" + strconv.Itoa(len(w.Args))
}

// OneOf chooses rows whose column has one of the values; no value chooses all. Equality with a single one keeps the order of an index that
// begins with the column, which a set does not.
func (w *Where) OneOf(column string, values []string) {
	switch len(values) {
	case 0:
	case 1:
		w.And(column+" = ?", values[0])
	default:
		w.And(column+" = ANY(?)", values)
	}
}

// OfKinds is OneOf for a column that tells kinds of things in one table apart: what holds a word is counted by it, too.
func (w *Where) OfKinds(column string, kinds []string) {
	if w.OneOf(column, kinds); len(kinds) > 0 {
		w.kinds, w.of = w.conds[len(w.conds)-1], kinds
	}
}

// Begins chooses rows whose column, in lower case, begins with the text, in a form that an index answers.
func (w *Where) Begins(column, text string) {
	text = strings.ToLower(text)
	w.And(column+" >= ? AND "+column+" < ?", text, text+beyondAll)
}

// beyondAll stands behind a text after all that begins with it.
const beyondAll = "\U0010FFFF"

// Within repeats the scope as a condition on the column with the tenant. Row-level security enforces it anyway; said openly, the
// planner can use it to choose an index. one tells that the scope is a single tenant, so that an order needs no key for the tenant.
func (w *Where) Within(s Scope, column string) (one bool) {
	all, tenants := s.PostgresScope()
	switch {
	case all:
		return false
	case len(tenants) == 1:
		w.And(column+" = ?::uuid", tenants[0])
	default:
		w.And(column+" = ANY(?::uuid[])", tenants)
	}
	w.scope = w.conds[len(w.conds)-1]
	return len(tenants) == 1
}

// SQL is "WHERE …", or nothing.
func (w *Where) SQL() string {
	if len(w.conds) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.conds, "\nAND    ")
}

// Key is one column of an order: an expression that is never NULL, and its type.
type Key struct{ Expr, Type string }

// Order is a total order: its last key tells any two rows apart. Lists page by it (keyset), so a deep page costs what the first does.
type Order struct {
	Name string
	Keys []Key
	Desc bool
}

// Ended are keys, and those of the ends that are not yet among them.
func Ended(keys []Key, ends ...Key) []Key {
	keys = slices.Clone(keys)
	for _, k := range ends {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// Without is the order without a key, for when it is the same in all rows.
func (o Order) Without(expr string) Order {
	o.Keys = slices.DeleteFunc(slices.Clone(o.Keys), func(k Key) bool { return k.Expr == expr })
	return o
}

// By is the list for ORDER BY.
func (o Order) By() string {
	parts := make([]string, len(o.Keys))
	for i, k := range o.Keys {
		parts[i] = k.Expr
		if o.Desc {
			parts[i] += " DESC"
		}
	}
	return strings.Join(parts, ", ")
}

// Place is an expression for a row's place in the order, to be selected and given to Cursor.
func (o Order) Place() string {
	parts := make([]string, len(o.Keys))
	for i, k := range o.Keys {
		parts[i] = "(" + k.Expr + ")::text"
	}
	return "ARRAY[" + strings.Join(parts, ", ") + "]"
}

// Cursor is the text that leads to the rows after a place.
func (o Order) Cursor(place []string) string {
	b, _ := json.Marshal(append([]string{o.tag()}, place...))
	return base64.RawURLEncoding.EncodeToString(b)
}

func (o Order) tag() string {
	if o.Desc {
		return "-" + o.Name
	}
	return o.Name
}

// Values are the place that a cursor leads to, one for each key; nil for an empty cursor. One that we did not write, or that belongs to
// another order, is errs.Invalid.
func (o Order) Values(cursor string) ([]string, error) {
	if cursor == "" {
		return nil, nil
	}
	bad := errs.ShowNext(errs.Invalid, "The place in this list is not one that the portal gave out.", "Start again at the first page.")
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) > 4096 {
		return nil, bad
	}
	var place []string
	if json.Unmarshal(raw, &place) != nil || len(place) != len(o.Keys)+1 || place[0] != o.tag() {
		return nil, bad
	}
	for _, v := range place {
		if !Printable(v) {
			return nil, bad
		}
	}
	return place[1:], nil
}

// After adds the condition for the rows after a cursor; an empty cursor adds none. One that is not ours is errs.Invalid: see Values.
func (o Order) After(w *Where, cursor string) error {
	place, err := o.Values(cursor)
	if err != nil || place == nil {
		return err
	}
	w.And(o.beyond(w, place))
	return nil
}

// beyond is the condition for the rows after a place.
func (o Order) beyond(w *Where, place []string) string {
	exprs, vals := make([]string, len(o.Keys)), make([]string, len(o.Keys))
	for i, k := range o.Keys {
		exprs[i], vals[i] = k.Expr, w.Arg(place[i])+"::text::"+k.Type
	}
	op := ">"
	if o.Desc {
		op = "<"
	}
	return "(" + strings.Join(exprs, ", ") + ") " + op + " (" + strings.Join(vals, ", ") + ")"
}

// Printable tells whether Postgres can hold the text: valid UTF-8 without NUL.
func Printable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// CheckSearch refuses what somebody typed to look for where no text can hold it, or it is longer than what is looked for; besides are further
// texts to choose by.
func CheckSearch(q string, besides ...string) error {
	if !Printable(q) || len(q) > 200 || slices.ContainsFunc(besides, func(s string) bool { return !Printable(s) }) {
		return errs.Show(errs.Invalid, "The search holds characters that cannot be searched for, or more than 200 of them.")
	}
	return nil
}

// Clean is text that Postgres can hold: what is not UTF-8, and NUL, becomes U+FFFD. For what other services send.
func Clean(s string) string {
	if Printable(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// BadInput turns Postgres' complaint about a value (class 22) into errs.Invalid; any other error stays as it is.
func BadInput(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && strings.HasPrefix(pg.Code, "22") {
		return fmt.Errorf("%w (%w)", errs.Show(errs.Invalid, "A value in the address of this list cannot be read."), err)
	}
	return err
}
