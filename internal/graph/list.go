package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Query is how a collection or an entity is asked for.
type Query struct {
	Version  string // v1.0 (default) or beta
	Select   []string
	Expand   string
	Filter   string
	OrderBy  string
	Top      int  // page size; 0: not said
	Eventual bool // advanced query: ConsistencyLevel on every page, and $count on the first
	Shrinks  bool // 503 and 504 may be cured by smaller pages

	Token  string           // delegated; empty: the portal's own
	OnPage func(Page) error // told of each page, before its rows, and of each wait; an error ends the list
}

// Page is what a page, or a wait, cost. Rows is negative where a list starts again with smaller pages: those rows come once more.
type Page struct {
	Pages, Rows, Bytes, Retries int64 // Pages is 0 for a wait
	Throttled                   time.Duration
	Size                        int64 // rows of a page at most, where smaller ones are asked for than Query.Top says; else 0
	RequestID, ClientRequestID  string
}

const (
	smallestPage = 5
	maxPages     = 1_000_000
	maxEmpty     = 200 // pages without a row, one after another
	maxSame      = 3   // pages of the same rows, one after another: Graph repeats rows, but not page after page
)

func (q Query) values(top int) url.Values {
	v := url.Values{}
	if len(q.Select) > 0 {
		v.Set("$select", strings.Join(q.Select, ","))
	}
	for name, s := range map[string]string{"$expand": q.Expand, "$filter": q.Filter, "$orderby": q.OrderBy} {
		if s != "" {
			v.Set(name, s)
		}
	}
	if top > 0 {
		v.Set("$top", strconv.Itoa(top))
	}
	if q.Eventual {
		v.Set("$count", "true")
	}
	return v
}

func (q Query) header() http.Header {
	if q.Eventual {
		return http.Header{"Consistencylevel": {"eventual"}} // not carried in a nextLink: sent with every page
	}
	return nil
}

// List reads a collection to its end, one page in memory at a time. The first error is the last thing it yields. Rows may come twice,
// as Graph itself sometimes repeats them between pages.
func List[T any](ctx context.Context, c *Client, tid tenant.ID, path string, q Query) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		l := lister[T]{c: c, tid: tid, path: path, q: q, yield: yield, top: c.pageSize(tid, path, q)}
		if err := l.run(ctx); err != nil && !errors.Is(err, errStop) {
			yield(zero, err)
		}
	}
}

// errStop is the consumer that wants no more rows.
var errStop = errors.New("stop")

type lister[T any] struct {
	c     *Client
	tid   tenant.ID
	path  string
	q     Query
	yield func(T, error) bool
	top   int
	rows  int64 // yielded since the start, or the last start again

	came      [sha256.Size]byte // the rows of the page before
	same, dry int               // how many pages in a row had the same rows, or none
}

func (l *lister[T]) run(ctx context.Context) error {
	if err := l.tellSize(); err != nil {
		return err
	}
	first := l.c.resolve(l.q.Version, l.path, l.q.values(l.top))
	next, seen := first, map[[16]byte]bool{}
	for range maxPages {
		sum := sha256.Sum256([]byte(next.String()))
		mark := [16]byte(sum[:16])
		if seen[mark] {
			return bad(&call{url: next}, "nextLink leads back to a page that was read already")
		}
		seen[mark] = true
		link, err := l.page(ctx, next)
		if l.shrink(err) {
			if err := errors.Join(l.tell(Page{Rows: -l.rows, Retries: 1}), l.tellSize()); err != nil {
				return err
			}
			l.rows = 0
			next, seen = l.c.resolve(l.q.Version, l.path, l.q.values(l.top)), map[[16]byte]bool{}
			continue
		}
		if err != nil || link == "" {
			return err
		}
		if next, err = l.c.follow(link, next); err != nil {
			return err
		}
	}
	return bad(&call{url: next}, "more than %d pages", maxPages)
}

// shrink halves the page size after 503 or 504; Microsoft advises 20 or fewer for big app listings.
func (l *lister[T]) shrink(err error) bool {
	var e *Error
	if !l.q.Shrinks || !errors.As(err, &e) || (e.Status != 503 && e.Status != 504) || l.top <= smallestPage {
		return false
	}
	half := l.top / 2
	if l.top > 20 && half < 20 {
		half = 20
	}
	l.top = max(half, smallestPage)
	l.c.mu.Lock()
	l.c.sizes[sizeKey{l.tid, l.path}] = l.top
	l.c.mu.Unlock()
	return true
}

func (c *Client) pageSize(tid tenant.ID, path string, q Query) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, ok := c.sizes[sizeKey{tid, path}]; ok && n < q.Top {
		return n
	}
	return q.Top
}

// tellSize says that pages are smaller than was asked for, now or after an earlier list of the same.
func (l *lister[T]) tellSize() error {
	if l.top == l.q.Top {
		return nil
	}
	return l.tell(Page{Size: int64(l.top)})
}

func (l *lister[T]) tell(p Page) error {
	if l.q.OnPage == nil {
		return nil
	}
	return l.q.OnPage(p)
}

// page reads one page and yields its rows.
func (l *lister[T]) page(ctx context.Context, u *url.URL) (string, error) {
	k := &call{tid: l.tid, token: l.q.Token, url: u, header: l.q.header(), shrink: l.q.Shrinks && l.top > smallestPage}
	k.waiting = l.tell
	body, err := l.c.do(ctx, k)
	if err != nil {
		return "", err
	}
	n, known := int64(0), idOf[T]()
	next, rows, err := decodePage(body, k, func(v T) error {
		if !known(&v) {
			return bad(k, "a row without an id that can be kept")
		}
		n++
		if !l.yield(v, nil) {
			return errStop
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	l.rows += n
	if err := l.goesOn(k, next, rows, n); err != nil {
		return "", err
	}
	return next, l.tell(Page{Pages: 1, Rows: n, Bytes: int64(len(body)), RequestID: k.requestID, ClientRequestID: k.clientID})
}

// goesOn refuses a list that leads on for ever, by pages of always the same rows, or of none.
func (l *lister[T]) goesOn(k *call, next string, rows []byte, n int64) error {
	if next == "" {
		return nil
	}
	if l.dry++; n > 0 {
		l.dry = 0
	}
	came := sha256.Sum256(rows)
	if l.same++; n == 0 || came != l.came {
		l.came, l.same = came, 1
	}
	if l.same > maxSame || l.dry > maxEmpty {
		return bad(k, "the list does not end")
	}
	return nil
}

// follow checks that a nextLink stays at Graph: the token goes with it. It is otherwise taken as it is.
func (c *Client) follow(link string, from *url.URL) (*url.URL, error) {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) || u.User != nil ||
		!strings.HasPrefix(u.Path, strings.TrimSuffix(c.base.Path, "/")+"/") {
		return nil, bad(&call{url: from}, "nextLink leads elsewhere")
	}
	return u, nil
}

// decodePage walks a page and hands each object on as it is decoded; rows is the JSON of all. A row with a value of a wrong type is read field
// by field, and keeps what can be read; a page that is not JSON, or has no value, or has a row that is no object, is an error.
func decodePage[T any](body []byte, k *call, each func(T) error) (next string, rows []byte, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), lenient)
	nonsense := func(err error) error {
		e := bad(k, "not the JSON of a page")
		e.cause, e.cut = err, errors.Is(err, io.ErrUnexpectedEOF)
		return e
	}
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return "", nil, nonsense(err)
	}
	found := false
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return "", nil, nonsense(err)
		}
		switch name.String() {
		case "@odata.nextLink":
			tok, err := dec.ReadToken()
			if err != nil || tok.Kind() != '"' {
				return "", nil, nonsense(err)
			}
			next = tok.String()
		case "value":
			if dec.PeekKind() != '[' || found {
				return "", nil, nonsense(errors.New("value is not one array"))
			}
			found = true
			from := dec.InputOffset()
			if dec, err = decodeRows(body, dec, each); err != nil {
				var syn *jsontext.SyntacticError
				if errors.As(err, &syn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errNoRow) {
					return "", nil, nonsense(err)
				}
				return "", nil, err
			}
			rows = body[from:dec.InputOffset()]
		default:
			if err := dec.SkipValue(); err != nil {
				return "", nil, nonsense(err)
			}
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return "", nil, nonsense(err)
	}
	if !found {
		return "", nil, nonsense(errors.New("no value"))
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return "", nil, nonsense(errors.New("more behind the page"))
	}
	return next, rows, nil
}

// errNoRow is what stands among the rows and is no object: nothing tells what was there.
var errNoRow = errors.New("a row is no object")

// decodeRows reads the array. A value of a wrong type leaves the decoder in the middle of a row, so the walk then starts again behind
// the rows that were handed on, and takes the rest of the page row by row.
func decodeRows[T any](body []byte, dec *jsontext.Decoder, each func(T) error) (*jsontext.Decoder, error) {
	if _, err := dec.ReadToken(); err != nil {
		return dec, err
	}
	for n := 0; dec.PeekKind() != ']'; n++ {
		if k := dec.PeekKind(); k != '{' && k != jsontext.KindInvalid {
			return dec, errNoRow
		}
		var v T
		err := json.UnmarshalDecode(dec, &v, lenient)
		var semantic *json.SemanticError
		if errors.As(err, &semantic) {
			return decodeSlowly(body, n, each)
		}
		if err != nil {
			return dec, err
		}
		if err := each(v); err != nil {
			return dec, err
		}
	}
	_, err := dec.ReadToken()
	return dec, err
}

func decodeSlowly[T any](body []byte, done int, each func(T) error) (*jsontext.Decoder, error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), lenient)
	if _, err := dec.ReadToken(); err != nil {
		return dec, err
	}
	for {
		name, err := dec.ReadToken()
		if err != nil {
			return dec, err
		}
		if name.String() == "value" {
			break
		}
		if err := dec.SkipValue(); err != nil {
			return dec, err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return dec, err
	}
	for n := 0; dec.PeekKind() != ']'; n++ {
		raw, err := dec.ReadValue()
		if err != nil {
			return dec, err
		}
		if n < done {
			continue
		}
		if raw.Kind() != '{' {
			return dec, errNoRow
		}
		var v T
		if json.Unmarshal(raw, &v, lenient) != nil {
			v = fieldByField[T](raw)
		}
		if err := each(v); err != nil {
			return dec, err
		}
	}
	_, err := dec.ReadToken()
	return dec, err
}

// coerced reads what can be read of values of another type than they should have, however deep: a number for a text as text, a text for a
// number as number; what makes no sense is left out, and all beside it is kept.
var coerced = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v any) error {
	to := reflect.ValueOf(v)
	if _, own := v.(json.UnmarshalerFrom); own || to.Kind() != reflect.Pointer {
		return errors.ErrUnsupported
	}
	is := dec.PeekKind()
	switch to = to.Elem(); to.Kind() {
	case reflect.String:
		if is != '0' && is != 't' && is != 'f' {
			break
		}
		raw, err := dec.ReadValue()
		to.SetString(string(raw))
		return err
	case reflect.Bool:
		if is != '"' {
			break
		}
		tok, err := dec.ReadToken()
		if err == nil {
			to.SetBool(strings.EqualFold(tok.String(), "true"))
		}
		return err
	}
	if fits, known := kinds[to.Kind()]; known && is != 'n' && is != jsontext.KindInvalid && !strings.ContainsRune(fits, rune(is)) {
		return dec.SkipValue()
	}
	return errors.ErrUnsupported
}))

// kinds are those of JSON that a kind of Go's takes.
var kinds = map[reflect.Kind]string{
	reflect.String: `"`, reflect.Bool: "tf", reflect.Struct: "{", reflect.Map: "{", reflect.Slice: "[", reflect.Int: "0", reflect.Int64: "0", reflect.Int32: "0", reflect.Float64: "0",
}

// fieldByField keeps the fields that can be read of a row where some cannot.
func fieldByField[T any](raw jsontext.Value) (v T) {
	dec := jsontext.NewDecoder(bytes.NewReader(raw), lenient)
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return v
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return v
		}
		name = bytes.Clone(name)
		value, err := dec.ReadValue()
		if err != nil {
			return v
		}
		one := fmt.Appendf(nil, "{%s:%s}", name, value)
		before := v
		if json.Unmarshal(one, &v, lenient, coerced) != nil {
			v = before
		}
	}
	return v
}

// Get reads one entity.
func Get[T any](ctx context.Context, c *Client, tid tenant.ID, path string, q Query) (T, error) {
	var v T
	k := &call{tid: tid, token: q.Token, url: c.resolve(q.Version, path, q.values(q.Top)), header: q.header()}
	k.waiting = q.OnPage
	body, err := c.do(ctx, k)
	if err != nil {
		return v, err
	}
	if onlyError(body) {
		return v, bad(k, "an error under status 200")
	}
	if err := json.Unmarshal(body, &v, lenient); err != nil {
		var semantic *json.SemanticError
		if !errors.As(err, &semantic) || bytes.TrimSpace(body)[0] != '{' {
			e := bad(k, "not the JSON of an entity")
			e.cause = err
			return v, e
		}
		v = fieldByField[T](body)
	}
	if q.OnPage != nil {
		err = q.OnPage(Page{Pages: 1, Rows: 1, Bytes: int64(len(body)), RequestID: k.requestID, ClientRequestID: k.clientID})
	}
	return v, err
}

// onlyError tells an answer that is an error whatever its status says.
func onlyError(body []byte) bool {
	var members map[string]jsontext.Value
	return len(body) < 64<<10 && json.Unmarshal(body, &members, lenient) == nil && len(members) == 1 && members["error"].Kind() == '{'
}
