package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

var fabrikam = func() tenant.ID {
	tid, err := tenant.ParseID("22222222-2222-4222-8222-222222222222")
	if err != nil {
		panic(err)
	}
	return tid
}()

// answers is Graph without a network, so that a fake clock runs.
type answers func(*http.Request) *http.Response

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

func status(code int, header ...string) *http.Response {
	res := &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"value":[]}`))}
	for i := 0; i+1 < len(header); i += 2 {
		res.Header.Set(header[i], header[i+1])
	}
	return res
}

func inMemory(t *testing.T, f answers) *Client {
	t.Helper()
	c, err := New("https://graph.example", &fakeTokens{}, Options{Transport: f})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask reads one page of a path in a tenant.
func ask(c *Client, tid tenant.ID, path string) error {
	for _, err := range List[ManagedDevice](context.Background(), c, tid, path, Query{}) {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestBrokenTenantCostsAlmostNothing asks a tenant that does not work every minute of a day, as a schedule of many datasets does, and then
// lets it work again. Another tenant never notices.
func TestBrokenTenantCostsAlmostNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, calls := true, 0
		c := inMemory(t, func(r *http.Request) *http.Response {
			if broken && strings.Contains(r.URL.Path, "broken") {
				calls++
				return status(http.StatusServiceUnavailable)
			}
			return status(http.StatusOK)
		})
		for range 24 * 60 {
			if ask(c, contoso, "/broken") == nil {
				t.Fatal("a broken tenant was read")
			}
			if err := ask(c, fabrikam, "/devices"); err != nil {
				t.Fatalf("another tenant: %v", err)
			}
			time.Sleep(time.Minute)
		}
		// Four reads with all their tries, then one probe a rest: 1, 2, 4, 8, 16 and from there 30 minutes.
		if most := failsToRest*maxTries + 6 + 24*2; calls > most {
			t.Errorf("a day of a broken tenant cost %d calls, more than %d", calls, most)
		}
		u := usageOf(t, c, contoso)
		if u.Circuit == CircuitClosed || u.Failing < failsToRest {
			t.Errorf("usage %+v", u)
		}

		broken = false
		for waited := time.Duration(0); ask(c, contoso, "/broken") != nil; waited += time.Minute {
			if waited > longestRest {
				t.Fatal("the tenant works again and is still left alone")
			}
			time.Sleep(time.Minute)
		}
		if u := usageOf(t, c, contoso); u.Circuit != CircuitClosed || u.Failing != 0 {
			t.Errorf("after it works again: %+v", u)
		}
		broken, calls = true, 0
		_ = ask(c, contoso, "/broken")
		if calls != maxTries {
			t.Errorf("the first failure after that was tried %d times, want %d", calls, maxTries)
		}
	})
}

func usageOf(t *testing.T, c *Client, tid tenant.ID) Usage {
	t.Helper()
	for _, u := range c.Usage() {
		if u.Tenant == tid && u.Lane == LaneGeneral {
			return u
		}
	}
	t.Fatalf("nothing is told of %s: %+v", tid, c.Usage())
	return Usage{}
}

// TestOneProbe: when a rest is over, one call finds out, and those that come meanwhile are refused.
func TestOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		c := inMemory(t, func(*http.Request) *http.Response {
			calls.Add(1)
			time.Sleep(time.Second)
			return status(http.StatusBadGateway)
		})
		for range failsToRest {
			_ = ask(c, contoso, "/devices")
		}
		var e *Error
		if err := ask(c, contoso, "/devices"); !errors.As(err, &e) || !e.LeftAlone() || e.FailurePause() != time.Minute {
			t.Errorf("while it rests: %v, to be tried after %s", err, e.FailurePause())
		}
		time.Sleep(time.Minute)
		calls.Store(0)
		for range 10 {
			go func() { _ = ask(c, contoso, "/devices") }()
		}
		time.Sleep(30 * time.Second)
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls found out together, want 1", n)
		}
	})
}

// TestLongPauseIsObeyed: a Retry-After that is too long to wait for holds that lane of that tenant, and nothing else.
func TestLongPauseIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := inMemory(t, func(r *http.Request) *http.Response {
			if strings.Contains(r.URL.Path, "auditLogs") {
				calls++
				return status(http.StatusTooManyRequests, "Retry-After", "900")
			}
			return status(http.StatusOK)
		})
		for range 14 {
			err := ask(c, contoso, "/auditLogs/provisioning")
			var e *Error
			if !errors.As(err, &e) || e.Kind != Throttled || e.RetryAfter <= 0 {
				t.Fatalf("%v", err)
			}
			if err := errors.Join(ask(c, contoso, "/devices"), ask(c, fabrikam, "/devices")); err != nil {
				t.Fatalf("what nobody throttled: %v", err)
			}
			time.Sleep(time.Minute)
		}
		if calls != 1 {
			t.Errorf("%d calls within the pause, want 1", calls)
		}
		time.Sleep(time.Minute)
		if _ = ask(c, contoso, "/auditLogs/provisioning"); calls != 2 {
			t.Errorf("%d calls after the pause, want 2", calls)
		}
	})
}

// TestBudgets asks as fast as it can for a while: no window of Microsoft's holds more calls than its limit, in no lane and over all
// tenants together.
func TestBudgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := map[string][]time.Time{}
		c := inMemory(t, func(r *http.Request) *http.Response {
			lane := laneOf(r.URL.Path)
			sent[lane] = append(sent[lane], time.Now())
			return status(http.StatusOK)
		})
		for end := time.Now().Add(3 * generalWindow); time.Now().Before(end); {
			if err := ask(c, contoso, "/devices"); err != nil {
				t.Fatal(err)
			}
			if u := usageOf(t, c, contoso); u.Calls > u.Limit || u.Calls == 0 {
				t.Fatalf("usage %+v", u)
			}
		}
		for range 20 {
			if err := ask(c, contoso, "/auditLogs/provisioning"); err != nil {
				t.Fatal(err)
			}
		}
		within(t, LaneGeneral, sent[LaneGeneral], generalLimit, generalWindow)
		within(t, LaneReports, sent[LaneReports], reportsLimit, reportsWindow)
		time.Sleep(generalWindow)
		if left := c.Usage(); len(left) != 0 {
			t.Errorf("after a quiet window: %+v", left)
		}
		if most := float64(c.app.Limit())*appWindow.Seconds() + float64(c.app.Burst()); most > appLimit {
			t.Errorf("all tenants together may send %.0f calls in %s, more than %d", most, appWindow, appLimit)
		}
	})
}

// within holds that no window of that length has more calls than the limit.
func within(t *testing.T, what string, at []time.Time, limit int, window time.Duration) {
	t.Helper()
	if len(at) <= limit {
		t.Fatalf("%s: only %d calls were sent", what, len(at))
	}
	for i := limit; i < len(at); i++ {
		if d := at[i].Sub(at[i-limit]); d < window {
			t.Errorf("%s: %d calls within %s", what, limit+1, d)
			return
		}
	}
}

// TestPagesGrowAgain: a service that was out of order for some minutes made pages small; hours later they are as large as before. One that never
// takes large pages is asked for one now and then.
func TestPagesGrowAgain(t *testing.T) {
	for name, tc := range map[string]struct {
		most  time.Duration // how long pages above 20 rows are refused
		after int           // the size of a page a day later
	}{"an outage": {10 * time.Minute, 999}, "a large list": {48 * time.Hour, 20}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, calls, top := time.Now(), 0, 0
				c := inMemory(t, func(r *http.Request) *http.Response {
					calls++
					top, _ = strconv.Atoi(r.URL.Query().Get("$top"))
					if top > 20 && time.Since(began) < tc.most {
						return status(http.StatusServiceUnavailable)
					}
					return status(http.StatusOK)
				})
				read := func() error {
					for _, err := range List[ManagedDevice](t.Context(), c, contoso, "/devices", Query{Top: 999, Shrinks: true}) {
						if err != nil {
							return err
						}
					}
					return nil
				}
				for read() != nil { // the circuit opens meanwhile
					time.Sleep(time.Minute)
				}
				if top != 20 {
					t.Fatalf("pages shrank to %d", top)
				}
				calls = 0
				for range 24 {
					time.Sleep(time.Hour)
					if err := read(); err != nil {
						t.Fatal(err)
					}
				}
				if top != tc.after || calls > 24*3 {
					t.Errorf("a day later pages have %d rows, want %d, after %d calls", top, tc.after, calls)
				}
			})
		})
	}
}

// TestSmallerPageWaits: Retry-After counts for the smaller page, too, and one of an hour is no sign of a page too large.
func TestSmallerPageWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		after := "30"
		c := inMemory(t, func(*http.Request) *http.Response {
			if since := time.Since(last); since < 30*time.Second {
				t.Errorf("asked again after %s", since)
			}
			last = time.Now()
			return status(http.StatusServiceUnavailable, "Retry-After", after)
		})
		read := func() (err error) {
			for _, err = range List[ManagedDevice](t.Context(), c, contoso, "/devices", Query{Top: 20, Shrinks: true}) {
			}
			return err
		}
		if kind, _ := KindOf(read()); kind != Unavailable {
			t.Errorf("kind %s", kind)
		}
		time.Sleep(time.Hour)
		after, last = "3600", time.Now().Add(-time.Hour)
		at := time.Now()
		var e *Error
		if err := read(); !errors.As(err, &e) || e.FailurePause() != time.Hour || time.Since(at) > 0 {
			t.Errorf("%v after %s", err, time.Since(at))
		}
	})
}
