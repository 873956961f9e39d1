package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/graphsync"
)

// withQuery is the request's own address with more in its query.
func withQuery(c *asked, more string) string {
	u := *c.URL
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+more, "&")
	return u.String()
}

func double(n json.Number) string {
	v, _ := n.Int64()
	return strconv.FormatInt(2*v, 10)
}

// answers gives every call this answer.
func answers(status int, b string, header ...string) func(*asked, *http.Response) *http.Response {
	return func(c *asked, res *http.Response) *http.Response {
		res = body(res, []byte(b))
		res.StatusCode, res.Status = status, fmt.Sprint(status)
		for i := 0; i+1 < len(header); i += 2 {
			res.Header.Set(header[i], header[i+1])
		}
		return res
	}
}

// raw bends the bytes of an answer.
func raw(change func([]byte) []byte) func(*asked, *http.Response) *http.Response {
	return func(_ *asked, res *http.Response) *http.Response {
		if res.StatusCode != http.StatusOK {
			return res
		}
		return body(res, change(text(res)))
	}
}

// lists bends pages only; of entities nothing is said.
func lists(change func(c *asked, p map[string]any)) func(*asked, *http.Response) *http.Response {
	return onPage(func(c *asked, p map[string]any) {
		if _, ok := p["value"].([]any); ok {
			change(c, p)
		}
	})
}

// later has a fault begin in the middle of a read, or with its last call.
func later(first func(total int) int, bend func(*asked, *http.Response) *http.Response) func(*asked, *http.Response) *http.Response {
	return func(c *asked, res *http.Response) *http.Response {
		if c.n < first(c.total) {
			return res
		}
		return bend(c, res)
	}
}

func middle(total int) int { return total/2 + 1 }
func end(total int) int    { return total }

func cut(b []byte) []byte { return b[:len(b)/2] }

const (
	intuneRefusal = `{"error":{"code":"UnknownError","message":"{\"ErrorCode\":\"Forbidden\",\"Message\":\"{\\r\\n  \\\"_version\\\": 3,\\r\\n  \\\"Message\\\": \\\"An error has occurred - Operation ID (for customer support): 00000000-0000-0000-0000-000000000000 - Activity ID: 1c5dff1c-7b0f-4f0a-8f6e-2f6b2f2b2f2b - Url: https://fef.msub01.manage.microsoft.com/x\\\",\\r\\n  \\\"CustomApiErrorPhrase\\\": \\\"\\\",\\r\\n  \\\"RetryAfter\\\": null,\\r\\n  \\\"ErrorSourceService\\\": \\\"\\\",\\r\\n  \\\"HttpHeaders\\\": \\\"{}\\\"\\r\\n}\",\"Target\":null,\"Details\":null,\"InnerError\":null,\"InstanceAnnotations\":[]}","innerError":{"date":"2026-08-08T07:00:00","request-id":"0d9a7a0e-6a54-4f3a-8e7d-6f1a2b3c4d5e","client-request-id":"0d9a7a0e-6a54-4f3a-8e7d-6f1a2b3c4d5e"}}}`
	notApplicable = `{"error":{"code":"BadRequest","message":"Request not applicable to target tenant.","innerError":{"date":"2026-08-08T07:00:00","request-id":"0d9a7a0e-6a54-4f3a-8e7d-6f1a2b3c4d5e","client-request-id":"0d9a7a0e-6a54-4f3a-8e7d-6f1a2b3c4d5e"}}}`
	premium       = `{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"Neither tenant is B2C or tenant doesn't have premium license","innerError":{}}}`
	htmlPage      = `<!DOCTYPE html><html><head><title>Our services aren't available right now</title></head><body><h1>Sorry {}</h1></body></html>`
	throttling    = `{"error":{"code":"TooManyRequests","message":"Too many requests.","innerError":{}}}`
)

// inDefender: a program needs no role there, so what is left is a tenant without a licence.
var inDefender = map[string][]string{graphsync.Incidents: {"licence"}}

// unset: of what there is one of, Intune says so where nobody set it up; the other kinds have readings that say that they were refused.
var unset = map[string][]string{graphsync.Services: nil}

var nonsense, slow = []string{"badanswer"}, []string{"throttled"}

var broken = []bent{
	{name: "JSON that ends in the middle", bend: raw(cut), kinds: nonsense},
	{name: "JSON that ends in the middle of the read", bend: later(middle, raw(cut)), kinds: nonsense},
	{name: "JSON that ends in the middle at the end of the read", bend: later(end, raw(cut)), kinds: nonsense},
	{name: "more behind the JSON", bend: raw(func(b []byte) []byte { return append(b, `]{"value":[]}`...) }), kinds: nonsense},
	{name: "HTML", bend: answers(200, htmlPage, "Content-Type", "text/html"), kinds: nonsense},
	{name: "nothing", bend: answers(200, ""), kinds: nonsense},
	{name: "no content", bend: answers(204, ""), kinds: nonsense},
	{name: "a redirect", bend: answers(302, "", "Location", "https://elsewhere.example/"), kinds: nonsense},
	{name: "an error under 200", bend: answers(200, `{"error":{"code":"InternalServerError","message":"x"}}`), kinds: nonsense},
	{name: "no value", bend: lists(func(_ *asked, p map[string]any) { delete(p, "value"); delete(p, "Schema") }), kinds: nonsense},
	{name: "value null", bend: lists(func(_ *asked, p map[string]any) { p["value"] = nil; p["Schema"] = nil }), kinds: nonsense},
	{name: "value an object", bend: lists(func(_ *asked, p map[string]any) { p["value"] = map[string]any{}; p["Schema"] = 1 }), kinds: nonsense},
	{name: "rows that are no objects", bend: lists(func(_ *asked, p map[string]any) {
		if p["Schema"] == nil {
			p["value"] = append(p["value"].([]any), nil, 1, "x", []any{})
			return
		}
		p["value"], p["Schema"] = nil, []any{nil, 1}
	}), kinds: nonsense},
	{name: "a row without its id", rows: true, bend: lists(func(_ *asked, p map[string]any) {
		for _, row := range rowsOf(p)[:min(1, len(rowsOf(p)))] {
			for name := range row {
				if key(name) && name[0] != '@' {
					row[name] = nil
				}
			}
		}
	}), kinds: nonsense},
	{name: "nextLink to itself", bend: lists(func(c *asked, p map[string]any) { p["@odata.nextLink"] = c.URL.String(); forever(p) }), kinds: nonsense},
	{name: "nextLink there and back", bend: lists(func(c *asked, p map[string]any) {
		p["@odata.nextLink"] = withQuery(c, "there=1")
		if before, ok := strings.CutSuffix(c.URL.String(), "&there=1"); ok {
			p["@odata.nextLink"] = before
		}
		forever(p)
	}), kinds: nonsense},
	{name: "nextLink to another host", bend: lists(func(_ *asked, p map[string]any) {
		p["@odata.nextLink"] = "https://graph.elsewhere.example/v1.0/x"
		forever(p)
	}), kinds: nonsense},
	{name: "nextLink that is none", bend: lists(func(_ *asked, p map[string]any) { p["@odata.nextLink"] = "\x7f://"; forever(p) }), kinds: nonsense},
	{name: "nextLink without end", bend: lists(func(c *asked, p map[string]any) {
		p["@odata.nextLink"] = withQuery(c, fmt.Sprintf("next=%d", c.n))
		forever(p)
	}), kinds: nonsense},
	{name: "nextLink without end, pages empty", bend: lists(func(c *asked, p map[string]any) {
		p["@odata.nextLink"], p["value"] = withQuery(c, fmt.Sprintf("next=%d", c.n)), []any{}
		forever(p)
	}), kinds: nonsense},
	{name: "401 in Intune's form", bend: answers(401, intuneRefusal), kinds: []string{"permission"}, but: inDefender},
	{name: "401 for the token", bend: answers(401, `{"error":{"code":"InvalidAuthenticationToken","message":"Access token has expired."}}`), kinds: []string{"token"}},
	{name: "401 and nothing", bend: answers(401, ""), kinds: []string{"permission"}, but: inDefender},
	{name: "403", bend: answers(403, `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`), kinds: []string{"permission"}},
	{name: "licence missing", bend: answers(400, notApplicable), kinds: []string{"licence"}, layer: "licence"},
	{name: "licence missing, 403", bend: answers(403, premium), kinds: []string{"licence"}, layer: "licence"},
	{name: "404", bend: answers(404, `{"error":{"code":"ResourceNotFound","message":"x"}}`), kinds: []string{"notfound"}, but: unset, loses: []string{"service_item"}},
	{name: "400", bend: answers(400, `{"error":{"code":"BadRequest","message":"Skip token is null or invalid."}}`), kinds: []string{"refused"}, but: unset, loses: []string{"service_item"}},
	{name: "410", bend: answers(410, `{"error":{"code":"syncStateNotFound","message":"x"}}`), kinds: []string{"notfound"}, but: unset, loses: []string{"service_item"}},
	{name: "429 without Retry-After", bend: answers(429, throttling), kinds: slow},
	{name: "429 for a year", bend: answers(429, throttling, "Retry-After", "31536000"), kinds: slow},
	{name: "429 for ever", bend: answers(429, throttling, "Retry-After", "99999999999999999999999"), kinds: slow},
	{name: "429 until a day that is none", bend: answers(429, throttling, "Retry-After", "soon"), kinds: slow},
	{name: "429 until yesterday", bend: answers(429, throttling, "Retry-After", "-86400"), kinds: slow},
	{name: "500 as HTML", bend: answers(500, htmlPage), kinds: []string{"unavailable"}},
}

// forever has a report go on, as nextLink has other lists.
func forever(p map[string]any) {
	if p["Schema"] != nil {
		p["TotalRowCount"] = json.Number("9000000000000000000")
	}
}
