package gdap

import (
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestContractFromGraph(t *testing.T) {
	for body, want := range map[string]Contract{
		`{"id":"c","contractType":"ResellerPartner","customerId":"` + contoso.String() + `","displayName":"Contoso\u0000","defaultDomainName":"contoso.example"}`: {ID: "c", Customer: contoso, Name: "Contoso\uFFFD", Domain: "contoso.example", Type: "ResellerPartner"},
		`{"id":"c","customerId":"contoso.com"}`: {},
		`{"id":"c"}`:                            {},
	} {
		var w graph.Contract
		if err := gojson.Unmarshal([]byte(body), &w); err != nil {
			t.Fatal(err)
		}
		if got := contractFromGraph(w); got != want {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

// TestContracts: the partner's customers, which of them this portal does not have, and what somebody sees who may see one of them.
func TestContracts(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for tid, name := range map[tenant.ID]string{home: "First Up", contoso: "Contoso"} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, tid, name); err != nil {
			t.Fatal(err)
		}
	}
	s := NewStore(pool)
	merge := func(at time.Time, found ...Contract) (m graphsync.Merged) {
		t.Helper()
		if err := pool.InTx(t.Context(), home, func(tx pgx.Tx) (err error) {
			if _, err = s.Merge(t.Context(), tx, home, at.Unix(), at, []Relationship{active("1", contoso, noon.AddDate(1, 0, 0))}); err != nil {
				return err
			}
			m, err = s.MergeContracts(t.Context(), tx, home, at.Unix(), at, found)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := Contract{ID: "1", Customer: contoso, Name: "Contoso", Domain: "z.example"}, Contract{ID: "2", Customer: stranger, Name: "Alpine", Domain: "y.example"}
	if m := merge(noon, a, b); m.Written != 2 || m.Counters["total"] != 2 {
		t.Errorf("first: %+v", m)
	}
	yes, no := true, false
	for _, tc := range []struct {
		scope tenant.Scope
		f     ContractFilter
		want  string
	}{
		{tenant.Everything(), ContractFilter{}, "Alpine Contoso "}, {tenant.Everything(), ContractFilter{Sort: "domain", Desc: true}, "Contoso Alpine "}, {tenant.Only(contoso), ContractFilter{}, "Contoso "}, {tenant.Only(fabrikam), ContractFilter{}, ""},
		{tenant.Everything(), ContractFilter{Known: &no}, "Alpine "}, {tenant.Everything(), ContractFilter{Known: &yes, Active: &yes}, "Contoso "}, {tenant.Everything(), ContractFilter{Active: &no}, "Alpine "}, {tenant.Everything(), ContractFilter{Q: "Y.EX"}, "Alpine "},
	} {
		got := ""
		page, err := s.Contracts(t.Context(), tc.scope, tc.f)
		for _, c := range page.Rows {
			got += c.Name + " "
		}
		if n, err2 := s.CountContracts(t.Context(), tc.scope, tc.f); err != nil || err2 != nil || got != tc.want || n != page.Count || int(n) != len(page.Rows) {
			t.Errorf("%+v: %q, count %d of %d, want %q, %v", tc.f, got, n, page.Count, tc.want, err)
		}
	}
	if m := merge(noon.Add(time.Hour), b); m.Written != 0 || m.Gone != 1 {
		t.Errorf("one is gone: %+v", m)
	}
	if _, err := s.Contracts(t.Context(), tenant.Everything(), ContractFilter{Sort: "x"}); err == nil {
		t.Error("an unknown order")
	}
}

// FuzzContract: whatever Graph says of a contract, Postgres can hold it, and one that is kept names a customer.
func FuzzContract(f *testing.F) {
	f.Add([]byte(`{"id":"x","customerId":"0-0","displayName":"\ud800","defaultDomainName":"\u0000","contractType":"somethingNew"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.Contract
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		c := contractFromGraph(w)
		for _, s := range []string{c.ID, c.Name, c.Domain, c.Type} {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if c.ID != "" && c.Customer.IsZero() {
			t.Errorf("%+v", c)
		}
	})
}
