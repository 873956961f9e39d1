package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/web/webtest"
)

// listsAgree looks at every list in its three forms: page, JSON twin and CSV hold the same rows in the same order, as many as the list
// says, each of them once.
func listsAgree(t *testing.T, s *site) {
	v, _ := s.signedIn(t, s.owner())
	c := s.customer(0)
	lists := []string{
		"/tenants", "/tenants?sort=-devices", "/devices", "/devices?sort=name", "/devices?sort=-name", "/devices?os=Windows", "/devices/autopilot", "/devices/autopilot?sort=-contacted", "/devices/autopilot?sort=customer", "/devices/remote-actions", "/devices/remote-actions?sort=customer", "/devices/remote-actions?state=failed", "/devices/categories", "/devices/categories?sort=-devices", "/incidents", "/incidents?sort=severity", "/incidents?open=true", "/apps", "/apps?sort=-name",
		"/provisioning", "/services", "/services?sort=-ends", "/licences", "/licences?sort=-free", "/licences?sort=customer", "/licences?intune=true", "/licences/domains", "/licences/domains?sort=customer", "/changes", "/changes?field=compliance", "/roles", "/activity", "/sync", "/sync/runs", "/staff",
		"/t/" + c.ID + "/devices", "/t/" + c.ID + "/apps", "/t/" + c.ID + "/provisioning", "/t/" + c.ID + "/services", "/t/" + c.ID + "/licences", "/t/" + c.ID + "/licences/domains", "/t/" + c.ID + "/activity",
	}
	if jobs := rowLinks(v.Get("/provisioning")); len(jobs) > 0 {
		lists = append(lists, jobs[0].URL.Path+"/log")
	} else {
		t.Error("the fleet has no provisioning job")
	}
	for _, path := range lists {
		t.Run(path, func(t *testing.T) { listAgrees(t, v, path) })
	}
	for _, path := range append(lists, "/devices/malware", "/devices/protection", "/apps/catalogue", "/apps/installs", "/apps/detected", "/configuration/filters", "/configuration/scope-tags", "/configuration/notifications",
		"/provisioning/log", "/provisioning/failures", "/provisioning/objects", "/provisioning/alerts", "/provisioning/mappings", "/roles/who", "/roles/who/people", "/access/list", "/actions/jobs", "/relationships/contracts", "/t/"+c.ID+"/changes", "/t/"+c.ID+"/devices/changes", "/t/"+c.ID+"/devices/malware") {
		if d := v.Get(path); d.FormTo("/views") == nil {
			t.Errorf("%s: %d, and no view of it can be saved", path, d.Status)
		}
	}
}

func listAgrees(t *testing.T, v *webtest.Visitor, path string) {
	count := webtest.JSON[webtest.List](v, path).Count
	var keys []string
	seen := map[string]bool{}
	for at, pages := path, 0; at != ""; pages++ {
		if pages > 50 {
			t.Fatal("the list does not end")
		}
		d, twin := v.Get(at), webtest.JSON[webtest.List](v, at)
		if d.Status != http.StatusOK {
			t.Fatalf("%s answers %d %q", at, d.Status, d.Heading())
		}
		if twin.Count != count {
			t.Errorf("%s counts %d, the first page %d", at, twin.Count, count)
		}
		names := rowNames(d)
		if len(names) != len(twin.Rows) {
			t.Fatalf("%s shows %d rows, its twin has %d", at, len(names), len(twin.Rows))
		}
		for i, r := range twin.Rows {
			if !mentions(r, names[i]) {
				t.Errorf("%s: row %d is %q on the page and %v in the twin", at, i, names[i], r)
			}
			key := fmt.Sprint(r)
			if seen[key] {
				t.Errorf("%s: %v comes twice", at, r)
			}
			seen[key] = true
			keys = append(keys, names[i])
		}
		if d.Next() != twin.Next {
			t.Errorf("%s: next is %q on the page and %q in the twin", at, d.Next(), twin.Next)
		}
		at = twin.Next
	}
	if int64(len(keys)) != count {
		t.Errorf("the pages have %d rows, the list counts %d", len(keys), count)
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	d := v.Get(path + sep + "format=csv")
	if d.Status != http.StatusOK || !strings.HasPrefix(d.Header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(d.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("CSV: %d %s %s", d.Status, d.Header.Get("Content-Type"), d.Header.Get("Content-Disposition"))
	}
	records, err := csv.NewReader(strings.NewReader(string(d.Body))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(records)-1) != count {
		t.Fatalf("CSV has %d rows, the list counts %d", len(records)-1, count)
	}
	for i, r := range records[1:] {
		if name := strings.TrimPrefix(strings.Join(strings.Fields(r[0]), " "), "'"); name != keys[i] {
			t.Fatalf("row %d is %q in the CSV and %q on the page", i, r[0], keys[i])
		}
	}
}

// rowNames are the first cells of the list's rows, without what is noted beside them.
func rowNames(d *webtest.Document) []string {
	var names []string
	for n := range d.All(webtest.Tag("th")) {
		if webtest.Attr(n, "scope") == "row" {
			names = append(names, strings.Join(strings.Fields(webtest.Attr(n, "title")), " "))
		}
	}
	return names
}

// mentions tells whether a row of a twin holds the name somewhere.
func mentions(row any, name string) bool {
	switch x := row.(type) {
	case map[string]any:
		for _, v := range x {
			if mentions(v, name) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(x, func(v any) bool { return mentions(v, name) })
	case string:
		return strings.Join(strings.Fields(x), " ") == name
	}
	return false
}

// countText is a link that starts with a number of things: "12 devices", "1,024 not compliant", but no share, age or range.
var (
	countText = regexp.MustCompile(`^([0-9]{1,3}(,[0-9]{3})+|[0-9]+) \p{L}`)
	noCount   = regexp.MustCompile(`^[0-9,]+ (s|sec|m|min|h|hour|d|day|w|week|month|y|year|of|to|KB|MB|GB|TB)s?\b`)
)

// countsLeadToWhatTheyCount follows every link that starts with a number of things.
func countsLeadToWhatTheyCount(t *testing.T, s *site) {
	v, _ := s.signedIn(t, s.owner())
	checked := map[string]bool{}
	for _, d := range s.pages {
		for _, l := range d.Links() {
			if !countText.MatchString(l.Text) || noCount.MatchString(l.Text) || l.URL.Host != d.URL.Host {
				continue
			}
			text, _, _ := strings.Cut(l.Text, " ")
			want, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			key := l.Text + l.URL.String()
			if checked[key] {
				continue
			}
			checked[key] = true
			res := v.With("Accept", "application/json").Get(l.URL.String())
			if res.Status != http.StatusOK || !strings.Contains(string(res.Body), `"count":`+strconv.FormatInt(want, 10)+",") {
				t.Errorf("%q on %s leads to %s, which counts otherwise: %d %.120q", l.Text, d.URL.RequestURI(), l.URL.RequestURI(), res.Status, tail(string(res.Body), 100))
			}
		}
	}
	if len(checked) < 8 {
		t.Errorf("only %d counts were found", len(checked))
	}
}

// badInput sends what nobody should: each gets its status and a page that says what is wrong.
func badInput(t *testing.T, s *site) {
	v, _ := s.signedIn(t, s.owner())
	c := s.customer(0)
	own := "/t/" + c.ID
	type ask struct {
		method, path string
		body         io.Reader
		header       [2]string
		want         []int
	}
	asks := map[string]ask{
		"unknown page":         {path: "/nowhere", want: []int{404}},
		"unknown tenant":       {path: "/t/00000000-0000-4000-8000-000000000000", want: []int{404}},
		"malformed GUID":       {path: "/t/contoso/devices", want: []int{404}},
		"GUID with a brace":    {path: "/t/%7B" + c.ID + "%7D/devices", want: []int{404}},
		"unknown device":       {path: own + "/devices/00000000-0000-4000-8000-000000000000", want: []int{404}},
		"malformed device":     {path: own + "/devices/..%2f..%2fetc", want: []int{404, 400}},
		"unknown app":          {path: own + "/apps/nothing", want: []int{404}},
		"unknown job":          {path: own + "/provisioning/nothing", want: []int{404}},
		"unknown sort":         {path: "/devices?sort=password", want: []int{400, 422}},
		"bad after":            {path: "/devices?after=x", want: []int{400, 422}},
		"after of another":     {path: "/devices?after=eyJzIjoibmFtZSIsIm4iOjUwLCJjIjoieCJ9", want: []int{400, 422}},
		"unknown filter value": {path: "/devices?compliance=excellent", want: []int{400, 422}},
		"unknown format":       {path: "/devices?format=pdf", want: []int{400, 422}},
		"null byte":            {path: "/devices?q=a%00b", want: []int{400, 422}},
		"not UTF-8":            {path: "/devices?q=%ff%fe", want: []int{400, 422}},
		"damaged escape":       {path: "/devices?q=%zz", want: []int{400, 422}},
		"path not UTF-8":       {path: own + "/devices/%ff", want: []int{404, 400}},
		"8 KB query":           {path: "/devices?q=" + strings.Repeat("x", 8<<10), want: []int{400, 414, 422}},
		"8 KB path":            {path: "/t/" + strings.Repeat("x", 8<<10), want: []int{404, 414, 400}},
		"8 KB search":          {path: "/search?q=" + strings.Repeat("x", 8<<10), want: []int{400, 414, 422}},
		"wrong method":         {method: "DELETE", path: "/devices", want: []int{405}},
		"POST to a list":       {method: "POST", path: "/devices", want: []int{405}},
		"GET of a form":        {path: "/signout", want: []int{405, 404}},
		"PUT":                  {method: "PUT", path: own, want: []int{405}},
		"huge form":            {method: "POST", path: own + "/consent", body: strings.NewReader("message=" + strings.Repeat("x", 1<<20)), want: []int{413}},
		"form of another kind": {method: "POST", path: own + "/consent", body: strings.NewReader(`{"a":1}`), header: [2]string{"Content-Type", "application/json"}, want: []int{400, 415, 422}},
		"form with null byte":  {method: "POST", path: own + "/consent", body: strings.NewReader("message=a%00b"), want: []int{400, 422}},
		"form from elsewhere":  {method: "POST", path: own + "/consent", body: strings.NewReader("message=a"), header: [2]string{"Sec-Fetch-Site", "cross-site"}, want: []int{403}},
		"unknown feature":      {method: "POST", path: own + "/consent", body: strings.NewReader("features=everything"), want: []int{400, 422}},
		"staff of no kind":     {method: "POST", path: "/staff/new", body: strings.NewReader("upn=x&role=king&reach=all"), want: []int{400, 422}},
		"customer of no kind":  {method: "POST", path: "/tenants/new", body: strings.NewReader("tenant=not a domain"), want: []int{400, 422}},
		"callback for nobody":  {path: "/auth/callback?code=x&state=y", want: []int{400, 403}},
		"callback by POST":     {method: "POST", path: "/auth/callback", body: strings.NewReader("code=x&state=y"), want: []int{405}},
		"sign-in at common":    {path: "/signin?tenant=common", want: []int{400, 404, 422}},
		"sign-in at nobody's":  {path: "/signin?tenant=nobody.example", want: []int{400, 404, 422}},
	}
	for name, a := range asks {
		t.Run(name, func(t *testing.T) {
			if a.method == "" {
				a.method = http.MethodGet
			}
			who := v
			if a.body != nil {
				who = who.With("Content-Type", "application/x-www-form-urlencoded").With("Sec-Fetch-Site", "same-origin")
			}
			if a.header[0] != "" {
				who = who.With(a.header[0], a.header[1])
			}
			d := who.Do(a.method, a.path, a.body)
			if !slices.Contains(a.want, d.Status) || d.Heading() == "" || d.Heading() == "Something went wrong" {
				t.Errorf("%s %.80s answers %d %q, want %v", a.method, a.path, d.Status, d.Heading(), a.want)
			}
		})
	}
	t.Run("broken cookie", func(t *testing.T) {
		for _, value := range []string{"x", strings.Repeat("A", 43), strings.Repeat("A", 3000), "%00", "a b", "é"} {
			cookies := v.HTTP.Jar.Cookies(mustURL(t, s.base))
			if len(cookies) == 0 {
				t.Fatal("no cookie is set")
			}
			stranger := s.visitor(t)
			for _, c := range cookies {
				stranger = stranger.With("Cookie", c.Name+"="+value)
			}
			if d := stranger.Get("/devices"); d.Status != http.StatusOK || d.Heading() != "Sign in" {
				t.Errorf("with the cookie %.10q: %d %q", value, d.Status, d.Heading())
			}
		}
	})
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
