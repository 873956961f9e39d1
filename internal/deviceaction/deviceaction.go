// Package deviceaction is what people have Intune do to devices: which actions there are and where they can work, who asked for one, whether
// Microsoft took it, and what became of it, read back until it is final.
//
// Every action is sent with the delegated token of the person who asked, at the customer's own authority. What a device is lives in
// internal/device; how much one person may destroy does not live here.
package deviceaction

import (
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// State is how far an action has got.
type State string

const (
	Queued    State = "queued"    // asked for, not sent
	Sent      State = "sent"      // on its way to Microsoft
	Approval  State = "approval"  // Intune wants a second administrator of the customer to agree; nothing was done
	Pending   State = "pending"   // Microsoft took it; the device has not answered
	Done      State = "done"      // as Intune says, or the record has left Intune as it should
	Failed    State = "failed"    // it was refused, or the device could not
	Cancelled State = "cancelled" // taken back before it was carried out
	Gone      State = "gone"      // the record left Intune before an answer was read
	Unknown   State = "unknown"   // it may have been done: no good answer came, or none was ever read
)

// States are all of them, those that wait for something first.
var States = []State{Queued, Sent, Approval, Pending, Unknown, Failed, Cancelled, Gone, Done}

// Open tells a state that is read again.
func (s State) Open() bool { return s == Sent || s == Pending || s == Unknown }

// Device is what this room needs to know of one: how to reach it, and what outlives its record in Intune.
type Device struct {
	Tenant    tenant.ID
	ID        string // Intune's device id
	Name      string
	Serial    string
	IMEI      string
	EntraID   string
	OS        string
	Model     string
	Ownership string // company, personal, unknown
	Agent     string // managementAgent
	User      string // who uses it, in words
	Supervised,
	Encrypted bool
	Gone       bool
	LastSyncAt time.Time // zero: never
}

// Hardware is what the device is recognised by when it is enrolled again: its serial number, else IMEI, else the id that Entra has. Serial is
// empty where its maker left a placeholder.
func (d Device) Hardware() string {
	for _, id := range []string{d.Serial, d.IMEI, d.EntraID} {
		if id != "" && strings.Trim(id, "0-") != "" {
			return id
		}
	}
	return d.ID
}

// Action is one action on one device, from the moment that somebody asked for it.
type Action struct {
	ID         int64
	Tenant     tenant.ID
	TenantName string
	Kind       string // name of a Kind
	Options    Options
	Reason     string // for the customer's log

	DeviceID   string // Intune's, when it was asked for
	DeviceName string
	Hardware   string
	OS         string
	User       string

	State  State
	Said   string // what happened and what to do, in words; empty where the state says it all
	By     string // who asked
	As     string // who the customer's log names
	Nonce  string // of the form, so that one that is sent again asks for nothing more
	Person tenant.Person

	AskedAt   time.Time
	SentAt    time.Time // zero: not
	EndedAt   time.Time // zero: not final
	ReadAt    time.Time // when Intune was last asked what became of it; zero: never
	RequestID string    // Microsoft's
	ClientID  string    // ours, as Microsoft has it
	Approval  string    // code of Intune's approval by a second administrator

	BrakeID    int64     // of the request at the brake; 0: none
	JobID      int64     // of the order for many devices; 0: asked for alone
	LastSyncAt time.Time // when it was asked for; only in what is asked for just now

	Refused error // what Microsoft answered; only in what was sent just now
}

// Path is the page of the action.
func (a Action) Path() string {
	return "/t/" + a.Tenant.String() + "/actions/" + strconv.FormatInt(a.ID, 10)
}

// JobPath is the page of a job.
func JobPath(id int64) string { return "/actions/jobs/" + strconv.FormatInt(id, 10) }

// Options are what an action takes besides the device. None that is kept is a secret.
type Options struct {
	KeepEnrolment bool   `json:"keep_enrolment,omitempty"`
	KeepUser      bool   `json:"keep_user,omitempty"`
	Plan          string `json:"plan,omitempty"` // of an eSIM: keep or remove; empty on what has no such choice
	Secret        string `json:"-"`              // what the kind names as its Secret; kept nowhere
	Full          bool   `json:"full,omitempty"`
	Name          string `json:"name,omitempty"`
	Person        string `json:"person,omitempty"`
	Message       string `json:"message,omitempty"`
	Phone         string `json:"phone,omitempty"`
	Footer        string `json:"footer,omitempty"`
	Notes         string `json:"notes,omitempty"`
	Title         string `json:"title,omitempty"`    // of a notification, whose text is Message
	Minutes       int    `json:"minutes,omitempty"`  // of a sound
	Client        string `json:"client,omitempty"`   // what Configuration Manager is to do, as Graph names it
	Category      string `json:"category,omitempty"` // id
	Label         string `json:"label,omitempty"`    // what the page calls the choice
	Ownership     string `json:"ownership,omitempty"`
	Email         string `json:"email,omitempty"` // of a Surface Hub's account, as the next four
	Exchange      string `json:"exchange,omitempty"`
	SIP           string `json:"sip,omitempty"`
	Rotate        bool   `json:"rotate,omitempty"`   // the password, by the device
	Calendar      bool   `json:"calendar,omitempty"` // is synchronised
}
