package fresh

import (
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// Why is what leads from a failure to the page that explains it.
const Why = "Why, and who can fix it"

// FailureURL is that page, for a failure that was kept. The address carries its id and nothing of what Microsoft said.
func FailureURL(tid tenant.ID, id string) string {
	return "/t/" + tid.String() + "/doctor/failures/" + id
}

// Trouble is why a section that is read while somebody looks could not be read, and part of the page's JSON twin.
type Trouble struct {
	Kind      string    `json:"kind"`
	Sentence  string    `json:"sentence"`
	At        time.Time `json:"at"`
	RequestID string    `json:"request_id,omitempty"`
	Doctor    string    `json:"doctor,omitempty"` // the page that says what is behind it
}

// NewTrouble is nil where the reading succeeded.
func NewTrouble(tid tenant.ID, t graphsync.Trouble) *Trouble {
	if t.Kind == "" {
		return nil
	}
	x := &Trouble{Kind: t.Kind, Sentence: t.Sentence, At: t.At, RequestID: t.RequestID}
	if t.FailureID != "" {
		x.Doctor = FailureURL(tid, t.FailureID)
	}
	return x
}

// Banner says why what is read live is unknown, or older than it could be.
func (t *Trouble) Banner(what string, readAt *time.Time, now time.Time) *ui.Banner {
	if t == nil {
		return nil
	}
	b := &ui.Banner{Kind: "unknown", Title: what + " could not be read from Microsoft just now.", Text: t.Sentence}
	if readAt != nil {
		b.Title = "You see what was read " + ui.NewTime(*readAt, now).Text + "."
	}
	if t.RequestID != "" {
		b.Text += " Request id " + t.RequestID + "."
	}
	if t.Doctor != "" {
		b.ActionURL, b.ActionText = t.Doctor, Why
	}
	return b
}
