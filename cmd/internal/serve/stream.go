package serve

import (
	"context"
	"fmt"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/webhook"
)

// streamEvery is how often records that were made meanwhile are delivered.
const streamEvery = 5 * time.Second

// streamAudit delivers the audit to the webhook that an owner set, if any.
func (p *Portal) streamAudit(ctx context.Context) error {
	to, err := p.Audit.Stream(ctx)
	if err != nil || to.Address == "" {
		return err
	}
	secret, err := webhook.Secret(p.Keys, audit.StreamSecret, to.Sealed)
	if err != nil {
		return fmt.Errorf("open the secret of the audit's stream: %w", err)
	}
	return p.Audit.Deliver(ctx, func(ctx context.Context, delivery string, body []byte) error {
		return p.hooks.Send(ctx, to.Address, secret, delivery, body)
	})
}
