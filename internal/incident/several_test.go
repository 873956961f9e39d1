package incident

import (
	"context"
	"errors"
	"testing"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestAskSeveral: the outcomes stand in the order of the customers, one that fails keeps none of the others, and large answers are cut.
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
	got := AskSeveral(t.Context(), ids, ask)
	if len(got) != 3 || got[0].Rows != MostOfEach+1 || len(got[0].Found.Rows) != MostOfEach || !errors.Is(got[1].Err, broken) || got[2].Err != nil || got[2].Tenant != ids[2] {
		t.Errorf("%d outcomes: %v, %v", len(got), got[1].Err, got[2].Err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for _, o := range AskSeveral(over, ids, ask) {
		if !errors.Is(o.Err, errs.Timeout) {
			t.Errorf("when the time was over: %v", o.Err)
		}
	}
}
