package world

import "time"

// Handled is what people did to one managed device; everything else about it is computed. Orders are never changed in place.
type Handled struct {
	Orders      []Order // remote actions of this enrolment, the oldest first
	Logs        []Order // diagnostics that were asked for, likewise
	Sent        int     // how many were ever sent, so that each goes its own way
	ManagedName string  // as written by an administrator; "" here and below: as computed
	Owner       string  // managedDeviceOwnerType
	Notes       *string
	Category    *int      // index of the tenant's categories, -1 for none
	Enrolments  int       // how often it was enrolled again: each time Intune gives it a new id
	Since       time.Time // when it was enrolled last; zero: as computed
	Gone        time.Time // when its record leaves Intune; zero: it stays
	Back        time.Time // when it enrols again after that; zero: never
}

// Away says whether the device's record is out of Intune at a time.
func (h Handled) Away(now time.Time) bool {
	return !h.Gone.IsZero() && !now.Before(h.Gone) && (h.Back.IsZero() || now.Before(h.Back))
}

// Settled is h at a time: a device that has enrolled again has nothing of what was before.
func (h Handled) Settled(now time.Time) Handled {
	if h.Back.IsZero() || now.Before(h.Back) {
		return h
	}
	return Handled{Sent: h.Sent, Enrolments: h.Enrolments + 1, Since: h.Back}
}

// Order is one remote action on its way to a device, with the ending that it will have.
type Order struct {
	Name    string // actionName of deviceActionResults
	Kind    string // @odata.type of the result, without the namespace; "" for the plain one
	Task    string // as the address spells it
	By      string // user principal name of who sent it
	Asked   time.Time
	Reached time.Time // when the device hears of it; zero: never
	Ended   time.Time
	Result  string // actionState at the end
	Value   string // what the result tells besides: a passcode, a PIN, a scan's type, a person, a new name
}
