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
