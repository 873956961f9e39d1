package consent

import (
	"context"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/tenant"
)

// AuditJournal keeps events in the tenant's audit chain. It is the Journal of the product.
type AuditJournal struct{ Audit *audit.Store }

// Append adds the event to the chain.
func (j AuditJournal) Append(ctx context.Context, tid tenant.ID, e Event) error {
	entry := audit.By(e.Actor)
	if e.Name != "" && e.Name != portal {
		entry.Actor = e.Name
	}
	entry.Action, entry.Object, entry.Detail = e.Action, e.Object, e.Detail
	return j.Audit.Append(ctx, tid, entry)
}

// Actors of events that no signed-in person caused.
const (
	portal   = "portal"
	customer = "The customer, by consent link"
)
