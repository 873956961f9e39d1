package reviews

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The kinds of findings; words.go has what they are called.
const (
	kindWithdrawn    = "consent-withdrawn"
	kindMissing      = "consent-missing"
	kindSurplus      = "consent-surplus"
	kindOther        = "consent-other"
	kindGrantsUnread = "consent-unread"
	kindUnread       = "unread"
	kindLate         = "late"
	kindEnded        = "ended"
	kindEnding       = "ends-soon"
	kindNoncompliant = "noncompliant"
	kindSilent       = "silent"
	kindQuarantine   = "quarantine"
	kindJobTrouble   = "job-trouble"
	kindInstalls     = "failed-installs"
	kindMalware      = "malware"
	kindProtection   = "protection"
	kindNotRedeemed  = "guests-not-redeemed"
	kindUnproven     = "guests-unproven"
	kindIdle         = "guests-idle"
)

// known is what the portal knows of a tenant when it is reviewed.
type known struct {
	findings []review.Finding
	devices  *int64 // null: never read completely
	devRead  *time.Time
	read     map[string]any
}

// gatheredMost of one kind; more are counted on the list that the finding leads to.
const gatheredMost = 50

// gather puts together what deserves a look, the worst first. What was not read yields no verdict, but a finding of its own.
func (h *Handler) gather(ctx context.Context, m tenant.Membership, now time.Time) (k known, err error) {
	k.read = map[string]any{}
	statuses, err := h.Sync.OfTenant(ctx, m.Tenant.ID)
	if err != nil {
		return k, err
	}
	asOf := map[string]*time.Time{}
	for _, st := range statuses {
		asOf[st.Dataset] = k.status(m, st, now)
	}
	for _, step := range []func(context.Context, tenant.Membership, time.Time, map[string]*time.Time, *known) error{h.grants, h.devices, h.ending, h.jobs, h.guests} {
		if err := step(ctx, m, now, asOf, &k); err != nil {
			return k, err
		}
	}
	rank := map[review.Severity]int{review.Bad: 0, review.Warn: 1, review.Unknown: 2}
	slices.SortStableFunc(k.findings, func(a, b review.Finding) int {
		return cmp.Or(rank[a.Severity]-rank[b.Severity], since(a).Compare(since(b)), cmp.Compare(a.Key, b.Key))
	})
	return k, nil
}

func since(f review.Finding) time.Time {
	if f.Since == nil {
		return time.Time{}
	}
	return *f.Since
}

// status notes how one dataset was read, and gives the time of its last complete read; nil: never.
func (k *known) status(m tenant.Membership, st graphsync.Status, now time.Time) *time.Time {
	if st.Stopped {
		return nil
	}
	url := "/sync?" + url.Values{"customer": {m.Tenant.ID.String()}, "dataset": {st.Dataset}}.Encode()
	f := review.Finding{Key: "dataset:" + st.Dataset, Severity: review.Unknown, What: graphsync.Label(st.Dataset), URL: url}
	if st.LastCompleteAt.IsZero() {
		k.read[st.Dataset] = nil
		f.Kind = kindUnread
		if !st.Trouble.At.IsZero() {
			f.Since = &st.Trouble.At
		}
		k.findings = append(k.findings, f)
		return nil
	}
	at := st.LastCompleteAt
	k.read[st.Dataset] = at
	if d, ok := graphsync.Table().Get(st.Dataset); ok && now.Sub(at) > d.FreshFor {
		f.Kind, f.Since, f.ReadAt = kindLate, &at, &at
		k.findings = append(k.findings, f)
	}
	return &at
}

func (h *Handler) grants(ctx context.Context, m tenant.Membership, now time.Time, _ map[string]*time.Time, k *known) error {
	c, err := h.Consent.View(ctx, m.Tenant.ID)
	if err != nil {
		return err
	}
	at := m.Path("/consent")
	if c.Tenant.State == tenant.StateWithdrawn {
		k.findings = append(k.findings, review.Finding{Key: kindWithdrawn, Kind: kindWithdrawn, Severity: review.Bad, Since: &c.Tenant.StateSince, URL: at})
		return nil
	}
	if c.LastFull == nil {
		k.findings = append(k.findings, review.Finding{Key: kindGrantsUnread, Kind: kindGrantsUnread, Severity: review.Unknown, URL: at})
		return nil
	}
	for _, x := range []struct{ standing, kind string }{{consent.StandingMissing, kindMissing}, {consent.StandingSurplus, kindSurplus}} {
		f := review.Finding{Key: x.kind, Kind: x.kind, Severity: review.Warn, ReadAt: &c.LastFull.At, URL: at}
		for _, st := range c.Open {
			if st.Standing == x.standing {
				f.Count++
				if f.Since == nil || st.FirstSeen.Before(*f.Since) {
					f.Since = &st.FirstSeen
				}
			}
		}
		if f.Count > 0 {
			k.findings = append(k.findings, f)
		}
	}
	for _, o := range c.Others {
		f := review.Finding{Key: kindOther + ":" + o.ClientID, Kind: kindOther, Severity: review.Warn, What: cmp.Or(o.AppID, o.ClientID), URL: at + "#others"}
		if o.FirstSeen.IsZero() {
			f.Severity = review.Unknown
		} else {
			f.Since, f.ReadAt = &o.FirstSeen, &o.ReadAt
		}
		k.findings = append(k.findings, f)
	}
	return nil
}

// devices judges by the counters of complete reads only.
func (h *Handler) devices(ctx context.Context, m tenant.Membership, _ time.Time, asOf map[string]*time.Time, k *known) error {
	for _, x := range []struct {
		dataset string
		take    func(map[string]int64, *time.Time)
	}{
		{graphsync.Devices, func(n map[string]int64, at *time.Time) {
			total := n["total"]
			k.devices, k.devRead = &total, at
			k.count(kindNoncompliant, review.Warn, n["compliance:noncompliant"]+n["compliance:conflict"]+n["compliance:error"], at, m.Path("/devices?compliance=noncompliant&compliance=conflict&compliance=error"))
			k.count(kindSilent, review.Warn, n["checkin:"+device.CheckInOver90]+n["checkin:"+device.CheckIn90], at, m.Path("/devices?checkin="+device.CheckInOver90+"&checkin="+device.CheckIn90))
		}},
		{graphsync.DeviceProtection, func(n map[string]int64, at *time.Time) {
			k.count(kindMalware, review.Bad, n["problem:malwareActive"], at, m.Path("/devices/protection?problem=malwareActive"))
			k.count(kindProtection, review.Warn, n["any"], at, m.Path("/devices/protection?any=true"))
		}},
		{graphsync.AppInstalls, func(n map[string]int64, at *time.Time) {
			k.count(kindInstalls, review.Warn, n["failing"], at, m.Path("/apps/installs?failed=true"))
		}},
	} {
		if asOf[x.dataset] == nil {
			continue
		}
		counters, err := h.Sync.Counters(ctx, m.Scope, x.dataset)
		if err != nil {
			return err
		}
		x.take(counters, asOf[x.dataset])
	}
	return nil
}

func (k *known) count(kind string, s review.Severity, n int64, at *time.Time, url string) {
	if n > 0 {
		k.findings = append(k.findings, review.Finding{Key: kind, Kind: kind, Severity: s, Count: n, ReadAt: at, URL: url})
	}
}

func (h *Handler) ending(ctx context.Context, m tenant.Membership, now time.Time, _ map[string]*time.Time, k *known) error {
	watch, err := h.Services.Watch(ctx, now)
	if err != nil {
		return err
	}
	found, err := h.Services.List(ctx, m.Scope, watch, service.Filter{State: []service.Standing{service.Ended, service.Soon}, Limit: gatheredMost})
	if err != nil {
		return err
	}
	for _, it := range found.Rows {
		f := review.Finding{Key: "service:" + string(it.Kind) + "/" + it.ID, Kind: kindEnding, Severity: review.Warn, What: cmp.Or(it.Name, string(it.Kind)), URL: m.Path("/services/" + string(it.Kind) + "/" + url.PathEscape(it.ID))}
		if !it.ReadAt.IsZero() {
			f.ReadAt = &it.ReadAt
		}
		if it.Standing == service.Ended {
			f.Kind, f.Severity, f.Since = kindEnded, review.Bad, &it.ExpiresAt
		}
		k.findings = append(k.findings, f)
	}
	return nil
}

func (h *Handler) jobs(ctx context.Context, m tenant.Membership, _ time.Time, asOf map[string]*time.Time, k *known) error {
	at := asOf[graphsync.ProvisioningJobs]
	if at == nil {
		return nil
	}
	found, err := h.Provisioning.ListJobs(ctx, m.Scope, provisioning.JobFilter{Health: []provisioning.Health{provisioning.Quarantined, provisioning.Troubled}, Limit: gatheredMost})
	if err != nil {
		return err
	}
	for _, j := range found.Rows {
		f := review.Finding{Key: "job:" + j.SPID + "/" + j.ID, Kind: kindJobTrouble, Severity: review.Warn, What: j.AppName, ReadAt: at, URL: m.Path("/provisioning/" + url.PathEscape(j.SPID))}
		if j.Health == provisioning.Quarantined {
			f.Kind, f.Severity = kindQuarantine, review.Bad
			if began := cmp.Or(j.Quarantine.SeriesSince, j.Quarantine.Since); !began.IsZero() {
				f.Since = &began
			}
		}
		k.findings = append(k.findings, f)
	}
	return nil
}

// guests are the partner's people whose way into the tenant waits, was never gone, or was not gone for long.
func (h *Handler) guests(ctx context.Context, m tenant.Membership, now time.Time, asOf map[string]*time.Time, k *known) error {
	at := asOf[graphsync.Guests]
	if at == nil {
		return nil
	}
	for _, x := range []struct {
		kind, query string
		filter      guest.Filter
	}{
		{kindNotRedeemed, "waiting=true", guest.Filter{Waiting: true}},
		{kindUnproven, "standing=role&standing=licence", guest.Filter{Standings: []guest.Standing{guest.Role, guest.Licence}}},
		{kindIdle, "idle=true", guest.Filter{Idle: true}},
	} {
		x.filter.Now = now
		n, err := h.Guests.Count(ctx, m.Scope, x.filter)
		if err != nil {
			return err
		}
		k.count(x.kind, review.Warn, n, at, m.Path("/guests?"+x.query))
	}
	return nil
}

// snapshot is what a report keeps.
func (v view) snapshot(k known, partner string, next time.Time) review.Snapshot {
	s := review.Snapshot{Tenant: v.Tenant, Partner: partner, Since: v.LastAt, Devices: k.devices, ReadAt: k.devRead, Findings: []review.Kept{}, Notes: v.Notes, Read: k.read}
	if !next.IsZero() {
		s.Next = next.Format(time.DateOnly)
	}
	for _, f := range v.Findings {
		kept := review.Kept{Finding: f.Finding, State: "open"}
		if f.Mark != nil {
			kept.State, kept.Why, kept.Holder = f.Mark.State, f.Mark.Why, f.Mark.Holder
			if f.Mark.Until != nil {
				kept.Until = f.Mark.Until.Format(time.DateOnly)
			}
		}
		s.Findings = append(s.Findings, kept)
	}
	return s
}
