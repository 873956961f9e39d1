// Package consent shows consent from both sides: the staff page of a tenant (/t/{tenant}/consent) with the templates that plans follow
// (/settings/templates) and the registrations that links ask with (/settings/registrations), the page that the customer's administrator opens (/consent/{token}), and what becomes of the return from
// Microsoft (/auth/consent).
//
// The customer's pages speak six languages and need no sign-in; nothing on them is used up by looking. What is granted and how that is
// proven is internal/consent's.
package consent

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/mail"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/withdrawal"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// Partner is who asks, as the customer knows them.
type Partner struct {
	Name string
	partner.Contact
}

// Handler serves the consent pages.
type Handler struct {
	Consent     *domain.Service
	Partner     func(ctx context.Context) Partner
	Origin      string                                                                                   // the portal's own origin, https://portal.example
	LoginHost   string                                                                                   // what the browser shows at Microsoft: login.microsoftonline.com
	Keeps       func(ctx context.Context) (days int, err error)                                          // how long history is kept; nil: not said
	Failures    *failure.Store                                                                           // nil: nothing says what is behind a failed look
	Withdrawals *withdrawal.Service                                                                      // nil: no page tells of one
	Entry       func(ctx context.Context, tid tenant.ID, link int64) (seq int64, hash string, err error) // of the chain of what was done: that a link's consent was read; nil: not said
	Mail        mail.Sender                                                                              // nil: the text to copy only
	Address     func(*http.Request) string                                                               // where a request comes from, for the limit; nil: the connection's own
	Now         func() time.Time
	Log         *slog.Logger
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now().UTC()
	}
	return h.Now().UTC()
}

// partner is who asks, never without a name: until the home tenant was read, the portal's own address stands for it.
func (h *Handler) partner(ctx context.Context) Partner {
	who := h.Partner(ctx)
	if who.Name == "" {
		_, who.Name, _ = strings.Cut(h.Origin, "://")
	}
	return who
}

// Frame is what stands around every page for customers now.
func (h *Handler) Frame(ctx context.Context) lang.Frame { return h.frame(h.partner(ctx)) }

func (h *Handler) frame(who Partner) lang.Frame {
	return lang.Frame{Partner: who.Name, PrivacyName: who.PrivacyName, PrivacyMail: who.PrivacyMail, Origin: h.Origin, Now: h.now()}
}

// keeps is for how many days history is kept; 0 where that is not known, and then nothing is promised.
func (h *Handler) keeps(ctx context.Context) int {
	if h.Keeps == nil {
		return 0
	}
	days, err := h.Keeps(ctx)
	if err != nil {
		h.Log.WarnContext(ctx, "days of history not read", "err", err)
		return 0
	}
	return days
}

// Mount adds the staff pages to a tenant's routes.
func (h *Handler) Mount(r page.Router) {
	r.Get("/consent", h.show)
	r.Post("/consent", tenant.MayConsent, h.create)
	r.Post("/consent/links/{link}/revoke", tenant.MayConsent, h.revoke)
	r.Post("/consent/read", tenant.MaySync, h.read)
	r.Post("/consent/plan", tenant.MayConsent, h.follow)
}

// visitsAMinute bounds what one address can try of tokens and receipts; a company's administrators may share one.
const visitsAMinute = 120

// MountPublic adds the customer's pages, which need no sign-in. They belong at the root.
func (h *Handler) MountPublic(r chi.Router, p *page.Problems) {
	r = r.With(middleware.PerAddress(visitsAMinute, h.Address, func(w http.ResponseWriter, r *http.Request) { p.Show(w, r, errs.TooMany) }))
	landing, returned, receipt := p.Func(h.landing), p.Func(h.returned), p.Func(h.receipt)
	r.Get("/consent/{token}", landing)
	r.Head("/consent/{token}", landing)
	r.Post("/consent/{token}", p.Func(h.decide))
	r.Get("/auth/consent", returned)
	r.Get("/auth/consent/{receipt}", receipt)
	r.Post("/auth/consent/{receipt}", p.Func(h.goOn))
	r.Head("/auth/consent/{receipt}", receipt)
}
