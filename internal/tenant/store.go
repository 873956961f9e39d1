package tenant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
)

// Store keeps tenants, the partner's staff, and the accounts that signed in.
type Store struct {
	pool   *postgres.Pool
	home   ID
	owners []string
}

// NewStore makes a store. Home is the partner's own tenant; owners are the user principal names there that become owners at first sign-in.
func NewStore(pool *postgres.Pool, home ID, owners []string) *Store {
	lower := make([]string, len(owners))
	for i, o := range owners {
		lower[i] = strings.ToLower(strings.TrimSpace(o))
	}
	return &Store{pool: pool, home: home, owners: lower}
}

// Home is the partner's own tenant.
func (s *Store) Home() ID { return s.home }

const tenantColumns = `tenant_id, display_name, default_domain, domains, home, country, state, state_since, state_read_at, mark, created_at`

func scanTenant(row pgx.CollectableRow) (Tenant, error) {
	var t Tenant
	var read *time.Time
	err := row.Scan(&t.ID, &t.DisplayName, &t.DefaultDomain, &t.Domains, &t.Home, &t.Country, &t.State, &t.StateSince, &read, &t.Mark, &t.CreatedAt)
	if read != nil {
		t.StateReadAt = *read
	}
	return t, err
}

// Get finds one tenant within the scope, or errs.NotFound.
func (s *Store) Get(ctx context.Context, scope Scope, id ID) (Tenant, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+tenantColumns+` FROM tenant WHERE tenant_id = $1`, id)
	return one(rows, scanTenant, "tenant "+id.String())
}

// ByDomain finds the tenant within the scope that has the verified domain, or errs.NotFound.
func (s *Store) ByDomain(ctx context.Context, scope Scope, domain string) (Tenant, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+tenantColumns+`
		FROM   tenant
		WHERE  default_domain = lower($1) OR lower($1) = ANY (domains)
		ORDER  BY tenant_id
		LIMIT  1`, domain)
	return one(rows, scanTenant, "tenant by domain")
}

func one[T any](rows pgx.Rows, scan pgx.RowToFunc[T], what string) (T, error) {
	v, err := pgx.CollectOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fmt.Errorf("%s: %w", what, errs.NotFound)
	}
	if err != nil {
		return v, fmt.Errorf("%s: %w", what, postgres.Kind(err))
	}
	return v, nil
}

// List returns all tenants within the scope, the home tenant first, then by name.
func (s *Store) List(ctx context.Context, scope Scope) ([]Tenant, error) {
	return s.list(ctx, scope, `TRUE`, 100_000)
}

// Named returns all tenants within the scope in no order, with what they are called and whether one is the home tenant, and no more: a third of
// the time that List takes.
func (s *Store) Named(ctx context.Context, scope Scope) ([]Tenant, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT tenant_id, display_name, default_domain, home FROM tenant`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Tenant, err error) {
		err = row.Scan(&t.ID, &t.DisplayName, &t.DefaultDomain, &t.Home)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("names of tenants: %w", postgres.Kind(err))
	}
	return found, nil
}

// Containing returns the tenants within the scope that may hold the text in a name, a domain or the GUID, in the order of List. It spares
// a search reading all of them; what cased letters other than ASCII are in lower case, the database may see differently, so the caller looks closer.
func (s *Store) Containing(ctx context.Context, scope Scope, text string) ([]Tenant, error) {
	if !postgres.Uncased(text) {
		return s.List(ctx, scope)
	}
	text = postgres.Plain(text)
	return s.list(ctx, scope, `strpos(`+postgres.PlainSQL("search", text)+`, $2) > 0`, 100_000, text)
}

// Holds tells that each of the words, as postgres.Words has them, stands in the tenant's name, a domain or the GUID.
func (t Tenant) Holds(words []string) bool {
	texts := postgres.Plain(strings.Join(append([]string{t.Name(), t.ID.String(), t.DefaultDomain}, t.Domains...), "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(texts, w) })
}

// First returns the first n customers by name, without the home tenant: the switcher shows them.
func (s *Store) First(ctx context.Context, scope Scope, n int) ([]Tenant, error) {
	return s.list(ctx, scope, `NOT home`, n)
}

// InState returns the customers within the scope whose connection is in one of the states, by name.
func (s *Store) InState(ctx context.Context, scope Scope, states ...State) ([]Tenant, error) {
	return s.list(ctx, scope, `NOT home AND state = ANY($2)`, 100_000, states)
}

func (s *Store) list(ctx context.Context, scope Scope, which string, limit int, args ...any) ([]Tenant, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+tenantColumns+`
		FROM   tenant
		WHERE  `+which+`
		ORDER  BY home DESC, lower(display_name), tenant_id
		LIMIT  $1`, append([]any{limit}, args...)...)
	found, err := pgx.CollectRows(rows, scanTenant)
	if err != nil {
		return nil, fmt.Errorf("list tenants: %w", postgres.Kind(err))
	}
	return found, nil
}

// Count is the number of customers within the scope; the home tenant is none.
func (s *Store) Count(ctx context.Context, scope Scope) (int, error) {
	var n int
	if err := s.pool.In(scope).QueryRow(ctx, `SELECT count(*) FROM tenant WHERE NOT home`).Scan(&n); err != nil {
		return 0, fmt.Errorf("count tenants: %w", postgres.Kind(err))
	}
	return n, nil
}

// CountByState is the number of customers within the scope in each state that one is in.
func (s *Store) CountByState(ctx context.Context, scope Scope) (map[State]int, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT state, count(*) FROM tenant WHERE NOT home GROUP BY state`)
	counts := map[State]int{}
	var state State
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error { counts[state] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count tenants by state: %w", postgres.Kind(err))
	}
	return counts, nil
}

// Upsert records what is known of a tenant: names, domains, country, whether it is home. Empty values do not wipe what was read before.
// State and mark have methods of their own.
func (s *Store) Upsert(ctx context.Context, scope Scope, t Tenant) error {
	if t.Domains == nil {
		t.Domains = []string{}
	}
	for i, d := range t.Domains {
		t.Domains[i] = strings.ToLower(d)
	}
	tag, err := s.pool.In(scope).Exec(ctx, `
		INSERT INTO tenant AS t (tenant_id, display_name, default_domain, domains, home, country)
		VALUES (@id, @name, @domain, @domains, @home, @country)
		ON CONFLICT (tenant_id) DO UPDATE
		SET display_name   = COALESCE(NULLIF(EXCLUDED.display_name, ''), t.display_name),
		    default_domain = COALESCE(NULLIF(EXCLUDED.default_domain, ''), t.default_domain),
		    domains        = CASE WHEN EXCLUDED.domains = '{}' THEN t.domains ELSE EXCLUDED.domains END,
		    country        = COALESCE(NULLIF(EXCLUDED.country, ''), t.country),
		    home           = EXCLUDED.home`,
		pgx.NamedArgs{"id": t.ID, "name": t.DisplayName, "domain": strings.ToLower(t.DefaultDomain), "domains": t.Domains, "home": t.Home || t.ID == s.home, "country": t.Country})
	return changed(tag.RowsAffected(), err, "record tenant "+t.ID.String())
}

// SetState records how far the connection has come, as read at that time; a zero time is for states that nobody read from the tenant
// (invited, suspended). The time of a state's beginning stays while the state does.
func (s *Store) SetState(ctx context.Context, id ID, state State, readAt time.Time) error {
	if !slices.Contains(States, state) {
		return fmt.Errorf("state %q: %w", state, errs.Invalid)
	}
	var read *time.Time
	if !readAt.IsZero() {
		read = &readAt
	}
	tag, err := s.pool.In(id).Exec(ctx, `
		UPDATE tenant
		SET    state_since   = CASE WHEN state = @state THEN state_since ELSE now() END,
		       state         = @state,
		       state_read_at = COALESCE(@read, state_read_at)
		WHERE  tenant_id = @id`,
		pgx.NamedArgs{"id": id, "state": state, "read": read})
	return changed(tag.RowsAffected(), err, "set state of "+id.String())
}

// SetMark chooses the tenant's colour: 0 to 11, or -1 for the one by hash.
func (s *Store) SetMark(ctx context.Context, scope Scope, id ID, mark int16) error {
	if mark < -1 || mark > 11 {
		return fmt.Errorf("mark %d: %w", mark, errs.Invalid)
	}
	tag, err := s.pool.In(scope).Exec(ctx, `UPDATE tenant SET mark = $2 WHERE tenant_id = $1`, id, mark)
	return changed(tag.RowsAffected(), err, "set mark of "+id.String())
}

// changed turns "no row" into errs.NotFound: the scope hides it, or it does not exist.
func changed(rows int64, err error, what string) error {
	if err == nil && rows == 0 {
		err = errs.NotFound
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, postgres.Kind(err))
	}
	return nil
}
