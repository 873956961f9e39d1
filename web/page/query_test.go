package page_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/web/page"
)

var spec = page.Spec{
	Sorts:   []string{"-checkin", "name"},
	Filters: []page.Filter{{Name: "os", Label: "System", Options: []page.Option{{Value: "Windows"}, {Value: "iOS"}}}, {Name: "model", Label: "Model"}},
	Columns: []string{"name", "os", "serial"}, Default: []string{"name", "os"}, Placeholder: "Name",
}

func parse(t *testing.T, raw string) (page.Query, error) {
	t.Helper()
	u, err := url.Parse("/devices?" + raw)
	if err != nil {
		t.Fatal(err)
	}
	return spec.Parse(u)
}

func TestParseRefuses(t *testing.T) {
	for name, raw := range map[string]string{
		"unknown sort":         "sort=secret",
		"double sign":          "sort=--name",
		"unknown filter value": "os=BeOS",
		"unknown column":       "columns=name,password",
		"unknown format":       "format=xml",
		"damaged escape":       "q=%zz",
		"null byte":            "q=a%00b",
		"invalid UTF-8":        "model=%ff%fe",
		"long text":            "q=" + strings.Repeat("x", 201),
		"after not base64":     "after=!!!",
		"after not JSON":       "after=eHh4",
		"after of other sort":  "sort=name&after=eyJzIjoiLWNoZWNraW4iLCJuIjo1MCwiYyI6ImEifQ",
		"after without cursor": "after=eyJzIjoiLWNoZWNraW4iLCJuIjo1MCwiYyI6IiJ9",
		"after too long":       "after=" + strings.Repeat("a", 4001),
		"too many values":      strings.Repeat("model=x&", 51),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(t, raw); !errors.Is(err, errs.Invalid) {
				t.Errorf("Parse(%.60q): error = %v, want Invalid", raw, err)
			}
		})
	}
}

// TestParseUnwraps: what was copied with what a program writes around it is looked for without; what may be part of a name stays.
func TestParseUnwraps(t *testing.T) {
	const id = "6d1e0c4a-1111-4222-8333-00000000191b"
	for given, want := range map[string]string{
		"{" + id + "}": id, " (" + id + ") ": id, `"` + id + `"`: id, `"5CG69YP815"`: "5CG69YP815", "'Adam’s iPhone'": "Adam’s iPhone", "“ Reception ”": "Reception",
		`"AB"`: `"AB"`, `"`: `"`, `""`: `""`, "(Reception)": "(Reception)", "{x}": "{x}", `DESK-"A"`: `DESK-"A"`, `"half`: `"half`,
	} {
		if q, err := parse(t, url.Values{"q": {given}}.Encode()); err != nil || q.Q != want {
			t.Errorf("%q: %q, want %q (%v)", given, q.Q, want, err)
		}
	}
}

func TestParseKeepsState(t *testing.T) {
	q, err := parse(t, "q=+desk+&os=iOS&os=Windows&sort=name&columns=serial,name&utm_source=mail&model=")
	if err != nil {
		t.Fatal(err)
	}
	if q.Q != "desk" || q.Sort != "name" || q.Desc || strings.Join(q.Columns, " ") != "name serial" || len(q.Values["os"]) != 2 || len(q.Values["model"]) != 0 {
		t.Errorf("Parse = %+v", q)
	}
	for what, pair := range map[string][2]string{
		"itself":       {q.URL(), "/devices?columns=name%2Cserial&os=Windows&os=iOS&q=desk&sort=name"},
		"cleared":      {q.Clear(), "/devices?columns=name%2Cserial&sort=name"},
		"without os":   {q.Without("os"), "/devices?columns=name%2Cserial&q=desk&sort=name"},
		"other way":    {q.SortedBy("name"), "/devices?columns=name%2Cserial&os=Windows&os=iOS&q=desk&sort=-name"},
		"no next page": {q.Next("", 50), ""},
		"exported":     {q.Export(), "/devices?columns=name%2Cserial&format=csv&os=Windows&os=iOS&q=desk&sort=name"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s, want %s", what, pair[0], pair[1])
		}
	}
}

func TestGUIDInBraces(t *testing.T) {
	const guid = "6d1e0c4a-1111-4222-8333-00000000191b"
	for typed, want := range map[string]string{"{" + guid + "}": guid, guid: guid, "{" + guid: "{" + guid, "{}": "{}", "{desk}": "{desk}", " {" + strings.ToUpper(guid) + "} ": strings.ToUpper(guid)} {
		if q, err := parse(t, "q="+url.QueryEscape(typed)); err != nil || q.Q != want {
			t.Errorf("%q is read as %q, want %q (%v)", typed, q.Q, want, err)
		}
	}
}

func TestNextRoundTrip(t *testing.T) {
	q, err := parse(t, "os=iOS")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(q.Next("2026 d\"1", 50))
	if err != nil {
		t.Fatal(err)
	}
	again, err := spec.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	if again.After != "2026 d\"1" || again.Skipped != 50 || again.Get("os") != "iOS" {
		t.Errorf("after round trip: %+v", again)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("q=a&os=iOS&sort=-checkin&after=eyJzIjoiLWNoZWNraW4iLCJuIjo1MCwiYyI6ImEifQ")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := spec.Parse(&url.URL{Path: "/devices", RawQuery: raw})
		if err != nil {
			if !errors.Is(err, errs.Invalid) {
				t.Fatalf("error = %v, want Invalid", err)
			}
			return
		}
		u, err := url.Parse(q.URL())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := spec.Parse(u); err != nil || again.URL() != q.URL() {
			t.Fatalf("a list's own address is not stable: %q then %q (%v)", q.URL(), again.URL(), err)
		}
	})
}

func TestNeutral(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "@x": "'@x", "+41": "'+41", "-5": "-5", "-x": "'-x", "\tx": "'\tx", "": "", "plain": "plain"} {
		if got := page.Neutral(in); got != want {
			t.Errorf("Neutral(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestNoFilterTakesAnothersName: two fields of one name in a form narrow by both, and a list over all customers would find nothing.
func TestNoFilterTakesAnothersName(t *testing.T) {
	for _, name := range []string{"group", "tag", "q", "sort", "after", "columns", "format", "view", "count"} {
		u := &url.URL{Path: "/things"}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a filter is called %s as what every list has", name)
				}
			}()
			_, _ = page.Spec{Sorts: []string{"name"}, Filters: []page.Filter{page.ByCustomer, {Name: name}}}.Parse(u)
		}()
	}
}
