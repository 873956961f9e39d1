package permission

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantry/tenantry/internal/errs"
)

// ParseFeatures reads feature names as they come from a form or a table, adds the required ones, and gives them in catalogue order.
// An unknown name is errs.Invalid.
func ParseFeatures(names []string) ([]Feature, error) {
	chosen := make(map[Feature]bool, len(names))
	for _, n := range names {
		if _, ok := EntryOf(Feature(n)); !ok {
			return nil, fmt.Errorf("feature of %d characters is not in the catalogue: %w", len(n), errs.Invalid)
		}
		chosen[Feature(n)] = true
	}
	return pick(func(e Entry) bool { return e.Required || chosen[e.Feature] }), nil
}

// Plan is the smallest set of permissions that the features need, sorted by name: what a consent has to ask for.
func Plan(features []Feature) (application, delegated []Permission) {
	for _, p := range plan(features) {
		if p.Kind == Application {
			application = append(application, p)
		} else {
			delegated = append(delegated, p)
		}
	}
	return application, delegated
}

// plan first takes what nothing else can open, then fills what is still closed with each operation's first choice.
func plan(features []Feature) []Permission {
	var asked []Permission
	ask := func(p Permission) {
		if !slices.Contains(asked, p) {
			asked = append(asked, p)
		}
	}
	ops := operations(features)
	for _, o := range ops {
		if len(o.Accepts) == 1 {
			ask(o.Accepts[0])
		}
	}
	for _, o := range ops {
		if _, open := o.opener(asked); !open {
			ask(o.Accepts[0])
		}
	}
	slices.SortFunc(asked, Permission.Compare)
	return asked
}

// Round is one visit to Microsoft's consent page. Application permissions can only be asked for with .default, which asks for all that the
// registration lists; named scopes and .default do not mix (AADSTS70011), and each request names scopes of one resource.
type Round struct {
	All      bool // .default
	Resource Resource
	Names    []Permission // delegated, of that resource; they replace what was granted by name there before
}

// Rounds are the visits that the features still need where held is granted: none, one or more, the whole list first. Where all is held,
// asking again begins with the first. listed are the delegated permissions that the registration lists, which come with the whole.
func Rounds(features []Feature, held, listed []Permission) []Round {
	application, delegated := Plan(features)
	var rounds []Round
	byName := map[Resource][]Permission{}
	whole := lacks(application, held)
	for _, p := range delegated {
		byName[p.Resource] = append(byName[p.Resource], p)
		whole = whole || len(application) > 0 && slices.Contains(listed, p) && lacks([]Permission{p}, held)
	}
	if whole {
		rounds = append(rounds, Round{All: true, Resource: Graph})
		held = append(slices.Clone(held), listed...)
	}
	for _, r := range slices.Sorted(maps.Keys(byName)) {
		if lacks(byName[r], held) {
			rounds = append(rounds, Round{Resource: r, Names: byName[r]})
		}
	}
	return rounds
}

func lacks(wanted, held []Permission) bool {
	return slices.ContainsFunc(wanted, func(p Permission) bool {
		return !slices.ContainsFunc(held, func(h Permission) bool { return h.Covers(p) })
	})
}

func operations(features []Feature) []Operation {
	var ops []Operation
	for _, e := range catalogue {
		if slices.Contains(features, e.Feature) {
			ops = append(ops, e.Operations...)
		}
	}
	return ops
}

// opener is the held permission that opens the operation, in the order of what we would rather use.
func (o Operation) opener(held []Permission) (Permission, bool) {
	for _, want := range o.Accepts {
		if slices.Contains(held, want) {
			return want, true
		}
	}
	for _, want := range o.Accepts {
		for _, h := range held {
			if h.Covers(want) {
				return h, true
			}
		}
	}
	return Permission{}, false
}

// State is whether a feature works with what was granted.
type State struct {
	Feature   Feature
	Works     bool
	Missing   []Permission // what to ask for, sorted
	WrongKind []Permission // granted by name, but delegated where the program needs it as application, or the other way round
}

// Because is the reason why the feature does not work, for staff; empty where it does.
func (s State) Because() string {
	switch {
	case s.Works:
		return ""
	case len(s.WrongKind) > 0:
		w := s.WrongKind[0]
		if w.Kind == Application {
			return w.Name + " is granted as an application permission, but a person needs it as a delegated one."
		}
		return w.Name + " is granted as a delegated permission, but the program needs it as an application one."
	case len(s.Missing) == 1:
		return s.Missing[0].Name + " is not granted."
	}
	return fmt.Sprintf("%s and %d more are not granted.", s.Missing[0].Name, len(s.Missing)-1)
}

// FeaturesOf judges every feature of the catalogue by what was read as granted. Call it only with a complete reading: with less, a
// feature that works would look as if it did not.
func FeaturesOf(granted []Permission) []State {
	states := make([]State, 0, len(catalogue))
	for _, e := range catalogue {
		states = append(states, stateOf(e, granted))
	}
	return states
}

func stateOf(e Entry, granted []Permission) State {
	s := State{Feature: e.Feature, Works: true}
	add := func(to *[]Permission, p Permission) {
		if !slices.Contains(*to, p) {
			*to = append(*to, p)
		}
	}
	for _, o := range e.Operations {
		if _, open := o.opener(granted); open {
			continue
		}
		s.Works = false
		add(&s.Missing, o.Accepts[0])
		if twin := o.Accepts[0].otherKind(); slices.Contains(granted, twin) {
			add(&s.WrongKind, twin)
		}
	}
	slices.SortFunc(s.Missing, Permission.Compare)
	slices.SortFunc(s.WrongKind, Permission.Compare)
	return s
}

func (p Permission) otherKind() Permission {
	if p.Kind == Application {
		p.Kind = Delegated
	} else {
		p.Kind = Application
	}
	return p
}

// Verdict compares what was granted with what some features need. All three lists are sorted and share no element.
type Verdict struct {
	Granted []Permission // held and of use to the features
	Missing []Permission // to be asked for
	Surplus []Permission // held, but none of the features needs it; signing in's own scopes are not counted
}

// Complete tells whether nothing is missing.
func (v Verdict) Complete() bool { return len(v.Missing) == 0 }

// Compare judges a complete reading of grants against the features that were asked for.
func Compare(features []Feature, granted []Permission) Verdict {
	var v Verdict
	used := map[Permission]bool{}
	missing := map[Permission]bool{}
	for _, o := range operations(features) {
		if p, open := o.opener(granted); open {
			used[p] = true
			continue
		}
		missing[o.Accepts[0]] = true
	}
	for _, p := range plan(features) { // asked for by us: held is granted, even where another grant opens the same
		if slices.Contains(granted, p) {
			used[p] = true
		}
	}
	for p := range missing {
		v.Missing = append(v.Missing, p)
	}
	for _, p := range granted {
		switch {
		case used[p] && !slices.Contains(v.Granted, p):
			v.Granted = append(v.Granted, p)
		case !used[p] && !p.Protocol() && !slices.Contains(v.Surplus, p):
			v.Surplus = append(v.Surplus, p)
		}
	}
	for _, list := range [][]Permission{v.Granted, v.Missing, v.Surplus} {
		slices.SortFunc(list, Permission.Compare)
	}
	return v
}
