package consent

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Limits of a return, in bytes. Microsoft's own is far below.
const (
	maxQuery  = 16 << 10
	maxParams = 20
	maxValue  = 4 << 10
)

// foreign are parameters of other answers: a consent return that carries one is not Microsoft's.
var foreign = []string{"code", "id_token", "access_token", "refresh_token", "token_type", "iss", "client_secret"}

// parseReturn reads the parameters of a return. Damaged, oversized, repeated or foreign ones are errs.Invalid before anything is
// looked up; unknown ones are ignored, for Microsoft adds some.
func parseReturn(raw string) (domain.Params, error) {
	refuse := func(sentence string) error {
		return errs.ShowNext(errs.Invalid, sentence, "Open the link that you were sent, and begin there.")
	}
	if len(raw) > maxQuery {
		return domain.Params{}, refuse("The address is longer than any that Microsoft sends.")
	}
	v, err := url.ParseQuery(raw)
	if err != nil {
		return domain.Params{}, refuse("The address is damaged.")
	}
	if len(v) > maxParams {
		return domain.Params{}, refuse("The address has more parts than any that Microsoft sends.")
	}
	for name, values := range v {
		if len(values) != 1 || len(values[0]) > maxValue {
			return domain.Params{}, refuse("The address holds a part twice, or one that is too long.")
		}
		for _, f := range foreign {
			if name == f {
				return domain.Params{}, refuse("The address holds a part that does not belong to a consent.")
			}
		}
	}
	return domain.Params{
		State: v.Get("state"), Tenant: v.Get("tenant"), AdminConsent: v.Get("admin_consent"),
		Error: v.Get("error"), Description: v.Get("error_description"),
	}, nil
}

// statuses of outcomes that are shown at once. The others have a page of their own, so that the answer leaves the address.
var statuses = map[domain.Result]int{
	domain.Unknown: http.StatusBadRequest, domain.Refused: http.StatusBadRequest,
	domain.WrongTenant: http.StatusForbidden, domain.NeedsAdmin: http.StatusForbidden,
	domain.Expired: http.StatusGone, domain.Revoked: http.StatusGone, domain.Used: http.StatusGone,
}

// returned takes the return from Microsoft.
func (h *Handler) returned(w http.ResponseWriter, r *http.Request) error {
	private(w)
	p, err := parseReturn(r.URL.RawQuery)
	if err != nil {
		return err
	}
	o, err := h.Consent.Return(r.Context(), p)
	if err != nil {
		return err
	}
	if status, now := statuses[o.Result]; now {
		return h.outcome(w, r, status, o)
	}
	return page.SeeOther(w, r, "/auth/consent/"+o.Receipt)
}

// receipt shows what became of an attempt, as it stands now.
func (h *Handler) receipt(w http.ResponseWriter, r *http.Request) error {
	private(w)
	o, err := h.Consent.OutcomeOf(r.Context(), chi.URLParam(r, "receipt"))
	if errors.Is(err, errs.NotFound) {
		o, err = domain.Outcome{Result: domain.Unknown}, nil
		return h.outcome(w, r, http.StatusNotFound, o)
	}
	if err != nil {
		return err
	}
	status, known := statuses[o.Result]
	if !known {
		status = http.StatusOK
	}
	return h.outcome(w, r, status, o)
}

var outcomeShapes = map[domain.Result]ui.Shape{
	domain.Connected: ui.ShapeOK, domain.Partial: ui.ShapePartial, domain.Waiting: ui.ShapePending, domain.Unproven: ui.ShapeUnknown,
	domain.Declined: ui.ShapeNone, domain.NeedsAdmin: ui.ShapeWarn, domain.WrongTenant: ui.ShapeWarn, domain.Refused: ui.ShapeBad,
	domain.Expired: ui.ShapeStale, domain.Revoked: ui.ShapeStale, domain.Used: ui.ShapeStale, domain.Unknown: ui.ShapeUnknown,
}

func (h *Handler) outcome(w http.ResponseWriter, r *http.Request, status int, o domain.Outcome) error {
	in := lang.Of(r, o.Language)
	words, who := inLang[in], h.partner(r.Context())
	f := lang.Fill("partner", who.Name, "customer", customer(o), "date", lang.On(in, o.At), "until", lang.On(in, o.Link.ExpiresAt),
		"number", o.Tenant.ID.String(), "other", other(o), "code", code(o.Code))
	v := messageView{text: filled(f, words.outcome[o.Result]), shape: outcomeShapes[o.Result], groups: outcomeGroups(words, in, o)}
	switch o.Result {
	case domain.Partial:
		if o.More {
			v.text = filled(f, words.step)
			v.actions = []ui.Action{{Text: words.agree, Post: "/auth/consent/" + chi.URLParam(r, "receipt"), Kind: ui.Primary, Large: true}, {Text: words.evidence, URL: "/evidence", Large: true}}
			break
		}
		fallthrough
	case domain.Connected, domain.Used:
		v.actions = []ui.Action{{Text: words.evidence, URL: "/evidence", Kind: ui.Primary, Large: true}}
	case domain.Waiting:
		v.refresh = 10
	}
	if !o.Tenant.ID.IsZero() {
		v.facts = ui.Facts{Card: true, Items: []ui.Fact{
			{Label: words.forWhom, Value: ui.TextCell(o.Tenant.Name())},
			{Label: words.number, Value: ui.MonoCell(o.Tenant.ID.String())},
		}}
	}
	if len(o.Held) > 0 {
		if err := h.addReceipt(r, &v, words.receipt, in, o); err != nil {
			return err
		}
	}
	return h.message(w, r, status, in, who, v)
}

// addReceipt makes the outcome a receipt to keep: what is granted, when that was read, who agreed as far as Microsoft tells, and the hash
// of the entry that says so: nobody can change it, or what came before it, once it was written down.
func (h *Handler) addReceipt(r *http.Request, v *messageView, w receiptWords, in permission.Lang, o domain.Outcome) error {
	for _, p := range o.Held {
		v.granted = append(v.granted, landingView{Language: in, words: inLang[in]}.named(p))
	}
	v.grantedTitle = w.granted
	v.facts.Items = append(v.facts.Items, ui.Fact{Label: w.readOn, Value: ui.TextCell(lang.On(in, o.ReadAt))}, ui.Fact{Label: w.who, Value: ui.TextCell(w.whoText)})
	if h.Entry == nil {
		return nil
	}
	seq, hash, err := h.Entry(r.Context(), o.Tenant.ID, o.Link.ID)
	if err != nil || seq == 0 {
		return err
	}
	v.entry, v.hash = seq, hash
	f := lang.Fill("n", strconv.FormatInt(seq, 10))
	v.facts.Items = append(v.facts.Items, ui.Fact{Label: f.Text(w.head), Value: ui.MonoCell(hash)})
	v.check = f.Text(w.verify)
	return nil
}

func customer(o domain.Outcome) string {
	if o.Tenant.ID.IsZero() {
		return "–"
	}
	return o.Tenant.Name()
}

func other(o domain.Outcome) string {
	if o.Other.IsZero() || o.Other == (tenant.ID{}) {
		return "–"
	}
	return o.Other.String()
}

// code names Microsoft's number; nothing else of what came with the return is ever shown.
func code(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (AADSTS%d)", n)
}

// outcomeGroups lists what works and what does not.
func outcomeGroups(words words, in permission.Lang, o domain.Outcome) []featureGroup {
	works, not := featureGroup{title: words.works}, featureGroup{title: words.notYet}
	for _, s := range o.Features {
		name := s.Feature.In(in).Name
		if s.Works {
			works.items = append(works.items, ui.Consequence{Shape: ui.ShapeOK, Text: name})
			continue
		}
		for i, p := range s.Missing {
			if i == 0 {
				name += " – "
			} else {
				name += ", "
			}
			name += p.Name
		}
		not.items = append(not.items, ui.Consequence{Shape: ui.ShapeUnknown, Text: name})
	}
	var groups []featureGroup
	for _, g := range []featureGroup{works, not} {
		if len(g.items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// goOn leads to the next of Microsoft's pages, where a link needs more than one.
func (h *Handler) goOn(w http.ResponseWriter, r *http.Request) error {
	private(w)
	to, err := h.Consent.GoOn(r.Context(), chi.URLParam(r, "receipt"))
	if err != nil {
		return err
	}
	return page.SeeOther(w, r, to)
}
