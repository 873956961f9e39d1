package devices

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Preview(ctx context.Context, by tenant.Person, ask deviceaction.Ask, set []deviceaction.Device) (deviceaction.Decision, error)
	Order(ctx context.Context, by tenant.Person, ask deviceaction.Ask, set []deviceaction.Device, as map[tenant.ID]string) (int64, error)
}

// Bulk serves the page that asks before Intune does something to many devices, over all tenants or in one.
type Bulk struct {
	Devices *device.Store
	Actions *deviceaction.Store
	Windows *deviceaction.Windows
	Rights  *Rights // nil in tests of other things: nothing is said of them
	Orders  Orders
}

// Mount adds the confirmation of a set, and the order.
func (h *Bulk) Mount(r page.Router) {
	r.GetFor("/devices/actions", tenant.MayAct, h.choose)
	r.Post("/devices/actions", tenant.MayAct, h.confirm)
	r.Post("/devices/actions/order", tenant.MayAct, h.order)
}

// bulkView is the confirmation.
type bulkView struct {
	m      tenant.Membership
	now    time.Time
	set    set
	form   url.Values
	back   string // the address of this page with these devices; empty: there is none
	nonce  string
	brake  *deviceaction.Decision // of what destroys something
	not    string                 // why it cannot be asked for
	prove  string                 // where the person must prove anew who they are
	failed *ui.Banner
	faults page.Faults
}

// choose shows what can be done with all devices that match a list's filters, which stand in this address too; or with those that it names,
// or on which a job failed.
func (h *Bulk) choose(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, ctx := r.URL.Query(), r.Context()
	if q.Get("kind") == "" && !q.Has("id") && !q.Has("job") {
		n, err := h.matches(ctx, m, r.URL)
		if err != nil {
			return err
		}
		return page.Render(w, r, http.StatusOK, kindsPage(page.Shell(r, m, "Act on all that match"), kindsView{m: m, query: q, n: n}))
	}
	var (
		found []device.Device
		err   error
	)
	switch {
	case q.Has("id"):
		found, err = h.ticked(ctx, m, q["id"])
	case q.Has("job"):
		found, err = h.failed(ctx, m, q.Get("job"))
	default:
		found, err = h.matching(ctx, m, r.URL)
	}
	if err != nil {
		return err
	}
	return h.show(w, r, m, q, found, r.URL.RequestURI())
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
	return h.show(w, r, m, form, found, "")
}

func (h *Bulk) show(w http.ResponseWriter, r *http.Request, m tenant.Membership, form url.Values, found []device.Device, back string) error {
	v, err := h.view(r, m, form, found, back)
	if err != nil {
		return err
	}
	return h.render(w, r, http.StatusOK, v)
}

func (h *Bulk) render(w http.ResponseWriter, r *http.Request, status int, v bulkView) error {
	return page.Render(w, r, status, bulkPage(page.Shell(r, v.m, v.title()), v))
}

// view is the set as it is now, and what the brake says of it.
func (h *Bulk) view(r *http.Request, m tenant.Membership, form url.Values, found []device.Device, back string) (v bulkView, err error) {
	ctx, c := r.Context(), page.ChromeOf(r.Context())
	k, ok := deviceaction.KindOf(form.Get("kind"))
	if !ok || !k.Bulk {
		return v, errs.ShowNext(errs.Invalid, "This is not an action for many devices.", "Go back and choose one.")
	}
	targets := make([]deviceaction.Device, len(found))
	for i, d := range found {
		targets[i] = asTarget(d)
	}
	busy, err := h.Actions.Busy(ctx, m.Scope, k.Name, targets)
	if err != nil {
		return v, err
	}
	windows, err := h.Windows.All(ctx, m.Scope)
	if err != nil {
		return v, err
	}
	s := newSet(k, c, found, busy, windows)
	v = bulkView{m: m, now: c.Now, set: s, form: form, back: back, nonce: rand.Text(), faults: page.Faults{}}
	if v.back == "" {
		v.back = s.address(m, form)
	}
	for i := range v.set.parts {
		p := &v.set.parts[i]
		if p.as == "" {
			p.signIn = page.SignInAt(p.customer.ID, v.back)
		}
		if h.Rights == nil {
			continue
		}
		if _, p.lacks, err = h.Rights.Consent.Lacks(ctx, p.customer.ID, k.Scope); err != nil {
			return v, err
		}
	}
	if !k.Braked() || len(s.can) == 0 {
		return v, nil
	}
	return v, h.preview(ctx, &v)
}

// preview asks the brake what it would say, for the page.
func (h *Bulk) preview(ctx context.Context, v *bulkView) error {
	d, err := h.Orders.Preview(ctx, v.m.Person, v.ask(), v.set.can)
	if sentence, next, told := errs.Sentence(err); told {
		v.not = sentence + " " + next
		return nil
	}
	if err != nil {
		return err
	}
	switch v.brake = &d; {
	case !d.SignInAt.IsZero():
		v.not, v.prove = v.set.nameOf(d.SignInAt)+": "+d.Sentence+" "+d.Next, page.ProveAt(d.SignInAt, v.back)
	case !d.Granted && !d.Waits:
		v.not = d.Sentence + " " + d.Next
	}
	return nil
}

// ask is the order as the form has it.
func (v bulkView) ask() deviceaction.Ask {
	return deviceaction.Ask{Kind: v.set.kind, Options: v.options(), Reason: strings.TrimSpace(v.form.Get("reason")), Nonce: v.form.Get("nonce"), Windows: v.form.Get("when") == "windows" && v.set.noWindows(v.now) == ""}
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
	v, err := h.view(r, m, form, found, "")
	if err != nil {
		return err
	}
	ask := v.ask()
	ask.RequestID = middleware.RequestID(r.Context())
	sent, err := h.Actions.JobOf(r.Context(), ask.Nonce)
	switch v.check(ask); {
	case err != nil:
		return err
	case sent > 0: // the form was sent before
		return page.SeeOther(w, r, deviceaction.JobPath(sent))
	case len(v.set.can) > 0 && form.Get("set") != v.set.hash:
		v.set.changed, v.faults = v.set.differs(form), page.Faults{}
		return h.render(w, r, http.StatusConflict, v)
	case v.prove != "":
		return h.render(w, r, http.StatusUnauthorized, v)
	case v.not != "":
		return h.render(w, r, http.StatusConflict, v)
	case len(v.faults) > 0:
		return h.render(w, r, http.StatusUnprocessableEntity, v)
	}
	id, err := h.Orders.Order(r.Context(), m.Person, ask, v.set.can, v.set.as)
	if sentence, next, told := errs.Sentence(err); told {
		if at, ok := errors.AsType[*tenant.SignInNeeded](err); ok {
			v.not, v.prove = sentence+" "+next, page.ProveAt(at.Tenant, v.back)
		}
		v.failed = &ui.Banner{Kind: "bad", Title: sentence, Text: next}
		return h.render(w, r, page.StatusOf(err), v)
	}
	if err != nil {
		return err
	}
	return page.SeeOther(w, r, deviceaction.JobPath(id))
}

// key is a row's check box: the customer and the device.
func (r row) key() string { return r.Tenant.ID.String() + "/" + r.ID }

// ticked are the devices of check boxes. One out of reach is errs.NotFound.
func (h *Bulk) ticked(ctx context.Context, m tenant.Membership, ids []string) ([]device.Device, error) {
	if len(ids) == 0 {
		return nil, errs.ShowNext(errs.Invalid, "No device was chosen.", "Go back and tick at least one.")
	}
	chosen := map[device.Key]bool{}
	for _, key := range ids {
		where, id, _ := strings.Cut(key, "/")
		tid, err := tenant.ParseID(where)
		if err != nil || !m.Scope.Has(tid) {
			return nil, errs.NotFound
		}
		chosen[device.Key{Tenant: tid, ID: id}] = true
	}
	if len(chosen) > deviceaction.MostInJob {
		return nil, errs.ShowNext(errs.Invalid, "More than 400 devices were chosen.", "Go back and choose fewer.")
	}
	keys := slices.Collect(maps.Keys(chosen))
	return h.Devices.GetAll(ctx, m.Scope, keys)
}

// failed are the devices on which a job failed.
func (h *Bulk) failed(ctx context.Context, m tenant.Membership, job string) ([]device.Device, error) {
	id, err := strconv.ParseInt(job, 10, 64)
	if err != nil {
		return nil, errs.NotFound
	}
	devices, err := h.Actions.Failed(ctx, m.Scope, id)
	if err != nil {
		return nil, err
	}
	if len(devices) == 0 {
		return nil, errs.NotFound
	}
	keys := make([]device.Key, len(devices))
	for i, d := range devices {
		keys[i] = device.Key{Tenant: d.Tenant, ID: d.ID}
	}
	return h.Devices.GetAll(ctx, m.Scope, keys)
}

// matching are the devices that a list's filters choose.
func (h *Bulk) matching(ctx context.Context, m tenant.Membership, u *url.URL) (found []device.Device, err error) {
	got, err := h.list(ctx, m, u, deviceaction.MostInJob)
	if err != nil {
		return nil, err
	}
	if got.Next != "" {
		return nil, errs.ShowNext(errs.Invalid, "More than 400 devices match.", "Narrow the list, and act on the rest in a second job.")
	}
	return got.Rows, nil
}

// matches is how many devices a list's filters choose: where that is more than one job takes, one more than that.
func (h *Bulk) matches(ctx context.Context, m tenant.Membership, u *url.URL) (int64, error) {
	got, err := h.list(ctx, m, u, 1)
	return min(got.Count, deviceaction.MostInJob+1), err
}

func (h *Bulk) list(ctx context.Context, m tenant.Membership, u *url.URL, rows int) (device.Page, error) {
	q, err := newSpec(m, u.Query()).Parse(u)
	if err != nil {
		return device.Page{}, err
	}
	f, err := newFilter(q)
	if err != nil {
		return device.Page{}, err
	}
	f.After, f.Limit, f.CountMost = "", rows, deviceaction.MostInJob+1
	return h.Devices.List(ctx, m.Scope, f)
}
