package graph

import (
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const (
	firstLasts   = 10 * time.Minute // first cycle of a job that somebody began
	toQuarantine = 30 * time.Second // after which a job is quarantined that cannot get in
)

// jobs are the tenant's provisioning jobs as they are now: those of the seed with what people did to them, and those that people made.
func (c *call) jobs() []job {
	if c.t.Premium == 0 {
		return nil
	}
	list := slices.DeleteFunc(c.seededJobs(), func(j job) bool { return c.t.Provisioning[j.sp].Gone })
	for i := range list {
		list[i] = c.changed(list[i], c.t.Provisioning[list[i].sp])
	}
	for _, p := range c.galleryApps() {
		if v := c.t.Provisioning[p.id]; !v.Made.IsZero() {
			n := p.number
			if n < takenFrom {
				n += 100 // the seed's jobs have small numbers of their own
			}
			made := job{n: n, gallery: p.gallery, app: p.number, sp: p.id, name: p.name, made: v.Jobs, began: v.Made, interval: 40 * time.Minute, state: jobNotConfigured}
			if v.Secrets != nil {
				made.state = jobNotRun
			}
			list = append(list, c.changed(made, v))
		}
	}
	return list
}

// changed is the job with what people did to it.
func (c *call) changed(j job, v world.Provisioning) job {
	out := j.state == jobQuarantined && j.reason == quarantines[0] || !v.Made.IsZero() // whether it could not get in with what it had
	if v.Secrets != nil {
		out = !galleryAt(j.gallery).accepts(v.Secrets)
	}
	switch {
	case v.Started.IsZero():
	case v.Fresh:
		j.state, j.began, j.first = jobSteady, v.Started, firstLasts
		j.phase = time.Duration(v.Started.UnixNano()) % j.interval
		if c.now.Before(v.Started.Add(firstLasts)) {
			j.state = jobInitial
		}
	default:
		j.state = jobSteady
	}
	if !v.Started.IsZero() && out && !c.now.Before(v.Started.Add(toQuarantine)) {
		j.state, j.stopped, j.reason = jobQuarantined, v.Started, quarantines[0]
	}
	if !v.Paused.IsZero() {
		j.state, j.stopped = jobPaused, v.Paused
	}
	return j
}
