// Package reach works out who of the partner gets in at which customer: through which doors, with which directory roles, and when a sign-in
// last proved it. It is arithmetic on what other rooms have read; it reads nothing itself. Only who could wipe devices at a customer is stored,
// and found by Store.
package reach

import (
	"iter"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Door is a way in.
type Door uint8

// The doors; a cell may have several.
const (
	GDAP   Door = 1 << iota // a group of the partner holds roles by a relationship
	Guest                   // a guest account at the customer
	Own                     // an account of the customer's own
	Portal                  // sees in the portal what the portal reads, and nothing beyond
)

// Doors are all doors, in the order in which pages list them.
var Doors = []Door{GDAP, Guest, Own, Portal}

// Inside is who is directly in each group that was looked into, people and groups alike.
type Inside map[string][]Member

// Member is a person or a group.
type Member struct {
	ID    string
	Group bool
}

// People are the people in a group, through groups inside it too, each once and sorted. whole is false where one of these groups was not
// looked into. Groups may contain each other.
func (in Inside) People(group string) (people []string, whole bool) {
	whole = true
	seen := map[string]bool{group: true}
	for todo := []string{group}; len(todo) > 0; {
		members, read := in[todo[0]]
		todo, whole = todo[1:], whole && read
		for _, m := range members {
			switch {
			case !m.Group:
				people = append(people, m.ID)
			case !seen[m.ID]:
				seen[m.ID] = true
				todo = append(todo, m.ID)
			}
		}
	}
	slices.Sort(people)
	return slices.Compact(people), whole
}

// mostPaths and mostSteps bound how many ways from a group to a person are looked for: groups that contain each other have absurdly many.
const (
	mostPaths = 50
	mostSteps = 100_000
)

// Paths are the ways from a group to somebody in it, each as the groups that it leads through, the shortest first: at most mostPaths.
func (in Inside) Paths(group, person string) (paths [][]string) {
	leads := in.leading(person)
	if !leads[group] {
		return nil
	}
	todo := [][]string{{group}}
	for steps := 0; len(todo) > 0 && steps < mostSteps && len(paths) < mostPaths; steps++ {
		way := todo[0]
		todo = todo[1:]
		for _, m := range in[way[len(way)-1]] {
			switch {
			case !m.Group && m.ID == person:
				paths = append(paths, way)
			case m.Group && leads[m.ID] && !slices.Contains(way, m.ID) && len(todo) < mostSteps:
				todo = append(todo, append(slices.Clone(way), m.ID))
			}
		}
	}
	return paths[:min(len(paths), mostPaths)]
}

// leading are the groups that somebody is in, directly or through others.
func (in Inside) leading(person string) map[string]bool {
	leads := map[string]bool{}
	for more := true; more; {
		more = false
		for g, members := range in {
			if !leads[g] && slices.ContainsFunc(members, func(m Member) bool { return m.Group && leads[m.ID] || !m.Group && m.ID == person }) {
				leads[g], more = true, true
			}
		}
	}
	return leads
}

// Person is one of the partner's people. Object is the account in the partner's tenant, or empty where it is not known yet.
type Person struct {
	Object string
	Portal tenant.Scope // customers that the portal shows them
}

// Grant gives a group of the partner roles at a customer.
type Grant struct {
	Customer tenant.ID
	Group    string
	Roles    []string
}

// Account is a way in by an account at the customer, or a sign-in that was seen there, by a person's index.
type Account struct {
	Person   int
	Customer tenant.ID
	Door     Door     // 0: a sign-in that proves a door, and opens none
	Roles    []string // of directory, sorted
	Unsure   bool     // there may be more roles
	At       time.Time
}

// Cell is one person at one customer.
type Cell struct {
	Person, Customer int // indexes
	Doors            Door
	Roles            []string // of directory, by template id; sorted
	Unsure           bool     // something that gives roles there was not read, so there may be more
	Proven           time.Time
}

// Cells is every cell of the matrix with a door, or with a doubt, by person and then customer.
func Cells(people []Person, customers []tenant.ID, in Inside, grants []Grant, accounts []Account) iter.Seq[Cell] {
	m := newMatrix(people, customers)
	m.grant(in, grants)
	for _, a := range accounts {
		if c, ok := m.at(a.Person, a.Customer); ok {
			c.Doors |= a.Door
			c.Roles = union(c.Roles, a.Roles)
			c.Unsure = c.Unsure || a.Unsure
			if a.At.After(c.Proven) {
				c.Proven = a.At
			}
		}
	}
	return func(yield func(Cell) bool) {
		for p := range people {
			for i, tid := range customers {
				c := m.cells[p*len(customers)+i]
				if people[p].Portal.Has(tid) {
					c.Doors |= Portal
				}
				if c.Person, c.Customer = p, i; (c.Doors != 0 || c.Unsure) && !yield(c) {
					return
				}
			}
		}
	}
}

type matrix struct {
	cells     []Cell // people × customers
	byObject  map[string]int
	customers map[tenant.ID]int
}

func newMatrix(people []Person, customers []tenant.ID) *matrix {
	m := &matrix{cells: make([]Cell, len(people)*len(customers)), byObject: map[string]int{}, customers: make(map[tenant.ID]int, len(customers))}
	for i, p := range people {
		if p.Object != "" {
			m.byObject[p.Object] = i
		}
	}
	for i, tid := range customers {
		m.customers[tid] = i
	}
	return m
}

func (m *matrix) at(person int, customer tenant.ID) (*Cell, bool) {
	i, ok := m.customers[customer]
	if !ok {
		return nil, false
	}
	return &m.cells[person*len(m.customers)+i], true
}

// grant opens GDAP doors. Each group is walked once, however many customers give it roles.
func (m *matrix) grant(in Inside, grants []Grant) {
	type walked struct {
		people []int
		whole  bool
	}
	groups := map[string]walked{}
	for _, g := range grants {
		if _, ok := m.customers[g.Customer]; !ok {
			continue
		}
		w, ok := groups[g.Group]
		if !ok {
			ids, whole := in.People(g.Group)
			w.whole = whole
			for _, id := range ids {
				if i, ours := m.byObject[id]; ours {
					w.people = append(w.people, i)
				}
			}
			groups[g.Group] = w
		}
		for _, p := range w.people {
			c, _ := m.at(p, g.Customer)
			c.Doors |= GDAP
			c.Roles = union(c.Roles, g.Roles)
		}
		if !w.whole {
			m.doubt(g.Customer)
		}
	}
}

// doubt marks all people at a customer: anybody may be in a group that was not looked into.
func (m *matrix) doubt(customer tenant.ID) {
	for p := range len(m.cells) / len(m.customers) {
		c, _ := m.at(p, customer)
		c.Unsure = true
	}
}

// union adds to a sorted list what it does not have; lists of different cells may be shared, so it never writes into one.
func union(a, b []string) []string {
	if len(a) == 0 && slices.IsSorted(b) {
		return b
	}
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}
