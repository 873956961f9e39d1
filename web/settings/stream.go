package settings

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/webhook"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// streamView is where all records of the audit go, how that goes, and the form that changes it. It is the page's JSON twin.
type streamView struct {
	Address   string     `json:"address"`
	Behind    int64      `json:"records_waiting"`
	SentAt    *time.Time `json:"delivered_at"` // null: never
	Problem   string     `json:"problem"`
	NextTryAt *time.Time `json:"next_try_at"` // null: nothing failed
	ChangedAt *time.Time `json:"changed_at"`
	ChangedBy string     `json:"changed_by"`

	secret string // shown once, when it was made
	faults page.Faults
	now    time.Time
}

func (h *Handler) streamNow(r *http.Request) (streamView, audit.Stream, error) {
	s, err := h.Audit.Stream(r.Context())
	if err != nil {
		return streamView{}, s, err
	}
	d, err := h.Audit.Delivery(r.Context())
	v := streamView{Address: s.Address, SentAt: page.Moment(d.SentAt), Problem: d.Problem, ChangedAt: page.Moment(s.Changed), ChangedBy: s.ChangedBy, faults: page.Faults{}, now: page.ChromeOf(r.Context()).Now}
	if s.Address != "" {
		v.Behind = d.Behind
	}
	if d.Problem != "" {
		v.NextTryAt = page.Moment(d.NextTryAt)
	}
	return v, s, err
}

func (h *Handler) stream(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, _, err := h.streamNow(r)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, streamPage(page.Shell(r, m, "Audit stream"), v))
}

func (h *Handler) keepStream(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, s, err := h.streamNow(r)
	if err != nil {
		return err
	}
	was := s.Address
	s.Address = strings.TrimSpace(form.Get("address"))
	v.Address = s.Address
	if s.Address != "" {
		if sentence, next, bad := errs.Sentence(webhook.CheckAddress(s.Address)); bad {
			v.faults.Add("address", sentence+" "+next)
			if page.WantsJSON(r) {
				return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
			}
			return page.Render(w, r, http.StatusUnprocessableEntity, streamPage(page.Shell(r, m, "Audit stream"), v))
		}
	}
	var secret string
	if s.Sealed, secret, err = webhook.Renew(h.Keys, audit.StreamSecret, s.Address, s.Sealed, form.Get("renew") != ""); err != nil {
		return err
	}
	if err := h.Audit.SetStream(r.Context(), s, m.Person.UPN); err != nil {
		return err
	}
	if err := h.record(r, m, "audit stream", map[string]any{"host": host(was)}, map[string]any{"host": host(s.Address), "new_secret": secret != ""}); err != nil {
		return err
	}
	if secret == "" {
		return page.Done(w, r, "/settings/stream", page.Flash{Kind: "info", Title: "The stream is changed."})
	}
	if v, _, err = h.streamNow(r); err != nil {
		return err
	}
	v.secret = secret
	return page.Render(w, r, http.StatusOK, streamPage(page.Shell(r, m, "Audit stream"), v))
}

// host is what the record names of an address, whose query may hold a secret.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func (v streamView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "Audit stream", Lead: "Each record of every customer’s audit goes to one address as it is made, signed, in the order of its chain. What could not be delivered is tried again."}
}

func (v streamView) facts() ui.Facts {
	f := ui.Facts{Card: true}
	add := func(label string, value ui.Cell, note string) {
		f.Items = append(f.Items, ui.Fact{Label: label, Value: value, Note: note})
	}
	switch {
	case v.ChangedAt == nil || v.Address == "":
		add("State", ui.StateCell(ui.ShapeNone, "Off"), "")
	case v.Problem != "":
		add("State", ui.StateCell(ui.ShapeBad, "Not delivered"), v.Problem)
		add("Next try", ui.TimeCell(ui.NewTime(*v.NextTryAt, v.now)), "")
	case v.SentAt == nil:
		add("State", ui.StateCell(ui.ShapeUnknown, "Nothing was delivered yet"), "")
	default:
		add("State", ui.StateCell(ui.ShapeOK, "Delivered"), "")
	}
	if v.SentAt != nil {
		add("Last delivery", ui.TimeCell(ui.NewTime(*v.SentAt, v.now)), "")
	}
	if v.Address != "" {
		add("Records that wait", ui.TextCell(ui.N(v.Behind)), "")
	}
	if v.ChangedAt != nil {
		add("Changed", ui.TimeCell(ui.NewTime(*v.ChangedAt, v.now)), v.ChangedBy)
	}
	return f
}

func (v streamView) field() ui.Field {
	return ui.Field{Name: "address", Label: "Address", Type: "url", Value: v.Address, Error: v.faults["address"], Hint: "An https address that takes JSON. Empty: nothing is sent.", Max: 500, Autocomplete: "off"}
}

func (v streamView) renew() ui.Choice {
	return ui.Choice{Name: "renew", Legend: "Secret", Many: true, Options: []ui.Option{{Value: "1", Label: "Make a new secret; the old one ends at once"}}}
}
