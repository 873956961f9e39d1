package page

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// TenantRef names a customer in a row and in its JSON.
type TenantRef struct {
	ID   tenant.ID `json:"id"`
	Name string    `json:"name"`
}

// Chip shows it with its colour, and leads to its own page.
func (t TenantRef) Chip() ui.TenantChip {
	return ui.TenantChip{Name: t.Name, URL: "/t/" + t.ID.String(), Colour: ui.Mark(t.ID.String())}
}

// CustomerColumn says in a list over several customers whose a row is; the list is sorted by it where its spec knows the sort "customer".
func CustomerColumn[R any](width int, of func(R) TenantRef) Column[R] {
	return Column[R]{
		Key: "customer", Label: "Customer", Kind: ui.KindTenant, Sort: "customer", Width: width,
		Text: func(r R) string { return of(r).Name }, Cell: func(r R) ui.Cell { return ui.TenantCell(of(r).Chip()) },
	}
}

// Customers are the tenants that the filter ByCustomer of a list names; none: all.
func (q Query) Customers() (ids []tenant.ID, err error) {
	for _, v := range q.Values[ByCustomer.Name] {
		id, err := tenant.ParseID(v)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Param is a part of the path. chi matches the escaped path, so that an identifier with a slash stays one part. An empty one is errs.NotFound.
func Param(r *http.Request, name string) (string, error) {
	v, err := url.PathUnescape(chi.URLParam(r, name))
	if err != nil || v == "" {
		return "", errs.NotFound
	}
	return v, nil
}
