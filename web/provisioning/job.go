package provisioning

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// job is one job of the application with its runs.
type job struct {
	row
	Title    string    `json:"title"`
	Text     string    `json:"explanation"`
	Advice   string    `json:"advice"`
	Every    string    `json:"interval"`
	Entries  []entries `json:"entries"`
	Runs     []run     `json:"runs"`
	Settings []setting `json:"settings"`
	job      provisioning.Job
}

type entries struct {
	Type  string `json:"type"`
	Count int64  `json:"count"`
}

type setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// run is one execution of a job.
type run struct {
	What    string                 `json:"which"`
	Detail  provisioning.Execution `json:"execution"`
	BeganAt *time.Time             `json:"began_at"`
}

func newJob(j provisioning.Job, r row, customer string) job {
	out := job{row: r, Every: every(j.Every), Advice: advice(j, customer), Entries: []entries{}, Runs: []run{}, Settings: []setting{}, job: j}
	out.Title, out.Text = explain(j, r.now)
	for _, c := range j.Counts {
		out.Entries = append(out.Entries, entries{c.Type, c.Count})
	}
	for _, s := range j.Settings {
		value := s.Value
		if secretName.MatchString(s.Name) {
			value = hidden
		}
		out.Settings = append(out.Settings, setting{s.Name, value})
	}
	for _, x := range []struct {
		what string
		e    *provisioning.Execution
	}{{"Last", j.Last}, {"Last that succeeded", j.LastSuccess}, {"Last that changed something", j.LastExport}} {
		if x.e != nil {
			out.Runs = append(out.Runs, run{x.what, *x.e, page.Moment(x.e.BeganAt)})
		}
	}
	return out
}

// explain says why a job does not run as it should: a sentence, and what Entra tells besides. Both are empty where it does.
func explain(j provisioning.Job, now time.Time) (title, text string) {
	switch {
	case j.Health == provisioning.Quarantined:
		title = "Microsoft stopped this job: " + sentence(reason(j))
		q := j.Quarantine
		if s := since(j); !s.IsZero() {
			text = "Since " + ui.Clock(s, now).Text + "."
		}
		if q.Count > 1 {
			text += " " + ui.Count(q.Count, "try", "tries") + " failed in this series."
		}
		if !q.NextAttempt.IsZero() {
			text += " Microsoft tries again " + ui.Future(q.NextAttempt, now).Text + ", then less and less often."
		}
	case j.Health == provisioning.Troubled:
		title = "The job runs, but not everything succeeds: " + sentence(reason(j))
	case j.Code == "NotConfigured":
		title = "This job was never set up completely."
	case j.Health == provisioning.Idle:
		title = "This job does not run."
	}
	return title, text
}

func sentence(s string) string {
	if s == "" {
		return "Microsoft gives no reason."
	}
	if last := s[len(s)-1]; last == '.' || last == '!' || last == '?' {
		return s
	}
	return s + "."
}

func (j job) section(i int) ui.Section {
	s := ui.Section{Title: "Job", Rule: i > 0, Note: j.Template}
	if i > 0 {
		s.Title = "Job " + strconv.Itoa(i+1)
	}
	return s
}

func (j job) banner() *ui.Banner {
	if j.Title == "" {
		return nil
	}
	b := &ui.Banner{Kind: "warn", Title: j.Title, Text: join(j.Text, j.Advice)}
	switch {
	case j.Late:
		b.Kind = "unknown"
	case j.job.Health == provisioning.Quarantined:
		b.Kind = "bad"
	case j.job.Health == provisioning.Idle:
		b.Kind, b.Shape = "unknown", ui.ShapePaused
	}
	if code := j.job.Quarantine.Code; code != "" {
		b.Mono = code
	} else if j.job.Health == provisioning.Troubled {
		b.Mono = j.job.LastErrorCode
	}
	return b
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

func (j job) facts() ui.Facts {
	now := j.now
	items := []ui.Fact{
		{Label: "State", Value: ui.Cell{State: &j.state}},
		{Label: "Runs", Value: ui.TextCell(j.Every)},
		{Label: "Last run ended", Value: ui.TimeCell(ui.NewTime(j.job.LastEndedAt, now))},
		{Label: "Last success", Value: ui.TimeCell(ui.NewTime(value(j.LastSuccessAt), now))},
		{Label: "Waiting", Value: ui.TextCell(ui.N(j.Waiting)), Note: "set aside and tried again"},
	}
	if j.NextTry != nil {
		items = append(items, ui.Fact{Label: "Next try", Value: ui.TimeCell(ui.Future(*j.NextTry, now))})
	}
	if j.job.Failures > 0 {
		items = append(items, ui.Fact{Label: "Failures in a row", Value: ui.TextCell(ui.N(j.job.Failures))})
	}
	for _, e := range j.Entries {
		items = append(items, ui.Fact{Label: "In step", Value: ui.TextCell(ui.N(e.Count)), Note: brief(e.Type)})
	}
	for _, s := range j.Settings {
		items = append(items, ui.Fact{Label: spaced(s.Name), Value: ui.MonoCell(s.Value)})
	}
	return ui.Facts{Items: append(items, ui.Fact{Label: "Job id", Value: ui.CopyCell(j.ID, short(j.ID), "Copy job id")})}
}

// spaced sets a name of Microsoft's in words, "QuarantineTooManyDeletesThreshold" as "Quarantine too many deletes threshold": one long word
// would be cut anywhere.
func spaced(name string) string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

func (j job) progress() *ui.Progress {
	p, ok := cycle(j.job)
	if !ok {
		return nil
	}
	text := ui.Percent(p.Completed, p.Total) + " · " + ui.N(p.Completed) + " of " + ui.N(p.Total) + " looked at"
	if !p.At.IsZero() {
		text += " · observed " + ui.NewTime(p.At, j.now).Text
	}
	return &ui.Progress{Label: "This cycle", Part: p.Completed, Whole: p.Total, Text: text}
}

func (j job) runTable() ui.Table {
	t := ui.Table{ID: "runs", Caption: "Runs of this job", Inset: true, Columns: []ui.Column{
		{Key: "run", Label: "Run", Width: 190}, {Key: "state", Label: "Result", Kind: ui.KindState, Width: 150}, {Key: "began", Label: "Began", Kind: ui.KindTime, Width: 110},
		{Key: "read", Label: "Read", Kind: ui.KindNumber, Width: 70, Priority: 2}, {Key: "scope", Label: "In scope", Kind: ui.KindNumber, Width: 80, Priority: 2},
		{Key: "written", Label: "Written", Kind: ui.KindNumber, Width: 80, Priority: 2}, {Key: "aside", Label: "Set aside", Kind: ui.KindNumber, Width: 80, Priority: 2},
		{Key: "error", Label: "Error", Priority: 2, Phone: "line"},
	}}
	for _, r := range j.Runs {
		e := r.Detail
		number := func(n int64) ui.Cell { return ui.TextCell(ui.N(n)) }
		state := runState(e.State)
		t.Rows = append(t.Rows, ui.Row{Name: r.What, Cells: []ui.Cell{
			{State: &state}, ui.TimeCell(ui.NewTime(e.BeganAt, j.now)), number(e.Imported), number(e.Entitled), number(e.Exported), number(e.Escrowed),
			ui.TextCell(join(e.ErrorCode, e.Error)),
		}})
	}
	return t
}

func runState(s string) ui.State {
	switch s {
	case "Succeeded":
		return ui.State{Shape: ui.ShapeOK, Text: runWords[s]}
	case "Failed":
		return ui.State{Shape: ui.ShapeBad, Text: runWords[s]}
	case "EntryLevelErrors":
		return ui.State{Shape: ui.ShapeWarn, Text: runWords[s]}
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
}
