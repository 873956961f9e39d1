package device

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Owner is a primary user of devices, as Intune names them. A person is their user principal name within a tenant.
type Owner struct {
	Tenant     tenant.ID
	TenantName string
	UPN        string
	Name       string
	Devices    int64
}

// Owners are primary users, the first by name.
type Owners struct {
	Rows  []Owner
	Count int64 // all that were found
	More  bool  // there may be more than Count: only so many devices are looked at
}

// gathered is how many devices are looked at for their users; of a text that more have, those whose user principal name begins with it
// are found all the same. Below three characters, which stand for many people anyway, it is fewer.
const (
	gathered      = 500
	gatheredShort = 200
)

// Owners finds primary users in the scope by a part of user principal name or name. Below three characters it is the beginning of the user
// principal name.
// Where among is not nil, it holds all devices of the scope that the same text finds, so that they need not be found again.
func (s *Store) Owners(ctx context.Context, scope tenant.Scope, q string, among []Device, limit int) (found Owners, err error) {
	text := Term(q)
	if err := postgres.CheckSearch(q); err != nil {
		return found, err
	}
	if text == "" {
		return found, nil
	}
	if among != nil {
		if among = slices.DeleteFunc(slices.Clone(among), func(d Device) bool { return !d.owner(text) }); len(among) == 0 {
			return found, nil
		}
	}
	w := &postgres.Where{}
	var matches string
	if among == nil {
		matches = owned(w, scope, text)
	} else {
		matches = ownedAmong(w, text, among)
	}
	db := s.pool.Planned(scope)
	if among != nil || scope.All && postgres.Short(text) {
		db = s.pool.Fixed(scope)
	}
	rows, _ := db.Query(ctx, `
		`+matches+`
		SELECT d.tenant_id, `+tenantName+`, d.upn, d.user_name,
		       (SELECT count(*) FROM device x WHERE x.user_key = d.user_key AND x.tenant_id = d.tenant_id AND x.gone_at IS NULL),
		       d.n, (SELECT bool_or(cut) FROM cut)
		FROM  (SELECT tenant_id, user_key, min(upn) AS upn, max(user_name) AS user_name, count(*) OVER () AS n
		       FROM   found
		       GROUP  BY tenant_id, user_key
		       ORDER  BY lower(COALESCE(NULLIF(max(user_name), ''), user_key)) COLLATE "C", user_key, tenant_id
		       LIMIT  `+w.Arg(limit)+`) d
		ORDER  BY lower(COALESCE(NULLIF(d.user_name, ''), d.user_key)) COLLATE "C", d.user_key, d.tenant_id`, w.Args...)
	found.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o Owner, err error) {
		err = row.Scan(&o.Tenant, &o.TenantName, &o.UPN, &o.Name, &o.Devices, &found.Count, &found.More)
		return o, err
	})
	if err != nil {
		return Owners{}, fmt.Errorf("primary users: %w", postgres.BadInput(err))
	}
	return found, nil
}

// owner tells that the text may mean the device's user.
func (d Device) owner(text string) bool {
	upn := strings.ToLower(d.UPN)
	if postgres.Short(text) {
		return strings.HasPrefix(upn, text)
	}
	name := postgres.Plain(d.UserName)
	return !slices.ContainsFunc(postgres.Words(text), func(word string) bool { return !strings.Contains(upn, word) && !strings.Contains(name, word) })
}

// owned are devices whose user the text means, found, from the beginning of the user principal name by its index, and by the index of the search;
// and whether one of them had more than are looked at, cut.
func owned(w *postgres.Where, scope tenant.Scope, text string) string {
	w.Within(scope, "d.tenant_id")
	w.And("d.gone_at IS NULL")
	w.And("d.user_key <> ''")
	w.And("d.user_key >= ?", text)
	w.And("d.user_key < ?", text+"\U0010FFFF")
	most := gathered
	if postgres.Short(text) {
		most = gatheredShort
	}
	limit := strconv.Itoa(most) // no argument: see limited
	begun := `WITH begun AS MATERIALIZED (SELECT d.tenant_id, d.id, d.user_key, d.upn, d.user_name FROM device d ` + w.SQL() + ` ORDER BY d.user_key, d.tenant_id, d.id LIMIT ` + limit + `)`
	if postgres.Short(text) {
		return begun + `, found AS (SELECT * FROM begun), cut AS (SELECT count(*) >= ` + limit + ` AS cut FROM begun)`
	}
	return begun + `,
		held AS MATERIALIZED (SELECT * FROM ` + holding(w, text, gathered) + ` m),
		found AS (
			SELECT * FROM begun
			UNION
			SELECT d.tenant_id, d.id, d.user_key, d.upn, d.user_name
			FROM   held m
			CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.id OFFSET 0) d
			WHERE  m.beside
			AND    d.user_key <> ''
			AND    ` + namesUser(w, text) + `),
		cut AS (SELECT count(*) >= ` + limit + ` AS cut FROM begun UNION ALL SELECT count(*) >= ` + limit + ` FROM held)`
}

// ownedAmong are those of the devices whose user the text means.
func ownedAmong(w *postgres.Where, text string, among []Device) string {
	tenants, ids := make([]tenant.ID, len(among)), make([]string, len(among))
	for i, d := range among {
		tenants[i], ids[i] = d.Tenant, d.ID
	}
	from := `unnest(` + w.Arg(tenants) + `::uuid[], ` + w.Arg(ids) + `::text[])`
	test := ""
	if postgres.Short(text) {
		test = "starts_with(d.user_key, " + w.Arg(text) + ")"
	} else {
		test = namesUser(w, text)
	}
	return `WITH found AS (
			SELECT d.tenant_id, d.id, d.user_key, d.upn, d.user_name
			FROM   ` + from + ` m (tenant_id, id)
			CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.id OFFSET 0) d
			WHERE  d.user_key <> ''
			AND    d.gone_at IS NULL
			AND    ` + test + `), cut AS (SELECT false AS cut)`
}

// namesUser is the condition that each word of the text stands in the name of a device's user.
func namesUser(w *postgres.Where, text string) string {
	var tests []string
	for _, word := range postgres.Words(text) {
		name := postgres.PlainSQL("lower(d.user_name)", word)
		word = w.Arg(word)
		tests = append(tests, `(strpos(d.user_key, `+word+`) > 0 OR strpos(`+name+`, `+word+`) > 0)`)
	}
	return strings.Join(tests, " AND ")
}
