package postgres

// TenantKey is how the name of a customer sorts, of a row of tenant named t.
const TenantKey = `lower(COALESCE(NULLIF(t.display_name, ''), NULLIF(t.default_domain, ''), t.tenant_id::text)) COLLATE "C"`

// TenantOrder begins the order of a listing by the names of the tenants: see Listing.ByTenant. Keys of the rows of a tenant follow.
var TenantOrder = []Key{{Expr: "d.tenant_key", Type: "text"}, {Expr: "d.tenant_id", Type: "uuid"}}

// OfOneTenant is an order without what all rows of a tenant share.
func (o Order) OfOneTenant() Order {
	return o.Without(TenantOrder[0].Expr).Without(TenantOrder[1].Expr)
}

// byTenant tells that an order begins with TenantOrder.
func (o Order) byTenant() bool { return len(o.Keys) > 0 && o.Keys[0] == TenantOrder[0] }

// ByTenant is the statement of a listing of rows named d whose order begins with TenantOrder. It follows the tenants in their order and, in
// each, an index by the keys after them, so that a page costs its own rows and not a sort of all. The rest of the tenant in whose midst the
// page before ended is read first.
func (l Listing) ByTenant(limit int) (sql string, args []any, err error) {
	place, err := l.Order.Values(l.Cursor)
	if err != nil {
		return "", nil, err
	}
	w, most := l.Where.clone(), ""
	if limit > 0 {
		most = "\n\t\tLIMIT  " + w.Arg(limit)
	}
	tenants := Order{Desc: l.Order.Desc, Keys: []Key{{Expr: "t.tenant_key", Type: "text"}, {Expr: "t.tenant_id", Type: "uuid"}}}
	rows := Order{Desc: l.Order.Desc, Keys: l.Order.Keys[len(TenantOrder):]}
	part := func(tenantsFrom, rowsFrom string) string {
		of := l.Where.clone()
		of.And("d.tenant_id = t.tenant_id")
		return `(
			SELECT d.*, t.tenant_key
			FROM  (SELECT * FROM (SELECT tenant_id, ` + TenantKey + ` AS tenant_key FROM tenant t) t ` + tenantsFrom + ` ORDER BY ` + tenants.By() + `) t
			CROSS  JOIN LATERAL (
				SELECT *
				FROM   ` + l.Table + `
				` + of.SQL() + rowsFrom + `
				ORDER  BY ` + rows.By() + most + `) d
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
		FROM   ` + from + ` d
		ORDER  BY ` + l.Order.By() + most, w.Args, nil
}
