package graph

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// order takes a remote action: 204 says no more than that it is on its way.
func (c *call) order(t remoteTask) error {
	v, err := c.device()
	if err != nil {
		return err
	}
	var b remoteBody
	if c.r.ContentLength != 0 {
		if err := c.content(&b); err != nil {
			return err
		}
	}
	value, ok := "", true
	if t.body != nil {
		value, ok = t.body(&b)
	}
	switch {
	case !slices.Contains(t.on, v.kind):
		return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: c.intuneJSON("The remote action "+t.path+" is not supported on this platform", "ActionNotSupported")}
	case !ok || t.path == "wipe" && v.kind == macOS && len(b.UnlockCode) != 6:
		return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: c.intuneJSON("A parameter of "+t.path+" is missing or not valid", "InvalidParameter")}
	}
	if len(t.names) == 0 {
		c.status = http.StatusNoContent
		return nil
	}
	c.handled(v.index, func(h *world.Handled) {
		o := c.prepare(&v, t, h.Sent, value)
		h.Sent++
		leaves := removal(t.path) == "retire" || t.path == "wipe" && (b.KeepEnrolment == nil || !*b.KeepEnrolment)
		if t.path == "wipe" && !leaves && o.Name == "factoryReset" {
			o.Name = "factoryResetKeepEnrollmentData"
		}
		if leaves && o.Result == "done" && !o.Ended.IsZero() {
			h.Gone, h.Back = o.Ended, time.Time{}
			if t.path == "wipe" && v.profile != "" { // what enrols by itself comes back when somebody has set it up
				h.Back = o.Ended.Add(45 * time.Minute)
			}
		}
		h.Orders = append(slices.DeleteFunc(slices.Clone(h.Orders), func(x world.Order) bool { return x.Name == o.Name }), o)
	})
	return nil
}

// prepare decides how an order will go: when the device hears of it, how long it takes, and how it ends.
func (c *call) prepare(v *device, t remoteTask, sent int, value string) world.Order {
	d := c.draw(kindOrder, v.index<<16|sent&0xffff)
	o := world.Order{Name: t.names[c.t.Index%len(t.names)], Kind: t.kind, Task: t.path, By: c.token.UPN, Asked: c.now, Reached: v.arrival(&d, c.now), Result: "done", Value: value}
	_, fails := c.s.world.Faults.Active("actionsFail", c.t.ID)
	switch {
	case t.needs != nil && !t.needs(v):
		o.Result = "notSupported"
	case fails || d.is(0.03):
		o.Result = "failed"
	case t.path == "resetPasscode" && !v.platform.apple:
		o.Value = d.letters(digits, 6)
	case t.path == "remoteLock" && v.kind == macOS:
		o.Value = d.letters(digits, 6)
	}
	if !o.Reached.IsZero() {
		o.Ended = o.Reached.Add(time.Duration(d.between(1, t.lasts)) * time.Second)
	}
	return o
}

// handled changes what people did to a device, and answers with nothing.
func (c *call) handled(index int, f func(h *world.Handled)) {
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		h := t.Handled[index].Settled(c.now)
		f(&h)
		t.Handled[index] = h
	})
	c.status = http.StatusNoContent
}

// entitled says whether an Intune role of the caller's has the right: a role is given to groups.
func (c *call) entitled(right string) bool {
	p, found := c.people().find(c.token.ObjectID)
	if right == "" || !found {
		return false
	}
	for i := range roles {
		if !slices.Contains(roles[i].actions(), right) {
			continue
		}
		for _, a := range c.assignedRoles(i) {
			members, _ := a.get("members")
			if ids, _ := members.([]string); slices.ContainsFunc(ids, func(id string) bool { return c.inGroup(p, id) }) {
				return true
			}
		}
	}
	return false
}

func (c *call) inGroup(p person, id string) bool {
	i, ok := c.group(id)
	if !ok {
		return false
	}
	people, _ := c.membersOf(i, true)
	for n := range people.n {
		if strings.EqualFold(people.at(n).id, p.id) {
			return true
		}
	}
	return false
}

// changeDevice writes what administrators may write: the managed name, the owner and notes.
func (c *call) changeDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	var b struct {
		Name  *string `json:"managedDeviceName"`
		Owner *string `json:"managedDeviceOwnerType"`
		Notes *string `json:"notes"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	if b.Owner != nil && *b.Owner != "company" && *b.Owner != "personal" || b.Name != nil && *b.Name == "" {
		return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: c.intuneJSON("A property of ManagedDevice is not valid", "InvalidParameter")}
	}
	c.handled(v.index, func(h *world.Handled) {
		if b.Name != nil {
			h.ManagedName = *b.Name
		}
		if b.Owner != nil {
			h.Owner = *b.Owner
		}
		if b.Notes != nil {
			h.Notes = b.Notes
		}
	})
	if err := c.snapshot(); err != nil {
		return err
	}
	c.fleetOnce = nil
	return c.getDevice()
}

// dropDevice deletes the record. The device itself only hears that it is managed no more.
func (c *call) dropDevice() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	c.handled(v.index, func(h *world.Handled) { h.Gone, h.Back = c.now, time.Time{} })
	return nil
}

// categorise puts the device into a category, by the address of the category.
func (c *call) categorise() error {
	v, err := c.device()
	if err != nil {
		return err
	}
	var b struct {
		ID string `json:"@odata.id"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	id := strings.ToLower(strings.Trim(b.ID[strings.LastIndexAny(b.ID, "/(")+1:], "')"))
	for i := -1; i < len(categoryNames); i++ {
		if c.categoryObject(i).text("id") == id {
			c.handled(v.index, func(h *world.Handled) { h.Category = &i })
			return nil
		}
	}
	return c.missingDevice(id)
}
