package devices

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Orders makes a job of an action for many devices, in the name of who asks.
type Orders interface {
	Order(ctx context.Context, by tenant.Person, ask deviceaction.Ask, set []deviceaction.Device, as map[tenant.ID]string) (int64, error)
}

// Bulk serves the page that asks before Intune does something to many devices, over all tenants or in one.
type Bulk struct {
	Devices *device.Store
	Orders  Orders
}

// Mount adds the confirmation of a set, and the order.
func (h *Bulk) Mount(r page.Router) {
	r.GetFor("/devices/actions", tenant.MayAct, h.choose)
	r.Post("/devices/actions", tenant.MayAct, h.confirm)
	r.Post("/devices/actions/order", tenant.MayAct, h.order)
}

// set is the devices that were chosen, as they are now.
type set struct {
	can     []deviceaction.Device // what the action is sent to
	cannot  []refused             // left out, with the reason
	parts   []part                // by customer
	hash    string
	changed []string // what differs from what was confirmed
	kind    deviceaction.Kind
	options deviceaction.Options
	names   map[tenant.ID]string
	as      map[tenant.ID]string // who the customer's log will name; where the person is signed in only
}

// part is the set at one customer.
type part struct {
	Customer page.TenantRef
	Devices  int
	SignIn   string // where to sign in, for devices that are left out until then; empty: they are in
}

// refused is a device that is left out.
type refused struct{ name, customer, reason string }

// bulkView is the confirmation.
type bulkView struct {
	m      tenant.Membership
	set    set
	reason string
	nonce  string
	faults page.Faults
}

// choose shows what can be done with all devices that match a list's filters, which stand in this address too.
func (h *Bulk) choose(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if r.URL.Query().Get("kind") == "" {
		return page.Render(w, r, http.StatusOK, kindsPage(page.Shell(r, m, "Act on all that match"), kindsView{m: m, query: r.URL.Query()}))
	}
	found, err := h.matching(r.Context(), m, r.URL)
	if err != nil {
		return err
	}
	return h.show(w, r, m, http.StatusOK, r.URL.Query(), found)
}

// confirm shows what is about to be sent to the devices that were ticked.
func (h *Bulk) confirm(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	found, err := h.ticked(r.Context(), m, form["id"])
	if err != nil {
		return err
	}
	return h.show(w, r, m, http.StatusOK, form, found)
}

func (h *Bulk) show(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, form url.Values, found []device.Device) error {
	v, err := newBulk(m, page.ChromeOf(r.Context()), form, found)
	if err != nil {
		return err
	}
	return page.Render(w, r, status, bulkPage(page.Shell(r, m, v.title()), v))
}

// order makes the job, unless the set is not what was confirmed any more.
func (h *Bulk) order(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	found, err := h.ticked(r.Context(), m, form["id"])
	if err != nil {
		return err
	}
	v, err := newBulk(m, page.ChromeOf(r.Context()), form, found)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	switch nonce := form.Get("nonce"); {
	case len(v.set.can) == 0:
		v.faults.Add("reason", "No device is left to send this to.")
	case form.Get("set") != v.set.hash:
		v.set.changed, status = v.set.differs(form), http.StatusConflict
	case len([]rune(v.reason)) > maxReason:
		v.faults.Add("reason", "Write at most 200 characters.")
	case nonce == "" || len(nonce) > 64:
		v.faults.Add("reason", "The form was incomplete. Send it once more.")
	default:
		ask := deviceaction.Ask{Kind: v.set.kind, Options: v.set.options, Reason: v.reason, Nonce: nonce, RequestID: middleware.RequestID(r.Context())}
		id, err := h.Orders.Order(r.Context(), m.Person, ask, v.set.can, v.set.as)
		if err != nil {
			return err
		}
		return page.SeeOther(w, r, "/actions/jobs/"+strconv.FormatInt(id, 10))
	}
	return page.Render(w, r, status, bulkPage(page.Shell(r, m, v.title()), v))
}

// key is a row's check box: the customer and the device.
func (r row) key() string { return r.Tenant.ID.String() + "/" + r.ID }

// ticked are the devices of check boxes. One out of reach is errs.NotFound.
func (h *Bulk) ticked(ctx context.Context, m tenant.Membership, ids []string) ([]device.Device, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return nil, errs.ShowNext(errs.Invalid, "No device was chosen.", "Go back and tick at least one.")
	}
	if len(ids) > deviceaction.MostInJob {
		return nil, errs.ShowNext(errs.Invalid, "More than 400 devices were chosen.", "Go back and choose fewer.")
	}
	keys := make([]device.Key, len(ids))
	for i, key := range ids {
		where, id, _ := strings.Cut(key, "/")
		tid, err := tenant.ParseID(where)
		if err != nil || !m.Scope.Has(tid) {
			return nil, errs.NotFound
		}
		keys[i] = device.Key{Tenant: tid, ID: id}
	}
	return h.Devices.GetAll(ctx, m.Scope, keys)
}

// matching are the devices that a list's filters choose.
func (h *Bulk) matching(ctx context.Context, m tenant.Membership, u *url.URL) (found []device.Device, err error) {
	q, err := newSpec(m, u.Query()["os"]).Parse(u)
	if err != nil {
		return nil, err
	}
	f, err := newFilter(q)
	if err != nil {
		return nil, err
	}
	f.After, f.Limit, f.CountMost = "", deviceaction.MostInJob, deviceaction.MostInJob+1
	got, err := h.Devices.List(ctx, m.Scope, f)
	if err != nil {
		return nil, err
	}
	if got.Next != "" {
		return nil, errs.ShowNext(errs.Invalid, "More than 400 devices match.", "Narrow the list, and act on the rest in a second job.")
	}
	return got.Rows, nil
}

func newBulk(m tenant.Membership, c page.Chrome, form url.Values, found []device.Device) (v bulkView, err error) {
	k, ok := deviceaction.KindOf(form.Get("kind"))
	if !ok || !k.Bulk {
		return v, errs.ShowNext(errs.Invalid, "This is not an action for many devices.", "Go back and choose one.")
	}
	s := set{kind: k, names: map[tenant.ID]string{}, as: map[tenant.ID]string{}}
	if k.Form == deviceaction.ScanForm {
		s.options.Label = "Quick scan"
	}
	by := map[tenant.ID]int{}
	for _, d := range found {
		s.names[d.Tenant] = d.TenantName
		if in := c.SignedIn(d.Tenant); in != nil {
			s.as[d.Tenant] = in.As
		}
		if reason := k.Offered(asTarget(d)); reason != "" {
			s.cannot = append(s.cannot, refused{nameOf(d), d.TenantName, reason})
			continue
		}
		by[d.Tenant]++
		if s.as[d.Tenant] != "" {
			s.can = append(s.can, asTarget(d))
		}
	}
	for tid, n := range by {
		p := part{Customer: page.TenantRef{ID: tid, Name: s.names[tid]}, Devices: n}
		if s.as[tid] == "" {
			p.SignIn = page.SignInAt(tid, m.Path("/devices"))
		}
		s.parts = append(s.parts, p)
	}
	slices.SortFunc(s.parts, func(a, b part) int { return strings.Compare(a.Customer.Name, b.Customer.Name) })
	s.hash = deviceaction.Freeze(k, s.options, s.can)
	return bulkView{m: m, set: s, reason: strings.TrimSpace(form.Get("reason")), nonce: rand.Text(), faults: page.Faults{}}, nil
}

// differs says what changed since the form was shown: how many devices each customer has in the set.
func (s set) differs(form url.Values) (list []string) {
	now := map[string]int{}
	for _, p := range s.parts {
		if p.SignIn == "" {
			now[p.Customer.ID.String()] = p.Devices
		}
	}
	was := map[string]int{}
	for _, line := range form["was"] {
		id, n, _ := strings.Cut(line, " ")
		was[id], _ = strconv.Atoi(n)
	}
	for id, n := range was {
		if now[id] != n {
			list = append(list, s.nameOf(id)+": "+ui.Count(int64(n), "device", "devices")+" then, "+ui.N(int64(now[id]))+" now.")
		}
	}
	for id, n := range now {
		if _, ok := was[id]; !ok {
			list = append(list, s.nameOf(id)+": "+ui.Count(int64(n), "device", "devices")+" more.")
		}
	}
	slices.Sort(list)
	if len(list) == 0 {
		list = []string{"Devices changed, though not their number."}
	}
	return list
}

func (s set) nameOf(id string) string {
	for tid, name := range s.names {
		if tid.String() == id {
			return name
		}
	}
	return "A customer"
}
