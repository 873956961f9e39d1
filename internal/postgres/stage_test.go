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
	const rows = 25_000
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

// TestSame takes a row away behind the back of the merge, which shows whether a read was compared row by row.
func TestSame(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx, now := t.Context(), time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	if _, err := pool.Raw().Exec(ctx, `
		CREATE TABLE odd (tenant_id uuid, id text, name text, hash bytea, first_seen_at timestamptz, changed_at timestamptz, PRIMARY KEY (tenant_id, id));
		GRANT SELECT, INSERT, UPDATE, DELETE ON odd TO `+postgres.WebRole); err != nil {
		t.Fatal(err)
	}
	merge := func(tid tenant.ID, how postgres.Merge, columns string, rows ...[2]string) (written int64) {
		t.Helper()
		s := postgres.NewStage(strings.Fields(columns)...)
		defer s.Close()
		for _, r := range rows {
			if err := s.Row().Text(r[0]).Text(r[1]).End(); err != nil {
				t.Fatal(err)
			}
		}
		err := pool.InTx(ctx, tid, func(tx pgx.Tx) (err error) {
			written, _, err = s.Merge(ctx, tx, how, tid, 1, now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return written
	}
	lose := func() {
		t.Helper()
		if _, err := pool.Raw().Exec(ctx, `DELETE FROM odd WHERE id = 'b'`); err != nil {
			t.Fatal(err)
		}
	}
	whole, a, b := postgres.Merge{Table: "odd"}, [2]string{"a", "Anvil"}, [2]string{"b", "Bellows"}
	for _, step := range []struct {
		name  string
		merge func() int64
		want  int64
	}{
		{"the first read", func() int64 { return merge(contoso, whole, "id name", a, b) }, 2},
		{"the same", func() int64 { lose(); return merge(contoso, whole, "id name", a, b) }, 0},
		{"the same of another tenant", func() int64 { return merge(fabrikam, whole, "id name", a, b) }, 2},
		{"the same in another order", func() int64 { return merge(contoso, whole, "id name", b, a) }, 1},
		{"the same with columns changed about", func() int64 { return merge(contoso, whole, "name id", b, a) }, 2},
		{"back", func() int64 { return merge(contoso, whole, "id name", a, b) }, 2},
		{"twice the same row", func() int64 { lose(); return merge(contoso, whole, "id name", a, b, b) }, 1},
		{"nothing", func() int64 { return merge(contoso, whole, "id name") }, 0},
		{"back from nothing", func() int64 { return merge(contoso, whole, "id name", a, b) }, 2},
		{"a part", func() int64 {
			lose()
			return merge(contoso, postgres.Merge{Table: "odd", Part: true}, "id name", a, b)
		}, 1},
		{"reread", func() int64 {
			lose()
			if err := pool.InTx(ctx, contoso, func(tx pgx.Tx) error { return postgres.Reread(ctx, tx, "odd", contoso) }); err != nil {
				t.Fatal(err)
			}
			return merge(contoso, whole, "id name", a, b)
		}, 1},
	} {
		if got := step.merge(); got != step.want {
			t.Errorf("%s: %d rows written, not %d", step.name, got, step.want)
		}
	}
}
