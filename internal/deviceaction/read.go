package deviceaction

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// reads is how often Intune is asked what became of an action, by its age. A device that is off may answer weeks later.
var reads = []struct{ until, every time.Duration }{
	{2 * time.Minute, 8 * time.Second}, {15 * time.Minute, 30 * time.Second}, {2 * time.Hour, 5 * time.Minute}, {24 * time.Hour, 30 * time.Minute}, {forgotten, 6 * time.Hour},
}

const (
	// lostAfter is how long an action may be on its way, throttled too, before the portal that sent it counts as gone.
	lostAfter = 5 * time.Minute
	// traceless is after how long reading ends where Microsoft said nothing of an action and Intune shows no trace of it. Microsoft promises no time
	// by which there is one, so what became of it stays unknown, and who looks at the device decides.
	traceless = 15 * time.Minute
	// forgotten is when reading ends: a device that has not checked in for so long will not come back soon.
	forgotten = 60 * 24 * time.Hour
)

// readAfter is when an action of that age is read next; zero: it is not.
func readAfter(age time.Duration) time.Duration {
	for _, r := range reads {
		if age < r.until {
			return r.every
		}
	}
	return 0
}

// reading is what Intune says of a device about the actions on it. Nothing secret is named in it.
type reading struct {
	ID      string                     `json:"id"`
	State   string                     `json:"managementState"`
	Results []graph.DeviceActionResult `json:"deviceActionResults"`
}

// Reader reads back what became of actions, by the portal's own sign-in.
type Reader struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
	Ended func(ctx context.Context, tid tenant.ID) // told when an action of the tenant is final; may be nil
}

// dueAtOnce is how many actions one round reads.
const dueAtOnce = 50

// RunDue reads the actions whose turn it is, several customers at a time. One that cannot be read stays as it is, and is tried again; the
// customer's others wait with it, so that none keeps the rest from being read.
func (r *Reader) RunDue(ctx context.Context) error {
	due, err := r.Store.dueAcrossTenants(ctx, r.Now(), dueAtOnce)
	if err != nil {
		return err
	}
	byTenant := map[tenant.ID][]Action{}
	for _, a := range due {
		byTenant[a.Tenant] = append(byTenant[a.Tenant], a)
	}
	var (
		wait   sync.WaitGroup
		mu     sync.Mutex
		failed []error
	)
	places := make(chan struct{}, atOnce)
	for _, list := range byTenant {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			for _, a := range list {
				if err := r.read(ctx, a); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

func (r *Reader) read(ctx context.Context, a Action) error {
	k, _ := KindOf(a.Kind)
	was, now := a.State, r.Now()
	found, err := r.look(ctx, a)
	kind, _ := graph.KindOf(err)
	if err != nil && kind != graph.NotFound {
		next := readAfter(now.Sub(a.SentAt))
		if next == 0 {
			a.forget(now)
			_, err := r.Store.settle(ctx, was, a, time.Time{}, a.ended())
			return err
		}
		_, kept := r.Store.settle(ctx, was, a, now.Add(max(next, time.Minute)), audit.Entry{})
		return errors.Join(err, kept)
	}
	a.ReadAt = now
	a.judge(k, found, kind == graph.NotFound, now)
	var next time.Time
	var e audit.Entry
	switch wait := readAfter(now.Sub(a.SentAt)); {
	case !a.State.Open() || !a.EndedAt.IsZero():
		e = a.ended()
	case wait == 0:
		a.forget(now)
		e = a.ended()
	default:
		next = now.Add(wait)
	}
	if _, err := r.Store.settle(ctx, was, a, next, e); err != nil {
		return err
	}
	if !a.EndedAt.IsZero() && r.Ended != nil {
		r.Ended(ctx, a.Tenant)
	}
	return nil
}

// ended is the record of how the action ended.
func (a Action) ended() audit.Entry {
	return a.entry(tenant.Person{}, "", "result."+string(a.State), map[string]any{"graph_request_id": a.RequestID, "read_at": a.ReadAt})
}

func (a *Action) end(s State, said string, now time.Time) { a.State, a.Said, a.EndedAt = s, said, now }

func (a *Action) forget(now time.Time) {
	a.end(Unknown, "No answer of the device was read within 60 days. It is not asked for any more.", now)
}

// judge decides where the action stands by what was read. A result from before it was sent belongs to an earlier one.
func (a *Action) judge(k Kind, found reading, gone bool, now time.Time) {
	if a.State == Sent { // whoever sent it did not live to see the answer
		a.State, a.Said = Unknown, "The portal stopped before Microsoft answered. It is read back, and not repeated."
	}
	if gone {
		a.left(k, now)
		return
	}
	if k.AtOnce && !k.Leaves {
		a.end(Unknown, lookFirst, now)
		return
	}
	for _, res := range found.Results {
		if !k.names(res.Name) || res.Started.Time.Before(a.SentAt.Add(-skew)) {
			continue
		}
		a.follow(res, now)
		return
	}
	if a.State == Unknown && now.Sub(a.SentAt) >= traceless && !strings.HasSuffix(found.State, "Pending") && !strings.HasSuffix(found.State, "Issued") {
		a.end(Unknown, "Microsoft did not answer, and Intune shows no trace of it a quarter of an hour later. It was probably not done: look at the device before you repeat it.", now)
	}
}

// lookFirst is said of what leaves no trace that could be read back.
const lookFirst = "Microsoft did not say whether it was done. Look at the device before you repeat it."

// skew is how far Microsoft's clock may be behind ours.
const skew = 30 * time.Second

// left: a device that is wiped, retired or deleted disappears, and that is success. For any other action it is not known what became of it.
func (a *Action) left(k Kind, now time.Time) {
	if k.Leaves {
		a.end(Done, "The record has left Intune, as it does when this was carried out.", now)
		return
	}
	a.end(Gone, "The device left Intune before an answer of it was read.", now)
}

// follow takes over what deviceActionResults says (actionState).
func (a *Action) follow(res graph.DeviceActionResult, now time.Time) {
	switch strings.ToLower(res.State) {
	case "done":
		a.end(Done, "", now)
	case "failed":
		a.end(Failed, "The device could not do it.", now)
		if res.ErrorCode != 0 {
			a.Said = "The device could not do it, and gave the error " + strconv.FormatInt(int64(res.ErrorCode), 10) + "."
		}
	case "notsupported":
		a.end(Failed, "The device does not support this.", now)
	case "canceled":
		a.end(Cancelled, "Intune took it back before it was carried out.", now)
	default: // none, pending, active
		a.State, a.Said = Pending, ""
	}
}
