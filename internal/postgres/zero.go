package postgres

import (
	"database/sql"
	"time"
)

// Zero scans a time that may be NULL: NULL becomes the zero time, which means never. Times are UTC.
func Zero(t *time.Time) sql.Scanner { return zeroTime{t} }

type zeroTime struct{ t *time.Time }

// Scan takes what pgx hands to a database/sql scanner.
func (z zeroTime) Scan(src any) error {
	var n sql.NullTime
	if err := n.Scan(src); err != nil {
		return err
	}
	*z.t = time.Time{}
	if n.Valid {
		*z.t = n.Time.UTC()
	}
	return nil
}
