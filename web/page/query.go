package page

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Limits of what a list takes from its URL, in bytes. They only keep hostile input small: no person types as much.
const (
	maxText  = 200
	maxAfter = 4000
	maxMulti = 50
)

// Option is one value of a filter, in the page's words.
type Option struct{ Value, Label string }

// Filter is one field that a list can be narrowed by. A filter with options takes only those values; one without takes any text.
type Filter struct {
	Name    string // the field's name in the query string
	Label   string
	Options []Option
	Check   func(value string) error // further check of a free value; nil: none
	Hint    string                   // of a free value: what it looks like
	Linked  bool                     // reached by links only: the form carries it along, but a person could not type it
	Fixed   bool                     // says which list it is: carried along everywhere, and nothing that could be cleared
}

// ByCustomer narrows a list over all tenants to one, by its GUID. One out of reach finds nothing.
var ByCustomer = Filter{Name: "customer", Label: "Customer", Linked: true, Check: func(v string) error {
	_, err := tenant.ParseID(v)
	return err
}}

// Spec says what a list reads from its URL.
type Spec struct {
	Sorts       []string // sort keys that are allowed, the default first; a leading "-" in the default sorts downwards
	Filters     []Filter
	Columns     []string // keys of the columns that may be chosen
	Default     []string // keys of those shown when none is chosen
	Placeholder string   // of the free text field; empty: the list has none
	Alone       bool     // only one customer has such a list: none is over all
	Tenants     bool     // the rows are of tenants, which groups and tags narrow; a filter "customer" says so, too
}

// Query is the state of a list. It comes from the URL only.
type Query struct {
	Path    string
	Q       string
	Values  map[string][]string // by filter name
	Sort    string              // without sign
	Desc    bool
	After   string // the store's cursor of the row before the first one; empty: first page
	Skipped int64  // rows before this page, for "Rows 51–100"
	Columns []string
	CSV     bool // an export of all rows is asked for: as CSV, or with XLSX as a workbook
	XLSX    bool

	spec Spec
}

// Get is the first value of a filter, or "".
func (q Query) Get(name string) string {
	if v := q.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Narrowed tells whether any filter or text is set, but for the filters named.
func (q Query) Narrowed(but ...string) bool {
	return q.Q != "" || slices.ContainsFunc(q.spec.Filters, func(f Filter) bool { return !f.Fixed && len(q.Values[f.Name]) > 0 && !slices.Contains(but, f.Name) })
}

func bad(format string, args ...any) error {
	return errs.ShowNext(errs.Invalid, fmt.Sprintf(format, args...), "Go back, or open the list without its filters.")
}

// Parse reads a list's state. What the list does not know is refused where it would change the answer (sort, after, filter values,
// columns, format); other parameters are ignored, as links from mails carry them.
func (s Spec) Parse(u *url.URL) (Query, error) {
	v, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Query{}, bad("The address of this page is damaged.")
	}
	s = s.narrowed(u.Path)
	q := Query{Path: u.Path, Values: map[string][]string{}, Columns: s.Default, spec: s}
	for _, read := range []func(url.Values, *Query) error{s.readText, s.readFilters, s.readSort, s.readAfter, s.readColumns, readFormat} {
		if err := read(v, &q); err != nil {
			return Query{}, err
		}
	}
	return q, nil
}

func (s Spec) readText(v url.Values, q *Query) error {
	q.Q = unwrapped(strings.TrimSpace(v.Get("q")))
	if len(q.Q) > maxText || !clean(q.Q) {
		return bad("The search text is longer than %d characters or has characters that cannot be searched.", maxText)
	}
	return nil
}

// wrappers are what programs write around a value that is copied out of them; guids, around a GUID only: in names they are part of the name.
var wrappers, guids = []string{`""`, "''", "“”", "‘’"}, []string{"{}", "()"}

// unwrapped is a GUID without the braces in which Windows and PowerShell write it, any text without the quotes of a file of JSON or CSV, and any other
// as it is. What was found with them is found without.
func unwrapped(q string) string {
	for _, pair := range slices.Concat(wrappers, guids) {
		first, size := utf8.DecodeRuneInString(pair)
		inner, opened := strings.CutPrefix(q, string(first))
		inner, closed := strings.CutSuffix(inner, pair[size:])
		if inner = strings.TrimSpace(inner); !opened || !closed || utf8.RuneCountInString(inner) < whole {
			continue
		}
		if _, err := tenant.ParseID(inner); err == nil || slices.Contains(wrappers, pair) {
			return inner
		}
	}
	return q
}

// whole is the length of a text that is looked for anywhere. A shorter one is a beginning, and another one with its quotes.
const whole = 3

// clean tells text that Postgres and a page can hold.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func (s Spec) readFilters(v url.Values, q *Query) error {
	for _, f := range s.Filters {
		given := slices.DeleteFunc(slices.Clone(v[f.Name]), func(s string) bool { return strings.TrimSpace(s) == "" })
		if len(given) > maxMulti {
			return bad("The filter %s has more than %d values.", f.Label, maxMulti)
		}
		slices.Sort(given)
		for _, value := range slices.Compact(given) {
			if err := f.check(value); err != nil {
				return err
			}
			q.Values[f.Name] = append(q.Values[f.Name], value)
		}
	}
	return nil
}

func (f Filter) check(value string) error {
	if len(value) > maxText || !clean(value) {
		return bad("The value of the filter %s cannot be used.", f.Label)
	}
	if f.Options != nil && !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value }) {
		return bad("The filter %s has no such value.", f.Label)
	}
	if f.Check != nil && f.Check(value) != nil {
		return bad("The value of the filter %s cannot be used.", f.Label)
	}
	return nil
}

func (s Spec) readSort(v url.Values, q *Query) error {
	sort := v.Get("sort")
	if len(s.Sorts) == 0 {
		if sort != "" {
			return bad("This list cannot be sorted.")
		}
		return nil
	}
	if sort == "" {
		sort = s.Sorts[0]
	}
	q.Sort, q.Desc = strings.TrimPrefix(sort, "-"), strings.HasPrefix(sort, "-")
	if !s.sorts(q.Sort) {
		return bad("This list cannot be sorted in that way.")
	}
	return nil
}

// sorts tells whether the list can be sorted by key, which has no sign.
func (s Spec) sorts(key string) bool {
	return slices.ContainsFunc(s.Sorts, func(k string) bool { return strings.TrimPrefix(k, "-") == key })
}

// afterToken is what `after` holds: the sort it belongs to, the rows skipped and the store's cursor.
type afterToken struct {
	Sort   string `json:"s"`
	Skip   int64  `json:"n"`
	Cursor string `json:"c"`
}

func (s Spec) readAfter(v url.Values, q *Query) error {
	given := v.Get("after")
	if given == "" {
		return nil
	}
	wrong := bad("The place in the list is not one that this list gave.")
	if len(given) > maxAfter {
		return wrong
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(given)
	if err != nil {
		return wrong
	}
	var t afterToken
	if err := json.Unmarshal(raw, &t); err != nil || t.Sort != q.sortParam() || t.Cursor == "" || !clean(t.Cursor) || t.Skip < 0 {
		return wrong
	}
	q.After, q.Skipped = t.Cursor, t.Skip
	return nil
}

func (s Spec) readColumns(v url.Values, q *Query) error {
	given := v["columns"]
	if len(given) == 0 || (len(given) == 1 && given[0] == "") {
		return nil
	}
	var chosen []string
	for _, g := range given {
		chosen = append(chosen, strings.Split(g, ",")...)
	}
	for _, c := range chosen {
		if !slices.Contains(s.Columns, c) {
			return bad("This list has no such column.")
		}
	}
	q.Columns = slices.DeleteFunc(slices.Clone(s.Columns), func(c string) bool { return !slices.Contains(chosen, c) })
	return nil
}

func readFormat(v url.Values, q *Query) error {
	switch v.Get("format") {
	case "":
	case "csv":
		q.CSV = true
	case "xlsx":
		q.CSV, q.XLSX = true, true
	default:
		return bad("This list can be had as a page, as JSON, as CSV or as an Excel workbook.")
	}
	return nil
}

func (q Query) sortParam() string {
	if q.Desc {
		return "-" + q.Sort
	}
	return q.Sort
}

// values is the state as a query string, without the place in the list and the format.
func (q Query) values() url.Values {
	v := url.Values{}
	if q.Q != "" {
		v.Set("q", q.Q)
	}
	for name, values := range q.Values {
		v[name] = slices.Clone(values)
	}
	if len(q.spec.Sorts) > 0 && q.sortParam() != q.spec.Sorts[0] {
		v.Set("sort", q.sortParam())
	}
	if !slices.Equal(q.Columns, q.spec.Default) {
		v.Set("columns", strings.Join(q.Columns, ","))
	}
	return v
}

func (q Query) link(v url.Values) string {
	if len(v) == 0 {
		return q.Path
	}
	return q.Path + "?" + v.Encode()
}

// URL is the list as it is, from its first page.
func (q Query) URL() string { return q.link(q.values()) }

// Here is the list as it is, at this page.
func (q Query) Here() string {
	if q.After == "" {
		return q.URL()
	}
	again := q
	again.Skipped = 0
	return again.Next(q.After, int(q.Skipped))
}

// Clear is the list without filters and text.
func (q Query) Clear() string {
	v := q.values()
	v.Del("q")
	for _, f := range q.spec.Filters {
		if !f.Fixed {
			v.Del(f.Name)
		}
	}
	return q.link(v)
}

// Without is the list without that filter.
func (q Query) Without(name string) string {
	v := q.values()
	v.Del(name)
	return q.link(v)
}

// With is the list with that filter, and no other value of it.
func (q Query) With(name, value string) string {
	v := q.values()
	v.Set(name, value)
	return q.link(v)
}

// SortedBy is the list sorted by key: upwards, or downwards when it is sorted upwards by key now.
func (q Query) SortedBy(key string) string {
	v := q.values()
	sort := key
	if q.Sort == key && !q.Desc {
		sort = "-" + key
	}
	v.Set("sort", sort)
	if sort == q.spec.Sorts[0] {
		v.Del("sort")
	}
	return q.link(v)
}

// WithColumns is the list as it is, at this page, with other columns.
func (q Query) WithColumns(keys []string) string {
	q.Columns = keys
	return q.Here()
}

// Next is the page that follows the row with this cursor; shown is the number of rows on this page. No cursor: no next page.
func (q Query) Next(cursor string, shown int) string {
	if cursor == "" {
		return ""
	}
	raw, _ := json.Marshal(afterToken{Sort: q.sortParam(), Skip: q.Skipped + int64(shown), Cursor: cursor})
	v := q.values()
	v.Set("after", base64.RawURLEncoding.EncodeToString(raw))
	return q.link(v)
}

// Export is the same rows as CSV.
func (q Query) Export() string { return q.exportAs("csv") }

func (q Query) exportAs(format string) string {
	v := q.values()
	v.Set("format", format)
	return q.link(v)
}
