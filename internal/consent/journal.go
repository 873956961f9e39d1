package consent

import (
	"context"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/tenant"
)

// AuditJournal keeps events in the tenant's audit chain. It is the Journal of the product.
type AuditJournal struct {
	Audit     *audit.Store
	RequestID func(ctx context.Context) string // of the request that caused the event; nil: not known
}

// Append adds the event to the chain.
func (j AuditJournal) Append(ctx context.Context, tid tenant.ID, e Event) error {
	entry := audit.By(e.Actor)
	if e.Name != "" && e.Name != portal {
		entry.Actor = e.Name
	}
	entry.Action, entry.Object, entry.Detail = e.Action, e.Object, e.Detail
	if j.RequestID != nil {
		entry.RequestID = j.RequestID(ctx)
	}
	return j.Audit.Append(ctx, tid, entry)
}

// Entry finds the entry that says what a link's consent was read as: the receipt's own, however much was done since. 0: there is none.
func (j AuditJournal) Entry(ctx context.Context, tid tenant.ID, link int64) (seq int64, hash string, err error) {
	return j.Audit.Last(ctx, tid, audit.Filter{Action: actionRead, Object: linkObject(link)})
}

// actionRead is that the grants were read and something had changed, or that a link's consent is proven by it.
const actionRead = "consent.read"

// Actors of events that no signed-in person caused.
const (
	portal   = "portal"
	customer = "The customer, by consent link"
)
