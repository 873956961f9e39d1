package brake

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // the time zone of office hours is known wherever the portal runs

	"github.com/tenantry/tenantry/internal/errs"
)

// Limits are the settings of the brake. Counts are devices that one person may act on without a second one.
type Limits struct {
	PersonHour   int `json:"person_hour"`
	PersonDay    int `json:"person_day"`
	CustomerHour int `json:"customer_hour"`
	CustomerDay  int `json:"customer_day"`
	AllHour      int `json:"all_hour"`      // everybody together, everywhere
	Share        int `json:"share"`         // percent of a customer's devices in a day, at least one device
	UnknownFleet int `json:"unknown_fleet"` // in a day, where it is not known how many devices the customer has

	NewSession        int `json:"new_session"`         // in an hour, in a session that has just begun
	NewSessionMinutes int `json:"new_session_minutes"` // for so long a session has just begun
	OffHours          int `json:"off_hours"`           // in an hour, outside office hours

	Zone string `json:"zone"` // IANA name of the time zone of office hours
	From int    `json:"from"` // hour of the day
	To   int    `json:"to"`
	Days []int  `json:"days"` // time.Weekday

	CoolOff         int `json:"cool_off"`         // above so many times a limit, a request cools off
	CoolOffMinutes  int `json:"cool_off_minutes"` // for so long
	ApprovalMinutes int `json:"approval_minutes"` // so long a request waits for a second person, and then for whoever asked
	GrantMinutes    int `json:"grant_minutes"`    // so long a grant may wait for its use
	SignInMinutes   int `json:"sign_in_minutes"`  // a proof of who somebody is counts for so long
	RaiseHours      int `json:"raise_hours"`      // a change that loosens anything waits so long, unless a second owner approves

	SettledHours int `json:"settled_hours"` // who was made staff, or given a role or reach, decides on nothing for so long

	Contacts []string `json:"contacts"` // mail addresses of the two who are told
}

// Defaults are the limits until somebody sets others.
func Defaults() Limits {
	return Limits{
		PersonHour: 5, PersonDay: 15, CustomerHour: 2, CustomerDay: 10, AllHour: 25, Share: 5, UnknownFleet: 1,
		NewSession: 1, NewSessionMinutes: 30, OffHours: 1, Zone: "UTC", From: 6, To: 20, Days: []int{1, 2, 3, 4, 5},
		CoolOff: 5, CoolOffMinutes: 60, ApprovalMinutes: 60, GrantMinutes: 10, SignInMinutes: 15, RaiseHours: 24, SettledHours: 24, Contacts: []string{"", ""},
	}
}

// Number is one limit that is a number: where it is kept, within which bounds, and whether more of it is looser.
type Number struct {
	Name, Label, Unit string
	Min, Max          int
	Looser            bool // more lets more pass; else less does
	Of                func(*Limits) *int
}

// Numbers are the limits that are numbers, in the order of the page.
var Numbers = []Number{
	{"person_hour", "One person in an hour", "devices", 0, 100, true, func(l *Limits) *int { return &l.PersonHour }},
	{"person_day", "One person in a day", "devices", 0, 500, true, func(l *Limits) *int { return &l.PersonDay }},
	{"customer_hour", "One customer in an hour", "devices", 0, 100, true, func(l *Limits) *int { return &l.CustomerHour }},
	{"customer_day", "One customer in a day", "devices", 0, 500, true, func(l *Limits) *int { return &l.CustomerDay }},
	{"all_hour", "Everybody together in an hour", "devices", 0, 500, true, func(l *Limits) *int { return &l.AllHour }},
	{"share", "Share of a customer’s devices in a day", "percent", 0, 25, true, func(l *Limits) *int { return &l.Share }},
	{"unknown_fleet", "A customer whose devices were never counted, in a day", "devices", 0, 5, true, func(l *Limits) *int { return &l.UnknownFleet }},
	{"new_session", "In a session that has just begun, in an hour", "devices", 0, 10, true, func(l *Limits) *int { return &l.NewSession }},
	{"new_session_minutes", "A session has just begun for", "minutes", 0, 480, false, func(l *Limits) *int { return &l.NewSessionMinutes }},
	{"off_hours", "Outside office hours, in an hour", "devices", 0, 10, true, func(l *Limits) *int { return &l.OffHours }},
	{"cool_off", "Cool-off above so many times a limit", "times", 1, 20, true, func(l *Limits) *int { return &l.CoolOff }},
	{"cool_off_minutes", "Cool-off", "minutes", 15, 1440, false, func(l *Limits) *int { return &l.CoolOffMinutes }},
	{"approval_minutes", "A request waits for a second person", "minutes", 10, 480, true, func(l *Limits) *int { return &l.ApprovalMinutes }},
	{"grant_minutes", "A grant waits for its use", "minutes", 2, 60, true, func(l *Limits) *int { return &l.GrantMinutes }},
	{"sign_in_minutes", "A sign-in at Microsoft counts as fresh", "minutes", 2, 60, true, func(l *Limits) *int { return &l.SignInMinutes }},
	{"raise_hours", "A change that loosens a limit waits", "hours", 4, 168, false, func(l *Limits) *int { return &l.RaiseHours }},
	{"settled_hours", "Whoever was just made staff, or given a role, decides after", "hours", 0, 336, false, func(l *Limits) *int { return &l.SettledHours }},
}

// Check refuses limits that are out of their bounds.
func (l Limits) Check() error {
	for _, n := range Numbers {
		if v := *n.Of(&l); v < n.Min || v > n.Max {
			return errs.Show(errs.Invalid, fmt.Sprintf("%s: between %d and %d %s.", n.Label, n.Min, n.Max, n.Unit))
		}
	}
	_, err := time.LoadLocation(l.Zone)
	switch {
	case err != nil || l.Zone == "Local":
		return errs.Show(errs.Invalid, "The time zone has a name such as Europe/London.")
	case l.From < 0 || l.To > 24 || l.From >= l.To:
		return errs.Show(errs.Invalid, "Office hours begin before they end, within one day.")
	case len(l.Contacts) != 2:
		return errs.Show(errs.Invalid, "There are two contacts.")
	case slices.ContainsFunc(l.Days, func(d int) bool { return d < 0 || d > 6 }):
		return errs.Show(errs.Invalid, "Office hours are on days of the week.")
	}
	return nil
}

// Loosens tells whether anything passes under the new limits that does not under these. Whom the portal tells, and when office hours are,
// cannot be told apart into looser and stricter: any change of them counts, but for the first contact of a place that was empty.
func (l Limits) Loosens(to Limits) bool {
	for _, n := range Numbers {
		if was, is := *n.Of(&l), *n.Of(&to); n.Looser && is > was || !n.Looser && is < was {
			return true
		}
	}
	for i, c := range l.Contacts {
		if c != "" && c != to.Contacts[i] {
			return true
		}
	}
	return l.Zone != to.Zone || l.From != to.From || l.To != to.To || !slices.Equal(l.Days, to.Days)
}

// office tells whether it is office hours.
func (l Limits) office(at time.Time) bool {
	zone, err := time.LoadLocation(l.Zone)
	if err != nil {
		return false // kept by an older version: the stricter
	}
	at = at.In(zone)
	return slices.Contains(l.Days, int(at.Weekday())) && at.Hour() >= l.From && at.Hour() < l.To
}

// fresh tells whether a proof of who somebody is counts. One from the future is not believed: the clocks would differ by more than Microsoft's
// and ours do.
func (l Limits) fresh(signedIn, now time.Time) bool {
	return !signedIn.IsZero() && now.Sub(signedIn) <= time.Duration(l.SignInMinutes)*time.Minute && signedIn.Sub(now) < 5*time.Minute
}
