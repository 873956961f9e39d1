package devices

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	groups "github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// Rights are the rooms that know who may do what at a customer.
type Rights struct {
	Consent   *consent.Store
	Intune    *intunerole.Store
	Directory *directoryrole.Store
	Sync      *graphsync.Service

	Home          tenant.ID // the partner's, where its relationships and groups are read
	Relationships *gdap.Store
	Groups        *groups.Store
}

// lacking says before anything is sent that the customer has not agreed to the permission that people need for it; nil where nothing is known to
// be missing.
func (k *Rights) lacking(ctx context.Context, v askView) (*ui.Banner, error) {
	asOf, yes, err := k.Consent.Lacks(ctx, v.m.Tenant.ID, v.kind.Scope)
	if err != nil || !yes {
		return nil, err
	}
	return &ui.Banner{
		Kind: "warn", Title: v.m.Tenant.Name() + " has not agreed to " + v.kind.Scope + " for people who sign in.", Text: "So the portal read " + ui.NewTime(asOf, v.chrome.Now).Text + ". Microsoft refuses this until an administrator of the customer agrees.",
		ActionText: "Ask for it", ActionURL: v.m.Path("/consent"),
	}, nil
}

// anyDevice are the directory roles that may do everything in Intune (Microsoft Entra built-in roles).
var anyDevice = []string{gdap.GlobalAdministrator, gdap.IntuneAdministrator}

// held says whether the account that the person is signed in with there has the right, as far as that was read. It decides nothing.
func (k *Rights) held(ctx context.Context, v askView, account string) (c ui.Consequence, err error) {
	one, can := tenant.Only(v.m.Tenant.ID), []string{v.kind.Action()}
	directory, err := k.Sync.Freshness(ctx, one, graphsync.DirectoryRoles)
	if err != nil {
		return c, err
	}
	intune, err := k.Sync.Freshness(ctx, one, graphsync.IntuneRoles)
	if err != nil {
		return c, err
	}
	var names []string
	if err := k.Directory.Each(ctx, one, directoryrole.Filter{Roles: anyDevice, Holders: []string{account}}, func(h directoryrole.Holding) error {
		if h.Scope == directoryrole.Everywhere {
			names = append(names, gdap.RoleName(h.Role))
		}
		return nil
	}); err != nil {
		return c, err
	}
	if len(names) > 0 {
		return mayAct(names, "", directory.AsOf, v.chrome.Now), nil
	}
	if err := k.Intune.EachHolder(ctx, one, intunerole.HolderFilter{Can: can, Holders: []string{account}}, func(h intunerole.Holder) error {
		names = append(names, h.Roles...)
		return nil
	}); err != nil {
		return c, err
	}
	if len(names) > 0 {
		return mayAct(names, ", where the role covers this device", intune.AsOf, v.chrome.Now), nil
	}
	delegated, asOf, known, err := k.delegated(ctx, v, account)
	if err != nil {
		return c, err
	}
	if len(delegated) > 0 {
		return mayAct(delegated, " by GDAP", asOf, v.chrome.Now), nil
	}
	inGroups, err := k.Directory.Unseen(ctx, one, directoryrole.Filter{Roles: anyDevice})
	if err != nil {
		return c, err
	}
	unseen, err := k.Intune.UnseenBy(ctx, one, can, nil)
	if err != nil {
		return c, err
	}
	where := v.m.Tenant.Name()
	if directory.Read == 0 || intune.Read == 0 || inGroups[v.m.Tenant.ID] > 0 || unseen.Groups > 0 {
		return ui.Consequence{Shape: ui.ShapeUnknown, Text: "It is not known whether you may: who holds roles at " + where + " was not read completely. Microsoft decides when it is sent."}, nil
	}
	what, unread := "No role that lets you do this was found", "Roles by GDAP, or switched on since, are"
	if known {
		what, unread = "No role that lets you do this, by GDAP neither, was found", "Roles switched on since are"
	}
	for _, at := range []time.Time{directory.AsOf, intune.AsOf} {
		if !known || at.Before(asOf) {
			asOf, known = at, true
		}
	}
	return ui.Consequence{Shape: ui.ShapeWarn, Text: what + " for " + v.as + " at " + where + ", as of " + ui.NewTime(asOf, v.chrome.Now).Text + ". " + unread + " not among what was read; Microsoft decides when it is sent."}, nil
}

// delegated are the roles that the person has at the customer by GDAP; known is false where that was not read completely, or where the account that
// they are signed in with there is another than their own, which holds none.
func (k *Rights) delegated(ctx context.Context, v askView, account string) (names []string, asOf time.Time, known bool, err error) {
	who := v.m.Person
	if who.Tenant != k.Home || who.ObjectID != account {
		return nil, asOf, false, nil
	}
	relationships, err := k.Sync.Freshness(ctx, tenant.Only(k.Home), graphsync.Relationships)
	if err != nil {
		return nil, asOf, false, err
	}
	inside, err := k.Sync.Freshness(ctx, tenant.Only(k.Home), graphsync.PartnerGroups)
	if err != nil {
		return nil, asOf, false, err
	}
	roles := map[string][]string{} // by group
	one := tenant.Only(v.m.Tenant.ID)
	if err := k.Relationships.Each(ctx, one, gdap.Filter{Status: []string{gdap.Active, gdap.Expiring}}, func(x gdap.Relationship) error {
		for _, a := range x.Assignments {
			for _, role := range a.Roles {
				if a.Works() && !x.Over(v.chrome.Now) && slices.Contains(anyDevice, role) {
					roles[a.Group] = append(roles[a.Group], gdap.RoleName(role))
				}
			}
		}
		return nil
	}); err != nil {
		return nil, asOf, false, err
	}
	members, err := k.Groups.Members(ctx, k.Home, slices.Collect(maps.Keys(roles)))
	for id, in := range members {
		if slices.ContainsFunc(in, func(m groups.Member) bool { return m.ID == who.ObjectID }) {
			names = append(names, roles[id]...)
		}
	}
	if asOf = relationships.AsOf; inside.AsOf.Before(asOf) {
		asOf = inside.AsOf
	}
	return names, asOf, relationships.Read > 0 && inside.Read > 0 && len(members) == len(roles), err
}

func mayAct(names []string, where string, asOf, now time.Time) ui.Consequence {
	slices.Sort(names)
	return ui.Consequence{Shape: ui.ShapeOK, Text: "You may do this as " + strings.Join(slices.Compact(names), ", ") + where + ", as of " + ui.NewTime(asOf, now).Text + "."}
}
