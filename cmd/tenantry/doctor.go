package main

import (
	"fmt"

	"github.com/tenantry/tenantry/cmd/internal/doctor"
	"github.com/tenantry/tenantry/internal/config"
)

type doctorCommand struct{ config.Settings }

// Run prints every check and ends with status 1 when one is not ok.
func (c *doctorCommand) Run(e environment) error {
	bad := 0
	for r := range doctor.Examine(e.ctx, c.Settings.Fill(e.getenv)) {
		fmt.Fprintf(e.stdout, "%-7s  %s: %s\n", r.State, r.What, r.Found)
		if r.Remedy != "" {
			fmt.Fprintf(e.stdout, "         %s\n", r.Remedy)
		}
		if r.State == doctor.NotOK {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d checks are not ok", bad)
	}
	return nil
}
