package pgtest_test

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

func TestNewIsMigratedAndOnesOwn(t *testing.T) {
	a, b := pgtest.New(t), pgtest.New(t)
	if n, err := postgres.Pending(t.Context(), a); err != nil || n != 0 {
		t.Fatalf("pending migrations = %d, %v", n, err)
	}
	if _, err := a.Raw().Exec(t.Context(), `INSERT INTO setting (name, value) VALUES ('a', '1')`); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := b.Raw().QueryRow(t.Context(), `SELECT count(*) FROM setting`).Scan(&n); err != nil || n != 0 {
		t.Errorf("the other test's database has %d rows, %v", n, err)
	}
}
