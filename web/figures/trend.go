package figures

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/web/ui"
)

// TrendDays is how far back trends go.
const TrendDays = 90

// Daily are counters of devices, or of provisioning jobs, by key and day (UTC). A day on which nothing was read completely is missing.
type Daily map[string]map[time.Time]int64

// shownSystems is how many operating systems a trend names; more lines cannot be told apart.
const shownSystems = 4

// DeviceKeys are the counters that the trends of devices need; now are those of today, which name the systems.
func DeviceKeys(now map[string]int64) []string {
	keys := []string{"total", "compliance:compliant", "checkin:today", "checkin:1-7"}
	for _, os := range systems(now) {
		keys = append(keys, "os:"+os)
	}
	return keys
}

// JobKeys are the counters that the trend of provisioning needs.
func JobKeys() []string { return []string{"total", "health:quarantine", "health:trouble"} }

// systems are the operating systems with most devices.
func systems(now map[string]int64) (names []string) {
	for key := range now {
		if os, ok := strings.CutPrefix(key, "os:"); ok && os != "" {
			names = append(names, os)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(now["os:"+b], now["os:"+a]), cmp.Compare(a, b)) })
	return names[:min(len(names), shownSystems)]
}

// Compliant is the share of compliant devices over the last days, up to today.
func (d Daily) Compliant(today time.Time) ui.LineChart {
	c := ui.LineChart{ID: "compliance", Unit: "%", Target: 95, Column: "Compliant"}
	return d.draw(c, today, "of the devices read were compliant", "compliance:compliant")
}

// CheckedIn is the share of devices that reported within a week.
func (d Daily) CheckedIn(today time.Time) ui.LineChart {
	c := ui.LineChart{ID: "checkins", Unit: "%", Column: "Within 7 days"}
	return d.draw(c, today, "of the devices read had checked in within 7 days", "checkin:today", "checkin:1-7")
}

// Healthy is the share of provisioning jobs that are neither in quarantine nor in trouble.
func (d Daily) Healthy(today time.Time) ui.LineChart {
	healthy := map[time.Time]int64{}
	for day, n := range d["total"] {
		healthy[day] = n - d["health:quarantine"][day] - d["health:trouble"][day]
	}
	with := Daily{"total": d["total"], "healthy": healthy}
	return with.draw(ui.LineChart{ID: "provisioning", Unit: "%", Column: "Without trouble"}, today, "of the provisioning jobs read were without trouble", "healthy")
}

// JobHealth is the spread of provisioning jobs by health; those that do not run are without trouble.
func (d Daily) JobHealth(today time.Time) ui.LineChart {
	c := d.Healthy(today)
	c.Others = []ui.Line{{Name: "With failures", Points: d.points(today, "health:trouble")}, {Name: "In quarantine", Points: d.points(today, "health:quarantine")}}
	return c
}

// Systems is the spread of operating systems: a line for each of those with most devices now.
func (d Daily) Systems(now map[string]int64, today time.Time) ui.LineChart {
	names := systems(now)
	if len(names) == 0 {
		return ui.LineChart{ID: "systems"}
	}
	c := d.draw(ui.LineChart{ID: "systems", Unit: "%", Column: names[0]}, today, "of the devices read ran "+names[0], "os:"+names[0])
	for _, os := range names[1:] {
		c.Others = append(c.Others, ui.Line{Name: os, Points: d.points(today, "os:"+os)})
	}
	return c
}

// draw adds the points, the sentence about the last one, and the word on the gaps.
func (d Daily) draw(c ui.LineChart, today time.Time, sentence string, keys ...string) ui.LineChart {
	c.Points = d.points(today, keys...)
	gaps := int64(0)
	for _, p := range c.Points {
		if !p.Read {
			gaps++
			continue
		}
		c.Label = fmt.Sprintf("%.1f%% %s on %s.", p.Value, sentence, p.Label)
	}
	if gaps > 0 {
		c.GapText = "not read: " + ui.Count(gaps, "day", "days")
	}
	return c
}

// points are the share of the keys of the whole, day by day, from the first day that was read.
func (d Daily) points(today time.Time, keys ...string) (points []ui.Point) {
	begun := false
	for i := TrendDays - 1; i >= 0; i-- {
		day := today.UTC().Truncate(24*time.Hour).AddDate(0, 0, -i)
		total := d["total"][day]
		if begun = begun || total > 0; !begun {
			continue // before the first reading there is nothing to miss
		}
		p := ui.Point{Label: day.Format("2 Jan"), Read: total > 0}
		if p.Read {
			n := int64(0)
			for _, k := range keys {
				n += d[k][day]
			}
			p.Value = float64(n) * 100 / float64(total)
		}
		points = append(points, p)
	}
	return points
}
