package main

import (
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// TestOneDemo is what people of each kind find in a demo whose customers were read. None of it changes what another part looks at, so that all
// look at one.
func TestOneDemo(t *testing.T) {
	s := start(t)
	owner, _ := s.signedIn(t, s.owner())
	s.newLink(t, owner, s.with(world.ConsentNone)) // so that there is a link to withdraw
	s.pages = walk(t, owner, 3, "/", s.ill(t, owner))
	for name, test := range map[string]func(*testing.T, *site){
		"ListsAgree":                        listsAgree,
		"CountsLeadToWhatTheyCount":         countsLeadToWhatTheyCount,
		"BadInput":                          badInput,
		"SupportReviewsButCannotAct":        supportReviewsButCannotAct,
		"TechnicianSeesExactlyTheirTenants": technicianSeesExactlyTheirTenants,
		"CustomersSeeTheirOwn":              customersSeeTheirOwn,
		"EveryPageInABrowser":               everyPageInABrowser,
	} {
		t.Run(name, func(t *testing.T) {
			mine := *s
			mine.t = t
			test(t, &mine)
		})
	}
}
