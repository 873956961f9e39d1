package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestStageKeepsValues goes beyond what a stage holds in memory, so that the file is read back too.
func TestStageKeepsValues(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Raw().Exec(t.Context(), `
		CREATE TABLE odd (a text, b timestamptz, c bigint, d boolean, e text[], f jsonb);
		GRANT SELECT ON odd TO `+postgres.WebRole); err != nil {
		t.Fatal(err)
	}
	const rows = 60_000
	hard := "tab\t nl\n cr\r back\\ \\N \\. quote\" ü \x00" + strings.Repeat("x", 80)
	at := time.Date(2026, 8, 8, 12, 0, 0, 123456789, time.UTC)
	s := postgres.NewStage("a", "b", "c", "d", "e", "f")
	defer s.Close()
	for i := range rows {
		r := s.Row().Text(hard).Time(at).Int(int64(i)).Bool(i%2 == 0).Strings([]string{"x", `q"\`, "", "NULL", "{}"})
		if i%2 == 0 {
			r.Null()
		} else {
			r.Text(`{"a":"b\\c\n"}`)
		}
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
	}
	err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
		if err := s.Copy(t.Context(), tx, "odd_stage", "odd"); err != nil {
			return err
		}
		var n, distinct, seq int64
		var a string
		var b time.Time
		var e []string
		var f string
		if err := tx.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT hash), max(seq) FROM odd_stage`).Scan(&n, &distinct, &seq); err != nil {
			return err
		}
		if err := tx.QueryRow(t.Context(), `SELECT a, b, e, f ->> 'a' FROM odd_stage WHERE c = $1`, rows-1).Scan(&a, &b, &e, &f); err != nil {
			return err
		}
		if n != rows || distinct != rows || seq != rows || s.Rows() != rows {
			t.Errorf("%d rows, %d hashes, seq %d", n, distinct, seq)
		}
		if a != strings.ReplaceAll(hard, "\x00", "\uFFFD") || !b.Equal(at.Truncate(time.Microsecond)) || len(e) != 5 || e[1] != `q"\` || e[3] != "NULL" || f != "b\\c\n" {
			t.Errorf("%q %s %q %q", a, b, e, f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
