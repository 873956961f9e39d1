package provisioning

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/webhook"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// MountPortal adds the rules of alerts, which are an owner's.
func (h *Handler) MountPortal(r page.Router) {
	r.GetFor("/settings/alerts", tenant.MaySettings, h.rules)
	r.Post("/settings/alerts", tenant.MaySettings, h.keepRules)
	r.Post("/settings/alerts/test", tenant.MaySettings, h.tryRules)
}

// rulesView is the rules of alerts, the form that changes them, and their JSON twin. The secret is shown once, when it is made.
type rulesView struct {
	Mails     []string   `json:"mails"`
	Webhook   string     `json:"webhook"`
	Percent   int        `json:"percent"`
	AtLeast   int        `json:"at_least"`
	Hours     int        `json:"hours"`
	Signed    bool       `json:"signed"` // a secret was made
	ChangedAt *time.Time `json:"changed_at"`
	ChangedBy string     `json:"changed_by,omitempty"`

	secret string // just made
	typed  map[string]string
	faults page.Faults
	now    time.Time
}

func (h *Handler) rules(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	rules, err := h.Provisioning.Rules(r.Context())
	if err != nil {
		return err
	}
	v := newRulesView(rules, page.ChromeOf(r.Context()).Now)
	return page.Answer(w, r, v, rulesPage(page.Shell(r, m, "Alerts"), v))
}

func newRulesView(r provisioning.AlertRules, now time.Time) rulesView {
	return rulesView{
		Mails: append([]string{}, r.Mails...), Webhook: r.Webhook, Percent: r.Percent, AtLeast: r.AtLeast, Hours: r.Hours, Signed: len(r.Sealed) > 0, ChangedAt: page.Moment(r.Changed), ChangedBy: r.ChangedBy,
		typed: map[string]string{"mails": strings.Join(r.Mails, ", "), "webhook": r.Webhook, "percent": strconv.Itoa(r.Percent), "at_least": strconv.Itoa(r.AtLeast), "hours": strconv.Itoa(r.Hours)}, faults: page.Faults{}, now: now,
	}
}

// fill reads what was typed into rules, and notes what is wrong with it.
func (v *rulesView) fill(values map[string][]string, was provisioning.AlertRules) provisioning.AlertRules {
	r := was
	for name := range v.typed {
		v.typed[name] = strings.TrimSpace(strings.Join(values[name], ""))
	}
	r.Webhook, r.Mails = v.typed["webhook"], []string{}
	for _, part := range strings.FieldsFunc(v.typed["mails"], func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' || c == '\r' }) {
		address, err := mail.ParseAddress(part)
		if sentence, _, _ := errs.Sentence(err); err != nil {
			v.faults.Add("mails", sentence)
		} else if !slices.Contains(r.Mails, address) {
			r.Mails = append(r.Mails, address)
		}
	}
	for name, to := range map[string]*int{"percent": &r.Percent, "at_least": &r.AtLeast, "hours": &r.Hours} {
		n, err := strconv.Atoi(v.typed[name])
		if err != nil {
			v.faults.Add(name, "A whole number.")
		}
		*to = n
	}
	if len(v.faults) == 0 {
		if sentence, next, _ := errs.Sentence(r.Check()); sentence != "" {
			v.faults.Add("form", strings.TrimSpace(sentence+" "+next))
		}
	}
	return r
}

func (h *Handler) keepRules(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	was, err := h.Provisioning.Rules(r.Context())
	if err != nil {
		return err
	}
	v := newRulesView(was, page.ChromeOf(r.Context()).Now)
	rules := v.fill(values, was)
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"status": http.StatusUnprocessableEntity, "faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, rulesPage(page.Shell(r, m, "Alerts"), v))
	}
	var secret string
	if rules.Sealed, secret, err = webhook.Renew(h.Keys, provisioning.AlertSecret, rules.Webhook, rules.Sealed, values.Get("renew") != ""); err != nil {
		return err
	}
	if err := h.Provisioning.SetRules(r.Context(), rules, m.Person.UPN); err != nil {
		return err
	}
	e := audit.Entry{Action: "setting.changed", Object: "alerts about provisioning", RequestID: middleware.RequestID(r.Context())}
	e.Detail = map[string]any{"mails": len(rules.Mails), "webhook": rules.Webhook != "", "percent": rules.Percent, "at_least": rules.AtLeast, "hours": rules.Hours, "new_secret": secret != ""}
	if err := h.Audit.Keep(r.Context(), h.Home, m.Person, e); err != nil {
		return err
	}
	if secret == "" {
		return page.Done(w, r, "/settings/alerts", page.Flash{Kind: "info", Title: "The rules are changed. They count from the next reading."})
	}
	if rules, err = h.Provisioning.Rules(r.Context()); err != nil {
		return err
	}
	v = newRulesView(rules, v.now)
	v.secret = secret
	return page.Render(w, r, http.StatusOK, rulesPage(page.Shell(r, m, "Alerts"), v))
}

// tryRules sends a test, so that nobody finds out by a missing alert that an address is wrong.
func (h *Handler) tryRules(w http.ResponseWriter, r *http.Request, _ tenant.Membership) error {
	if err := h.TestAlert(r.Context()); err != nil {
		return err
	}
	return page.Done(w, r, "/settings/alerts", page.Flash{Kind: "info", Title: "A test was sent to everybody who is told."})
}

func (v rulesView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Title: "Alerts", Lead: "When a provisioning job needs a person, and whom to tell: once when it begins, once when it is over."}
}

func (v rulesView) fields() []ui.Field {
	fields := []ui.Field{
		{Name: "mails", Label: "E-mail addresses", Hint: "With commas between them. Needs a mail server in the settings.", Max: 1000, Autocomplete: "off"},
		{Name: "webhook", Label: "Webhook", Type: "url", Hint: "An https address that takes JSON. Each delivery is signed.", Max: 500, Autocomplete: "off"},
		{Name: "percent", Label: "Failures, per cent of a day’s events", Type: "number", Max: 3},
		{Name: "at_least", Label: "Failures at least", Type: "number", Hint: "Fewer in a day are never too many.", Max: 6},
		{Name: "hours", Label: "Hours without a cycle", Type: "number", Hint: "After these a job that should run makes no progress.", Max: 3},
	}
	for i, f := range fields {
		fields[i].Value, fields[i].Error = v.typed[f.Name], v.faults[f.Name]
	}
	return fields
}

func (v rulesView) renew() ui.Choice {
	return ui.Choice{Name: "renew", Legend: "Secret of the webhook", Many: true, Options: []ui.Option{{Value: "1", Label: "Make a new secret; the old one ends at once"}}}
}
