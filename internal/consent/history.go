package consent

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Move is one permission that changed its standing between two readings.
type Move struct {
	At         time.Time // of the reading that saw it
	Permission permission.Permission
	From, To   string // standings; empty: it was not there, or is not there any more
}

// Gap is a time in which the tenant's grants were looked for and not seen whole: nothing is known of what changed in it.
type Gap struct {
	From, To time.Time // the first and the last look
	Looks    int
	Problem  string // of the last
}

// Moves are the changes behind the standings, the latest first, those of one reading by name.
func Moves(standings []Standing) (moves []Move) {
	type place struct {
		p  permission.Permission
		at time.Time
	}
	of := map[place]int{}
	move := func(p permission.Permission, at time.Time) *Move {
		i, known := of[place{p, at}]
		if !known {
			i = len(moves)
			of[place{p, at}] = i
			moves = append(moves, Move{At: at, Permission: p})
		}
		return &moves[i]
	}
	for _, st := range standings {
		move(st.Permission, st.FirstSeen).To = st.Standing
		if st.GoneAt != nil {
			move(st.Permission, *st.GoneAt).From = st.Standing
		}
	}
	slices.SortFunc(moves, func(a, b Move) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Permission.Name, b.Permission.Name), cmp.Compare(a.Permission.Kind, b.Permission.Kind), cmp.Compare(a.Permission.Resource, b.Permission.Resource))
	})
	return moves
}

// ReadAcrossTenants is when the grants were last read whole at each tenant of the scope that is to be read, or was; the zero time means never.
// The partner's own tenant grants nothing to itself.
func (s *Store) ReadAcrossTenants(ctx context.Context, scope tenant.Scope) (map[tenant.ID]time.Time, error) {
	w := &postgres.Where{}
	w.Within(scope, "t.tenant_id")
	w.And("NOT t.home")
	w.And("(t.state IN ('connected', 'partial') OR r.at IS NOT NULL)")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT t.tenant_id, r.at
		FROM   tenant t
		LEFT   JOIN LATERAL (
		       SELECT at FROM consent_reading x
		       WHERE  x.tenant_id = t.tenant_id AND x.application_read AND x.delegated_read
		       ORDER  BY at DESC
		       LIMIT  1) r ON true
		`+w.SQL(), w.Args...)
	found := map[tenant.ID]time.Time{}
	var tid tenant.ID
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&tid, postgres.Zero(&at)}, func() error { found[tid] = at; return nil }); err != nil {
		return nil, fmt.Errorf("when grants were read: %w", postgres.Kind(err))
	}
	return found, nil
}

// DaysAcrossTenants are the days (UTC) since a day, the oldest first, on which the grants of a tenant in the scope were read whole. Of each day
// one such reading is looked for, by an index, however many there are.
func (s *Store) DaysAcrossTenants(ctx context.Context, scope tenant.Scope, since, now time.Time) ([]time.Time, error) {
	w := &postgres.Where{Args: []any{since.UTC(), now.UTC()}}
	w.Within(scope, "r.tenant_id")
	w.And("r.application_read")
	w.And("r.delegated_read")
	w.And("r.at >= d.day AT TIME ZONE 'UTC'")
	w.And("r.at < (d.day + interval '1 day') AT TIME ZONE 'UTC'")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT d.day::date
		FROM   generate_series($1::date::timestamp, $2::date::timestamp, interval '1 day') d (day)
		CROSS  JOIN LATERAL (SELECT FROM consent_reading r `+w.SQL()+` LIMIT 1) r
		ORDER  BY 1`, w.Args...)
	days, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, fmt.Errorf("days on which grants were read: %w", postgres.Kind(err))
	}
	return days, nil
}

// Gaps are the latest times in which no look was whole, the latest first.
func (s *Store) Gaps(ctx context.Context, tid tenant.ID, limit int) ([]Gap, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT min(at), max(at), count(*)::int, (array_agg(problem ORDER BY at DESC, reading_id DESC))[1]
		FROM  (SELECT reading_id, at, problem, application_read AND delegated_read AS whole,
		              count(*) FILTER (WHERE application_read AND delegated_read) OVER (ORDER BY at, reading_id) AS after
		       FROM   consent_reading
		       WHERE  tenant_id = $1) r
		WHERE  NOT whole
		GROUP  BY after
		ORDER  BY 1 DESC
		LIMIT  $2`, tid, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Gap])
	if err != nil {
		return nil, fmt.Errorf("gaps in the consent readings of %s: %w", tid, postgres.Kind(err))
	}
	return found, nil
}
