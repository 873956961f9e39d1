package webtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Guests is the store of guests on the fleet's database.
func (f *Fleet) Guests() *guest.Store { return guest.NewStore(f.Pool) }

// ReadGuests stores a complete read of the tenant's guests that are the partner's people, or in the home tenant the customers'.
func (f *Fleet) ReadGuests(t testing.TB, tid tenant.ID, at time.Time, found ...guest.Guest) {
	t.Helper()
	f.run++
	dataset := graphsync.Guests
	if tid == f.Tenants.Home() {
		dataset = graphsync.HomeGuests
	}
	f.complete(t, tid, dataset, at, func(ctx context.Context, tx pgx.Tx) (graphsync.Merged, error) {
		return f.Guests().Merge(ctx, tx, tid, f.run, at, found)
	})
}
