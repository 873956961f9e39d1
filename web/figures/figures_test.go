package figures

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/ui"
)

var allFresh = graphsync.Freshness{State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1}

// TestComplianceAddsUp holds that the parts of the ledger and of its bar are the whole, whatever Intune calls a state.
func TestComplianceAddsUp(t *testing.T) {
	for name, counters := range map[string]map[string]int64{
		"none":    {},
		"plain":   {"total": 10, "compliance:compliant": 7, "compliance:noncompliant": 2, "compliance:unknown": 1},
		"all":     {"total": 28, "compliance:compliant": 1, "compliance:inGracePeriod": 2, "compliance:noncompliant": 3, "compliance:conflict": 4, "compliance:error": 5, "compliance:configManager": 6, "compliance:unknown": 7},
		"unheard": {"total": 5, "compliance:compliant": 2, "compliance:quantum": 3},
	} {
		t.Run(name, func(t *testing.T) {
			l := Compliance(counters, allFresh, "/devices")
			if l.Lines[0].Number != ui.N(counters["total"]) || l.Lines[0].URL != "/devices" {
				t.Errorf("whole: %+v", l.Lines[0])
			}
			var sum, bar int64
			for _, line := range l.Lines[1:] {
				n, err := strconv.ParseInt(line.Number, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				sum += n
			}
			if l.Lines[0].Stack != nil {
				for _, p := range l.Lines[0].Stack.Parts {
					bar += p.N
				}
			}
			if sum != counters["total"] || bar != counters["total"] {
				t.Errorf("parts are %d, the bar %d, the whole %d", sum, bar, counters["total"])
			}
		})
	}
}

// TestNothingGreenUnread holds that the good part is green only when every reading behind it is within its target.
func TestNothingGreenUnread(t *testing.T) {
	counters := map[string]int64{"total": 4, "compliance:compliant": 4}
	for name, tc := range map[string]struct {
		read  graphsync.Freshness
		shape ui.Shape
		label string
	}{
		"fresh":       {allFresh, ui.ShapeOK, "Compliant"},
		"some unread": {graphsync.Freshness{State: graphsync.Partial, Tenants: 2, Read: 1, Fresh: 1, Unread: 1}, ui.ShapeOK, "Compliant"}, // those that were read are
		"some late":   {graphsync.Freshness{State: graphsync.Late, Tenants: 2, Read: 2, Fresh: 1, Late: 1}, ui.ShapePartial, "Compliant, some readings late"},
		"all late":    {graphsync.Freshness{State: graphsync.Late, Tenants: 2, Read: 2, Late: 2}, ui.ShapeStale, "Was compliant"},
		"nothing":     {graphsync.Freshness{State: graphsync.Never, Tenants: 2, Unread: 2}, ui.ShapeStale, "Was compliant"},
	} {
		line := Compliance(counters, tc.read, "/devices").Lines[1]
		if line.Shape != tc.shape || line.Label != tc.label || line.URL != "/devices?compliance=compliant" {
			t.Errorf("%s: %s %q %s, want %s %q", name, line.Shape, line.Label, line.URL, tc.shape, tc.label)
		}
	}
}

func TestSystems(t *testing.T) {
	b := Systems(map[string]int64{"total": 9, "os:Windows": 2, "os:iOS & co": 5, "os:macOS": 2, "os:": 9, "compliance:compliant": 3}, "/devices")
	var got []string
	for _, r := range b.Rows {
		got = append(got, r.Label+" "+ui.N(r.N)+" "+r.URL)
	}
	want := "iOS & co 5 /devices?os=iOS+%26+co|Windows 2 /devices?os=Windows|macOS 2 /devices?os=macOS|Not reported 9 "
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("systems: %s, want %s", s, want)
	}
}

func TestTrends(t *testing.T) {
	today := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	ago := func(n int) time.Time { return today.AddDate(0, 0, -n).Truncate(24 * time.Hour) }
	words := func(points []ui.Point) string {
		var got []string
		for _, p := range points {
			text := p.Label + " –"
			if p.Read {
				text = p.Label + " " + strconv.FormatFloat(p.Value, 'f', 0, 64)
			}
			got = append(got, text)
		}
		return strings.Join(got, "|")
	}
	d := Daily{Of: map[string]map[time.Time]int64{
		"total":                {ago(5): 10, ago(4): 10, ago(2): 0, ago(1): 10, ago(200): 1},
		"compliance:compliant": {ago(5): 8, ago(4): 9, ago(1): 10, ago(200): 1},
		"checkin:today":        {ago(5): 3, ago(4): 4, ago(1): 5}, "checkin:1-7": {ago(5): 1, ago(1): 2},
		"os:Windows": {ago(5): 6, ago(4): 6, ago(1): 7}, "os:iOS": {ago(5): 4, ago(4): 4, ago(1): 3},
		"health:quarantine": {ago(5): 1, ago(1): 2}, "health:trouble": {ago(4): 3},
	}}
	now := map[string]int64{"total": 10, "os:iOS": 3, "os:Windows": 7, "os:": 1}
	c := d.Compliant(today)
	if c.GapText != "not read: 3 days" || c.Label != "100.0% of the devices read were compliant on 20 Nov." {
		t.Errorf("gap %q, label %q", c.GapText, c.Label)
	}
	systems := d.Systems(now, today)
	for what, tc := range map[string]struct {
		got  []ui.Point
		want string
	}{
		"compliance": {c.Points, "16 Nov 80|17 Nov 90|18 Nov –|19 Nov –|20 Nov 100|21 Nov –"},
		"check-ins":  {d.CheckedIn(today).Points, "16 Nov 40|17 Nov 40|18 Nov –|19 Nov –|20 Nov 70|21 Nov –"},
		"health":     {d.Healthy(today).Points, "16 Nov 90|17 Nov 70|18 Nov –|19 Nov –|20 Nov 80|21 Nov –"},
		"Windows":    {systems.Points, "16 Nov 60|17 Nov 60|18 Nov –|19 Nov –|20 Nov 70|21 Nov –"},
		"iOS":        {systems.Others[0].Points, "16 Nov 40|17 Nov 40|18 Nov –|19 Nov –|20 Nov 30|21 Nov –"},
	} {
		if got := words(tc.got); got != tc.want {
			t.Errorf("%s: %s, want %s", what, got, tc.want)
		}
	}
	if systems.Column != "Windows" || len(systems.Others) != 1 || systems.Others[0].Name != "iOS" {
		t.Errorf("systems: %+v", systems)
	}
	for _, k := range []string{"os:Windows", "os:iOS", "checkin:1-7", "total"} {
		if !slices.Contains(DeviceKeys(now), k) {
			t.Errorf("%s is not asked for", k)
		}
	}
	for what, c := range map[string]ui.LineChart{"compliance": Daily{}.Compliant(today), "systems": Daily{}.Systems(nil, today), "health": Daily{}.Healthy(today)} {
		if len(c.Points) != 0 || c.GapText != "" {
			t.Errorf("%s of nothing read: %+v", what, c)
		}
	}
}

// TestPartOfTheCustomers: a day on which not all customers were read is a gap in each line, told apart from one on which none was.
func TestPartOfTheCustomers(t *testing.T) {
	today := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	ago := func(n int) time.Time { return today.AddDate(0, 0, -n).Truncate(24 * time.Hour) }
	d := Daily{
		Of:   map[string]map[time.Time]int64{"total": {ago(3): 10, ago(1): 10}, "compliance:compliant": {ago(3): 8, ago(1): 9}, "failed": {ago(3): 2, ago(1): 0}, "pending": {ago(3): 1, ago(1): 1}, "os:iOS": {ago(3): 1, ago(1): 2}, "os:Windows": {ago(3): 9, ago(1): 8}},
		Read: map[time.Time]graphsync.Part{ago(4): {Read: 1, Due: 2}, ago(3): {Read: 2, Due: 2}, ago(2): {Read: 2, Due: 3}, ago(1): {Read: 3, Due: 3}},
		Lost: 1,
	}
	told := func(points []ui.Point) string {
		var of []string
		for _, p := range points {
			of = append(of, p.Label+" "+strconv.FormatBool(p.Read)+" "+p.Gap)
		}
		return strings.Join(of, "|")
	}
	const want = "17 Nov false 1 of 2 customers read|18 Nov true |19 Nov false 2 of 3 customers read|20 Nov true |21 Nov false "
	systems := d.Systems(map[string]int64{"os:Windows": 8, "os:iOS": 2}, today)
	for what, points := range map[string][]ui.Point{"compliance": d.Compliant(today).Points, "failed": d.Failed(today).Points, "pending": d.Failed(today).Others[0].Points, "health": d.Healthy(today).Points, "iOS": systems.Others[0].Points} {
		if got := told(points); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	if c := d.Compliant(today); c.GapText != "not all read: 3 days" || c.Label != "90.0% of the devices read were compliant on 20 Nov." {
		t.Errorf("gap %q, label %q", c.GapText, c.Label)
	}
	if got := d.of("of devices read"); got != "of devices read, without 1 customer not read for a week" {
		t.Error(got)
	}
	var page strings.Builder
	if err := d.Compliant(today).Render(t.Context(), &page); err != nil || strings.Count(page.String(), "of 3 customers read") != 1 || strings.Count(page.String(), "not read<") != 1 {
		t.Errorf("the table: %v, %s", err, page.String())
	}
	never := Daily{Read: map[time.Time]graphsync.Part{ago(1): {Read: 1, Due: 2}}}
	if c := never.Compliant(today); len(c.Points) != 2 || c.Label != "On no day were all customers read." {
		t.Errorf("%+v", c)
	}
	if days := d.List(today); len(days) != 5 || days[0].Counts != nil || days[1].Counts["total"] != 10 || days[2].Counts != nil || days[2].Read != 2 || *days[2].Due != 3 || days[4].Day != "2026-11-21" || days[4].Read != 0 || days[4].Due != nil || days[4].Counts != nil {
		t.Errorf("as a list: %+v", days)
	}
}
