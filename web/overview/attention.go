package overview

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// attention is one thing that needs a person. The same cause in several customers is one line.
type attention struct {
	Kind    string     `json:"kind"`
	Text    string     `json:"text"`
	Detail  string     `json:"detail"`
	Tenants []string   `json:"tenants"`
	Since   *time.Time `json:"since"`
	URL     string     `json:"url"`

	shape  ui.Shape
	rank   int // what blocks now first, then what ends soon, drift, unknown, what waits
	action string
	tenant *tenant.Tenant
}

// The most lines that the page shows, and the most that are gathered of one kind.
const (
	shownAttention = 8
	gathered       = 200
)

func (h *Handler) readAttention(ctx context.Context, tenants []tenant.Tenant, v *view) error {
	byID := map[tenant.ID]*tenant.Tenant{}
	for i := range tenants {
		byID[tenants[i].ID] = &tenants[i]
		if a, ok := ofState(&tenants[i]); ok {
			v.Attention = append(v.Attention, a)
		}
	}
	if err := h.quarantined(ctx, byID, v); err != nil {
		return err
	}
	if err := h.failing(ctx, byID, v); err != nil {
		return err
	}
	slices.SortStableFunc(v.Attention, func(a, b attention) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return since(a).Compare(since(b))
	})
	return nil
}

func since(a attention) time.Time {
	if a.Since == nil {
		return time.Time{}
	}
	return *a.Since
}

var ofStates = map[tenant.State]attention{
	tenant.StateWithdrawn: {Kind: "withdrawn", Text: "Consent was withdrawn", Detail: "Nothing is read any more; pages show what was read last", shape: ui.ShapeBad, rank: 1, action: "Send consent link"},
	tenant.StatePartial:   {Kind: "partial", Text: "Permissions are missing", Detail: "What they open is not read", shape: ui.ShapeWarn, rank: 3, action: "Show difference"},
	tenant.StateDeclined:  {Kind: "declined", Text: "Consent was declined", Detail: "An administrator chose Cancel at Microsoft", shape: ui.ShapeWarn, rank: 3, action: "Open consent"},
	tenant.StateInvited:   {Kind: "invited", Text: "A consent link is open", Detail: "Nobody has agreed yet", shape: ui.ShapePending, rank: 6, action: "Open consent"},
	tenant.StateWaiting:   {Kind: "waiting", Text: "Microsoft does not confirm the consent yet", Detail: "The portal looks again by itself", shape: ui.ShapePending, rank: 6, action: "Open consent"},
}

func ofState(t *tenant.Tenant) (attention, bool) {
	a, ok := ofStates[t.State]
	if !ok {
		return attention{}, false
	}
	a.tenant, a.Tenants, a.URL = t, []string{t.ID.String()}, "/t/"+t.ID.String()+"/consent"
	at := t.StateSince
	a.Since = &at
	return a, true
}

// quarantined gathers provisioning jobs that Entra holds back, one line per application.
func (h *Handler) quarantined(ctx context.Context, byID map[tenant.ID]*tenant.Tenant, v *view) error {
	all, err := h.Provisioning.ListJobs(ctx, v.m.Reach, provisioning.JobFilter{Limit: 1})
	if err != nil {
		return err
	}
	v.jobs = all.Count
	found, err := h.Provisioning.ListJobs(ctx, v.m.Reach, provisioning.JobFilter{Health: []provisioning.Health{provisioning.Quarantined}, Limit: gathered})
	if err != nil {
		return err
	}
	v.ill = found.Count
	lines := map[string]int{}
	for _, j := range found.Rows {
		i, ok := lines[j.AppName]
		if !ok {
			i = len(v.Attention)
			lines[j.AppName] = i
			at := began(j.Quarantine)
			v.Attention = append(v.Attention, attention{
				Kind: "quarantine", Text: "Provisioning is in quarantine: " + j.AppName, Detail: cmp.Or(j.Quarantine.Message, "Entra holds it back and gives no reason in words"), Since: &at,
				URL: "/t/" + j.Tenant.String() + "/provisioning/" + j.SPID, shape: ui.ShapeBad, rank: 1, action: "Open job", tenant: byID[j.Tenant],
			})
		}
		a := &v.Attention[i]
		if id := j.Tenant.String(); !slices.Contains(a.Tenants, id) {
			a.Tenants = append(a.Tenants, id)
		}
		if len(a.Tenants) > 1 {
			a.URL, a.tenant = "/provisioning?health=quarantine&q="+url.QueryEscape(j.AppName), nil
		}
		if began(j.Quarantine).Before(*a.Since) {
			at := began(j.Quarantine)
			a.Since = &at
		}
	}
	return nil
}

// failing gathers reads that do not succeed, one line per customer and cause.
func (h *Handler) failing(ctx context.Context, byID map[tenant.ID]*tenant.Tenant, v *view) error {
	found, err := h.Sync.List(ctx, v.m.Reach, graphsync.Filter{State: []string{"failed"}, Sort: "trouble", Limit: gathered})
	if err != nil {
		return err
	}
	type key struct {
		tenant tenant.ID
		kind   string
	}
	lines := map[key][]graphsync.Status{}
	var order []key
	for _, st := range found.Rows {
		t := byID[st.Tenant]
		if t == nil || st.Stopped || !t.State.Readable() {
			continue // its state says more
		}
		k := key{st.Tenant, st.Trouble.Kind}
		if _, ok := lines[k]; !ok {
			order = append(order, k)
		}
		lines[k] = append(lines[k], st)
	}
	for _, k := range order {
		v.Attention = append(v.Attention, notRead(byID[k.tenant], lines[k]))
	}
	return nil
}

func notRead(t *tenant.Tenant, of []graphsync.Status) attention {
	labels := make([]string, 0, len(of))
	first := of[0].Trouble.At
	for _, st := range of {
		labels = append(labels, strings.ToLower(graphsync.Label(st.Dataset)))
		if st.Trouble.At.Before(first) {
			first = st.Trouble.At
		}
	}
	text := "Not read: " + labels[0]
	if len(labels) > 1 {
		text += " and " + strconv.Itoa(len(labels)-1) + " more"
	}
	return attention{
		Kind: "not-read", Text: text, Detail: of[0].Trouble.Sentence, Tenants: []string{t.ID.String()}, Since: &first,
		URL: "/sync?state=failed&customer=" + t.ID.String(), shape: ui.ShapeUnknown, rank: 4, action: "Show the sync", tenant: t,
	}
}

func (v view) attentionList() ui.AttentionList {
	var l ui.AttentionList
	for _, a := range v.Attention[:min(len(v.Attention), shownAttention)] {
		item := ui.Attention{Shape: a.shape, Text: a.Text, Detail: a.Detail, URL: a.URL, Action: ui.Link{Text: a.action, URL: a.URL}}
		if a.Since != nil && !a.Since.IsZero() {
			item.When = length(v.now.Sub(*a.Since))
		}
		if a.tenant != nil {
			chip := page.Chip(*a.tenant, "")
			item.Tenant = &chip
		} else {
			item.Tenants = ui.Link{Text: ui.Count(int64(len(a.Tenants)), "customer", "customers")}
		}
		l.Items = append(l.Items, item)
	}
	return l
}

// began is when the present series of quarantines did: Entra lifts and renews a quarantine at each try.
func began(q provisioning.Quarantine) time.Time {
	if !q.SeriesSince.IsZero() {
		return q.SeriesSince
	}
	return q.Since
}

// length words how long something lasts; what began a moment ago is new.
func length(d time.Duration) string {
	if d < time.Minute {
		return "just now"
	}
	return ui.Length(d)
}
