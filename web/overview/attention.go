package overview

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
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
	tenant *tenant.Tenant // nil where there are several

	tenantsURL string // a list of exactly these customers; "" where there is none
}

// The most lines that the page shows, and the most that are gathered of one kind.
const (
	shownAttention = 7
	gathered       = 200
)

func (h *Handler) readAttention(ctx context.Context, v *view) error {
	of, err := h.Tenants.InState(ctx, v.reach, slices.Collect(maps.Keys(ofStates))...)
	if err != nil {
		return err
	}
	jobs, err := h.quarantined(ctx, v)
	if err != nil {
		return err
	}
	reads, err := h.Sync.List(ctx, v.reach, graphsync.Filter{State: []string{"failed"}, Sort: "trouble", Limit: gathered})
	if err != nil {
		return err
	}
	ends, err := h.ending(ctx, v)
	if err != nil {
		return err
	}
	queue, err := h.Brake.Waiting(ctx, v.reach)
	if err != nil {
		return err
	}
	open, err := h.grave(ctx, v)
	if err != nil {
		return err
	}
	ids := slices.Clone(queue.Customers)
	for _, i := range open.Rows {
		ids = append(ids, i.Tenant)
	}
	for _, j := range jobs {
		ids = append(ids, j.Tenant)
	}
	for _, st := range reads.Rows {
		ids = append(ids, st.Tenant)
	}
	for _, it := range ends {
		ids = append(ids, it.Tenant)
	}
	byID, err := h.byID(ctx, ids)
	if err != nil {
		return err
	}
	v.Attention = append(v.Attention, slices.Concat(states(of), quarantines(byID, jobs), failing(byID, reads.Rows), endings(byID, ends, v.now), approvals(byID, queue), untaken(byID, open))...)
	slices.SortStableFunc(v.Attention, func(a, b attention) int {
		return cmp.Or(a.rank-b.rank, since(a).Compare(since(b)))
	})
	return nil
}

// approvals is what waits for a second person, in one line.
func approvals(byID map[tenant.ID]*tenant.Tenant, q brake.Queue) []attention {
	if q.Requests == 0 {
		return nil
	}
	wait := " requests wait for a second person"
	if q.Requests == 1 {
		wait = " request waits for a second person"
	}
	a := attention{Kind: "approval", Text: ui.N(int64(q.Requests)) + wait, Detail: "It would destroy more than one person may alone", URL: "/approvals?state=waiting", shape: ui.ShapePending, rank: 0, action: "Look at it"}
	for _, id := range q.Customers {
		if t := byID[id]; t != nil {
			a.add(t, q.Since)
		}
	}
	return []attention{a}
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

// states are the connections that need a person, one line per state.
func states(tenants []tenant.Tenant) []attention {
	var out []attention
	for _, state := range tenant.States {
		line, ok := ofStates[state]
		if !ok {
			continue
		}
		for i := range tenants {
			if tenants[i].State == state {
				line.add(&tenants[i], tenants[i].StateSince)
			}
		}
		switch len(line.Tenants) {
		case 0:
			continue
		case 1:
			line.URL = "/t/" + line.Tenants[0] + "/consent"
		default:
			line.URL, line.action = "/tenants?state="+string(state), "Show customers"
			line.tenantsURL = line.URL
		}
		out = append(out, line)
	}
	return out
}

// add notes one more customer with the same cause; the line lasts since the first of them.
func (a *attention) add(t *tenant.Tenant, at time.Time) {
	if id := t.ID.String(); !slices.Contains(a.Tenants, id) {
		a.Tenants = append(a.Tenants, id)
	}
	if a.tenant = t; len(a.Tenants) > 1 {
		a.tenant = nil
	}
	if a.Since == nil || at.Before(*a.Since) {
		a.Since = &at
	}
}

// quarantined counts provisioning jobs, and finds those that Entra holds back.
func (h *Handler) quarantined(ctx context.Context, v *view) ([]provisioning.Job, error) {
	all, err := h.Provisioning.CountJobs(ctx, v.reach, provisioning.JobFilter{})
	if err != nil {
		return nil, err
	}
	found, err := h.Provisioning.ListJobs(ctx, v.reach, provisioning.JobFilter{Health: []provisioning.Health{provisioning.Quarantined}, Limit: gathered})
	v.jobs, v.ill = all, found.Count
	return found.Rows, err
}

// quarantines are the jobs that are held back, one line per application.
func quarantines(byID map[tenant.ID]*tenant.Tenant, jobs []provisioning.Job) (out []attention) {
	lines := map[string]int{}
	for _, j := range jobs {
		t := byID[j.Tenant]
		if t == nil {
			continue
		}
		detail := cmp.Or(j.Quarantine.Message, "Entra holds it back and gives no reason in words")
		i, ok := lines[j.AppName]
		if !ok {
			i = len(out)
			lines[j.AppName] = i
			out = append(out, attention{
				Kind: "quarantine", Text: "Provisioning is in quarantine: " + j.AppName, Detail: detail,
				URL: "/t/" + j.Tenant.String() + "/provisioning/" + url.PathEscape(j.SPID), shape: ui.ShapeBad, rank: 1, action: "Open job",
			})
		}
		a := &out[i]
		a.add(t, began(j.Quarantine))
		if a.Detail != detail {
			a.Detail = "Entra gives several reasons"
		}
		if ok {
			a.URL, a.action = "/provisioning?"+url.Values{"health": {"quarantine"}, "q": {j.AppName}}.Encode(), "Show jobs"
		}
	}
	return out
}

// failing are the reads that do not succeed, one line per cause.
func failing(byID map[tenant.ID]*tenant.Tenant, reads []graphsync.Status) (out []attention) {
	lines := map[string][]graphsync.Status{}
	var order []string
	for _, st := range reads {
		t := byID[st.Tenant]
		if t == nil || st.Stopped || !t.State.Readable() {
			continue // its state says more
		}
		if _, ok := lines[st.Trouble.Kind]; !ok {
			order = append(order, st.Trouble.Kind)
		}
		lines[st.Trouble.Kind] = append(lines[st.Trouble.Kind], st)
	}
	for _, kind := range order {
		out = append(out, notRead(byID, kind, lines[kind]))
	}
	return out
}

// causes are the kinds of trouble as the reason why several customers are not read.
var causes = map[string]string{
	"token": "Microsoft refuses the portal", "permission": "a permission is missing", "licence": "a licence is missing", "role": "a role is missing",
	"notfound": "Microsoft does not find it", "throttled": "Microsoft holds the portal back", "unavailable": "Microsoft does not answer",
	"badanswer": "Microsoft’s answers cannot be used", "timeout": "the reads take too long", "internal": "the portal made a mistake",
}

// notRead is the line of what is not read for one cause.
func notRead(byID map[tenant.ID]*tenant.Tenant, kind string, of []graphsync.Status) attention {
	a := attention{Kind: "not-read", Detail: of[0].Trouble.Sentence, shape: ui.ShapeUnknown, rank: 4, action: "Show the sync"}
	var labels []string
	for _, st := range of {
		a.add(byID[st.Tenant], st.Trouble.At)
		if label := strings.ToLower(graphsync.Label(st.Dataset)); !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
	}
	what := labels[0]
	if len(labels) > 1 {
		what += " and " + strconv.Itoa(len(labels)-1) + " more"
	}
	a.Text = "Not read: " + what
	customers := url.Values{"state": {"failed"}}
	if len(a.Tenants) > 1 {
		a.Text = "Not read, as " + cmp.Or(causes[kind], "something is wrong")
		a.Detail = strings.ToUpper(what[:1]) + what[1:]
	}
	if len(a.Tenants) <= listed {
		customers["customer"] = a.Tenants
	}
	a.URL = "/sync?" + customers.Encode()
	return a
}

// listed is how many values a filter of a list takes.
const listed = 50

// attentionList is the list as the page shows it: the first few, or all when that was asked for.
func (v view) attentionList() ui.AttentionList {
	var l ui.AttentionList
	shown := v.Attention
	if !v.all && len(shown) > shownAttention {
		shown = shown[:shownAttention]
		l.More = ui.Link{Text: "Show all " + ui.N(int64(len(v.Attention))), URL: v.list("/?needs=all")}
	}
	for _, a := range shown {
		item := ui.Attention{Shape: a.shape, Text: a.Text, Detail: a.Detail, URL: a.URL, Action: ui.Link{Text: a.action, URL: a.URL}}
		if a.Since != nil && !a.Since.IsZero() {
			item.When = length(v.now.Sub(*a.Since))
		}
		if a.tenant != nil {
			chip := page.Chip(*a.tenant, "")
			item.Tenant = &chip
		} else {
			item.Tenants = ui.Link{Text: ui.Count(int64(len(a.Tenants)), "customer", "customers"), URL: a.tenantsURL}
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
