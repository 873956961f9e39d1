package ui_test

import (
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/ui"
)

func TestNumbers(t *testing.T) {
	for _, tc := range []struct{ got, want string }{
		{ui.N(0), "0"}, {ui.N(999), "999"}, {ui.N(1000), "1,000"}, {ui.N(48317), "48,317"}, {ui.N(-1234567), "−1,234,567"},
		{ui.Count(1, "device", "devices"), "1 device"}, {ui.Count(0, "device", "devices"), "0 devices"}, {ui.Count(2100, "device", "devices"), "2,100 devices"},
		{ui.Percent(43902, 48317), "90.9%"}, {ui.Percent(0, 5), "0.0%"}, {ui.Percent(5, 5), "100.0%"}, {ui.Percent(0, 0), "–"},
		{ui.Percent(99999, 100000), "99.9%"}, {ui.Percent(1, 100000), "0.1%"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

func TestTimes(t *testing.T) {
	ago := func(d time.Duration) string { return ui.NewTime(now.Add(-d), now).Text }
	for _, tc := range []struct{ got, want string }{
		{ago(0), "just now"}, {ago(59 * time.Second), "just now"}, {ago(-30 * time.Second), "just now"}, {ago(time.Minute), "1 min ago"}, {ago(59 * time.Minute), "59 min ago"},
		{ago(2 * time.Hour), "2 h ago"}, {ago(26 * time.Hour), "26 h ago"}, {ago(48 * time.Hour), "2 d ago"}, {ago(29*24*time.Hour + time.Hour), "29 d ago"}, {ago(30 * 24 * time.Hour), "22 Oct"},
		{ago(400 * 24 * time.Hour), "17 Oct 2025"}, {ago(-2 * time.Hour), "in 2 h"},
		{ui.NewTime(time.Time{}, now).Text, "never"}, {ui.Future(time.Time{}, now).Text, "not planned"}, {ui.Future(now.Add(-time.Hour), now).Text, "now"},
		{ui.Future(now.Add(41*time.Minute), now).Text, "in 41 min"}, {ui.Future(now.Add(40*24*time.Hour), now).Text, "31 Dec"}, {ui.Length(89 * time.Hour), "3 d 17 h"},
		{ui.Clock(now.Add(-time.Hour), now).Text, "01:53"}, {ui.Clock(now.Add(-24*time.Hour), now).Text, "20 Nov, 02:53"},
		{ui.NewTime(now.In(time.FixedZone("", 3600)), now).Title, "21 Nov 2026, 02:53:00 UTC"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

func TestMarkIsStableAndSpread(t *testing.T) {
	seen := map[int]int{}
	for i := range 1200 {
		seen[ui.Mark(templ.EscapeString(strings.Repeat("0", 8)+"-0000-4000-8000-"+time.Duration(i*7919).String()))]++
	}
	if len(seen) != 12 {
		t.Errorf("marks used: %v, want 12 different", seen)
	}
	const guid = "8c2f51de-7b0a-4a36-9a5e-0d9f4b1e6c20"
	if ui.Mark(guid) != ui.Mark(strings.ToUpper(guid)) {
		t.Error("the mark depends on the GUID's case")
	}
}

func TestMatchFoldsCase(t *testing.T) {
	for _, tc := range []struct {
		text, query string
		want        ui.Spans
	}{
		{"NWT-LT-0482", "lt", ui.Spans{{Text: "NWT-"}, {Text: "LT", Strong: true}, {Text: "-0482"}}},
		{"İstanbul", "stan", ui.Spans{{Text: "İ"}, {Text: "stan", Strong: true}, {Text: "bul"}}},
		{"Contoso", "x", ui.Spans{{Text: "Contoso"}}}, {"Contoso", "", ui.Spans{{Text: "Contoso"}}}, {"a", "aa", ui.Spans{{Text: "a"}}},
		{"Ryan Hayes", "hayes ryan", ui.Spans{{Text: "Ryan", Strong: true}, {Text: " "}, {Text: "Hayes", Strong: true}}}, {"Contoso 0228", "0228 x", ui.Spans{{Text: "Contoso "}, {Text: "0228", Strong: true}}},
	} {
		got := ui.Match(tc.text, strings.Fields(tc.query)...)
		if len(got) != len(tc.want) {
			t.Fatalf("Match(%q, %q) = %v, want %v", tc.text, tc.query, got, tc.want)
		}
		for i := range got {
			if got[i] != tc.want[i] {
				t.Errorf("Match(%q, %q) = %v, want %v", tc.text, tc.query, got, tc.want)
			}
		}
	}
}

func TestPickKeepsNameAndOrder(t *testing.T) {
	full := ui.Table{Columns: []ui.Column{{Key: "name"}, {Key: "a"}, {Key: "b"}}, Rows: []ui.Row{{Name: "x", Cells: []ui.Cell{ui.TextCell("1"), ui.TextCell("2")}}, {Name: "short"}}}
	got := full.Pick([]string{"b", "nonsense"})
	if len(got.Columns) != 2 || got.Columns[1].Key != "b" || got.Rows[0].Cells[0].Text != "2" || len(got.Rows[1].Cells) != 1 {
		t.Errorf("Pick = %+v", got)
	}
	if len(full.Rows[0].Cells) != 2 {
		t.Error("Pick changed the table it was asked of")
	}
}

var policyBreakers = regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|<script(?: [^>]*)?>[^<]|href="javascript:`)

// The product's policy forbids inline styles and scripts; a part that printed one would be broken without a word.
func TestGalleryHasNothingInline(t *testing.T) {
	for path, page := range gallery() {
		html, err := templ.ToGoHTML(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		if found := policyBreakers.FindString(string(html)); found != "" {
			t.Errorf("%s: %q", path, found)
		}
		if n := strings.Count(string(html), "<h1"); n != 1 {
			t.Errorf("%s has %d h1, want 1", path, n)
		}
	}
}

func TestGalleryUsesKnownIcons(t *testing.T) {
	const missing = `M4 4h12v12H4zM5 5v10h10V5z`
	for path, page := range gallery() {
		html, err := templ.ToGoHTML(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(html), missing) {
			t.Errorf("%s uses an icon that icons.txt does not name", path)
		}
	}
}

// Each name of icons.txt is drawn under that name, and nothing else is sent along.
func TestIconsAreDrawn(t *testing.T) {
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, httptest.NewRequest("GET", static.URL("icons.svg"), nil))
	names, err := os.ReadFile("icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for _, m := range regexp.MustCompile(`<symbol id="(\w+)" viewBox="0 0 20 20"><path `).FindAllStringSubmatch(w.Body.String(), -1) {
		drawn = append(drawn, m[1])
	}
	if want := slices.Sorted(slices.Values(strings.Fields(string(names)))); !slices.Equal(drawn, want) {
		t.Errorf("icons.svg draws %q, want %q", drawn, want)
	}
}

// A customer has one page or two: there is nothing to search, and /search is for the partner's staff.
func TestNoSearchForCustomers(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		got, err := templ.ToGoHTML(t.Context(), ui.Page(ui.Shell{Switcher: ui.Switcher{Hidden: hidden}}))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(got), "/search") == hidden {
			t.Errorf("Switcher.Hidden %v: the page leads to /search: %v", hidden, !hidden)
		}
	}
}

func TestLower(t *testing.T) {
	for in, want := range map[string]string{"": "", "Done": "done", "Éteint": "éteint", "iPad": "iPad", "7 days": "7 days"} {
		if got := ui.Lower(in); got != want {
			t.Errorf("Lower(%q) = %q, want %q", in, got, want)
		}
	}
}
