package graph

import (
	"math"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// enrolmentAt is the bit of the number in a device's id from which on the enrolments are counted.
const enrolmentAt = 32

// there says whether the i-th device's record is in Intune now.
func (f *fleet) there(i int) bool {
	h, ok := f.t.Handled[i]
	return !ok || !h.Away(f.now)
}

// handle gives the device what people did to it, as far as that has come to pass.
func (f *fleet) handle(v *device) {
	h, ok := f.t.Handled[v.index]
	if !ok {
		return
	}
	h = h.Settled(f.now)
	v.gone = h.Away(f.now)
	if h.Enrolments > 0 {
		v.id = newGUID(f.seed, kindDevice, f.t.Index, v.index+h.Enrolments<<enrolmentAt)
		v.enrolled, v.certificate = h.Since, h.Since.Add(365*day)
		v.state, v.notes, v.actions = "managed", "", nil
		if v.synced.Before(v.enrolled) {
			v.synced = v.enrolled
		}
	}
	if h.ManagedName != "" {
		v.named = h.ManagedName
	}
	if h.Owner != "" {
		v.personal = h.Owner == "personal"
	}
	if h.Notes != nil {
		v.notes = *h.Notes
	}
	if h.Category != nil {
		v.category = *h.Category
	}
	for _, o := range h.Orders {
		f.carryOut(v, o, h)
	}
}

// carryOut shows how far an order has got.
func (f *fleet) carryOut(v *device, o world.Order, h world.Handled) {
	a := action{kind: o.Kind, name: o.Name, state: "pending", began: o.Asked, updated: o.Asked}
	reached := !o.Reached.IsZero() && !f.now.Before(o.Reached) && !overtaken(o, h)
	removes := removal(o.Task)
	if removes != "" {
		v.state = removes + "Pending"
	}
	if reached {
		a.state, a.updated = "active", o.Reached
		if v.synced.Before(o.Reached) {
			v.synced = o.Reached
		}
		if removes != "" && removes != "delete" {
			v.state = removes + "Issued"
		}
	}
	if reached && !f.now.Before(o.Ended) {
		a.state, a.updated = o.Result, o.Ended
		f.ended(v, &a, o)
	}
	for i := range v.actions {
		if v.actions[i].name == a.name { // Graph keeps the last of each name
			v.actions[i] = a
			return
		}
	}
	v.actions = append(v.actions, a)
}

// ended is what an order that was carried out leaves behind.
func (f *fleet) ended(v *device, a *action, o world.Order) {
	switch removes := removal(o.Task); {
	case removes != "" && o.Result == "failed":
		v.state = removes + "Failed"
	case removes != "":
		v.state = "managed" // wiped and still enrolled: what leaves Intune is not shown any more
	}
	if o.Result != "done" {
		return
	}
	a.value = o.Value
	switch o.Task {
	case "setDeviceName":
		v.name, a.value = o.Value, ""
	case "enableLostMode":
		v.lost = true
	case "disableLostMode":
		v.lost = false
	case "rebootNow":
		a.value = ""
	}
}

// overtaken says whether Intune drops the order for one that takes the device away: with several pending, only that one is carried out.
func overtaken(o world.Order, h world.Handled) bool {
	if removal(o.Task) != "" {
		return false
	}
	for _, x := range h.Orders {
		if removal(x.Task) != "" && (o.Reached.IsZero() || x.Asked.Before(o.Reached)) && (x.Ended.IsZero() || o.Asked.Before(x.Ended)) {
			return true
		}
	}
	return false
}

// removal is how managementState names an action that takes a device away; "" for the others.
func removal(task string) string {
	switch task {
	case "wipe", "cleanWindowsDevice":
		return "wipe"
	case "retire":
		return "retire"
	}
	return ""
}

// How soon a device hears of an order: one that checked in lately is woken by a push, one that rests hears of it at its next check-in, and
// one that has stopped never does.
const (
	awake  = 13 * time.Hour
	asleep = 30 * day
)

// arrival is when the device hears of what is sent now; zero: never.
func (v *device) arrival(d *draw, now time.Time) time.Time {
	least, most := 8, 90 // seconds
	switch {
	case v.platform.apple:
		least, most = 3, 40
	case v.platform.mobile:
		least, most = 5, 60
	}
	switch age := now.Sub(v.synced); {
	case v.synced.IsZero() || age > asleep:
		return time.Time{}
	case age > awake:
		return now.Add(time.Duration(d.between(5, 180)) * time.Hour)
	}
	return now.Add(time.Duration(d.between(least, most)) * time.Second)
}

// place is somewhere within a few hundred kilometres of the tenant's others.
func (v *device) place() object {
	d := newDraw(v.fleet.seed, kindOrder, v.fleet.t.Index, v.index)
	around := func(middle float64) float64 { return math.Round((middle+d.share()*3)*1e5) / 1e5 }
	return object{
		{"lastCollectedDateTime", v.synced}, {"longitude", around(4)}, {"latitude", around(50)}, {"altitude", 35.0}, {"horizontalAccuracy", 20.0}, {"verticalAccuracy", 8.0}, {"heading", 0.0}, {"speed", 0.0},
	}
}

// deliveries is beta's configurationManagerActionDeliveryStatus by how far the action is; what is not named is unknown.
var deliveries = map[string]string{"pending": "pendingDelivery", "active": "deliveredToConnectorService", "done": "deliveredToOnPremisesServer", "failed": "failedToDeliverToConnectorService", "notSupported": "unknown"}

// told is what a result tells besides its name, state and times.
func (a action) told(v *device) object {
	var value any
	if a.value != "" {
		value = a.value
	}
	switch a.kind {
	case "resetPasscodeActionResult":
		return object{{"errorCode", 0}, {"passcode", value}}
	case "rotateBitLockerKeysDeviceActionResult":
		return object{{"errorCode", 0}}
	case "remoteLockActionResult":
		return object{{"unlockPin", value}}
	case "windowsDefenderScanActionResult":
		if value == nil {
			value = "quick"
		}
		return object{{"scanType", value}}
	case "deleteUserFromSharedAppleDeviceActionResult":
		return object{{"userPrincipalName", value}}
	case "revokeAppleVppLicensesActionResult":
		return object{{"totalLicensesCount", int64(v.index % 7)}, {"failedLicensesCount", int64(0)}}
	case "configurationManagerActionResult":
		return object{{"actionDeliveryStatus", deliveries[a.state]}, {"errorCode", 0}}
	case "locateDeviceActionResult":
		if a.state == "done" {
			return object{{"deviceLocation", v.place()}}
		}
		return object{{"deviceLocation", nil}}
	}
	return nil
}
