package graph

import (
	"archive/zip"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const (
	logsKept   = 28 * day       // how long Intune keeps diagnostics
	logsHeard  = 24 * time.Hour // a device that does not hear of it within a day has failed (Intune, "Collect diagnostics")
	logAddress = time.Hour      // how long an address to download from holds
)

var logStates = []string{"completed", "completed", "completed", "pending", "failed"}

// deviceLog is one collection of diagnostics, as far as it has got.
type deviceLog struct {
	state           string
	by              string
	asked, received time.Time // received is zero until it is there
	size            float64   // in KB
	request         string    // the last part of its id
}

// logs are the diagnostics of a Windows device: one that somebody asked for before, now and then, and those that were asked for here.
func (c *call) logs(v *device) []deviceLog {
	if v.kind != windows {
		return nil
	}
	var list []deviceLog
	d := c.draw(kindPolicy, v.index+3<<32)
	if !v.synced.IsZero() && d.is(0.06) {
		l := deviceLog{asked: v.synced.Add(-time.Duration(d.between(1, 24*20)) * time.Hour), request: c.guid(kindPolicy, v.index)}
		if l.state = pick(&d, logStates); l.state == "completed" {
			l.received, l.size = l.asked.Add(time.Duration(d.between(5, 90))*time.Minute), float64(d.between(1200, 48000))
		}
		if len(c.t.Users) > 0 {
			l.by = c.t.Users[d.n(min(len(c.t.Users), 3))].UserPrincipalName
		}
		list = append(list, l)
	}
	for i, o := range c.t.Handled[v.index].Settled(c.now).Logs {
		l := deviceLog{state: "pending", by: o.By, asked: o.Asked, request: c.guid(kindOrder, v.index<<8|i)}
		switch heard := !o.Reached.IsZero() && o.Reached.Before(o.Asked.Add(logsHeard)); {
		case heard && !c.now.Before(o.Ended) && o.Result == "done":
			l.state, l.received, l.size = "completed", o.Ended, float64(1200+v.index%40_000)
		case heard && !c.now.Before(o.Ended), !heard && c.now.After(o.Asked.Add(logsHeard)):
			l.state = "failed"
		}
		list = append(list, l)
	}
	return slices.DeleteFunc(list, func(l deviceLog) bool { return c.now.After(l.asked.Add(logsKept)) })
}

// logRequests are the diagnostics of the device. They are kept for 28 days.
func (c *call) logRequests(v *device) related {
	return many("deviceLogCollectionResponse", func() []object {
		list := []object{}
		for _, l := range c.logs(v) {
			list = append(list, c.logObject(v, l))
		}
		return list
	})
}

func (c *call) logID(v *device, l deviceLog) string {
	return c.t.ID + "_" + v.id.String() + "_" + l.request
}

func (c *call) logObject(v *device, l deviceLog) object {
	var received any
	if !l.received.IsZero() {
		received = l.received
	}
	return object{
		{"id", c.logID(v, l)}, {"status", l.state}, {"managedDeviceId", v.id.String()}, {"errorCode", int64(0)}, {"requestedDateTimeUTC", l.asked}, {"receivedDateTimeUTC", received}, {"initiatedByUserPrincipalName", l.by},
		{"expirationDateTimeUTC", l.asked.Add(logsKept)}, {"size", l.size}, {"sizeInKB", l.size}, {"enrolledByUser", orNil(v.owner.upn)},
	}
}

func (c *call) logsOfDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	return c.relatedTo("deviceManagement/managedDevices('"+v.id.String()+"')/logCollectionRequests", c.logRequests(&v))
}

// collectLogs asks the device for diagnostics (beta, createDeviceLogCollectionRequest). Only Windows of the company gives them.
func (c *call) collectLogs() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	var b struct {
		Type struct {
			Type string `json:"templateType"`
		} `json:"templateType"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	switch {
	case b.Type.Type != "predefined":
		return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: c.intuneJSON("A parameter of createDeviceLogCollectionRequest is missing or not valid", "InvalidParameter")}
	case v.kind != windows || v.personal:
		return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: c.intuneJSON("The remote action createDeviceLogCollectionRequest is not supported on this device", "ActionNotSupported")}
	}
	task := remoteTask{path: "createDeviceLogCollectionRequest", names: []string{"createDeviceLogCollectionRequest"}, lasts: 1800}
	c.handled(v.index, func(h *world.Handled) {
		h.Logs = append(slices.Clone(h.Logs), c.prepare(&v, task, h.Sent, ""))
		h.Sent++
	})
	if err := c.snapshot(); err != nil {
		return err
	}
	list := c.logs(&v)
	return c.singletonOf(kinds["deviceLogCollectionResponse"], "deviceManagement/managedDevices('"+v.id.String()+"')/logCollectionRequests/$entity", c.logObject(&v, list[len(list)-1]))
}

// logDownload gives an address from which the diagnostics can be fetched without a token, for a while.
func (c *call) logDownload() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	for _, l := range c.logs(&v) {
		if c.logID(&v, l) != c.keys[1] || l.state != "completed" {
			continue
		}
		until := c.now.Add(logAddress).Unix()
		at := strings.TrimSuffix(c.base(), c.version()) + "blob/" + url.PathEscape(l.request) + ".zip?se=" + strconv.FormatInt(until, 10) + "&sig=" + c.s.signature(l.request, until)
		b := append(c.open("Edm.String"), `,"value":`...)
		c.status, c.body = http.StatusOK, append(appendString(b, at), '}')
		return nil
	}
	return c.missingDevice(c.keys[1])
}

// signature is what an address of a blob must carry.
func (s *server) signature(blob string, until int64) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(blob))
	d := newDraw(s.world.Seed, kindOrder, int(until), int(h.Sum32()))
	return d.letters("abcdefghijkmnpqrstuvwxyz23456789", 32)
}

// blob is the storage that addresses of diagnostics lead to. It knows no tokens.
func (s *server) blob(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/blob/"), ".zip")
	until, _ := strconv.ParseInt(r.URL.Query().Get("se"), 10, 64)
	if r.URL.Query().Get("sig") != s.signature(name, until) || s.world.Clock.Now().After(time.Unix(until, 0)) {
		http.Error(w, "AuthenticationFailed", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="DiagLogs.zip"`)
	z := zip.NewWriter(w)
	if f, err := z.Create("results.xml"); err == nil {
		_, _ = f.Write([]byte("<Collection HRESULT=\"0\"/>\n"))
	}
	_ = z.Close()
}
