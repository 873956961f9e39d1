package postgres

import (
	"slices"
	"strings"
)

// TenantWords is what people call the customer of a row of tenant named t, and TenantKey how that sorts.
const (
	TenantWords = `COALESCE(NULLIF(t.display_name, ''), NULLIF(t.default_domain, ''), t.tenant_id::text)`
	TenantKey   = `lower(` + TenantWords + `) COLLATE "C"`
)

// TenantName is what people call the customer of a row of that name.
func TenantName(alias string) string {
	return TenantNameOf(alias+".tenant_id", alias+".tenant_id::text")
}

// TenantNameOf is what people call the tenant with that id; otherwise stands for one that has no name, or is not seen. It is a sub-select, not
// a join, so that lists follow the index of their order: beside row-level security, whose share of rows the planner can only guess, a join
// would make it sort all rows.
func TenantNameOf(id, otherwise string) string {
	return `COALESCE((SELECT COALESCE(NULLIF(named.display_name, ''), NULLIF(named.default_domain, '')) FROM tenant named WHERE named.tenant_id = ` + id + `), ` + otherwise + `)`
}

// TenantOrder is an order of rows of that name by the names of their tenants: see Listing.ByTenant. Keys of the rows of a tenant follow.
func TenantOrder(alias string, keys ...Key) []Key {
	return append([]Key{{Expr: alias + tenantKey, Type: "text"}, {Expr: alias + tenantID, Type: "uuid"}}, keys...)
}

const tenantKey, tenantID = ".tenant_key", ".tenant_id"

// OfOneTenant is an order without what all rows of a tenant share.
func (o Order) OfOneTenant() Order {
	o.Keys = slices.DeleteFunc(slices.Clone(o.Keys), func(k Key) bool { return strings.HasSuffix(k.Expr, tenantKey) || strings.HasSuffix(k.Expr, tenantID) })
	return o
}

// byTenant is the name of the rows where an order begins as TenantOrder does.
func (o Order) byTenant() (alias string, ok bool) {
	if len(o.Keys) == 0 {
		return "", false
	}
	return strings.CutSuffix(o.Keys[0].Expr, tenantKey)
}

// ByTenant is the statement of a listing whose order begins with TenantOrder. It follows the tenants in their order and, in each, an index by
// the keys after them, so that a page costs its own rows and not a sort of all. The rest of the tenant in whose midst the page before ended
// is read first.
func (l Listing) ByTenant(limit int) (sql string, args []any, err error) {
	place, err := l.Order.Values(l.Cursor)
	if err != nil {
		return "", nil, err
	}
	alias, _ := l.Order.byTenant()
	w, most := l.Where.clone(), ""
	if limit > 0 {
		most = "\n\t\tLIMIT  " + w.Arg(limit)
	}
	tenants := Order{Desc: l.Order.Desc, Keys: []Key{{Expr: "t.tenant_key", Type: "text"}, {Expr: "t.tenant_id", Type: "uuid"}}}
	rows := Order{Desc: l.Order.Desc, Keys: l.Order.Keys[len(tenants.Keys):]}
	part := func(tenantsFrom, rowsFrom string) string {
		of := l.Where.clone()
		of.And(alias + tenantID + " = t.tenant_id")
		return `(
			SELECT ` + alias + `.*, t.tenant_key
			FROM  (SELECT * FROM (SELECT tenant_id, ` + TenantKey + ` AS tenant_key FROM tenant t) t ` + tenantsFrom + ` ORDER BY ` + tenants.By() + `) t
			CROSS  JOIN LATERAL (
				SELECT ` + alias + `.*
				FROM   ` + l.Table + ` ` + l.Joined + `
				` + of.SQL() + rowsFrom + `
				ORDER  BY ` + rows.By() + most + `) ` + alias + ` ` + l.Joined + `
			ORDER  BY ` + tenants.By() + `, ` + rows.By() + most + `)`
	}
	from := part("", "")
	if place != nil {
		// UNION ALL keeps neither order nor limit, so both stand outside again.
		from = "(" + part("WHERE t.tenant_id = "+w.Arg(place[1])+"::text::uuid", "\nAND "+rows.beyond(w, place[2:])) + `
			UNION ALL
			` + part("WHERE "+tenants.beyond(w, place[:2]), "") + ")"
	}
	return `
		SELECT ` + l.Columns + `
		FROM   ` + from + ` ` + alias + ` ` + l.Joined + `
		ORDER  BY ` + l.Order.By() + most, w.Args, nil
}
