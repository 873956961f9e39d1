package brake

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Standing is where a request stands now, by the database's clock.
type Standing string

// The standings, in the order of pages.
const (
	StandsWaiting   Standing = "waiting"   // for a second person
	StandsCooling   Standing = "cooling"   // nobody may approve yet
	StandsGranted   Standing = "granted"   // may be sent
	StandsSent      Standing = "sent"      // of at least one device the act was sent
	StandsRefused   Standing = "refused"   // by a second person
	StandsWithdrawn Standing = "withdrawn" // by whoever asked
	StandsLapsed    Standing = "lapsed"    // not approved, or not sent, in time
)

// Standings are all of them.
var Standings = []Standing{StandsWaiting, StandsCooling, StandsGranted, StandsSent, StandsRefused, StandsWithdrawn, StandsLapsed}

// standing is an expression for it. The brake's time is never before what it last saw.
const standing = `CASE WHEN r.state IN ('refused', 'withdrawn') THEN r.state
	WHEN r.begun_at IS NOT NULL THEN 'sent'
	WHEN r.live_until <= r.seen_at THEN 'lapsed'
	WHEN r.state = 'granted' THEN 'granted'
	WHEN r.cool_until > r.seen_at THEN 'cooling'
	ELSE 'waiting' END`

// Filter chooses requests. Zero values do not restrict.
type Filter struct {
	Standing  []string
	Kind      []string
	Customers []tenant.ID
	Sort      string // asked, devices
	Desc      bool
	After     string
	Limit     int
}

func (f Filter) listing() postgres.Listing {
	w := &postgres.Where{}
	w.And(whole)
	if len(f.Standing) > 0 {
		w.And(`(`+standing+`) = ANY(?::text[])`, f.Standing)
	}
	if len(f.Kind) > 0 {
		w.And(`r.kind = ANY(?::text[])`, f.Kind)
	}
	if len(f.Customers) > 0 {
		w.And(`EXISTS (SELECT FROM brake_target t WHERE t.request_id = r.request_id AND t.tenant_id = ANY(?::uuid[]))`, f.Customers)
	}
	o := postgres.Order{Name: "asked", Desc: f.Desc, Keys: []postgres.Key{{Expr: "r.asked_at", Type: "timestamptz"}, {Expr: "r.request_id", Type: "bigint"}}}
	if f.Sort == "devices" {
		o.Name, o.Keys[0] = "devices", postgres.Key{Expr: "r.devices", Type: "integer"}
	}
	return postgres.Listing{Columns: columns, Table: view, Where: w, Order: o, Cursor: f.After, Limit: f.Limit}
}

// List is one page of the requests all of whose customers are in the scope, the place of the next, and how many there are.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (found []Approval, next string, count int64, err error) {
	return postgres.PageOf(ctx, s.pool.In(scope), f.listing(), scan)
}

// Each calls each for all requests that match.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Approval) error) error {
	return postgres.EachOf(ctx, s.pool.In(scope), f.listing(), scan, each)
}

// Share is the part of a request that is at one customer.
type Share struct {
	Tenant   tenant.ID
	Customer string
	Devices  int
}

// Shares are the customers of a request, by name.
func (s *Store) Shares(ctx context.Context, scope tenant.Scope, id int64) (found []Share, err error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT t.tenant_id, `+tenantName+`, count(*) FROM brake_target t WHERE t.request_id = $1 GROUP BY t.tenant_id ORDER BY 2, 1`, id)
	found, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Share])
	if err != nil {
		return nil, fmt.Errorf("brake: shares: %w", err)
	}
	return found, nil
}

// look is the moment without the lock, for pages that only show.
func (s *Store) look(ctx context.Context) (at moment, err error) {
	db := s.pool.In(tenant.Scope{})
	err = db.QueryRow(ctx, `SELECT GREATEST(at, now()), stopped_at, stopped_by, stopped_why FROM brake_state`).Scan(&at.now, postgres.Zero(&at.stop.At), &at.stop.By, &at.stop.Why)
	if err == nil {
		at.now = at.now.UTC()
		at.limits, err = s.limits(ctx, db, at.now)
	}
	if err != nil {
		return at, fmt.Errorf("brake: look: %w", postgres.Kind(err))
	}
	return at, nil
}

// Ready tells why the person could not approve the request now, whatever they type; nil: they could.
func (s *Store) Ready(ctx context.Context, a Approval, d Decider) error {
	if err := onCall(d.Person); err != nil {
		return err
	}
	at, err := s.look(ctx)
	if err != nil {
		return err
	}
	return s.ready(ctx, s.pool.In(tenant.Scope{}), a, d, at)
}

// Weigh holds a request against all limits, with what was spent and granted beside it. Who may see the request is the caller's to know, from Get.
func (s *Store) Weigh(ctx context.Context, a Approval) ([]Measure, error) {
	at, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	return a.weigh(ctx, s.pool.In(tenant.Everything()), at)
}

func (a Approval) weigh(ctx context.Context, db postgres.DB, at moment) ([]Measure, error) {
	rows, _ := db.Query(ctx, `SELECT tenant_id, count(*) FROM brake_target WHERE request_id = $1 GROUP BY tenant_id`, a.ID)
	by := map[tenant.ID]int{}
	var tid tenant.ID
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&tid, &n}, func() error { by[tid] = n; return nil }); err != nil {
		return nil, fmt.Errorf("brake: weigh: %w", postgres.Kind(err))
	}
	return weigh(ctx, db, tenant.Person{Tenant: a.ByTenant, ObjectID: a.ByObject}, by, at.limits.PersonHour, a.ID, at)
}

// Fresh tells whether the person proved lately enough at the partner's own tenant who they are.
func (s *Store) Fresh(ctx context.Context, in Session) (bool, error) {
	at, err := s.look(ctx)
	return at.limits.fresh(in.SignedIn[s.home], at.now), err
}
