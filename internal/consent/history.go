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
