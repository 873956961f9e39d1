package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Changed is who set something, and when; both are zero where nobody did.
type Changed struct {
	At time.Time
	By string
}

// Setting reads one of the portal's settings, which are kept as JSON under their names, into v. Where nobody set it v stays as it is.
func Setting(ctx context.Context, db DB, name string, v any) (c Changed, err error) {
	var raw []byte
	err = db.QueryRow(ctx, `SELECT value, changed_at, changed_by FROM setting WHERE name = $1`, name).Scan(&raw, &c.At, &c.By)
	if errors.Is(err, pgx.ErrNoRows) {
		return Changed{}, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		return Changed{}, fmt.Errorf("setting %s: %w", name, Kind(err))
	}
	return c, nil
}

// SaveSetting sets one of the portal's settings; without a time it was set now, by the database's clock.
func SaveSetting(ctx context.Context, db DB, name string, v any, c Changed) error {
	raw, err := json.Marshal(v)
	var at *time.Time
	if !c.At.IsZero() {
		at = &c.At
	}
	if err == nil {
		_, err = db.Exec(ctx, `
			INSERT INTO setting (name, value, changed_at, changed_by) VALUES ($1, $2, COALESCE($3, now()), $4)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by`, name, string(raw), at, c.By)
	}
	if err != nil {
		return fmt.Errorf("set %s: %w", name, Kind(err))
	}
	return nil
}
