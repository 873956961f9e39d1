package incident

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestAskSeveral: an outcome is there as soon as it came, one that fails keeps none of the others, large answers are cut, and who stops listening
// ends nothing.
func TestAskSeveral(t *testing.T) {
	var ids []tenant.ID
	for _, s := range []string{"c0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000002", "c0000000-0000-4000-8000-000000000003"} {
		id, err := tenant.ParseID(s)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	broken := errors.New("broken")
	ask := func(tid tenant.ID) (f Found, err error) {
		switch tid {
		case ids[0]:
			f.Rows = make([][]string, MostOfEach+1)
		case ids[1]:
			err = broken
		}
		return f, err
	}
	got := map[tenant.ID]Outcome{}
	for o := range AskSeveral(t.Context(), ids, ask) {
		got[o.Tenant] = o
	}
	if one, two, three := got[ids[0]], got[ids[1]], got[ids[2]]; len(got) != 3 || one.Rows != MostOfEach+1 || len(one.Found.Rows) != MostOfEach || !errors.Is(two.Err, broken) || three.Err != nil {
		t.Errorf("%d outcomes: %v, %v", len(got), two.Err, three.Err)
	}
	first := make(chan struct{})
	var asked atomic.Int32
	for o := range AskSeveral(t.Context(), ids, func(tid tenant.ID) (Found, error) {
		if asked.Add(1); tid != ids[2] {
			<-first // the last to be asked answers first, and the others only once its outcome is there
		}
		return Found{}, nil
	}) {
		if o.Tenant != ids[2] {
			t.Errorf("the first outcome is of %s", o.Tenant)
		}
		close(first)
		break
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("after somebody stopped listening %d were asked", n)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for o := range AskSeveral(over, ids, ask) {
		if !errors.Is(o.Err, errs.Timeout) {
			t.Errorf("when the time was over: %v", o.Err)
		}
	}
}
