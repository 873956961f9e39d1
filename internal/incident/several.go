package incident

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Limits of a question that is asked at several customers: at how many, how many answers are waited for at the same time, as each may be
// large, how many rows are kept of each, and how long a person waits for all.
const (
	MostCustomers = 20
	MostOfEach    = 10_000
	PatienceOfAll = 2 * time.Minute
	asksAtOnce    = 5
)

// Outcome is what a question came to at one customer.
type Outcome struct {
	Tenant tenant.ID
	Found  Found // at most MostOfEach rows
	Rows   int   // that Microsoft gave
	Err    error
}

// AskSeveral asks at each of the customers, a few at a time, and gives what came of it as it comes. One that fails keeps none of the others.
// Once ctx has ended no other is begun; those under way are waited for, also where nobody takes the outcomes any more, so that each is written
// down.
func AskSeveral(ctx context.Context, customers []tenant.ID, ask func(tenant.ID) (Found, error)) iter.Seq[Outcome] {
	return func(yield func(Outcome) bool) {
		var wait sync.WaitGroup
		defer wait.Wait()
		came, places := make(chan Outcome, len(customers)), make(chan struct{}, asksAtOnce)
		for _, tid := range customers {
			wait.Go(func() {
				places <- struct{}{}
				defer func() { <-places }()
				came <- askOne(ctx, tid, ask)
			})
		}
		for range customers {
			if !yield(<-came) {
				return
			}
		}
	}
}

func askOne(ctx context.Context, tid tenant.ID, ask func(tenant.ID) (Found, error)) Outcome {
	o := Outcome{Tenant: tid}
	if ctx.Err() != nil {
		o.Err = errs.ShowNext(errs.Timeout, "This customer was not asked: the time for all of them was over.", "Ask at fewer customers at once.")
		return o
	}
	o.Found, o.Err = ask(tid)
	if o.Rows = len(o.Found.Rows); o.Rows > MostOfEach {
		o.Found.Rows = append([][]string(nil), o.Found.Rows[:MostOfEach]...) // lets go of the others
	}
	return o
}
