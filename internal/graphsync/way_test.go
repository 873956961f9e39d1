package graphsync

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

func tenantOf(t *testing.T, s string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

// While people ask for much, few reads that nobody waits for run at once; what somebody asked for starts all the same.
func TestReadsGiveWayToPeople(t *testing.T) {
	a, b, c := tenantOf(t, "3c4b5a69-7887-4655-8432-100000000001"), tenantOf(t, "3c4b5a69-7887-4655-8432-100000000002"), tenantOf(t, "3c4b5a69-7887-4655-8432-100000000003")
	busy := true
	s := &Service{opts: Options{PerTenant: 2, Busy: func() bool { return busy }}, slots: map[tenant.ID]int{}}
	if !s.take(a, queueScheduled) || !s.take(b, queueScheduled) {
		t.Fatal("a few run")
	}
	if s.take(c, queueScheduled) {
		t.Error("a third one runs while people ask for much")
	}
	if !s.take(c, queueInteractive) {
		t.Error("what somebody asked for waits")
	}
	s.give(a, queueScheduled)
	if !s.take(c, queueScheduled) {
		t.Error("nothing runs in the place of one that ended")
	}
	busy = false
	if !s.take(a, queueScheduled) {
		t.Error("reads wait though nobody asks for anything")
	}
}

// A read that gives way rests after a page for some times as long as the page took, and ends with its context.
func TestReadsRestBetweenPages(t *testing.T) {
	now := time.Now()
	s := &Service{opts: Options{Busy: func() bool { return true }}, local: func() time.Time { return now }}
	ended, end := context.WithCancel(t.Context())
	end()
	for name, tc := range map[string]struct {
		run   *Run
		page  Progress
		rests bool
	}{
		"scheduled":               {&Run{s: s, patient: true, pageAt: now.Add(-time.Hour)}, Progress{Pages: 1}, true},
		"somebody waits for it":   {&Run{s: s, pageAt: now.Add(-time.Hour)}, Progress{Pages: 1}, false},
		"it waited for Microsoft": {&Run{s: s, patient: true, pageAt: now.Add(-time.Hour)}, Progress{Retries: 1}, false},
	} {
		if err := tc.run.giveWay(ended, tc.page); errors.Is(err, context.Canceled) != tc.rests {
			t.Errorf("%s: %v", name, err)
		}
	}
}
