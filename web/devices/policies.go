package devices

import (
	"context"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// PolicyStates reads at Microsoft how a device stands with its policies, while somebody looks; or gives what an earlier look read.
type PolicyStates interface {
	PolicyStates(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[device.PolicyStates], error)
	KeptPolicyStates(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[device.PolicyStates], error)
}

// policies is what is known of a device's policies, and since when.
type policies struct {
	ReadAt        *time.Time     `json:"read_at"` // nil: never read, so unknown
	ReadNow       bool           `json:"read_now"`
	Failing       int            `json:"failing_settings"`
	Compliance    []policyState  `json:"compliance"`
	Configuration []policyState  `json:"configuration"`
	Trouble       *fresh.Trouble `json:"trouble,omitempty"`
}

type policyState struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	State     string         `json:"state"`
	StateName string         `json:"state_name"`
	User      string         `json:"user"`
	Settings  []settingState `json:"settings"`

	old bool // the last look failed: this is what an earlier one read
}

type settingState struct {
	Setting   string   `json:"setting"`
	Name      string   `json:"name"`
	State     string   `json:"state"`
	StateName string   `json:"state_name"`
	Value     string   `json:"value"`
	Error     string   `json:"error"`
	ErrorCode int64    `json:"error_code,omitempty"`
	Sources   []string `json:"sources"`
	policy    string
	old       bool // as of the policy
}

var policyStateWords = map[string]string{
	"unknown": "Unknown", "notApplicable": "Not applicable", "compliant": "Compliant", "remediated": "Remediated", "nonCompliant": "Noncompliant",
	"error": "Error", "conflict": "Conflict", "notAssigned": "Not assigned",
}

// policyCell never shows green what was not read for this look or a little before: what a failed look has kept is what was.
func policyCell(state, name string, old bool) ui.Cell {
	shape := policyShape(state)
	if old && shape != ui.ShapeUnknown && shape != ui.ShapeNone {
		return ui.StateCell(ui.ShapeStale, "Was: "+ui.Lower(name))
	}
	return ui.StateCell(shape, name)
}

func policyShape(state string) ui.Shape {
	switch {
	case state == "compliant" || state == "remediated":
		return ui.ShapeOK
	case state == "error" || state == "conflict":
		return ui.ShapeWarn
	case device.Failing(state):
		return ui.ShapeBad
	case state == "notApplicable" || state == "notAssigned":
		return ui.ShapeNone
	}
	return ui.ShapeUnknown
}

func newPolicies(tid tenant.ID, l graphsync.LiveReading[device.PolicyStates]) policies {
	old := l.Trouble.Kind != ""
	p := policies{ReadAt: page.Moment(l.ReadAt), ReadNow: l.Now, Compliance: newPolicyStates(l.Value.Compliance, old), Configuration: newPolicyStates(l.Value.Configuration, old)}
	p.Trouble = fresh.NewTrouble(tid, l.Trouble)
	p.Failing = len(p.failing())
	return p
}

func newPolicyStates(of []device.PolicyState, old bool) []policyState {
	out := []policyState{}
	for _, w := range of {
		p := policyState{ID: w.ID, Name: w.Name, State: w.State, StateName: worded(policyStateWords, w.State), User: w.User, Settings: []settingState{}, old: old}
		if p.Name == "" {
			p.Name = "Policy without a name"
		}
		for _, s := range w.Settings {
			p.Settings = append(p.Settings, settingState{Setting: s.Setting, Name: s.Name, State: s.State, StateName: worded(policyStateWords, s.State),
				Value: s.Value, Error: s.Error, ErrorCode: s.ErrorCode, Sources: s.Sources, policy: p.Name, old: old})
		}
		out = append(out, p)
	}
	return out
}

// failing are the settings of compliance policies that need a person.
func (p policies) failing() []settingState {
	var out []settingState
	for _, policy := range p.Compliance {
		for _, s := range policy.Settings {
			if device.Failing(s.State) {
				out = append(out, s)
			}
		}
	}
	return out
}

// note is what the summary says of the single settings.
func (p policies) note() string {
	switch {
	case p.ReadAt == nil && p.Trouble != nil:
		return "Which settings lead to this state is unknown: " + p.Trouble.Sentence
	case p.ReadAt == nil:
		return "Which settings lead to this state is read from Microsoft when somebody looks; nobody did yet, so it is unknown here."
	case len(p.Compliance) == 0:
		return "Intune names no compliance policy that reached this device."
	case p.Failing == 0:
		return "Intune names no setting that fails."
	}
	return ""
}

func (v view) policiesURL() string { return v.URL + string(tabPolicies) }

func (v view) failingSection() ui.Section {
	s := ui.Section{Title: "Settings that fail", ID: "why-settings", Link: ui.Link{Text: "All policies and settings", URL: v.policiesURL()}}
	if v.Policies.ReadAt != nil {
		s.AsOf = ui.NewTime(*v.Policies.ReadAt, v.chrome.Now)
		s.Count = ui.N(int64(v.Policies.Failing))
	}
	return s
}

func (v view) failingTable() ui.Table {
	t := ui.Table{ID: "failing", Caption: "Settings that fail", Inset: true, Columns: []ui.Column{
		{Key: "setting", Label: "Setting"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 140}, {Key: "policy", Label: "Policy", Width: 220}, {Key: "value", Label: "Device has", Width: 180, Phone: "line"},
	}}
	for _, s := range v.Policies.failing() {
		t.Rows = append(t.Rows, ui.Row{Name: s.Name, Cells: []ui.Cell{policyCell(s.State, s.StateName, s.old), ui.TextCell(s.policy), s.has()}})
	}
	return t
}

// has is what the device has, or the error that kept Intune from knowing.
func (s settingState) has() ui.Cell {
	switch {
	case s.Error != "" && s.ErrorCode != 0:
		return ui.Cell{Text: s.Error, Title: "Error " + strconv.FormatInt(s.ErrorCode, 10)}
	case s.Error != "":
		return ui.TextCell(s.Error)
	case s.ErrorCode != 0:
		return ui.TextCell("Error " + strconv.FormatInt(s.ErrorCode, 10))
	case s.Value != "":
		return ui.TextCell(s.Value)
	}
	return ui.UnknownCell("Intune does not say")
}

func (v view) policySection(title string, n int) ui.Section {
	s := ui.Section{Title: title, Rule: true}
	if v.Policies.ReadAt != nil {
		s.Count, s.AsOf = ui.N(int64(n)), ui.NewTime(*v.Policies.ReadAt, v.chrome.Now)
	}
	return s
}

func (v view) liveNote() string {
	if v.Policies.ReadNow {
		return "Read from Microsoft for this look."
	}
	return "Read from Microsoft when somebody looks, at most every five minutes."
}

func (p policyState) table(id string) ui.Table {
	t := ui.Table{ID: id, Caption: "Settings of " + p.Name, Inset: true, Light: true, Columns: []ui.Column{
		{Key: "setting", Label: "Setting"}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 150}, {Key: "value", Label: "Device has", Width: 220, Phone: "line"},
	}}
	for _, s := range p.Settings {
		t.Rows = append(t.Rows, ui.Row{Name: s.Name, Cells: []ui.Cell{policyCell(s.State, s.StateName, s.old), s.has()}})
	}
	return t
}

func (p policyState) facts() ui.Facts {
	f := ui.Facts{Items: []ui.Fact{{Label: "State", Value: policyCell(p.State, p.StateName, p.old)}}}
	if p.User != "" {
		f.Items = append(f.Items, ui.Fact{Label: "For", Value: ui.TextCell(p.User)})
	}
	return f
}

func (p policyState) section() ui.Section {
	return ui.Section{Title: p.Name, Count: ui.Count(int64(len(p.Settings)), "setting", "settings"), Rule: true}
}

// tableID keeps the tables of a page apart.
func tableID(kind string, i int) string { return kind + "-" + strconv.Itoa(i) }
