package main

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/web/webtest"
)

// worldGoesOn holds that what a newcomer finds under changes happened in the cloud and was read.
func worldGoesOn(t *testing.T, s *site) {
	v, _ := s.signedIn(t, s.owner())
	found := func(kind string) int64 { return webtest.JSON[webtest.List](v, "/changes?kind="+kind).Count }
	before := map[string]int64{"device": found("device"), "provisioning": found("provisioning"), "directoryRole": found("directoryRole"), "grant": found("grant")}
	(&demo{cloud: s.cloud}).goOn(t.Context(), s.portal, 24*time.Hour)
	for kind, n := range before {
		await(t, 60*time.Second, "a change: "+kind, func() bool { return found(kind) > n })
	}
}

func TestBehindStaysInItsDay(t *testing.T) {
	for hour, want := range map[int]time.Duration{0: 0, 3: 3 * time.Hour, 9: longestBehind, 23: longestBehind} {
		if got := behind(time.Date(2026, 11, 21, hour, 0, 0, 0, time.UTC)); got != want {
			t.Errorf("at %d:00 it is %s behind, want %s", hour, got, want)
		}
	}
}
