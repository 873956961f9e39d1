package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

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

// First reads the first rows of a collection, each once, and tells whether there are more. key is what tells a row from the others.
func First[T any](ctx context.Context, c *Client, tid tenant.ID, path string, q Query, most int, key func(T) string) (found []T, more bool, err error) {
	found, seen := []T{}, map[string]bool{}
	for w, err := range List[T](ctx, c, tid, path, q) {
		switch {
		case err != nil:
			return nil, false, err
		case seen[key(w)]:
			continue
		case len(found) == most:
			return found, true, nil
		}
		seen[key(w)] = true
		found = append(found, w)
	}
	return found, false, nil
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
		shrunk, err := l.shrink(ctx, next, err)
		if shrunk {
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

// shrink halves the page size after 503 or 504; Microsoft advises 20 or fewer for big app listings. A pause that Microsoft asks for is waited
// out before the smaller page, too; one too long for that tells of an outage, which no smaller page ends.
func (l *lister[T]) shrink(ctx context.Context, u *url.URL, err error) (bool, error) {
	var e *Error
	if !l.q.Shrinks || !errors.As(err, &e) || (e.Status != 503 && e.Status != 504) || l.top <= smallestPage {
		return false, err
	}
	if e.RetryAfter > 0 {
		if err := l.c.wait(ctx, &call{url: u, waiting: l.tell}, e, 1); err != nil {
			return false, err
		}
	}
	half := l.top / 2
	if l.top > 20 && half < 20 {
		half = 20
	}
	l.top = max(half, smallestPage)
	l.c.mu.Lock()
	l.c.sizes[sizeKey{l.tid, l.path}] = size{top: l.top, at: l.c.opts.Now()}
	l.c.mu.Unlock()
	return true, nil
}

// size is a page size that had to shrink.
type size struct {
	top int
	at  time.Time // when it was last changed
}

// growsAfter is how long a page size stays small before a list tries one twice as large: what shrank it may have been an outage, and a large
// tenant read by small pages for ever would be read hundreds of times as often as it needs.
const growsAfter = time.Hour

// pageSize is the size that a list begins with.
func (c *Client) pageSize(tid tenant.ID, path string, q Query) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, now := sizeKey{tid, path}, c.opts.Now()
	s, ok := c.sizes[k]
	for ok && s.top < q.Top && now.Sub(s.at) >= growsAfter {
		s.top, s.at = 2*s.top, s.at.Add(growsAfter)
	}
	if !ok || s.top >= q.Top {
		delete(c.sizes, k)
		return q.Top
	}
	c.sizes[k] = s
	return s.top
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
