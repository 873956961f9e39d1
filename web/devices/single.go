package devices

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Details reads at Microsoft what Intune tells only of a single device, while somebody looks; or gives what an earlier look read.
type Details interface {
	Detail(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[device.Detail], error)
	KeptDetail(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[device.Detail], error)
	Logs(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[[]device.Log], error)
	KeptLogs(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[[]device.Log], error)
}

// detail asks Microsoft on the tabs that say so. A device that is gone is not asked for.
func (h *Handler) detail(ctx context.Context, tid tenant.ID, d device.Device, t tab) (graphsync.LiveReading[device.Detail], error) {
	if h.Details == nil {
		return graphsync.LiveReading[device.Detail]{}, nil
	}
	if (t == tabHardware || t == tabResults) && d.GoneAt.IsZero() {
		return h.Details.Detail(ctx, tid, d.ID)
	}
	return h.Details.KeptDetail(ctx, tid, d.ID)
}

// single is what was read of the device alone, and since when.
type single struct {
	ReadAt  *time.Time     `json:"read_at"` // nil: never read, so not collected
	ReadNow bool           `json:"read_now"`
	Facts   []fact         `json:"facts"`
	Trouble *fresh.Trouble `json:"trouble,omitempty"`
}

// always is how many of the facts are shown whether they are there or not: those that lists leave empty, so that people miss them.
const always = 5

func newSingle(tid tenant.ID, l graphsync.LiveReading[device.Detail]) single {
	s := single{ReadAt: page.Moment(l.ReadAt), ReadNow: l.Now, Trouble: fresh.NewTrouble(tid, l.Trouble), Facts: []fact{}}
	d, i := l.Value, l.Value.Inventory
	shared := ""
	if i.Shared != nil {
		shared = yesNo(*i.Shared)
	}
	for n, f := range []fact{
		{"Memory", memory(d.Memory), false}, {"Wired MAC", d.EthernetMAC, true}, {"ICCID", d.ICCID, true}, {"UDID", d.UDID, true}, {"Notes", d.Notes, false},
		{"Processor", d.Architecture, false}, {"Chassis", d.Chassis, false}, {"Join", d.JoinType, false}, {"Edition", i.Edition, false}, {"Language", i.Language, false},
		{"Build", i.Build, true}, {"Product", i.Product, false}, {"Shared device", shared, false}, {"BIOS", i.BIOS, true}, {"TPM", i.TPM, false}, {"TPM specification", i.TPMSpec, false},
		{"Cellular", i.Cellular, false}, {"eSIM", i.ESIM, true}, {"Full domain name", i.DomainName, true}, {"IPv4 address", i.IPv4, true},
		{"Battery health", unit(i.BatteryHealth, " %"), false}, {"Battery charge cycles", unit(i.BatteryCycles, ""), false},
		{"Credential Guard", i.CredentialGuard, false}, {"Virtualisation-based security", i.VBS, false},
	} {
		if n < always || f.Value != "" {
			s.Facts = append(s.Facts, f)
		}
	}
	return s
}

// memory counts in units of 1024, as makers of memory do: "16 GB". Lists say 0, which is no memory of any device.
func memory(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n < 1<<30:
		return ui.N((n>>19+1)>>1) + " MB"
	}
	return ui.N((n>>29+1)>>1) + " GB"
}

func unit(n int64, of string) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10) + of
}

func (v view) singleSection() ui.Section {
	s := ui.Section{Title: "More hardware", ID: "single", Rule: len(v.Hardware) > 0, Note: "Intune leaves these out of its lists."}
	if v.Single.ReadAt != nil {
		s.AsOf = ui.NewTime(*v.Single.ReadAt, v.chrome.Now)
	}
	return s
}

func (v view) singleFacts() ui.Facts {
	var out ui.Facts
	for _, f := range v.Single.Facts {
		value := f.cell()
		switch {
		case v.Single.ReadAt == nil:
			value = ui.StateCell(ui.ShapeUnknown, "Not collected")
		case f.Value == "":
			value = ui.QuietCell("Intune gives none")
		}
		out.Items = append(out.Items, ui.Fact{Label: f.Label, Value: value})
	}
	return out
}

// singleNote says where the facts come from, or why they are missing.
func (v view) singleNote() string {
	switch {
	case v.Single.ReadAt == nil && v.Single.Trouble != nil:
		return "Not collected: " + v.Single.Trouble.Sentence
	case v.Single.ReadAt == nil && v.GoneAt != nil:
		return "Nobody looked while the device was in Intune."
	case v.Single.ReadNow:
		return "Read from Microsoft for this look."
	}
	return "Read from Microsoft when somebody looks, at most once a minute."
}

// Results of remote actions.

// merged are the results of the list and of the device alone, one for each action: Intune has no more, as a repeat overwrites. The newer
// one counts, and the newest stands first.
func merged(list, alone []device.Action) []device.Action {
	out := []device.Action{}
	for _, a := range slices.Concat(alone, list) {
		i := slices.IndexFunc(out, func(o device.Action) bool { return o.Name == a.Name })
		switch {
		case i < 0:
			out = append(out, a)
		case latest(a).After(latest(out[i])):
			out[i] = a
		}
	}
	slices.SortStableFunc(out, func(a, b device.Action) int { return latest(b).Compare(latest(a)) })
	return out
}

func newResults(of []device.Action, now time.Time) []result {
	out := []result{}
	for _, a := range of {
		out = append(out, result{a.Name, worded(actionWords, a.Name), a.State, page.Moment(a.StartedAt), page.Moment(a.UpdatedAt), a.ErrorCode, actionState(a, now), resultState(a.State)})
	}
	return out
}

func (v view) resultsURL() string { return v.URL + string(tabResults) }

func (v view) resultsSection() ui.Section {
	s := ui.Section{Title: "Remote actions", AsOf: v.fresh.AsOf}
	if v.Single.ReadAt != nil && (v.read.AsOf.IsZero() || v.Single.ReadAt.After(v.read.AsOf)) {
		s.AsOf = ui.NewTime(*v.Single.ReadAt, v.chrome.Now)
	}
	if len(v.Results) > 0 {
		s.Count = ui.N(int64(len(v.Results)))
	}
	return s
}

func (v view) resultsTable() ui.Table {
	t := ui.Table{ID: "remote-actions", Caption: "Remote actions, the newest first", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "action", Label: "Action"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 160}, {Key: "started", Label: "Started", Kind: ui.KindTime, Width: 130},
		{Key: "updated", Label: "Last update", Kind: ui.KindTime, Width: 130, Phone: "line"}, {Key: "error", Label: "Error", Width: 130, Phone: "line"},
	}}
	for _, r := range v.Results {
		failed := ui.TextCell("")
		if r.ErrorCode != 0 {
			failed = ui.MonoCell(strconv.FormatInt(r.ErrorCode, 10))
		}
		t.Rows = append(t.Rows, ui.Row{Name: r.Label, Cells: []ui.Cell{{State: &r.state}, v.stamped(r.StartedAt, "no start given"), v.stamped(r.UpdatedAt, "no update given"), failed}})
	}
	return t
}

// stamped is a time that Intune may leave out.
func (v view) stamped(t *time.Time, missing string) ui.Cell {
	if t == nil {
		return ui.QuietCell(missing)
	}
	return v.when(t)
}

// resultsNote says what an empty list means, and that lists may leave results out.
func (v view) resultsNote() string {
	s := v.Single
	switch {
	case s.ReadAt == nil && s.Trouble != nil && len(v.Results) == 0:
		return "Which remote actions were sent is unknown: " + s.Trouble.Sentence
	case s.ReadAt == nil && len(v.Results) == 0 && v.GoneAt != nil:
		return "The last reading named no remote action."
	case s.ReadAt == nil && len(v.Results) == 0:
		return "The list of devices names none, but Intune may leave results out of it. They are read from Microsoft when somebody looks; nobody did yet."
	case s.ReadAt == nil:
		return "As the list of devices gives them; Intune may leave some out of it."
	case len(v.Results) == 0:
		return "Intune names no remote action for this device."
	}
	return "Intune keeps the last result of each action. A device answers when it checks in next; one that is off stays pending."
}
