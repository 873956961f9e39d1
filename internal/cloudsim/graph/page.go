package graph

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
)

// source is a computed collection.
type source struct {
	n     int
	put   func(b []byte, i int) []byte // writes the i-th item, as selected
	match func(i int) bool             // nil: everything
}

// scanned is how many items one request looks through for a filter: after that the page is short, or empty, and has a nextLink.
const scanned = 100_000

// pageSize is how many items the request gets at most.
func (c *call) pageSize() (int, error) {
	p := c.op.page
	top := c.q.top
	switch {
	case p.most == 0:
		return 1 << 30, nil
	case top < 0:
		return p.usual, nil
	case top > p.most && c.op.area != directory:
		return p.most, nil
	case (top > p.most || top == 0) && c.op.area == directory:
		return 0, badRequest(fmt.Sprintf("Invalid page size specified: '%d'. Must be between 1 and %d inclusive.", top, p.most))
	}
	return top, nil
}

// list answers with one page of a collection. context is what follows $metadata# in @odata.context.
func (c *call) list(context string, src source) error {
	size, err := c.pageSize()
	if err != nil {
		return err
	}
	page, next := window(src, c.from, size)
	b := c.open(context)
	if n, ok := c.countOf(src, len(page)); ok {
		b = append(b, `,"@odata.count":`...)
		b = strconv.AppendInt(b, int64(n), 10)
	}
	if next < src.n && size > 0 {
		b = append(b, `,"@odata.nextLink":`...)
		b = appendString(b, c.nextLink(next))
	}
	b = append(b, `,"value":[`...)
	for i, at := range page {
		if i > 0 {
			b = append(b, ',')
		}
		b = src.put(b, at)
	}
	c.status, c.body = http.StatusOK, append(b, ']', '}')
	return nil
}

// window picks the items of a page and says where the next one starts; src.n when there is none.
func window(src source, start, size int) (page []int, next int) {
	at := start
	for ; at < src.n && len(page) < size && at-start < scanned; at++ {
		if src.match == nil || src.match(at) {
			page = append(page, at)
		}
	}
	for src.match != nil && at < src.n && at-start < scanned && !src.match(at) {
		at++ // so that a full last page has no link to an empty one
	}
	return page, at
}

// countOf is @odata.count. The directory gives it with ConsistencyLevel only; managedDevices always gives some count: without
// $count=true it is that of the page.
func (c *call) countOf(src source, onPage int) (int, bool) {
	if !c.q.count || c.op.options&oCount == 0 {
		return onPage, strings.EqualFold(c.op.path, "/deviceManagement/managedDevices")
	}
	if c.op.area == directory && !c.eventual() || c.q.skipToken != "" {
		return 0, false
	}
	return total(src), true
}

func total(src source) int {
	if src.match == nil {
		return src.n
	}
	n := 0
	for i := range src.n {
		if src.match(i) {
			n++
		}
	}
	return n
}

func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// resume reads $skiptoken or $skip: where the page starts, and as of when the collection is seen.
func (c *call) resume() error {
	c.from, c.asOf = c.q.skip, c.now.Truncate(time.Second)
	if c.q.skipToken == "" {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.q.skipToken)
	parts := strings.Split(string(raw), ".")
	if err == nil && len(parts) == 3 && parts[2] == c.mark() {
		at, errAt := strconv.Atoi(parts[0])
		seconds, errTime := strconv.ParseInt(parts[1], 10, 64)
		if errAt == nil && errTime == nil && at >= 0 {
			c.from, c.asOf = at, time.Unix(seconds, 0).UTC()
			return nil
		}
	}
	if c.op.area == directory {
		return &refusal{status: http.StatusBadRequest, code: "Directory_ExpiredPageToken", message: "The specified page token value has expired and can no longer be included in your request."}
	}
	return badRequest("Skip token is invalid.")
}

// mark binds a page token to the tenant, the collection and the filter it was made for.
func (c *call) mark() string {
	h := c.s.world.Seed ^ uint64(c.t.Index)
	v := c.r.URL.Query()
	for _, s := range []string{c.version(), strings.ToLower(c.r.URL.Path), v.Get("$filter"), v.Get("$orderby")} {
		for i := range len(s) {
			h = mix(h ^ uint64(s[i]))
		}
		h = mix(h + 1)
	}
	return strconv.FormatUint(h, 36)
}

// nextLink repeats the request's own address and options with a new page token.
func (c *call) nextLink(at int) string {
	var keep []string
	for pair := range strings.SplitSeq(c.r.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name, _ = url.QueryUnescape(name)
		if name = strings.ToLower(name); pair != "" && name != "$skiptoken" && name != "$skip" {
			keep = append(keep, strings.Replace(pair, "%24", "$", 1))
		}
	}
	token := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(at) + "." + strconv.FormatInt(c.asOf.Unix(), 10) + "." + c.mark()))
	keep = append(keep, "$skiptoken="+token)
	_, rest, _ := strings.Cut(strings.TrimPrefix(c.r.URL.EscapedPath(), "/"), "/")
	return c.base() + "/" + rest + "?" + strings.Join(keep, "&")
}

// open starts a body with its @odata.context.
func (c *call) open(context string) []byte {
	b := append(c.body[:0], `{"@odata.context":`...)
	return appendString(b, c.base()+"/$metadata#"+context)
}

// objects answers with a page of a collection that is given as objects; at(i) makes the i-th. Filters and order apply where the
// operation takes part in them.
func (c *call) objects(k *kind, context string, n int, at func(i int) object) error {
	if err := c.check(k); err != nil {
		return err
	}
	if err := c.checkFilter(k); err != nil {
		return err
	}
	if len(c.q.order) > 0 {
		n, at = c.sorted(n, at)
	}
	src := source{n: n, put: func(b []byte, i int) []byte { return appendObject(b, c.project(k, at(i))) }}
	if c.q.filter != nil {
		src.match = func(i int) bool { return c.q.filter.matches(at(i).at) }
	}
	return c.list(context+c.q.shape(), src)
}

// fixed is objects for a collection in memory.
func (c *call) fixed(k *kind, context string, items []object) error {
	return c.objects(k, context, len(items), func(i int) object { return items[i] })
}

// count answers …/$count.
func (c *call) count(n int, at func(i int) object) error {
	if c.op.area == directory && !c.eventual() {
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "$count is not currently supported."}
	}
	src := source{n: n}
	if c.q.filter != nil {
		src.match = func(i int) bool { return c.q.filter.matches(at(i).at) }
	}
	c.status, c.body = http.StatusOK, strconv.AppendInt(c.body[:0], int64(total(src)), 10)
	c.w.Header().Set("Content-Type", "text/plain")
	return nil
}

// entity answers with one object.
func (c *call) entity(k *kind, context string, o object) error {
	if err := c.check(k); err != nil {
		return err
	}
	b := c.open(context + c.q.shape() + "/$entity")
	item := appendObject(nil, c.project(k, o))
	if len(item) > 2 {
		b = append(b, ',')
	}
	c.status, c.body = http.StatusOK, append(b, item[1:]...)
	return nil
}

// project keeps what the version has and the request selects.
func (c *call) project(k *kind, o object) object {
	out := make(object, 0, len(o))
	for _, m := range o {
		if strings.HasPrefix(m.name, "@") {
			out = append(out, m)
			continue
		}
		nav := k.navs[m.name] || k.betaNavs[m.name]
		p := k.props[m.name]
		if _, relation := m.value.(related); relation && !nav {
			continue // not of this type
		}
		switch {
		case nav && p == nil && !c.q.expands(m.name):
		case nav && p == nil:
			out = append(out, member{m.name, c.expanded(m)})
		case p != nil && p.beta && !c.beta:
		case len(c.q.selected) == 0:
			out = append(out, m)
		case c.q.selects(m.name):
			out = append(out, member{m.name, unhide(m.value)})
		}
	}
	for _, name := range c.q.selected {
		if p := k.props[name]; p != nil && !p.required {
			if _, ok := o.get(name); !ok {
				out = append(out, member{name, nil}) // known to the metadata, not set here
			}
		}
	}
	return out
}

func unhide(v any) any {
	if h, ok := v.(onlyWhenSelected); ok {
		return h.value
	}
	return v
}

// sorted orders a small collection by $orderby.
func (c *call) sorted(n int, at func(i int) object) (int, func(i int) object) {
	items := make([]object, n)
	for i := range items {
		items[i] = at(i)
	}
	keys := c.q.order
	sort.SliceStable(items, func(i, j int) bool {
		for _, key := range keys {
			name, direction, _ := strings.Cut(key, " ")
			x, _ := order(items[i].at(name), items[j].at(name))
			if strings.TrimSpace(direction) == "desc" {
				x = -x
			}
			if x != 0 {
				return x < 0
			}
		}
		return false
	})
	return n, func(i int) object { return items[i] }
}

var advanced = []string{"ne", "endswith", "not"}

// checkFilter refuses what the directory refuses: unknown properties, and advanced operators without ConsistencyLevel.
func (c *call) checkFilter(k *kind) error {
	if c.q.filter == nil || c.op.area == intune {
		return nil
	}
	var err error
	c.q.filter.each(func(e *expr) {
		name, _, _ := strings.Cut(e.path, "/")
		if name != "" && k.props[name] == nil && !k.navs[name] && !knownFold(k, name) {
			err = badRequest("Could not find a property named '" + name + "' on type 'microsoft.graph." + k.name + "'.")
		}
		if c.op.area == directory && slices.Contains(advanced, e.op) && (!c.eventual() || !c.q.count) {
			err = &refusal{
				status: http.StatusBadRequest, code: "Request_UnsupportedQuery",
				message: "Operator '" + e.op + "' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header.",
			}
		}
	})
	return err
}

func knownFold(k *kind, name string) bool {
	return slices.ContainsFunc(k.order, func(p property) bool { return strings.EqualFold(p.name, name) })
}
