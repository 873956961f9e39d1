package autopilot

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds Autopilot identities in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var columns = `
	d.tenant_id, ` + postgres.TenantName("d") + `,
	d.id, d.serial, d.name, d.manufacturer, d.model, d.system_family, d.sku, d.group_tag, d.purchase_order, d.profile_status, d.profile_detail,
	NULLIF(d.profile_assigned_at, '-infinity'), d.state, NULLIF(d.contacted_at, '-infinity'), d.upn, d.user_name, d.entra_device_id, d.managed_device_id,
	d.device_account, d.friendly_name, d.remediation, NULLIF(d.remediation_at, '-infinity'), d.userless, d.first_seen_at, d.changed_at, d.gone_at`

func scan(row pgx.CollectableRow, more ...any) (Identity, error) {
	var i Identity
	err := row.Scan(append([]any{&i.Tenant, &i.TenantName,
		&i.ID, &i.Serial, &i.Name, &i.Manufacturer, &i.Model, &i.SystemFamily, &i.SKU, &i.GroupTag, &i.PurchaseOrder, &i.ProfileStatus, &i.ProfileDetail,
		postgres.Zero(&i.ProfileAssignedAt), &i.State, postgres.Zero(&i.ContactedAt), &i.UPN, &i.UserName, &i.EntraDeviceID, &i.ManagedDeviceID,
		&i.DeviceAccount, &i.FriendlyName, &i.Remediation, postgres.Zero(&i.RemediationAt), &i.Userless, &i.FirstSeenAt, &i.ChangedAt, postgres.Zero(&i.GoneAt)}, more...)...)
	return i, err
}

// orders are the sorts of List; each follows an index.
var orders = map[string][]postgres.Key{
	"serial":    {{Expr: "d.serial_key", Type: "text"}},
	"contacted": {{Expr: "d.contacted_at", Type: "timestamptz"}},
	"state":     {{Expr: "d.state", Type: "text"}, {Expr: "d.serial_key", Type: "text"}},
	"profile":   {{Expr: "d.profile_status", Type: "text"}, {Expr: "d.serial_key", Type: "text"}},
	"tag":       {{Expr: "d.group_tag", Type: "text"}, {Expr: "d.serial_key", Type: "text"}},
	"customer":  postgres.TenantOrder("d", postgres.Key{Expr: "d.serial_key", Type: "text"}),
}

func order(f Filter, one bool) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = Sorts[0]
	}
	keys, ok := orders[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Autopilot devices cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	o := postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.id", Type: "text"})}
	if one {
		o = o.OfOneTenant()
	}
	return o, nil
}

// where turns the filter into conditions. They use operators that row-level security lets an index answer.
func where(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "d.tenant_id")
	if f.Gone {
		w.And("d.gone_at IS NOT NULL")
	} else {
		w.And("d.gone_at IS NULL")
	}
	for _, c := range []struct {
		column string
		values []string
	}{
		{"d.state", f.State}, {"d.profile_status", f.Profile}, {"d.group_tag", f.GroupTag}, {"d.purchase_order", f.PurchaseOrder}, {"d.model", f.Model},
	} {
		if slices.ContainsFunc(c.values, func(v string) bool { return !postgres.Printable(v) }) {
			return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for.")
		}
		w.OneOf(c.column, c.values)
	}
	if err := postgres.CheckSearch(f.Q, f.UPN); err != nil {
		return nil, false, err
	}
	if f.UPN != "" {
		w.And("d.user_key = ?", strings.ToLower(f.UPN))
	}
	switch {
	case f.Enrolled == nil:
	case *f.Enrolled:
		w.And("d.managed_device_id <> ''")
	default:
		w.And("d.managed_device_id = ''") // as its index says
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	w.Searched(postgres.Searchable{Table: "autopilot_identity", Alias: "d", Key: "d.serial_key"}, f.Q)
	return w, one, nil
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "autopilot_identity d", Cursor: f.After, Limit: f.Limit, Most: f.CountMost}
	one := false
	if l.Where, one, err = where(scope, f); err != nil {
		return l, err
	}
	if keys := f.counters(); keys != nil {
		l.Counters = postgres.CountersOf(scope, f.Tenants, graphsync.Autopilot, keys...)
	}
	l.Order, err = order(f, one)
	return l, err
}

// counters are those whose sum is how many identities f chooses; nil where counters cannot tell. An identity has one state and one profile.
func (f Filter) counters() (keys []string) {
	if f.Gone || f.Q != "" || f.UPN != "" || f.Enrolled != nil || len(f.GroupTag)+len(f.PurchaseOrder)+len(f.Model) > 0 || len(f.State) > 0 && len(f.Profile) > 0 {
		return nil
	}
	for _, v := range f.State {
		keys = append(keys, "state:"+v)
	}
	for _, v := range f.Profile {
		keys = append(keys, "profile:"+v)
	}
	if keys == nil {
		return []string{"total"}
	}
	return keys
}

// List returns the identities in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
	p.Count, p.More = l.Counted(p.Count)
	return p, err
}

// Count is how many identities in the scope match f, exactly.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	f.CountMost = 0
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// Each calls f for every identity that matches, in order. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Identity) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}
