package main

import "testing"

// TestALargePortalIsNotHeldToTheMemoryOfASmallOne: at a limit near what lives, the collector would hardly let anything else run.
func TestALargePortalIsNotHeldToTheMemoryOfASmallOne(t *testing.T) {
	t.Parallel()
	for live, least := range map[int64]int64{5 << 20: steady, 60 << 20: 90 << 20, 4 << 30: 6 << 30} {
		if got := limitFor(live); got < least || got > max(steady, 3*live) {
			t.Errorf("%d bytes live: limit %d, want %d or little more", live, got, least)
		}
	}
}
