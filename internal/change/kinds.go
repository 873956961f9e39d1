package change

import (
	"cmp"

	"github.com/tenantry/tenantry/internal/postgres"
)

// Kind is what a change is of.
type Kind string

// The kinds of things of which history is kept, field by field.
const (
	Device       Kind = "device"
	Protection   Kind = "protection"
	Category     Kind = "category"
	Malware      Kind = "malware"
	Autopilot    Kind = "autopilot"
	App          Kind = "app"
	Install      Kind = "install"
	Detected     Kind = "detected"
	Policy       Kind = "policy"
	Role         Kind = "role"
	Provisioning Kind = "provisioning"
	Service      Kind = "service"
	Licence      Kind = "licence"
	Incident     Kind = "incident"
	Guest        Kind = "guest"
	Relationship Kind = "relationship"

	Grant         Kind = "grant"         // of a permission to the app
	DirectoryRole Kind = "directoryRole" // whom one is given to
)

// history is where the changes of a kind are. What is empty is as most have it.
type history struct {
	kind    Kind
	table   string
	subject string // column with the id of what changed
	part    string // column with what else is needed to find it: an application of its jobs, a kind of services
	field   string // "d.field"
	run     string // "d.run", or what else tells two changes of one field in one reading apart
	what    string // which part of the thing changed, in its own words
	old     string // "d.old"
	new     string // "d.new"
	only    string // which rows are changes
	name    string // what people call the thing, of a row d of the list
	place   string // what else is needed to find it, where that stands elsewhere, of a row d of the list
	guest   string // id of the guest account that it is about, of a row d of the list; NULL: of none
}

// named is the name in the row of that table.
func named(table, expr string) string {
	return `(SELECT ` + expr + ` FROM ` + table + ` x WHERE x.tenant_id = d.holder AND x.id = d.subject)`
}

var histories = []history{
	{kind: Device, table: "device_change", subject: "device_id", name: named("device", "x.name")},
	{kind: Protection, table: "device_protection_change", subject: "device_id", name: named("device", "x.name")},
	{kind: Category, table: "device_category_change", subject: "category_id", name: named("device_category", "x.name")},
	{kind: Malware, table: "malware_change", subject: "malware_id", name: named("malware", "x.name")},
	{kind: Autopilot, table: "autopilot_change", subject: "identity_id", name: named("autopilot_identity", "COALESCE(NULLIF(x.name, ''), x.serial)")},
	{kind: App, table: "app_change", subject: "app_id", name: named("app", "x.name")},
	{kind: Install, table: "app_install_change", subject: "app_id", name: named("app_install", "x.name")},
	{kind: Detected, table: "detected_app_change", subject: "app_key", part: "d.platform", field: `d.version COLLATE "C"`, run: "d.devices", what: "d.version",
		old: "CASE WHEN d.appeared THEN '' ELSE d.devices::text END", new: "CASE WHEN d.appeared THEN d.devices::text ELSE '' END",
		name: `(SELECT min(x.name) FROM detected_app x WHERE x.tenant_id = d.holder AND x.app_key = d.subject)`},
	{kind: Policy, table: "policy_version", subject: "policy_id", part: "d.kind", field: `CASE WHEN d.doc IS NULL THEN 'gone' ELSE 'settings' END COLLATE "C"`,
		old: "CASE WHEN d.doc IS NULL THEN 'false' ELSE '' END", new: "CASE WHEN d.doc IS NULL THEN 'true' ELSE '' END", only: "NOT d.first", name: `(SELECT x.name FROM policy x WHERE x.tenant_id = d.holder AND x.kind = d.part AND x.id = d.subject)`},
	{kind: Role, table: "intune_role_change", subject: "role_id", run: "(d.run << 20) + d.seq", what: "d.subject", name: named("intune_role", "x.name")},
	{kind: Provisioning, table: "provisioning_job_change", subject: "job_id", part: "d.sp_id", name: `(SELECT x.name FROM provisioning_app x WHERE x.tenant_id = d.holder AND x.id = d.part)`},
	{kind: Service, table: "service_change", subject: "item_id", part: "d.kind", name: `(SELECT x.name FROM service_item x WHERE x.tenant_id = d.holder AND x.kind = d.part AND x.id = d.subject)`},
	{kind: Licence, table: "licence_change", subject: "licence_id", name: named("licence", "x.name")},
	{kind: Incident, table: "incident_change", subject: "incident_id", name: named("incident", "x.title")},
	{kind: Guest, table: "guest_change", subject: "guest_id", name: named("guest", "COALESCE(NULLIF(x.name, ''), x.upn)")},
	{kind: Relationship, table: "gdap_change", subject: "relationship_id", name: named("gdap_relationship", "x.name")},
	{kind: Grant, table: "consent_grant_change", subject: "name", part: "d.resource", field: "d.kind", run: "0::bigint", name: "d.subject"},
	// that whoever holds a role has another name, or may not sign in any more, is no change of who holds it
	{kind: DirectoryRole, table: "directory_role_change", subject: "assignment_id", only: "d.field = 'gone'", name: named("directory_role_assignment", "COALESCE(NULLIF(x.name, ''), NULLIF(x.upn, ''), x.principal_id)"),
		place: named("directory_role_assignment", "x.role_id"), guest: named("directory_role_assignment", "(SELECT g.id FROM guest g WHERE g.tenant_id = x.tenant_id AND g.id = x.principal_id)"),
		what: `COALESCE((SELECT COALESCE(NULLIF(x.role_name, ''), x.role_id) || CASE x.scope WHEN '/' THEN '' ELSE ' over a part' END FROM directory_role_assignment x WHERE x.tenant_id = d.tenant_id AND x.id = d.assignment_id), '')`},
}

// nothing is the empty text, sorted as ids are.
const nothing = `''::text COLLATE "C"`

// keys are the order of the list, in the columns of this history.
func (h history) keys() []postgres.Key {
	return []postgres.Key{
		{Expr: "d.at", Type: "timestamptz"}, {Expr: `'` + string(h.kind) + `'::text COLLATE "C"`, Type: "text"}, {Expr: "d.tenant_id", Type: "uuid"}, {Expr: "d." + h.subject, Type: "text"},
		{Expr: cmp.Or(h.part, nothing), Type: "text"}, {Expr: cmp.Or(h.field, "d.field"), Type: "text"}, {Expr: cmp.Or(h.run, "d.run"), Type: "bigint"},
	}
}

// customer is whom a change concerns: relationships are rows of the partner's tenant, each with one customer.
func (h history) customer() string {
	if h.kind == Relationship {
		return `COALESCE((SELECT r.customer_id FROM gdap_relationship r WHERE r.tenant_id = d.tenant_id AND r.id = d.relationship_id), d.tenant_id)`
	}
	return "d.tenant_id"
}

// columns are those of the list, in the columns of this history.
func (h history) columns() string {
	k := h.keys()
	return k[0].Expr + ` AS at, ` + k[1].Expr + ` AS kind, ` + k[2].Expr + ` AS holder, ` + k[3].Expr + ` AS subject, ` + k[4].Expr + ` AS part, ` + k[5].Expr + ` AS field, ` + k[6].Expr + ` AS run, ` +
		h.customer() + ` AS tenant_id, ` + cmp.Or(h.what, "''") + ` AS what, ` + cmp.Or(h.old, "d.old") + ` AS old, ` + cmp.Or(h.new, "d.new") + ` AS new`
}

// order is that of the list once the histories are one.
var order = postgres.Order{Name: "all-changes", Desc: true, Keys: []postgres.Key{
	{Expr: "d.at", Type: "timestamptz"}, {Expr: "d.kind", Type: "text"}, {Expr: "d.holder", Type: "uuid"}, {Expr: "d.subject", Type: "text"},
	{Expr: "d.part", Type: "text"}, {Expr: "d.field", Type: "text"}, {Expr: "d.run", Type: "bigint"},
}}

// Kinds are all of which history is kept.
func Kinds() (all []Kind) {
	for _, h := range histories {
		all = append(all, h.kind)
	}
	return all
}
