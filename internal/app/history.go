package app

import (
	"context"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Change is one field of an app that a read found different from the read before. The field "gone" tells that it left Intune or came
// back, "assignment:{id}" that an assignment came, went or changed.
type Change = postgres.Change

// Changes returns what changed on one app, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	return merging.Changes(ctx, s.pool.In(tid), tid, id, limit)
}
