package evidence

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/withdrawal"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// askView is the form that takes everything back.
type askView struct {
	in         permission.Lang
	words      words
	fill       lang.Filler
	data, name string
	until      string // when what is kept is deleted
	faults     page.Faults
}

func (h *Handler) ask(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.showAsk(w, r, m, http.StatusOK, askView{in: lang.Of(r)})
}

func (h *Handler) showAsk(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, v askView) error {
	days, err := h.Keeps(r.Context())
	if err != nil {
		return err
	}
	f := h.Frame(r.Context())
	v.words = inLang[v.in]
	v.fill = lang.Fill("partner", f.Partner, "customer", m.Tenant.Name())
	v.until = lang.On(v.in, h.now().AddDate(0, 0, days))
	return page.Render(w, r, status, askPage(f.Shell(r, v.in, v.words.endTitle, ""), v))
}

func (v askView) consequences() ui.Consequences {
	var c ui.Consequences
	for _, s := range v.words.ends {
		c = append(c, ui.Consequence{Shape: ui.ShapePending, Text: v.fill.Text(s)})
	}
	return c
}

// The values of the choice what happens to the data.
const (
	keepData  = "keep"
	eraseData = "delete"
)

func (v askView) choice() ui.Choice {
	return ui.Choice{Name: "data", Legend: v.words.dataLegend, Error: v.faults["data"], Options: []ui.Option{
		{Value: keepData, Label: v.words.keep, Hint: lang.Fill("date", v.until).Text(v.words.keepHint), Selected: v.data == keepData},
		{Value: eraseData, Label: v.words.erase, Hint: v.words.eraseHint, Selected: v.data == eraseData},
	}}
}

func (h *Handler) withdraw(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v := askView{in: lang.Of(r), data: form.Get("data"), name: form.Get("name"), faults: page.Faults{}}
	if v.data != keepData && v.data != eraseData {
		v.faults.Add("data", inLang[v.in].dataFault)
		return h.showAsk(w, r, m, http.StatusUnprocessableEntity, v)
	}
	receipt, err := h.Withdrawals.Withdraw(r.Context(), m.Person, m.Tenant, withdrawal.Order{Name: v.name, Delete: v.data == eraseData, Language: v.in})
	switch {
	case errors.Is(err, errs.Invalid):
		v.faults.Add("name", lang.Fill("customer", m.Tenant.Name()).Text(inLang[v.in].nameFault))
		return h.showAsk(w, r, m, http.StatusUnprocessableEntity, v)
	case errors.Is(err, errs.Conflict):
		return page.SeeOther(w, r, "/evidence") // it says so there
	case err != nil:
		return err
	}
	return page.SeeOther(w, r, "/withdrawal/"+receipt)
}

// proofView is what became of a withdrawal, and its JSON twin.
type proofView struct {
	TenantID  tenant.ID        `json:"tenant_id"`
	Tenant    string           `json:"tenant"`
	At        time.Time        `json:"at"`
	By        string           `json:"by"`
	DeleteAt  time.Time        `json:"delete_at"`
	DeletedAt *time.Time       `json:"deleted_at"`
	Rows      map[string]int64 `json:"rows"`
	Total     int64            `json:"total"`
	GoneAt    *time.Time       `json:"gone_at"` // null: the program was still known at Microsoft, or nothing is known
	HeadSeq   int64            `json:"head_seq"`
	HeadHash  string           `json:"head_hash"`

	w     withdrawal.Withdrawal
	in    permission.Lang
	words words
	fill  lang.Filler
	path  string
}

func (h *Handler) proof(w http.ResponseWriter, r *http.Request) error {
	private(w)
	found, err := h.Withdrawals.ByReceipt(r.Context(), chi.URLParam(r, "receipt"))
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("format") {
	case "":
	case "jsonl":
		return h.export(w, r, found.Tenant.ID)
	default:
		return errs.ShowNext(errs.Invalid, "The proof can be had as a page, as JSON, or as JSON Lines.", "Leave out the format.")
	}
	program, err := h.Consent.ProgramOf(r.Context(), found.Tenant.ID)
	if err != nil {
		return err
	}
	frame, in := h.Frame(r.Context()), lang.Of(r, found.Language)
	v := proofView{
		TenantID: found.Tenant.ID, Tenant: found.Tenant.Name(), At: found.At, By: found.By, DeleteAt: found.DeleteAt, Rows: found.Rows, Total: found.Total(),
		HeadSeq: found.HeadSeq, HeadHash: found.Head(), w: found, in: in, words: inLang[in], path: r.URL.Path,
		fill: lang.Fill("partner", frame.Partner, "customer", found.Tenant.Name(), "program", program),
	}
	if !found.DeletedAt.IsZero() {
		v.DeletedAt = &found.DeletedAt
	}
	if !found.GoneAt.IsZero() {
		v.GoneAt = &found.GoneAt
	}
	fingerprint := v.HeadHash
	if fingerprint == "" {
		fingerprint = page.Fingerprint(v)
	}
	s := frame.Shell(r, in, v.words.proofTitle, fingerprint)
	if v.deleting() {
		s.Refresh = 10
	}
	return page.Answer(w, r, v, proofPage(s, v))
}

// private keeps the secret in the address from leaving with a click or staying in a cache.
func private(w http.ResponseWriter) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex, nofollow")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Language")
}

// look asks Microsoft once more. That it did not answer is on the page already: no newer look is there.
func (h *Handler) look(w http.ResponseWriter, r *http.Request) error {
	private(w)
	found, err := h.Withdrawals.ByReceipt(r.Context(), chi.URLParam(r, "receipt"))
	if err != nil {
		return err
	}
	if err := h.Withdrawals.Look(r.Context(), found); err != nil {
		h.Withdrawals.Log.WarnContext(r.Context(), "not known whether the access is gone", "tenant_id", found.Tenant.ID.String(), "err", err)
	}
	return page.SeeOther(w, r, r.URL.Path)
}

func (v proofView) mayLook() bool { return v.w.Stands && v.GoneAt == nil }

func (v proofView) deleting() bool {
	return v.w.Stands && v.DeletedAt == nil && (v.w.Deleting() || !v.w.BeganAt.IsZero())
}

func (v proofView) on(s string, t time.Time) string {
	return lang.Fill("date", lang.On(v.in, t)).Text(s)
}

func (v proofView) facts() ui.Facts {
	data, there := ui.StateCell(ui.ShapePaused, v.on(v.words.kept, v.DeleteAt)), ui.StateCell(ui.ShapeUnknown, v.words.notAsked)
	switch {
	case v.DeletedAt != nil:
		data = ui.StateCell(ui.ShapeOK, v.on(v.words.deleted, *v.DeletedAt))
	case !v.w.Stands:
		data = ui.TextCell("–")
	case v.deleting():
		data = ui.StateCell(ui.ShapePending, v.words.deleting)
	}
	switch {
	case v.GoneAt != nil:
		there = ui.StateCell(ui.ShapeOK, v.on(v.words.gone, *v.GoneAt))
	case !v.w.LookedAt.IsZero():
		there = ui.StateCell(ui.ShapeWarn, v.on(v.words.still, v.w.LookedAt))
	}
	l := v.words.facts
	f := ui.Facts{Card: true, Items: []ui.Fact{
		{Label: l[0], Value: ui.TextCell(v.Tenant)}, {Label: l[1], Value: ui.MonoCell(v.TenantID.String())}, {Label: l[2], Value: ui.TextCell(lang.On(v.in, v.At))},
		{Label: l[3], Value: ui.TextCell(v.By)}, {Label: l[4], Value: data}, {Label: l[5], Value: there},
	}}
	if v.DeletedAt != nil {
		f.Items = append(f.Items, ui.Fact{Label: l[6], Value: ui.TextCell(lang.Short(v.in, v.w.BeganAt) + " – " + lang.Short(v.in, *v.DeletedAt))})
	}
	return f
}

func (v proofView) table() ui.Table {
	t := ui.Table{Caption: v.words.tableTitle, Inset: true, Light: true, Columns: []ui.Column{
		{Key: "table", Label: v.words.tableColumns[0]}, {Key: "rows", Label: v.words.tableColumns[1], Kind: ui.KindNumber, Width: 140},
	}}
	var names []string
	for name := range v.Rows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		t.Rows = append(t.Rows, ui.Row{Name: name, Cells: []ui.Cell{ui.NumberCell(v.Rows[name], "")}})
	}
	return t
}

func (v proofView) kept() ui.Statements {
	var s ui.Statements
	for _, item := range v.words.keptItems {
		s.Items = append(s.Items, ui.Statement{Icon: "database", Text: v.fill.Spans(item)})
	}
	return s
}
