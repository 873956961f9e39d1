package configuration

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Limits of the page: versions looked at for the history, and settings printed; the JSON twin has all settings.
const (
	maxVersions = 20
	maxSettings = 300
)

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // a policy is only ever shown inside its tenant
	}
	id, err := page.Param(r, "policy")
	if err != nil {
		return err
	}
	ctx := r.Context()
	p, doc, err := h.Policies.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	versions, err := h.Policies.Versions(ctx, m.Tenant.ID, p.Kind, id, maxVersions)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, familyOf(p.Kind).dataset)
	if err != nil {
		return err
	}
	names, err := h.namesOf(ctx, m.Tenant.ID, doc)
	if err != nil {
		return err
	}
	apps, err := h.targetApps(ctx, m.Tenant.ID, p, doc)
	if err != nil {
		return err
	}
	v := newView(m, p, doc, apps, versions, read, names, page.ChromeOf(ctx).Now)
	left, err := h.unreadOf(ctx, m, familyOf(p.Kind), configuration.Filter{Kind: []configuration.Kind{p.Kind}})
	if err != nil {
		return err
	}
	if len(left) > 0 {
		v.left = &left[0]
		left.mark(&v.fresh)
	}
	if err := h.countUses(ctx, m, &v); err != nil {
		return err
	}
	if v.Failing, err = h.failing(ctx, m, p); err != nil {
		return err
	}
	return page.Answer(w, r, v, policyPage(page.Shell(r, m, v.Name), v))
}

// view is what a policy's page shows, and its JSON twin.
type view struct {
	row
	AsOf        *time.Time   `json:"as_of"`
	Description string       `json:"description"`
	ScopeTags   []string     `json:"scope_tags"`
	TagNames    []string     `json:"scope_tag_names"` // by their ids where names are not known
	Settings    []setting    `json:"settings"`
	Messages    []message    `json:"messages,omitempty"` // of a notification template
	Targets     []assignment `json:"assigned_to"`
	TargetApps  []targetApp  `json:"targeted_apps,omitempty"`
	Actions     []action     `json:"scheduled_actions"`
	Versions    []version    `json:"versions"`
	Failing     *failed      `json:"failed_devices,omitempty"` // null where it failed on none, or nobody says on which

	policy configuration.Policy
	m      tenant.Membership
	fresh  ui.Freshness
	read   graphsync.Freshness
	left   *configuration.Reading // the last attempt could not read policies of this kind
	uses   int64                  // of an assignment filter or a scope tag: policies that carry it
}

// message is what a notification template says in one language.
type message struct {
	Locale  string `json:"locale"`
	Default bool   `json:"default"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// setting is one value; Path is what it is compared by.
type setting struct {
	Path   string `json:"path"`
	Label  string `json:"label"`
	Key    string `json:"key"`
	Value  string `json:"value"`
	Secret bool   `json:"secret,omitempty"` // set, but the portal does not keep it
}

// assignment is one target of the policy in words.
type assignment struct {
	Target     string `json:"target"`
	TargetName string `json:"target_name"`
	GroupID    string `json:"group_id,omitempty"`
	GroupName  string `json:"group_name,omitempty"` // its id where the name is not known
	Filter     string `json:"filter,omitempty"`     // what it does, in words
	FilterID   string `json:"filter_id,omitempty"`
	FilterName string `json:"filter_name,omitempty"` // empty: not among the filters that were read
	Schedule   string `json:"schedule,omitempty"`
}

// action is what a compliance policy does with a device that does not comply, in words.
type action struct {
	Type         string   `json:"type"`
	TypeName     string   `json:"type_name"`
	GraceHours   int64    `json:"grace_hours"`
	When         string   `json:"when"`
	TemplateID   string   `json:"template_id,omitempty"`
	TemplateName string   `json:"template_name,omitempty"` // empty: not among the templates that were read
	CC           []string `json:"cc,omitempty"`            // ids of groups
	CCNames      []string `json:"cc_names,omitempty"`      // the same groups, by their ids where names are not known
}

// version is what changed at one reading.
type version struct {
	At      time.Time `json:"at"`
	Gone    bool      `json:"gone,omitempty"`
	First   bool      `json:"first,omitempty"`  // how the portal saw it first
	Oldest  bool      `json:"oldest,omitempty"` // what was before is no longer kept
	Changes []diffRow `json:"changes"`
}

func newView(m tenant.Membership, p configuration.Policy, doc configuration.Document, apps []targetApp, versions []configuration.Version, read graphsync.Freshness, n names, now time.Time) view {
	v := view{
		row: newRower(now)(p), AsOf: page.Moment(read.AsOf), Description: strings.TrimSpace(p.Description), ScopeTags: doc.ScopeTags, Settings: []setting{}, Targets: []assignment{}, TargetApps: apps, Actions: []action{},
		policy: p, m: m, fresh: fresh.Line(read, m, now), read: read, Versions: newVersions(versions, p.FirstSeenAt),
	}
	if v.ScopeTags == nil {
		v.ScopeTags = []string{}
	}
	v.TagNames = make([]string, len(v.ScopeTags))
	for i, id := range v.ScopeTags {
		v.TagNames[i] = cmp.Or(n.tags[id], id)
	}
	if p.Kind == configuration.Notification {
		for _, s := range doc.Messages() {
			v.Messages = append(v.Messages, message(s))
		}
	}
	for _, l := range doc.SettingLines() {
		v.Settings = append(v.Settings, setting{l.Path, l.Label, l.Key, l.Value, l.Secret})
	}
	for _, a := range doc.Assignments {
		t := assignment{Target: a.Target, TargetName: worded(targetWords, a.Target), GroupID: a.GroupID, GroupName: n.group(a.GroupID), FilterID: a.FilterID, FilterName: n.filters[a.FilterID], Schedule: a.Schedule}
		if a.FilterID != "" {
			t.Filter = worded(filterWords, a.FilterType)
		}
		v.Targets = append(v.Targets, t)
	}
	for _, a := range doc.Actions {
		x := action{Type: a.Type, TypeName: worded(actionWords, a.Type), GraceHours: a.GraceHours, When: hours(a.GraceHours), TemplateID: a.TemplateID, TemplateName: n.templates[a.TemplateID], CC: a.CC}
		for _, id := range a.CC {
			x.CCNames = append(x.CCNames, n.group(id))
		}
		v.Actions = append(v.Actions, x)
	}
	return v
}

// newVersions says of each version what it changed against the one before. Of the oldest of as many as are looked at, nothing is known.
func newVersions(versions []configuration.Version, seen time.Time) []version {
	out := []version{}
	for i, w := range versions {
		v := version{At: w.At.UTC(), Gone: w.Document == nil, Changes: []diffRow{}}
		switch {
		case i+1 == len(versions):
			if len(versions) == maxVersions {
				continue
			}
			v.Oldest = w.At.After(seen) && !seen.IsZero()
			v.First = !v.Oldest
		case w.Document != nil && versions[i+1].Document != nil:
			for _, d := range configuration.Compare(*versions[i+1].Document, *w.Document) {
				if d.Is != configuration.Same && d.Is != configuration.Unknown && !counts(d) {
					v.Changes = append(v.Changes, newDiffRow(d))
				}
			}
		}
		out = append(out, v)
	}
	return out
}

// counts tells lines that change with every change and say nothing by themselves.
func counts(d configuration.Difference) bool {
	return d.Part == configuration.Record && (d.Path == "version" || d.Path == "modified")
}
