package incident

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Query is a query under a name, for use at any customer.
type Query struct {
	ID          int64  // 0: one of Examples
	Staff       int64  // who saved it; 0: somebody who is no longer staff
	By          string // their name
	Name        string
	Description string
	Text        string
	Shared      bool // with the whole team
	ChangedAt   time.Time
}

// MayChange tells whether one of the staff may change or delete it: their own, and an owner what the team shares.
func (q Query) MayChange(who tenant.Person) bool {
	return q.ID != 0 && (q.Staff == who.StaffID && who.StaffID != 0 || q.Shared && who.Role == tenant.RoleOwner)
}

// most is how many queries the portal keeps for a person.
const most = 200

// Queries keeps saved queries. Its tables know no tenants, so it opens the database for none.
type Queries struct{ pool *postgres.Pool }

// NewQueries keeps them in pool.
func NewQueries(pool *postgres.Pool) *Queries { return &Queries{pool: pool} }

func (s *Queries) db() postgres.DB { return s.pool.In(tenant.Only()) }

const saved = `
	SELECT q.query_id, COALESCE(q.staff_id, 0), COALESCE(NULLIF(s.name, ''), s.upn, ''), q.name, q.description, q.query, q.shared, q.changed_at
	FROM   hunting_query q
	LEFT   JOIN staff s ON s.staff_id = q.staff_id
	WHERE  (q.staff_id = $1 OR q.shared) `

// List returns the queries that one of the staff may see, by name.
func (s *Queries) List(ctx context.Context, who tenant.Person) ([]Query, error) {
	return s.find(ctx, saved+`ORDER BY lower(q.name), q.query_id LIMIT 2000`, who.StaffID)
}

func (s *Queries) find(ctx context.Context, sql string, args ...any) ([]Query, error) {
	rows, _ := s.db().Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Query])
	if err != nil {
		return nil, fmt.Errorf("hunting queries: %w", postgres.Kind(err))
	}
	return found, nil
}

// Get returns one query, or errs.NotFound where the person may not see it.
func (s *Queries) Get(ctx context.Context, who tenant.Person, id int64) (Query, error) {
	found, err := s.find(ctx, saved+`AND q.query_id = $2`, who.StaffID, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("hunting query %d: %w", id, errs.NotFound)
	}
	if err != nil {
		return Query{}, err
	}
	return found[0], nil
}

// Save keeps a new query, or changes one that the person may change. A name that they have already is errs.Conflict.
func (s *Queries) Save(ctx context.Context, who tenant.Person, q Query) (id int64, err error) {
	if q, err = q.checked(); err != nil {
		return 0, err
	}
	if q.ID != 0 {
		kept, err := s.changeable(ctx, who, q.ID)
		switch {
		case err != nil:
			return 0, err
		case kept.Staff != who.StaffID && !q.Shared: // nobody here would see it any more, and of who left nobody at all
			return 0, errs.Show(errs.Invalid, "Only who saved it can keep it to themselves. You can delete it.")
		}
		_, err = s.db().Exec(ctx, `UPDATE hunting_query SET name = $2, description = $3, query = $4, shared = $5, changed_at = now() WHERE query_id = $1`, q.ID, q.Name, q.Description, q.Text, q.Shared)
		return q.ID, named(err)
	}
	if _, err := s.db().Exec(ctx, `DELETE FROM hunting_query WHERE staff_id IS NULL AND NOT shared`); err != nil { // of people who left
		return 0, fmt.Errorf("tidy hunting queries: %w", postgres.Kind(err))
	}
	var n int
	if err := s.db().QueryRow(ctx, `SELECT count(*) FROM hunting_query WHERE staff_id = $1`, who.StaffID).Scan(&n); err != nil {
		return 0, fmt.Errorf("count hunting queries: %w", postgres.Kind(err))
	}
	if n >= most {
		return 0, errs.ShowNext(errs.Conflict, "You have 200 queries, which is all that the portal keeps for a person.", "Delete one first.")
	}
	err = s.db().QueryRow(ctx, `INSERT INTO hunting_query (staff_id, name, description, query, shared) VALUES ($1, $2, $3, $4, $5) RETURNING query_id`,
		who.StaffID, q.Name, q.Description, q.Text, q.Shared).Scan(&id)
	return id, named(err)
}

// Delete removes a query for everybody who sees it.
func (s *Queries) Delete(ctx context.Context, who tenant.Person, id int64) error {
	if _, err := s.changeable(ctx, who, id); err != nil {
		return err
	}
	if _, err := s.db().Exec(ctx, `DELETE FROM hunting_query WHERE query_id = $1`, id); err != nil {
		return fmt.Errorf("delete hunting query %d: %w", id, postgres.Kind(err))
	}
	return nil
}

func (s *Queries) changeable(ctx context.Context, who tenant.Person, id int64) (Query, error) {
	q, err := s.Get(ctx, who, id)
	if err == nil && !q.MayChange(who) {
		err = errs.ShowNext(errs.Forbidden, "This query is somebody else’s.", "Save one of your own under another name.")
	}
	return q, err
}

// named turns the name's index into a sentence.
func named(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return errs.Show(errs.Conflict, "You have a query of that name already.")
	}
	if err != nil {
		return fmt.Errorf("save hunting query: %w", postgres.Kind(err))
	}
	return nil
}

// checked is the query as it can be stored, or errs.Invalid.
func (q Query) checked() (Query, error) {
	asked, err := Question{q.Text, MostDays}.Checked()
	q.Name, q.Description, q.Text = strings.TrimSpace(q.Name), strings.TrimSpace(q.Description), asked.Query
	switch {
	case q.Name == "" || utf8.RuneCountInString(q.Name) > 80 || !postgres.Printable(q.Name):
		return q, errs.Show(errs.Invalid, "Give the query a name of at most 80 characters.")
	case utf8.RuneCountInString(q.Description) > 300 || !postgres.Printable(q.Description):
		return q, errs.Show(errs.Invalid, "A description has at most 300 characters, in one line.")
	}
	return q, err
}

// Draft is what the person wrote last; nothing where they wrote nothing yet.
func (s *Queries) Draft(ctx context.Context, who tenant.Person) (q Question, err error) {
	err = s.db().QueryRow(ctx, `SELECT query, days FROM hunting_draft WHERE staff_id = $1`, who.StaffID).Scan(&q.Query, &q.Days)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return q, fmt.Errorf("hunting draft: %w", postgres.Kind(err))
	}
	return q, nil
}

// KeepDraft remembers what the person wrote.
func (s *Queries) KeepDraft(ctx context.Context, who tenant.Person, q Question) error {
	if _, err := s.db().Exec(ctx, `
		INSERT INTO hunting_draft (staff_id, query, days) VALUES ($1, $2, $3)
		ON CONFLICT (staff_id) DO UPDATE SET query = excluded.query, days = excluded.days`, who.StaffID, q.Query, q.Days); err != nil {
		return fmt.Errorf("keep hunting draft: %w", postgres.Kind(err))
	}
	return nil
}
