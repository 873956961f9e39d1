package intunerole

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		WITH roles AS (
			INSERT INTO intune_role
			SELECT md5('t' || i % 200)::uuid, 'r' || i, 'Role ' || i, 'role ' || i, '', i % 2 = 0, ARRAY['Microsoft.Intune_ManagedDevices_Read'], '{}', 1, now(), now()
			FROM   generate_series(1, 20000) i)
		INSERT INTO intune_role_assignment
		SELECT md5('t' || i % 200)::uuid, 'a' || i, 'r' || i, 'Given ' || i, 'given ' || i, '', '{g}', '{}', 'allDevices', now(), now()
		FROM   generate_series(1, 20000) i`, "intune_role", "intune_role_assignment")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     interface {
			listing(tenant.Scope) (postgres.Listing, error)
		}
		table, index string
	}{
		{all, Filter{}, "intune_role", "intune_role_name_all"}, {all, Filter{Desc: true}, "intune_role", "intune_role_name_all"}, {all, Filter{Sort: "customer"}, "intune_role", "intune_role_"},
		{all, Filter{Sort: "customer", Desc: true}, "intune_role", "intune_role_"}, {one, Filter{}, "intune_role", "intune_role_"},
		{all, AssignmentFilter{}, "intune_role_assignment", "intune_role_assignment_name"}, {all, AssignmentFilter{Desc: true}, "intune_role_assignment", "intune_role_assignment_name"},
		{all, AssignmentFilter{Sort: "customer"}, "intune_role_assignment", "intune_role_assignment_"}, {all, AssignmentFilter{Sort: "customer", Desc: true}, "intune_role_assignment", "intune_role_assignment_"},
		{one, AssignmentFilter{}, "intune_role_assignment", "intune_role_assignment_"}, {one, AssignmentFilter{RoleID: "r1"}, "intune_role_assignment", "intune_role_assignment_role"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, tc.table, tc.index)
	}
}

// TestPeopleFollowTheirNames holds that who holds a role is found in the order of their names, and by the index of their names where these are searched.
func TestPeopleFollowTheirNames(t *testing.T) {
	t.Parallel()
	pool, _ := pgtest.Fleet(t, `
		WITH roles AS (
			INSERT INTO intune_role
			SELECT md5('t' || i)::uuid, 'r', 'Role', 'role', '', true, ARRAY['`+Wipe+`'], '{}', 1, now(), now() FROM generate_series(0, 199) i
		), given AS (
			INSERT INTO intune_role_assignment
			SELECT md5('t' || i)::uuid, 'a', 'r', 'Given', 'given', '', '{g}', '{}', 'allDevices', now(), now() FROM generate_series(0, 199) i
		), groups AS (
			INSERT INTO directory_group SELECT md5('t' || i)::uuid, 'g', 'IT', false, false, true, 150 FROM generate_series(0, 199) i)
		INSERT INTO directory_group_member
		SELECT md5('t' || i % 200)::uuid, CASE WHEN i % 3 = 0 THEN 'other' ELSE 'g' END, 'u' || i, 'user', 'Person ' || md5(i::text), '', true, true FROM generate_series(1, 30000) i`,
		"intune_role", "intune_role_assignment", "directory_group", "directory_group_member")
	if err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `SELECT intune_allow(tenant_id) FROM tenant`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Raw().Exec(t.Context(), `VACUUM (ANALYZE) intune_allowed`); err != nil {
		t.Fatal(err)
	}
	can := []string{Wipe}
	for _, tc := range []struct {
		f                HolderFilter
		gathered, seldom bool
		index            string
	}{
		{HolderFilter{Can: can}, false, false, "directory_group_member_name"}, {HolderFilter{Can: can, Desc: true}, false, false, "directory_group_member_name"},
		{HolderFilter{Can: can, Q: "person"}, false, false, "directory_group_member_name"}, {HolderFilter{Can: can, Q: "3f2a"}, true, true, "directory_group_member_id"},
		{HolderFilter{Can: can, Q: "3f2a", Sort: "customer"}, true, true, "directory_group_member_id"},
	} {
		l, err := tc.f.persons(tc.gathered, tc.seldom)
		if err != nil {
			t.Fatal(err)
		}
		sql, args, err := l.SQL(51)
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, tenant.Everything(), sql, args); strings.Contains(plan, "Seq Scan on directory_group_member") || !strings.Contains(plan, tc.index) {
			t.Errorf("%+v does not ask %s:\n%s", tc.f, tc.index, plan)
		}
	}
	s := NewStore(pool)
	for q, want := range map[string]int64{"": 20_000, "person": 1000, "no such person": 0} {
		p, err := s.Holders(t.Context(), tenant.Everything(), HolderFilter{Can: can, Q: q, Limit: 10, CountMost: 1000})
		if err != nil || p.Count != want || p.More != (q == "person") {
			t.Errorf("%q: %d, more %v, %v, want %d", q, p.Count, p.More, err, want)
		}
	}
	if p, err := s.Holders(t.Context(), tenant.Everything(), HolderFilter{Can: can, Q: "person", Limit: 10}); err != nil || p.Count != 20_000 || p.More {
		t.Errorf("counted to the end: %d, %v", p.Count, err)
	}
}

// TestAllowedIsWhatTheRowsSay holds that what is stored of an action is what roles, assignments and groups say, whatever changed.
func TestAllowedIsWhatTheRowsSay(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	groups := group.NewStore(pool)
	read := func(people ...string) (r group.Read) {
		r.Groups, r.Members = []group.Group{{ID: "g1", Name: "IT", MembersRead: true, Members: len(people)}, {ID: "g2", Gone: true}}, map[string][]group.Member{}
		for _, p := range people {
			r.Members["g1"] = append(r.Members["g1"], group.Member{ID: p, Type: "user", Name: p, Direct: true})
		}
		return r
	}
	know := func(tid tenant.ID, r group.Read) {
		if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) error {
			_, err := groups.Merge(t.Context(), tx, tid, r)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	fewer := some(4)
	fewer.Assignments = fewer.Assignments[:1]
	fewer.Assignments[0].Members = []string{"g1"}
	none := some(2)
	none.Roles[0].Allowed = none.Roles[0].Allowed[:1]
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"roles without groups", func() { merge(t, pool, s, contoso, noon, some(4)) }},
		{"groups", func() { know(contoso, read("adele", "lee")) }},
		{"another tenant", func() { know(fabrikam, read("adele")); merge(t, pool, s, fabrikam, noon, some(3)) }},
		{"one left", func() { know(contoso, read("lee")) }},
		{"no groups", func() { know(contoso, group.Read{}) }},
		{"groups again", func() { know(contoso, read("lee", "kim", "ida")) }},
		{"one assignment less", func() { merge(t, pool, s, contoso, noon.Add(time.Hour), fewer) }},
		{"allows it no more", func() { merge(t, pool, s, contoso, noon.Add(2*time.Hour), none) }},
	} {
		step.do()
		for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso), tenant.Only(fabrikam)} {
			for _, can := range []string{Wipe, "Microsoft.Intune_ManagedDevices_Read", "Microsoft.Intune_Nothing"} {
				got, err := s.AllowedBy(t.Context(), scope, can, nil)
				if err != nil {
					t.Fatal(err)
				}
				var want Allowed
				if want.Roles, err = s.Count(t.Context(), scope, Filter{Can: []string{can}}); err != nil {
					t.Fatal(err)
				}
				if want.Unseen, err = s.UnseenBy(t.Context(), scope, []string{can}, nil); err != nil {
					t.Fatal(err)
				}
				if err := s.EachHolder(t.Context(), scope, HolderFilter{Can: []string{can}}, func(Holder) error { want.Holders++; return nil }); err != nil {
					t.Fatal(err)
				}
				if got != want {
					t.Errorf("%s, %v, %s: %+v, want %+v", step.name, scope, can, got, want)
				}
			}
		}
	}
}
