package reach

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tenantry/tenantry/internal/tenant"
)

func tid(n int) tenant.ID {
	id, err := tenant.ParseID(fmt.Sprintf("c0000000-0000-4000-8000-%012d", n))
	if err != nil {
		panic(err)
	}
	return id
}

// naive is who is in a group by asking of each person whether any path leads to them.
func naive(in Inside, group string) (people []string, whole bool) {
	paths := map[string]bool{group: true}
	for range len(in) + 1 { // no path without a loop is longer
		for g, members := range in {
			for _, m := range members {
				if paths[g] && m.Group {
					paths[m.ID] = true
				}
			}
		}
	}
	whole = true
	found := map[string]bool{}
	for g := range paths {
		members, read := in[g]
		whole = whole && read
		for _, m := range members {
			if !m.Group {
				found[m.ID] = true
			}
		}
	}
	for p := range found {
		people = append(people, p)
	}
	slices.Sort(people)
	return people, whole
}

// drawn is a world of nested groups that may contain each other, and themselves; some were not looked into.
func drawn(t *rapid.T) (in Inside, groups int) {
	groups = rapid.IntRange(1, 8).Draw(t, "groups")
	in = Inside{}
	for g := range groups {
		if rapid.IntRange(0, 9).Draw(t, "read") == 0 {
			continue
		}
		members := []Member{}
		for range rapid.IntRange(0, 5).Draw(t, "members") {
			if rapid.Bool().Draw(t, "is a group") {
				members = append(members, Member{"g" + strconv.Itoa(rapid.IntRange(0, groups-1).Draw(t, "group")), true})
			} else {
				members = append(members, Member{"p" + strconv.Itoa(rapid.IntRange(0, 5).Draw(t, "person")), false})
			}
		}
		in["g"+strconv.Itoa(g)] = members
	}
	return in, groups
}

func TestPeopleAsANaiveWalker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, groups := drawn(t)
		for g := range groups {
			got, whole := in.People("g" + strconv.Itoa(g))
			want, wantWhole := naive(in, "g"+strconv.Itoa(g))
			if !slices.Equal(got, want) || whole != wantWhole {
				t.Fatalf("g%d: %v %v, want %v %v", g, got, whole, want, wantWhole)
			}
		}
	})
}

// TestPathsAsANaiveWalker holds the paths against trying every way on, without a thought of where it leads.
func TestPathsAsANaiveWalker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, groups := drawn(t)
		var all []string
		var walk func(way []string, person string)
		walk = func(way []string, person string) {
			for _, m := range in[way[len(way)-1]] {
				if m.Group && !slices.Contains(way, m.ID) {
					walk(append(slices.Clone(way), m.ID), person)
				} else if !m.Group && m.ID == person {
					all = append(all, strings.Join(way, ">"))
				}
			}
		}
		for g := range groups {
			for p := range 6 {
				all = nil
				group, person := "g"+strconv.Itoa(g), "p"+strconv.Itoa(p)
				walk([]string{group}, person)
				got := in.Paths(group, person)
				if len(got) != min(len(all), mostPaths) {
					t.Fatalf("%s to %s: %d paths, want %d", group, person, len(got), len(all))
				}
				for i, way := range got {
					if !slices.Contains(all, strings.Join(way, ">")) || i > 0 && len(way) < len(got[i-1]) {
						t.Fatalf("%s to %s: %v is no path, or not the shortest first", group, person, way)
					}
				}
			}
		}
	})
}

// TestCellsAsPairs holds the matrix against asking for each pair alone.
func TestCellsAsPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, groups := drawn(t)
		customers := []tenant.ID{tid(1), tid(2), tid(3)}
		var people []Person
		for p := range 6 {
			people = append(people, Person{Object: "p" + strconv.Itoa(p), Portal: tenant.Only(customers[:rapid.IntRange(0, 3).Draw(t, "portal")]...)})
		}
		var grants []Grant
		for range rapid.IntRange(0, 6).Draw(t, "grants") {
			grants = append(grants, Grant{
				Customer: tid(rapid.IntRange(1, 4).Draw(t, "customer")), Group: "g" + strconv.Itoa(rapid.IntRange(0, groups-1).Draw(t, "group")),
				Roles: []string{"r" + strconv.Itoa(rapid.IntRange(0, 3).Draw(t, "role"))},
			})
		}
		found := map[[2]int]Cell{}
		for c := range Cells(people, customers, in, grants, nil) {
			found[[2]int{c.Person, c.Customer}] = c
		}
		for p, who := range people {
			for i, customer := range customers {
				var want Cell
				for _, g := range grants {
					if g.Customer != customer {
						continue
					}
					members, whole := naive(in, g.Group)
					want.Unsure = want.Unsure || !whole
					if slices.Contains(members, who.Object) {
						want.Doors |= GDAP
						want.Roles = append(want.Roles, g.Roles...)
					}
				}
				if who.Portal.Has(customer) {
					want.Doors |= Portal
				}
				slices.Sort(want.Roles)
				got, ok := found[[2]int{p, i}]
				if got.Doors != want.Doors || got.Unsure != want.Unsure || !slices.Equal(got.Roles, slices.Compact(want.Roles)) || ok != (want.Doors != 0 || want.Unsure) {
					t.Fatalf("person %d at %d: %+v, want %+v", p, i, got, want)
				}
			}
		}
	})
}

func TestAccounts(t *testing.T) {
	at := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	got := slices.Collect(Cells([]Person{{Object: "p"}}, []tenant.ID{tid(1)}, nil, nil, []Account{
		{Customer: tid(1), Door: Guest, Roles: []string{"a"}, At: at}, {Customer: tid(1), Door: Own, Roles: []string{"a", "b"}, Unsure: true, At: at.Add(-time.Hour)}, {Customer: tid(9), Door: Guest, At: at},
	}))
	if len(got) != 1 || got[0].Doors != Guest|Own || !got[0].Proven.Equal(at) || !slices.Equal(got[0].Roles, []string{"a", "b"}) || !got[0].Unsure {
		t.Errorf("%+v", got)
	}
}

// BenchmarkCells is 500 people at 2,000 customers, each with a relationship whose roles a nested group holds.
func BenchmarkCells(b *testing.B) {
	in := Inside{}
	var people []Person
	for p := range 500 {
		id := "p" + strconv.Itoa(p)
		people = append(people, Person{Object: id, Portal: tenant.Everything()})
		inner := "inner" + strconv.Itoa(p%20)
		in[inner] = append(in[inner], Member{ID: id})
	}
	for g := range 40 {
		in["outer"+strconv.Itoa(g)] = []Member{{"inner" + strconv.Itoa(g%20), true}, {"inner" + strconv.Itoa((g+7)%20), true}}
	}
	var customers []tenant.ID
	var grants []Grant
	for c := range 2000 {
		customers = append(customers, tid(c+1))
		grants = append(grants, Grant{Customer: tid(c + 1), Group: "outer" + strconv.Itoa(c%40), Roles: []string{"a", "b"}})
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for range Cells(people, customers, in, grants, nil) {
			n++
		}
		if n != 1_000_000 {
			b.Fatal(n)
		}
	}
}
