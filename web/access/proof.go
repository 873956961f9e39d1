package access

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// proofView is the proof that ends a plan.
type proofView struct {
	StaffID int64     `json:"staff_id"`
	At      time.Time `json:"proved_at"`
	By      string    `json:"proved_by"`
	SHA256  string    `json:"sha256"` // of the text
	Text    string    `json:"text"`

	name string
	p    plan
}

// prove ends the plan: once no door is known to be open, what was read is written down, and its hash goes into the audit.
func (h *Handler) prove(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	ctx := r.Context()
	p, err := h.plan(r, m)
	if err != nil {
		return err
	}
	if !p.mayProve() {
		return errs.ShowNext(errs.Conflict, "There is nothing to prove yet.", "Begin the plan, and see that no door is open any more.")
	}
	text := p.proof(m.Person)
	if err := h.Leavers.Prove(ctx, p.StaffID, m.Person.UPN, p.now, text); err != nil {
		return err
	}
	if err := h.record(ctx, m, "staff.left.proved", p.UPN, map[string]any{"sha256": (leaver.Plan{Proof: text}).Hash(), "doors_unknown": p.Unknown}); err != nil {
		return err
	}
	return page.SeeOther(w, r, p.url()+"/proof")
}

// proof is the file, as plain text that anybody can read in twenty years.
func (p plan) proof(by tenant.Person) string {
	var b strings.Builder
	stamp := func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") }
	fmt.Fprintf(&b, "Doors of %s (%s)\n\nThe plan began on %s (%s).\nThis was written on %s (%s).\n", p.Name, p.UPN, stamp(*p.BeganAt), p.BeganBy, stamp(p.now), by.UPN)
	for _, part := range []struct{ title, state string }{{"Closed", doorClosed}, {"Not known", doorUnknown}} {
		n := 0
		for _, l := range p.Lines {
			if l.State != part.state {
				continue
			}
			if n++; n == 1 {
				b.WriteString("\n" + part.title + "\n")
			}
			at := "never read"
			if l.AsOf != nil {
				at = "as of " + stamp(*l.AsOf)
			}
			fmt.Fprintf(&b, "- %s: %s (%s)\n", l.What, l.Evidence, at)
		}
	}
	return b.String()
}

// proofPage shows the proof, or sends it as the file whose hash the audit has.
func (h *Handler) proof(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	p, err := h.plan(r, m)
	if err != nil {
		return err
	}
	kept, err := h.Leavers.Get(r.Context(), p.StaffID)
	if err != nil {
		return err
	}
	if kept.Proof == "" {
		return errs.NotFound
	}
	switch r.URL.Query().Get("format") {
	case "txt":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "doors-closed-" + strings.ReplaceAll(p.UPN, "@", "-at-") + ".txt"}))
		w.Header().Set("Cache-Control", "no-store")
		_, err := w.Write([]byte(kept.Proof))
		return err
	case "":
	default:
		return errs.ShowNext(errs.Invalid, "The proof can be had as a page, as JSON or as text.", "Open it without a format.")
	}
	v := proofView{StaffID: p.StaffID, At: kept.ProvedAt.UTC(), By: kept.ProvedBy, SHA256: kept.Hash(), Text: kept.Proof, name: p.Name, p: p}
	return page.Answer(w, r, v, proofPage(page.Shell(r, m, "Doors of "+p.Name), v))
}

func (v proofView) header() ui.PageHeader {
	return ui.PageHeader{
		Context: []ui.Crumb{{Text: "Access", URL: "/access"}, {Text: "When " + v.name + " leaves", URL: v.p.url()}}, Title: "Doors of " + v.name, Lead: "Proved " + ui.NewTime(v.At, v.p.now).Text + " by " + v.By + ".",
		Actions: []ui.Action{{Text: "Save as a file", Icon: "arrow_download", URL: v.p.url() + "/proof?format=txt", Download: true}},
	}
}
