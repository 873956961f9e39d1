package pgtest

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Customers are five tenants whose names do not sort as their ids do: one has only a domain, one no name at all, and two have the same name
// but for its case.
func Customers(t testing.TB, pool *postgres.Pool) (ids []tenant.ID) {
	t.Helper()
	for _, c := range []struct{ id, name, domain string }{
		{"11111111-1111-4111-8111-111111111111", "Northwind", ""},
		{"22222222-2222-4222-8222-222222222222", "Contoso", "z.example"},
		{"33333333-3333-4333-8333-333333333333", "", "fabrikam.example"},
		{"44444444-4444-4444-8444-444444444444", "contoso", "a.example"},
		{"55555555-5555-4555-8555-555555555555", "", ""},
	} {
		id, err := tenant.ParseID(c.id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := pool.In(id).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name, default_domain) VALUES ($1, $2, $3)`, id, c.name, c.domain); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// ByCustomer holds that a list by customer, read in pages of two up and down, has the rows that the list has in its own order, sorted as Go
// sorts them by the name of the customer, its id and what place says of a row.
func ByCustomer[T any](t *testing.T, of []tenant.ID, list func(scope tenant.Scope, sort string, desc bool, limit int, after string) (rows []T, next string, count int64, err error),
	place func(T) (tenant.ID, string, []string)) {
	t.Helper()
	compare := func(a, b T) int {
		ta, na, pa := place(a)
		tb, nb, pb := place(b)
		return cmp.Or(strings.Compare(strings.ToLower(na), strings.ToLower(nb)), strings.Compare(ta.String(), tb.String()), slices.Compare(pa, pb))
	}
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(of[1:4]...), tenant.Only(of[0])} {
		want, next, total, err := list(scope, "", false, 500, "")
		if err != nil || next != "" || int(total) != len(want) || len(want) < 3 {
			t.Fatalf("%v: %d rows to compare with, %d counted, %v", scope, len(want), total, err)
		}
		slices.SortFunc(want, compare)
		for _, desc := range []bool{false, true} {
			var got []T
			for after := ""; len(got) <= len(want); {
				rows, next, count, err := list(scope, "customer", desc, 2, after)
				if err != nil || count != total || len(rows) != 2 && next != "" {
					t.Fatalf("%v, down %v: a page of %d, %d counted of %d, %v", scope, desc, len(rows), count, total, err)
				}
				got = append(got, rows...)
				if after = next; after == "" {
					break
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%v, down %v:\n%+v, want\n%+v", scope, desc, got, want)
			}
			slices.Reverse(want)
		}
	}
}
