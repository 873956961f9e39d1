// Package evidence shows a customer's administrator, at their own sign-in, what the partner may do in their tenant, how that is known,
// what was done there and by whom, and lets them take it back (/evidence/withdraw), with a proof of it (/withdrawal/{receipt}).
//
// The pages speak six languages. The facts are internal/consent's, the chain of what was done is internal/audit's, taking
// back is internal/withdrawal's.
package evidence

import (
	"context"
	"encoding/hex"
	"errors"
	"mime"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/withdrawal"
	"github.com/tenantry/tenantry/web/lang"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// shown is how many of the latest acts the page lists; the export has all.
const shown = 50

// late is the age from which a reading no longer counts as current: it is made once a day.
const late = 26 * time.Hour

// Handler serves the evidence page.
type Handler struct {
	Consent     *consent.Service
	Audit       *audit.Store
	Sync        *graphsync.Service // tells when the program used what
	Tenants     *tenant.Store      // knows the partner's people
	Withdrawals *withdrawal.Service
	Keeps       func(ctx context.Context) (days int, err error)                         // how long what is kept is kept
	IsAdmin     func(ctx context.Context, tid tenant.ID, objectID string) (bool, error) // asks the tenant; nil or an error: what the sign-in said holds
	Frame       func(ctx context.Context) lang.Frame                                    // the partner, whom to ask about one's data, and the moment
	Address     func(*http.Request) string                                              // where a request comes from, for the limit; nil: the connection's own
	Now         func() time.Time

	admins admins
}

// visitsAMinute bounds what one address can try of receipts.
const visitsAMinute = 120

// Mount adds the pages at the root. It takes who itself, because a customer's administrator has none of the staff's abilities.
func (h *Handler) Mount(r chi.Router, who page.Who, p *page.Problems) {
	own := func(do page.Handler) http.HandlerFunc {
		return p.Func(func(w http.ResponseWriter, r *http.Request) error {
			m, err := who(r)
			if err != nil {
				return err
			}
			if m.Person.Role != tenant.RoleCustomerAdmin || !h.admins.still(r.Context(), m.Person, h.IsAdmin, h.now()) {
				return errs.ShowNext(errs.Forbidden, "This page is for the administrators of a customer, signed in at their own company.",
					"Staff find the same facts on the customer's consent page.")
			}
			return do(w, r, m)
		})
	}
	for pattern, do := range map[string]page.Handler{"/evidence": h.show, "/evidence/withdraw": h.ask} {
		r.Get(pattern, own(do))
		r.Head(pattern, own(do))
	}
	r.Post("/evidence/withdraw", own(h.withdraw))
	// The proof opens by its receipt: once the program is gone from the tenant, nobody there can sign in any more.
	public := r.With(middleware.PerAddress(visitsAMinute, h.Address, func(w http.ResponseWriter, r *http.Request) { p.Show(w, r, errs.TooMany) }))
	public.Get("/withdrawal/{receipt}", p.Func(h.proof))
	public.Head("/withdrawal/{receipt}", p.Func(h.proof))
	public.Post("/withdrawal/{receipt}", p.Func(h.look))
}

// view is the page, and its JSON twin.
type view struct {
	TenantID  tenant.ID       `json:"tenant_id"`
	Tenant    string          `json:"tenant"`
	Partner   string          `json:"partner"`
	Program   string          `json:"program"`
	Language  permission.Lang `json:"language"`
	State     tenant.State    `json:"state"`
	AsOf      *time.Time      `json:"as_of"` // the latest whole reading; null: never
	Problem   string          `json:"problem,omitempty"`
	Allows    []allowance     `json:"allows"`
	Grants    []grant         `json:"grants"`
	Surplus   []grant         `json:"surplus"`
	Others    []other         `json:"other_programs"`
	Past      []grant         `json:"past"`
	Asked     []asked         `json:"asked"`
	People    []person        `json:"people"`
	Done      []act           `json:"done"`
	DoneAll   int             `json:"done_count"`
	HeadSeq   int64           `json:"head_seq"` // of the chain of what was done
	HeadHash  string          `json:"head_hash"`
	Withdrawn *time.Time      `json:"withdrawn_at"` // null: consent was not taken back here
	words     words
	fill      lang.Filler
	late      bool
}

// person is somebody who may see the tenant, or did something there.
type person struct {
	Name  string      `json:"name"`
	Role  tenant.Role `json:"role,omitempty"` // of the partner's people who may see the tenant now
	Acts  int         `json:"acts"`
	Last  *time.Time  `json:"last_at"`
	other string      // object id
}

// allowance is one feature that works with what is granted, in words.
type allowance struct {
	Feature  permission.Feature `json:"feature"`
	Sentence string             `json:"sentence"`
	Person   bool               `json:"signed_in_person"`

	text permission.Sentence
}

type grant struct {
	Name      string          `json:"name"`
	Kind      permission.Kind `json:"kind"`
	Resource  string          `json:"resource"`
	FirstSeen time.Time       `json:"first_seen"`
	LastSeen  time.Time       `json:"last_seen"`
	GoneAt    *time.Time      `json:"gone_at,omitempty"`
	UsedAt    *time.Time      `json:"used_at"` // null: not used yet
}

// asked is a consent link as the customer should know it.
type asked struct {
	At       time.Time            `json:"at"`
	By       string               `json:"by"`
	Features []permission.Feature `json:"features"`
	State    consent.LinkState    `json:"state"`
	AgreedAt *time.Time           `json:"agreed_at"`
}

// act is one record of the chain.
type act struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	Action string    `json:"action"`
	Object string    `json:"object"`
	Words  string    `json:"words"`
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	switch r.URL.Query().Get("format") {
	case "":
	case "jsonl":
		return h.export(w, r, m.Person.Tenant)
	default:
		return errs.ShowNext(errs.Invalid, "The evidence can be had as a page, as JSON, or as JSON Lines.", "Leave out the format.")
	}
	v, err := h.view(r.Context(), m, lang.Of(r))
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, evidencePage(v.shell(r, h.Frame(r.Context())), v))
}

// export streams the tenant's whole chain, for tenantry audit verify.
func (h *Handler) export(w http.ResponseWriter, r *http.Request, tid tenant.ID) error {
	w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "evidence-" + tid.String() + ".jsonl"}))
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return nil
	}
	err := page.Export(w, r, func(w http.ResponseWriter) error {
		out := &counting{w: w}
		err := h.Audit.Export(r.Context(), tid, out)
		if err != nil && out.n > 0 {
			panic(http.ErrAbortHandler) // half a chain must not pass for a whole one
		}
		return err
	})
	if err != nil {
		w.Header().Del("Content-Disposition")
	}
	return err
}

// counting knows whether anything has left already.
type counting struct {
	w http.ResponseWriter
	n int
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += n
	return n, err
}

func (h *Handler) view(ctx context.Context, m tenant.Membership, in permission.Lang) (view, error) {
	tid := m.Person.Tenant
	c, err := h.Consent.View(ctx, tid)
	if err != nil {
		return view{}, err
	}
	records, err := h.Audit.List(ctx, tid, audit.Filter{Limit: shown})
	if err != nil {
		return view{}, err
	}
	program, err := h.Consent.ProgramOf(ctx, tid)
	if err != nil {
		return view{}, err
	}
	all, err := h.Audit.Count(ctx, tenant.Only(tid), audit.Filter{})
	if err != nil {
		return view{}, err
	}
	v := view{
		TenantID: tid, Tenant: c.Tenant.Name(), Partner: h.Frame(ctx).Partner, Program: program, Language: in, State: c.Tenant.State, DoneAll: all,
		Allows: []allowance{}, Grants: []grant{}, Surplus: []grant{}, Past: []grant{}, Asked: []asked{}, People: []person{}, Done: []act{},
		words: inLang[in],
	}
	v.fill = lang.Fill("partner", v.Partner, "customer", v.Tenant, "program", v.Program)
	used, err := h.used(ctx, tid, c)
	if err != nil {
		return view{}, err
	}
	v.take(c, used, h.now())
	for i, rec := range records {
		if i == 0 {
			v.HeadSeq, v.HeadHash = rec.Seq, hex.EncodeToString(rec.Hash)
		}
		v.Done = append(v.Done, act{Seq: rec.Seq, At: rec.At, Who: rec.Actor, Action: rec.Action, Object: rec.Object, Words: v.words.act(rec.Action)})
	}
	if v.People, err = h.people(ctx, tid); err != nil {
		return view{}, err
	}
	if v.Others, err = h.others(ctx, c.Others); err != nil {
		return view{}, err
	}
	last, err := h.Withdrawals.Store.Latest(ctx, tid)
	if err == nil && last.Stands {
		v.Withdrawn = &last.At
	} else if err != nil && !errors.Is(err, errs.NotFound) {
		return view{}, err
	}
	return v, nil
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now().UTC()
	}
	return h.Now().UTC()
}

// take sorts what is known of the tenant's consent.
func (v *view) take(c consent.View, used map[permission.Permission]time.Time, now time.Time) {
	if c.LastFull != nil {
		v.AsOf = &c.LastFull.At
		v.late = now.Sub(c.LastFull.At) > late
	}
	if c.LastAny != nil && !c.LastAny.Whole() {
		v.Problem = c.LastAny.Problem
	}
	var held []permission.Permission
	for _, st := range c.Open {
		switch st.Standing {
		case consent.StandingGranted:
			v.Grants = append(v.Grants, newGrant(st, used))
		case consent.StandingSurplus:
			v.Surplus = append(v.Surplus, newGrant(st, used))
		default:
			continue
		}
		held = append(held, st.Permission)
	}
	for _, st := range c.Past {
		if st.Standing != consent.StandingMissing {
			v.Past = append(v.Past, newGrant(st, used))
		}
	}
	for _, s := range permission.FeaturesOf(held) {
		if e, _ := permission.EntryOf(s.Feature); s.Works {
			text := s.Feature.In(v.Language).Sentence
			v.Allows = append(v.Allows, allowance{Feature: s.Feature, Sentence: text.Plain(), Person: e.Kind() == permission.Delegated, text: text})
		}
	}
	for _, l := range c.Links {
		v.Asked = append(v.Asked, asked{At: l.CreatedAt, By: l.CreatedBy, Features: l.Features, State: l.State(now), AgreedAt: l.UsedAt})
	}
}

func newGrant(st consent.Standing, used map[permission.Permission]time.Time) grant {
	p := st.Permission
	g := grant{Name: p.Name, Kind: p.Kind, Resource: p.Resource.Label(), FirstSeen: st.FirstSeen, LastSeen: st.LastSeen, GoneAt: st.GoneAt}
	if at, ok := used[p]; ok {
		g.UsedAt = &at
	}
	return g
}
