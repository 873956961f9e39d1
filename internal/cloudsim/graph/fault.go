package graph

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// faults lets those go wrong that somebody asked for before the operation: slow, throttle, unavailable, reset.
func (c *call) faults() error {
	size, err := c.pageSize()
	if err != nil || c.op.page.most == 0 {
		size = 0
	}
	take := c.s.world.Faults.TakeOn
	if f, ok := take("graph", "slow", c.t.ID, c.r.URL.Path, size); ok {
		c.note = "slow"
		select {
		case <-time.After(f.Delay()):
		case <-c.r.Context().Done():
		}
	}
	if f, ok := take("graph", "throttle", c.t.ID, c.r.URL.Path, size); ok {
		return c.throttled(f.Status, f.RetryAfter)
	}
	if f, ok := take("graph", "unavailable", c.t.ID, c.r.URL.Path, size); ok {
		return unavailable(f.Status, f.RetryAfter)
	}
	if _, ok := take("graph", "reset", c.t.ID, c.r.URL.Path, size); ok {
		c.note = "reset"
		c.reset()
	}
	return nil
}

func (c *call) throttled(status int, after float64) *refusal {
	if status == 0 {
		status = http.StatusTooManyRequests
	}
	e := &refusal{status: status, code: "TooManyRequests", message: "Please retry again later.", retryAfter: after, throttled: true}
	if c.op.area == directory {
		e.headers = map[string]string{
			"x-ms-throttle-scope":       "Tenant_Application/ReadWrite/" + c.token.AppID + "/" + c.t.ID,
			"x-ms-throttle-information": "ResourceUnitLimitExceeded",
		}
	}
	return e
}

func unavailable(status int, after float64) *refusal {
	if status == 0 {
		status = http.StatusServiceUnavailable
	}
	return &refusal{status: status, code: "serviceNotAvailable", message: "The service is temporarily unavailable. Please try again later.", retryAfter: after}
}

// reset breaks the connection after the head and the start of a body, so that the client sees it end in the middle.
func (c *call) reset() {
	c.w.Header().Set("Content-Type", contentType)
	c.w.Header().Set("Content-Length", "100000")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write([]byte(`{"@odata.context":"` + c.base() + `/$metadata#`))
	if f, ok := c.w.(http.Flusher); ok {
		f.Flush()
	}
	if h, ok := c.w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // a reset instead of an orderly end
			}
			_ = conn.Close()
		}
	}
	panic(http.ErrAbortHandler)
}

const contentType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

var dataCenters = []string{"West Europe", "North Europe", "Germany West Central", "East US", "UK South", "France Central", "Switzerland North"}

// send writes the answer with the headers of the real service.
func (c *call) send() {
	h := c.w.Header()
	h.Set("request-id", c.requestID)
	client := c.r.Header.Get("client-request-id")
	if client == "" {
		client = c.requestID
	}
	h.Set("client-request-id", client)
	center := dataCenters[0]
	if c.t != nil {
		center = dataCenters[c.t.Index%len(dataCenters)]
		if c.op != nil && c.op.area == directory {
			h.Set("x-ms-resource-unit", "1")
		}
	}
	h.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"`+center+`","Slice":"E","Ring":"4","ScaleUnit":"002","RoleInstance":"AM2PEPF0001C0DE"}}`)
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Vary", "Accept-Encoding")
	h.Set("OData-Version", "4.0")
	h.Set("Cache-Control", "no-cache")
	if len(c.body) > 0 && h.Get("Content-Type") == "" {
		h.Set("Content-Type", contentType)
		if c.status >= 400 {
			h.Set("Content-Type", "application/json")
		}
	}
	body := c.body
	if c.status == http.StatusOK && c.op != nil {
		if _, ok := c.s.world.Faults.TakeOn("graph", "truncate", c.t.ID, c.r.URL.Path, c.op.page.usual); ok {
			c.note = "truncate"
			body = body[:len(body)*2/3]
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(c.status)
	_, _ = c.w.Write(body)
}

// limiter counts requests that Microsoft allows 5 of in 10 seconds, for an application in a tenant: to the audit logs, and provisioning on demand.
type limiter struct {
	on   bool
	mu   sync.Mutex
	seen map[string][]time.Time
}

// Option changes how the simulated service behaves.
type Option func(*server)

// PublishedLimits makes the service throttle as Microsoft publishes it for the audit logs and for provisioning on demand: five requests in ten
// seconds. Whether the latter counts for an application or a tenant is not published.
func PublishedLimits() Option { return func(s *server) { s.limits.on = true } }

const (
	limitRequests = 5
	limitWindow   = 10 * time.Second
)

func (l *limiter) take(c *call) error {
	demand := strings.HasSuffix(c.op.path, "/provisionOnDemand")
	if !l.on || c.op.area != auditLog && !demand {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil {
		l.seen = map[string][]time.Time{}
	}
	key, now := fmt.Sprint(demand, c.token.AppID, c.t.ID), time.Now()
	recent := l.seen[key]
	for len(recent) > 0 && now.Sub(recent[0]) >= limitWindow {
		recent = recent[1:]
	}
	if len(recent) >= limitRequests {
		left := limitWindow - now.Sub(recent[0])
		l.seen[key] = recent
		return c.throttled(0, float64(left.Milliseconds()+1)/1000)
	}
	l.seen[key] = append(recent, now)
	return nil
}
