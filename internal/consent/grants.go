package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// record is one reading with all that follows from it, kept in one transaction.
type record struct {
	reading  Reading
	features []permission.Feature // the measure; kept as the tenant's wish where setBy is not empty
	setBy    string
	verdict  permission.Verdict
	attempt  *attempt // the attempt that the reading proves
	between  bool     // the attempt's link has more to ask for, and is not used up
	clientID string   // of the registration whose grants these are
}

// saved is what a reading changed.
type saved struct {
	before, after tenant.State
	changes       int  // standings that ended or began
	switched      bool // the tenant knows the portal by another registration than before
}

// save keeps a reading. One that proved nothing changes nothing else, and kinds that were not read to the end keep their rows.
func (s *Store) save(ctx context.Context, tid tenant.ID, r record) (was saved, err error) {
	err = s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		var ended, erasing bool
		row := tx.QueryRow(ctx, `SELECT state, withdrawn_at IS NOT NULL, erasing FROM tenant WHERE tenant_id = $1 FOR UPDATE`, tid)
		if err := row.Scan(&was.before, &ended, &erasing); errors.Is(err, pgx.ErrNoRows) {
			return errs.NotFound
		} else if err != nil {
			return err
		}
		if erasing {
			return errs.Show(errs.Conflict, "The data of this customer is being deleted. Try again in a few minutes.")
		}
		was.after = was.before
		if ended && r.attempt == nil {
			return nil // taken back in the portal: that Microsoft still lets the program in is no new consent, and nothing more is kept
		}
		if err := insertReading(ctx, tx, tid, r.reading); err != nil {
			return err
		}
		if r.reading.State == "" {
			return nil
		}
		was.changes, err = saveStandings(ctx, tx, tid, r)
		if err != nil {
			return err
		}
		if r.setBy != "" {
			if err := saveWish(ctx, tx, tid, r); err != nil {
				return err
			}
		}
		was.after, err = saveState(ctx, tx, tid, was.before, r.reading)
		if err != nil || r.attempt == nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE tenant SET client_id = nullif($2, '')::uuid WHERE tenant_id = $1 AND client_id IS DISTINCT FROM nullif($2, '')::uuid`, tid, r.clientID)
		if err != nil {
			return err
		}
		was.switched = tag.RowsAffected() == 1
		if err := saveAttempt(ctx, tx, *r.attempt); err != nil || r.between {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE consent_link SET used_at = $3 WHERE tenant_id = $1 AND link_id = $2 AND used_at IS NULL`, tid, r.attempt.LinkID, r.reading.At)
		return err
	})
	if err != nil {
		return saved{}, fmt.Errorf("save consent reading of %s: %w", tid, postgres.Kind(err))
	}
	return was, nil
}

func insertReading(ctx context.Context, tx pgx.Tx, tid tenant.ID, r Reading) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO consent_reading (tenant_id, at, application_read, delegated_read, state, held, missing, surplus, personal, problem)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tid, r.At, r.ApplicationRead, r.DelegatedRead, r.State, r.Held, r.Missing, r.Surplus, r.Personal, r.Problem)
	return err
}

// saveStandings closes what is no more, opens what is new and touches what stayed, for each kind that was read to the end.
func saveStandings(ctx context.Context, tx pgx.Tx, tid tenant.ID, r record) (changes int, err error) {
	for kind, read := range map[permission.Kind]bool{permission.Application: r.reading.ApplicationRead, permission.Delegated: r.reading.DelegatedRead} {
		if !read {
			continue
		}
		var resources, names, standings []string
		for standing, list := range map[string][]permission.Permission{
			StandingGranted: r.verdict.Granted, StandingMissing: r.verdict.Missing, StandingSurplus: r.verdict.Surplus,
		} {
			for _, p := range list {
				if p.Kind == kind {
					resources, names, standings = append(resources, string(p.Resource)), append(names, p.Name), append(standings, standing)
				}
			}
		}
		n, err := mergeStandings(ctx, tx, tid, kind, r.reading.At, resources, names, standings)
		if err != nil {
			return 0, err
		}
		changes += n
		if n > 0 {
			if err := rememberStandings(ctx, tx, tid, kind, r.reading.At); err != nil {
				return 0, err
			}
		}
	}
	return changes, nil
}

// rememberStandings tells the history what the reading of that moment changed, a change of standing as one row. What the first reading of a
// kind found was there before anybody looked, and is no change.
func rememberStandings(ctx context.Context, tx pgx.Tx, tid tenant.ID, kind permission.Kind, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO consent_grant_change (tenant_id, kind, resource, name, at, old, new)
		SELECT g.tenant_id, g.kind, g.resource, g.name, @at, COALESCE(max(g.standing) FILTER (WHERE g.gone_at = @at), ''), COALESCE(max(g.standing) FILTER (WHERE g.first_seen = @at), '')
		FROM   consent_grant g
		WHERE  g.tenant_id = @tenant
		AND    g.kind = @kind
		AND    (g.first_seen = @at OR g.gone_at = @at)
		AND    g.gone_at IS DISTINCT FROM g.first_seen
		AND    EXISTS (SELECT FROM consent_reading r
		               WHERE r.tenant_id = g.tenant_id AND r.at < @at AND r.state <> '' AND CASE g.kind WHEN 'application' THEN r.application_read ELSE r.delegated_read END)
		GROUP  BY g.tenant_id, g.kind, g.resource, g.name
		ON CONFLICT (tenant_id, kind, resource, name, at) DO UPDATE SET new = excluded.new`,
		pgx.NamedArgs{"tenant": tid, "kind": kind, "at": at})
	return err
}

func mergeStandings(ctx context.Context, tx pgx.Tx, tid tenant.ID, kind permission.Kind, at time.Time, resources, names, standings []string) (changes int, err error) {
	args := pgx.NamedArgs{"tenant": tid, "kind": kind, "at": at, "resources": resources, "names": names, "standings": standings}
	for i, sql := range []string{`
		UPDATE consent_grant g SET gone_at = @at
		WHERE  g.tenant_id = @tenant AND g.kind = @kind AND g.gone_at IS NULL
		AND    NOT EXISTS (SELECT FROM unnest(@resources::text[], @names::text[], @standings::text[]) AS s (resource, name, standing)
		                   WHERE s.resource = g.resource AND s.name = g.name AND s.standing = g.standing)`, `
		UPDATE consent_grant SET last_seen = @at
		WHERE  tenant_id = @tenant AND kind = @kind AND gone_at IS NULL`, `
		INSERT INTO consent_grant (tenant_id, kind, resource, name, standing, first_seen, last_seen)
		SELECT @tenant, @kind, s.resource, s.name, s.standing, @at, @at
		FROM   unnest(@resources::text[], @names::text[], @standings::text[]) AS s (resource, name, standing)
		WHERE  NOT EXISTS (SELECT FROM consent_grant g
		                   WHERE g.tenant_id = @tenant AND g.kind = @kind AND g.resource = s.resource AND g.name = s.name AND g.gone_at IS NULL)
		ON CONFLICT (tenant_id, kind, resource, name, first_seen) DO UPDATE SET gone_at = NULL, standing = excluded.standing`} {
		tag, err := tx.Exec(ctx, sql, args)
		if err != nil {
			return 0, err
		}
		if i != 1 { // the middle one only touches
			changes += int(tag.RowsAffected())
		}
	}
	return changes, nil
}

func saveWish(ctx context.Context, tx pgx.Tx, tid tenant.ID, r record) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO consent_wish (tenant_id, features, set_at, set_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id) DO UPDATE SET features = excluded.features, set_at = excluded.set_at, set_by = excluded.set_by`,
		tid, featureNames(r.features), r.reading.At, r.setBy)
	return err
}

// saveState moves the tenant to what the reading proved. Nothing granted is "withdrawn" only where something was; a tenant that an owner
// suspended stays suspended.
func saveState(ctx context.Context, tx pgx.Tx, tid tenant.ID, before tenant.State, r Reading) (tenant.State, error) {
	after := r.State
	switch {
	case before == tenant.StateSuspended:
		after = before
	case r.State == tenant.StateWithdrawn && before != tenant.StateConnected && before != tenant.StatePartial && before != tenant.StateWithdrawn:
		after = before
	}
	_, err := tx.Exec(ctx, `
		UPDATE tenant
		SET    state = $2, state_read_at = $3, withdrawn_at = CASE WHEN $2 IN ('connected', 'partial') THEN NULL ELSE withdrawn_at END, state_since = CASE WHEN state = $2 THEN state_since ELSE $3 END
		WHERE  tenant_id = $1`, tid, after, r.At)
	return after, err
}

// Wish is what the tenant was asked for and agreed to; empty where it never was.
func (s *Store) Wish(ctx context.Context, tid tenant.ID) ([]permission.Feature, error) {
	var names []string
	err := s.pool.In(tid).QueryRow(ctx, `SELECT features FROM consent_wish WHERE tenant_id = $1`, tid).Scan(&names)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get consent wish of %s: %w", tid, postgres.Kind(err))
	}
	return knownFeatures(names), nil
}

// Standings lists the permissions' places: open ones by standing, kind and name, past ones latest first; at most 500.
func (s *Store) Standings(ctx context.Context, tid tenant.ID, past bool) ([]Standing, error) {
	order := `array_position(ARRAY['granted', 'missing', 'surplus'], standing), kind, resource, name`
	if past {
		order = `gone_at DESC, kind, resource, name`
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT kind, resource, name, standing, first_seen, last_seen, gone_at
		FROM   consent_grant
		WHERE  tenant_id = $1 AND (gone_at IS NOT NULL) = $2
		ORDER  BY `+order+`
		LIMIT  500`, tid, past)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Standing, error) {
		var st Standing
		p := &st.Permission
		err := row.Scan(&p.Kind, &p.Resource, &p.Name, &st.Standing, &st.FirstSeen, &st.LastSeen, &st.GoneAt)
		return st, err
	})
	if err != nil {
		return nil, fmt.Errorf("list grants of %s: %w", tid, postgres.Kind(err))
	}
	return found, nil
}

// Latest is the latest reading of the tenant, or the latest whole one; nil where there is none.
func (s *Store) Latest(ctx context.Context, tid tenant.ID, whole bool) (*Reading, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT at, application_read, delegated_read, state, held, missing, surplus, personal, problem
		FROM   consent_reading
		WHERE  tenant_id = $1 AND (NOT $2 OR (application_read AND delegated_read))
		ORDER  BY at DESC, reading_id DESC
		LIMIT  1`, tid, whole)
	r, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[Reading])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get latest consent reading of %s: %w", tid, postgres.Kind(err))
	}
	return &r, nil
}

// Lacks tells that the tenant has agreed to none of these permissions for people who sign in, as of when that was read; false where it has
// agreed to one, or where that is not known.
func (s *Store) Lacks(ctx context.Context, tid tenant.ID, names ...string) (asOf time.Time, yes bool, err error) {
	read, err := s.Latest(ctx, tid, true)
	if err != nil || read == nil {
		return asOf, false, err
	}
	open, err := s.Standings(ctx, tid, false)
	if err != nil {
		return asOf, false, err
	}
	has := slices.ContainsFunc(Held(open), func(p permission.Permission) bool {
		return p.Kind == permission.Delegated && slices.Contains(names, p.Name)
	})
	return read.At, !has, nil
}

const tenantColumns = `tenant_id, display_name, default_domain, domains, home, country, state, state_since, state_read_at, mark, created_at`

// Tenant gets the tenant itself, or errs.NotFound.
func (s *Store) Tenant(ctx context.Context, tid tenant.ID) (tenant.Tenant, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+tenantColumns+` FROM tenant WHERE tenant_id = $1`, tid)
	return oneTenant(rows, tid)
}

// Add makes the tenant known, with the domain that led to it, and in the same transaction lets the staff member see it; one that is known
// already stays as it is. made tells which.
func (s *Store) Add(ctx context.Context, tid tenant.ID, domain string, staff int64, now time.Time) (t tenant.Tenant, made bool, err error) {
	domains := []string{}
	if domain != "" {
		domains = append(domains, domain)
	}
	err = s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO tenant (tenant_id, default_domain, domains, state, state_since, created_at)
			VALUES ($1, $2, $3, $4, $5, $5)
			ON CONFLICT (tenant_id) DO NOTHING`, tid, domain, domains, tenant.StateUnconsented, now)
		if made = err == nil && tag.RowsAffected() == 1; !made {
			return err
		}
		return tenant.Assign(ctx, tx, staff, tid)
	})
	if err != nil {
		return tenant.Tenant{}, false, fmt.Errorf("add tenant %s: %w", tid, postgres.Kind(err))
	}
	t, err = s.Tenant(ctx, tid)
	return t, made, err
}

func oneTenant(rows pgx.Rows, tid tenant.ID) (tenant.Tenant, error) {
	t, err := pgx.CollectOneRow(rows, func(row pgx.CollectableRow) (tenant.Tenant, error) {
		var (
			t      tenant.Tenant
			readAt *time.Time
		)
		err := row.Scan(&t.ID, &t.DisplayName, &t.DefaultDomain, &t.Domains, &t.Home, &t.Country, &t.State, &t.StateSince, &readAt, &t.Mark, &t.CreatedAt)
		if readAt != nil {
			t.StateReadAt = *readAt
		}
		return t, err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return tenant.Tenant{}, fmt.Errorf("tenant %s: %w", tid, errs.NotFound)
	}
	if err != nil {
		return tenant.Tenant{}, fmt.Errorf("get tenant %s: %w", tid, postgres.Kind(err))
	}
	return t, nil
}
