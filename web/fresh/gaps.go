package fresh

import (
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/ui"
)

const day = 24 * time.Hour

// Gap is a stretch of days, between two that were read, without even one complete reading.
type Gap struct {
	From, To time.Time // the first and the last of the days
	Text     string    // "11–13 Oct"
}

// Days is how many there are.
func (g Gap) Days() int { return int(g.To.Sub(g.From)/day) + 1 }

// Ends is the last moment of it.
func (g Gap) Ends() time.Time { return g.To.Add(day - time.Second) }

// Gaps are the stretches of days that were not read, the oldest first.
func Gaps(days []graphsync.DayValue, now time.Time) (out []Gap) {
	for i := 1; i < len(days); i++ {
		from, to := days[i-1].Day.Add(day), days[i].Day.Add(-day)
		if to.Before(from) {
			continue
		}
		text := ui.Date(from, now)
		switch {
		case to.After(from) && to.Month() == from.Month() && to.Year() == from.Year():
			text = strconv.Itoa(from.Day()) + "–" + ui.Date(to, now)
		case to.After(from):
			text += " – " + ui.Date(to, now)
		}
		out = append(out, Gap{from, to, text})
	}
	return out
}
