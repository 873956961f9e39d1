package verdict

import "github.com/tenantry/tenantry/web/ui"

// BlastRadius is the title of what a request uses of the limits of destructive acts, before it is asked for and while somebody decides on it.
const BlastRadius = "Blast radius"

// WhySecond are the reasons for which the brake asks a second person.
func WhySecond(why []string) ui.Consequences {
	var c ui.Consequences
	for _, w := range why {
		c = append(c, ui.Consequence{Shape: ui.ShapeWarn, Text: w})
	}
	return c
}
