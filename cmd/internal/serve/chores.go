package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/consent"
)

// How often the small duties are looked after.
const (
	provingEvery     = 2 * time.Second  // consent that came back and has not spread yet
	rereadEvery      = 10 * time.Minute // look for tenants whose grants were not read for rereadAfter
	rereadAfter      = 24 * time.Hour
	withdrawingEvery = 5 * time.Second
	settlingEvery    = 10 * time.Second // the index of the search
	actionsEvery     = 4 * time.Second  // what became of actions on devices
	lapsingEvery     = 20 * time.Second // actions that wait for an approval that will not come
	sweepingEvery    = time.Hour        // sessions that are over
	pruningEvery     = 6 * time.Hour
)

// chores run in each process with workers. What several processes do at once, they share or repeat harmlessly.
func (p *Portal) chores(ctx context.Context) {
	for _, c := range []struct {
		name  string
		every time.Duration
		do    func(context.Context) error
	}{
		{"prove consent", provingEvery, func(ctx context.Context) error { _, err := p.Consent.RunDue(ctx); return err }},
		{"read grants again", rereadEvery, p.rereadGrants},
		{"take back and delete", withdrawingEvery, p.Withdrawals.RunDue},
		{"settle the search", settlingEvery, p.Devices.Settle},
		{"tell alerts", alertsEvery, p.tellAlerts},
		{"tell contacts", coolingEvery, p.tellContacts},
		{"read actions back", actionsEvery, (&deviceaction.Reader{Graph: p.Graph, Store: p.DeviceActions, Now: p.Sync.Now, Ended: p.readNow(graphsync.Devices)}).RunDue},
		{"end what is not approved", lapsingEvery, p.deviceActs().Lapse},
		{"deliver the audit", streamEvery, p.streamAudit},
		{"sweep sessions", sweepingEvery, p.Sessions.Sweep},
		{"sweep live readings", sweepingEvery, p.Live.Sweep},
		{"sweep failures", sweepingEvery, func(ctx context.Context) error { return p.Failures.SweepAcrossTenants(ctx, p.Sync.Now()) }},
		{"prune history", pruningEvery, graphsync.NewRetention(p.Pool, nil).Prune},
	} {
		go func() {
			tick := time.NewTicker(c.every)
			defer tick.Stop()
			for {
				if err := c.do(ctx); err != nil && ctx.Err() == nil {
					p.Log.Warn("chore", "name", c.name, "err", err)
				}
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
			}
		}()
	}
}

// tellBudget lets pages show what this process uses of Microsoft's limits. It runs in every process, for sections that are read while
// somebody looks call Microsoft as well.
func (p *Portal) tellBudget(ctx context.Context) {
	name, told := rand.Text(), false
	tick := time.NewTicker(graphsync.BudgetStep)
	defer tick.Stop()
	for {
		var all []graphsync.Usage
		for _, u := range p.Graph.Usage() {
			all = append(all, graphsync.Usage(u))
		}
		if told || len(all) > 0 {
			if err := p.Sync.SaveUsage(ctx, name, all); err != nil && ctx.Err() == nil {
				p.Log.Warn("call budget not told", "err", err)
			}
			told = len(all) > 0
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keepTime follows the database's clock, by which all processes date what they show and do.
func (p *Portal) keepTime(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := p.Sync.FollowClock(ctx); err != nil && ctx.Err() == nil {
			p.Log.Warn("clock not followed", "err", err)
		}
	}
}

// rereadGrants looks at tenants whose grants were proven long ago: what an administrator took back or added shows within a day.
func (p *Portal) rereadGrants(ctx context.Context) error {
	all, err := p.Tenants.List(ctx, tenant.Everything())
	if err != nil {
		return err
	}
	var failed []error
	for _, t := range all {
		connected := t.State == tenant.StateConnected || t.State == tenant.StatePartial
		if t.Home || !connected || time.Since(t.StateReadAt) < rereadAfter {
			continue
		}
		if _, err := p.Consent.Reread(ctx, t.ID); err != nil {
			failed = append(failed, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// learnHome reads what the partner and the registration are called, as customers will see them at Microsoft. Without consent in the home
// tenant both stay unknown, and pages say "your partner".
func (p *Portal) learnHome(ctx context.Context) {
	for wait := 5 * time.Second; ; wait = min(2*wait, time.Hour) {
		err := p.readHome(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			p.Log.WarnContext(ctx, "home tenant not read", "tenant_id", p.home.String(), "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

func (p *Portal) readHome(ctx context.Context) error {
	for o, err := range graph.List[graph.OrganizationInfo](ctx, p.Graph, p.home, "organization", graph.Query{}) {
		if err != nil {
			return fmt.Errorf("home organization: %w", err)
		}
		t := tenant.Tenant{ID: p.home, Home: true, DisplayName: o.DisplayName, Country: o.Country}
		for _, d := range o.VerifiedDomains {
			t.Domains = append(t.Domains, d.Name)
			if d.IsDefault {
				t.DefaultDomain = d.Name
			}
		}
		if err := p.Tenants.Upsert(ctx, tenant.Only(p.home), t); err != nil {
			return err
		}
	}
	path := "servicePrincipals(appId='" + url.PathEscape(p.Config.ClientID) + "')"
	sp, err := graph.Get[graph.ServicePrincipal](ctx, p.Graph, p.home, path, graph.Query{Select: []string{"id", "displayName"}})
	if err != nil {
		return fmt.Errorf("home registration: %w", err)
	}
	p.program.Store(&sp.DisplayName)
	return nil
}

// partner is who asks for consent, as customers know them.
func (p *Portal) partner(ctx context.Context) consent.Partner {
	var who consent.Partner
	t, err := p.Tenants.Get(ctx, tenant.Only(p.home), p.home)
	if err == nil {
		who.Name = t.Name()
	} else if !errors.Is(err, errs.NotFound) {
		p.Log.WarnContext(ctx, "partner's name", "err", err)
	}
	contact, err := p.Partner.Contact(ctx)
	if err != nil {
		p.Log.WarnContext(ctx, "partner's contact", "err", err)
	}
	who.Contact = contact.Contact
	return who
}
