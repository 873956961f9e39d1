package graph

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Microsoft's published limits (Microsoft Graph service-specific throttling limits). A little less is asked for: other instances of the
// portal and the limits' own windows are not seen from here, and every limit "can be lower under load".
const (
	appLimit, appWindow         = 130_000, 10 * time.Second // all requests of one app, over all tenants
	generalLimit, generalWindow = 1_000, 20 * time.Second   // Intune: one app in one tenant; identity and access allow more
	reportsLimit, reportsWindow = 5, 10 * time.Second       // audit logs: one app in one tenant

	appRate     = 5_000 // a second; the identity services allow 150,000 units in 20 s to one app, and a call costs one to three of them
	generalRate = 40    // a second
)

// The lanes of a tenant: what has a limit of its own.
const (
	LaneGeneral = "general"
	LaneReports = "reports"
)

func laneOf(path string) string {
	if strings.Contains(path, "/auditLogs/") {
		return LaneReports
	}
	return LaneGeneral
}

// pace is how fast one tenant may be asked, and whether it is asked at all.
type pace struct {
	general, reports lane

	mu    sync.Mutex
	fails int       // calls that failed for good, in a row
	rest  time.Time // until then the tenant is left alone
	rests int       // how often in a row
	probe bool      // one call is under way to find out whether the tenant works again
}

// lane is a limit with the calls that were counted against it.
type lane struct {
	limiter *rate.Limiter
	held    time.Time // Microsoft asked for a pause until then
	window  time.Duration
	limit   int
	calls   []tally // of the window, the oldest first
}

// tally are the calls of a tenth of a window, so that counting costs nothing.
type tally struct {
	at time.Time
	n  int
}

func (c *Client) newPace() *pace {
	p := &pace{
		general: lane{limiter: rate.NewLimiter(generalRate, generalRate), window: generalWindow, limit: generalLimit},
		reports: lane{limiter: rate.NewLimiter(rate.Every(reportsWindow/(reportsLimit-2)), 2), window: reportsWindow, limit: reportsLimit},
	}
	if c.opts.Unpaced {
		p.general.limiter.SetLimit(rate.Inf)
		p.reports.limiter.SetLimit(rate.Inf)
	}
	return p
}

func (c *Client) pace(tid tenant.ID) *pace {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.tenants[tid]
	if p == nil {
		p = c.newPace()
		c.tenants[tid] = p
	}
	return p
}

func (p *pace) lane(path string) *lane {
	if laneOf(path) == LaneReports {
		return &p.reports
	}
	return &p.general
}

// inTurn waits until the limits of the tenant and of the app let a call through, and counts it.
func (c *Client) inTurn(ctx context.Context, p *pace, path string) error {
	l := p.lane(path)
	if err := l.limiter.Wait(ctx); err != nil {
		return err
	}
	if err := c.app.Wait(ctx); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l.count(c.opts.Now())
	return nil
}

func (l *lane) count(now time.Time) {
	l.forget(now)
	if n := len(l.calls); n > 0 && now.Sub(l.calls[n-1].at) < l.window/10 {
		l.calls[n-1].n++
		return
	}
	l.calls = append(l.calls, tally{now, 1})
}

func (l *lane) forget(now time.Time) {
	for len(l.calls) > 0 && now.Sub(l.calls[0].at) >= l.window {
		l.calls = l.calls[1:]
	}
}

const (
	failsToRest = 4                // calls in a row that fail for good before a tenant is left alone
	longestRest = 30 * time.Minute // a tenant that stays broken is asked once in that time
	longestHold = time.Hour        // of what Retry-After may ask for
)

// allow tells how often a call may be tried, or why it is not sent. After a rest one call finds out, with one try, whether the tenant
// works again; until it is back the others are refused.
func (p *pace) allow(path string, now time.Time) (tries int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.lane(path); now.Before(l.held) {
		return 0, &Error{Kind: Throttled, Message: "a pause that Microsoft asked for", RetryAfter: l.held.Sub(now), path: path, resting: true}
	}
	if p.fails < failsToRest {
		return maxTries, nil
	}
	if now.Before(p.rest) || p.probe {
		return 0, &Error{Kind: Unavailable, Message: "left alone after failing again and again", RetryAfter: max(0, p.rest.Sub(now)), path: path, resting: true}
	}
	p.probe = true
	return 1, nil
}

// outcome learns from a call. Only a service that does not work opens the circuit: a refusal is an answer. A call that the caller gave up
// says nothing.
func (p *pace) outcome(path string, err error, now time.Time, rest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.probe = false
	var e *Error
	switch {
	case err == nil:
		p.fails, p.rests = 0, 0
	case !errors.As(err, &e):
	case e.Kind == Throttled && e.RetryAfter > maxWait:
		p.lane(path).held = now.Add(min(e.RetryAfter, longestHold))
	case e.Kind == Unavailable || e.Kind == Timeout:
		if p.fails++; p.fails >= failsToRest {
			p.rest = now.Add(min(rest<<min(p.rests, 10), longestRest))
			p.rests++
		}
	default:
		p.fails, p.rests = 0, 0
	}
}

// The states of a circuit.
const (
	CircuitClosed  = "closed"  // calls go through
	CircuitOpen    = "open"    // the tenant is left alone
	CircuitProbing = "probing" // the next call finds out
)

// Usage is what one lane of a tenant used of its limit, and how its circuit stands.
type Usage struct {
	Tenant  tenant.ID
	Lane    string
	Calls   int // within the last Window
	Limit   int // Microsoft's, for one app in one tenant
	Window  time.Duration
	Circuit string
	Failing int       // calls that failed for good, in a row
	Until   time.Time // open: when the tenant is tried again; a pause that Microsoft asked for: its end
}

// Usage tells of the lanes that were used lately, and of tenants that are left alone.
func (c *Client) Usage() (all []Usage) {
	now := c.opts.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for tid, p := range c.tenants {
		p.mu.Lock()
		for name, l := range map[string]*lane{LaneGeneral: &p.general, LaneReports: &p.reports} {
			l.forget(now)
			u := Usage{Tenant: tid, Lane: name, Limit: l.limit, Window: l.window, Circuit: p.circuit(now), Failing: p.fails}
			for _, t := range l.calls {
				u.Calls += t.n
			}
			switch {
			case u.Circuit == CircuitOpen:
				u.Until = p.rest
			case now.Before(l.held):
				u.Until = l.held
			}
			if u.Calls > 0 || u.Circuit != CircuitClosed || !u.Until.IsZero() {
				all = append(all, u)
			}
		}
		p.mu.Unlock()
	}
	return all
}

func (p *pace) circuit(now time.Time) string {
	switch {
	case p.fails < failsToRest:
		return CircuitClosed
	case now.Before(p.rest):
		return CircuitOpen
	}
	return CircuitProbing
}
