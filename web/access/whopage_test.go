package access

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestWhoFollowsEveryReading: what is stored of who could wipe is what all that was read says of them, which is what an export is worked out of:
// whichever of the readings came last, in each order, and page by page.
func TestWhoFollowsEveryReading(t *testing.T) {
	f, contoso, fabrikam, h := fixture(t)
	all, one := f.Serve(t, technician, tenant.Everything(), mounted(h)), f.Serve(t, technician, tenant.Only(contoso.ID), mounted(h))
	yes := true
	members := func(n int) (m []group.Member) {
		for i := range n {
			m = append(m, group.Member{ID: fmt.Sprintf("u%03d", i), Type: "user", Name: fmt.Sprintf("%s %d", []string{"Zoë", "Άννα", "adam", "Bo"}[i%4], i/8), UPN: fmt.Sprintf("u%d@contoso.example", i), Enabled: &yes, Direct: i%2 == 0})
		}
		return m
	}
	checked := 0
	check := func(after string) {
		t.Helper()
		for _, c := range []struct {
			get  func(path string) string
			json func(path string, into *twin[actor])
		}{
			{func(p string) string { return all.Get(p).Body.String() }, func(p string, got *twin[actor]) { all.JSON(p, http.StatusOK, got) }},
			{func(p string) string { return one.Get(p).Body.String() }, func(p string, got *twin[actor]) { one.JSON(p, http.StatusOK, got) }},
		} {
			for _, query := range []string{"", "&sort=-person", "&sort=customer", "&sort=-customer", "&side=customer", "&side=partner&sort=-person", "&q=bo", "&q=zo%C3%AB", "&q=%CE%86%CE%BD%CE%BD", "&q=contoso.example&sort=-customer", "&customer=" + fabrikam.ID.String()} {
				rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(c.get("/access?who=wipe&format=csv"+query), "\ufeff"))).ReadAll()
				if err != nil || len(rows) == 0 {
					t.Fatalf("%s: the export: %v", query, err)
				}
				id, at := slices.Index(rows[0], "Object id"), slices.Index(rows[0], "Tenant id")
				var want, got []string
				for _, r := range rows[1:] {
					want = append(want, r[id]+"@"+r[at])
				}
				for path := "/access?who=wipe" + query; path != ""; {
					var p twin[actor]
					c.json(path, &p)
					for _, a := range p.Rows {
						got = append(got, a.ID+"@"+a.Customer.ID.String())
					}
					if path = p.Next; p.Count != int64(len(want)) {
						t.Fatalf("after %s, %s: count %d of %d", after, query, p.Count, len(want))
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("after %s, %s:\n%s\nwant\n%s", after, query, got, want)
				}
				checked += len(got)
			}
		}
	}
	check("nothing")
	readAll(t, f, contoso.ID, fabrikam.ID)
	check("a first reading of all")
	f.ReadGroups(t, contoso.ID, f.Now, group.Read{Groups: []group.Group{{ID: "c1", Name: "IT", MembersRead: true}, {ID: "c2", Name: "Desk", MembersRead: true}}, Members: map[string][]group.Member{"c1": members(70), "c2": members(130)}})
	check("groups")
	f.ReadRoles(t, contoso.ID, f.Now, intunerole.Read{Roles: []intunerole.Role{{ID: "i1", Name: "Help desk", Allowed: []string{intunerole.Wipe}}}, Assignments: []intunerole.Assignment{{ID: "x", RoleID: "i1", Name: "First line", Members: []string{"c2"}}}})
	check("Intune roles")
	f.ReadGuests(t, contoso.ID, f.Now, guest.Guest{ID: "u007", Name: "Cleo (First Up)", Address: "cleo@firstup.example", Redeemed: &yes, Enabled: &yes}, guest.Guest{ID: "u129", Name: "Ben", Address: "ben@firstup.example"})
	check("guests")
	f.ReadDirectoryRoles(t, fabrikam.ID, f.Now, directoryrole.Assignment{ID: "1", Role: gdap.IntuneAdministrator, Principal: "robot", Type: "servicePrincipal", Name: "Robot", Scope: "/"})
	f.ReadDirectoryRoles(t, contoso.ID, f.Now.Add(time.Minute), directoryrole.Assignment{ID: "2", Role: gdap.GlobalAdministrator, Principal: "fay", Type: "user", UPN: "fay@contoso.example", Scope: "/"})
	check("directory roles")
	f.ReadRoles(t, contoso.ID, f.Now.Add(time.Minute), intunerole.Read{Roles: []intunerole.Role{{ID: "i1", Name: "Help desk"}}})
	check("a role that allows it no more")
	if checked < 1000 {
		t.Errorf("%d people were compared", checked)
	}
	if p := all.Get("/access?who=wipe&after=" + url.QueryEscape("customer.u001."+contoso.ID.String())); p.Code != http.StatusBadRequest {
		t.Errorf("after somebody who is not there: %d", p.Code)
	}
}
