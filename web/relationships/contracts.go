package relationships

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var contractNoun = fresh.Noun{One: "contract", Many: "contracts", Whole: "customers by contract", Icon: "building"}

// contractSpec is what the list of contracts reads from its URL.
var contractSpec = page.Spec{
	Sorts: []string{"name", "domain"}, Columns: []string{"domain", "known", "gdap", "type"}, Default: []string{"domain", "known", "gdap", "type"}, Placeholder: "Name, domain",
	Filters: []page.Filter{{Name: "known", Label: "In this portal", Options: yesNo}, {Name: "gdap", Label: "GDAP active", Options: yesNo}},
}

// contract is one customer of the partner by contract.
type contract struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"` // as it was when the contract was made
	Domain   string    `json:"default_domain"`
	Type     string    `json:"contract_type"`
	Customer tenant.ID `json:"customer_id"`
	Known    bool      `json:"in_portal"`
	Active   bool      `json:"gdap_active"`
	URL      string    `json:"url,omitempty"`
}

func newContract(c gdap.Contract) contract {
	x := contract{ID: c.ID, Name: c.Name, Domain: c.Domain, Type: c.Type, Customer: c.Customer, Known: c.Known, Active: c.Active}
	if x.Name == "" {
		x.Name = "Customer without a name"
	}
	if x.Known {
		x.URL = "/t/" + c.Customer.String()
	}
	return x
}

// contracts lists the partner's customers as Microsoft's list of resellers has them, and tells which this portal does not have.
func (h *Handler) contracts(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	q, err := contractSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := gdap.ContractFilter{Q: q.Q, Known: truth(q, "known"), Active: truth(q, "gdap"), Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	read, err := h.Sync.Freshness(ctx, tenant.Only(h.Tenants.Home()), graphsync.Contracts)
	if err != nil {
		return err
	}
	l := page.List[contract]{
		Title: "Customers by contract", One: contractNoun.One, Many: contractNoun.Many, M: m, Query: q, Spec: contractSpec, Columns: contractColumns(), URL: func(c contract) string { return c.URL },
		Context: []ui.Crumb{{Text: "GDAP relationships", URL: "/relationships"}}, AsOf: read.AsOf, Freshness: h.line(read, m, now), Below: contractNote(),
		Each: h.eachContract(m.Scope, f),
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Relationships.Contracts(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, c := range found.Rows {
		l.Rows = append(l.Rows, newContract(c))
	}
	if len(l.Rows) == 0 {
		if l.Empty, err = h.noContract(ctx, m, q, read, now); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

func (h *Handler) eachContract(scope tenant.Scope, f gdap.ContractFilter) func(context.Context) iter.Seq2[contract, error] {
	return page.Streamed(func(ctx context.Context, each func(gdap.Contract) error) error {
		return h.Relationships.EachContract(ctx, scope, f, each)
	}, newContract)
}

func (h *Handler) noContract(ctx context.Context, m tenant.Membership, q page.Query, read graphsync.Freshness, now time.Time) (ui.Empty, error) {
	e, err := fresh.EmptyList(contractNoun, read, h.home(), q, now, func() (int64, error) {
		return h.Relationships.CountContracts(ctx, m.Scope, gdap.ContractFilter{})
	})
	if err != nil || e.Kind == ui.EmptyNoMatch {
		return e, err
	}
	if e.Kind == ui.EmptyNotPermitted {
		e.Title = "Contracts may not be read"
		e.Lines = append(e.Lines, "The partner’s own tenant must grant "+permissionOf(read.Dataset)+" to the registration’s service principal there. No customer is asked for it.")
	}
	return h.syncOnly(e, m, graphsync.Contracts), nil
}

func contractColumns() []page.Column[contract] {
	either := func(b bool, yes, no string) string { // said in words, as a phone shows no heads
		if b {
			return yes
		}
		return no
	}
	plain := func(key, label string, priority, width int, sort string, get func(contract) string) page.Column[contract] {
		return page.Column[contract]{Key: key, Label: label, Priority: priority, Width: width, Sort: sort, Text: get, Cell: func(c contract) ui.Cell { return ui.TextCell(get(c)) }}
	}
	return []page.Column[contract]{
		{Key: "name", Label: "Customer", Sort: "name", Text: func(c contract) string { return c.Name }},
		plain("domain", "Domain", 1, 260, "domain", func(c contract) string { return c.Domain }),
		plain("known", "In this portal", 1, 160, "", func(c contract) string { return either(c.Known, "In this portal", "Not in this portal") }),
		plain("gdap", "GDAP", 1, 160, "", func(c contract) string { return either(c.Active, "GDAP active", "No active GDAP") }),
		plain("type", "Contract", 2, 180, "", func(c contract) string { return c.Type }),
		{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(c contract) string { return c.Customer.String() }},
	}
}
