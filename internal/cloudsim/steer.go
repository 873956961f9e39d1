package cloudsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// simulator serves what has no counterpart in Microsoft's cloud: the contents of the world, faults, the log and the clock.
func (c *Cloud) simulator() http.Handler {
	r := chi.NewRouter()
	r.Get("/_sim/world", c.getWorld)
	r.Get("/_sim/faults", c.getFaults)
	r.Post("/_sim/faults", c.postFault)
	r.Delete("/_sim/faults", c.deleteFaults)
	r.Get("/_sim/log", c.getLog)
	r.Delete("/_sim/log", func(w http.ResponseWriter, _ *http.Request) {
		c.World.Log.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	r.Get("/_sim/clock", c.getClock)
	r.Post("/_sim/clock", c.postClock)
	r.Delete("/_sim/clock", c.deleteClock)
	r.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusNotFound, "the simulator knows /_sim/world, /_sim/faults, /_sim/log and /_sim/clock")
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusMethodNotAllowed, r.URL.Path+" does not take "+r.Method)
	})
	return r
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func problem(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]string{"error": text})
}

const mostBody = 64 << 10

// read decodes a small JSON body; false where it has answered with what is wrong.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
	if err := d.Decode(v); err != nil {
		problem(w, http.StatusBadRequest, "the body is not the JSON expected: "+err.Error())
		return false
	}
	if err := d.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		problem(w, http.StatusBadRequest, "the body holds more than one JSON value")
		return false
	}
	return true
}

func (c *Cloud) getFaults(w http.ResponseWriter, _ *http.Request) {
	list := c.World.Faults.List()
	if list == nil {
		list = []world.Fault{}
	}
	answer(w, http.StatusOK, map[string]any{"faults": list, "known": world.FaultKinds})
}

func (c *Cloud) postFault(w http.ResponseWriter, r *http.Request) {
	var f world.Fault
	if !read(w, r, &f) {
		return
	}
	if err := f.Check(); err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	if f.Tenant != "" {
		t, ok := c.World.Tenant(f.Tenant)
		if !ok {
			problem(w, http.StatusBadRequest, "unknown tenant "+strconv.Quote(f.Tenant))
			return
		}
		f.Tenant = t.ID
	}
	if f.Kind == "keyRollover" { // an event rather than a state
		c.Login.Rotate(f.Tenant)
	} else {
		c.World.Faults.Add(f)
	}
	answer(w, http.StatusCreated, f)
}

func (c *Cloud) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	c.World.Faults.Clear()
	w.WriteHeader(http.StatusNoContent)
}

// getLog lists the requests received, oldest first; ?host= and ?tenant= narrow it.
func (c *Cloud) getLog(w http.ResponseWriter, r *http.Request) {
	kept, total := c.World.Log.Entries()
	host, tenant := r.URL.Query().Get("host"), strings.ToLower(r.URL.Query().Get("tenant"))
	list := make([]world.Entry, 0, len(kept))
	for _, e := range kept {
		if (host == "" || e.Host == host) && (tenant == "" || e.Tenant == tenant) {
			list = append(list, e)
		}
	}
	answer(w, http.StatusOK, map[string]any{"requests": list, "total": total})
}

func (c *Cloud) getClock(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]time.Time{"now": c.World.Clock.Now()})
}

func (c *Cloud) deleteClock(w http.ResponseWriter, r *http.Request) {
	c.World.Clock.Set(c.World.Clock.Real())
	c.getClock(w, r)
}

// postClock moves the clock: {"advance":"36h"}, {"advance":3600} in seconds, or {"now":"2026-01-02T03:04:05Z"}.
func (c *Cloud) postClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance any        `json:"advance"`
		Seconds float64    `json:"seconds"`
		Now     *time.Time `json:"now"`
	}
	if !read(w, r, &body) {
		return
	}
	by, err := duration(body.Advance)
	by += time.Duration(body.Seconds * float64(time.Second))
	switch {
	case err != nil:
		problem(w, http.StatusBadRequest, err.Error())
	case body.Now != nil && by != 0:
		problem(w, http.StatusBadRequest, "give advance or now, not both")
	case body.Now != nil:
		c.World.Clock.Set(*body.Now)
		c.getClock(w, r)
	case by != 0:
		c.World.Clock.Advance(by)
		c.getClock(w, r)
	default:
		problem(w, http.StatusBadRequest, `give advance (for example "36h", or seconds) or now (RFC 3339)`)
	}
}

func duration(v any) (time.Duration, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case float64:
		return time.Duration(v * float64(time.Second)), nil
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, fmt.Errorf("advance %q is not a duration such as 36h or 90s", v)
		}
		return d, nil
	}
	return 0, errors.New("advance is neither a duration nor a number of seconds")
}

// CheckRedirectURI says why a redirect URI cannot be registered: only http and https on loopback can.
func CheckRedirectURI(uri string) error {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("redirect URI %q is not an http address", uri)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("redirect URI %q is not on loopback", uri)
	}
	if u.Fragment != "" || u.User != nil || len(uri) > 256 {
		return fmt.Errorf("redirect URI %q holds a fragment or a user, or is longer than 256 characters", uri)
	}
	return nil
}
