package verdict

import (
	"testing"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestBrake(t *testing.T) {
	measures := []brake.Measure{
		{Name: "person_hour", Label: "One person, within an hour", Used: 1, This: 1, Limit: 5, Most: 25},
		{Name: "customer_hour", Label: "This customer, within an hour", Customer: "<b>Northwind</b>", Used: 2, This: 1, Limit: 2, Most: 10, Fleet: 312},
		{Name: "share", Label: "Share of this customer’s devices, within a day", Customer: "<b>Northwind</b>", Used: 0, This: 1, Limit: 1, Most: 5},
	}
	for name, a := range map[string]brake.Answer{
		"stopped": {Outcome: brake.Stopped, Sentence: "Destructive acts are stopped."},
		"granted": {Outcome: brake.Granted, Sentence: "This is within what you may do alone.", Measures: measures[:1]},
		"second":  {Outcome: brake.NeedsSecond, Sentence: "A second person must approve this before anything is sent to 1 device.", Why: []string{"This would make 3 devices at Northwind within an hour."}, Measures: measures},
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, Brake(a)) })
	}
}
