package devices

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Acts sends an action as the signed-in person.
type Acts interface {
	Preview(ctx context.Context, by tenant.Person, ask deviceaction.Ask) (deviceaction.Decision, error)
	Do(ctx context.Context, by tenant.Person, ask deviceaction.Ask) (deviceaction.Action, error)
	LogAddress(ctx context.Context, by tenant.Person, d deviceaction.Device, log, requestID string) (string, error)
}

// Asker serves the page that asks before Intune does something to a device.
type Asker struct {
	Devices *device.Store
	Actions *deviceaction.Store
	Acts    Acts
	Details Details                                              // which diagnostics there are
	Rights  *Rights                                              // nil in tests of other things: nothing is said of them
	Explain func(r *http.Request, err error, back string) string // keeps what is behind a failure and gives the page that says so; may be nil
}

// Mount adds the confirmation of each action.
func (h *Asker) Mount(r page.Router) {
	r.GetFor("/devices/{device}/actions/{kind}", tenant.MayAct, h.confirm)
	r.Post("/devices/{device}/actions/{kind}", tenant.MayAct, h.send)
	r.GetFor("/devices/{device}/diagnostics/{log}", tenant.MayAct, h.download)
}

// Bounds of what somebody writes, in characters.
const (
	maxReason  = 200
	maxMessage = 400
	maxNotes   = 2000
	maxName    = 63 // of a device (Intune, setDeviceName); Windows takes 15
	maxWinName = 15
	maxTitle   = 50 // of a notification (Intune, "Send custom notifications"), as maxNotice
	maxNotice  = 500
	maxMinutes = 5
)

// askView is the confirmation as it was filled in, and what is wrong with it.
type askView struct {
	m          tenant.Membership
	chrome     page.Chrome
	kind       deviceaction.Kind
	device     device.Device
	categories []device.Category
	under      []deviceaction.Action
	form       url.Values
	nonce      string
	signIn     string // where to sign in first; empty: the person is signed in there
	as         string
	not        string                 // why it cannot be asked for
	brake      *deviceaction.Decision // of what destroys something, as far as was asked
	prove      string                 // why the person must sign in there anew
	lacking    *ui.Banner             // of the customer's consent
	may        *ui.Consequence        // whether the person may, as far as was read
	failed     *ui.Banner
	faults     page.Faults
}

func (h *Asker) newAsk(r *http.Request, m tenant.Membership, form url.Values) (v askView, err error) {
	if !m.One() {
		return v, errs.NotFound
	}
	ctx := r.Context()
	id, err := page.Param(r, "device")
	if err != nil {
		return v, err
	}
	name, err := page.Param(r, "kind")
	if err != nil {
		return v, err
	}
	v = askView{m: m, chrome: page.ChromeOf(ctx), form: form, nonce: rand.Text(), faults: page.Faults{}}
	var ok bool
	if v.kind, ok = deviceaction.KindOf(name); !ok {
		return v, errs.NotFound
	}
	if v.device, err = h.Devices.Get(ctx, m.Tenant.ID, id); err != nil {
		return v, err
	}
	if v.under, err = h.Actions.Of(ctx, asTarget(v.device), maxActs); err != nil {
		return v, err
	}
	if v.kind.Form == deviceaction.CategoryForm {
		all, err := h.Devices.Categories(ctx, tenant.Only(m.Tenant.ID), device.CategoryFilter{Limit: 500})
		if err != nil {
			return v, err
		}
		v.categories = all.Rows
	}
	if v.not = v.kind.Offered(asTarget(v.device)); v.not == "" && underWay(v.under, v.kind, v.device.ID) {
		v.not = v.kind.Title + " is under way on this device already."
	}
	s := v.chrome.SignedIn(m.Tenant.ID)
	if s != nil {
		v.as = s.As
	} else {
		v.signIn = page.SignInAt(m.Tenant.ID, v.here())
	}
	if h.Rights != nil && v.not == "" {
		if err := h.look(ctx, &v, s); err != nil {
			return v, err
		}
	}
	if v.kind.Destructive && v.not == "" && v.signIn == "" {
		return v, h.preview(ctx, &v)
	}
	return v, nil
}

// look tells what was read of the customer's consent and of the person's roles there. What it says keeps nobody from trying.
func (h *Asker) look(ctx context.Context, v *askView, s *page.SignIn) (err error) {
	if v.lacking, err = h.Rights.lacking(ctx, *v); err != nil || s == nil {
		return err
	}
	c, err := h.Rights.held(ctx, *v, s.Object)
	v.may = &c
	return err
}

// preview asks the brake what it would say, for the page.
func (h *Asker) preview(ctx context.Context, v *askView) error {
	d, err := h.Acts.Preview(ctx, v.m.Person, deviceaction.Ask{Kind: v.kind, Device: asTarget(v.device), Options: v.options(), Nonce: v.nonce})
	if sentence, next, told := errs.Sentence(err); told {
		v.not = sentence + " " + next
		return nil
	}
	if err != nil {
		return err
	}
	switch v.brake = &d; {
	case !d.SignInAt.IsZero():
		v.prove, v.signIn = d.Sentence+" "+d.Next, page.ProveAt(d.SignInAt, v.here())
	case !d.Granted && !d.Waits:
		v.not = d.Sentence + " " + d.Next
	}
	return nil
}

func (h *Asker) confirm(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.newAsk(r, m, r.URL.Query())
	if err != nil {
		return err
	}
	return h.show(w, r, http.StatusOK, v)
}

func (h *Asker) show(w http.ResponseWriter, r *http.Request, status int, v askView) error {
	return page.Render(w, r, status, askPage(page.Shell(r, v.m, v.title()), v))
}

// send sends what was confirmed. What cannot be done any more is said on the same page, and nothing was sent.
func (h *Asker) send(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.newAsk(r, m, form)
	if err != nil {
		return err
	}
	nonce := form.Get("nonce")
	if i := slices.IndexFunc(v.under, func(a deviceaction.Action) bool { return a.Nonce == nonce && a.Kind == v.kind.Name }); i >= 0 && nonce != "" {
		return page.SeeOther(w, r, v.under[i].Path()) // the form was sent before
	}
	if v.not != "" {
		return h.show(w, r, http.StatusConflict, v)
	}
	if v.prove != "" {
		return h.show(w, r, http.StatusUnauthorized, v)
	}
	ask := deviceaction.Ask{Kind: v.kind, Device: asTarget(v.device), Options: v.options(), Reason: strings.TrimSpace(form.Get("reason")), Nonce: nonce, As: v.as, RequestID: middleware.RequestID(r.Context())}
	if v.check(ask); len(v.faults) > 0 {
		return h.show(w, r, http.StatusUnprocessableEntity, v)
	}
	done, err := h.Acts.Do(r.Context(), m.Person, ask)
	if errors.Is(err, errs.Unauthorised) {
		v.signIn = page.SignInAt(m.Tenant.ID, v.here())
	}
	if err == nil && done.State == deviceaction.Failed {
		err = done.Refused
	}
	switch _, _, told := errs.Sentence(err); {
	case err != nil && !told:
		return err
	case err != nil:
		v.failed = h.refusal(r, err, v.url())
		v.checkSecret(ask.Options.Secret)
		return h.show(w, r, page.StatusOf(err), v)
	}
	return page.SeeOther(w, r, done.Path())
}

// refusal is why nothing was done, with the way to what is behind it.
func (h *Asker) refusal(r *http.Request, err error, back string) *ui.Banner {
	sentence, next, _ := errs.Sentence(err)
	b := &ui.Banner{Kind: "bad", Title: sentence, Text: next}
	if h.Explain != nil {
		if at := h.Explain(r, err, back); at != "" {
			b.ActionText, b.ActionURL = fresh.Why, at
		}
	}
	return b
}
