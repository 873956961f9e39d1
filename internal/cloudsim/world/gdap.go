package world

import "time"

// Relationship is a granular delegated admin relationship (GDAP) between the home tenant and a customer.
type Relationship struct {
	ID               string // guid-guid
	DisplayName      string
	Duration         string // ISO 8601, for example P730D
	CustomerTenantID string
	CustomerName     string
	Roles            []string // role template ids
	Status           string   // active, approvalPending, expired, …
	AutoExtend       string   // P180D, or PT0S for none
	Created          time.Time
	Modified         time.Time
	Activated        time.Time // zero before activation
	End              time.Time // zero before activation
	Assignments      []*AccessAssignment
}

// AccessAssignment binds a security group of the home tenant to roles of a relationship.
type AccessAssignment struct {
	ID      string
	GroupID string
	Roles   []string
	Status  string // pending or active
	Created time.Time
}

// Relationships are all GDAP relationships. The caller holds View, or Change to alter them.
func (w *World) Relationships() []*Relationship { return w.gdap }

// DelegatedRoles are the role template ids that a person of the home tenant holds in a customer through active relationships.
// The caller holds View.
func (w *World) DelegatedRoles(userID, customerID string, now time.Time) []string {
	var roles []string
	for _, rel := range w.gdap {
		if rel.CustomerTenantID != customerID || rel.Status != "active" || now.After(rel.End) {
			continue
		}
		for _, a := range rel.Assignments {
			if a.Status == "active" && w.tenants[0].inGroup(a.GroupID, userID) {
				roles = append(roles, a.Roles...)
			}
		}
	}
	return roles
}

func (t *Tenant) inGroup(groupID, userID string) bool {
	for _, g := range t.Groups {
		if g.ID != groupID {
			continue
		}
		for _, m := range g.Members {
			if m == userID {
				return true
			}
		}
	}
	return false
}

// relate makes a relationship with a customer; group is bound to its roles where it is active.
func (w *World) relate(t *Tenant, status string, group *Group, roles ...string) {
	const day = 24 * time.Hour
	r := Rand(w.Seed, "gdap", t.Index)
	created := w.ago(30+r.IntN(300), r.IntN(86400))
	ids := make([]string, len(roles))
	for i, name := range roles {
		ids[i] = RoleTemplates[name]
	}
	rel := &Relationship{
		ID:          GUID(w.Seed, "gdap", t.Index, 1) + "-" + GUID(w.Seed, "gdap", t.Index, 2),
		DisplayName: "FirstUp_" + t.Prefix + "_" + created.Format("2006"), Duration: "P730D", CustomerTenantID: t.ID, CustomerName: t.DisplayName,
		Roles: ids, Status: status, AutoExtend: "P180D", Created: created, Modified: created,
	}
	switch status {
	case "active":
		rel.Activated = created.Add(26 * time.Hour)
		rel.Modified, rel.End = rel.Activated, rel.Activated.Add(730*day)
		rel.Assignments = []*AccessAssignment{{ID: GUID(w.Seed, "assignment", t.Index), GroupID: group.ID, Roles: ids, Status: "active", Created: rel.Activated}}
	case "expired":
		rel.Duration, rel.AutoExtend = "P90D", "PT0S"
		rel.Created = created.Add(-120 * day)
		rel.Activated = rel.Created.Add(5 * time.Hour)
		rel.End = rel.Activated.Add(90 * day)
		rel.Modified = rel.End
	}
	w.gdap = append(w.gdap, rel)
}
