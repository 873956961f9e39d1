package apps

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/figures"
	"github.com/tenantry/tenantry/web/ui"
)

// installDay is how an app's installations stood at the end of a day (UTC). Without a complete reading on it nothing is known; read without
// counts is a day on which Intune's report did not have the app.
type installDay struct {
	Day    string         `json:"day"`
	Read   bool           `json:"read"`
	Counts *installCounts `json:"counts"`

	at time.Time
}

type installCounts struct {
	Installed     int64 `json:"installed"`
	Failed        int64 `json:"failed"`
	Pending       int64 `json:"pending"`
	NotInstalled  int64 `json:"not_installed"`
	NotApplicable int64 `json:"not_applicable"`
}

// installDays are the days of the trend, as far back as history is kept.
func (h *Handler) installDays(ctx context.Context, m tenant.Membership, id string, now time.Time) ([]installDay, error) {
	back := figures.TrendDays - 1
	if h.Keeps != nil {
		kept, err := h.Keeps(ctx)
		if err != nil {
			return nil, err
		}
		back = min(back, kept)
	}
	from := now.AddDate(0, 0, -back)
	read, err := h.Sync.DailyOf(ctx, m.Scope, graphsync.AppInstalls, from, "total")
	if err != nil {
		return nil, err
	}
	days, err := h.Apps.InstallDays(ctx, m.Tenant.ID, id, from, now)
	if err != nil {
		return nil, err
	}
	out := make([]installDay, len(days))
	for i, d := range days {
		_, was := read.Of["total"][d.Day]
		out[i] = installDay{Day: d.Day.Format(time.DateOnly), Read: was, at: d.Day}
		if was && d.Reported {
			out[i].Counts = &installCounts{d.Installed, d.Failed, d.Pending, d.NotInstalled, d.NotApplicable}
		}
	}
	return out, nil
}

// trends draw the days; nil where there is no day to draw.
func (i installation) trends(now time.Time) templ.Component {
	of := map[string]map[time.Time]int64{"failed": {}, "installed": {}}
	missing := ""
	for _, d := range i.Days {
		switch {
		case d.Counts != nil:
			of["failed"][d.at], of["installed"][d.at] = d.Counts.Failed, d.Counts.Installed
		case d.Read:
			missing = "no count" // Intune's report was read, and did not have the app
		}
	}
	if len(of["failed"]) == 0 {
		return nil
	}
	return figures.AppTrends(figures.Daily{Of: of}, missing, now)
}

// installWords name the counts, and say of one on how many devices more or fewer it is now.
var installWords = []struct{ field, label, on string }{
	{"failed", "Failed", "Failed on"}, {"pending", "Pending", "Pending on"}, {"installed", "Installed", "Installed on"}, {"not_installed", "Not installed", "Not installed on"},
	{"not_applicable", "Not applicable", "Not applicable to"},
}

func newInstallChanges(of []app.Change) []change {
	out := []change{}
	for _, c := range of {
		v := change{c.At, c.Field, "Presence in Intune’s report", c.Old, c.New}
		if c.Field == "gone" {
			in := map[string]string{"true": "not in the report", "false": "in the report"}
			v.Old, v.New = in[c.Old], in[c.New]
		}
		for _, w := range installWords {
			if w.field == c.Field {
				v.Label = w.label
			}
		}
		out = append(out, v)
	}
	return out
}

// byReading parts changes, in their order, by the readings that saw them.
func byReading(of []app.Change) (readings [][]app.Change) {
	for len(of) > 0 {
		end := slices.IndexFunc(of, func(c app.Change) bool { return c.Run != of[0].Run })
		if end < 0 {
			end = len(of)
		}
		readings, of = append(readings, of[:end]), of[end:]
	}
	return readings
}

// installEvent is what one reading saw, with the most important in front.
func installEvent(of []app.Change, now time.Time) ui.Event {
	e := ui.Event{Icon: "apps"}
	changed := map[string]app.Change{}
	for _, c := range of {
		changed[c.Field] = c
	}
	if gone, ok := changed["gone"]; ok {
		e.Text = "No longer in Intune’s report on installations"
		if gone.New == "false" {
			e.Text = "Back in Intune’s report on installations"
		}
	}
	var beside []string
	for _, w := range installWords {
		c, ok := changed[w.field]
		if !ok {
			continue
		}
		if e.Text != "" {
			beside = append(beside, strings.ToLower(w.label)+" "+grouped(c.Old)+" → "+grouped(c.New))
			continue
		}
		e.Text, e.From, e.To = w.on+" "+difference(c), grouped(c.Old), grouped(c.New)
		if strings.HasPrefix(e.Text, "Failed") && number(c.New) > number(c.Old) {
			e.Tone = "bad"
		}
	}
	e.Detail = strings.Join(append(beside, "read "+ui.Clock(of[0].At, now).Text), ", ")
	return e
}

// difference is "14 more devices".
func difference(c app.Change) string {
	n := number(c.New) - number(c.Old)
	if n < 0 {
		return ui.Count(-n, "fewer device", "fewer devices")
	}
	return ui.Count(n, "more device", "more devices")
}

func number(text string) int64 { n, _ := strconv.ParseInt(text, 10, 64); return n }

func grouped(text string) string { return ui.N(number(text)) }

// last is what Intune's report counted before it lost the app.
func (i installation) last(now time.Time) string {
	if i.GoneAt == nil {
		return ""
	}
	r := i.before
	return "The reading of " + ui.NewTime(*i.GoneAt, now).Title + " did not have it any more; before, it was installed on " + ui.Count(r.Installed, "device", "devices") +
		", had failed on " + ui.N(r.Failed) + " and was pending on " + ui.N(r.Pending) + "."
}
