package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
)

// longestBehind is how far behind the cloud's time is at first: long enough for half of the devices to check in until it has caught up.
const longestBehind = 4 * time.Hour

// goneOn are the datasets that are read again once the cloud's time has gone on.
var goneOn = []string{graphsync.Devices, graphsync.ProvisioningJobs, graphsync.Incidents, graphsync.DirectoryRoles}

// behind is how far the cloud's time is set back. It stays in the same day: what the cloud makes of its day lies before that.
func behind(now time.Time) time.Duration {
	return min(longestBehind, now.Sub(now.UTC().Truncate(24*time.Hour)))
}

// goOn lets the cloud's time catch up once the first reads are done, has people of a customer change something there, and reads again, so
// that there are changes to be seen: the next reads would come within the hour only.
func (d *demo) goOn(ctx context.Context, p *serve.Portal, by time.Duration) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if done, err := firstRead(ctx, p); err != nil || done {
			end = time.Now()
		}
	}
	d.cloud.World.Clock.Advance(by)
	err := errors.Join(d.administer(ctx, p), d.allowMore(ctx, p))
	if err == nil {
		_, err = p.Sync.RequestNow(ctx, tenant.Everything(), goneOn...)
	}
	if err != nil && ctx.Err() == nil {
		p.Log.WarnContext(ctx, "nothing goes on in the demo", "err", err)
	}
}

// firstRead tells that no first read of these datasets is outstanding.
func firstRead(ctx context.Context, p *serve.Portal) (done bool, err error) {
	err = p.Pool.Raw().QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM river_job WHERE kind = 'graphsync' AND state IN ('available', 'running', 'pending') AND args->>'dataset' = ANY($1))`, goneOn).Scan(&done)
	return done, err
}

// administer is what people of the first customer do in their own tenant: they pause a provisioning job that runs well, and make somebody who
// held no role one of their Intune administrators.
func (d *demo) administer(ctx context.Context, p *serve.Portal) error {
	w := d.cloud.World
	t := w.Tenants()[1]
	id, err := tenant.ParseID(t.ID)
	if err != nil {
		return err
	}
	jobs, err := p.Provisioning.ListJobs(ctx, tenant.Only(id), provisioning.JobFilter{Health: []provisioning.Health{provisioning.Fine}, Limit: 1})
	if err != nil {
		return err
	}
	w.Change(func() {
		for _, j := range jobs.Rows {
			v := t.Provisioning[j.SPID]
			v.Paused = w.Clock.Now()
			t.Provisioning[j.SPID] = v
		}
		for _, u := range slices.Backward(t.Users) { // the first are those whose passwords are on the screen
			if u.AccountEnabled && !u.Guest() && len(u.Roles) == 0 {
				u.Roles = []string{"Intune Administrator"}
				break
			}
		}
	})
	return nil
}

// allowedLater is what the customer who granted a part only grants on top of it.
const allowedLater = "DeviceManagementServiceConfig.Read.All"

// allowMore has an administrator of the customer who granted a part only grant one permission more, and has the portal look: by itself it
// would within a day.
func (d *demo) allowMore(ctx context.Context, p *serve.Portal) error {
	w := d.cloud.World
	i := slices.IndexFunc(w.Tenants(), func(t *world.Tenant) bool { return t.Consent == world.ConsentPartly })
	if i < 0 { // a world of very few customers
		return nil
	}
	t := w.Tenants()[i]
	id, err := tenant.ParseID(t.ID)
	if err != nil {
		return err
	}
	w.Change(func() {
		if sp := w.PartnerApp(t); sp != nil {
			sp.Roles[allowedLater] = w.Clock.Now()
		}
	})
	_, err = p.Consent.Reread(ctx, id)
	return err
}
