package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

type demo struct{ cloud *cloudsim.Cloud }

// ofTechnician is how many customers the first technician has.
const ofTechnician = 4

// seed makes the portal know the customers, as if each had been added and asked before, and names the staff. What is granted is read from
// each tenant, as ever; that starts its first read.
func (d *demo) seed(ctx context.Context, p *serve.Portal) error {
	customers := d.cloud.World.Tenants()[1:]
	home := d.cloud.World.Home()
	_, acts := permission.Plan([]permission.Feature{permission.GuestChanges, permission.GuestAccounts, permission.GuestGroups})
	d.cloud.World.Change(func() {
		d.cloud.World.GrantScopes(home, &d.cloud.World.App, world.GraphAppID, "", append(names(acts), "User.RevokeSessions.All"), home.Created)
	})
	jobs := make(chan *world.Tenant)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	for range 8 {
		wg.Go(func() {
			for t := range jobs {
				if err := d.know(ctx, p, t); err != nil {
					mu.Lock()
					failed = append(failed, fmt.Errorf("%s: %w", t.DisplayName, err))
					mu.Unlock()
				}
			}
		})
	}
	for _, t := range customers {
		jobs <- t
	}
	close(jobs)
	wg.Wait()
	if failed != nil {
		return errors.Join(failed...)
	}
	for _, a := range d.cloud.World.Narrow {
		if _, err := p.Consent.AddRegistration(ctx, tenant.Person{UPN: owner(d.cloud.World).SignInName}, a.ClientID, a.ClientSecret); err != nil {
			return err
		}
	}
	return d.employ(ctx, p)
}

// know records a customer and reads its grants where it was ever asked.
func (d *demo) know(ctx context.Context, p *serve.Portal, t *world.Tenant) error {
	id, err := tenant.ParseID(t.ID)
	if err != nil {
		return err
	}
	row := tenant.Tenant{ID: id, DisplayName: t.DisplayName, DefaultDomain: t.Domains[0], Domains: slices.Clone(t.Domains), Country: t.Country}
	if err := p.Tenants.Upsert(ctx, tenant.Only(id), row); err != nil {
		return err
	}
	switch t.Consent {
	case world.ConsentNone:
		return nil
	case world.ConsentDeclined:
		return p.Tenants.SetState(ctx, id, tenant.StateDeclined, row.CreatedAt)
	case world.ConsentWithdrawn: // it was connected until the reading below finds nothing left
		if err := p.Tenants.SetState(ctx, id, tenant.StateConnected, time.Now()); err != nil {
			return err
		}
	case world.ConsentFull:
		if err := d.letInvite(ctx, p, t, id); err != nil {
			return err
		}
	}
	_, err = p.Consent.Reread(ctx, id)
	return err
}

// letInvite has most customers agree to guests of the partner: every fourth to none, every third of the others to inviting only.
func (d *demo) letInvite(ctx context.Context, p *serve.Portal, t *world.Tenant, id tenant.ID) error {
	features := append(permission.Suggested(), permission.Guests, permission.Groups, permission.Roles, permission.DeviceActions, permission.DeviceChanges, permission.GuestChanges)
	switch {
	case t.Index%4 == 0:
		return nil
	case t.Index%3 != 0:
		features = append(features, permission.GuestAccounts, permission.GuestGroups)
	}
	if t.Index%4 == 1 { // where the partner's relationship has a role for it
		features = append(features, permission.Provisioning, permission.ProvisioningChanges, permission.IncidentList, permission.IncidentChanges, permission.Hunting)
	}
	_, delegated := permission.Plan(features)
	if t.Index%2 == 1 { // and some let the portal see when the accounts were used
		features = append(features, permission.GuestSignIns)
		d.cloud.World.Change(func() { d.cloud.World.PartnerApp(t).Roles["AuditLog.Read.All"] = time.Now() })
	}
	d.cloud.World.Change(func() {
		d.cloud.World.GrantScopes(t, &d.cloud.World.App, world.GraphAppID, "", names(delegated), time.Now())
	})
	_, err := p.Pool.In(id).Exec(ctx, `INSERT INTO consent_wish (tenant_id, features, set_at, set_by) VALUES ($1, $2, now(), $3)`, id, features, t.Users[0].DisplayName)
	return err
}

func names(ps []permission.Permission) (all []string) {
	for _, p := range ps {
		all = append(all, p.Name)
	}
	return all
}

// employ names technicians and support, who have been here for long. The owner comes by TENANTRY_OWNERS.
func (d *demo) employ(ctx context.Context, p *serve.Portal) error {
	w := d.cloud.World
	var few []tenant.ID
	for _, t := range w.Tenants()[1:min(1+ofTechnician, len(w.Tenants()))] {
		id, err := tenant.ParseID(t.ID)
		if err != nil {
			return err
		}
		few = append(few, id)
	}
	by := owner(w).SignInName
	for i, u := range titled(w, "Technician") {
		st := tenant.Staff{UPN: u.SignInName, Name: u.DisplayName, Role: tenant.RoleTechnician, Reach: tenant.ReachAll, CreatedBy: by}
		if i == 0 {
			st.Reach, st.Tenants = tenant.ReachChosen, few
		}
		if _, err := p.Tenants.CreateStaff(ctx, st); err != nil {
			return err
		}
	}
	for _, u := range titled(w, "Support") {
		st := tenant.Staff{UPN: u.SignInName, Name: u.DisplayName, Role: tenant.RoleSupport, Reach: tenant.ReachAll, CreatedBy: by}
		if _, err := p.Tenants.CreateStaff(ctx, st); err != nil {
			return err
		}
	}
	contact := partner.Contact{Phone: "+1 206 555 0142", Mail: "help@" + w.Home().Domains[0], PrivacyName: "Data protection officer", PrivacyMail: "privacy@" + w.Home().Domains[0]}
	_, err := p.Pool.In(tenant.Everything()).Exec(ctx, `UPDATE staff SET created_at = created_at - interval '1 year', settled_at = settled_at - interval '1 year'`)
	return errors.Join(err, d.planReviews(ctx, p, few), d.follow(ctx, p, few), p.Partner.SetContact(ctx, contact, by))
}

// actor is one of the partner's people as the audit names who acts.
func actor(u *world.User) tenant.Person {
	home, _ := tenant.ParseID(u.HomeTenantID)
	return tenant.Person{Tenant: home, ObjectID: u.ID, Name: u.DisplayName, UPN: u.SignInName}
}

// follow has the first customers follow a template, as a partner's customers of one kind would.
func (d *demo) follow(ctx context.Context, p *serve.Portal, customers []tenant.ID) error {
	who := actor(owner(d.cloud.World))
	t, err := p.Consent.CreateTemplate(ctx, who, consent.Template{Name: "Managed devices", Features: permission.Suggested()})
	if err != nil {
		return err
	}
	for _, id := range customers {
		err = errors.Join(err, p.Consent.Follow(ctx, who, id, t.ID))
	}
	return err
}

// planReviews has support look at the first customers: at one days ago, at the others soon.
func (d *demo) planReviews(ctx context.Context, p *serve.Portal, customers []tenant.ID) error {
	support := titled(d.cloud.World, "Support")
	if len(support) == 0 {
		return nil
	}
	who := actor(support[0])
	for i, id := range customers {
		if err := p.Reviews.SetPlan(ctx, id, who, time.Now().AddDate(0, 0, 9*i-5), who.Name); err != nil {
			return err
		}
	}
	return nil
}

func owner(w *world.World) *world.User { return titled(w, "Owner")[0] }

// titled are the partner's people with a job title who may sign in.
func titled(w *world.World, title string) (found []*world.User) {
	for _, u := range w.Home().Users {
		if u.JobTitle == title && u.AccountEnabled && !u.Guest() {
			found = append(found, u)
		}
	}
	return found
}

// people prints who can sign in, one line each.
func (d *demo) people(out io.Writer) {
	w := d.cloud.World
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer t.Flush()
	line := func(u *world.User, role string) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", u.SignInName, u.Password, role)
	}
	fmt.Fprint(t, "Account\tPassword\tRole\n")
	line(owner(w), "owner")
	technicians := titled(w, "Technician")
	line(technicians[0], "technician of "+d.names(ofTechnician))
	for _, u := range technicians[1:] {
		line(u, "technician of all customers")
	}
	for _, u := range titled(w, "Support") {
		line(u, "support")
	}
	for _, c := range d.examples() {
		line(c.Users[0], "customer administrator of "+c.DisplayName+consentWords(c))
		for _, u := range c.Users {
			if len(u.Roles) == 0 && u.AccountEnabled && !u.Guest() {
				line(u, "customer user of "+c.DisplayName)
				break
			}
		}
	}
}

// examples are a customer that is connected, and one of each that is not.
func (d *demo) examples() (found []*world.Tenant) {
	seen := map[world.Consent]bool{}
	for _, t := range d.cloud.World.Tenants()[1:] {
		if !seen[t.Consent] {
			seen[t.Consent] = true
			found = append(found, t)
		}
	}
	return found
}

func consentWords(t *world.Tenant) string {
	switch t.Consent {
	case world.ConsentNone:
		return ", not asked yet"
	case world.ConsentPartly:
		return ", partly connected"
	case world.ConsentDeclined:
		return ", who declined"
	case world.ConsentWithdrawn:
		return ", who withdrew"
	}
	return ""
}

func (d *demo) names(n int) string {
	var names []string
	all := d.cloud.World.Tenants()[1:]
	for _, t := range all[:min(n, len(all))] {
		names = append(names, t.DisplayName)
	}
	return strings.Join(names, ", ")
}
