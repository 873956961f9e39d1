package graphsync_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

type refused struct{}

func (refused) Error() string               { return "refused" }
func (refused) FailureKind() string         { return "permission" }
func (refused) FailurePause() time.Duration { return 0 }
func (refused) FailureSentence() string     { return "The portal may not read this." }
func (refused) FailureIDs() (request, clientRequest, activity string) {
	return "r", "c", "a"
}

func TestLiveReadingsAreKept(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	s := graphsync.NewLiveStore(pool, func() time.Time { return now })
	one, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	other, _ := tenant.ParseID("22222222-2222-4222-8222-222222222222")
	calls, answer := 0, "first"
	var failure error
	look := func(tid tenant.ID) graphsync.LiveReading[string] {
		t.Helper()
		l, err := graphsync.ReadLive(t.Context(), s, tid, graphsync.LiveDeviceDetail, "d1", 10*time.Minute, func(context.Context) (string, error) { calls++; return answer, failure })
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l, err := graphsync.KeptLive[string](t.Context(), s, one, graphsync.LiveDeviceDetail, "d1"); err != nil || l.Known() || calls != 0 {
		t.Errorf("before any look: %+v, %v, %d calls", l, err, calls)
	}
	if l := look(one); l.Value != "first" || !l.Now || calls != 1 {
		t.Errorf("first look: %+v, %d calls", l, calls)
	}
	now = now.Add(time.Minute)
	if l := look(one); l.Value != "first" || l.Now || calls != 1 || !l.ReadAt.Equal(now.Add(-time.Minute)) {
		t.Errorf("a minute later: %+v, %d calls", l, calls)
	}
	if l, err := graphsync.KeptLive[string](t.Context(), s, other, graphsync.LiveDeviceDetail, "d1"); err != nil || l.Known() {
		t.Errorf("another tenant sees it: %+v, %v", l, err)
	}
	now, failure = now.Add(time.Hour), refused{}
	if l := look(one); l.Value != "first" || l.Trouble.Kind != "permission" || l.Trouble.RequestID != "r" || calls != 2 {
		t.Errorf("a try that failed keeps what there was: %+v, %d calls", l, calls)
	}
	now = now.Add(10 * time.Second)
	if l := look(one); l.Trouble.Sentence != "The portal may not read this." || calls != 2 {
		t.Errorf("a reload asks again at once: %+v, %d calls", l, calls)
	}
	if l := look(other); l.Known() || l.Trouble.Kind != "permission" || calls != 3 {
		t.Errorf("never read: %+v, %d calls", l, calls)
	}
	now, failure, answer = now.Add(time.Minute), nil, "second"
	if l := look(one); l.Value != "second" || l.Trouble.Kind != "" {
		t.Errorf("after the trouble: %+v", l)
	}
	failure = errors.New("boom")
	now = now.Add(time.Hour)
	if l := look(one); l.Trouble.Kind != "internal" || l.Trouble.Sentence == "" {
		t.Errorf("a failure of ours: %+v", l)
	}
	now = now.Add(15 * 24 * time.Hour)
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l, err := graphsync.KeptLive[string](t.Context(), s, one, graphsync.LiveDeviceDetail, "d1"); err != nil || l.Known() {
		t.Errorf("after the sweep: %+v, %v", l, err)
	}
}
