package devices

import (
	"context"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// tab is a part of a device's page, with an address of its own.
type tab string

const (
	tabSummary     tab = ""
	tabHardware    tab = "/hardware"
	tabPolicies    tab = "/policies"
	tabProtection  tab = "/protection"
	tabResults     tab = "/remote-actions"
	tabDiagnostics tab = "/diagnostics"
	tabHistory     tab = "/history"
)

// maxChanges is how many changes a device's page shows, and gapDays how far back it looks for days that were not read.
const (
	maxChanges = 200
	gapDays    = 90
)

func (h *Handler) show(t tab) page.Handler {
	return func(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
		if !m.One() {
			return errs.NotFound // a device is only ever shown inside its tenant
		}
		id, err := page.Param(r, "device")
		if err != nil {
			return err
		}
		known, err := h.read(r.Context(), m, id)
		if err != nil {
			return err
		}
		if known.states, err = h.states(r.Context(), m.Tenant.ID, known.device, t); err != nil {
			return err
		}
		if known.reported, err = h.reported(r.Context(), m, id); err != nil {
			return err
		}
		if known.malware, err = h.malwareOn(r.Context(), m, known.device, known.reported, t); err != nil {
			return err
		}
		if known.alone, err = h.detail(r.Context(), m.Tenant.ID, known.device, t); err != nil {
			return err
		}
		if known.logs, err = h.logs(r.Context(), m.Tenant.ID, known.device, t); err != nil {
			return err
		}
		if known.machine, err = h.machineOf(r.Context(), m, known.device); err != nil {
			return err
		}
		if known.incidents, err = h.incidentsOf(r.Context(), m, known.device); err != nil {
			return err
		}
		if h.Actions != nil {
			if known.asked, err = h.Actions.Of(r.Context(), asTarget(known.device), maxActs); err != nil {
				return err
			}
		}
		v := newView(m, known, page.ChromeOf(r.Context()))
		v.tab = t
		return page.Answer(w, r, v, devicePage(page.Shell(r, m, v.Name), v))
	}
}

// facts are what the portal holds about one device.
type facts struct {
	device    device.Device
	read      graphsync.Freshness
	changes   []device.Change
	same      []device.Elsewhere
	states    graphsync.LiveReading[device.PolicyStates]
	alone     graphsync.LiveReading[device.Detail]
	logs      graphsync.LiveReading[[]device.Log]
	machine   ofMachine
	reported  reported
	malware   onDevice
	asked     []deviceaction.Action
	days      []graphsync.DayValue // on which the tenant's devices were read completely
	incidents ofIncidents
}

func (h *Handler) read(ctx context.Context, m tenant.Membership, id string) (k facts, err error) {
	tid := m.Tenant.ID
	if k.device, err = h.Devices.Get(ctx, tid, id); err != nil {
		return k, err
	}
	if k.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Devices); err != nil {
		return k, err
	}
	if k.changes, err = h.Devices.Changes(ctx, tid, id, maxChanges); err != nil {
		return k, err
	}
	if k.same, err = h.Devices.SameSerial(ctx, m.Reach, k.device); err != nil {
		return k, err
	}
	since := page.ChromeOf(ctx).Now.AddDate(0, 0, -gapDays)
	k.days, err = h.Sync.Daily(ctx, m.Scope, graphsync.Devices, "total", since)
	return k, err
}

// states asks Microsoft on the tab that says so; other tabs show what an earlier look read. A device that is gone is not asked for.
func (h *Handler) states(ctx context.Context, tid tenant.ID, d device.Device, t tab) (graphsync.LiveReading[device.PolicyStates], error) {
	if h.Policies == nil {
		return graphsync.LiveReading[device.PolicyStates]{}, nil
	}
	if t == tabPolicies && d.GoneAt.IsZero() {
		return h.Policies.PolicyStates(ctx, tid, d.ID)
	}
	return h.Policies.KeptPolicyStates(ctx, tid, d.ID)
}

// view is what a device's page shows, and its JSON twin.
type view struct {
	row
	AsOf        *time.Time   `json:"as_of"`
	Why         why          `json:"why"`
	Policies    policies     `json:"policies"`
	Protection  *protected   `json:"protection"` // nil: Defender reported none, or it was not read
	Defended    []change     `json:"protection_changes,omitempty"`
	Malware     onDevice     `json:"malware"`
	Hardware    []group      `json:"hardware"`
	Single      single       `json:"single"` // what Intune tells only of a single device
	Diagnostics diagnostics  `json:"diagnostics"`
	Autopilot   *asMachine   `json:"autopilot"` // nil: not registered, or not read
	Incidents   []inIncident `json:"incidents"` // null: not read
	Changes     []change     `json:"changes"`
	Results     []result     `json:"action_results"`
	SameSerial  []elsewhere  `json:"same_serial"`
	Acts        []act        `json:"actions"`
	Asked       []asked      `json:"asked"` // what was asked for here, the newest first

	m        tenant.Membership
	chrome   page.Chrome
	tab      tab
	fresh    ui.Freshness
	read     graphsync.Freshness
	device   device.Device
	timeline ui.Timeline
	reported reported
	machine  ofMachine

	incidents ofIncidents
}

// why is the reason of a compliance state, as far as it was read.
type why struct {
	Sentence   string     `json:"sentence"`
	Since      *time.Time `json:"since"`
	GraceUntil *time.Time `json:"grace_until"`
	Settings   string     `json:"settings"` // why the single settings are not known; empty where they are
}

// group is a titled list of facts; fact's value is plain text.
type group struct {
	Title string `json:"title"`
	Facts []fact `json:"facts"`
}

type fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
	mono  bool
}

type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Label string    `json:"label"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

type result struct {
	Name      string     `json:"name"`
	Label     string     `json:"label"`
	State     string     `json:"state"`
	StartedAt *time.Time `json:"started_at"`
	UpdatedAt *time.Time `json:"updated_at"`
	ErrorCode int64      `json:"error_code,omitempty"`
	said      ui.State   // "Restart: done"
	state     ui.State   // "Done"
}

type elsewhere struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Tenant     page.TenantRef `json:"tenant"`
	LastSyncAt *time.Time     `json:"last_sync_at"`
	URL        string         `json:"url"`
}

func newView(m tenant.Membership, k facts, c page.Chrome) view {
	late := lateTenants{}
	if k.read.Late > 0 {
		late[m.Tenant.ID] = true
	}
	d := k.device
	v := view{
		row: newRower(late, c.Now)(d), AsOf: page.Moment(k.read.AsOf), Why: newWhy(d, k.changes), Policies: newPolicies(m.Tenant.ID, k.states), Protection: k.reported.row, Defended: k.reported.changes, reported: k.reported, Malware: k.malware, Hardware: newHardware(d), Acts: newActs(m, d, k.asked), Asked: newAsked(k.asked, c.Now),
		Single: newSingle(m.Tenant.ID, k.alone), Diagnostics: newDiagnostics(m.Tenant.ID, k.logs, c.Now), Autopilot: k.machine.row, machine: k.machine, Incidents: k.incidents.list, incidents: k.incidents,
		Changes: []change{}, Results: newResults(merged(d.ActionResults(), k.alone.Value.Actions), c.Now), SameSerial: []elsewhere{},
		m: m, chrome: c, fresh: fresh.Line(k.read, m, c.Now), read: k.read, device: d,
	}
	if len(v.Results) > 0 { // the device alone may say more than the list did
		v.action, v.LastAction = &v.Results[0].said, v.Results[0].said.Text
	}
	for _, ch := range k.changes {
		v.Changes = append(v.Changes, change{ch.At, ch.Field, fieldLabel(ch.Field), ch.Old, ch.New})
	}
	for _, e := range k.same {
		v.SameSerial = append(v.SameSerial, elsewhere{e.ID, e.Name, page.TenantRef{ID: e.Tenant, Name: e.TenantName}, page.Moment(e.LastSyncAt), deviceURL(e.Tenant, e.ID)})
	}
	v.Why.Settings = v.Policies.note()
	v.timeline = newTimeline(v, k.days)
	return v
}

// whySentences say what Intune's state means, and no more than was read.
var whySentences = map[string]string{
	"compliant":     "Intune says that every compliance policy that applies to this device is met.",
	"noncompliant":  "Intune says that at least one compliance policy is not met.",
	"inGracePeriod": "A compliance policy is not met. The device still counts as allowed until its grace period ends.",
	"conflict":      "Two policies disagree about a setting of this device.",
	"error":         "Intune could not evaluate a compliance policy on this device.",
	"configManager": "Configuration Manager decides about this device; Intune only repeats it.",
	"unknown":       "Intune has not evaluated this device, or no compliance policy applies to it.",
}

func newWhy(d device.Device, changes []device.Change) why {
	w := why{
		Sentence: whySentences[d.Compliance], GraceUntil: page.Moment(d.GraceUntil),
	}
	if w.Sentence == "" {
		w.Sentence = "Intune gives a state that the portal does not know: “" + d.Compliance + "”."
	}
	if d.Compliance != "inGracePeriod" {
		w.GraceUntil = nil
	}
	for _, c := range changes { // the newest first
		if c.Field == "compliance" {
			w.Since = page.Moment(c.At)
			break
		}
	}
	return w
}
