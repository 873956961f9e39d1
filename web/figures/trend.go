package figures

import (
	"fmt"
	"time"

	"github.com/tenantry/tenantry/web/ui"
)

// Day is the compliant devices and all devices at the end of a day.
type Day struct {
	Day              time.Time
	Compliant, Total int64
}

// Trend is the share of compliant devices over the last days, up to today. Days without a complete read are gaps.
func Trend(days []Day, length int, today time.Time) ui.LineChart {
	c := ui.LineChart{ID: "compliance", Unit: "%", Target: 95, Column: "Compliant"}
	byDay := map[string]Day{}
	for _, d := range days {
		byDay[d.Day.UTC().Format(time.DateOnly)] = d
	}
	begun, read := false, 0
	for i := length - 1; i >= 0; i-- {
		at := today.UTC().AddDate(0, 0, -i)
		d, ok := byDay[at.Format(time.DateOnly)]
		ok = ok && d.Total > 0
		if begun = begun || ok; !begun {
			continue // before the first reading there is nothing to miss
		}
		p := ui.Point{Label: at.Format("2 Jan"), Read: ok}
		if ok {
			p.Value = float64(d.Compliant) * 100 / float64(d.Total)
			read++
			c.Label = fmt.Sprintf("%.1f%% of the devices read were compliant on %s.", p.Value, p.Label)
		}
		c.Points = append(c.Points, p)
	}
	if gaps := len(c.Points) - read; gaps > 0 {
		c.GapText = "not read: " + ui.Count(int64(gaps), "day", "days")
	}
	return c
}
