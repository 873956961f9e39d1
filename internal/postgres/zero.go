package postgres

import (
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// Zero scans a time that may be NULL, or '-infinity' where a column sorts by it: either becomes the zero time, which means never. Times
// are UTC.
func Zero(t *time.Time) sql.Scanner { return zeroTime{t} }

type zeroTime struct{ t *time.Time }

// ScanTimestamptz takes a timestamptz as pgx reads it, without the detour by which Scan gets it.
func (z zeroTime) ScanTimestamptz(v pgtype.Timestamptz) error {
	*z.t = time.Time{}
	if v.Valid && v.InfinityModifier == pgtype.Finite {
		*z.t = v.Time.UTC()
	}
	return nil
}

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
