package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds views in Postgres. Its tables know no tenants, so it opens the database for none.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

func (s *Store) db() postgres.DB { return s.pool.In(tenant.Only()) }

const query = `
	SELECT v.view_id, COALESCE(v.staff_id, 0), COALESCE(NULLIF(s.name, ''), s.upn, ''), v.list, v.title, v.name, v.state, v.words, v.shared, c.view_id IS NOT NULL, v.changed_at
	FROM   saved_view v
	LEFT   JOIN staff s ON s.staff_id = v.staff_id
	LEFT   JOIN list_choice c ON c.staff_id = $1 AND c.list = v.list AND c.view_id = v.view_id
	WHERE  (v.staff_id = $1 OR v.shared) `

func scan(row pgx.CollectableRow) (View, error) {
	var v View
	err := row.Scan(&v.ID, &v.Staff, &v.By, &v.List, &v.Title, &v.Name, &v.State, &v.Words, &v.Shared, &v.Default, &v.ChangedAt)
	return v, err
}

// List returns the views that the reader may see, by list and name.
func (s *Store) List(ctx context.Context, who Reader) ([]View, error) {
	return s.find(ctx, who, query+`ORDER BY v.list, lower(v.name), v.view_id LIMIT 5000`, who.Staff)
}

func (s *Store) find(ctx context.Context, who Reader, sql string, args ...any) ([]View, error) {
	rows, _ := s.db().Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("views: %w", postgres.Kind(err))
	}
	return slices.DeleteFunc(found, func(v View) bool { return !who.sees(v) }), nil
}

// Get returns one view, or errs.NotFound where the reader may not see it.
func (s *Store) Get(ctx context.Context, who Reader, id int64) (View, error) {
	found, err := s.find(ctx, who, query+`AND v.view_id = $2`, who.Staff, id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("view %d: %w", id, errs.ShowNext(errs.NotFound, "There is no such view, or it is not shared with you.", "Open the list and choose another one."))
	}
	if err != nil {
		return View{}, err
	}
	return found[0], nil
}

// Of returns what the reader has for a list: its views, and the columns kept under the key of columns (the list's, or its own inside a tenant).
func (s *Store) Of(ctx context.Context, who Reader, list, columns string) (k Kept, err error) {
	if k.Views, err = s.find(ctx, who, query+`AND v.list = $2 ORDER BY lower(v.name), v.view_id LIMIT 500`, who.Staff, list); err != nil {
		return k, err
	}
	err = s.db().QueryRow(ctx, `SELECT columns FROM list_choice WHERE staff_id = $1 AND list = $2`, who.Staff, columns).Scan(&k.Columns)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return k, fmt.Errorf("columns of %s: %w", list, postgres.Kind(err))
	}
	return k, nil
}

// Starts returns the view that each list starts with, by path.
func (s *Store) Starts(ctx context.Context, who Reader) (map[string]int64, error) {
	found, err := s.find(ctx, who, query+`AND c.view_id IS NOT NULL`, who.Staff)
	starts := make(map[string]int64, len(found))
	for _, v := range found {
		starts[v.List] = v.ID
	}
	return starts, err
}

// Create saves a view of the reader. A name that the reader has for that list already is errs.Conflict.
func (s *Store) Create(ctx context.Context, who Reader, v View) (id int64, err error) {
	if v, err = checked(v); err != nil {
		return 0, err
	}
	if v.Shared && !who.Share {
		return 0, notShared
	}
	err = s.pool.InTx(ctx, tenant.Only(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM saved_view WHERE staff_id IS NULL AND NOT shared`); err != nil { // of people who left
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM saved_view WHERE staff_id = $1`, who.Staff).Scan(&n); err != nil {
			return err
		}
		if n >= maxViews {
			return errs.ShowNext(errs.Conflict, "You have 100 views, which is all that the portal keeps for a person.", "Delete one first.")
		}
		return named(tx.QueryRow(ctx, `INSERT INTO saved_view (staff_id, list, title, name, state, words, shared) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING view_id`,
			who.Staff, v.List, v.Title, v.Name, v.State, v.Words, v.Shared).Scan(&id))
	})
	if err != nil {
		return 0, fmt.Errorf("save view: %w", postgres.Kind(err))
	}
	return id, nil
}

// notShared says who may share.
var notShared = errs.ShowNext(errs.Forbidden, "Your role may keep views for yourself, but not share them.", "A technician or an owner can share one.")

// Update renames a view and shares it or not.
func (s *Store) Update(ctx context.Context, who Reader, id int64, name string, shared bool) error {
	v, err := s.changeable(ctx, who, id)
	if err != nil {
		return err
	}
	if shared && !who.Share {
		return notShared
	}
	v.Name, v.Shared = name, shared
	if v, err = checked(v); err != nil {
		return err
	}
	_, err = s.db().Exec(ctx, `UPDATE saved_view SET name = $2, shared = $3, changed_at = now() WHERE view_id = $1`, id, v.Name, v.Shared)
	if err = named(err); err != nil {
		return fmt.Errorf("change view %d: %w", id, postgres.Kind(err))
	}
	return nil
}

// Named returns the reader's own view of a list with that name, where the reader may change it; errs.NotFound where there is none.
func (s *Store) Named(ctx context.Context, who Reader, list, name string) (View, error) {
	found, err := s.find(ctx, who, query+`AND v.staff_id = $1 AND v.list = $2 AND lower(v.name) = lower($3)`, who.Staff, list, strings.TrimSpace(name))
	if err == nil && (len(found) == 0 || !who.MayChange(found[0])) {
		err = fmt.Errorf("view %q of %s: %w", name, list, errs.NotFound)
	}
	if err != nil {
		return View{}, err
	}
	return found[0], nil
}

// Replace makes a view show what v does, under its name and seen by whom v says. It stays the same view: who leads to it, or starts with it, sees that.
func (s *Store) Replace(ctx context.Context, who Reader, id int64, v View) error {
	was, err := s.changeable(ctx, who, id)
	if err != nil {
		return err
	}
	if v.List != was.List {
		return errs.Show(errs.Invalid, "This view belongs to another list.")
	}
	if v.Shared && !who.Share {
		return notShared
	}
	if v, err = checked(v); err != nil {
		return err
	}
	_, err = s.db().Exec(ctx, `UPDATE saved_view SET title = $2, name = $3, state = $4, words = $5, shared = $6, changed_at = now() WHERE view_id = $1`,
		id, v.Title, v.Name, v.State, v.Words, v.Shared)
	if err = named(err); err != nil {
		return fmt.Errorf("replace view %d: %w", id, postgres.Kind(err))
	}
	return nil
}

// OfGroup is how many views are narrowed to a group of customers, whosever they are.
func (s *Store) OfGroup(ctx context.Context, group int64) (n int64, err error) {
	err = s.db().QueryRow(ctx, `SELECT count(*) FROM saved_view WHERE '&' || state || '&' LIKE '%&group=' || $1::bigint || '&%' AND staff_id IS NOT NULL`, group).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("views of group %d: %w", group, postgres.Kind(err))
	}
	return n, nil
}

// Delete removes a view, also from the lists that start with it.
func (s *Store) Delete(ctx context.Context, who Reader, id int64) error {
	if _, err := s.changeable(ctx, who, id); err != nil {
		return err
	}
	if _, err := s.db().Exec(ctx, `DELETE FROM saved_view WHERE view_id = $1`, id); err != nil {
		return fmt.Errorf("delete view %d: %w", id, postgres.Kind(err))
	}
	return nil
}

// changeable is the view if the reader may change it: errs.NotFound where they may not see it, errs.Forbidden where it is another's.
func (s *Store) changeable(ctx context.Context, who Reader, id int64) (View, error) {
	v, err := s.Get(ctx, who, id)
	if err == nil && !who.MayChange(v) {
		err = errs.ShowNext(errs.Forbidden, "This view is somebody else's.", "Save one of your own from the list.")
	}
	return v, err
}

// Start makes a list start with a view, for the reader only; with on false, with everything again.
func (s *Store) Start(ctx context.Context, who Reader, id int64, on bool) error {
	v, err := s.Get(ctx, who, id)
	if err != nil {
		return err
	}
	var start *int64
	if on {
		start = &id
	}
	return s.choose(ctx, `
		INSERT INTO list_choice (staff_id, list, view_id) VALUES ($1, $2, $3)
		ON CONFLICT (staff_id, list) DO UPDATE SET view_id = excluded.view_id`, who.Staff, v.List, start)
}

// KeepColumns remembers the reader's columns of a list; none means the list's own again.
func (s *Store) KeepColumns(ctx context.Context, who Reader, list string, columns []string) error {
	if len(columns) > 100 || slices.ContainsFunc(columns, func(c string) bool { return len(c) > 60 || !postgres.Printable(c) }) {
		return errs.Show(errs.Invalid, "These are no columns of a list.")
	}
	if columns == nil {
		columns = []string{}
	}
	return s.choose(ctx, `
		INSERT INTO list_choice (staff_id, list, columns) VALUES ($1, $2, $3)
		ON CONFLICT (staff_id, list) DO UPDATE SET columns = excluded.columns`, who.Staff, list, columns)
}

func (s *Store) choose(ctx context.Context, sql string, args ...any) error {
	if _, err := s.db().Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("keep a choice: %w", postgres.Kind(err))
	}
	return nil
}

// named turns the name's index into a sentence.
func named(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		return errs.Show(errs.Conflict, "A view of this list has that name already.")
	}
	return err
}
