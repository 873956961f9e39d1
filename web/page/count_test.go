package page_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// TestCountThatIsABound: a count that is no more than a bound is told so in both forms, and leads to the exact one only where there is one.
func TestCountThatIsABound(t *testing.T) {
	for name, tc := range map[string]struct {
		list  page.List[thing]
		more  bool
		words []string
		lacks string
	}{
		"more":    {page.List[thing]{Rows: []thing{{"a"}}, Count: 7, More: true}, true, []string{"more than 7", "count=exact"}, "so far"},
		"bounded": {page.List[thing]{Rows: []thing{{"a"}}, Count: 7, More: true, Bounded: true}, true, []string{"more than 7"}, "count=exact"},
		"so far":  {page.List[thing]{Rows: []thing{{"a"}}, Count: 1, SoFar: true, Bounded: true, Next: "x"}, true, []string{"1 so far"}, "more than"},
		"nothing": {page.List[thing]{SoFar: true, Bounded: true, Next: "x"}, true, []string{"No thing found so far", "Search on", "after="}, "more than"},
		"the end": {page.List[thing]{Count: 3, SoFar: true, Bounded: true}, true, []string{"No other thing was found", "First page"}, "Search on"},
		"all":     {page.List[thing]{Rows: []thing{{"a"}}, Count: 1}, false, nil, "so far"},
	} {
		serve := func(accept string) string {
			r, w := httptest.NewRequest("GET", "/things?q=a", nil), httptest.NewRecorder()
			r.Header.Set("Accept", accept)
			q, err := thingList.Parse(r.URL)
			if err != nil {
				t.Fatal(err)
			}
			l := tc.list
			l.Title, l.One, l.Many, l.Query, l.Spec, l.M = "Things", "thing", "things", q, thingList, tenant.Membership{Scope: tenant.Everything()}
			l.Columns = []page.Column[thing]{{Key: "name", Label: "Name", Text: func(x thing) string { return x.Name }}}
			l.Empty = ui.Empty{Kind: ui.EmptyNone, Title: "No things"}
			if err := l.Serve(w, r); err != nil {
				t.Fatal(err)
			}
			return w.Body.String()
		}
		var twin struct{ More bool }
		if err := json.Unmarshal([]byte(serve("application/json")), &twin); err != nil || twin.More != tc.more {
			t.Errorf("%s: more %v, %v", name, twin.More, err)
		}
		html := serve("text/html")
		for _, w := range tc.words {
			if !strings.Contains(html, w) {
				t.Errorf("%s lacks %q", name, w)
			}
		}
		if strings.Contains(html, tc.lacks) {
			t.Errorf("%s has %q", name, tc.lacks)
		}
	}
}

// TestWhatWasNeverReadIsNotCounted: a customer of whom nothing was read, or may be, has not no things but an unknown number of them.
func TestWhatWasNeverReadIsNotCounted(t *testing.T) {
	for kind, known := range map[string]bool{ui.EmptyNotRead: false, ui.EmptyNotPermitted: false, ui.EmptyNone: true, ui.EmptyNoMatch: true} {
		r := httptest.NewRequest("GET", "/things", nil)
		q, err := thingList.Parse(r.URL)
		if err != nil {
			t.Fatal(err)
		}
		l := page.List[thing]{Title: "Things", One: "thing", Many: "things", Query: q, Spec: thingList, M: tenant.Membership{Scope: tenant.Everything()}, Empty: ui.Empty{Kind: kind, Title: "None here"},
			Columns: []page.Column[thing]{{Key: "name", Label: "Name", Text: func(x thing) string { return x.Name }}}}
		w := httptest.NewRecorder()
		if err := l.Serve(w, r); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(w.Body.String(), `class="count"`); got != known {
			t.Errorf("%s: counted in the heading %t", kind, got)
		}
		r.Header.Set("Accept", "application/json")
		w = httptest.NewRecorder()
		if err := l.Serve(w, r); err != nil {
			t.Fatal(err)
		}
		var twin struct{ Count *int64 }
		if err := json.Unmarshal(w.Body.Bytes(), &twin); err != nil || (twin.Count != nil) != known {
			t.Errorf("%s: %s, %v", kind, w.Body, err)
		}
	}
}
