package world

import (
	"slices"
	"time"
)

// DelegatedAdministration is Microsoft's application "Partner Customer Delegated Administration". Applications may only read a partner's
// relationships where it has a service principal in the partner's tenant.
const DelegatedAdministration = "2832473f-ec63-45fb-976f-5d45a7d4bb91"

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
	Requests         []RelationshipRequest
	Operations       []RelationshipOperation
	Revision         int // counts changes; the entity tag is made of it
}

// AccessAssignment binds a security group of the home tenant to roles of a relationship.
type AccessAssignment struct {
	ID      string
	GroupID string
	Roles   []string
	Status  string // pending, active or deleting
	Created time.Time
	Changed time.Time
}

// RelationshipRequest is what the partner, or the customer, asked for.
type RelationshipRequest struct {
	ID     string
	Action string // lockForApproval, approve, reject or terminate
	Status string // pending or succeeded
	At     time.Time
}

// RelationshipOperation is a change that takes a while.
type RelationshipOperation struct {
	ID   string
	Type string // delegatedAdminAccessAssignmentUpdate or delegatedAdminRelationshipUpdate
	Data string // JSON
	At   time.Time
}

// Relationships are all GDAP relationships. The caller holds View, or Change to alter them.
func (w *World) Relationships() []*Relationship { return w.gdap }

// AddRelationship keeps a new one. The caller holds Change.
func (w *World) AddRelationship(rel *Relationship) { w.gdap = append(w.gdap, rel) }

// refused is the status of a request that the customer refused. Microsoft does not say which it is: of those that it documents this fits.
const refused = "terminated"

// gdapTakes is how long Microsoft takes for what it does not do at once; gdapWaits how long a request waits for the customer.
const (
	gdapTakes = 20 * time.Second
	gdapWaits = 90 * 24 * time.Hour
	extension = 180 * 24 * time.Hour
)

// SettleRelationships lets time do its work: what was approved becomes active, assignments take effect or go, what ended is expired or
// rolls on. The caller holds Change.
func (w *World) SettleRelationships(now time.Time) {
	for _, rel := range w.gdap {
		rel.settle(now)
	}
}

func (r *Relationship) settle(now time.Time) {
	done := now.Sub(r.Modified) >= gdapTakes
	switch {
	case r.Status == "approvalPending" && r.locked(now):
		r.become("expired", now)
	case r.Status == "approved" && done:
		r.become("active", now)
		r.Activated, r.End = now, now.Add(days(r.Duration))
	case r.Status == "terminating" && done:
		r.become("terminated", now)
	}
	for r.Status == "active" && !now.Before(r.End) {
		if r.AutoExtend != "P180D" {
			r.become("expired", now)
			break
		}
		r.End = r.End.Add(extension)
	}
	kept := r.Assignments[:0]
	for _, a := range r.Assignments {
		switch settled := now.Sub(a.Changed) >= gdapTakes; {
		case a.Status == "pending" && settled:
			a.Status, a.Changed = "active", now
		case a.Status == "deleting" && settled:
			continue
		}
		kept = append(kept, a)
	}
	r.Assignments = kept
}

// locked tells a request that the customer has left without an answer for too long.
func (r *Relationship) locked(now time.Time) bool {
	return slices.ContainsFunc(r.Requests, func(q RelationshipRequest) bool { return q.Action == "lockForApproval" && now.Sub(q.At) > gdapWaits })
}

func (r *Relationship) become(status string, now time.Time) { r.Status, r.Modified = status, now }

// Ask does what a request asks for, as far as the relationship allows. The caller holds Change.
func (w *World) Ask(r *Relationship, action string, now time.Time) (q RelationshipRequest, ok bool) {
	from := map[string][]string{"lockForApproval": {"created"}, "approve": {"approvalPending"}, "reject": {"approvalPending"}, "terminate": {"active", "expiring"}}
	to := map[string]string{"lockForApproval": "approvalPending", "approve": "approved", "reject": refused, "terminate": "terminating"}
	if !slices.Contains(from[action], r.Status) {
		return q, false
	}
	r.become(to[action], now)
	r.Revision++
	q = RelationshipRequest{ID: GUID(w.Seed, "gdap request", r.ID, len(r.Requests)), Action: action, Status: "succeeded", At: now}
	r.Requests = append(r.Requests, q)
	return q, true
}

// days reads the durations that GDAP takes: days (P730D) and years (P2Y).
func days(duration string) time.Duration {
	n := 0
	for _, c := range duration {
		switch {
		case c >= '0' && c <= '9':
			n = n*10 + int(c-'0')
		case c == 'Y':
			n *= 365
		}
	}
	return time.Duration(n) * 24 * time.Hour
}

// Days is a GDAP duration in days; ok is false for one that GDAP does not take: it wants a day to two years.
func Days(duration string) (n int, ok bool) {
	if len(duration) < 3 || duration[0] != 'P' || !(duration[len(duration)-1] == 'D' || duration[len(duration)-1] == 'Y') || len(duration) > 5 {
		return 0, false
	}
	for _, c := range duration[1 : len(duration)-1] {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n = int(days(duration) / (24 * time.Hour))
	return n, n >= 1 && n <= 730
}

// opensIntune are the roles by which a partner's people get into Intune.
var opensIntune = []string{RoleTemplates["Intune Administrator"], RoleTemplates["Global Administrator"], RoleTemplates["Global Reader"]}

// StatusOf is a relationship's status as the faults in force leave it.
func (w *World) StatusOf(rel *Relationship) string {
	if _, f := w.Faults.Active("gdapExpired", rel.CustomerTenantID); f && rel.Status == "active" {
		return "expired"
	}
	return rel.Status
}

// RolesOf are those of a relationship's roles that the faults in force leave.
func (w *World) RolesOf(rel *Relationship, roles []string) []string {
	if _, f := w.Faults.Active("gdapRoleMissing", rel.CustomerTenantID); !f {
		return roles
	}
	left := []string{RoleTemplates["Directory Readers"]}
	for _, id := range roles {
		if !slices.Contains(opensIntune, id) && !slices.Contains(left, id) {
			left = append(left, id)
		}
	}
	return left
}

// DelegatedRoles are the role template ids that a person of the home tenant holds in a customer through active relationships.
// The caller holds View.
func (w *World) DelegatedRoles(userID, customerID string, now time.Time) []string {
	var roles []string
	for _, rel := range w.gdap {
		if rel.CustomerTenantID != customerID || w.StatusOf(rel) != "active" || now.After(rel.End) {
			continue
		}
		for _, a := range rel.Assignments {
			if a.Status == "active" && slices.Contains(w.tenants[0].PeopleIn(a.GroupID), userID) {
				roles = append(roles, w.RolesOf(rel, a.Roles)...)
			}
		}
	}
	return roles
}

// PeopleIn are the ids of the people in a group and in the groups inside it, each once. The caller holds View or Change.
func (t *Tenant) PeopleIn(groupID string) []string {
	var people, seen []string
	for todo := []string{groupID}; len(todo) > 0; todo = todo[1:] {
		if slices.Contains(seen, todo[0]) {
			continue
		}
		seen = append(seen, todo[0])
		for _, g := range t.Groups {
			if g.ID != todo[0] {
				continue
			}
			todo = append(todo, g.Inside...)
			for _, id := range g.Members {
				if !slices.Contains(people, id) {
					people = append(people, id)
				}
			}
		}
	}
	return people
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
		rel.Assignments = []*AccessAssignment{{ID: GUID(w.Seed, "assignment", t.Index), GroupID: group.ID, Roles: ids, Status: "active", Created: rel.Activated, Changed: rel.Activated}}
	case "expired":
		rel.Duration, rel.AutoExtend = "P90D", "PT0S"
		rel.Created = created.Add(-120 * day)
		rel.Activated = rel.Created.Add(5 * time.Hour)
		rel.End = rel.Activated.Add(90 * day)
		rel.Modified = rel.End
	}
	w.gdap = append(w.gdap, rel)
}

// relateMore adds what real partners have besides: a relationship that ends soon and is not extended, one that Microsoft led over from the
// old model, and a group inside the group that holds the roles.
func (w *World) relateMore() {
	const day = 24 * time.Hour
	home := w.tenants[0]
	on, off := home.Users[8], home.Groups[1] // who has left, and is in a group yet
	inside := &Group{ID: GUID(w.Seed, "group", 0, "on call"), DisplayName: "On call", Members: []string{on.ID}}
	home.Groups = append(home.Groups, inside)
	off.Inside = []string{inside.ID}
	home.ServicePrincipals[DelegatedAdministration] = &ServicePrincipal{
		ID: w.ServicePrincipalID(home, DelegatedAdministration), AppID: DelegatedAdministration, DisplayName: "Partner Customer Delegated Administration", AccountEnabled: true,
		Created: home.Created.Add(30 * day), Roles: map[string]time.Time{},
	}
	if len(w.gdap) == 0 {
		return
	}
	first := w.gdap[0]
	led := *first
	led.ID, led.DisplayName = GUID(w.Seed, "gdap led", 1)+"-"+GUID(w.Seed, "gdap led", 2), "MLT_"+GUID(w.Seed, "gdap led", 3)[:8]
	led.Status, led.AutoExtend, led.Assignments = "expired", "PT0S", nil
	led.End = led.Activated.Add(30 * day)
	w.gdap = append(w.gdap, &led)
	if last := w.gdap[len(w.gdap)/2-1]; last != first && last.Status == "active" { // ends between two and fifteen weeks from now
		last.Duration, last.AutoExtend = "P365D", "PT0S"
		last.Activated = w.anchor.Add(105*day - 365*day)
		last.Created, last.Modified, last.End = last.Activated.Add(-26*time.Hour), last.Activated, w.anchor.Add(105*day)
	}
}

// DropRelationship forgets one that was never sent to the customer. The caller holds Change.
func (w *World) DropRelationship(rel *Relationship) {
	w.gdap = slices.DeleteFunc(w.gdap, func(r *Relationship) bool { return r == rel })
}
