package incident

import (
	"context"
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

// AskSeveral asks at each of the customers, a few at a time, and gives what came of it in their order. One that fails keeps none of the
// others. Once ctx has ended no other is begun; those under way are waited for, so that each is written down with its outcome.
func AskSeveral(ctx context.Context, customers []tenant.ID, ask func(tenant.ID) (Found, error)) []Outcome {
	out := make([]Outcome, len(customers))
	var wait sync.WaitGroup
	places := make(chan struct{}, asksAtOnce)
	for i, tid := range customers {
		out[i].Tenant = tid
		wait.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			o := &out[i]
			if ctx.Err() != nil {
				o.Err = errs.ShowNext(errs.Timeout, "This customer was not asked: the time for all of them was over.", "Ask at fewer customers at once.")
				return
			}
			o.Found, o.Err = ask(tid)
			if o.Rows = len(o.Found.Rows); o.Rows > MostOfEach {
				o.Found.Rows = append([][]string(nil), o.Found.Rows[:MostOfEach]...) // lets go of the others
			}
		})
	}
	wait.Wait()
	return out
}
