package guest

import (
	"errors"
	"slices"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = id("11111111-1111-4111-8111-111111111111")
	fabrikam = id("22222222-2222-4222-8222-222222222222")
	noon     = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	yes, no  = true, false
)

const intuneAdministrator = "3a2c62db-5318-420d-8d74-23affee5d9d5"

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func TestFromGraph(t *testing.T) {
	for name, tc := range map[string]struct {
		body         string
		address      string
		redeemed     *bool
		intune       *bool
		kept, ofOurs bool
	}{
		"redeemed, with a licence": {`{"id":"A","userPrincipalName":"adele_v_firstup.example#EXT#@contoso.onmicrosoft.com","mail":"other@elsewhere.example","userType":"Guest","externalUserState":"Accepted",
			"assignedPlans":[{"servicePlanId":"C1EC4A95-1f05-45b3-a911-aa3fa01094f5","capabilityStatus":"Enabled"}]}`, "adele_v@firstup.example", &yes, &yes, true, true},
		"waiting, the licence is deleted": {`{"id":"a","userPrincipalName":"Lee_firstup.example#EXT#@contoso.onmicrosoft.com","externalUserState":"PendingAcceptance","assignedPlans":[{"servicePlanId":"c1ec4a95-1f05-45b3-a911-aa3fa01094f5","capabilityStatus":"Deleted"}]}`,
			"lee@firstup.example", &no, &no, true, true},
		"neither told":              {`{"id":"a","userPrincipalName":"x#EXT#@contoso.onmicrosoft.com","mail":"x@firstup.example","userType":"Guest"}`, "x@firstup.example", nil, nil, true, true},
		"a state of the future":     {`{"id":"a","mail":"x@firstup.example","externalUserState":"Later","assignedPlans":[]}`, "x@firstup.example", nil, &no, true, true},
		"somebody else's guest":     {`{"id":"a","userPrincipalName":"x_notfirstup.example#EXT#@contoso.onmicrosoft.com","userType":"Guest"}`, "x@notfirstup.example", nil, nil, true, false},
		"a member, filter ignored":  {`{"id":"a","userPrincipalName":"x@firstup.example","mail":"x@firstup.example","userType":"Member"}`, "x@firstup.example", nil, nil, false, true},
		"without id and address":    {`{}`, "", nil, nil, false, false},
		"a domain inside a mailbox": {`{"id":"a","mail":"firstup.example@evil.example"}`, "firstup.example@evil.example", nil, nil, true, false},
	} {
		var w graph.GuestAccount
		if err := gojson.Unmarshal([]byte(tc.body), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		g := fromGraph(w)
		if g.Address != tc.address || !same(g.Redeemed, tc.redeemed) || !same(g.Intune, tc.intune) || (g.ID != "") != tc.kept || g.from([]string{"firstup.example"}) != tc.ofOurs || g.RolesRead {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func same(a, b *bool) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"x","displayName":"\ud800","userPrincipalName":"_#EXT#","mail":"\u0000@@","externalUserState":"","assignedPlans":[null,{}],"createdDateTime":"99999-01-01T00:00:00Z"}`))
	opts := gojson.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.GuestAccount
		if gojson.Unmarshal(body, &w, opts) != nil {
			return
		}
		g := fromGraph(w)
		for _, s := range []string{g.ID, g.Name, g.UPN, g.Address} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
	})
}

// TestStore: each standing by what is known, nothing of another customer, and only what differs is history.
// TestIdle: how long nobody uses an account is counted from the last sign-in that is known, from its acceptance where Microsoft was asked and
// tells none, and not at all where nobody knows.
func TestIdle(t *testing.T) {
	old, lately := noon.AddDate(0, 0, -100), noon.AddDate(0, 0, -10)
	for name, tc := range map[string]struct {
		g    Guest
		want bool
	}{
		"nothing known":               {Guest{Standing: Licence, RedeemedAt: old}, false},
		"Microsoft tells none":        {Guest{Standing: Licence, RedeemedAt: old, ActiveRead: true}, true},
		"accepted lately":             {Guest{Standing: Redeemed, RedeemedAt: lately, ActiveRead: true}, false},
		"used lately elsewhere":       {Guest{Standing: Proven, SignedInAt: old, ActiveRead: true, ActiveAt: lately}, false},
		"used lately here":            {Guest{Standing: Proven, SignedInAt: lately, ActiveRead: true, ActiveAt: old}, false},
		"used long ago":               {Guest{Standing: Role, RedeemedAt: old, ActiveRead: true, ActiveAt: old}, true},
		"here long ago, not told":     {Guest{Standing: Proven, SignedInAt: old}, true},
		"not accepted":                {Guest{Standing: Invited, RedeemedAt: old, ActiveRead: true}, false},
		"used long ago, not accepted": {Guest{Standing: Blocked, ActiveRead: true, ActiveAt: old}, false},
	} {
		if got := tc.g.Idle(noon); got != tc.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	pool := pgtest.New(t)
	s := NewStore(pool)
	found := []Guest{
		{ID: "used", ActiveRead: true, ActiveAt: lately}, {ID: "unused", ActiveRead: true}, {ID: "forgotten", ActiveRead: true, ActiveAt: old}, {ID: "unknown"},
	}
	for i := range found {
		found[i].Redeemed, found[i].RedeemedAt, found[i].RolesRead = &yes, old, true
	}
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) error {
			_, err := s.Merge(t.Context(), tx, tid, 1, noon, found)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.List(t.Context(), tenant.Only(contoso), Filter{Idle: true, Now: noon, Sort: "active", Desc: true})
	if err != nil || p.Count != 2 || p.Rows[0].ID != "forgotten" || p.Rows[1].ID != "unused" || !p.Rows[1].ActiveRead || !p.Rows[1].ActiveAt.IsZero() {
		t.Errorf("idle: %+v, %v", p, err)
	}
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		if n, err := s.Standings(t.Context(), tenant.Only(tid), Filter{Q: "unk"}); err != nil || len(n) != 1 || n[Redeemed] != 1 {
			t.Errorf("standings of %s: %v, %v", tid, n, err)
		}
	}
	if one, err := s.Get(t.Context(), contoso, "unknown"); err != nil || one.ActiveRead || !one.ActiveAt.IsZero() {
		t.Errorf("not told: %+v, %v", one, err)
	}
}

func TestStore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	seen := map[string]time.Time{"00000000-0000-4000-8000-000000000007": noon.Add(-time.Hour), "00000000-0000-4000-8000-000000000008": noon.Add(-Idle - time.Hour)}
	for tid, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	for oid, at := range seen {
		if _, err := pool.In(contoso).Exec(t.Context(), `INSERT INTO person (tenant_id, object_id, subject, last_seen_at) VALUES ($1, $2, 's', $3)`, contoso, oid, at); err != nil {
			t.Fatal(err)
		}
	}
	s := NewStore(pool)
	merge := func(tid tenant.ID, at time.Time, found ...Guest) (m graphsync.Merged) {
		t.Helper()
		if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
			m, err = s.Merge(t.Context(), tx, tid, at.Unix(), at, found)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	guest := func(n string, redeemed *bool, roles []string, intune *bool) Guest {
		return Guest{ID: "00000000-0000-4000-8000-00000000000" + n, Name: "Guest " + n, Address: "g" + n + "@firstup.example", Redeemed: redeemed, Roles: roles, RolesRead: roles != nil, Intune: intune, InvitedAt: noon.AddDate(0, 0, -20)}
	}
	admin := []string{intuneAdministrator}
	blocked := guest("1", &yes, admin, &yes)
	blocked.Enabled = &no
	all := []Guest{blocked, guest("2", &yes, nil, &yes), guest("3", &no, nil, nil), guest("4", &yes, []string{}, &no), guest("5", &yes, admin, &no), guest("6", &yes, admin, &yes), guest("7", &yes, admin, &yes), guest("8", &yes, admin, &yes), guest("9", nil, admin, &yes)}
	if m := merge(contoso, noon, all...); m.Written != 9 || m.Counters["total"] != 9 || m.Counters["pending:true"] != 1 {
		t.Errorf("first: %+v", m)
	}
	merge(fabrikam, noon, guest("7", &yes, admin, &yes))
	if m := merge(contoso, noon.Add(time.Hour), all...); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	p, err := s.List(t.Context(), tenant.Only(contoso), Filter{})
	got := make([]Standing, 0, len(p.Rows))
	for _, g := range p.Rows {
		got = append(got, g.Standing)
	}
	if want := []Standing{Blocked, Unknown, Unknown, Invited, Redeemed, Role, Licence, Proven, Proven}; err != nil || !slices.Equal(got, want) {
		t.Errorf("standings %v, %v", got, err)
	}
	if other, err := s.Get(t.Context(), fabrikam, all[6].ID); err != nil || other.Standing != Licence || !other.SignedInAt.IsZero() || other.TenantName != "Fabrikam" {
		t.Errorf("a sign-in at another customer proves nothing: %+v, %v", other, err)
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := pool.In(contoso).Exec(t.Context(), sql, append([]any{contoso}, args...)...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO directory_role_assignment (tenant_id, id, role_id, role_name, principal_id, principal_type, name, upn, scope, hash, first_seen_at, changed_at) VALUES ($1, 'a', $2, '', 'g1', 'group', '', '', '/', '', now(), now())`, intuneAdministrator)
	exec(`INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, direct) VALUES ($1, 'g1', $2, 'user', '', '', true)`, all[3].ID)
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso), tenant.Only(fabrikam)} {
		whole := map[string]Guest{}
		if err := s.Each(t.Context(), scope, Filter{}, func(g Guest) error { whole[g.Tenant.String()+g.ID] = g; return nil }); err != nil {
			t.Fatal(err)
		}
		n := 0
		if err := s.EachBrief(t.Context(), scope, nil, func(g Guest) error {
			w := whole[g.Tenant.String()+g.ID]
			if n++; g.Name != w.Name || g.Address != w.Address || !same(g.Enabled, w.Enabled) || g.RolesRead != w.RolesRead || g.RolesRead && !slices.ContainsFunc(all, func(x Guest) bool { return x.ID == g.ID && slices.Equal(x.Roles, g.Roles) }) ||
				(g.Standing == Blocked) != (w.Standing == Blocked) || (g.Standing == Invited) != (w.Standing == Invited) {
				t.Errorf("in brief %+v, of %+v", g, w)
			}
			return nil
		}); err != nil || n != len(whole) {
			t.Errorf("%d in brief of %d: %v", n, len(whole), err)
		}
	}
	if one, err := s.Get(t.Context(), contoso, all[3].ID); err != nil || one.Standing != Role || !slices.Equal(one.Roles, admin) {
		t.Errorf("a role by a group: %+v, %v", one, err)
	}
	exec(`DELETE FROM directory_group_member WHERE tenant_id = $1`)
	if one, err := s.Get(t.Context(), contoso, all[2].ID); err != nil || !one.Waiting(noon) || one.Waiting(noon.AddDate(0, 0, -10)) || one.Idle(noon) || one.RolesRead {
		t.Errorf("invited: %+v, %v", one, err)
	}
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		want  int64
	}{
		{tenant.Everything(), Filter{}, 10}, {tenant.Only(fabrikam), Filter{}, 1}, {tenant.Only(), Filter{}, 0}, {tenant.Only(contoso), Filter{Tenants: []tenant.ID{fabrikam}}, 0}, {tenant.Everything(), Filter{Q: "G7@"}, 2},
		{tenant.Everything(), Filter{Standings: []Standing{Invited, Blocked}}, 2}, {tenant.Everything(), Filter{Roles: admin}, 7}, {tenant.Everything(), Filter{Waiting: true, Now: noon}, 1}, {tenant.Everything(), Filter{Idle: true, Now: noon}, 1},
		{tenant.Everything(), Filter{Gone: true}, 0},
	} {
		for _, sort := range Sorts {
			seen := map[string]bool{}
			tc.f.Sort, tc.f.Limit, tc.f.After = sort, 2, ""
			for {
				p, err := s.List(t.Context(), tc.scope, tc.f)
				if err != nil || p.Count != tc.want {
					t.Fatalf("%+v: count %d, want %d, %v", tc.f, p.Count, tc.want, err)
				}
				for _, g := range p.Rows {
					seen[g.Tenant.String()+g.ID] = true
				}
				if tc.f.After = p.Next; p.Next == "" {
					break
				}
			}
			if int64(len(seen)) != tc.want {
				t.Errorf("%+v: %d seen, want %d", tc.f, len(seen), tc.want)
			}
		}
	}
	all[2].Redeemed = &yes
	if m := merge(contoso, noon.Add(2*time.Hour), all[2:]...); m.Written != 1 || m.Gone != 2 {
		t.Errorf("one redeemed, two gone: %+v", m)
	}
	if cs, err := s.Changes(t.Context(), contoso, all[2].ID, 9); err != nil || len(cs) != 1 || cs[0].Field != "redeemed" || cs[0].New != "true" {
		t.Errorf("history %+v, %v", cs, err)
	}
	if cs, err := s.Changes(t.Context(), fabrikam, all[2].ID, 9); err != nil || len(cs) != 0 {
		t.Errorf("the history of another customer: %+v, %v", cs, err)
	}
	for _, foreign := range []string{all[0].ID, "x", "\x00"} {
		if _, err := s.Get(t.Context(), fabrikam, foreign); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q at Fabrikam: %v", foreign, err)
		}
	}
	for _, bad := range []Filter{{After: "x"}, {Sort: "x"}, {Q: "\x00"}} {
		if _, err := s.List(t.Context(), tenant.Everything(), bad); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
