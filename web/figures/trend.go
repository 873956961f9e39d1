package figures

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/ui"
)

// TrendDays is how far back trends go.
const TrendDays = 90

// Daily are counters of devices, of provisioning jobs or of installations. A day on which not every customer was read is a gap.
type Daily graphsync.Days

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

// InstallKeys are the counters that the trends of installations need, over several tenants or in one.
func InstallKeys(one bool) []string {
	if one {
		return []string{"total", "failing", "failed", "pending"}
	}
	return []string{"total", "failing"}
}

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
	for day, n := range d.Of["total"] {
		healthy[day] = n - d.Of["health:quarantine"][day] - d.Of["health:trouble"][day]
	}
	with := Daily{Of: map[string]map[time.Time]int64{"total": d.Of["total"], "healthy": healthy}, Read: d.Read}
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

// Failing is the share of apps that fail on at least one device.
func (d Daily) Failing(today time.Time) ui.LineChart {
	c := ui.LineChart{ID: "failing", Unit: "%", Column: "Failing"}
	return d.draw(c, today, "of the apps that Intune reports on failed on at least one device", "failing")
}

// Failed is how many installations failed or were pending.
func (d Daily) Failed(today time.Time) ui.LineChart {
	c := d.Count(ui.LineChart{ID: "failed", Column: "Failed"}, today, "failed", "installation had failed", "installations had failed")
	if len(c.Points) > 0 {
		c.Others = []ui.Line{{Name: "Pending", Points: d.counts(today, "pending")}}
	}
	return c
}

// Count is how many there were, day by day; one and many say of what. A day without the key is a gap.
func (d Daily) Count(c ui.LineChart, today time.Time, key, one, many string) ui.LineChart {
	c.Points = d.counts(today, key)
	return captioned(c, func(p ui.Point) string { return ui.Count(int64(p.Value), one, many) })
}

func (d Daily) counts(today time.Time, key string) []ui.Point {
	return d.days(today, func(day time.Time) (float64, bool) {
		n, read := d.Of[key][day]
		return float64(n), read
	})
}

// draw adds the share of the keys of the whole, and the sentence about the last one.
func (d Daily) draw(c ui.LineChart, today time.Time, sentence string, keys ...string) ui.LineChart {
	c.Points = d.points(today, keys...)
	return captioned(c, func(p ui.Point) string { return fmt.Sprintf("%.1f%% %s", p.Value, sentence) })
}

// of says what a trend is of, and whom it leaves out.
func (d Daily) of(what string) string {
	if d.Lost > 0 {
		what += ", without " + ui.Count(int64(d.Lost), "customer", "customers") + " not read for a week"
	}
	return what
}

// captioned adds the sentence about the last point that was read, and the word on the gaps.
func captioned(c ui.LineChart, said func(ui.Point) string) ui.LineChart {
	gaps, what := int64(0), cmp.Or(c.Missing, "not read")
	for _, p := range c.Points {
		switch {
		case p.Read:
			c.Label = said(p) + " on " + p.Label + "."
			continue
		case p.Gap != "":
			what = "not all read"
		}
		gaps++
	}
	if gaps > 0 {
		c.GapText = what + ": " + ui.Count(gaps, "day", "days")
		c.Label = cmp.Or(c.Label, "On no day were all customers read.")
	}
	return c
}

// points are the share of the keys of the whole, day by day.
func (d Daily) points(today time.Time, keys ...string) []ui.Point {
	return d.days(today, func(day time.Time) (float64, bool) {
		total, n := d.Of["total"][day], int64(0)
		for _, k := range keys {
			n += d.Of[k][day]
		}
		return float64(n) * 100 / float64(total), total > 0
	})
}

// days are the points of the last days, from the first that was read: before it there is nothing to miss.
func (d Daily) days(today time.Time, of func(day time.Time) (value float64, read bool)) (points []ui.Point) {
	for i := TrendDays - 1; i >= 0; i-- {
		day := today.UTC().Truncate(24*time.Hour).AddDate(0, 0, -i)
		value, read := of(day)
		if !read {
			value = 0
		}
		gap := ""
		if part := d.Read[day]; part.Read < part.Due {
			gap = ui.N(int64(part.Read)) + " of " + ui.Count(int64(part.Due), "customer", "customers") + " read"
		}
		if read || gap != "" || len(points) > 0 {
			points = append(points, ui.Point{Label: day.Format("2 Jan"), Value: value, Read: read, Gap: gap})
		}
	}
	return points
}

// Day is a day of the trends for programs.
type Day struct {
	Day    string           `json:"day"`
	Counts map[string]int64 `json:"counts"` // null: not every customer was read
	Read   int              `json:"customers_read"`
	Due    *int             `json:"customers"` // null: none was read
}

// List are the days from the first on which a customer was read.
func (d Daily) List(today time.Time) []Day {
	list := []Day{}
	for i := TrendDays - 1; i >= 0; i-- {
		at := today.UTC().Truncate(24*time.Hour).AddDate(0, 0, -i)
		day := Day{Day: at.Format(time.DateOnly)}
		if part, ok := d.Read[at]; ok {
			day.Read, day.Due = part.Read, &part.Due
		} else if len(list) == 0 {
			continue
		}
		for key, of := range d.Of {
			if n, ok := of[at]; ok {
				if day.Counts == nil {
					day.Counts = map[string]int64{}
				}
				day.Counts[key] = n
			}
		}
		list = append(list, day)
	}
	return list
}
